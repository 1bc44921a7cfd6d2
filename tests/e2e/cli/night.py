"""A scratch repository, the real hone, and what must be true of any night: shared by the tests beside this file.

HONE names the binary; default: build/release/hone, else build/debug/hone. Python standard library only."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILT = [ROOT / "build" / preset / "hone" for preset in ("release", "debug")]
HONE = os.environ.get("HONE") or str(next((path for path in BUILT if path.exists()), BUILT[0]))

CANARY = 10 ** 12   # canary n is experiment CANARY + n
KNOBS = """a = 10   # hone: knob a 1..100
b = 20   # hone: knob b 1..100
c = 30   # hone: knob c 1..100
"""
SCORE = """awk '/^[abc] =/ { s += ($3 - 50) ^ 2 } END { print "METRIC loss=" s + 1 }' knobs.txt\n"""


def until(what, seconds=20.0, pause=0.01):
    """Polls, and fails rather than hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s in vain")


class NightTest(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="hone-e2e-"))
        self.addCleanup(shutil.rmtree, self.home, True)
        self.cache = self.home / "cache"
        self.environment = {
            "HOME": str(self.home), "XDG_CACHE_HOME": str(self.cache), "XDG_CONFIG_HOME": str(self.home / "config"),
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "someone", "GIT_AUTHOR_EMAIL": "someone@localhost",
            "GIT_COMMITTER_NAME": "someone", "GIT_COMMITTER_EMAIL": "someone@localhost"}
        self.repo = self.home / "repo"
        self.make_repository(self.repo)

    def make_repository(self, folder):
        folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", ".", at=folder)
        (folder / "knobs.txt").write_text(KNOBS, encoding="utf-8")
        (folder / "score.sh").write_text(SCORE, encoding="utf-8")
        (folder / ".gitignore").write_text("*.ignored\n", encoding="utf-8")
        self.git("add", "-A", at=folder)
        self.git("commit", "-qm", "start", at=folder)

    def git(self, *words, at=None, check=True):
        done = subprocess.run(["git", *words], cwd=at or self.repo, env=self.environment, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"git {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def hone(self, *words, at=None, **more):
        return subprocess.run([HONE, *words], cwd=at or self.repo, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False, **more)

    def run_words(self, *words, metric="sh score.sh"):
        return ["run", "knobs.txt", "--metric", metric, "--backend", "mutate", "--accept", "greedy", "--sandbox", "none",
                "--final-pairs", "1", *words]

    def start(self, *words, at=None, **more):
        """A night in the background, in a session of its own."""
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen([HONE, *words], cwd=at or self.repo, env=self.environment, text=True,
                                   stdin=subprocess.DEVNULL, start_new_session=True, **more)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def summary(self, run="night", at=None):
        done = self.hone("status", run, "--json", at=at)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def records(self, run="night", at=None):
        return [record for record in self.all_records(run, at=at) if record["id"] < CANARY]

    def all_records(self, run="night", at=None):
        """Canaries, which are numbered apart, among them."""
        return [json.loads(line) for line in self.hone("log", run, "--json", at=at).stdout.splitlines()]

    def begun(self, run="night", count=1, at=None):
        """Waits until a background night has finished `count` experiments."""
        def far_enough():
            done = self.hone("status", run, "--json", at=at)
            return done.returncode == 0 and json.loads(done.stdout).get("finished", 0) >= count
        until(far_enough)

    def dirty(self):
        """Makes the checkout dirty in every way and gives its picture."""
        (self.repo / "knobs.txt").write_text(KNOBS + "# edited by a person\n", encoding="utf-8")
        (self.repo / "staged.txt").write_text("staged\n", encoding="utf-8")
        self.git("add", "staged.txt")
        (self.repo / "loose.txt").write_text("untracked\n", encoding="utf-8")
        (self.repo / "big.ignored").write_text("ignored\n", encoding="utf-8")
        hook = self.repo / ".git/hooks/post-commit"
        hook.write_text("#!/bin/sh\ntouch \"$HOME/hook-ran\"\n", encoding="utf-8")
        hook.chmod(0o755)
        return self.picture()

    def picture(self):
        seen = {}
        for path in sorted(self.repo.rglob("*")):
            name = str(path.relative_to(self.repo))
            inside = name.startswith(".git/")
            if path.is_file() and (not inside or name in (".git/HEAD", ".git/index", ".git/config") or name.startswith(".git/hooks/")):
                seen[name] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode, path.stat().st_mtime_ns)
        seen["hook ran"] = (self.home / "hook-ran").exists()
        return seen

    def processes(self):
        """Living processes that have our scratch folder in their environment or as working directory."""
        mark, found = str(self.home).encode(), []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                stat = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace")
                if stat.rsplit(")", 1)[1].split()[0] == "Z":
                    continue
                ours = mark in Path(f"/proc/{entry}/environ").read_bytes() or os.readlink(f"/proc/{entry}/cwd").encode().startswith(mark)
                if ours:
                    found.append(Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
        return found

    def check_invariants(self, run="night", at=None):
        """Of a run that has ended, however many sessions it took."""
        records, summary = self.records(run, at=at), self.summary(run, at=at)
        self.assertEqual([r["id"] for r in records], list(range(1, len(records) + 1)), "numbers are contiguous")
        self.assertTrue(all(r.get("outcome") for r in records), "every experiment has an end")
        self.assertEqual(summary["finished"], len(records), "exactly one end each")
        keeps = [r["commit"] for r in records if r["outcome"] == "kept"]
        branch = f"hone/{run}"
        if keeps:
            commits = self.git("rev-list", "--first-parent", f"{summary['base']}..{branch}", at=at).split()
            self.assertEqual(sorted(commits), sorted(keeps), "the branch is the keeps")
            self.assertEqual(self.git("rev-parse", branch, at=at), summary["champion_commit"])
            for commit in commits:
                message = self.git("show", "-s", "--format=%B", commit, at=at)
                self.assertIn(f"Hone-Tree: {self.git('rev-parse', commit + '^{tree}', at=at)}", message)
        else:
            self.assertEqual(self.git("branch", "--list", branch, at=at), "")
        self.assertEqual(len(self.git("worktree", "list", "--porcelain", at=at).split("\n\n")), 1, "no worktree is left")
        until(lambda: not self.processes(), 5)
        left = list(self.cache.glob("hone/*")) if self.cache.exists() else []
        self.assertEqual(left, [], "no workspace is left")
        git_folder = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir", at=at))
        self.assertEqual(list(git_folder.glob("**/*.lock")), [])
        self.git("fsck", "--full", "--strict", at=at)
        self.assertEqual(self.hone("resume", run, at=at).returncode, 2, "the lock is free and an ended run says so")
        return records
