#include "hone/core/search/mutate.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/search/habit.hpp"
#include "core/search/steps.hpp"

using namespace hone;

namespace {

const std::vector<SourceFile> model = {{"m.hpp",
                                        "int width = 5;      // hone: knob width 1..64 log\n"
                                        "double rate = 0.5;  // hone: knob rate 0.001..1 log\n"
                                        "bool big = false;\n"
                                        "int other = 40;\n"}};

std::optional<Mutation> next(const std::vector<SourceFile>& files, const std::set<std::string>& seen,
                             std::uint64_t experiment, const std::vector<LedgerEntry>& ledger = {}) {
  return mutate(files, find_sites(files), ledger, seen, derive(7, experiment));
}

LedgerEntry entry(const std::string& idea, Outcome outcome, std::optional<double> effect = {}) {
  LedgerEntry made;
  made.idea = idea;
  made.outcome = outcome;
  made.effect = effect;
  made.backend = "mutate";
  return made;
}

// The new text, by the same applier that models' replies go through.
std::vector<SourceFile> applied(const std::vector<SourceFile>& files, const Mutation& mutation) {
  EditPolicy policy;
  for (const SourceFile& file : files) policy.allowed.push_back(file.path);
  const auto patched = patch(mutation.reply, files, policy);
  INFO(mutation.reply);
  REQUIRE(patched);
  CHECK(patched->tags.empty());
  std::vector<SourceFile> result = files;
  for (SourceFile& file : result) {
    for (const SourceFile& changed : patched->files) {
      if (changed.path == file.path) file.text = changed.text;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the same seed and experiment give the same mutation, others do not", "[search]") {
  CHECK(next(model, {}, 1)->reply == next(model, {}, 1)->reply);
  std::set<std::string> ideas;
  for (std::uint64_t e = 1; e <= 20; ++e) ideas.insert(next(model, {}, e)->idea);
  CHECK(ideas.size() > 5);
}

TEST_CASE("no tree is proposed twice and every one differs from its parent, until all are used up", "[search]") {
  std::set<std::string> seen = {fingerprint(model)};
  std::size_t count = 0;
  while (const auto mutation = next(model, seen, ++count)) {
    CHECK(fingerprint(applied(model, *mutation)) == mutation->fingerprint);
    REQUIRE(seen.insert(mutation->fingerprint).second);
    REQUIRE(count < 500);
  }
  CHECK(count > 20);
}

TEST_CASE("knobs get most of the proposals", "[search]") {
  int knobs = 0;
  for (std::uint64_t e = 0; e < 200; ++e) {
    const auto change = parse_change(next(model, {}, e)->idea);
    REQUIRE(change);
    if (change->name == "width" || change->name == "rate") ++knobs;
  }
  CHECK(knobs > 150);
}

TEST_CASE("a knob stays in its range, keeps its kind and its suffix", "[search]") {
  for (const Site& site :
       find_sites({{"a.c", "float a = 0.5f;  // hone: knob a 0.1..1\nint n = 3u;  // hone: knob n 1..9\n"}}).sites) {
    for (const Option& option : options_of(site)) {
      INFO(site.name << " " << option.literal);
      const double value = *literal_value(option.literal);
      CHECK((value >= site.low && value <= site.high));
      CHECK(option.direction == (value > *literal_value(site.literal) ? 1 : -1));
      CHECK(option.literal.back() == site.literal.back());
      CHECK((option.literal.find('.') != std::string::npos) == (site.name == "a"));
    }
  }
}

TEST_CASE("new values are round and written the way a person would") {
  const Survey survey =
      find_sites({{"a.py", "x = 60.0  # hone: knob x 10..5000 log\ny = 2e-5  # hone: knob y 1e-8..1 log\n"}});
  const auto literals = [](const Site& site) {
    std::set<std::string> all;
    for (const Option& option : options_of(site)) all.insert(option.literal);
    return all;
  };
  CHECK(literals(survey.sites[0]).contains("160.0"));
  CHECK(literals(survey.sites[0]).contains("390.0"));
  CHECK(literals(survey.sites[1]).contains("0.005"));
}

TEST_CASE("a literal on a line that occurs several times is changed where it stands", "[search]") {
  const std::vector<SourceFile> twins = {{"t.c", "a {\n  x = 4;\n}\nb {\n  x = 4;\n}\nx = 4;\n  x = 4;\n"}};
  std::set<std::string> seen, results;
  for (std::uint64_t e = 1; e < 100; ++e) {
    const auto mutation = next(twins, seen, e);
    if (!mutation) break;
    seen.insert(mutation->fingerprint);
    const auto after = applied(twins, *mutation);
    CHECK(fingerprint(after) == mutation->fingerprint);
    results.insert(after[0].text);
  }
  CHECK(results.size() == seen.size());
  CHECK(results.size() > 20);
}

TEST_CASE("line ends and a missing final newline survive", "[search]") {
  const std::vector<SourceFile> dos = {{"t.c", "x = 4;\r\ny = 5;"}};
  std::set<std::string> seen;
  for (std::uint64_t e = 1; e < 12; ++e) {
    const auto mutation = next(dos, seen, e);
    REQUIRE(mutation);
    seen.insert(mutation->fingerprint);
    CHECK(fingerprint(applied(dos, *mutation)) == mutation->fingerprint);
  }
}

TEST_CASE("an idea line can be read back", "[search]") {
  const Change change{"rate", "0.5", "0.25", "a dir/m.hpp", 12, 3};
  const auto read = parse_change(render_change(change));
  REQUIRE(read);
  CHECK(render_change(*read) == render_change(change));
  for (const char* bad : {"", "make it faster", "a 1 -> 2", "a 1 -> 2 (x)", "a 1 -> 2 (x:1)", "a 1 -> 2 (x:0:1)"}) {
    CHECK_FALSE(parse_change(bad));
  }
}

TEST_CASE("after a resume the ledger tells what was already measured, across keeps", "[search]") {
  std::vector<SourceFile> files = model;
  std::set<std::string> seen = {fingerprint(files)};
  std::vector<LedgerEntry> ledger;
  for (std::uint64_t e = 1; e <= 40; ++e) {
    const auto mutation = next(files, seen, e, ledger);
    REQUIRE(mutation);
    seen.insert(mutation->fingerprint);
    const bool kept = e % 7 == 0;
    ledger.push_back(entry(mutation->idea, kept ? Outcome::kept : Outcome::discarded, kept ? 0.1 : -0.1));
    if (kept) files = applied(files, *mutation);
  }
  CHECK(measured_before(files, ledger) == seen);
}

TEST_CASE("a direction that helped is tried again, one that hurt less often", "[search]") {
  const auto ups = [&](const std::vector<LedgerEntry>& ledger) {
    int count = 0;
    for (std::uint64_t e = 0; e < 300; ++e) {
      const auto change = parse_change(next(model, {}, e, ledger)->idea);
      if (change->name == "rate" && *literal_value(change->after) > *literal_value(change->before)) ++count;
    }
    return count;
  };
  const int neutral = ups({});
  CHECK(ups({entry("rate 0.25 -> 0.5 (m.hpp:2:15)", Outcome::kept, 0.1)}) > neutral * 13 / 10);
  CHECK(ups({entry("rate 0.5 -> 0.9 (m.hpp:2:15)", Outcome::discarded, -0.1),
             entry("rate 0.5 -> 0.7 (m.hpp:2:15)", Outcome::discarded, -0.1)}) < neutral * 8 / 10);
}

TEST_CASE("blind search climbs a valley with curved sides in sixty steps", "[search]") {
  const auto loss = [](const std::vector<SourceFile>& files) {
    double value[2] = {};
    for (const Site& site : find_sites(files).sites) {
      if (site.knob) value[site.name == "rate"] = std::log(*literal_value(site.literal));
    }
    return std::pow(value[0] - std::log(20), 2) + std::pow(value[1] - std::log(0.02), 2);
  };
  std::vector<SourceFile> files = model;
  std::set<std::string> seen = {fingerprint(files)};
  std::vector<LedgerEntry> ledger;
  const double start = loss(files);
  for (std::uint64_t e = 1; e <= 60; ++e) {
    const auto mutation = next(files, seen, e, ledger);
    REQUIRE(mutation);
    seen.insert(mutation->fingerprint);
    const auto candidate = applied(files, *mutation);
    const bool kept = loss(candidate) < loss(files);
    ledger.push_back(entry(mutation->idea, kept ? Outcome::kept : Outcome::discarded, loss(files) - loss(candidate)));
    if (kept) files = candidate;
  }
  CHECK(loss(files) < start * 0.02);
}
