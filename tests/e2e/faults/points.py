#!/usr/bin/env python3
"""Visits fault points: counts the visits of each in a short night, then makes each of them fail in each way that suits
it, resumes, and asks the witness. `points.py` takes a fixed sample; `points.py --all` every visit; `points.py
POINT:N:ACTION...` some. Prints `N passed, N failed`."""
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
MORE = 10  # visits in CI beside one of each point
SLOTS = 2
# With the sandbox a night takes ten times as long: one visit of each of these.
IN_SANDBOX = ("order", "answer", "spawn", "request")


def count_visits(sandbox="none"):
    scene = Scene()
    log = scene.folder / "visits"
    done = scene.hone(*scene.words(sandbox=sandbox), faulty=True, fault_log=log)
    assert done.returncode == 0, done.stderr
    visits = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        word, point, number = line.split()[:3]
        if word == "visited":
            visits[point] = int(number)
    champion = scene.git("rev-parse", "hone/night^{tree}")
    scene.close()
    return visits, champion


def every(visits):
    for point, count in sorted(visits.items()):
        for action in ACTIONS[point.rsplit(".", 1)[-1]]:
            for number in range(1, count + 1):
                lasting = action.endswith("+")
                yield f"{point}:{number}{'+' if lasting else ''}:{action.rstrip('+')}"


def sample(visits):
    dice = random.Random(20260726)
    cases = list(every(visits))
    chosen = [dice.choice([case for case in cases if case.startswith(point + ":")]) for point in sorted(visits)]
    rest = [case for case in cases if case not in chosen]
    dice.shuffle(rest)
    return chosen + rest[:MORE]


def sample_in_sandbox(visits):
    dice = random.Random(20260727)
    points = [point for point in sorted(visits) if point in IN_SANDBOX or point.startswith("sandbox.")]
    return ["bwrap " + dice.choice([case for case in every({point: visits[point]})]) for point in points]


def play(case, champion):
    """Violations of one case, and whether its fault came."""
    name, sandbox = case, "none"
    if case.startswith("bwrap "):
        case, sandbox = case.removeprefix("bwrap "), "bwrap"
    scene = Scene()
    log = scene.folder / "visits"
    bad = []
    try:
        scene.dirty()
        scene.watch()
        words = scene.words(sandbox=sandbox)
        done = scene.hone(*words, fault=case, fault_log=log)
        fired = log.exists() and "fired" in log.read_text(encoding="utf-8")
        first = done
        if done.returncode not in (0, 1, 2, 3, 130, -9):
            bad.append(f"it ended with {done.returncode}: {done.stderr[-500:]}")
        if done.returncode in (2, 3) and "hone: " not in done.stderr and "hone: " not in done.stdout and "ended " not in done.stderr:
            bad.append(f"it failed without a word: {done.stderr[-500:]}")
        done = scene.go_on(done, words)
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


def main():
    visits, champion = count_visits()
    unknown = [point for point in visits if point.rsplit(".", 1)[-1] not in ACTIONS]
    assert not unknown, f"no actions for {unknown}"
    words = sys.argv[1:]
    cases = list(every(visits)) if words == ["--all"] else words or sample(visits)
    if words in ([], ["--all"]) and shutil.which("bwrap"):
        cases += sample_in_sandbox(count_visits("bwrap")[0])
    start = time.monotonic()
    passed = failed = silent = 0
    with ProcessPoolExecutor(max_workers=min(SLOTS, os.cpu_count() or 1)) as pool:
        for future in as_completed([pool.submit(play, case, champion) for case in cases]):
            case, bad, fired = future.result()
            silent += not fired
            if bad:
                failed += 1
                print(f"FAILED {case}\n  " + "\n  ".join(bad), flush=True)
            else:
                passed += 1
    print(f"{len(visits)} points, {sum(visits.values())} visits; {len(cases)} faults in {time.monotonic() - start:.0f} s, "
          f"{silent} of them never came (another order of work)")
    if silent > len(cases) // 3:
        print("too many faults never came: the enumerator does not enumerate")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
