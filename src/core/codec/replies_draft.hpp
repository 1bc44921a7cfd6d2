// A reply while it is being put together. Each wire format has one absorb (an object that came: a whole reply or
// one event of a stream) and one settle (what it all means, once nothing more comes).
#pragma once

#include <map>

#include "core/codec/replies_json.hpp"
#include "hone/core/codec/replies.hpp"

namespace hone::foreign {

struct ReplyDraft {
  ModelReply reply;
  std::map<std::int64_t, ToolCall> calls;  // by the service's index: pieces come interleaved
  Json usage;                              // the newest, cumulative
  bool terminal = false;                   // the event came without which a reply is cut
  bool closed = false;                     // nothing that matters can follow
  bool damaged = false;                    // an event in the middle could not be read: text may be missing
};

void absorb_chat(ReplyDraft&, const Json&);
void absorb_responses(ReplyDraft&, const Json&);
void absorb_anthropic(ReplyDraft&, const Json&);
void absorb_gemini(ReplyDraft&, const Json&);

void settle_chat(ReplyDraft&);
void settle_responses(ReplyDraft&);
void settle_anthropic(ReplyDraft&);
void settle_gemini(ReplyDraft&);

// Shared by all: a finish word nobody knows is fine when there is an answer to go with it.
[[nodiscard]] Finish unknown_word(ModelReply&);
[[nodiscard]] std::optional<ServiceError> service_error(const Json&);
// a - b, never below zero; says so when it would have been.
[[nodiscard]] std::int64_t minus(ModelReply&, std::int64_t a, std::int64_t b);
[[nodiscard]] MicroDollars micro_dollars(double usd);  // rounded up: money is never counted less than spent

}  // namespace hone::foreign
