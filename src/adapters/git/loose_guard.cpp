#include "adapters/git/loose_guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <git2/sys/odb_backend.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <memory>
#include <string>

#include "adapters/git/handle.hpp"
#include "adapters/os/descriptor.hpp"

namespace hone::git {
namespace {

constexpr int before_all_others = 100;  // packs are asked at 2, loose objects at 1

struct Guard {
  git_odb_backend backend;  // first: libgit2 gives us its address
  std::string objects;
};

std::string loose_path(const std::string& objects, const git_oid& id) {
  const std::string name = hex(id);
  return fmt::format("{}/{}/{}", objects, name.substr(0, 2), name.substr(2));
}

enum class Loose { none, whole, damaged };

Loose look_at(const std::string& path) {
  const os::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Loose::none;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return Loose::none;
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owned(&stream, inflateEnd);
  std::array<unsigned char, 8192> in{};
  std::array<unsigned char, 32768> out{};
  for (;;) {
    const ssize_t size = ::read(file.get(), in.data(), in.size());
    if (size < 0) return Loose::none;  // libgit2 will meet it, and say so
    if (size == 0) return Loose::damaged;
    stream.next_in = in.data();
    stream.avail_in = static_cast<unsigned>(size);
    int code = Z_OK;
    while (stream.avail_in > 0 && code == Z_OK) {
      stream.next_out = out.data();
      stream.avail_out = out.size();
      code = inflate(&stream, Z_NO_FLUSH);
    }
    if (code == Z_STREAM_END) return Loose::whole;
    if (code != Z_OK && code != Z_BUF_ERROR) return Loose::damaged;
  }
}

bool packed(const std::string& objects, const git_oid& id) {
  git_odb_backend* packs = nullptr;
  if (git_odb_backend_pack(&packs, objects.c_str()) != 0) return false;
  const std::unique_ptr<git_odb_backend, void (*)(git_odb_backend*)> owned(packs, packs->free);
  return packs->exists(packs, &id) != 0;
}

int check(git_odb_backend* backend, const git_oid* id) {
  const std::string& objects = reinterpret_cast<Guard*>(backend)->objects;
  const std::string path = loose_path(objects, *id);
  if (look_at(path) != Loose::damaged || packed(objects, *id)) return GIT_PASSTHROUGH;
  git_error_set_str(GIT_ERROR_ODB, fmt::format("the object file {} is damaged", path).c_str());
  return GIT_ERROR;
}

int read_whole(void**, std::size_t*, git_object_t*, git_odb_backend* backend, const git_oid* id) {
  return check(backend, id);
}
int read_front(std::size_t*, git_object_t*, git_odb_backend* backend, const git_oid* id) {
  return check(backend, id);
}

// Asked before an object is written: "is it there?" It is not when nobody can read it, and once its file is gone the
// next backend says so, too.
int drop_if_damaged(git_odb_backend* backend, const git_oid* id) {
  const std::string path = loose_path(reinterpret_cast<Guard*>(backend)->objects, *id);
  if (look_at(path) == Loose::damaged) ::unlink(path.c_str());
  return GIT_ENOTFOUND;
}

void destroy(git_odb_backend* backend) {
  delete reinterpret_cast<Guard*>(backend);
}

}  // namespace

Done guard_loose_objects(git_repository* repository) {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, repository) != 0) return failed("opening the object database");
  const std::unique_ptr<git_odb, Freed<git_odb_free>> database(raw);
  auto guard = std::make_unique<Guard>();
  git_odb_init_backend(&guard->backend, GIT_ODB_BACKEND_VERSION);
  guard->backend.read = read_whole;
  guard->backend.read_header = read_front;
  guard->backend.freshen = drop_if_damaged;
  guard->backend.free = destroy;
  guard->objects = std::string(git_repository_commondir(repository)) + "objects";
  if (git_odb_add_backend(raw, &guard->backend, before_all_others) != 0) return failed("guarding the object database");
  [[maybe_unused]] const Guard* const libgit2s = guard.release();
  return {};
}

}  // namespace hone::git
