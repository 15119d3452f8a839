// sendfile(2), splice(2) and tee(2): bytes from one descriptor to another, past JavaScript.
#include <fcntl.h>
#include <sys/sendfile.h>

#include "args.h"

namespace {

napi_value sendfile(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int out_fd = args.Int(0, "out_fd");
  int in_fd = args.Int(1, "in_fd");
  InOut<off_t> offset(args, 2, "offset");
  size_t count = args.Count(3, "count");
  if (!args.ok()) return nullptr;
  napi_value result = Result(env, ::sendfile(out_fd, in_fd, offset.get(), count));
  offset.Store();
  return result;
}

napi_value splice(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  int fd_in = args.Int(0, "fd_in");
  InOut<loff_t> off_in(args, 1, "off_in");
  int fd_out = args.Int(2, "fd_out");
  InOut<loff_t> off_out(args, 3, "off_out");
  size_t len = args.Count(4, "len");
  unsigned flags = static_cast<unsigned>(args.Bits(5, "flags", 0));
  if (!args.ok()) return nullptr;
  ssize_t bytes = ::splice(fd_in, off_in.get(), fd_out, off_out.get(), len, flags);
  napi_value result = Result(env, bytes);
  off_in.Store();
  off_out.Store();
  return result;
}

napi_value tee(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd_in = args.Int(0, "fd_in");
  int fd_out = args.Int(1, "fd_out");
  size_t len = args.Count(2, "len");
  unsigned flags = static_cast<unsigned>(args.Bits(3, "flags", 0));
  if (!args.ok()) return nullptr;
  return Result(env, ::tee(fd_in, fd_out, len, flags));
}

}  // namespace

napi_status DefineSplice(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(sendfile), FN(splice), FN(tee)};
  return Define(env, exports, table);
}
