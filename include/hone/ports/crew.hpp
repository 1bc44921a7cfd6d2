// The workers. The state thread starts effects and waits for one completion at a time; time, Ctrl-C and
// messages from other processes enter through wait() and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hone/core/run/effect.hpp"
#include "hone/core/run/event.hpp"
#include "hone/ports/journal.hpp"

namespace hone {

enum class Signal { interrupt, terminate, hangup };

// The end of one effect as the event that records it, and the texts that it names.
struct EffectDone {
  EffectId effect;
  ExperimentId experiment;
  EventBody body;  // Proposed, Assembled, ..., or EffectFailed
  std::vector<NewText> texts;
  std::optional<Seconds> rest = std::nullopt;  // ProposeFailed: how long the backend should be left alone
};
struct Tick {};  // the deadline passed
struct Signalled {
  Signal signal;
};
struct Poked {};  // another process wrote to the inbox

struct Completion {
  Seconds at{};  // run time
  UnixTime date{};
  std::variant<EffectDone, Tick, Signalled, Poked> what;
};

class Crew {
 public:
  virtual ~Crew() = default;
  virtual void start(const Effect&) = 0;
  // Blocks until something happened or run time reaches `deadline`.
  [[nodiscard]] virtual Completion wait(Seconds deadline) = 0;
  // Raises the Stop of every effect in flight; their completions still come through wait().
  virtual void cancel_all() = 0;
};

}  // namespace hone
