#include "adapters/executors/prove.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "adapters/executors/listeners.hpp"
#include "adapters/os/process.hpp"
#include "adapters/os/stop.hpp"
#include "hone/core/base/text.hpp"

namespace hone::executors {
namespace {

namespace fs = std::filesystem;

// Lines that hone-probe must print; SB06 and SB07 are tried from out here.
constexpr std::array inner = {"SB01", "SB02", "SB03", "SB04", "SB05", "SB08",
                              "SB09", "SB10", "SB11", "SB12", "SB15", "SB17"};
constexpr std::string_view untouched = "untouched";
constexpr std::string_view way_out = "or say --sandbox none to run code that a model wrote without protection";

// SB07. The inner shell is the sandbox's parent, as hone-keeper is in a run, and is killed like one.
constexpr const char* kill_parent = R"sh(t=$1; shift
/bin/sh -c '"$@" & wait' parent "$@" & parent=$!
i=0; while [ ! -s "$t" ] && [ $i -lt 200 ]; do sleep 0.01; i=$((i+1)); done
[ -s "$t" ] || { echo never ticked; exit; }
kill -9 $parent
i=0
while [ $i -lt 20 ]; do
  a=$(wc -c <"$t"); sleep 0.05
  if [ "$a" = "$(wc -c <"$t")" ]; then echo gone; exit; fi
  i=$((i+1))
done
echo still there)sh";

// A folder of the probes' own, short so that socket paths fit; gone with it.
class Camp {
 public:
  static Result<Camp> pitch() {
    char name[] = "/tmp/hone-probe-XXXXXX";
    if (::mkdtemp(name) == nullptr) {
      return fail(Reaction::stop_run,
                  "tried to make a folder in /tmp for the sandbox's probes and failed; make room there");
    }
    Camp camp(name);
    std::error_code error;
    fs::create_directories(camp.top_ + "/w/scratch", error);
    fs::create_directories(camp.top_ + "/scratch", error);
    return camp;
  }
  Camp(Camp&& other) noexcept : top_(std::exchange(other.top_, {})) {}
  Camp& operator=(Camp&&) = delete;
  ~Camp() {
    std::error_code ignored;
    if (!top_.empty()) fs::remove_all(top_, ignored);
  }
  [[nodiscard]] std::string at(std::string_view name) const { return fmt::format("{}/{}", top_, name); }

 private:
  explicit Camp(std::string top) : top_(std::move(top)) {}
  std::string top_;
};

class Prover {
 public:
  Prover(const BwrapWrap& wrap, const Outskirts& outskirts, Process& process, Files& files, const Camp& camp)
      : wrap_(wrap),
        outskirts_(outskirts),
        process_(process),
        files_(files),
        camp_(camp),
        limits_(limits_of(wrap.settings())) {
    limits_.wall = Seconds{20};
  }

  // Honest work goes through.
  Done control() {
    HONE_TRY_VOID(files_.store(camp_.at("w/given"), "given\n"));
    const ProcessReport report = HONE_TRY(
        run({"/bin/sh", "-c", "/bin/true && echo made > /w/made && cat /w/made /w/given"}, sandbox::Right::run, ""));
    if (succeeded(report) && report.output == "made\ngiven\n") return {};
    return fail(Reaction::stop_run, fmt::format("sandbox_unavailable: tried to run a command in bwrap: {}; {}, {}",
                                                one_line(clip(report.error_output + report.output, 400), 400),
                                                advise_on(report.error_output), way_out));
  }

  // The GPU that was asked for is one that a command gets.
  Result<sandbox::GpuFound> find_gpus() {
    HONE_TRY_VOID(place(HONE_TRY(find_gpu_probe()), "hone-gpu-probe"));
    limits_.wall = Seconds{60};  // a driver that nobody keeps loaded takes seconds
    const ProcessReport report = HONE_TRY(run({"/w/hone-gpu-probe"}, sandbox::Right::run, ""));
    return sandbox::read_gpu_probe(report.output + "\n" + (succeeded(report) ? "" : report.error_output));
  }

  // And no attack does. Error: the probes could not be tried.
  Result<std::vector<Probed>> attack() {
    HONE_TRY_VOID(place_probe());
    Listeners listeners = HONE_TRY(Listeners::open(camp_.at("scratch")));
    HONE_TRY_VOID(files_.store(camp_.at("canary"), untouched));
    // What bounds much bounds little as well, and that is tried in a moment.
    const ProcessLimits whole = limits_;
    if (limits_.memory.value > 0) limits_.memory = std::min(limits_.memory, Bytes{256 << 20});
    limits_.tree_processes = std::min<std::int64_t>(limits_.tree_processes, 64);
    const ProcessReport report = HONE_TRY(run({"/w/hone-probe"}, sandbox::Right::run, facts(listeners)));
    limits_ = whole;
    std::map<std::string, std::string> got;
    for (const char* number : inner) got[number] = read_line(report.output, number);
    if (const std::string used = listeners.used(); !used.empty()) got["SB03"] = used;
    const auto canary = files_.load(camp_.at("canary"), Bytes{100});
    if (!canary || *canary != untouched) got["SB02"] = "changed a file outside";
    got["SB06"] = HONE_TRY(leave_a_ticker());
    got["SB07"] = HONE_TRY(die_with_parent());
    std::vector<Probed> probes;
    for (const auto& [number, what] : got) probes.push_back({number, what});
    return probes;
  }

 private:
  Result<ProcessReport> run(std::vector<std::string> argv, sandbox::Right right, std::string input) {
    Command command = HONE_TRY(wrapped(std::move(argv), right));
    command.input = std::move(input);
    return process_.run(command, limits_, stop_);
  }

  Result<Command> wrapped(std::vector<std::string> argv, sandbox::Right right) const {
    sandbox::View view;
    view.right = right;
    view.folder = camp_.at("w");
    view.carried = wrap_.carried();
    view.entries = {{"given", ""}};
    std::error_code ignored;
    for (const char* probe : {"hone-gpu-probe", "hone-probe"}) {
      if (fs::exists(camp_.at("w") + "/" + probe, ignored)) view.entries.push_back({probe, ""});
    }
    const Command command{std::move(argv), "/", {{"PATH", "/usr/bin:/bin"}}, ""};
    return wrap_.wrap_view(command, view, camp_.at("scratch"));
  }

  Done place_probe() {
    const std::string keeper = HONE_TRY(os::find_keeper());
    return place(keeper.substr(0, keeper.rfind('/')) + "/hone-probe", "hone-probe");
  }

  Done place(const std::string& probe, const std::string& name) {
    std::error_code error;
    fs::copy_file(probe, camp_.at("w/" + name), fs::copy_options::overwrite_existing, error);
    if (!error) return {};
    return fail(Reaction::stop_run, fmt::format("tried to copy {} for the sandbox's probes: {}; install hone again",
                                                probe, error.message()));
  }

  std::string facts(const Listeners& listeners) const {
    const SandboxSettings& settings = wrap_.settings();
    std::string text = fmt::format("port={}\nunix={}\nabstract={}\ncanary={}\ndisk={}\nmemory={}\nloopback={}\n",
                                   listeners.port, listeners.path, listeners.abstract, camp_.at("canary"),
                                   settings.disk.value, limits_.memory.value, settings.loopback ? 1 : 0);
    if (os::tree_limits().processes) text += fmt::format("processes={}\n", limits_.tree_processes);
    for (const std::string& folder : outskirts_.forbidden) {
      struct stat found {};
      if (::stat(folder.c_str(), &found) != 0) continue;  // what is not there is nowhere to write in
      text += fmt::format("forbidden={}:{}:{}\n", found.st_dev, found.st_ino, folder);
    }
    for (const std::string& path : outskirts_.hidden) text += fmt::format("hidden={}\n", path);
    text += fmt::format("hidden={}\n", camp_.at("scratch"));
    for (const char* name : {"PATH", "HOME", "TMPDIR", "HONE_ARTIFACTS", "PYTHONDONTWRITEBYTECODE"}) {
      text += fmt::format("name={}\n", name);
    }
    for (const auto& [name, value] : wrap_.host().environment) text += fmt::format("name={}\n", name);
    for (const auto& [name, value] : sandbox::gpu_caches("")) {
      if (wrap_.host().gpu) text += fmt::format("name={}\n", name);
    }
    return text;
  }

  // What the probe got through; "" = it was held.
  static std::string read_line(std::string_view output, std::string_view number) {
    const std::string bad = fmt::format("broken {} ", number);
    for (const std::string_view line : lines(output)) {
      if (line == fmt::format("ok {}", number)) return {};
      if (line.starts_with(bad)) return one_line(line.substr(bad.size()), 300);
    }
    return "did not report: " + one_line(output, 200);
  }

  // SB06: what left its parent, session and group is dead when the command has ended.
  Result<std::string> leave_a_ticker() {
    const ProcessReport report = HONE_TRY(run({"/w/hone-probe", "--tick"}, sandbox::Right::build, ""));
    std::error_code error;
    const auto before = fs::file_size(camp_.at("w/tick"), error);
    if (!succeeded(report) || error) return "could not leave a process behind to look for";
    ::usleep(20'000);
    const bool goes_on = fs::file_size(camp_.at("w/tick"), error) != before;
    fs::remove(camp_.at("w/tick"), error);
    return goes_on ? "left a process behind" : "";
  }

  Result<std::string> die_with_parent() {
    const Command inside = HONE_TRY(wrapped({"/w/hone-probe", "--tick-on"}, sandbox::Right::build));
    Command outer = inside;
    outer.argv = {"/bin/sh", "-c", kill_parent, "sh", camp_.at("w/tick")};
    outer.argv.insert(outer.argv.end(), inside.argv.begin(), inside.argv.end());
    const ProcessReport report = HONE_TRY(process_.run(outer, limits_, stop_));
    if (trim(report.output) == "gone") return {};
    return "outlived its parent: " + one_line(report.output + report.error_output, 200);
  }

  const BwrapWrap& wrap_;
  const Outskirts& outskirts_;
  Process& process_;
  Files& files_;
  const Camp& camp_;
  ProcessLimits limits_;
  os::NoStop stop_;
};

// How processes and memory are bounded; `hone doctor` takes its line from these words.
std::string render_limits() {
  const os::TreeLimits trees = os::tree_limits();
  if (trees.processes && trees.memory) return "by cgroup";
  const std::string_view root = ::getuid() == 0 && !trees.processes ? ", no process limit for root" : "";
  return fmt::format("best effort (no cgroup{}: {})", root,
                     trees.why_not.empty() ? "memory has none" : std::string_view(trees.why_not));
}

}  // namespace

std::string advise_on(std::string_view error_output) {
  const auto says = [error_output](std::string_view words) {
    return error_output.find(words) != std::string_view::npos;
  };
  if (says("setting up uid map") || says("RTM_NEWADDR")) {
    return "Ubuntu's AppArmor keeps programs from user namespaces: `apt install apparmor-profiles` and load its "
           "profile "
           "bwrap-userns-restrict (`sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ "
           "&& "
           "sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict`)";
  }
  if (says("No permissions to create") || says("Creating new namespace failed")) {
    return "the kernel forbids user namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1` or "
           "`sudo sysctl user.max_user_namespaces=15000` allows them; in a container start it with "
           "--security-opt seccomp=unconfined";
  }
  if (says("mount proc")) {
    return "a fresh /proc cannot be mounted, as in most containers: run hone outside, or start the container with "
           "--security-opt systempaths=unconfined";
  }
  if (says("Unknown option")) return "this bwrap is too old: 0.8.0 or newer is needed";
  return "see what bwrap says; version 0.8.0 or newer is needed (`apt install bubblewrap`)";
}

Done demand(const Protection& protection) {
  for (const Probed& one : protection.probes) {
    if (one.got.empty()) continue;
    return fail(Reaction::stop_run,
                fmt::format("sandbox_unavailable: the sandbox does not hold on this machine ({}): the "
                            "probe {}; see `hone doctor`, {}",
                            one.number, one.got, way_out));
  }
  return {};
}

Result<Protection> make_protection(const BwrapOptions& wanted, const Outskirts& outskirts, Process& process,
                                   Files& files) {
  const Camp camp = HONE_TRY(Camp::pitch());
  for (const bool disable_userns : {true, false}) {
    BwrapOptions options = wanted;
    options.disable_userns = disable_userns;
    Protection made;
    made.wrap = HONE_TRY(BwrapWrap::make(std::move(options), files));
    Prover prover(*made.wrap, outskirts, process, files, camp);
    const Done control = prover.control();
    if (!control && disable_userns && control.error().message.find("userns") != std::string::npos) continue;
    if (!control) return fail(control.error());
    made.probes = HONE_TRY(prover.attack());
    if (!demand(made)) return made;
    made.level = fmt::format("bwrap: proven by {} probes; {}, seccomp{}; limits: {}", made.probes.size(),
                             wanted.settings.loopback ? "its own loopback" : "no network",
                             disable_userns ? "" : ", nested namespaces stopped by seccomp alone", render_limits());
    if (wanted.gpus) {
      made.gpus = HONE_TRY(prover.find_gpus());
      made.level += fmt::format("; GPU: {}, seen from inside", made.gpus->text);
    }
    return made;
  }
  return fail(Reaction::stop_run, "sandbox_unavailable: bwrap refuses both profiles");
}

}  // namespace hone::executors
