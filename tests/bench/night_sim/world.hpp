// A night with a known truth: noise models and mixes of patches of statistics.md section 1, and some of our own that
// no table was tuned on, seeded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hone/core/base/random.hpp"

namespace night_sim {

enum class Noise {
  gauss_005,
  gauss_02,
  gauss_1,
  gauss_3,
  heavy,
  spike,
  bimodal,
  sticky,
  drift,
  none,
  lognormal,  // exp of a lognormal: right tail without end
  periodic,   // another job every 37 runs, six runs long, 4 % slower; a sine of 1 % over 11 runs
  quantised,  // a timer that ticks in steps of 1 %, noise of .6 %
  trend,      // .5 %, and the machine gets faster by 20 % over the night, ever more quickly
  outlier,    // .5 %, and one run in a hundred takes ten times as long
  fast_tail,  // .5 %, and one run in ten is faster by up to some per cent (a warm cache)
  bursts,     // .4 %, and hours in which the spread is eight times as wide
  shift,      // cv 1 %, and 8 % slower soon after calibration: another job began beside the night
  mixture,    // three kinds of run: 60 % about 0, 30 % slower by 2 %, 10 % by 5 %
  ar_heavy,   // a level that wanders from run to run (AR(1), .9), and HEAVY's right tail on top
  hetero,     // 1 %, and the more has been gained the wider: three times as wide at half the metric
  jumps,      // .5 %, a trend of 10 % over the night, and steps of 3 % every 200 runs
  left,       // HEAVY mirrored: a left tail, mean 0
  coarse,     // a timer that ticks in steps of 3 %, noise of 1 %
  warming,    // .5 %, and 15 % faster over the first hundred runs: a cache fills
  seesaw,     // 1 %, neighbours negatively correlated (MA(1), -.8)
  midnight,   // .5 %, and three times as much from the 700th run on
  two_tails,  // .5 times Student's t with 2 degrees of freedom
  alternate,  // .3 %, and every second run 4 % slower
  ageing,     // .5 %, and .02 % slower run by run
  sawtooth,   // .5 %, .1 % slower run by run, and as in the beginning after 60 runs
  stepping,   // .4 %, and one run in ten moves the level by 2 %, forgotten slowly
  rare_fast,  // .5 %, and one run in fifty is 30 % faster: it ended early
  coin,       // .4 % about two modes 6 % apart, equally likely
  uniform,    // anything within 2 % up or down
  cauchy,     // .2 times Cauchy, no mean at all
  reheat,     // .5 %, and the second of two runs in a row is 2 % slower: the chip is hot
  waking      // .5 %, and the first run after a pause takes 20 % longer
};
inline constexpr std::array<std::string_view, 38> noise_names{
    "G0.05",    "G0.2",     "G1",       "G3",     "HEAVY",   "SPIKE",    "BIMODAL",  "STICKY",   "DRIFT",     "DET",
    "LOGNORM",  "PERIODIC", "QUANT",    "TREND",  "OUTLIER", "FASTTAIL", "BURSTS",   "SHIFT",    "MIXTURE",   "ARHEAVY",
    "HETERO",   "JUMPS",    "LEFT",     "COARSE", "WARMING", "SEESAW",   "MIDNIGHT", "TWOTAILS", "ALTERNATE", "AGEING",
    "SAWTOOTH", "STEPPING", "RAREFAST", "COIN",   "UNIFORM", "CAUCHY",   "REHEAT",   "WAKING"};

// The noise's mean in percent, where it has one that stays: what a patch that scales the noise really costs on average.
[[nodiscard]] double mean_of(Noise);

// What some patches do to the noise of their own runs, besides their gain.
enum class Change {
  scale,  // times a factor
  split,  // sometimes 10 % faster, sometimes 10 % slower
  tail,   // usually 3 % faster, one run in seven 18 % slower: the same on average
  fast,   // usually 3 % slower, one run in seven 18 % faster: the same on average
  skew,   // an exponential tail of 3 % beside the noise, the same on average
  carry,  // its runs hang together: AR(1), .9, sd 1.5 %
  fades,  // 3 % faster at first, and less with every run: a cache that its folder keeps
  cold    // its first run is 5 % slower: nothing is compiled yet in its folder
};
inline constexpr std::array<std::string_view, 8> change_names{"scale", "split", "tail",  "fast",
                                                              "skew",  "carry", "fades", "cold"};

// Standard normal, exponential and their like from hone's own generator, so a seed gives the same night everywhere.
class Dice {
 public:
  explicit Dice(hone::Random random) : random_(random) {}
  [[nodiscard]] double uniform() { return random_.uniform(); }
  [[nodiscard]] double normal();  // Box and Muller 1958
  [[nodiscard]] double exponential();

 private:
  hone::Random random_;
  std::optional<double> spare_;
};

// The machine: every run moves its hidden state on.
class Machine {
 public:
  Machine(Noise kind, Dice dice);
  void pass();                   // time for one run goes by without one
  [[nodiscard]] double noise();  // percent, of one run
  [[nodiscard]] double uniform() { return dice_.uniform(); }

 private:
  void move_on();

  Noise kind_;
  Dice dice_;
  double wander_ = 0, step_ = 0, slow_ = 0, age_ = 0;
  double before_ = 0;  // what the last run had of its own
  double runs_ = 0, since_pause_ = 0;
};

// Shares of null, mildly harmful (Exp .5 %), very harmful (1 + Exp 5 %), tiny (.02-.3 %) and real (.5-5 %) patches.
struct Mix {
  std::string_view name;
  std::array<double, 5> shares;
  double real = 1;  // times the real gains
};
inline constexpr std::array<Mix, 11> mixes{{{"R", {.35, .20, .20, .20, .05}},
                                            {"DRY", {.54, .20, .20, .05, .01}},
                                            {"RICH", {.25, .15, .20, .25, .15}},
                                            {"NULL", {1, 0, 0, 0, 0}},
                                            {"DEAD", {.55, .25, .20, 0, 0}},
                                            {"HARM", {.05, .60, .33, .01, .01}},
                                            {"TINY", {.10, .30, .10, .50, 0}},
                                            {"BIG", {.60, .10, .25, 0, .05}},
                                            {"HUGE", {.02, .32, .65, 0, .01}, 12},
                                            {"DUST", {.02, .08, 0, .90, 0}},
                                            {"FEW", {.10, .70, .195, 0, .005}}}};

// True gains in percent, > 0 better.
[[nodiscard]] std::vector<double> draw_effects(const Mix&, std::size_t count, std::uint64_t seed);

}  // namespace night_sim
