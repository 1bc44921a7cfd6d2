#include "hone/core/codec/redteam.hpp"

#include "core/codec/json.hpp"

namespace hone {

std::string render_redteam_json(const RedteamLine& line) {
  codec::Json json;
  json["attack"] = line.attack;
  json["kind"] = line.kind;
  json["summary"] = line.summary;
  json["result"] = line.defence == Defence::missed ? "missed" : std::string(render_defence(line.defence));
  json["outcome"] = std::string(render_outcome(line.outcome));
  json["honest_kept"] = line.honest_kept;
  json["note"] = codec::write_text(line.note);
  if (line.defence == Defence::missed) {
    json["means"] = std::string(lesson_of(line.kind).means);
    json["remedy"] = std::string(lesson_of(line.kind).remedy);
  }
  return codec::dump(json);
}

}  // namespace hone
