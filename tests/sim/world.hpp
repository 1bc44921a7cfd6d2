// The world that survives a crash: what is durable in the journal, what the repository holds, what was really
// paid, and a log of what really happened, for the checker. Ports over it fail, lag and die as a seed says.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hone/core/base/random.hpp"
#include "hone/core/run/event.hpp"
#include "hone/loop/perform.hpp"
#include "hone/ports/crew.hpp"
#include "hone/ports/executor.hpp"
#include "hone/ports/journal.hpp"
#include "hone/ports/proposer.hpp"
#include "hone/ports/repo.hpp"

namespace hone::sim {

struct Crash {};  // kill -9, thrown through the loop

// What a simulation may get wrong on purpose; each must be caught by the checker.
struct Bugs {
  bool act_before_journalling = false;  // append() returns before the batch is durable
  bool no_compare_and_swap = false;     // advance() puts its commit on top of whatever is there
  bool no_reservation = false;          // intents lose their reserve
};

struct FakeCommit {
  CommitId parent;
  TreeId tree;
  std::string message;
  bool ours = true;
};

// While it lasts every request fails as a dead endpoint does, and the client answers with the waits of the real
// decision table: it gives up after its attempts and tells the loop when to come back.
struct Outage {
  double from = 0, until = 0;  // run time
  int rounds = 0;              // requests that failed, in a row
  double longest_rest = 10;    // that a backend was told to take
  bool for_good = false;       // the endpoint says that it will never work: no such key
};

struct World {
  explicit World(std::uint64_t seed) : random(seed) {}

  Random random;
  Bugs bugs;
  double crash_rate = 0;  // at every boundary
  bool person_moves_branch = false;
  bool fooled = false;  // the evaluator likes a comment
  bool curves = false;  // it prints the metric by steps
  int interrupts = 0;   // Ctrl-C, so many times, at a random moment each
  int shortages = 0;    // a disk that is full for a moment, so many times
  Outage outage;        // of the model service

  // Durable.
  std::vector<Event> journal;
  std::map<TextId, std::string> texts;
  std::vector<EventBody> inbox;
  std::map<TreeId, std::string> trees;  // content of the one target
  std::map<CommitId, FakeCommit> commits;
  CommitId branch;  // "" = not made yet

  // What really happened.
  MicroDollars paid{};
  std::set<std::uint32_t> clean_workspaces;  // made anew, and only clean pairs have run there since
  std::set<std::uint64_t> performed;         // effect ids that touched the world
  std::vector<std::string> violations;       // seen while it happened
  double clock = 0;                          // run time of this session
  std::uint64_t crashes = 0;

  void boundary();            // may throw Crash
  [[nodiscard]] Done room();  // an Error when the disk is full right now
  [[nodiscard]] TreeId add_tree(const std::string& content);
  [[nodiscard]] CommitId add_commit(const FakeCommit&);
  [[nodiscard]] bool journalled_intent(EffectId) const;
};

inline constexpr const char* target = "target.py";
inline constexpr MicroDollars price{1000};

class SimJournal final : public Journal {
 public:
  explicit SimJournal(World& world) : world_(world) {}
  Done append(std::span<Event> events, std::span<const NewText> texts) override;
  Done replay(const std::function<Done(const Event&)>& each) override;
  Result<std::string> text(const TextId&) override;
  Result<std::vector<EventBody>> take_inbox() override;

 private:
  void make_durable(std::span<const Event> events, std::span<const NewText> texts);
  World& world_;
  std::vector<Event> late_;
  std::vector<NewText> late_texts_;
  std::uint64_t next_ = 0;
};

class SimRepo final : public Repo {
 public:
  explicit SimRepo(World& world) : world_(world) {}
  Result<std::vector<SourceFile>> load(const TreeId&, const std::vector<std::string>& paths) override;
  Result<TreeChange> replace(const TreeId& base, const std::vector<SourceFile>& files) override;
  Result<std::string> diff(const TreeId&, const TreeId&, std::size_t) override { return std::string(); }
  Result<CommitId> advance(const Accepted&) override;
  Done checkout(WorkspaceId, const TreeId&) override { return {}; }
  Result<Disturbance> inspect(WorkspaceId, const TreeId&, Extent) override { return Disturbance{}; }
  Done wipe(WorkspaceId) override { return {}; }
  std::string folder(WorkspaceId) const override { return ""; }

 private:
  World& world_;
};

class SimExecutor final : public Executor {
 public:
  explicit SimExecutor(World& world) : world_(world) {}
  Result<PrepareReport> prepare(const effect::Prepare&, const Stop&) override;
  Result<std::vector<SampleReport>> measure(const effect::Measure&, const Stop&) override;

 private:
  World& world_;
};

class SimProposer final : public Proposer {
 public:
  explicit SimProposer(World& world, bool steady = false) : world_(world), steady_(steady) {}
  std::string name() const override { return "sim"; }
  std::optional<MicroDollars> worst_case(const Brief&) const override { return price; }
  std::string render(const Brief&) const override { return ""; }
  ProposeResult propose(const Brief&, const Stop&) override;

 private:
  ProposeError no_service();
  World& world_;
  bool steady_;  // knows no outage
};

// Virtual time, random completion order. An effect touches the world some time between its start and its
// completion; a crash leaves the started ones done or undone as the seed says.
class SimCrew final : public Crew {
 public:
  SimCrew(World& world, Workbench bench, double origin);
  void start(const Effect&) override;
  Completion wait(Seconds deadline) override;
  void cancel_all() override;
  void crash();  // decides the fate of what was started

 private:
  struct Pending {
    Effect effect;
    double due;
    std::optional<EffectDone> done;
    bool cancelled = false;
  };
  void touch(Pending&);
  void check_quiet(const Effect&);
  World& world_;
  Workbench bench_;
  std::vector<Pending> pending_;
};

}  // namespace hone::sim
