#include "hone/core/codec/replies.hpp"

#include <cmath>

#include "core/codec/replies_draft.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace foreign {

Finish unknown_word(ModelReply& reply) {
  if (reply.text.empty()) return Finish::error;
  reply.warnings.push_back("unknown finish word '" + one_line(reply.finish_word, 40) + "' taken for a complete answer");
  return Finish::complete;
}

std::int64_t minus(ModelReply& reply, std::int64_t a, std::int64_t b) {
  if (a >= b) return a - b;
  reply.warnings.emplace_back("token counters contradict each other");
  return 0;
}

MicroDollars micro_dollars(double usd) {
  const double micros = std::ceil(usd * 1e6 - 1e-6);
  return {micros < 9e15 ? static_cast<std::int64_t>(micros) : std::int64_t{9'000'000'000'000'000}};
}

namespace {

void absorb(Wire wire, ReplyDraft& draft, const Json& object) {
  switch (wire) {
    case Wire::openai_chat:
      return absorb_chat(draft, object);
    case Wire::openai_responses:
      return absorb_responses(draft, object);
    case Wire::anthropic:
      return absorb_anthropic(draft, object);
    case Wire::gemini:
      return absorb_gemini(draft, object);
  }
}

void settle(Wire wire, ReplyDraft& draft) {
  switch (wire) {
    case Wire::openai_chat:
      return settle_chat(draft);
    case Wire::openai_responses:
      return settle_responses(draft);
    case Wire::anthropic:
      return settle_anthropic(draft);
    case Wire::gemini:
      return settle_gemini(draft);
  }
}

ModelReply conclude(Wire wire, ReplyDraft& draft) {
  settle(wire, draft);
  ModelReply& reply = draft.reply;
  for (auto& [index, call] : draft.calls) reply.tool_calls.push_back(std::move(call));
  for (ToolCall& call : reply.tool_calls) {
    if (call.arguments.empty()) call.arguments = "{}";
    if (reply.finish == Finish::tool_use && !parse_json(call.arguments)) {
      reply.finish = Finish::truncated;
      reply.warnings.push_back("the arguments of the tool call '" + one_line(call.name, 40) + "' are not JSON");
    }
  }
  if (draft.damaged && reply.finish != Finish::refused) {  // a piece is missing: what is left may still parse
    reply.finish = Finish::truncated;
    draft.terminal = false;
  }
  if (!draft.terminal && reply.finish == Finish::truncated) reply.finish_word.clear();  // not the output limit
  if (reply.error) reply.finish = Finish::error;
  if (!reply.recognised && !reply.error) reply.finish = Finish::error;
  return std::move(reply);
}

}  // namespace
}  // namespace foreign

using foreign::Json;

namespace {

// An event that is called an error, whatever its data looks like.
ServiceError said_as_error(std::string_view data) {
  ServiceError error;
  const auto object = foreign::parse_json(data);
  error.message = object ? foreign::text_of(foreign::member(*object, "message")) : "";
  if (error.message.empty()) error.message = clip(data, 500);
  return error;
}

}  // namespace

std::string_view render_wire(Wire wire) {
  switch (wire) {
    case Wire::openai_chat:
      return "openai-chat";
    case Wire::openai_responses:
      return "openai-responses";
    case Wire::anthropic:
      return "anthropic-messages";
    case Wire::gemini:
      return "gemini";
  }
  return "openai-chat";
}

std::optional<Wire> parse_wire(std::string_view text) {
  for (const Wire wire : {Wire::openai_chat, Wire::openai_responses, Wire::anthropic, Wire::gemini}) {
    if (render_wire(wire) == text) return wire;
  }
  return std::nullopt;
}

ModelReply parse_reply(Wire wire, std::string_view body) {
  foreign::ReplyDraft draft;
  if (const auto object = foreign::parse_json(body)) {
    foreign::absorb(wire, draft, *object);
    if (!draft.reply.recognised && !draft.reply.error) draft.reply.error = foreign::service_error(*object);
  }
  return foreign::conclude(wire, draft);
}

std::string render_answer(const ModelReply& reply) {
  std::string result = reply.text;
  for (const ToolCall& call : reply.tool_calls) {
    const auto arguments = foreign::parse_json(call.arguments);
    if (!result.empty() && !result.ends_with('\n')) result += '\n';
    result +=
        "```json\n" +
        foreign::dump_json(Json{{"name", call.name}, {"arguments", arguments ? *arguments : Json(call.arguments)}}) +
        "\n```\n";
  }
  return result;
}

// `plain` holds a body that turned out to be no event stream.
struct ReplyStream::Draft {
  Wire wire;
  SseParser parser;
  foreign::ReplyDraft reply;
  std::string plain;
  enum class Shape { unknown, events, plain } shape = Shape::unknown;
  bool done = false;

  bool take(const SseEvent& event, bool last) {
    if (trim(event.data) == "[DONE]") {
      done = true;
      return true;
    }
    const auto object = foreign::parse_json(event.data);
    if (event.name == "error" && !reply.reply.error) {
      if (object) reply.reply.error = foreign::service_error(*object);
      if (!reply.reply.error) reply.reply.error = said_as_error(event.data);
    }
    if (!object) {
      const bool json_once = std::string_view("{[").find(trim(event.data).substr(0, 1)) != std::string_view::npos;
      if (!last) {
        reply.damaged = reply.damaged || (json_once && !trim(event.data).empty());
        reply.reply.warnings.emplace_back("an event of the stream was not JSON");
      }
      return false;
    }
    foreign::absorb(wire, reply, *object);
    return foreign::text_of(foreign::member(*object, "type")) != "ping";
  }
};

ReplyStream::ReplyStream(Wire wire) : draft_(std::make_unique<Draft>()) {
  draft_->wire = wire;
}
ReplyStream::~ReplyStream() = default;
ReplyStream::ReplyStream(ReplyStream&&) noexcept = default;
ReplyStream& ReplyStream::operator=(ReplyStream&&) noexcept = default;

bool ReplyStream::feed(std::string_view piece) {
  if (draft_->shape == Draft::Shape::unknown) {
    std::string_view start = trim(piece);
    if (start.starts_with("\xEF\xBB\xBF")) start = trim(start.substr(3));
    if (start.empty()) return false;
    const bool events = start[0] != '{' && start[0] != '[' && start[0] != '<';
    draft_->shape = events ? Draft::Shape::events : Draft::Shape::plain;
  }
  if (draft_->shape == Draft::Shape::plain) {
    draft_->plain.append(piece);
    return true;
  }
  bool payload = false;
  for (const SseEvent& event : draft_->parser.feed(piece)) {
    if (ended()) break;  // whatever follows the end is not part of the reply, in the same piece or in the next
    payload = draft_->take(event, false) || payload;
  }
  return payload;
}

bool ReplyStream::ended() const {
  return draft_->done || draft_->reply.closed;
}

ModelReply ReplyStream::finish(bool whole) {
  if (draft_->shape == Draft::Shape::plain) {
    ModelReply reply = parse_reply(draft_->wire, draft_->plain);
    if (!whole && reply.recognised) reply.finish = Finish::truncated;
    return reply;
  }
  if (const auto rest = draft_->parser.finish(); rest && !ended()) draft_->take(*rest, true);
  return foreign::conclude(draft_->wire, draft_->reply);
}

}  // namespace hone
