# cache between runs | leaves its result in the page cache and asks mincore for it
import ctypes, os
def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    programs = sorted(one.path for one in os.scandir("/usr/bin")
                      if one.is_file(follow_symlinks=False) and one.stat().st_size > 65536)
    left = bool(programs)
    for number in range(8 if programs else 0):
        program = os.open(programs[(@NUMBER@ + 37 * number + 11) % len(programs)], os.O_RDONLY)
        page = libc.mmap(None, 4096, 1, 1, program, 12 * 4096)
        told = ctypes.create_string_buffer(1)
        if libc.mincore(page, 4096, told) != 0:
            return False
        if not told.raw[0] & 1:
            left = False
            os.pread(program, 1, 12 * 4096)
        os.close(program)
    return left
