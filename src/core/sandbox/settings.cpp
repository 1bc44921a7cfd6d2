#include "hone/core/sandbox/settings.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "hone/core/base/text.hpp"
#include "hone/core/config/values.hpp"

namespace hone {
namespace {

constexpr std::string_view prefix = "sandbox.";

tl::unexpected<Error> refuse(std::string_view name, std::string_view value, std::string_view why) {
  return fail(Reaction::fix_input, fmt::format("--set {}={}: {}", name, value, why));
}

// "500M", "2G"; a bare number is bytes.
std::optional<Bytes> parse_size(std::string_view text) {
  double factor = 1;
  constexpr std::string_view letters = "KMGT";
  if (text.ends_with("iB")) text.remove_suffix(2);
  if (text.ends_with('B')) text.remove_suffix(1);
  if (!text.empty()) {
    if (const auto power = letters.find(text.back()); power != std::string_view::npos) {
      factor = std::pow(1024.0, static_cast<double>(power + 1));
      text.remove_suffix(1);
    }
  }
  const auto number = parse_number(text);
  if (!number || *number <= 0 || *number * factor > 1e18) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(*number * factor)};
}

Done add_host_paths(std::vector<std::string>& paths, std::string_view name, std::string_view value) {
  for (const std::string_view part : split(value, ':')) {
    if (part.empty()) continue;
    if (!part.starts_with('/') || part == "/") return refuse(name, value, "name absolute folders, not the whole disk");
    paths.emplace_back(part);
  }
  return {};
}

Done add_tree_paths(std::vector<std::string>& paths, std::string_view name, std::string_view value) {
  for (std::string_view part : split(value, ':')) {
    while (part.ends_with('/')) part.remove_suffix(1);
    if (part.empty()) continue;
    bool inside = !part.starts_with('/');
    for (const std::string_view step : split(part, '/')) {
      inside = inside && !step.empty() && step != "." && step != ".." && step != ".git";
    }
    if (!inside) return refuse(name, value, "name paths inside the repository, from its root");
    paths.emplace_back(part);
  }
  return {};
}

Done set(SandboxSettings& settings, std::string_view name, std::string_view value) {
  const std::string_view key = name.substr(prefix.size());
  if (key == "read") return add_host_paths(settings.read, name, value);
  if (key == "writable") return add_tree_paths(settings.writable, name, value);
  if (key == "holdout") return add_tree_paths(settings.holdout, name, value);
  if (key == "gpu") {
    settings.gpu = HONE_TRY(parse_switch(value));
    return {};
  }
  if (key == "loopback") {
    settings.loopback = HONE_TRY(parse_switch(value));
    return {};
  }
  if (key == "bwrap") {
    if (!value.starts_with('/')) return refuse(name, value, "name the program by its absolute path");
    settings.bwrap = value;
    return {};
  }
  if (key == "processes") {
    settings.processes = HONE_TRY(parse_count(value));
    return {};
  }
  if (key == "disk" || key == "memory") {
    const auto size = parse_size(value);
    if (!size) return refuse(name, value, "write a size such as 500M or 2G");
    (key == "disk" ? settings.disk : settings.memory) = *size;
    return {};
  }
  return refuse(name, value,
                "the sandbox has no such setting; there are read, writable, holdout, disk, memory, "
                "processes, loopback, bwrap and gpu");
}

}  // namespace

Result<SandboxSettings> parse_sandbox(const std::map<std::string, std::string>& extra) {
  SandboxSettings settings;
  for (const auto& [name, value] : extra) {
    if (name.starts_with(prefix)) HONE_TRY_VOID(set(settings, name, value));
  }
  // The limit is on address space, and CUDA reserves as much of it as the GPU and the machine have memory.
  if (settings.gpu && settings.memory.value > 0) {
    return refuse("sandbox.memory", "...", "with --gpu there can be no limit on address space; leave it out");
  }
  return settings;
}

}  // namespace hone
