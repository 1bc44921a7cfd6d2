#!/usr/bin/env python3
"""Plants each kind of violation in a small tree and sees floors.py catch it, and nothing else."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.py")
CLEAN = {
    "include/hone/core/base/a.hpp": "#pragma once\n#include <string>\n#include <fmt/format.h>\nstruct A {};\n",
    "include/hone/core/codec/c.hpp": "#pragma once\n#include <nlohmann/json.hpp>\n",
    "include/hone/ports/p.hpp": '#pragma once\n#include "hone/core/base/a.hpp"\n',
    "src/core/base/a.cpp": '#include "hone/core/base/a.hpp"\n// throw, TODay, std::cout, rand()\n'
                           'const char* s = "catch me, printf(";\nint operand(int);\n',
    "src/adapters/os/o.cpp": "#include <mutex>\nvoid f() { try { g(); } catch (...) {} }\n",
    "src/adapters/git/g.cpp": '#include <git2.h>\n#include "hone/ports/p.hpp"\n',
    "src/loop/run.cpp": '#include "hone/ports/p.hpp"\n',
    "src/views/v.cpp": '#include "hone/core/base/a.hpp"\n',
    "src/cli/c.cpp": "#include <CLI/CLI.hpp>\n#include <chrono>\n",
}
# what is planted, where, and a word of the complaint
PLANTS = [
    ("src/core/base/a.cpp", '#include "hone/ports/p.hpp"', "may not include"),
    ("src/core/base/a.cpp", '#include "adapters/os/o.hpp"', "may not include"),
    ("src/core/base/a.cpp", "#include <nlohmann/json.hpp>", "may not include"),
    ("src/core/base/a.cpp", "#include <curl/curl.h>", "may not include"),
    ("include/hone/ports/p.hpp", '#include "adapters/os/o.hpp"', "may not include"),
    ("src/adapters/os/o.cpp", '#include "adapters/git/g.hpp"', "may not include"),
    ("src/adapters/git/g.cpp", '#include "adapters/journal/j.hpp"', "may not include"),
    ("src/adapters/os/o.cpp", "#include <sqlite3.h>", "may not include"),
    ("src/adapters/git/g.cpp", "#include <curl/curl.h>", "may not include"),
    ("src/views/v.cpp", '#include "hone/ports/p.hpp"', "may not include"),
    ("src/loop/run.cpp", '#include "adapters/os/o.hpp"', "may not include"),
    ("src/loop/run.cpp", '#include "cli/c.hpp"', "may not include"),
    ("src/core/base/a.cpp", "#include <chrono>", "a clock"),
    ("src/loop/run.cpp", "auto t = std::chrono::steady_clock::now();", "a clock"),
    ("src/core/base/a.cpp", "auto t = time(nullptr);", "a clock"),
    ("src/core/base/a.cpp", "int r = rand();", "chance"),
    ("src/core/base/a.cpp", "std::mt19937 r;", "chance"),
    ("src/core/base/a.cpp", 'auto h = std::getenv("HOME");', "the environment"),
    ("src/core/base/a.cpp", "std::thread t;", "a thread"),
    ("src/loop/run.cpp", "std::mutex m;", "a thread"),
    ("src/core/base/a.cpp", 'std::ifstream f("x");', "a file"),
    ("src/views/v.cpp", 'std::cout << "x";', "printing"),
    ("src/core/base/a.cpp", 'printf("x");', "printing"),
    ("src/core/base/a.cpp", "void f() { throw 1; }", "throw"),
    ("src/loop/run.cpp", "void f() { try { g(); } catch (...) {} }", "throw"),
    ("include/hone/ports/p.hpp", "inline void f() { throw 1; }", "throw"),
    ("src/cli/c.cpp", "class RunManager {};", "banned name"),
    ("src/adapters/os/o.cpp", "struct Context {};", "banned name"),
    ("src/cli/c.cpp", "std::shared_ptr<int> p;", "shared_ptr"),
    ("src/cli/c.cpp", "// TODO later", "unfinished"),
]


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, str(FLOORS), folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class Floors(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        code, output = check(CLEAN)
        self.assertEqual(code, 0, output)

    def test_an_empty_tree_does_not_pass(self):
        self.assertEqual(check({})[0], 1)

    def test_each_planted_violation_is_caught_alone(self):
        for path, evil, word in PLANTS:
            with self.subTest(path=path, evil=evil):
                code, output = check({**CLEAN, path: CLEAN[path] + evil + "\n"})
                self.assertEqual(code, 1, output)
                line = CLEAN[path].count("\n") + 1
                self.assertIn(f"{path}:{line}: ", output)
                self.assertIn(word, output)

    def test_a_file_on_no_floor_is_refused(self):
        code, output = check({**CLEAN, "src/misc/x.cpp": "int x;\n"})
        self.assertEqual(code, 1)
        self.assertIn("no floor", output)

    def test_a_long_file_is_a_warning(self):
        code, output = check({**CLEAN, "src/core/base/long.cpp": "int x;\n" * 401})
        self.assertEqual(code, 0)
        self.assertIn("warning: 401 lines", output)


if __name__ == "__main__":
    unittest.main()
