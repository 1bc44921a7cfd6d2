#include "core/edit/indent.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "core/edit/line_diff.hpp"
#include "core/edit/lines.hpp"

namespace hone::edit {
namespace {

struct Pair {
  std::string_view block, file;  // indentation of one line here and there
};

// The file has `more` in front of what the block has, or lacks `less` of it, on every line.
struct Shift {
  std::string more, less;
};

std::optional<Shift> shift_of(const std::vector<Pair>& pairs) {
  const auto& first = pairs.front();
  Shift shift;
  if (first.file.ends_with(first.block)) {
    shift.more = first.file.substr(0, first.file.size() - first.block.size());
  } else if (first.block.ends_with(first.file)) {
    shift.less = first.block.substr(0, first.block.size() - first.file.size());
  } else {
    return std::nullopt;
  }
  for (const auto& [block, file] : pairs) {
    if (!block.starts_with(shift.less)) return std::nullopt;
    if (shift.more + std::string(block.substr(shift.less.size())) != file) return std::nullopt;
  }
  return shift;
}

struct Unit {
  std::string_view block, file;
};

std::optional<std::size_t> repeats(std::string_view indent, std::string_view unit) {
  if (indent.size() % unit.size() != 0) return std::nullopt;
  for (std::size_t i = 0; i < indent.size(); i += unit.size()) {
    if (indent.substr(i, unit.size()) != unit) return std::nullopt;
  }
  return indent.size() / unit.size();
}

std::optional<Unit> unit_of(const std::vector<Pair>& pairs) {
  constexpr std::array<std::string_view, 5> units{"\t", "    ", "  ", "        ", "   "};
  for (const auto block : units) {
    for (const auto file : units) {
      if (block == file) continue;
      bool fits = false;
      bool all = true;
      for (const auto& pair : pairs) {
        const auto a = repeats(pair.block, block), b = repeats(pair.file, file);
        all = all && a && b && *a == *b;
        fits = fits || !pair.block.empty();
      }
      if (all && fits) return Unit{block, file};
    }
  }
  return std::nullopt;
}

std::optional<Text> shifted(const Text& replace, const Shift& shift) {
  Text result;
  for (const auto& line : replace) {
    if (is_blank(line)) {
      result.push_back(line);
    } else if (std::string_view(line).starts_with(shift.less)) {
      result.push_back(shift.more + line.substr(shift.less.size()));
    } else {
      return std::nullopt;
    }
  }
  return result;
}

std::optional<Text> with_unit(const Text& replace, const Unit& unit) {
  Text result;
  for (const auto& line : replace) {
    const auto indent = indent_of(line);
    const auto depth = repeats(indent, unit.block);
    if (is_blank(line)) {
      result.push_back(line);
    } else if (depth) {
      std::string written;
      for (std::size_t i = 0; i < *depth; ++i) written += unit.file;
      result.push_back(written + line.substr(indent.size()));
    } else {
      return std::nullopt;
    }
  }
  return result;
}

bool flat(const Text& text) {
  return std::all_of(text.begin(), text.end(),
                     [](const auto& line) { return is_blank(line) || indent_of(line).empty(); });
}

bool opens_block(std::string_view line) {
  line = right_trim(line);
  return line.ends_with(':') || line.ends_with('{');
}

// All indentation was lost on the way: line by line, the file's own comes back. Only when the lines correspond one
// to one and open the same blocks, so that no line's depth has to be guessed.
std::optional<Text> restored(const Text& search, const Text& replace, const std::vector<std::string_view>& file_lines) {
  if (search.size() != replace.size() || !flat(search) || !flat(replace)) return std::nullopt;
  Text result;
  for (std::size_t i = 0; i < search.size(); ++i) {
    if (is_blank(search[i]) != is_blank(replace[i])) return std::nullopt;
    if (opens_block(search[i]) != opens_block(replace[i])) return std::nullopt;
    result.push_back(is_blank(replace[i]) ? replace[i] : std::string(indent_of(file_lines[i])) + replace[i]);
  }
  return result;
}

// Where indentation is only looks: a line that SEARCH also has is the file's, others follow the line above.
std::optional<Text> by_neighbours(const Text& search, const Text& replace,
                                  const std::vector<std::string_view>& file_lines) {
  std::map<std::string, std::string_view, std::less<>> file_indent;  // by text without indentation
  for (std::size_t i = 0; i < search.size(); ++i) {
    file_indent.emplace(std::string(left_trim(search[i])), indent_of(file_lines[i]));
  }
  Text result;
  std::string_view near = file_lines.empty() ? std::string_view{} : indent_of(file_lines.front());
  for (std::size_t i = 0; i < replace.size(); ++i) {
    const auto known = file_indent.find(left_trim(replace[i]));
    if (known != file_indent.end()) {
      near = known->second;
    } else if (search.size() == replace.size()) {
      near = indent_of(file_lines[i]);
    }
    result.push_back(is_blank(replace[i]) ? replace[i] : std::string(near).append(left_trim(replace[i])));
  }
  return result;
}

}  // namespace

std::optional<Text> reindent(const Text& search, const Text& replace, const std::vector<std::string_view>& file_lines,
                             std::string_view path) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < search.size(); ++i) {
    if (!is_blank(search[i])) pairs.push_back({indent_of(search[i]), indent_of(file_lines[i])});
  }
  if (pairs.empty()) return std::nullopt;
  if (const auto shift = shift_of(pairs)) return shifted(replace, *shift);
  if (const auto unit = unit_of(pairs)) return with_unit(replace, *unit);
  if (auto text = restored(search, replace, file_lines)) return text;
  if (indentation_matters(path)) return std::nullopt;
  return by_neighbours(search, replace, file_lines);
}

bool indentation_matters(std::string_view path) {
  constexpr std::array<std::string_view, 16> endings{".py", ".pyx", ".pyi",  ".pxd", ".yaml", ".yml",
                                                     ".mk", ".nim", ".haml", ".pug", ".sass", ".coffee",
                                                     ".hs", ".fs",  ".elm",  ".gd"};
  const auto slash = path.rfind('/');
  const std::string name = lower(slash == std::string_view::npos ? path : path.substr(slash + 1));
  if (name == "makefile" || name == "gnumakefile" || name == "sconstruct" || name.starts_with("makefile.")) return true;
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace hone::edit
