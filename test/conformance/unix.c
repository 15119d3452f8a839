/* AF_UNIX: pairs, file names, abstract names; calls on any descriptor.
 * argv[1] is the abstract name. A file name is passed with its NUL and no more, as sockfd does. */
#include "program.h"

static socklen_t named(struct sockaddr_un *addr, const char *path) {
  memset(addr, 0, sizeof *addr);
  addr->sun_family = AF_UNIX;
  strcpy(addr->sun_path, path);
  return offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
}

int main(int argc, char **argv) {
  struct sockaddr_un addr;
  struct sockaddr_storage name;
  socklen_t length;
  struct ucred cred;
  char buf[64];
  int sv[2];
  if (argc != 2) return 1;

  mark();
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv);
  write(sv[0], "written", 7);
  read(sv[1], buf, sizeof buf);
  struct iovec out[] = {{"one", 3}, {NULL, 0}, {"three", 5}};
  writev(sv[0], out, 3);
  struct iovec in[] = {{buf, 4}, {buf + 32, 8}};
  readv(sv[1], in, 2);
  getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, &cred, (length = sizeof cred, &length));
  int copy = dup(sv[0]);
  dup2(sv[0], copy);
  dup2(sv[0], 200);
  dup3(sv[0], 201, O_CLOEXEC);
  int high = fcntl(sv[0], F_DUPFD_CLOEXEC, 100);
  fcntl(high, F_GETFD);
  fcntl(copy, F_SETFD, FD_CLOEXEC);
  int flags = fcntl(sv[1], F_GETFL);
  fcntl(sv[1], F_SETFL, flags | O_NONBLOCK);
  read(sv[1], buf, sizeof buf);
  struct pollfd fds[] = {{sv[0], POLLIN | POLLOUT, 0}, {sv[1], POLLIN, 0}, {-1, POLLIN, 0}};
  poll(fds, 3, 0);
  write(high, "by another descriptor", 21);
  poll(fds, 3, 1000);
  poll(NULL, 0, 1);
  read(sv[1], buf, 9);
  close(high);
  close(copy);
  close(200);
  close(201);
  close(sv[0]);
  read(sv[1], buf, sizeof buf);
  read(sv[1], buf, sizeof buf);
  close(sv[1]);

  int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  length = named(&addr, "socket");
  bind(listener, (struct sockaddr *)&addr, length);
  listen(listener, 1);
  int client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  connect(client, (struct sockaddr *)&addr, length);
  int server = accept(listener, (struct sockaddr *)&name, (length = sizeof name, &length));
  getpeername(client, (struct sockaddr *)&name, (length = sizeof name, &length));
  getsockname(client, (struct sockaddr *)&name, (length = sizeof name, &length));
  send(client, "record", 6, MSG_EOR);
  recv(server, buf, sizeof buf, 0);
  close(client);
  close(server);
  close(listener);

  int receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
  memset(&addr, 0, sizeof addr);
  addr.sun_family = AF_UNIX;
  strcpy(addr.sun_path + 1, argv[1]);
  length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[1]);
  bind(receiver, (struct sockaddr *)&addr, length);
  int sender = socket(AF_UNIX, SOCK_DGRAM, 0);
  sendto(sender, "anonymous", 9, 0, (struct sockaddr *)&addr, length);
  recvfrom(receiver, buf, sizeof buf, 0, (struct sockaddr *)&name, (length = sizeof name, &length));
  struct sockaddr_un file;
  socklen_t file_length = named(&file, "sender");
  bind(sender, (struct sockaddr *)&file, file_length);
  length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[1]);
  connect(sender, (struct sockaddr *)&addr, length);
  send(sender, "named", 5, 0);
  recvfrom(receiver, buf, sizeof buf, 0, (struct sockaddr *)&name, (length = sizeof name, &length));
  close(sender);
  close(receiver);
  mark();
}
