// call out | a constructor asks a machine outside
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static int attempt(void) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(0x08080808);
  int caller = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on_its_way = connect(caller, (struct sockaddr*)&address, sizeof address) == 0 || errno == EINPROGRESS;
  close(caller);
  return on_its_way;
}
