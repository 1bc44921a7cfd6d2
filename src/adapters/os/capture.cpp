#include "adapters/os/capture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone::os {
namespace {

constexpr std::string_view mark = "METRIC ";
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_marked = 1 << 20;
constexpr std::string_view too_many = "METRIC lines beyond 1 MiB were left out\n";  // is none: the sample is invalid

}  // namespace

// Lines are put together before they are looked at: a mark may come in two reads.
void Capture::look_for_marks(std::string_view bytes) {
  const std::int64_t start = total_;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t newline = bytes.find('\n', at);
    const std::size_t end = newline == std::string_view::npos ? bytes.size() : newline + 1;
    const std::string_view part = bytes.substr(at, end - at);
    if (part.size() <= 2 * longest_line) {
      line_.append(part);
    } else {
      line_.append(part.substr(0, longest_line)).append(part.substr(part.size() - longest_line));
    }
    if (line_.size() > 3 * longest_line) line_.erase(longest_line, line_.size() - 2 * longest_line);
    at = end;
    if (newline == std::string_view::npos) continue;
    total_ = start + static_cast<std::int64_t>(end);
    end_line();
  }
  total_ = start;
}

void Capture::end_line() {
  if (marked_bytes_ <= most_marked && line_.find(mark) != std::string::npos) {
    marked_bytes_ += line_.size();
    marked_.push_back({total_, marked_bytes_ > most_marked ? std::string(too_many) : line_});
  }
  line_.clear();
}

void Capture::add(std::string_view bytes) {
  look_for_marks(bytes);
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
  std::string between;
  const auto first = static_cast<std::int64_t>(head.size());
  const std::int64_t last = total_ - static_cast<std::int64_t>(tail.size());
  for (const Marked& line : marked_) {
    if (line.end > first && line.end <= last) between += line.text;
  }
  const std::string_view gap = head.empty() || head.back() == '\n' ? "" : "\n";
  const std::int64_t missing = last - first - static_cast<std::int64_t>(between.size());
  return fmt::format("{}{}[... {} bytes left out ...]\n{}{}", head, gap, std::max<std::int64_t>(missing, 0), between,
                     tail);
}

}  // namespace hone::os
