#include "sim/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "hone/core/run/canary.hpp"

namespace hone::sim {
namespace {

struct Story {
  int terminals = 0;
  bool kept = false;
  bool judged_kept = false;
  std::set<TreeId> assembled;
  bool candidate_measured = false;
  bool clean = false;  // measured in a workspace made anew
  CommitId commit;
};

class Checker {
 public:
  Checker(const World& world, CommitId base) : world_(world), base_(std::move(base)) {}

  std::vector<std::string> check() {
    found_ = world_.violations;
    read_journal();
    check_sequence();
    check_experiments();
    check_canaries();
    check_branch();
    check_money();
    return found_;
  }

 private:
  void complain(std::string what) { found_.push_back(std::move(what)); }

  void read_journal() {
    for (const Event& event : world_.journal) {
      Story& story = stories_[event.experiment];
      if (std::holds_alternative<event::Finished>(event.body)) {
        ++story.terminals;
        story.kept = std::get<event::Finished>(event.body).outcome == Outcome::kept;
      } else if (const auto* judged = std::get_if<event::Judged>(&event.body)) {
        if (story.judged_kept) complain("judged twice as kept");
        story.judged_kept = judged->outcome == Outcome::kept;
        if (story.judged_kept && !story.candidate_measured) complain("judged without a measurement");
        if (story.judged_kept && !story.clean) complain("kept without a measurement from a clean checkout");
      } else if (const auto* assembled = std::get_if<event::Assembled>(&event.body)) {
        story.assembled.insert(assembled->tree);
        story.candidate_measured = story.clean = false;
      } else if (const auto* measured = std::get_if<event::Measured>(&event.body)) {
        for (const Sample& sample : measured->samples) {
          story.candidate_measured |= sample.role == Role::candidate;
          story.clean |= sample.role == Role::candidate && sample.phase == Phase::clean;
        }
      } else if (const auto* advanced = std::get_if<event::Advanced>(&event.body)) {
        story.commit = advanced->commit;
      }
    }
  }

  void check_sequence() {
    std::set<EffectId> begun;
    std::set<EffectId> ended;
    for (std::size_t i = 0; i < world_.journal.size(); ++i) {
      const Event& event = world_.journal[i];
      if (event.sequence != i + 1) complain("a gap in the sequence");
      if (const auto* began = std::get_if<event::Began>(&event.body)) {
        if (!begun.insert(began->effect).second) complain("an effect id was used twice");
        continue;
      }
      const EffectId id = std::visit(
          [](const auto& body) {
            if constexpr (requires { body.effect.value; }) {
              return body.effect;
            } else {
              return EffectId{};
            }
          },
          event.body);
      if (id.value == 0) continue;
      if (!begun.contains(id)) complain("an effect ended that never began");
      if (!ended.insert(id).second) complain("an effect ended twice");
    }
  }

  void check_experiments() {
    for (const auto& [id, story] : stories_) {
      if (id.value == 0) continue;
      if (story.terminals != 1)
        complain(fmt::format("experiment {} has {} terminal records", id.value, story.terminals));
    }
    if (world_.journal.empty() || !std::holds_alternative<event::RunEnded>(world_.journal.back().body)) {
      return complain("the last record is not the end of the run");
    }
    const bool moved = std::get<event::RunEnded>(world_.journal.back().body).reason == EndReason::ref_moved;
    const bool by_person = std::any_of(world_.commits.begin(), world_.commits.end(),
                                       [](const auto& entry) { return entry.second.message == "by a person"; });
    if (moved && !by_person) complain("it says that somebody moved the branch, and nobody did");
  }

  // A canary is never kept, costs nothing, and one that won is followed by its consequences: all keeps without a
  // passed round of canaries behind them are doubted, none twice, and nothing else is done.
  void check_canaries() {
    std::set<ExperimentId> unproven;
    std::set<ExperimentId> when_it_began;
    bool half = false;
    bool won = false;
    for (const Event& event : world_.journal) {
      const bool canary = is_canary(event.experiment);
      const auto* end = std::get_if<event::Finished>(&event.body);
      if (canary &&
          (std::holds_alternative<event::Judged>(event.body) || std::holds_alternative<event::Advanced>(event.body)))
        complain("a canary was judged or committed");
      if (const auto* began = std::get_if<event::Began>(&event.body)) {
        if (canary && began->reserve.value != 0) complain("a canary costs money");
        if (won && began->kind != EffectKind::advance) complain("something began after a canary had won");
      }
      if (const auto* began = std::get_if<event::CanaryBegan>(&event.body); began && !half) when_it_began = unproven;
      if (end && end->outcome == Outcome::kept) unproven.insert(event.experiment);
      if (std::holds_alternative<event::Doubted>(event.body) && unproven.erase(event.experiment) == 0)
        complain("a keep was doubted that a passed canary stands behind, or twice");
      if (!end || !canary) continue;
      won = won || end->outcome == Outcome::suspect;
      if (end->outcome == Outcome::stale) continue;
      const bool printed = spec().metric.measure == Measure::printed;
      half = end->outcome == Outcome::discarded && !half && !printed;
      if (end->outcome != Outcome::discarded || half) continue;
      for (const ExperimentId id : when_it_began) unproven.erase(id);
    }
    if (won && !unproven.empty()) complain("a canary won and a keep is not doubted");
    const auto* ended = world_.journal.empty() ? nullptr : std::get_if<event::RunEnded>(&world_.journal.back().body);
    if (ended && won != (ended->reason == EndReason::evaluator_insensitive))
      complain("a canary won and the run did not end for it, or the other way round");
  }

  const RunSpec& spec() const { return std::get<event::RunStarted>(world_.journal.front().body).spec; }

  void check_branch() {
    std::vector<CommitId> ours;
    for (CommitId at = world_.branch; !at.value.empty() && at != base_;) {
      const auto commit = world_.commits.find(at);
      if (commit == world_.commits.end()) return complain("the branch does not lead to the base");
      if (commit->second.ours) ours.push_back(at);
      at = commit->second.parent;
    }
    std::set<CommitId> keeps;
    for (const auto& [id, story] : stories_) {
      if (!story.kept) continue;
      keeps.insert(story.commit);
      const auto commit = world_.commits.find(story.commit);
      if (commit == world_.commits.end() || !story.assembled.contains(commit->second.tree)) {
        complain("a keep whose commit is not the tree that was made");
      }
    }
    if (keeps != std::set<CommitId>(ours.begin(), ours.end()) || keeps.size() != ours.size()) {
      complain(fmt::format("{} keeps in the journal, {} commits of ours on the branch", keeps.size(), ours.size()));
    }
    bool person_seen = false;  // from the tip down: nothing of ours may lie above a person's commit
    for (CommitId at = world_.branch; !at.value.empty() && at != base_; at = world_.commits.at(at).parent) {
      if (!world_.commits.at(at).ours) person_seen = true;
    }
    if (person_seen && world_.commits.at(world_.branch).ours) complain("committed on top of a person's work");
  }

  // What the journal admits: settled costs, and the reserve of every intent without an end.
  void check_money() {
    std::map<EffectId, MicroDollars> open;
    MicroDollars counted{};
    for (const Event& event : world_.journal) {
      if (const auto* began = std::get_if<event::Began>(&event.body)) open[began->effect] = began->reserve;
      if (const auto* proposed = std::get_if<event::Proposed>(&event.body)) {
        counted += proposed->proposal.cost.value_or(open[proposed->effect]);
        open.erase(proposed->effect);
      }
      if (const auto* failed = std::get_if<event::ProposeFailed>(&event.body)) {
        counted += failed->cost.value_or(open[failed->effect]);
        open.erase(failed->effect);
      }
    }
    for (const auto& [id, reserve] : open) counted += reserve;
    for (const Event& event : world_.journal) {
      const auto* started = std::get_if<event::RunStarted>(&event.body);
      if (started && started->spec.limits.max_cost && world_.paid > *started->spec.limits.max_cost) {
        complain(fmt::format("{} paid, above the cap", world_.paid.value));
      }
    }
    if (counted < world_.paid) {
      complain(fmt::format("{} counted, {} paid", counted.value, world_.paid.value));
    }
  }

  const World& world_;
  CommitId base_;
  std::map<ExperimentId, Story> stories_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> check(const World& world, CommitId base) {
  return Checker(world, std::move(base)).check();
}

}  // namespace hone::sim
