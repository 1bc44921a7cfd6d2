#include "core/edit/paths.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/edit/lines.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

std::string_view strip_label(std::string_view text) {
  constexpr std::array<std::string_view, 6> labels{"file:", "path:", "filename:", "file name:", "filepath:", "in file"};
  const std::string small = lower(text.substr(0, 16));
  for (const auto label : labels) {
    if (small.starts_with(label)) return trim(text.substr(label.size()));
  }
  return text;
}

std::string_view peel(std::string_view text) {
  for (;;) {
    const auto before = text.size();
    text = trim(text);
    while (!text.empty() && std::string_view("#*`\"'<>:").find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    }
    while (!text.empty() && std::string_view("*`\"'<>:,;").find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
    }
    text = strip_label(trim(text));
    if (text.size() == before) return text;
  }
}

bool allowed(const EditPolicy& policy, std::string_view path) {
  return std::find(policy.allowed.begin(), policy.allowed.end(), path) != policy.allowed.end();
}

// A name without folders that only one target has.
std::optional<std::string> by_base_name(std::string_view name, const EditPolicy& policy) {
  std::optional<std::string> found;
  if (name.empty() || name.find('/') != std::string_view::npos) return found;
  for (const auto& path : policy.allowed) {
    if (!path.ends_with(name) || path.size() <= name.size() || path[path.size() - name.size() - 1] != '/') continue;
    if (found) return std::nullopt;
    found = path;
  }
  return found;
}

bool looks_like_path(std::string_view text) {
  if (text.empty() || text.size() > 256 || text == "..." || text == "/") return false;
  if (text.find_first_of(" \t(){}[]=,;|$&") != std::string_view::npos) return false;
  if (text.starts_with("../") || text.starts_with("/") || text.starts_with("./")) return true;
  if (text.find('/') != std::string_view::npos) return text.find("//") == std::string_view::npos;
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return false;
  const auto extension = text.substr(dot + 1);
  return extension.size() <= 8 && std::all_of(extension.begin(), extension.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+';
         });
}

// Models that were trained with an editor tool name files as in the container they were trained in.
std::optional<std::string> in_container(std::string_view path, const EditPolicy& policy) {
  for (const std::string_view root :
       {"/repo/", "/testbed/", "/workspace/", "/app/", "/project/", "/code/", "/mnt/data/", "/home/user/"}) {
    if (path.starts_with(root) && allowed(policy, path.substr(root.size())))
      return std::string(path.substr(root.size()));
  }
  return std::nullopt;
}

}  // namespace

std::string clean_path(std::string_view written) {
  std::string path(peel(written));
  std::replace(path.begin(), path.end(), '\\', '/');
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

std::optional<std::string> resolve_path(std::string_view written, const EditPolicy& policy) {
  if (allowed(policy, written)) return std::string(written);
  std::string path = clean_path(written);
  if (allowed(policy, path)) return path;
  if ((path.starts_with("a/") || path.starts_with("b/")) && allowed(policy, path.substr(2))) return path.substr(2);
  if (!policy.root.empty() && path.starts_with(policy.root + "/")) {
    path.erase(0, policy.root.size() + 1);
    if (allowed(policy, path)) return path;
  }
  if (auto found = in_container(path, policy)) return found;
  return by_base_name(path, policy);
}

std::string path_line(std::string_view line, const EditPolicy& policy) {
  const std::string whole = clean_path(line);
  if (resolve_path(whole, policy) || looks_like_path(whole)) return whole;
  // Prose that names a target in backticks: "In `src/a.py`:". Other quoted names are only talk.
  for (auto open = line.find('`'); open != std::string_view::npos;) {
    const auto close = line.find('`', open + 1);
    if (close == std::string_view::npos) break;
    if (const auto path = resolve_path(line.substr(open + 1, close - open - 1), policy)) return *path;
    open = line.find('`', close + 1);
  }
  return {};
}

Rejection bad_path(std::string_view written, const EditPolicy& policy) {
  return {RejectCode::path,
          fmt::format("The edit names `{}`, which may not be changed. Files you may change: {}. Write the name exactly "
                      "so, relative to the repository root; do not create, delete, rename or link files.",
                      one_line(written, 200), fmt::join(policy.allowed, ", "))};
}

}  // namespace hone::edit
