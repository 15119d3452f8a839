// if_nametoindex(3) and if_indextoname(3). The C library makes them of socket, ioctl and close.
#include <net/if.h>

#include "args.h"

namespace {

napi_value if_nametoindex(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  if (!args.IsString(0)) args.FailType(0, "ifname", "must be a string");
  Bytes ifname = args.Source(0, "ifname");
  if (args.ok() && (ifname.size >= IF_NAMESIZE || memchr(ifname.data, 0, ifname.size) != nullptr)) {
    args.FailRange(0, "ifname", "must be a name of at most 15 bytes without NUL");
  }
  if (!args.ok()) return nullptr;
  char name[IF_NAMESIZE] = {};
  memcpy(name, ifname.data, ifname.size);
  unsigned index = ::if_nametoindex(name);
  return Result(env, index == 0 ? -1 : static_cast<long>(index));
}

napi_value if_indextoname(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  unsigned index = args.Uint32(0, "ifindex");
  Bytes ifname = args.View(1, "ifname");
  if (args.ok() && ifname.size < IF_NAMESIZE) {
    args.FailRange(1, "ifname", "must have 16 (IF_NAMESIZE) bytes");
  }
  if (!args.ok()) return nullptr;
  char* name = ::if_indextoname(index, static_cast<char*>(ifname.data));
  return Result(env, name == nullptr ? -1 : static_cast<long>(strlen(name)));
}

}  // namespace

napi_status DefineNetdevice(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(if_nametoindex), FN(if_indextoname)};
  return Define(env, exports, table);
}
