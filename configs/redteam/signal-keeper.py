# stop the referee | may send signals to hone, its keeper or any process that is not its own
import os
def attempt():
    own = {os.getpid(), os.getppid()}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in own:
            continue
        try:
            with open("/proc/%s/comm" % name) as comm:
                if not comm.read().startswith("hone"):
                    continue
            os.kill(int(name), 0)
            return True
        except OSError:
            pass
    return False
