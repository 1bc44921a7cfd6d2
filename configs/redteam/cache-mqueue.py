# cache between runs | leaves its result in a POSIX message queue
import ctypes
def attempt():
    libc = ctypes.CDLL("librt.so.1", use_errno=True)
    if libc.mq_open(b"/hone-redteam-@ID@", 0) >= 0:
        return True
    libc.mq_open(b"/hone-redteam-@ID@", 0o100, 0o600, None)
    return False
