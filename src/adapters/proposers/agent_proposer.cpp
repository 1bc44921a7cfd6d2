#include "adapters/proposers/agent_proposer.hpp"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "hone/core/base/text.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

constexpr int most_failures = 3;
constexpr Bytes most_output{32LL << 20};
constexpr Bytes most_diff{4LL << 20};
constexpr Seconds git_timeout{600};

// The folder of one attempt; gone with the attempt.
struct Nest {
  explicit Nest(fs::path path) : root(std::move(path)) {}
  ~Nest() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  Nest(const Nest&) = delete;
  Nest& operator=(const Nest&) = delete;
  [[nodiscard]] std::string work() const { return (root / "work").string(); }
  [[nodiscard]] std::string git() const { return (root / "base.git").string(); }  // ours: the agent is not told of it
  [[nodiscard]] std::string prompt() const { return (root / "prompt.md").string(); }
  [[nodiscard]] std::string out() const { return (root / "out.jsonl").string(); }
  fs::path root;
};

std::string load_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class AgentProposer final : public Proposer {
 public:
  AgentProposer(AgentSettings settings, const ProposerWorld& world) : settings_(std::move(settings)), world_(world) {}

  [[nodiscard]] std::string name() const override { return settings_.name; }
  [[nodiscard]] std::optional<MicroDollars> worst_case(const Brief&) const override { return std::nullopt; }
  [[nodiscard]] std::string render(const Brief& brief) const override {
    const auto text = prompt_for(brief);
    return text ? *text : text.error().message + "\n";
  }

  [[nodiscard]] ProposeResult propose(const Brief& brief, const Stop& stop) override {
    Proposal proposal;
    proposal.prompt = HONE_TRY(prompt_for(brief));
    proposal.backend = settings_.name;
    const Nest nest(fs::path(settings_.scratch) / fmt::format("agent-{}-{}", brief.experiment.value, ++count_));
    HONE_TRY_VOID(prepare(nest, brief, proposal.prompt, stop));
    const ProcessReport report = HONE_TRY(run_agent(nest, brief, proposal.prompt, stop));
    const AgentReport said =
        read_agent_output(settings_.agent, settings_.agent.read_out_file ? load_text(nest.out()) : report.output);
    proposal.latency = report.wall;
    account(said, proposal);
    if (report.exit == ExitKind::cancelled)
      return lost(proposal, {Reaction::cancelled, settings_.name + " was cancelled"});
    if (report.exit == ExitKind::not_started || (report.exit == ExitKind::exited && report.exit_code == 127)) {
      return lost(proposal, {Reaction::drop_backend,
                             fmt::format("cannot start '{}': {}; install it or give --set agent.template=FILE",
                                         settings_.agent.argv[0], one_line(report.error_output, 200))});
    }
    const std::string diff = HONE_TRY(changes(nest, stop));
    return conclude(std::move(proposal), said, report, diff);
  }

 private:
  [[nodiscard]] Result<std::string> prompt_for(const Brief& brief) const {
    std::string text = render_plain(HONE_TRY(render_prompt(brief, settings_.style)));
    text +=
        "\nYou are in a copy of the repository. Instead of answering with an edit, change the files themselves, and "
        "only these:\n";
    for (const std::string& path : brief.target_paths) text += "- " + path + "\n";
    text += "Create no other file, run no benchmark, commit nothing. Then say in one line what you changed and why.\n";
    return settings_.redactor.redact(text);
  }

  Result<ProcessReport> git(const Nest& nest, std::vector<std::string> arguments, const Stop& stop) {
    Command command{.argv = {"git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c",
                             "core.autocrlf=false", "-c", "core.quotePath=true"},
                    .folder = nest.work(),
                    .environment = {},
                    .input = ""};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    if (const auto path = settings_.environment.find("PATH"); path != settings_.environment.end())
      command.environment["PATH"] = path->second;
    command.environment["GIT_CONFIG_NOSYSTEM"] = "1";
    command.environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
    command.environment["GIT_TERMINAL_PROMPT"] = "0";
    command.environment["LC_ALL"] = "C";
    ProcessLimits limits;
    limits.wall = git_timeout;
    limits.output_head = most_diff;
    const ProcessReport report = HONE_TRY(world_.process.run(command, limits, stop));
    if (report.exit == ExitKind::cancelled) return fail(Reaction::cancelled, settings_.name + " was cancelled");
    if (!succeeded(report)) {
      return fail(Reaction::drop_backend, fmt::format("git {} failed for {}: {}", arguments.front(), settings_.name,
                                                      one_line(report.error_output, 300)));
    }
    return report;
  }

  // Two git directories: one for the agent, which it may do with as it likes, and ours beside the folder, against which
  // its work is compared. Both borrow the repository's objects and write none there.
  Done prepare(const Nest& nest, const Brief& brief, const std::string& prompt, const Stop& stop) {
    std::error_code error;
    fs::remove_all(nest.root, error);
    fs::create_directories(nest.work(), error);
    fs::permissions(nest.root, fs::perms::owner_all, error);
    if (error) return fail(Reaction::stop_run, fmt::format("cannot make {}: {}", nest.root.string(), error.message()));
    const std::string objects = (fs::path(settings_.git_folder) / "objects").string();
    for (const std::string& folder : {nest.git(), nest.work() + "/.git"}) {
      HONE_TRY(git(nest, {"--git-dir=" + folder, "init", "-q"}, stop));
      std::ofstream(folder + "/objects/info/alternates") << objects << "\n";
      HONE_TRY(git(
          nest, {"--git-dir=" + folder, "--work-tree=" + nest.work(), "update-ref", "HEAD", brief.parent.value}, stop));
      HONE_TRY(git(nest,
                   {"--git-dir=" + folder, "--work-tree=" + nest.work(), "reset", "-q", "--hard", brief.parent.value},
                   stop));
    }
    std::ofstream(nest.prompt()) << prompt;
    return {};
  }

  Result<ProcessReport> run_agent(const Nest& nest, const Brief& brief, const std::string& prompt, const Stop& stop) {
    const AgentTemplate& agent = settings_.agent;
    Command command{.argv = {},
                    .folder = nest.work(),
                    .environment = settings_.environment,
                    .input = agent.prompt_on_stdin ? prompt : ""};
    std::vector<std::string> pattern = agent.argv;
    if (!settings_.model
             .empty()) {  // behind the program and its sub-command's flags, before what stands alone at the end
      const auto place =
          pattern.begin() + static_cast<std::ptrdiff_t>(pattern.size() > 1 && !pattern[1].starts_with('-') ? 2 : 1);
      pattern.insert(place, agent.model_argv.begin(), agent.model_argv.end());
    }
    for (const std::string& word : pattern) {
      if (word == "{targets}") {
        command.argv.insert(command.argv.end(), brief.target_paths.begin(), brief.target_paths.end());
      } else {
        command.argv.push_back(filled(word, nest));
      }
    }
    for (const auto& [name, value] : agent.env) command.environment[name] = value;
    ProcessLimits limits;
    limits.wall = settings_.timeout;
    limits.output_head = most_output;
    return world_.process.run(command, limits, stop);
  }

  [[nodiscard]] std::string filled(std::string word, const Nest& nest) const {
    const std::pair<std::string_view, std::string> places[] = {
        {"{dir}", nest.work()}, {"{prompt_file}", nest.prompt()}, {"{model}", settings_.model}, {"{out}", nest.out()}};
    for (const auto& [from, to] : places) {
      for (std::size_t at = 0; (at = word.find(from, at)) != std::string::npos; at += to.size())
        word.replace(at, from.size(), to);
    }
    return word;
  }

  // Everything that is different from the base, as one unified diff.
  Result<std::string> changes(const Nest& nest, const Stop& stop) {
    const std::vector<std::string> ours{"--git-dir=" + nest.git(), "--work-tree=" + nest.work()};
    const auto with = [&](std::vector<std::string> more) {
      more.insert(more.begin(), ours.begin(), ours.end());
      return more;
    };
    std::vector<std::string> add = with({"add", "-A", "--", "."});
    for (const std::string& glob : settings_.agent.ignore) add.push_back(":(exclude,glob)" + glob);
    HONE_TRY(git(nest, std::move(add), stop));
    const ProcessReport report = HONE_TRY(
        git(nest, with({"diff", "--cached", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "HEAD"}),
            stop));
    if (report.output_bytes > most_diff.value)
      return fail(Reaction::drop_backend, settings_.name + " changed more than 4 MB");
    return report.output;
  }

  void account(const AgentReport& said, Proposal& proposal) const {
    proposal.usage = said.usage;
    if (said.cost) {
      proposal.cost = said.cost;
      proposal.cost_source = CostSource::provider;
    } else if (said.usage_known && settings_.price) {
      proposal.cost = cost_of(said.usage, *settings_.price);
      proposal.cost_source = proposal.cost ? CostSource::table : CostSource::none;
    }
  }

  ProposeResult conclude(Proposal proposal, const AgentReport& said, const ProcessReport& report,
                         const std::string& diff) {
    const bool ok = succeeded(report) && !said.failed;
    const std::string words = settings_.redactor.redact(said.text);
    proposal.idea = one_line(words.substr(0, words.find('\n')), 120);
    proposal.reasoning = words;
    Attempt attempt{.http_status = 0, .note = ok ? "" : why(report, words), .took = report.wall};
    proposal.attempts.push_back(std::move(attempt));
    if (report.exit == ExitKind::timed_out) {
      proposal.finish = Finish::truncated;
      return proposal;
    }
    if (!diff.empty()) {  // the tree is the truth, whatever the exit code says
      failures_ = 0;
      // No fence around it: the files may hold fences of their own.
      proposal.reply = settings_.redactor.redact(proposal.idea.empty() ? diff : proposal.idea + "\n\n" + diff);
      proposal.finish = Finish::complete;
      return proposal;
    }
    if (ok) {
      failures_ = 0;
      proposal.finish = Finish::complete;
      proposal.reply = words;
      return proposal;
    }
    if (++failures_ >= most_failures) return lost(proposal, {Reaction::drop_backend, proposal.attempts.back().note});
    proposal.finish = Finish::error;
    return proposal;
  }

  [[nodiscard]] std::string why(const ProcessReport& report, const std::string& words) const {
    const std::string last =
        words.empty() ? settings_.redactor.redact(clip_middle(report.error_output, 0, 300)) : words;
    return one_line(
        fmt::format("{} {} {}: {}", settings_.name,
                    report.exit == ExitKind::exited ? "exited with" : "was killed, signal", report.exit_code, last),
        400);
  }

  [[nodiscard]] ProposeResult lost(const Proposal& proposal, Error error) const {
    ProposeError result(std::move(error));
    result.error.message = settings_.redactor.redact(result.error.message);
    result.attempts = proposal.attempts;
    result.cost = proposal.cost;
    result.prompt = proposal.prompt;
    return tl::unexpected<ProposeError>(std::move(result));
  }

  AgentSettings settings_;
  ProposerWorld world_;
  std::atomic<int> failures_{0};  // in a row
  std::atomic<int> count_{0};
};

}  // namespace

std::unique_ptr<Proposer> make_agent_proposer(AgentSettings settings, const ProposerWorld& world) {
  return std::make_unique<AgentProposer>(std::move(settings), world);
}

}  // namespace hone
