#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/find_run.hpp"
#include "hone/core/codec/event.hpp"
#include "hone/views/sentence.hpp"
#include "hone/views/tables.hpp"

namespace hone::cli {

Progress::Progress(const Flags& flags, std::string run) : flags_(flags), run_(std::move(run)) {}

void Progress::fold(const Event& event) {
  fold_summary(summary_, event);
  if (event.experiment.value != 0) fold_record(active_[event.experiment], event);
}

void Progress::recall(const Event& event) {
  fold(event);
  if (std::holds_alternative<event::Finished>(event.body)) active_.erase(event.experiment);
}

void Progress::saw(const Event& event, const State&) {
  fold(event);
  if (flags_.json) fmt::print("{}\n", render_event(event));
  if (!std::holds_alternative<event::Finished>(event.body)) return;
  if (!flags_.json && !flags_.quiet) {
    fmt::print(stderr, "{}\n", render_line(active_[event.experiment], choose_scale(summary_), stdout_canvas(flags_)));
  }
  active_.erase(event.experiment);
}

void Progress::finish(const NightEnd& night) {
  if (night.interrupted) {
    fmt::print(stderr, "Interrupted. `hone resume {}` goes on.\n", run_);
  } else if (!summary_.end_note.empty() && !flags_.quiet) {
    fmt::print(stderr, "Ended: {} ({}).\n", render_reason(*summary_.ended), summary_.end_note);
  }
  if (!flags_.json) fmt::print("{}\n", render_sentence(summary_));
  std::fflush(stdout);
}

}  // namespace hone::cli
