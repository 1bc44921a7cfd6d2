// What a worker does with one effect: blocking port calls, and the event that records how they ended.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "hone/core/run/effect.hpp"
#include "hone/ports/crew.hpp"
#include "hone/ports/executor.hpp"
#include "hone/ports/journal.hpp"
#include "hone/ports/proposer.hpp"
#include "hone/ports/repo.hpp"
#include "hone/ports/stop.hpp"

namespace hone {

// The ports a worker may use, all of them thread-safe for these calls.
struct Workbench {
  Journal& journal;  // text() only
  Repo& repo;
  Executor& executor;
  std::vector<std::unique_ptr<Proposer>>& proposers;  // index = RunSpec::backends
};

[[nodiscard]] EffectDone perform(const Effect&, const Workbench&, const Stop&);

// Where a brief's texts are read.
struct BriefSource {
  std::function<Result<std::vector<SourceFile>>(const TreeId&, const std::vector<std::string>&)> files;
  std::function<Result<std::string>(const TextId&)> text;
};

// The brief with its file texts read from the parent's tree.
[[nodiscard]] Result<Brief> complete_brief(Brief, const BriefSource&);
[[nodiscard]] Result<Brief> complete_brief(Brief, const Workbench&);

}  // namespace hone
