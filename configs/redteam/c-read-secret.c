// read a secret | a constructor reads a private file of the user's before main
#include <fcntl.h>
#include <unistd.h>
static int attempt(void) { return open("@CAMP@/secret", O_RDONLY) >= 0; }
