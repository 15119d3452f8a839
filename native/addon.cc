// The addon: a list of the tables of calls, one for each family of manual pages.
#include <napi.h>

#include "args.h"

napi_status DefineEpoll(napi_env env, napi_value exports);
napi_status DefineEventfd(napi_env env, napi_value exports);
napi_status DefineFcntl(napi_env env, napi_value exports);
napi_status DefineMessage(napi_env env, napi_value exports);
napi_status DefineNetdevice(napi_env env, napi_value exports);
napi_status DefinePoll(napi_env env, napi_value exports);
napi_status DefineSocket(napi_env env, napi_value exports);
napi_status DefineSockopt(napi_env env, napi_value exports);
napi_status DefineSplice(napi_env env, napi_value exports);

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  bool done = CaptureIntrinsics(env) == napi_ok &&         //
              DefineEpoll(env, exports) == napi_ok &&      //
              DefineEventfd(env, exports) == napi_ok &&    //
              DefineFcntl(env, exports) == napi_ok &&      //
              DefineMessage(env, exports) == napi_ok &&    //
              DefineNetdevice(env, exports) == napi_ok &&  //
              DefinePoll(env, exports) == napi_ok &&       //
              DefineSocket(env, exports) == napi_ok &&     //
              DefineSockopt(env, exports) == napi_ok &&    //
              DefineSplice(env, exports) == napi_ok;
  if (!done) napi_throw_error(env, nullptr, "sockfd: the addon could not be set up");
  return exports;
}

NODE_API_MODULE(sockfd, Init)
