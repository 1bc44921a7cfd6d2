#include "hone/core/prompt/prompt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/edit/lines.hpp"
#include "core/edit/region.hpp"
#include "core/prompt/ledger.hpp"
#include "core/prompt/quote.hpp"
#include "core/prompt/texts.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/edit/screen.hpp"

namespace hone {
namespace {

using prompt::fill;
using prompt::text_of;

// Allowances in bytes.
constexpr std::size_t instruction_bytes = 16 << 10, told_bytes = 2 << 10, ledger_bytes = 8 << 10, reply_bytes = 6 << 10;
constexpr std::size_t artifact_bytes = 4 << 10, output_head = 500, output_tail = 4 << 10, complaint_bytes = 6 << 10;
constexpr std::size_t previous_bytes = 24 << 10, pending_bytes = 2 << 10;
constexpr std::size_t region_margin = 40;  // lines around a region when the whole file does not fit
constexpr std::int64_t plateau = 15;       // attempts without success before another approach is asked for

struct Draft {
  const Brief& brief;
  const PromptStyle& style;
  Prompt prompt;
  std::size_t room = 0;  // bytes left for what may be trimmed
};

void put(Draft& draft, PromptSection section) {
  if (section.text.empty()) return;
  section.text = std::string(trim(section.text)) + "\n\n";
  draft.prompt.sections.push_back(std::move(section));
}

std::string format_name(EditFormat format) {
  switch (format) {
    case EditFormat::whole_file:
      return "format_whole_file";
    case EditFormat::unified_diff:
      return "format_unified_diff";
    case EditFormat::v4a:
      return "format_v4a";
    case EditFormat::search_replace:
    case EditFormat::tool_call:
      break;
  }
  return "format_search_replace";
}

Done refuse_secret(std::string_view what, std::string_view text) {
  const auto secret = find_secret(text);
  if (!secret) return {};
  return fail(Reaction::fix_input,
              fmt::format("Line {} of {} holds what looks like a {}, which would be sent to the model. Remove it "
                          "from the file, or leave the file out of --target and --context.",
                          secret->line, what, secret->rule));
}

// A file cut down to its regions, for targets that do not fit whole.
std::string only_regions(const SourceFile& file, bool& cut) {
  const edit::FileLines lines = edit::split_file(file.text);
  const auto regions = edit::regions_of(lines);
  if (regions.empty()) return file.text;
  std::string text;
  bool gap = false;
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    const bool shown = std::any_of(regions.begin(), regions.end(), [&](const edit::Window& region) {
      return i + region_margin >= region.begin && i < region.end + region_margin;
    });
    if (shown) {
      if (gap) text += "[lines not shown; they may not change]\n";
      text.append(lines.lines[i].text).append("\n");
    }
    gap = !shown;
    cut = cut || gap;
  }
  return text;
}

std::string target_text(const Draft& draft, bool regions_only, bool& cut) {
  std::string files;
  for (const SourceFile& file : draft.brief.targets) {
    const bool free = edit::regions_of(edit::split_file(file.text)).empty();
    files += prompt::fence_file(file.path, regions_only ? only_regions(file, cut) : file.text);
    if (!free) files += "Only what stands between its `hone: begin` and `hone: end` lines may change.\n";
    if (file.text.find("hone: knob") != std::string::npos)
      files += "Its `hone: knob` comments are ranges for a search without a model; they bind you to nothing.\n";
    if (prompt::valid_utf8(file.text) != file.text)
      files += "Lines with \xEF\xBF\xBD hold bytes that are not UTF-8; leave them out of your edit.\n";
    files += "\n";
  }
  const std::string score = prompt::render_score(draft.brief);
  return fill(text_of(draft.style, "target"), {{"score", score}, {"files", files}});
}

// Whole files while they fit; then the ends of one; the rest by name.
std::string context_text(Draft& draft) {
  std::string files;
  for (const SourceFile& file : draft.brief.context) {
    std::string text = prompt::fence_file(file.path, file.text) + "\n";
    if (text.size() > draft.room) {
      draft.prompt.trimmed.push_back("context " + file.path);
      text = draft.room > 4096
                 ? prompt::fence_file(file.path, clip_middle(file.text, draft.room / 2, draft.room / 3)) + "\n"
                 : fmt::format("{} ({} bytes) is not shown.\n\n", file.path, file.text.size());
    }
    draft.room -= std::min(draft.room, text.size());
    files += text;
  }
  return fill(text_of(draft.style, "context"), {{"files", files}});
}

// What an optional section may take; a smaller piece than it wants is reported.
std::size_t grant(Draft& draft, std::size_t wanted, const char* name) {
  const std::size_t granted = std::min(wanted, draft.room);
  if (granted < wanted) draft.prompt.trimmed.emplace_back(name);
  return granted < 200 ? 0 : granted;
}

struct Optional {
  std::string context, told, ledger, pending, replies, artifacts, output;
};

void spend(Draft& draft, const std::string& text) {
  draft.room -= std::min(draft.room, text.size());
}

std::string told_text(const Draft& draft, std::size_t most) {
  std::string lines;
  for (std::size_t i = draft.brief.told.size(); i-- > 0;) {
    const std::string line = "- " + prompt::valid_utf8(one_line(draft.brief.told[i], 1000)) + "\n";
    if (lines.size() + line.size() > most) break;
    lines = line + lines;
  }
  return lines.empty() ? lines : fill(text_of(draft.style, "told"), {{"lines", lines}});
}

std::string artifacts_text(const Draft& draft, std::size_t most, const std::string& nonce) {
  std::string files;
  const std::size_t each = most / draft.brief.artifacts.size();
  for (const SourceFile& file : draft.brief.artifacts) {
    if (each < 100) break;
    files += prompt::quote_data(file.path, prompt::clean_output(file.text, each / 4, each - each / 4), nonce) + "\n";
  }
  return files.empty() ? files : fill(text_of(draft.style, "artifacts"), {{"files", files}});
}

std::string output_text(const Draft& draft, std::size_t most, const std::string& nonce) {
  const std::size_t head = std::min(output_head, most / 5);
  const std::string text =
      prompt::clean_output(draft.brief.last_failure_text, head, std::min(output_tail, most - head));
  return prompt::quote_data(draft.brief.last_failure_title, text, nonce);
}

// In the order of their worth: the last ones are trimmed first (reference section 9).
Optional optional_sections(Draft& draft, const std::string& nonce, bool conversation) {
  const Brief& brief = draft.brief;
  Optional parts;
  if (!brief.context.empty()) parts.context = context_text(draft);
  if (!brief.told.empty()) parts.told = told_text(draft, grant(draft, told_bytes, "told"));
  spend(draft, parts.told);
  const bool tried = !brief.ledger.empty() || std::any_of(brief.outcomes.begin(), brief.outcomes.end(),
                                                          [](std::int64_t count) { return count > 0; });
  if (const std::size_t most = tried ? grant(draft, ledger_bytes, "ledger") : 0; most > 0) {
    const std::string counts = prompt::render_counts(brief), entries = prompt::render_ledger(brief, most);
    parts.ledger = fill(text_of(draft.style, "ledger"), {{"counts", counts}, {"entries", entries}});
    spend(draft, parts.ledger);
  }
  if (const std::size_t most = brief.pending.empty() ? 0 : grant(draft, pending_bytes, "pending"); most > 0) {
    const std::string entries = prompt::render_pending(brief, most);
    parts.pending = fill(text_of(draft.style, "pending"), {{"entries", entries}});
    spend(draft, parts.pending);
  }
  if (!brief.ledger_replies.empty()) {
    if (const std::size_t most = grant(draft, reply_bytes, "replies"); most > 0) {
      const std::string replies = prompt::render_replies(brief, most, nonce);
      parts.replies = fill(text_of(draft.style, "replies"), {{"replies", replies}});
      spend(draft, parts.replies);
    }
  }
  if (!brief.last_failure_text.empty() && !conversation) {
    if (const std::size_t most = grant(draft, output_head + output_tail, "output"); most > 0) {
      const std::string quoted = output_text(draft, most, nonce),
                        title = prompt::valid_utf8(one_line(brief.last_failure_title, 160));
      parts.output = fill(text_of(draft.style, "output"), {{"title", title}, {"text", quoted}});
      spend(draft, parts.output);
    }
  }
  if (!brief.artifacts.empty())
    parts.artifacts = artifacts_text(draft, grant(draft, artifact_bytes, "artifacts"), nonce);
  return parts;
}

std::string ask_text(const Draft& draft, bool conversation) {
  const char* name = "operator_improve";
  switch (draft.brief.operation) {
    case Operator::improve:
      break;
    case Operator::repair:  // as a conversation it goes on from the ask it began with
      if (!conversation) name = "operator_repair";
      break;
    case Operator::combine:
      name = "operator_combine";
      break;
    case Operator::simplify:
      name = "operator_simplify";
      break;
  }
  std::string text(text_of(draft.style, name));
  if (draft.brief.since_keep >= plateau && draft.brief.operation == Operator::improve) {
    const std::string count = fmt::format("{}", draft.brief.since_keep);
    text += "\n" + fill(text_of(draft.style, "plateau"), {{"count", count}});
  }
  const std::string left = prompt::render_left(draft.brief);
  if (!left.empty() && !conversation) text += "\n" + left;
  return text;
}

// The reply that could not be used and what was wrong with it, as the next turns of the conversation.
void put_repair(Draft& draft, const std::string& nonce) {
  const Brief& brief = draft.brief;
  const std::string complaint = clip_middle(prompt::valid_utf8(mask_secrets(strip_controls(brief.complaint))),
                                            complaint_bytes / 2, complaint_bytes / 2);
  std::string output;
  if (!brief.last_failure_text.empty()) output = output_text(draft, output_head + output_tail, nonce);
  put(draft, {PromptRole::assistant, "previous",
              clip_middle(prompt::valid_utf8(brief.previous_reply_text), previous_bytes / 2, previous_bytes / 2), false,
              false});
  put(draft, {PromptRole::user, "complaint",
              fill(text_of(draft.style, "repair"), {{"complaint", complaint}, {"output", output}}), false, false});
}

Result<std::size_t> usable_bytes(const PromptStyle& style) {
  const std::int64_t tokens = style.context.value - style.output.value - style.context.value / 20;
  if (tokens <= 0 || style.tokens_per_byte <= 0) {
    return fail(Reaction::fix_input,
                fmt::format("The model's window of {} tokens leaves no room beside {} for the reply. Set a larger "
                            "context or a smaller output limit for this model.",
                            style.context.value, style.output.value));
  }
  return static_cast<std::size_t>(static_cast<double>(tokens) / style.tokens_per_byte);
}

// What is never trimmed.
struct Fixed {
  std::string rules, goal, instructions, target, ask;
};

Fixed fixed_sections(const Draft& draft, bool conversation) {
  const Brief& brief = draft.brief;
  Fixed fixed;
  fixed.rules = std::string(text_of(draft.style, "system")) + "\n" +
                std::string(text_of(draft.style, format_name(draft.style.format)));
  const std::string facts = prompt::render_goal(brief);
  fixed.goal = fill(text_of(draft.style, "goal"), {{"facts", facts}});
  if (!brief.instructions.empty()) {
    const std::string notes =
        prompt::valid_utf8(clip_middle(brief.instructions, instruction_bytes * 3 / 4, instruction_bytes / 4));
    fixed.instructions = fill(text_of(draft.style, "instructions"), {{"text", notes}});
  }
  bool cut = false;
  fixed.target = target_text(draft, false, cut);
  fixed.ask = ask_text(draft, conversation);
  return fixed;
}

Done refuse_secrets(const Brief& brief) {
  for (const auto* files : {&brief.targets, &brief.context}) {
    for (const SourceFile& file : *files) HONE_TRY_VOID(refuse_secret(file.path, file.text));
  }
  return refuse_secret("the instructions", brief.instructions);
}

tl::unexpected<Error> no_room(std::size_t bytes, std::size_t usable) {
  return fail(
      Reaction::fix_input,
      fmt::format("The targets take {} bytes of the prompt and the model's window has room for {} in all. Mark the "
                  "part that may change with comment lines `hone: begin` and `hone: end`, name fewer targets, or use "
                  "a model with a larger window.",
                  bytes, usable));
}

}  // namespace

Result<Prompt> render_prompt(const Brief& brief, const PromptStyle& style) {
  HONE_TRY_VOID(check_prompt_texts(style.texts));
  HONE_TRY_VOID(refuse_secrets(brief));
  Draft draft{brief, style, {}, 0};
  const std::size_t usable = HONE_TRY(usable_bytes(style));
  const std::string nonce = prompt::nonce_of(brief.seed);
  const bool conversation = !brief.previous_reply_text.empty() && !brief.complaint.empty();
  Fixed fixed = fixed_sections(draft, conversation);
  const std::size_t others = fixed.rules.size() + fixed.goal.size() + fixed.instructions.size() + fixed.ask.size() +
                             (conversation ? previous_bytes + complaint_bytes : 0);
  if (others + fixed.target.size() > usable) {
    bool cut = false;
    fixed.target = target_text(draft, true, cut);
    if (cut) draft.prompt.trimmed.emplace_back("target: its regions only");
  }
  if (others + fixed.target.size() > usable) return no_room(fixed.target.size(), usable);
  draft.room = usable - others - fixed.target.size();
  const Optional parts = optional_sections(draft, nonce, conversation);
  put(draft, {PromptRole::system, "rules", fixed.rules, true, true});
  put(draft, {PromptRole::user, "goal", fixed.goal, true, false});
  put(draft, {PromptRole::user, "instructions", fixed.instructions, true, false});
  put(draft, {PromptRole::user, "context", parts.context, true, true});
  put(draft, {PromptRole::user, "target", fixed.target, true, true});
  put(draft, {PromptRole::user, "told", parts.told, false, false});
  put(draft, {PromptRole::user, "ledger", parts.ledger, false, false});
  put(draft, {PromptRole::user, "pending", parts.pending, false, false});
  put(draft, {PromptRole::user, "replies", parts.replies, false, false});
  put(draft, {PromptRole::user, "artifacts", parts.artifacts, false, false});
  put(draft, {PromptRole::user, "output", parts.output, false, false});
  put(draft, {PromptRole::user, "ask", fixed.ask, false, false});
  if (conversation) put_repair(draft, nonce);
  std::size_t bytes = 0;
  for (const auto& section : draft.prompt.sections) bytes += section.text.size();
  draft.prompt.estimate = estimate_tokens(bytes, style.tokens_per_byte);
  return std::move(draft.prompt);
}

std::vector<PromptMessage> prompt_messages(const Prompt& prompt) {
  std::vector<PromptMessage> messages;
  for (const PromptSection& section : prompt.sections) {
    if (messages.empty() || messages.back().role != section.role) messages.push_back({section.role, {}});
    messages.back().text += section.text;
  }
  return messages;
}

std::string render_plain(const Prompt& prompt) {
  std::string text;
  for (const PromptSection& section : prompt.sections) {
    if (section.role == PromptRole::assistant) text += "# Your last reply\n\n";
    text += section.text;
  }
  return text;
}

Tokens estimate_tokens(std::size_t bytes, double tokens_per_byte) {
  return {static_cast<std::int64_t>(std::ceil(static_cast<double>(bytes) * tokens_per_byte))};
}

double observe_ratio(double tokens_per_byte, std::size_t bytes, Tokens seen) {
  if (bytes < 1000 || seen.value <= 0) return tokens_per_byte;
  const double ratio = static_cast<double>(seen.value) / static_cast<double>(bytes);
  return std::clamp(0.5 * tokens_per_byte + 0.5 * ratio, 0.05, 1.5);
}

}  // namespace hone
