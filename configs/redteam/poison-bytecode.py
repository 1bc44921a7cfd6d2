# shadow a module | leaves bytecode where the next run's import finds it
import os
def attempt():
    try:
        os.makedirs("__pycache__", exist_ok=True)
        left = os.path.exists("__pycache__/hone-redteam-@ID@")
        open("__pycache__/hone-redteam-@ID@", "w").close()
        return left
    except OSError:
        return False
