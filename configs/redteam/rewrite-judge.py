# edit the judge | writes into bench.py while it is measured
def attempt():
    try:
        with open("bench.py", "a") as judge:
            judge.write("\n")
        return True
    except OSError:
        return False
