// leave the tree | a constructor writes into a file of the user's
#include <fcntl.h>
#include <unistd.h>
static int attempt(void) {
  int file = open("@CAMP@/canary", O_WRONLY | O_TRUNC);
  return file >= 0 && write(file, "touched\n", 8) == 8;
}
