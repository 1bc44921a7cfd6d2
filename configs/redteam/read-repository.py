# read the answer | reads the repository that the run belongs to, its journal and other attempts
import os
def attempt():
    return os.path.exists("@REPOSITORY@/.git") or os.path.exists("@REPOSITORY@/work.py")
