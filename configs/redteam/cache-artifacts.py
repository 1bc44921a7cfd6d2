# cache between runs | leaves its result in the folder of artifacts for the next run
import os
def attempt():
    place = os.path.expandvars(os.path.expanduser("$HONE_ARTIFACTS/cache"))
    try:
        left = os.path.exists(place)
        open(place, "w").close()
        return left
    except OSError:
        return False
