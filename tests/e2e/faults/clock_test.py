#!/usr/bin/env python3
"""C01: the wall clock jumps in mid-night, by days, back and forth and beyond 2038: dates may jump, nothing else may.
libfaketime makes the jumps: hone reads CLOCK_REALTIME through it, and the monotonic clock as it is."""
import json
import subprocess
import unittest
from pathlib import Path

from scene import Scene, until

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


class Clock(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.close)
        self.scene.dirty()
        self.scene.watch()
        self.turn("+0")

    def turn(self, by):
        new = self.scene.folder / "clock.new"
        new.write_text(by + "\n", encoding="utf-8")
        new.rename(self.scene.folder / "clock")

    def start(self, *words):
        return self.scene.start(*words, environment={
            "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.scene.folder / "clock"), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1"})   # a clock that jumps leaves the times of files as they are

    def end(self, process):
        out, said = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, said)

    def dates(self):
        lines = self.scene.hone("log", "night", "--json").stdout.splitlines()
        return [json.loads(line).get("date") or json.loads(line).get("began") for line in lines]

    def finished(self):
        done = self.scene.hone("status", "night", "--json")
        return json.loads(done.stdout).get("finished", 0) if done.returncode == 0 else 0

    def night_with(self, jumps, *more):
        """A jump after each finished experiment; the same end as in a night without any."""
        scene = self.scene
        process = self.start(*scene.words("--budget", "1h", *more, metric="sleep 0.05; sh score.sh"))
        for count, jump in enumerate(jumps):
            until(lambda wanted=count: self.finished() > wanted or process.poll() is not None)
            self.turn(jump)
        done = self.end(process)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(scene.check(done), [], done.stderr)
        self.assertEqual(scene.git("rev-list", "--count", "main..hone/night"), "2")

    def test_a_day_forward_and_two_back(self):
        self.night_with(["+1d", "-1d"])

    def test_beyond_2038_and_to_the_beginning(self):
        self.night_with(["+20y", "-40y"])

    def test_a_budget_is_no_date(self):
        """A day forward ends no night of an hour."""
        self.night_with(["+25h", "+49h", "+73h"])

    def test_a_night_that_is_resumed_in_the_past(self):
        scene = self.scene
        words = scene.words(metric="sleep 0.1; sh score.sh")
        self.turn("+3d")
        process = self.start(*words)
        until(lambda: scene.git("branch", "--list", "hone/night") != "")
        process.kill()
        process.communicate()
        self.turn("-3d")
        done = self.end(self.start("resume", "night"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(scene.check(done), [], done.stderr)
        self.assertEqual(scene.git("rev-list", "--count", "main..hone/night"), "2")


if __name__ == "__main__":
    if LIBRARY is None:
        raise SystemExit("libfaketime is not installed (tests/packages.txt)")
    unittest.main()
