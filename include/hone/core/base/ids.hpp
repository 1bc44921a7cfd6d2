// Identities. Distinct types, so that a tree is never passed for a commit.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace hone {

template <class Tag, class Rep>
struct Id {
  Rep value{};
  friend auto operator<=>(const Id&, const Id&) = default;
};

using ExperimentId = Id<struct ExperimentTag, std::uint64_t>;  // from 1; 0 = none (baseline work)
using EffectId = Id<struct EffectTag, std::uint64_t>;          // from 1, never reused in a run
using CommitId = Id<struct CommitTag, std::string>;            // 40 hex digits
using TreeId = Id<struct TreeTag, std::string>;                // 40 hex digits
using TextId = Id<struct TextTag, std::string>;                // SHA-256 in hex; "" = no text
using SlotId = Id<struct SlotTag, std::uint32_t>;              // from 0
using WorkspaceId = Id<struct WorkspaceTag, std::uint32_t>;    // from 0; a directory of its own

}  // namespace hone

template <class Tag, class Rep>
struct std::hash<hone::Id<Tag, Rep>> {
  std::size_t operator()(const hone::Id<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.value); }
};
