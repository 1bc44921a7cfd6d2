#include "hone/core/measure/read_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr std::size_t most_values = 1000;
constexpr std::string_view child_mark = "!child";

std::string quote(std::string_view text) {
  return fmt::format("'{}'", one_line(text, 60));
}

MetricReading invalid(std::string why) {
  MetricReading reading;
  reading.invalid = std::move(why);
  return reading;
}

// "" = it was added.
std::string add_record(std::string_view record, std::vector<NamedValue>& values, std::set<std::string>& names) {
  const auto equals = record.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    return fmt::format("no_metric: the record {} is not of the form name=value", quote(record));
  }
  const std::string name(record.substr(0, equals));
  if (!names.insert(name).second) return fmt::format("multiple_metrics: {} was reported twice", quote(name));
  const auto number = parse_number(record.substr(equals + 1));
  if (!number) return fmt::format("non_finite: {} is no finite decimal number", quote(record));
  if (values.size() >= most_values) return fmt::format("no_metric: more than {} values were reported", most_values);
  if (!is_measured(name)) values.push_back({name, *number});
  return "";
}

// The whole metric: its value is in `values`, and first there.
MetricReading choose(const MetricSpec& spec, std::vector<NamedValue> values) {
  const auto primary = std::find_if(values.begin(), values.end(), [&spec](const NamedValue& value) {
    return spec.name.empty() ? value.name.find('[') == std::string::npos : value.name == spec.name;
  });
  if (primary == values.end()) {
    MetricReading none =
        invalid(spec.name.empty() ? "no_metric: only cases were reported; report the metric itself as well"
                                  : fmt::format("no_metric: {} was not reported", quote(spec.name)));
    none.values = std::move(values);
    return none;
  }
  std::rotate(values.begin(), primary, primary + 1);
  MetricReading reading;
  reading.value = values.front().value;
  reading.values = std::move(values);
  return reading;
}

}  // namespace

std::optional<NamedValue> read_record_line(std::string_view line) {
  const auto blank = line.find(' ');
  const auto equals = line.rfind('=');
  if (blank == std::string_view::npos || equals == std::string_view::npos || equals <= blank + 1) return std::nullopt;
  const auto number = parse_number(line.substr(equals + 1));
  if (!number) return std::nullopt;
  return NamedValue{std::string(line.substr(blank + 1, equals - blank - 1)), *number};
}

ChannelReading read_channel(const MetricSpec& spec, std::string_view nonce, std::string_view text) {
  ChannelReading reading;
  if (nonce.empty() || text.empty()) return reading;
  reading.source = Source::channel;
  std::vector<NamedValue> values;
  std::set<std::string> names;
  for (const std::string_view line : lines(text)) {
    if (!line.starts_with(nonce) || line.size() <= nonce.size() || line[nonce.size()] != ' ') {
      reading.metric = invalid("bad_nonce: something wrote into the metric channel without the secret of this run");
      return reading;
    }
    const std::string_view record = line.substr(nonce.size() + 1);
    if (record == child_mark) {
      reading.source = Source::judge;
    } else if (std::string why = add_record(record, values, names); !why.empty()) {
      reading.metric = invalid(std::move(why));
      return reading;
    }
  }
  reading.metric = choose(spec, std::move(values));
  return reading;
}

}  // namespace hone
