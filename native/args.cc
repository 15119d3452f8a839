// The uncommon ways through args.h: values that are not plain, and the errors.
#include "args.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace {

// What Node-API cannot tell: whether an object is a SharedArrayBuffer, and whether an empty view is
// empty or has lost its memory (detached, or out of the bounds of a buffer that shrank). These
// functions of the language can, and throw when not; they run no code of the user's, so no memory
// read before them can change under us.
struct Intrinsics {
  napi_ref uint8_array;            // new Uint8Array(sharedArrayBuffer)
  napi_ref shared_byte_length;     // SharedArrayBuffer.prototype, get byteLength
  napi_ref typed_array_keys;       // %TypedArray%.prototype.keys
  napi_ref data_view_byte_length;  // DataView.prototype, get byteLength
};

// The getter of `property` on the prototype of the global `constructor`.
napi_status Getter(napi_env env, napi_value global, const char* constructor, const char* property,
                   napi_ref* result) {
  napi_value object, describe, prototype, arguments[2], descriptor, getter;
  napi_value holder;
  bool done =
      napi_get_named_property(env, global, "Object", &object) == napi_ok &&
      napi_get_named_property(env, object, "getOwnPropertyDescriptor", &describe) == napi_ok &&
      napi_get_named_property(env, global, constructor, &holder) == napi_ok &&
      napi_get_named_property(env, holder, "prototype", &prototype) == napi_ok &&
      napi_create_string_utf8(env, property, NAPI_AUTO_LENGTH, &arguments[1]) == napi_ok;
  if (!done) return napi_generic_failure;
  arguments[0] = prototype;
  done = napi_call_function(env, object, describe, 2, arguments, &descriptor) == napi_ok &&
         napi_get_named_property(env, descriptor, "get", &getter) == napi_ok &&
         napi_create_reference(env, getter, 1, result) == napi_ok;
  return done ? napi_ok : napi_generic_failure;
}

// Calls `function` with `self`; false, and no exception left, when it throws.
bool Accepts(napi_env env, napi_ref function, napi_value self) {
  napi_value callee, result, exception;
  if (napi_get_reference_value(env, function, &callee) != napi_ok) return false;
  if (napi_call_function(env, self, callee, 0, nullptr, &result) == napi_ok) return true;
  napi_get_and_clear_last_exception(env, &exception);
  return false;
}

Intrinsics* Get(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Intrinsics*>(data);
}

void Describe(napi_env env, napi_value value, char* text, size_t size) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  double number;
  char string[32];
  size_t length;
  bool flag;
  switch (type) {
    case napi_undefined:
      snprintf(text, size, "undefined");
      return;
    case napi_null:
      snprintf(text, size, "null");
      return;
    case napi_boolean:
      napi_get_value_bool(env, value, &flag);
      snprintf(text, size, "%s", flag ? "true" : "false");
      return;
    case napi_number:
      napi_get_value_double(env, value, &number);
      if (std::isnan(number)) {
        snprintf(text, size, "NaN");
      } else if (std::isinf(number)) {
        snprintf(text, size, "%sInfinity", number < 0 ? "-" : "");
      } else {
        snprintf(text, size, "%.17g", number);
      }
      return;
    case napi_string:
      napi_get_value_string_utf8(env, value, string, sizeof string, &length);
      snprintf(text, size, "'%s%s'", string, length == sizeof string - 1 ? "…" : "");
      return;
    case napi_bigint:
      snprintf(text, size, "a bigint");
      return;
    case napi_symbol:
      snprintf(text, size, "a symbol");
      return;
    case napi_function:
      snprintf(text, size, "a function");
      return;
    default:
      snprintf(text, size, "an object");
  }
}

}  // namespace

napi_status CaptureIntrinsics(napi_env env) {
  napi_value global, constructor, prototype, keys;
  auto* intrinsics = static_cast<Intrinsics*>(malloc(sizeof(Intrinsics)));
  if (intrinsics == nullptr) return napi_generic_failure;
  bool done =
      napi_get_global(env, &global) == napi_ok &&
      napi_get_named_property(env, global, "Uint8Array", &constructor) == napi_ok &&
      napi_create_reference(env, constructor, 1, &intrinsics->uint8_array) == napi_ok &&
      napi_get_named_property(env, constructor, "prototype", &prototype) == napi_ok &&
      napi_get_named_property(env, prototype, "keys", &keys) == napi_ok &&
      napi_create_reference(env, keys, 1, &intrinsics->typed_array_keys) == napi_ok &&
      Getter(env, global, "SharedArrayBuffer", "byteLength", &intrinsics->shared_byte_length) ==
          napi_ok &&
      Getter(env, global, "DataView", "byteLength", &intrinsics->data_view_byte_length) == napi_ok;
  if (!done) {
    free(intrinsics);
    return napi_generic_failure;
  }
  return napi_set_instance_data(
      env, intrinsics, [](napi_env, void* data, void*) { free(data); }, nullptr);
}

unsigned ArgReader::Uint32(size_t i, const char* name) {
  double value = 0;
  if (napi_get_value_double(env_, argv_[i], &value) != napi_ok || value < 0 || value > UINT32_MAX ||
      std::trunc(value) != value) {
    FailInt(i, name, 0, UINT32_MAX);
    return 0;
  }
  return static_cast<unsigned>(value);
}

int ArgReader::SlowBits(size_t i, const char* name) {
  double value;
  if (napi_get_value_double(env_, argv_[i], &value) == napi_ok && value > INT_MAX &&
      value <= UINT32_MAX && std::trunc(value) == value) {
    return static_cast<int>(static_cast<unsigned>(value));
  }
  FailInt(i, name, INT_MIN, UINT32_MAX);
  return 0;
}

Bytes ArgReader::SlowView(napi_value value, const char* name) {
  Bytes bytes = {nullptr, 0};
  // Accepts() must not meet, and clear, the exception of an earlier argument.
  if (!ok_) return bytes;
  Intrinsics* intrinsics = Get(env_);
  napi_value buffer, array;
  bool is_typed_array = false, is_data_view = false, is_array_buffer = false, detached = false;
  napi_is_typedarray(env_, value, &is_typed_array);
  napi_is_dataview(env_, value, &is_data_view);
  napi_is_arraybuffer(env_, value, &is_array_buffer);
  if (is_typed_array) {
    // It is empty here, or of an element type that this Node-API does not know.
    napi_typedarray_type type;
    size_t length = 1;
    napi_get_typedarray_info(env_, value, &type, &length, &bytes.data, nullptr, nullptr);
    if (length == 0 && Accepts(env_, intrinsics->typed_array_keys, value)) return {bytes.data, 0};
  } else if (is_data_view) {
    napi_get_dataview_info(env_, value, &bytes.size, &bytes.data, &buffer, nullptr);
    if (bytes.size > 0 || Accepts(env_, intrinsics->data_view_byte_length, value)) return bytes;
  } else if (is_array_buffer) {
    napi_get_arraybuffer_info(env_, value, &bytes.data, &bytes.size);
    napi_is_detached_arraybuffer(env_, value, &detached);
    if (!detached) return bytes;
  } else if (Accepts(env_, intrinsics->shared_byte_length, value) &&
             napi_get_reference_value(env_, intrinsics->uint8_array, &array) == napi_ok &&
             napi_new_instance(env_, array, 1, &value, &array) == napi_ok) {
    napi_typedarray_type type;
    napi_get_typedarray_info(env_, array, &type, &bytes.size, &bytes.data, nullptr, nullptr);
    return bytes;
  }
  const char* must = is_typed_array || is_data_view || is_array_buffer
                         ? "must not be detached or out of the bounds of its buffer"
                         : "must be an ArrayBufferView or ArrayBuffer";
  Throw(false, name, must, value);
  return {nullptr, 0};
}

Bytes ArgReader::SlowSource(size_t i, const char* name) {
  if (!IsString(i)) return SlowView(argv_[i], name);
  // The bytes live in a Buffer, so that the engine frees them whatever comes.
  size_t length = 0;
  napi_value buffer;
  void* data = nullptr;
  napi_get_value_string_utf8(env_, argv_[i], nullptr, 0, &length);
  if (napi_create_buffer(env_, length + 1, &data, &buffer) != napi_ok) {
    ok_ = false;
    return {nullptr, 0};
  }
  napi_get_value_string_utf8(env_, argv_[i], static_cast<char*>(data), length + 1, &length);
  return {data, length};
}

Bytes ArgReader::Address(size_t i, const char* name) {
  napi_valuetype type = TypeOf(argv_[i]);
  if (type == napi_null || type == napi_undefined) return {nullptr, 0};
  Bytes bytes = View(i, name);
  // Memory of no bytes is not C's NULL, which may mean something else: no limit of time, no mask.
  // Nobody reads or writes this.
  static char none;
  if (ok_ && bytes.size == 0) bytes.data = &none;
  if (bytes.size > INT_MAX) FailRange(i, name, "must have at most 2147483647 bytes");
  return bytes;
}

Out ArgReader::Output(size_t i, const char* name, size_t length_i, const char* length_name) {
  Bytes bytes = Address(i, name);
  Out out = {bytes.data, static_cast<socklen_t>(bytes.size), nullptr};
  if (ok_ && Given(length_i) && TypeOf(argv_[length_i]) != napi_null) {
    Bytes slot = View(length_i, length_name);
    if (ok_ && slot.size < sizeof(socklen_t)) FailRange(length_i, length_name, "must have 4 bytes");
    out.length_slot = slot.data;
  }
  return out;
}

Bytes ArgReader::SlowPart(Bytes bytes, size_t offset_i, size_t length_i) {
  size_t offset = Size(offset_i, "offset", 0, bytes.size);
  size_t rest = bytes.size - offset;
  size_t length = Size(length_i, "length", rest, rest);
  if (bytes.data == nullptr) return {nullptr, 0};
  return {static_cast<char*>(bytes.data) + offset, length};
}

size_t ArgReader::Size(size_t i, const char* name, size_t otherwise, size_t max) {
  double value;
  if (!ok_ || i >= argc_) return otherwise;
  if (napi_get_value_double(env_, argv_[i], &value) != napi_ok) {
    if (Given(i)) FailInt(i, name, 0, static_cast<double>(max));
    return otherwise;
  }
  if (!(value >= 0 && value <= static_cast<double>(max) && std::trunc(value) == value)) {
    FailInt(i, name, 0, static_cast<double>(max));
    return otherwise;
  }
  return static_cast<size_t>(value);
}

size_t ArgReader::Count(size_t i, const char* name) {
  constexpr size_t kMax = (size_t{1} << 53) - 1;
  if (ok_ && !Given(i)) FailInt(i, name, 0, kMax);
  return Size(i, name, 0, kMax);
}

size_t ArgReader::ArrayLength(size_t i, const char* name, size_t max) {
  if (!IsArray(i)) {
    FailType(i, name, "must be an array of ArrayBufferViews");
    return 0;
  }
  uint32_t count = 0;
  napi_get_array_length(env_, argv_[i], &count);
  if (count <= max) return count;
  char must[64];
  snprintf(must, sizeof must, "must have at most %zu%s buffers", max,
           max == IOV_MAX ? " (IOV_MAX)" : "");
  FailNumber(name, must, count);
  return 0;
}

void ArgReader::Views(size_t i, const char* name, size_t count, napi_value* elements, iovec* iov) {
  // First all the elements, then their memory: an element may be a getter, and what it runs could
  // take the memory of an earlier one away.
  for (uint32_t n = 0; n < count && ok_; n++) {
    if (napi_get_element(env_, argv_[i], n, &elements[n]) != napi_ok) ok_ = false;
  }
  for (uint32_t n = 0; n < count && ok_; n++) {
    Bytes bytes;
    if (!FastView(elements[n], &bytes)) {
      char element_name[64];
      snprintf(element_name, sizeof element_name, "%s[%u]", name, n);
      bytes = SlowView(elements[n], element_name);
    }
    iov[n] = {bytes.data, bytes.size};
  }
}

void ArgReader::FailInt(size_t i, const char* name, double min, double max) {
  char must[96];
  snprintf(must, sizeof must, "must be an integer from %.0f to %.0f", min, max);
  Throw(IsNumber(i), name, must, argv_[i]);
}

void ArgReader::FailType(size_t i, const char* name, const char* must) {
  Throw(false, name, must, argv_[i]);
}

void ArgReader::FailRange(size_t i, const char* name, const char* must) {
  Throw(true, name, must, argv_[i]);
}

void ArgReader::FailNumber(const char* name, const char* must, double received) {
  napi_value value = nullptr;
  if (ok_) napi_create_double(env_, received, &value);
  Throw(true, name, must, value);
}

void ArgReader::Throw(bool range, const char* name, const char* must, napi_value received) {
  if (!ok_) return;
  ok_ = false;
  char text[64];
  char message[512];
  Describe(env_, received, text, sizeof text);
  snprintf(message, sizeof message, "The \"%s\" argument %s. Received %s", name, must, text);
  if (range) {
    napi_throw_range_error(env_, "ERR_OUT_OF_RANGE", message);
  } else {
    napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", message);
  }
}
