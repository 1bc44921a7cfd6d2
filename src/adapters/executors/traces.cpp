#include "adapters/executors/traces.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "adapters/os/descriptor.hpp"

namespace hone::executors {
namespace {

bool remove_key(const std::string& name) {
  const long found = ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name.c_str(), 0);
  return found >= 0 && ::syscall(SYS_keyctl, KEYCTL_UNLINK, found, KEY_SPEC_USER_KEYRING) == 0;
}

bool remove_segment(int number) {
  const int segment = ::shmget(number, 0, 0);
  return segment >= 0 && ::shmctl(segment, IPC_RMID, nullptr) == 0;
}

bool somebody_listens(int port) {
  const os::Descriptor caller(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return caller && ::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Traces traces_of(const std::string& mark) {
  const std::size_t hash = std::hash<std::string>{}(mark);
  return {mark, static_cast<int>(0x10000000 + hash % 0x60000000), static_cast<int>(20000 + hash % 10000)};
}

std::string remove_traces(const Traces& traces) {
  const std::string name = "hone-redteam-" + traces.mark;
  std::string found;
  const auto add = [&found](const std::string& what) { found += (found.empty() ? "" : ", ") + what; };
  std::vector<std::string> places = {"/tmp/", "/var/tmp/", "/dev/shm/"};
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) {
    places.push_back(std::string(home) + "/.");
    places.push_back(std::string(home) + "/.cache/");
  }
  std::error_code ignored;
  for (const std::string& place : places) {
    if (std::filesystem::remove(place + name, ignored)) add("the file " + place + name);
  }
  if (remove_key(name)) add("a key in the keyring");
  if (remove_segment(traces.number)) add("shared memory");
  if (::mq_unlink(("/" + name).c_str()) == 0) add("a message queue");
  if (somebody_listens(traces.port)) add("a server on the loopback");
  return found;
}

}  // namespace hone::executors
