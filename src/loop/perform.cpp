#include "hone/loop/perform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hone/core/base/digest.hpp"
#include "hone/core/edit/screen.hpp"
#include "hone/core/guard/odd_code.hpp"
#include "hone/core/run/canary.hpp"

namespace hone {
namespace {

constexpr std::size_t shown_replies = 3;  // full replies of the last failures in a brief

class Performance {
 public:
  Performance(const Effect& planned, const Workbench& bench, const Stop& stop)
      : effect_(planned), bench_(bench), stop_(stop) {}

  EffectDone result() {
    EventBody body = std::visit([this](const auto& what) { return (*this)(what); }, effect_.body);
    return EffectDone{effect_.id, effect_.experiment, std::move(body), std::move(texts_), rest_};
  }

 private:
  EventBody operator()(const effect::Propose& propose) {
    auto brief = complete_brief(propose.brief, bench_);
    if (!brief) return failed(brief.error());
    auto proposal = bench_.proposers[propose.backend]->propose(*brief, stop_);
    if (!proposal) {
      ProposeError& error = proposal.error();
      rest_ = error.retry_after;
      return event::ProposeFailed{effect_.id, std::move(error.error), error.cost, std::move(error.attempts), {}};
    }
    event::Proposed proposed{effect_.id, std::move(*proposal), {}, {}};
    if (proposed.proposal.idea.empty())
      proposed.proposal.idea = find_intent(proposed.proposal.reply, !brief->complaint.empty());
    proposed.prompt = keep(std::exchange(proposed.proposal.prompt, {}));
    proposed.reply = keep(std::exchange(proposed.proposal.reply, {}));
    return proposed;
  }

  EventBody operator()(const effect::Assemble& assemble) {
    auto reply = bench_.journal.text(assemble.reply);
    if (!reply) return failed(reply.error());
    auto originals = bench_.repo.load(assemble.parent_tree, assemble.targets);
    if (!originals) return failed(originals.error());
    EditPolicy policy;
    policy.allowed = assemble.targets;
    policy.exact_only = assemble.exact_only;
    auto patched = patch(*reply, *originals, policy);
    if (!patched) return event::AssembleRefused{effect_.id, std::move(patched.error())};
    auto change = bench_.repo.replace(assemble.parent_tree, patched->files);
    if (!change) return failed(change.error());
    std::vector<SourceFile> before;  // of the files that change
    for (const SourceFile& file : *originals) {
      if (std::any_of(patched->files.begin(), patched->files.end(),
                      [&](const SourceFile& f) { return f.path == file.path; })) {
        before.push_back(file);
      }
    }
    event::Assembled assembled{effect_.id,
                               change->tree,
                               std::move(patched->intent),
                               patched->format,
                               patched->tags,
                               change->paths,
                               change->lines_added,
                               change->lines_removed,
                               patch_key(before, patched->files) + " " + win_key(before, patched->files),
                               revert_key(before, patched->files),
                               seed_only(before, patched->files),
                               find_odd_code(before, patched->files).value_or("")};
    return assembled;
  }

  EventBody operator()(const effect::Prepare& prepare) {
    auto report = bench_.executor.prepare(prepare, stop_);
    if (!report) return failed(report.error());
    event::Prepared prepared{effect_.id,
                             report->failed,
                             report->process.exit,
                             report->process.exit_code,
                             report->build_wall,
                             report->check_wall,
                             {},
                             std::move(report->changed)};
    if (!report->failed.empty()) prepared.output = keep(report->process.output + report->process.error_output);
    return prepared;
  }

  EventBody operator()(const effect::Measure& measure) {
    auto reports = bench_.executor.measure(measure, stop_);
    if (!reports) return failed(reports.error());
    event::Measured measured{effect_.id, {}};
    for (SampleReport& report : *reports) {
      report.sample.output = keep(std::move(report.output));
      for (SourceFile& artifact : report.artifacts) {
        report.sample.artifacts.push_back({std::move(artifact.path), keep(std::move(artifact.text))});
      }
      measured.samples.push_back(std::move(report.sample));
    }
    return measured;
  }

  EventBody operator()(const effect::Advance& advance) {
    auto commit = bench_.repo.advance(advance.accepted);
    if (!commit) return failed(commit.error());
    return event::Advanced{effect_.id, std::move(*commit)};
  }

  // The files with a canary's change in them. None: it could not be made, and `planted.idea` says why.
  Result<std::vector<SourceFile>> planted_files(const effect::Plant& plant, event::Assembled& planted) {
    std::vector<SourceFile> files = HONE_TRY(bench_.repo.load(plant.parent_tree, plant.targets));
    if (plant.command.empty()) {
      files.resize(std::min<std::size_t>(files.size(), 1));
      for (SourceFile& file : files) file.text = plant_null(file.path, std::move(file.text));
      return files;
    }
    effect::Prepare edit{*plant.workspace,    SlotId{0}, plant.parent_tree, plant.command, "", plant.timeout,
                         plant.beside_timing, false};
    edit.own = true;
    edit.collect = plant.targets;
    PrepareReport report = HONE_TRY(bench_.executor.prepare(edit, stop_));
    if (!report.failed.empty() || same_bytes(files, report.files)) {
      planted.idea = report.failed.empty() ? "--sensitivity changed none of the targets" : "--sensitivity failed";
      return std::vector<SourceFile>{};
    }
    return std::move(report.files);
  }

  EventBody operator()(const effect::Plant& plant) {
    event::Assembled planted;
    planted.effect = effect_.id;
    planted.tree = plant.parent_tree;
    auto files = planted_files(plant, planted);
    if (!files) return failed(files.error());
    if (files->empty()) return planted;
    auto change = bench_.repo.replace(plant.parent_tree, *files);
    if (!change) return failed(change.error());
    planted.tree = change->tree;
    planted.paths = change->paths;
    planted.lines_added = change->lines_added;
    planted.lines_removed = change->lines_removed;
    return planted;
  }

  EventBody failed(const Error& error) { return event::EffectFailed{effect_.id, error}; }

  TextId keep(std::string content) {
    if (content.empty()) return {};
    TextId id = text_id(content);
    texts_.push_back({id, std::move(content)});
    return id;
  }

  const Effect& effect_;
  const Workbench& bench_;
  const Stop& stop_;
  std::vector<NewText> texts_;
  std::optional<Seconds> rest_;
};

}  // namespace

Result<Brief> complete_brief(Brief brief, const BriefSource& source) {
  brief.targets = HONE_TRY(source.files(brief.parent_tree, brief.target_paths));
  if (!brief.context_paths.empty()) brief.context = HONE_TRY(source.files(brief.parent_tree, brief.context_paths));
  for (auto entry = brief.ledger.rbegin(); entry != brief.ledger.rend(); ++entry) {
    if (brief.ledger_replies.size() == shown_replies) break;
    if (entry->outcome == Outcome::kept || entry->reply.value.empty()) continue;
    std::string reply = HONE_TRY(source.text(entry->reply));
    brief.ledger_replies.push_back({fmt::format("{}", entry->experiment.value), std::move(reply)});
  }
  for (const Artifact& artifact : brief.champion_artifacts) {
    if (artifact.text.value.empty()) continue;
    brief.artifacts.push_back({artifact.name, HONE_TRY(source.text(artifact.text))});
  }
  if (!brief.last_failure.value.empty()) brief.last_failure_text = HONE_TRY(source.text(brief.last_failure));
  if (!brief.previous_reply.value.empty()) brief.previous_reply_text = HONE_TRY(source.text(brief.previous_reply));
  return brief;
}

Result<Brief> complete_brief(Brief brief, const Workbench& bench) {
  return complete_brief(std::move(brief), {[&](const TreeId& tree, const std::vector<std::string>& paths) {
                                             return bench.repo.load(tree, paths);
                                           },
                                           [&](const TextId& id) { return bench.journal.text(id); }});
}

EffectDone perform(const Effect& planned, const Workbench& bench, const Stop& stop) {
  return Performance(planned, bench, stop).result();
}

}  // namespace hone
