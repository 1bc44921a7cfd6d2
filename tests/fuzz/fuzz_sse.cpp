// Events must be the same wherever a stream is cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "hone/core/codec/sse.hpp"

namespace {

std::vector<std::string> events_of(std::string_view bytes, std::size_t piece) {
  hone::SseParser parser;
  std::vector<std::string> result;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    for (const hone::SseEvent& event : parser.feed(bytes.substr(at, piece)))
      result.push_back(event.name + "\n" + event.data);
  }
  if (const auto last = parser.finish()) result.push_back(last->name + "\n" + last->data);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (events_of(bytes, bytes.size()) != events_of(bytes, 1 + data[0] % 16)) std::abort();
  return 0;
}
