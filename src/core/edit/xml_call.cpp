// Tool calls written as tags, as the templates of several models and tools have it:
//   <invoke name="str_replace"><parameter name="path">..   Anthropic, MiniMax
//   <function=str_replace><parameter=path>..               Qwen, OpenHands
//   <tool_call>str_replace<arg_key>path</arg_key><arg_value>..   GLM
//   <write_to_file><path>..</path><content>..              Cline, Roo and what models make up
// Patches and SEARCH/REPLACE blocks inside of tags are found by their own readers.
#include <fmt/format.h>

#include <algorithm>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/paths.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/tool_edits.hpp"

namespace hone::edit {
namespace {

constexpr std::size_t most_unclosed = 64;

struct Tag {
  std::string_view name;   // without a prefix: "invoke" of <invoke>
  std::string_view given;  // as it is to be closed
  std::string_view value;  // of name="..", path="..", file="..", or what stands after '='
  bool file = false;       // `value` names a file
  bool empty = false;      // <path d="..."/>: nothing is inside
  std::size_t end = 0;     // one past '>'
};

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':';
}

// The value of an attribute: `key="value"` in `text`.
std::string_view attribute(std::string_view text, std::string_view key) {
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const auto mark = at + key.size();
    if (at == 0 || text[at - 1] != ' ' || mark + 1 >= text.size() || text[mark] != '=') continue;
    const char quote = text[mark + 1];
    if (quote != '"' && quote != '\'') continue;
    const auto close = text.find(quote, mark + 2);
    return text.substr(mark + 2, close == std::string_view::npos ? 0 : close - mark - 2);
  }
  return {};
}

std::optional<Tag> opening_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && letter(text[end])) ++end;
  const auto close = text.find_first_of(">\n", end);
  if (end == at + 1 || close == std::string_view::npos || text[close] == '\n') return std::nullopt;
  Tag tag{text.substr(at + 1, end - at - 1), text.substr(at + 1, end - at - 1), {}, false, false, close + 1};
  tag.name.remove_prefix(std::min(tag.name.size(), tag.name.rfind(':') + 1));
  const std::string_view rest = text.substr(end, close - end);
  tag.empty = rest.ends_with('/');
  if (rest.starts_with('=')) {
    tag.value = trim(rest.substr(1));
  } else if (!rest.empty() && rest.front() != ' ') {
    return std::nullopt;
  } else if (tag.name == "invoke" || tag.name == "parameter") {
    tag.value = attribute(rest, "name");
  } else {
    for (const std::string_view key : {"path", "file", "filename", "name"}) {
      if (tag.value.empty()) tag.value = attribute(rest, key);
    }
    tag.file = !tag.value.empty();
  }
  return tag;
}

// The text of a parameter. One that begins on the line below its tag ends on the line above the closing one.
std::string_view text_between(std::string_view text) {
  constexpr std::string_view open = "<![CDATA[", close = "]]>";
  if (const std::string_view inner = trim(text); inner.starts_with(open) && inner.ends_with(close))
    text = inner.substr(open.size(), inner.size() - open.size() - close.size());
  if (!text.starts_with('\n')) return text;
  text.remove_prefix(1);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

struct Field {
  std::string_view name, text;
  std::size_t end = 0;  // one past the closing tag
  bool closed = true;
};

Field take(std::string_view all, std::string_view name, std::size_t from, std::string_view close) {
  const auto at = all.find(close, from);
  if (at == std::string_view::npos) return {name, {}, all.size(), false};
  return {name, text_between(all.substr(from, at - from)), at + close.size(), true};
}

// Tags that hold a call and mean nothing in code: `<write_to_file>`, `<edit>`.
bool holds_call(std::string_view name) {
  for (const std::string_view each : {"edit", "change", "update", "modify", "write"}) {
    if (name == each) return true;
  }
  return name.find('_') != std::string_view::npos && edits_by_name(name);
}

std::optional<Field> field_at(std::string_view all, const Tag& tag) {
  if (tag.empty) return std::nullopt;
  if (tag.name == "parameter") {
    if (tag.value.empty()) return std::nullopt;
    return take(all, tag.value, tag.end, fmt::format("</{}>", tag.given));
  }
  if (tag.name == "arg_key") {
    const Field key = take(all, {}, tag.end, "</arg_key>");
    if (!key.closed) return key;
    constexpr std::string_view open = "<arg_value>";
    const auto value = all.find_first_not_of(" \t\n", key.end);
    if (value == std::string_view::npos || !all.substr(value).starts_with(open)) return std::nullopt;
    return take(all, trim(key.text), value + open.size(), "</arg_value>");
  }
  const bool known = tool_field(tag.name) != ToolField::none || tag.name == "intent" || tag.name == "idea";
  if (known) return take(all, tag.name, tag.end, fmt::format("</{}>", tag.given));
  return std::nullopt;
}

// Puts the parameters of calls together, in the order in which they stand.
class CallReader {
 public:
  CallReader(std::string_view all, const EditPolicy& policy) : all_(all), policy_(policy) {}

  std::optional<Parsed<Edits>> read() {
    for (std::size_t at = all_.find('<'); at != std::string_view::npos; at = all_.find('<', at)) {
      const auto tag = leads_a_line(at) ? opening_at(all_, at) : std::nullopt;
      if (!tag) {
        ++at;
        continue;
      }
      at = tag->end;
      name_call(*tag);
      const auto field = field_at(all_, *tag);
      if (!field) continue;
      if (!field->closed) {
        if (++unclosed_ > most_unclosed) break;  // each looked for its end through all of the reply
        cut_ = cut_ || (!call_.empty() && tool_field(field->name) != ToolField::none);
        continue;
      }
      at = field->end;
      if (auto bad = add(*field)) return tl::unexpected<Rejection>(std::move(*bad));
    }
    return result();
  }

 private:
  // Only tags that begin a line, or follow another tag on it, are tags of a call; others are code.
  [[nodiscard]] bool leads_a_line(std::size_t at) const {
    while (at > 0 && (all_[at - 1] == ' ' || all_[at - 1] == '\t')) --at;
    return at == 0 || all_[at - 1] == '\n' || all_[at - 1] == '>';
  }

  void name_call(const Tag& tag) {
    if (tag.name == "invoke" || tag.name == "function") {
      begin(tag.value);
      called_ = called_ || !tag.value.empty();
    } else if (tag.name == "tool_call") {
      const auto end = std::min(all_.find_first_of("<{\n", tag.end), all_.size());
      begin(trim(all_.substr(tag.end, end - tag.end)));
    } else if (holds_call(tag.name)) {
      begin(tag.name);
    }
    if (tag.file) path_ = tag.value;
  }

  void begin(std::string_view name) {
    call_ = name;
    path_ = {};
    before_.reset();
  }

  std::optional<Rejection> add(const Field& field) {
    switch (tool_field(field.name)) {
      case ToolField::path:
        if (field.text.find('\n') == std::string_view::npos) path_ = trim(field.text);
        return std::nullopt;
      case ToolField::before:
        before_ = field.text;
        return std::nullopt;
      case ToolField::after: {
        if (!before_) return std::nullopt;
        const std::string_view before = *before_;
        before_.reset();
        return take_edit({std::string(path_), std::string(before), std::string(field.text), false, {}});
      }
      case ToolField::whole:
        if (!edits_by_name(call_)) return std::nullopt;
        return take_edit({std::string(path_), {}, std::string(field.text), true, {}});
      case ToolField::none:
        break;
    }
    if (field.name == "intent" || field.name == "idea") edits_.intent = one_line(field.text, 200);
    return std::nullopt;
  }

  std::optional<Rejection> take_edit(const ToolEdit& call) {
    if (!call_.empty() && !edits_by_name(call_)) return std::nullopt;
    auto hunk = hunk_of_call(call, policy_);
    if (!hunk) return std::move(hunk.error());
    hunk->number = edits_.hunks.size() + 1;
    edits_.hunks.push_back(std::move(*hunk));
    return std::nullopt;
  }

  std::optional<Parsed<Edits>> result() {
    if (cut_)
      return reject(RejectCode::truncated, "A tag of the tool call does not close, so the reply may be cut off.");
    if (!edits_.hunks.empty()) return std::move(edits_);
    if (!called_) return std::nullopt;
    return reject(RejectCode::no_edit,
                  fmt::format("The tool call `{}` holds no edit with old and new text. No tool runs here; all that you "
                              "may see is in the prompt. Send edits as path, old_str and new_str.",
                              one_line(call_, 60)));
  }

  std::string_view all_;
  const EditPolicy& policy_;
  Edits edits_{EditFormat::tool_call, {}, {}, {}, {}};
  std::string_view call_, path_;
  std::optional<std::string_view> before_;
  bool called_ = false;  // a call by a tag that means nothing else
  bool cut_ = false;
  std::size_t unclosed_ = 0;
};

}  // namespace

std::optional<Parsed<Edits>> parse_xml_calls(const ReplyView& reply, const std::vector<SourceFile>&,
                                             const EditPolicy& policy) {
  return CallReader(reply.text, policy).read();
}

}  // namespace hone::edit
