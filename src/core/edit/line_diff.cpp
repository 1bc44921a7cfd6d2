#include "core/edit/line_diff.hpp"

#include <algorithm>

namespace hone::edit {
namespace {

constexpr std::ptrdiff_t most_edits = 1500;  // D; the trace holds D^2 numbers, 9 MB at most

struct Span {
  const std::uint64_t* a;
  const std::uint64_t* b;
  std::ptrdiff_t n, m;
};

// The frontier of every step, to walk back along; empty when D exceeds the bound.
std::vector<std::vector<std::int32_t>> trace_of(const Span& s) {
  const std::ptrdiff_t most = std::min<std::ptrdiff_t>(s.n + s.m, most_edits);
  std::vector<std::int32_t> reach(static_cast<std::size_t>(2 * most + 3), 0);
  const auto at = [&](std::ptrdiff_t k) -> std::int32_t& { return reach[static_cast<std::size_t>(k + most + 1)]; };
  std::vector<std::vector<std::int32_t>> trace;
  for (std::ptrdiff_t d = 0; d <= most; ++d) {
    trace.emplace_back(reach.begin() + (most + 1 - d), reach.begin() + (most + 1 + d + 1));  // k in [-d, d]
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
      std::ptrdiff_t x = down ? at(k + 1) : at(k - 1) + 1;
      while (x < s.n && x - k < s.m && s.a[x] == s.b[x - k]) ++x;
      at(k) = static_cast<std::int32_t>(x);
      if (x >= s.n && x - k >= s.m) return trace;
    }
  }
  return {};
}

// Walks the trace back; marks changed lines of both sides.
void mark_changes(const Span& s, const std::vector<std::vector<std::int32_t>>& trace, std::vector<char>& gone,
                  std::vector<char>& added) {
  std::ptrdiff_t x = s.n, y = s.m;
  for (auto d = static_cast<std::ptrdiff_t>(trace.size()) - 1; d > 0; --d) {
    const auto& reach = trace[static_cast<std::size_t>(d)];  // state before step d, k in [-d, d]
    const auto at = [&](std::ptrdiff_t k) { return reach[static_cast<std::size_t>(k + d)]; };
    const std::ptrdiff_t k = x - y;
    const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const std::ptrdiff_t before_k = down ? k + 1 : k - 1;
    const std::ptrdiff_t before_x = at(before_k);
    if (down) {
      added[static_cast<std::size_t>(before_x - before_k)] = 1;
    } else {
      gone[static_cast<std::size_t>(before_x)] = 1;
    }
    x = before_x;
    y = before_x - before_k;
  }
}

}  // namespace

std::vector<Chunk> diff_lines(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const std::size_t n = a.size() - head - tail, m = b.size() - head - tail;
  if (n == 0 && m == 0) return {};
  const Chunk everything{head, head + n, head, head + m};
  if (n == 0 || m == 0) return {everything};
  const Span span{a.data() + head, b.data() + head, static_cast<std::ptrdiff_t>(n), static_cast<std::ptrdiff_t>(m)};
  const auto trace = trace_of(span);
  if (trace.empty()) return {everything};
  std::vector<char> gone(n, 0), added(m, 0);
  mark_changes(span, trace, gone, added);
  std::vector<Chunk> chunks;
  for (std::size_t i = 0, j = 0; i < n || j < m;) {
    if ((i < n && gone[i]) || (j < m && added[j])) {
      Chunk chunk{head + i, 0, head + j, 0};
      while (i < n && gone[i]) ++i;
      while (j < m && added[j]) ++j;
      chunk.a_end = head + i;
      chunk.b_end = head + j;
      chunks.push_back(chunk);
    } else {
      ++i;
      ++j;
    }
  }
  return chunks;
}

}  // namespace hone::edit
