// How the transfer of one request ended, as a word that decisions can be made on.
#pragma once

#include <string_view>

namespace hone {

enum class TransferEnd {
  complete,     // the whole reply, as its framing promised
  enough,       // the reader had what it wanted
  cut,          // the connection broke before the promised end
  unresolved,   // no address for the host name
  unreachable,  // refused, no route, reset before a reply
  tls,          // no trusted connection
  connect_timeout,
  first_payload_timeout,  // connected, but not one payload came
  idle_timeout,           // payloads stopped coming
  total_timeout,
  too_large,  // more than HttpRequest::most
  cancelled
};

[[nodiscard]] std::string_view render_end(TransferEnd);

}  // namespace hone
