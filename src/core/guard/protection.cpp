#include "hone/core/guard/protection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "hone/core/base/text.hpp"
#include "hone/core/edit/screen.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/core/guard/suspicion.hpp"
#include "hone/core/guard/trust.hpp"

namespace hone {
namespace {

Finding row(Health health, std::string subject, std::string text, std::string advice = "") {
  return {health, std::move(subject), std::move(text), std::move(advice)};
}

std::string_view name_of(std::string_view number) {
  const auto found = std::find_if(probe_names.begin(), probe_names.end(),
                                  [number](const ProbeName& one) { return one.number == number; });
  return found == probe_names.end() ? std::string_view() : found->tries;
}

Finding probes_row(std::span<const Probed> probes) {
  std::vector<std::string> held, through;
  for (const Probed& one : probes) {
    if (one.got.empty()) {
      held.push_back(fmt::format("{} {}", one.number, name_of(one.number)));
    } else {
      through.push_back(fmt::format("{} {}: it {}", one.number, name_of(one.number), one.got));
    }
  }
  if (through.empty()) return row(Health::good, "probes", fmt::format("held: {}", fmt::join(held, ", ")));
  return row(Health::bad, "probes", fmt::format("got through: {}", fmt::join(through, "; ")),
             "update bubblewrap (0.8.0 or newer) and the kernel, or run on another machine");
}

Finding limits_row(const SandboxFacts& facts) {
  const SandboxSettings& settings = facts.settings;
  constexpr std::string_view mark = "best effort (";  // and in brackets why
  const auto at = facts.level.find(mark);
  const bool cgroup = at == std::string::npos;
  std::string text = "of a command and all it starts, by cgroup";
  if (!cgroup) {
    const std::string_view why = std::string_view(facts.level).substr(at + mark.size());
    text = fmt::format("best effort, {}", why.substr(0, why.find(')')));
  }
  text += fmt::format(": {:.3g} GiB on disk", static_cast<double>(settings.disk.value) / (1LL << 30));
  // The kernel counts nobody's processes for root (copy_process: INIT_USER).
  const bool root = facts.level.find("no process limit for root") != std::string::npos;
  if (root) {
    text += ", processes not bounded";
  } else {
    text += settings.processes > 0 ? fmt::format(", {} processes", settings.processes) : ", processes bounded";
  }
  if (settings.memory.value > 0) {
    text += fmt::format(", {:.3g} GiB of memory{}", static_cast<double>(settings.memory.value) / (1LL << 30),
                        cgroup ? "" : " a process");
    return row(Health::good, "limits", text);
  }
  if (settings.gpu) return row(Health::good, "limits", text);  // CUDA reserves all address space there is
  return row(Health::warning, "limits", text + "; memory is not", "--memory 8G, more than a run needs");
}

// What the device check saw; it stops a run that would see nothing, so that there is no bad row.
void add_gpu_row(const SandboxFacts& facts, std::vector<Finding>& rows) {
  constexpr std::string_view mark = "GPU: ";
  const auto at = facts.level.find(mark);
  if (facts.settings.gpu && at != std::string::npos)
    rows.push_back(row(Health::good, "GPU", facts.level.substr(at + mark.size())));
}

// Does a line of it bring in the target: import work, from work, #include "work.c", require("./work"), . ./work.sh?
bool loads(std::string_view judge, std::string_view target) {
  const std::string_view name = target.substr(target.rfind('/') + 1);
  const std::string_view stem = name.substr(0, name.find('.'));
  for (const std::string_view line : lines(judge)) {
    const std::string_view code = trim(line);
    const bool brings = code.starts_with("import ") || code.starts_with("from ") || code.starts_with("#include") ||
                        code.starts_with(". ") || code.starts_with("source ") ||
                        code.find("require(") != std::string_view::npos;
    for (auto at = brings ? code.find(stem) : std::string_view::npos; at != std::string_view::npos;
         at = code.find(stem, at + 1)) {
      const auto in_word = [code](std::size_t place) {
        const char letter = place < code.size() ? code[place] : ' ';
        return letter == '_' || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z');
      };
      if (!(at > 0 && in_word(at - 1)) && !in_word(at + stem.size())) return true;
    }
  }
  return false;
}

bool guards_on(const RunSpec& spec, std::string_view name) {
  return std::any_of(spec.guards.begin(), spec.guards.end(),
                     [name](const GuardSpec& guard) { return guard.name == name; });
}

bool is_timed(const MetricSpec& metric) {
  if (metric.measure == Measure::wall || metric.measure == Measure::cpu) return true;
  return metric.measure == Measure::printed && seconds_in_unit(metric.name + " " + metric.match) != 0;
}

}  // namespace

std::vector<Finding> sandbox_rows(const SandboxFacts& facts) {
  if (facts.asked == SandboxLevel::none) {
    std::vector<Finding> rows = {
        row(Health::warning, "sandbox", "none: a patch has your rights: your files, your keys, the network",
            "--sandbox auto"),
        row(Health::warning, "limits", "none but --timeout", "--sandbox auto bounds disk and processes as well")};
    add_gpu_row(facts, rows);
    return rows;
  }
  const bool holds = !facts.probes.empty() && std::all_of(facts.probes.begin(), facts.probes.end(),
                                                          [](const Probed& one) { return one.got.empty(); });
  std::string level = facts.level.substr(0, facts.level.find("; limits"));
  if (!holds && level.empty()) level = "bwrap: does not hold on this machine";
  std::vector<Finding> rows = {
      row(holds ? Health::good : Health::bad, "sandbox", level,
          holds ? "" : "nothing runs until it does; --sandbox none runs model-written code without protection"),
      probes_row(facts.probes), limits_row(facts)};
  add_gpu_row(facts, rows);
  return rows;
}

Finding judge_row(const RunSpec& spec, std::span<const std::string> targets, std::span<const SentFile> judges) {
  // Before anything has run: what came over the private channel is known later, and by the same rule.
  const std::string level = render_trust(trust_of(spec, Source::printed, false));
  if (spec.metric.measure != Measure::printed)
    return row(Health::good, "trust", level + ": hone's own clock is the judge; a patch can only do less work");
  for (const std::string& path : targets) {
    if (spec.metric.command.find(path) == std::string::npos) continue;
    return row(Health::warning, "trust",
               fmt::format("{}: the command runs {}, which a patch may change, and believes the number it prints",
                           level, path),
               "let a file outside the targets measure and print");
  }
  for (const SentFile& judge : judges) {
    for (const std::string& path : targets) {
      if (!loads(judge.text, path)) continue;
      return row(Health::warning, "trust",
                 fmt::format("{}: {} loads {} into its own process, where a patch can print the number itself, end the "
                             "judge before it checks, or mute it",
                             level, judge.path, path),
                 "let the judge start the target as a child with hone_metric.py or hone_metric.h: then it is T2");
    }
  }
  return row(Health::good, "trust",
             level + ": a number on stdout, which a patch in the judge's process could print itself",
             advise_on_trust(Trust::t0));
}

std::vector<Finding> truth_rows(const RunSpec& spec) {
  std::vector<Finding> rows;
  if (spec.check.empty()) {
    rows.push_back(row(Health::warning, "check", "none: a patch that is fast and wrong would be kept",
                       "give --check, a command that exits 0 only when the result is right"));
  }
  if (!spec.holdout.empty()) {
    rows.push_back(row(Health::good, "hold-out", "set: each would-be keep must win there too"));
  } else if (spec.check.empty()) {
    rows.push_back(row(Health::warning, "hold-out", "none: a patch that knows the inputs would be kept",
                       "give --holdout, the metric on inputs that no model sees"));
  } else {
    rows.push_back(row(Health::good, "hold-out",
                       "none: the check stands alone; a patch that knows its inputs, or copies answers that lie in the "
                       "tree, would pass it"));
  }
  const bool clocked = guards_on(spec, "wall") || guards_on(spec, "cpu");
  if (spec.metric.measure == Measure::printed && !is_timed(spec.metric) && !clocked) {
    rows.push_back(row(Health::warning, "guards", "none on time: a patch may buy a better number with longer runs",
                       "--guard 'wall<=+20%', if the metric is no time itself"));
  }
  if (spec.metric.measure == Measure::peak_memory || guards_on(spec, "peak-memory")) {
    rows.push_back(
        row(Health::warning, "memory",
            "counted is the largest process: what a patch splits over several, or keeps in files of /tmp and "
            "/dev/shm or in sockets, is not seen",
            "--guard 'wall<=+5%', and read such a keep"));
  }
  if (!parse_odd_code(spec.extra).value_or(true)) {
    rows.push_back(row(Health::warning, "patches",
                       "one that starts programs or meddles with its own process would be kept (--odd-code allow)",
                       "read the keeps, or leave it at suspect"));
  }
  return rows;
}

Finding login_row(const LoginFacts& facts) {
  const bool manager = facts.cgroup.find("user@") != std::string::npos;
  const bool session = facts.cgroup.find("session-") != std::string::npos;
  if (!manager && !session)
    return row(Health::good, "logout", "no login session around hone: a logout does not end it");
  if (facts.linger && manager) return row(Health::good, "logout", "lingering is on: a logout does not end the night");
  const std::string user = facts.user.empty() ? "$USER" : facts.user;
  if (manager) {
    return row(Health::warning, "logout", "hone is below the user manager, which ends at the last logout",
               fmt::format("loginctl enable-linger {}", user));
  }
  if (!facts.kill_user_processes)
    return row(Health::good, "logout", "a closed terminal or a logout does not end the night");
  return row(Health::warning, "logout", "logind kills what a session started when it ends (KillUserProcesses)",
             fmt::format("loginctl enable-linger {} and start hone with `systemd-run --user --scope`", user));
}

Finding cpu_row(const CpuFacts& facts, const MetricSpec& metric) {
  std::vector<std::string> said;
  std::string advice;
  said.push_back(facts.governor.empty() ? "no governor to see" : "governor " + facts.governor);
  if (facts.turbo) said.push_back(*facts.turbo ? "turbo on" : "turbo off");
  if (facts.smt) said.push_back(*facts.smt ? "SMT on" : "SMT off");
  said.push_back(facts.spare > 0 ? fmt::format("{} of {} CPUs for all that is not timed", facts.spare, facts.cpus)
                                 : "no CPU to spare: nothing else is done while a command is timed");
  const bool timed = is_timed(metric);
  if (timed && !facts.governor.empty() && facts.governor != "performance") {
    advice = "sudo cpupower frequency-set -g performance";
  }
  if (timed && facts.load && *facts.load > 0.5 * static_cast<double>(facts.cpus)) {
    said.push_back(fmt::format("load {:.1f}", *facts.load));
    advice += std::string(advice.empty() ? "" : "; ") + "something else runs here: end it, it moves the number";
  }
  const Health health = advice.empty() ? Health::good : Health::warning;
  return row(health, "CPU", fmt::format("{}", fmt::join(said, ", ")), advice);
}

std::vector<Finding> secret_rows(std::span<const SentFile> files) {
  std::vector<Finding> rows;
  for (const SentFile& file : files) {
    const auto found = find_secret(file.text);
    if (!found) continue;
    rows.push_back(row(
        Health::bad, "secrets",
        fmt::format("{}, line {}: looks like a {}; no request with it is sent", file.path, found->line, found->rule),
        "take it out of the commit (and revoke it: history keeps it), or leave the file out"));
  }
  if (rows.empty())
    rows.push_back(row(Health::good, "secrets", fmt::format("none in the {} file(s) a model sees", files.size())));
  return rows;
}

bool accounts_matter(const RunSpec& spec) {
  const Measure measure = spec.metric.measure;
  return measure == Measure::cpu || measure == Measure::peak_memory || guards_on(spec, "cpu") ||
         guards_on(spec, "peak-memory");
}

std::optional<Finding> accounts_row(const RunSpec& spec, bool counts_the_unwaited) {
  if (!accounts_matter(spec) || counts_the_unwaited) return std::nullopt;
  return row(Health::warning, "accounts", "a patch can hide CPU time and memory in a child that nobody waits for",
             "sudo sysctl kernel.perf_event_paranoid=2");
}

Finding carry_row(const RunSpec& spec) {
  if (spec.carry.empty()) return row(Health::good, "carry", "nothing: ignored files are not there when a patch runs");
  std::vector<std::string> linked;
  for (const std::string& path : spec.carry) {
    if (!path.starts_with("copy:")) linked.push_back(path);
  }
  if (spec.sandbox == SandboxLevel::none && !linked.empty()) {
    return row(
        Health::warning, "carry",
        fmt::format("{} linked: without a sandbox a patch can write into your own files", fmt::join(linked, ", ")),
        "--carry copy:PATH, or --sandbox auto");
  }
  return row(Health::good, "carry", fmt::format("{}, not part of what is committed", fmt::join(spec.carry, ", ")));
}

Finding reach_row(const Reached& found) {
  std::string text = fmt::format("{} at {}", found.name, found.address);
  if (!found.way.empty()) text += " (" + found.way + ")";
  const std::string key = found.key.empty() ? "without a key" : "key from " + found.key;
  if (found.status == 0) {
    return row(Health::bad, "backend", fmt::format("{} is not reached: {}", text, found.trouble),
               "look at the address, the network and the proxy; a run would wait for it and spend its budget");
  }
  if (found.status == 401 || found.status == 403) {
    return row(Health::bad, "backend", fmt::format("{} refuses ({}, {})", text, found.status, key),
               "give the service's key: see backend settings in the manual");
  }
  if (found.status >= 300) {
    return row(
        Health::warning, "backend",
        fmt::format("{} answers, but its list of models is not told ({}); {}, not proven", text, found.status, key),
        "`hone run --max-experiments 1` tells whether it works, at the price of one experiment");
  }
  if (!found.lists_model) {
    return row(Health::warning, "backend", fmt::format("{} answers, {}, and lists no model of this name", text, key),
               "look at the name of the model");
  }
  return row(Health::good, "backend", fmt::format("{} answers in {:.2g} s, {}", text, found.seconds, key));
}

}  // namespace hone
