#include "hone/core/run/effect.hpp"

namespace hone {

EffectKind kind_of(const EffectBody& body) {
  static_assert(std::variant_size_v<EffectBody> == static_cast<std::size_t>(EffectKind::plant) + 1);
  return static_cast<EffectKind>(body.index());
}

}  // namespace hone
