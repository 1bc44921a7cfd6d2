// How hard to test, by c0 = time to get a proposal / time of a metric run: when runs are dear relative to proposals,
// screen harshly and race shortly. The optimum is flat: all of these may move by 30 % at a loss of 1-3 % of progress.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hone {

enum class Tier { expensive, balanced, cheap };

struct TierRule {
  double screen_effect;   // kS: design effect of the screen in sd of a run
  double drop_below;      // aS
  double promote_at;      // bS
  int screen_runs;        // nS
  double level_share;     // rho: champion run first when the level's variance exceeds this share of a run's
  double confirm_effect;  // kC: design effect of the confirm race in sd of a pair
  double kill_below;      // aC
  int most_pairs;         // nC
  int least_pairs;
  double smallest_effect;  // dfl, percent: not worth designing for less
};

[[nodiscard]] const TierRule& tier_rule(Tier);
[[nodiscard]] std::string_view render_tier(Tier);
[[nodiscard]] Tier tier_for(double cost_ratio);

// The observed cost ratio and the tier it asks for. The tier changes after 20 experiments outside its band; the first
// three decide at once.
struct CostWatch {
  Tier tier = Tier::balanced;
  std::vector<double> proposing;  // seconds, the last 21
  std::vector<double> run;
  std::int64_t outside = 0;
  std::int64_t seen = 0;
};

[[nodiscard]] double cost_ratio(const CostWatch&);  // 3 before anything was seen
void fold_cost_ratio(CostWatch&, double proposing_seconds, double run_seconds);

}  // namespace hone
