// What single files tell about a project.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/config/init.hpp"

namespace hone::init {

[[nodiscard]] std::string_view base_name(std::string_view path);
[[nodiscard]] std::string_view folder_of(std::string_view path);  // with its slash; "" = the root
[[nodiscard]] std::string_view extension_of(std::string_view path);
[[nodiscard]] std::string_view stem_of(std::string_view path);
[[nodiscard]] bool has_word(std::string_view text, std::string_view word);  // as a substring, letters of any case
[[nodiscard]] bool is_test(std::string_view path);
[[nodiscard]] bool is_source(std::string_view path);    // code of a language hone knows
[[nodiscard]] bool is_compiled(std::string_view path);  // C and C++
// A path as a shell word, quoted only where it must be.
[[nodiscard]] std::string word_of(const std::string& path);
// "python3 bench.py"; "" = it cannot be run as it stands.
[[nodiscard]] std::string run_line(const TrackedFile&);

// NAME of the first `METRIC NAME=` in code.
[[nodiscard]] std::optional<std::string> metric_of(std::string_view text);
// NAME of the last `print("NAME: ...` whose name sounds like a score.
[[nodiscard]] std::optional<std::string> printed_name(std::string_view text);
// Words after `./` in a script: programs that it runs.
[[nodiscard]] std::vector<std::string> programs_of(std::string_view script);
// Local files that code includes or imports, as they are written.
[[nodiscard]] bool refers_to(std::string_view code, std::string_view path);
// First argument of every `call(` in a CMakeLists.txt: names of executables or tests.
[[nodiscard]] std::vector<std::string> cmake_names(std::string_view text, std::string_view call);
[[nodiscard]] bool has_make_target(std::string_view makefile, std::string_view name);
// Is NAME a key of "scripts" in a package.json?
[[nodiscard]] bool has_npm_script(std::string_view package, std::string_view name);

}  // namespace hone::init
