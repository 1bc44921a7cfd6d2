#include "adapters/journal/writer_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "adapters/journal/schema.hpp"
#include "adapters/os/descriptor.hpp"

namespace hone::journal {

namespace {

constexpr int tries = 10;  // a look of writer_of() at the wrong moment is no writer
constexpr int pause_ms = 20;

pid_t number_in(int file) {
  std::array<char, 32> text{};
  const auto size = ::pread(file, text.data(), text.size() - 1, 0);
  return size > 0 ? static_cast<pid_t>(std::strtol(text.data(), nullptr, 10)) : 0;
}

bool lock(int file) {
  for (int i = 0; ::flock(file, LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK || i == tries) return false;
    ::poll(nullptr, 0, pause_ms);
    errno = EWOULDBLOCK;
  }
  return true;
}

}  // namespace

Result<WriterLock> WriterLock::take(const std::string& folder) {
  const std::string path = folder + "/writer";
  WriterLock lock;
  lock.descriptor_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock.descriptor_ < 0) return fail(system_error("open lock", path, errno));
  if (!journal::lock(lock.descriptor_)) {
    if (errno != EWOULDBLOCK) return fail(system_error("lock", path, errno));
    return fail(Reaction::fix_input,
                fmt::format("open the run in {}: it is running already (process {}); `hone stop` ends it", folder,
                            number_in(lock.descriptor_)));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.descriptor_, 0) != 0 ||
      ::pwrite(lock.descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return fail(system_error("write lock", path, errno));
  }
  return lock;
}

WriterLock::WriterLock(WriterLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
WriterLock::~WriterLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<pid_t> writer_of(const std::string& folder) {
  const os::Descriptor file(::open((folder + "/writer").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return number_in(file.get());
}

}  // namespace hone::journal
