// The journal's decoder on arbitrary bytes: it reads or refuses, and what it reads renders to what it reads again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hone/core/base/assert.hpp"
#include "hone/core/codec/event.hpp"
#include "hone/core/codec/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto event = hone::parse_event(text)) {
    const std::string once = hone::render_event(*event);
    const auto again = hone::parse_event(once);
    HONE_ASSERT(again.has_value());
    HONE_ASSERT(hone::render_event(*again) == once);
  }
  if (const auto record = hone::parse_record(text))
    HONE_ASSERT(hone::parse_record(hone::render_record(*record)).has_value());
  if (const auto summary = hone::parse_summary(text))
    HONE_ASSERT(hone::parse_summary(hone::render_summary(*summary)).has_value());
  return 0;
}
