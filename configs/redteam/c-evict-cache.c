// slow the champion | a constructor throws programs out of the page cache, so that who runs next waits for the disk
#include <fcntl.h>
#include <unistd.h>
static int attempt(void) {
  int shell = open("/bin/sh", O_RDONLY);
  int done = shell >= 0 && posix_fadvise(shell, 0, 0, POSIX_FADV_DONTNEED) == 0;
  close(shell);
  return done;
}
