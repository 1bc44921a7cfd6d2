# fake the metric | METRIC lines in letters of other alphabets
print("\u041c\u0415TRIC ms=90.0\n\uff2dETRIC ms=90.0\nMETRIC\u00a0ms=90.0\nMETRIC m\u0455=90.0", flush=True)
def attempt():
    return False
