#!/usr/bin/env python3
"""Nights that are killed, stopped, signalled and disturbed: the real binary, instant metrics."""
import os
import random
import signal
import subprocess
import time
import unittest

from night import KNOBS, NightTest, until


class Killed(NightTest):
    def test_a_night_killed_forty_times_and_resumed_is_whole(self):
        before = self.dirty()
        dice = random.Random(7)
        self.run_night(dice, kills=40)
        records = self.check_invariants()
        self.assertGreaterEqual(len(records), 60)
        self.assertEqual(self.picture(), before, "the checkout is untouched, byte for byte")

    def run_night(self, dice, kills):
        slow = "sleep 0.02; sh score.sh"
        process = self.start(*self.run_words("--name", "night", "--max-experiments", "60", metric=slow), stdout=subprocess.DEVNULL)
        killed = 0
        while True:
            time.sleep(dice.uniform(0.0, 0.25))
            if process.poll() is None and killed < kills:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
            _, said = process.communicate(timeout=60)
            if process.returncode in (0, 1) or "has ended" in said:   # the last kill came after the last event
                return
            unborn = "died before it began" in said or self.hone("status", "night").returncode == 2
            self.assertTrue(unborn or process.returncode == -signal.SIGKILL, said)
            words = ["resume", "night"]
            if unborn:   # killed before its first event
                self.hone("clean", "night")
                words = self.run_words("--name", "night", "--max-experiments", "60", metric=slow)
            process = self.start(*words, stdout=subprocess.DEVNULL)

    def test_status_of_a_dead_run_says_how_to_go_on(self):
        process = self.start(*self.run_words("--name", "night"))
        self.begun()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.assertIn("hone resume night", self.hone("status", "night").stdout)


class Signalled(NightTest):
    def interrupted(self, number):
        process = self.start(*self.run_words("--name", "night"))
        self.begun()
        os.kill(process.pid, number)
        said, progress = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, progress)
        self.assertIn("hone resume night", progress)
        self.assertEqual(list(self.cache.glob("hone/*")), [])
        done = self.hone("resume", "night", "--max-experiments", str(self.summary()["experiments"] + 3))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.check_invariants()

    def test_ctrl_c_leaves_a_run_that_can_be_resumed(self):
        self.interrupted(signal.SIGINT)

    def test_sigterm_leaves_a_run_that_can_be_resumed(self):
        self.interrupted(signal.SIGTERM)

    def test_a_second_ctrl_c_does_not_wait_for_a_long_benchmark(self):
        process = self.start(*self.run_words("--name", "night", metric="sh score.sh; sleep 30"))
        until(lambda: self.hone("status", "night").returncode == 0)
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 130)
        until(lambda: not self.processes(), 5)

    def test_a_hangup_does_not_end_the_night(self):
        process = self.start(*self.run_words("--name", "night", "--max-experiments", "20"))
        self.begun()
        os.kill(process.pid, signal.SIGHUP)
        process.communicate(timeout=30)
        self.assertIn(process.returncode, (0, 1))
        self.check_invariants()

    def test_a_closed_terminal_does_not_end_the_night(self):
        process = self.start(*self.run_words("--name", "night", "--max-experiments", "12", "--json"))
        process.stdout.close()
        process.stderr.close()
        process.wait(timeout=30)
        self.assertIn(process.returncode, (0, 1))
        self.check_invariants()


class Steered(NightTest):
    def test_hone_stop_ends_the_night_with_a_sentence(self):
        process = self.start(*self.run_words("--name", "night"))
        self.begun()
        self.assertEqual(self.hone("stop", "night").returncode, 0)
        said, _ = process.communicate(timeout=20)
        self.assertIn(process.returncode, (0, 1))
        self.assertIn("experiments", said.splitlines()[-1])
        self.assertEqual(self.summary()["ended"], "stopped")
        self.check_invariants()

    def test_hone_tell_reaches_the_journal(self):
        process = self.start(*self.run_words("--name", "night", "--json"))
        self.begun()
        self.assertEqual(self.hone("tell", "night", "leave b alone").returncode, 0)
        self.hone("stop", "night")
        said, _ = process.communicate(timeout=20)
        self.assertIn("leave b alone", said)

    def test_two_nights_in_one_repository_do_not_meet(self):
        nights = [self.start(*self.run_words("--name", name, "--max-experiments", "12")) for name in ("one", "two")]
        for process in nights:
            _, said = process.communicate(timeout=40)
            self.assertIn(process.returncode, (0, 1), said)
        for name in ("one", "two"):
            self.check_invariants(name)

    def test_one_run_is_worked_on_by_one_process(self):
        process = self.start(*self.run_words("--name", "night"))
        self.begun()
        second = self.hone("resume", "night")
        self.assertEqual(second.returncode, 2, second.stderr)
        self.hone("stop", "night")
        process.communicate(timeout=20)


class Places(NightTest):
    def night_at(self, folder):
        done = self.hone(*self.run_words("--name", "night", "--max-experiments", "6"), at=folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done

    def test_a_detached_head(self):
        self.git("checkout", "-q", "--detach")
        head = self.git("rev-parse", "HEAD")
        self.night_at(self.repo)
        self.assertEqual(self.git("rev-parse", "HEAD"), head)
        self.check_invariants()

    def test_a_linked_worktree(self):
        linked = self.home / "linked"
        self.git("worktree", "add", "-q", str(linked), "-b", "side")
        self.night_at(linked)
        self.assertEqual(len(self.git("worktree", "list").splitlines()), 2)
        self.git("worktree", "remove", str(linked))
        self.check_invariants()

    def test_a_bare_clone(self):
        bare = self.home / "bare.git"
        self.git("clone", "-q", "--bare", str(self.repo), str(bare))
        self.night_at(bare)
        self.check_invariants(at=bare)

    def test_a_shallow_clone(self):
        (self.repo / "more.txt").write_text("more\n", encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "more")
        shallow = self.home / "shallow"
        self.git("clone", "-q", "--depth", "1", f"file://{self.repo}", str(shallow))
        self.night_at(shallow)
        self.check_invariants(at=shallow)

    def test_a_folder_inside_the_repository(self):
        inner = self.repo / "inner"
        inner.mkdir()
        (inner / "knobs.txt").write_text(KNOBS, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "inner")
        done = self.hone("run", "knobs.txt", "--metric", "sh score.sh", "--backend", "mutate", "--accept", "greedy", "--sandbox", "none",
                         "--max-experiments", "3", "--name", "night", at=inner)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual({path for r in self.records() for path in r.get("paths", [])}, {"inner/knobs.txt"})


class Unruly(NightTest):
    def test_a_carried_input_is_there_with_and_without_a_sandbox(self):
        # The repository is below /tmp, where the sandbox has a folder of its own.
        (self.repo / "data.ignored").mkdir()
        (self.repo / "data.ignored/in").write_text("7\n", encoding="utf-8")
        for level in ("none", "auto"):
            with self.subTest(level):
                words = self.run_words("--carry", "data.ignored", "--name", level, "--max-experiments", "2",
                                       metric="grep -q 7 data.ignored/in && sh score.sh")
                words[words.index("--sandbox") + 1] = level
                done = self.hone(*words)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                self.check_invariants(level)
        self.assertEqual((self.repo / "data.ignored/in").read_text(), "7\n")

    def test_a_flood_of_output_is_kept_short(self):
        flood = "head -c 200000000 /dev/zero | tr '\\0' x; echo; sh score.sh"
        done = self.hone(*self.run_words("--name", "night", "--max-experiments", "1", "--final-pairs", "0", metric=flood))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        journal = self.repo / ".git/hone/night/journal.db"
        self.assertLess(journal.stat().st_size, 4_000_000)
        self.check_invariants()

    def test_a_hanging_benchmark_dies_with_its_daemon(self):
        hang = "(setsid sh -c 'sleep 300 & sleep 300' >/dev/null 2>&1 &); if grep -q 'a = 10 ' knobs.txt && grep -q 'b = 20 ' knobs.txt && grep -q 'c = 30 ' knobs.txt; then sh score.sh; else sleep 300; fi"
        done = self.hone(*self.run_words("--name", "night", "--max-experiments", "2", "--timeout", "1s", metric=hang))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertIn("timeout", {r["outcome"] for r in self.records()})
        self.check_invariants()

    def start_and_keep(self):
        process = self.start(*self.run_words("--name", "night", metric="sleep 0.02; sh score.sh"))
        until(lambda: self.git("branch", "--list", "hone/night") != "")
        return process

    def test_a_commit_of_a_person_on_our_branch_ends_the_night_and_both_are_kept(self):
        process = self.start_and_keep()
        tree = self.git("rev-parse", "hone/night^{tree}")
        theirs = self.git("commit-tree", tree, "-p", "hone/night", "-m", "by a person")
        self.git("update-ref", "refs/heads/hone/night", theirs)
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 3, said)
        self.assertEqual(self.summary()["ended"], "ref_moved")
        self.assertEqual(self.git("rev-parse", "hone/night"), theirs)
        self.git("fsck", "--full", "--strict")
        until(lambda: not self.processes(), 5)

    def test_a_deleted_branch_ends_the_night_and_the_work_is_kept(self):
        process = self.start_and_keep()
        keep = self.git("rev-parse", "hone/night")
        self.git("update-ref", "-d", "refs/heads/hone/night")
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 3, said)
        self.assertIn(keep, self.git("rev-list", "--all", "--glob=refs/hone/*"))

    def test_a_run_leaves_nothing_after_clean_but_its_branch(self):
        self.hone(*self.run_words("--name", "night", "--max-experiments", "6"))
        self.assertEqual(self.hone("clean", "night").returncode, 0)
        self.assertEqual(self.git("for-each-ref", "refs/hone"), "")
        self.assertFalse((self.repo / ".git/hone/night").exists())


if __name__ == "__main__":
    unittest.main()
