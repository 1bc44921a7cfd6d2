#include "cli/proposers.hpp"

#include <fmt/format.h>

#include "adapters/executors/plain.hpp"
#include "adapters/git/runs.hpp"
#include "adapters/journal/archive.hpp"
#include "adapters/proposers/mutate.hpp"
#include "adapters/proposers/replay.hpp"

namespace hone::cli {
namespace {

Result<std::unique_ptr<Proposer>> make_replay(const git::Place& place, const std::string& run) {
  if (!git::run_exists(place, run)) return fail(Reaction::fix_input, fmt::format("replay:{}: there is no such run", run));
  Archive archive = HONE_TRY(Archive::open(git::state_folder(place, run)));
  std::vector<StoredReply> replies;
  HONE_TRY_VOID(archive.each_record([&](const Record& record) -> Done {
    if (record.reply.value.empty()) return {};
    replies.push_back({record.idea, HONE_TRY(archive.text(record.reply))});
    return {};
  }));
  return std::make_unique<ReplayProposer>(run, std::move(replies));
}

Result<std::unique_ptr<Proposer>> make_one(const Session& session, const BackendSpec& backend) {
  if (backend.kind == "mutate") return std::make_unique<MutateProposer>();
  if (backend.kind == "replay") return make_replay(session.place, backend.model);
  return fail(Reaction::fix_input, fmt::format("backend '{}' is not part of this build", backend.kind));
}

}  // namespace

Result<std::vector<std::unique_ptr<Proposer>>> make_proposers(const Session& session) {
  std::vector<std::unique_ptr<Proposer>> proposers;
  for (const BackendSpec& backend : session.spec.backends) proposers.push_back(HONE_TRY(make_one(session, backend)));
  return proposers;
}

Result<std::unique_ptr<Executor>> make_executor(Session& session) {
  executors::PlainOptions options;
  options.scratch = session.workspaces + "/scratch";
  options.passed = executors::pick_environment(session.spec.pass_env);
  options.cpus = session.cpus;
  return executors::make_plain(std::move(options), {*session.process, *session.repo, session.files, nullptr});
}

}  // namespace hone::cli
