#include "core/edit/region.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

enum class Mark { none, begin, end };

// Only punctuation, or a word that begins comments somewhere, may stand before the marker.
Mark mark_of(std::string_view line) {
  const auto at = line.find("hone:");
  if (at == std::string_view::npos) return Mark::none;
  const std::string_view lead = trim(line.substr(0, at));
  const bool word = lead == "REM" || lead == "rem" || lead == "dnl" || lead == "c" || lead == "C";
  const bool comment = !lead.empty() && std::none_of(lead.begin(), lead.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!word && !comment) return Mark::none;
  const std::string_view rest = trim(line.substr(at + 5));
  const auto says = [&](std::string_view what) {
    return rest.starts_with(what) &&
           (rest.size() == what.size() || !((rest[what.size()] | 0x20) >= 'a' && (rest[what.size()] | 0x20) <= 'z'));
  };
  if (says("begin")) return Mark::begin;
  return says("end") ? Mark::end : Mark::none;
}

}  // namespace

std::vector<Window> regions_of(const FileLines& file) {
  std::vector<Window> regions;
  bool open = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const Mark mark = mark_of(file.lines[i].text);
    if (mark == Mark::begin && !open) {
      regions.push_back({i + 1, file.lines.size()});
      open = true;
    } else if (mark == Mark::end && open) {
      regions.back().end = i;
      open = false;
    }
  }
  return regions;
}

bool inside(const std::vector<Window>& regions, std::size_t begin, std::size_t end) {
  if (regions.empty()) return true;
  return std::any_of(regions.begin(), regions.end(),
                     [&](const Window& region) { return region.begin <= begin && end <= region.end; });
}

std::optional<Rejection> check_regions(const std::vector<Window>& regions, const std::vector<Change>& changes,
                                       std::string_view path) {
  if (regions.empty()) return std::nullopt;
  std::string free;
  for (const auto& region : regions) {
    free += fmt::format("{}lines {} to {}", free.empty() ? "" : ", ", region.begin + 1, region.end);
  }
  for (const Change& change : changes) {
    const bool marker = std::any_of(change.lines.begin(), change.lines.end(),
                                    [](const auto& line) { return mark_of(line) != Mark::none; });
    if (inside(regions, change.begin, change.end) && !marker) continue;
    return Rejection{
        RejectCode::region,
        fmt::format("Block {} changes {} at line {}{}. Only what stands between its `hone: begin` and `hone: end` "
                    "lines may change: {}.",
                    change.hunk, path, change.begin + 1,
                    marker ? ", writing a region marker" : ", outside the region that is free", free)};
  }
  return std::nullopt;
}

}  // namespace hone::edit
