// The append-only record of one run. Durable when append() returns.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hone/core/base/ids.hpp"
#include "hone/core/base/result.hpp"
#include "hone/core/run/event.hpp"

namespace hone {

struct NewText {
  TextId id;
  std::string content;
};

class Journal {
 public:
  virtual ~Journal() = default;
  // All or nothing, one durable transaction; gives the events their sequence numbers. Texts that events name
  // are stored with them. State thread only.
  [[nodiscard]] virtual Done append(std::span<Event> events, std::span<const NewText> texts) = 0;
  // Every event in order. State thread only.
  [[nodiscard]] virtual Done replay(const std::function<Done(const Event&)>& each) = 0;
  // A text by its id. Thread-safe.
  [[nodiscard]] virtual Result<std::string> text(const TextId&) = 0;
  // What other processes asked since the last call (`hone tell`, `hone stop`): bodies of Told and StopAsked.
  // State thread only.
  [[nodiscard]] virtual Result<std::vector<EventBody>> take_inbox() = 0;
};

}  // namespace hone
