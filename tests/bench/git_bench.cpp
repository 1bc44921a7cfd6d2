// What git costs per experiment: `replace` (candidate tree, made durable) and `checkout` (into a workspace), early and
// late in a long night, on a small and a large repository, beside the floor: one small file written and fsynced.
//   git_bench [experiments=2000] [files=50000]
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "adapters/git/base.hpp"
#include "adapters/git/git_repo.hpp"
#include "fakes/git_fixture.hpp"

namespace {

using namespace hone;  // NOLINT: a program, not a header

double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
void must(const Done& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double fsync_floor(const std::string& folder) {
  std::vector<double> times;
  for (int i = 0; i < 50; ++i) {
    const double start = now();
    const int fd = ::open((folder + "/floor").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ::write(fd, "x\n", 2) != 2 || ::fsync(fd) != 0) std::abort();
    ::close(fd);
    times.push_back(now() - start);
  }
  return median(times);
}

void measure(int files, int experiments) {
  fakes::GitFixture fixture;
  for (int i = 0; i < files; ++i) {
    fixture.write(fmt::format("d{}/e{}/f{}.txt", i % 50, i / 50 % 20, i), fmt::format("file {}\n", i));
  }
  fixture.write("src/deep/train.py", "steps = 0\n");
  fixture.commit("start");
  fixture.git("gc -q");
  const git::Place place = must(git::open_place(fixture.folder()));
  double start = now();
  const git::Base base = must(git::inspect(place, {.targets = {"src/**"}, .context = {}}));
  fmt::print("{} files: inspect {:.0f} ms", files, now() - start);
  auto repo = must(git::open_run({place, "bench", base.commit, fixture.beside("slots"), {}}));
  start = now();
  must(repo->checkout(WorkspaceId{0}, base.tree));
  fmt::print(", first checkout {:.0f} ms", now() - start);
  start = now();
  must(repo->wipe(WorkspaceId{0}));
  const double wiped = now();
  must(repo->checkout(WorkspaceId{0}, base.tree));
  fmt::print(", wipe {:.0f} ms and again {:.0f} ms; fsync floor {:.2f} ms\n", wiped - start, now() - wiped,
             fsync_floor(fixture.folder()));
  std::vector<double> replaces, checkouts;
  for (int i = 0; i < experiments; ++i) {
    start = now();
    const TreeId tree =
        must(repo->replace(base.tree, {{"src/deep/train.py", fmt::format("steps = {}\n", i + 1)}})).tree;
    const double made = now();
    must(repo->checkout(WorkspaceId{0}, tree));
    replaces.push_back(made - start);
    checkouts.push_back(now() - made);
    if ((i + 1) % std::max(1, experiments / 4) == 0) {
      fmt::print("  up to experiment {:>6}: replace {:6.2f} ms, checkout {:6.2f} ms (medians)\n", i + 1,
                 median(replaces), median(checkouts));
      replaces.clear();
      checkouts.clear();
    }
  }
  start = now();
  must(repo->remove_all());
  fmt::print("  remove_all {:.0f} ms, refs {}", now() - start, fixture.git("for-each-ref refs/hone | wc -l"));
}

}  // namespace

int main(int argc, char** argv) {
  const int experiments = argc > 1 ? std::atoi(argv[1]) : 2000;
  const int files = argc > 2 ? std::atoi(argv[2]) : 50000;
  measure(50, experiments);
  measure(files, experiments / 4);
}
