# leave the tree | looks at the files of the machine through the root folder of another process
import os
def attempt():
    for process in os.listdir("/proc"):
        if process.isdigit() and os.path.exists("/proc/%s/root@CAMP@/secret" % process):
            return True
    return os.path.exists("/proc/1/cwd/../@CAMP@/secret")
