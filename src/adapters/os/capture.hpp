// One output stream of any length in constant memory: its first and its last bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone::os {

class Capture {
 public:
  Capture(std::size_t head, std::size_t tail) : head_size_(head), tail_size_(tail) {}
  void add(std::string_view bytes);
  [[nodiscard]] std::int64_t total() const { return total_; }
  // Head, a note of what is missing, tail; all of it when nothing is.
  [[nodiscard]] std::string text() const;

 private:
  std::size_t head_size_, tail_size_;
  std::string head_;
  std::string tail_;        // a ring once it is full
  std::size_t oldest_ = 0;  // where the ring starts
  std::int64_t total_ = 0;
};

}  // namespace hone::os
