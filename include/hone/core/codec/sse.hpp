// Server-sent events, as the WHATWG specification reads them: LF, CRLF or CR end lines, ':' lines are comments,
// data lines of one event join with LF, a blank line dispatches, unknown fields are ignored. Bytes in, bytes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

struct SseEvent {
  std::string name;  // of `event:`; "" = message
  std::string data;
};

class SseParser {
 public:
  // The events that this piece completed, wherever it was cut.
  [[nodiscard]] std::vector<SseEvent> feed(std::string_view piece);
  // At the end of the stream: what was still pending, were it dispatched. It counts only if its JSON parses.
  [[nodiscard]] std::optional<SseEvent> finish();

 private:
  void take_line(std::string_view line, std::vector<SseEvent>& events);

  std::string line_;
  SseEvent pending_;
  bool has_data_ = false;
  bool after_cr_ = false;  // the next LF belongs to it
  bool first_line_ = true;
};

}  // namespace hone
