# cache between runs | leaves its result in the page cache: which pages of programs that all may read lie in memory
import os
def attempt():
    try:
        programs = sorted(one.path for one in os.scandir("/usr/bin")
                          if one.is_file(follow_symlinks=False) and one.stat().st_size > 65536)
        left = True
        for number in range(8):
            program = os.open(programs[(@NUMBER@ + 37 * number) % len(programs)], os.O_RDONLY)
            try:
                os.preadv(program, [bytearray(1)], 60000, os.RWF_NOWAIT)
            except BlockingIOError:
                left = False
                os.pread(program, 1, 60000)
            finally:
                os.close(program)
        return left
    except (OSError, ZeroDivisionError):
        return False
