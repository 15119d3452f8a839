// Joins one epoll descriptor to the event loop of an environment. An addon of its own, since it
// needs libuv, which other runtimes do not have: the calls live without it.
#include <node_api.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdlib>

namespace {

// Lives until its environment ends. The handle and the descriptor are closed then, by
// `CloseWatcher`: libuv aborts a worker that leaves a handle behind.
struct Watcher {
  napi_env env;
  napi_ref callback;
  uv_poll_t poll;
  int epfd;
  napi_async_cleanup_hook_handle hook;
};

void CloseWatcher(napi_async_cleanup_hook_handle, void* data) {
  auto* watcher = static_cast<Watcher*>(data);
  uv_close(reinterpret_cast<uv_handle_t*>(&watcher->poll), [](uv_handle_t* handle) {
    auto* closed = static_cast<Watcher*>(handle->data);
    close(closed->epfd);
    napi_remove_async_cleanup_hook(closed->hook);
    free(closed);
  });
}

// Calls JavaScript as Node does for events of its own: what the callback throws is an uncaught
// exception, and the queues of ticks and promises are run after it.
void OnReady(uv_poll_t* handle, int, int) {
  auto* watcher = static_cast<Watcher*>(handle->data);
  napi_env env = watcher->env;
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value receiver = nullptr;
  napi_value callback = nullptr;
  // No context of its own: each promise that is settled keeps that of who waits for it.
  if (napi_get_global(env, &receiver) == napi_ok &&
      napi_get_reference_value(env, watcher->callback, &callback) == napi_ok &&
      napi_make_callback(env, nullptr, receiver, callback, 0, nullptr, nullptr) ==
          napi_pending_exception) {
    napi_value error = nullptr;
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) {
      napi_fatal_exception(env, error);
    }
  }
  napi_close_handle_scope(env, scope);
}

Watcher* WatcherOf(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return static_cast<Watcher*>(data);
}

// ref(): the process stays while there is nothing else to do.
napi_value Ref(napi_env env, napi_callback_info info) {
  uv_ref(reinterpret_cast<uv_handle_t*>(&WatcherOf(env, info)->poll));
  return nullptr;
}

// unref(): the process may end.
napi_value Unref(napi_env env, napi_callback_info info) {
  uv_unref(reinterpret_cast<uv_handle_t*>(&WatcherOf(env, info)->poll));
  return nullptr;
}

napi_value Number(napi_env env, int number) {
  napi_value value = nullptr;
  napi_create_int32(env, number, &value);
  return value;
}

// Opens the descriptor and its handle, which from then on is the clean-up hook's to close.
int Open(napi_env env, Watcher* watcher) {
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return -EINVAL;
  watcher->env = env;
  watcher->epfd = epoll_create1(EPOLL_CLOEXEC);
  if (watcher->epfd < 0) return -errno;
  int error = uv_poll_init(loop, &watcher->poll, watcher->epfd);
  if (error != 0) {
    close(watcher->epfd);
    return error;
  }
  watcher->poll.data = watcher;
  napi_add_async_cleanup_hook(env, CloseWatcher, watcher, &watcher->hook);
  return 0;
}

// watch(callback): makes an epoll descriptor, and calls `callback` whenever there are events in it.
// Returns { epfd, ref, unref }, not referenced at first; or -errno.
napi_value Watch(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value callback = nullptr;
  napi_get_cb_info(env, info, &argc, &callback, nullptr, nullptr);
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, callback, &type) != napi_ok || type != napi_function) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE",
                          "The \"callback\" argument must be a function");
    return nullptr;
  }
  auto* watcher = static_cast<Watcher*>(calloc(1, sizeof(Watcher)));
  int error = watcher == nullptr ? -ENOMEM : Open(env, watcher);
  if (error != 0) {
    free(watcher);
    return Number(env, error);
  }
  napi_create_reference(env, callback, 1, &watcher->callback);
  uv_poll_start(&watcher->poll, UV_READABLE, OnReady);
  uv_unref(reinterpret_cast<uv_handle_t*>(&watcher->poll));
  napi_value epfd = Number(env, watcher->epfd);
  napi_value object = nullptr;
  napi_create_object(env, &object);
  const napi_property_descriptor properties[] = {
      {"epfd", nullptr, nullptr, nullptr, nullptr, epfd, napi_enumerable, nullptr},
      {"ref", nullptr, Ref, nullptr, nullptr, nullptr, napi_enumerable, watcher},
      {"unref", nullptr, Unref, nullptr, nullptr, nullptr, napi_enumerable, watcher},
  };
  napi_define_properties(env, object, sizeof properties / sizeof *properties, properties);
  return object;
}

}  // namespace

NAPI_MODULE_INIT(/* env, exports */) {
  const napi_property_descriptor watch = {"watch", nullptr, Watch,           nullptr,
                                          nullptr, nullptr, napi_enumerable, nullptr};
  napi_define_properties(env, exports, 1, &watch);
  return exports;
}
