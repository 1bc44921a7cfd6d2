#!/usr/bin/env python3
"""Every mistake gets one sentence that names the problem and the fix, exit code 2, and nothing is changed."""
import subprocess
import unittest

from night import KNOBS, NightTest

RUN = ["run", "knobs.txt", "--metric", "sh score.sh", "--backend", "mutate", "--sandbox", "none"]


def run(*more, target="knobs.txt", metric="sh score.sh", backend="mutate"):
    words = ["run"]
    words += [target] if target else []
    words += ["--metric", metric] if metric else []
    words += ["--backend", backend] if backend else []
    return [*words, "--sandbox", "none", *more]


# words, and what the message must name: the problem and the fix.
MISTAKES = {
    "no command": ([], ["hone"]),
    "unknown command": (["improve"], ["improve"]),
    "unknown flag": (run("--metrik", "x"), ["--metrik"]),
    "no target": (run(target=None), ["target", "hone run"]),
    "missing target": (run(target="nothing.txt"), ["nothing.txt", "not in the commit"]),
    "untracked target": (run(target="loose.txt"), ["loose.txt", "git add"]),
    "ignored target": (run(target="big.ignored"), ["big.ignored", ".gitignore"]),
    "symlink target": (run(target="link.txt"), ["link.txt", "symbolic link"]),
    "folder target": (run(target="folder"), ["folder", "glob"]),
    "binary target": (run(target="binary.bin"), ["binary.bin", "text file"]),
    "target outside": (run(target="../other.txt"), ["../other.txt", "inside the repository"]),
    "glob without match": (run(target="*.rs"), ["*.rs", "no committed file"]),
    "no metric": (run(metric=None), ["metric", "--metric"]),
    "blank metric": (run(metric=" "), ["metric", "--metric"]),
    "no backend": (run(backend=None), ["--backend", "mutate"]),
    "unknown backend": (run(backend="oracle"), ["oracle", "mutate"]),
    "backend without a model": (run(backend="openai"), ["openai", "colon"]),
    "replay of no run": (run(backend="replay:nobody"), ["nobody"]),
    "bad regex": (run("--match", "loss=("), ["match"]),
    "regex without a group": (run("--match", "loss=[0-9]+"), ["match", "group"]),
    "bad guard": (run("--guard", "cpu<5%"), ["guard"]),
    "bad goal": (run("--goal", "up"), ["up", "min"]),
    "bad measure": (run("--measure", "joy"), ["joy", "wall"]),
    "bad accept": (run("--accept", "luck"), ["luck", "gate"]),
    "bad duration": (run("--budget", "soon"), ["soon", "8h"]),
    "budget zero": (run("--budget", "0s"), ["budget", "--budget 8h"]),
    "timeout zero": (run("--timeout", "0s"), ["timeout", "--timeout 10m"]),
    "bad count": (run("--max-experiments", "many"), ["many", "whole number"]),
    "count zero": (run("--max-experiments", "0"), ["0", "1"]),
    "bad share": (run("--min-effect", "big"), ["big", "0.5%"]),
    "bad amount": (run("--max-cost", "cheap"), ["cheap", "dollars"]),
    "bad hour": (run("--until", "25:00"), ["25:00", "07:00"]),
    "bad set": (run("--set", "nothing"), ["nothing", "NAME=VALUE"]),
    "no slots": (run("--slots", "0"), ["0"]),
    "bad run name": (run("--name", "a/b"), ["a/b"]),
    "bad branch": (run("--branch", "a..b"), ["a..b"]),
    "branch taken": (run("--branch", "main"), ["main"]),
    "hold-out is the metric": (run("--holdout", "sh score.sh"), ["hold-out"]),
    "carry of nothing": (run("--carry", "data"), ["data"]),
    "carry of a tracked path": (run("--carry", "score.sh"), ["score.sh"]),
    "instructions missing": (run("--instructions", "program.md"), ["program.md"]),
    "config missing": (run("--config", "other.toml"), ["other.toml"]),
    "bad folder": (["-C", "/nowhere", "status"], ["/nowhere"]),
    "status without a run": (["status"], ["no run", "hone run"]),
    "status of no run": (["status", "nobody"], ["nobody", "hone runs"]),
    "show zero": (["show", "0"], ["0", "hone show"]),
    "show a word": (["show", "first"], ["first"]),
    "clean of nothing": (["clean"], ["--all"]),
    "clean of no run": (["clean", "nobody"], ["nobody"]),
    "completions for nothing": (["completions", "tcsh"], ["tcsh", "bash"]),
}


class Mistakes(NightTest):
    def setUp(self):
        super().setUp()
        (self.repo / "link.txt").symlink_to("knobs.txt")
        (self.repo / "binary.bin").write_bytes(b"a\0b")
        (self.repo / "folder").mkdir()
        (self.repo / "folder/inner.txt").write_text("x = 1\n", encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "more")
        (self.repo / "loose.txt").write_text("x\n", encoding="utf-8")
        (self.repo / "big.ignored").write_text("x\n", encoding="utf-8")

    def world(self, at=None):
        refs = self.git("for-each-ref", at=at, check=False)
        folder = at or self.repo
        files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if "objects" not in p.parts and "journal.db-" not in p.name)
        return refs, files, sorted(str(p) for p in self.cache.rglob("*")) if self.cache.exists() else []

    def refuses(self, words, names, at=None):
        before = self.world(at)
        done = self.hone(*words, at=at)
        self.assertEqual(done.returncode, 2, f"{words}\n{done.stdout}{done.stderr}")
        for name in names:
            self.assertIn(name, done.stderr)
        sentences = [line for line in done.stderr.splitlines() if line.startswith("hone: ") and not line.startswith("hone: the run starts")]
        self.assertEqual(len(sentences), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.world(at), before, "nothing is changed")

    def test_the_table(self):
        for name, (words, names) in MISTAKES.items():
            with self.subTest(name):
                self.refuses(words, names)

    def test_hone_toml(self):
        for name, text, names in (
                ("unknown key", 'metrics = "x"\n', ["metrics", "hone.toml"]),
                ("personal key", 'sandbox = "none"\n', ["sandbox", "config.toml"]),
                ("personal table", '[openai]\neffort = "high"\n', ["openai", "config.toml"]),
                ("list for one value", 'metric = ["a", "b"]\n', ["metric", "list"]),
                ("no TOML", "metric = \n", ["hone.toml:1"]),
                ("bad value", 'budget = "soon"\n', ["budget", "soon"])):
            with self.subTest(name):
                (self.repo / "hone.toml").write_text(text, encoding="utf-8")
                self.refuses(run(), names)
                (self.repo / "hone.toml").unlink()

    def test_places_that_cannot_be_served(self):
        plain = self.home / "plain"
        plain.mkdir()
        self.refuses(run(), ["git init"], at=plain)
        unborn = self.home / "unborn"
        unborn.mkdir()
        self.git("init", "-q", at=unborn)
        self.refuses(run(), ["no commit yet", "git commit"], at=unborn)
        modern = self.home / "modern"
        modern.mkdir()
        self.git("init", "-q", "--object-format=sha256", at=modern)
        self.refuses(run(), ["SHA-256"], at=modern)

    def test_a_submodule(self):
        other = self.home / "other"
        self.make_repository(other)
        self.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub")
        self.git("commit", "-qm", "sub")
        self.refuses(run(target="sub/knobs.txt"), ["sub/knobs.txt", "submodule"])
        self.refuses(run(target="sub"), ["sub", "submodule"])

    def test_a_baseline_that_cannot_be_measured(self):
        for metric, names in (("false", ["baseline"]), ("true", ["baseline"]), ("echo nan", ["baseline", "nan"]),
                              ("echo 3.5ms", ["baseline"]), ("echo METRIC a=1; echo METRIC a=2", ["baseline"]), ("sleep 9", ["baseline"])):
            with self.subTest(metric):
                done = self.hone(*run("--timeout", "300ms", metric=metric))
                self.assertEqual(done.returncode, 2, done.stderr)
                for name in names:
                    self.assertIn(name, done.stdout + done.stderr)
        self.assertEqual(self.git("for-each-ref", "refs/heads/hone"), "")
        for words, names in ((["--build", "echo no compiler here; false"], ["baseline", "build", "no compiler here", "--carry"]),
                             (["--check", "exit 3"], ["baseline", "check"])):
            done = self.hone(*run(*words))
            self.assertEqual(done.returncode, 2, done.stderr)
            for name in names:
                self.assertIn(name, done.stdout + done.stderr)

    def test_a_guard_on_what_nobody_prints_ends_the_night_before_it_begins(self):
        done = self.hone(*self.run_words("--name", "night", "--guard", "lost<=+5%"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("guard lost<=+5%: the unchanged code prints no lost, only loss", done.stderr)
        self.assertEqual(self.records(), [])
        doctor = self.hone("doctor", *self.run_words("--guard", "lost<=+5%")[1:])
        self.assertEqual(doctor.returncode, 2, doctor.stdout)
        self.assertIn("prints no lost", doctor.stdout)
        self.assertIn("not ready", doctor.stdout)

    def test_runs_that_are_there_or_over(self):
        done = self.hone(*run("--name", "night", "--max-experiments", "2", "--accept", "greedy"))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        for words, names in ((run("--name", "night"), ["night"]), (["resume", "night"], ["night", "ended", "--budget"]),
                             (["tell", "night", "hello"], ["ended", "hone resume"]), (["stop", "night"], ["ended"]),
                             (["show", "night", "99999"], ["99999"]), (["show", "99999"], ["99999"])):
            with self.subTest(" ".join(words)):
                self.refuses(words, names)

    def test_a_branch_in_the_way(self):
        self.git("branch", "hone")
        self.refuses(run("--name", "night"), ["hone"])


class Init(NightTest):
    def test_init_does_not_overwrite(self):
        self.assertEqual(self.hone("init").returncode, 0)
        text = (self.repo / "hone.toml").read_text(encoding="utf-8")
        done = self.hone("init")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--force", done.stderr)
        self.assertEqual((self.repo / "hone.toml").read_text(encoding="utf-8"), text)
        self.assertEqual(self.hone("init", "--force").returncode, 0)

    def test_what_init_writes_runs(self):
        self.assertEqual(self.hone("init").returncode, 0)
        done = self.hone("run", "--sandbox", "none", "--accept", "greedy", "--max-experiments", "1", "--name", "night")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(self.records()[0]["paths"], ["knobs.txt"])

    def test_init_in_a_bare_repository_says_where_to_write(self):
        bare = self.home / "bare.git"
        self.git("clone", "-q", "--bare", str(self.repo), str(bare))
        done = self.hone("init", at=bare)
        self.assertEqual(done.returncode, 2)
        self.assertIn("-o", done.stderr)


class Words(NightTest):
    def bash(self, *words):
        script = self.home / "hone.bash"
        if not script.exists():
            script.write_text(self.hone("completions", "bash").stdout, encoding="utf-8")
        line = " ".join(f"'{word}'" for word in words)
        code = f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _hone; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", code], cwd=self.repo, env=self.environment, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes_commands_flags_values_files_and_runs(self):
        self.assertEqual(self.bash("hone", "rep"), ["report"])
        self.assertEqual(self.bash("hone", "run", "--goal", ""), ["min", "max"])
        self.assertEqual(self.bash("hone", "run", "--goal", "=", "ma"), ["max"])
        self.assertEqual(self.bash("hone", "run", "--metric-n"), ["--metric-name"])
        self.assertEqual(self.bash("hone", "run", "kno"), ["knobs.txt"])
        self.assertEqual(self.bash("hone", "completions", "f"), ["fish"])
        self.hone(*self.run_words("--name", "night", "--max-experiments", "1"))
        self.assertEqual(self.bash("hone", "status", ""), ["night"])
        self.assertEqual(self.bash("hone", "show", "n"), ["night"])

    def test_other_shells_and_the_manual_page_parse(self):
        import shutil
        for kind, command in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"]),
                              ("man", ["groff", "-man", "-Tutf8", "-ww", "-z"])):
            if not shutil.which(command[0]):
                continue
            path = self.home / f"page.{kind}"
            path.write_text(self.hone("completions", kind).stdout, encoding="utf-8")
            done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), kind)

    def test_every_help_fits_a_screen_and_shows_an_example(self):
        overview = self.hone("--help").stdout
        self.assertLessEqual(len(overview.splitlines()), 24)
        commands = [line.split()[0] for line in overview.splitlines() if line.startswith("  ") and not line.startswith("  -")]
        self.assertGreaterEqual(len(commands), 13)
        page = self.hone("completions", "man").stdout
        for command in commands:
            done = self.hone(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertLessEqual(len(done.stdout.splitlines()), 24, command)
            self.assertLessEqual(max(map(len, done.stdout.splitlines()[3:-1])), 80, command)
            self.assertIn("Example: hone", done.stdout)
            self.assertIn(f".SS hone {command}", page)

    def test_quiet_prints_the_sentence_only_and_json_prints_events(self):
        quiet = self.hone(*self.run_words("--name", "one", "--max-experiments", "2", "--quiet"))
        self.assertEqual((quiet.stderr, len(quiet.stdout.splitlines())), ("", 1))
        import json
        events = self.hone(*self.run_words("--name", "two", "--max-experiments", "2", "--json"))
        kinds = [json.loads(line) for line in events.stdout.splitlines()]
        self.assertGreater(len(kinds), 10)
        self.assertEqual(self.hone("log", "two", "--tsv").stdout.splitlines()[0], "commit\tmetric\tmemory\tstatus\tdescription")

    def test_prompt_shows_the_request_without_a_key_or_a_key_command(self):
        told = self.hone("prompt", "knobs.txt", "--metric", "sh score.sh", "--backend", "openai:gpt-4.1", "--set",
                         "openai.key-command=touch asked; echo sk-0123456789")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("POST https://api.openai.com/v1/chat/completions", told.stdout)
        self.assertIn(KNOBS.splitlines()[0], told.stdout)
        self.assertEqual(list(self.repo.glob("asked")), [])

    def test_verbose_says_what_hone_does(self):
        done = self.hone(*self.run_words("--name", "one", "--max-experiments", "2", "--verbose"))
        for word in ("propose", "measure", "workspace"):
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
