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
  std::string tail(tail_, oldest_, std::string::npos);
  tail.append(tail_, 0, oldest_);
  if (total_ == static_cast<std::int64_t>(head_.size() + tail.size())) return head_ + tail;
  // Something is missing between the two: the lines that it cuts go too, because the front half of a number
  // is a number.
  std::string head = head_;
  if (const auto end = head.rfind('\n'); end != std::string::npos) head.resize(end + 1);
  if (const auto end = tail.find('\n'); end != std::string::npos && end + 1 < tail.size()) tail.erase(0, end + 1);
  const auto kept = static_cast<std::int64_t>(head.size() + tail.size());
  const std::string_view gap = head.empty() || head.back() == '\n' ? "" : "\n";
  return fmt::format("{}{}[... {} bytes left out ...]\n{}", head, gap, total_ - kept, tail);
}

}  // namespace hone::os
