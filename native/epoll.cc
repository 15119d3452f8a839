// epoll(7): epoll_create(2), epoll_ctl(2), epoll_wait(2).
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "args.h"

namespace {

// An event as JavaScript has it, on every machine: three words, `events` and both halves of `data`.
// It is what x86-64 has: there struct epoll_event is packed, and nothing need be copied.
struct Event {
  uint32_t events;
  uint32_t data[2];
};
constexpr bool kIsPacked = sizeof(epoll_event) == sizeof(Event);
static_assert(offsetof(epoll_event, data) == (kIsPacked ? 4 : 8), "packed, or as C aligns it");

napi_value epoll_create(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int size = args.Int(0, "size");
  if (!args.ok()) return nullptr;
  return Result(env, ::epoll_create(size));
}

napi_value epoll_create1(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int flags = args.Bits(0, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::epoll_create1(flags));
}

// Without `events` there is no event: C's NULL.
napi_value epoll_ctl(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  int epfd = args.Int(0, "epfd");
  int op = args.Int(1, "op");
  int fd = args.Int(2, "fd");
  if (!args.Given(3)) return args.ok() ? Result(env, ::epoll_ctl(epfd, op, fd, nullptr)) : nullptr;
  auto events = static_cast<uint32_t>(args.Bits(3, "event.events"));
  uint64_t low = args.Uint32(4, "event.data");
  uint64_t high = args.Uint32(5, "event.data");
  if (!args.ok()) return nullptr;
  epoll_event event = {};
  event.events = events;
  event.data.u64 = high << 32 | low;
  return Result(env, ::epoll_ctl(epfd, op, fd, &event));
}

// The memory that a wait fills, for as many events as fit.
class Events {
 public:
  Events(ArgReader& args, size_t i, size_t max_i) {
    memory_ = args.View(i, "events");
    size_t room = memory_.size / sizeof(Event);
    max_ = args.Int(max_i, "maxevents", static_cast<int>(room < INT_MAX ? room : INT_MAX));
    if (args.ok() && max_ > 0 && static_cast<size_t>(max_) > room) {
      args.FailRange(max_i, "maxevents",
                     "must be at most the events there is room for: 12 bytes each");
    }
    if (kIsPacked || !args.ok() || max_ <= 0) return;
    copy_ = static_cast<epoll_event*>(malloc(static_cast<size_t>(max_) * sizeof(epoll_event)));
  }
  ~Events() { free(copy_); }

  epoll_event* data() { return kIsPacked ? static_cast<epoll_event*>(memory_.data) : copy_; }
  int max() const { return max_; }

  void Store(int count) {
    if (kIsPacked) return;
    for (int n = 0; n < count; n++) {
      uint64_t data = copy_[n].data.u64;
      Event event = {copy_[n].events,
                     {static_cast<uint32_t>(data), static_cast<uint32_t>(data >> 32)}};
      memcpy(static_cast<char*>(memory_.data) + static_cast<size_t>(n) * sizeof event, &event,
             sizeof event);
    }
  }

 private:
  Bytes memory_;
  int max_;
  epoll_event* copy_ = nullptr;
};

napi_value epoll_wait(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int epfd = args.Int(0, "epfd");
  Events events(args, 1, 2);
  int timeout = args.Int(3, "timeout");
  if (!args.ok()) return nullptr;
  int result = ::epoll_wait(epfd, events.data(), events.max(), timeout);
  if (result < 0) return Result(env, result);
  events.Store(result);
  return Number(env, result);
}

napi_value epoll_pwait(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int epfd = args.Int(0, "epfd");
  Events events(args, 1, 2);
  int timeout = args.Int(3, "timeout");
  SignalMask mask(args, 4, "sigmask");
  if (!args.ok()) return nullptr;
  int result = ::epoll_pwait(epfd, events.data(), events.max(), timeout, mask.get());
  if (result < 0) return Result(env, result);
  events.Store(result);
  return Number(env, result);
}

// `timeout` is a struct timespec, or null. By number: the C library has it since 2.35 only.
napi_value epoll_pwait2(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int epfd = args.Int(0, "epfd");
  Events events(args, 1, 2);
  InOut<timespec> timeout(args, 3, "timeout");
  SignalMask mask(args, 4, "sigmask");
  if (!args.ok()) return nullptr;
  constexpr long kEpollPwait2 = 441;
  long result =
      ::syscall(kEpollPwait2, epfd, events.data(), events.max(), timeout.get(), mask.get(), 8);
  if (result < 0) return Result(env, result);
  events.Store(static_cast<int>(result));
  return Number(env, result);
}

}  // namespace

napi_status DefineEpoll(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(epoll_create), FN(epoll_create1),
                                                   FN(epoll_ctl),    FN(epoll_wait),
                                                   FN(epoll_pwait),  FN(epoll_pwait2)};
  return Define(env, exports, table);
}
