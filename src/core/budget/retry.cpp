#include "hone/core/budget/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hone/core/base/ascii.hpp"
#include "hone/core/base/text.hpp"

namespace hone {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

std::string words_of(const FailedRequest& failure) {
  if (!failure.error) return {};
  return lower(failure.error->code + " " + failure.error->type + " " + failure.error->message);
}

struct Named {
  std::string_view word;
  int status;
};
// An error inside a 200, or in an event, as the status it would have been.
constexpr std::array<Named, 17> named_statuses{{{"overloaded", 529},
                                                {"insufficient_quota", 429},
                                                {"rate_limit", 429},
                                                {"resource_exhausted", 429},
                                                {"authentication_error", 401},
                                                {"invalid_api_key", 401},
                                                {"unauthenticated", 401},
                                                {"billing_error", 402},
                                                {"permission", 403},
                                                {"not_found", 404},
                                                {"request_too_large", 413},
                                                {"timeout", 504},
                                                {"deadline_exceeded", 504},
                                                {"unavailable", 503},
                                                {"invalid_request", 400},
                                                {"invalid_argument", 400},
                                                {"context_length_exceeded", 400}}};

int effective_status(const FailedRequest& failure) {
  if (failure.status < 200 || failure.status > 299) return failure.status;
  if (!failure.error) return 502;  // HTML, nothing, or another protocol altogether
  if (failure.error->status != 0) return failure.error->status;
  const std::string words = lower(failure.error->code + " " + failure.error->type);
  for (const Named& named : named_statuses) {
    if (has(words, named.word)) return named.status;
  }
  return 502;
}

std::string reason_of(const FailedRequest& failure, int status) {
  if (failure.status == 0) return failure.trouble;
  std::string text = failure.status == status ? fmt::format("HTTP {}", status)
                                              : fmt::format("HTTP {} (in effect {})", failure.status, status);
  if (!failure.error) return failure.trouble.empty() ? text : text + ": " + failure.trouble;
  const std::string& name = failure.error->code.empty() ? failure.error->type : failure.error->code;
  if (!name.empty()) text += " " + one_line(name, 60);
  if (!failure.error->message.empty()) text += ": " + one_line(failure.error->message, 300);
  return text;
}

// The code decides, then the words. Ordinary rate limits speak of billing and quotas too ("add a payment method to
// increase your limit", Gemini's "check your plan and billing details" for a limit a minute): one that says when to
// come back is not the end of the money.
bool out_of_money(const FailedRequest& failure) {
  if (!failure.error) return false;
  if (failure.error->hard_limit) return true;
  const std::string names = lower(failure.error->code + " " + failure.error->type);
  for (const char* name : {"insufficient_quota", "credit_balance", "billing", "payment_required"}) {
    if (has(names, name)) return true;
  }
  if (has(names, "rate_limit") || asked_delay(failure)) return false;
  const std::string words = lower(failure.error->message);
  for (const char* phrase : {"insufficient_quota", "credit balance", "insufficient balance", "insufficient credit",
                             "billing hard limit", "exceeded your current quota", "out of credits"}) {
    if (has(words, phrase)) return true;
  }
  return false;
}

// The parameter that the service does not want, if it is one we can leave out.
std::string unwanted_parameter(const FailedRequest& failure, const RetryState& state) {
  if (!failure.error) return {};
  const std::string words = words_of(failure);
  constexpr std::array complaints{"unsupported",      "not supported", "unknown",      "unrecognized",
                                  "unexpected",       "not permitted", "extra inputs", "extra_forbidden",
                                  "does not support", "not allowed",   "deprecated"};
  const bool complaint =
      std::any_of(complaints.begin(), complaints.end(), [&](const char* word) { return has(words, word); });
  if (!complaint) return {};
  const std::string param = failure.error->param.substr(0, failure.error->param.find('.'));
  if (state.sent.count(param) != 0) return param;
  for (const std::string& name : state.sent) {
    if (has(words, lower(name))) return name;
  }
  return {};
}

Seconds jittered(Seconds delay, Random& random) {
  return delay * (1 + 0.1 * random.uniform());
}

Seconds doubled(Seconds first, Seconds most, int times) {
  Seconds delay = first;
  for (int i = 0; i < times && delay < most; ++i) delay = delay * 2;
  return std::min(delay, most);
}

RetryDecision rest(const RetryState& state, const RetryPolicy& policy, std::string reason) {
  return {RetryVerb::rest, doubled(policy.rest, policy.most_rest, state.outages), "", std::move(reason)};
}

// Ask again later: after the wait that was asked for, else after our own; the loop's rest when that is too long.
RetryDecision later(const FailedRequest& failure, const RetryState& state, const RetryPolicy& policy,
                    std::string reason, Random& random) {
  const auto asked = asked_delay(failure);
  if (asked && *asked > policy.most_wait) {
    return {RetryVerb::rest, std::min(*asked, policy.absurd), "", std::move(reason)};
  }
  const Seconds own = doubled(policy.backoff, policy.most_backoff, state.attempt - 1);
  const Seconds delay = asked ? jittered(*asked, random) : own * (0.1 + 0.9 * random.uniform());
  const bool exhausted = state.attempt >= policy.attempts || state.billed >= policy.billed || delay >= state.left;
  const bool told_not_to = find_header(failure.headers, "x-should-retry") == "false";
  if (!exhausted && !told_not_to) return {RetryVerb::wait, delay, "", std::move(reason)};
  RetryDecision decision = rest(state, policy, std::move(reason));
  if (asked) decision.delay = std::max(decision.delay, *asked);
  return decision;
}

RetryDecision decide_transfer(const FailedRequest& failure, const RetryState& state, const RetryPolicy& policy,
                              Random& random) {
  std::string reason = fmt::format("{} ({})", failure.trouble, render_end(failure.end));
  switch (failure.end) {
    case TransferEnd::cancelled:
      return {RetryVerb::cancel, {}, "", std::move(reason)};
    case TransferEnd::total_timeout:  // the far side may still be generating and billing: no blind second try
    case TransferEnd::too_large:
      return {RetryVerb::fail_proposal, {}, "", std::move(reason)};
    case TransferEnd::idle_timeout:
    case TransferEnd::cut:
      if (failure.payload && state.billed >= policy.billed)
        return {RetryVerb::fail_proposal, {}, "", std::move(reason)};
      break;
    default:
      break;
  }
  return later(failure, state, policy, std::move(reason), random);
}

RetryDecision decide_request(const FailedRequest& failure, const RetryState& state, std::string reason) {
  if (is_overflow(failure))
    return {state.shrunk ? RetryVerb::fail_proposal : RetryVerb::shrink, {}, "", std::move(reason)};
  if (std::string name = unwanted_parameter(failure, state); !name.empty()) {
    return {RetryVerb::drop_parameter, {}, std::move(name), std::move(reason)};
  }
  const std::string words = words_of(failure);
  if (has(words, "content_filter") || has(words, "content_policy"))
    return {RetryVerb::refuse, {}, "", std::move(reason)};
  return {RetryVerb::fail_proposal, {}, "", std::move(reason)};
}

}  // namespace

bool is_overflow(const FailedRequest& failure) {
  if (failure.status == 413) return true;
  const std::string words = words_of(failure);
  constexpr std::array phrases{"prompt is too long",
                               "exceeds the context window",
                               "reduce the length of the messages",
                               "maximum context length",
                               "maximum prompt length",
                               "exceeds the available context size",
                               "greater than the context length",
                               "context window exceeds limit",
                               "exceeded model token limit",
                               "exceeds the limit of",
                               "context_length_exceeded",
                               "exceed_context_size",
                               "request_too_large"};
  if (std::any_of(phrases.begin(), phrases.end(), [&](const char* phrase) { return has(words, phrase); })) return true;
  return (has(words, "input token count") && has(words, "exceeds the maximum")) ||
         (has(words, "too large for model with") && has(words, "context length"));
}

RetryDecision decide(const FailedRequest& failure, const RetryState& state, const RetryPolicy& policy, Random& random) {
  const bool success = failure.status >= 200 && failure.status <= 299;
  const bool told = failure.error || (failure.status != 0 && !success);
  if (failure.end == TransferEnd::cancelled || (failure.end != TransferEnd::complete && !told)) {
    return decide_transfer(failure, state, policy, random);
  }
  const int status = effective_status(failure);
  std::string reason = reason_of(failure, status);
  if (status == 402 && !asked_delay(failure)) return {RetryVerb::drop_backend, {}, "", std::move(reason)};
  const bool client_error = status >= 400 && status <= 499;  // Anthropic tells an empty account with a 400
  if (client_error && out_of_money(failure)) return {RetryVerb::drop_backend, {}, "", std::move(reason)};
  if (status == 402 || status == 429) {
    return later(failure, state, policy, std::move(reason), random);
  }
  if (status >= 500 || status == 408 || status == 409 || status == 498) {
    return later(failure, state, policy, std::move(reason), random);
  }
  if (status == 400 || status == 413 || status == 422) return decide_request(failure, state, std::move(reason));
  if (status == 403 && failure.error && failure.error->moderated) return {RetryVerb::refuse, {}, "", std::move(reason)};
  // Somebody else's page where the service has answered before: a portal, a gateway that starts anew. It passes.
  const bool foreign = !failure.error && (status <= 399 || status == 401 || status == 403 || status == 404);
  if (state.worked && foreign) return later(failure, state, policy, std::move(reason), random);
  return {RetryVerb::drop_backend, {}, "", std::move(reason)};  // 401, 403, 404, redirects: will not mend by waiting
}

}  // namespace hone
