// Anthropic Messages (reference 2). Usage is cumulative: the newest value of each counter wins.
#include "core/codec/replies_draft.hpp"

namespace hone::foreign {
namespace {

void merge_usage(ReplyDraft& draft, const Json* usage) {
  if (usage == nullptr || !usage->is_object()) return;
  for (const auto& [name, value] : usage->items()) {
    if (!value.is_null()) draft.usage[name] = value;
  }
}

void absorb_block(ReplyDraft& draft, const Json& block, std::int64_t index) {
  const std::string type = text_of(member(block, "type"));
  if (type == "text") draft.reply.text += text_of(member(block, "text"));
  if (type == "thinking") draft.reply.reasoning += text_of(member(block, "thinking"));
  if (type != "tool_use") return;
  ToolCall& call = draft.calls[index];
  call.name = text_of(member(block, "name"));
  const Json* input = member(block, "input");
  if (input != nullptr && !input->empty()) call.arguments = dump_json(*input);  // a stream starts it as {}
}

void absorb_delta(ReplyDraft& draft, const Json& event) {
  const Json* delta = member(event, "delta");
  const std::string type = text_of(member(delta, "type"));
  if (type == "text_delta") draft.reply.text += text_of(member(delta, "text"));
  if (type == "thinking_delta") draft.reply.reasoning += text_of(member(delta, "thinking"));
  if (type == "input_json_delta") {
    draft.calls[count_of(member(event, "index")).value_or(0)].arguments += text_of(member(delta, "partial_json"));
  }
}

// A message, whole or as a stream begins it.
void absorb_message(ReplyDraft& draft, const Json& message) {
  draft.reply.recognised = true;
  draft.reply.id = text_of(member(message, "id"));
  draft.reply.model = text_of(member(message, "model"));
  merge_usage(draft, member(message, "usage"));
  const Json* content = member(message, "content");
  for (std::size_t i = 0; const Json* block = element(content, i); ++i) {
    absorb_block(draft, *block, static_cast<std::int64_t>(i));
  }
  draft.reply.finish_word = text_of(member(message, "stop_reason"));
}

}  // namespace

void absorb_anthropic(ReplyDraft& draft, const Json& object) {
  const std::string type = text_of(member(object, "type"));
  if (type == "error" || (type.empty() && member(object, "error") != nullptr)) {
    draft.reply.error = service_error(object);
    draft.closed = true;
  } else if (type == "message") {
    absorb_message(draft, object);
    draft.terminal = draft.closed = !draft.reply.finish_word.empty();
  } else if (type == "message_start") {
    if (const Json* message = member(object, "message")) absorb_message(draft, *message);
  } else if (type == "content_block_start") {
    if (const Json* block = member(object, "content_block")) {
      absorb_block(draft, *block, count_of(member(object, "index")).value_or(0));
    }
  } else if (type == "content_block_delta") {
    absorb_delta(draft, object);
  } else if (type == "message_delta") {
    if (const std::string word = text_of(member(member(object, "delta"), "stop_reason")); !word.empty()) {
      draft.reply.finish_word = word;
    }
    merge_usage(draft, member(object, "usage"));
  } else if (type == "message_stop") {
    draft.terminal = draft.closed = true;
  }
}

void settle_anthropic(ReplyDraft& draft) {
  ModelReply& reply = draft.reply;
  const auto counter = [&](std::string_view name) { return count_of(member(draft.usage, name)); };
  if (counter("input_tokens") && counter("output_tokens")) {
    const Json* writes = member(draft.usage, "cache_creation");
    const std::int64_t hour = count_of(member(writes, "ephemeral_1h_input_tokens")).value_or(0);
    const std::int64_t written = counter("cache_creation_input_tokens").value_or(0);
    const auto short_lived = count_of(member(writes, "ephemeral_5m_input_tokens"));
    const auto thought = count_of(member(member(draft.usage, "output_tokens_details"), "thinking_tokens")).value_or(0);
    const std::int64_t out = *counter("output_tokens");
    reply.usage = {.in_uncached = {*counter("input_tokens")},
                   .cache_read = {counter("cache_read_input_tokens").value_or(0)},
                   .cache_write_5m = {short_lived ? *short_lived : minus(reply, written, hour)},
                   .cache_write_1h = {hour},
                   .out_total = {out},
                   .out_reasoning = {std::min(out, thought)}};
    reply.usage_known = true;
  }
  const std::string& word = reply.finish_word;
  if (!draft.terminal || word.empty() || word == "max_tokens" || word == "model_context_window_exceeded") {
    reply.finish = Finish::truncated;
  } else if (word == "end_turn" || word == "stop_sequence") {
    reply.finish = Finish::complete;
  } else if (word == "tool_use") {
    reply.finish = Finish::tool_use;
  } else if (word == "pause_turn") {
    reply.finish = Finish::paused;
  } else if (word == "refusal") {
    reply.finish = Finish::refused;
  } else {
    reply.finish = unknown_word(reply);
  }
}

}  // namespace hone::foreign
