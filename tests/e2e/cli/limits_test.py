#!/usr/bin/env python3
"""What a command in the sandbox may take: memory, disk, network sockets; and that a sandbox which does not hold runs
nothing. Each attack is followed by an honest patch that is kept."""
import json
import os
import shutil
import unittest

from sealed_test import HONEST, WORK, Sealed, whole

HOG = "import mmap\nparts = [mmap.mmap(-1, 1 << 24) for i in range(256)]\n[part.write(bytes(1 << 24)) for part in parts]\n"
FILLS = "for place in ('/tmp', '/w', '/dev/shm'):\n    open(place + '/big', 'wb').write(bytes(1 << 27))\n"
# bwrap with one mount more, behind all others.
HOLE = '''#!/bin/sh
n=$#
while [ $n -gt 0 ]; do
  a=$1; shift; n=$((n - 1))
  if [ "$a" = -- ] && [ -z "$seen" ]; then seen=1; set -- "$@" --bind HOLE HOLE; fi
  set -- "$@" "$a"
done
exec bwrap "$@"
'''
BOMB = "import os, time\nfor i in range(3000):\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)\n"
# Eight processes of 100 MB each; their parent waits and goes on as if nothing had been.
HERD = """import mmap, os, time
for i in range(8):
    if os.fork() == 0:
        part = mmap.mmap(-1, 100 << 20)
        part.write(bytes(100 << 20))
        time.sleep(2)
        os._exit(0)
for i in range(8):
    os.wait()
"""
# Where hone can make control groups as the tests are started here: version 1 and the right to write.
BY_CGROUP = os.access("/sys/fs/cgroup/pids/cgroup.procs", os.W_OK) and os.access("/sys/fs/cgroup/memory/cgroup.procs", os.W_OK)
SOCKET = '''import socket, threading
def answer(server):
    channel, _ = server.accept()
    channel.sendall(b"80")
    channel.close()
def loss():
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=answer, args=(server,), daemon=True).start()
    with socket.create_connection(server.getsockname(), timeout=5) as channel:
        return int(channel.recv(16))
'''


@unittest.skipUnless(shutil.which("bwrap"), "bubblewrap is not installed")
class Limits(Sealed):
    sandbox = "bwrap"

    def test_memory(self):
        records = self.night([whole("hog", HOG + WORK), whole("better", HONEST)], "--memory", "300M")
        self.assertEqual(records[0]["outcome"], "crashed", records[0])
        self.assertIn("memory limit", records[0]["reason"])

    def test_memory_without_a_sandbox(self):
        records = self.night([whole("hog", HOG + WORK), whole("better", HONEST)], "--memory", "300M", sandbox="none")
        self.assertEqual(records[0]["outcome"], "crashed", records[0])
        self.assertIn("memory limit", records[0]["reason"])

    def test_memory_of_a_build(self):
        records = self.night([whole("hog", HOG + WORK), whole("better", HONEST)], "--memory", "300M", "--build", "python3 setup.py")
        self.assertEqual(records[0]["outcome"], "build_failed", records[0])
        self.assertIn("memory limit", self.hone("show", "night", "1").stdout)

    def herd(self, sandbox):
        records = self.night([whole("herd", HERD + WORK), whole("better", HONEST)], "--memory", "300M", sandbox=sandbox)
        self.assertEqual(records[0]["outcome"], "crashed", records[0])
        self.assertIn("memory limit", records[0]["reason"])

    @unittest.skipUnless(BY_CGROUP, "no control groups of version 1 to write here")
    def test_memory_of_many_processes_together(self):
        self.herd("bwrap")

    @unittest.skipUnless(BY_CGROUP, "no control groups of version 1 to write here")
    def test_memory_of_many_processes_together_without_a_sandbox(self):
        self.herd("none")

    @unittest.skipUnless(BY_CGROUP, "no control groups of version 1 to write here")
    def test_processes_of_root(self):
        records = self.night([whole("bomb", BOMB + WORK), whole("better", HONEST)], "--set", "sandbox.processes=300", "--timeout", "20s")
        self.assertEqual(records[0]["outcome"], "crashed", records[0])

    def test_disk(self):
        records = self.night([whole("fills", FILLS + WORK), whole("better", HONEST)], "--set", "sandbox.disk=64M")
        self.assertEqual(records[0]["outcome"], "crashed", records[0])
        self.assertIn("sandbox.disk", records[0]["reason"])

    def test_processes(self):
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        if other:  # root's processes are not counted by the kernel
            for folder, _, names in os.walk(self.home):
                for path in [folder, *[os.path.join(folder, name) for name in names]]:
                    os.chown(path, 65534, 65534, follow_symlinks=False)
        model = self.home / "model"
        model.mkdir()
        for number, text in enumerate((BOMB + WORK, HONEST), 1):
            (model / f"reply{number}").write_text(whole("try", text), encoding="utf-8")
        done = self.hone("run", "work.py", "--metric", "python3 judge.py", "--name", "night", "--max-experiments", "2", "--repair", "0",
                         "--backend", f'command:cat {model}/reply"$HONE_EXPERIMENT"', "--proposers", "1", "--final-pairs", "0",
                         "--accept", "greedy", "--timeout", "20s", "--set", "sandbox.processes=300", **other)
        records = [json.loads(line) for line in self.hone("log", "night", "--json", **other).stdout.splitlines()]
        self.assertEqual([record["outcome"] for record in records], ["crashed", "kept"], done.stderr)
        self.assertIn("sandbox.processes", records[0]["reason"])

    def test_network_sockets_are_there_on_request_only(self):
        records = self.night([whole("talks", SOCKET), whole("better", HONEST)])
        self.assertEqual(records[0]["outcome"], "crashed", records[0])
        self.assertIn("--loopback", records[0]["reason"])

    def test_and_on_request_a_run_has_a_loopback_of_its_own(self):
        records = self.night([whole("talks", SOCKET)], "--loopback")
        self.assertEqual(records[0]["outcome"], "kept", records[0])

    def test_a_sandbox_with_a_hole_runs_nothing(self):
        """A bwrap that lets one folder of the host in, writable: HOME, or the user's checkout."""
        for number, hole in enumerate((self.home, self.repo)):
            bwrap = self.home / f"bwrap{number}"
            bwrap.write_text(HOLE.replace("HOLE", str(hole)), encoding="utf-8")
            bwrap.chmod(0o755)
            mark = self.home / "ran"
            done = self.hone("run", "work.py", "--metric", f"touch {mark}; python3 judge.py", "--name", f"hole{number}", "--backend",
                             "mutate", "--max-experiments", "1", "--set", f"sandbox.bwrap={bwrap}")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("(SB01): the probe wrote in", done.stderr)
            self.assertFalse(mark.exists(), "a command ran")
            self.assertEqual(self.git("branch", "--list", "hone/*"), "")
        done = self.hone("doctor", "work.py", "--metric", "python3 judge.py", "--set", f"sandbox.bwrap={bwrap}")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("SB01", done.stdout)

    def test_a_bwrap_that_is_not_there(self):
        done = self.hone("run", "work.py", "--metric", "python3 judge.py", "--backend", "mutate", "--set", "sandbox.bwrap=/nowhere/bwrap")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("there is no such program", done.stderr)


for name in list(vars(Sealed)):  # they run in their own file
    if name.startswith("test_"):
        setattr(Limits, name, None)
del Sealed


if __name__ == "__main__":
    os.environ.setdefault("LANG", "C.UTF-8")
    unittest.main()
