#include "hone/core/codec/record.hpp"

#include "core/codec/json.hpp"
#include "core/codec/tables.hpp"

namespace hone {

std::string render_record(const Record& record) {
  return codec::render(record);
}
Result<Record> parse_record(std::string_view json) {
  return codec::parse<Record>(json, "a record");
}

std::string render_summary(const Summary& summary) {
  return codec::render(summary);
}
Result<Summary> parse_summary(std::string_view json) {
  return codec::parse<Summary>(json, "a summary");
}

std::string render_spec(const RunSpec& spec) {
  return codec::render(spec);
}
Result<RunSpec> parse_spec(std::string_view json) {
  return codec::parse<RunSpec>(json, "the settings of a run");
}

std::string render_sample(const Sample& sample) {
  return codec::render(sample);
}
Result<Sample> parse_sample(std::string_view json) {
  return codec::parse<Sample>(json, "a sample");
}

std::string_view name_of(Role role) {
  return codec::Names<Role>::list[static_cast<std::size_t>(role)];
}
std::string_view name_of(Phase phase) {
  return codec::Names<Phase>::list[static_cast<std::size_t>(phase)];
}
std::string_view name_of(ExitKind exit) {
  return codec::Names<ExitKind>::list[static_cast<std::size_t>(exit)];
}
std::string_view name_of(EndReason reason) {
  return codec::Names<EndReason>::list[static_cast<std::size_t>(reason)];
}

}  // namespace hone
