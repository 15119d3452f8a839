// An echo server in C: epoll, level-triggered, one thread; and a second one that sleeps, as every
// Node process has several. Says its port; reads lines from its input, and ends with it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kEvents = 256, kSize = 65536, kMaxFd = 1 << 20 };

// What could not be sent yet, by descriptor. Nothing is received meanwhile.
static struct rest {
  char* data;
  size_t length;
} rests[kMaxFd];

static int epfd;
static char buffer[kSize];

static void must(int condition, const char* what) {
  if (condition) return;
  // The runner looks for this word.
  fprintf(stderr, "Error: ");
  perror(what);
  exit(1);
}

static void* sleep_on(void* unused) {
  for (;;) pause();
  return unused;
}

static void watch(int op, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  must(epoll_ctl(epfd, op, fd, &event) == 0, "epoll_ctl");
}

static void drop(int fd) {
  free(rests[fd].data);
  rests[fd] = (struct rest){0};
  close(fd);
}

static void accept_all(int listener) {
  int fd, one = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

static void keep(int fd, const char* data, size_t length) {
  struct rest* rest = &rests[fd];
  char* copy = malloc(length);
  must(copy != NULL, "malloc");
  memcpy(copy, data, length);
  free(rest->data);
  *rest = (struct rest){copy, length};
}

static void echo(int fd) {
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return drop(fd);
  ssize_t sent = send(fd, buffer, (size_t)n, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return drop(fd);
  if (sent < 0) sent = 0;
  if (sent == n) return;
  keep(fd, buffer + sent, (size_t)(n - sent));
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void flush(int fd) {
  struct rest* rest = &rests[fd];
  ssize_t sent = send(fd, rest->data, rest->length, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) drop(fd);
  } else if ((size_t)sent < rest->length) {
    keep(fd, rest->data + sent, rest->length - (size_t)sent);
  } else {
    free(rest->data);
    *rest = (struct rest){0};
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
  }
}

static void answer(void) {
  char line[64];
  if (read(0, line, sizeof line) <= 0) exit(0);
  printf("done\n");
  fflush(stdout);
}

static int open_listener(void) {
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof addr;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  must(bind(fd, (struct sockaddr*)&addr, sizeof addr) == 0, "bind");
  must(listen(fd, 4096) == 0, "listen");
  must(getsockname(fd, (struct sockaddr*)&addr, &length) == 0, "getsockname");
  printf("%d\n", ntohs(addr.sin_port));
  fflush(stdout);
  return fd;
}

int main(void) {
  pthread_t thread;
  struct rlimit files;
  struct epoll_event events[kEvents];
  must(pthread_create(&thread, NULL, sleep_on, NULL) == 0, "pthread_create");
  must(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
  files.rlim_cur = files.rlim_max;
  must(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
  epfd = epoll_create1(EPOLL_CLOEXEC);
  int listener = open_listener();
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  watch(EPOLL_CTL_ADD, 0, EPOLLIN);
  for (;;) {
    int n = epoll_wait(epfd, events, kEvents, -1);
    must(n >= 0 || errno == EINTR, "epoll_wait");
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(fd);
      } else if (fd == 0) {
        answer();
      } else if ((events[i].events & EPOLLOUT) != 0) {
        flush(fd);
      } else {
        echo(fd);
      }
    }
  }
}
