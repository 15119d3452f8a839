// Reads one JavaScript argument, or throws the TypeError or RangeError that names it.
#pragma once

#include <node_api.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>

// Memory of a JavaScript buffer. Valid until the native function returns, not longer.
struct Bytes {
  void* data;
  size_t size;
};

// An out-parameter with a length, as in accept(2): the kernel writes at most `size` bytes to `data`
// and sets `size` to the length it had to tell; StoreLength() hands that to the caller.
struct Out {
  void* data;
  socklen_t size;
  void* length_slot;

  sockaddr* addr() { return static_cast<sockaddr*>(data); }
  socklen_t* addrlen() { return data == nullptr ? nullptr : &size; }
};

inline napi_value Number(napi_env env, long number) {
  napi_value value = nullptr;
  napi_create_int32(env, static_cast<int32_t>(number), &value);
  return value;
}

// The result of a call as a number: what it returned, or -errno. Any Node-API call may change
// errno, so nothing may come between the system call and this.
inline napi_value Result(napi_env env, long result) {
  return Number(env, result == -1 ? -errno : result);
}

// A sticky reader: the first bad argument throws, and later reads do nothing, so that a function
// reads all its arguments, asks ok() once, and makes its call.
class ArgReader {
 public:
  bool ok() const { return ok_; }

  // A C int.
  int Int(size_t i, const char* name) {
    int value = 0;
    if (!Int32(i, &value)) FailInt(i, name, INT_MIN, INT_MAX);
    return value;
  }
  int Int(size_t i, const char* name, int otherwise) {
    int value = otherwise;
    if (i < argc_ && !Int32(i, &value) && Given(i)) FailInt(i, name, INT_MIN, INT_MAX);
    return value;
  }

  // A word of flags: a C int or a C unsigned, since `A | B` is negative in JavaScript when bit 31
  // is set.
  int Bits(size_t i, const char* name) {
    int value = 0;
    return Int32(i, &value) ? value : SlowBits(i, name);
  }
  int Bits(size_t i, const char* name, int otherwise) {
    int value = otherwise;
    return i >= argc_ || Int32(i, &value) || !Given(i) ? value : SlowBits(i, name);
  }

  // A C unsigned.
  unsigned Uint32(size_t i, const char* name);

  // A C size_t: in JavaScript, as much of it as a number holds.
  size_t Count(size_t i, const char* name);

  // Memory of any ArrayBufferView, ArrayBuffer or SharedArrayBuffer.
  Bytes View(size_t i, const char* name) { return ViewOf(argv_[i], name); }

  // The same, or the UTF-8 bytes of a string.
  Bytes Source(size_t i, const char* name) {
    Bytes bytes;
    return FastView(argv_[i], &bytes) ? bytes : SlowSource(i, name);
  }

  // An encoded sockaddr. Null and undefined are C's NULL.
  Bytes Address(size_t i, const char* name);

  // Memory for an address or an option, and a word that receives its length, or null.
  Out Output(size_t i, const char* name, size_t length_i, const char* length_name);

  // The part of `bytes` that the arguments `offset` and `length` choose; all of it when not given.
  Bytes Part(Bytes bytes, size_t offset_i, size_t length_i) {
    return argc_ <= offset_i ? bytes : SlowPart(bytes, offset_i, length_i);
  }

  // How many elements an array has that must have at most `max`.
  size_t ArrayLength(size_t i, const char* name, size_t max);

  // The views in an array of `count` elements, and the values that they are.
  void Views(size_t i, const char* name, size_t count, napi_value* elements, iovec* iov);

  bool Given(size_t i) { return i < argc_ && TypeOf(argv_[i]) != napi_undefined; }
  bool IsNull(size_t i) { return TypeOf(argv_[i]) == napi_null; }
  bool IsNumber(size_t i) { return TypeOf(argv_[i]) == napi_number; }
  bool IsString(size_t i) { return TypeOf(argv_[i]) == napi_string; }
  bool IsArray(size_t i) {
    bool is_array = false;
    napi_is_array(env_, argv_[i], &is_array);
    return is_array;
  }
  napi_value Value(size_t i) { return argv_[i]; }

  // Throws: `The "name" argument <must>. Received …`.
  void FailType(size_t i, const char* name, const char* must);
  void FailRange(size_t i, const char* name, const char* must);
  // The same for a number that lies in memory of the caller.
  void FailNumber(const char* name, const char* must, double received);

 protected:
  ArgReader(napi_env env, napi_value* argv) : env_(env), argv_(argv) {}

  napi_env env_;
  napi_value* argv_;
  size_t argc_ = 0;
  bool ok_ = true;

 private:
  napi_valuetype TypeOf(napi_value value) const {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, value, &type);
    return type;
  }

  // napi_get_value_int32 would take 4294967299 for 3 and NaN for 0: a descriptor that is somebody
  // else's. So a double is read, and must be the int.
  bool Int32(size_t i, int* result) const {
    double value;
    if (napi_get_value_double(env_, argv_[i], &value) != napi_ok) return false;
    if (!(value >= INT_MIN && value <= INT_MAX)) return false;
    int whole = static_cast<int>(value);
    if (whole != value) return false;
    *result = whole;
    return true;
  }

  // The common case: a typed array that is not empty, and therefore neither detached nor out of
  // bounds.
  bool FastView(napi_value value, Bytes* bytes) const {
    // By napi_typedarray_type; the last is Float16Array's.
    static constexpr uint8_t kElementSize[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2};
    napi_typedarray_type type = static_cast<napi_typedarray_type>(sizeof kElementSize);
    size_t length;
    if (napi_get_typedarray_info(env_, value, &type, &length, &bytes->data, nullptr, nullptr) !=
            napi_ok ||
        length == 0 || static_cast<size_t>(type) >= sizeof kElementSize) {
      return false;
    }
    bytes->size = length * kElementSize[type];
    return true;
  }

  Bytes ViewOf(napi_value value, const char* name) {
    Bytes bytes;
    return FastView(value, &bytes) ? bytes : SlowView(value, name);
  }

  int SlowBits(size_t i, const char* name);
  Bytes SlowView(napi_value value, const char* name);
  Bytes SlowSource(size_t i, const char* name);
  Bytes SlowPart(Bytes bytes, size_t offset_i, size_t length_i);
  size_t Size(size_t i, const char* name, size_t otherwise, size_t max);
  void FailInt(size_t i, const char* name, double min, double max);
  void Throw(bool range, const char* name, const char* must, napi_value received);
};

template <size_t N>
class Args : public ArgReader {
 public:
  Args(napi_env env, napi_callback_info info) : ArgReader(env, values_) {
    argc_ = N;
    napi_get_cb_info(env, info, &argc_, values_, nullptr, nullptr);
  }

 private:
  napi_value values_[N];
};

// A signal mask: 8 bytes, the bit of signal n being n - 1. Null is C's NULL.
class SignalMask {
 public:
  SignalMask(ArgReader& args, size_t i, const char* name) : mask_(args.Address(i, name)) {
    sigemptyset(&set_);
    if (mask_.data == nullptr || !args.ok()) return;
    if (mask_.size == 8) {
      memcpy(&set_, mask_.data, mask_.size);
    } else {
      args.FailRange(i, name, "must have 8 bytes: a bit for each signal");
    }
  }

  const sigset_t* get() const { return mask_.data == nullptr ? nullptr : &set_; }

 private:
  Bytes mask_;
  sigset_t set_;
};

// A value of C's behind a pointer, which a call reads and may change: a timespec, of which it
// leaves the rest, or a loff_t. Null is C's NULL.
template <typename T>
class InOut {
 public:
  InOut(ArgReader& args, size_t i, const char* name) : memory_(args.Address(i, name)) {
    static_assert(sizeof(T) == 16 || sizeof(T) == 8, "said below");
    if (memory_.data == nullptr || !args.ok()) return;
    if (memory_.size >= sizeof value_) {
      memcpy(&value_, memory_.data, sizeof value_);
    } else {
      args.FailRange(i, name, sizeof(T) == 16 ? "must have 16 bytes" : "must have 8 bytes");
    }
  }

  T* get() { return memory_.data == nullptr ? nullptr : &value_; }
  void Store() {
    if (memory_.data != nullptr) memcpy(memory_.data, &value_, sizeof value_);
  }

 private:
  Bytes memory_;
  T value_ = {};
};

// The functions that recognise, without running code of the user's, what Node-API has no call for.
// One set per environment, captured when the addon is loaded there.
napi_status CaptureIntrinsics(napi_env env);

// Hands the length that the kernel told to the caller: in `length_slot` where he gave one.
inline void StoreLength(const Out& out) {
  if (out.length_slot != nullptr) memcpy(out.length_slot, &out.size, sizeof out.size);
}

// What a call of the getsockname(2) kind returns: 0 as in C when the length has a place to go,
// otherwise the length itself.
inline napi_value LengthResult(napi_env env, int result, const Out& out) {
  if (result != 0) return Result(env, result);
  StoreLength(out);
  return Result(env, out.length_slot != nullptr ? 0 : static_cast<long>(out.size));
}

#define FN(name) \
  { #name, nullptr, name, nullptr, nullptr, nullptr, napi_enumerable, nullptr }

template <size_t N>
napi_status Define(napi_env env, napi_value exports, const napi_property_descriptor (&table)[N]) {
  return napi_define_properties(env, exports, N, table);
}
