// Gemini generateContent (reference 3). The stream ends at EOF; usage is cumulative over its chunks.
#include <array>

#include "core/codec/replies_draft.hpp"

namespace hone::foreign {
namespace {

constexpr std::array refusals{"SAFETY", "RECITATION", "BLOCKLIST",   "PROHIBITED_CONTENT",
                              "SPII",   "LANGUAGE",   "IMAGE_SAFETY"};
constexpr std::array failures{"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "OTHER"};

void absorb_parts(ReplyDraft& draft, const Json* parts) {
  for (std::size_t i = 0; const Json* part = element(parts, i); ++i) {
    const std::string text = text_of(member(part, "text"));
    (is_true(member(part, "thought")) ? draft.reply.reasoning : draft.reply.text) += text;
    if (const Json* call = member(part, "functionCall")) {
      const Json* arguments = member(call, "args");
      draft.calls[static_cast<std::int64_t>(draft.calls.size())] = {
          text_of(member(call, "name")), arguments == nullptr ? "{}" : dump_json(*arguments)};
    }
  }
}

}  // namespace

void absorb_gemini(ReplyDraft& draft, const Json& object) {
  ModelReply& reply = draft.reply;
  if (object.is_array()) {  // an error wrapped in one element, or a stream without alt=sse
    for (const Json& one : object) {
      if (one.is_object()) absorb_gemini(draft, one);
    }
    return;
  }
  if (member(object, "error") != nullptr) {
    reply.error = service_error(object);
    draft.closed = true;
    return;
  }
  const Json* candidate = nullptr;  // the first one: the others are alternatives
  for (std::size_t i = 0; const Json* each = element(member(object, "candidates"), i); ++i) {
    if (candidate == nullptr && count_of(member(each, "index")).value_or(static_cast<std::int64_t>(i)) == 0)
      candidate = each;
  }
  const std::string blocked = text_of(member(member(object, "promptFeedback"), "blockReason"));
  if (const Json* usage = member(object, "usageMetadata")) draft.usage = *usage;
  reply.recognised = reply.recognised || candidate != nullptr || !blocked.empty() || !draft.usage.is_null();
  if (reply.id.empty()) reply.id = text_of(member(object, "responseId"));
  if (reply.model.empty()) reply.model = text_of(member(object, "modelVersion"));
  if (!blocked.empty() && candidate == nullptr) {
    reply.finish_word = "SAFETY";
    reply.warnings.push_back("the prompt was blocked: " + blocked);
    draft.terminal = true;
  }
  absorb_parts(draft, member(member(candidate, "content"), "parts"));
  if (const std::string word = text_of(member(candidate, "finishReason")); !word.empty()) {
    reply.finish_word = word;
    draft.terminal = true;
  }
}

void settle_gemini(ReplyDraft& draft) {
  ModelReply& reply = draft.reply;
  const auto counter = [&](std::string_view name) { return count_of(member(draft.usage, name)); };
  if (const auto prompt = counter("promptTokenCount")) {
    const std::int64_t cached = counter("cachedContentTokenCount").value_or(0);
    const std::int64_t thoughts = counter("thoughtsTokenCount").value_or(0);
    reply.usage.in_uncached = {minus(reply, *prompt, cached) + counter("toolUsePromptTokenCount").value_or(0)};
    reply.usage.cache_read = {cached};
    reply.usage.out_total = {counter("candidatesTokenCount").value_or(0) + thoughts};
    reply.usage.out_reasoning = {thoughts};
    reply.usage_known = true;
  }
  const std::string& word = reply.finish_word;
  const auto among = [&](const auto& words) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (!draft.terminal || word == "MAX_TOKENS") {
    reply.finish = Finish::truncated;
  } else if (word == "STOP") {
    reply.finish = draft.calls.empty() ? Finish::complete : Finish::tool_use;
  } else if (among(refusals)) {
    reply.finish = Finish::refused;
  } else if (among(failures)) {
    reply.finish = Finish::error;
  } else {
    reply.finish = unknown_word(reply);
  }
}

}  // namespace hone::foreign
