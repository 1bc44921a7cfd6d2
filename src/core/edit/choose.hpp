// The one place that a hunk means: the ladder's places, narrowed by anchors, regions, line numbers and headings.
#pragma once

#include <string>
#include <vector>

#include "core/edit/compose.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/match.hpp"

namespace hone::edit {

struct Target {
  const SourceFile* file;
  FileLines lines;
  SearchFile search;
  std::vector<Window> regions;
};

struct Job {
  const EditPolicy& policy;
  EditFormat format = EditFormat::search_replace;
  std::vector<std::string>& tags;
};

[[nodiscard]] Target make_target(const SourceFile&);
[[nodiscard]] Parsed<std::vector<Change>> plan_hunk(const Target&, const Hunk&, const Job&);
// What may not be in added lines, whatever the format: placeholders, hidden characters, secrets, broken encoding.
[[nodiscard]] std::optional<Rejection> screen_changes(const Target&, const std::vector<Change>&, const Job&);

}  // namespace hone::edit
