#include "adapters/outlets/progress.hpp"

#include <algorithm>
#include <utility>

namespace hone {
namespace {
// Four frames a second in the long run, a burst of eight. No timer: a frame is drawn only when an event came, so
// nothing of ours runs while a command is timed. The last tokens are for the event that goes before
// a timed command and for the end, so that the screen is right during the long quiet that follows.
constexpr double frames_a_second = 4;
constexpr double most = 8;
constexpr double reserve = 4;
}  // namespace

Progress::Progress(Terminal& terminal, Rendering rendering)
    : terminal_(terminal), rendering_(std::move(rendering)), tokens_(most) {}

Progress::~Progress() {
  terminal_.clear();
}

bool Progress::due(const Event& event) {
  tokens_ = std::min(most, tokens_ + std::max(0.0, (event.at - last_).value) * frames_a_second);
  last_ = event.at;
  const auto* began = std::get_if<event::Began>(&event.body);
  const bool quiet_follows =
      (began != nullptr && began->kind == EffectKind::measure) || std::holds_alternative<event::RunEnded>(event.body);
  if (tokens_ < (quiet_follows ? 1 : 1 + reserve)) return false;
  tokens_ -= 1;
  return true;
}

void Progress::saw(const Event& event, const State&) {
  saw(event);
}

void Progress::saw(const Event& event) {
  rendering_.fold(event);
  if (terminal_.gone()) return;
  const std::string line = rendering_.line(event, terminal_.columns());
  if (!line.empty()) terminal_.print(line);
  if (!rendering_.block || !terminal_.traits().is_terminal) return;
  if (due(event)) terminal_.show(rendering_.block(terminal_.columns()));
}

}  // namespace hone
