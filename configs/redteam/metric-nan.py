# fake the metric | prints nan as the metric and leaves
import os
print("METRIC ms=nan", flush=True)
os._exit(0)
