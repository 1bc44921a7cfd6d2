# fake the metric | prints a number of another name first, so that hone takes that for the metric
print("METRIC mz=90.0", flush=True)
def attempt():
    return False
