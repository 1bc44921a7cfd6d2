#!/usr/bin/env python3
"""Canaries: a night in which they pass, and one whose evaluator is fooled by a change that changes nothing."""
import unittest

from night import CANARY, NightTest

# Half the loss for any file that is longer than the first one: what a judge that looks at the wrong thing does.
RIGGED = """awk '/^[abc] =/ { s += ($3 - 50) ^ 2 } END { print "METRIC loss=" (s + 1) / (NR > 3 ? 2 : 1) }' knobs.txt\n"""


class Canaries(NightTest):
    def canaries(self):
        return [record for record in self.all_records() if record["id"] > CANARY]

    def test_a_fair_evaluator_passes_and_its_canaries_count_as_nothing_else(self):
        done = self.hone(*self.run_words("--name", "night", "--canary", "4", "--max-experiments", "13"))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(len(self.check_invariants()), 13)
        canaries = self.canaries()
        # A round is due after 4, 8 and 12; the last one may come too late, and a keep in its middle starts one again.
        self.assertEqual([c["id"] - CANARY for c in canaries], list(range(1, len(canaries) + 1)))
        self.assertLessEqual({c["outcome"] for c in canaries}, {"discarded", "stale", "abandoned"}, canaries)
        passed = [c for c in canaries if c["outcome"] == "discarded"]
        self.assertGreaterEqual(len(passed), 2)
        for canary in passed:
            self.assertIn("the metric is not a time", canary["reason"])
        self.assertIn(f"{len(passed)} passed", self.hone("status", "night").stdout)
        self.assertIn("c2", self.hone("log", "night").stdout)
        shown = self.hone("show", "night", "c1")
        self.assertIn("Canary c1", shown.stdout, shown.stderr)
        self.assertIn("a patch without effect", shown.stdout)
        self.hone("report", "night", "-o", str(self.home / "report.html"))
        self.assertIn(f"{len(passed)} passed", (self.home / "report.html").read_text(encoding="utf-8"))

    def test_a_slow_down_is_planted_where_time_is_measured(self):
        words = self.run_words("--name", "night", "--canary", "1", "--max-experiments", "1", "--measure", "wall",
                               metric="sleep 0.02; sh score.sh")
        done = self.hone(*words)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        canaries = self.canaries()
        self.assertEqual([c["outcome"] for c in canaries], ["discarded", "discarded"], canaries)
        self.assertIn("planted slow-down", canaries[1]["idea"])

    def test_none_when_none_were_asked_for(self):
        self.hone(*self.run_words("--name", "night", "--canary", "0", "--max-experiments", "3"))
        self.assertEqual(self.canaries(), [])

    def test_a_rigged_evaluator_ends_the_night_and_its_keeps_are_doubted(self):
        (self.repo / "score.sh").write_text(RIGGED, encoding="utf-8")
        self.git("commit", "-qam", "rigged")
        done = self.hone(*self.run_words("--name", "night", "--canary", "12", "--max-experiments", "40"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("fooled by a patch that changes nothing", done.stderr)
        summary = self.summary()
        self.assertEqual(summary["ended"], "evaluator_insensitive")
        self.assertLess(summary["finished"], 40)
        self.assertEqual(self.canaries()[-1]["outcome"], "suspect")
        keeps = [record for record in self.check_invariants() if record["outcome"] == "kept"]
        self.assertGreater(len(keeps), 0)
        self.assertTrue(all("changes nothing" in keep.get("doubt", "") for keep in keeps), keeps)
        self.assertIn("Suspect", self.hone("show", "night", str(keeps[0]["id"])).stdout)
        self.assertIn("suspect", self.hone("log", "night").stdout)
        self.hone("report", "night", "-o", str(self.home / "report.html"))
        page = (self.home / "report.html").read_text(encoding="utf-8")
        self.assertIn("the evaluator cannot be trusted", page)
        self.assertEqual(page.count("[suspect: a canary won afterwards]"), len(keeps))

    def test_a_run_whose_evaluator_failed_goes_on_only_when_told_twice(self):
        (self.repo / "score.sh").write_text(RIGGED, encoding="utf-8")
        self.git("commit", "-qam", "rigged")
        self.hone(*self.run_words("--name", "night", "--canary", "2", "--max-experiments", "40"))
        finished = self.summary()["finished"]
        for words in ([], ["--budget", "9h"]):
            done = self.hone("resume", "night", *words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--anyway", done.stderr)
        self.assertEqual(self.summary()["finished"], finished)
        done = self.hone("resume", "night", "--anyway", "--max-experiments", str(finished + 1))
        self.assertEqual(self.summary()["finished"], finished + 1, done.stderr)

    def test_what_the_user_knows_to_be_worse_must_lose(self):
        words = ("--name", "night", "--canary", "1", "--max-experiments", "1", "--sensitivity", "sed -i 's/^b = .*/b = 99/' knobs.txt")
        done = self.hone(*self.run_words(*words))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        canaries = self.canaries()
        self.assertEqual([c["outcome"] for c in canaries], ["discarded", "discarded"], canaries)
        self.assertIn("sed -i", canaries[1]["idea"])
        self.check_invariants()

    def test_an_evaluator_that_looks_at_one_knob_only_is_found_out(self):
        (self.repo / "score.sh").write_text("awk '/^a =/ { print \"METRIC loss=\" ($3 - 50) ^ 2 + 1 }' knobs.txt\n", encoding="utf-8")
        self.git("commit", "-qam", "blind")
        done = self.hone(*self.run_words("--name", "night", "--canary", "1", "--max-experiments", "5", "--build", "true",
                                         "--sensitivity", "sed -i 's/^b = .*/b = 99/' knobs.txt"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("does not see what is worse", done.stderr)
        self.assertEqual(self.summary()["ended"], "evaluator_insensitive")
        self.check_invariants()

    def test_a_sensitivity_command_that_does_nothing_is_told(self):
        self.hone(*self.run_words("--name", "night", "--canary", "1", "--max-experiments", "1", "--sensitivity", "true"))
        self.assertIn("changed none of the targets", self.canaries()[1]["reason"])
        self.check_invariants()


if __name__ == "__main__":
    unittest.main()
