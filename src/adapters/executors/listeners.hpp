// What the probes try to reach from inside: open doors of this machine, each of which must stay unused.
#pragma once

#include <string>

#include "adapters/os/descriptor.hpp"
#include "hone/core/base/result.hpp"

namespace hone::executors {

class Listeners {
 public:
  // `folder`: short enough that a socket's path fits into sockaddr_un.
  [[nodiscard]] static Result<Listeners> open(const std::string& folder);

  int port = 0;          // TCP and UDP on 127.0.0.1
  std::string path;      // a unix socket
  std::string abstract;  // and its name without a file
  // Which one was used; "" = none.
  [[nodiscard]] std::string used() const;

 private:
  os::Descriptor tcp_, udp_, unix_, abstract_;
};

}  // namespace hone::executors
