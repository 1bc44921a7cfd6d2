#include "hone/core/codec/sse.hpp"

#include <utility>

namespace hone {

std::vector<SseEvent> SseParser::feed(std::string_view piece) {
  std::vector<SseEvent> events;
  while (!piece.empty()) {
    if (std::exchange(after_cr_, false) && piece[0] == '\n') {
      piece.remove_prefix(1);
      continue;
    }
    const auto end = piece.find_first_of("\r\n");
    line_.append(piece.substr(0, end));
    if (end == std::string_view::npos) break;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    take_line(line_, events);
    line_.clear();
  }
  return events;
}

std::optional<SseEvent> SseParser::finish() {
  std::vector<SseEvent> events;
  if (!line_.empty()) take_line(std::exchange(line_, {}), events);
  take_line("", events);
  if (events.empty()) return std::nullopt;
  return std::move(events.front());
}

void SseParser::take_line(std::string_view line, std::vector<SseEvent>& events) {
  if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty()) {
    if (has_data_) events.push_back(std::move(pending_));
    pending_ = {};
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    pending_.name = value;
  } else if (field == "data") {
    if (has_data_) pending_.data += '\n';
    pending_.data += value;
    has_data_ = true;
  }
}

}  // namespace hone
