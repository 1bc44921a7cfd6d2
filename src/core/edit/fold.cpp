#include "core/edit/fold.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/edit/lines.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

using Swap = std::pair<std::string_view, std::string_view>;

constexpr std::array<Swap, 33> typographic{{
    {"\xE2\x80\x98", "'"},   {"\xE2\x80\x99", "'"},  {"\xE2\x80\x9A", "'"},  {"\xE2\x80\x9B", "'"},
    {"\xE2\x80\xB2", "'"},   {"\xE2\x80\x9C", "\""}, {"\xE2\x80\x9D", "\""}, {"\xE2\x80\x9E", "\""},
    {"\xE2\x80\x9F", "\""},  {"\xE2\x80\xB3", "\""}, {"\xC2\xAB", "\""},     {"\xC2\xBB", "\""},
    {"\xE2\x80\x90", "-"},   {"\xE2\x80\x91", "-"},  {"\xE2\x80\x92", "-"},  {"\xE2\x80\x93", "-"},
    {"\xE2\x80\x94", "-"},   {"\xE2\x80\x95", "-"},  {"\xE2\x88\x92", "-"},  {"\xC2\xA0", " "},
    {"\xE2\x80\x82", " "},   {"\xE2\x80\x83", " "},  {"\xE2\x80\x87", " "},  {"\xE2\x80\x89", " "},
    {"\xE2\x80\x8A", " "},   {"\xE2\x80\xAF", " "},  {"\xE3\x80\x80", " "},  {"\xE2\x80\x8B", ""},
    {"\xE2\x80\x8C", ""},    {"\xE2\x80\x8D", ""},   {"\xEF\xBB\xBF", ""},   {"\xE2\x81\xA0", ""},
    {"\xE2\x80\xA6", "..."},
}};

constexpr std::array<Swap, 8> entities{{{"&lt;", "<"},
                                        {"&gt;", ">"},
                                        {"&quot;", "\""},
                                        {"&#39;", "'"},
                                        {"&#x27;", "'"},
                                        {"&apos;", "'"},
                                        {"&nbsp;", " "},
                                        {"&amp;", "&"}}};

const Swap* starting(std::string_view text, const Swap* begin, const Swap* end) {
  return std::find_if(begin, end, [&](const Swap& swap) { return text.starts_with(swap.first); });
}

template <class Table>
std::string swap_all(std::string_view text, const Table& table) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Swap* swap = starting(text, table.data(), table.data() + table.size());
    if (swap == table.data() + table.size()) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      result += swap->second;
      text.remove_prefix(swap->first.size());
    }
  }
  return result;
}

// No bare '<', '>' or '&': whatever is special is an entity.
bool html_escaped(const Text& lines, bool& any) {
  for (const std::string_view line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '<' || line[i] == '>') return false;
      if (line[i] != '&') continue;
      if (starting(line.substr(i), entities.data(), entities.data() + entities.size()) ==
          entities.data() + entities.size()) {
        return false;
      }
      any = true;
    }
  }
  return true;
}

// Every quote has a backslash before it: the inside of a JSON string.
bool json_escaped(const Text& lines, bool& any) {
  for (const std::string_view line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"') return false;
      if (line[i] != '\\') continue;
      if (i + 1 == line.size() || std::string_view("\"\\/bfnrt").find(line[i + 1]) == std::string_view::npos)
        return false;
      any = true;
      ++i;
    }
  }
  return true;
}

Text json_unescaped(const Text& lines) {
  Text result;
  for (const std::string_view line : lines) {
    std::string plain;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '\\') {
        plain += line[i];
        continue;
      }
      switch (line[++i]) {
        case 'n':
          plain += '\n';
          break;
        case 't':
          plain += '\t';
          break;
        case 'r':
          break;
        case 'b':
          plain += '\b';
          break;
        case 'f':
          plain += '\f';
          break;
        default:
          plain += line[i];
      }
    }
    for (const auto part : split(plain, '\n')) result.emplace_back(part);
    if (plain.ends_with('\n')) result.pop_back();
  }
  return result;
}

struct Numbered {
  std::size_t number = 0;
  std::string_view rest;  // after the separator
};

// "12: code", "12| code", "  12\tcode", "12→code".
std::optional<Numbered> numbered(std::string_view line) {
  line = left_trim(line);
  Numbered result;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), result.number);
  if (error != std::errc{}) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  const std::string_view spaced = left_trim(line);
  for (const std::string_view mark : {":", "|", "\xE2\x86\x92", "\xE2\x94\x82"}) {
    if (spaced.starts_with(mark)) {
      result.rest = spaced.substr(mark.size());
      return result;
    }
  }
  if (!line.starts_with('\t')) return std::nullopt;
  result.rest = line.substr(1);
  return result;
}

struct Unnumbered {
  Text lines;
  bool spaced = true;  // every line that has more has a space after the mark
};

std::optional<Unnumbered> without_numbers(const Text& lines) {
  Unnumbered result;
  std::size_t last = 0;
  bool any = false;
  for (const auto& line : lines) {
    if (is_blank(line)) {
      result.lines.emplace_back();
      continue;
    }
    const auto each = numbered(line);
    if (!each || (any && each->number <= last)) return std::nullopt;
    any = true;
    last = each->number;
    result.spaced = result.spaced && (is_blank(each->rest) || each->rest.starts_with(' '));
    result.lines.emplace_back(each->rest);
  }
  if (!any) return std::nullopt;
  return result;
}

void drop_spaces(Text& lines) {
  for (auto& line : lines) line.erase(0, line.empty() ? 0 : 1);
}

std::vector<Reading> without_numbers(const Text& search, const Text& replace) {
  const auto before = without_numbers(search);
  if (!before) return {};
  const auto after = without_numbers(replace);
  const bool none =
      std::none_of(replace.begin(), replace.end(), [](const auto& line) { return numbered(line).has_value(); });
  if (!after && !none) return {};
  std::vector<Reading> readings{{before->lines, after ? after->lines : replace}};
  if (!before->spaced || (after && !after->spaced)) return readings;
  Reading close = readings.front();
  drop_spaces(close.search);
  if (after) drop_spaces(close.replace);
  readings.push_back(std::move(close));
  return readings;
}

std::optional<Text> without_sign(const Text& lines, char sign, bool& any) {
  Text result;
  for (const auto& line : lines) {
    if (line.empty()) {
      result.emplace_back();
      continue;
    }
    if (line[0] != sign && line[0] != ' ') return std::nullopt;
    any = any || line[0] == sign;
    result.push_back(line.substr(1));
  }
  return result;
}

std::size_t blanks_at_head(const Text& lines) {
  std::size_t count = 0;
  while (count < lines.size() && is_blank(lines[count])) ++count;
  return count;
}

std::size_t blanks_at_tail(const Text& lines) {
  std::size_t count = 0;
  while (count < lines.size() && is_blank(lines[lines.size() - 1 - count])) ++count;
  return count;
}

bool fenced(const Text& lines) {
  return lines.size() >= 2 && left_trim(lines.front()).starts_with("```") && trim(lines.back()) == "```";
}

Text middle(const Text& lines, std::size_t head, std::size_t tail) {
  if (head + tail >= lines.size()) return {};
  return Text(lines.begin() + static_cast<std::ptrdiff_t>(head), lines.end() - static_cast<std::ptrdiff_t>(tail));
}

}  // namespace

std::string fold_unicode(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return plain ? std::string(text) : swap_all(text, typographic);
}

Reading plain_indents(Reading reading) {
  constexpr std::string_view no_break = "\xC2\xA0";
  for (Text* half : {&reading.search, &reading.replace}) {
    for (auto& line : *half) {
      for (std::size_t at = 0; at < line.size(); ++at) {
        if (std::string_view(line).substr(at).starts_with(no_break)) {
          line.replace(at, no_break.size(), " ");
        } else if (line[at] != ' ' && line[at] != '\t') {
          break;
        }
      }
    }
  }
  return reading;
}

std::string unescape_html(std::string_view text) {
  return swap_all(text, entities);
}

Escapes find_escapes(const Text& lines) {
  Escapes found;
  for (const std::string_view line : lines) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '\\') {
        ++i;
        continue;
      }
      if (quote == 0 && (c == '"' || c == '\'' || c == '`')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
      if (c != '<' && c != '>' && c != '&') continue;
      const Swap* entity = starting(line.substr(i), entities.data(), entities.data() + entities.size());
      if (c != '&' || entity == entities.data() + entities.size()) {
        found.plain = true;
        continue;
      }
      found.any = true;
      found.naked = found.naked || quote == 0;
    }
  }
  return found;
}

std::optional<Reading> unescape(const Text& search, const Text& replace) {
  bool any = false;
  bool also = false;
  if (html_escaped(search, any) && html_escaped(replace, also) && any) {
    Reading reading;
    for (const auto& line : search) reading.search.push_back(swap_all(line, entities));
    for (const auto& line : replace) reading.replace.push_back(swap_all(line, entities));
    return reading;
  }
  any = false;
  if (json_escaped(search, any) && json_escaped(replace, also) && any) {
    return Reading{json_unescaped(search), json_unescaped(replace)};
  }
  return std::nullopt;
}

std::vector<Reading> strip_decorations(const Text& search, const Text& replace) {
  if (auto readings = without_numbers(search, replace); !readings.empty()) return readings;
  bool minus = false;
  bool plus = false;
  auto old_side = without_sign(search, '-', minus);
  auto new_side = without_sign(replace, '+', plus);
  if (!old_side || !new_side || !minus || !(plus || replace.empty())) return {};
  return {Reading{std::move(*old_side), std::move(*new_side)}};
}

std::optional<Reading> strip_edges(const Text& search, const Text& replace) {
  if (fenced(search) && (fenced(replace) || replace.empty())) {
    return Reading{middle(search, 1, 1), replace.empty() ? replace : middle(replace, 1, 1)};
  }
  const std::size_t head = blanks_at_head(search), tail = blanks_at_tail(search);
  if (head + tail == 0 || head == search.size()) return std::nullopt;
  const std::size_t other_head = std::min(head, blanks_at_head(replace));
  const std::size_t other_tail = std::min(tail, blanks_at_tail(replace));
  if (other_head + other_tail > replace.size()) return Reading{middle(search, head, tail), {}};
  return Reading{middle(search, head, tail), middle(replace, other_head, other_tail)};
}

}  // namespace hone::edit
