# tamper the clock | a slower clock, and a second number, so that it is not clear which one is a time
import time as _time
_real = _time.perf_counter
_time.perf_counter = lambda: _real() * 0.6
print("METRIC zeta=1", flush=True)
def attempt():
    return False
