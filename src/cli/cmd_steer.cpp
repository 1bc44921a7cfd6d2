// tell and stop: a message in the journal's inbox and a nudge for the process that reads it.
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "adapters/journal/archive.hpp"
#include "adapters/journal/writer_lock.hpp"
#include "cli/commands.hpp"
#include "cli/find_run.hpp"

namespace hone::cli {
namespace {

// Stored first, so that a message to a night that is just being resumed is not lost.
Result<bool> deliver(const FoundRun& run, const EventBody& message) {
  Archive archive = HONE_TRY(Archive::open(run.folder));
  const Summary summary = HONE_TRY(archive.summary());
  if (summary.ended) {
    return fail(Reaction::fix_input,
                fmt::format("run '{}' has ended; `hone resume {} --budget ...` goes on with it", run.name, run.name));
  }
  HONE_TRY_VOID(put_message(run.folder, message));
  const auto writer = journal::writer_of(run.folder);
  if (writer.value_or(0) > 0)
    kill(*writer, SIGUSR1);  // the lock's holder: an older session's number may be anybody's now
  return writer.has_value();
}

}  // namespace

Result<int> command_tell(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  const bool heard = HONE_TRY(deliver(run, event::Told{flags.text}));
  fmt::print("{} will see it with {}.\n", run.name, heard ? "the next request" : "its next resume");
  return 0;
}

Result<int> command_stop(const Flags& flags) {
  const FoundRun run = HONE_TRY(find_run(flags));
  const bool heard = HONE_TRY(deliver(run, event::StopAsked{flags.now, "asked by `hone stop`"}));
  fmt::print("{} {}\n", run.name, heard ? "is ending." : "is not running; it will end when it is resumed.");
  return 0;
}

}  // namespace hone::cli
