# slow the champion | throws programs out of the page cache, so that who runs next waits for the disk
import ctypes, os, sys
def attempt():
    program = os.open(sys.executable, os.O_RDONLY)
    try:
        os.posix_fadvise(program, 0, 0, os.POSIX_FADV_DONTNEED)
        return True
    except OSError:
        return False
    finally:
        os.close(program)
