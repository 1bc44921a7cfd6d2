#include "adapters/executors/sample_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "hone/core/base/text.hpp"
#include "hone/core/measure/read_channel.hpp"
#include "hone/core/measure/read_metric.hpp"

namespace hone::executors {
namespace {

constexpr std::size_t kept_head = 8 * 1024;
constexpr std::size_t kept_tail = 24 * 1024;

std::string render_signal(int number) {
  const char* const words = ::strsignal(number);
  return fmt::format("signal {} ({})", number, words == nullptr ? "unknown" : words);
}

// A value that hone measured itself; nothing when it could not.
std::optional<double> measured(const ProcessReport& report, Measure measure) {
  switch (measure) {
    case Measure::wall:
      return report.wall.value;
    case Measure::cpu:
      return report.cpu.value;
    case Measure::peak_memory:
      return static_cast<double>(report.peak_memory.value);
    case Measure::instructions:
      if (report.instructions) return static_cast<double>(*report.instructions);
      return std::nullopt;
    case Measure::printed:
      return std::nullopt;
  }
  return std::nullopt;
}

MetricReading read_printed(const ProcessReport& report, const MetricSpec& spec, const os::Pattern* pattern) {
  std::optional<Captures> captures;
  if (pattern != nullptr) captures = pattern->captures(report.output);
  return read_metric(spec, report.output, captures ? &*captures : nullptr);
}

void read_values(Sample& sample, const ProcessReport& report, const MetricSpec& spec, const os::Pattern* pattern) {
  ChannelReading channel = read_channel(spec, report.nonce, report.channel);
  sample.source = channel.source;
  const bool private_way = channel.source != Source::printed;
  MetricReading reading = private_way ? std::move(channel.metric) : read_printed(report, spec, pattern);
  sample.values = std::move(reading.values);
  if (spec.measure != Measure::printed) {  // values are for guards then
    if (private_way && reading.invalid.starts_with("bad_nonce")) sample.invalid = std::move(reading.invalid);
    return;
  }
  sample.value = reading.value;
  sample.invalid = std::move(reading.invalid);
}

}  // namespace

std::string trouble_of(const ProcessReport& report, std::string_view what) {
  switch (report.exit) {
    case ExitKind::exited:
      return report.exit_code == 0 ? "" : fmt::format("{} failed with status {}", what, report.exit_code);
    case ExitKind::signalled:
      return fmt::format("{} was killed by {}", what, render_signal(report.exit_code));
    case ExitKind::timed_out:
      return fmt::format("{} ran into the timeout after {:.1f} s", what, report.wall.value);
    case ExitKind::out_of_memory:
      return fmt::format("the machine ran out of memory while {} ran", what);
    case ExitKind::output_limit:
      return fmt::format("{} printed too much: {} bytes", what, report.output_bytes);
    case ExitKind::disk_limit:
      return fmt::format("disk_limit: {} wrote more than it may", what);
    case ExitKind::cancelled:
      return fmt::format("{} was cancelled", what);
    case ExitKind::not_started:
      return fmt::format("{} could not be started", what);
    case ExitKind::stopped_early:
      return report.stopped;
  }
  return "";
}

namespace {

std::string whole_lines(std::string text) {
  text.resize(text.rfind('\n') + 1);  // npos + 1 = 0
  return text;
}

// The curve up to there. What it would have ended with nobody knows; a line that was cut off is none.
Sample sample_of_stopped(ProcessReport report, Sample sample, const MetricSpec& spec, const os::Pattern* pattern) {
  report.output = whole_lines(std::move(report.output));
  report.channel = whole_lines(std::move(report.channel));
  read_values(sample, report, spec, pattern);
  sample.value.reset();
  sample.exit = ExitKind::stopped_early;
  if (!sample.invalid.starts_with("bad_nonce")) sample.invalid = report.stopped;
  return sample;
}

}  // namespace

Sample sample_of(const ProcessReport& report, const MetricSpec& spec, const os::Pattern* pattern,
                 const std::string& no_counter) {
  Sample sample;
  sample.exit = report.exit;
  sample.exit_code = report.exit_code;
  sample.wall = report.wall;
  sample.cpu = report.cpu;
  sample.peak_memory = report.peak_memory;
  sample.instructions = report.instructions;
  // A number printed by a command that then failed is worth nothing, and neither is one from a machine that slept.
  sample.invalid = trouble_of(report, "the metric command");
  if (sample.invalid.empty() && report.suspended) sample.invalid = "the machine slept while the metric command ran";
  if (report.exit == ExitKind::stopped_early) return sample_of_stopped(report, std::move(sample), spec, pattern);
  if (!sample.invalid.empty()) return sample;
  read_values(sample, report, spec, pattern);
  // It ended by itself on the order to stop, without its last word.
  if (!sample.value && !report.stopped.empty()) return sample_of_stopped(report, std::move(sample), spec, pattern);
  if (spec.measure == Measure::printed) return sample;
  if (sample.source != Source::printed && !sample.invalid.empty()) return sample;  // tampered with
  sample.value = measured(report, spec.measure);
  if (!sample.value) {
    sample.invalid = no_counter.empty() ? "the kernel gave no instruction count for this command" : no_counter;
  }
  return sample;
}

bool wanted_memory(const ProcessReport& report, Bytes limit) {
  if (limit.value <= 0 || succeeded(report)) return false;
  if (report.exit == ExitKind::out_of_memory) return true;  // its control group was full
  if (report.exit != ExitKind::exited && report.exit != ExitKind::signalled) return false;
  if (report.peak_memory.value > limit.value / 10 * 9) return true;
  constexpr std::array words = {"MemoryError",  "bad_alloc",         "annot allocate",
                                "ut of memory", "emory exhausted",   "memory allocation of",
                                "OutOfMemory",  "ailed to allocate", "allocation failed"};
  return std::any_of(words.begin(), words.end(), [&](const char* word) {
    return report.error_output.find(word) != std::string::npos || report.output.find(word) != std::string::npos;
  });
}

std::string kept_output(const ProcessReport& report) {
  std::string text = clip_middle(report.output, kept_head, kept_tail);
  if (!report.error_output.empty()) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += "[stderr]\n" + clip_middle(report.error_output, kept_head / 4, kept_head);
  }
  if (report.leftovers > 0) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += fmt::format("[hone: {} process(es) outlived the command and were killed]\n", report.leftovers);
  }
  if (!report.stopped.empty() && succeeded(report)) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += "[hone: this run was not worth its end, but its lines came together with it: flush each METRIC line]\n";
  }
  return text;
}

}  // namespace hone::executors
