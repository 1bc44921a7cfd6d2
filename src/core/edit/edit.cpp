#include "hone/core/edit/edit.hpp"

#include <fmt/format.h>

#include <array>

#include "core/edit/encoding.hpp"
#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
#include "core/edit/reply.hpp"
#include "core/edit/versions.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

using edit::Edits;
using edit::Parsed;
using edit::reject;
using edit::ReplyView;

constexpr std::array<std::string_view, 16> code_names{
    "E_NO_EDIT", "E_TRUNCATED", "E_NOMATCH", "E_AMBIGUOUS", "E_NOOP",         "E_LAZY",    "E_MARKER", "E_PATH",
    "E_MIXED",   "E_ENCODING",  "E_REGION",  "E_SIZE",      "E_EMPTY_SEARCH", "E_OVERLAP", "E_HIDDEN", "E_SECRET"};
constexpr std::array<std::string_view, 5> format_names{"search_replace", "whole_file", "unified_diff", "v4a",
                                                       "tool_call"};

constexpr std::string_view how_to_edit =
    "Send the change as blocks, each exactly so:\n"
    "path/of/the/file\n<<<<<<< SEARCH\nwhole lines as they are in the file\n=======\nthe lines that replace them\n"
    ">>>>>>> REPLACE\n";

Parsed<Edits> find_edits(const ReplyView& reply, const std::vector<SourceFile>& originals, const EditPolicy& policy) {
  if (auto edits = edit::parse_search_replace(reply, originals, policy)) {
    if (*edits) {
      if (auto second = edit::second_version(reply, **edits, originals, policy))
        return tl::unexpected<Rejection>(std::move(*second));
      if (auto several = edit::offers_choice(reply, **edits)) return tl::unexpected<Rejection>(std::move(*several));
    }
    return std::move(*edits);
  }
  constexpr std::array<edit::FormatParser, 7> parsers{
      edit::parse_v4a,         edit::parse_tool_calls,   edit::parse_xml_calls, edit::parse_unified_diff,
      edit::parse_prose_pairs, edit::parse_block_fences, edit::parse_whole_file};
  for (const auto parse : parsers) {
    if (auto edits = parse(reply, originals, policy)) return std::move(*edits);
  }
  return reject(RejectCode::no_edit, fmt::format("The reply holds no edit that can be read. {}", how_to_edit));
}

Parsed<Patched> patch_or_reason(std::string_view reply, const std::vector<SourceFile>& originals,
                                const EditPolicy& policy) {
  if (policy.truncated) {
    return reject(RejectCode::truncated,
                  "The reply was cut off before its end, so none of it was applied. Send a shorter "
                  "reply: the smallest blocks that make the change.");
  }
  if (reply.size() > max_reply_bytes) {
    return reject(RejectCode::too_large,
                  fmt::format("The reply is {} bytes long; at most {} are read.", reply.size(), max_reply_bytes));
  }
  bool unclosed = false;
  const std::string answer = edit::answer_of(reply, unclosed);
  if (edit::is_binary(answer)) return reject(RejectCode::encoding, "The reply holds NUL bytes.");
  auto edits = find_edits({answer, lines(answer)}, originals, policy);
  if (!edits) {
    if (unclosed && edits.error().code == RejectCode::no_edit) {
      return reject(RejectCode::no_edit,
                    "The reply never left its thinking block, so there is no answer to apply. Think less, "
                    "close the block and send the edit.");
    }
    return tl::unexpected<Rejection>(std::move(edits.error()));
  }
  auto patched = edit::apply(*edits, originals, policy);
  if (patched) {
    patched->intent = edit::intent_of(answer);
    if (patched->intent.empty()) patched->intent = edits->intent;
  } else {
    patched.error().format = edits->format;
  }
  return patched;
}

}  // namespace

tl::expected<Patched, Rejection> patch(std::string_view reply, const std::vector<SourceFile>& originals,
                                       const EditPolicy& policy) {
  auto patched = patch_or_reason(reply, originals, policy);
  if (patched) return patched;
  Rejection& why = patched.error();
  why.message = fmt::format("{}: {}\nThe whole reply was not applied; no file changed.", render_code(why.code),
                            trim(why.message));
  return patched;
}

std::string find_intent(std::string_view reply, bool labelled) {
  bool unclosed = false;
  return reply.size() > max_reply_bytes ? std::string() : edit::intent_of(edit::answer_of(reply, unclosed), labelled);
}

std::string_view render_code(RejectCode code) {
  return code_names[static_cast<std::size_t>(code)];
}

std::string_view render_format(EditFormat format) {
  return format_names[static_cast<std::size_t>(format)];
}

bool parse_format(std::string_view name, EditFormat& format) {
  for (std::size_t i = 0; i < format_names.size(); ++i) {
    if (format_names[i] != name) continue;
    format = static_cast<EditFormat>(i);
    return true;
  }
  return false;
}

}  // namespace hone
