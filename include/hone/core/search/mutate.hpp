// Blind search, the control arm that every clever backend has to beat: one change to one literal, drawn from a
// seed, never a tree that was proposed before, guided by what helped earlier (a coordinate search whose step grows
// after a keep and shrinks after a failure, in the spirit of Hooke and Jeeves 1961 and Rosenbrock 1960).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hone/core/base/random.hpp"
#include "hone/core/edit/edit.hpp"
#include "hone/core/prompt/brief.hpp"
#include "hone/core/search/site.hpp"

namespace hone {

struct Mutation {
  std::string idea;         // "width 5 -> 7 (model.hpp:12:21)"
  std::string reply;        // the idea and one search/replace block
  std::string fingerprint;  // of all target texts after it
};

// Identifies the texts of all targets together.
[[nodiscard]] std::string fingerprint(const std::vector<SourceFile>& files);

// What the ledger says was already measured, as fingerprints: the champion's history is undone step by step from
// the present files, and every attempt re-applied on the way. Entries of other backends end what can be known.
[[nodiscard]] std::set<std::string> measured_before(const std::vector<SourceFile>& files,
                                                    const std::vector<LedgerEntry>& ledger);

// One change that is not in `seen`; nothing when every change to these files was tried. `survey` is of `files`.
[[nodiscard]] std::optional<Mutation> mutate(const std::vector<SourceFile>& files, const Survey& survey,
                                             const std::vector<LedgerEntry>& ledger, const std::set<std::string>& seen,
                                             Random dice);

}  // namespace hone
