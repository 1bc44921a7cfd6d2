// hone-probe: runs inside the sandbox before every session and tries what a command must not be able to do. A static
// program, so that it needs nothing of what may be mounted. Arguments: KEY=VALUE of what stands outside (below).
// Prints one line a probe, "ok SB03" or "broken SB03 what it got through", and exits with 0 either way: the judge is
// outside, and a line that is missing is broken too. The numbers are those of the reference, section 1.6.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "keeper/probe.hpp"

std::string read_file(const std::string& path) {
  std::string text;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  char buffer[4096];
  for (ssize_t size; (size = read(file, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(size));
  close(file);
  return text;
}

namespace {

bool may_write(const std::string& folder) {
  const std::string path = folder + "/hone-probe-was-here";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  close(file);
  unlink(path.c_str());
  return true;
}

// A carried input below /tmp makes folders of those names in the sandbox's own /tmp: not the same, and nobody's.
bool is_that_folder(const Folder& folder) {
  struct stat found {};
  return stat(folder.path.c_str(), &found) == 0 && found.st_dev == folder.device && found.st_ino == folder.inode;
}

void outside_folders(const Outside& outside, Probe& probe) {
  for (const Folder& folder : outside.forbidden) {
    probe.check(!is_that_folder(folder) || !may_write(folder.path), "wrote in " + folder.path);
  }
  for (const char* folder : {"/", "/usr", "/etc", "/dev", "/proc", "/run", "/var", "/root", "/home"}) {
    probe.check(!may_write(folder), std::string("wrote in ") + folder);
  }
}

void links_out(const Outside& outside, Probe& probe) {
  unlink("/w/probe-link");
  probe.check(symlink(outside.canary.c_str(), "/w/probe-link") == 0, "could not make a link in /w");
  const int through = open("/w/probe-link", O_WRONLY | O_CLOEXEC);
  probe.check(through < 0, "wrote through a symbolic link");
  if (through >= 0) close(through);
  unlink("/w/probe-link");
  probe.check(link(outside.canary.c_str(), "/w/probe-link") != 0, "made a hard link to a file outside");
  probe.check(rename("/usr/bin/env", "/w/probe-link") != 0, "moved a program out of /usr");
  probe.check(access(outside.canary.c_str(), F_OK) != 0, "sees " + outside.canary);
}

int connect_to(int family, int type, const sockaddr* address, socklen_t size) {
  const int channel = socket(family, type | SOCK_CLOEXEC, 0);
  if (channel < 0) return -1;
  int result = connect(channel, address, size);
  if (result == 0 && type == SOCK_DGRAM) result = send(channel, "hone", 4, 0) == 4 ? 0 : -1;
  // A datagram to the own loopback "works"; it arrives nowhere, and the host looks whether it got one.
  close(channel);
  return result;
}

void network(const Outside& outside, Probe& probe) {
  sockaddr_in inner{};
  inner.sin_family = AF_INET;
  inner.sin_port = htons(static_cast<uint16_t>(outside.port));
  inner.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  probe.check(connect_to(AF_INET, SOCK_STREAM, reinterpret_cast<sockaddr*>(&inner), sizeof inner) != 0,
              "connected to a TCP port of the host");
  connect_to(AF_INET, SOCK_DGRAM, reinterpret_cast<sockaddr*>(&inner), sizeof inner);
  sockaddr_in resolver = inner;
  resolver.sin_port = htons(53);
  resolver.sin_addr.s_addr = htonl(0x08080808);
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    probe.check(connect_to(AF_INET, type, reinterpret_cast<sockaddr*>(&resolver), sizeof resolver) != 0,
                "has a route to the internet");
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(static_cast<uint16_t>(outside.port));
  six.sin6_addr = in6addr_loopback;
  probe.check(connect_to(AF_INET6, SOCK_STREAM, reinterpret_cast<sockaddr*>(&six), sizeof six) != 0,
              "connected to an IPv6 port of the host");
  for (const int family : {AF_INET, AF_INET6}) {
    const int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    probe.check(made < 0 || outside.loopback, "has network sockets although nobody asked for a loopback");
    if (made >= 0) close(made);
  }
  probe.check(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP) < 0, "has a raw ICMP socket");
  probe.check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) < 0, "has a packet socket");
}

void unix_sockets(const Outside& outside, Probe& probe) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, outside.unix_path.c_str(), sizeof address.sun_path - 1);
  probe.check(connect_to(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0,
              "connected to a socket of the host by its path");
  memset(address.sun_path, 0, sizeof address.sun_path);
  strncpy(address.sun_path + 1, outside.abstract.c_str(), sizeof address.sun_path - 2);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + outside.abstract.size());
  probe.check(connect_to(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&address), size) != 0,
              "connected to an abstract socket of the host");
  for (const char* path :
       {"/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix"}) {
    probe.check(access(path, F_OK) != 0, std::string("sees ") + path);
  }
}

std::vector<std::string> numbers_in(const char* folder) {
  std::vector<std::string> names;
  DIR* open_folder = opendir(folder);
  if (open_folder == nullptr) return names;
  for (const dirent* entry = readdir(open_folder); entry != nullptr; entry = readdir(open_folder)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const bool own =
        strcmp(folder, "/proc/self/fd") == 0 && std::strtol(entry->d_name, nullptr, 10) == dirfd(open_folder);
    if (!own) names.emplace_back(entry->d_name);
  }
  closedir(open_folder);
  return names;
}

void environment(const Outside& outside, Probe& probe) {
  for (const std::string& process : numbers_in("/proc")) {
    const std::string text = read_file("/proc/" + process + "/environ");
    for (std::size_t at = 0; at < text.size();) {
      const std::string variable = text.c_str() + at;
      at += variable.size() + 1;
      const std::string name = variable.substr(0, variable.find('='));
      bool known = name.empty() || name == "PWD" || name == "OLDPWD";
      for (const std::string& allowed : outside.names) known = known || allowed == name;
      probe.check(known, "process " + process + " has the variable " + name);
    }
    const std::string line = read_file("/proc/" + process + "/cmdline");
    for (const std::string& path : outside.hidden) {
      if (process == "1")
        probe.check(line.find('\0' + path) == std::string::npos, "the command line of process 1 names " + path);
    }
  }
}

void descriptors(const Outside& outside, Probe& probe) {
  for (const std::string& number : numbers_in("/proc/self/fd")) {
    const int value = static_cast<int>(std::strtol(number.c_str(), nullptr, 10));
    probe.check(value <= 2 || (value == 3 && outside.metric), "descriptor " + number + " came in");
  }
}

void processes(Probe& probe) {
  const std::size_t seen = numbers_in("/proc").size();
  probe.check(seen >= 1 && seen <= 3, "sees other processes");
  probe.check(getpid() < 32, "is not in a process namespace of its own");
}

void privileges(Probe& probe) {
  const std::string status = read_file("/proc/self/status");
  for (const char* line : {"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000",
                           "NoNewPrivs:\t1", "Seccomp:\t2"}) {
    probe.check(status.find(line) != std::string::npos, std::string("/proc/self/status does not say ") + line);
  }
  probe.check(getuid() == 1000 && geteuid() == 1000, "is not the user it should be");
}

void namespaces(Probe& probe) {
  for (const int flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, 0x80 /* CLONE_NEWTIME */}) {
    probe.check(unshare(flag) != 0, "made a namespace of its own");
  }
  probe.check(syscall(SYS_clone, CLONE_NEWUSER | 17UL, nullptr, nullptr, nullptr, nullptr) < 0,
              "cloned into a user namespace");
  probe.check(mount("none", "/tmp", "tmpfs", 0, nullptr) != 0, "mounted something");
  probe.check(mount(nullptr, "/usr", nullptr, MS_REMOUNT | MS_BIND, nullptr) != 0, "made /usr writable");
  probe.check(umount2("/w", MNT_DETACH) != 0, "took away /w");
}

void system_calls(Probe& probe) {
  probe.check(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0, "has a socket to the hypervisor");
  probe.check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) < 0, "has a netlink socket");
  probe.check(socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) < 0, "has a socket to the kernel's cryptography");
  char parameters[256] = {};
  const auto refused = [](long result) { return result < 0 && errno == EPERM; };
  probe.check(refused(syscall(SYS_io_uring_setup, 4, parameters)), "may use io_uring");
  probe.check(refused(syscall(SYS_bpf, 0, parameters, sizeof parameters)), "may use bpf");
  probe.check(refused(syscall(SYS_ptrace, 0, 0, nullptr, nullptr)), "may trace processes");
  probe.check(refused(syscall(SYS_userfaultfd, 0)), "may use userfaultfd");
  probe.check(refused(syscall(SYS_perf_event_open, parameters, 0, -1, -1, 0)), "may count events");
  probe.check(refused(syscall(SYS_add_key, "user", "hone", "x", 1, -2)), "may leave keys");
}

void hidden_paths(const Outside& outside, Probe& probe) {
  for (const std::string& path : outside.hidden) probe.check(access(path.c_str(), F_OK) != 0, "sees " + path);
  probe.check(access("/w/.git", F_OK) != 0, "sees /w/.git");
}

// A ticker that leaves its parent, its session and its group; it must die with the sandbox, and --tick exits at once.
// With --tick-on the ticker is the command itself.
int tick(bool leave) {
  if (leave && fork() != 0) {
    for (int i = 0; i < 500 && access("/w/tick", F_OK) != 0; ++i) usleep(2000);
    return 0;
  }
  if (leave) setsid();
  if (leave && fork() != 0) return 0;
  for (;;) {
    const int file = open("/w/tick", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || write(file, ".", 1) != 1) return 1;
    close(file);
    usleep(2000);
  }
}

Folder folder_of(const std::string& value) {
  Folder folder;
  char* end = nullptr;
  folder.device = strtoull(value.c_str(), &end, 10);
  folder.inode = strtoull(*end == ':' ? end + 1 : end, &end, 10);
  folder.path = *end == ':' ? end + 1 : end;
  return folder;
}

Outside parse(int count, char** words) {
  Outside outside;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const std::string key = word.substr(0, word.find('='));
    const std::string value = word.find('=') == std::string::npos ? "" : word.substr(key.size() + 1);
    if (key == "port") outside.port = static_cast<int>(std::strtol(value.c_str(), nullptr, 10));
    if (key == "unix") outside.unix_path = value;
    if (key == "abstract") outside.abstract = value;
    if (key == "canary") outside.canary = value;
    if (key == "forbidden") outside.forbidden.push_back(folder_of(value));
    if (key == "hidden") outside.hidden.push_back(value);
    if (key == "name") outside.names.push_back(value);
    if (key == "disk") outside.disk = strtoull(value.c_str(), nullptr, 10);
    if (key == "memory") outside.memory = strtoull(value.c_str(), nullptr, 10);
    if (key == "processes") outside.processes = strtoull(value.c_str(), nullptr, 10);
    if (key == "loopback") outside.loopback = value == "1";
    if (key == "metric") outside.metric = value == "1";
  }
  return outside;
}

// The facts come on stdin, not in argv, which /proc/1/cmdline would show to what runs beside.
std::vector<std::string> facts_of_stdin() {
  std::vector<std::string> facts = {"hone-probe"};
  std::string text, line;
  char buffer[4096];
  for (ssize_t size; (size = read(0, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(size));
  for (const char letter : text) {
    if (letter != '\n') {
      line += letter;
      continue;
    }
    facts.push_back(line);
    line.clear();
  }
  return facts;
}

template <class Run>
void report(const char* number, Run run) {
  Probe probe{number, ""};
  run(probe);
  if (probe.broken.empty()) {
    printf("ok %s\n", number);
  } else {
    printf("broken %s %s\n", number, probe.broken.c_str());
  }
}

}  // namespace

int main(int count, char** words) {
  if (count > 1) return tick(strcmp(words[1], "--tick") == 0);
  std::vector<std::string> facts = facts_of_stdin();
  std::vector<char*> pointers;
  for (std::string& fact : facts) pointers.push_back(fact.data());
  const Outside outside = parse(static_cast<int>(pointers.size()), pointers.data());
  report("SB01", [&](Probe& probe) { outside_folders(outside, probe); });
  report("SB02", [&](Probe& probe) { links_out(outside, probe); });
  report("SB03", [&](Probe& probe) { network(outside, probe); });
  report("SB04", [&](Probe& probe) { unix_sockets(outside, probe); });
  report("SB05", [&](Probe& probe) { environment(outside, probe); });
  report("SB08", [&](Probe& probe) { descriptors(outside, probe); });
  report("SB09", [&](Probe& probe) { processes(probe); });
  report("SB10", [&](Probe& probe) { privileges(probe); });
  report("SB11", [&](Probe& probe) { namespaces(probe); });
  report("SB12", [&](Probe& probe) { system_calls(probe); });
  report("SB15", [&](Probe& probe) { limits(outside, probe); });
  report("SB17", [&](Probe& probe) { hidden_paths(outside, probe); });
  return 0;
}
