/* Readiness, and descriptors for events. Those of select have the same numbers in both programs. */
#include "program.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

int main(void) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 7}, events[8];
  struct timespec none = {0, 0};
  struct timeval no_time = {0, 0};
  struct itimerspec timer = {.it_interval = {2, 3}, .it_value = {1000, 5}}, old;
  struct itimerspec off = {{0, 0}, {0, 0}};
  uint64_t count;
  sigset_t mask;
  fd_set readable, writable;
  int ends[2];

  mark();
  int first = epoll_create(1);
  int second = epoll_create1(EPOLL_CLOEXEC);
  int counter = eventfd(300, EFD_NONBLOCK | EFD_SEMAPHORE);
  epoll_ctl(first, EPOLL_CTL_ADD, counter, &event);
  epoll_ctl(first, EPOLL_CTL_ADD, counter, &event);
  epoll_wait(first, events, 8, 0);
  event.events = EPOLLIN | EPOLLET | EPOLLONESHOT, event.data.u64 = (uint64_t)-2;
  epoll_ctl(first, EPOLL_CTL_MOD, counter, &event);
  epoll_wait(first, events, 1, -1);
  epoll_wait(first, events, 1, 1);
  event.events = EPOLLOUT | EPOLLEXCLUSIVE, event.data.u64 = (1ull << 53) - 1;
  epoll_ctl(second, EPOLL_CTL_ADD, counter, &event);
  sigemptyset(&mask), sigaddset(&mask, SIGUSR2);
  epoll_pwait(second, events, 2, 0, &mask);
  epoll_pwait(second, events, 2, 0, NULL);
  eventfd_read(counter, &count);
  epoll_ctl(first, EPOLL_CTL_DEL, counter, NULL);
  epoll_ctl(first, EPOLL_CTL_DEL, counter, NULL);
  epoll_wait(counter, events, 1, 0);

  pipe2(ends, O_CLOEXEC | O_DIRECT);
  dup2(ends[0], 50);
  dup2(ends[1], 51);
  write(51, "packet", 6);
  FD_ZERO(&readable);
  FD_SET(50, &readable);
  FD_ZERO(&writable);
  FD_SET(50, &writable);
  FD_SET(51, &writable);
  select(52, &readable, &writable, NULL, &no_time);
  pselect(51, &readable, NULL, NULL, &none, &mask);
  struct pollfd fds = {.fd = 51, .events = POLLOUT};
  ppoll(&fds, 1, &none, NULL);
  fcntl(50, F_SETPIPE_SZ, 4096);
  close_range(50, 51, 0);

  int clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  timerfd_settime(clock, 0, &timer, &old);
  timerfd_settime(clock, TFD_TIMER_ABSTIME, &off, NULL);
  timerfd_gettime(clock, &old);
  read(clock, &count, sizeof count);
  int signals = signalfd(-1, &mask, SFD_NONBLOCK);
  sigaddset(&mask, SIGINT);
  signalfd(signals, &mask, 0);
  int memory = memfd_create("a name", MFD_ALLOW_SEALING);
  fcntl(memory, F_ADD_SEALS, F_SEAL_GROW);
  write(memory, "x", 1);
  close(first);
  close(second);
  mark();
}
