#include "hone/loop/night.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "hone/core/run/consequence.hpp"
#include "hone/core/run/fold.hpp"
#include "hone/core/run/plan.hpp"

namespace hone {
namespace {

class Night {
 public:
  Night(State state, UnixTime date, NightPorts ports)
      : state_(std::move(state)), date_(date), ports_(std::move(ports)) {}

  Done open(const std::vector<EventBody>& opening) {
    for (const EventBody& body : opening) note(ExperimentId{}, body);
    return write();
  }

  Result<NightEnd> run() {
    follow();
    while (!state_.ended && !(interrupted_ && state_.in_flight.empty())) {
      std::vector<Effect> effects;
      if (!interrupted_) effects = plan(state_);  // pure: what may start now
      for (const Effect& effect : effects) note(effect.experiment, intent(effect));
      HONE_TRY_VOID(write());  // intent first, durable
      for (const Effect& effect : effects) ports_.crew.start(effect);
      give_up_what_is_in_flight();
      const Completion done = ports_.crew.wait(deadline());  // the only blocking call
      HONE_TRY_VOID(take(done));
      follow();  // pure: what must follow
      if (abandoned_ && !commit_under_way()) break;
    }
    if (interrupted_ && !state_.ended) note(ExperimentId{}, event::RunEnded{EndReason::interrupted, "by a signal"});
    HONE_TRY_VOID(write());
    return NightEnd{std::move(state_), interrupted_};
  }

 private:
  // Journals nothing yet: one turn of the loop is one durable transaction.
  void note(ExperimentId experiment, EventBody body) {
    batch_.push_back(Event{0, state_.now, date_, experiment, std::move(body)});
    state_ = fold(std::move(state_), batch_.back());
  }

  Done write() {
    if (batch_.empty()) return {};
    HONE_TRY_VOID(ports_.journal.append(batch_, texts_));
    for (const Event& event : batch_) {
      for (Observer* observer : ports_.observers) observer->saw(event, state_);
    }
    batch_.clear();
    texts_.clear();
    return {};
  }

  void follow() {
    while (auto next = interrupted_ ? keep_to_tell(state_) : consequence(state_, date_))
      note(next->experiment, std::move(next->body));
  }

  // Its end is awaited whatever comes: the branch must not be ahead of what status and report say.
  bool commit_under_way() const {
    return std::any_of(state_.in_flight.begin(), state_.in_flight.end(),
                       [](const auto& entry) { return entry.second.kind == EffectKind::advance; });
  }

  Done take(const Completion& done) {
    state_.now = std::max(state_.now, done.at);
    date_ = done.date;
    if (const auto* end = std::get_if<EffectDone>(&done.what)) {
      EventBody body = end->body;
      if (auto* failed = std::get_if<event::ProposeFailed>(&body); failed && end->rest)
        failed->retry_at = done.at + *end->rest;
      for (const NewText& text : end->texts) texts_.push_back(text);
      note(end->experiment, std::move(body));
    } else if (std::holds_alternative<Poked>(done.what)) {
      for (EventBody& body : HONE_TRY(ports_.journal.take_inbox())) note(ExperimentId{}, std::move(body));
    } else if (const auto* signalled = std::get_if<Signalled>(&done.what)) {
      if (signalled->signal == Signal::hangup) return {};  // the terminal is gone; the night goes on
      abandoned_ = interrupted_;                           // the second one does not wait for anything
      interrupted_ = true;
    }
    return {};
  }

  // Once the end has come nothing in flight is worth waiting for; a commit is not asked, it is milliseconds.
  void give_up_what_is_in_flight() {
    const bool closing = interrupted_ || (state_.stopping && (!state_.active.empty() || state_.canary.work));
    const bool late = state_.now >= last_moment(state_);
    if ((closing || late) && !state_.in_flight.empty()) ports_.crew.cancel_all();
  }

  Seconds deadline() const {
    return interrupted_ ? Seconds{std::numeric_limits<double>::infinity()} : next_deadline(state_);
  }

  State state_;
  UnixTime date_;
  NightPorts ports_;
  std::vector<Event> batch_;
  std::vector<NewText> texts_;
  bool interrupted_ = false;
  bool abandoned_ = false;
};

}  // namespace

Result<State> recall_state(Journal& journal) {
  State state;
  HONE_TRY_VOID(journal.replay([&](const Event& event) -> Done {
    state = fold(std::move(state), event);
    return {};
  }));
  return state;
}

Result<NightEnd> run_night(State state, const std::vector<EventBody>& opening, UnixTime date, NightPorts ports) {
  Night night(std::move(state), date, std::move(ports));
  HONE_TRY_VOID(night.open(opening));
  return night.run();
}

}  // namespace hone
