// From the bytes of a model service to one normal form. Four wire formats; the rest of hone knows none of them.
// Sources of every field and mapping: reference llm-backends.md, sections 1 to 3.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hone/core/base/units.hpp"
#include "hone/core/codec/sse.hpp"
#include "hone/core/run/proposal.hpp"

namespace hone {

enum class Wire { openai_chat, openai_responses, anthropic, gemini };

[[nodiscard]] std::string_view render_wire(Wire);
[[nodiscard]] std::optional<Wire> parse_wire(std::string_view);  // "openai-chat", ...

// What a service says is wrong, from any of the shapes that are about.
struct ServiceError {
  std::string code, type, message, param;
  int status = 0;                      // told inside the body: an error may come with HTTP 200
  std::optional<Seconds> retry_delay;  // Gemini's RetryInfo
  bool hard_limit = false;             // Gemini: a limit of 0 or a limit a day
  bool moderated = false;              // OpenRouter: 403 that means a refusal
};

struct ToolCall {
  std::string name;
  std::string arguments;  // JSON text, which may be broken
};

struct ModelReply {
  std::string text;  // the answer without reasoning
  std::string reasoning;
  std::vector<ToolCall> tool_calls;
  Finish finish = Finish::truncated;  // until a terminal event says otherwise
  std::string finish_word;            // as the service said it
  Usage usage;
  bool usage_known = false;
  std::optional<MicroDollars> cost;  // told by the service itself
  std::string id, model;
  std::optional<ServiceError> error;
  std::vector<std::string> warnings;
  bool recognised = false;  // the bytes had the shape of this wire format at all
};

// A reply that came in one piece.
[[nodiscard]] ModelReply parse_reply(Wire, std::string_view body);
// The error in a body, in whatever shape: objects, Gemini's one-element array, Ollama's string, FastAPI's detail.
[[nodiscard]] std::optional<ServiceError> parse_service_error(std::string_view body);

// The text that the applier reads: the answer, then tool calls as JSON blocks, in order.
[[nodiscard]] std::string render_answer(const ModelReply&);

// A reply that comes in pieces. A server that answers a stream request with plain JSON is understood too.
class ReplyStream {
 public:
  explicit ReplyStream(Wire wire);
  ~ReplyStream();
  ReplyStream(ReplyStream&&) noexcept;
  ReplyStream& operator=(ReplyStream&&) noexcept;
  // True when the piece completed a payload: an event with data that is not a ping.
  [[nodiscard]] bool feed(std::string_view piece);
  // Nothing more can come that matters.
  [[nodiscard]] bool ended() const;
  // `whole`: the transfer ended as its framing promised. Call once, last.
  [[nodiscard]] ModelReply finish(bool whole);

 private:
  struct Draft;
  std::unique_ptr<Draft> draft_;
};

}  // namespace hone
