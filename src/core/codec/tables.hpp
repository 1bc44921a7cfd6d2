// The fields of every value that the journal holds. Adding a field to a struct means adding it here; removing or
// renaming one breaks old journals.
#pragma once

#include "core/codec/fields.hpp"
#include "hone/core/run/event.hpp"
#include "hone/core/run/record.hpp"
#include "hone/core/run/summary.hpp"

namespace hone::codec {

HONE_NAMES(Measure, peak_memory, "stdout", "wall", "cpu", "instructions", "peak-memory");
HONE_NAMES(Direction, maximise, "min", "max");
HONE_NAMES(GuardSpec::Bound, at_least, "at_most", "at_least");
HONE_NAMES(AcceptRule, greedy, "gate", "margin", "greedy");
HONE_NAMES(MetricMode, expensive, "auto", "noisy", "deterministic", "expensive");
HONE_NAMES(SandboxLevel, none, "auto", "bwrap", "none");
HONE_NAMES(EffectKind, plant, "propose", "assemble", "prepare", "measure", "advance", "plant");
HONE_NAMES(Finish, error, "complete", "truncated", "refused", "tool_use", "context_overflow", "paused", "error");
HONE_NAMES(CostSource, free, "none", "provider", "table", "free");
HONE_NAMES(Reaction, cancelled, "retry", "drop_backend", "fix_input", "stop_run", "cancelled");
HONE_NAMES(EditFormat, tool_call, "search_replace", "whole_file", "unified_diff", "v4a", "tool_call");
HONE_NAMES(RejectCode, secret, "no_edit", "truncated", "no_match", "ambiguous", "no_op", "lazy", "marker", "path",
           "mixed", "encoding", "region", "too_large", "empty_search", "overlap", "hidden", "secret");
HONE_NAMES(ExitKind, stopped_early, "exited", "signalled", "timed_out", "out_of_memory", "output_limit", "disk_limit",
           "cancelled", "not_started", "stopped_early");
HONE_NAMES(Role, baseline, "champion", "candidate", "baseline");
HONE_NAMES(Trust, t3, "T0", "T1", "T2", "T3");
HONE_NAMES(Source, judge, "printed", "channel", "judge");
HONE_NAMES(Phase, canary, "baseline", "calibrate", "screen", "confirm", "holdout", "final_word", "guard", "clean",
           "canary");
HONE_NAMES(Decision, undecided, "accepted", "rejected", "undecided");
HONE_NAMES(Outcome, abandoned, "kept", "discarded", "duplicate", "noop", "malformed", "denied", "build_failed",
           "check_failed", "crashed", "timeout", "guard", "suspect", "undecided", "stale", "abandoned");
HONE_NAMES(EndReason, evaluator_changed, "budget", "until", "experiments", "cost", "tokens", "no_gain", "stopped",
           "interrupted", "exhausted", "baseline_failed", "ref_moved", "no_backend", "environment",
           "evaluator_insensitive", "evaluator_changed");

HONE_FIELDS(MetricSpec, HONE_FIELD(command), HONE_FIELD(goal), HONE_FIELD(measure), HONE_FIELD(match),
            HONE_FIELD(match_last), HONE_FIELD(name));
HONE_FIELDS(GuardSpec, HONE_FIELD(name), HONE_FIELD(bound), HONE_FIELD(limit), HONE_FIELD(relative), HONE_FIELD(text));
HONE_FIELDS(AcceptSpec, HONE_FIELD(rule), HONE_FIELD(pairs), HONE_FIELD(margin), HONE_FIELD(min_effect),
            HONE_FIELD(false_rate), HONE_FIELD(mode), HONE_FIELD(noise_prior), HONE_FIELD(prior_weight),
            HONE_FIELD(smaller_wins_tie), HONE_FIELD(early_stop));
HONE_FIELDS(LimitsSpec, HONE_FIELD(budget), HONE_FIELD(until), HONE_FIELD(max_experiments), HONE_FIELD(max_cost),
            HONE_FIELD(max_tokens), HONE_FIELD(max_no_gain), HONE_FIELD(timeout));
HONE_FIELDS(BackendSpec, HONE_FIELD(kind), HONE_FIELD(model), HONE_FIELD(weight), HONE_FIELD(base_url));
HONE_FIELDS(RunSpec, HONE_FIELD(name), HONE_FIELD(branch), HONE_FIELD(targets), HONE_FIELD(metric), HONE_FIELD(build),
            HONE_FIELD(check), HONE_FIELD(holdout), HONE_FIELD(guards), HONE_FIELD(accept), HONE_FIELD(limits),
            HONE_FIELD(backends), HONE_FIELD(context), HONE_FIELD(instructions), HONE_FIELD(carry),
            HONE_FIELD(pass_env), HONE_FIELD(slots), HONE_FIELD(proposers), HONE_FIELD(sandbox), HONE_FIELD(seed),
            HONE_FIELD(repairs), HONE_FIELD(final_pairs), HONE_FIELD(canary), HONE_FIELD(sensitivity),
            HONE_FIELD(anyway), HONE_FIELD(extra));

HONE_FIELDS(Error, HONE_FIELD(reaction), HONE_FIELD(message));
HONE_FIELDS(Rejection, HONE_FIELD(code), HONE_FIELD(message), HONE_FIELD(format));
HONE_FIELDS(Usage, HONE_FIELD(in_uncached), HONE_FIELD(cache_read), HONE_FIELD(cache_write_5m),
            HONE_FIELD(cache_write_1h), HONE_FIELD(out_total), HONE_FIELD(out_reasoning));
HONE_FIELDS(Attempt, HONE_FIELD(http_status), HONE_FIELD(note), HONE_FIELD(took));
HONE_FIELDS(Proposal, HONE_FIELD(idea), HONE_FIELD(prompt), HONE_FIELD(reply), HONE_FIELD(reasoning),
            HONE_FIELD(finish), HONE_FIELD(usage), HONE_FIELD(cost), HONE_FIELD(cost_source), HONE_FIELD(backend),
            HONE_FIELD(request_id), HONE_FIELD(attempts), HONE_FIELD(latency));
HONE_FIELDS(NamedValue, HONE_FIELD(name), HONE_FIELD(value));
HONE_FIELDS(Artifact, HONE_FIELD(name), HONE_FIELD(text));
HONE_FIELDS(Sample, HONE_FIELD(role), HONE_FIELD(phase), HONE_FIELD(exit), HONE_FIELD(exit_code), HONE_FIELD(value),
            HONE_FIELD(invalid), HONE_FIELD(values), HONE_FIELD(wall), HONE_FIELD(cpu), HONE_FIELD(peak_memory),
            HONE_FIELD(instructions), HONE_FIELD(seed), HONE_FIELD(output), HONE_FIELD(artifacts), HONE_FIELD(source),
            HONE_FIELD(changed));
HONE_FIELDS(Interval, HONE_FIELD(low), HONE_FIELD(high));
HONE_FIELDS(Verdict, HONE_FIELD(decision), HONE_FIELD(before), HONE_FIELD(after), HONE_FIELD(effect),
            HONE_FIELD(interval), HONE_FIELD(samples), HONE_FIELD(spread), HONE_FIELD(alpha), HONE_FIELD(rule),
            HONE_FIELD(reason), HONE_FIELD(path));
HONE_FIELDS(GuardResult, HONE_FIELD(name), HONE_FIELD(passed), HONE_FIELD(baseline), HONE_FIELD(candidate),
            HONE_FIELD(reason));
HONE_FIELDS(CaseFile, HONE_FIELD(experiment), HONE_FIELD(verdict), HONE_FIELD(guards), HONE_FIELD(holdout),
            HONE_FIELD(suspicion), HONE_FIELD(trust));

HONE_FIELDS(event::RunStarted, HONE_FIELD(spec), HONE_FIELD(base), HONE_FIELD(base_tree), HONE_FIELD(target_paths),
            HONE_FIELD(context_paths), HONE_FIELD(version));
HONE_FIELDS(event::SessionOpened, HONE_FIELD(pid), HONE_FIELD(host), HONE_FIELD(machine), HONE_FIELD(overlap),
            HONE_FIELD(worst_case), HONE_FIELD(until), HONE_FIELD(protection));
HONE_FIELDS(event::LimitsChanged, HONE_FIELD(limits), HONE_FIELD(anyway));
HONE_FIELDS(event::Began, HONE_FIELD(effect), HONE_FIELD(kind), HONE_FIELD(reserve), HONE_FIELD(priced),
            HONE_FIELD(backend), HONE_FIELD(workspace), HONE_FIELD(slot), HONE_FIELD(tree), HONE_FIELD(fresh),
            HONE_FIELD(phase), HONE_FIELD(parent));
HONE_FIELDS(event::Proposed, HONE_FIELD(effect), HONE_FIELD(proposal), HONE_FIELD(prompt), HONE_FIELD(reply));
HONE_FIELDS(event::ProposeFailed, HONE_FIELD(effect), HONE_FIELD(error), HONE_FIELD(cost), HONE_FIELD(attempts),
            HONE_FIELD(retry_at));
HONE_FIELDS(event::Assembled, HONE_FIELD(effect), HONE_FIELD(tree), HONE_FIELD(idea), HONE_FIELD(format),
            HONE_FIELD(tags), HONE_FIELD(paths), HONE_FIELD(lines_added), HONE_FIELD(lines_removed), HONE_FIELD(key),
            HONE_FIELD(revert), HONE_FIELD(seed_only), HONE_FIELD(odd));
HONE_FIELDS(event::AssembleRefused, HONE_FIELD(effect), HONE_FIELD(rejection));
HONE_FIELDS(event::Prepared, HONE_FIELD(effect), HONE_FIELD(failed), HONE_FIELD(exit), HONE_FIELD(exit_code),
            HONE_FIELD(build_wall), HONE_FIELD(check_wall), HONE_FIELD(output), HONE_FIELD(changed));
HONE_FIELDS(event::Measured, HONE_FIELD(effect), HONE_FIELD(samples));
HONE_FIELDS(event::Advanced, HONE_FIELD(effect), HONE_FIELD(commit));
HONE_FIELDS(event::EffectFailed, HONE_FIELD(effect), HONE_FIELD(error));
HONE_FIELDS(event::Judged, HONE_FIELD(file), HONE_FIELD(outcome), HONE_FIELD(reason), HONE_FIELD(date));
HONE_FIELDS(event::Finished, HONE_FIELD(outcome), HONE_FIELD(reason));
HONE_FIELDS(event::Told, HONE_FIELD(text));
HONE_FIELDS(event::StopAsked, HONE_FIELD(at_once), HONE_FIELD(by));
HONE_FIELDS(event::Closing, HONE_FIELD(reason), HONE_FIELD(note));
HONE_FIELDS(event::FinalWord, HONE_FIELD(baseline), HONE_FIELD(champion), HONE_FIELD(effect), HONE_FIELD(interval),
            HONE_FIELD(pairs), HONE_FIELD(note));
HONE_FIELDS(event::RunEnded, HONE_FIELD(reason), HONE_FIELD(note));
HONE_FIELDS(event::CanaryBegan, HONE_FIELD(slow), HONE_FIELD(how), HONE_FIELD(planted), HONE_FIELD(parent),
            HONE_FIELD(parent_tree));
HONE_FIELDS(event::Doubted, HONE_FIELD(reason));

// In the order of EventBody.
inline constexpr auto event_kinds = std::to_array<std::string_view>(
    {"run_started", "session_opened",   "limits_changed", "began",      "proposed", "propose_failed",
     "assembled",   "assemble_refused", "prepared",       "measured",   "advanced", "effect_failed",
     "judged",      "finished",         "told",           "stop_asked", "closing",  "final_word",
     "run_ended",   "canary_began",     "doubted"});
static_assert(event_kinds.size() == std::variant_size_v<EventBody>);

HONE_FIELDS(Record, HONE_FIELD(id), HONE_FIELD(outcome), HONE_FIELD(reason), HONE_FIELD(idea), HONE_FIELD(backend),
            HONE_FIELD(format), HONE_FIELD(parent), HONE_FIELD(commit), HONE_FIELD(tree), HONE_FIELD(parent_tree),
            HONE_FIELD(tags), HONE_FIELD(paths), HONE_FIELD(lines_added), HONE_FIELD(lines_removed),
            HONE_FIELD(verdict), HONE_FIELD(guards), HONE_FIELD(value), HONE_FIELD(values), HONE_FIELD(sample_count),
            HONE_FIELD(usage), HONE_FIELD(cost), HONE_FIELD(finish), HONE_FIELD(began), HONE_FIELD(ended),
            HONE_FIELD(proposing), HONE_FIELD(building), HONE_FIELD(measuring), HONE_FIELD(date), HONE_FIELD(prompt),
            HONE_FIELD(reply), HONE_FIELD(output), HONE_FIELD(repairs), HONE_FIELD(cost_known), HONE_FIELD(proposals),
            HONE_FIELD(valid_samples), HONE_FIELD(value_counts), HONE_FIELD(doubt));
HONE_FIELDS(Summary::InFlight, HONE_FIELD(effect), HONE_FIELD(kind), HONE_FIELD(experiment), HONE_FIELD(began),
            HONE_FIELD(reserve), HONE_FIELD(priced));
HONE_FIELDS(Summary::Keep, HONE_FIELD(experiment), HONE_FIELD(value));
HONE_FIELDS(Summary, HONE_FIELD(name), HONE_FIELD(branch), HONE_FIELD(version), HONE_FIELD(machine),
            HONE_FIELD(metric_name), HONE_FIELD(direction), HONE_FIELD(measure), HONE_FIELD(rule), HONE_FIELD(sandbox),
            HONE_FIELD(base), HONE_FIELD(champion_commit), HONE_FIELD(champion), HONE_FIELD(baseline_value),
            HONE_FIELD(champion_value), HONE_FIELD(outcomes), HONE_FIELD(experiments), HONE_FIELD(finished),
            HONE_FIELD(since_keep), HONE_FIELD(spent), HONE_FIELD(reserved), HONE_FIELD(cost_known), HONE_FIELD(usage),
            HONE_FIELD(now), HONE_FIELD(budget), HONE_FIELD(proposing), HONE_FIELD(building), HONE_FIELD(measuring),
            HONE_FIELD(slot_idle), HONE_FIELD(samples), HONE_FIELD(started), HONE_FIELD(date), HONE_FIELD(sessions),
            HONE_FIELD(pid), HONE_FIELD(closing), HONE_FIELD(ended), HONE_FIELD(end_note), HONE_FIELD(final_word),
            HONE_FIELD(doing), HONE_FIELD(slots), HONE_FIELD(baseline_runs), HONE_FIELD(in_flight),
            HONE_FIELD(pending_keeps), HONE_FIELD(trusts), HONE_FIELD(source), HONE_FIELD(canaries_passed),
            HONE_FIELD(canary_alarm), HONE_FIELD(doubted), HONE_FIELD(holdout_uses));

}  // namespace hone::codec
