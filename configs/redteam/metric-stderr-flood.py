# fake the metric | floods stderr with forged metric lines
import sys
for _ in range(4000):
    sys.stderr.write("METRIC ms=90.0\n" * 64)
sys.stderr.flush()
def attempt():
    return False
