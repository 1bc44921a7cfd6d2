"""A scratch world for one night: repository, HOME, a scripted backend, a metric, and hone run in it."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from invariants import Witness, become_subreaper, descendants

ROOT = Path(__file__).resolve().parents[3]
HONE = os.environ.get("HONE") or str(ROOT / "build/release/hone")
FAULTY = os.environ.get("HONE_FAULTY") or str(ROOT / "build/release/tests/hone-faulty")
# Synced to memory a night takes a third of the time, and a fault at a call comes all the same.
MEMORY = "/dev/shm"
KEY = "sk-canary-5f1d0c7e9b3a4826a1f0d9c8b7e6a594"

KNOBS = "a = 10\nb = 20\nc = 30\n"
SCORE = """awk '/^[abc] =/ { s += ($3 - 50) ^ 2 } END { print "METRIC loss=" s + 1 }' knobs.txt\n"""
# Experiment 1 and 4 are better, 2 does not apply, 3 is worse; later ones change nothing that counts.
PROPOSE = r"""cat >"$CAMP/prompt.$HONE_EXPERIMENT.$$"
env >"$CAMP/environment.$$"
case $HONE_EXPERIMENT in
1) a='a = 10' b='a = 30' ;;
2) a='nothing' b='x' ;;
3) a='b = 20' b='b = 5' ;;
4) a='c = 30' b='c = 45' ;;
*) a='b = 20' b="b = 1$HONE_EXPERIMENT" ;;
esac
printf 'Intent: idea %s\n\nknobs.txt\n<<<<<<< SEARCH\n%s\n=======\n%s\n>>>>>>> REPLACE\n' "$HONE_EXPERIMENT" "$a" "$b"
"""


def in_memory():
    """A folder for scenes in memory, where there is room for some; else where temporary files are."""
    try:
        return MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 1 << 30 else None
    except OSError:
        return None


class Scene:
    def __init__(self, files=None, targets=("knobs.txt",), propose=PROPOSE, where=None, repo_name="repo", prepared=None):
        """`where`: the folder for its folder, else one in memory. `prepared`: a repository to copy instead of making one of `files`."""
        become_subreaper()
        self.folder = Path(tempfile.mkdtemp(prefix="hone-scene-", dir=where or in_memory()))
        self.home, self.camp, self.repo = self.folder / "home", self.folder / "camp", self.folder / repo_name
        for folder in (self.home, self.camp, self.folder / "tmp"):
            folder.mkdir()
        self.targets = list(targets)
        self.environment = {
            "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache"), "XDG_CONFIG_HOME": str(self.home / "config"),
            "TMPDIR": str(self.folder / "tmp"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        # What hone itself sees in addition: keys that nobody else may.
        self.secrets = {"OPENAI_API_KEY": KEY, "HONE_CANARY_TOKEN": KEY}
        (self.camp / "propose.sh").write_text(f'CAMP="{self.camp}"\n' + propose, encoding="utf-8", errors="surrogateescape")
        if prepared:
            shutil.copytree(prepared, self.repo, symlinks=True)
        else:
            self.make_repo(files or {"knobs.txt": KNOBS, "score.sh": SCORE, "other.txt": "theirs\n"})
        (self.home / "precious.txt").write_text("theirs\n", encoding="utf-8")
        self.witness = None

    def make_repo(self, files):
        self.repo.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", ".")
        self.git("config", "user.name", "someone")
        self.git("config", "user.email", "someone@localhost")
        for name, text in files.items():
            path = Path(os.fsdecode(self.repo / name) if isinstance(name, str) else os.fsdecode(os.fsencode(self.repo) + b"/" + name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.git("add", "-A")
        self.git("commit", "-qm", "start")

    def git(self, *words, check=True):
        done = subprocess.run(["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *words], cwd=self.repo, env=self.environment, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"git {words}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="surrogateescape").strip()

    def dirty(self):
        """Every kind of thing a user may have lying about; a hook that would tell if it ran."""
        (self.repo / "other.txt").write_text("edited\n", encoding="utf-8")
        (self.repo / "staged.txt").write_text("staged\n", encoding="utf-8")
        self.git("add", "staged.txt")
        (self.repo / "loose.txt").write_text("untracked\n", encoding="utf-8")
        for name in ("post-commit", "reference-transaction", "post-checkout", "pre-commit", "post-index-change", "update"):
            hook = self.repo / ".git/hooks" / name
            hook.write_text(f'#!/bin/sh\ntouch "{self.home}/hook-ran"\n', encoding="utf-8")
            hook.chmod(0o755)

    def watch(self, run="night", **more):
        (self.home / "cache").mkdir(exist_ok=True)
        (self.home / "cache/hone").mkdir(exist_ok=True)
        self.witness = Witness(self.repo, run, self.targets, [self.home, self.folder / "tmp"], self.environment, KEY, **more)

    def words(self, *more, metric="sh score.sh", sandbox="none", run="night", experiments=4, backend=None):
        return ["run", *self.targets, "--name", run, "--metric", metric, "--backend", backend or f"command:sh {self.camp}/propose.sh",
                "--accept", "greedy", "--sandbox", sandbox, "--final-pairs", "1", "--proposers", "1", "--repair", "0",
                "--max-experiments", str(experiments), *more]

    def start(self, *words, faulty=False, fault=None, fault_log=None, before=None, **more):
        environment = {**self.environment, **self.secrets, **more.pop("environment", {})}
        if fault:
            environment["HONE_FAULT"] = fault
        if fault_log:
            environment["HONE_FAULT_LOG"] = str(fault_log)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen([FAULTY if faulty or fault else HONE, *words], cwd=more.pop("cwd", self.repo), env=environment, text=True, errors="replace",
                                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=before, **more)

    def hone(self, *words, timeout=60, **more):
        process = self.start(*words, **more)
        try:
            out, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            out, error = process.communicate()
            error = (error or "") + "\n[the test's own limit was reached: it hung]"
        return subprocess.CompletedProcess(words, process.returncode, out or "", error or "")

    def go_on(self, done, words, attempts=4):
        """Resumes (or starts again what never began) until the night has ended by itself."""
        said = done.stdout + done.stderr
        for _ in range(attempts):
            if done.returncode in (0, 1):
                return done
            unborn = not (self.repo / ".git/hone/night/journal.db").exists()
            if not unborn:
                done = self.hone("resume", "night")
                if done.returncode == 2 and "has ended" in done.stderr:  # it died after its end
                    return subprocess.CompletedProcess(words, None, done.stdout, done.stderr)
                unborn = done.returncode == 2 and "hone clean" in done.stderr
            if unborn:
                cleaned = self.hone("clean", "night")
                if (self.repo / ".git/hone/night").exists():
                    raise AssertionError(f"clean: {cleaned.stderr}")
                done = self.hone(*words)
            said += done.stdout + done.stderr
        if done.returncode in (0, 1):
            return done
        raise AssertionError(f"it does not go on ({done.returncode}): {said[-1500:]}")

    def check(self, done, **more):
        return self.witness.check(done.returncode, done.stdout + done.stderr, **more)

    def witness_processes(self):
        return [pid for pid in descendants() if pid not in self.witness.known_processes]

    def close(self):
        for _ in range(3):
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
        subprocess.run(["chmod", "-R", "u+rwX", str(self.folder)], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def until(what, seconds=20.0, pause=0.01):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s in vain")
