// One output stream of any length in constant memory: its first and its last bytes, and of what is between them the
// lines with METRIC in them. Otherwise code under test could print a number of its own and then so much before and
// after the judge's line that only its own is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hone::os {

class Capture {
 public:
  Capture(std::size_t head, std::size_t tail) : head_size_(head), tail_size_(tail) {}
  void add(std::string_view bytes);
  [[nodiscard]] std::int64_t total() const { return total_; }
  // Head, a note of what is missing, the marked lines of it, tail; all of it when nothing is.
  [[nodiscard]] std::string text() const;

 private:
  std::size_t head_size_, tail_size_;
  std::string head_;
  std::string tail_;        // a ring once it is full
  std::size_t oldest_ = 0;  // where the ring starts
  std::int64_t total_ = 0;

  struct Marked {
    std::int64_t end;  // of the line, in the whole stream
    std::string text;
  };
  void look_for_marks(std::string_view bytes);
  void end_line();
  std::string line_;  // begun; of a long one its first and its last bytes
  std::vector<Marked> marked_;
  std::size_t marked_bytes_ = 0;
};

}  // namespace hone::os
