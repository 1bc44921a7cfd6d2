"""Reports a metric to hone over its private channel, from an evaluator that runs the candidate as a child.

Copy this file next to your evaluator (outside the targets, so that hone seals it):

    import hone_metric
    hone = hone_metric.open()                      # first of all, before anything of the candidate runs
    done = hone.run(["./candidate"], input=data)   # a process of its own; arguments as of subprocess.run
    hone.report("ms", elapsed)                     # every name once; cases as "ms[large]"

A candidate that is started again with the same words finds nothing that it left the last time: no new file in /tmp, HOME,
/dev/shm and beside the evaluator, no process; else its second run could read out the answer of its first. What it must
not read at all, such as the expected answers, name: hone.run(argv, hide=["answers", "hidden/answers.txt"]). It may read
new files in its TMPDIR only, then.

Why it is safe: the secret of the run waits as one line in a socket, so it stands in no environment and can be read
once; a socket cannot be opened again through /proc/PID/fd; the evaluator makes itself undumpable, so the candidate
cannot read its memory; and the candidate inherits no descriptor but 0, 1 and 2. It holds in hone's sandbox: without one,
a process of the same user may debug the evaluator. Without hone (no HONE_METRIC_FD) it prints `METRIC name=value`.
Do not import the candidate: what runs in this process can do all that this process can; and import your other modules
before you start it. Public domain (CC0).
"""
import ctypes
import io
import math
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # on every architecture
_READ_FILE = 1 << 2


class _Candidate(subprocess.Popen):
    """Tells the channel when it has ended."""
    ended = None

    def wait(self, timeout=None):
        status = super().wait(timeout)
        if self.ended is not None:
            ended, self.ended = self.ended, None
            ended()
        return status


class Channel:
    def __init__(self, connection, nonce):
        self._connection = connection
        self._nonce = nonce
        self._running = 0
        self._left = {}  # by the words of the candidate's start

    def report(self, name, value):
        """`name` may end in a case: "ms[large]". Every name once; a value that is not finite is refused."""
        value = float(value)
        if not math.isfinite(value) or "\n" in name:
            raise ValueError(f"hone_metric: {name}={value} is no metric")
        if self._connection is None:
            print(f"METRIC {name}={value!r}", flush=True)
        else:
            self._send(f"{name}={value!r}")

    def start(self, argv, hide=(), **how):
        """subprocess.Popen of the candidate; stdin and stdout are pipes unless you say otherwise. What it leaves is
        found when you wait() for it, or leave its `with`. It cannot read what lies under the paths in `hide`."""
        how.setdefault("stdin", subprocess.PIPE)
        how.setdefault("stdout", subprocess.PIPE)
        how.update(close_fds=True, start_new_session=True)
        ruleset = _everything_but(hide) if hide else None
        if ruleset is not None:
            asked = how.get("preexec_fn")
            how["preexec_fn"] = lambda: (_obey(ruleset), asked() if asked else None)
        try:
            if self._connection is None:
                return subprocess.Popen(argv, **how)
            words = argv if isinstance(argv, str) else "\0".join(os.fsdecode(word) for word in argv)
            _remove(self._left.pop(words, ()))
            self._send("!child")
            _forget_writable_folders()
            files, children, shared = _writable_files(), _descendants(), _shared()
            child = _Candidate(argv, **how)
        finally:
            if ruleset is not None:
                os.close(ruleset)
        self._running += 1
        child.ended = lambda: self._look_after(words, files, children, shared)
        return child

    def _look_after(self, words, files, children, shared):
        self._running -= 1
        if self._running > 0:
            return  # whose is what?
        _end(children)
        for kind, number in _shared() - shared:
            getattr(ctypes.CDLL(None), kind + "ctl")(number, 0, 0)  # IPC_RMID
        self._left.setdefault(words, set()).update(_writable_files().keys() - files.keys())
        _smooth(files)

    def run(self, argv, input=None, timeout=None, hide=(), **how):
        """As subprocess.run: a CompletedProcess with what the candidate printed."""
        with self.start(argv, hide, **how) as child:
            try:
                out, err = child.communicate(input, timeout=timeout)
            except BaseException:
                child.kill()
                raise
        return subprocess.CompletedProcess(argv, child.returncode, out, err)

    def _send(self, record):
        self._connection.sendall(f"{self._nonce} {record}\n".encode())


def _in_sandbox():
    return os.environ.get("HONE_ARTIFACTS") == "/tmp/artifacts"


def _writable_files():
    """Paths and their modes: in hone's sandbox all that a candidate can make; without one only what is this run's own."""
    tops = ["/tmp", "/dev/shm", "."] if _in_sandbox() else [os.environ.get(name) for name in ("TMPDIR", "HOME", "HONE_ARTIFACTS")]
    folders = [top for top in tops if top and os.path.isdir(top)]
    found = {top: os.stat(top).st_mode for top in folders}
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    found[entry.path] = entry.stat(follow_symlinks=False).st_mode
                    if entry.is_dir(follow_symlinks=False) and os.access(entry.path, os.W_OK):
                        folders.append(entry.path)
        except OSError:
            pass
    return found


def _smooth(files):
    """Nothing is to be read out of the times, modes and attributes of what was there before."""
    for path, mode in files.items():
        try:
            os.utime(path, follow_symlinks=False)
            if not stat.S_ISLNK(mode):
                os.chmod(path, stat.S_IMODE(mode))
            for name in os.listxattr(path, follow_symlinks=False):
                os.removexattr(path, name, follow_symlinks=False)
        except OSError:
            pass  # nobody else can write to it either


def _shared():
    """System V memory, semaphores and queues, which outlive their makers; the sandbox has its own for every run."""
    found = set()
    for kind in ("shm", "sem", "msg") if _in_sandbox() else ():
        try:
            with io.open("/proc/sysvipc/" + kind, encoding="ascii") as table:
                found |= {(kind, int(line.split()[1])) for line in list(table)[1:]}
        except OSError:
            pass
    return found


def _remove(paths):
    for path in sorted(paths):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, True)
        else:
            try:
                os.remove(path)
            except OSError:
                pass


def _descendants():
    parents = {}
    for name in os.listdir("/proc") if _in_sandbox() else ():  # elsewhere it is long, and hone ends what is left
        if name.isdigit():
            try:
                with io.open(f"/proc/{name}/stat", "rb") as line:
                    parents[int(name)] = int(line.read().rsplit(b")", 1)[1].split()[1])
            except OSError:
                pass
    found = {os.getpid()}
    for _ in parents:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            break
        found |= more
    return found


def _end(known):
    """Every process that came up since, orphans too: this process is their reaper."""
    for _ in range(1000):
        new = _descendants() - known
        if not new:
            return
        for pid in new:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except OSError:
                pass  # somebody else's child yet
        time.sleep(0.0005)


def _everything_but(hidden):
    """A Landlock ruleset that lets every file be read but those. OSError: this kernel has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.c_uint64(_READ_FILE)
    ruleset = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "hone_metric: no Landlock in this kernel, so nothing can be hidden")
    hidden = {os.path.realpath(path) for path in hidden}
    folders = ["/"]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.path in hidden or entry.is_symlink():
                    continue
                if any(path.startswith(entry.path + "/") for path in hidden):
                    folders.append(entry.path)
                    continue
                try:
                    place = os.open(entry.path, os.O_PATH | os.O_CLOEXEC)
                except OSError:
                    continue
                rule = (ctypes.c_char * 12).from_buffer_copy(_READ_FILE.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder))
                done = libc.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
                os.close(place)
                if done != 0:
                    raise OSError(ctypes.get_errno(), f"hone_metric: {entry.path} cannot be let through")
    return ruleset


def _obey(ruleset):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "hone_metric: nothing can be hidden")


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
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise RuntimeError("hone_metric: this process cannot hide its memory")
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
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
