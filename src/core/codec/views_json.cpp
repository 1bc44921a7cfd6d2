#include "hone/core/codec/views_json.hpp"

#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "hone/core/base/text.hpp"
#include "hone/core/codec/record.hpp"

namespace hone {
namespace {

using Json = nlohmann::ordered_json;

// Six significant digits are more than a screen shows and keep 100,000 rows small.
Json short_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double power = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  const double rounded = std::isfinite(power) && power > 0 ? std::round(value * power) / power : value;
  if (std::abs(rounded) < 1e15 && rounded == std::floor(rounded)) return static_cast<std::int64_t>(rounded);
  return rounded;
}

Json short_number(const std::optional<double>& value) {
  return value ? short_number(*value) : Json(nullptr);
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Inside <script> only "<" can end or change what follows; U+2028 and U+2029 end lines in old JavaScript.
std::string script_safe(const std::string& json) {
  std::string text;
  text.reserve(json.size() + json.size() / 64);
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '<') {
      text += "\\u003c";
    } else if (json.compare(i, 3, "\xE2\x80\xA8") == 0 || json.compare(i, 3, "\xE2\x80\xA9") == 0) {
      text += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      text += json[i];
    }
  }
  return text;
}

Json samples_json(const std::vector<Sample>& samples, std::size_t most) {
  Json list = Json::array();
  for (const Sample& sample : samples) {
    if (list.size() == most) break;
    list.push_back({{"phase", name_of(sample.phase)},
                    {"role", name_of(sample.role)},
                    {"value", short_number(sample.value)},
                    {"wall", short_number(sample.wall.value)},
                    {"cpu", short_number(sample.cpu.value)},
                    {"peak_memory", sample.peak_memory.value}});
    if (!sample.invalid.empty()) list.back()["invalid"] = sample.invalid;
  }
  return list;
}

Json detail_json(const Detail& detail, const ReportBounds& bounds) {
  Json json;
  const Record& record = *detail.record;
  json["idea"] = record.idea;
  json["reason"] = record.reason;
  json["verdict"] = detail.verdict;
  json["commit"] = record.commit.value;
  json["parent"] = record.parent.value;
  json["paths"] = record.paths;
  json["added"] = record.lines_added;
  json["removed"] = record.lines_removed;
  json["proposing"] = short_number(record.proposing.value);
  json["building"] = short_number(record.building.value);
  json["measuring"] = short_number(record.measuring.value);
  json["diff"] = clip_middle(*detail.diff, bounds.diff_bytes / 2, bounds.diff_bytes / 2);
  json["output"] = clip_middle(*detail.output, bounds.output_bytes / 4, bounds.output_bytes * 3 / 4);
  json["samples"] = samples_json(*detail.samples, bounds.samples);
  json["samples_all"] = detail.samples->size();
  json["guards"] = Json::array();
  for (const GuardResult& guard : record.guards) {
    json["guards"].push_back({{"name", guard.name},
                              {"passed", guard.passed},
                              {"baseline", short_number(guard.baseline)},
                              {"candidate", short_number(guard.candidate)},
                              {"reason", guard.reason}});
  }
  return json;
}

// Columns instead of objects: names once, not 100,000 times.
struct Columns {
  Json id = Json::array(), outcome = Json::array(), value = Json::array(), before = Json::array(),
       effect = Json::array(), low = Json::array(), high = Json::array(), samples = Json::array(),
       backend = Json::array(), cost = Json::array(), ended = Json::array(), took = Json::array(), idea = Json::array(),
       reason = Json::array(), format = Json::array();
  std::map<std::string, std::size_t> backends;
  Json backend_names = Json::array();

  void add(const Record& record, const ReportBounds& bounds) {
    const auto [at, fresh] = backends.emplace(record.backend, backends.size());
    if (fresh) backend_names.push_back(record.backend);
    id.push_back(record.id.value);
    outcome.push_back(record.outcome ? static_cast<int>(*record.outcome) : -1);
    value.push_back(short_number(record.value));
    const Verdict* verdict = record.verdict ? &*record.verdict : nullptr;
    before.push_back(verdict ? short_number(verdict->before) : Json(nullptr));
    effect.push_back(verdict ? short_number(verdict->effect) : Json(nullptr));
    low.push_back(verdict ? short_number(verdict->interval.low) : Json(nullptr));
    high.push_back(verdict ? short_number(verdict->interval.high) : Json(nullptr));
    samples.push_back(verdict ? verdict->samples : record.sample_count);
    backend.push_back(at->second);
    cost.push_back(record.cost ? Json(record.cost->value) : Json(nullptr));
    ended.push_back(short_number(record.ended.value));
    took.push_back(short_number((record.ended - record.began).value));
    idea.push_back(one_line(record.idea, bounds.idea_bytes));
    reason.push_back(one_line(record.reason, bounds.idea_bytes));
    format.push_back(record.format ? static_cast<int>(*record.format) : -1);
  }
  [[nodiscard]] Json take() {
    Json json;
    json["id"] = std::move(id);
    json["outcome"] = std::move(outcome);
    json["value"] = std::move(value);
    json["before"] = std::move(before);
    json["effect"] = std::move(effect);
    json["low"] = std::move(low);
    json["high"] = std::move(high);
    json["samples"] = std::move(samples);
    json["backend"] = std::move(backend);
    json["cost"] = std::move(cost);
    json["ended"] = std::move(ended);
    json["took"] = std::move(took);
    json["idea"] = std::move(idea);
    json["reason"] = std::move(reason);
    json["format"] = std::move(format);
    return json;
  }
};

const GuardSpec* find_guard(const RunSpec& spec, const std::string& name) {
  for (const GuardSpec& guard : spec.guards) {
    if (guard.name == name) return &guard;
  }
  return nullptr;
}

// Every guard as a series over the experiments that reached it, with its limit in the guard's own unit.
Json guards_json(const ReportInput& input) {
  std::map<std::string, Json> series;
  for (std::size_t row = 0; row < input.records.size(); ++row) {
    for (const GuardResult& guard : input.records[row].guards) {
      Json& one = series[guard.name];
      if (one.is_null()) {
        const GuardSpec* spec = find_guard(*input.spec, guard.name);
        one = {{"name", guard.name}, {"baseline", short_number(guard.baseline)}, {"limit", nullptr}};
        if (spec != nullptr) {
          const double sign = spec->bound == GuardSpec::Bound::at_most ? 1.0 : -1.0;
          const double relative = guard.baseline + sign * std::abs(spec->limit * guard.baseline);
          one["limit"] = short_number(spec->relative ? relative : spec->limit);
          one["text"] = spec->text;
        }
        one["rows"] = Json::array();
        one["values"] = Json::array();
      }
      one["rows"].push_back(row);
      one["values"].push_back(short_number(guard.candidate));
    }
  }
  Json list = Json::array();
  for (auto& [name, one] : series) list.push_back(std::move(one));
  return list;
}

}  // namespace

std::string render_detail(const Detail& detail) {
  Json json = Json::parse(render_record(*detail.record), nullptr, false);
  json["diff"] = *detail.diff;
  json["samples"] = samples_json(*detail.samples, detail.samples->size());
  json["output"] = *detail.output;
  return dump(json);
}

std::string render_report_json(const ReportInput& input) {
  const Summary& summary = *input.summary;
  Json json;
  json["direction"] = summary.direction == Direction::minimise ? "min" : "max";
  json["metric"] = summary.metric_name;
  json["baseline"] = short_number(summary.baseline_value);
  json["champion"] = short_number(summary.champion_value);
  json["now"] = short_number(summary.now.value);
  json["scale"] = {{"factor", input.scale.factor}, {"unit", input.scale.unit}, {"decimals", input.scale.decimals}};
  json["outcomes"] = Json::array();
  for (std::size_t i = 0; i < outcome_count; ++i) json["outcomes"].push_back(render_outcome(static_cast<Outcome>(i)));
  Columns columns;
  for (const Record& record : input.records) columns.add(record, input.bounds);
  json["backends"] = std::move(columns.backend_names);
  json["rows"] = columns.take();
  json["guards"] = guards_json(input);
  json["details"] = Json::object();
  for (const Detail& detail : input.details) {
    json["details"][std::to_string(detail.record->id.value)] = detail_json(detail, input.bounds);
  }
  return script_safe(dump(json));
}

}  // namespace hone
