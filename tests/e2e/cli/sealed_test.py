#!/usr/bin/env python3
"""The judge stays as it is: code that edits it, or leaves files that it would load, at run time and while it is built, with
and without the sandbox. Cheats first; the honest patch behind them is kept with its true value."""
import shutil
import unittest

from night import NightTest

WORK = "def loss():\n    return 100\n"
HONEST = "def loss():\n    return 80\n"
HELPER = "def show(value):\n    print(f'METRIC loss={value}')\n"
JUDGE = "import json\nimport helper\nimport work\nhelper.show(work.loss())\n"
SETUP = "import work\nopen('built.txt', 'w').write(str(work.loss()))\n"
FORGED = "print('METRIC loss=1')"
COMPILED = f'''
import importlib.util, marshal, os
code = marshal.dumps(compile({FORGED!r} + "; import os; os._exit(0)", "helper.py", "exec"))
flags = (1).to_bytes(4, "little")  # an unchecked hash: loaded whatever the source says
data = importlib.util.MAGIC_NUMBER + flags + bytes(8) + code
'''
# What a candidate does when it is imported, in the folder of the judge.
EDITS = {
    "edits the judge": f"open('judge.py', 'w').write({FORGED!r})",
    "edits what the judge imports": f"open('helper.py', 'a').write({FORGED!r})",
    "replaces the judge by another file": f"open('new', 'w').write({FORGED!r}); os.rename('new', 'judge.py')",
    "edits the judge in every workspace": f"[open(p, 'w').write({FORGED!r}) for p in glob.glob('../w*/judge.py')]",
    "edits the judge and puts it back": f"""text = open('judge.py').read(); times = os.stat('judge.py')
open('judge.py', 'w').write({FORGED!r}); open('judge.py', 'w').write(text)
os.utime('judge.py', ns=(times.st_atime_ns, times.st_mtime_ns))""",
    "makes the judge a link": f"open('/tmp/forged.py', 'w').write({FORGED!r}); os.remove('judge.py'); os.symlink('/tmp/forged.py', 'judge.py')",
    "removes the judge": "os.remove('judge.py')",
    "hides a module of the library": f"open('json.py', 'w').write({FORGED!r})",
    "hides it with a package": f"os.mkdir('json'); open('json/__init__.py', 'w').write({FORGED!r})",
    "hides a sealed module": f"os.mkdir('helper'); open('helper/__init__.py', 'w').write({FORGED!r})",
    "hides it with an extension": "shutil.copy(os.__file__, 'helper.abi3.so')",
    "leaves a startup file": f"open('sitecustomize.py', 'w').write({FORGED!r})",
    "leaves a compiled judge": COMPILED + "os.makedirs('__pycache__', exist_ok=True); "
                               "open(f'__pycache__/helper.{sys.implementation.cache_tag}.pyc', 'wb').write(data)",
}
# Each answer waits for the end of the experiment before it: on a busy machine the next one could be ready first.
BACKEND = '''import os, sqlite3, sys, time
sys.stdin.read()
folder = os.path.dirname(os.path.abspath(__file__))
number = int(os.environ["HONE_EXPERIMENT"])
journal = sqlite3.connect(f"file:{folder}/../repo/.git/hone/night/journal.db?mode=ro", uri=True)
ended = "SELECT count(*) FROM experiments WHERE outcome IS NOT NULL AND outcome <> '' AND id = ?"
while number > 1 and journal.execute(ended, (number - 1,)).fetchone()[0] == 0: time.sleep(0.01)
print(open(f"{folder}/reply{number}").read())
'''


def whole(idea, text, path="work.py"):
    return f"{idea}\n{path}\n```python\n{text}```\n"


def cheat(code):
    body = "".join(f"    {line}\n" for line in code.splitlines())
    return f"import glob, os, shutil, sys\ntry:\n{body}except OSError:\n    pass\n{WORK}"


class Sealed(NightTest):
    sandbox = "none"

    def make_repository(self, folder):
        super().make_repository(folder)
        for name, text in {"work.py": WORK, "judge.py": JUDGE, "helper.py": HELPER, "setup.py": SETUP,
                           "Makefile": "score:\n\t@python3 judge.py\n",
                           "build.mk": "all: judge.bin\n\tpython3 setup.py\njudge.bin: judge.py\n\tcp judge.py judge.bin\n"}.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.git("add", "-A", at=folder)
        self.git("commit", "-qm", "task", at=folder)

    def night(self, replies, *words, metric="python3 judge.py", sandbox=None):
        model = self.home / "model"
        model.mkdir()
        (model / "ask.py").write_text(BACKEND, encoding="utf-8")
        for number, reply in enumerate(replies, 1):
            (model / f"reply{number}").write_text(reply, encoding="utf-8")
        done = self.hone("run", "work.py", "--metric", metric, "--name", "night", "--max-experiments", str(len(replies)),
                         "--repair", "0", "--backend", f"command:python3 {model}/ask.py", "--proposers", "1", "--canary", "0",
                         "--final-pairs", "0", "--timeout", "20s", "--accept", "greedy", "--sandbox", sandbox or self.sandbox, *words)
        records = self.records()
        self.assertEqual(len(records), len(replies), done.stderr)
        self.assertEqual(records[-1]["outcome"], "kept", f"the honest one: {records[-1]}\n{done.stderr}")
        self.assertEqual(records[-1]["verdict"]["after"], 80, records[-1])
        self.check_invariants()
        return records

    def refused(self, records, names):
        for name, record in zip(names, records):
            with self.subTest(name):
                self.assertEqual(record["outcome"], "suspect", record)
                self.assertTrue(record["reason"].startswith("evaluator_changed"), record)

    def test_what_runs_cannot_change_the_judge(self):
        records = self.night([*[whole(name, cheat(code)) for name, code in EDITS.items()], whole("better", HONEST)])
        if self.sandbox == "none":
            return self.refused(records, EDITS)
        for record in records[:-1]:  # read-only: nothing happened, and the value is what it was
            self.assertIn(record["outcome"], ("discarded", "duplicate"), record)
            self.assertEqual(record.get("value", 100), 100, record)

    def test_what_is_built_cannot_change_the_judge(self):
        edits = {name: code for name, code in EDITS.items() if "every workspace" not in name}
        records = self.night([*[whole(name, cheat(code)) for name, code in edits.items()], whole("better", HONEST)],
                             "--build", "python3 setup.py")
        self.refused(records, edits)

    def test_a_makefile_that_make_would_prefer(self):
        names = ("GNUmakefile", "makefile")
        cheats = [whole(name, cheat(f"open('{name}', 'w').write('score:\\n\\t@echo METRIC loss=1\\n')")) for name in names]
        records = self.night([*cheats, whole("better", HONEST)], "--build", "python3 setup.py", metric="make -s score")
        self.refused(records, names)

    def test_what_the_users_own_commands_write_to_is_not_held_against_a_patch(self):
        (self.repo / "version.txt").write_text("0\n", encoding="utf-8")
        (self.repo / "log.txt").write_text("\n", encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "files that change")
        build = "python3 setup.py; date +%N >version.txt; printf 'score:\\n\\t@python3 judge.py\\n' >GNUmakefile"
        metric = "make -s score" if self.sandbox == "bwrap" else "date +%N >log.txt; make -s score"
        self.night([whole("better", HONEST)], "--build", build, metric=metric)

    def test_the_workspace_is_clean_for_the_next_candidate_also_when_the_build_failed(self):
        spoiled = cheat(f"open('json.py', 'w').write({FORGED!r})") + "raise SystemExit(3)\n"
        records = self.night([whole("fails", spoiled), whole("nothing", WORK + "# 1\n"), whole("nothing", WORK + "# 2\nx = 1\n"),
                              whole("better", HONEST)], "--build", "python3 setup.py")
        self.assertEqual([record["outcome"] for record in records[1:3]], ["discarded"] * 2, records)


    def test_what_a_loser_built_does_not_spoil_who_comes_after(self):
        """Code of the target runs in the build and makes the judge's own product newer than its source."""
        spoil = cheat("open('judge.bin', 'w').write(\"import work\\nprint('METR' + 'IC loss=%d' % (2 * work.loss()))\")\nos.utime('judge.bin', (4e9, 4e9))")
        same = [whole("nothing", WORK + f"# {number}\nx = {number}\n") for number in range(3)]
        records = self.night([whole("spoils", spoil), *same, whole("better", HONEST)], "--build", "make -s -f build.mk", metric="python3 judge.bin")
        self.assertEqual([record["outcome"] for record in records[:-1]], ["discarded"] * 4, records)
        self.assertEqual([record["verdict"]["after"] for record in records[1:4]], [100] * 3, "a candidate met what another one built")


@unittest.skipUnless(shutil.which("bwrap"), "bubblewrap is not installed")
class SealedInTheSandbox(Sealed):
    sandbox = "bwrap"


if __name__ == "__main__":
    unittest.main()
