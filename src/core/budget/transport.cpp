#include "hone/core/budget/transport.hpp"

namespace hone {

std::string_view render_end(TransferEnd end) {
  switch (end) {
    case TransferEnd::complete:
      return "complete";
    case TransferEnd::enough:
      return "enough";
    case TransferEnd::cut:
      return "cut";
    case TransferEnd::unresolved:
      return "unresolved";
    case TransferEnd::unreachable:
      return "unreachable";
    case TransferEnd::tls:
      return "tls";
    case TransferEnd::connect_timeout:
      return "connect timeout";
    case TransferEnd::first_payload_timeout:
      return "first payload timeout";
    case TransferEnd::idle_timeout:
      return "idle timeout";
    case TransferEnd::total_timeout:
      return "total timeout";
    case TransferEnd::too_large:
      return "too large";
    case TransferEnd::cancelled:
      return "cancelled";
  }
  return "cut";
}

}  // namespace hone
