// The clients of an echo server, all in one process: each has one request in flight, and sends the
// next when all of the answer has come. Told over a pipe what to do:
//
//   echo CONNECTIONS SIZE   answers: requests, wall ns, CPU ns of the server, p50 ns, p99 ns
//   hold CONNECTIONS        has so many, each of which has said a message, and answers; maybe 0
//
// The connections stay open until another number of them is asked for.
//
// The arguments are the port of the server and the id of its process, whose clock of CPU time is
// read when nothing is in flight: what a request costs is counted to the nanosecond.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kEvents = 1024, kGroup = 256, kLargest = 1 << 20, kSmall = 64 };

struct connection {
  int fd;
  size_t sent, received;
  uint64_t begin;
};

static struct connection* connections;
static long open_connections, in_flight, finished;
static char request[kLargest], answer[kLargest];
static int epfd, port;
static pid_t server;
static clockid_t server_clock;

static void must(int condition, const char* what) {
  if (condition) return;
  // The runner looks for this word.
  fprintf(stderr, "Error: ");
  perror(what);
  exit(1);
}

static uint64_t now(clockid_t clock) {
  struct timespec time;
  must(clock_gettime(clock, &time) == 0, "clock_gettime");
  return 1000000000ull * (uint64_t)time.tv_sec + (uint64_t)time.tv_nsec;
}

// Latencies, by 32 steps for each doubling: within 3 %.
enum { kSteps = 32 };
static uint64_t histogram[64 * kSteps];

static void record(uint64_t ns) {
  int shift = ns < kSteps ? 0 : 63 - __builtin_clzll(ns) - 5;
  histogram[(size_t)shift * kSteps + (ns >> shift)]++;
}

static uint64_t percentile(double share) {
  uint64_t rest = (uint64_t)(share * (double)finished);
  for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
    size_t shift = i < 2 * kSteps ? 0 : i / kSteps - 1;
    if (histogram[i] > rest) return (uint64_t)(i - shift * kSteps) << shift;
    rest -= histogram[i];
  }
  return 0;
}

static void send_rest(struct connection* connection, size_t size) {
  while (connection->sent < size) {
    ssize_t n = send(connection->fd, request + connection->sent, size - connection->sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    must(n > 0, "send");
    connection->sent += (size_t)n;
  }
}

static void begin(struct connection* connection, size_t size) {
  connection->sent = connection->received = 0;
  connection->begin = now(CLOCK_MONOTONIC);
  in_flight++;
  send_rest(connection, size);
}

// Whether the whole answer has come. Edge-triggered: what is less than asked for was all there is.
static int receive(struct connection* connection, size_t size) {
  size_t wanted = size - connection->received;
  ssize_t n = recv(connection->fd, answer + connection->received, wanted, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return 0;
  must(n != 0, "the server has closed the connection");
  must(n > 0, "recv");
  connection->received += (size_t)n;
  return connection->received == size;
}

// Requests of the connections from `first` on, until so much time is over and so many are done;
// then none is begun, and those in flight are waited for.
static void run(long first, size_t size, uint64_t limit, long least) {
  static struct epoll_event events[kEvents];
  uint64_t start = now(CLOCK_MONOTONIC);
  memset(histogram, 0, sizeof histogram);
  finished = 0;
  for (long i = first; i < open_connections; i++) begin(&connections[i], size);
  int is_over = 0;
  while (in_flight > 0) {
    int n = epoll_wait(epfd, events, kEvents, 30000);
    must(n > 0, "the server does not answer");
    for (int i = 0; i < n; i++) {
      struct connection* connection = events[i].data.ptr;
      if (connection->sent < size) send_rest(connection, size);
      if ((events[i].events & EPOLLIN) == 0 || !receive(connection, size)) continue;
      uint64_t time = now(CLOCK_MONOTONIC);
      record(time - connection->begin);
      finished++;
      in_flight--;
      is_over = is_over || (time - start >= limit && finished >= least);
      if (!is_over) begin(connection, size);
    }
  }
  must(memcmp(request, answer, size) == 0, "the answer is not the request");
}

// From addresses of their own, a port has so many connections; and 127.0.0.0/8 has enough of them.
static void open_one(struct connection* connection, long i) {
  struct sockaddr_in from = {.sin_family = AF_INET};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int one = 1;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(i / 4096));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(fd >= 0, "socket");
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  must(bind(fd, (struct sockaddr*)&from, sizeof from) == 0, "bind");
  must(connect(fd, (struct sockaddr*)&to, sizeof to) == 0, "connect");
  must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
  *connection = (struct connection){.fd = fd};
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
  must(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

// In groups that say a message each, so that the queue of the listener never overflows.
static void open_all(long count) {
  connections = calloc((size_t)count, sizeof *connections);
  must(connections != NULL, "calloc");
  while (open_connections < count) {
    long first = open_connections;
    while (open_connections < count && open_connections < first + kGroup) {
      open_one(&connections[open_connections], open_connections);
      open_connections++;
    }
    run(first, kSmall, 0, 0);
  }
}

static long count_fds(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", server);
  DIR* directory = opendir(path);
  must(directory != NULL, path);
  long count = 0;
  while (readdir(directory) != NULL) count++;
  closedir(directory);
  return count;
}

// By RST, which leaves nothing in TIME_WAIT; here once the server has closed its ends, too.
static void close_all(long fds) {
  struct linger linger = {.l_onoff = 1};
  for (long i = 0; i < open_connections; i++) {
    setsockopt(connections[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(connections[i].fd);
  }
  free(connections);
  connections = NULL;
  open_connections = 0;
  // What a server opens for itself when it has its first connection stays open.
  long tries = 30000;
  while (count_fds() > fds + 8 && --tries > 0) usleep(1000);
  must(tries > 0, "the server does not close its connections");
}

static void hold(long count, long fds) {
  if (count == open_connections) return;
  if (open_connections > 0) close_all(fds);
  if (count > 0) open_all(count);
}

static void measure(size_t size, uint64_t batch) {
  run(0, size, batch / 4, open_connections);
  uint64_t cpu = now(server_clock);
  uint64_t wall = now(CLOCK_MONOTONIC);
  run(0, size, batch, 2 * open_connections);
  wall = now(CLOCK_MONOTONIC) - wall;
  cpu = now(server_clock) - cpu;
  printf("%ld %ju %ju %ju %ju\n", finished, (uintmax_t)wall, (uintmax_t)cpu,
         (uintmax_t)percentile(0.5), (uintmax_t)percentile(0.99));
}

int main(int argc, char** argv) {
  must(argc == 3, "arguments");
  port = atoi(argv[1]);
  server = atoi(argv[2]);
  must((errno = clock_getcpuclockid(server, &server_clock)) == 0, "clock_getcpuclockid");
  uint64_t batch = (uint64_t)(1e6 * atof(getenv("BATCH_MS")));
  struct rlimit files;
  must(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
  files.rlim_cur = files.rlim_max;
  must(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
  epfd = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < sizeof request; i++) request[i] = (char)(i * 31 + i / 251);
  char line[64];
  long count = 0, size = 0, fds = count_fds();
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "echo %ld %ld", &count, &size) == 2) {
      must(size <= kLargest, "too large");
      hold(count, fds);
      measure((size_t)size, batch);
    } else if (sscanf(line, "hold %ld", &count) == 1) {
      hold(count, fds);
      printf("%ld\n", count);
    }
    fflush(stdout);
  }
}
