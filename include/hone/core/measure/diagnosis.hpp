// What doctor makes of a metric's runs on an unchanged tree. Pure: samples in, numbers and findings out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"
#include "hone/core/measure/tiers.hpp"
#include "hone/core/measure/verdict.hpp"

namespace hone {

enum class Health { good, warning, bad };
enum class Readiness { ready, ready_with_warnings, not_ready };

// One line of the check-up. `advice`: what to do; "" when nothing needs doing.
struct Finding {
  Health health = Health::good;
  std::string subject;
  std::string text;
  std::string advice;
  std::string group = "metric";  // lines of one group stand together
};
[[nodiscard]] std::string_view render_mode(MetricMode);
[[nodiscard]] Readiness readiness(std::span<const Finding>);
[[nodiscard]] std::string_view render_readiness(Readiness);

// A known worsening, measured beside the unchanged tree: the gate's eyesight.
struct Planted {
  std::string how;                       // "a busy loop of 3.0 %", the user's command
  std::vector<double> unchanged, worse;  // pairs
  std::string failed;                    // why it could not be planted or measured
  bool asked = false;                    // by --sensitivity
  bool louder = false;                   // a smaller one was not seen
};
enum class Sight { need_more, seen, not_seen };
inline constexpr std::size_t planted_pairs_least = 3, planted_pairs_most = 16;
// Seen when the 99 % interval of the pairs lies on the worse side, or a sign test at 1 % says so; not seen after 16.
[[nodiscard]] Sight judge_planted(Direction, const Planted&);

struct DiagnosisInput {
  const RunSpec& spec;
  // Of one tree with one seed, in time order: champion and candidate are two checkouts of it, side by side.
  std::span<const Sample> runs;
  std::span<const Sample> other_seeds;  // each with a seed of its own
  const Planted* planted = nullptr;
  Seconds proposing{};  // usual time to get one proposal
  Seconds preparing{};  // build and check of one candidate
};

struct Diagnosis {
  std::vector<double> values;  // of the valid runs, in time order
  double level = 0;            // median
  double cv = 0;               // robust spread of one run, relative
  double drift = 0;            // r of the level model, per run; see level.hpp
  bool deterministic = false;
  bool warm_up = false;               // the first run lies apart
  std::int64_t outliers = 0;          // beyond 5 robust sd
  double twins = 0;                   // difference of two checkouts of one tree, relative
  Interval twins_interval;            // 99 %
  std::optional<double> seed_spread;  // relative; empty = not tried or hidden in the noise
  Seconds run_wall{};                 // median
  double cost_ratio = 0;              // c0
  Tier tier = Tier::balanced;
  MetricMode mode = MetricMode::automatic;  // that the night will take; automatic = not known
  double runs_afforded = 0;                 // in the whole night
  double detectable = 0;                    // smallest relative gain kept 8 times of 10
  double runs_per_experiment = 0;
  double experiments = 0, keeps = 0;  // to expect tonight
  std::vector<Finding> findings;
};
[[nodiscard]] Diagnosis diagnose(const DiagnosisInput&);

// A whole check-up: the diagnosis and what is true of the set-up around it.
struct Checkup {
  RunSpec spec;
  std::string machine;
  Diagnosis diagnosis;
  std::vector<Finding> findings;  // the set-up's, then the diagnosis's
  std::optional<Planted> planted;
};

// The short form, for the first calibration of a night: why it is hopeless to go on; nothing = go on.
// `champion`: the calibration's values, in time order.
[[nodiscard]] std::optional<std::string> why_hopeless(Direction, std::span<const double> champion);

}  // namespace hone
