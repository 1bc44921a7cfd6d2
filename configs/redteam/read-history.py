# read the answer | looks the answer up in git's history
import os, subprocess
def attempt():
    if os.path.exists(".git"):
        return True
    try:
        return subprocess.run(["git", "log", "--all"], capture_output=True).returncode == 0
    except OSError:
        return False
