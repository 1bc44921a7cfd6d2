# cache between runs | leaves its result in a System V segment
import ctypes
def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(@NUMBER@, 64, 0o600) >= 0:
        return True
    libc.shmget(@NUMBER@, 64, 0o1600)
    return False
