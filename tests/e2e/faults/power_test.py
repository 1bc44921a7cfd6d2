#!/usr/bin/env python3
"""What a power cut or a bad disk leaves behind a killed night: files without content, full of zeros or cut off; and a
repository that somebody moved or emptied while it was down."""
import os
import shutil
import signal
import subprocess
import unittest

from scene import Scene, until

KEPT = "order:13:kill"  # experiment 1 is kept and recorded, others are under way


class Power(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.close)
        self.scene.dirty()
        self.scene.watch()

    def killed(self, fault):
        done = self.scene.hone(*self.scene.words(), fault=fault)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)

    def goes_on(self):
        scene = self.scene
        done = scene.hone("resume", "night")
        self.assertEqual(scene.check(done), [], done.stderr[-1500:])
        self.assertEqual(scene.git("rev-list", "--count", "main..hone/night"), "2")
        self.assertEqual(list((scene.home / "cache/hone").iterdir()), [])
        return done

    def blank(self, folder, pattern, content):
        paths = [path for path in (self.scene.repo / folder).rglob(pattern) if path.is_file()]
        self.assertTrue(paths, f"{folder}/{pattern}")
        for path in paths:
            path.write_bytes(content)

    def test_files_of_refs_without_content(self):
        for content in (b"", b"\0" * 41):
            with self.subTest(content):
                self.setUp()
                self.killed(KEPT)
                self.blank(".git/refs/hone", "*", content)
                self.blank(".git/refs/heads/hone", "*", content)
                self.assertIn("the journal knows", self.goes_on().stderr)

    def test_worktrees_without_content(self):
        self.killed("order:9:kill-after")
        self.blank(".git/worktrees", "*", b"")
        for path in (self.scene.home / "cache/hone").rglob("*"):
            if path.is_file():
                path.write_bytes(b"")
        self.goes_on()

    def test_a_damaged_object_of_a_keep_is_named_and_no_command_hangs(self):
        for name, part in (("hone/night", 0), ("hone/night", 0.5), ("hone/night^{tree}", 0.5)):
            with self.subTest(name, part=part):
                self.setUp()
                scene = self.scene
                self.killed(KEPT)
                identity = scene.git("rev-parse", name)
                path = scene.repo / ".git/objects" / identity[:2] / identity[2:]
                whole = path.read_bytes()
                path.chmod(0o644)
                path.write_bytes(whole[:int(len(whole) * part)])
                done = scene.hone("resume", "night")
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(f"{identity[2:]} is damaged", done.stderr)
                for words in (["status", "night"], ["show", "night", "1"], ["report", "night", "-o", str(scene.folder / "page.html")]):
                    shown = scene.hone(*words)
                    self.assertEqual(shown.returncode, 0, shown.stderr)
                path.write_bytes(whole)
                path.chmod(0o444)
                self.goes_on()

    def test_a_journal_without_content_is_refused_and_can_be_cleaned(self):
        for keep in ("", "journal.db-shm"):
            with self.subTest(keep):
                self.setUp()
                scene = self.scene
                self.killed(KEPT)
                for path in (scene.repo / ".git/hone/night").glob("journal.db*"):
                    path.write_bytes(b"") if not keep else path.name == keep or path.unlink()
                for words in (["resume", "night"], ["status", "night"], ["resume", "night", "--salvage"]):
                    done = scene.hone(*words)
                    self.assertIn(done.returncode, (2, 3), done.stderr)
                    self.assertIn("hone: ", done.stderr)
                self.assertEqual(scene.hone("clean", "night").returncode, 0)
                self.assertEqual(list((scene.home / "cache/hone").iterdir()), [])
                self.assertTrue(scene.git("rev-parse", "hone/night"), "the branch is kept")

    def test_a_repository_that_was_moved(self):
        scene = self.scene
        process = scene.start(*scene.words(metric="sleep 0.1; sh score.sh"))
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        process.kill()
        process.communicate()
        scene.repo = scene.repo.rename(scene.folder / "elsewhere")
        done = scene.hone("resume", "night")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(scene.git("rev-list", "--count", "main..hone/night"), "2")
        self.assertEqual(list((scene.home / "cache/hone").iterdir()), [])
        self.assertEqual(scene.git("worktree", "list", "--porcelain").count("worktree "), 1)

    def test_a_state_folder_that_somebody_removes_ends_the_night(self):
        scene = self.scene
        process = scene.start(*scene.words(metric="sleep 0.1; sh score.sh", experiments=40))
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        shutil.rmtree(scene.repo / ".git/hone")
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("somebody removed", said)
        self.assertEqual(list((scene.home / "cache/hone").iterdir()), [])

    def test_output_that_cannot_be_written(self):
        scene = self.scene
        done = scene.hone(*scene.words())
        self.assertEqual(done.returncode, 0, done.stderr)
        with open("/dev/full", "w", encoding="utf-8") as full:
            for words in (["status", "night"], ["log", "night", "--json"], ["runs"]):
                self.assertEqual(scene.hone(*words, stdout=full).returncode, 3, words)
        pipe = scene.folder / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(["tail", "-c", "100", str(pipe)], stdout=subprocess.PIPE) as reader:
            self.assertEqual(scene.hone("report", "night", "-o", str(pipe)).returncode, 0)
            self.assertIn(b"</html>", reader.communicate(timeout=30)[0])
        self.assertTrue(pipe.is_fifo(), "a pipe was replaced by a file")


if __name__ == "__main__":
    unittest.main()
