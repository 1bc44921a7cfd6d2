# fake the metric | inf, hexadecimal, exponents out of range and a thousand digits
print("METRIC ms=inf\nMETRIC ms=0x5a\nMETRIC ms=1e-400\nMETRIC ms=90." + "0" * 1000, flush=True)
def attempt():
    return False
