#!/usr/bin/env python3
"""Visits fault points: counts the visits of each in a short night, and in the recovery from a kill, then makes each of
them fail in each way that suits it, resumes, and asks the witness. `points.py` takes a fixed sample; `points.py --all`
every visit; `points.py CASE...` some. Prints `N passed, N failed`.

A case is `POINT:N:ACTION`, or several with ` > ` between them: the first in the night, each next one in the resume
behind it. `bwrap ` before it: in the sandbox."""
import os
import random
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from scene import Scene

# By the last word of a point.
ACTIONS = {
    "write": ["kill", "torn", "kill-after", "short", "EIO", "ENOSPC", "ENOSPC+", "EDQUOT", "EDQUOT+"],
    "sync": ["kill", "kill-after", "EIO"],
    "create": ["kill", "kill-after", "ENOSPC", "EDQUOT", "EMFILE", "EROFS"],
    "open": ["kill", "EMFILE", "EIO"],
    "read": ["kill", "EIO"],
    "rename": ["kill", "kill-after", "EIO", "ENOSPC"],
    "link": ["kill", "kill-after", "EIO"],
    "symlink": ["kill", "ENOSPC"],
    "mkdir": ["kill", "kill-after", "ENOSPC", "EACCES"],
    "remove": ["kill", "kill-after", "EIO"],
    "truncate": ["kill", "kill-after", "EIO"],
    "lock": ["kill", "kill-after", "EIO"],
    "pipe": ["kill", "EMFILE", "EMFILE+"],
    "channel": ["kill", "EMFILE"],
    "request": ["kill", "EMFILE"],
    "order": ["kill", "kill-after", "EAGAIN", "sleep"],
    "answer": ["kill", "kill-after", "sleep"],
    "spawn": ["kill", "kill-after", "EAGAIN", "EAGAIN+", "ENOMEM"],
}
# The same again at another visit: a kill before a call leaves what a kill after the change before it left, a kill after
# a sync what one before it left, and a quota is told as a full disk is. So these are made at the first visit and the last.
AGAIN = {("write", "EDQUOT"), ("write", "EDQUOT+"), ("create", "EDQUOT"), ("sync", "kill-after")}
MORE = 10  # visits in CI beside one of each point
TWICE = 8  # recoveries in CI that are killed, too
SLOTS = 2
# With the sandbox a night takes ten times as long: one visit of each of these.
IN_SANDBOX = ("order", "answer", "spawn", "request")
# Where the night stands when it is killed for a fault in its recovery: a keep made, not recorded; one recorded; a
# workspace half made; a command under way; a transaction half written.
KILLED = ("branch.sync:3:kill-after", "ref.sync:12:kill", "workspace.write:9:torn", "order:9:kill-after", "wal.write:170:torn")


def visits_in(log):
    words = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    return {point: int(number) for word, point, number, *_ in words if word == "visited"}


def count_visits(sandbox="none"):
    scene = Scene()
    log = scene.folder / "visits"
    done = scene.hone(*scene.words(sandbox=sandbox), faulty=True, fault_log=log)
    assert done.returncode == 0, done.stderr
    visits = visits_in(log)
    champion = scene.git("rev-parse", "hone/night^{tree}")
    scene.close()
    return visits, champion


def count_recovery(killed):
    scene = Scene()
    log = scene.folder / "visits"
    scene.hone(*scene.words(), fault=killed)
    done = scene.hone("resume", "night", faulty=True, fault_log=log)
    assert done.returncode in (0, 1, 2), done.stderr
    visits = visits_in(log) if log.exists() else {}
    scene.close()
    return visits


def case_of(point, number, action):
    return f"{point}:{number}{'+' if action.endswith('+') else ''}:{action.rstrip('+')}"


def every(visits):
    for point, count in sorted(visits.items()):
        kind = point.rsplit(".", 1)[-1]
        for action in ACTIONS[kind]:
            ends_only = action == "kill" and "." in point or (kind, action) in AGAIN
            numbers = sorted({1, count}) if ends_only else range(1, count + 1)
            yield from (case_of(point, number, action) for number in numbers)


def every_death_in_recovery():
    for killed in KILLED:
        yield from (f"{killed} > {case}" for case in every(count_recovery(killed)) if case.endswith((":torn", ":kill-after")))


def sample(visits):
    dice = random.Random(20260726)
    cases = list(every(visits))
    chosen = [dice.choice([case for case in cases if case.startswith(point + ":")]) for point in sorted(visits)]
    rest = [case for case in cases if case not in chosen]
    dice.shuffle(rest)
    return chosen + rest[:MORE]


def sample_in_recovery():
    """A kill, one in the recovery from it, and one in the recovery from that."""
    dice = random.Random(20260728)
    cases = []
    for _ in range(TWICE):
        killed = dice.choice(KILLED)
        visits = count_recovery(killed)
        deaths = [case for case in every(visits) if case.rsplit(":", 1)[1] in ("torn", "kill-after", "EIO", "ENOSPC")]
        cases.append(" > ".join([killed, *dice.sample(deaths, 2)]))
    return cases


def sample_in_sandbox(visits):
    dice = random.Random(20260727)
    points = [point for point in sorted(visits) if point in IN_SANDBOX or point.startswith("sandbox.")]
    return ["bwrap " + dice.choice([case for case in every({point: visits[point]})]) for point in points]


def first_session(scene, words, faults, bad):
    """The night with its faults, one a session; and whether the last of them came."""
    log = scene.folder / "visits"
    done = scene.hone(*words, fault=faults[0], fault_log=log)
    for fault in faults[1:]:
        if (scene.repo / ".git/hone/night/journal.db").exists() and done.returncode not in (0, 1):
            log.unlink(missing_ok=True)
            done = scene.hone("resume", "night", fault=fault, fault_log=log)
    if done.returncode not in (0, 1, 2, 3, 130, -9):
        bad.append(f"it ended with {done.returncode}: {done.stderr[-500:]}")
    if done.returncode in (2, 3) and "hone: " not in done.stderr and "hone: " not in done.stdout and "ended " not in done.stderr:
        bad.append(f"it failed without a word: {done.stderr[-500:]}")
    return done, log.exists() and "fired" in log.read_text(encoding="utf-8")


def play(case, champion, prepared=None):
    """Violations of one case, and whether its fault came."""
    name, sandbox = case, "none"
    if case.startswith("bwrap "):
        case, sandbox = case.removeprefix("bwrap "), "bwrap"
    scene = Scene(prepared=prepared)
    bad, fired = [], False
    try:
        scene.dirty()
        scene.watch()
        words = scene.words(sandbox=sandbox)
        first, fired = first_session(scene, words, case.split(" > "), bad)
        done = scene.go_on(first, words)
        bad += scene.check(done)
        left = [str(path) for path in (scene.home / "cache/hone").iterdir()]
        worktrees = scene.git("worktree", "list", "--porcelain").count("worktree ")
        if left or worktrees != 1:
            bad.append(f"left behind: {left}, {worktrees} worktrees")
        if not bad and scene.git("rev-parse", "-q", "--verify", "hone/night^{tree}", check=False) != champion:
            bad.append("the night's result is not that of an undisturbed one: " + scene.hone("log", "night").stdout)
        if bad:
            bad.append(f"first session: {first.returncode} {first.stderr[-700:]}\nlast: {done.returncode} {done.stderr[-700:]}")
    except AssertionError as error:
        bad.append(str(error))
    finally:
        scene.close()
    return name, bad, fired


def cases_of(words, visits):
    if words == ["--all"]:
        cases = [*every(visits), *every_death_in_recovery()]
    elif words:
        return words
    else:
        cases = [*sample(visits), *sample_in_recovery()]
    return cases + (sample_in_sandbox(count_visits("bwrap")[0]) if shutil.which("bwrap") else [])


def main():
    visits, champion = count_visits()
    unknown = [point for point in visits if point.rsplit(".", 1)[-1] not in ACTIONS]
    assert not unknown, f"no actions for {unknown}"
    cases = cases_of(sys.argv[1:], visits)
    start = time.monotonic()
    passed = failed = silent = 0
    model = Scene()
    with ProcessPoolExecutor(max_workers=min(SLOTS, os.cpu_count() or 1)) as pool:
        for future in as_completed([pool.submit(play, case, champion, model.repo) for case in cases]):
            case, bad, fired = future.result()
            silent += not fired
            if bad:
                failed += 1
                print(f"FAILED {case}\n  " + "\n  ".join(bad), flush=True)
            else:
                passed += 1
    model.close()
    print(f"{len(visits)} points, {sum(visits.values())} visits; {len(cases)} faults in {time.monotonic() - start:.0f} s, "
          f"{silent} of them never came (another order of work)")
    if silent > len(cases) // 3:
        print("too many faults never came: the enumerator does not enumerate")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
