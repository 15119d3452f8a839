// send(2), recv(2) and their families.
#include <sys/mman.h>

#include <cstdlib>

#include "args.h"

namespace {

// With MSG_ZEROCOPY the kernel goes on reading the pages of the caller after the call. Memory that
// zerocopyBuffer() made is pages of its own: given up, by whatever way, it leaves this process, and
// the pages live on until the kernel lets go of them. Nothing else that JavaScript holds is like
// that: collected, transferred, or its worker ended, its bytes become somebody else's while they
// are still to be sent. So the bytes of other memory are first copied into such pages.
constexpr napi_type_tag kPages = {0x6f7063656b636f73, 0x9d1c7be25a1f4e80};

bool IsPages(napi_env env, napi_value value) {
  bool is_view = false, is_pages = false;
  napi_value buffer = value;
  napi_is_typedarray(env, value, &is_view);
  if (is_view) {
    napi_get_typedarray_info(env, value, nullptr, nullptr, nullptr, &buffer, nullptr);
  } else {
    napi_is_dataview(env, value, &is_view);
    if (is_view) napi_get_dataview_info(env, value, nullptr, nullptr, &buffer, nullptr);
  }
  return napi_check_object_type_tag(env, buffer, &kPages, &is_pages) == napi_ok && is_pages;
}

void* MapPages(size_t size) {
  return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

// The pages that a call with MSG_ZEROCOPY sends from, until it returns.
class Pages {
 public:
  ~Pages() {
    if (size_ > 0) munmap(data_, size_);
  }

  // Copies those of the `count` parts that are not pages of their own; `values` are the memory that
  // each is of, or one that all are of. False when there is no memory.
  bool Take(napi_env env, iovec* iov, size_t count, const napi_value* values, bool one) {
    bool is_pages = one && IsPages(env, *values);
    for (size_t n = 0; n < count; n++) {
      if (one ? !is_pages : !IsPages(env, values[n])) size_ += iov[n].iov_len;
    }
    if (size_ == 0) return true;
    data_ = MapPages(size_);
    if (data_ == MAP_FAILED) {
      size_ = 0;
      return false;
    }
    char* at = static_cast<char*>(data_);
    for (size_t n = 0; n < count; n++) {
      if (iov[n].iov_len == 0 || (one ? is_pages : IsPages(env, values[n]))) continue;
      memcpy(at, iov[n].iov_base, iov[n].iov_len);
      iov[n].iov_base = at;
      at += iov[n].iov_len;
    }
    return true;
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

// Memory until the end of a block.
class Scratch {
 public:
  explicit Scratch(size_t size) : data(malloc(size)) {}
  ~Scratch() { free(data); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void* const data;
};

napi_value send(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes buf = args.Part(args.Source(1, "buf"), 3, 4);
  int flags = args.Bits(2, "flags", 0);
  if (!args.ok()) return nullptr;
  if (!(flags & MSG_ZEROCOPY)) return Result(env, ::send(fd, buf.data, buf.size, flags));
  Pages pages;
  iovec iov = {buf.data, buf.size};
  napi_value value = args.Value(1);
  if (!pages.Take(env, &iov, 1, &value, true)) return Number(env, -ENOMEM);
  return Result(env, ::send(fd, iov.iov_base, iov.iov_len, flags));
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
  int flags = args.Bits(2, "flags");
  Bytes addr = args.Address(3, "addr");
  if (!args.ok()) return nullptr;
  Pages pages;
  iovec iov = {buf.data, buf.size};
  if (flags & MSG_ZEROCOPY) {
    napi_value value = args.Value(1);
    if (!pages.Take(env, &iov, 1, &value, true)) return Number(env, -ENOMEM);
  }
  return Result(env,
                ::sendto(fd, iov.iov_base, iov.iov_len, flags, static_cast<sockaddr*>(addr.data),
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

// A struct msghdr for `iov`, which JavaScript gives as an array of views, `name` and `control`.
struct Message {
  napi_value elements[IOV_MAX];
  iovec iov[IOV_MAX];
  msghdr header;

  void Read(ArgReader& args, size_t iov_i, size_t name_i, size_t control_i) {
    header = {};
    header.msg_iov = iov;
    header.msg_iovlen = args.ArrayLength(iov_i, "msg.iov", IOV_MAX);
    args.Views(iov_i, "msg.iov", header.msg_iovlen, elements, iov);
    Bytes name = args.Address(name_i, "msg.name");
    Bytes control = args.Address(control_i, "msg.control");
    header.msg_name = name.data;
    header.msg_namelen = static_cast<socklen_t>(name.size);
    header.msg_control = control.data;
    header.msg_controllen = control.size;
  }
};

napi_value sendmsg(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  Message message;
  int fd = args.Int(0, "fd");
  message.Read(args, 1, 3, 4);
  int flags = args.Bits(2, "flags");
  if (!args.ok()) return nullptr;
  Pages pages;
  if ((flags & MSG_ZEROCOPY) &&
      !pages.Take(env, message.iov, message.header.msg_iovlen, message.elements, false)) {
    return Number(env, -ENOMEM);
  }
  return Result(env, ::sendmsg(fd, &message.header, flags));
}

// `told` receives msg_namelen, msg_controllen and msg_flags.
napi_value recvmsg(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  Message message;
  int fd = args.Int(0, "fd");
  message.Read(args, 1, 3, 4);
  int flags = args.Bits(2, "flags");
  Bytes told = args.View(5, "told");
  if (args.ok() && told.size < 3 * sizeof(uint32_t)) args.FailRange(5, "told", "must have 3 words");
  if (!args.ok()) return nullptr;
  msghdr& header = message.header;
  ssize_t result = ::recvmsg(fd, &header, flags);
  if (result < 0) return Result(env, result);
  uint32_t words[3] = {header.msg_namelen, static_cast<uint32_t>(header.msg_controllen),
                       static_cast<uint32_t>(header.msg_flags)};
  memcpy(told.data, words, sizeof words);
  return Number(env, result);
}

// The kernel takes no more messages in a call; it ignores the rest.
constexpr size_t kMaxMessages = 1024;

// A vector of struct mmsghdr over memory of the caller: `lengths` has four words for each message,
// a column after the other (msg_len, msg_namelen, msg_controllen, msg_flags); names and control
// data lie in slots of equal size. The data does too. Or it is an array of views, of the messages
// from `offset` on: msg_len then says how many of them a message has, and the other columns say how
// much room there is, where otherwise there is all of a slot.
class Vector {
 public:
  Vector(napi_env env, ArgReader& args, bool sends) : env_(env), args_(args), sends_(sends) {}

  // Reads the arguments from `iov_i` on: iov, lengths, names, control, offset, length.
  bool Read(size_t iov_i) {
    is_list_ = args_.IsArray(iov_i);
    // The elements of an array come first: to fetch them may run code of the user's.
    if (is_list_) {
      views_ = args_.ArrayLength(iov_i, "iov", kMaxMessages * IOV_MAX);
    } else {
      data_ = args_.View(iov_i, "iov");
      value_ = args_.Value(iov_i);
    }
    iov_i_ = iov_i;
    return args_.ok();
  }

  size_t ListSize() const { return is_list_ ? views_ : 0; }

  bool Build(napi_value* elements, iovec* list) {
    if (is_list_) args_.Views(iov_i_, "iov", views_, elements, list);
    Bytes lengths = args_.View(iov_i_ + 1, "lengths");
    Bytes names = args_.Address(iov_i_ + 2, "names");
    Bytes control = args_.Address(iov_i_ + 3, "control");
    columns_ = lengths.size / (4 * sizeof(uint32_t));
    int offset = args_.Int(iov_i_ + 4, "offset");
    int length = args_.Int(iov_i_ + 5, "length");
    if (!args_.ok()) return false;
    if (offset < 0 || static_cast<size_t>(offset) > columns_) {
      args_.FailRange(iov_i_ + 4, "offset", "must lie in the vector");
    } else if (length < 0 || static_cast<size_t>(length) > columns_ - static_cast<size_t>(offset)) {
      args_.FailRange(iov_i_ + 5, "length", "must lie in the vector, after the offset");
    }
    if (!args_.ok() || columns_ == 0) return args_.ok();
    words_ = static_cast<char*>(lengths.data);
    first_ = static_cast<size_t>(offset);
    count_ =
        static_cast<size_t>(length) < kMaxMessages ? static_cast<size_t>(length) : kMaxMessages;
    return is_list_ ? TakeList(elements, list, names, control) : TakeSlots(names, control);
  }

  mmsghdr* headers() { return headers_; }
  unsigned count() const { return static_cast<unsigned>(count_); }

  // Gives pages of their own to what is to be sent by MSG_ZEROCOPY.
  bool TakePages(Pages* pages) {
    if (count_ == 0) return true;
    size_t parts = 0;
    for (size_t n = 0; n < count_; n++) parts += headers_[n].msg_hdr.msg_iovlen;
    // The messages follow each other, and so do their parts.
    iovec* iov = headers_[0].msg_hdr.msg_iov;
    return pages->Take(env_, iov, parts, is_list_ ? values_ : &value_, !is_list_);
  }

  // What the call said about the first `done` messages.
  void Store(size_t done) {
    for (size_t n = 0; n < done; n++) {
      const msghdr& header = headers_[n].msg_hdr;
      Put(0, n, headers_[n].msg_len);
      if (sends_) continue;
      Put(1, n, header.msg_namelen);
      Put(2, n, static_cast<uint32_t>(header.msg_controllen));
      Put(3, n, static_cast<uint32_t>(header.msg_flags));
    }
  }

 private:
  char* Word(size_t column, size_t n) {
    return words_ + sizeof(uint32_t) * (column * columns_ + first_ + n);
  }
  uint32_t Get(size_t column, size_t n) {
    uint32_t word;
    memcpy(&word, Word(column, n), sizeof word);
    return word;
  }
  void Put(size_t column, size_t n, uint32_t word) { memcpy(Word(column, n), &word, sizeof word); }

  // The slot of message `n` in memory of the whole vector, and how much of it is in use.
  bool Slot(const Bytes& memory, size_t column, size_t n, const char* name, Bytes* slot) {
    size_t size = memory.size / columns_;
    size_t used = sends_ || is_list_ ? Get(column, n) : size;
    if (used > size) {
      args_.FailRange(iov_i_ + 1, name, "must be at most the size of a slot");
      return false;
    }
    *slot = {used == 0 ? nullptr : static_cast<char*>(memory.data) + (first_ + n) * size, used};
    return true;
  }

  bool TakeHeader(size_t n, iovec* iov, size_t iovlen, const Bytes& names, const Bytes& control) {
    Bytes name, ancillary;
    if (!Slot(names, 1, n, "namelen", &name) || !Slot(control, 2, n, "controllen", &ancillary)) {
      return false;
    }
    headers_[n] = {};
    headers_[n].msg_hdr.msg_name = name.data;
    headers_[n].msg_hdr.msg_namelen = static_cast<socklen_t>(name.size);
    headers_[n].msg_hdr.msg_iov = iov;
    headers_[n].msg_hdr.msg_iovlen = iovlen;
    headers_[n].msg_hdr.msg_control = ancillary.data;
    headers_[n].msg_hdr.msg_controllen = ancillary.size;
    return true;
  }

  bool TakeSlots(const Bytes& names, const Bytes& control) {
    for (size_t n = 0; n < count_; n++) {
      Bytes data;
      if (!Slot(data_, 0, n, "len", &data)) return false;
      slots_[n] = {data.data, data.size};
      if (!TakeHeader(n, &slots_[n], 1, names, control)) return false;
    }
    return true;
  }

  bool TakeList(napi_value* elements, iovec* list, const Bytes& names, const Bytes& control) {
    values_ = elements;
    size_t at = 0;
    for (size_t n = 0; n < count_; n++) {
      size_t parts = Get(0, n);
      if (parts > IOV_MAX || parts > views_ - at) {
        args_.FailRange(iov_i_ + 1, "lengths", "must count at most 1024 (IOV_MAX) views there are");
        return false;
      }
      if (!TakeHeader(n, list + at, parts, names, control)) return false;
      at += parts;
    }
    return true;
  }

  napi_env env_;
  ArgReader& args_;
  bool sends_;
  bool is_list_ = false;
  size_t iov_i_ = 0;
  size_t views_ = 0;
  Bytes data_ = {nullptr, 0};
  napi_value value_ = nullptr;
  napi_value* values_ = nullptr;
  char* words_ = nullptr;
  size_t columns_ = 0;
  size_t first_ = 0;
  size_t count_ = 0;
  iovec slots_[kMaxMessages];
  mmsghdr headers_[kMaxMessages];
};

napi_value sendmmsg(napi_env env, napi_callback_info info) {
  Args<8> args(env, info);
  int fd = args.Int(0, "fd");
  int flags = args.Bits(1, "flags");
  Vector vector(env, args, true);
  if (!args.ok() || !vector.Read(2)) return nullptr;
  Scratch scratch(vector.ListSize() * (sizeof(napi_value) + sizeof(iovec)));
  if (scratch.data == nullptr && vector.ListSize() > 0) return Number(env, -ENOMEM);
  auto* iov = static_cast<iovec*>(scratch.data);
  if (!vector.Build(reinterpret_cast<napi_value*>(iov + vector.ListSize()), iov)) return nullptr;
  Pages pages;
  if ((flags & MSG_ZEROCOPY) && !vector.TakePages(&pages)) return Number(env, -ENOMEM);
  int result = ::sendmmsg(fd, vector.headers(), vector.count(), flags);
  if (result < 0) return Result(env, result);
  vector.Store(static_cast<size_t>(result));
  return Number(env, result);
}

// `timeout` is a struct timespec, in which the kernel leaves the rest; null waits without end.
napi_value recvmmsg(napi_env env, napi_callback_info info) {
  Args<9> args(env, info);
  int fd = args.Int(0, "fd");
  int flags = args.Bits(1, "flags");
  Vector vector(env, args, false);
  if (!args.ok() || !vector.Read(2)) return nullptr;
  Scratch scratch(vector.ListSize() * (sizeof(napi_value) + sizeof(iovec)));
  if (scratch.data == nullptr && vector.ListSize() > 0) return Number(env, -ENOMEM);
  auto* iov = static_cast<iovec*>(scratch.data);
  if (!vector.Build(reinterpret_cast<napi_value*>(iov + vector.ListSize()), iov)) return nullptr;
  Timeout<timespec> timeout(args, 8, "timeout");
  if (!args.ok()) return nullptr;
  int result = ::recvmmsg(fd, vector.headers(), vector.count(), flags, timeout.get());
  if (result < 0) return Result(env, result);
  timeout.Store();
  vector.Store(static_cast<size_t>(result));
  return Number(env, result);
}

// An ArrayBuffer of pages of its own, or -errno.
napi_value zerocopyBuffer(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  unsigned size = args.Uint32(0, "size");
  if (args.ok() && size == 0) args.FailRange(0, "size", "must be at least 1");
  if (!args.ok()) return nullptr;
  void* pages = MapPages(size);
  if (pages == MAP_FAILED) return Result(env, -1);
  auto unmap = [](napi_env, void* data, void* hint) {
    munmap(data, reinterpret_cast<uintptr_t>(hint));
  };
  napi_value buffer;
  void* hint = reinterpret_cast<void*>(static_cast<uintptr_t>(size));
  if (napi_create_external_arraybuffer(env, pages, size, unmap, hint, &buffer) != napi_ok) {
    munmap(pages, size);
    return Number(env, -ENOMEM);
  }
  napi_type_tag_object(env, buffer, &kPages);
  return buffer;
}

}  // namespace

napi_status DefineMessage(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(send),     FN(recv),     FN(sendto),
                                                   FN(recvfrom), FN(sendmsg),  FN(recvmsg),
                                                   FN(sendmmsg), FN(recvmmsg), FN(zerocopyBuffer)};
  return Define(env, exports, table);
}
