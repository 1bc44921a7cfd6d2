#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "adapters/proposers/agent_proposer.hpp"
#include "adapters/proposers/command_proposer.hpp"
#include "adapters/proposers/factory.hpp"
#include "adapters/proposers/keys.hpp"
#include "fakes/proposer_world.hpp"
#include "hone/core/edit/edit.hpp"

using namespace hone;
using namespace hone::fakes;

namespace {

namespace fs = std::filesystem;
const NeverStop never;
const std::map<std::string, std::string> plain_environment{{"PATH", "/usr/bin:/bin"}};

ProposeResult run_command(const std::string& command, Seconds timeout = {10}) {
  RealWorld real;
  CommandSettings settings{.name = "command:x",
                           .command = command,
                           .folder = "/tmp",
                           .environment = plain_environment,
                           .style = {},
                           .price = {},
                           .timeout = timeout,
                           .redactor = {}};
  settings.redactor.add("sk-secret-in-environment");
  return make_command_proposer(settings, real.world())->propose(small_brief(), never);
}

// A repository with a.py and b.py, made with git itself.
struct Repository {
  Repository() {
    std::string name = (fs::temp_directory_path() / "hone-agent-XXXXXX").string();
    root = ::mkdtemp(name.data());
    git("init -q -b main");
    std::ofstream(root / "a.py") << "x = 1\ny = 2\n";
    std::ofstream(root / "b.py") << "judge\n";
    git("add . && git -c user.name=t -c user.email=t@t commit -qm base");
    base = {git("rev-parse HEAD").substr(0, 40)};
  }
  ~Repository() { fs::remove_all(root); }
  std::string git(const std::string& arguments) const {
    RealWorld real;
    const auto report = real.process->run({.argv = {"/bin/sh", "-c", "git " + arguments},
                                           .folder = root.string(),
                                           .environment = plain_environment,
                                           .input = ""},
                                          {}, never);
    REQUIRE(report);
    INFO(report->error_output);
    REQUIRE(succeeded(*report));
    return report->output;
  }
  [[nodiscard]] ProposeResult ask(const std::string& script, Seconds timeout = {20}) const {
    RealWorld real;
    AgentSettings settings{.name = "agent:fake",
                           .model = "",
                           .agent = {},
                           .git_folder = (root / ".git").string(),
                           .scratch = (root / "scratch").string(),
                           .environment = plain_environment,
                           .price = {},
                           .style = {},
                           .timeout = timeout,
                           .redactor = {}};
    settings.agent = *parse_agent(R"({"argv":["/bin/sh","-c","SCRIPT"],"stdin":"prompt","ignore":[".fake/**"],
        "rules":[{"text":"/result","failed":"/is_error","cost":"/cost","usage":{"in":"/in","out":"/out"}}]})",
                                  "fake");
    settings.agent.argv[2] = script;
    Brief brief = small_brief();
    brief.parent = base;
    brief.targets[0].text = "x = 1\ny = 2\n";
    const auto result = make_agent_proposer(settings, real.world())->propose(brief, never);
    CHECK((!fs::exists(settings.scratch) || fs::is_empty(settings.scratch)));
    return result;
  }
  fs::path root;
  CommitId base;
};

std::string patched(const ProposeResult& result) {
  REQUIRE(result);
  INFO(result->reply);
  EditPolicy policy;
  policy.allowed = {"a.py"};
  const auto files = patch(result->reply, {{"a.py", "x = 1\ny = 2\n"}}, policy);
  if (!files) return std::string(render_code(files.error().code));
  REQUIRE(files->files.size() == 1);
  return files->files[0].text;
}

}  // namespace

TEST_CASE("a command gets the prompt and its output is the reply", "[command]") {
  const auto result = run_command("cat; echo \"experiment $HONE_EXPERIMENT seed $HONE_SEED\"");
  REQUIRE(result);
  CHECK(result->finish == Finish::complete);
  CHECK(result->reply.find("x = 1") != std::string::npos);
  CHECK(result->reply.find("experiment 1 seed 7") != std::string::npos);
  CHECK_FALSE(result->cost);
}

TEST_CASE("a command that fails is told by its last words, and ends the backend when it cannot run", "[command]") {
  const auto once = run_command("echo half; echo 'no luck' >&2; exit 3");
  REQUIRE(once);
  CHECK(once->finish == Finish::error);
  CHECK(once->attempts.at(0).note.find("no luck") != std::string::npos);
  const auto missing = run_command("no-such-program-here");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().error.reaction == Reaction::drop_backend);
  const auto later = run_command("exit 75");
  REQUIRE_FALSE(later);
  CHECK(later.error().error.reaction == Reaction::retry);
  CHECK(later.error().retry_after);
  CHECK(run_command("sleep 30", {0.2})->finish == Finish::truncated);
  CHECK(run_command("head -c 6000000 /dev/zero | tr '\\0' x")->finish == Finish::truncated);
}

TEST_CASE("a command that prints a key prints nothing of it into the record", "[command]") {
  CHECK(run_command("echo sk-secret-in-environment")->reply == "[secret]\n");
}

TEST_CASE("an agent's edit is a diff that the applier takes", "[agent]") {
  const Repository repository;
  const auto result = repository.ask(
      R"(cat >/dev/null; sed -i 's/x = 1/x = 5/' a.py; printf '%s' '{"result":"use five\nlong story","cost":0.25,"in":10,"out":3}')");
  CHECK(patched(result) == "x = 5\ny = 2\n");
  CHECK(result->idea == "use five");
  CHECK(result->cost->value == 250000);
  CHECK(result->usage.out_total.value == 3);
}

TEST_CASE("an agent that commits, or fails after its edit, is judged by the tree", "[agent]") {
  const Repository repository;
  CHECK(
      patched(repository.ask("sed -i 's/x = 1/x = 6/' a.py; git -c user.name=a -c user.email=a@a commit -qam mine")) ==
      "x = 6\ny = 2\n");
  CHECK(patched(repository.ask("sed -i 's/x = 1/x = 7/' a.py; exit 1")) == "x = 7\ny = 2\n");
  CHECK(repository.git("log --oneline --all").find("mine") == std::string::npos);  // its commits stay in its own clone
}

TEST_CASE("an agent that leaves the targets is refused, its own notes apart", "[agent]") {
  const Repository repository;
  CHECK(patched(repository.ask("sed -i 's/x = 1/x = 8/' a.py; echo cheat > b.py")) == "E_PATH");
  CHECK(patched(repository.ask("sed -i 's/x = 1/x = 8/' a.py; echo new > c.py")) == "E_PATH");
  CHECK(patched(repository.ask("rm a.py; ln -s /etc/passwd a.py")) == "E_PATH");
  CHECK(patched(repository.ask("sed -i 's/x = 1/x = 8/' a.py; mkdir .fake; echo log > .fake/log")) == "x = 8\ny = 2\n");
}

TEST_CASE("an agent's git tricks run nothing and hide nothing", "[agent]") {
  const Repository repository;
  const auto result = repository.ask(
      "sed -i 's/x = 1/x = 9/' a.py; git config diff.external /bin/false; git config core.fsmonitory 'touch "
      "/tmp/hone-pwned';"
      "mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch /tmp/hone-pwned\\n' > .git/hooks/pre-commit; chmod +x "
      ".git/hooks/*;"
      "git update-index --assume-unchanged a.py; echo 'a.py' > .git/info/exclude");
  CHECK(patched(result) == "x = 9\ny = 2\n");
  CHECK_FALSE(fs::exists("/tmp/hone-pwned"));
}

TEST_CASE("an agent that does nothing is heard, one that fails or hangs is a failed proposal", "[agent]") {
  const Repository repository;
  CHECK(repository.ask(R"(echo '{"result":"nothing to do"}')")->reply == "nothing to do");
  CHECK(repository.ask(R"(echo '{"result":"API error","is_error":true}')")->finish == Finish::error);
  CHECK(repository.ask("sed -i 's/x = 1/x = 8/' a.py; sleep 30", {0.5})->finish == Finish::truncated);
  const auto missing = repository.ask("exit 127");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().error.reaction == Reaction::drop_backend);
}

TEST_CASE("keys come from a command, a file or the environment, in that order", "[keys]") {
  RealWorld real;
  const fs::path file = fs::temp_directory_path() / "hone-key-test";
  std::ofstream(file) << "key-from-file\nsecond line\n";
  KeySource source{.names = {"NOT_SET", "SOME_KEY"}, .file = "", .command = "", .needed = true};
  const std::map<std::string, std::string> environment{{"PATH", "/usr/bin:/bin"}, {"SOME_KEY", " key-from-env "}};
  CHECK(*load_key(source, environment, *real.process) == "key-from-env");
  source.file = file.string();
  CHECK(*load_key(source, environment, *real.process) == "key-from-file");
  source.command = "echo key-from-command; test -z \"$SOME_KEY\"";
  CHECK(*load_key(source, environment, *real.process) == "key-from-command");
  fs::remove(file);
  const auto missing =
      load_key({.names = {"A_KEY", "B_KEY"}, .file = "", .command = "", .needed = true}, {}, *real.process);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("A_KEY or B_KEY") != std::string::npos);
  CHECK(load_key({.names = {"A_KEY"}, .file = "", .command = "", .needed = false}, {}, *real.process)->empty());
  const auto bad = load_key({.names = {"SOME_KEY"}, .file = "", .command = "", .needed = true},
                            {{"SOME_KEY", "two words"}}, *real.process);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("words") == std::string::npos);
}

TEST_CASE("every backend can be made by its spec, and a misspelt setting is an error", "[factory]") {
  RealWorld real;
  ProposerOptions options;
  options.environment = {{"PATH", "/usr/bin:/bin"},
                         {"OPENAI_API_KEY", "sk-0123456789"},
                         {"ANTHROPIC_API_KEY", "sk-0123456789"},
                         {"GEMINI_API_KEY", "AI-0123456789"}};
  options.prices = builtin_price_table();
  const auto make = [&](BackendSpec spec) { return make_proposer(spec, options, real.world()); };
  for (const char* kind :
       {"openai", "openai-responses", "anthropic", "gemini", "vllm", "ollama", "llamacpp", "lmstudio"}) {
    INFO(kind);
    const auto made = make({.kind = kind, .model = "some/model", .weight = 1, .base_url = ""});
    REQUIRE(made);
    CHECK((*made)->name() == std::string(kind) + ":some/model");
  }
  CHECK((*make({.kind = "command", .model = "cat", .weight = 1, .base_url = ""}))->name() == "command:cat");
  for (const std::string& name : builtin_agent_names())
    CHECK(make({.kind = "agent", .model = name, .weight = 1, .base_url = ""}));
  CHECK_FALSE(make({.kind = "agent", .model = "nobody", .weight = 1, .base_url = ""}));
  CHECK_FALSE(make({.kind = "groq", .model = "m", .weight = 1, .base_url = ""}));   // no key
  CHECK_FALSE(make({.kind = "azure", .model = "m", .weight = 1, .base_url = ""}));  // no key, no address
  CHECK(make({.kind = "openai", .model = "gpt-5", .weight = 1, .base_url = ""}).value()->worst_case(small_brief()));
  options.settings = {{"openai.max-output", "many"}};
  CHECK_FALSE(make({.kind = "openai", .model = "m", .weight = 1, .base_url = ""}));
  options.settings = {{"openai.tempratur", "1"}};
  const auto typo = make({.kind = "openai", .model = "m", .weight = 1, .base_url = ""});
  REQUIRE_FALSE(typo);
  CHECK(typo.error().message.find("openai.tempratur") != std::string::npos);
}
