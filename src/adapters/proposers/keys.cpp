#include "adapters/proposers/keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>

#include "adapters/os/stop.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

Result<std::string> one_key(std::string_view text, const std::string& place) {
  const std::string_view key = trim(text);
  if (key.empty()) return fail(Reaction::fix_input, fmt::format("{} holds no key", place));
  for (const char c : key) {
    if (c < 0x21 || c > 0x7e) {
      return fail(Reaction::fix_input,
                  fmt::format("{} must hold a key and nothing else: one line without spaces", place));
    }
  }
  return std::string(key);
}

}  // namespace

Result<std::string> load_key(const KeySource& source, const std::map<std::string, std::string>& environment,
                             Process& process) {
  if (!source.command.empty()) {
    const Command command{.argv = {"/bin/sh", "-c", source.command},
                          .folder = "/",
                          .environment = child_environment(environment, {}),
                          .input = ""};
    ProcessLimits limits;
    limits.wall = {60};
    const ProcessReport report = HONE_TRY(process.run(command, limits, os::NoStop()));
    if (!succeeded(report))
      return fail(Reaction::fix_input, fmt::format("the key command '{}' failed", source.command));
    return one_key(report.output, fmt::format("the output of the key command '{}'", source.command));
  }
  if (!source.file.empty()) {
    std::ifstream file(source.file);
    std::string line;
    if (!std::getline(file, line))
      return fail(Reaction::fix_input, fmt::format("cannot read a key from {}", source.file));
    return one_key(line, source.file);
  }
  for (const std::string& name : source.names) {
    if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) {
      return one_key(found->second, name);
    }
  }
  if (!source.needed) return std::string();
  return fail(Reaction::fix_input, fmt::format("no key: set {}, or a key file or key command in your own configuration",
                                               fmt::join(source.names, " or ")));
}

std::string describe_key(const KeySource& source, const std::map<std::string, std::string>& environment) {
  if (!source.command.empty()) return "a command";
  if (!source.file.empty()) return "the file " + source.file;
  for (const std::string& name : source.names) {
    if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) return name;
  }
  return {};
}

std::map<std::string, std::string> child_environment(const std::map<std::string, std::string>& environment,
                                                     const std::vector<std::string>& names) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : environment) {
    for (const std::string_view always : {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "SHELL", "TZ"}) {
      if (name == always) result[name] = value;
    }
    if (name.starts_with("LC_")) result[name] = value;
  }
  for (const std::string& name : names) {
    if (const auto found = environment.find(name); found != environment.end()) result[name] = found->second;
  }
  return result;
}

}  // namespace hone
