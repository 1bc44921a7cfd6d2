#include "adapters/os/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <vector>

#include "adapters/os/capture.hpp"
#include "adapters/os/disk_watch.hpp"
#include "adapters/os/identity.hpp"
#include "adapters/os/keeper.hpp"

namespace hone::os {
namespace {

double monotonic() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::size_t size_of(Bytes bytes) {
  return static_cast<std::size_t>(std::max<std::int64_t>(bytes.value, 0));
}

constexpr std::size_t most_of_channel = 1 << 20;  // beyond it the records are no metric any more

// Puts the lines of a stream together and shows them to Command::watch until it has had enough.
class LineWatch {
 public:
  explicit LineWatch(const std::function<std::string(std::string_view)>& watch) : watch_(watch) {}
  void add(std::string_view bytes) {
    while (watch_ && said_.empty() && !bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      if (line_.size() <= longest) line_.append(bytes.substr(0, std::min(end, longest + 1)));
      if (end == std::string_view::npos) return;
      if (line_.size() <= longest) said_ = watch_(line_);
      line_.clear();
      bytes.remove_prefix(end + 1);
    }
  }
  const std::string& said() const { return said_; }

 private:
  static constexpr std::size_t longest = 4096;  // a longer line is not looked at
  const std::function<std::string(std::string_view)>& watch_;
  std::string line_, said_;
};

// One command on its way: what was asked, what came back so far.
struct Passage {
  Passage(const Command& command, const ProcessLimits& wanted, const Stop& raised)
      : limits(wanted),
        stop(raised),
        watch(command.watch),
        output(size_of(wanted.output_head), size_of(wanted.output_tail)),
        error(size_of(wanted.output_head), size_of(wanted.output_tail)),
        disk(wanted.disk) {}
  const ProcessLimits& limits;
  const Stop& stop;
  LineWatch watch;
  Descriptor output_reader, error_reader, metric_reader;
  Capture output, error, metric{most_of_channel, 1};
  DiskWatch disk;
  double next_look = 0;             // at the disk
  ExitKind why = ExitKind::exited;  // our reason for killing it; `exited` = none
  bool killed = false;
  double deadline = 0;
  pid_t main = 0;
};

// Reads what is there, at most `most` bytes. At the end of the stream the descriptor is closed.
void drain(Descriptor& reader, Capture& capture, std::int64_t most, LineWatch* watch = nullptr) {
  std::array<char, 65536> buffer;
  for (std::int64_t taken = 0; reader && taken < most;) {
    const ssize_t size = ::read(reader.get(), buffer.data(), buffer.size());
    if (size > 0) {
      capture.add({buffer.data(), static_cast<std::size_t>(size)});
      if (watch != nullptr) watch->add({buffer.data(), static_cast<std::size_t>(size)});
      taken += size;
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      reader.reset();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void terminate(Passage& passage, Keeper& keeper, ExitKind why) {
  passage.why = why;
  passage.deadline = monotonic() + passage.limits.grace.value;
  keeper.order(keeper::Order::terminate);
}

void kill_now(Passage& passage, Keeper& keeper) {
  passage.killed = true;
  keeper.order(keeper::Order::kill);
}

void look_at_limits(Passage& passage, Keeper& keeper) {
  if (passage.killed) return;
  if (passage.output.total() + passage.error.total() > passage.limits.output_most.value) {
    passage.why = ExitKind::output_limit;
    kill_now(passage, keeper);
  } else if (passage.why == ExitKind::exited && passage.disk.watches() && monotonic() >= passage.next_look) {
    passage.next_look = monotonic() + passage.limits.disk.every.value;
    if (!passage.disk.too_much()) return;
    passage.why = ExitKind::disk_limit;
    kill_now(passage, keeper);
  } else if (passage.why == ExitKind::exited && passage.stop.raised()) {
    terminate(passage, keeper, ExitKind::cancelled);
  } else if (passage.why == ExitKind::exited && !passage.watch.said().empty()) {
    terminate(passage, keeper, ExitKind::stopped_early);
  } else if (monotonic() >= passage.deadline) {
    if (passage.why == ExitKind::exited) {
      terminate(passage, keeper, ExitKind::timed_out);
    } else {
      kill_now(passage, keeper);
    }
  }
}

int until_deadline(const Passage& passage) {
  if (passage.killed) return -1;
  const double next = passage.disk.watches() ? std::min(passage.deadline, passage.next_look) : passage.deadline;
  const double left = std::ceil((next - monotonic()) * 1e3);
  return static_cast<int>(std::clamp(left, 0.0, 1e9));
}

// Sleeps until the tree is dead or something is wanted. Nothing: the keeper died before it could answer.
std::optional<keeper::Answer> wait_for_end(Passage& passage, Keeper& keeper, bool watch_channel) {
  constexpr std::int64_t turn = 8 << 20;  // of one stream, then the limits are looked at
  for (;;) {
    // A raised stop stays readable: watched until it was obeyed, or it would spin.
    const int stop = passage.why == ExitKind::exited ? passage.stop.descriptor() : -1;
    std::array<pollfd, 5> wanted{{{keeper.channel(), POLLIN, 0},
                                  {passage.output_reader.get(), POLLIN, 0},
                                  {passage.error_reader.get(), POLLIN, 0},
                                  {stop, POLLIN, 0},
                                  {passage.metric_reader.get(), POLLIN, 0}}};
    ::poll(wanted.data(), wanted.size(), until_deadline(passage));
    if (wanted[1].revents != 0)
      drain(passage.output_reader, passage.output, turn, watch_channel ? nullptr : &passage.watch);
    if (wanted[2].revents != 0) drain(passage.error_reader, passage.error, turn);
    if (wanted[4].revents != 0)
      drain(passage.metric_reader, passage.metric, turn, watch_channel ? &passage.watch : nullptr);
    if (wanted[0].revents != 0) {
      const auto answer = keeper.answer();
      if (!answer || answer->kind == keeper::Kind::ended) return answer;
      passage.main = answer->process;
    }
    look_at_limits(passage, keeper);
  }
}

ExitKind kind_of_end(const Passage& passage, const keeper::Answer& answer) {
  // It ended well before the order to stop reached it: its last lines came together, as a pipe makes them.
  if (passage.why == ExitKind::stopped_early && WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 0)
    return ExitKind::exited;
  if (passage.why != ExitKind::exited) return passage.why;
  if (answer.out_of_memory != 0) return ExitKind::out_of_memory;
  return WIFEXITED(answer.status) ? ExitKind::exited : ExitKind::signalled;
}

ProcessReport make_report(Passage& passage, const keeper::Answer& answer) {
  // The tree is dead, so what is in the pipes is all there will ever be, unless a descriptor was handed to a
  // stranger; then this does not wait for it.
  drain(passage.output_reader, passage.output, 4 << 20);
  drain(passage.error_reader, passage.error, 4 << 20);
  drain(passage.metric_reader, passage.metric, 4 << 20);
  ProcessReport report;
  report.exit = kind_of_end(passage, answer);
  report.exit_code = WIFEXITED(answer.status) ? WEXITSTATUS(answer.status) : WTERMSIG(answer.status);
  report.wall = Seconds{static_cast<double>(answer.wall_ns) * 1e-9};
  report.cpu = Seconds{static_cast<double>(answer.cpu_us) * 1e-6};
  report.peak_memory = Bytes{answer.peak_kib * 1024};
  if (answer.counted != 0) report.instructions = answer.instructions;
  report.output = passage.output.text();
  report.error_output = passage.error.text();
  report.output_bytes = passage.output.total() + passage.error.total();
  report.channel = passage.metric.text();
  report.leftovers = answer.leftovers;
  report.suspended = answer.suspended != 0;
  report.stopped = passage.watch.said();
  return report;
}

Result<ProcessReport> not_started(const Command& command, const keeper::Answer& answer) {
  const std::string why = std::strerror(answer.error);
  if (answer.failed == keeper::Stage::fork || answer.error == ENOMEM || answer.error == EAGAIN) {
    return fail(Reaction::retry, fmt::format("tried to start '{}': {}; the machine is short of processes or memory",
                                             command.argv.front(), why));
  }
  ProcessReport report;
  report.exit = ExitKind::not_started;
  report.exit_code = answer.error;
  const std::string_view what = answer.failed == keeper::Stage::folder   ? "cannot enter its folder "
                                : answer.failed == keeper::Stage::limits ? "its limits cannot be set for "
                                                                         : "cannot start ";
  report.error_output = fmt::format(
      "{}'{}': {}\n", what, answer.failed == keeper::Stage::folder ? command.folder : command.argv.front(), why);
  report.output_bytes = static_cast<std::int64_t>(report.error_output.size());
  return report;
}

class KeptProcess : public Process {
 public:
  KeptProcess(Descriptor program, CgroupPlaces places) : program_(std::move(program)), places_(std::move(places)) {
    cpu_set_t cpus;
    if (::sched_getaffinity(0, sizeof cpus, &cpus) == 0) std::memcpy(allowed_.cpus, &cpus, sizeof allowed_.cpus);
  }

  Result<ProcessReport> run(const Command& command, const ProcessLimits& limits, const Stop& stop) override {
    if (stop.raised()) return cancelled();
    if (command.argv.empty()) return fail(Reaction::fix_input, "tried to run a command: it is empty; name a program");
    const Descriptor request = HONE_TRY(make_request(command, limits, allowed_, places_));
    const Descriptor input = HONE_TRY(open_input(command));
    Pipe output = HONE_TRY(make_pipe());
    Pipe error = HONE_TRY(make_pipe());
    Keeper keeper = HONE_TRY(take());
    HONE_TRY_VOID(keeper.bound(limits));
    Passage passage(command, limits, stop);
    passage.output_reader = std::move(output.reader);
    passage.error_reader = std::move(error.reader);
    passage.deadline = monotonic() + limits.wall.value;
    passage.next_look = monotonic() + passage.limits.disk.every.value;
    MetricChannel metric;
    if (command.channel) metric = HONE_TRY(make_metric_channel());
    passage.metric_reader = std::move(metric.ours);
    const int metric_end = metric.theirs ? metric.theirs.get() : input.get();
    HONE_TRY_VOID(keeper.run({request.get(), input.get(), output.writer.get(), error.writer.get(), metric_end}));
    output.writer.reset();
    error.writer.reset();
    metric.theirs.reset();
    const auto answer = wait_for_end(passage, keeper, command.watch_channel);
    if (!answer) return orphaned(passage, keeper);
    if (answer->stuck != 0) {
      return fail(Reaction::stop_run,
                  fmt::format("tried to kill what '{}' left running: a process survived SIGKILL for "
                              "10 s; look for one in state D in `ps`, its device or file system hangs",
                              command.argv.front()));
    }
    give_back(std::move(keeper));
    if (answer->failed != keeper::Stage::none) return not_started(command, *answer);
    if (passage.why == ExitKind::disk_limit && passage.disk.others_filled_it()) {
      return fail(Reaction::stop_run,
                  fmt::format("disk_full: the disk of {} is nearly full, and not by '{}'; free some "
                              "space, then `hone resume`",
                              limits.disk.folders.front(), command.argv.front()));
    }
    ProcessReport report = make_report(passage, *answer);
    report.nonce = std::move(metric.nonce);
    return report;
  }

 private:
  static ProcessReport cancelled() {
    ProcessReport report;
    report.exit = ExitKind::cancelled;
    return report;
  }

  static Result<Descriptor> open_input(const Command& command) {
    if (!command.input.empty()) return make_text_file(command.input);
    Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (null) return null;
    return fail(Reaction::retry, fmt::format("tried to open /dev/null: {}", std::strerror(errno)));
  }

  // The command killed its keeper, which takes the right of the same user; PDEATHSIG has taken the command
  // itself, its session is swept here. What left the session is out of reach without sandbox and control group.
  static ProcessReport orphaned(Passage& passage, const Keeper& keeper) {
    if (passage.main > 0) kill_session(passage.main);
    keeper.kill_left();
    keeper::Answer answer;
    answer.status = SIGKILL;
    ProcessReport report = make_report(passage, answer);
    report.error_output += "\nhone: the process that watched this command was killed\n";
    return report;
  }

  Result<Keeper> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Keeper keeper = std::move(idle_.back());
        idle_.pop_back();
        return keeper;
      }
    }
    return Keeper::start(program_.get(), places_);
  }

  void give_back(Keeper keeper) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(keeper));
  }

  Descriptor program_;
  const CgroupPlaces places_;
  keeper::Request allowed_;  // only its `cpus`: those hone itself may use
  std::mutex mutex_;
  std::vector<Keeper> idle_;  // as many as commands ever ran at once
};

// One like the keeper's; where the kernel forbids it, errno says why.
Descriptor try_counter(std::uint32_t type, std::uint64_t config) {
  perf_event_attr event{};
  event.type = type;
  event.size = sizeof event;
  event.config = config;
  event.disabled = 1;
  event.inherit = 1;
  event.exclude_kernel = 1;
  event.exclude_hv = 1;
  return Descriptor(static_cast<int>(::syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace

Result<std::string> find_keeper() {
  std::vector<std::string> places;
  if (const char* named = std::getenv("HONE_KEEPER")) places.emplace_back(named);
  std::array<char, 4096> self{};
  if (const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size() - 1); size > 0) {
    const std::string_view path(self.data(), static_cast<std::size_t>(size));
    const std::string folder(path.substr(0, path.rfind('/')));
    places.push_back(folder + "/hone-keeper");
    places.push_back(folder + "/../libexec/hone/hone-keeper");
  }
#ifdef HONE_KEEPER_BUILT
  places.emplace_back(HONE_KEEPER_BUILT);
#endif
  for (const std::string& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return fail(Reaction::stop_run, fmt::format("tried to find hone-keeper in {}: it is not there; install hone again or "
                                              "name it in HONE_KEEPER",
                                              fmt::join(places, ", ")));
}

Result<std::unique_ptr<Process>> make_process(const std::string& keeper, bool as_trees) {
  const std::string path = keeper.empty() ? HONE_TRY(find_keeper()) : keeper;
  Descriptor program(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!program) {
    return fail(Reaction::stop_run,
                fmt::format("tried to open {}: {}; install hone again", path, std::strerror(errno)));
  }
  return std::unique_ptr<Process>(
      std::make_unique<KeptProcess>(std::move(program), as_trees ? settle_in() : CgroupPlaces{}));
}

TreeLimits tree_limits() {
  const CgroupPlaces found = settle_in();
  return {found.processes(), found.memory(), found.why_not};
}

bool counts_the_unwaited() {
  return static_cast<bool>(try_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK));
}

InstructionCounter instruction_counter() {
  const Descriptor counter = try_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
  if (counter) return {true, ""};
  const std::string_view why =
      errno == ENOENT || errno == EOPNOTSUPP ? "this machine has no hardware counters (a virtual machine?)"
      : errno == EACCES || errno == EPERM ? "the kernel forbids them; `sysctl kernel.perf_event_paranoid=2` allows them"
                                          : std::strerror(errno);
  return {false,
          fmt::format("instructions cannot be counted: {}; another way is a metric command that runs the program "
                      "under `valgrind --tool=cachegrind` and prints its `I refs`",
                      why)};
}

}  // namespace hone::os
