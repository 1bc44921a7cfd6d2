#include "keeper/counters.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "adapters/os/keeper_wire.hpp"

namespace hone::keeper {
namespace {

// Two ways of counting never agree to the last: what they differ by without any hiding.
constexpr std::int64_t slack_us = 2'000, slack_faults = 512;

int open_counter(std::uint32_t type, std::uint64_t config) {
  perf_event_attr event{};
  event.type = type;
  event.size = sizeof event;
  event.config = config;
  event.disabled = 1;
  event.inherit = 1;
  event.exclude_kernel = 1;
  event.exclude_hv = 1;
  event.enable_on_exec = 1;  // so our own instructions are never counted
  return static_cast<int>(syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

bool get(int counter, std::int64_t& value) {
  return counter >= 0 && read(counter, &value, sizeof value) == sizeof value;
}

}  // namespace

Counters::Counters(bool instructions, bool hidden)
    : instructions_(instructions ? open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS) : -1),
      clock_(hidden ? open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK) : -1),
      faults_(hidden ? open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS) : -1) {}

Counters::~Counters() {
  for (const int counter : {instructions_, clock_, faults_}) {
    if (counter >= 0) close(counter);
  }
}

void Counters::put_into(Answer& answer, std::int64_t faults) const {
  std::int64_t counted = 0;
  if (get(instructions_, counted)) {
    answer.counted = 1;
    answer.instructions = static_cast<std::uint64_t>(counted);
  }
  if (get(clock_, counted) && counted / 1000 > answer.cpu_us + slack_us) answer.cpu_us = counted / 1000;
  const std::int64_t page_kib = sysconf(_SC_PAGESIZE) / 1024;
  if (get(faults_, counted) && counted > faults + slack_faults)
    answer.peak_kib = std::max(answer.peak_kib, (counted - faults) * page_kib);
}

}  // namespace hone::keeper
