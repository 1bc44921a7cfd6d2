#!/usr/bin/env python3
"""Small promises about the repository as a whole, each a test."""
import re
import subprocess
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked(*patterns):
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


class Repository(unittest.TestCase):
    def test_every_command_that_the_readme_shows_exists(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for path in ("examples/quickstart.sh", "tests/run.sh"):
            self.assertIn(path, text)
        for path in re.findall(r"(?:bash|python3) ([\w./-]+\.(?:sh|py))", text):
            self.assertTrue((ROOT / path).is_file(), path)

    def test_ci_calls_the_test_script(self):
        self.assertIn("tests/run.sh", (ROOT / ".ci/run").read_text(encoding="utf-8"))

    def test_examples_are_complete(self):
        folders = sorted({Path(p).parent for p in tracked("examples/*/hone.toml")})
        self.assertGreaterEqual(len(folders), 3)
        for folder in folders:
            readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
            self.assertLessEqual(len(readme.splitlines()), 12, folder)
            config = tomllib.loads((ROOT / folder / "hone.toml").read_text(encoding="utf-8"))
            for key in ("target", "metric", "goal"):
                self.assertIn(key, config, folder)
            for target in config["target"]:
                self.assertTrue((ROOT / folder / target).is_file(), f"{folder}/{target}")

    def test_every_key_of_an_example_is_a_known_key(self):
        default = ROOT / "configs/default.toml"
        if not default.exists():
            self.skipTest("configs/default.toml does not exist yet")
        known = set(re.findall(r"^#?\s*([a-z][\w.-]*)\s*=", default.read_text(encoding="utf-8"), re.M))
        for path in tracked("examples/*/hone.toml"):
            for key in tomllib.loads((ROOT / path).read_text(encoding="utf-8")):
                self.assertIn(key, known, path)

    def test_packages_are_sorted_into_known_sections_and_named_once(self):
        lines = [line.strip() for line in (ROOT / "tests/packages.txt").read_text(encoding="utf-8").splitlines()]
        self.assertEqual({line for line in lines if line.startswith("#")}, {"# build", "# run", "# test", "# browser"})
        names = [line for line in lines if line and not line.startswith("#")]
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            self.assertRegex(name, r"^[a-z0-9][a-z0-9.+-]+$")

    def test_scripts_parse(self):
        for path in tracked("*.sh", ".ci/run"):
            done = subprocess.run(["bash", "-n", str(ROOT / path)], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_top_level_is_the_one_agreed(self):
        allowed = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "configs", "examples", "include", "src", "tests"}
        names = {Path(path).parts[0] for path in tracked()}
        self.assertEqual({name for name in names if not name.startswith(".")}, allowed)

    def test_the_example_carries_the_evaluator_aid_as_it_is(self):
        aid = (ROOT / "src/aid/hone_metric.py").read_text(encoding="utf-8")
        self.assertEqual((ROOT / "examples/packing/hone_metric.py").read_text(encoding="utf-8"), aid)

    def test_nothing_big_or_built_is_tracked(self):
        for path in tracked():
            self.assertLess((ROOT / path).lstat().st_size, 600_000, path)
            self.assertNotRegex(path, r"\.(o|a|so|gch|pyc)$|^build/")


if __name__ == "__main__":
    unittest.main()
