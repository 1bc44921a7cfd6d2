// One child process tree from start to its last descendant's death.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

inline constexpr int metric_descriptor = 3;  // of a command with a channel

struct Command {
  std::vector<std::string> argv;
  std::string folder;                              // working directory, absolute
  std::map<std::string, std::string> environment;  // the whole of it, nothing is inherited
  std::string input;                               // stdin; "" = /dev/null
  // A private way to report: descriptor `metric_descriptor` is one end of a socket on which one line waits, a secret
  // of this run. What comes back on it is in ProcessReport::channel.
  bool channel = false;
  // Sees every whole line of stdout as it comes (`watch_channel`: of the channel instead) and says why the tree shall
  // be killed now; "" = it goes on. Called on the thread of run(), which sleeps when nothing is printed.
  std::function<std::string(std::string_view)> watch = {};
  bool watch_channel = false;
};

// What one command may write in all, where no file system bounds it. Looked at by the thread that waits, with one
// statvfs(); the folders are walked only when the disk got fuller by as much.
struct DiskLimit {
  std::vector<std::string> folders;  // of one disk; none = not looked at
  Bytes most{};
  std::int64_t entries = 500'000;  // files and folders
  Seconds every{1};                // between two looks; the first after as long
};

struct ProcessLimits {
  Seconds wall{600};
  Seconds grace{2};              // between SIGTERM and SIGKILL
  Bytes output_head{64 * 1024};  // kept of each stream
  Bytes output_tail{192 * 1024};
  Bytes output_most{1LL << 34};     // of both; beyond it the tree is killed: output_limit
  std::vector<int> cpus;            // pinned to these; empty = not pinned
  Bytes memory{};                   // of the tree by control group, else RLIMIT_AS of each process; 0 = none
  Bytes file_size{};                // RLIMIT_FSIZE; 0 = none
  std::int64_t processes = 0;       // RLIMIT_NPROC: of all this user has; 0 = none
  std::int64_t tree_processes = 0;  // of the tree, and then no RLIMIT_NPROC, where there is a control group; 0 = none
  bool count_instructions = false;
  bool count_hidden = false;  // also what nobody waits for; makes every fork in the command dearer (about 8 %)
  DiskLimit disk;             // beyond it the tree is killed: disk_limit
};

class Process {
 public:
  virtual ~Process() = default;
  // Blocks until the whole tree is dead. A command that fails is a report, not an Error; an Error means
  // that the environment failed. `stop` cancels it (ExitKind::cancelled). Thread-safe.
  [[nodiscard]] virtual Result<ProcessReport> run(const Command&, const ProcessLimits&, const Stop& stop) = 0;
};

}  // namespace hone
