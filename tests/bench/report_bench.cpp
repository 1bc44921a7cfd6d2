// Writes a report of a made-up night and prints what it cost: `report_bench [experiments] [file]`.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "fakes/night.hpp"
#include "hone/views/report.hpp"

int main(int argc, char** argv) {
  using namespace hone;
  const std::uint64_t count = argc > 1 ? std::stoull(argv[1]) : 100000;
  const fakes::Night night = fakes::make_night(count, 7);
  std::vector<Exhibit> exhibits;
  for (const std::size_t i : choose_exhibits(night.records)) {
    exhibits.push_back(fakes::make_exhibit(night, night.records[i]));
  }
  const auto began = std::chrono::steady_clock::now();
  const std::string page = render_report({night.summary, night.spec, night.records, exhibits, UnixTime{1'790'030'000}});
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  if (argc > 2) std::ofstream(argv[2], std::ios::binary) << page;
  std::printf("%llu experiments, %zu details: %.0f ms, %zu bytes\n", static_cast<unsigned long long>(count),
              exhibits.size(), took.count(), page.size());
}
