#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hone/core/base/digest.hpp"
#include "hone/core/base/text.hpp"
#include "hone/core/budget/retry.hpp"
#include "hone/core/measure/foresight.hpp"

namespace hone::sim {
namespace {

class NoStop final : public Stop {
 public:
  bool raised() const override { return false; }
  int descriptor() const override { return -1; }
};

std::string hex40(const std::string& content) {
  return text_id(content).value.substr(0, 40);
}

// The target is one line "x = N"; its metric is N, a little noisy.
double value_of(const std::string& content) {
  return std::stod(content.substr(4));
}

// Ten of them on the way down to its value; a candidate's run ends where the plan says so.
void print_steps(Sample& sample, const std::optional<StopPlan>& stop) {
  sample.values = {{"metric", *sample.value}};
  for (int step = 1; step <= 10; ++step) {
    sample.values.push_back({fmt::format("metric[step={}]", step), *sample.value * (2 - step / 10.0)});
    if (!stop || sample.role != Role::candidate) continue;
    sample.invalid = why_stop(*stop, sample.values.back());
    if (sample.invalid.empty()) continue;
    sample.exit = ExitKind::stopped_early;
    sample.value.reset();
    sample.values.erase(sample.values.begin());
    return;
  }
}

}  // namespace

void World::boundary() {
  if (crash_rate > 0 && random.uniform() < crash_rate) throw Crash{};
}

TreeId World::add_tree(const std::string& content) {
  TreeId id{hex40("tree" + content)};
  trees[id] = content;
  return id;
}

CommitId World::add_commit(const FakeCommit& commit) {
  CommitId id{hex40(commit.parent.value + commit.tree.value + commit.message)};
  commits[id] = commit;
  return id;
}

bool World::journalled_intent(EffectId id) const {
  return std::any_of(journal.begin(), journal.end(), [&](const Event& event) {
    const auto* began = std::get_if<event::Began>(&event.body);
    return began && began->effect == id;
  });
}

Done SimJournal::append(std::span<Event> events, std::span<const NewText> texts) {
  world_.boundary();
  if (next_ == 0) next_ = world_.journal.size() + 1;
  for (Event& event : events) {
    event.sequence = next_++;
    if (auto* began = std::get_if<event::Began>(&event.body); began && world_.bugs.no_reservation) began->reserve = {};
  }
  if (world_.bugs.act_before_journalling) {
    make_durable(late_, late_texts_);
    late_.assign(events.begin(), events.end());
    late_texts_.assign(texts.begin(), texts.end());
    for (const NewText& text : texts) world_.texts[text.id] = text.content;
  } else {
    make_durable(events, texts);
  }
  world_.boundary();
  return {};
}

void SimJournal::make_durable(std::span<const Event> events, std::span<const NewText> texts) {
  for (const NewText& text : texts) world_.texts[text.id] = text.content;
  world_.journal.insert(world_.journal.end(), events.begin(), events.end());
}

Done World::room() {
  if (shortages == 0 || random.uniform() > 0.1) return {};
  --shortages;
  return fail(Reaction::stop_run, "no space left on device");
}

Done SimJournal::replay(const std::function<Done(const Event&)>& each) {
  for (const Event& event : world_.journal) HONE_TRY_VOID(each(event));
  return {};
}

Result<std::string> SimJournal::text(const TextId& id) {
  const auto found = world_.texts.find(id);
  if (found == world_.texts.end()) return fail(Reaction::stop_run, "no text " + id.value);
  return found->second;
}

Result<std::vector<EventBody>> SimJournal::take_inbox() {
  return std::exchange(world_.inbox, {});
}

Result<std::vector<SourceFile>> SimRepo::load(const TreeId& tree, const std::vector<std::string>&) {
  return std::vector<SourceFile>{{target, world_.trees.at(tree)}};
}

Result<TreeChange> SimRepo::replace(const TreeId&, const std::vector<SourceFile>& files) {
  HONE_TRY_VOID(world_.room());
  return TreeChange{world_.add_tree(files.at(0).text), {target}, 1, 1};
}

Result<CommitId> SimRepo::advance(const Accepted& accepted) {
  HONE_TRY_VOID(world_.room());
  const CommitDraft& draft = accepted.draft();
  FakeCommit commit{draft.parent, draft.tree, draft.message, true};
  if (world_.bugs.no_compare_and_swap && !world_.branch.value.empty()) commit.parent = world_.branch;
  const CommitId id = world_.add_commit(commit);
  if (!world_.bugs.no_compare_and_swap) {
    for (CommitId at = world_.branch; world_.commits.contains(at); at = world_.commits.at(at).parent) {
      if (at == id) return id;  // done before the crash; a person may have built on it since
    }
    if (!world_.branch.value.empty() && world_.branch != draft.parent) {
      return fail(Reaction::stop_run, "ref_moved: somebody else moved the branch");
    }
  }
  world_.branch = id;
  return id;
}

Result<PrepareReport> SimExecutor::prepare(const effect::Prepare& prepare, const Stop&) {
  HONE_TRY_VOID(world_.room());
  PrepareReport report;
  if (prepare.fresh) {
    world_.clean_workspaces.insert(prepare.workspace.value);
  } else {
    world_.clean_workspaces.erase(prepare.workspace.value);
  }
  if (!prepare.build.empty() && static_cast<int>(value_of(world_.trees.at(prepare.tree))) % 13 == 5) {
    report.failed = "build";
    report.process.exit_code = 1;
    report.process.output = "error: 13\n";
  }
  return report;
}

Result<std::vector<SampleReport>> SimExecutor::measure(const effect::Measure& measure, const Stop&) {
  std::vector<SampleReport> reports;
  for (const effect::MeasureRun& run : measure.runs) {
    const bool candidate = run.role == Role::candidate;
    if (candidate && measure.phase == Phase::clean && !world_.clean_workspaces.contains(run.workspace.value)) {
      world_.violations.push_back("the clean pair ran in a workspace that was not made anew");
    }
    if (candidate && measure.phase != Phase::clean) world_.clean_workspaces.erase(run.workspace.value);
    SampleReport report;
    report.sample.role = run.role;
    report.sample.phase = measure.phase;
    report.sample.wall = report.sample.cpu = Seconds{0.5};
    const double value = value_of(world_.trees.at(run.tree));
    if (run.role == Role::candidate && static_cast<int>(value) % 11 == 7) {
      report.sample.exit = ExitKind::signalled;
      report.sample.invalid = "killed by signal 11";
      reports.push_back(report);
      break;
    }
    // Calibration gives up after three in a row; a race is void after two.
    const bool race =
        measure.phase == Phase::screen || measure.phase == Phase::confirm || measure.phase == Phase::holdout;
    if (run.role == Role::champion && race && world_.random.below(80) == 0) {
      report.sample.exit_code = 1;
      report.sample.invalid = "the command left with status 1";
      reports.push_back(report);
      break;
    }
    double seen = value * (1 + 0.002 * (world_.random.uniform() - 0.5));
    if (!run.planted.empty() && !world_.fooled) seen *= 2;
    if (world_.fooled && world_.trees.at(run.tree).find('#') != std::string::npos) seen *= 0.5;
    report.sample.value = seen;
    if (world_.curves) print_steps(report.sample, measure.stop);
    reports.push_back(report);
    if (!report.sample.value) break;
  }
  return reports;
}

// Nothing was sent, so nothing is billed.
ProposeError SimProposer::no_service() {
  if (world_.outage.for_good) {
    ProposeError error(Error{Reaction::drop_backend, "HTTP 401: no such key"});
    error.cost = MicroDollars{0};
    return error;
  }
  RetryState state;
  state.attempt = RetryPolicy{}.attempts;
  state.outages = world_.outage.rounds++;
  FailedRequest failed;
  failed.end = TransferEnd::unreachable;
  failed.trouble = "connection refused";
  const RetryDecision decision = decide(failed, state, {}, world_.random);
  ProposeError error(Error{Reaction::retry, decision.reason});
  if (decision.verb != RetryVerb::rest) world_.violations.push_back("a dead service is not rested from");
  error.retry_after = decision.delay;
  world_.outage.longest_rest = std::max(world_.outage.longest_rest, decision.delay.value);
  error.cost = MicroDollars{0};
  return error;
}

ProposeResult SimProposer::propose(const Brief& brief, const Stop&) {
  if (!steady_ && world_.clock >= world_.outage.from && world_.clock < world_.outage.until)
    return tl::unexpected<ProposeError>(no_service());
  if (!steady_) world_.outage.rounds = 0;
  world_.paid += price;  // billed, whatever becomes of it
  if (world_.random.below(12) == 0) {
    ProposeError error(Error{Reaction::retry, "429"});
    error.retry_after = Seconds{world_.random.uniform() * 5};
    error.cost = price;
    return tl::unexpected<ProposeError>(error);
  }
  const std::string& old = brief.targets.at(0).text;
  const double step =
      world_.random.uniform() < 0.15 ? 0 : std::floor(world_.random.uniform() * 12) - (world_.curves ? 3 : 7);
  Proposal proposal;
  proposal.idea = "change x";
  proposal.prompt = "p";
  proposal.cost = price;
  proposal.cost_source = CostSource::table;
  proposal.reply = fmt::format("change x\n{}\n<<<<<<< SEARCH\n{}=======\nx = {}\n>>>>>>> REPLACE\n", target, old,
                               std::max(1.0, value_of(old) + step));
  if (world_.random.below(15) == 0) proposal.reply = "I would rather not.";
  if (world_.random.below(20) == 0) proposal.finish = Finish::truncated;
  return proposal;
}

SimCrew::SimCrew(World& world, Workbench bench, double origin) : world_(world), bench_(bench) {
  world_.clock = origin;
}

void SimCrew::check_quiet(const Effect& started) {
  const auto* measure = std::get_if<effect::Measure>(&started.body);
  for (const Pending& other : pending_) {
    const auto* timed = std::get_if<effect::Measure>(&other.effect.body);
    if (measure && timed && measure->slot == timed->slot) world_.violations.push_back("two timed commands in one slot");
    const auto* prepare = std::get_if<effect::Prepare>(&other.effect.body);
    if (!measure || !prepare) continue;
    for (const effect::MeasureRun& run : measure->runs) {
      if (run.workspace == prepare->workspace) {
        world_.violations.push_back(fmt::format(
            "experiment {} is timed as {} in workspace {}, which is being prepared for {}", started.experiment.value,
            static_cast<int>(run.role), run.workspace.value, other.effect.experiment.value));
      }
    }
  }
}

void SimCrew::start(const Effect& started) {
  world_.boundary();
  check_quiet(started);
  pending_.push_back(Pending{started, world_.clock + world_.random.uniform() * 2, std::nullopt, false});
  if (world_.random.coin()) touch(pending_.back());
}

void SimCrew::touch(Pending& pending) {
  if (pending.done) return;
  if (!world_.journalled_intent(pending.effect.id)) {
    world_.violations.push_back(
        fmt::format("effect {} happened before its intent was durable", pending.effect.id.value));
  }
  world_.performed.insert(pending.effect.id.value);
  pending.done = perform(pending.effect, bench_, NoStop{});
}

Completion SimCrew::wait(Seconds deadline) {
  world_.boundary();
  if (world_.person_moves_branch && !world_.branch.value.empty() && world_.random.below(10) == 0) {
    FakeCommit theirs{world_.branch, world_.commits.at(world_.branch).tree, "by a person", false};
    world_.branch = world_.add_commit(theirs);
    world_.person_moves_branch = false;
  }
  if (world_.interrupts > 0 && world_.random.below(25) == 0) {
    --world_.interrupts;
    return {Seconds{world_.clock}, UnixTime{1}, Signalled{Signal::interrupt}};
  }
  const auto next = std::min_element(pending_.begin(), pending_.end(),
                                     [](const Pending& a, const Pending& b) { return a.due < b.due; });
  if (next == pending_.end() || next->due > deadline.value) {
    if (std::isinf(deadline.value)) {
      world_.violations.push_back("the loop waits for ever");
      return {Seconds{world_.clock}, {}, Signalled{Signal::terminate}};
    }
    if (pending_.empty() && deadline.value > world_.clock + world_.outage.longest_rest) {
      world_.violations.push_back("the night has time left and nothing is under way");
    }
    world_.clock = std::max(world_.clock, deadline.value);
    return {Seconds{world_.clock}, UnixTime{1}, Tick{}};
  }
  world_.clock = std::max(world_.clock, next->due);
  touch(*next);
  EffectDone done = std::move(*next->done);
  pending_.erase(next);
  world_.boundary();
  return {Seconds{world_.clock}, UnixTime{static_cast<std::int64_t>(world_.clock)}, std::move(done)};
}

void SimCrew::cancel_all() {
  for (Pending& pending : pending_) pending.due = world_.clock;
}

void SimCrew::crash() {
  for (Pending& pending : pending_) {
    if (world_.random.coin()) touch(pending);
  }
  pending_.clear();
}

}  // namespace hone::sim
