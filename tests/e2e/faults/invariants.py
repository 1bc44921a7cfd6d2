"""What must be true after every night, however it went: an oracle that shares no code with hone.

It reads the journal with sqlite3, the repository with git's plumbing, texts with the zstd program, and compares
manifests of everything around. `Witness(...)` before the night, `check(...)` after it: a list of violations.

I1 the branch moves on keeps only, by one commit each whose tree differs in the targets alone, modes kept
I2 the user's checkout, index, HEAD, stash, config, hooks and other refs are the same bytes
I3 nothing else in HOME, TMPDIR and the common git folder changed: content, mode, mtime, extended attributes
I4 no process is left
I5 the canary key stands in no file, prompt, reply, commit, argument or output
I6 the journal: an unbroken chain, exactly one end an experiment, nothing paid for twice
I7 exit code, status, log, report and the printed words agree with the journal
"""
import ctypes
import hashlib
import json
import os
import re
import sqlite3
import stat
import subprocess
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
FIRST_CANARY = 10 ** 12 + 1   # from here on: hone's own planted checks, no experiments


def become_subreaper():
    """Orphans of what we start become our children, so that none can hide."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants():
    """Living descendants of this process: pid -> command line. Zombies that fell to us are reaped on the way."""
    parents, lines = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = Path(f"/proc/{entry}/stat").read_bytes().decode(errors="replace").rsplit(")", 1)[1].split()
            parents[int(entry)] = (int(fields[1]), fields[0])
            lines[int(entry)] = Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    found, mine = {}, {os.getpid()}
    grew = True
    while grew:
        grew = False
        for pid, (parent, state) in parents.items():
            if parent in mine and pid not in mine:
                mine.add(pid)
                grew = True
                if state != "Z":
                    found[pid] = lines.get(pid, "?")
    return found


def fingerprint(path, content=True):
    found = os.lstat(path)
    print_ = [stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode)]
    if stat.S_ISLNK(found.st_mode):
        return [*print_, os.readlink(path)]
    try:
        print_.append(sorted((name, os.getxattr(path, name)) for name in os.listxattr(path)))
    except OSError:
        pass
    if stat.S_ISREG(found.st_mode):
        print_ += [found.st_mtime_ns, found.st_size]
        if content:
            with open(path, "rb") as file:
                print_.append(hashlib.sha256(file.read()).hexdigest())
    return print_


def manifest(root, left_out):
    """Every path below `root` but those for which left_out(path) holds, to what it is."""
    seen = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not left_out(os.path.join(folder, name))]
        for name in [*folders, *files]:
            path = os.path.join(folder, name)
            if not left_out(path):
                seen[path] = fingerprint(path)
    return seen


class Witness:
    def __init__(self, repo, run, targets, watched, environment, key="", branch="", runs_of_others=()):
        """`watched`: folders whose every byte is remembered (HOME, TMPDIR). `key`: the canary."""
        self.repo, self.run, self.targets, self.key = Path(repo), run, set(targets), key
        self.branch = branch or f"hone/{run}"
        self.environment = environment
        self.git_folder = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        self.watched = [str(folder) for folder in watched]
        ours = [f"hone/{name}" for name in (run, *runs_of_others)]
        self.ours = [f"{self.git_folder}/{name}" for name in (
            "objects", "refs/hone", f"refs/heads/{self.branch}", f"logs/refs/heads/{self.branch}", *ours)]
        self.folders_of_ours = {f"{self.git_folder}/{name}" for name in (
            "hone", "worktrees", "refs/hone", "logs", "logs/refs", "logs/refs/heads", "logs/refs/heads/hone", "refs/heads/hone")}
        self.refs = self.refs_now()
        self.around = self.manifest_now()
        self.known_processes = set(descendants())

    def git(self, *words, check=True):
        done = subprocess.run(["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *words], cwd=self.repo, env=self.environment, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"git {' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="surrogateescape").strip()

    def refs_now(self):
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", check=False).splitlines()
        mine = (f"refs/heads/{self.branch} ", "refs/hone/")
        return sorted(line for line in lines if not line.startswith(mine))

    def left_out(self, path):
        return any(path == own or path.startswith(own + "/") for own in self.ours) or path in self.folders_of_ours and not os.listdir(path)

    def manifest_now(self):
        seen = {}
        for root in {*self.watched, str(self.repo), str(self.git_folder)}:
            seen.update(manifest(root, self.left_out))
        return {path: what for path, what in seen.items() if path not in self.folders_of_ours}

    # ---- the invariants

    def check(self, exit_code, said="", ended=True, moved_by_person=False):
        """Violations, in words. `ended`: the night came to its end (not interrupted or killed)."""
        bad = []
        journal = self.read_journal(bad)
        for part in (self.branch_moves, self.user_untouched, self.no_process):
            part(bad, journal, moved_by_person)
        if self.key:
            self.no_key(bad, said)
        if journal is not None:
            self.one_end_each(bad, journal, ended)
            self.words_agree(bad, journal, exit_code, said, ended)
        return bad

    def read_journal(self, bad):
        path = self.git_folder / "hone" / self.run / "journal.db"
        if not path.exists():
            return None
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT sequence, at, date, experiment, kind, body, whole, chain FROM events ORDER BY sequence").fetchall()
            texts = database.execute("SELECT id, size, base, zstd FROM texts").fetchall()
            if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                bad.append("I6: the journal's file is damaged")
        except sqlite3.Error as error:
            bad.append(f"I6: the journal cannot be read: {error}")
            return None
        finally:
            database.close()
        chain = ""
        for number, row in enumerate(rows, 1):
            at = repr(row[1]).removesuffix(".0")
            link = f"{chain}|{row[0]}|{at}|{row[2]}|{row[3]}|{row[4]}|{row[5]}|{str(bool(row[6])).lower()}"
            chain = hashlib.sha256(link.encode()).hexdigest()[:16]
            if row[0] != number or chain != row[7]:
                bad.append(f"I6: record {number} of the journal is not linked to those before it")
                break
        self.texts = {row[0]: row for row in texts}
        return [(row[4], row[3], json.loads(row[5])) for row in rows]

    def keeps(self, journal):
        """experiment -> commit, of those that the journal calls kept."""
        kept = [number for kind, number, body in journal if kind == "finished" and body.get("outcome") == "kept"]
        commits = {number: body["commit"] for kind, number, body in journal if kind == "advanced"}
        return {number: commits.get(number, "?") for number in kept}

    def branch_moves(self, bad, journal, moved_by_person):
        tip = self.git("rev-parse", "--verify", "-q", f"refs/heads/{self.branch}", check=False)
        kept = self.keeps(journal) if journal else {}
        try:
            self.git("fsck", "--full", "--strict")
        except AssertionError as error:
            bad.append(f"I1: {error}")
        if moved_by_person:
            for number, commit in kept.items():
                if self.git("cat-file", "-t", commit, check=False) != "commit":
                    bad.append(f"I1: the kept commit of experiment {number} is lost")
            return
        if not tip:
            if kept:
                bad.append(f"I1: {len(kept)} keeps and no branch")
            return
        base = next((body["base"] for kind, _, body in journal or [] if kind == "run_started"), None)
        if base is None:
            bad.append("I1: there is a branch and no run that began")
            return
        commits = self.git("rev-list", "--reverse", f"{base}..{tip}").split()
        advanced = [body["commit"] for kind, _, body in journal if kind == "advanced"]
        if commits != list(dict.fromkeys(advanced)) or sorted(commits) != sorted(kept.values()):
            bad.append(f"I1: the branch has {commits}, the journal kept {kept}")
        for commit in commits:
            if len(self.git("show", "-s", "--format=%P", commit).split()) != 1:
                bad.append(f"I1: {commit} has not one parent")
            changed = self.git("diff-tree", "-r", "-z", "--no-renames", "--raw", f"{commit}^", commit).split("\0")
            for what, path in zip(changed[0::2], changed[1::2]):
                words = what.lstrip(":").split()
                if path not in self.targets:
                    bad.append(f"I1: {commit} changes {path}, which is no target")
                if words[0] != words[1] or words[1] not in ("100644", "100755"):
                    bad.append(f"I1: {commit} changes the mode of {path} from {words[0]} to {words[1]}")
            trailers = self.git("show", "-s", "--format=%(trailers:unfold)", commit)
            tree = self.git("rev-parse", commit + "^{tree}")
            number = re.findall(r"^Hone-Experiment: (\d+)$", trailers, re.M)
            if f"Hone-Tree: {tree}" not in trailers or len(number) != 1 or kept.get(int(number[0])) != commit:
                bad.append(f"I1: the trailers of {commit} do not tell its tree and experiment")

    def user_untouched(self, bad, _journal, moved_by_person):
        if not moved_by_person:
            now = self.refs_now()
            if now != self.refs:
                bad.append(f"I2: refs changed: {sorted(set(now) ^ set(self.refs))}")
        now = self.manifest_now()
        for path in sorted({*now, *self.around}):
            if now.get(path) != self.around.get(path):
                where = "I2" if path.startswith(str(self.repo)) else "I3"
                what = "is new" if path not in self.around else "is gone" if path not in now else "changed"
                bad.append(f"{where}: {path} {what}")

    def no_process(self, bad, _journal, _moved):
        end = time.monotonic() + 5
        left = {}
        while time.monotonic() < end:
            left = {pid: line for pid, line in descendants().items() if pid not in self.known_processes}
            if not left:
                return
            time.sleep(0.02)
        bad.append(f"I4: still alive: {sorted(left.values())}")

    def whole_texts(self):
        """Of those that are packed by themselves, in one go: name -> content. Empty when one of them is damaged."""
        names = [name for name, row in self.texts.items() if not row[2]]
        done = subprocess.run(["zstd", "-dcq"], input=b"".join(self.texts[name][3] for name in names), capture_output=True, check=False)
        contents, at = {}, 0
        for name in names:
            contents[name] = done.stdout[at:at + self.texts[name][1]]
            at += self.texts[name][1]
            if hashlib.sha256(contents[name]).hexdigest() != name:
                return {}
        return contents

    def text(self, name, depth=0):
        _, size, base, packed = self.texts[name]
        if base and depth == 0:
            whole = self.repo.parent / f".base-{os.getpid()}"
            whole.write_bytes(self.text(base, 1))
            words = ["zstd", "-dcq", "--long=31", f"--patch-from={whole}"]
        else:
            whole, words = None, ["zstd", "-dcq"]
        done = subprocess.run(words, input=packed, capture_output=True, check=False)
        if whole:
            whole.unlink()
        if len(done.stdout) != size or hashlib.sha256(done.stdout).hexdigest() != name:
            raise AssertionError(f"text {name} cannot be read: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def no_key(self, bad, said):
        key = self.key.encode()
        if self.key in said:
            bad.append("I5: the key was printed")
        for root in {*self.watched, str(self.repo), str(self.git_folder)}:
            for folder, _, files in os.walk(root):
                for name in files:
                    path = os.path.join(folder, name)
                    if os.path.isfile(path) and not os.path.islink(path):
                        with open(path, "rb") as file:
                            if key in file.read():
                                bad.append(f"I5: the key stands in {path}")
        texts = getattr(self, "texts", {})
        whole = self.whole_texts() if texts else {}
        for name in texts:
            try:
                if key in (whole[name] if name in whole else self.text(name)):
                    bad.append(f"I5: the key stands in text {name} of the journal")
            except AssertionError as error:
                bad.append(f"I6: {error}")
        objects = subprocess.run(["git", "cat-file", "--batch-all-objects", "--batch"], cwd=self.repo, env=self.environment,
                                 capture_output=True, check=False).stdout
        if key in objects:
            bad.append("I5: the key stands in an object of the repository")
        for pid, line in descendants().items():
            if self.key in line and pid not in self.known_processes:
                bad.append(f"I5: the key stands in an argument: {line}")

    def one_end_each(self, bad, journal, ended):
        begun = {number for kind, number, _ in journal if kind == "began" and number}
        ends = {}
        for kind, number, _ in journal:
            if kind == "finished":
                ends[number] = ends.get(number, 0) + 1
        for number, count in ends.items():
            if count != 1:
                bad.append(f"I6: experiment {number} has {count} ends")
        if ended and begun - set(ends):
            bad.append(f"I6: experiments {sorted(begun - set(ends))} have no end")
        experiments = {number for number in begun if number < FIRST_CANARY}
        if experiments and sorted(experiments) != list(range(1, max(experiments) + 1)):
            bad.append("I6: the experiments' numbers have gaps")
        effects = [body["effect"] for kind, _, body in journal if kind in (
            "proposed", "propose_failed", "assembled", "assemble_refused", "prepared", "measured", "advanced", "effect_failed")]
        if len(effects) != len(set(effects)):
            bad.append("I6: an effect has two ends")
        intents = {body["effect"] for kind, _, body in journal if kind == "began"}
        if set(effects) - intents:
            bad.append("I6: an effect ended that was never begun")
        proposals = [number for kind, number, body in journal if kind == "proposed"]
        repairs = sum(1 for kind, _, _ in journal if kind == "assemble_refused")
        if len(proposals) - len(set(proposals)) > repairs:
            bad.append("I6: a proposal was paid for twice")

    def words_agree(self, bad, journal, exit_code, said, ended):
        kept = self.keeps(journal)
        reason = next((body["reason"] for kind, _, body in reversed(journal) if kind == "run_ended"), None)
        if exit_code is not None:
            wanted = {None: (130, 3, -9), "interrupted": (130,), "baseline_failed": (2,), "ref_moved": (3,), "environment": (3,),
                      "no_backend": (3,), "evaluator_insensitive": (2,)}.get(reason, (0,) if kept else (1,))
            if exit_code not in wanted:
                bad.append(f"I7: exit code {exit_code}, the journal says {reason} and {len(kept)} keeps")
            if ended and reason is None:
                bad.append("I7: the night ended and the journal does not say so")
        finished = {number: body.get("outcome", "abandoned") for kind, number, body in journal if kind == "finished"}
        hone = self.hone_words()
        try:
            status = json.loads(self.ask(hone, "status", self.run, "--json"))
            log = [json.loads(line) for line in self.ask(hone, "log", self.run, "--json").splitlines()]
            page_file = self.repo.parent / f"report-{os.getpid()}.html"
            self.ask(hone, "report", self.run, "-o", str(page_file))
            page = page_file.read_text(encoding="utf-8")
            page_file.unlink()
        except (AssertionError, ValueError) as error:
            bad.append(f"I7: {error}")
            return
        told = {row["id"]: row.get("outcome") for row in log if row.get("outcome")}
        if told != finished:
            bad.append(f"I7: hone log says {told}, the journal {finished}")
        finished = {number: outcome for number, outcome in finished.items() if number < FIRST_CANARY}
        if status.get("finished", 0) != len(finished):
            bad.append(f"I7: hone status counts {status.get('finished')} ends, the journal {len(finished)}")
        if status.get("ended") != reason:
            bad.append(f"I7: hone status says {status.get('ended')}, the journal {reason}")
        match = re.search(r'<script type="application/json" id="night">(.*?)</script>', page, re.S)
        rows = json.loads(match.group(1))["rows"] if match else {"id": [], "outcome": []}
        names = json.loads(match.group(1))["outcomes"] if match else []
        drawn = {number: names[outcome] for number, outcome in zip(rows["id"], rows["outcome"]) if outcome is not None}
        if {n: o for n, o in drawn.items() if n in finished} != finished:
            bad.append(f"I7: the report shows {drawn}, the journal {finished}")
        for commit in kept.values():
            if commit not in page:
                bad.append(f"I7: the report does not name commit {commit}")
        sentence = [line for line in said.splitlines() if " experiments, " in line]
        if ended and sentence and exit_code in (0, 1):
            numbers = re.search(r"(?:(\d+) commits?, )?(\d+) experiments", sentence[-1])
            if not numbers or int(numbers.group(1) or 0) != len(kept) or int(numbers.group(2)) != len(finished):
                bad.append(f"I7: it printed '{sentence[-1]}', the journal has {len(kept)} keeps of {len(finished)}")

    @staticmethod
    def hone_words():
        return os.environ.get("HONE") or str(Path(__file__).resolve().parents[3] / "build/release/hone")

    def ask(self, hone, *words):
        done = subprocess.run([hone, *words], cwd=self.repo, env=self.environment, capture_output=True, check=False, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"hone {' '.join(words)} exits {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")
