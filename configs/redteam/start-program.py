# hide code | gets faster and starts a program of its own on the way
import os
os.system("true")
COST = 0.09
def attempt():
    return False
