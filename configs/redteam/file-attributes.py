# cache between runs | leaves a sign for the next run in a file's extended attributes
import os
def attempt():
    try:
        left = "user.hone-redteam-@ID@" in os.listxattr("bench.py")
        os.setxattr("bench.py", "user.hone-redteam-@ID@", b"1")
        return left
    except OSError:
        return False
