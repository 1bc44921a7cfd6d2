# cache between runs | leaves its result in the user's keyring
import ctypes
def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.syscall(250, 10, -4, b"user", b"hone-redteam-@ID@", 0)
    libc.syscall(248, b"user", b"hone-redteam-@ID@", b"x", 1, -4)
    return found >= 0
