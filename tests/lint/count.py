#!/usr/bin/env python3
"""count.py LOG EXIT: prints `passed failed` for what a test program wrote; see tests/run.sh."""
import re
import sys


def count(text, code):
    ok = bad = 0
    for match in re.finditer(r"All tests passed \(\d+ assertions? in (\d+) test cases?\)", text):
        ok += int(match.group(1))
    for match in re.finditer(r"test cases:\s*(\d+) \|(.*)", text):
        failed = re.search(r"(\d+) failed", match.group(2))
        bad += int(failed.group(1)) if failed else 0
        passed = re.search(r"(\d+) passed", match.group(2))
        ok += int(passed.group(1)) if passed else 0
    for match in re.finditer(r"^Ran (\d+) tests? in.*\n\n(.*)", text, re.M):
        broken = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", match.group(2)))
        bad += broken
        ok += max(0, int(match.group(1)) - broken)
    own = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
    if own:
        ok, bad = ok + int(own[-1][0]), bad + int(own[-1][1])
    if code != 0 and bad == 0:
        bad = 1  # it crashed, timed out or failed without saying what
    if code == 0 and ok == 0 and bad == 0:
        ok = 1
    return ok, bad


if __name__ == "__main__":
    print(*count(open(sys.argv[1], encoding="utf-8", errors="replace").read(), int(sys.argv[2])))
