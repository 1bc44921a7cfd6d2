#include "core/edit/feedback.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

std::string head_of(const Text& search) {
  std::string result;
  for (std::size_t i = 0; i < search.size() && i < 4; ++i) result += "    " + clip(search[i], 160) + "\n";
  if (search.size() > 4) result += fmt::format("    [{} more lines]\n", search.size() - 4);
  return result;
}

}  // namespace

std::string block_name(const Hunk& hunk) {
  return fmt::format("Block {}", hunk.number);
}

Rejection no_match(const SearchFile& file, const Hunk& hunk) {
  return {RejectCode::no_match,
          fmt::format("{}: its SEARCH lines are not in {}:\n{}", block_name(hunk), file.path(), head_of(hunk.search))};
}

Rejection ambiguous(const SearchFile& file, const Hunk& hunk, const std::vector<Place>& places) {
  std::vector<std::size_t> numbers;
  for (const auto& place : places) numbers.push_back(place.begin + 1);
  return {
      RejectCode::ambiguous,
      fmt::format("{}: its SEARCH lines stand in {} at {} places (lines {}). Add whole lines above or below until it "
                  "fits only the one you mean:\n{}",
                  block_name(hunk), file.path(), places.size(), fmt::join(numbers, ", "), head_of(hunk.search))};
}

}  // namespace hone::edit
