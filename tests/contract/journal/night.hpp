// A plausible night, event by event, that any journal can be filled with; the same numbers give the same events.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "hone/core/base/digest.hpp"
#include "hone/ports/journal.hpp"

namespace hone::test {

class Night {
 public:
  explicit Night(Journal& journal) : journal_(journal) {}

  static std::string reply(std::uint64_t experiment) {
    return "reply of experiment " + std::to_string(experiment) + "\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";
  }
  static std::string prompt(std::uint64_t experiment) {
    std::string text = "You improve one file.\n";
    for (int line = 0; line < 300; ++line) text += "line " + std::to_string(line * 7919 % 1000) + " of the target\n";
    return text + "attempt " + std::to_string(experiment) + "\n";
  }

  // The next `count` experiments; the first call starts the run. One append a step, as the loop makes them.
  void play(std::uint64_t count) {
    if (experiment_ == 0) start();
    for (; count > 0; --count) one_experiment();
  }
  [[nodiscard]] std::uint64_t appended() const { return appended_; }

 private:
  void append(std::vector<EventBody> bodies, std::vector<NewText> texts = {}) {
    std::vector<Event> events;
    for (EventBody& body : bodies) {
      now_ += 0.25;
      events.push_back({0, Seconds{now_}, UnixTime{1'795'000'000 + static_cast<std::int64_t>(now_)},
                        ExperimentId{experiment_}, std::move(body)});
    }
    if (!journal_.append(events, texts)) throw std::runtime_error("append failed");
    appended_ += events.size();
  }
  EventBody began(EffectKind kind) {
    event::Began one;
    one.effect = EffectId{++effect_};
    one.kind = kind;
    one.slot = SlotId{0};
    one.parent = CommitId{std::string(40, 'c')};
    return one;
  }
  EventBody measured(Phase phase) {
    event::Measured done;
    done.effect = EffectId{effect_};
    for (int i = 0; i < 4; ++i) {
      Sample sample;
      sample.role = phase == Phase::baseline || i % 2 == 0 ? Role::champion : Role::candidate;
      sample.phase = phase;
      sample.value = 1.0 + static_cast<double>((experiment_ * 31 + static_cast<std::uint64_t>(i) * 17) % 100) / 997.0;
      sample.values = {{"loss", *sample.value}};
      sample.wall = Seconds{0.123456789 * *sample.value};
      sample.cpu = Seconds{0.1};
      sample.peak_memory = Bytes{12'345'678};
      sample.seed = 0x9E3779B97F4A7C15ULL * (experiment_ + 1);
      done.samples.push_back(sample);
    }
    return done;
  }
  void start() {
    event::RunStarted started;
    started.spec.name = "night";
    started.spec.branch = "hone/night";
    started.spec.metric.command = "./bench";
    started.base = CommitId{std::string(40, 'b')};
    event::SessionOpened opened;
    opened.pid = 42;
    append({started, opened});
    append({began(EffectKind::measure)});
    append({measured(Phase::baseline)});
  }
  void one_experiment() {
    ++experiment_;
    append({began(EffectKind::propose)});
    const std::string asked = prompt(experiment_);
    const std::string said = reply(experiment_);
    event::Proposed proposed;
    proposed.effect = EffectId{effect_};
    proposed.proposal.idea = "change number " + std::to_string(experiment_ * 7919 % 1000);
    proposed.proposal.backend = "mutate";
    proposed.proposal.cost = MicroDollars{1200};
    proposed.proposal.latency = Seconds{0.2};
    proposed.prompt = text_id(asked);
    proposed.reply = text_id(said);
    append({proposed}, {{proposed.prompt, asked}, {proposed.reply, said}});
    append({began(EffectKind::assemble)});
    event::Assembled assembled;
    assembled.effect = EffectId{effect_};
    assembled.tree = TreeId{std::string(40, 'd')};
    assembled.paths = {"src/target.cpp"};
    assembled.lines_added = 1;
    append({assembled, began(EffectKind::prepare)});
    event::Prepared prepared;
    prepared.effect = EffectId{effect_};
    prepared.build_wall = Seconds{0.2};
    append({prepared, began(EffectKind::measure)});
    const EventBody samples = measured(Phase::confirm);
    event::Judged judged;
    judged.file.experiment = ExperimentId{experiment_};
    judged.file.verdict.samples = 2;
    judged.file.verdict.before = 1.1;
    judged.file.verdict.after = 1.05;
    judged.file.verdict.effect = 0.0454545;
    judged.file.verdict.interval = {0.04, 0.05};
    judged.file.guards = {{"cpu", true, 0.1, 0.1 + 1e-6 * static_cast<double>(experiment_), ""}};
    judged.outcome = experiment_ % 8 == 0 ? Outcome::kept : Outcome::discarded;
    judged.reason = judged.outcome == Outcome::kept ? "4.5 % better" : "not better by the margin";
    if (judged.outcome == Outcome::discarded) {
      append({samples, judged, event::Finished{judged.outcome, judged.reason}});
      return;
    }
    append({samples, judged, began(EffectKind::advance)});
    append({event::Advanced{EffectId{effect_}, CommitId{std::string(40, 'e')}},
            event::Finished{Outcome::kept, judged.reason}});
  }

  Journal& journal_;
  std::uint64_t experiment_ = 0, effect_ = 0, appended_ = 0;
  double now_ = 0;
};

}  // namespace hone::test
