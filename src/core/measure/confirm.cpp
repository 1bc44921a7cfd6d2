#include "hone/core/measure/confirm.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

#include "hone/core/measure/log_mixture.hpp"
#include "hone/core/measure/t_interval.hpp"
#include "hone/core/measure/t_to_normal.hpp"

namespace hone {
namespace {

constexpr double overshoot = 0.4;
constexpr double most_prior_weight = 3;
constexpr double score_bound = 6;     // sd of a pair
constexpr double raw_bound = 11.3;    // white sd: 8 sd of a pair
constexpr double spread_tail = 0.01;  // chance of calling an unchanged spread wider
constexpr int pairs_when_wider = 8;

double scored_difference(const PairDesign& design, double level, double champion, double candidate) {
  const NoiseModel& noise = design.noise;
  const double sd = std::sqrt(noise.pair_variance);
  if (!noise.use_scores) return std::clamp(champion - candidate, -noise.clip, noise.clip) / noise.clip_inside;
  const double low = noise.low - 10 * sd;
  // Both runs far better than the champion's level: it is the level that is old (a machine that became quiet since it
  // was taken), and clipping both to one value would hide any gain.
  if (champion - level < low && candidate - level < low) {
    return std::clamp(champion - candidate, -score_bound * sd, score_bound * sd);
  }
  const double difference =
      (std::clamp(champion - level, low, noise.high) - std::clamp(candidate - level, low, noise.high)) / noise.inside;
  return std::clamp(difference, -score_bound * sd, score_bound * sd);
}

bool spread_is_wider(double rest, double pair_variance, double n) {
  if (n < 2 || rest <= 0) return false;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(n - 1), rest / pair_variance)) < spread_tail;
}

double median_difference(const PairRace& race) {
  std::vector<double> differences(race.candidate.size());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = race.champion[i] - race.candidate[i];
  return median_of(differences);
}

// A bounded score cannot show more than its bound; beyond half of it the raw difference says how large the gain is.
double plain_gain(const PairRace& race) {
  const double sd = std::sqrt(race.design.noise.pair_variance);
  return std::abs(race.mean) > score_bound / 2 * sd ? median_difference(race) : race.mean;
}

}  // namespace

PairDesign design_pairs(const NoiseModel& noise, const PairDesignRequest& request) {
  const TierRule& tier = tier_rule(request.tier);
  const double sd = std::sqrt(noise.pair_variance);
  const double largest = noise.use_scores ? score_bound * sd : noise.clip / noise.clip_inside;
  const double smallest = std::max(tier.smallest_effect, request.wanted);
  PairDesign design;
  design.noise = noise;
  design.alpha = request.alpha;
  // Without this bound a very quiet metric could never pass: no bounded score reaches the smallest effect.
  design.design_effect = std::min(std::max(smallest, tier.confirm_effect * sd), largest / 2);
  design.wanted = request.wanted;
  design.prior_weight = std::min(noise.degrees, most_prior_weight);
  design.kill_below = tier.kill_below;
  design.most_pairs = tier.most_pairs;
  design.least_pairs = tier.least_pairs;
  return design;
}

double evidence_bar(double alpha) {
  return std::log(overshoot / alpha);
}

void fold_pair(PairRace& race, double level, double champion_run, double candidate_run) {
  const PairDesign& design = race.design;
  const double vd = design.noise.pair_variance;
  race.champion.push_back(champion_run);
  race.candidate.push_back(candidate_run);
  const double difference = scored_difference(design, level, champion_run, candidate_run);
  const double raw_limit = raw_bound * std::sqrt(design.noise.white);
  const double raw = std::clamp(champion_run - candidate_run, -raw_limit, raw_limit);
  race.sum += difference;
  race.squares += difference * difference;
  race.raw_sum += raw;
  race.raw_squares += raw * raw;
  const double n = static_cast<double>(race.candidate.size());
  double rest = race.squares - race.sum * race.sum / n;
  double sum = race.sum;
  double weight = design.prior_weight;
  int least = design.least_pairs;
  race.wider = spread_is_wider(rest, vd, n);
  if (race.wider) {  // the champion's noise says nothing about this candidate: its own pairs must
    weight = 0;
    least = pairs_when_wider;
    if (design.noise.use_scores) {
      rest = race.raw_squares - race.raw_sum * race.raw_sum / n;
      sum = race.raw_sum;
    }
  }
  race.mean = sum / n;
  race.degrees = std::max(weight + n - 1, 1.0);
  race.variance = std::max((weight * vd + std::max(rest, 0.0)) / race.degrees, 0.1 * vd);
  const double information = n / race.variance;
  const double z = t_to_normal(sum / std::sqrt(n * race.variance), race.degrees) * std::sqrt(information);
  race.evidence.push_back(log_mixture(z, information, design_ladder(design.design_effect)));
  const double d1 = design.design_effect;
  if (n >= least && race.evidence.back() >= evidence_bar(design.alpha) && plain_gain(race) >= design.wanted) {
    race.end = PairEnd::accepted;
  } else if (race.mean < d1 / 2 && d1 * z - d1 * d1 * information / 2 < -design.kill_below) {
    // The first condition: Student's correction pulls a huge t so far back that overwhelming evidence would look
    // futile.
    race.end = PairEnd::futile;
  } else if (n >= design.most_pairs) {
    race.end = PairEnd::exhausted;
  }
}

double robust_gain(const PairRace& race, double level) {
  if (!race.design.noise.use_scores) return median_difference(race);
  std::vector<double> runs = race.candidate;
  return level - median_of(runs);
}

double claimed_gain(const PairRace& race, double level) {
  const double n = static_cast<double>(race.candidate.size());
  const double z2 = race.mean * race.mean * n / race.variance;
  return robust_gain(race, level) * std::max(0.0, 1 - 1 / std::max(z2, 1.0));
}

}  // namespace hone
