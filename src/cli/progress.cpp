#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "hone/core/codec/event.hpp"
#include "hone/views/sentence.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t pipe_columns = 160;

bool wants_block(const Flags& flags) { return !flags.quiet && !flags.json && !flags.plain; }

}  // namespace

NightView::NightView(const Flags& flags, std::string run)
    : flags_(flags),
      run_(std::move(run)),
      terminal_(2, look_at_terminal(2, flags.plain)),
      progress_(terminal_, {[this](const Event& event) { fold_live(live_, event); },
                            wants_block(flags) ? [this](std::size_t columns) { return render_live(live_, canvas(columns)); }
                                               : std::function<std::string(std::size_t)>{},
                            [this](const Event& event, std::size_t columns) {
                              if (flags_.quiet || flags_.json) return std::string();
                              return render_event(live_, event, canvas(columns),
                                                  wants_block(flags_) && terminal_.traits().is_terminal);
                            }}) {}

Canvas NightView::canvas(std::size_t columns) const {
  const TerminalTraits& traits = terminal_.traits();
  return {traits.is_terminal ? columns : pipe_columns, traits.colour, traits.unicode};
}

void NightView::recall(const Event& event) { fold_live(live_, event); }

void NightView::saw(const Event& event, const State& state) {
  progress_.saw(event, state);
  if (flags_.json) {
    fmt::print("{}\n", render_event(event));
    std::fflush(stdout);
  }
}

void NightView::finish(const NightEnd& night) {
  terminal_.clear();
  const Summary& summary = live_.summary;
  if (night.interrupted) {
    fmt::print(stderr, "Interrupted. `hone resume {}` goes on.\n", run_);
  }
  if (!flags_.json) fmt::print("{}\n", render_sentence(summary));
  std::fflush(stdout);
}

}  // namespace hone::cli
