#include "hone/core/edit/screen.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/edit/indent.hpp"
#include "core/edit/line_diff.hpp"
#include "core/edit/lines.hpp"
#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

using edit::Chunk;
using edit::Text;

struct Comments {
  std::string_view line;  // what begins a comment to the end of the line
  bool block = false;     // /* ... */
};

Comments comments_of(std::string_view path) {
  const auto dot = path.rfind('.');
  const std::string ending = dot == std::string_view::npos ? std::string() : lower(path.substr(dot + 1));
  constexpr std::array<std::string_view, 10> hash{"py", "pyx", "pyi", "sh", "yaml", "yml", "toml", "rb", "r", "jl"};
  constexpr std::array<std::string_view, 4> dashes{"sql", "lua", "hs", "elm"};
  constexpr std::array<std::string_view, 32> slashes{"c",     "h",   "cc",  "cpp",  "cxx",   "hpp", "hh",    "hxx",
                                                     "inl",   "cu",  "cuh", "cl",   "metal", "js",  "mjs",   "cjs",
                                                     "ts",    "tsx", "jsx", "java", "go",    "rs",  "swift", "kt",
                                                     "scala", "cs",  "zig", "dart", "glsl",  "mm",  "ispc",  "sv"};
  const auto in = [&](const auto& list) { return std::find(list.begin(), list.end(), ending) != list.end(); };
  if (in(hash) || ending.empty() || ending == "mk" || ending == "cmake") return {"#", false};
  if (in(dashes)) return {"--", false};
  if (in(slashes)) return {"//", true};
  return {};  // `//` is an operator in Perl and Fortran: an unknown language has no comments
}

// Comments that compilers read.
bool is_directive(std::string_view comment) {
  for (const std::string_view start :
       {"//go:", "//export", "#!", "# cython:", "#cython:", "# distutils:", "# type:", "//#"}) {
    if (comment.starts_with(start)) return true;
  }
  return false;
}

bool quotes_balance(std::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 == 0 && std::count(text.begin(), text.end(), '\'') % 2 == 0;
}

// Does a text of several lines end in there? Then what looks like a comment may be its last words, and code behind
// them.
bool may_end_text(std::string_view comment) {
  return std::count(comment.begin(), comment.end(), '"') % 2 != 0 || comment.find("\"\"\"") != std::string_view::npos ||
         comment.find("'''") != std::string_view::npos || comment.find('`') != std::string_view::npos;
}

std::string_view without_comment(std::string_view line, const Comments& comments) {
  if (comments.line.empty()) return line;
  for (auto at = line.find(comments.line); at != std::string_view::npos; at = line.find(comments.line, at + 1)) {
    const bool apart = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
    const auto comment = line.substr(at);
    if (apart && quotes_balance(line.substr(0, at)) && !is_directive(comment) && !may_end_text(comment))
      return line.substr(0, at);
  }
  return line;
}

// White space runs as one space, none beside punctuation; indentation kept where it has a meaning.
std::string squeeze(std::string_view line, bool keep_indent) {
  std::string result;
  const bool quoted = line.find_first_of("\"'`") != std::string_view::npos;  // spaces may be part of a text
  if (keep_indent) {
    for (const char c : edit::indent_of(line)) result += c == '\t' ? "        " : " ";
  }
  bool space = false;
  const auto word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
  };
  for (const char c : trim(line)) {
    if (c == ' ' || c == '\t') {
      space = true;
      continue;
    }
    if (space && !result.empty() && (quoted || (word(result.back()) && word(c)))) result += ' ';
    space = false;
    result += c;
  }
  return result;
}

Text normal_lines(const SourceFile& file) {
  const Comments comments = comments_of(file.path);
  const bool keep_indent = edit::indentation_matters(file.path);
  Text result;
  bool in_block = false;
  for (const auto& line : edit::split_file(file.text).lines) {
    // Of a line that is one comment, or the rest of one, nothing remains; what stands behind a comment is code.
    std::string_view code = line.text;
    const std::string_view bare = trim(code);
    if (in_block || (comments.block && bare.starts_with("/*"))) {
      const auto end = bare.find("*/", in_block ? 0 : 2);
      in_block = end == std::string_view::npos;
      if (in_block || trim(bare.substr(end + 2)).empty()) continue;
      if (!bare.starts_with("/*")) code = bare.substr(end + 2);
    }
    std::string normal = squeeze(without_comment(code, comments), keep_indent);
    if (!edit::is_blank(normal)) result.push_back(std::move(normal));
  }
  return result;
}

std::vector<std::uint64_t> hashes_of(const Text& lines) {
  std::vector<std::uint64_t> result;
  for (const auto& line : lines) result.push_back(edit::hash_of(line));
  return result;
}

struct Sides {
  SourceFile before, after;
};

std::map<std::string, Sides> pair_files(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  std::map<std::string, Sides> files;
  for (const auto& file : before) files[file.path].before = file;
  for (const auto& file : after) files[file.path].after = file;
  for (auto& [path, sides] : files) sides.before.path = sides.after.path = path;
  return files;
}

bool speaks_of_seed(std::string_view line) {
  const std::string small = lower(line);
  for (const std::string_view word :
       {"seed",       "srand",   "random_state", "randomstate",     "rng(",       "rng_state", "prngkey", "random.key(",
        "generator(", "mt19937", "minstd_rand",  "mersennetwister", "newsource(", "newpcg(",   "xoshiro", "xorshift",
        "splitmix",   "pcg32",   "pcg64",        "philox"}) {
    if (small.find(word) != std::string::npos) return true;
  }
  return line.find("Random(") != std::string_view::npos;  // Python, Java, C#; random(5) draws and is no seed
}

// What stands for one number: a text, nothing at all, a sum or a list of numbers.
std::string one_number(std::string shape) {
  const auto replace = [&shape](std::string_view what) {
    for (auto at = shape.find(what); at != std::string::npos; at = shape.find(what, at))
      shape.replace(at, what.size(), "#");
  };
  for (const std::string_view word : {"None", "null", "nullptr", "nil", "NULL"}) replace(word);
  for (const char quote : {'"', '\''}) {
    for (auto at = shape.find(quote); at != std::string::npos; at = shape.find(quote, at + 1)) {
      const auto end = shape.find(quote, at + 1);
      if (end == std::string::npos) break;
      shape.replace(at, end - at + 1, "#");
    }
  }
  for (std::size_t before = 0; before != shape.size();) {
    before = shape.size();
    for (const std::string_view sum : {"#+#", "#-#", "#*#", "#^#", "#|#", "#%#", "#<<#", "#**#", "#,#", "-#"})
      replace(sum);
  }
  return shape;
}

// Numbers as '#': "seed = 42" and "seed = 0x1F" are one shape.
std::string number_shape(std::string_view line) {
  std::string result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool in_word = i > 0 && ((line[i - 1] >= 'a' && line[i - 1] <= 'z') ||
                                   (line[i - 1] >= 'A' && line[i - 1] <= 'Z') || line[i - 1] == '_');
    if (line[i] < '0' || line[i] > '9' || in_word) {
      result += line[i];
      continue;
    }
    while (i + 1 < line.size() &&
           ((line[i + 1] >= '0' && line[i + 1] <= '9') || (line[i + 1] >= 'a' && line[i + 1] <= 'f') ||
            (line[i + 1] >= 'A' && line[i + 1] <= 'F') || line[i + 1] == 'x' || line[i + 1] == '.' ||
            line[i + 1] == '_')) {
      ++i;
    }
    result += '#';
  }
  return one_number(std::move(result));
}

bool is_name(std::string_view word) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !word.empty() && std::all_of(word.begin(), word.end(), letter);
}

// What a line gives a number to, and nothing else: "seed=#;" -> "seed". "" = it does more than that.
std::string_view given_a_number(std::string_view shape) {
  if (shape.ends_with(';')) shape.remove_suffix(1);
  if (!shape.ends_with("=#")) return {};
  const std::string_view name = trim(shape.substr(0, shape.size() - 2));
  return is_name(name.substr(name.rfind(' ') + 1)) ? name.substr(name.rfind(' ') + 1) : std::string_view();
}

// "Random(seed)" as "Random(#)".
std::string without_names_in_calls(std::string shape) {
  for (auto at = shape.find('('); at != std::string::npos; at = shape.find('(', at + 1)) {
    const auto end = shape.find(')', at);
    if (end == std::string::npos) break;
    if (is_name(trim(std::string_view(shape).substr(at + 1, end - at - 1)))) shape.replace(at + 1, end - at - 1, "#");
  }
  return shape;
}

// May the one line stand for the other if all that is meant is another seed?
bool same_but_for_a_seed(const std::string& old_line, const std::string& new_line) {
  if (!speaks_of_seed(old_line)) return false;
  const std::string was = number_shape(old_line), is = number_shape(new_line);
  if (was == is) return true;
  if (!given_a_number(was).empty() && !given_a_number(is).empty()) return true;  // by another name
  return speaks_of_seed(new_line) && without_names_in_calls(was) == without_names_in_calls(is);
}

// A number that nothing else in the file speaks of.
bool does_nothing(const std::string& line, const Text& all) {
  const std::string shape = number_shape(line);
  const std::string_view name = given_a_number(shape);
  const auto speaks = [name](const std::string& other) { return other.find(name) != std::string::npos; };
  return !name.empty() && std::count_if(all.begin(), all.end(), speaks) == 1;
}

// The lines of one place, with what stands around them.
struct Place {
  std::string path, above, below;
  Text gone, come;
  bool unique = true;  // what came stands nowhere else in the file
};

std::vector<Place> changes_of(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  std::vector<Place> places;
  for (const auto& [path, sides] : pair_files(before, after)) {
    if (sides.before.text == sides.after.text) continue;
    const Text old_lines = normal_lines(sides.before), new_lines = normal_lines(sides.after);
    const auto count = [](const Text& lines, const std::string& line) {
      return std::count(lines.begin(), lines.end(), line);
    };
    for (const Chunk& chunk : edit::diff_lines(hashes_of(old_lines), hashes_of(new_lines))) {
      Place place;
      place.path = path;
      if (chunk.b_begin > 0) place.above = new_lines[chunk.b_begin - 1];
      if (chunk.b_end < new_lines.size()) place.below = new_lines[chunk.b_end];
      for (std::size_t i = chunk.a_begin; i < chunk.a_end; ++i) place.gone.push_back(old_lines[i]);
      for (std::size_t i = chunk.b_begin; i < chunk.b_end; ++i) place.come.push_back(new_lines[i]);
      place.unique = !place.come.empty() && std::all_of(place.come.begin(), place.come.end(), [&](const auto& line) {
        return count(new_lines, line) == count(place.come, line);
      });
      places.push_back(std::move(place));
    }
  }
  return places;
}

std::string key_words(const std::vector<Place>& places) {
  std::string lines, above, below;
  for (const Place& place : places) {
    std::string change = "@" + place.path + "\n";
    for (const auto& line : place.gone) change += "-" + line + "\n";
    for (const auto& line : place.come) change += "+" + line + "\n";
    lines += change;
    above += change + "^" + place.above + "\n";
    below += change + "v" + place.below + "\n";
  }
  if (lines.empty()) return {};
  std::string words = text_id(above).value + " " + text_id(below).value;
  if (std::all_of(places.begin(), places.end(), [](const Place& place) { return place.unique; }))
    words += " " + text_id(lines).value;
  return words;
}

}  // namespace

std::string patch_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  std::string change;
  for (const auto& [path, sides] : pair_files(before, after)) {
    if (sides.before.text == sides.after.text) continue;
    const Text old_lines = normal_lines(sides.before), new_lines = normal_lines(sides.after);
    for (const Chunk& chunk : edit::diff_lines(hashes_of(old_lines), hashes_of(new_lines))) {
      change += "@" + path + "\n " + (chunk.a_begin > 0 ? old_lines[chunk.a_begin - 1] : "") + "\n";
      for (std::size_t i = chunk.a_begin; i < chunk.a_end; ++i) change += "-" + old_lines[i] + "\n";
      for (std::size_t i = chunk.b_begin; i < chunk.b_end; ++i) change += "+" + new_lines[i] + "\n";
      change += " " + (chunk.a_end < old_lines.size() ? old_lines[chunk.a_end] : "") + "\n";
    }
  }
  return change.empty() ? std::string() : text_id(change).value;
}

std::string win_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  return key_words(changes_of(before, after));
}

std::string revert_key(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  return key_words(changes_of(after, before));
}

bool same_bytes(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  const auto files = pair_files(before, after);
  return std::all_of(files.begin(), files.end(),
                     [](const auto& each) { return each.second.before.text == each.second.after.text; });
}

std::vector<std::string> added_lines(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  std::vector<std::string> added;
  for (const auto& [path, sides] : pair_files(before, after)) {
    if (sides.before.text == sides.after.text) continue;
    const Text old_lines = normal_lines(sides.before), new_lines = normal_lines(sides.after);
    for (const Chunk& chunk : edit::diff_lines(hashes_of(old_lines), hashes_of(new_lines))) {
      for (std::size_t i = chunk.b_begin; i < chunk.b_end; ++i) added.push_back(new_lines[i]);
    }
  }
  return added;
}

std::vector<std::string> code_lines(const SourceFile& file) {
  return normal_lines(file);
}

bool seed_only(const std::vector<SourceFile>& before, const std::vector<SourceFile>& after) {
  bool any = false;
  for (const auto& [path, sides] : pair_files(before, after)) {
    const Text old_lines = normal_lines(sides.before), new_lines = normal_lines(sides.after);
    for (const Chunk& chunk : edit::diff_lines(hashes_of(old_lines), hashes_of(new_lines))) {
      std::vector<std::string> come;
      for (std::size_t i = chunk.b_begin; i < chunk.b_end; ++i) {
        if (!does_nothing(new_lines[i], new_lines) || speaks_of_seed(new_lines[i])) come.push_back(new_lines[i]);
      }
      if (chunk.a_end - chunk.a_begin != come.size()) return false;
      for (std::size_t i = 0; i < come.size(); ++i) {
        if (!same_but_for_a_seed(old_lines[chunk.a_begin + i], come[i])) return false;
        any = true;
      }
    }
  }
  return any;
}

}  // namespace hone
