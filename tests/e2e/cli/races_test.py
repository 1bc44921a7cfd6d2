#!/usr/bin/env python3
"""What happens inside a race, with the real binary: values that repeat, runs that fail in its middle, kill -9 in its
middle, and kinds of metrics. The judge draws its noise from the tree, the seed and how often it ran before, so that two
nights see the same values wherever they see the same runs."""
import json
import os
import signal
import unittest

from night import NightTest, until

JUDGE = """#!/usr/bin/env python3
import hashlib, json, os, pathlib, sys, time
home = pathlib.Path(%(home)r)
plan = json.loads((home / "plan.json").read_text())
table = open("table.txt").read()
mine = frozenset(line.split()[0] for line in table.splitlines() if line.endswith("= 1"))
log = home / "log"
runs = log.read_text().splitlines() if log.exists() else []
raced = [set(run.split()) for run in runs]
newest = max((int(name[1:]) for run in raced for name in run), default=0)   # whose race this is
candidate = not newest or "p%%d" %% newest in mine
again = sum(run == mine for run in raced) + 1

def once(name):
    if (home / name).exists(): return False
    (home / name).touch()
    return True

for name, where in plan.get("kill", {}).items():
    if name in mine and again == where and once("killed-" + name): time.sleep(60)
for name, where in plan.get("crash", {}).items():
    if name in mine and again == where: sys.exit(3)
for name, where in plan.get("hang", {}).items():
    if name in mine and again == where: time.sleep(60)
for name, times in plan.get("champion", {}).items():
    if "p%%d" %% newest == name and not candidate:
        for number in range(times):
            if once("failed-%%s-%%d" %% (name, number)): sys.exit(4)
key = table + os.environ["HONE_SEED"] + (str(len(runs)) if not newest and not mine else "")
noise = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2 ** 31 - 1
value = 100.0
for name in mine: value *= 1 - plan["gains"][name]
time.sleep(0.04)
with log.open("a") as out: out.write(" ".join(sorted(mine)) + "\\n")
print("METRIC loss=%%.9f" %% (value * (1 + plan.get("noise", 0.01) * noise)))
"""
PROPOSE = """#!/bin/sh
sleep 0.2
printf 'set p%s\\ntable.txt\\n<<<<<<< SEARCH\\np%s = 0\\n=======\\np%s = 1\\n>>>>>>> REPLACE\\n' $HONE_EXPERIMENT $HONE_EXPERIMENT $HONE_EXPERIMENT
"""


class Raced(NightTest):
    def prepare(self, **plan):
        """A fresh repository whose experiment n sets p<n>, which is worth gains["p<n>"]."""
        (self.home / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        (self.home / "propose.sh").write_text(PROPOSE, encoding="utf-8")
        (self.repo / "judge.py").write_text(JUDGE % {"home": str(self.home)}, encoding="utf-8")
        (self.repo / "table.txt").write_text("".join(f"p{n} = 0\n" for n in range(1, 31)), encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "races", check=False)
        for mark in [*self.home.glob("killed-*"), *self.home.glob("failed-*"), self.home / "log"]:
            mark.unlink(missing_ok=True)

    def words(self, *more):
        return ["run", "table.txt", "--metric", "python3 judge.py", "--backend", f"command:sh {self.home}/propose.sh", "--sandbox", "none",
                "--proposers", "1", "--repair", "0", "--final-pairs", "0", "--canary", "0", "--name", "night", *more]

    def night(self, *more):
        done = self.hone(*self.words(*more))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done

    def story(self):
        """Of every experiment what was decided and by what, and the values of each kind of run."""
        story = {}
        for record in self.records():
            verdict, phases = record.get("verdict") or {}, {}
            for sample in json.loads(self.hone("show", "night", str(record["id"]), "--json").stdout)["samples"]:
                phases.setdefault((sample["phase"], sample["role"]), []).append(sample.get("value"))
            story[record["id"]] = (record["outcome"], [verdict.get(name) for name in ("decision", "alpha", "rule")]), phases
        return story

    def check_same(self, story, whole):
        """The same decisions on the same values. How far a slow machine may have drifted between two runs is part of the
        gate's model, so that one night may ask a pair more than the other; never for other values."""
        self.maxDiff = None
        self.assertEqual({n: decided for n, (decided, _) in story.items()}, {n: decided for n, (decided, _) in whole.items()})
        for number, (_, phases) in story.items():
            self.assertEqual(phases.keys(), whole[number][1].keys())
            for phase, values in phases.items():
                both = min(len(values), len(whole[number][1][phase]))
                self.assertEqual(values[:both], whole[number][1][phase][:both], (number, phase))

    def one_by_one(self, count, *more):
        """Experiment n is begun when n - 1 has ended, so that the same champion meets the same candidate in every night:
        together, a proposal that waits to be applied to a new champion may be overtaken by the next one.
        Whoever is killed is resumed. Gives how often."""
        killed = 0
        for number in range(1, count + 1):
            limit = ("--max-experiments", str(number))
            process = self.start(*(self.words(*limit, *more) if number == 1 else ("resume", "night", *limit)))
            while True:
                until(lambda p=process, n=killed: p.poll() is not None or len(list(self.home.glob("killed-*"))) > n, 40)
                if process.poll() is not None:
                    break
                os.kill(process.pid, signal.SIGKILL)
                process.communicate()
                killed += 1
                process = self.start("resume", "night")
            _, said = process.communicate(timeout=40)
            self.assertIn(process.returncode, (0, 1), said)
        return killed


class Interrupted(Raced):
    GAINS = {"p1": 0.06, "p2": -0.05, "p3": 0.025, "p4": 0.0, "p5": 0.03}

    def test_a_night_killed_in_the_middle_of_its_races_decides_as_one_that_was_not(self):
        self.prepare(gains=self.GAINS)
        self.assertEqual(self.one_by_one(len(self.GAINS)), 0)
        whole = self.story()
        self.assertEqual(list(whole), [1, 2, 3, 4, 5])
        self.assertEqual(whole[1][0][0], "kept")
        self.hone("clean", "night")
        self.git("branch", "-D", "hone/night", check=False)

        self.prepare(gains=self.GAINS, kill={"p1": 3, "p3": 4, "p5": 5})   # runs of confirm races
        killed = self.one_by_one(len(self.GAINS))
        self.assertGreaterEqual(killed, 2, "it was killed in its races")
        self.check_same(self.story(), whole)
        self.check_invariants()


class Failing(Raced):
    def test_what_fails_in_the_middle_of_a_race_is_an_outcome_and_never_an_average(self):
        self.prepare(gains={f"p{n}": 0.08 for n in range(1, 7)}, crash={"p1": 3}, hang={"p2": 3}, champion={"p3": 1, "p4": 2})
        self.one_by_one(5, "--timeout", "4s")
        by_id = {record["id"]: record for record in self.records()}
        self.assertEqual(by_id[1]["outcome"], "crashed")
        self.assertEqual(by_id[2]["outcome"], "timeout")
        for number in (1, 2):
            self.assertFalse(by_id[number].get("verdict"), "half a race decides nothing")
        self.assertEqual(by_id[3]["outcome"], "kept", "a champion run that failed once is run once more")
        self.assertTrue((self.home / "failed-p3-0").exists())
        self.assertEqual(by_id[4]["outcome"], "undecided")
        self.assertIn("void: the champion gave no value 2 times in a row in this race", by_id[4]["reason"])
        self.assertFalse(by_id[4].get("verdict"))
        self.assertEqual(by_id[5]["outcome"], "kept", "and the night goes on")
        self.check_invariants()

    def test_a_champion_that_fails_in_race_after_race_ends_the_night(self):
        self.prepare(gains={f"p{n}": 0.08 for n in range(1, 9)}, champion={f"p{n}": 2 for n in range(1, 9)})
        done = self.hone(*self.words("--max-experiments", "8"))
        self.assertEqual(self.summary()["ended"], "baseline_failed", done.stderr)
        self.assertIn("no value in 3 races, one after the other", self.summary()["end_note"])
        self.assertEqual([r["outcome"] for r in self.records()][:3], ["undecided"] * 3)


class Kinds(Raced):
    def test_a_deterministic_metric_that_changes_ends_the_mode_at_the_next_check(self):
        best = "".join(f"{name} = 50   # hone: knob {name} 1..100\n" for name in "abcdefgh")   # nothing can be kept
        (self.repo / "knobs.txt").write_text(best, encoding="utf-8")
        self.git("commit", "-qam", "at its best")
        (self.home / "offset").write_text("0\n", encoding="utf-8")
        metric = f"sh score.sh | sed 's/$/'$(cat {self.home}/offset)/"   # a digit more: the machine is another one
        process = self.start(*self.run_words("--name", "night", "--accept", "gate", "--canary", "0", "--max-experiments", "115", metric=metric))
        self.begun(count=3)
        (self.home / "offset").write_text("7\n", encoding="utf-8")
        _, said = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 1), said)
        ended = [r for r in self.records() if "no longer gives" in r.get("reason", "")]
        self.assertEqual([r["outcome"] for r in ended], ["undecided"], said)
        self.assertIn("the metric is not deterministic, its noise is measured from here on", ended[0]["reason"])
        self.assertIn("hone: the metric is deterministic: runs agree to the last digit", said)

    def test_what_the_flag_says_is_believed_until_two_runs_differ(self):
        self.prepare(gains={"p1": -0.1}, noise=0.02)
        done = self.night("--metric-mode", "deterministic", "--max-experiments", "1")
        self.assertIn("not deterministic, whatever --metric-mode says: two runs of one champion differ", done.stderr)
        self.assertEqual(self.records()[0]["verdict"]["rule"], "gate")
        (self.home / "log").unlink()
        doctor = self.hone("doctor", *self.words("--metric-mode", "deterministic")[1:])
        self.assertIn("--metric-mode deterministic does not hold", doctor.stdout)

    def test_a_very_expensive_metric_gets_one_race_a_candidate(self):
        self.prepare(gains={"p1": 0.09, "p2": -0.05, "p3": 0.0, "p4": 0.08})
        done = self.night("--metric-mode", "expensive", "--max-experiments", "4")
        self.assertIn("hone: the metric is very expensive, as --metric-mode says", done.stderr)
        self.assertEqual((self.home / "log").read_text(encoding="utf-8").splitlines()[:5], ["", "", "", "", "p1"], "four runs calibrate")
        records = self.records()
        self.assertEqual({r["verdict"]["rule"] for r in records}, {"single-race"})
        self.assertEqual([r["outcome"] for r in records], ["kept", "discarded", "discarded", "kept"])
        for record in records:
            shown = self.hone("show", "night", str(record["id"])).stdout
            self.assertIn("one race", shown)
            self.assertNotIn("pairs, + is better", shown)
        self.check_invariants()
        words = ["again" if word == "night" else word for word in self.words("--metric-mode", "expensive", "--max-experiments", "1")]
        again = self.hone(*words)   # takes the noise from what the first night measured
        self.assertIn("noise of a run taken as", again.stderr)
        self.assertIn("from night; --noise-prior overrides it", again.stderr)

    def test_a_tie_with_fewer_lines_wins_where_that_is_asked_for(self):
        (self.repo / "knobs.txt").write_text("a = 10\nunused = 1\nb = 20\nc = 30\n", encoding="utf-8")
        self.git("commit", "-qam", "with a line too many")
        (self.home / "shorter.sh").write_text("printf 'shorter\\nknobs.txt\\n<<<<<<< SEARCH\\nunused = 1\\n=======\\n>>>>>>> REPLACE\\n'\n",
                                              encoding="utf-8")
        words = ["run", "knobs.txt", "--metric", "sh score.sh", "--backend", f"command:sh {self.home}/shorter.sh", "--sandbox", "none",
                 "--max-experiments", "1", "--repair", "0", "--final-pairs", "0"]
        self.assertIn(self.hone(*words, "--name", "plain").returncode, (0, 1))
        refused = self.records("plain")[0]
        self.assertEqual(refused["outcome"], "discarded")
        self.assertIn("--ties smaller would keep it", refused["reason"])
        done = self.hone(*words, "--name", "night", "--ties", "smaller")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        kept = self.records()[0]
        self.assertEqual(kept["outcome"], "kept", kept)
        self.assertIn("with 1 lines fewer", kept["reason"])
        self.assertIn("Hone-Why: tie, 1 lines fewer", self.git("show", "-s", "--format=%B", "hone/night"))
        self.check_invariants()


if __name__ == "__main__":
    unittest.main()
