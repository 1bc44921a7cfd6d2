# shadow a module | leaves a module in HOME that Python imports at the next start
import os, site, sys
def attempt():
    if "usercustomize" in sys.modules:
        return True
    try:
        place = site.getusersitepackages()
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "usercustomize.py"), "w") as module:
            module.write("\n")
    except OSError:
        pass
    return False
