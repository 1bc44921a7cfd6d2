#include "cli/progress.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "cli/print.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/codec/event.hpp"
#include "hone/views/sentence.hpp"

namespace hone::cli {
namespace {

constexpr std::size_t pipe_columns = 160;

// A block that is redrawn in place and lines of a log do not go together.
bool wants_block(const Flags& flags) {
  return !flags.quiet && !flags.json && !flags.plain && !flags.verbose;
}

constexpr std::size_t most_said = 400;
constexpr std::array<std::string_view, 5> kinds = {"propose", "assemble", "prepare", "measure", "advance"};

std::string what_happened(const Event& event) {
  const auto* began = std::get_if<event::Began>(&event.body);
  if (!began) return one_line(render_event(event), most_said);
  std::string text = fmt::format("#{} {} begins", event.experiment.value, kinds[static_cast<std::size_t>(began->kind)]);
  if (began->workspace) text += fmt::format(", workspace {}", began->workspace->value);
  if (began->slot) text += fmt::format(", slot {}", began->slot->value);
  return text;
}

}  // namespace

NightView::NightView(const Flags& flags, std::string run)
    : flags_(flags),
      run_(std::move(run)),
      terminal_(2, look_at_terminal(2, flags.plain)),
      progress_(terminal_,
                {[this](const Event& event) { fold_live(live_, event); },
                 wants_block(flags) ? [this](std::size_t columns) { return render_live(live_, canvas(columns)); }
                                    : std::function<std::string(std::size_t)>{},
                 [this](const Event& event, std::size_t columns) {
                   if (flags_.quiet || flags_.json) return std::string();
                   return render_event(live_, event, canvas(columns),
                                       wants_block(flags_) && terminal_.traits().is_terminal);
                 }}) {
  if (!flags.verbose) return;
  if (auto log = open_log("-", Redactor{})) log_ = std::move(*log);  // stderr: nothing to open
}

Canvas NightView::canvas(std::size_t columns) const {
  const TerminalTraits& traits = terminal_.traits();
  return {traits.is_terminal ? columns : pipe_columns, traits.colour, traits.unicode};
}

void NightView::recall(const Event& event) {
  fold_live(live_, event);
}

void NightView::saw(const Event& event, const State& state) {
  progress_.saw(event, state);
  if (const std::string mode = describe_mode(state.acceptance); !mode.empty() && mode != mode_) {
    mode_ = mode;
    if (!flags_.quiet && !flags_.json) terminal_.print("hone: the metric is " + mode + "\n");
  }
  if (log_) log_->debug(what_happened(event));
  if (flags_.json) {
    print_to(stdout, render_event(event) + "\n");
  }
}

void NightView::finish(const NightEnd& night) {
  terminal_.clear();
  const Summary& summary = live_.summary;
  if (night.interrupted) {
    print_to(stderr, fmt::format("Interrupted. `hone resume {}` goes on.\n", run_));
  }
  if (!flags_.json) print_to(stdout, render_sentence(summary) + "\n");
}

}  // namespace hone::cli
