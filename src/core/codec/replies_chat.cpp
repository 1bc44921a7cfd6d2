// OpenAI chat completions and everything that imitates them (reference 1.1 and 1.4).
#include "core/codec/replies_draft.hpp"
#include "hone/core/base/text.hpp"

namespace hone::foreign {
namespace {

// A string, or an array of parts with text in them.
std::string content_text(const Json* content) {
  if (content == nullptr || !content->is_array()) return text_of(content);
  std::string result;
  for (const Json& part : *content) result += text_of(member(part, "text"));
  return result;
}

void absorb_calls(ReplyDraft& draft, const Json* calls) {
  if (calls == nullptr || !calls->is_array()) return;
  std::int64_t position = 0;
  for (const Json& call : *calls) {
    ToolCall& target = draft.calls[count_of(member(call, "index")).value_or(position)];
    ++position;
    const Json* function = member(call, "function");
    if (const std::string name = text_of(member(function, "name")); !name.empty()) target.name = name;
    const Json* arguments = member(function, "arguments");
    target.arguments += arguments != nullptr && arguments->is_object() ? dump_json(*arguments) : text_of(arguments);
  }
}

void absorb_choice(ReplyDraft& draft, const Json& choice) {
  ModelReply& reply = draft.reply;
  const Json* piece = member(choice, "delta");
  if (piece == nullptr) piece = member(choice, "message");
  std::string said = content_text(member(piece, "content"));
  if (said.size() >= reply.text.size() && !reply.text.empty() && member(choice, "delta") == nullptr &&
      said.starts_with(reply.text)) {
    reply.text.clear();  // the whole message once more, at the end of a stream
  }
  reply.text += said;
  for (const char* name : {"reasoning_content", "reasoning", "reasoning_text"}) {  // some send two copies
    const std::string text = content_text(member(piece, name));
    reply.reasoning += text;
    if (!text.empty()) break;
  }
  if (!text_of(member(piece, "refusal")).empty()) {
    reply.finish_word = "refusal";
    draft.terminal = true;
  }
  absorb_calls(draft, member(piece, "tool_calls"));
  if (const Json* call = member(piece, "function_call")) {  // the older form of one tool call
    const Json calls = Json::array({Json{{"function", *call}}});
    absorb_calls(draft, &calls);
  }
  if (const Json* word = member(choice, "finish_reason"); word != nullptr && word->is_string()) {
    const bool bad_already = reply.finish_word == "refusal" || reply.finish_word == "length" ||
                             reply.finish_word == "content_filter" || reply.finish_word == "error";
    if (!bad_already) reply.finish_word = text_of(word);  // a second word makes nothing good
    draft.terminal = true;
  }
  if (const Json* usage = member(choice, "usage")) draft.usage["usage"] = *usage;  // Moonshot
}

std::int64_t count(const Json* from, std::string_view name) {
  return count_of(member(from, name)).value_or(0);
}

void settle_usage(ReplyDraft& draft, const Json* usage) {
  const auto prompt = count_of(member(usage, "prompt_tokens"));
  const auto completion = count_of(member(usage, "completion_tokens"));
  if (!prompt || !completion) return;
  ModelReply& reply = draft.reply;
  const Json* in = member(usage, "prompt_tokens_details");
  const std::int64_t hit = count(usage, "prompt_cache_hit_tokens");  // DeepSeek
  const std::int64_t cached = std::max(count(in, "cached_tokens"), hit);
  const std::int64_t written = count(in, "cache_write_tokens");
  const std::int64_t total = count(usage, "total_tokens");
  std::int64_t out = *completion;
  if (total > *prompt + *completion) out = total - *prompt;  // hidden reasoning, billed as output
  reply.usage.in_uncached = {minus(reply, *prompt, cached + written)};
  reply.usage.cache_read = {cached};
  reply.usage.cache_write_5m = {written};
  reply.usage.out_total = {out};
  reply.usage.out_reasoning = {std::min(out, count(member(usage, "completion_tokens_details"), "reasoning_tokens"))};
  reply.usage_known = true;
  if (const auto cost = number_of(member(usage, "cost")); cost && *cost >= 0) {  // OpenRouter
    const bool own_key = is_true(member(usage, "is_byok"));
    const auto upstream = number_of(member(member(usage, "cost_details"), "upstream_inference_cost"));
    reply.cost = micro_dollars(*cost + (own_key ? std::max(0.0, upstream.value_or(0)) : 0));
  }
}

// "<think>...</think>" in front of the answer; one that never closes means there is no answer.
void split_thoughts(ModelReply& reply) {
  const std::string_view text = trim(reply.text);
  if (!text.starts_with("<think>")) return;
  const auto end = text.find("</think>");
  reply.reasoning += text.substr(7, end == std::string_view::npos ? end : end - 7);
  reply.text = end == std::string_view::npos ? "" : std::string(trim(text.substr(end + 8)));
}

Finish finish_of(ModelReply& reply, bool terminal) {
  const std::string& word = reply.finish_word;
  if (!terminal) return Finish::truncated;
  if (word == "stop") return Finish::complete;
  if (word == "length" || word == "max_tokens") return Finish::truncated;
  if (word == "tool_calls" || word == "function_call") return Finish::tool_use;
  if (word == "content_filter" || word == "refusal") return Finish::refused;
  if (word == "error") return Finish::error;
  return unknown_word(reply);
}

}  // namespace

void absorb_chat(ReplyDraft& draft, const Json& object) {
  ModelReply& reply = draft.reply;
  const Json* groq = member(object, "x_groq");
  const Json* trouble = member(object, "error");
  if (trouble == nullptr) trouble = member(groq, "error");
  if (trouble != nullptr) {
    reply.error = service_error(Json{{"error", *trouble}});
    draft.closed = true;
  }
  const Json* choices = member(object, "choices");
  if (choices == nullptr || !choices->is_array()) return;
  reply.recognised = true;
  if (reply.id.empty()) reply.id = text_of(member(object, "id"));
  if (reply.model.empty()) reply.model = text_of(member(object, "model"));
  std::int64_t position = 0;
  for (const Json& choice : *choices) {  // alternatives (n > 1) are other answers: only the first one counts
    if (count_of(member(choice, "index")).value_or(position) == 0) absorb_choice(draft, choice);
    ++position;
  }
  if (const Json* usage = member(groq, "usage")) draft.usage["usage"] = *usage;
  if (const Json* usage = member(object, "usage")) draft.usage["usage"] = *usage;
}

void settle_chat(ReplyDraft& draft) {
  settle_usage(draft, member(draft.usage, "usage"));
  split_thoughts(draft.reply);
  draft.reply.finish = finish_of(draft.reply, draft.terminal);
}

}  // namespace hone::foreign
