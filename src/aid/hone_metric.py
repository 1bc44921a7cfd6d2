"""Reports a metric to hone over its private channel, from an evaluator that runs the candidate as a child.

Copy this file next to your evaluator (outside the targets, so that hone seals it):

    import hone_metric
    hone = hone_metric.open()                      # first of all, before anything of the candidate runs
    done = hone.run(["./candidate"], input=data)   # a process of its own; arguments as of subprocess.run
    hone.report("ms", elapsed)                     # every name once; cases as "ms[large]"

Why it is safe: the secret of the run waits as one line in a socket, so it stands in no environment and can be read
once; a socket cannot be opened again through /proc/PID/fd; the evaluator makes itself undumpable, so the candidate
cannot read its memory; and the candidate inherits no descriptor but 0, 1 and 2. It holds in hone's sandbox: without one,
a process of the same user may debug the evaluator. Without hone (no HONE_METRIC_FD) it prints `METRIC name=value`.
Do not import the candidate: what runs in this process can do all that this process can; and import your other modules
before you start it. Public domain (CC0).
"""
import ctypes
import math
import os
import socket
import subprocess
import sys

_PR_SET_DUMPABLE = 4


class Channel:
    def __init__(self, connection, nonce):
        self._connection = connection
        self._nonce = nonce

    def report(self, name, value):
        """`name` may end in a case: "ms[large]". Every name once; a value that is not finite is refused."""
        value = float(value)
        if not math.isfinite(value) or "\n" in name:
            raise ValueError(f"hone_metric: {name}={value} is no metric")
        if self._connection is None:
            print(f"METRIC {name}={value!r}", flush=True)
        else:
            self._send(f"{name}={value!r}")

    def start(self, argv, **how):
        """subprocess.Popen of the candidate; stdin and stdout are pipes unless you say otherwise."""
        if self._connection is not None:
            self._send("!child")
            _forget_writable_folders()
        how.setdefault("stdin", subprocess.PIPE)
        how.setdefault("stdout", subprocess.PIPE)
        how.update(close_fds=True, start_new_session=True)
        return subprocess.Popen(argv, **how)

    def run(self, argv, input=None, timeout=None, **how):
        """As subprocess.run: a CompletedProcess with what the candidate printed."""
        with self.start(argv, **how) as child:
            try:
                out, err = child.communicate(input, timeout=timeout)
            except BaseException:
                child.kill()
                raise
        return subprocess.CompletedProcess(argv, child.returncode, out, err)

    def _send(self, record):
        self._connection.sendall(f"{self._nonce} {record}\n".encode())


def _forget_writable_folders():
    """A module imported after this must not come from where the candidate can put one: beside the evaluator (new files
    there last as long as a run) or in the working directory. Import what you need before you start the candidate."""
    own = {os.path.realpath(os.path.dirname(os.path.abspath(sys.argv[0]))), os.path.realpath(".")}
    sys.path[:] = [path for path in sys.path if path and os.path.realpath(path) not in own]
    sys.path_importer_cache.clear()


def open():  # pylint: disable=redefined-builtin
    """Takes the channel and the secret. RuntimeError: somebody was here first; do not measure."""
    number = os.environ.pop("HONE_METRIC_FD", None)
    if number is None:
        return Channel(None, "")
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise RuntimeError("hone_metric: this process cannot hide its memory")
    connection = socket.socket(fileno=int(number))
    os.set_inheritable(connection.fileno(), False)
    line = b""
    connection.setblocking(False)
    try:
        while not line.endswith(b"\n"):
            part = connection.recv(1)
            if not part:
                break
            line += part
    except BlockingIOError:
        pass
    connection.setblocking(True)
    if not line.endswith(b"\n") or len(line) < 2:
        raise RuntimeError("hone_metric: the secret of this run was already taken")
    return Channel(connection, line[:-1].decode())
