#include "hone/core/codec/event.hpp"

#include <utility>

#include "core/codec/json.hpp"
#include "core/codec/tables.hpp"

namespace hone {
namespace {

using codec::Json;

Json write_body(const EventBody& body) {
  return std::visit([](const auto& one) { return codec::write(one); }, body);
}

template <std::size_t I>
Result<EventBody> read_alternative(const Json& json, std::string_view what) {
  using Body = std::variant_alternative_t<I, EventBody>;
  return EventBody(std::in_place_index<I>, HONE_TRY(codec::read_whole<Body>(json, what)));
}

using Reader = Result<EventBody> (*)(const Json&, std::string_view);
template <std::size_t... I>
constexpr std::array<Reader, sizeof...(I)> make_readers(std::index_sequence<I...>) {
  return {&read_alternative<I>...};
}
constexpr auto readers = make_readers(std::make_index_sequence<codec::event_kinds.size()>{});

Result<EventBody> read_body(std::string_view kind, const Json& json) {
  for (std::size_t i = 0; i < codec::event_kinds.size(); ++i) {
    if (codec::event_kinds[i] == kind) return readers[i](json, kind);
  }
  return fail(Reaction::fix_input,
              fmt::format("read an event of the kind '{}': this version of hone does not know it; use the hone that "
                          "wrote this journal, or a newer one",
                          kind));
}

}  // namespace

std::string_view kind_name(const EventBody& body) {
  return codec::event_kinds[body.index()];
}

std::string render_body(const EventBody& body) {
  return codec::dump(write_body(body));
}

Result<EventBody> parse_body(std::string_view kind, std::string_view json) {
  return read_body(kind, HONE_TRY(codec::parse_object(json, kind)));
}

std::string render_event(const Event& event) {
  Json json = Json::object();
  json.push_back({"sequence", codec::write(event.sequence)});
  json.push_back({"at", codec::write(event.at)});
  json.push_back({"date", codec::write(event.date)});
  json.push_back({"experiment", codec::write(event.experiment)});
  json.push_back({"kind", std::string(kind_name(event.body))});
  json.push_back({"body", write_body(event.body)});
  return codec::dump(json);
}

Result<Event> parse_event(std::string_view text) {
  const Json json = HONE_TRY(codec::parse_object(text, "an event"));
  Event event;
  std::string trail;
  std::string kind;
  const auto take = [&](std::string_view name, auto& value) {
    const auto found = json.find(std::string(name));
    return found == json.end() || codec::read(*found, value, trail);
  };
  if (!take("sequence", event.sequence) || !take("at", event.at) || !take("date", event.date) ||
      !take("experiment", event.experiment) || !take("kind", kind)) {
    return fail(Reaction::fix_input,
                "read an event: its sequence, time, date, experiment or kind is not what it should be");
  }
  const auto body = json.find("body");
  event.body = HONE_TRY(read_body(kind, body == json.end() ? Json::object() : *body));
  return event;
}

}  // namespace hone
