// send(2), recv(2) and their families.
#include "args.h"

namespace {

// The flags of a call that sends. With MSG_ZEROCOPY the kernel sends from memory that it keeps
// after the call, and the engine may by then have given it to somebody else.
int SendFlags(ArgReader& args, size_t i, bool optional) {
  int flags = optional ? args.Bits(i, "flags", 0) : args.Bits(i, "flags");
  if (flags & MSG_ZEROCOPY) {
    args.FailRange(i, "flags", "must not have MSG_ZEROCOPY: nothing holds the memory yet");
  }
  return flags;
}

napi_value send(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.Source(1, "buf"), 3, 4);
  int flags = SendFlags(args, 2, true);
  if (!args.ok()) return nullptr;
  return Result(env, ::send(fd, buf.data, buf.size, flags));
}

napi_value recv(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.View(1, "buf"), 3, 4);
  int flags = args.Bits(2, "flags", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::recv(fd, buf.data, buf.size, flags));
}

napi_value sendto(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.Source(1, "buf"), 4, 5);
  int flags = SendFlags(args, 2, false);
  Bytes addr = args.Address(3, "addr");
  if (!args.ok()) return nullptr;
  return Result(env, ::sendto(fd, buf.data, buf.size, flags, static_cast<sockaddr*>(addr.data),
                              static_cast<socklen_t>(addr.size)));
}

napi_value recvfrom(napi_env env, napi_callback_info info) {
  Args<7> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.View(1, "buf"), 5, 6);
  int flags = args.Bits(2, "flags", 0);
  Out addr = args.Output(3, "addr", 4, "addrlen");
  if (!args.ok()) return nullptr;
  ssize_t result = ::recvfrom(fd, buf.data, buf.size, flags, addr.addr(), addr.addrlen());
  if (result >= 0) StoreLength(addr);
  return Result(env, result);
}

}  // namespace

napi_status DefineMessage(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(send), FN(recv), FN(sendto), FN(recvfrom)};
  return Define(env, exports, table);
}
