#include "hone/core/config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hone/core/base/text.hpp"
#include "hone/core/config/values.hpp"
#include "hone/core/guard/guard.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/core/guard/suspicion.hpp"
#include "hone/core/sandbox/settings.hpp"

namespace hone {
namespace {

using Values = std::vector<std::string>;

Values one(std::string text) {
  return text.empty() ? Values{} : Values{std::move(text)};
}

// Rows that only copy a text.
template <std::string RunSpec::*member>
Done set_text(RunSpec& spec, std::string_view value) {
  spec.*member = value;
  return {};
}
template <std::string RunSpec::*member>
Values get_text(const RunSpec& spec) {
  return one(spec.*member);
}
template <std::vector<std::string> RunSpec::*member>
Done add_text(RunSpec& spec, std::string_view value) {
  if (trim(value).empty()) return fail(Reaction::fix_input, "an empty path");
  (spec.*member).emplace_back(value);
  return {};
}
template <std::vector<std::string> RunSpec::*member>
Values get_texts(const RunSpec& spec) {
  return spec.*member;
}

template <class Enum>
struct Word {
  std::string_view name;
  Enum value;
};
template <class Enum, std::size_t N>
Done choose(Enum& where, std::string_view value, const std::array<Word<Enum>, N>& words) {
  std::string all;
  for (const auto& word : words) {
    if (word.name == value) {
      where = word.value;
      return {};
    }
    all += fmt::format("{}{}", all.empty() ? "" : ", ", word.name);
  }
  return fail(Reaction::fix_input, fmt::format("'{}' is none of {}", value, all));
}
template <class Enum, std::size_t N>
Values spell(Enum value, const std::array<Word<Enum>, N>& words) {
  for (const auto& word : words) {
    if (word.value == value) return {std::string(word.name)};
  }
  return {};
}

constexpr std::array<Word<Direction>, 2> goals = {{{"min", Direction::minimise}, {"max", Direction::maximise}}};
constexpr std::array<Word<Measure>, 5> measures = {{{"stdout", Measure::printed},
                                                    {"wall", Measure::wall},
                                                    {"cpu", Measure::cpu},
                                                    {"instructions", Measure::instructions},
                                                    {"peak-memory", Measure::peak_memory}}};
constexpr std::array<Word<AcceptRule>, 3> rules = {
    {{"gate", AcceptRule::gate}, {"margin", AcceptRule::margin}, {"greedy", AcceptRule::greedy}}};
constexpr std::array<Word<MetricMode>, 4> modes = {{{"auto", MetricMode::automatic},
                                                    {"noisy", MetricMode::noisy},
                                                    {"deterministic", MetricMode::deterministic},
                                                    {"expensive", MetricMode::expensive}}};
constexpr std::array<Word<bool>, 2> early_stops = {{{"auto", true}, {"off", false}}};
constexpr std::array<Word<bool>, 2> ties = {{{"reject", false}, {"smaller", true}}};
constexpr std::array<Word<SandboxLevel>, 3> levels = {
    {{"auto", SandboxLevel::automatic}, {"bwrap", SandboxLevel::bwrap}, {"none", SandboxLevel::none}}};

Result<std::int64_t> count_within(std::string_view value, std::int64_t least, std::int64_t most) {
  const std::int64_t count = HONE_TRY(parse_count(value));
  if (count < least || count > most) {
    return fail(Reaction::fix_input, fmt::format("{} is not between {} and {}", count, least, most));
  }
  return count;
}

Values spell_count(const std::optional<std::int64_t>& count) {
  return count ? Values{fmt::format("{}", *count)} : Values{};
}

std::string spell_dollars(MicroDollars amount) {
  return fmt::format("{}", static_cast<double>(amount.value) / 1e6);
}

// Commands run what a model wrote: a name that says it is a key does not reach them, whoever asks.
Done add_variable(RunSpec& spec, std::string_view name) {
  std::string upper(name);
  for (char& letter : upper) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  if (upper.empty() || upper.find('=') != std::string::npos || upper.starts_with("HONE_")) {
    return fail(Reaction::fix_input, fmt::format("'{}' is not the name of a variable that can be passed", name));
  }
  for (const std::string_view word : split(upper, '_')) {
    const bool secret = word.ends_with("KEY") || word.ends_with("KEYS") || word.ends_with("SECRET") ||
                        word.ends_with("TOKEN") || word.find("PASSW") != std::string_view::npos ||
                        word.starts_with("CREDENTIAL");
    if (!secret) continue;
    return fail(Reaction::fix_input,
                fmt::format("{} looks like the name of a key, and commands run code that a model wrote; pass what they "
                            "need under another name, or put it into a file named by --set sandbox.read",
                            name));
  }
  spec.pass_env.emplace_back(name);
  return {};
}

Done set_plausibility(RunSpec& spec, const std::string& name, std::string_view value) {
  HONE_TRY_VOID(parse_plausible({{name, std::string(value)}}));
  spec.extra[name] = value;
  return {};
}

Done set_odd_code(RunSpec& spec, std::string_view value) {
  HONE_TRY_VOID(parse_odd_code({{std::string(odd_code_setting), std::string(value)}}));
  spec.extra[std::string(odd_code_setting)] = value;
  return {};
}

Values spell_guards(const RunSpec& spec) {
  Values values;
  for (const GuardSpec& guard : spec.guards) values.push_back(guard.text);
  return values;
}
Values spell_backends(const RunSpec& spec) {
  Values values;
  for (const BackendSpec& backend : spec.backends) values.push_back(spell_backend(backend));
  return values;
}

// The rows. Order is the order of the help and of configs/default.toml.
const std::array table = {
    Key{"target", "GLOB", "a file a patch may change (also the bare arguments)", KeyGroup::task, true, false,
        add_text<&RunSpec::targets>, get_texts<&RunSpec::targets>},
    Key{"metric", "CMD", "shell command; what it prints or how long it takes is the score", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.metric.command = v; return {}; },
        [](const RunSpec& s) { return one(s.metric.command); }},
    Key{"goal", "min|max", "which way is better", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) { return choose(s.metric.goal, v, goals); },
        [](const RunSpec& s) { return spell(s.metric.goal, goals); }},
    Key{"match", "REGEX", "where the number is in the output: the first capture group", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.metric.match = v; return {}; },
        [](const RunSpec& s) { return one(s.metric.match); }},
    Key{"match-last", "", "of several matches the last one counts", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.metric.match_last = HONE_TRY(parse_switch(v)); return {}; },
        [](const RunSpec& s) { return Values{s.metric.match_last ? "true" : "false"}; }},
    Key{"metric-name", "NAME", "which printed metric is the score (default: the first)", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.metric.name = v; return {}; },
        [](const RunSpec& s) { return one(s.metric.name); }},
    Key{"measure", "stdout|wall|cpu|instructions|peak-memory", "what the score is: a printed number, or what hone measures", KeyGroup::task, false, false,
        [](RunSpec& s, std::string_view v) { return choose(s.metric.measure, v, measures); },
        [](const RunSpec& s) { return spell(s.metric.measure, measures); }},
    Key{"build", "CMD", "run once per candidate before any timing", KeyGroup::task, false, false,
        set_text<&RunSpec::build>, get_text<&RunSpec::build>},
    Key{"check", "CMD", "run once per candidate; must exit 0", KeyGroup::task, false, false,
        set_text<&RunSpec::check>, get_text<&RunSpec::check>},
    Key{"guard", "'NAME<=+5%'", "a second metric, or p95, worst, worse(NAME) of its cases, that must not get worse against the baseline", KeyGroup::task,
        true, false,
        [](RunSpec& s, std::string_view v) -> Done { s.guards.push_back(HONE_TRY(parse_guard(v))); return {}; }, spell_guards},
    Key{"holdout", "CMD", "measured only on would-be keeps, never shown to the model", KeyGroup::task, false, false,
        set_text<&RunSpec::holdout>, get_text<&RunSpec::holdout>},
    Key{"carry", "PATH", "an ignored input (data, node_modules) linked into every worktree", KeyGroup::task, true, false,
        add_text<&RunSpec::carry>, get_texts<&RunSpec::carry>},

    Key{"budget", "8h", "total time of the run", KeyGroup::limits, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.budget = HONE_TRY(parse_duration(v)); return {}; },
        [](const RunSpec& s) { return Values{spell_duration(s.limits.budget)}; }},
    Key{"timeout", "10m", "one metric, build or check command; its whole process tree dies at the limit", KeyGroup::limits,
        false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.timeout = HONE_TRY(parse_duration(v)); return {}; },
        [](const RunSpec& s) { return Values{spell_duration(s.limits.timeout)}; }},
    Key{"max-experiments", "N", "end after N experiments", KeyGroup::limits, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.max_experiments = HONE_TRY(count_within(v, 1, 100'000'000)); return {}; },
        [](const RunSpec& s) { return spell_count(s.limits.max_experiments); }},
    Key{"max-cost", "USD", "end before more than this is spent; needs known prices", KeyGroup::limits, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.max_cost = HONE_TRY(parse_dollars(v)); return {}; },
        [](const RunSpec& s) { return s.limits.max_cost ? Values{spell_dollars(*s.limits.max_cost)} : Values{}; }},
    Key{"max-tokens", "N", "end after N tokens, in and out", KeyGroup::limits, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.max_tokens = Tokens{HONE_TRY(parse_count(v))}; return {}; },
        [](const RunSpec& s) { return s.limits.max_tokens ? Values{fmt::format("{}", s.limits.max_tokens->value)} : Values{}; }},
    Key{"max-no-gain", "N", "end after N experiments in a row without a keep", KeyGroup::limits, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.limits.max_no_gain = HONE_TRY(count_within(v, 1, 100'000'000)); return {}; },
        [](const RunSpec& s) { return spell_count(s.limits.max_no_gain); }},

    Key{"backend", "SPEC", "mutate, openai:M, anthropic:M, gemini:M, command:CMD, agent:NAME, replay:RUN; openai*3:M is asked three times as often", KeyGroup::models,
        true, false,
        [](RunSpec& s, std::string_view v) -> Done { s.backends.push_back(HONE_TRY(parse_backend(v))); return {}; },
        spell_backends},
    Key{"base-url", "URL", "endpoint of a compatible server, for the backends that talk HTTP", KeyGroup::models, false, true,
        [](RunSpec& s, std::string_view v) -> Done { s.extra["base-url"] = v; return {}; },
        [](const RunSpec& s) { return s.extra.contains("base-url") ? one(s.extra.at("base-url")) : Values{}; }},
    Key{"prices", "FILE", "price table (litellm's JSON or CSV) instead of the one shipped", KeyGroup::models, false, true,
        [](RunSpec& s, std::string_view v) -> Done { s.extra["prices"] = v; return {}; },
        [](const RunSpec& s) { return s.extra.contains("prices") ? one(s.extra.at("prices")) : Values{}; }},
    Key{"context", "GLOB", "read-only files shown to the model", KeyGroup::models, true, false,
        add_text<&RunSpec::context>, get_texts<&RunSpec::context>},
    Key{"instructions", "FILE", "a program.md shown to the model", KeyGroup::models, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.extra["instructions"] = v; return {}; },
        [](const RunSpec& s) { return s.extra.contains("instructions") ? one(s.extra.at("instructions")) : Values{}; }},
    Key{"repair", "N", "follow-ups that a malformed or failing reply may get", KeyGroup::models, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.repairs = HONE_TRY(count_within(v, 0, 10)); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.repairs)}; }},
    Key{"proposers", "N", "model requests in flight", KeyGroup::models, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.proposers = static_cast<std::uint32_t>(HONE_TRY(count_within(v, 1, 64))); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.proposers)}; }},

    Key{"accept", "gate|margin|greedy", "sequential test, fixed pairs, or a bare comparison", KeyGroup::deciding, false,
        false, [](RunSpec& s, std::string_view v) { return choose(s.accept.rule, v, rules); },
        [](const RunSpec& s) { return spell(s.accept.rule, rules); }},
    Key{"min-effect", "0.5%", "smaller true gains are not wanted", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.accept.min_effect = HONE_TRY(parse_share(v)); return {}; },
        [](const RunSpec& s) { return s.accept.min_effect ? Values{spell_share(*s.accept.min_effect)} : Values{}; }},
    Key{"pairs", "N", "margin: interleaved pairs an experiment", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.accept.pairs = HONE_TRY(count_within(v, 1, 1000)); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.accept.pairs)}; }},
    Key{"margin", "1%", "margin: the mean gain of the pairs must exceed this", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.accept.margin = HONE_TRY(parse_share(v)); return {}; },
        [](const RunSpec& s) { return Values{spell_share(s.accept.margin)}; }},
    Key{"false-rate", "10%", "gate: share of keeps that may be false", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.accept.false_rate = HONE_TRY(parse_share(v)); return {}; },
        [](const RunSpec& s) { return Values{spell_share(s.accept.false_rate)}; }},
    Key{"metric-mode", "auto|noisy|deterministic|expensive", "gate: what kind of number the metric gives", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) { return choose(s.accept.mode, v, modes); },
        [](const RunSpec& s) { return spell(s.accept.mode, modes); }},
    Key{"noise-prior", "1%", "gate: spread of one run, when a night affords too few runs to measure it", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.accept.noise_prior = HONE_TRY(parse_share(v)); return {}; },
        [](const RunSpec& s) { return s.accept.noise_prior ? Values{spell_share(*s.accept.noise_prior)} : Values{}; }},
    Key{"ties", "reject|smaller", "gate: an exact tie is no gain, or one if the code got shorter", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) { return choose(s.accept.smaller_wins_tie, v, ties); },
        [](const RunSpec& s) { return spell(s.accept.smaller_wins_tie, ties); }},
    Key{"early-stop", "auto|off", "gate: end a run that prints METRIC step=N lines when its end is hopeless", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) { return choose(s.accept.early_stop, v, early_stops); },
        [](const RunSpec& s) { return spell(s.accept.early_stop, early_stops); }},
    Key{"plausible", "10", "a gain of more than this factor in one step is kept for a person; 0 = none is", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) { return set_plausibility(s, "guard.plausible", v); },
        [](const RunSpec& s) { return s.extra.contains("guard.plausible") ? one(s.extra.at("guard.plausible")) : Values{"10"}; }},
    Key{"floor", "VALUE", "no true value of the metric can be better than this; what is, is kept for a person", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) { return set_plausibility(s, "guard.floor", v); },
        [](const RunSpec& s) { return s.extra.contains("guard.floor") ? one(s.extra.at("guard.floor")) : Values{}; }},
    Key{"odd-code", "suspect|allow", "a patch that starts programs or meddles with its process is kept for a person, or like any other", KeyGroup::deciding, false, true,
        [](RunSpec& s, std::string_view v) { return set_odd_code(s, v); },
        [](const RunSpec& s) { return one(s.extra.contains("guard.odd-code") ? s.extra.at("guard.odd-code") : "suspect"); }},
    Key{"final-pairs", "N", "pairs of the final re-measurement; 0 = none", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.final_pairs = HONE_TRY(count_within(v, 0, 1000)); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.final_pairs)}; }},
    Key{"canary", "N", "experiments between two planted checks of the evaluator; 0 = none", KeyGroup::deciding, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.canary = HONE_TRY(count_within(v, 0, 100'000'000)); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.canary)}; }},
    Key{"sensitivity", "CMD", "edits the targets so that the metric gets worse, which doctor and canaries must see", KeyGroup::deciding, false, false,
        set_text<&RunSpec::sensitivity>, get_text<&RunSpec::sensitivity>},

    Key{"slots", "N", "timed places: commands measured at the same time, each on its own CPUs", KeyGroup::running, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.slots = static_cast<std::uint32_t>(HONE_TRY(count_within(v, 1, 64))); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.slots)}; }},
    Key{"sandbox", "auto|bwrap|none", "auto: proves that bwrap works, or stops", KeyGroup::running, false, true,
        [](RunSpec& s, std::string_view v) { return choose(s.sandbox, v, levels); },
        [](const RunSpec& s) { return spell(s.sandbox, levels); }},
    Key{"loopback", "", "commands may use network sockets, on a loopback of each run's own", KeyGroup::running, false, true,
        [](RunSpec& s, std::string_view v) -> Done { s.extra["sandbox.loopback"] = HONE_TRY(parse_switch(v)) ? "true" : "false"; return {}; },
        [](const RunSpec& s) { return Values{s.extra.contains("sandbox.loopback") ? s.extra.at("sandbox.loopback") : "false"}; }},
    Key{"memory", "SIZE", "the most memory that a command and all it starts may take, such as 8G; without control groups each process (address space)", KeyGroup::running, false, true,
        [](RunSpec& s, std::string_view v) -> Done { HONE_TRY_VOID(parse_sandbox({{"sandbox.memory", std::string(v)}})); s.extra["sandbox.memory"] = v; return {}; },
        [](const RunSpec& s) { return s.extra.contains("sandbox.memory") ? one(s.extra.at("sandbox.memory")) : Values{}; }},
    Key{"gpu", "", "commands may use the GPUs; checked inside the sandbox before the run", KeyGroup::running, false, true,
        [](RunSpec& s, std::string_view v) -> Done { s.extra["sandbox.gpu"] = HONE_TRY(parse_switch(v)) ? "true" : "false"; return {}; },
        [](const RunSpec& s) { return Values{s.extra.contains("sandbox.gpu") ? s.extra.at("sandbox.gpu") : "false"}; }},
    Key{"pass-env", "NAME", "an environment variable that commands may see", KeyGroup::running, true, true,
        add_variable, get_texts<&RunSpec::pass_env>},
    Key{"branch", "NAME", "the branch of accepted work (default hone/<run>)", KeyGroup::running, false, false,
        set_text<&RunSpec::branch>, get_text<&RunSpec::branch>},
    Key{"name", "NAME", "the run's name (default: two words)", KeyGroup::running, false, false,
        set_text<&RunSpec::name>, get_text<&RunSpec::name>},
    Key{"seed", "N", "of everything that is drawn: order of pairs, choice of backend, mutations", KeyGroup::running, false, false,
        [](RunSpec& s, std::string_view v) -> Done { s.seed = static_cast<std::uint64_t>(HONE_TRY(parse_count(v))); return {}; },
        [](const RunSpec& s) { return Values{fmt::format("{}", s.seed)}; }},
};

}  // namespace

std::span<const Key> keys() {
  return table;
}

const Key* find_key(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Key& key) { return key.name == name; });
  return found == table.end() ? nullptr : &*found;
}

Done set_key(RunSpec& spec, std::string_view name, std::string_view value) {
  const Key* key = find_key(name);
  if (!key)
    return fail(Reaction::fix_input, fmt::format("there is no setting '{}'; `hone run --help` lists them", name));
  if (auto done = key->set(spec, value); !done) {
    return fail(done.error().reaction, fmt::format("{}: {}", name, done.error().message));
  }
  return {};
}

void clear_key(RunSpec& spec, std::string_view name) {
  if (name == "target") spec.targets.clear();
  if (name == "guard") spec.guards.clear();
  if (name == "carry") spec.carry.clear();
  if (name == "backend") spec.backends.clear();
  if (name == "context") spec.context.clear();
  if (name == "pass-env") spec.pass_env.clear();
}

Done check_spec(const RunSpec& spec) {
  if (spec.targets.empty()) {
    return fail(Reaction::fix_input,
                "no target: name the file a patch may change, e.g. `hone run train.py --metric 'python3 train.py'`");
  }
  if (trim(spec.metric.command).empty()) {
    return fail(Reaction::fix_input, "no metric: give the command that measures, e.g. --metric './bench'");
  }
  if (spec.backends.empty()) return fail(Reaction::fix_input, "no backend: e.g. --backend mutate");
  if (!spec.holdout.empty() && spec.holdout == spec.metric.command) {
    return fail(Reaction::fix_input, "the hold-out is the metric itself: it would prove nothing; give it other data");
  }
  if (spec.limits.budget.value <= 0)
    return fail(Reaction::fix_input, "the budget is zero: give time, e.g. --budget 8h");
  if (spec.limits.timeout.value <= 0)
    return fail(Reaction::fix_input, "the timeout is zero: give time, e.g. --timeout 10m");
  return {};
}

}  // namespace hone
