#!/usr/bin/env python3
"""Targets of every kind (F01-F08), hostile git set-ups (G04, G14, K10), proxies and modes (K11, K13, C11)."""
import os
import stat
import subprocess
import time
import unittest

from scene import KEY, Scene

def line_of(text):
    """A backend that replaces the line `speed = 9` by `speed = 5` and whatever else stands in the target."""
    return "cat >\"$CAMP/prompt.$HONE_EXPERIMENT.$$\"\n" + f"cat <<'END_OF_REPLY'\n{text}END_OF_REPLY\n"


class Targets(unittest.TestCase):
    def night(self, name, content, shown=None):
        """A keep on this very target; gives the bytes of the committed file."""
        raw = os.fsencode(name)
        metric = "for f in *; do case $f in judge*) ;; *) LC_ALL=C sed -n 's/^.*speed = \\([0-9]*\\).*/METRIC loss=\\1/p' \"./$f\" | head -n 1;; esac; done"
        shown = shown or name
        scene = Scene(files={raw: content, "judge.sh": metric + "\n"}, targets=[name], repo_name="a repo with spaces é",
                      propose=line_of(f"Intent: less\n\n{shown}\n<<<<<<< SEARCH\nspeed = 9\n=======\nspeed = 5\n>>>>>>> REPLACE\n"))
        self.addCleanup(scene.close)
        scene.watch()
        words = scene.words(metric="sh judge.sh", experiments=1)
        words[1:2] = ["--target", name]
        done = scene.hone(*words)
        self.scene, self.done = scene, done
        if done.returncode == 0:
            self.assertEqual(scene.check(done), [], done.stderr)
        return done

    def committed(self, name):
        return subprocess.run(["git", "show", b"hone/night:" + os.fsencode(name)], cwd=self.scene.repo, env=self.scene.environment,
                              capture_output=True, check=True).stdout

    def test_bytes_that_are_no_business_of_the_patch_stay(self):
        for what, content in {
                "CRLF": b"one\r\nspeed = 9\r\nthree\r\n", "BOM": b"\xef\xbb\xbfspeed = 9\nend\n", "no last newline": b"one\nspeed = 9",
                "mixed ends": b"one\r\nspeed = 9\nthree\r\n\tfour  \n", "Latin-1": b"caf\xe9\nspeed = 9\n", "one line": b"speed = 9",
                "form feeds and blanks": b"\x0c  \nspeed = 9\n   \n\n\n"}.items():
            with self.subTest(what):
                done = self.night("knobs.txt", content)
                if done.returncode == 2:  # refused at the start, with a sentence
                    self.assertIn("knobs.txt", done.stderr)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.committed("knobs.txt"), content.replace(b"speed = 9", b"speed = 5"))

    def test_odd_names(self):
        for name in ("a b.txt", "it's.txt", 'q"uote.txt', "dollar$HOME`x`.txt", "semi;touch hacked.txt", "ünï.txt", "-dash.txt", "star*.txt"):
            with self.subTest(name):
                done = self.night(name, b"one\nspeed = 9\n")
                if done.returncode == 2:
                    self.assertIn("hone: ", done.stderr)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(b"speed = 5", self.committed(name))
                self.assertFalse((self.scene.repo / "hacked.txt").exists())

    def test_names_that_are_refused_or_work(self):
        for raw in (b"new\nline.txt", b"latin\xe9.txt"):
            with self.subTest(raw):
                done = self.night(os.fsdecode(raw), b"one\nspeed = 9\n")
                self.assertIn(done.returncode, (0, 1, 2), done.stderr)
                self.assertEqual([line for line in self.scene.check(done, ended=done.returncode != 2)], [], done.stderr)

    def test_targets_that_are_refused(self):
        for what, content in {"NUL": b"a\0b\nspeed = 9\n", "empty": b""}.items():
            with self.subTest(what):
                done = self.night("knobs.txt", content)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("hone: ", done.stderr)

    def test_a_huge_target(self):
        done = self.night("knobs.txt", b"speed = 9\n" + b"filler line of some length\n" * 200_000)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("Mark the part that may change", done.stderr)
        self.assertEqual(self.scene.check(done), [], done.stderr)


class Surroundings(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.close)

    def good(self, done, **more):
        self.assertEqual(self.scene.check(done, **more), [], done.stdout + done.stderr)

    def test_a_hostile_git_configuration_and_environment(self):
        scene = self.scene
        scene.dirty()
        trap = scene.home / "trap-ran"
        evil = scene.home / "evil.sh"
        evil.write_text(f"#!/bin/sh\ntouch '{trap}'\nexit 1\n")
        evil.chmod(0o755)
        for key, value in (("core.fsmonitor", str(evil)), ("commit.gpgsign", "true"), ("gpg.program", str(evil)), ("core.editor", str(evil)),
                           ("diff.external", str(evil)), ("filter.x.clean", str(evil)), ("filter.x.smudge", str(evil)), ("filter.x.required", "true"),
                           ("core.pager", str(evil)), ("core.askpass", str(evil)), ("credential.helper", str(evil)), ("core.sshCommand", str(evil)),
                           ("core.hooksPath", str(scene.repo / ".git/hooks")), ("commit.template", "/nowhere"), ("core.autocrlf", "true"),
                           ("include.path", str(scene.home / "include.ini")), ("url.x.insteadOf", "https://"), ("gc.auto", "1"),
                           ("alias.commit", f"!{evil}"), ("core.attributesFile", str(scene.home / "attributes"))):
            scene.git("config", key, value)
        (scene.home / "include.ini").write_text(f"[core]\n\tfsmonitor = {evil}\n")
        (scene.home / "attributes").write_text("* filter=x eol=crlf\n")
        scene.git("config", "--unset", "user.name")
        for key in ("core.fsmonitor", "core.hooksPath"):  # the witness's own git must not run them
            scene.environment.update({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "false"})
        trap.unlink(missing_ok=True)
        scene.watch()
        trap.unlink(missing_ok=True)
        environment = {
            "GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index", "GIT_OBJECT_DIRECTORY": "/nowhere/objects",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(evil), "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='x'",
            "GIT_ASKPASS": str(evil), "GIT_EDITOR": str(evil), "GIT_PAGER": str(evil), "GIT_SSH_COMMAND": str(evil), "GIT_TRACE": str(scene.home / "cache/trace"),
            "GIT_EXTERNAL_DIFF": str(evil), "GIT_NAMESPACE": "x", "GIT_COMMON_DIR": "/nowhere", "GIT_TEMPLATE_DIR": str(scene.home), "GIT_EXEC_PATH": str(scene.home),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nowhere", "GIT_REPLACE_REF_BASE": "refs/x", "GIT_CEILING_DIRECTORIES": "/", "EDITOR": str(evil), "PAGER": str(evil)}
        done = scene.hone(*scene.words(), environment=environment)
        self.assertFalse(trap.exists(), "a program that the configuration names was run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.good(done)
        for commit in scene.git("rev-list", "main..hone/night").split():
            self.assertEqual(scene.git("show", "-s", "--format=%an %ae %G?", commit), "hone hone@localhost N")

    def test_an_index_that_is_locked_and_a_rebase_under_way(self):
        scene = self.scene
        (scene.repo / ".git/index.lock").touch()
        (scene.repo / ".git/rebase-merge").mkdir()
        (scene.repo / ".git/rebase-merge/head-name").write_text("refs/heads/main\n")
        scene.watch()
        self.good(scene.hone(*scene.words()))

    def test_modes_of_everything_that_may_hold_a_secret(self):
        scene = self.scene
        scene.watch()
        done = scene.hone(*scene.words(), before=lambda: os.umask(0))
        self.good(done)
        state = scene.repo / ".git/hone"
        for path in (state, *state.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, path)

    def test_a_state_folder_that_was_opened_to_others_is_closed_or_named(self):
        scene = self.scene
        scene.watch()
        done = scene.hone(*scene.words(), fault="branch.sync:2:kill")
        for path in (scene.repo / ".git/hone/night", scene.repo / ".git/hone"):
            path.chmod(0o755)
        done = scene.hone("resume", "night")
        self.good(done)
        mode = stat.S_IMODE((scene.repo / ".git/hone/night").stat().st_mode)
        self.assertTrue(mode == 0o700 or "chmod" in done.stderr, f"{mode:o}: {done.stderr}")

    def test_a_proxy_is_named_before_a_key_goes_through_it(self):
        scene = self.scene
        scene.watch()
        environment = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        done = scene.hone(*scene.words("--budget", "3s", backend="openai:gpt-5-mini"), environment=environment)
        self.assertIn("127.0.0.1:9", done.stderr)
        self.assertNotIn(KEY, done.stderr + done.stdout)

    def test_an_edited_config_in_mid_night_changes_nothing(self):
        scene = self.scene
        (scene.repo / "hone.toml").write_text('metric = "sh score.sh"\n', encoding="utf-8")
        scene.watch()
        process = scene.start(*[word for word in scene.words(metric="sleep 0.1; sh score.sh")])
        time.sleep(0.2)
        (scene.repo / "hone.toml").write_text('metric = "false"\n', encoding="utf-8")
        out, said = process.communicate(timeout=30)
        done = subprocess.CompletedProcess([], process.returncode, out, said)
        self.assertEqual([line for line in scene.check(done) if "hone.toml" not in line], [], said)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
