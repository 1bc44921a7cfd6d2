// The journal of one run in one SQLite file: <folder>/journal.db. One writer at a time, held by a lock that dies
// with its process; readers (archive.hpp) work beside it.
#pragma once

#include <memory>
#include <string>

#include "hone/core/base/result.hpp"
#include "hone/ports/journal.hpp"

namespace hone {

// Makes <folder> (0700) if needed and a new journal in it. Errors: fix_input when the run exists or is on a file
// system without shared memory; stop_run when the disk refuses.
[[nodiscard]] Result<std::unique_ptr<Journal>> create_journal(const std::string& folder, const std::string& run);

// Opens what is there. Errors: fix_input for no journal, a newer schema, or a run that another process is writing.
[[nodiscard]] Result<std::unique_ptr<Journal>> open_journal(const std::string& folder);

struct Salvage {
  std::uint64_t kept = 0;        // events
  std::string damage;            // why no more; "" = nothing was wrong
  std::string old_path;          // where the damaged file was put
  std::uint64_t lost_texts = 0;  // texts that could not be read; the events that name them are kept
};
// Writes every whole append before the damage into a fresh journal that takes the old one's place, its tables made
// anew; the old files are kept beside it. Messages that still waited are not carried over. Nobody may be writing.
[[nodiscard]] Result<Salvage> salvage_journal(const std::string& folder);

}  // namespace hone
