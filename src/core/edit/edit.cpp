#include "hone/core/edit/edit.hpp"

#include <fmt/format.h>

#include <array>

#include "core/edit/hunk.hpp"
#include "core/edit/lines.hpp"
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
  const ReplyView view{reply, lines(reply)};
  if (auto edits = edit::parse_search_replace(view, originals, policy)) {
    if (!*edits) return tl::unexpected<Rejection>(std::move(edits->error()));
    return edit::apply(**edits, originals, policy);
  }
  return reject(RejectCode::no_edit, "The reply holds no edit.");
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
