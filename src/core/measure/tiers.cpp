#include "hone/core/measure/tiers.hpp"

#include "hone/core/measure/t_interval.hpp"

namespace hone {
namespace {

constexpr std::size_t costs_kept = 21;
constexpr std::int64_t first_choice = 3;
constexpr std::int64_t patience = 20;

constexpr std::array<TierRule, 3> rules{{
    {2.5, -.25, 1.0, 2, .8, 1.4, .7, 40, 2, .8},
    {1.7, 0, .75, 2, .5, 1.0, 1.0, 80, 5, .4},
    {1.0, .5, .25, 4, .5, .7, 1.5, 120, 5, .2},
}};
constexpr std::array<std::string_view, 3> names{"expensive", "balanced", "cheap"};

void push(std::vector<double>& values, double value) {
  values.push_back(value);
  if (values.size() > costs_kept) values.erase(values.begin());
}

}  // namespace

const TierRule& tier_rule(Tier tier) {
  return rules[static_cast<std::size_t>(tier)];
}
std::string_view render_tier(Tier tier) {
  return names[static_cast<std::size_t>(tier)];
}

Tier tier_for(double cost_ratio) {
  if (cost_ratio < 1) return Tier::expensive;
  return cost_ratio <= 10 ? Tier::balanced : Tier::cheap;
}

double cost_ratio(const CostWatch& watch) {
  if (watch.run.empty()) return 3;
  std::vector<double> proposing = watch.proposing;
  std::vector<double> run = watch.run;
  return median_of(proposing) / std::max(median_of(run), 1e-6);
}

void fold_cost_ratio(CostWatch& watch, double proposing_seconds, double run_seconds) {
  push(watch.proposing, proposing_seconds);
  push(watch.run, run_seconds);
  ++watch.seen;
  const Tier wanted = tier_for(cost_ratio(watch));
  watch.outside = wanted == watch.tier ? 0 : watch.outside + 1;
  if (watch.seen > first_choice && watch.outside < patience) return;
  watch.tier = wanted;
  watch.outside = 0;
}

}  // namespace hone
