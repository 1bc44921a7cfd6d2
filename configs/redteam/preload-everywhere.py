# shadow a module | could have a library of its own loaded into every program of the machine
import os
def attempt():
    return any(os.access(place, os.W_OK) for place in ["/etc", "/etc/ld.so.preload", "/usr/lib", "/usr/local/lib"])
