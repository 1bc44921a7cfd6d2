#include "adapters/executors/bwrap.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "adapters/executors/host.hpp"
#include "adapters/executors/seccomp.hpp"
#include "adapters/executors/stage.hpp"
#include "adapters/os/descriptor.hpp"
#include "hone/core/base/text.hpp"

namespace hone::executors {
namespace {

// One mount costs bwrap about 0.5 ms here (it reads all mounts again for each). A tree with more entries in its top
// folder than this is mounted as one, and then nothing new can be written into that folder.
constexpr std::size_t most_entries = 64;

// Not Files::store, which makes a file durable: this one is dead in a second, and its fsync would be in the way of
// what is measured next.
Done write_quickly(const std::string& path, std::string_view text) {
  const os::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  while (file && !text.empty()) {
    const ssize_t size = ::write(file.get(), text.data(), text.size());
    if (size < 0 && errno != EINTR) break;
    if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
  }
  if (file && text.empty()) return {};
  return fail(Reaction::stop_run,
              fmt::format("tried to write {}: {}; make room on that disk", path, std::strerror(errno)));
}

// A path of the tree, seen without following any link: what stands there, or 0.
mode_t kind_below(const std::string& folder, const std::string& path) {
  os::Descriptor at(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto parts = split(path, '/');
  for (std::size_t i = 0; at && i < parts.size(); ++i) {
    const std::string name(parts[i]);
    struct stat status {};
    if (::fstatat(at.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    if (i + 1 == parts.size()) return status.st_mode & S_IFMT;
    at = os::Descriptor(::openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return 0;
}

std::string flatten(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word;
    text += '\0';
  }
  return text;
}

sandbox::Right right_of(Job job) {
  if (job == Job::build) return sandbox::Right::build;
  return job == Job::holdout ? sandbox::Right::holdout : sandbox::Right::run;
}

Done check_paths(const BwrapOptions& options) {
  for (const std::string& path : options.settings.read) {
    if (::access(path.c_str(), F_OK) == 0) continue;
    return fail(Reaction::fix_input, fmt::format("--set sandbox.read={}: there is no such path", path));
  }
  return {};
}

// Of the user's processes, threads included, because RLIMIT_NPROC counts these.
std::int64_t count_tasks() {
  std::int64_t count = 0;
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return 0;
  for (const dirent* entry = ::readdir(proc); entry != nullptr; entry = ::readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    struct stat status {};
    if (::fstatat(::dirfd(proc), fmt::format("{}/task", entry->d_name).c_str(), &status, 0) != 0) continue;
    if (status.st_uid == ::getuid()) count += static_cast<std::int64_t>(status.st_nlink) - 2;
  }
  ::closedir(proc);
  return count;
}

}  // namespace

Result<std::unique_ptr<BwrapWrap>> BwrapWrap::make(BwrapOptions options, Files& files) {
  HONE_TRY_VOID(check_paths(options));
  std::unique_ptr<BwrapWrap> made(new BwrapWrap);
  made->program_ = HONE_TRY(find_bwrap(options.settings.bwrap));
  made->host_ = HONE_TRY(look_at_host(options.folder, options.gpus ? &*options.gpus : nullptr, files));
  made->host_.disable_userns = options.disable_userns;
  const std::string filter = options.folder + "/filter";
  HONE_TRY_VOID(files.store(filter, HONE_TRY(compile_filter(options.settings.loopback))));
  // By descriptors, so that no path of the host stands in /proc/1/cmdline inside.
  made->script_ = fmt::format(R"(exec "$@" 7<"$0/arguments" 8>"$0/status" 9<{})", shell_quote(filter));
  made->settings_ = std::move(options.settings);
  if (options.gpus)
    made->settings_.read.insert(made->settings_.read.end(), options.gpus->folders.begin(), options.gpus->folders.end());
  made->carried_ = std::move(options.carried);
  return made;
}

Result<Command> BwrapWrap::wrap_view(Command command, const sandbox::View& view, const std::string& scratch) const {
  HONE_TRY_VOID(write_quickly(scratch + "/arguments", flatten(sandbox::render_arguments(host_, settings_, view))));
  std::vector<std::string> argv = {"/bin/sh",          "-c", script_,     scratch, program_, "--args", "7",
                                   "--json-status-fd", "8",  "--seccomp", "9",     "--"};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  command.folder = "/";
  command.environment["HOME"] = sandbox::home;
  command.environment["TMPDIR"] = "/tmp";
  command.environment["HONE_ARTIFACTS"] = sandbox::artifacts;
  command.environment["PYTHONDONTWRITEBYTECODE"] = "1";
  for (const auto& [name, value] : host_.environment) command.environment.try_emplace(name, value);
  if (host_.gpu) {
    for (const auto& [name, value] : sandbox::gpu_caches("/tmp")) command.environment[name] = value;
  }
  return command;
}

Result<Command> BwrapWrap::wrap(Command command, const Place& place) {
  sandbox::View view;
  view.right = right_of(place.job);
  view.folder = place.folder;
  view.carried = carried_;
  view.artifacts = place.scratch + "/artifacts";
  // A check as well: by the age of its files a program could tell that nobody times it.
  if (const std::string copy = place.scratch + "/tree";
      place.job != Job::build &&
      HONE_TRY(stage_tree(place.folder, copy, place.decisive ? before_a_keep : of_every_run)))
    view.folder = copy;
  view.entries = HONE_TRY(list_entries(view.folder, view.git_file));
  view.whole = view.entries.size() > most_entries;
  for (const std::string& path : settings_.writable) {
    const mode_t kind = kind_below(view.folder, path);
    if (kind == S_IFDIR || (!view.whole && path.find('/') == std::string::npos && kind == 0)) {
      view.writable.push_back(path);
    } else if (place.job != Job::build) {
      return fail(Reaction::fix_input, fmt::format("--set sandbox.writable={}: the tree has no such folder; commit one "
                                                   "with an empty file in it",
                                                   path));
    }
  }
  for (const std::string& path : settings_.holdout) {
    const mode_t kind = kind_below(view.folder, path);
    if (kind == S_IFREG || kind == S_IFDIR) {
      view.hidden.emplace_back(path, kind == S_IFDIR);
    } else {
      return fail(Reaction::fix_input,
                  fmt::format("--set sandbox.holdout={}: the tree has no such file or folder", path));
    }
  }
  return wrap_view(std::move(command), view, place.scratch);
}

Result<ProcessReport> BwrapWrap::unwrap(ProcessReport report, const Place& place) {
  if (report.exit != ExitKind::exited && report.exit != ExitKind::signalled) return report;
  // bwrap writes the exit status of the command there when there was one; the command has no way to that file.
  std::string status(512, '\0');
  const os::Descriptor file(::open((place.scratch + "/status").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const ssize_t size = file ? ::read(file.get(), status.data(), status.size()) : 0;
  status.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (status.find("\"exit-code\"") == std::string::npos) {
    if (report.exit == ExitKind::signalled) return report;
    return fail(Reaction::stop_run,
                fmt::format("sandbox_unavailable: tried to start a command in bwrap: {}; it was proven when the run "
                            "began, so something on this machine changed; `hone resume` proves it again",
                            one_line(clip(report.error_output, 400), 400)));
  }
  // As a shell says it: the command itself is never bwrap's direct child.
  if (report.exit == ExitKind::exited && report.exit_code > 128 && report.exit_code <= 128 + SIGRTMAX) {
    report.exit = ExitKind::signalled;
    report.exit_code -= 128;
  }
  return report;
}

std::string BwrapWrap::explain(const ProcessReport& report) const {
  if (report.exit != ExitKind::exited && report.exit != ExitKind::signalled) return "";
  const int code = report.exit == ExitKind::exited ? report.exit_code : 128 + report.exit_code;
  return sandbox::explain_failure(report.error_output + report.output, code);
}

ProcessLimits limits_of(const SandboxSettings& settings) {
  ProcessLimits limits;
  limits.file_size = settings.disk;
  limits.memory = settings.memory;
  limits.tree_processes = settings.processes > 0 ? settings.processes : 8192;
  limits.processes =
      settings.processes > 0 ? settings.processes : std::max<std::int64_t>(8192, 2 * count_tasks() + 4096);
  return limits;
}

}  // namespace hone::executors
