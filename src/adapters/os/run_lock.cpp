#include "adapters/os/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "adapters/os/identity.hpp"

namespace hone::os {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string render_owner() {
  const auto self = process_stat(::getpid());
  return fmt::format("{} {} {} {}\n", ::getpid(), self ? self->started : 0, boot_id(), host_name());
}

std::optional<Owner> read_owner(int file) {
  std::array<char, 512> text{};
  if (::pread(file, text.data(), text.size() - 1, 0) <= 0) return std::nullopt;
  std::istringstream words(text.data());
  Owner owner;
  if (words >> owner.process >> owner.started >> owner.boot >> owner.host) return owner;
  return std::nullopt;
}

}  // namespace

Result<RunLock> RunLock::take(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail(Reaction::stop_run, fmt::format("tried to lock the run with {}: {}; see that its folder is writable",
                                                path, std::strerror(errno)));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const auto owner = error == EWOULDBLOCK ? read_owner(file.get()) : std::nullopt;
    if (owner) {
      return fail(Reaction::fix_input,
                  fmt::format("tried to open the run: process {} on {} is working on it; wait for it, "
                              "or end it with `hone stop`",
                              owner->process, owner->host));
    }
    return fail(Reaction::fix_input, fmt::format("tried to lock the run with {}: {}; is another hone working on it?",
                                                 path, std::strerror(error)));
  }
  const std::string owner = render_owner();
  const auto size = static_cast<ssize_t>(owner.size());
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), owner.data(), owner.size(), 0) != size) {
    return fail(Reaction::stop_run, fmt::format("tried to write {}: {}; look at the disk", path, std::strerror(errno)));
  }
  return RunLock(std::move(file));
}

std::optional<Owner> lock_owner(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  // Shared, so that two who ask at once do not take each other for the owner.
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return read_owner(file.get()).value_or(Owner{});
}

bool is_alive(const Owner& owner) {
  if (owner.host != host_name() || owner.boot != boot_id()) return false;
  const auto stat = process_stat(owner.process);
  return stat && stat->started == owner.started;
}

}  // namespace hone::os
