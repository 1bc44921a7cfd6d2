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
constexpr double great = 5;         // sd of a pair
constexpr int more_when_great = 3;  // pairs
constexpr double more_when_stretched =
    3;  // of the stretch test's evidence, where only the champion's tail tells them apart

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

std::vector<double> differences_of(const PairRace& race) {
  std::vector<double> differences(race.candidate.size());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = race.champion[i] - race.candidate[i];
  return differences;
}

double median_difference(const PairRace& race) {
  std::vector<double> differences = differences_of(race);
  return median_of(differences);
}

// A drifting level is known only around each pair, a steady one best at the end.
std::vector<double> deviations_of(const PairRace& race, double level) {
  const bool steady = race.design.noise.drift <= little_drift;
  std::vector<double> deviations = race.candidate;
  for (std::size_t i = 0; i < deviations.size(); ++i) deviations[i] -= steady ? level : race.levels[i];
  return deviations;
}

bool told_from_stretch(const StretchTest& test) {
  return test.evidence >= stretch_bar + (test.stretch > 1 ? more_when_stretched : 0);
}

bool spread_is_other(const PairRace& race) {
  return race.stretch.stretch > 1 || race.surprise > surprising_spread;
}

// A bounded score cannot show more than its bound; beyond half of it the raw difference says how large the gain is.
double plain_gain(const PairRace& race) {
  if (spread_is_other(race)) return mean_spread(differences_of(race)).mean;
  const double sd = std::sqrt(race.design.noise.pair_variance);
  return std::abs(race.mean) > score_bound / 2 * sd ? median_difference(race) : race.mean;
}

// What n pairs of this mean and spread say.
struct Weighed {
  double mean = 0, variance = 0, degrees = 0;
  double information = 0, z = 0;  // z on the scale of the information
};

struct Spread {
  double rest = 0;   // squares about the mean
  double prior = 0;  // weight of the champion's variance
};

Weighed weigh(const PairDesign& design, double mean, double n, const Spread& spread) {
  const double vd = design.noise.pair_variance;
  Weighed result;
  result.mean = mean;
  result.degrees = std::max(spread.prior + n - 1, 1.0);
  result.variance = std::max((spread.prior * vd + std::max(spread.rest, 0.0)) / result.degrees, 0.1 * vd);
  result.information = n / result.variance;
  result.z = t_to_normal(mean * std::sqrt(n / result.variance), result.degrees) * std::sqrt(result.information);
  return result;
}

bool hopeless(const Weighed& weighed, double design_effect, double kill_below) {
  // The first condition: Student's correction pulls a huge t so far back that overwhelming evidence would look futile.
  return weighed.mean < design_effect / 2 &&
         design_effect * weighed.z - design_effect * design_effect * weighed.information / 2 < -kill_below;
}

// The plain mean of the pairs is what counts for a candidate that scatters more, designed for its own spread.
bool mean_is_hopeless(const PairRace& race) {
  const MeanSpread raw = mean_spread(differences_of(race));
  const double n = static_cast<double>(raw.count);
  const double d1 = std::max(race.design.design_effect, std::sqrt(raw.variance) / 2);
  return hopeless(weigh(race.design, raw.mean, n, {raw.variance * (n - 1), 0}), d1, race.design.kill_below);
}

void add_pair(PairRace& race, double level, double champion_run, double candidate_run) {
  race.champion.push_back(champion_run);
  race.candidate.push_back(candidate_run);
  race.levels.push_back(level);
  const double difference = scored_difference(race.design, level, champion_run, candidate_run);
  const double raw_limit = raw_bound * std::sqrt(race.design.noise.white);
  const double raw = std::clamp(champion_run - candidate_run, -raw_limit, raw_limit);
  race.sum += difference;
  race.squares += difference * difference;
  race.raw_sum += raw;
  race.raw_squares += raw * raw;
}

// The fewest that may accept. So great a gain is significant at once, and that says nothing of how often it is there: a
// patch that is fast in half of its runs shows five fast ones once in 32, eight once in 256. Where it is great in all
// of them, three pairs more cost little. (night_sim, 60 nights, 30 % of the patches split: false keeps G1 14.2 to 5.4
// %, G0.2 7.8 to 3.1 %, SPIKE 11.6 to 3.1 %, at .2 runs an experiment more where no patch is split.)
int least_pairs(const PairRace& race) {
  const PairDesign& design = race.design;
  if (race.wider) return std::max(pairs_when_wider, design.least_pairs);
  const double gain = race.raw_sum / static_cast<double>(race.candidate.size());
  return design.least_pairs + (gain > great * std::sqrt(design.noise.pair_variance) ? more_when_great : 0);
}

// The pairs so far by the champion's variance and their own; by their own alone when they scatter more.
Weighed weigh_pairs(PairRace& race) {
  const PairDesign& design = race.design;
  const double n = static_cast<double>(race.candidate.size());
  const double rest = race.squares - race.sum * race.sum / n;
  race.wider = spread_is_wider(rest, design.noise.pair_variance, n);
  if (!race.wider) return weigh(design, race.sum / n, n, {rest, design.prior_weight});
  if (!design.noise.use_scores) return weigh(design, race.sum / n, n, {rest, 0});
  return weigh(design, race.raw_sum / n, n, {race.raw_squares - race.raw_sum * race.raw_sum / n, 0});
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
  add_pair(race, level, champion_run, candidate_run);
  const Weighed weighed = weigh_pairs(race);
  race.mean = weighed.mean;
  race.degrees = weighed.degrees;
  race.variance = weighed.variance;
  race.evidence.push_back(log_mixture(weighed.z, weighed.information, design_ladder(design.design_effect)));
  const std::vector<double> deviations = deviations_of(race, level);
  race.surprise = spread_surprise(design.noise.shape, deviations);
  race.stretch = {};
  const int pairs = static_cast<int>(race.candidate.size());
  const bool proven = pairs >= least_pairs(race) && race.evidence.back() >= evidence_bar(design.alpha);
  const bool shaped = design.noise.shape.unit > 0;
  if (proven && shaped) race.stretch = test_stretch(design.noise.shape, deviations);
  if (proven && (!shaped || told_from_stretch(race.stretch)) && plain_gain(race) >= design.wanted) {
    race.end = PairEnd::accepted;
  } else if (hopeless(weighed, design.design_effect, design.kill_below) || race.stretch.evidence < stretch_futile ||
             (race.surprise > surprising_spread && mean_is_hopeless(race))) {
    race.end = PairEnd::futile;
  } else if (pairs >= design.most_pairs) {
    race.end = PairEnd::exhausted;
  }
}

double robust_gain(const PairRace& race, double level) {
  if (spread_is_other(race)) return mean_spread(differences_of(race)).mean;
  if (!race.design.noise.use_scores) return median_difference(race);
  std::vector<double> runs = race.candidate;
  return level - median_of(runs);
}

double claimed_gain(const PairRace& race, double level) {
  const double n = static_cast<double>(race.candidate.size());
  double variance = race.variance;
  double mean = race.mean;
  if (spread_is_other(race)) {
    const MeanSpread raw = mean_spread(differences_of(race));
    variance = raw.variance;
    mean = raw.mean;
  }
  const double z2 = mean * mean * n / std::max(variance, 1e-12);
  return robust_gain(race, level) * std::max(0.0, 1 - 1 / std::max(z2, 1.0));
}

double changed_spread(const PairRace& race) {
  const bool narrower = race.surprise < -surprising_spread || race.stretch.stretch < 1;
  if (!race.wider && !narrower && !spread_is_other(race)) return 1;
  return spread_ratio(race.design.noise.shape, race.candidate);
}

}  // namespace hone
