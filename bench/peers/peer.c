// The same operations in C. The first argument is `threads` for a process with a second thread that
// sleeps, as every Node process has several, or `single`.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const double kBatch = 100e6;

static char buf[64];
static int pair[2];
static int tcp;
static struct sockaddr_in addr;

static void must(int condition, const char* what) {
  if (condition) return;
  perror(what);
  exit(1);
}

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

static const struct {
  const char* name;
  void (*run)(long count);
} operations[] = {
    {"sendrecv", sendrecv}, {"fcntl", getfd},   {"ebadf", ebadf},
    {"getsockopt", info},   {"sockaddr", name},
};

enum { kOperations = sizeof operations / sizeof operations[0] };

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static double measure(int operation, long count, double* cpu) {
  double cpu_begin = now(CLOCK_PROCESS_CPUTIME_ID);
  double begin = now(CLOCK_MONOTONIC);
  operations[operation].run(count);
  double wall = now(CLOCK_MONOTONIC) - begin;
  *cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
  return wall;
}

static void* sleep_on(void* unused) {
  for (;;) pause();
  return unused;
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

int main(int argc, char** argv) {
  pthread_t thread;
  if (argc > 1 && strcmp(argv[1], "threads") == 0) {
    must(pthread_create(&thread, NULL, sleep_on, NULL) == 0, "pthread_create");
  }
  open_sockets();
  long counts[kOperations] = {0};
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    int operation = 0;
    while (operation < kOperations && strcmp(operations[operation].name, line) != 0) operation++;
    must(operation < kOperations, line);
    double cpu, wall = 0;
    if (counts[operation] == 0) {
      long count = 1000;
      while (wall < 2 * kBatch) wall = measure(operation, count *= 2, &cpu);
      counts[operation] = (long)((double)count * kBatch / wall) + 1;
    }
    wall = measure(operation, counts[operation], &cpu);
    printf("%ld %.0f %.0f\n", counts[operation], wall, cpu);
    fflush(stdout);
  }
}
