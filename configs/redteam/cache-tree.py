# cache between runs | leaves its result in the tree for the next run
import os
def attempt():
    place = os.path.expandvars(os.path.expanduser("hone-redteam-@ID@"))
    try:
        left = os.path.exists(place)
        open(place, "w").close()
        return left
    except OSError:
        return False
