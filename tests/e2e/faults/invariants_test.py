#!/usr/bin/env python3
"""The witness sees every kind of violation: each is planted after a night that was fine."""
import os
import re
import sqlite3
import subprocess
import sys
import unittest

from scene import KEY, Scene


class Planted(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.close)
        self.scene.dirty()
        self.scene.watch()
        self.done = self.scene.hone(*self.scene.words())
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def sees(self, what):
        bad = self.scene.check(self.done)
        self.assertTrue(any(re.search(what, line) for line in bad), f"expected {what}, it saw {bad}")

    def journal(self, *statements):
        database = sqlite3.connect(self.scene.repo / ".git/hone/night/journal.db")
        for name in ("events_no_update", "events_no_delete", "events_no_gap"):
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()

    def test_a_good_night_has_none(self):
        self.assertEqual(self.scene.check(self.done), [])

    def commit(self, message, path="knobs.txt", mode="100644", parent="hone/night"):
        scene = self.scene
        index = {**scene.environment, "GIT_INDEX_FILE": str(scene.folder / "index"), "GIT_DIR": str(scene.repo / ".git")}
        def git(*words, **more):
            return subprocess.run(["git", *words], cwd=scene.repo, env=index, capture_output=True, text=True, check=True, **more).stdout.strip()
        git("read-tree", parent)
        blob = git("hash-object", "-w", "--stdin", input="a = 50\n")
        git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
        made = git("commit-tree", git("write-tree"), "-p", parent, "-m", message)
        git("update-ref", "refs/heads/hone/night", made)

    def test_i1_a_commit_more(self):
        self.commit("not measured")
        self.sees("I1: the branch has")

    def test_i1_a_file_that_is_no_target(self):
        self.commit("sly", path="score.sh")
        self.sees("I1: .* changes score.sh")

    def test_i1_a_mode(self):
        self.commit("sly", mode="100755")
        self.sees("I1: .* changes the mode")

    def test_i1_a_branch_that_went_back(self):
        self.scene.git("update-ref", "refs/heads/hone/night", "hone/night~1")
        self.sees("I1: the branch has")

    def test_i2_a_checkout_an_index_a_config_a_hook_a_ref(self):
        scene = self.scene
        for plant, what in ((lambda: (scene.repo / "loose.txt").write_text("x"), "I2: .*loose.txt"),
                            (lambda: scene.git("add", "loose.txt"), "I2: .*index"),
                            (lambda: scene.git("config", "core.pager", "x"), "I2: .*config"),
                            (lambda: (scene.repo / ".git/hooks/post-merge").write_text("x"), "I2: .*post-merge"),
                            (lambda: scene.git("branch", "more"), "I2: refs changed"),
                            (lambda: scene.git("symbolic-ref", "HEAD", "refs/heads/more"), "I2: .*HEAD")):
            plant()
            self.sees(what)

    def test_i3_home(self):
        (self.scene.home / ".bashrc").write_text("x")
        self.sees("I3: .*bashrc is new")
        os.utime(self.scene.home / "precious.txt")
        self.sees("I3: .*precious.txt changed")
        (self.scene.home / "precious.txt").unlink()
        self.sees("I3: .*precious.txt is gone")
        (self.scene.home / "cache/hone/left").mkdir()
        self.sees("I3: .*left is new")

    def test_i4_a_daemon(self):
        subprocess.run([sys.executable, "-c", "import os, time\nif os.fork() == 0:\n os.setsid()\n time.sleep(20)\n os._exit(0)"], check=True)
        self.sees("I4: still alive")
        for pid in self.scene.witness_processes():
            os.kill(pid, 9)

    def test_i5_a_key_in_a_file_in_an_object_and_in_the_journal(self):
        scene = self.scene
        (scene.folder / "tmp/note").write_text("the key is " + KEY)
        self.sees("I5: .*tmp/note")
        subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=scene.repo, env=scene.environment, input=KEY, text=True,
                       capture_output=True, check=True)
        self.sees("I5: the key stands in an object")
        text = ("the prompt, and " + KEY + "\n").encode()
        packed = subprocess.run(["zstd", "-qc"], input=text, capture_output=True, check=True).stdout
        import hashlib
        self.journal(f"INSERT INTO texts VALUES('{hashlib.sha256(text).hexdigest()}', {len(text)}, '', X'{packed.hex()}')")
        self.sees("I5: the key stands in text")

    def test_i6_a_second_end_and_a_changed_record(self):
        self.journal("UPDATE events SET body = replace(body, 'discarded', 'noop') WHERE kind = 'finished'")
        self.sees("I6: record .* not linked")

    def test_i6_two_ends(self):
        self.journal("INSERT INTO events SELECT (SELECT max(sequence) FROM events) + sequence, at, date, experiment, kind, body, whole, chain FROM events WHERE kind = 'finished'")
        self.sees("I6: experiment . has 2 ends")

    def test_i7_an_exit_code_and_a_sentence(self):
        self.done.returncode = 1
        self.sees("I7: exit code 1")
        self.done.returncode, self.done.stdout = 0, "x, 7 commits, 9 experiments, y\n"
        self.sees("I7: it printed")

    def test_i7_tables_that_tell_another_story(self):
        self.journal("UPDATE experiments SET outcome = 'discarded', record = replace(record, '\"kept\"', '\"discarded\"')")
        self.sees("I7: hone log says")
        self.sees("I7: the report shows")


if __name__ == "__main__":
    unittest.main()
