#include "adapters/os/unlock.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "adapters/os/descriptor.hpp"

namespace hone::os {

bool unlock_entry(int folder, const char* name) {
  const Descriptor entry(::openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  int flags = 0;
  if (!entry || ::ioctl(entry.get(), FS_IOC_GETFLAGS, &flags) != 0) return false;
  const int open = flags & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
  return open != flags && ::ioctl(entry.get(), FS_IOC_SETFLAGS, &open) == 0;
}

}  // namespace hone::os
