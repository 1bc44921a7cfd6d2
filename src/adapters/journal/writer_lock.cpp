#include "adapters/journal/writer_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "adapters/journal/schema.hpp"
#include "hone/core/base/text.hpp"

namespace hone::journal {

Result<WriterLock> WriterLock::take(const std::string& folder) {
  const std::string path = folder + "/writer";
  WriterLock lock;
  lock.descriptor_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock.descriptor_ < 0) return fail(system_error("open lock", path, errno));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(system_error("lock", path, errno));
    std::array<char, 32> owner{};
    const auto size = ::pread(lock.descriptor_, owner.data(), owner.size(), 0);
    return fail(Reaction::fix_input,
                fmt::format("open the run in {}: it is running already (process {}); `hone stop` ends it", folder,
                            trim(std::string_view(owner.data(), size > 0 ? static_cast<std::size_t>(size) : 0))));
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

}  // namespace hone::journal
