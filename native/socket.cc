// socket(2) and the calls that give a socket its addresses and connections.
#include "args.h"

namespace {

napi_value socket(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int domain = args.Int(0, "domain");
  int type = args.Bits(1, "type");
  int protocol = args.Int(2, "protocol", 0);
  if (!args.ok()) return nullptr;
  return Result(env, ::socket(domain, type, protocol));
}

napi_value socketpair(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int domain = args.Int(0, "domain");
  int type = args.Bits(1, "type");
  int protocol = args.Int(2, "protocol");
  Bytes sv = args.View(3, "sv");
  if (args.ok() && sv.size < 2 * sizeof(int)) args.FailRange(3, "sv", "must have 8 bytes");
  if (!args.ok()) return nullptr;
  int fds[2];
  int result = ::socketpair(domain, type, protocol, fds);
  if (result == 0) memcpy(sv.data, fds, sizeof fds);
  return Result(env, result);
}

napi_value bind(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes addr = args.Address(1, "addr");
  if (!args.ok()) return nullptr;
  return Result(env,
                ::bind(fd, static_cast<sockaddr*>(addr.data), static_cast<socklen_t>(addr.size)));
}

napi_value connect(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes addr = args.Address(1, "addr");
  if (!args.ok()) return nullptr;
  return Result(
      env, ::connect(fd, static_cast<sockaddr*>(addr.data), static_cast<socklen_t>(addr.size)));
}

napi_value listen(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int fd = args.Int(0, "fd");
  int backlog = args.Int(1, "backlog");
  if (!args.ok()) return nullptr;
  return Result(env, ::listen(fd, backlog));
}

napi_value accept(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  Out addr = args.Output(1, "addr", 2, "addrlen");
  if (!args.ok()) return nullptr;
  int result = ::accept(fd, addr.addr(), addr.addrlen());
  if (result >= 0) StoreLength(addr);
  return Result(env, result);
}

napi_value accept4(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  Out addr = args.Output(1, "addr", 2, "addrlen");
  int flags = args.Bits(3, "flags", 0);
  if (!args.ok()) return nullptr;
  int result = ::accept4(fd, addr.addr(), addr.addrlen(), flags);
  if (result >= 0) StoreLength(addr);
  return Result(env, result);
}

napi_value getsockname(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  Out addr = args.Output(1, "addr", 2, "addrlen");
  if (!args.ok()) return nullptr;
  int result = ::getsockname(fd, addr.addr(), addr.addrlen());
  return LengthResult(env, result, addr);
}

napi_value getpeername(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int fd = args.Int(0, "fd");
  Out addr = args.Output(1, "addr", 2, "addrlen");
  if (!args.ok()) return nullptr;
  int result = ::getpeername(fd, addr.addr(), addr.addrlen());
  return LengthResult(env, result, addr);
}

napi_value shutdown(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int fd = args.Int(0, "fd");
  int how = args.Int(1, "how");
  if (!args.ok()) return nullptr;
  return Result(env, ::shutdown(fd, how));
}

}  // namespace

napi_status DefineSocket(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {
      FN(socket), FN(socketpair), FN(bind),        FN(connect),     FN(listen),
      FN(accept), FN(accept4),    FN(getsockname), FN(getpeername), FN(shutdown),
  };
  return Define(env, exports, table);
}
