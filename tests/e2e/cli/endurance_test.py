"""Many experiments in a row with an instant metric: nothing may be left or pile up.

HONE_ENDURANCE (100) is how many; 700 is a night. Counts processes, threads, descriptors, worktrees, locks and resident
memory of the running hone, early and late in the night; times nothing."""
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from night import NightTest, until

EXPERIMENTS = int(os.environ.get("HONE_ENDURANCE", "100"))


def standing(pid):
    """What a process holds now: descriptors, threads, children, resident KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    number = lambda name: int(re.search(rf"^{name}:\s*(\d+)", status, re.M).group(1))
    children = sum(len(Path(f"/proc/{pid}/task/{task}/children").read_text().split()) for task in os.listdir(f"/proc/{pid}/task"))
    return {"descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": number("Threads"), "children": children,
            "resident": number("VmRSS")}


class Endurance(NightTest):
    def test_many_experiments_leave_nothing_and_nothing_piles_up(self):
        (self.repo / "knobs.txt").write_text("".join(f"k{i} = {i + 2}  # hone: knob k{i} 1..100000\n" for i in range(12)), encoding="utf-8")
        # The score is of what a patch changes, so that some experiments are kept and most are not.
        (self.repo / "score.sh").write_text("awk '/^k[0-9]+ =/ { s += ($3 - 500) ^ 2 } END { printf \"METRIC loss=%.17g\\n\", s }' knobs.txt\n",
                                            encoding="utf-8")
        self.git("commit", "-qam", "many knobs")
        night = self.start(*self.run_words("--name", "night", "--max-experiments", str(EXPERIMENTS), "--plain", "--budget", "2h"),
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = []

        def over():
            if night.poll() is not None:
                return True
            done = self.hone("status", "night", "--json")
            finished = json.loads(done.stdout).get("finished", 0) if done.returncode == 0 else 0  # not begun yet
            try:
                if finished >= max(10, EXPERIMENTS // 10):
                    seen.append({"finished": finished, **standing(night.pid)})
            except (OSError, AttributeError):
                pass  # it ended between the two looks: gone, or a zombie, which has no memory to report
            return False
        until(over, 3600, 0.25)
        self.assertIn(night.returncode, (0, 1))
        records = self.check_invariants()
        self.assertEqual(len(records), EXPERIMENTS)
        self.assertGreater(len(seen), 2, "the night was watched")
        # The least of each half: how much is open at one moment depends on how many requests are in flight.
        half = len(seen) // 2
        early, late = ({what: min(look[what] for look in looks) for what in seen[0]} for looks in (seen[:half], seen[half:]))
        print(f"{EXPERIMENTS} experiments: early {early}, late {late}")
        slack = max(6, (late["finished"] - early["finished"]) // 20)  # one thing an experiment would be a leak
        for what in ("descriptors", "threads", "children"):
            self.assertLessEqual(late[what], early[what] + slack, what)
        grown = late["resident"] - early["resident"]
        self.assertLess(grown, 8 * 1024 + 4 * (late["finished"] - early["finished"]), "KiB resident")


if __name__ == "__main__":
    unittest.main()
