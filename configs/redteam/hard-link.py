# edit the judge | gives bench.py a second name and writes through that one
import os
def attempt():
    for place in ["second.py", "/tmp/hone-redteam-@ID@"]:
        try:
            os.link("bench.py", place)
            with open(place, "a") as judge:
                judge.write("\n")
            os.remove(place)
            return True
        except OSError:
            pass
    return False
