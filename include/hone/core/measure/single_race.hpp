// Very expensive metrics (a night affords fewer than some 150 runs): one race a candidate in which every run counts.
// Champion level b and gain e are estimated together by a Kalman filter; the champion is run only where that tells
// more about e than a further candidate run. statistics.md section 4; the simulator's `exp1`.
#pragma once

#include <span>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/sample.hpp"

namespace hone {

inline constexpr double affordable_runs = 150;        // fewer than these in a night: very expensive
inline constexpr std::size_t single_calibration = 4;  // champion runs; one less with a noise prior
inline constexpr std::size_t single_runs_most = 6;

// What is believed about the champion between two races.
struct ChampionBelief {
  double level = 0;    // units
  double share = 1;    // variance of the level over that of a run
  double squares = 0;  // of the champion's runs about their level
  double degrees = 0;  // of freedom behind them
};
[[nodiscard]] ChampionBelief believe(std::span<const double> calibration);

struct SingleRule {
  double alpha = 0.03;
  double wanted = 0;        // units
  double prior = 0;         // sd of a run in units, known beforehand; 0 = nothing is
  double prior_weight = 0;  // degrees of freedom
};
// Small, and the same for each candidate: a night of 80 experiments has no room for LORD's long view. .03 at q = .10.
[[nodiscard]] double single_alpha(const AcceptSpec&);
[[nodiscard]] double run_variance(const ChampionBelief&, const SingleRule&);

enum class SingleEnd { open, accepted, dropped };

struct SingleRace {
  ChampionBelief belief;  // after the runs so far
  SingleRule rule;
  double run_variance = 1;  // fixed when the race opened, with its degrees of freedom
  double degrees = 0;
  double gain = 0;  // of the candidate, units
  double level_variance = 1, covariance = 0, gain_variance = 1;
  std::vector<double> candidate, champion, evidence;  // units; the log mixture after each run
  double z = 0;
  SingleEnd end = SingleEnd::open;
};

// `elapsed`: time units since the champion was last looked at.
[[nodiscard]] SingleRace open_single(const ChampionBelief&, const SingleRule&, double elapsed);
[[nodiscard]] Role next_single_run(const SingleRace&);
void fold_single(SingleRace&, Role, double run);
// The gain (units) that the candidate's first run must show or the race ends with it.
[[nodiscard]] double least_single_gain(const SingleRace&);
[[nodiscard]] double single_bar(const SingleRule&);
// What a keep may claim: the gain's mean given that the race was won (Zhong & Prentice 2008).
[[nodiscard]] double corrected_gain(const SingleRace&);
[[nodiscard]] ChampionBelief belief_after(const SingleRace&, bool kept);

}  // namespace hone
