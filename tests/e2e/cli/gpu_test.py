#!/usr/bin/env python3
"""--gpu with a driver library of the test's own: the real binary, the real sandbox, no GPU needed."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from night import HONE, NightTest

FAKE = """
#include <string.h>
int cuInit(unsigned flags) { (void)flags; return %d; }
int cuDeviceGetCount(int *count) { *count = 2; return 0; }
int cuDeviceGetName(char *name, int size, int device) { (void)size; (void)device; strcpy(name, "Fake 9000"); return 0; }
"""
# What a measured command sees: its variables, and whether the loader finds the driver.
LOOK = """set -e
echo "$CUDA_VISIBLE_DEVICES" | grep -qx '1,0'
echo "$CUDA_CACHE_PATH $TRITON_CACHE_DIR $TORCHINDUCTOR_CACHE_DIR" | grep -qx '/tmp/cuda /tmp/triton /tmp/inductor'
test -e "$LD_LIBRARY_PATH/libcuda.so.1"
sh score.sh
"""


class Gpu(NightTest):
    def driver(self, answer):
        folder = Path(tempfile.mkdtemp(prefix="driver-", dir=Path(HONE).parent))   # not in HOME, nor in /tmp
        self.addCleanup(shutil.rmtree, folder, True)
        source = folder / "fake.c"
        source.write_text(FAKE % answer, encoding="utf-8")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(folder / "libcuda.so.1"), str(source)], check=True)
        self.environment["LD_LIBRARY_PATH"] = str(folder)

    def night(self, *words, metric="sh score.sh", sandbox="bwrap"):
        return self.hone("run", "knobs.txt", "--metric", metric, "--backend", "mutate", "--accept", "greedy", "--gpu",
                         "--sandbox", sandbox, "--final-pairs", "0", "--max-experiments", "2", *(words if "--name" in words else ("--name", "night", *words)))

    def setUp(self):
        super().setUp()
        loader = subprocess.run("/sbin/ldconfig -p | grep -c libcuda.so.1", shell=True, capture_output=True, text=True, check=False)
        if loader.stdout.strip() != "0":
            self.skipTest("this machine has a driver of its own")

    def test_without_a_driver_nothing_runs_and_the_fix_is_said(self):
        for sandbox in ("bwrap", "none"):
            done = self.night(sandbox=sandbox)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("gpu_unavailable", done.stderr)
            self.assertIn("LD_LIBRARY_PATH", done.stderr)

    def test_a_driver_without_a_device_is_no_gpu(self):
        self.driver(100)
        done = self.night()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("nvidia-smi -L", done.stderr)

    def test_commands_get_what_a_gpu_needs_and_the_report_says_so(self):
        self.driver(0)
        self.environment["CUDA_VISIBLE_DEVICES"] = "1,0"
        (self.repo / "look.sh").write_text(LOOK, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "look")
        done = self.night(metric="sh look.sh")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(self.summary()["finished"], 2)
        doctor = self.hone("doctor", "knobs.txt", "--metric", "sh look.sh", "--gpu")
        self.assertIn("GPU 2 x Fake 9000, seen from inside", " ".join(doctor.stdout.split()), doctor.stderr)

    def test_each_slot_has_a_gpu_of_its_own(self):
        self.driver(0)
        self.environment["CUDA_VISIBLE_DEVICES"] = "5,7"
        metric = "case $CUDA_VISIBLE_DEVICES in 5|7) sh score.sh ;; esac"
        done = self.night("--slots", "2", metric=metric)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(self.summary()["finished"], 2)
        done = self.night("--slots", "3", "--name", "second")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--slots 2", done.stderr)

    def test_a_repository_may_not_ask_for_the_gpu(self):
        (self.repo / "hone.toml").write_text("gpu = true\n", encoding="utf-8")
        done = self.night()
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("gpu", done.stderr)


if __name__ == "__main__":
    unittest.main()
