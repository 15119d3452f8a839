// Datagrams over loopback, of the size that the second argument says: 64 are sent, then received.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "../support/serve.h"

enum { kWindow = 64, kLargest = 65507 };

static size_t size;
static char data[kLargest];
// How many datagrams go in one buffer, with UDP_SEGMENT.
static long segments;

struct pair {
  int from, to;
  struct sockaddr_in addr;
};
static struct pair connected, loose, option, control;

static void open_pair(struct pair* pair, int connects, int gro) {
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval limit = {.tv_sec = 2};
  socklen_t length = sizeof pair->addr;
  pair->to = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  pair->from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(bind(pair->to, (struct sockaddr*)&addr, sizeof addr) == 0, "bind");
  must(bind(pair->from, (struct sockaddr*)&addr, sizeof addr) == 0, "bind");
  must(getsockname(pair->to, (struct sockaddr*)&pair->addr, &length) == 0, "getsockname");
  must(setsockopt(pair->to, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "SO_RCVTIMEO");
  must(setsockopt(pair->to, IPPROTO_UDP, UDP_GRO, &gro, sizeof gro) == 0, "UDP_GRO");
  if (!connects) return;
  must(connect(pair->from, (struct sockaddr*)&pair->addr, length) == 0, "connect");
}

static struct vector {
  struct mmsghdr headers[kWindow];
  struct iovec iov[kWindow];
  struct sockaddr_in names[kWindow];
  char* data;
} output, input;

static void make_vector(struct vector* vector) {
  vector->data = calloc(kWindow, size);
  for (size_t n = 0; n < kWindow; n++) {
    vector->iov[n] = (struct iovec){vector->data + n * size, size};
    vector->headers[n].msg_hdr.msg_iov = &vector->iov[n];
    vector->headers[n].msg_hdr.msg_iovlen = 1;
    vector->names[n] = loose.addr;
  }
}

// With addresses or without.
static void use_names(struct vector* vector, int named) {
  for (size_t n = 0; n < kWindow; n++) {
    vector->headers[n].msg_hdr.msg_name = named ? &vector->names[n] : NULL;
    vector->headers[n].msg_hdr.msg_namelen = named ? sizeof vector->names[n] : 0;
  }
}

static void many(const struct pair* pair, int named, long count) {
  use_names(&output, named);
  use_names(&input, named);
  size_t sum = 0;
  for (long i = 0; i < count; i += kWindow) {
    must(sendmmsg(pair->from, output.headers, kWindow, 0) == kWindow, "sendmmsg");
    // The kernel has written how long the addresses were.
    if (named) use_names(&input, named);
    must(recvmmsg(pair->to, input.headers, kWindow, 0, NULL) == kWindow, "recvmmsg");
    for (size_t n = 0; n < kWindow; n++) sum += input.headers[n].msg_len;
  }
  must(sum == size * (size_t)count, "sendmmsg and recvmmsg");
}

static void mmsg(long count) { many(&connected, 0, count); }

static void mmsg_named(long count) { many(&loose, 1, count); }

// How many datagrams a call received.
static long receive_segments(int fd) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } room;
  struct iovec iov = {data, sizeof data};
  struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
  header.msg_control = room.bytes;
  header.msg_controllen = sizeof room.bytes;
  ssize_t bytes = recvmsg(fd, &header, 0);
  struct cmsghdr* cmsg = CMSG_FIRSTHDR(&header);
  must(bytes > 0 && cmsg != NULL && cmsg->cmsg_type == UDP_GRO, "recvmsg");
  int segment;
  memcpy(&segment, CMSG_DATA(cmsg), sizeof segment);
  return bytes / segment;
}

static void gso(long count) {
  long sum = 0;
  for (long i = 0; i < count; i += segments) {
    must(send(option.from, data, size * (size_t)segments, 0) > 0, "send");
    sum += receive_segments(option.to);
  }
  must(sum == count, "UDP_SEGMENT and UDP_GRO");
}

static void gso_cmsg(long count) {
  union {
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
    struct cmsghdr align;
  } room = {.align = {CMSG_LEN(sizeof(uint16_t)), IPPROTO_UDP, UDP_SEGMENT}};
  uint16_t segment = (uint16_t)size;
  memcpy(CMSG_DATA(&room.align), &segment, sizeof segment);
  struct iovec iov = {data, size * (size_t)segments};
  struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
  header.msg_control = room.bytes;
  header.msg_controllen = sizeof room.bytes;
  long sum = 0;
  for (long i = 0; i < count; i += segments) {
    must(sendmsg(control.from, &header, 0) > 0, "sendmsg");
    sum += receive_segments(control.to);
  }
  must(sum == count, "UDP_SEGMENT and UDP_GRO");
}

// How many such buffers go by one sendmmsg: the receive buffer has room for them.
enum { kBuffers = 4 };

static void gso_mmsg(long count) {
  static char rooms[kBuffers][kLargest];
  static union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } controls[kBuffers];
  struct iovec to[kBuffers], from[kBuffers];
  struct mmsghdr sent[kBuffers] = {0}, received[kBuffers] = {0};
  for (size_t n = 0; n < kBuffers; n++) {
    to[n] = (struct iovec){data, size * (size_t)segments};
    sent[n].msg_hdr = (struct msghdr){.msg_iov = &to[n], .msg_iovlen = 1};
    from[n] = (struct iovec){rooms[n], kLargest};
    received[n].msg_hdr = (struct msghdr){.msg_iov = &from[n], .msg_iovlen = 1};
    received[n].msg_hdr.msg_control = controls[n].bytes;
  }
  long sum = 0;
  for (long i = 0; i < count; i += kBuffers * segments) {
    must(sendmmsg(option.from, sent, kBuffers, 0) == kBuffers, "sendmmsg");
    for (size_t n = 0; n < kBuffers; n++) {
      received[n].msg_hdr.msg_controllen = sizeof controls[n].bytes;
    }
    must(recvmmsg(option.to, received, kBuffers, 0, NULL) == kBuffers, "recvmmsg");
    for (size_t n = 0; n < kBuffers; n++) {
      struct cmsghdr* cmsg = CMSG_FIRSTHDR(&received[n].msg_hdr);
      must(cmsg != NULL && cmsg->cmsg_type == UDP_GRO, "UDP_GRO");
      int segment;
      memcpy(&segment, CMSG_DATA(cmsg), sizeof segment);
      sum += received[n].msg_len / segment;
    }
  }
  must(sum == count, "sendmmsg and recvmmsg of segments");
}

static void sendrecv(long count) {
  size_t sum = 0;
  for (long i = 0; i < count; i += kWindow) {
    for (long n = 0; n < kWindow; n++) sum += (size_t)send(connected.from, data, size, 0);
    for (long n = 0; n < kWindow; n++) sum += (size_t)recv(connected.to, data, size, 0);
  }
  must(sum == 2 * size * (size_t)count, "send and recv");
}

static void sendto_recvfrom(long count) {
  const struct sockaddr* to = (struct sockaddr*)&loose.addr;
  struct sockaddr_in from;
  size_t sum = 0;
  for (long i = 0; i < count; i += kWindow) {
    for (long n = 0; n < kWindow; n++) {
      sum += (size_t)sendto(loose.from, data, size, 0, to, sizeof loose.addr);
    }
    for (long n = 0; n < kWindow; n++) {
      socklen_t length = sizeof from;
      sum += (size_t)recvfrom(loose.to, data, size, 0, (struct sockaddr*)&from, &length);
    }
  }
  must(sum == 2 * size * (size_t)count, "sendto and recvfrom");
}

static void sendmsg_recvmsg(long count) {
  struct iovec iov = {data, size};
  struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
  size_t sum = 0;
  for (long i = 0; i < count; i += kWindow) {
    for (long n = 0; n < kWindow; n++) sum += (size_t)sendmsg(connected.from, &header, 0);
    for (long n = 0; n < kWindow; n++) sum += (size_t)recvmsg(connected.to, &header, 0);
  }
  must(sum == 2 * size * (size_t)count, "sendmsg and recvmsg");
}

static const struct operation operations[] = {
    {"mmsg", mmsg},
    {"mmsgNamed", mmsg_named},
    {"gso", gso},
    {"gsoCmsg", gso_cmsg},
    {"gsoMmsg", gso_mmsg},
    {"sendrecv", sendrecv},
    {"sendtoRecvfrom", sendto_recvfrom},
    {"sendmsgRecvmsg", sendmsg_recvmsg},
};

int main(int argc, char** argv) {
  size = argc > 2 ? (size_t)atoi(argv[2]) : 64;
  segments = kWindow * size <= kLargest ? kWindow : kWindow / 2;
  open_pair(&connected, 1, 0);
  open_pair(&loose, 0, 0);
  open_pair(&option, 1, 1);
  open_pair(&control, 1, 1);
  int segment = (int)size;
  must(setsockopt(option.from, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) == 0, "GSO");
  make_vector(&output);
  make_vector(&input);
  serve(operations, sizeof operations / sizeof operations[0], argc, argv);
}
