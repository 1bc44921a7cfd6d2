#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/search/shade.hpp"
#include "hone/core/base/ascii.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/search/site.hpp"

namespace hone {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// One line with its surroundings.
struct Line {
  const SourceFile& file;
  std::string_view text;
  std::string_view shades;
  std::size_t file_index = 0, offset = 0, number = 0;

  [[nodiscard]] char at(std::size_t i) const { return i < text.size() ? text[i] : '\n'; }
  [[nodiscard]] char before(std::size_t i) const { return i == 0 ? '\n' : text[i - 1]; }
  [[nodiscard]] bool code(std::size_t i) const { return i < text.size() && shades[i] == shade_code; }
};

// Length of the decimal literal at `i` without its suffix, and with it; 0 = none.
struct Extent {
  std::size_t digits = 0, whole = 0;
  bool real = false;
};

Extent number_at(const Line& line, std::size_t i) {
  const char first = line.at(i);
  if (!is_digit(first) && !(first == '.' && is_digit(line.at(i + 1)))) return {};
  const char previous = line.before(i);
  if (is_word(previous) || previous == '.' || previous == '$' || previous == '@' || previous == '\'') return {};
  if (previous == '+' && i >= 2 && line.text[i - 2] == '+') return {};  // c++20
  if (first == '0' && is_word(line.at(i + 1)) && line.at(i + 1) != 'e' && line.at(i + 1) != 'f') return {};
  Extent extent;
  std::size_t end = i;
  while (is_digit(line.at(end))) ++end;
  if (line.at(end) == '.' && line.at(end + 1) != '.') {
    extent.real = true;
    for (++end; is_digit(line.at(end));) ++end;
  }
  if (line.at(end) == 'e' || line.at(end) == 'E') {
    std::size_t power = end + 1;
    if (line.at(power) == '+' || line.at(power) == '-') ++power;
    if (!is_digit(line.at(power))) return {};
    extent.real = true;
    while (is_digit(line.at(power))) ++power;
    end = power;
  }
  extent.digits = end - i;
  while (std::string_view("fFlLuU").find(line.at(end)) != std::string_view::npos) ++end;
  const char next = line.at(end);
  if (is_word(next) || next == '.' || next == '\'' || extent.digits > 15) return {};  // 1.2.3, 0x1f, 1'000
  extent.whole = end - i;
  return extent;
}

bool skipped_line(const Line& line) {
  const std::string_view start = trim(line.text);
  for (const std::string_view word : {"#include", "#if", "#elif", "#line", "#error", "#pragma once", "import ", "from ",
                                      "using ", "use ", "package ", "static_assert", "cmake_minimum_required"}) {
    if (start.starts_with(word)) return true;
  }
  return lower(line.text).find("version") != std::string::npos;
}

// The identifier that a literal belongs to: the last one before `end` that is followed by = : ( or a comparison,
// else the last word.
std::string name_before(const Line& line, std::size_t end) {
  std::string last, owner;
  for (std::size_t i = 0; i < end;) {
    if (!line.code(i) || !is_word(line.text[i]) || is_digit(line.text[i])) {
      ++i;
      continue;
    }
    std::size_t stop = i;
    while (stop < end && is_word(line.text[stop])) ++stop;
    last = std::string(line.text.substr(i, stop - i));
    std::size_t next = stop;
    while (next < end && line.text[next] == ' ') ++next;
    if (next < end && std::string_view("=:(<>").find(line.text[next]) != std::string_view::npos) owner = last;
    i = stop;
  }
  return !owner.empty() ? owner : !last.empty() ? last : "literal";
}

Site site_at(const Line& line, std::size_t i, std::size_t length, SiteKind kind) {
  Site site;
  site.file = line.file_index;
  site.offset = line.offset + i;
  site.line = line.number;
  site.column = i + 1;
  site.literal = std::string(line.text.substr(i, length));
  site.kind = kind;
  site.name = name_before(line, i);
  return site;
}

std::vector<Site> numbers_in(const Line& line) {
  std::vector<Site> sites;
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    if (!line.code(i)) continue;
    const Extent extent = number_at(line, i);
    if (extent.whole == 0) continue;
    const bool real = extent.real || line.text.substr(i, extent.whole).find_first_of("fF") != std::string_view::npos;
    Site site = site_at(line, i, extent.whole, real ? SiteKind::magnitude : SiteKind::count);
    const bool tiny = !real && (site.literal == "0" || site.literal == "1");
    const bool index = line.before(i) == '[' && line.at(i + extent.whole) == ']';
    site.likelihood = tiny && index ? 0 : tiny ? 0.1 : index ? 0.2 : 1;
    if (site.likelihood > 0) sites.push_back(site);
    i += extent.whole - 1;
  }
  return sites;
}

void words_in(const Line& line, std::vector<Site>& sites) {
  const bool python = line.file.path.ends_with(".py");
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    if (!line.code(i) || !is_word(line.text[i]) || is_word(line.before(i))) continue;
    std::size_t end = i;
    while (is_word(line.at(end))) ++end;
    const std::string_view word = line.text.substr(i, end - i);
    for (const auto& [yes, no] : {std::pair{"true", "false"}, std::pair{"True", "False"}}) {
      if ((word != yes && word != no) || (python && yes[0] == 't')) continue;
      Site site = site_at(line, i, word.size(), SiteKind::boolean);
      site.alternatives = {word == yes ? no : yes};
      sites.push_back(site);
    }
    i = end - 1;
  }
}

// Optimisation levels of compilers, also inside strings (build scripts).
void flags_in(const Line& line, std::vector<Site>& sites) {
  for (auto i = line.text.find("-O"); i != std::string_view::npos; i = line.text.find("-O", i + 2)) {
    const bool level = std::string_view("0123s").find(line.at(i + 2)) != std::string_view::npos;
    if (!level || is_word(line.at(i + 3)) || is_word(line.before(i)) || line.shades[i] == shade_comment) continue;
    Site site = site_at(line, i, 3, SiteKind::choice);
    site.name = "optimisation";
    for (const char* other : {"-O1", "-O2", "-O3", "-Os"}) {
      if (site.literal != other) site.alternatives.emplace_back(other);
    }
    sites.push_back(site);
  }
}

// `hone: ...` in the line's comment: what follows the mark; empty when there is none.
std::string_view declaration(const Line& line, std::string_view mark) {
  const auto at = line.text.find(mark);
  if (at == std::string_view::npos || line.shades[at] != shade_comment) return {};
  return trim(line.text.substr(at + mark.size()));
}

std::string complain(const Line& line, std::string_view what) {
  return fmt::format("{}:{}: {}", line.file.path, line.number, what);
}

// Turns the literal of the line into the declared knob; a complaint when that cannot be.
std::optional<std::string> declare_knob(const Line& line, std::string_view words, std::vector<Site>& numbers) {
  const auto after_name = words.find(' ');
  const std::string_view name = words.substr(0, after_name);
  std::string_view range = after_name == std::string_view::npos ? "" : trim(words.substr(after_name));
  const std::string_view bounds = range.substr(0, range.find(' '));
  const auto dots = bounds.find("..");
  const auto low = parse_number(bounds.substr(0, dots));
  const auto high = dots == std::string_view::npos ? std::nullopt : parse_number(bounds.substr(dots + 2));
  const bool log_scale = trim(range.substr(bounds.size())).starts_with("log");
  if (!low || !high || !(*low < *high) || (log_scale && !(*low > 0))) {
    return complain(line, "expected `hone: knob NAME LOW..HIGH [log]` with LOW < HIGH, and LOW > 0 for log");
  }
  const auto assigned = line.text.find('=');
  const auto found = std::find_if(numbers.begin(), numbers.end(), [&](const Site& site) {
    return assigned == std::string_view::npos || site.column > assigned;
  });
  if (found == numbers.end()) return complain(line, "`hone: knob` stands on a line without a number to turn");
  Site knob = *found;
  knob.name = std::string(name);
  knob.knob = true;
  knob.likelihood = 1;
  knob.low = *low;
  knob.high = *high;
  knob.log_scale = log_scale;
  const std::size_t i = knob.column - 1;
  if (line.before(i) == '-') {  // the sign belongs to the value unless it subtracts
    const auto left = line.text.find_last_not_of(' ', i >= 2 ? i - 2 : 0);
    if (left != std::string_view::npos && std::string_view("=(,:{[").find(line.text[left]) != std::string_view::npos) {
      --knob.offset, --knob.column;
      knob.literal.insert(0, 1, '-');
    }
  }
  *found = knob;
  return std::nullopt;
}

std::optional<std::string> declare_choice(const Line& line, std::string_view words, std::vector<Site>& sites) {
  std::vector<std::string> options;
  for (const std::string_view option : split(words, '|')) options.emplace_back(trim(option));
  if (!options.empty()) options.back() = options.back().substr(0, options.back().find(' '));
  const auto comment = line.shades.find(shade_comment);
  for (const std::string& option : options) {
    auto at = option.empty() ? std::string_view::npos : line.text.substr(0, comment).rfind(option);
    if (at == std::string_view::npos || options.size() < 2) continue;
    if (is_word(option.front()) && (is_word(line.before(at)) || is_word(line.at(at + option.size())))) continue;
    Site site = site_at(line, at, option.size(), SiteKind::choice);
    site.knob = true;
    for (const std::string& other : options) {
      if (other != option) site.alternatives.push_back(other);
    }
    std::erase_if(sites, [&](const Site& old) { return old.line == site.line && old.offset == site.offset; });
    sites.push_back(site);
    return std::nullopt;
  }
  return complain(line, "`hone: one of A|B|...` stands on a line that holds none of them");
}

void survey_line(const Line& line, Survey& survey) {
  std::vector<Site> found = numbers_in(line);
  std::optional<std::string> complaint;
  if (const auto words = declaration(line, "hone: knob "); !words.empty()) {
    complaint = declare_knob(line, words, found);
    std::erase_if(found, [](const Site& site) { return !site.knob; });  // the author said which one to turn
  } else if (skipped_line(line)) {
    found.clear();
  } else {
    words_in(line, found);
    flags_in(line, found);
    if (const auto choice = declaration(line, "hone: one of "); !choice.empty()) {
      complaint = declare_choice(line, choice, found);
    }
  }
  if (complaint) survey.complaints.push_back(*complaint);
  survey.sites.insert(survey.sites.end(), found.begin(), found.end());
}

}  // namespace

Survey find_sites(const std::vector<SourceFile>& files) {
  Survey survey;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const std::string& text = files[f].text;
    if (text.find('\0') != std::string::npos) continue;  // not a text
    const std::string shades = shade(files[f]);
    std::size_t offset = 0;
    for (std::size_t number = 1; offset < text.size(); ++number) {
      const std::size_t end = std::min(text.find('\n', offset), text.size());
      const std::string_view whole(text);
      survey_line({files[f], whole.substr(offset, end - offset), std::string_view(shades).substr(offset, end - offset),
                   f, offset, number},
                  survey);
      offset = end + 1;
    }
  }
  return survey;
}

}  // namespace hone
