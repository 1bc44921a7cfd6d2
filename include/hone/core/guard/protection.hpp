// What protects a run, one line of doctor's table each: facts in, findings out, so that every line can be seen wrong
// and right without a machine on which it is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hone/core/config/spec.hpp"
#include "hone/core/measure/diagnosis.hpp"
#include "hone/core/sandbox/probes.hpp"
#include "hone/core/sandbox/settings.hpp"

namespace hone {

// `level`: the session's line on its protection, which says how limits are kept.
struct SandboxFacts {
  SandboxLevel asked = SandboxLevel::automatic;
  std::string level;
  std::vector<Probed> probes;
  SandboxSettings settings;
};
[[nodiscard]] std::vector<Finding> sandbox_rows(const SandboxFacts&);

// Files that would be sent, or that the commands name.
struct SentFile {
  std::string path, text;
};

// Who is believed: T0 text on stdout, which code under test could print, or nothing sealed; T1 hone's own clock.
// `judges`: tracked files that the metric command names; one that loads a target runs it in its own process.
[[nodiscard]] Finding judge_row(const RunSpec&, std::span<const std::string> targets, std::span<const SentFile> judges);
// How a wrong or an overfitted result is found out.
[[nodiscard]] std::vector<Finding> truth_rows(const RunSpec&);

// Whether a logout ends the night.
struct LoginFacts {
  std::string cgroup;                // /proc/self/cgroup
  bool linger = false;               // loginctl enable-linger
  bool kill_user_processes = false;  // logind.conf
  std::string user;
};
[[nodiscard]] Finding login_row(const LoginFacts&);

// What moves the clock of a CPU while a night measures. Empty: the machine does not say.
struct CpuFacts {
  std::string governor;
  std::optional<bool> turbo, smt;
  std::optional<double> load;  // of the last minute, before doctor itself worked
  std::size_t cpus = 1;
  std::size_t spare = 0;  // CPUs for everything that is not timed
};
[[nodiscard]] Finding cpu_row(const CpuFacts&, const MetricSpec&);

// Each file with a secret is a line; one good line when there is none.
[[nodiscard]] std::vector<Finding> secret_rows(std::span<const SentFile>);

// Does CPU time or memory decide, as the metric or in a guard?
[[nodiscard]] bool accounts_matter(const RunSpec&);
// Whether CPU time and memory can be hidden from hone in processes that nobody waits for; nothing when it does not
// matter.
[[nodiscard]] std::optional<Finding> accounts_row(const RunSpec&, bool counts_the_unwaited);

// Ignored inputs: what is brought along and how.
[[nodiscard]] Finding carry_row(const RunSpec&);

// A service, asked for its list of models: no tokens are used.
struct Reached {
  std::string name;         // "openai:gpt-5"
  std::string address;      // host, without a key
  std::string key;          // where the key came from; "" = none is used
  std::string way;          // proxies and certificates; "" = direct
  int status = 0;           // 0 = nobody answered
  std::string trouble;      // why nobody did
  bool lists_model = true;  // false: the list has no model of this name
  double seconds = 0;
};
[[nodiscard]] Finding reach_row(const Reached&);

}  // namespace hone
