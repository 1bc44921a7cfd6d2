#include "core/search/shade.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace hone {
namespace {

enum class Syntax { slashes, hash, dashes };

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return path.ends_with(end); });
}

Syntax syntax_of(std::string_view path) {
  if (ends_with_any(
          path,
          {".py", ".sh",  ".rb",  ".toml", ".yaml", ".yml",     ".mk",      ".cmake",         ".r",        ".R", ".jl",
           ".pl", ".cfg", ".ini", ".conf", ".nix",  "Makefile", "makefile", "CMakeLists.txt", "Dockerfile"})) {
    return Syntax::hash;
  }
  if (ends_with_any(path, {".lua", ".sql", ".hs", ".adb", ".ads", ".vhd"})) return Syntax::dashes;
  return Syntax::slashes;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class Scanner {
 public:
  explicit Scanner(const SourceFile& file)
      : text_(file.text),
        syntax_(syntax_of(file.path)),
        python_(file.path.ends_with(".py")),
        shades_(file.text.size(), shade_code) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(shades_);
  }

 private:
  [[nodiscard]] bool here(std::string_view token) const { return text_.substr(at_).starts_with(token); }
  [[nodiscard]] char before() const { return at_ == 0 ? '\n' : text_[at_ - 1]; }

  void paint_to(std::size_t end, char shade) {
    end = std::min(end, text_.size());
    std::fill(shades_.begin() + static_cast<std::ptrdiff_t>(at_), shades_.begin() + static_cast<std::ptrdiff_t>(end),
              shade);
    at_ = end;
  }
  void paint_past(std::string_view closing, std::size_t from, char shade) {
    const auto end = text_.find(closing, from);
    paint_to(end == std::string_view::npos ? text_.size() : end + closing.size(), shade);
  }

  void step() {
    const bool line_comment = syntax_ == Syntax::slashes  ? here("//")
                              : syntax_ == Syntax::dashes ? here("--")
                                                          : text_[at_] == '#' && !is_word(before());
    if (line_comment) return paint_to(std::min(text_.find('\n', at_), text_.size()), shade_comment);
    if (syntax_ == Syntax::slashes && here("/*")) return paint_past("*/", at_ + 2, shade_comment);
    if (python_ && (here("\"\"\"") || here("'''"))) return paint_past(text_.substr(at_, 3), at_ + 3, shade_string);
    if (syntax_ == Syntax::slashes && here("R\"") && !is_word(before())) return raw_string();
    const char c = text_[at_];
    // 1'000'000: a quote between digits separates them.
    if (c == '\'' && is_word(before()) && at_ + 1 < text_.size() && is_word(text_[at_ + 1])) {
      ++at_;
    } else if (c == '"' || c == '\'' || (c == '`' && syntax_ == Syntax::slashes)) {
      quoted(c);
    } else {
      ++at_;
    }
  }

  void raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return paint_to(at_ + 2, shade_string);
    const std::string closing = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    paint_past(closing, open, shade_string);
  }

  // To the closing quote; an unclosed one ends with its line, which bounds the damage of a wrong guess.
  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && (text_[end] != '\n' || quote == '`')) {
      end += text_[end] == '\\' ? 2 : 1;
    }
    paint_to(end + 1, shade_string);
  }

  std::string_view text_;
  Syntax syntax_;
  bool python_;
  std::string shades_;
  std::size_t at_ = 0;
};

}  // namespace

std::string shade(const SourceFile& file) {
  return Scanner(file).run();
}

}  // namespace hone
