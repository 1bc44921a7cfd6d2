# tamper the clock | makes a namespace in which time is another
import ctypes
def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(0x80) == 0 or libc.unshare(0x10000000) == 0
