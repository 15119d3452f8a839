// poll(2) and select(2).
#include <poll.h>
#include <sys/select.h>

#include "args.h"

namespace {

struct PollFds {
  pollfd* data;
  nfds_t count;
};

PollFds PollFdsOf(ArgReader& args, size_t i) {
  Bytes fds = args.View(i, "fds");
  if (args.ok() && fds.size % sizeof(pollfd) != 0) {
    args.FailRange(i, "fds", "must be a whole number of 8-byte struct pollfd");
  }
  return {static_cast<pollfd*>(fds.data), fds.size / sizeof(pollfd)};
}

napi_value poll(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  PollFds fds = PollFdsOf(args, 0);
  int timeout = args.Int(1, "timeout");
  if (!args.ok()) return nullptr;
  return Result(env, ::poll(fds.data, fds.count, timeout));
}

napi_value ppoll(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  PollFds fds = PollFdsOf(args, 0);
  InOut<timespec> timeout(args, 1, "timeout");
  SignalMask mask(args, 2, "sigmask");
  if (!args.ok()) return nullptr;
  return Result(env, ::ppoll(fds.data, fds.count, timeout.get(), mask.get()));
}

// An fd_set, 128 bytes, which the call writes; null is C's NULL. No call of select(2) looks past
// it: `nfds` is held to what it has.
fd_set* SetOf(ArgReader& args, size_t i, const char* name) {
  Bytes set = args.Address(i, name);
  if (args.ok() && set.data != nullptr && set.size != sizeof(fd_set)) {
    args.FailRange(i, name, "must have 128 bytes: an fd_set");
  }
  return static_cast<fd_set*>(set.data);
}

int CountOf(ArgReader& args, size_t i) {
  int nfds = args.Int(i, "nfds");
  if (args.ok() && nfds > FD_SETSIZE)
    args.FailRange(i, "nfds", "must be at most 1024 (FD_SETSIZE)");
  return nfds;
}

napi_value select(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int nfds = CountOf(args, 0);
  fd_set* readfds = SetOf(args, 1, "readfds");
  fd_set* writefds = SetOf(args, 2, "writefds");
  fd_set* exceptfds = SetOf(args, 3, "exceptfds");
  InOut<timeval> timeout(args, 4, "timeout");
  if (!args.ok()) return nullptr;
  // Linux leaves the rest of the time after EINTR as well.
  long result = ::select(nfds, readfds, writefds, exceptfds, timeout.get());
  if (result == -1) result = -errno;
  timeout.Store();
  return Number(env, result);
}

napi_value pselect(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  int nfds = CountOf(args, 0);
  fd_set* readfds = SetOf(args, 1, "readfds");
  fd_set* writefds = SetOf(args, 2, "writefds");
  fd_set* exceptfds = SetOf(args, 3, "exceptfds");
  InOut<timespec> timeout(args, 4, "timeout");
  SignalMask mask(args, 5, "sigmask");
  if (!args.ok()) return nullptr;
  return Result(env, ::pselect(nfds, readfds, writefds, exceptfds, timeout.get(), mask.get()));
}

}  // namespace

napi_status DefinePoll(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(poll), FN(ppoll), FN(select), FN(pselect)};
  return Define(env, exports, table);
}
