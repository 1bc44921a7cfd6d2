"""Frozen: runs the solver in a process of its own and verifies what it prints with exact arithmetic."""
import re
import subprocess
import sys
from fractions import Fraction

import hone_metric

CIRCLES = 26
NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,60})?\Z")


def refuse(why):
    print("refused: " + why, file=sys.stderr)
    sys.exit(1)


def read(text):
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if len(lines) != CIRCLES:
        refuse(f"expected {CIRCLES} lines, got {len(lines)}")
    circles = []
    for number, line in enumerate(lines, 1):
        words = line.split(" ")
        if len(words) != 3 or not all(NUMBER.match(word) for word in words):
            refuse(f"line {number} is not `x y r` in plain decimals: {line[:80]!r}")
        circles.append(tuple(Fraction(word) for word in words))
    return circles


def verify(circles):
    for i, (x, y, r) in enumerate(circles):
        if r < 0:
            refuse(f"circle {i} has a negative radius")
        if x - r < 0 or x + r > 1 or y - r < 0 or y + r > 1:
            refuse(f"circle {i} leaves the square")
        for j in range(i):
            a, b, s = circles[j]
            if (x - a) ** 2 + (y - b) ** 2 < (r + s) ** 2:
                refuse(f"circles {j} and {i} overlap")


def main():
    hone = hone_metric.open()
    done = hone.run([sys.executable, "-I", "solver.py"], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        refuse(f"the solver ended with {done.returncode}: {done.stderr[-500:]}")
    circles = read(done.stdout)
    verify(circles)
    hone.report("sum_of_radii", round(float(sum(r for _, _, r in circles)), 12))


if __name__ == "__main__":
    main()
