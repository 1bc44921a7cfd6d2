#include "hone/core/codec/checkup.hpp"

#include "core/codec/json.hpp"

namespace hone {
namespace {

codec::Json numbers(std::span<const double> values) {
  codec::Json list = codec::Json::array();
  for (const double value : values) list.push_back(codec::write_number(value));
  return list;
}

}  // namespace

std::string_view render_health(Health health) {
  return health == Health::good ? "ok" : health == Health::warning ? "warning" : "bad";
}

std::string render_checkup_json(const Checkup& checkup) {
  const Diagnosis& found = checkup.diagnosis;
  codec::Json json;
  json["verdict"] = std::string(render_readiness(readiness(checkup.findings)));
  json["findings"] = codec::Json::array();
  for (const Finding& finding : checkup.findings) {
    json["findings"].push_back({{"health", std::string(render_health(finding.health))},
                                {"group", finding.group},
                                {"subject", finding.subject},
                                {"text", codec::write_text(finding.text)},
                                {"advice", codec::write_text(finding.advice)}});
  }
  json["values"] = numbers(found.values);
  json["level"] = codec::write_number(found.level);
  json["cv"] = codec::write_number(found.cv);
  json["drift"] = codec::write_number(found.drift);
  json["deterministic"] = found.deterministic;
  json["warm_up"] = found.warm_up;
  json["outliers"] = found.outliers;
  json["twins"] = codec::write_number(found.twins);
  json["seed_spread"] = found.seed_spread ? codec::write_number(*found.seed_spread) : codec::Json(nullptr);
  json["run_seconds"] = codec::write_number(found.run_wall.value);
  json["cost_ratio"] = codec::write_number(found.cost_ratio);
  json["mode"] = std::string(render_mode(found.mode));
  json["tier"] = std::string(render_tier(found.tier));
  json["detectable"] = codec::write_number(found.detectable);
  json["runs_per_experiment"] = codec::write_number(found.runs_per_experiment);
  json["experiments"] = codec::write_number(found.experiments);
  json["keeps"] = codec::write_number(found.keeps);
  if (checkup.planted) {
    json["planted"] = {{"how", codec::write_text(checkup.planted->how)},
                       {"failed", codec::write_text(checkup.planted->failed)},
                       {"unchanged", numbers(checkup.planted->unchanged)},
                       {"worse", numbers(checkup.planted->worse)}};
  }
  return codec::dump(json);
}

}  // namespace hone
