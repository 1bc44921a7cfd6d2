#!/usr/bin/env python3
"""Fault cases of the journal, the disk, descriptors, signals, locks and the branch: a real night each, then the witness."""
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path

from scene import FAULTY, Scene, until


class NightCase(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.close)
        self.scene.dirty()
        self.scene.watch()

    def good(self, done, **more):
        self.assertEqual(self.scene.check(done, **more), [], done.stdout[-800:] + done.stderr[-1500:])

    def journal_path(self):
        return self.scene.repo / ".git/hone/night/journal.db"

    def kept(self):
        return self.scene.git("rev-list", "--count", "main..hone/night")


class Journal(NightCase):
    """R13, R14, R16."""

    def killed(self, fault="branch.sync:3:kill"):
        """A night killed in its middle, its last records still in the log."""
        scene = self.scene
        done = scene.hone(*scene.words(), fault=fault)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        return {name: (self.journal_path().parent / name).read_bytes() for name in ("journal.db", "journal.db-wal")}

    def restore(self, files):
        for path in self.journal_path().parent.glob("journal.db*"):
            path.unlink()
        for name, content in files.items():
            (self.journal_path().parent / name).write_bytes(content)

    def test_a_log_cut_anywhere_in_its_last_records_goes_on(self):
        """Every byte of the last three records is cut in tests/contract/journal; here a night goes on from some of them."""
        scene = self.scene
        files = self.killed()
        dice = random.Random(3)
        log = files["journal.db-wal"]
        for size in sorted(dice.sample(range(len(log) - 3 * 4120, len(log)), 8)):
            with self.subTest(size=size):
                for path in (scene.repo / ".git/refs/heads/hone").glob("*"):
                    path.unlink()
                self.restore({"journal.db": files["journal.db"], "journal.db-wal": log[:size]})
                done = scene.hone("resume", "night")
                self.assertIn(done.returncode, (0, 1, 3), done.stderr)
                if done.returncode != 3:
                    self.good(done)
                    self.assertEqual(self.kept(), "2")

    def flip(self):
        """A wrong letter in the body of a record in the middle, where SQLite itself sees nothing."""
        database = sqlite3.connect(self.journal_path())
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        body, = database.execute("SELECT body FROM events WHERE kind = 'proposed' ORDER BY sequence LIMIT 1").fetchone()
        database.close()
        content = self.journal_path().read_bytes()
        at = content.find(body.encode()[20:60])
        self.assertGreater(at, 0)
        changed = bytearray(content)
        changed[at + 5] ^= 1
        self.restore({"journal.db": bytes(changed)})

    def test_a_flipped_bit_is_refused_with_its_record_and_salvage_goes_on(self):
        scene = self.scene
        self.killed("order:8:kill-after")
        self.flip()
        refused = scene.hone("resume", "night")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertRegex(refused.stderr, r"record \d+ does not match its checksum")
        self.assertIn("hone resume --salvage", refused.stderr)
        done = scene.hone("resume", "night", "--salvage")
        if done.returncode == 3:  # the branch has a commit whose record was lost: it says how to go on, and that works
            self.assertIn("hone/night-lost", done.stderr)
            advice = done.stderr.rsplit("go on from there: ", 1)[1].strip()
            git_words = advice.rsplit(" && hone", 1)[0]
            quiet = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"}
            subprocess.run(["sh", "-c", git_words], cwd=scene.repo, env={**scene.environment, **quiet}, check=True)
            done = scene.hone("resume", "night")
            scene.git("update-ref", "-d", "refs/heads/hone/night-lost")
            (scene.repo / ".git/packed-refs").unlink(missing_ok=True)  # git's, for the deletion
            self.assertIn(done.returncode, (0, 1), done.stderr)
            bad = [line for line in scene.check(done) if "hone/night-lost" not in line]
            self.assertEqual(bad, [], done.stderr)
        else:
            self.good(done)
        self.assertEqual(self.kept(), "2")
        self.assertTrue(list(self.journal_path().parent.glob("journal.db.damaged-1")))

    def test_salvage_of_a_healthy_journal_changes_nothing(self):
        self.killed()
        done = self.scene.hone("resume", "night", "--salvage")
        self.assertIn("nothing was damaged", done.stderr)
        self.good(done)

    def test_a_journal_of_a_newer_hone_is_refused(self):
        scene = self.scene
        scene.hone(*scene.words())
        database = sqlite3.connect(self.journal_path())
        database.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
        database.commit()
        database.close()
        for words in (["resume", "night"], ["status", "night"], ["report", "night", "-o", str(scene.folder / "r.html")]):
            done = scene.hone(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("99", done.stderr)

    def test_a_file_that_is_no_journal_is_refused(self):
        scene = self.scene
        scene.hone(*scene.words())
        for path in self.journal_path().parent.glob("journal.db*"):
            path.unlink()
        self.journal_path().write_bytes(b"\0" * 8192)
        done = scene.hone("resume", "night")
        self.assertIn(done.returncode, (2, 3), done.stderr)
        self.assertIn("hone: ", done.stderr)


def mounted(folder, *words):
    Path(folder).mkdir(exist_ok=True)
    return subprocess.run(["mount", *words, str(folder)], capture_output=True, check=False).returncode == 0


class Disk(NightCase):
    """R17, R19, R20, R22."""

    def setUp(self):  # pylint: disable=super-init-not-called
        self.place = Path(f"/tmp/hone-small-{os.getpid()}")
        self.addCleanup(shutil.rmtree, self.place, True)

    def small(self, options):
        if not mounted(self.place, "-t", "tmpfs", "-o", options, "tmpfs"):
            self.place.rmdir()
            self.skipTest("a small disk needs the right to mount a tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.place)], check=False)
        self.scene = Scene(where=self.place)
        self.addCleanup(self.scene.close)
        self.scene.watch()

    def fill(self):
        filler = self.place / "filler"
        file = os.open(filler, os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(file, b"x" * 4096)
        except OSError:
            os.close(file)
        return filler

    def full_and_free_again(self, fill):
        scene = self.scene
        words = scene.words(metric="sleep 0.1; sh score.sh")
        process = scene.start(*words)
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        filler = fill()
        out, said = process.communicate(timeout=60)
        code = process.returncode
        if code != 0:  # it may have been done already with what it had
            self.assertEqual(code, 3, said)
            self.assertRegex(said, "(?i)space|full|disk")
        shutil.rmtree(filler) if filler.is_dir() else filler.unlink()
        done = subprocess.CompletedProcess(words, code, out, said)
        if code == 3:
            done = scene.hone("resume", "night")
        self.good(done)
        self.assertEqual(self.kept(), "2")

    def test_a_full_disk_ends_the_night_and_resume_goes_on_when_there_is_room(self):
        self.small("size=8m,nr_inodes=20000")
        self.full_and_free_again(self.fill)

    def test_inodes_that_run_out(self):
        self.small("size=20m,nr_inodes=700")
        def fill():
            folder = self.place / "filler"
            folder.mkdir()
            try:
                for number in range(100000):
                    (folder / str(number)).touch()
            except OSError:
                pass
            return folder
        self.full_and_free_again(fill)

    def test_no_room_at_the_start_leaves_nothing(self):
        self.small("size=8m,nr_inodes=20000")
        filler = self.fill()
        done = self.scene.hone(*self.scene.words())
        self.assertEqual(done.returncode, 3, done.stderr)
        filler.unlink()
        self.assertFalse((self.scene.repo / ".git/hone/night").exists(), done.stderr)
        self.good(done, ended=False)

    def test_a_read_only_state_folder(self):
        self.small("size=20m")
        scene = self.scene
        state = scene.repo / ".git/hone"
        state.mkdir()
        if not mounted(state, "--bind", str(state)) or subprocess.run(["mount", "-o", "remount,ro,bind", str(state)], capture_output=True, check=False).returncode != 0:
            self.skipTest("a read-only folder for root needs bind mounts")
        self.addCleanup(subprocess.run, ["umount", "-l", str(state)], check=False)
        done = scene.hone(*scene.words())
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("Read-only", done.stderr)
        subprocess.run(["umount", "-l", str(state)], check=True)
        state.rmdir()
        self.good(done, ended=False)


class Shortage(NightCase):
    def limited(self, what, number):
        def before():
            resource.setrlimit(what, (number, number))
        scene = self.scene
        words = scene.words()
        done = scene.hone(*words, before=before)
        self.assertIn(done.returncode, (0, 2, 3, -signal.SIGXFSZ), done.stderr)
        if done.returncode in (2, 3):
            self.assertIn("hone: ", done.stderr + done.stdout)
        done = scene.go_on(done, words)
        self.good(done)
        self.assertEqual(self.kept(), "2")

    def test_few_descriptors(self):
        for number in (8, 14, 20, 26, 40):
            with self.subTest(number=number):
                self.limited(resource.RLIMIT_NOFILE, number)
                self.scene.hone("clean", "night")
                self.scene.git("branch", "-D", "hone/night")
                self.scene.watch()

    def test_files_that_may_not_grow(self):
        self.limited(resource.RLIMIT_FSIZE, 100_000)


class Signals(NightCase):
    """C04, C05."""

    def interrupted(self, numbers, code=130):
        scene = self.scene
        words = scene.words(metric="sleep 0.2; sh score.sh")
        process = scene.start(*words)
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        for number in numbers:
            os.kill(process.pid, number)
            time.sleep(0.05)
        out, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, code, said)
        self.good(subprocess.CompletedProcess(words, code, out, said), ended=False)
        done = scene.hone("resume", "night")
        self.good(done)
        self.assertEqual(self.kept(), "2")

    def test_sigquit(self):
        self.interrupted([signal.SIGQUIT])

    def test_sigterm(self):
        self.interrupted([signal.SIGTERM])

    def test_sigint_twice(self):
        self.interrupted([signal.SIGINT, signal.SIGINT])

    def test_sigint_then_sigkill(self):
        """Also the recovery, three times."""
        scene = self.scene
        words = scene.words(metric="sleep 0.1; sh score.sh")
        process = scene.start(*words)
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        os.kill(process.pid, signal.SIGINT)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        for point in ("wal.write:20:kill", "entry.write:2:kill", "order:1:kill-after"):
            scene.hone("resume", "night", fault=point)
        done = scene.go_on(scene.hone("resume", "night"), words)
        self.good(done)
        self.assertEqual(self.kept(), "2")

    def test_the_terminal_goes_away(self):
        """A real one: a pty whose other end is closed, with SIGHUP as the kernel sends it, and EIO from then on."""
        scene = self.scene
        ours, theirs = os.openpty()
        words = scene.words(metric="sleep 0.1; sh score.sh")
        process = scene.start(*words, stdout=theirs, stderr=theirs)
        os.close(theirs)
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        os.close(ours)
        os.kill(process.pid, signal.SIGHUP)
        process.wait(timeout=30)
        self.good(subprocess.CompletedProcess(words, process.returncode, "", ""))
        self.assertEqual(self.kept(), "2")

    def test_a_reader_of_stdout_that_leaves(self):
        scene = self.scene
        words = scene.words("--json")
        process = scene.start(*words)
        process.stdout.close()
        process.stderr.close()
        process.wait(timeout=30)
        self.good(subprocess.CompletedProcess(words, process.returncode, "", ""))
        self.assertEqual(self.kept(), "2")


class Locks(NightCase):
    """G05, G10, two runners."""

    def test_what_dead_owners_left_is_no_obstacle(self):
        scene = self.scene
        done = scene.hone(*scene.words(), fault="branch.sync:3:kill")
        git_folder = scene.repo / ".git"
        # A number that another process has by now: ours. And one of nobody, and nonsense.
        for text in (f"{os.getpid()}\n", "999999999\n", "x\n", ""):
            (git_folder / "hone/night/writer").write_text(text)
        (git_folder / "refs/hone/night/tip.lock").touch()
        (git_folder / "worktrees").mkdir(exist_ok=True)
        done = scene.go_on(done, scene.words())
        self.good(done)

    def test_a_lock_of_someone_else_on_our_branch_stops_the_night_and_resume_goes_on(self):
        scene = self.scene
        lock = scene.repo / ".git/refs/heads/hone/night.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text("1234567890123456789012345678901234567890\n")
        words = scene.words()
        done = scene.hone(*words)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("night.lock", done.stderr)
        self.assertTrue(lock.exists(), "it is not ours to remove")
        lock.unlink()
        done = scene.hone("resume", "night")
        self.good(done)
        self.assertEqual(self.kept(), "2")

    def test_locks_of_the_users_own_git_do_not_matter(self):
        scene = self.scene
        for name in ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock"):
            (scene.repo / ".git" / name).touch()
        scene.watch()
        self.good(scene.hone(*scene.words()))

    def test_two_runners_of_one_run_and_of_two(self):
        scene = self.scene
        scene.watch(runs_of_others=("other",))
        slow = "sleep 0.05; sh score.sh"
        first = scene.start(*scene.words(metric=slow))
        until(lambda: (scene.repo / ".git/hone/night/journal.db").exists())
        second = scene.hone(*scene.words(metric=slow))
        self.assertEqual(second.returncode, 2, second.stderr)
        third = scene.hone("resume", "night")
        self.assertEqual(third.returncode, 2, third.stderr)
        cleaned = scene.hone("clean", "night")
        self.assertEqual(cleaned.returncode, 2, "a running night is not cleaned")
        other = scene.hone(*scene.words(run="other"))
        self.assertEqual(other.returncode, 0, other.stderr)
        out, said = first.communicate(timeout=40)
        scene.hone("clean", "other")
        scene.git("update-ref", "-d", "refs/heads/hone/other")
        (scene.repo / ".git/packed-refs").unlink(missing_ok=True)  # git's, for the deletion
        done = subprocess.CompletedProcess([], first.returncode, out, said)
        self.good(done)
        self.assertEqual(self.kept(), "2")


class People(NightCase):
    """G07, G08: what a person does to the branch, the worktrees and the objects in mid-night."""

    def night_and(self, act, experiments=40):
        scene = self.scene
        process = scene.start(*scene.words(metric="sleep 0.03; sh score.sh", experiments=experiments))
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        act()
        out, said = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, said)

    def moved(self, done):
        """The night stops, or it had no keep to make any more; either way every keep is there."""
        scene = self.scene
        self.assertEqual([line for line in scene.check(done, moved_by_person=True) if "I2: refs" not in line and "checkout" not in line], [], done.stderr)
        if done.returncode == 3:
            self.assertIn("both are kept", done.stderr + done.stdout)

    def test_reset(self):
        self.moved(self.night_and(lambda: self.scene.git("update-ref", "refs/heads/hone/night", "main")))

    def test_rename(self):
        done = self.night_and(lambda: self.scene.git("branch", "-m", "hone/night", "mine"))
        bad = [line for line in self.scene.check(done, moved_by_person=True) if "mine" not in line and ".git/config" not in line and "logs" not in line]
        self.assertEqual(bad, [], done.stderr)
        self.assertTrue(self.scene.git("rev-parse", "mine"))

    def test_delete_and_gc(self):
        def act():
            self.scene.git("branch", "-D", "hone/night")
            self.scene.git("gc", "-q", "--prune=now", check=False)
        done = self.night_and(act)
        bad = [line for line in self.scene.check(done, moved_by_person=True) if "/.git/" not in line]
        self.assertEqual(bad, [], done.stderr)

    def test_gc_and_worktree_prune_harm_nothing(self):
        def act():
            self.scene.git("gc", "-q", "--prune=now", check=False)
            self.scene.git("worktree", "prune", "--expire=now")
            self.scene.git("gc", "-q", "--prune=now", check=False)
        done = self.night_and(act, experiments=25)
        bad = [line for line in self.scene.check(done) if "packed-refs" not in line and "/info" not in line and "gc.pid" not in line
               and "logs" not in line and "refs/heads" not in line and "ORIG_HEAD" not in line]
        self.assertEqual(bad, [], done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_worktrees_that_are_deleted_are_built_again(self):
        def act():
            for folder in (self.scene.home / "cache/hone").glob("*/w*"):
                shutil.rmtree(folder, ignore_errors=True)
        done = self.night_and(act, experiments=12)
        if done.returncode == 3:  # a command that was running in there found nothing: resume builds them
            done = self.scene.hone("resume", "night")
        self.good(done)


if __name__ == "__main__":
    assert Path(FAULTY).exists(), f"build the target hone_faulty first: {FAULTY} is not there"
    unittest.main()
