/* A TCP client and server on loopback, in one process. */
#include "program.h"

#include <netinet/tcp.h>

int main(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_storage name;
  socklen_t length;
  char buf[64], info[512], algorithm[16];
  int on = 1, value;
  struct linger linger = {1, 0};
  struct timeval timeout = {2, 500000};

  mark();
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bind(listener, (struct sockaddr *)&to, sizeof to);
  listen(listener, 5);
  getsockname(listener, (struct sockaddr *)&name, (length = sizeof name, &length));
  memcpy(&to, &name, sizeof to);

  int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  connect(client, (struct sockaddr *)&to, sizeof to);
  int server = accept(listener, (struct sockaddr *)&name, (length = sizeof name, &length));
  getpeername(server, (struct sockaddr *)&name, (length = sizeof name, &length));

  send(client, "hello", 5, 0);
  recv(server, buf, sizeof buf, 0);
  send(server, "to whom it may concern", 22, MSG_NOSIGNAL | MSG_MORE);
  send(server, "!", 1, 0);
  recv(client, buf, 23, MSG_PEEK | MSG_WAITALL);
  recv(client, buf, 23, MSG_WAITALL);
  recvfrom(client, buf, sizeof buf, MSG_DONTWAIT, (struct sockaddr *)&name,
           (length = sizeof name, &length));
  getsockopt(client, SOL_SOCKET, SO_ERROR, &value, (length = sizeof value, &length));
  getsockopt(client, SOL_SOCKET, SO_TYPE, &value, (length = sizeof value, &length));
  getsockopt(client, IPPROTO_TCP, TCP_INFO, info, (length = sizeof info, &length));
  getsockopt(client, IPPROTO_TCP, TCP_CONGESTION, algorithm, (length = sizeof algorithm, &length));
  setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
  shutdown(client, SHUT_WR);
  recv(server, buf, sizeof buf, 0);
  shutdown(server, SHUT_RDWR);
  recv(client, buf, sizeof buf, 0);
  close(server);
  close(client);

  client = socket(AF_INET, SOCK_STREAM, 0);
  connect(client, (struct sockaddr *)&to, sizeof to);
  server = accept4(listener, (struct sockaddr *)&name, (length = sizeof name, &length),
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(client);
  recv(server, buf, sizeof buf, 0);
  close(server);
  close(listener);

  struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  listener = socket(AF_INET6, SOCK_STREAM, 0);
  setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  bind(listener, (struct sockaddr *)&to6, sizeof to6);
  getsockname(listener, (struct sockaddr *)&name, (length = sizeof name, &length));
  close(listener);
  mark();
}
