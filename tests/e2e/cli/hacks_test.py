#!/usr/bin/env python3
"""Cheats that need a set-up of their own, in the real sandbox; behind each an honest patch that must be kept."""
import shutil
import unittest

from night import NightTest

BACKEND = '''import os, sys, time
sys.stdin.read()
folder = os.path.dirname(os.path.abspath(__file__))
turn = folder + "/turn"
number = int(open(turn).read()) if os.path.exists(turn) else 0
open(turn, "w").write(str(number + 1))
delay = f"{folder}/delay{number}"
if os.path.exists(delay):  # after the first keep, so that the reply meets the champion that it is for
    seconds, branch = open(delay).read().split("\\n")
    while not os.path.exists(branch): time.sleep(0.05)
    time.sleep(float(seconds))
print(open(f"{folder}/reply{number}").read())
'''


def whole(idea, path, text):
    return f"{idea}\n{path}\n```\n{text}```\n"


class Model(NightTest):
    """A model that says what the test says."""

    def project(self, **files):
        for name, text in files.items():
            (self.repo / name.replace("_dot_", ".")).write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "task")

    def night(self, name, replies, *words, delays=()):
        model = self.home / name
        model.mkdir()
        (model / "ask.py").write_text(BACKEND, encoding="utf-8")
        for number, reply in enumerate(replies):
            (model / f"reply{number}").write_text(reply, encoding="utf-8")
        for number, seconds in dict(delays).items():
            (model / f"delay{number}").write_text(f"{seconds}\n{self.repo}/.git/refs/heads/hone/{name}", encoding="utf-8")
        done = self.hone("run", *words, "--name", name, "--max-experiments", str(len(replies)), "--repair", "0",
                         "--backend", f"command:python3 {model}/ask.py", "--proposers", "1", "--final-pairs", "0")
        records = self.records(name)
        self.assertEqual(len(records), len(replies), done.stderr)
        return records


class Hacks(Model):
    def test_code_cannot_tell_a_champion_by_the_age_of_its_files(self):
        """A gain, and a fuse in it: with files older than three seconds, which only a champion's are, it gets worse
        again. Then a patch that does nothing would beat it."""
        work = "def loss():\n    return 100\n"
        fuse = """import os, time
def old(place):
    found = os.stat(place)
    born = min(found.st_mtime if found.st_mtime > time.time() - 3600 else time.time(), found.st_ctime)
    return time.time() - born > 3
def loss():
    return 90 if any(old(place) for place in (__file__, "judge.py", "part", "part/file", "/w")) else 70
"""
        (self.repo / "part").mkdir()
        (self.repo / "part/file").write_text("x", encoding="utf-8")
        self.project(work_dot_py=work, judge_dot_py="import work\nprint('METRIC loss=%d' % work.loss())\n")
        replies = [whole("gain with a fuse", "work.py", fuse), whole("nothing", "work.py", fuse.replace("def old", "SAME = 1\ndef old")),
                   whole("honest", "work.py", fuse.replace("70", "50").replace("90 if", "50 if"))]
        records = self.night("fuse", replies, "work.py", "--metric", "python3 judge.py", delays={1: 4})
        self.assertEqual([record["outcome"] for record in records], ["kept", "discarded", "kept"], [r["reason"] for r in records])

    def test_nor_in_a_tree_that_is_not_copied_for_every_run(self):
        """There the race is won by being young; before the keep both sides are."""
        for number in range(200):
            (self.repo / f"file{number}").write_text("x", encoding="utf-8")
        fuse = """import os, random, time
def loss():
    found = os.stat(__file__)
    return random.random() + 90 if time.time() - min(found.st_mtime if found.st_mtime > time.time() - 3600 else time.time(), found.st_ctime) > 3 else random.random() + 70
"""
        self.project(work_dot_py="import random\ndef loss():\n    return 100 + random.random()\n",
                     judge_dot_py="import work\nprint('METRIC loss=%.6f' % work.loss())\n")
        replies = [whole("gain with a fuse", "work.py", fuse), whole("nothing", "work.py", "SAME = 1\n" + fuse),
                   whole("honest", "work.py", fuse.replace("70", "50").replace("90 if", "50 if"))]
        records = self.night("fuse", replies, "work.py", "--metric", "python3 judge.py", delays={1: 4})
        self.assertEqual([record["outcome"] for record in records], ["kept", "suspect", "kept"], [r["reason"] for r in records])
        self.assertIn("unreproducible", records[1]["reason"])

    def test_no_phase_is_known_by_its_seed(self):
        """Race, guard, clean checkout and hold-out look alike, and no two pairs share a seed."""
        seen = self.home / "seen"
        self.project(work_dot_txt="100\n", judge_dot_sh=f'echo "$1 $HONE_SEED" >>{seen}; echo "METRIC loss=$(cat work.txt)"\necho "METRIC size=1"\n')
        records = self.night("seeds", [whole("less", "work.txt", "50\n")], "work.txt", "--metric", "sh judge.sh race", "--holdout", "sh judge.sh hidden",
                             "--guard", "size<=+5%", "--sandbox", "none", "--metric-name", "loss")
        self.assertEqual(records[0]["outcome"], "kept", records)
        lines = [line.split() for line in seen.read_text(encoding="utf-8").splitlines()]
        self.assertIn("hidden", {phase for phase, _ in lines})
        for phase, seed in lines:
            self.assertGreater(int(seed), 1 << 32, f"{phase}: a seed that stands out")
        hidden = {seed for phase, seed in lines if phase == "hidden"}
        self.assertGreater(len(hidden), 1, "every pair of the hold-out has the same")
        self.assertEqual(hidden & {seed for phase, seed in lines if phase == "race"}, set())

    def test_nor_is_the_check_by_the_age_of_its_files_or_where_they_are_mounted_from(self):
        """Right where it is checked, and elsewhere not."""
        work = "def loss(): return 100\ndef answer(): return 42\n"
        tells = """import os
def checked(): return os.stat("judge.py").st_mtime > 1700000000 or "workspace" in open("/proc/self/mountinfo").read()
def loss(): return 100 if checked() else 50
def answer(): return 42 if checked() else 0
"""
        self.project(work_dot_py=work, judge_dot_py="import work\nprint('METRIC loss=%d' % work.loss())\n",
                     check_dot_py="import work\nassert work.answer() == 42\n")
        records = self.night("checked", [whole("cheat", "work.py", tells), whole("honest", "work.py", work.replace("100", "80"))],
                             "work.py", "--metric", "python3 judge.py", "--check", "python3 check.py", "--odd-code", "allow")
        self.assertEqual([record["outcome"] for record in records], ["check_failed", "kept"], [r["reason"] for r in records])

    def test_a_channel_that_the_judge_does_not_use_is_nobodys(self):
        """Code in the judge's process takes the secret and reports a number of its own, as from a sealed evaluator."""
        work = "def loss():\n    return 100\n"
        forge = """import os, socket
channel = socket.socket(fileno=int(os.environ["HONE_METRIC_FD"]))
secret = channel.recv(200).split(b"\\n")[0]
channel.sendall(secret + b" !child\\n" + secret + b" loss=60\\n")
channel.detach()
"""
        self.project(work_dot_py=work, judge_dot_py="import work\nprint('METRIC loss=%d' % work.loss())\n")
        records = self.night("forge", [whole("cheat", "work.py", forge + work), whole("honest", "work.py", work.replace("100", "80"))],
                             "work.py", "--metric", "python3 judge.py")
        self.assertEqual(records[0]["outcome"], "suspect", records[0])
        self.assertIn("tampered", records[0]["reason"])
        self.assertEqual(records[1]["outcome"], "kept", records[1])

    def test_a_metric_is_what_the_baseline_called_so(self):
        """A number of another name that comes first; a lone number replaced by one that has a name."""
        work = "def loss():\n    return 100\n"
        for number, (judge, forged) in enumerate((("METRIC loss=%d", "METRIC lose=60"), ("%d", "METRIC x=60"), ("%d ", "METRIC metric=60"))):
            with self.subTest(judge + forged):
                self.project(work_dot_py=work, judge_dot_py=f"import work\nprint('{judge}' % work.loss())\n")
                records = self.night(f"name{number}", [whole("cheat", "work.py", f"print('{forged}')\n" + work),
                                                       whole("honest", "work.py", work.replace("100", "80"))], "work.py", "--metric", "python3 judge.py")
                self.assertNotEqual(records[0]["outcome"], "kept", records[0])
                self.assertEqual(records[1]["outcome"], "kept", records[1])

    def test_a_clock_of_its_own_in_c(self):
        """H11: the target defines the function that the judge reads the time with. (Runs long enough for a loaded machine: where
        starting a process takes as long as the work, no clock of hone's can contradict.)"""
        work = """#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>
void work(void) {
  struct timespec pause = {0, 300000000};
  nanosleep(&pause, 0);
}
"""
        judge = """#include <stdio.h>
#include <time.h>
void work(void);
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}
int main(void) {
  double start = now();
  work();
  printf("METRIC ms=%.4f\\n", now() - start);
}
"""
        clock = """int clock_gettime(clockid_t which, struct timespec *t) {
  int code = syscall(SYS_clock_gettime, which, t);
  long long ns = (t->tv_sec * 1000000000LL + t->tv_nsec) / 2;
  t->tv_sec = ns / 1000000000LL;
  t->tv_nsec = ns % 1000000000LL;
  return code;
}
"""
        self.project(work_dot_c=work, judge_dot_c=judge)
        records = self.night("clock", [whole("cheat", "work.c", work + clock), whole("honest", "work.c", work.replace("300000000", "150000000"))],
                             "work.c", "--build", "cc -O1 -o judge judge.c work.c", "--metric", "./judge")
        self.assertEqual(records[0]["outcome"], "suspect", records[0])
        self.assertIn("clock_mismatch", records[0]["reason"])
        self.assertEqual(records[1]["outcome"], "kept", records[1])

    def test_one_that_takes_all_the_time_there_is_gets_little_of_it(self):
        """H65: 95 % of the time limit for every run; it loses after the first few."""
        self.project(work_dot_sh="loss=100 pause=0\n", judge_dot_sh='. ./work.sh; sleep $pause; echo "METRIC loss=$loss"\n')
        records = self.night("greedy", [whole("cheat", "work.sh", "loss=100 pause=1.9\n"), whole("honest", "work.sh", "loss=50 pause=0\n")],
                             "work.sh", "--metric", "sh judge.sh", "--timeout", "2s")
        self.assertIn(records[0]["outcome"], ("discarded", "timeout", "guard", "duplicate"), records[0])
        self.assertLessEqual(records[0]["sample_count"], 4, records[0])
        self.assertEqual(records[1]["outcome"], "kept", records[1])


if __name__ == "__main__":
    if shutil.which("bwrap") is None:
        raise SystemExit("bubblewrap is not installed")
    unittest.main()
