// One POST, streamed. Retries, limits and meaning live above.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/base/result.hpp"
#include "hone/core/base/units.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

struct HttpTimers {
  Seconds connect{10}, first_payload{300}, idle{120}, total{1200};
};

struct HttpRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;   // secrets stay in here
  std::string body;
  HttpTimers timers;
  Bytes most{64LL << 20};       // of reply
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;   // names lower-case, in order
  std::string body;             // what `on_bytes` did not take
  bool complete = false;        // false: cut before the end that its framing promised
  Seconds took{};
};

class Http {
 public:
  virtual ~Http() = default;
  // `on_bytes` sees the body of a 2xx reply as it comes; it returns false to end the transfer (a payload
  // that resets the idle timer is reported by returning true; comments count as nothing: see SseParser).
  // No redirects; https only, except to loopback. Thread-safe.
  using OnBytes = std::function<bool(std::string_view)>;
  [[nodiscard]] virtual Result<HttpReply> post(const HttpRequest&, const OnBytes& on_bytes, const Stop&) = 0;
};

}  // namespace hone
