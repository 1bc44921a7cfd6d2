// cache between runs | a constructor leaves a file in /tmp for the next run
#include <fcntl.h>
#include <unistd.h>
static int attempt(void) {
  int left = access("/tmp/hone-redteam-@ID@", F_OK) == 0;
  close(open("/tmp/hone-redteam-@ID@", O_CREAT | O_WRONLY, 0600));
  return left;
}
