// poll(2).
#include <poll.h>

#include "args.h"

namespace {

napi_value poll(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  Bytes fds = args.View(0, "fds");
  int timeout = args.Int(1, "timeout", -1);
  if (args.ok() && fds.size % sizeof(pollfd) != 0) {
    args.FailRange(0, "fds", "must be a whole number of 8-byte struct pollfd");
  }
  if (!args.ok()) return nullptr;
  return Result(env, ::poll(static_cast<pollfd*>(fds.data), fds.size / sizeof(pollfd), timeout));
}

}  // namespace

napi_status DefinePoll(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(poll)};
  return Define(env, exports, table);
}
