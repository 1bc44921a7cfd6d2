// What stopping long runs early saves and what it loses, on simulated learning curves with a known truth: the table of
// reference/sim/curves.py, with hone's own predictor. `curve_table [nights] [seed]`.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "bench/night_sim/world.hpp"
#include "hone/core/base/random.hpp"
#include "hone/core/measure/foresight.hpp"
#include "hone/core/measure/t_interval.hpp"

namespace {

using namespace hone;
using night_sim::Dice;

constexpr std::size_t looks = 9;              // at a tenth, two tenths .. of the run
using Gains = std::array<double, looks + 1>;  // over the champion's curve, percent; the last is the final one

struct Night {
  std::vector<double> effects;
  std::vector<Gains> seen;
};

// At fraction f: effect (.5 + .5 f) + bloom (1 - f) + noise sd (1 + 1.5 (1 - f)), correlated f with the final noise.
Night make_night(std::size_t count, double noise, double bloom, std::uint64_t seed) {
  const auto rich = std::find_if(night_sim::mixes.begin(), night_sim::mixes.end(),
                                 [](const night_sim::Mix& mix) { return mix.name == "RICH"; });
  Night night{night_sim::draw_effects(*rich, count, seed), {}};
  Dice dice(derive(seed, 1, 0));
  for (const double effect : night.effects) {
    const double last = dice.normal(), late = bloom * dice.normal();
    Gains gains{};
    for (std::size_t k = 0; k < looks; ++k) {
      const double f = static_cast<double>(k + 1) / 10;
      const double shared = f * last + std::sqrt(1 - f * f) * dice.normal();
      gains.at(k) = effect * (.5 + .5 * f) + late * (1 - f) + noise * (1 + 1.5 * (1 - f)) * shared;
    }
    gains.back() = effect + noise * last;
    night.seen.push_back(gains);
  }
  return night;
}

// Where each run is stopped; `looks` = not at all.
using Rule = std::function<std::vector<std::size_t>(const Night&, double noise)>;

std::vector<std::size_t> predictive(const Night& night, double needed, double least) {
  std::vector<std::size_t> ends;
  std::vector<Gains> completed;
  for (const Gains& run : night.seen) {
    std::size_t end = looks;
    for (std::size_t k = 1; k < looks && end == looks && completed.size() >= least_completed; ++k) {
      std::vector<EarlyAndFinal> pairs;
      for (const Gains& one : completed) pairs.push_back({one.at(k), one.back()});
      const auto prediction = fit_prediction(pairs);
      if (prediction && hope(*prediction, run.at(k), needed) < least) end = k;
    }
    if (end == looks) completed.push_back(run);
    ends.push_back(end);
  }
  return ends;
}

// Optuna's and Vizier's: below the median of earlier complete runs, with the best seen so far.
std::vector<std::size_t> below_median(const Night& night) {
  std::vector<std::size_t> ends;
  std::vector<Gains> completed;
  for (const Gains& run : night.seen) {
    std::size_t end = looks;
    for (std::size_t k = 2; k < looks && end == looks && completed.size() >= 5; ++k) {
      std::vector<double> others;
      for (const Gains& one : completed) others.push_back(one.at(k));
      const auto here = run.begin() + static_cast<std::ptrdiff_t>(k + 1);
      if (*std::max_element(run.begin(), here) < median_of(others)) end = k;
    }
    if (end == looks) completed.push_back(run);
    ends.push_back(end);
  }
  return ends;
}

// Li et al. 2018, reduction factor 3, rungs at 20 and 40 %: only the best third of those seen at a rung goes on.
std::vector<std::size_t> halving(const Night& night) {
  std::vector<std::size_t> ends;
  std::array<std::vector<double>, 2> rungs;
  for (const Gains& run : night.seen) {
    std::size_t end = looks;
    for (std::size_t rung = 0; rung < 2 && end == looks; ++rung) {
      const std::size_t k = 1 + 2 * rung;
      std::vector<double>& seen = rungs.at(rung);
      seen.push_back(run.at(k));
      std::vector<double> sorted = seen;
      std::sort(sorted.begin(), sorted.end());
      const double at = 2. / 3 * static_cast<double>(sorted.size() - 1);
      const auto low = static_cast<std::size_t>(at);
      const double rest = at - static_cast<double>(low);
      const double bar = sorted[low] + rest * (sorted[std::min(low + 1, sorted.size() - 1)] - sorted[low]);
      if (seen.size() >= 3 && run.at(k) < bar) end = k;
    }
    ends.push_back(end);
  }
  return ends;
}

struct Tally {
  double saved = 0, runs = 0, lost = 0, good = 0, lost_big = 0, big = 0;
};

// Real gains whose end would have reached 1.25 sd.
void add(Tally& tally, const Night& night, const std::vector<std::size_t>& ends, double noise) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const bool stopped = ends[i] < looks;
    const bool promising = night.seen[i].back() >= 1.25 * noise;
    tally.runs += 1;
    tally.saved += stopped ? 1 - static_cast<double>(ends[i] + 1) / 10 : 0;
    if (promising && night.effects[i] >= .5) {
      tally.good += 1;
      tally.lost += stopped;
    }
    if (promising && night.effects[i] >= 2) {
      tally.big += 1;
      tally.lost_big += stopped;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t nights = argc > 1 ? std::stoull(argv[1]) : 60;
  const std::uint64_t seed = argc > 2 ? std::stoull(argv[2]) : 100;
  const std::vector<std::pair<std::string, Rule>> rules = {
      {"median rule", [](const Night& night, double) { return below_median(night); }},
      {"ASHA, a third", [](const Night& night, double) { return halving(night); }},
      {"predictive, P < .05 of 1.25 sd", [](const Night& n, double sd) { return predictive(n, 1.25 * sd, .05); }},
      {"predictive, P < .02 of 1.25 sd", [](const Night& n, double sd) { return predictive(n, 1.25 * sd, .02); }},
      {"predictive, P < .10 of 1.25 sd", [](const Night& n, double sd) { return predictive(n, 1.25 * sd, .10); }},
      {"hone's, P < .05 of .85 sd", [](const Night& n, double sd) { return predictive(n, .85 * sd, least_hope); }}};
  std::printf("%llu nights of 100 runs a cell, seed %llu\n\n", static_cast<unsigned long long>(nights),
              static_cast<unsigned long long>(seed));
  std::puts(
      "| noise sd % | late bloomers sd % | rule | compute saved % | gains >= .5 % lost % | gains of 2-5 % lost % |");
  std::puts("|---|---|---|---|---|---|");
  for (const double noise : {.3, 1.}) {
    for (const double bloom : {0., 1.5}) {
      for (const auto& [name, rule] : rules) {
        Tally tally;
        for (std::uint64_t i = 0; i < nights; ++i) {
          const Night night = make_night(100, noise, bloom, seed + i);
          add(tally, night, rule(night, noise), noise);
        }
        std::printf("| %.1f | %.1f | %s | %.0f | %.1f | %.1f |\n", noise, bloom, name.c_str(),
                    100 * tally.saved / tally.runs, 100 * tally.lost / tally.good,
                    100 * tally.lost_big / std::max(1., tally.big));
      }
    }
  }
}
