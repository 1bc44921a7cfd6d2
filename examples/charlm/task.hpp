// Frozen: what judge and model agree on.
#pragma once

namespace charlm {

inline constexpr int symbols = 32;  // 'a'..'z', space, '.', ',', newline and two that never occur
inline constexpr int history = 16;  // characters before the one to predict that a model may see

// The last `history` characters, newest last, each below `symbols`.
struct Window {
  unsigned char at[history];
};

}  // namespace charlm
