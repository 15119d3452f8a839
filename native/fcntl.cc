// Calls on any file descriptor: read(2), write(2), close(2), dup(2), pipe(2), fcntl(2), ioctl(2).
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "args.h"

namespace {

napi_value read(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.View(1, "buf"), 2, 3);
  if (!args.ok()) return nullptr;
  return Result(env, ::read(fd, buf.data, buf.size));
}

napi_value write(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.Source(1, "buf"), 2, 3);
  if (!args.ok()) return nullptr;
  return Result(env, ::write(fd, buf.data, buf.size));
}

napi_value readv(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  napi_value elements[IOV_MAX];
  iovec iov[IOV_MAX];
  int fd = args.Int(0, "fd");
  size_t iovcnt = args.ArrayLength(1, "bufs", IOV_MAX);
  args.Views(1, "bufs", iovcnt, elements, iov);
  if (!args.ok()) return nullptr;
  return Result(env, ::readv(fd, iov, static_cast<int>(iovcnt)));
}

napi_value writev(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  napi_value elements[IOV_MAX];
  iovec iov[IOV_MAX];
  int fd = args.Int(0, "fd");
  size_t iovcnt = args.ArrayLength(1, "bufs", IOV_MAX);
  args.Views(1, "bufs", iovcnt, elements, iov);
  if (!args.ok()) return nullptr;
  return Result(env, ::writev(fd, iov, static_cast<int>(iovcnt)));
}

// Never retried. When close(2) returns EINTR, Linux has released the descriptor already; a second
// close would fail with EBADF or, worse, close what another thread has just opened under the same
// number.
napi_value close(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int fd = args.Int(0, "fd");
  if (!args.ok()) return nullptr;
  return Result(env, ::close(fd));
}

napi_value dup(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int oldfd = args.Int(0, "oldfd");
  if (!args.ok()) return nullptr;
  return Result(env, ::dup(oldfd));
}

napi_value dup2(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int oldfd = args.Int(0, "oldfd");
  int newfd = args.Int(1, "newfd");
  if (!args.ok()) return nullptr;
  return Result(env, ::dup2(oldfd, newfd));
}

napi_value dup3(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int oldfd = args.Int(0, "oldfd");
  int newfd = args.Int(1, "newfd");
  int flags = args.Bits(2, "flags");
  if (!args.ok()) return nullptr;
  return Result(env, ::dup3(oldfd, newfd, flags));
}

// The memory of the two descriptors of a pipe. It may lie at any address, as an int may not.
Bytes PipeOf(ArgReader& args) {
  Bytes pipefd = args.View(0, "pipefd");
  if (args.ok() && pipefd.size < 2 * sizeof(int)) args.FailRange(0, "pipefd", "must have 8 bytes");
  return pipefd;
}

napi_value pipe(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  Bytes pipefd = PipeOf(args);
  if (!args.ok()) return nullptr;
  int fds[2];
  int result = ::pipe(fds);
  if (result == 0) memcpy(pipefd.data, fds, sizeof fds);
  return Result(env, result);
}

napi_value pipe2(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  Bytes pipefd = PipeOf(args);
  int flags = args.Bits(1, "flags", 0);
  if (!args.ok()) return nullptr;
  int fds[2];
  int result = ::pipe2(fds, flags);
  if (result == 0) memcpy(pipefd.data, fds, sizeof fds);
  return Result(env, result);
}

// By number: the C library has it since 2.34 only.
napi_value close_range(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  unsigned first = args.Uint32(0, "first");
  unsigned last = args.Uint32(1, "last");
  int flags = args.Bits(2, "flags");
  if (!args.ok()) return nullptr;
  constexpr long kCloseRange = 436;
  return Result(env, ::syscall(kCloseRange, first, last, flags));
}

// What the third argument of an fcntl(2) command is: a number, or memory of so many bytes. Only of
// commands in these lists is it known, and a number is never passed for what may be an address.
struct FcntlArg {
  bool known;
  size_t memory;
};

FcntlArg FcntlArgOf(int cmd) {
  switch (cmd) {
    case 0 /* F_DUPFD */:
    case 1 /* F_GETFD */:
    case 2 /* F_SETFD */:
    case 3 /* F_GETFL */:
    case 4 /* F_SETFL */:
    case 8 /* F_SETOWN */:
    case 9 /* F_GETOWN */:
    case 10 /* F_SETSIG */:
    case 11 /* F_GETSIG */:
    case 1024 /* F_SETLEASE */:
    case 1025 /* F_GETLEASE */:
    case 1026 /* F_NOTIFY */:
    case 1027 /* F_DUPFD_QUERY */:
    case 1028 /* F_CREATED_QUERY */:
    case 1030 /* F_DUPFD_CLOEXEC */:
    case 1031 /* F_SETPIPE_SZ */:
    case 1032 /* F_GETPIPE_SZ */:
    case 1033 /* F_ADD_SEALS */:
    case 1034 /* F_GET_SEALS */:
      return {true, 0};
    case 5 /* F_GETLK */:
    case 6 /* F_SETLK */:
    case 7 /* F_SETLKW */:
    case 36 /* F_OFD_GETLK */:
    case 37 /* F_OFD_SETLK */:
    case 38 /* F_OFD_SETLKW */:
      return {true, sizeof(struct flock)};
    case 15 /* F_SETOWN_EX */:
    case 16 /* F_GETOWN_EX */:
    case 1035 /* F_GET_RW_HINT */:
    case 1036 /* F_SET_RW_HINT */:
    case 1037 /* F_GET_FILE_RW_HINT */:
    case 1038 /* F_SET_FILE_RW_HINT */:
    case 1039 /* F_GETDELEG */:
    case 1040 /* F_SETDELEG */:
      return {true, 8};
    default:
      return {false, 0};
  }
}

napi_value fcntl(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  int cmd = args.Int(1, "cmd");
  if (!args.Given(2)) {
    if (!args.ok()) return nullptr;
    errno = 0;
    int result = ::fcntl(fd, cmd, 0);
    // F_GETOWN returns a process group negated: without an error, -1 is group 1.
    return errno == 0 ? Number(env, result) : Result(env, result);
  }
  FcntlArg arg = FcntlArgOf(cmd);
  if (!arg.known) args.FailType(2, "arg", "must be absent: sockfd does not know this cmd");
  if (arg.memory == 0) {
    int number = args.Bits(2, "arg");
    if (!args.ok()) return nullptr;
    return Result(env, ::fcntl(fd, cmd, number));
  }
  Bytes memory = args.View(2, "arg");
  if (args.ok() && memory.size < arg.memory) {
    args.FailRange(2, "arg", arg.memory == 8 ? "must have 8 bytes" : "must have 32 bytes");
  }
  if (!args.ok()) return nullptr;
  return Result(env, ::fcntl(fd, cmd, memory.data));
}

// Requests of sockets whose memory holds an address, so that bytes from JavaScript would name
// memory.
bool CarriesPointer(unsigned request) {
  switch (request) {
    case 0x890b /* SIOCADDRT */:
    case 0x890c /* SIOCDELRT */:
    case 0x8912 /* SIOCGIFCONF */:
    case 0x8940 /* SIOCGIFBR */:
    case 0x8941 /* SIOCSIFBR */:
    case 0x8946 /* SIOCETHTOOL */:
    case 0x894a /* SIOCWANDEV */:
    case 0x8993 /* SIOCBONDSLAVEINFOQUERY */:
    case 0x8994 /* SIOCBONDINFOQUERY */:
    case 0x89a0 /* SIOCBRADDBR */:
    case 0x89a1 /* SIOCBRDELBR */:
    case 0x89b0 /* SIOCSHWTSTAMP */:
    case 0x89b1 /* SIOCGHWTSTAMP */:
      return true;
    default:
      // SIOCPROTOPRIVATE and SIOCDEVPRIVATE mean what a protocol or a driver says.
      return request >= 0x89e0 && request <= 0x89ff;
  }
}

// Whether memory may be given for a request: of sockets for any but those above, and of the few
// others that are listed. What a driver makes of the rest cannot be known.
bool TakesMemory(unsigned request) {
  switch (request) {
    case 0x541b /* FIONREAD */:
    case 0x5411 /* TIOCOUTQ */:
    case 0x5413 /* TIOCGWINSZ */:
    case 0x5421 /* FIONBIO */:
    case 0x5452 /* FIOASYNC */:
    case 0x400454ca /* TUNSETIFF */:
    case 0x800454d2 /* TUNGETIFF */:
    case 0x800454cf /* TUNGETFEATURES */:
    case 0x07b9 /* IOCTL_VM_SOCKETS_GET_LOCAL_CID */:
    case 0x40085400 /* TFD_IOC_SET_TICKS */:
    case 0x40088a01 /* EPIOCSPARAMS */:
    case 0x80088a02 /* EPIOCGPARAMS */:
      return true;
    default:
      return _IOC_TYPE(request) == 0x89 && !CarriesPointer(request);
  }
}

bool TakesInt(unsigned request) {
  return request == FIONBIO || request == FIOASYNC || request == 0x8901 /* FIOSETOWN */ ||
         request == 0x8902 /* SIOCSPGRP */;
}

napi_value ioctl(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  auto request = static_cast<unsigned>(args.Bits(1, "request"));
  if (!args.Given(2)) return args.ok() ? Result(env, ::ioctl(fd, request, nullptr)) : nullptr;
  if (args.IsNumber(2)) {
    if (!TakesInt(request)) args.FailType(2, "arg", "must be a buffer for this request, or absent");
    int number = args.Bits(2, "arg");
    if (!args.ok()) return nullptr;
    return Result(env, ::ioctl(fd, request, &number));
  }
  Bytes memory = args.View(2, "arg");
  if (args.ok() && !TakesMemory(request)) {
    args.FailType(1, "request",
                  CarriesPointer(request)
                      ? "must not be one whose structure holds addresses of memory"
                      : "must be one of sockets, to be given memory");
  }
  if (args.ok() && memory.size < _IOC_SIZE(request)) {
    args.FailRange(2, "arg", "must have as many bytes as the request says");
  }
  if (!args.ok()) return nullptr;
  // The old requests do not tell how large their structure is, and TUNSETIFF tells 4 for 40 bytes.
  // None is larger than this, so that a short buffer costs its owner the rest, not the heap.
  char whole[128] = {};
  if (memory.size >= sizeof whole) return Result(env, ::ioctl(fd, request, memory.data));
  if (memory.size > 0) memcpy(whole, memory.data, memory.size);
  int result = ::ioctl(fd, request, whole);
  if (result >= 0 && memory.size > 0) memcpy(memory.data, whole, memory.size);
  return Result(env, result);
}

}  // namespace

napi_status DefineFcntl(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {
      FN(read), FN(write), FN(readv), FN(writev),      FN(close), FN(dup),   FN(dup2),
      FN(dup3), FN(pipe),  FN(pipe2), FN(close_range), FN(fcntl), FN(ioctl),
  };
  return Define(env, exports, table);
}
