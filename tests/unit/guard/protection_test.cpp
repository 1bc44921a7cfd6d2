#include "hone/core/guard/protection.hpp"

#include <catch2/catch.hpp>

#include "hone/core/guard/guard.hpp"

using namespace hone;

namespace {

bool says(const Finding& row, std::string_view words) {
  return (row.text + " " + row.advice).find(words) != std::string::npos;
}
// Wrong rows say what to do; right ones may keep quiet.
void check_wrong(const Finding& row, Health health, std::string_view words) {
  INFO(row.subject << ": " << row.text << " -> " << row.advice);
  CHECK(row.health == health);
  CHECK_FALSE(row.advice.empty());
  CHECK(says(row, words));
}
void check_right(const Finding& row, std::string_view words) {
  INFO(row.subject << ": " << row.text << " -> " << row.advice);
  CHECK(row.health == Health::good);
  CHECK(says(row, words));
}

SandboxFacts proven() {
  SandboxFacts facts;
  facts.level = "bwrap: proven by 14 probes; no network, seccomp; limits: best effort (no cgroup: none shown)";
  for (const ProbeName& name : probe_names) facts.probes.push_back({std::string(name.number), ""});
  facts.settings.memory = Bytes{8LL << 30};
  return facts;
}

}  // namespace

TEST_CASE("a sandbox is told with each of its probes, and what got through is bad", "[doctor]") {
  SandboxFacts facts = proven();
  auto rows = sandbox_rows(facts);
  REQUIRE(rows.size() == 3);
  check_right(rows[0], "proven by 14 probes");
  for (const ProbeName& name : probe_names) check_right(rows[1], name.number);
  check_right(rows[2], "8 GiB of memory a process");
  check_right(rows[2], "none shown");
  for (std::size_t i = 0; i < facts.probes.size(); ++i) {
    facts = proven();
    facts.level.clear();
    facts.probes[i].got = "wrote in /etc";
    rows = sandbox_rows(facts);
    check_wrong(rows[0], Health::bad, "--sandbox none");
    check_wrong(rows[1], Health::bad, facts.probes[i].number);
    CHECK(says(rows[1], "wrote in /etc"));
  }
  facts = proven();
  facts.settings.memory = {};
  check_wrong(sandbox_rows(facts)[2], Health::warning, "--memory");
  facts.level = "bwrap: proven; limits: by cgroup";
  check_wrong(sandbox_rows(facts)[2], Health::warning, "--memory");
  facts.settings.memory = Bytes{8LL << 30};
  check_right(sandbox_rows(facts)[2],
              "of a command and all it starts, by cgroup: 1 GiB on disk, processes bounded, 8 GiB of memory");
  facts.asked = SandboxLevel::none;
  for (const Finding& row : sandbox_rows(facts)) check_wrong(row, Health::warning, "--sandbox auto");
}

TEST_CASE("the GPU that the device check saw is a row of its own, with a sandbox and without", "[doctor]") {
  SandboxFacts facts;
  facts.settings.gpu = true;
  facts.level = "bwrap: proven; limits: best effort (no cgroup); GPU: 2 x Fake 9000, seen from inside";
  check_right(sandbox_rows(facts).back(), "2 x Fake 9000, seen from inside");
  facts.asked = SandboxLevel::none;
  check_right(sandbox_rows(facts).back(), "2 x Fake 9000");
  facts.settings.gpu = false;
  CHECK(sandbox_rows(facts).size() == 2);
}

TEST_CASE("who is believed: a target that prints its own number is warned of", "[doctor]") {
  RunSpec spec;
  spec.metric.command = "python3 work.py";
  const std::vector<std::string> targets = {"work.py"};
  std::vector<SentFile> judges;
  check_wrong(judge_row(spec, targets, judges), Health::warning, "T0");
  spec.metric.command = "python3 bench.py";
  CHECK(judge_row(spec, targets, judges).health == Health::good);
  for (const char* line : {"import work\n", "  from work import f\n", "import time, work as w\n",
                           "#include \"work.py\"\n", "const f = require('./work')\n", ". ./work.py\n"}) {
    INFO(line);
    judges = {{"bench.py", std::string("first = 1\n") + line}};
    check_wrong(judge_row(spec, targets, judges), Health::warning, "T2");
    CHECK(judge_row(spec, targets, judges).text.find("bench.py loads work.py") != std::string::npos);
  }
  for (const char* line : {"import workers\n", "import network\n", "run('work.py')\n"}) {
    INFO(line);
    judges = {{"bench.py", line}};
    CHECK(judge_row(spec, targets, judges).health == Health::good);
  }
  spec.metric.measure = Measure::wall;
  spec.metric.command = "./work.py";
  check_right(judge_row(spec, targets, judges), "T1");
}

TEST_CASE("check and hold-out: one of the two must look at what a fast patch does", "[doctor]") {
  RunSpec spec;
  auto rows = truth_rows(spec);
  REQUIRE(rows.size() == 3);
  check_wrong(rows[2], Health::warning, "--guard 'wall");
  spec.guards = {parse_guard("cpu<=+5%").value()};
  CHECK(truth_rows(spec).size() == 2);
  spec.guards.clear();
  spec.metric.name = "ms";
  CHECK(truth_rows(spec).size() == 2);
  check_wrong(rows[0], Health::warning, "--check");
  check_wrong(rows[1], Health::warning, "--holdout");
  spec.check = "make test";
  rows = truth_rows(spec);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].health == Health::good);
  spec.holdout = "./judge hidden";
  check_right(truth_rows(spec)[0], "each would-be keep");
}

TEST_CASE("a logout that ends the night is told before it begins", "[doctor]") {
  LoginFacts facts;
  facts.user = "ada";
  facts.cgroup = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/tmux.scope\n";
  check_wrong(login_row(facts), Health::warning, "enable-linger ada");
  facts.linger = true;
  check_right(login_row(facts), "lingering");
  facts = {"0::/user.slice/user-1000.slice/session-3.scope\n", false, true, "ada"};
  check_wrong(login_row(facts), Health::warning, "KillUserProcesses");
  facts.kill_user_processes = false;
  check_right(login_row(facts), "does not end the night");
  facts.cgroup = "0::/system.slice/cron.service\n";
  check_right(login_row(facts), "no login session");
}

TEST_CASE("clocks and load matter to a timed metric and to no other", "[doctor]") {
  MetricSpec timed;
  timed.measure = Measure::wall;
  MetricSpec counted;
  counted.name = "loss";
  CpuFacts facts;
  facts.governor = "powersave";
  facts.turbo = true;
  facts.smt = true;
  facts.cpus = 4;
  facts.load = 0.1;
  check_wrong(cpu_row(facts, timed), Health::warning, "cpupower");
  check_right(cpu_row(facts, counted), "turbo on, SMT on");
  facts.governor = "performance";
  check_right(cpu_row(facts, timed), "performance");
  facts.load = 3.5;
  check_wrong(cpu_row(facts, timed), Health::warning, "something else runs");
}

TEST_CASE("a key in a target or a context file is named by file and line and never shown", "[doctor]") {
  const std::string key = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";
  const std::vector<SentFile> files = {{"a.py", "x = 1\n"}, {"b.py", "\ntoken = '" + key + "'\n"}};
  const auto rows = secret_rows(files);
  REQUIRE(rows.size() == 1);
  check_wrong(rows[0], Health::bad, "b.py, line 2");
  CHECK_FALSE(says(rows[0], key));
  check_right(secret_rows(std::span(files).first(1))[0], "none in the 1 file");
}

TEST_CASE("a link into the user's own files is a warning without a sandbox", "[doctor]") {
  RunSpec spec;
  check_right(carry_row(spec), "nothing");
  spec.carry = {"data", "copy:model"};
  check_right(carry_row(spec), "data, copy:model");
  spec.sandbox = SandboxLevel::none;
  check_wrong(carry_row(spec), Health::warning, "data linked");
  spec.carry = {"copy:model"};
  CHECK(carry_row(spec).health == Health::good);
}

TEST_CASE("a service that is away or refuses the key is bad, one that does not tell is a warning", "[doctor]") {
  Reached found{"openai:m", "api.example", "OPENAI_API_KEY", "https through proxy:3128", 200, "", true, 0.2};
  check_right(reach_row(found), "key from OPENAI_API_KEY");
  check_right(reach_row(found), "proxy:3128");
  found.lists_model = false;
  check_wrong(reach_row(found), Health::warning, "no model of this name");
  found.status = 404;
  check_wrong(reach_row(found), Health::warning, "not proven");
  found.status = 401;
  check_wrong(reach_row(found), Health::bad, "refuses");
  found.status = 0;
  found.trouble = "Could not resolve host";
  check_wrong(reach_row(found), Health::bad, "Could not resolve host");
}

TEST_CASE("CPU time that could be hidden is warned of where it decides", "[doctor]") {
  RunSpec spec;
  CHECK_FALSE(accounts_row(spec, false));
  spec.metric.measure = Measure::cpu;
  CHECK_FALSE(accounts_row(spec, true));
  check_wrong(accounts_row(spec, false).value(), Health::warning, "perf_event_paranoid");
  spec.metric.measure = Measure::wall;
  spec.guards = {parse_guard("peak-memory<=2G").value()};
  CHECK(accounts_row(spec, false));
}
