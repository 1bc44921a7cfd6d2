// Where a file can be changed without understanding it: numbers, booleans, flags, and what its author declared:
//
//   constexpr int width = 5;        // hone: knob width 2..32 log
//   constexpr auto mode = "fast";   // hone: one of "fast"|"small"
//
// Comments, strings, include and import lines, version numbers and parts of identifiers are never sites.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hone/core/edit/edit.hpp"

namespace hone {

enum class SiteKind { magnitude, count, boolean, choice };

struct Site {
  std::size_t file = 0;    // index into the files given
  std::size_t offset = 0;  // of the literal in the text
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in bytes
  std::string name;        // of the knob, or the identifier the literal belongs to
  std::string literal;     // as written, with sign (knobs only) and suffix
  SiteKind kind = SiteKind::magnitude;
  bool knob = false;  // declared: low, high and log_scale hold
  double low = 0, high = 0;
  bool log_scale = false;
  double likelihood = 1;                  // how promising such a literal is at all: 0 and 1 are seldom tunable
  std::vector<std::string> alternatives;  // boolean and choice: what else it may be
};

struct Survey {
  std::vector<Site> sites;              // in file and text order
  std::vector<std::string> complaints;  // declarations that make no sense, with place and remedy
};

[[nodiscard]] Survey find_sites(const std::vector<SourceFile>&);

}  // namespace hone
