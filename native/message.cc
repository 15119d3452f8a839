// send(2), recv(2) and their families.
#include <sys/mman.h>

#include <cstdio>
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
  Scratch() = default;
  ~Scratch() { free(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Once only; null when there is none. malloc(3) may say null for 0 bytes as well.
  void* Take(size_t size) { return data_ = malloc(size > 0 ? size : 1); }

 private:
  void* data_ = nullptr;
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

// Control messages that hold addresses, to which a socket of AF_RDS would read or write: as bytes
// from JavaScript they would name memory of this process.
bool HoldsAddress(int level, int type) {
  if (level != 276 /* SOL_RDS */) return false;
  switch (type) {
    case 1 /* RDS_CMSG_RDMA_ARGS */:
    case 3 /* RDS_CMSG_RDMA_MAP */:
    case 6 /* RDS_CMSG_ATOMIC_FADD */:
    case 7 /* RDS_CMSG_ATOMIC_CSWP */:
    case 8 /* RDS_CMSG_MASKED_ATOMIC_FADD */:
    case 9 /* RDS_CMSG_MASKED_ATOMIC_CSWP */:
      return true;
    default:
      return false;
  }
}

// Whether there is one of these among `control`, which the kernel reads in the same way. It may be
// anywhere in memory, so that CMSG_NXTHDR(3) would read what is not aligned.
bool HoldsAddress(const Bytes& control) {
  struct {
    size_t len;
    int level;
    int type;
  } header;
  for (size_t at = 0; control.size - at >= sizeof header;) {
    memcpy(&header, static_cast<const char*>(control.data) + at, sizeof header);
    if (HoldsAddress(header.level, header.type)) return true;
    if (header.len < sizeof header || header.len > control.size - at) return false;
    at += (header.len + 7) & ~size_t{7};
    if (at > control.size) return false;
  }
  return false;
}

constexpr char kMustHoldNoAddress[] =
    "must not have a control message that holds an address: sockfd does not offer it";

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
  if (args.ok() && HoldsAddress({message.header.msg_control, message.header.msg_controllen})) {
    args.FailType(4, "msg.control", kMustHoldNoAddress);
  }
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

// sendmmsg(2) caps vlen to this, UIO_MAXIOV; recvmmsg(2) takes what it is given.
constexpr size_t kMaxSent = 1024;

// A vector of struct mmsghdr over memory of the caller: `lengths` has four words for each message,
// a column after the other (msg_len, msg_namelen, msg_controllen, msg_flags); names and control
// data lie in slots of equal size. The data does too. Or it is an array of views, of the messages
// from `offset` on: msg_len then says how many of them a message has, and the other columns say how
// much room there is, where otherwise there is all of a slot.
class Vector {
 public:
  Vector(napi_env env, ArgReader& args, bool sends) : env_(env), args_(args), sends_(sends) {}

  // Reads the arguments from `i` on: the data, lengths, names, control, offset, length. False when
  // one is wrong, and thrown for, or when there is no memory.
  bool Read(size_t i) {
    // The elements of an array come first: to fetch them may run code of the user's.
    if (args_.IsArray(i)) {
      if (!ReadList(i)) return false;
    } else {
      data_ = args_.View(i, "msgs.data");
      value_ = args_.Value(i);
    }
    Bytes lengths = args_.View(i + 1, "msgs.lengths");
    Bytes names = args_.Address(i + 2, "msgs.names");
    Bytes control = args_.Address(i + 3, "msgs.control");
    control_i_ = i + 3;
    words_ = static_cast<char*>(lengths.data);
    columns_ = lengths.size / (4 * sizeof(uint32_t));
    if (!ReadRange(i + 4, i + 5) || !Allocate()) return false;
    for (size_t n = 0; n < count_; n++) {
      if (!TakeHeader(n, names, control)) return false;
    }
    return true;
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
    return pages->Take(env_, iov, parts, list_ != nullptr ? values_ : &value_, list_ == nullptr);
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
  bool ReadList(size_t i) {
    views_ = args_.ArrayLength(i, "msgs.iov", kMaxSent * IOV_MAX);
    // One more, so that an empty list is a list.
    size_t room = views_ + 1;
    list_ = static_cast<iovec*>(views_memory_.Take(room * (sizeof(iovec) + sizeof(napi_value))));
    if (list_ == nullptr) return false;
    values_ = reinterpret_cast<napi_value*>(list_ + room);
    args_.Views(i, "msgs.iov", views_, values_, list_);
    return true;
  }

  bool ReadRange(size_t offset_i, size_t length_i) {
    int offset = args_.Int(offset_i, "offset");
    if (args_.ok() && (offset < 0 || static_cast<size_t>(offset) > columns_)) {
      args_.FailRange(offset_i, "offset", "must lie in the vector");
    }
    if (!args_.ok()) return false;
    first_ = static_cast<size_t>(offset);
    size_t rest = columns_ - first_;
    int length = args_.Int(length_i, "length", static_cast<int>(rest));
    if (args_.ok() && (length < 0 || static_cast<size_t>(length) > rest)) {
      args_.FailRange(length_i, "length", "must lie in the vector, after the offset");
    }
    count_ = static_cast<size_t>(length);
    if (sends_ && count_ > kMaxSent) count_ = kMaxSent;
    return args_.ok();
  }

  bool Allocate() {
    if (count_ <= kMaxSent) return true;
    headers_ = static_cast<mmsghdr*>(memory_.Take(count_ * (sizeof(mmsghdr) + sizeof(iovec))));
    if (headers_ == nullptr) return false;
    slots_ = reinterpret_cast<iovec*>(headers_ + count_);
    return true;
  }

  char* Word(size_t column, size_t n) {
    return words_ + sizeof(uint32_t) * (column * columns_ + first_ + n);
  }
  uint32_t Get(size_t column, size_t n) {
    uint32_t word;
    memcpy(&word, Word(column, n), sizeof word);
    return word;
  }
  void Put(size_t column, size_t n, uint32_t word) { memcpy(Word(column, n), &word, sizeof word); }

  bool Fail(const char* column, size_t n, const char* what, size_t max, uint32_t received) {
    char name[64], must[64];
    snprintf(name, sizeof name, "msgs.%s[%zu]", column, first_ + n);
    snprintf(must, sizeof must, "must be at most %zu, %s", max, what);
    args_.FailNumber(name, must, received);
    return false;
  }

  // The slot of message `n` in memory of the whole vector, and how much of it is in use.
  bool Slot(const Bytes& memory, size_t column, size_t n, const char* name, Bytes* slot) {
    size_t size = memory.size / columns_;
    size_t used = sends_ || list_ != nullptr ? Get(column, n) : size;
    if (used > size) return Fail(name, n, "the size of a slot", size, static_cast<uint32_t>(used));
    *slot = {used == 0 ? nullptr : static_cast<char*>(memory.data) + (first_ + n) * size, used};
    return true;
  }

  bool TakeHeader(size_t n, const Bytes& names, const Bytes& control) {
    Bytes name, ancillary;
    headers_[n] = {};
    msghdr& header = headers_[n].msg_hdr;
    if (!TakeData(n, &header) || !Slot(names, 1, n, "namelen", &name) ||
        !Slot(control, 2, n, "controllen", &ancillary)) {
      return false;
    }
    if (sends_ && HoldsAddress(ancillary)) return FailControl(n);
    header.msg_name = name.data;
    header.msg_namelen = static_cast<socklen_t>(name.size);
    header.msg_control = ancillary.data;
    header.msg_controllen = ancillary.size;
    return true;
  }

  bool FailControl(size_t n) {
    char name[64];
    snprintf(name, sizeof name, "msgs.control[%zu]", first_ + n);
    args_.FailType(control_i_, name, kMustHoldNoAddress);
    return false;
  }

  bool TakeData(size_t n, msghdr* header) {
    if (list_ == nullptr) {
      Bytes data;
      if (!Slot(data_, 0, n, "len", &data)) return false;
      slots_[n] = {data.data, data.size};
      header->msg_iov = &slots_[n];
      header->msg_iovlen = 1;
      return true;
    }
    size_t parts = Get(0, n);
    size_t max = views_ - taken_ < IOV_MAX ? views_ - taken_ : IOV_MAX;
    if (parts > max) return Fail("len", n, "the views there are", max, Get(0, n));
    header->msg_iov = list_ + taken_;
    header->msg_iovlen = parts;
    taken_ += parts;
    return true;
  }

  napi_env env_;
  ArgReader& args_;
  bool sends_;
  // The data: memory of slots, or a list of views, of which the headers have taken some.
  Bytes data_ = {nullptr, 0};
  napi_value value_ = nullptr;
  iovec* list_ = nullptr;
  napi_value* values_ = nullptr;
  size_t views_ = 0;
  size_t taken_ = 0;
  Scratch views_memory_;
  size_t control_i_ = 0;
  // The columns, and which part of them is meant.
  char* words_ = nullptr;
  size_t columns_ = 0;
  size_t first_ = 0;
  size_t count_ = 0;
  // On the stack, for as many as most calls have.
  mmsghdr few_headers_[kMaxSent];
  iovec few_slots_[kMaxSent];
  mmsghdr* headers_ = few_headers_;
  iovec* slots_ = few_slots_;
  Scratch memory_;
};

napi_value sendmmsg(napi_env env, napi_callback_info info) {
  Args<8> args(env, info);
  int fd = args.Int(0, "fd");
  int flags = args.Bits(1, "flags");
  if (!args.ok()) return nullptr;
  Vector vector(env, args, true);
  if (!vector.Read(2)) return args.ok() ? Number(env, -ENOMEM) : nullptr;
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
  if (!args.ok()) return nullptr;
  Vector vector(env, args, false);
  if (!vector.Read(2)) return args.ok() ? Number(env, -ENOMEM) : nullptr;
  InOut<timespec> timeout(args, 8, "timeout");
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
  auto unmap = [](napi_env, void* data, void* end) {
    munmap(data, static_cast<size_t>(static_cast<char*>(end) - static_cast<char*>(data)));
  };
  napi_value buffer;
  void* end = static_cast<char*>(pages) + size;
  if (napi_create_external_arraybuffer(env, pages, size, unmap, end, &buffer) != napi_ok) {
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
