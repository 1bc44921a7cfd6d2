#include "hone/core/measure/verification.hpp"

namespace hone {

bool confirmed(const Verification& verification) {
  return verification.failed.empty() && verification.result.pairs > 0 && verification.result.interval.low > 0;
}

std::string_view render_call(KeepCall call) {
  switch (call) {
    case KeepCall::pays:
      return "pays";
    case KeepCall::worth_nothing:
      return "worth nothing";
    case KeepCall::needed:
      return "needed";
    case KeepCall::entangled:
      return "entangled";
  }
  return "";
}

}  // namespace hone
