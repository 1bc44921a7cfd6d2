// What measures although it is no part of the tree: the compiler, the interpreter, libc, data that is carried or read.
// When one of them changes in the middle of a night (an upgrade at 06:00, a rewritten input file), numbers from before
// and after cannot be compared: the run stops, and a resumed one refuses to mix them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/result.hpp"

namespace hone::executors {

struct Tool {
  std::string path;  // with every link followed
  std::int64_t size = 0, changed = 0;
};
using Tools = std::vector<Tool>;

struct ToolSearch {
  std::string commands;             // build, check, metric, hold-out; one a line
  std::vector<std::string> inputs;  // files and folders on this machine; of large folders the first entries only
};

// The programs that the commands name, compilers that `make` and its like start unnamed, libc, and the inputs.
[[nodiscard]] Tools find_tools(const ToolSearch&);
// stop_run, "evaluator_changed: ...", when one is not as it was. Some microseconds a tool.
[[nodiscard]] Done still_the_same(const Tools&);

// "; tools 1f0c2d4a" for the line that says which machine a session ran on; "" without tools.
[[nodiscard]] std::string render_tools(const Tools&);
[[nodiscard]] std::string tools_in(std::string_view machine_line);  // "1f0c2d4a"; "" = none

}  // namespace hone::executors
