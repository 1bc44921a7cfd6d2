// OpenAI Responses (reference 1.2): typed events, and a terminal one that carries the whole response.
#include "core/codec/replies_draft.hpp"

namespace hone::foreign {
namespace {

// The apply_patch tool sends V4A bodies without their envelope.
ToolCall patch_call(const Json& item) {
  const Json* operation = member(item, "operation");
  const std::string type = text_of(member(operation, "type"));
  const std::string verb = type == "create_file" ? "Add" : type == "delete_file" ? "Delete" : "Update";
  const std::string patch = "*** Begin Patch\n*** " + verb + " File: " + text_of(member(operation, "path")) + "\n" +
                            text_of(member(operation, "diff")) + "\n*** End Patch";
  return {"apply_patch", dump_json(Json{{"input", patch}})};
}

void absorb_message(ModelReply& reply, const Json& item) {
  const Json* content = member(item, "content");
  for (std::size_t i = 0; const Json* part = element(content, i); ++i) {
    const std::string type = text_of(member(part, "type"));
    if (type == "output_text" || type == "text") reply.text += text_of(member(part, "text"));
    if (type == "refusal") reply.finish_word = "refusal";
  }
}

void absorb_output(ReplyDraft& draft, const Json* output) {
  ModelReply& reply = draft.reply;
  if (element(output, 0) == nullptr) return;  // nothing: what the deltas said stands
  reply.text.clear();
  reply.reasoning.clear();
  draft.calls.clear();
  for (std::size_t i = 0; const Json* item = element(output, i); ++i) {
    const std::string type = text_of(member(item, "type"));
    if (type == "message") absorb_message(reply, *item);
    if (type == "function_call") {
      draft.calls[static_cast<std::int64_t>(i)] = {text_of(member(item, "name")), text_of(member(item, "arguments"))};
    }
    if (type == "apply_patch_call") draft.calls[static_cast<std::int64_t>(i)] = patch_call(*item);
    if (type == "reasoning") {
      const Json* summary = member(item, "summary");
      for (std::size_t k = 0; const Json* part = element(summary, k); ++k)
        reply.reasoning += text_of(member(part, "text"));
    }
  }
}

void absorb_response(ReplyDraft& draft, const Json& response) {
  ModelReply& reply = draft.reply;
  reply.recognised = true;
  if (reply.id.empty()) reply.id = text_of(member(response, "id"));
  if (reply.model.empty()) reply.model = text_of(member(response, "model"));
  if (const Json* usage = member(response, "usage")) draft.usage = *usage;
  absorb_output(draft, member(response, "output"));
  if (const Json* trouble = member(response, "error")) reply.error = service_error(Json{{"error", *trouble}});
  const std::string status = text_of(member(response, "status"));
  if (status.empty() || status == "in_progress" || status == "queued") return;
  draft.terminal = draft.closed = true;
  if (reply.finish_word != "refusal") reply.finish_word = status;
  if (status == "incomplete") reply.finish_word = text_of(member(member(response, "incomplete_details"), "reason"));
}

}  // namespace

void absorb_responses(ReplyDraft& draft, const Json& object) {
  ModelReply& reply = draft.reply;
  const std::string type = text_of(member(object, "type"));
  if (type == "error") {
    reply.error = service_error(member(object, "error") != nullptr ? object : Json{{"error", object}});
    draft.closed = true;
  } else if (type == "response.output_text.delta") {
    reply.recognised = true;
    reply.text += text_of(member(object, "delta"));
  } else if (type == "response.reasoning_summary_text.delta") {
    reply.reasoning += text_of(member(object, "delta"));
  } else if (type == "response.refusal.delta") {
    reply.finish_word = "refusal";
  } else if (type.starts_with("response.")) {
    if (const Json* response = member(object, "response")) absorb_response(draft, *response);
  } else if (member(object, "output") != nullptr || text_of(member(object, "object")) == "response") {
    absorb_response(draft, object);
  } else if (member(object, "error") != nullptr) {
    reply.error = service_error(object);
    draft.closed = true;
  }
}

void settle_responses(ReplyDraft& draft) {
  ModelReply& reply = draft.reply;
  const auto in = count_of(member(draft.usage, "input_tokens"));
  const auto out = count_of(member(draft.usage, "output_tokens"));
  if (in && out) {
    const Json* details = member(draft.usage, "input_tokens_details");
    const std::int64_t cached = count_of(member(details, "cached_tokens")).value_or(0);
    const std::int64_t written = count_of(member(details, "cache_write_tokens")).value_or(0);
    const auto thought = count_of(member(member(draft.usage, "output_tokens_details"), "reasoning_tokens")).value_or(0);
    reply.usage = {.in_uncached = {minus(reply, *in, cached + written)},
                   .cache_read = {cached},
                   .cache_write_5m = {written},
                   .cache_write_1h = {},
                   .out_total = {*out},
                   .out_reasoning = {std::min(*out, thought)}};
    reply.usage_known = true;
  }
  const std::string& word = reply.finish_word;
  if (!draft.terminal) {
    reply.finish = Finish::truncated;
  } else if (word == "completed") {
    reply.finish = draft.calls.empty() ? Finish::complete : Finish::tool_use;
  } else if (word == "refusal" || word == "content_filter") {
    reply.finish = Finish::refused;
  } else if (word == "failed" || word == "cancelled") {
    reply.finish = Finish::error;
  } else {
    reply.finish = Finish::truncated;  // max_output_tokens, or a reason nobody knows: not whole either way
  }
}

}  // namespace hone::foreign
