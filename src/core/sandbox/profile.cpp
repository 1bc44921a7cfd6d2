#include "hone/core/sandbox/profile.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace hone::sandbox {
namespace {

class Arguments {
 public:
  explicit Arguments(Bytes disk) : size_(fmt::format("{}", disk.value)) {}

  void add(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) words_.emplace_back(word);
  }
  void read_only(std::string_view from, std::string_view to) { add({"--ro-bind", from, to}); }
  void fresh(std::string_view where) { add({"--size", size_, "--tmpfs", where}); }
  void closed(std::string_view where) { add({"--remount-ro", where}); }
  std::vector<std::string> take() && { return std::move(words_); }

 private:
  std::string size_;
  std::vector<std::string> words_;
};

void add_system(Arguments& arguments, const Host& host) {
  for (const auto& [link, target] : host.links) arguments.add({"--symlink", target, link});
  for (const std::string& path : host.paths) arguments.read_only(path, path);
  for (const auto& [from, to] : host.files) arguments.read_only(from, to);
  arguments.add({"--proc", "/proc", "--dev", "/dev"});
  // After --dev, which would cover them; the newer tools want all of the nodes (reference 1.4).
  for (const std::string& device : host.devices) arguments.add({"--dev-bind-try", device, device});
  arguments.fresh("/dev/shm");
  arguments.closed("/dev");
  // Or a process could write into the memory of the one that started it, by /proc/PID/mem: a judge that is a script.
  arguments.closed("/proc");
  arguments.fresh("/tmp");
  arguments.add(
      {"--dir", home, "--dir", artifacts, "--dir", "/run", "--dir", "/var", "--symlink", "../tmp", "/var/tmp"});
}

std::string in_tree(std::string_view path) {
  return fmt::format("{}/{}", tree, path);
}

void add_entries(Arguments& arguments, const View& view) {
  arguments.fresh(tree);
  for (const Entry& entry : view.entries) {
    if (entry.link.empty()) {
      arguments.read_only(fmt::format("{}/{}", view.folder, entry.name), in_tree(entry.name));
    } else {
      arguments.add({"--symlink", entry.link, in_tree(entry.name)});
    }
  }
}

void add_tree(Arguments& arguments, const Host& host, const View& view) {
  if (view.right == Right::build) {
    arguments.add({"--bind", view.folder, tree});
  } else if (view.whole) {
    arguments.read_only(view.folder, tree);
  } else {
    add_entries(arguments, view);
  }
  const bool as_one = view.right == Right::build || view.whole;
  if (as_one && view.git_file) arguments.read_only(host.empty, in_tree(".git"));
  if (view.right != Right::build) {
    for (const std::string& path : view.writable) arguments.fresh(in_tree(path));
  }
  if (view.right == Right::holdout) return;
  for (const auto& [path, folder] : view.hidden) {
    if (folder) {
      arguments.fresh(in_tree(path));
      arguments.closed(in_tree(path));
    } else {
      arguments.read_only(host.empty, in_tree(path));
    }
  }
}

}  // namespace

std::vector<std::string> render_arguments(const Host& host, const SandboxSettings& settings, const View& view) {
  Arguments arguments(settings.disk);
  arguments.add({"--unshare-user", "--unshare-all"});
  if (host.disable_userns) arguments.add({"--disable-userns"});
  // One identity for everyone: a program must not tell by its number on whose machine it is.
  arguments.add({"--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000",
                 "--hostname", "bench"});
  add_system(arguments, host);
  if (!view.artifacts.empty()) arguments.add({"--bind", view.artifacts, artifacts});
  for (const std::string& path : settings.read) arguments.read_only(path, path);
  for (const std::string& path : view.carried) arguments.read_only(path, path);
  add_tree(arguments, host, view);
  arguments.closed("/");
  arguments.add({"--chdir", tree});
  return std::move(arguments).take();
}

std::string explain_failure(std::string_view output, int exit_code) {
  const auto says = [output](std::string_view words) { return output.find(words) != std::string_view::npos; };
  if (says("Read-only file system") || says("Errno 30]")) {
    return "in the sandbox the tree is read-only: write to $TMPDIR or the top folder, or --set "
           "sandbox.writable=FOLDER, "
           "which each run gets empty; what makes files for later belongs into --build";
  }
  if (says("No space left on device") || says("File too large") || says("File size limit exceeded")) {
    return "in the sandbox /w, /tmp and any one file are bounded, by 1 GiB unless told otherwise; --set "
           "sandbox.disk=8G "
           "raises it";
  }
  if (says("Resource temporarily unavailable") || says("Cannot fork") || says("fork: retry")) {
    return "in the sandbox the number of processes and threads is bounded; --set sandbox.processes=N raises it";
  }
  if (exit_code == 127 || says("command not found")) {
    return "in the sandbox only /usr and the tree are there: a tool in another place needs --set "
           "sandbox.read=/opt/tool, "
           "an ignored one inside the repository --carry";
  }
  if (says("Address family not supported")) {
    return "in the sandbox there are no network sockets: --loopback gives a run its own loopback, and nothing beyond "
           "it";
  }
  if (says("Network is unreachable") || says("Temporary failure in name resolution")) {
    return "in the sandbox there is no network: fetch beforehand and bring it with --carry";
  }
  return "";
}

}  // namespace hone::sandbox
