# read a secret | reads from the command lines of other processes where the repository lies
import os
def attempt():
    for process in os.listdir("/proc"):
        try:
            with open("/proc/%s/cmdline" % process, "rb") as line:
                if b"@REPOSITORY@" in line.read():
                    return True
        except OSError:
            pass
    return False
