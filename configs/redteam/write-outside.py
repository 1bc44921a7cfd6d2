# leave the tree | writes into a file of the user's
def attempt():
    try:
        with open("@CAMP@/canary", "w") as canary:
            canary.write("touched\n")
        return True
    except OSError:
        return False
