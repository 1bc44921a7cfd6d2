#include "core/edit/reply.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/edit/fences.hpp"
#include "core/edit/fold.hpp"
#include "core/edit/lines.hpp"
#include "hone/core/base/text.hpp"

namespace hone::edit {
namespace {

struct Tags {
  std::string_view open, close;
};

constexpr std::array<Tags, 6> thinking{{{"<think>", "</think>"},
                                        {"<thinking>", "</thinking>"},
                                        {"<reasoning>", "</reasoning>"},
                                        {"<thought>", "</thought>"},
                                        {"<seed:think>", "</seed:think>"},
                                        {"[THINK]", "[/THINK]"}}};

std::string with_line_feeds(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += text[i];
  }
  return result;
}

// Inside an edit: between a `<<<<<<<` and a `>>>>>>>` line, a patch envelope or a fence.
struct Place {
  bool block = false, fence = false, envelope = false;
  Fence open;

  void see(std::string_view line) {
    if (line.starts_with("<<<<<")) block = true;
    if (line.starts_with(">>>>>")) block = false;
    if (line.starts_with("*** Begin Patch")) envelope = true;
    if (line.starts_with("*** End Patch")) envelope = false;
    char sign = 0;
    std::string_view info;
    const std::size_t signs = fence_signs(line, sign, info);
    if (signs == 0) return;
    if (!fence) {
      fence = true;
      open.sign = sign;
      open.signs = signs;
    } else if (sign == open.sign && signs >= open.signs && info.empty()) {
      fence = false;
    }
  }
  [[nodiscard]] bool inside() const { return block || fence || envelope; }
};

// Removes one thinking block that opens outside of any edit; true when there was one.
bool remove_block(std::string& text, bool& unclosed) {
  Place place;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const std::size_t indent = line.size() - left_trim(line).size();
    for (const Tags& tags : thinking) {
      if (place.inside() || !left_trim(line).starts_with(tags.open)) continue;
      const std::size_t from = at + indent;
      const auto close = text.find(tags.close, from);
      unclosed = close == std::string::npos;
      text.erase(from, unclosed ? std::string::npos : close + tags.close.size() - from);
      return !unclosed;
    }
    place.see(line);
    at = end + 1;
  }
  return false;
}

// Templates may open the thinking in the prompt, so that only its end is in the reply.
void remove_orphan_end(std::string& text) {
  Place place;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    for (const Tags& tags : thinking) {
      const auto close = line.find(tags.close);
      if (close == std::string_view::npos || line.find(tags.open) != std::string_view::npos) continue;
      if (place.block || place.envelope || (place.fence && !trim(line).starts_with(tags.close))) continue;
      if (line.find_first_of("\"'`") < close) continue;  // quoted in prose or code
      text.erase(0, at + close + tags.close.size());
      return;
    }
    place.see(line);
    at = end + 1;
  }
}

// gpt-oss: everything before the final channel is thinking.
void keep_final_channel(std::string& text) {
  constexpr std::string_view mark = "<|channel|>final<|message|>";
  if (const auto at = text.rfind(mark); at != std::string::npos) text.erase(0, at + mark.size());
  for (const std::string_view tail : {"<|return|>", "<|end|>"}) {
    if (text.ends_with(tail)) text.resize(text.size() - tail.size());
  }
}

// One line without the emphasis around it.
std::string plain_line(std::string_view line) {
  constexpr std::string_view emphasis = "*_` ";
  const auto begin = line.find_first_not_of(emphasis);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin);
  while (!line.empty() && std::string_view("*_ ").find(line.back()) != std::string_view::npos) line.remove_suffix(1);
  return one_line(line, 200);
}

// What stands behind "Intent:", "Idea (one line):", "Intent -"; nothing on a line without such a label.
std::optional<std::string_view> after_label(std::string_view line) {
  const std::string small = lower(line.substr(0, 24));
  for (const std::string_view label : {"intent", "idea", "change", "hypothesis"}) {
    if (!small.starts_with(label)) continue;
    std::string_view rest = line.substr(label.size());
    const auto skip = [&] { rest.remove_prefix(std::min(rest.find_first_not_of("* _`"), rest.size())); };
    skip();
    if (rest.starts_with('(') && rest.find(')') != std::string_view::npos) {
      rest.remove_prefix(rest.find(')') + 1);
      skip();
    }
    for (const std::string_view mark : {":", "- ", "\xE2\x80\x93 ", "\xE2\x80\x94 "}) {
      if (rest.starts_with(mark)) return rest.substr(mark.size());
    }
  }
  return std::nullopt;
}

// "<intent>sum with the built-in</intent>"
std::optional<std::string_view> intent_tag(std::string_view line) {
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"<intent>", "</intent>"},
                                    std::pair<std::string_view, std::string_view>{"<idea>", "</idea>"}}) {
    if (!line.starts_with(open)) continue;
    line.remove_prefix(open.size());
    return line.substr(0, line.find(close));
  }
  return std::nullopt;
}

// `"intent": "sum with the built-in",` on a line of its own in the JSON of an edit.
std::optional<std::string> json_intent(std::string_view answer) {
  for (const auto each : lines(answer)) {
    std::string_view line = trim(each);
    if (!line.starts_with("\"intent\":") && !line.starts_with("\"idea\":")) continue;
    line = trim(line.substr(line.find(':') + 1));
    const auto end = line.rfind('"');
    if (line.starts_with('"') && end > 0) return plain_line(line.substr(1, end - 1));
  }
  return std::nullopt;
}

// Some gateways escape the whole reply for HTML: its markers too, and nothing is left unescaped.
bool escaped_as_a_whole(std::string_view text) {
  return text.find("&lt;&lt;&lt;&lt;&lt;") != std::string_view::npos &&
         text.find_first_of("<>") == std::string_view::npos;
}

}  // namespace

std::string answer_of(std::string_view reply, bool& unclosed) {
  unclosed = false;
  std::string text = with_line_feeds(reply);
  if (text.find("<|channel|>") != std::string::npos) keep_final_channel(text);
  for (int i = 0; i < 64 && remove_block(text, unclosed);) ++i;
  remove_orphan_end(text);
  if (escaped_as_a_whole(text)) text = unescape_html(text);
  return text;
}

// The first line that is labelled as the intent, else the first line of all. Models like to be polite first.
std::string intent_of(std::string_view answer, bool labelled) {
  constexpr std::string_view ornament = "#*_>- `";
  std::string_view first;
  bool tagged = false;  // behind a tag only a labelled line is the intent: it may be code
  for (const auto each : lines(answer)) {
    std::string_view line = trim(each);
    const bool edit_begins = line.starts_with("```") || line.starts_with("<<<<") || line.starts_with("***") ||
                             line.starts_with("---") || line.starts_with("{") || line.starts_with("[{");
    if (edit_begins && !line.starts_with("***I") && !line.starts_with("***i"))
      return json_intent(answer).value_or(labelled ? "" : plain_line(first));
    if (line.starts_with('<')) {
      if (const auto inside = intent_tag(line)) return plain_line(*inside);
      tagged = true;
      continue;
    }
    line.remove_prefix(std::min(line.find_first_not_of(ornament), line.size()));
    if (const auto named = after_label(line)) return plain_line(*named);
    if (first.empty() && !tagged) first = line;
  }
  return labelled ? std::string() : plain_line(first);
}

}  // namespace hone::edit
