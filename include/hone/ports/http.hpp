// One request, streamed. Retries, limits and meaning live above.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/core/budget/transport.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

// connect: DNS, TCP and TLS. first_payload and idle are about payloads, not bytes: keep-alive comments reset
// neither (a gateway's pings once turned 300 s into 17 minutes). total: from the call to its return.
struct HttpTimers {
  Seconds connect{10}, first_payload{300}, idle{120}, total{1200};
};

struct HttpRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // secrets stay in here
  std::string body;
  bool fetch = false;  // GET and no body, instead of POST
  HttpTimers timers;
  Bytes most{64LL << 20};  // of reply, after decompression
};

// What came back, also when the network failed: `end` says how it went, `trouble` says it in words.
struct HttpReply {
  int status = 0;                                            // 0 = not even a status line
  std::vector<std::pair<std::string, std::string>> headers;  // names lower-case, in order
  std::string body;                                          // what `on_bytes` did not take
  TransferEnd end = TransferEnd::cut;
  std::string trouble;   // one sentence without secrets; "" when complete
  bool sent = false;     // the request left completely: the far side may be working on it and billing it
  bool payload = false;  // some payload of the body came
  Seconds took{};
};

// What a piece of body meant: a payload (resets the idle timer), nothing (comments, half a line), or that the
// reader has all it wants.
enum class Heard { payload, nothing, enough };

class Http {
 public:
  virtual ~Http() = default;
  // `on_bytes` sees the body of a 2xx reply as it comes; without one, and for other statuses, it lands in `body`.
  // No redirects; https only, except to loopback. A failing network is a reply, not an Error; an Error is a
  // request that must not be sent at all (fix_input). Thread-safe.
  using OnBytes = std::function<Heard(std::string_view)>;
  [[nodiscard]] virtual Result<HttpReply> post(const HttpRequest&, const OnBytes& on_bytes, const Stop&) = 0;
};

}  // namespace hone
