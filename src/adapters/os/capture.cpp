#include "adapters/os/capture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone::os {

void Capture::add(std::string_view bytes) {
  total_ += static_cast<std::int64_t>(bytes.size());
  const std::size_t first = std::min(bytes.size(), head_size_ - head_.size());
  head_.append(bytes.substr(0, first));
  bytes.remove_prefix(first);
  if (bytes.size() > tail_size_) bytes.remove_prefix(bytes.size() - tail_size_);
  const std::size_t grown = std::min(bytes.size(), tail_size_ - tail_.size());
  tail_.append(bytes.substr(0, grown));
  bytes.remove_prefix(grown);
  while (!bytes.empty()) {
    const std::size_t piece = std::min(bytes.size(), tail_.size() - oldest_);
    std::copy_n(bytes.data(), piece, tail_.data() + oldest_);
    oldest_ = (oldest_ + piece) % tail_.size();
    bytes.remove_prefix(piece);
  }
}

std::string Capture::text() const {
  const auto kept = static_cast<std::int64_t>(head_.size() + tail_.size());
  std::string result = head_;
  // The note stands on lines of its own, so that half a number is never read as a number.
  if (total_ > kept) result += fmt::format("\n[... {} bytes left out ...]\n", total_ - kept);
  result.append(tail_, oldest_, std::string::npos);
  result.append(tail_, 0, oldest_);
  return result;
}

}  // namespace hone::os
