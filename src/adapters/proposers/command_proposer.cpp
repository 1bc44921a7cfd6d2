#include "adapters/proposers/command_proposer.hpp"

#include <fmt/format.h>

#include <atomic>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

constexpr int most_failures = 3;
constexpr Seconds rest_after_tempfail{60};
constexpr Bytes most_reply{4LL << 20};

class CommandProposer final : public Proposer {
 public:
  CommandProposer(CommandSettings settings, const ProposerWorld& world)
      : settings_(std::move(settings)), world_(world) {}

  [[nodiscard]] std::string name() const override { return settings_.name; }
  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief&) const override { return settings_.price; }

  [[nodiscard]] std::string render(const Brief& brief) const override {
    const auto text = prompt_for(brief);
    return text ? *text : text.error().message + "\n";
  }

  [[nodiscard]] ProposeResult propose(const Brief& brief, const Stop& stop) override {
    Proposal proposal;
    proposal.prompt = HONE_TRY(prompt_for(brief));
    Command command{.argv = {"/bin/sh", "-c", settings_.command},
                    .folder = settings_.folder,
                    .environment = settings_.environment,
                    .input = proposal.prompt};
    command.environment["HONE_EXPERIMENT"] = std::to_string(brief.experiment.value);
    command.environment["HONE_SEED"] = std::to_string(brief.seed);
    ProcessLimits limits;
    limits.wall = settings_.timeout;
    limits.output_head = most_reply;
    limits.output_most = {most_reply.value * 4};
    const ProcessReport report = HONE_TRY(world_.process.run(command, limits, stop));
    proposal.backend = settings_.name;
    proposal.latency = report.wall;
    proposal.cost = settings_.price;
    proposal.cost_source = settings_.price ? CostSource::table : CostSource::none;
    proposal.reply = settings_.redactor.redact(report.output);
    proposal.finish = Finish::complete;
    if (succeeded(report)) {
      failures_ = 0;
      if (report.output_bytes > most_reply.value) proposal.finish = Finish::truncated;
      return proposal;
    }
    return failed(std::move(proposal), report);
  }

 private:
  [[nodiscard]] Result<std::string> prompt_for(const Brief& brief) const {
    PromptStyle style = settings_.style;
    style.format = choose_format(brief, settings_.name, style.format);
    return settings_.redactor.redact(render_plain(HONE_TRY(render_prompt(brief, style))));
  }

  ProposeResult failed(Proposal proposal, const ProcessReport& report) {
    const std::string why =
        report.exit == ExitKind::timed_out   ? fmt::format("took longer than {:g} s", settings_.timeout.value)
        : report.exit == ExitKind::exited    ? fmt::format("exited with {}", report.exit_code)
        : report.exit == ExitKind::cancelled ? "was cancelled"
                                             : fmt::format("was killed (signal {})", report.exit_code);
    const std::string last = one_line(settings_.redactor.redact(clip_middle(report.error_output, 0, 300)), 300);
    ProposeError error(
        Error{Reaction::drop_backend, fmt::format("the command '{}' {}: {}", settings_.command, why,
                                                  last.empty() ? "it said nothing on standard error" : last)});
    error.error.message = settings_.redactor.redact(error.error.message);
    error.cost = settings_.price;
    error.prompt = proposal.prompt;
    error.attempts.push_back({.http_status = 0, .note = error.error.message, .took = report.wall});
    const bool exited = report.exit == ExitKind::exited;
    if (report.exit == ExitKind::cancelled) {
      error.error.reaction = Reaction::cancelled;
    } else if (exited && report.exit_code == 75) {
      error.error.reaction = Reaction::retry;
      error.retry_after = rest_after_tempfail;
    } else if (report.exit != ExitKind::not_started &&
               !(exited && (report.exit_code == 126 || report.exit_code == 127)) && ++failures_ < most_failures) {
      proposal.finish = report.exit == ExitKind::exited ? Finish::error : Finish::truncated;
      proposal.attempts = std::move(error.attempts);
      return proposal;
    }
    return tl::unexpected<ProposeError>(std::move(error));
  }

  CommandSettings settings_;
  ProposerWorld world_;
  std::atomic<int> failures_{0};  // in a row
};

}  // namespace

std::unique_ptr<Proposer> make_command_proposer(CommandSettings settings, const ProposerWorld& world) {
  return std::make_unique<CommandProposer>(std::move(settings), world);
}

}  // namespace hone
