#!/usr/bin/env python3
"""Guards, rules on what is plausible, the hold-out, seeds and the private channel, through the real binary: a patch that
wins its race and must not be kept first, an honest one second, which is."""
import shutil
import unittest

from night import NightTest

# Twenty cases; the score is their mean. The target is data and a program at once.
CASES = "cases = [100] * 20\nextra = []\n"
JUDGE = '''import work
print("METRIC loss=%.6f" % (sum(work.cases) / len(work.cases)))
for number, value in enumerate(work.cases): print(f"METRIC loss[{number}]={value}")
for line in work.extra: print(line)
'''
BACKEND = '''import os, sys
folder = os.path.dirname(os.path.abspath(__file__))
open(f"{folder}/prompt{os.environ['HONE_EXPERIMENT']}", "w").write(sys.stdin.read())
print(open(f"{folder}/reply{os.environ['HONE_EXPERIMENT']}").read())
'''
HONEST = CASES.replace("[100]", "[80]")


def whole(idea, text, path="work.py"):
    return f"{idea}\n{path}\n```python\n{text}```\n"


class Attacks(NightTest):
    judge, target, honest = JUDGE, CASES, HONEST

    def commit(self, **files):
        for name, text in files.items():
            (self.repo / name.replace("_", ".")).write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "task")

    def night(self, attacks, *words, outcome, reason, metric="python3 judge.py", honest=HONEST, sandbox="none", form=None):
        """The attacks end in `outcome`, `honest` is kept."""
        model = self.home / "model"
        model.mkdir()
        (model / "ask.py").write_text(BACKEND, encoding="utf-8")
        replies = [*attacks, honest]
        for number, text in enumerate(replies, 1):
            (model / f"reply{number}").write_text(form(text) if form else whole(f"try {number}", text), encoding="utf-8")
        done = self.hone("run", "work.py", "--metric", metric, "--name", "night", "--max-experiments", str(len(replies)), "--canary", "0",
                         "--repair", "0", "--backend", f"command:python3 {model}/ask.py", "--proposers", "1", "--final-pairs", "0",
                         "--timeout", "20s", "--accept", "greedy", "--sandbox", sandbox, *words)
        records = self.records()
        self.assertEqual(len(records), len(replies), done.stderr)
        for record in records[:-1]:
            self.assertEqual(record["outcome"], outcome, record)
            self.assertIn(reason, record["reason"])
        self.assertEqual(records[-1]["outcome"], "kept", f"the honest one: {records[-1]}\n{done.stderr}")
        self.check_invariants()
        return records


class Distributions(Attacks):
    def setUp(self):
        super().setUp()
        self.commit(work_py=CASES, judge_py=JUDGE)

    def test_a_better_mean_with_a_worse_tail(self):
        self.night(["cases = [50] * 18 + [160] * 2\nextra = []\n"], "--guard", "p95<=+5%", outcome="guard", reason="p95")

    def test_a_better_mean_with_one_case_that_is_far_worse(self):
        self.night(["cases = [50] * 19 + [300]\nextra = []\n"], "--guard", "worst(loss)<=+5%", outcome="guard", reason="worst")

    def test_a_better_mean_with_many_cases_a_little_worse(self):
        self.night(["cases = [10] * 14 + [103] * 6\nextra = []\n"], "--guard", "worse<=10%", outcome="guard", reason="worse")

    def test_cases_that_are_gone_count_as_worse(self):
        self.night(["cases = [50] * 10\nextra = []\n"], "--guard", "worse<=10%", outcome="guard", reason="10 of 20 cases")


class Plausibility(Attacks):
    def setUp(self):
        super().setUp()
        self.commit(work_py=CASES, judge_py=JUDGE)

    def test_a_gain_beyond_what_is_plausible(self):
        self.night(["cases = [9] * 20\nextra = []\n", "cases = [0] * 20\nextra = []\n"], outcome="suspect", reason="implausible_gain")

    def test_a_gain_beyond_a_cap_of_the_users(self):
        self.night(["cases = [60] * 20\nextra = []\n"], "--plausible", "1.5", outcome="suspect", reason="implausible_gain")

    def test_a_value_below_what_physics_allows(self):
        self.night(["cases = [70] * 20\nextra = []\n"], "--floor", "75", outcome="suspect", reason="floor")

    def test_a_seed_is_no_gain(self):
        target = "import random\nrandom.seed(41)\ncases = [90 + random.random() * 20 for i in range(20)]\nextra = []\n"
        self.commit(work_py=target)
        self.night([target.replace("41", str(seed)) for seed in (1, 7, 8)], outcome="denied", reason="seed_only",
                   honest=target.replace("41", "42").replace("[90 +", "[60 +"))


class Work(Attacks):
    """A run of some tenths of a second with a score that is no time: what does the work, and what only says so."""

    def setUp(self):
        super().setUp()
        self.commit(work_py=self.claims(100, 200000, 50),
                    judge_sh=". ./work.py; i=0; while [ $i -lt $loops ]; do i=$((i+1)); done\necho METRIC score=$score\necho METRIC cases=$work\n")

    @staticmethod
    def claims(score, loops, work):
        return f"score={score}\nloops={loops}\nwork={work}\n"

    def test_a_run_that_ended_almost_at_once(self):
        self.night([self.claims(90, 10, 50)], outcome="suspect", reason="shorter_run", metric="sh judge.sh",
                   honest=self.claims(80, 200000, 50))

    def test_less_work(self):
        self.night([self.claims(90, 200000, 49)], outcome="suspect", reason="work_done", metric="sh judge.sh",
                   honest=self.claims(80, 200000, 50))


class Clock(Attacks):
    def test_a_clock_that_the_target_scales(self):
        target = "import time\ndef clock(): return time.perf_counter()\ndef work(): time.sleep(0.4)\n"
        judge = "import work\nbegan = work.clock(); work.work()\nprint('METRIC seconds=%.6f' % (work.clock() - began))\n"
        self.commit(work_py=target, judge_py=judge)
        self.night([target.replace("perf_counter()", "perf_counter() / 8")], outcome="suspect", reason="clock_mismatch",
                   honest=target.replace("0.4", "0.2"))


class Holdout(Attacks):
    def test_what_fails_on_the_hold_out_is_counted_and_no_number_of_it_is_told(self):
        self.commit(work_py="seen = 100\nunseen = 100\n", judge_py="import work\nprint(f'METRIC loss={work.seen}')\n",
                    holdout_py="import work\nprint(f'METRIC loss={work.unseen}')\n")
        records = self.night(["seen = 90\nunseen = 123.4567\n", "seen = 89\nunseen = 223.4567\n"], "--holdout", "python3 holdout.py",
                             outcome="discarded", reason="hold-out", honest="seen = 80\nunseen = 90\n")
        self.assertIn("-23.46 %", records[0]["reason"], "the person is told")
        for number in (2, 3):
            prompt = (self.home / f"model/prompt{number}").read_text(encoding="utf-8")
            self.assertNotIn("23.4", prompt)
        self.assertEqual(self.summary()["holdout_uses"], 3)
        self.assertIn("used 3 times", self.hone("status", "night").stdout)
        self.hone("report", "night", "-o", str(self.home / "page.html"))
        self.assertIn("never sees, used 3 times", (self.home / "page.html").read_text(encoding="utf-8"))

    def test_one_that_cannot_work_ends_the_night_before_it_begins(self):
        self.commit(work_py="seen = 100\n", judge_py="import work\nprint(f'METRIC loss={work.seen}')\n")
        words = [word for word in self.run_words("--name", "night", "--holdout", "sh nothere.sh") if word != "--anyway"]
        done = self.hone(*words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("the hold-out on the unchanged code: the metric command failed", done.stderr)
        self.assertEqual(self.records(), [])
        doctor = self.hone("doctor", *words[1:])
        self.assertIn("on the unchanged code: the metric command failed", doctor.stdout)
        self.assertEqual(doctor.returncode, 2, doctor.stdout)

    def test_what_it_leaves_among_the_artifacts_is_in_no_prompt(self):
        leaves = "import os, work\nopen(os.environ['HONE_ARTIFACTS'] + '/notes.txt', 'w').write('{0}')\nprint('METRIC loss=%d' % (work.{1} - work.a - work.b - work.c))\n"
        self.commit(work_py="seen = 100\na = 0\n\n\nb = 0\n\n\nc = 0\nunseen = 200\n", judge_py=leaves.format("OPENNOTE is for models", "seen"),
                    holdout_py=leaves.format("HIDDENNOTE", "unseen"))
        edits = [f"more {name}\nwork.py\n<<<<<<< SEARCH\n{name} = 0\n=======\n{name} = 9\n>>>>>>> REPLACE\n" for name in "abc"]
        self.night(edits[:2], "--holdout", "python3 holdout.py", honest=edits[2], outcome="kept", reason="", form=str)
        self.assertEqual(self.summary()["holdout_uses"], 3)
        prompts = "".join(path.read_text(encoding="utf-8") for path in (self.home / "model").glob("prompt*"))
        self.assertIn("OPENNOTE is for models", prompts, "what the metric command leaves is shown")
        self.assertNotIn("HIDDENNOTE", prompts)


class Channel(Attacks):
    """A judge that knows nothing of the private channel, and a candidate that does."""

    def test_records_on_a_channel_that_the_judge_never_used(self):
        work = "print(100)\n"
        forged = ("import os, socket\nchannel = socket.socket(fileno=os.dup(int(os.environ['HONE_METRIC_FD'])))\n"
                  "secret = channel.recv(100).decode().strip()\nchannel.send(f'{secret} loss=1\\n'.encode())\n")
        self.commit(work_py=work, judge_py="print('METRIC loss=' + open('answer').read())\n")
        for sandbox in ("none", "bwrap"):
            with self.subTest(sandbox):
                self.night([forged + work, forged.replace("loss=1", "!child") + work], outcome="suspect", reason="tampered",
                           metric="python3 work.py >answer; python3 judge.py", honest="print(80)\n", sandbox=sandbox)
                self.git("branch", "-D", "hone/night")
                self.hone("clean", "night")
                shutil.rmtree(self.home / "model")


if __name__ == "__main__":
    unittest.main()
