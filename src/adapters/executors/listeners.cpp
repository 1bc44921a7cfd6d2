#include "adapters/executors/listeners.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace hone::executors {
namespace {

tl::unexpected<Error> failed(std::string_view what) {
  return fail(Reaction::stop_run, fmt::format("tried to open {} for the sandbox's probes: {}; is the loopback up?",
                                              what, std::strerror(errno)));
}

os::Descriptor make(int family, int type) {
  return os::Descriptor(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool bind_unix(const os::Descriptor& socket, const std::string& name, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() + 2 > sizeof address.sun_path) return false;
  std::memcpy(address.sun_path + (abstract ? 1 : 0), name.data(), name.size());
  const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size() + 1;
  return ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size)) == 0 &&
         ::listen(socket.get(), 128) == 0;
}

bool was_called(const os::Descriptor& socket) {
  bool called = false;  // all who wait, so that the next question is about the time after this one
  while (os::Descriptor(::accept(socket.get(), nullptr, nullptr)).get() >= 0) called = true;
  return called;
}

}  // namespace

Result<Listeners> Listeners::open(const std::string& folder) {
  Listeners made;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  made.tcp_ = make(AF_INET, SOCK_STREAM);
  made.udp_ = make(AF_INET, SOCK_DGRAM);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  if (::bind(made.tcp_.get(), where, size) != 0 || ::listen(made.tcp_.get(), 128) != 0) return failed("a TCP port");
  if (::getsockname(made.tcp_.get(), where, &size) != 0) return failed("a TCP port");
  made.port = ntohs(address.sin_port);
  // Some other program may own the number for datagrams; then there is one door less to try.
  if (::bind(made.udp_.get(), where, size) != 0) made.udp_.reset();
  made.path = folder + "/socket";
  made.abstract = made.path;
  made.unix_ = make(AF_UNIX, SOCK_STREAM);
  made.abstract_ = make(AF_UNIX, SOCK_STREAM);
  if (!bind_unix(made.unix_, made.path, false)) return failed("a unix socket");
  if (!bind_unix(made.abstract_, made.abstract, true)) return failed("an abstract socket");
  return made;
}

std::string Listeners::used() const {
  if (was_called(tcp_)) return "a TCP port of this machine was reached";
  char letter = 0;
  bool heard = false;
  while (udp_ && ::recv(udp_.get(), &letter, 1, 0) >= 0) heard = true;
  if (heard) return "a datagram reached this machine";
  if (was_called(unix_)) return "a unix socket of this machine was reached";
  if (was_called(abstract_)) return "an abstract socket of this machine was reached";
  return "";
}

}  // namespace hone::executors
