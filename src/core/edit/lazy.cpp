#include "core/edit/lazy.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/edit/lines.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

constexpr std::string_view dots = "\xE2\x80\xA6";  // the one-character ellipsis

// The words of a comment line; `comment` says whether there was a leader at all.
std::string_view comment_text(std::string_view line, bool& comment) {
  line = trim(line);
  constexpr std::array<std::string_view, 12> leaders{"//", "/*", "<!--", "--[[", "--", "{/*",
                                                     "(*", "#",  ";",    "%",    "*",  "\"\"\""};
  comment = false;
  for (const auto leader : leaders) {
    if (!line.starts_with(leader)) continue;
    comment = true;
    line.remove_prefix(leader.size());
    while (!line.empty() && std::string_view("/#*;%-!").find(line.front()) != std::string_view::npos)
      line.remove_prefix(1);
    break;
  }
  for (const std::string_view tail : {"*/}", "*/", "-->", "]]", "*)", "\"\"\""}) {
    if (comment && line.ends_with(tail)) line.remove_suffix(tail.size());
  }
  line = trim(line);
  for (const auto& [open, close] :
       {std::pair{'[', ']'}, std::pair{'(', ')'}, std::pair{'{', '}'}, std::pair{'<', '>'}}) {
    if (line.size() > 2 && line.front() == open && line.back() == close) line = trim(line.substr(1, line.size() - 2));
  }
  return line;
}

bool takes_dots(std::string_view& text, bool front) {
  bool any = false;
  for (;;) {
    if (front ? text.starts_with(dots) : text.ends_with(dots)) {
      front ? text.remove_prefix(dots.size()) : text.remove_suffix(dots.size());
      any = true;
    } else if (front ? text.starts_with("...") : text.ends_with("...")) {
      front ? text.remove_prefix(3) : text.remove_suffix(3);
      any = true;
    } else {
      break;
    }
    while (any && !text.empty() && (front ? text.front() : text.back()) == '.') {
      front ? text.remove_prefix(1) : text.remove_suffix(1);
    }
  }
  text = trim(text);
  return any;
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool left = at == 0 || !(text[at - 1] >= 'a' && text[at - 1] <= 'z');
    const auto end = at + word.size();
    const bool right = end >= text.size() || !(text[end] >= 'a' && text[end] <= 'z');
    if (left && right) return true;
  }
  return false;
}

bool speaks_of_left_out_code(std::string_view text) {
  constexpr std::array<std::string_view, 16> words{
      "existing", "rest",  "remaining", "remainder", "unchanged",  "same", "previous",  "omitted",
      "elided",   "other", "as before", "code",      "unmodified", "snip", "continues", "original"};
  return std::any_of(words.begin(), words.end(), [&](auto word) { return has_word(text, word); });
}

std::size_t count_words(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

// "rest of the code", "remaining functions unchanged", "existing code here", "same as before".
bool is_stand_in(const std::string& text) {
  if (text.empty() || count_words(text) > 9) return false;
  constexpr std::array<std::string_view, 9> openings{"rest of the ", "rest of ",       "the rest of ",
                                                     "remaining ",   "remainder of ",  "existing code",
                                                     "(existing ",   "same as before", "keep the rest"};
  const bool opened = std::any_of(openings.begin(), openings.end(), [&](auto each) { return text.starts_with(each); });
  constexpr std::array<std::string_view, 12> nouns{"code",    "file",   "function", "functions",
                                                   "class",   "method", "methods",  "implementation",
                                                   "imports", "body",   "program",  "script"};
  const bool noun = std::any_of(nouns.begin(), nouns.end(), [&](auto each) { return has_word(text, each); });
  if (opened && (noun || has_word(text, "unchanged") || text.starts_with("same as before"))) return true;
  const bool kept = text.ends_with("unchanged") || text.ends_with("remains the same") ||
                    text.ends_with("remain the same") || text.ends_with("omitted for brevity") ||
                    text.ends_with("stays the same") || text.ends_with("as before");
  return kept && noun && count_words(text) <= 7;
}

}  // namespace

bool is_ellipsis(std::string_view line) {
  const std::string_view bare = trim(line);
  if (bare.size() > 4 && bare.starts_with("{{") &&
      bare.ends_with("}}")) {  // `{{ ... }}`, as one editor taught its models
    const std::string_view inside = trim(bare.substr(2, bare.size() - 4));
    if (inside == "..." || inside == dots) return true;
  }
  bool comment = false;
  std::string_view text = comment_text(line, comment);
  const std::size_t spread = text.find_first_not_of(".\xE2\x80\xA6");
  if (!comment && spread != std::string_view::npos && text[spread] != ' ' && text[spread] != '(')
    return false;  // ...rest
  const bool front = takes_dots(text, true);
  if (!front) return false;
  takes_dots(text, false);
  if (text.empty()) return true;
  return count_words(text) <= 8 && speaks_of_left_out_code(lower(text));
}

bool is_placeholder(std::string_view line) {
  if (is_ellipsis(line)) return true;
  bool comment = false;
  std::string_view text = comment_text(line, comment);
  if (!comment) return false;
  const bool back = takes_dots(text, false);
  const std::string small = lower(text);
  if (back && count_words(small) <= 8 && speaks_of_left_out_code(small))
    return is_stand_in(small) || small.starts_with("existing");
  return is_stand_in(small);
}

}  // namespace hone::edit
