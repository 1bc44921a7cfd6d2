#include "adapters/executors/host.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace hone::executors {
namespace {

// What programs need of /etc and what tells nothing: no keys (a run as root could read /etc/ssl/private), no users,
// no names of hosts.
constexpr std::array etc_names = {"/etc/ld.so.cache",
                                  "/etc/ld.so.conf",
                                  "/etc/ld.so.conf.d",
                                  "/etc/alternatives",
                                  "/etc/nsswitch.conf",
                                  "/etc/ssl/certs",
                                  "/etc/ssl/openssl.cnf",
                                  "/etc/fonts",
                                  "/etc/protocols",
                                  "/etc/services",
                                  "/etc/mime.types",
                                  "/etc/magic",
                                  "/etc/os-release",
                                  "/etc/locale.alias",
                                  "/etc/host.conf",
                                  "/etc/gai.conf",
                                  "/etc/debian_version",
                                  "/etc/perl",
                                  "/etc/R",
                                  "/etc/OpenCL",
                                  "/etc/vulkan",
                                  "/etc/localtime"};
constexpr std::array etc_beginnings = {"java", "python", "php", "ghc"};
constexpr std::array top_folders = {"/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"};
struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

// The target of a symbolic link; "" when `name` is something else.
std::string link_target(int folder, const char* name) {
  std::array<char, 4097> text{};
  const ssize_t size = ::readlinkat(folder, name, text.data(), text.size() - 1);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

void add_usr(sandbox::Host& host) {
  host.paths.emplace_back("/usr");
  for (const std::string top : top_folders) {
    if (!exists(top)) continue;
    const std::string target = link_target(AT_FDCWD, top.c_str());
    if (target.empty()) {
      host.paths.push_back(top);
    } else {
      host.links.emplace_back(top, target);
    }
  }
}

void add_etc(sandbox::Host& host) {
  std::vector<std::string> names;
  for (const char* name : etc_names) names.emplace_back(name);
  const Folder etc(::opendir("/etc"));
  for (const dirent* entry = etc ? ::readdir(etc.get()) : nullptr; entry != nullptr; entry = ::readdir(etc.get())) {
    for (const std::string_view beginning : etc_beginnings) {
      if (std::string_view(entry->d_name).starts_with(beginning)) names.push_back(std::string("/etc/") + entry->d_name);
    }
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (exists(name)) host.paths.push_back(name);
  }
}

void add_gpus(sandbox::Host& host, const GpuSide& gpus) {
  host.gpu = true;
  host.devices = gpus.devices;
  host.environment = gpus.environment;
  if (exists("/sys")) host.paths.emplace_back("/sys");  // without it cuInit fails with 304
}

}  // namespace

Result<sandbox::Host> look_at_host(const std::string& folder, const GpuSide* gpus, Files& files) {
  sandbox::Host host;
  add_usr(host);
  add_etc(host);
  // The shape of the machine, for programs that ask how many CPUs there are and how they hang together.
  if (gpus != nullptr) {
    add_gpus(host, *gpus);
  } else if (exists("/sys/devices/system")) {
    host.paths.emplace_back("/sys/devices/system");
  }
  const std::pair<const char*, std::string> own[] = {
      {"passwd",
       "root:x:0:0:root:/:/bin/sh\nhone:x:1000:1000:hone:/tmp/home:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"},
      {"group", "root:x:0:\nhone:x:1000:\nnogroup:x:65534:\n"},
      {"hosts", "127.0.0.1 localhost bench\n::1 localhost\n"}};
  HONE_TRY_VOID(files.make_folder(folder));
  for (const auto& [name, text] : own) {
    const std::string path = fmt::format("{}/{}", folder, name);
    HONE_TRY_VOID(files.store(path, text));
    host.files.emplace_back(path, fmt::format("/etc/{}", name));
  }
  host.empty = folder + "/empty";
  HONE_TRY_VOID(files.store(host.empty, ""));
  return host;
}

Result<std::string> find_bwrap(const std::string& named) {
  if (!named.empty()) {
    if (::access(named.c_str(), X_OK) == 0) return named;
    return fail(Reaction::fix_input, fmt::format("--set sandbox.bwrap={}: there is no such program", named));
  }
  for (const std::string path : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"}) {
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return fail(
      Reaction::stop_run,
      "tried to find bwrap for the sandbox: it is not installed; `apt install bubblewrap`, or say --sandbox none "
      "to run code that a model wrote without protection");
}

Result<std::vector<sandbox::Entry>> list_entries(const std::string& folder, bool& git_file) {
  git_file = false;
  std::vector<sandbox::Entry> entries;
  const Folder open(::opendir(folder.c_str()));
  if (!open) {
    return fail(Reaction::stop_run,
                fmt::format("tried to read the workspace {}: {}; look at the disk", folder, std::strerror(errno)));
  }
  for (const dirent* entry = ::readdir(open.get()); entry != nullptr; entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (name == ".git") {
      git_file = true;
      continue;
    }
    struct stat status {};
    if (::fstatat(::dirfd(open.get()), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    // A socket, pipe or device that a build left is not mounted. A link is made anew and never followed out here: it
    // may point to a place that only hone can read.
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) entries.push_back({name, ""});
    if (S_ISLNK(status.st_mode)) entries.push_back({name, link_target(::dirfd(open.get()), name.c_str())});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

}  // namespace hone::executors
