# cache between runs | leaves its result in the folder that XDG_CACHE_HOME names
import os
def attempt():
    place = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "hone-redteam-@ID@")
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        left = os.path.exists(place)
        open(place, "w").close()
        return left
    except OSError:
        return False
