#include "hone/core/codec/verification.hpp"

#include "core/codec/json.hpp"

namespace hone {
namespace {

void put_measurement(codec::Json& json, const Remeasured& result) {
  json["effect"] = codec::write_number(result.effect);
  json["interval"] =
      codec::Json::array({codec::write_number(result.interval.low), codec::write_number(result.interval.high)});
  json["pairs"] = result.pairs;
}

}  // namespace

std::string render_verification_json(const Verification& verification) {
  codec::Json json;
  json["run"] = codec::write_text(verification.run);
  json["base"] = verification.base.value;
  json["champion"] = verification.champion.value;
  json["logged"] = codec::write_number(verification.logged);
  json["baseline_value"] = codec::write_number(verification.result.baseline);
  json["champion_value"] = codec::write_number(verification.result.champion);
  put_measurement(json, verification.result);
  json["confirmed"] = confirmed(verification);
  json["failed"] = codec::write_text(verification.failed);
  json["keeps"] = codec::Json::array();
  for (const KeepWorth& keep : verification.keeps) {
    codec::Json one;
    one["experiment"] = keep.experiment.value;
    one["commit"] = keep.commit.value;
    one["idea"] = codec::write_text(keep.idea);
    one["claimed"] = codec::write_number(keep.claimed);
    one["verdict"] = std::string(render_call(keep));
    if (keep.worth.pairs > 0) put_measurement(one, keep.worth);
    one["note"] = codec::write_text(keep.note);
    json["keeps"].push_back(std::move(one));
  }
  return codec::dump(json);
}

}  // namespace hone
