// The values a site may take next, each with its direction and its reach: how far it goes, in units of its scale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/search/site.hpp"

namespace hone {

struct Option {
  std::string literal;
  int direction = 0;  // +1 up, -1 down, 0 neither (booleans, choices)
  double reach = 1;   // knobs: share of the declared range; others: change of the logarithm
};

[[nodiscard]] std::vector<Option> options_of(const Site&);
// The value of a literal such as 0.5f, -3 or 10u.
[[nodiscard]] std::optional<double> literal_value(std::string_view literal);
// How far apart two values of the site are, as Option::reach counts.
[[nodiscard]] double reach_between(const Site&, double from, double to);

}  // namespace hone
