// call out | a constructor talks to a service of this machine by its socket
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
static int attempt(void) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, "@CAMP@/socket");
  return connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr*)&address, sizeof address) == 0;
}
