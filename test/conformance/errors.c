/* Calls that fail. */
#include "program.h"

#include <signal.h>

int main(void) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, to;
  struct sockaddr_in far = {.sin_family = AF_INET, .sin_addr = {htonl(0xc0000201)}};
  struct sockaddr_un gone = {.sun_family = AF_UNIX, .sun_path = "gone"};
  socklen_t gone_length = offsetof(struct sockaddr_un, sun_path) + 5;
  struct sockaddr_storage name;
  socklen_t length;
  char buf[16];
  int value, on = 1, sv[2];
  struct pollfd nobody = {9999, POLLIN, 0};
  signal(SIGPIPE, SIG_IGN); /* as Node does */

  mark();
  int taken = socket(AF_INET, SOCK_STREAM, 0);
  bind(taken, (struct sockaddr *)&any, sizeof any);
  bind(taken, (struct sockaddr *)&any, sizeof any);
  getsockname(taken, (struct sockaddr *)&name, (length = sizeof name, &length));
  memcpy(&to, &name, sizeof to);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  bind(fd, (struct sockaddr *)&to, sizeof to);
  connect(fd, (struct sockaddr *)&to, sizeof to);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, (length = sizeof value, &length));
  close(fd);
  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  connect(fd, (struct sockaddr *)&to, sizeof to);
  struct pollfd pending = {fd, POLLOUT, 0};
  poll(&pending, 1, 1000);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, (length = sizeof value, &length));
  close(fd);
  accept(taken, (struct sockaddr *)&name, (length = sizeof name, &length));
  listen(taken, 1);
  fcntl(taken, F_SETFL, O_NONBLOCK);
  accept(taken, (struct sockaddr *)&name, (length = sizeof name, &length));
  accept4(taken, (struct sockaddr *)&name, (length = sizeof name, &length), 1);
  bind(taken, (struct sockaddr *)&far, sizeof far);
  send(taken, "x", 1, 0);
  recv(taken, buf, sizeof buf, 0);
  shutdown(9999, SHUT_WR);
  getsockopt(taken, SOL_SOCKET, 9999, &value, (length = sizeof value, &length));
  setsockopt(taken, SOL_SOCKET, 9999, &on, sizeof on);
  close(taken);
  close(taken);
  send(taken, "x", 1, 0);

  socket(AF_INET, 77, 0);
  socket(999, SOCK_STREAM, 0);
  socketpair(AF_INET, SOCK_STREAM, 0, sv);
  close(9999);
  recv(9999, buf, sizeof buf, 0);
  dup(9999);
  fcntl(9999, F_GETFL, 0);
  ioctl(9999, FIONREAD, &value);
  poll(&nobody, 1, 0);
  read(-1, buf, sizeof buf);

  fd = socket(AF_UNIX, SOCK_STREAM, 0);
  connect(fd, (struct sockaddr *)&gone, gone_length);
  dup3(fd, fd, 0);
  close(fd);
  socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
  recv(sv[0], buf, sizeof buf, MSG_DONTWAIT);
  close(sv[1]);
  send(sv[0], "x", 1, 0);
  send(sv[0], "x", 1, MSG_NOSIGNAL);
  close(sv[0]);
  mark();
}
