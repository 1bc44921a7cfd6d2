// Canaries: every so many experiments hone plants a change without effect, which must not win, and a slow-down, which
// must lose. They are numbered by themselves, spend no alpha and no money, and are in no count of experiments; when
// one wins, the evaluator is not to be trusted: keeps since the last passed round are doubted and the run ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/measure/canary.hpp"

namespace hone {

// Canary n has this number plus n: far from any experiment's, and exact as a double.
inline constexpr std::uint64_t canary_base = 1'000'000'000'000;
[[nodiscard]] constexpr bool is_canary(ExperimentId id) {
  return id.value > canary_base;
}
[[nodiscard]] constexpr ExperimentId canary_id(std::int64_t number) {
  return ExperimentId{canary_base + static_cast<std::uint64_t>(number)};
}
// "12", or "c3" for a canary: what `hone show` takes.
[[nodiscard]] std::string render_experiment(ExperimentId);

struct CanaryWork {
  ExperimentId id;
  bool slow = false;
  CommitId parent;  // the champion it was made for
  TreeId parent_tree;
  TreeId tree;          // empty until it is planted
  std::string planted;  // shell text that runs ahead of the metric command, on the champion's own tree; "" = a tree
  std::optional<EffectId> in_flight;
  std::optional<WorkspaceId> workspace;
  bool prepared = false;
  CanaryPairs pairs;
  std::optional<std::string> lost;    // it could not even be built or measured
  std::optional<std::string> failed;  // it could not be planted
  std::int64_t crashes = 0;
  std::int64_t champion_failures = 0;
};

struct CanaryWatch {
  std::optional<CanaryWork> work;
  std::int64_t begun = 0;
  std::int64_t due = 0;               // when so many experiments have finished; 0 = the first round is to come
  bool slow_next = false;             // the second half of a round
  std::vector<ExperimentId> doubted;  // keeps that no passed round stands behind
  std::size_t covered = 0;            // so many of them were there when the round began
  std::string alarm;
};

// The text with a change without effect: a comment where the language is known by the name, else an empty line.
[[nodiscard]] std::string plant_null(const std::string& path, std::string text);
// A busy loop of so many seconds, for /bin/sh; does not touch the shell that the metric command runs in.
[[nodiscard]] std::string busy_loop(double seconds);

}  // namespace hone
