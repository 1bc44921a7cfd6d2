// Where a hunk's SEARCH lines stand in a file: the ladder L0 to L8 of reference 6.4.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"

namespace hone::edit {

enum class Compare { exact, trail, indent, uni, uni_indent };
inline constexpr std::size_t compare_count = 5;

// A file made ready for many searches: line hashes per way of comparing, made on first use.
class SearchFile {
 public:
  SearchFile(std::string_view path, std::vector<std::string_view> lines);
  [[nodiscard]] std::string_view path() const { return path_; }
  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }
  [[nodiscard]] const std::vector<std::uint64_t>& hashes(Compare) const;

 private:
  std::string path_;
  std::vector<std::string_view> lines_;
  mutable std::array<std::vector<std::uint64_t>, compare_count> hashes_;
};

// Half-open range of file lines where a place may be.
struct Window {
  std::size_t begin = 0, end = 0;
};

// A SEARCH line's place: `lines[i]` is the file line that search line i stands on; npos for blank lines that
// have none.
struct Place {
  std::size_t begin = 0, end = 0;
  std::vector<std::size_t> lines;
};

struct Match {
  std::vector<Place> places;  // more than one = ambiguous
  Text search, replace;       // as matched: decorations removed
  Text written;               // `replace` as it goes into the file: indented like the file
  std::string tag;            // of the level
  std::vector<Match> parts;   // level 8: one each side of an elision, in order; `places` holds their hull
};

// The way two lines are the same.
[[nodiscard]] std::string compare_key(std::string_view line, Compare);
// Every place of `search` in `window`, at most `most`, in O(window + search).
[[nodiscard]] std::vector<std::size_t> find_lines(const SearchFile&, const Text& search, Compare, Window);

// The first level with at least one place. No places: nothing matched. O(file + block) a level.
[[nodiscard]] Match find_match(const SearchFile&, const Text& search, const Text& replace, Window, bool exact_only);

}  // namespace hone::edit
