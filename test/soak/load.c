// A client with thousands of connections. Each sends a pattern of its own, made from its number, and
// compares what comes back byte for byte. It does what the lines of its standard input say, and
// answers each with a line; what was not as it must be ends it, with a line on standard error.
//
//   load PORT SEED   the pattern is another with another seed
//
//   dial N         N more connections, established when it answers
//   start MIN MAX  each is to send a message of MIN to MAX bytes, the small ones as often as the large
//   wait N         until N connections have their messages back; answers how many have, and the bytes
//   open N         N more connections with a message, of which no more than WINDOW wait for an answer
//   deaf, hear     stops reading, and goes on
//   stuff          sends until the kernel takes no more; answers how many bytes it has taken
//   close N        ends the first N connections, having received all that was sent
//   reset N        ends them at once: SO_LINGER of 0
//   chaos N        N connections that are each reset at a moment of their own
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  WINDOW = 256,
  PERIOD = 1 << 20,
  CHUNK = 1 << 16,
  MANY = 1 << 15,
  PATIENCE_MS = 30000,
};

struct connection {
  int fd;
  // In the pattern, where it begins.
  uint32_t phase;
  uint32_t number;
  bool connected;
  bool done;
  uint64_t sent, received, goal;
};

// The pattern comes round again after PERIOD bytes; a chunk may begin anywhere in it.
static uint8_t pattern[PERIOD + CHUNK];
static struct connection connections[MANY];
static size_t first, last;
static size_t connected, done;
static uint64_t bytes;
static bool deaf;
static int epfd;
static struct sockaddr_in server = {.sin_family = AF_INET};
static uint32_t next_number;
static uint64_t state;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char* format, ...) {
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  exit(1);
}

static void must(bool ok, const char* call) {
  if (!ok) fail("%s: %s", call, strerror(errno));
}

// xorshift64*
static uint64_t draw(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1dULL;
}

// A length from `min` to `max`: each power of two as likely as any other.
static uint64_t draw_length(uint64_t min, uint64_t max) {
  int powers = 64 - __builtin_clzll(max / min);
  uint64_t low = min << (draw() % (uint64_t)powers);
  uint64_t length = low + draw() % low;
  return length < max ? length : max;
}

static void push(struct connection* c) {
  while (c->sent < c->goal) {
    uint64_t left = c->goal - c->sent;
    const uint8_t* from = pattern + (c->phase + c->sent) % PERIOD;
    ssize_t n = send(c->fd, from, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("connection %u: send: %s", c->number, strerror(errno));
    c->sent += (uint64_t)n;
  }
}

static void pull(struct connection* c) {
  static uint8_t buf[CHUNK];
  for (;;) {
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("connection %u: recv: %s", c->number, strerror(errno));
    if (n == 0) fail("connection %u: ended after %lu bytes", c->number, c->received);
    if (c->received + (uint64_t)n > c->sent) fail("connection %u: more than was sent", c->number);
    if (memcmp(buf, pattern + (c->phase + c->received) % PERIOD, (size_t)n) != 0) {
      fail("connection %u: not its bytes after %lu", c->number, c->received);
    }
    c->received += (uint64_t)n;
    bytes += (uint64_t)n;
    if (c->received == c->goal && !c->done) {
      c->done = true;
      done++;
    }
  }
}

static void dial(uint64_t goal) {
  if (last == MANY) fail("no more than %d connections", MANY);
  struct connection* c = &connections[last];
  memset(c, 0, sizeof *c);
  c->number = next_number++;
  // An odd factor: connections begin at as many places as the pattern has.
  c->phase = (uint32_t)(c->number * 654435761ULL % PERIOD);
  c->goal = goal;
  c->done = goal == 0;
  done += c->done;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  must(c->fd >= 0, "socket");
  // The address of the source says no port yet: connect finds one that is free towards the server.
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(0x7f010001 + c->number % 200);
  const int on = 1;
  must(setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) == 0, "setsockopt");
  must(bind(c->fd, (struct sockaddr*)&source, sizeof source) == 0, "bind");
  int result = connect(c->fd, (struct sockaddr*)&server, sizeof server);
  must(result == 0 || errno == EINPROGRESS, "connect");
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = last};
  must(epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &event) == 0, "epoll_ctl");
  last++;
}

static void step(void) {
  struct epoll_event events[256];
  int n = epoll_wait(epfd, events, 256, PATIENCE_MS);
  must(n >= 0, "epoll_wait");
  if (n == 0) {
    fail("nothing comes: %zu of %zu connected, %zu done", connected, last - first, done);
  }
  for (int i = 0; i < n; i++) {
    struct connection* c = &connections[events[i].data.u64];
    if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0) {
      int error = 0;
      socklen_t length = sizeof error;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
      fail("connection %u: %s", c->number, strerror(error));
    }
    if ((events[i].events & EPOLLOUT) != 0) {
      if (!c->connected) connected++;
      c->connected = true;
      push(c);
    }
    if (!deaf && (events[i].events & EPOLLIN) != 0) pull(c);
  }
}

static void open_all(size_t count) {
  // Those that were there have nothing to do.
  size_t want = done + count;
  size_t before = done;
  for (size_t begun = 0; done < want;) {
    while (begun < count && begun - (done - before) < WINDOW) {
      dial(draw_length(1, 4096));
      begun++;
    }
    step();
  }
}

static void start(uint64_t min, uint64_t max) {
  done = 0;
  bytes = 0;
  for (size_t i = first; i < last; i++) {
    struct connection* c = &connections[i];
    c->goal += draw_length(min, max);
    c->done = false;
    push(c);
  }
}

// Until the kernel takes no more of anybody: its own buffers and those of the server are full.
static uint64_t stuff(void) {
  uint64_t sent = 0;
  for (size_t i = first; i < last; i++) {
    push(&connections[i]);
    sent += connections[i].sent;
  }
  return sent;
}

static void hear(void) {
  deaf = false;
  for (size_t i = first; i < last; i++) pull(&connections[i]);
}

static void end(size_t count, bool reset) {
  if (count > last - first) fail("no %zu connections are open", count);
  for (; count > 0; count--, first++) {
    struct connection* c = &connections[first];
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    else if (!c->done) fail("connection %u has not everything back", c->number);
    if (c->done) done--;
    if (c->connected) connected--;
    close(c->fd);
  }
  if (first == last) first = last = 0;
}

// One connection after the other is begun, does some of what a client does, and is reset. A few are
// open at a time, and each comes to its end in another state of the server.
static void chaos(size_t count) {
  enum { ABREAST = 32 };
  struct {
    int fd;
    int life;
  } open[ABREAST] = {0};
  for (int i = 0; i < ABREAST; i++) open[i].fd = -1;
  const struct linger now = {.l_onoff = 1, .l_linger = 0};
  static uint8_t buf[CHUNK];
  for (size_t begun = 0, alive = 0; begun < count || alive > 0;) {
    int i = (int)(draw() % ABREAST);
    if (open[i].fd < 0) {
      if (begun == count) {
        // The last ones are found in their order.
        for (i = 0; open[i].fd < 0; i++) continue;
      } else {
        open[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        must(open[i].fd >= 0, "socket");
        setsockopt(open[i].fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        connect(open[i].fd, (struct sockaddr*)&server, sizeof server);
        open[i].life = (int)(draw() % 16);
        begun++;
        alive++;
      }
    }
    if (open[i].life-- > 0) {
      // One in two sends more than it reads.
      send(open[i].fd, pattern, (size_t)(draw() % CHUNK), MSG_NOSIGNAL);
      if ((draw() & 1) != 0) recv(open[i].fd, buf, (size_t)(draw() % CHUNK), 0);
    } else {
      close(open[i].fd);
      open[i].fd = -1;
      alive--;
    }
  }
}

static void obey(const char* line) {
  unsigned long a = 0;
  unsigned long b = 0;
  if (sscanf(line, "dial %lu", &a) == 1) {
    for (size_t i = 0; i < a; i++) dial(0);
    while (connected < last - first) step();
    printf("%zu\n", last - first);
  } else if (sscanf(line, "start %lu %lu", &a, &b) == 2) {
    start(a, b);
    puts("started");
  } else if (sscanf(line, "wait %lu", &a) == 1) {
    while (done < a) step();
    printf("%zu %lu\n", done, bytes);
  } else if (sscanf(line, "open %lu", &a) == 1) {
    open_all(a);
    printf("%zu\n", last - first);
  } else if (strcmp(line, "deaf\n") == 0) {
    deaf = true;
    puts("deaf");
  } else if (strcmp(line, "hear\n") == 0) {
    hear();
    puts("hears");
  } else if (strcmp(line, "stuff\n") == 0) {
    printf("%lu\n", stuff());
  } else if (sscanf(line, "close %lu", &a) == 1 || sscanf(line, "reset %lu", &a) == 1) {
    end(a, line[0] == 'r');
    printf("%zu\n", last - first);
  } else if (sscanf(line, "chaos %lu", &a) == 1) {
    chaos(a);
    puts("done");
  } else {
    fail("what is %s", line);
  }
  fflush(stdout);
}

int main(int argc, char** argv) {
  if (argc != 3) fail("load PORT SEED");
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  state = strtoull(argv[2], NULL, 10) * 2 + 1;
  for (size_t i = 0; i < PERIOD; i += sizeof(uint64_t)) {
    uint64_t word = draw();
    memcpy(pattern + i, &word, sizeof word);
  }
  memcpy(pattern + PERIOD, pattern, CHUNK);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  must(epfd >= 0, "epoll_create1");
  char line[128];
  while (fgets(line, sizeof line, stdin) != NULL) obey(line);
  return 0;
}
