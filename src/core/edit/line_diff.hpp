// Which lines of two texts correspond. Common ends first, then Myers' O(ND) (1986) with a bound on D, beyond
// which the middle counts as replaced: a correct but coarser answer, never a slow one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hone::edit {

struct Chunk {
  std::size_t a_begin = 0, a_end = 0, b_begin = 0, b_end = 0;  // a[a_begin, a_end) became b[b_begin, b_end)
};

// Changed chunks in order. Lines are given as hashes (or small ids).
[[nodiscard]] std::vector<Chunk> diff_lines(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

}  // namespace hone::edit
