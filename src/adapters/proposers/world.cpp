#include "adapters/proposers/world.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "hone/core/base/redact.hpp"

namespace hone {

bool pause(Seconds wait, const Stop& stop) {
  using Steady = std::chrono::steady_clock;
  const auto end =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(wait.value));
  while (!stop.raised()) {
    const auto left = std::chrono::duration<double, std::milli>(end - Steady::now()).count();
    if (left <= 0) return true;
    const bool blind = stop.descriptor() < 0;  // a Stop without a descriptor is looked at now and then
    pollfd descriptor{stop.descriptor(), POLLIN, 0};
    ::poll(&descriptor, blind ? 0 : 1, static_cast<int>(std::ceil(std::min(left, blind ? 100.0 : 3.6e6))));
  }
  return false;
}

EditFormat choose_format(const Brief& brief, const std::string& backend, EditFormat usual) {
  int malformed = 0;
  for (auto entry = brief.ledger.rbegin(); entry != brief.ledger.rend() && malformed < 3; ++entry) {
    if (entry->backend != backend) continue;
    if (entry->outcome != Outcome::malformed) break;
    ++malformed;
  }
  return malformed >= 3 ? EditFormat::whole_file : usual;
}

Result<Brief> without_secrets(const Brief& brief) {
  const auto check = [](const std::string& place, const std::string& text) -> Done {
    const auto findings = find_secrets(text);
    if (findings.empty()) return {};
    return fail(Reaction::fix_input,
                fmt::format("{} line {} looks like a credential ({}), and it would be sent to a model; "
                            "take it out of the file",
                            place, findings[0].line, findings[0].rule));
  };
  for (const SourceFile& file : brief.targets) HONE_TRY_VOID(check(file.path, file.text));
  for (const SourceFile& file : brief.context) HONE_TRY_VOID(check(file.path, file.text));
  HONE_TRY_VOID(check("the instructions", brief.instructions));
  Brief clean = brief;
  clean.last_failure_text = mask_secrets(brief.last_failure_text);
  clean.complaint = mask_secrets(brief.complaint);
  clean.previous_reply_text = mask_secrets(brief.previous_reply_text);
  for (SourceFile& reply : clean.ledger_replies) reply.text = mask_secrets(reply.text);
  for (std::string& told : clean.told) told = mask_secrets(told);
  return clean;
}

}  // namespace hone
