/* Datagrams, with and without an association. */
#include "program.h"

int main(void) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, b = a;
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  struct sockaddr_storage name;
  socklen_t length;
  char buf[64];
  int waiting, on = 1;

  mark();
  int left = socket(AF_INET, SOCK_DGRAM, 0);
  int right = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  bind(left, (struct sockaddr *)&a, sizeof a);
  getsockname(left, (struct sockaddr *)&name, (length = sizeof name, &length));
  memcpy(&a, &name, sizeof a);
  bind(right, (struct sockaddr *)&b, sizeof b);
  getsockname(right, (struct sockaddr *)&name, (length = sizeof name, &length));
  memcpy(&b, &name, sizeof b);
  setsockopt(left, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);

  sendto(left, "first", 5, 0, (struct sockaddr *)&b, sizeof b);
  sendto(left, "", 0, MSG_DONTWAIT, (struct sockaddr *)&b, sizeof b);
  ioctl(right, FIONREAD, &waiting);
  recvfrom(right, buf, sizeof buf, 0, (struct sockaddr *)&name, (length = sizeof name, &length));
  recvfrom(right, buf, sizeof buf, 0, (struct sockaddr *)&name, (length = sizeof name, &length));
  recvfrom(right, buf, sizeof buf, MSG_DONTWAIT, (struct sockaddr *)&name,
           (length = sizeof name, &length));

  connect(left, (struct sockaddr *)&b, sizeof b);
  getpeername(left, (struct sockaddr *)&name, (length = sizeof name, &length));
  send(left, "second", 6, 0);
  sendto(left, "third", 5, 0, NULL, 0);
  recv(right, buf, 3, MSG_TRUNC);
  recv(right, buf, sizeof buf, MSG_PEEK);
  recv(right, buf, sizeof buf, 0);
  connect(left, &none, sizeof none);
  getpeername(left, (struct sockaddr *)&name, (length = sizeof name, &length));
  send(left, "nowhere", 7, 0);
  close(left);
  close(right);
  mark();
}
