// Descriptors for what is no socket: eventfd(2), timerfd_create(2) and the clocks, signalfd(2) with
// the mask it needs, pidfd_open(2), memfd_create(2).
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "args.h"

namespace {

// The C library has these calls since 2.36 only. Their numbers are the same on every machine.
constexpr long kPidfdSendSignal = 424;
constexpr long kPidfdOpen = 434;
constexpr long kPidfdGetfd = 438;

napi_value eventfd(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  unsigned initval = args.Uint32(0, "initval");
  int flags = args.Bits(1, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::eventfd(initval, flags));
}

// The C library makes no system call where it knows the time: NULL would be a crash, and no EFAULT.
napi_value clock_gettime(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int clockid = args.Int(0, "clockid");
  Bytes tp = args.View(1, "tp");
  if (args.ok() && tp.size < sizeof(timespec)) {
    args.FailRange(1, "tp", "must have 16 bytes: a struct timespec");
  }
  if (!args.ok()) return nullptr;
  timespec now = {};
  int result = ::clock_gettime(clockid, &now);
  if (result != 0) return Result(env, result);
  memcpy(tp.data, &now, sizeof now);
  return Number(env, result);
}

napi_value timerfd_create(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int clockid = args.Int(0, "clockid");
  int flags = args.Bits(1, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::timerfd_create(clockid, flags));
}

// The memory of a struct itimerspec.
Bytes TimerOf(ArgReader& args, size_t i, const char* name) {
  Bytes value = args.Address(i, name);
  if (args.ok() && value.data != nullptr && value.size < sizeof(itimerspec)) {
    args.FailRange(i, name, "must have 32 bytes: a struct itimerspec");
  }
  return value;
}

napi_value timerfd_settime(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  int flags = args.Bits(1, "flags");
  Bytes new_value = TimerOf(args, 2, "new_value");
  Bytes old_value = TimerOf(args, 3, "old_value");
  if (!args.ok()) return nullptr;
  return Result(env, ::timerfd_settime(fd, flags, static_cast<itimerspec*>(new_value.data),
                                       static_cast<itimerspec*>(old_value.data)));
}

napi_value timerfd_gettime(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes curr_value = TimerOf(args, 1, "curr_value");
  if (!args.ok()) return nullptr;
  return Result(env, ::timerfd_gettime(fd, static_cast<itimerspec*>(curr_value.data)));
}

napi_value signalfd(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  SignalMask mask(args, 1, "mask");
  int flags = args.Bits(2, "flags");
  if (!args.ok()) return nullptr;
  return Result(env, ::signalfd(fd, mask.get(), flags));
}

// Of the calling thread, as in any process with threads: pthread_sigmask(3) is the same call, but
// of another library before glibc 2.32.
napi_value sigprocmask(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int how = args.Int(0, "how");
  SignalMask set(args, 1, "set");
  Bytes oldset = args.Address(2, "oldset");
  if (args.ok() && oldset.data != nullptr && oldset.size < 8) {
    args.FailRange(2, "oldset", "must have 8 bytes");
  }
  if (!args.ok()) return nullptr;
  sigset_t old;
  sigemptyset(&old);
  int result = ::sigprocmask(how, set.get(), oldset.data != nullptr ? &old : nullptr);
  if (result != 0) return Result(env, result);
  if (oldset.data != nullptr) memcpy(oldset.data, &old, 8);
  return Number(env, result);
}

napi_value pidfd_open(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int pid = args.Int(0, "pid");
  int flags = args.Bits(1, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::syscall(kPidfdOpen, pid, flags));
}

napi_value pidfd_getfd(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int pidfd = args.Int(0, "pidfd");
  int targetfd = args.Int(1, "targetfd");
  int flags = args.Bits(2, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::syscall(kPidfdGetfd, pidfd, targetfd, flags));
}

// `info` stands where C has it, and is null: the siginfo_t is the kernel's own, as with kill(2).
napi_value pidfd_send_signal(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int pidfd = args.Int(0, "pidfd");
  int sig = args.Int(1, "sig");
  if (args.ok() && args.Given(2) && !args.IsNull(2)) args.FailType(2, "info", "must be null");
  int flags = args.Bits(3, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::syscall(kPidfdSendSignal, pidfd, sig, nullptr, flags));
}

napi_value memfd_create(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  Bytes name = args.Source(0, "name");
  int flags = args.Bits(1, "flags", 0);
  // 249 bytes are what the kernel takes; the call copies them to end them with a NUL.
  char text[250] = {};
  if (args.ok() && name.size >= sizeof text) {
    args.FailRange(0, "name", "must have at most 249 bytes");
  }
  if (args.ok() && name.size > 0 && memchr(name.data, 0, name.size) != nullptr) {
    args.FailRange(0, "name", "must have no NUL");
  }
  if (!args.ok()) return nullptr;
  if (name.size > 0) memcpy(text, name.data, name.size);
  return Result(env, ::memfd_create(text, static_cast<unsigned>(flags)));
}

}  // namespace

napi_status DefineEventfd(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {
      FN(eventfd),         FN(clock_gettime),     FN(timerfd_create), FN(timerfd_settime),
      FN(timerfd_gettime), FN(signalfd),          FN(sigprocmask),    FN(pidfd_open),
      FN(pidfd_getfd),     FN(pidfd_send_signal), FN(memfd_create)};
  return Define(env, exports, table);
}
