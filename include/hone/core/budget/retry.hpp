// What to do when a request did not bring a usable reply: the decision table of reference 5.2 as a pure function.
// Nothing here waits; `decide` says how long somebody should.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/base/random.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/budget/transport.hpp"
#include "hone/core/codec/replies.hpp"

namespace hone {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names lower-case

struct RetryPolicy {
  int attempts = 5;    // requests one proposal may take
  int billed = 2;      // of them, how many may have been billed
  Seconds backoff{1};  // doubling, with full jitter
  Seconds most_backoff{60};
  Seconds most_wait{300};  // a longer wait is the loop's business: it rests and says so
  Seconds rest{60};        // after all attempts failed, doubling with every such round
  Seconds most_rest{300};
  Seconds absurd{6 * 3600.0};  // nobody is believed beyond this
};

// One request that failed, whatever it was that failed.
struct FailedRequest {
  TransferEnd end = TransferEnd::complete;
  int status = 0;
  Headers headers;
  std::optional<ServiceError> error;  // from the body, also of a 200
  bool sent = false, payload = false;
  std::string trouble;  // the transport's words
  UnixTime now{};
};

struct RetryState {
  int attempt = 1;             // requests made so far for this proposal, this one included
  int billed = 0;              // of them, those that may have been billed
  int outages = 0;             // proposals in a row that this service failed
  bool shrunk = false;         // the prompt was already made smaller
  bool worked = false;         // the service has answered well before, with this key and address
  std::set<std::string> sent;  // optional parameters in this request
  Seconds left{1200};          // until the proposal's deadline
};

enum class RetryVerb {
  wait,            // ask again after `delay`
  drop_parameter,  // ask again without `parameter`
  shrink,          // ask again with a smaller prompt
  fail_proposal,   // this one is lost, the service is fine
  refuse,          // the service will not answer this
  rest,            // leave the service alone for `delay`
  drop_backend,    // it will not work tonight
  cancel
};

struct RetryDecision {
  RetryVerb verb = RetryVerb::fail_proposal;
  Seconds delay{};
  std::string parameter;
  std::string reason;  // "429 rate_limit_exceeded: ..."
};

[[nodiscard]] RetryDecision decide(const FailedRequest&, const RetryState&, const RetryPolicy&, Random&);

// "1s", "6m0s", "120ms", "1h2m3.5s".
[[nodiscard]] std::optional<Seconds> parse_wait(std::string_view);
// An HTTP date (IMF-fixdate) or an RFC 3339 time in UTC.
[[nodiscard]] std::optional<UnixTime> parse_date(std::string_view);
// The wait that a reply asks for, in any of its shapes: retry-after-ms, retry-after (seconds, fractions, a date), reset
// headers, RetryInfo, "try again in 41.7s". Nothing when there is none or it is no time to come.
[[nodiscard]] std::optional<Seconds> asked_delay(const FailedRequest&);
// Did the prompt not fit (reference 5.3)?
[[nodiscard]] bool is_overflow(const FailedRequest&);
[[nodiscard]] std::string find_header(const Headers&, std::string_view name);

}  // namespace hone
