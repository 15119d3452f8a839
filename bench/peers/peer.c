// The same operations in C.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "../support/serve.h"

static char buf[64];
static int pair[2];
static int tcp;
static struct sockaddr_in addr;

static void sendrecv(long count) {
  long sum = 0;
  for (long i = 0; i < count; i++) {
    sum += send(pair[0], buf, sizeof buf, 0);
    sum += recv(pair[1], buf, sizeof buf, 0);
  }
  must(sum == 128 * count, "send and recv");
}

static void getfd(long count) {
  long sum = 0;
  for (long i = 0; i < count; i++) sum += fcntl(pair[0], F_GETFD);
  must(sum == count, "fcntl");
}

static void ebadf(long count) {
  long sum = 0;
  for (long i = 0; i < count; i++) {
    if (recv(-1, buf, sizeof buf, 0) < 0) sum += errno;
  }
  must(sum == EBADF * count, "recv of -1");
}

static void info(long count) {
  char bytes[280];
  for (long i = 0; i < count; i++) {
    socklen_t length = sizeof bytes;
    must(getsockopt(tcp, IPPROTO_TCP, TCP_INFO, bytes, &length) == 0, "getsockopt");
  }
}

static void name(long count) {
  char text[INET_ADDRSTRLEN];
  volatile unsigned port = 0;
  for (long i = 0; i < count; i++) {
    must(inet_ntop(AF_INET, &addr.sin_addr, text, sizeof text) != NULL, "inet_ntop");
    port += ntohs(addr.sin_port);
  }
}

static void open_sockets(void) {
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
  socklen_t length = sizeof addr;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(bind(listener, (struct sockaddr*)&addr, sizeof addr) == 0, "bind");
  must(listen(listener, 1) == 0, "listen");
  must(getsockname(listener, (struct sockaddr*)&addr, &length) == 0, "getsockname");
  tcp = socket(AF_INET, SOCK_STREAM, 0);
  must(connect(tcp, (struct sockaddr*)&addr, sizeof addr) == 0, "connect");
  char data[1000] = {0};
  int accepted = accept(listener, NULL, NULL);
  must(send(tcp, data, sizeof data, 0) > 0 && recv(accepted, data, sizeof data, 0) > 0, "TCP");
  addr.sin_addr.s_addr = htonl(0xc0a8652a);
}

static const struct operation operations[] = {
    {"sendrecv", sendrecv}, {"fcntl", getfd},   {"ebadf", ebadf},
    {"getsockopt", info},   {"sockaddr", name},
};

int main(int argc, char** argv) {
  open_sockets();
  serve(operations, sizeof operations / sizeof operations[0], argc, argv);
}
