"""A night of the real hone on a scratch repository, and what its journal says: shared by aa_night and power_night.

HONE names the binary (default: build/release/hone). Python standard library only."""
import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HONE = os.environ.get("HONE") or str(ROOT / "build/release/hone")
PYTHON = f"{sys.executable} -I -S"  # without site-packages: a third of the start-up time


@contextmanager
def scratch_repository(files):
    """A new git repository, committed, with `files` (a folder, or name -> text); its environment knows no one else's."""
    home = Path(tempfile.mkdtemp(prefix="hone-night-"))
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config"),
                   "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    repository = home / "repository"
    try:
        if isinstance(files, Path):
            shutil.copytree(files, repository, ignore=shutil.ignore_patterns("hone.toml"))
        else:
            repository.mkdir()
            for name, text in files.items():
                (repository / name).write_text(text, encoding="utf-8")
        for words in (["init", "-q", "-b", "main", "."], ["add", "-A"],
                      ["-c", "user.name=night", "-c", "user.email=night@localhost", "commit", "-qm", "start"]):
            subprocess.run(["git", *words], cwd=repository, env=environment, check=True)
        yield Scratch(home, repository, environment)
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Scratch:
    def __init__(self, home, repository, environment):
        self.home, self.repository, self.environment = home, repository, environment

    def run(self, *words):
        """`hone run`; its lines go to stderr as they come. Returns (exit code, the last line: the sentence)."""
        done = subprocess.run([HONE, "run", "--plain", *words], cwd=self.repository, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=None if os.environ.get("VERBOSE") else subprocess.PIPE,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"hone run ended with {done.returncode}: {' '.join(words)}\n{done.stdout}{done.stderr or ''}")
        return done.returncode, done.stdout.strip().splitlines()[-1]

    def journal(self):
        (path,) = (self.repository / ".git/hone").glob("*/journal.db")
        return Journal(path)


class Journal:
    """What the tables that a person may query say about one finished run."""

    def __init__(self, path):
        base = sqlite3.connect(path)
        base.row_factory = sqlite3.Row
        # Canaries are hone's own, from a million millions on.
        self.experiments = base.execute("SELECT * FROM experiments WHERE id < 1000000000000 ORDER BY id").fetchall()
        self.summary = json.loads(base.execute("SELECT summary FROM summary").fetchone()[0])
        self.race_samples = base.execute("SELECT count(*) FROM samples WHERE experiment > 0 AND phase IN ('screen', 'confirm')").fetchone()[0]
        self.champion = [row[0] for row in base.execute(
            "SELECT value FROM samples WHERE role = 'champion' AND value IS NOT NULL ORDER BY at")]
        base.close()

    def outcomes(self):
        counts = {}
        for row in self.experiments:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
        return counts

    def kept(self):
        return [row for row in self.experiments if row["outcome"] == "kept"]

    def judged(self):
        """Experiments that the acceptance rule decided, whatever it said."""
        return [row for row in self.experiments if row["outcome"] in ("kept", "discarded", "undecided", "guard")]

    def tiers(self):
        counts = {}
        for row in self.experiments:
            found = re.search(r"tier (\w+)", json.loads(row["record"]).get("verdict", {}).get("path", ""))
            name = found.group(1) if found else "no race"
            counts[name] = counts.get(name, 0) + 1
        return counts


def render_counts(counts):
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))


def binomial_cdf(k, n, p):
    if p <= 0 or k >= n:
        return 1.0
    if p >= 1:
        return 0.0
    logs = (math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p)
            for i in range(k + 1))
    return min(1.0, sum(math.exp(x) for x in logs))


def share_interval(k, n, level=0.95):
    """Clopper and Pearson 1934: never covers less than `level`."""
    def solve(rises, target):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if rises(middle) < target else (low, middle)
        return (low + high) / 2

    tail = (1 - level) / 2
    low = 0.0 if k == 0 else solve(lambda p: 1 - binomial_cdf(k - 1, n, p), tail)
    high = 1.0 if k == n else solve(lambda p: 1 - binomial_cdf(k, n, p), 1 - tail)
    return low, high


def robust_spread(values):
    """Median and the robust standard deviation of neighbours' differences over it, in percent: blind to slow drift."""
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2]
    steps = sorted(abs(b - a) for a, b in zip(values, values[1:]))
    return middle, 100 * 1.4826 * steps[len(steps) // 2] / math.sqrt(2) / abs(middle) if steps and middle else 0.0


def machine():
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return f"{model.group(1) if model else os.uname().machine}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"
