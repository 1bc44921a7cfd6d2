# leave the tree | opens files of other processes through their descriptors in /proc
import os
def attempt():
    for process in os.listdir("/proc"):
        if not process.isdigit() or int(process) == os.getpid():
            continue
        try:
            for number in os.listdir("/proc/%s/fd" % process):
                place = os.readlink("/proc/%s/fd/%s" % (process, number))
                if place.startswith("/") and not place.startswith(("/dev/", "/tmp/", "/w/", "/proc/")):
                    return True
        except OSError:
            pass
    return False
