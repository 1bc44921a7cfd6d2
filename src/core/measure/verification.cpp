#include "hone/core/measure/verification.hpp"

namespace hone {

bool confirmed(const Verification& verification) {
  return verification.failed.empty() && verification.result.pairs > 0 && verification.result.interval.low > 0;
}

std::string_view render_call(const KeepWorth& keep) {
  switch (keep.call) {
    case KeepCall::pays:
      return keep.worth.pairs == 0 || keep.worth.interval.low > 0 ? "pays" : "likely pays";
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
