# tamper the clock | starts bench.py again, with a module of its own that bends the clock before anything else
import os, sys, tempfile
if "HONE_REDTEAM_AGAIN" not in os.environ:
    place = tempfile.mkdtemp()
    with open(place + "/sitecustomize.py", "w") as module:
        module.write("import time\n_real = time.perf_counter\ntime.perf_counter = lambda: _real() * 0.6\n")
    os.execve(sys.executable, [sys.executable, "bench.py"], dict(os.environ, PYTHONPATH=place, HONE_REDTEAM_AGAIN="1"))
def attempt():
    return False
