// Nights of 700 experiments with known true effects, judged by hone's own acceptance rules. Prints the tables of
// statistics.md sections 3 and 7; tests/bench/README.md keeps the results.
//   night_sim --rule gate --noise G1,DRIFT --mix R --nights 200 --tier balanced --seed 1
//   night_sim --mode expensive --noise G1 --prior .01 --runs 96 --c0 0     a very expensive metric: a night of 96 runs
//   night_sim --noise G1 --plant FILE     the gains (percent) in FILE, tried in this order: what is kept of each
//   night_sim --noise G1 --dump N         the noise of N runs, percent
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "bench/night_sim/play.hpp"
#include "hone/core/base/text.hpp"

using namespace night_sim;

namespace {

struct Options {
  std::map<std::string, std::string, std::less<>> values{
      {"rule", "gate"},      {"noise", "all"},       {"mix", "R"},        {"nights", "100"}, {"tier", "balanced"},
      {"seed", "1"},         {"experiments", "700"}, {"triple", "0"},     {"alpha", "0"},    {"c0", ""},
      {"equal-cost", "0"},   {"q", "0.1"},           {"min-effect", "0"}, {"pairs", "5"},    {"margin", "0.01"},
      {"factor", "3"},       {"runs", "0"},          {"plant", ""},       {"dump", "0"},     {"change", "scale"},
      {"shape", "positive"}, {"heading", "1"},       {"mode", "auto"},    {"prior", "0"}};
  [[nodiscard]] double number(std::string_view name) const { return std::atof(values.find(name)->second.c_str()); }
  [[nodiscard]] const std::string& text(std::string_view name) const { return values.find(name)->second; }
};

std::vector<std::string> chosen(const std::string& list, std::vector<std::string> all,
                                std::vector<std::string> strange = {}) {
  if (list == "all") return all;
  if (list == "strange" || list == "odd") return strange;
  std::vector<std::string> names;
  for (const std::string_view name : hone::split(list, ',')) names.emplace_back(name);
  return names;
}

template <class Kind, std::size_t count>
Kind kind_named(const std::array<std::string_view, count>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Kind>(found - names.begin());
  fmt::print(stderr, "nothing is called {}\n", name);
  std::exit(2);
}

Mix mix_named(std::string_view name) {
  for (const Mix& mix : mixes) {
    if (mix.name == name) return mix;
  }
  fmt::print(stderr, "no mix is called {}\n", name);
  std::exit(2);
}

double cost_ratio_of(const Options& options) {
  if (!options.text("c0").empty()) return options.number("c0");
  const std::string& tier = options.text("tier");
  return tier == "expensive" ? .2 : tier == "cheap" ? 30 : 3;
}

Setting setting_for(const Options& options, const std::string& rule, const std::string& noise, const std::string& mix) {
  Setting setting;
  setting.accept.rule = rule == "greedy"   ? hone::AcceptRule::greedy
                        : rule == "margin" ? hone::AcceptRule::margin
                                           : hone::AcceptRule::gate;
  setting.accept.false_rate = options.number("q");
  setting.accept.pairs = static_cast<std::int64_t>(options.number("pairs"));
  setting.accept.margin = options.number("margin");
  if (options.number("min-effect") > 0) setting.accept.min_effect = options.number("min-effect");
  setting.noise = kind_named<Noise>(noise_names, noise);
  setting.mix = mix_named(mix);
  setting.cost_ratio = cost_ratio_of(options);
  setting.experiments = static_cast<std::size_t>(options.number("experiments"));
  if (options.number("equal-cost") > 0) {
    setting.budget = 700 * (1 + setting.cost_ratio);
    setting.experiments = 8000;
  }
  if (options.text("mode") == "expensive") setting.accept.mode = hone::MetricMode::expensive;
  if (options.number("prior") > 0) setting.accept.noise_prior = options.number("prior");
  setting.triple_share = options.number("triple");
  if (options.number("runs") > 0) setting.budget = options.number("runs");
  setting.triple_factor = options.number("factor");
  setting.change = kind_named<Change>(change_names, options.text("change"));
  setting.shape = kind_named<Shape>(shape_names, options.text("shape"));
  if (options.number("alpha") > 0) setting.alpha = options.number("alpha");
  return setting;
}

void print_cell(const std::string& label, const Setting& setting, const Options& options) {
  const auto nights = static_cast<std::uint64_t>(options.number("nights"));
  const auto seed = static_cast<std::uint64_t>(options.number("seed"));
  Night sum;
  double squares = 0, share = 0;
  std::vector<double> progress, headlines;  // headlines: truth over what the final word says
  for (std::uint64_t i = 0; i < nights; ++i) {
    const Night night = play(setting, hone::derive(seed, i).next());
    sum.experiments += night.experiments;
    sum.runs += night.runs;
    sum.commits += night.commits;
    sum.false_commits += night.false_commits;
    sum.false_by_mean += night.false_by_mean;
    sum.progress += night.progress;
    sum.claimed += night.claimed;
    sum.tests += night.tests;
    for (std::size_t k = 0; k < classes; ++k) {
      sum.tried[k] += night.tried[k];
      sum.kept[k] += night.kept[k];
    }
    squares += night.progress * night.progress;
    share += night.false_commits / std::max(1.0, night.commits);
    progress.push_back(night.progress);
    if (night.commits > 0) headlines.push_back(night.progress / night.headline);
  }
  const double n = static_cast<double>(nights);
  std::sort(progress.begin(), progress.end());
  std::sort(headlines.begin(), headlines.end());
  const double mean = sum.progress / n;
  const double error = std::sqrt(std::max(0.0, squares / n - mean * mean) / n);
  const auto power = [&](std::size_t k) { return 100 * sum.kept[k] / std::max(1.0, sum.tried[k]); };
  fmt::print(
      "| {} | {:.2f} | {:.1f} | {:.3f} | {:.1f} | {:.1f} ± {:.1f} | {:.1f} | {:.1f} | {:.2f} / {:.1f} / {:.0f} / "
      "{:.0f} / {:.0f} | {} |",
      label, sum.runs / sum.experiments, sum.commits / n, sum.false_commits / n, 100 * share / n, mean, error,
      progress[nights / 20], sum.claimed / n, power(1), power(2), power(3), power(4), power(5),
      headlines.empty() ? "-" : fmt::format("{:.3f}", headlines[headlines.size() / 20]));
  if (setting.triple_share > 0) fmt::print(" {:.3f} |", sum.false_by_mean / n);
  if (setting.alpha)
    fmt::print(" {:.2f} (n={:.0f}) |", sum.kept[1] / std::max(1.0, sum.tests) / *setting.alpha, sum.kept[1]);
  fmt::print("\n");
  std::fflush(stdout);
}

// For nights with the real binary (power_night): one line a run, of equal length, so that line n is found by seeking.
void dump_noise(Noise noise, std::uint64_t seed, std::size_t count) {
  Machine machine(noise, Dice(hone::derive(seed, 0x4)));
  for (std::size_t i = 0; i < count; ++i) fmt::print("{:+15.9f}\n", machine.noise());
}

std::vector<double> read_gains(const std::string& path) {
  std::ifstream file(path);
  std::vector<double> gains;
  for (double gain = 0; file >> gain;) gains.push_back(gain);
  if (gains.empty()) fmt::print(stderr, "no gains in {}\n", path);
  return gains;
}

// What the gate keeps of each planted gain: the prediction that power_night is compared with.
void print_planted(const Setting& setting, const Options& options) {
  const auto nights = static_cast<std::uint64_t>(options.number("nights"));
  std::map<double, std::pair<double, double>> trials;  // gain -> tried, kept
  double runs = 0;
  for (std::uint64_t i = 0; i < nights; ++i) {
    const Night night = play(setting, hone::derive(static_cast<std::uint64_t>(options.number("seed")), i).next());
    for (const double gain : setting.planted) trials[gain].first += 1;
    for (const double gain : night.kept_gains) trials[gain].second += 1;
    runs += night.runs / night.experiments;
  }
  fmt::print("runs {:.3f}\n", runs / static_cast<double>(nights));
  for (const auto& [gain, trial] : trials) fmt::print("gain {} tried {} kept {}\n", gain, trial.first, trial.second);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = std::string(argv[i]).substr(0, 2) == "--" ? std::string(argv[i] + 2) : argv[i];
    if (!options.values.contains(name)) {
      fmt::print(stderr, "no option is called {}\n", argv[i]);
      return 2;
    }
    options.values[name] = argv[i + 1];
  }
  if (const auto count = static_cast<std::size_t>(options.number("dump")); count > 0) {
    dump_noise(kind_named<Noise>(noise_names, options.text("noise")),
               static_cast<std::uint64_t>(options.number("seed")), count);
    return 0;
  }
  if (!options.text("plant").empty()) {
    Setting setting = setting_for(options, options.text("rule"), options.text("noise"), "R");
    setting.planted = read_gains(options.text("plant"));
    if (setting.planted.empty()) return 2;
    print_planted(setting, options);
    return 0;
  }
  if (options.number("heading") > 0)
    fmt::print(
        "| rule tier mix noise | runs/exp | commits | false | false % | progress | 5 % night | claimed | "
        "kept % null / tiny / .4-1 / 1-2 / 2-5 | headline 5 % |{}\n|---|---|---|---|---|---|---|---|---|---|{}\n",
        options.number("alpha") > 0 ? " type-I / alpha |" : "", options.number("alpha") > 0 ? "---|" : "");
  const std::vector<std::string> strange{"LOGNORM", "PERIODIC", "QUANT",   "TREND",  "OUTLIER", "FASTTAIL", "BURSTS",
                                         "SHIFT",   "MIXTURE",  "ARHEAVY", "HETERO", "JUMPS",   "LEFT",     "COARSE"};
  const std::vector<std::string> odd{"WARMING",  "SEESAW",   "MIDNIGHT", "TWOTAILS", "ALTERNATE", "AGEING", "SAWTOOTH",
                                     "STEPPING", "RAREFAST", "COIN",     "UNIFORM",  "CAUCHY",    "REHEAT", "WAKING"};
  const std::vector<std::string> noises{"G0.05", "G0.2", "G1", "G3", "HEAVY", "SPIKE", "BIMODAL", "STICKY", "DRIFT"};
  for (const std::string& rule : chosen(options.text("rule"), {"gate", "margin", "greedy"})) {
    for (const std::string& mix : chosen(options.text("mix"), {"R", "DRY", "RICH", "NULL", "DEAD"})) {
      for (const std::string& noise :
           chosen(options.text("noise"), noises, options.text("noise") == "odd" ? odd : strange)) {
        // A very expensive metric has no tier.
        const std::string kind = options.text("mode") == "expensive" ? "single-race" : options.text("tier");
        print_cell(fmt::format("{} {} {} {}", rule, kind, mix, noise), setting_for(options, rule, noise, mix), options);
      }
    }
  }
}
