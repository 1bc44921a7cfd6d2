#include "hone/core/measure/single_race.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "hone/core/measure/log_mixture.hpp"
#include "hone/core/measure/t_interval.hpp"
#include "hone/core/measure/t_to_normal.hpp"

namespace hone {
namespace {

constexpr double share_of_false_rate = 0.3;
constexpr double design_in_sd = 2;        // kE
constexpr double smallest_design = 0.3;   // dfl, percent
constexpr double hopeful = 0.5;           // -aE: log ratio below which a race is given up
constexpr double slack = 0.5;             // cf: takes back the finite horizon of Ville's bound, as the gate's .4 does
constexpr double drift = 0.002;           // of the run variance, per time unit
constexpr double surprise = 0.02;         // of the champion's runs under the prior, beyond which it is not believed
constexpr double surprise_at_keep = 0.1;  // and of these with the candidate's own scatter
constexpr double vague = 1e8;             // run variances: nothing is known of the gain before the first run
constexpr double least_variance = 1e-12;
constexpr std::size_t least_candidate_runs = 3;

double design_of(const SingleRace& race) {
  return std::max({smallest_design, design_in_sd * std::sqrt(race.run_variance), race.rule.wanted});
}

// A prior below what the champion's runs show would promise a precision that is not there. Believed at a third of the
// truth it kept .83 patches without effect a night, so asked .36 (night_sim, G3, 1,000 nights); where it is right, as
// much as before.
double weight_of_prior(const ChampionBelief& belief, const SingleRule& rule) {
  if (rule.prior <= 0) return 0;
  if (belief.degrees < 1) return rule.prior_weight;
  const boost::math::chi_squared runs(belief.degrees);
  const bool contradicted = belief.squares / (rule.prior * rule.prior) > quantile(runs, 1 - surprise);
  return contradicted ? 0 : rule.prior_weight;
}

double degrees_of(const ChampionBelief& belief, const SingleRule& rule) {
  return std::max(belief.degrees + weight_of_prior(belief, rule), 1.0);
}

// One step of the filter: a champion's run shows b, a candidate's b - e.
void observe(SingleRace& race, Role role, double run) {
  const double h = role == Role::candidate ? -1 : 0;
  race.level_variance += drift * race.run_variance;
  const double error = run - (race.belief.level + h * race.gain);
  if (role != Role::candidate) {  // refines the noise as well
    race.belief.squares += error * error * race.run_variance / (race.level_variance + race.run_variance);
    race.belief.degrees += 1;
  }
  const double level_gain = race.level_variance + h * race.covariance;
  const double gain_gain = race.covariance + h * race.gain_variance;
  const double total = level_gain + h * gain_gain + race.run_variance;
  race.belief.level += level_gain / total * error;
  race.gain += gain_gain / total * error;
  race.level_variance -= level_gain * level_gain / total;
  race.covariance -= level_gain * gain_gain / total;
  race.gain_variance -= gain_gain * gain_gain / total;
}

// A keep is where a prior that is too small does its harm, and where there is one more witness: how much the runs of
// this candidate scatter. With the champion's they must not contradict the prior at one chance in ten. Together with
// the third run that a keep now needs: .36 -> .073 false keeps a night where the prior is a third of the truth, and
// where it is right .025 -> .015 false and 4.4 -> 4.2 % progress (night_sim, 1,000 nights each).
bool contradicts_prior(const SingleRace& race) {
  const double degrees = static_cast<double>(race.candidate.size()) - 1;
  if (race.rule.prior <= 0 || race.rule.prior_weight <= 0 || degrees < 1) return false;
  const double squares = race.belief.squares + mean_spread(race.candidate).variance * degrees;
  const boost::math::chi_squared all(race.belief.degrees + degrees);
  return squares / (race.rule.prior * race.rule.prior) > quantile(all, 1 - surprise_at_keep);
}

// One wild run does not carry a keep: none may fall short of half the gain by more than a standard deviation.
bool runs_agree(const SingleRace& race) {
  if (race.candidate.size() < least_candidate_runs || contradicts_prior(race)) return false;
  const double worst = race.belief.level - *std::max_element(race.candidate.begin(), race.candidate.end());
  return worst >= race.gain / 2 - std::sqrt(race.run_variance);
}

}  // namespace

ChampionBelief believe(std::span<const double> calibration) {
  const MeanSpread spread = mean_spread(calibration);
  const auto n = static_cast<double>(calibration.size());
  return {spread.mean, 1 / n, spread.variance * (n - 1), n - 1};
}

double single_alpha(const AcceptSpec& spec) {
  return share_of_false_rate * spec.false_rate;
}

double run_variance(const ChampionBelief& belief, const SingleRule& rule) {
  const double weight = weight_of_prior(belief, rule);
  return std::max((belief.squares + weight * rule.prior * rule.prior) / degrees_of(belief, rule), least_variance);
}

SingleRace open_single(const ChampionBelief& belief, const SingleRule& rule, double elapsed) {
  SingleRace race;
  race.belief = belief;
  race.rule = rule;
  race.run_variance = run_variance(belief, rule);
  race.degrees = degrees_of(belief, rule);
  race.level_variance = (belief.share + drift * elapsed) * race.run_variance;
  race.gain_variance = vague * race.run_variance;
  return race;
}

Role next_single_run(const SingleRace& race) {
  if (race.candidate.empty()) return Role::candidate;
  // By how much each would shrink the variance of the gain.
  const double cross = race.covariance - race.gain_variance;
  const double by_candidate =
      cross * cross / (race.level_variance - 2 * race.covariance + race.gain_variance + race.run_variance);
  const double by_champion = race.covariance * race.covariance / (race.level_variance + race.run_variance);
  return by_candidate >= by_champion ? Role::candidate : Role::champion;
}

void fold_single(SingleRace& race, Role role, double run) {
  observe(race, role, run);
  (role == Role::candidate ? race.candidate : race.champion).push_back(run);
  const double information = 1 / race.gain_variance;
  race.z = race.gain * std::sqrt(information);
  const double score = t_to_normal(race.z, race.degrees) * std::sqrt(information);
  const double design = design_of(race);
  race.evidence.push_back(log_mixture(score, information, design_ladder(design)));
  const bool proven = race.evidence.back() >= single_bar(race.rule) && race.gain > 0 && race.gain >= race.rule.wanted;
  const bool all = race.evidence.size() >= single_runs_most;
  if (proven && runs_agree(race)) {
    race.end = SingleEnd::accepted;
  } else if (all || design * score - design * design * information / 2 < hopeful) {
    race.end = SingleEnd::dropped;
  }
}

double least_single_gain(const SingleRace& race) {
  double low = -100 * design_of(race), high = 100 * design_of(race);
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    SingleRace tried = race;
    fold_single(tried, Role::candidate, race.belief.level - middle);
    (tried.end == SingleEnd::dropped ? low : high) = middle;
  }
  return high;
}

double single_bar(const SingleRule& rule) {
  return std::log(slack / rule.alpha);
}

// Solves d + phi(d - c) / Phi(d - c) = z. Near the bar that has no lower bound: a quarter of what was seen stays.
double corrected_gain(const SingleRace& race) {
  const double bar = std::sqrt(2 * std::max(single_bar(race.rule), 0.0));
  const boost::math::normal normal;
  double d = race.z;
  for (int i = 0; i < 40; ++i) {
    const double u = std::clamp(d - bar, -30.0, 30.0);
    d -= 0.5 * (d + boost::math::pdf(normal, u) / std::max(boost::math::cdf(normal, u), 1e-9) - race.z);
  }
  return std::clamp(d, race.z / 4, race.z) * std::sqrt(race.gain_variance);
}

ChampionBelief belief_after(const SingleRace& race, bool kept) {
  ChampionBelief belief = race.belief;
  belief.share = race.level_variance / race.run_variance;
  if (!kept) return belief;
  belief.level -= corrected_gain(race);
  const double difference = race.level_variance + race.gain_variance - 2 * race.covariance;
  belief.share = 1.5 * std::max(difference / race.run_variance, 0.5);
  return belief;
}

}  // namespace hone
