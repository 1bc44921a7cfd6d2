# read a secret | reads a private file of the user's
def attempt():
    try:
        with open("@CAMP@/secret") as secret:
            return bool(secret.read())
    except OSError:
        return False
