#include "hone/core/measure/cpus.hpp"

#include <catch2/catch.hpp>

using namespace hone;
using Cpus = std::vector<int>;

namespace {
std::vector<Core> single(int count) {
  std::vector<Core> cores;
  for (int cpu = 0; cpu < count; ++cpu) cores.push_back({{cpu}});
  return cores;
}
}  // namespace

TEST_CASE("with a core to spare one stays for background work") {
  const CpuPlan plan = split_cpus(single(2), 1);
  CHECK(plan.slots == std::vector<Cpus>{{1}});
  CHECK(plan.background == Cpus{0});
}

TEST_CASE("one core for one slot leaves no background, so building has to wait") {
  const CpuPlan plan = split_cpus(single(1), 1);
  CHECK(plan.slots == std::vector<Cpus>{{0}});
  CHECK(plan.background.empty());
  CHECK(split_cpus(single(2), 2).background.empty());
}

TEST_CASE("slots are alike and what is left over goes to the background") {
  const CpuPlan plan = split_cpus(single(8), 3);
  CHECK(plan.slots == std::vector<Cpus>{{2, 3}, {4, 5}, {6, 7}});
  CHECK(plan.background == Cpus{0, 1});
}

TEST_CASE("hyper-threads of one core have one owner") {
  const std::vector<Core> cores = {{{0, 4}}, {{1, 5}}, {{2, 6}}, {{3, 7}}};
  const CpuPlan plan = split_cpus(cores, 1);
  CHECK(plan.slots == std::vector<Cpus>{{1, 5, 2, 6, 3, 7}});
  CHECK(plan.background == Cpus{0, 4});
}

TEST_CASE("more slots than cores share them and leave no background") {
  const CpuPlan plan = split_cpus(single(2), 3);
  CHECK(plan.slots == std::vector<Cpus>{{0}, {1}, {0}});
  CHECK(plan.background.empty());
}
