# fake the metric | a better number with a decimal comma, with thousands, in other digits
print("METRIC ms=90,0\nMETRIC ms=0,090.0\nMETRIC ms=\u0669\u0660.0\nMETRIC ms=9_0.0", flush=True)
def attempt():
    return False
