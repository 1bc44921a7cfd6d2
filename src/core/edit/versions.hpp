// Replies that hold more than one version of their change. Which one is meant cannot be told.
#pragma once

#include <optional>
#include <vector>

#include "core/edit/hunk.hpp"

namespace hone::edit {

// A whole file or a patch beside SEARCH/REPLACE blocks.
[[nodiscard]] std::optional<Rejection> second_version(const ReplyView&, const Edits&, const std::vector<SourceFile>&,
                                                      const EditPolicy&);
// "Option A" with its blocks and "Option B" with others.
[[nodiscard]] std::optional<Rejection> offers_choice(const ReplyView&, const Edits&);

}  // namespace hone::edit
