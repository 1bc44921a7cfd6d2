#!/usr/bin/env python3
"""Long runs that print their metric by steps, with the real binary: hopeless candidates are stopped, winners are not,
a resumed night stops the same ones, and `hone show` says why. What is saved is counted in steps, never in seconds."""
import json
import unittest

from night import NightTest

STEPS = 20
# A candidate is stopped long before this one waits; without early stopping the nights would take minutes.
TRAIN = """#!/usr/bin/env python3
import hashlib, math, os, pathlib, time
home = pathlib.Path(%(home)r)
gains = %(gains)r
table = open("table.txt").read()
mine = [line.split()[0] for line in table.splitlines() if line.endswith("= 1")]
gain = sum(gains[name] for name in mine)
log = open(home / "log", "a+")
log.seek(0)
# The runs of one calibration share their seed, and a machine's noise does not know of it.
seed = table + (os.environ["HONE_SEED"] + ("" if mine else str(len(log.readlines()))) if %(noise)r else "")
def noise(what):
    return int(hashlib.sha256((seed + what).encode()).hexdigest()[:8], 16) / 2 ** 31 - 1
wait = any(int(name[1:]) > 12 and gains[name] < 0 for name in mine)
for step in range(1, %(steps)d + 1):
    f = step / %(steps)d
    if wait and step == 15: time.sleep(8)
    loss = (2 - f) * math.exp(-gain * (.5 + .5 * f) + .003 * noise(str(step)) * (1 - f))
    log.write(f"{'-'.join(mine) or 'base'} {step}\\n"); log.flush()
    print(f"METRIC step={step * 50} loss={loss:.9f}", flush=True)
    time.sleep(.002)
final = math.exp(-gain) * (1 + %(noise)r * noise("end") if %(noise)r else 1)
print(f"METRIC loss={final:.9f}", flush=True)
"""
PROPOSE = """#!/bin/sh
sleep 0.1
printf 'set p%s\\ntable.txt\\n<<<<<<< SEARCH\\np%s = 0\\n=======\\np%s = 1\\n>>>>>>> REPLACE\\n' $HONE_EXPERIMENT $HONE_EXPERIMENT $HONE_EXPERIMENT
"""
WINNER = 16
LAST = 19


class Curves(NightTest):
    def prepare(self, noise=0.0):
        gains = {f"p{n}": -0.02 - 0.01 * (n % 4) for n in range(1, 31)}
        gains[f"p{WINNER}"] = 0.05
        (self.home / "propose.sh").write_text(PROPOSE, encoding="utf-8")
        (self.repo / "train.py").write_text(TRAIN % {"home": str(self.home), "gains": gains, "noise": noise, "steps": STEPS},
                                            encoding="utf-8")
        (self.repo / "table.txt").write_text("".join(f"p{n} = 0\n" for n in range(1, 31)), encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "curves", check=False)
        (self.home / "log").unlink(missing_ok=True)

    def words(self, *more):
        return ["run", "table.txt", "--metric", "python3 train.py", "--backend", f"command:sh {self.home}/propose.sh",
                "--sandbox", "none", "--proposers", "1", "--final-pairs", "0", "--canary", "0", "--name", "night", *more]

    def night(self, *words):
        done = self.hone(*words)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done

    def printed(self, name):
        """How many steps the runs of one candidate came to."""
        return sum(line.split()[0] == name for line in (self.home / "log").read_text().splitlines())

    def story(self):
        return [(r["id"], r["outcome"], r["reason"]) for r in self.records()]

    def check_night(self):
        by_id = {record["id"]: record for record in self.check_invariants()}
        self.assertEqual(len(by_id), LAST)
        stopped = {n for n, record in by_id.items() if record["reason"].startswith("stopped at step ")}
        losers = set(range(13, LAST + 1)) - {WINNER}
        # After a keep the new champion's curve has to be measured before anything can be foreseen, and after some losers
        # in a row a race begins with two runs, of which the first may not count: neither is stopped.
        self.assertLessEqual(len(losers - stopped), 3, (losers, stopped))
        self.assertTrue(all(n > 10 for n in stopped), "off until ten runs are complete")
        self.assertEqual({by_id[n]["outcome"] for n in stopped}, {"discarded"})
        self.assertTrue(all("value" not in by_id[n] or by_id[n]["value"] is None for n in stopped), "never an average")
        self.assertEqual(by_id[WINNER]["outcome"], "kept")
        for n in range(1, 11):
            self.assertGreaterEqual(self.printed(f"p{n}"), STEPS)
        for n in stopped:
            name = f"p{n}" if n < WINNER else f"p{WINNER}-p{n}"
            self.assertLess(self.printed(name), STEPS, "steps that were not run were saved")
        return stopped

    def test_losers_are_stopped_and_the_winner_is_not(self):
        self.prepare()
        self.night(*self.words("--max-experiments", str(LAST)))
        stopped = self.check_night()
        one = min(stopped)
        shown = self.hone("show", "night", str(one)).stdout
        self.assertRegex(shown, r"stopped at step \d+ of 1000: -\d.* % predicted for the end, P\(at least .*\) (< 0\.001|= 0\.0)")
        samples = json.loads(self.hone("show", "night", str(one), "--json").stdout)["samples"]
        self.assertEqual([(s["phase"], s["role"], s.get("value")) for s in samples], [("screen", "candidate", None)])
        whole = self.story()

        # Resumed behind the tenth and behind the keep, it stops the same ones at the same steps.
        self.hone("clean", "night")
        self.git("branch", "-D", "hone/night")
        self.prepare()
        self.night(*self.words("--max-experiments", "11"))
        self.night("resume", "night", "--max-experiments", "17")
        self.night("resume", "night", "--max-experiments", str(LAST))
        self.maxDiff = None
        self.assertEqual(self.story(), whole)

    def test_a_noisy_metric_is_stopped_in_its_screen_and_kept_by_whole_pairs(self):
        self.prepare(noise=0.004)
        self.night(*self.words("--max-experiments", str(LAST)))
        self.check_night()
        pairs = [s for s in json.loads(self.hone("show", "night", str(WINNER), "--json").stdout)["samples"] if s["phase"] == "confirm"]
        self.assertGreaterEqual(len(pairs), 6)
        self.assertTrue(all(s["value"] is not None for s in pairs))

    def test_it_can_be_turned_off(self):
        self.prepare()
        self.night(*self.words("--max-experiments", "13", "--early-stop", "off"))
        self.assertFalse([r for r in self.records() if "stopped" in r["reason"]])
        self.assertGreaterEqual(self.printed("p13"), STEPS)


if __name__ == "__main__":
    unittest.main()
