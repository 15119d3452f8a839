// getsockopt(2) and setsockopt(2), for every option whose value is plain bytes; and
// TCP_ZEROCOPY_RECEIVE, whose value holds addresses.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "args.h"

namespace {

enum Direction { kGet = 1, kSet = 2, kBoth = 3 };

// Options whose structures hold an address, or a count of their own that the kernel follows past
// the length it was given: as bytes from JavaScript they would name memory of this process, or
// overrun the buffer.
struct Refused {
  int level;
  int optname;
  Direction direction;
};

constexpr Refused kRefused[] = {
    {6, 35, kGet},     // IPPROTO_TCP TCP_ZEROCOPY_RECEIVE
    {0, 64, kSet},     // IPPROTO_IP IPT_SO_SET_REPLACE
    {41, 64, kSet},    // IPPROTO_IPV6 IP6T_SO_SET_REPLACE
    {0, 96, kSet},     // IPPROTO_IP ARPT_SO_SET_REPLACE
    {0, 128, kBoth},   // IPPROTO_IP EBT_SO_SET_ENTRIES
    {0, 129, kBoth},   // IPPROTO_IP EBT_SO_GET_ENTRIES
    {0, 131, kBoth},   // IPPROTO_IP EBT_SO_GET_INIT_ENTRIES
    {132, 111, kGet},  // SOL_SCTP SCTP_SOCKOPT_CONNECTX3
    {276, 2, kSet},    // SOL_RDS RDS_GET_MR
    {276, 7, kSet},    // SOL_RDS RDS_GET_MR_FOR_DEST
    {283, 4, kSet},    // SOL_XDP XDP_UMEM_REG
    {284, 4, kGet},    // SOL_MPTCP MPTCP_FULL_INFO
};

constexpr int kMptcp = 284 /* SOL_MPTCP */;
constexpr int kFullInfo = 4 /* MPTCP_FULL_INFO */;

// Options that are set to a classic BPF program: a struct sock_fprog, of which the caller gives the
// instructions.
constexpr Refused kProgram[] = {
    {1, 26, kSet},    // SOL_SOCKET SO_ATTACH_FILTER
    {1, 51, kSet},    // SOL_SOCKET SO_ATTACH_REUSEPORT_CBPF
    {263, 22, kSet},  // SOL_PACKET PACKET_FANOUT_DATA
};

// Structures that end in an array and say how long that is: the kernel follows the count, not the
// length of the memory.
struct Counted {
  int level;
  int optname;
  size_t count_at;
  size_t header;
  size_t element;
  // The kernel writes to this much whatever the length says, and takes that for one element's.
  size_t least;
};

constexpr Counted kCounted[] = {
    {0, 41, 12, 16, 4, 0},       // IPPROTO_IP IP_MSFILTER
    {0, 48, 140, 144, 128, 0},   // IPPROTO_IP MCAST_MSFILTER
    {41, 48, 140, 144, 128, 0},  // IPPROTO_IPV6 MCAST_MSFILTER
    {6, 41, 272, 0, 304, 304},   // IPPROTO_TCP TCP_AO_GET_KEYS
};

// A struct sock_filter, linux/filter.h.
constexpr socklen_t kInstruction = 8;

template <size_t N>
bool IsIn(const Refused (&list)[N], int level, int optname, Direction direction) {
  for (const Refused& entry : list) {
    if (entry.level == level && entry.optname == optname && (entry.direction & direction)) {
      return true;
    }
  }
  return false;
}

const Counted* CountedAs(int level, int optname) {
  for (const Counted& entry : kCounted) {
    if (entry.level == level && entry.optname == optname) return &entry;
  }
  return nullptr;
}

// Whether the array that the structure counts fits in its memory.
bool Holds(const Counted& entry, const Bytes& optval) {
  if (optval.size < entry.least) return false;
  if (optval.size < entry.header) return true;  // The kernel answers EINVAL.
  uint32_t count;
  memcpy(&count, static_cast<char*>(optval.data) + entry.count_at, sizeof count);
  return count <= (optval.size - entry.header) / entry.element;
}

constexpr char kMustBePlain[] =
    "must not be an option whose structure holds an address, or a count that its length does not "
    "bound: sockfd does not offer it as bytes, nor otherwise yet";
constexpr char kMustBeZerocopy[] =
    "must not be TCP_ZEROCOPY_RECEIVE, whose structure holds addresses: call "
    "tcp_zerocopy_receive() instead";

bool IsZerocopy(int level, int optname) {
  return level == 6 /* IPPROTO_TCP */ && optname == 35 /* TCP_ZEROCOPY_RECEIVE */;
}

// Reads a structure that counts its elements: in a copy, because the kernel reads the count again,
// and another thread can change shared memory meanwhile.
int GetCounted(ArgReader* args, int fd, const Counted& entry, Out* optval) {
  void* copy = malloc(optval->size + 1);
  if (copy == nullptr) {
    errno = ENOMEM;
    return -1;
  }
  size_t size = optval->size;
  if (size > 0) memcpy(copy, optval->data, size);
  int result = -1;
  if (Holds(entry, {copy, size})) {
    if (entry.least > 0) optval->size = static_cast<socklen_t>(entry.least);
    result = ::getsockopt(fd, entry.level, entry.optname, copy, &optval->size);
    if (result == 0 && size > 0) memcpy(optval->data, copy, size);
  } else {
    args->FailRange(3, "optval", "must have room for as many elements as it says");
  }
  int error = errno;
  free(copy);
  errno = error;
  return result;
}

constexpr char kMustNotBeFullInfo[] =
    "must not be MPTCP_FULL_INFO, whose structure holds addresses: mptcp_full_info() reads it";

// What an option that is refused must be.
const char* MustBe(int level, int optname) {
  if (IsZerocopy(level, optname)) return kMustBeZerocopy;
  return level == kMptcp && optname == kFullInfo ? kMustNotBeFullInfo : kMustBePlain;
}

napi_value getsockopt(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int fd = args.Int(0, "fd");
  int level = args.Int(1, "level");
  int optname = args.Int(2, "optname");
  if (IsIn(kRefused, level, optname, kGet)) {
    args.FailType(2, "optname", MustBe(level, optname));
  }
  Out optval = args.Output(3, "optval", 4, "optlen");
  if (!args.ok()) return nullptr;
  if (const Counted* entry = CountedAs(level, optname)) {
    int result = GetCounted(&args, fd, *entry, &optval);
    return args.ok() ? LengthResult(env, result, optval) : nullptr;
  }
  // SOL_SOCKET SO_GET_FILTER counts instructions, not bytes.
  bool counts = level == 1 && optname == 26;
  if (counts) optval.size /= static_cast<socklen_t>(kInstruction);
  int result = ::getsockopt(fd, level, optname, optval.data, &optval.size);
  if (counts) optval.size *= kInstruction;
  return LengthResult(env, result, optval);
}

// A struct sock_fprog, linux/filter.h.
struct Program {
  unsigned short len;
  void* filter;
};

// A number is a C int; a view or a string is its bytes, or the instructions of a program.
napi_value setsockopt(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  int level = args.Int(1, "level");
  int optname = args.Int(2, "optname");
  if (IsIn(kRefused, level, optname, kSet)) args.FailType(2, "optname", kMustBePlain);
  if (args.IsNumber(3)) {
    int number = args.Bits(3, "optval");
    if (!args.ok()) return nullptr;
    return Result(env, ::setsockopt(fd, level, optname, &number, sizeof number));
  }
  Bytes optval = args.Source(3, "optval");
  if (args.ok() && optval.size > INT_MAX) {
    args.FailRange(3, "optval", "must have at most 2147483647 bytes");
  }
  bool is_program = IsIn(kProgram, level, optname, kSet);
  if (args.ok() && is_program &&
      (optval.size % kInstruction != 0 || optval.size / kInstruction > USHRT_MAX)) {
    args.FailRange(3, "optval", "must have 8 bytes for each of at most 65535 instructions");
  }
  if (!args.ok()) return nullptr;
  Program program = {static_cast<unsigned short>(optval.size / kInstruction), optval.data};
  if (is_program) optval = {&program, sizeof program};
  return Result(env,
                ::setsockopt(fd, level, optname, optval.data, static_cast<socklen_t>(optval.size)));
}

// A struct tcp_zerocopy_receive, linux/tcp.h.
struct ZerocopyReceive {
  uint64_t address;
  uint32_t length;
  uint32_t recv_skip_hint;
  uint32_t inq;
  int32_t err;
  uint64_t copybuf_address;
  int32_t copybuf_len;
  uint32_t flags;
  uint64_t msg_control;
  uint64_t msg_controllen;
  uint32_t msg_flags;
  uint32_t reserved;
};

// Linux 4.18 ended with recv_skip_hint, and took no other length.
constexpr size_t kZerocopyLeast = offsetof(ZerocopyReceive, inq);
constexpr size_t kZerocopyCopybuf = offsetof(ZerocopyReceive, flags);

// The addresses of the structure are set here, and 0 again when it is handed back.
void SetMemory(ZerocopyReceive* zc, void* map, size_t length, const Bytes& copybuf) {
  zc->address = reinterpret_cast<uintptr_t>(map);
  zc->length = static_cast<uint32_t>(length);
  zc->copybuf_address = reinterpret_cast<uintptr_t>(copybuf.data);
  zc->copybuf_len = static_cast<int32_t>(copybuf.size);
  zc->msg_control = 0;
  zc->msg_controllen = 0;
  zc->msg_flags = 0;
}

// getsockopt(TCP_ZEROCOPY_RECEIVE), between the mmap(2) and the munmap(2) of pages of the socket:
// JavaScript never holds them, because memory that it cannot write to would end the process. What
// was mapped is copied to `mapped`. Without `mapped` it is getsockopt(2) alone.
napi_value tcp_zerocopy_receive(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes zc = args.View(1, "zc");
  Bytes mapped = args.Address(2, "mapped");
  Bytes copybuf = args.Address(3, "copybuf");
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t length = mapped.size - mapped.size % page;
  size_t least = copybuf.size > 0 ? kZerocopyCopybuf : kZerocopyLeast;
  if (args.ok() && (zc.size < least || zc.size > sizeof(ZerocopyReceive))) {
    args.FailRange(1, "zc", "must have 16 to 64 bytes, and with copybuf at least 36");
  }
  if (args.ok() && mapped.size > 0 && length == 0) {
    args.FailRange(2, "mapped", "must have room for a page of memory");
  }
  if (!args.ok()) return nullptr;
  void* map = nullptr;
  if (length > 0) {
    map = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) return Result(env, -1);
  }
  ZerocopyReceive value = {};
  memcpy(&value, zc.data, zc.size);
  SetMemory(&value, map, length, copybuf);
  Out optval = {&value, static_cast<socklen_t>(zc.size), nullptr};
  int result = ::getsockopt(fd, 6 /* IPPROTO_TCP */, 35 /* TCP_ZEROCOPY_RECEIVE */, optval.data,
                            &optval.size);
  int error = errno;
  if (result == 0) {
    // Past what it mapped there are no pages.
    if (map != nullptr && value.length <= length) memcpy(mapped.data, map, value.length);
    value.address = 0;
    value.copybuf_address = 0;
    memcpy(zc.data, &value, zc.size);
  }
  if (map != nullptr) munmap(map, length);
  errno = error;
  return LengthResult(env, result, optval);
}

// A struct mptcp_full_info, linux/mptcp.h, with room for a longer struct mptcp_info.
struct FullInfo {
  uint32_t size_tcpinfo_kernel;
  uint32_t size_tcpinfo_user;
  uint32_t size_sfinfo_kernel;
  uint32_t size_sfinfo_user;
  uint32_t num_subflows;
  uint32_t size_arrays_user;
  uint64_t subflow_info;
  uint64_t tcp_info;
  char mptcp_info[512];
};

constexpr size_t kFullInfoHeader = offsetof(FullInfo, mptcp_info);

// Whether an array has room for what the structure says of it.
bool HasRoom(const Bytes& array, uint32_t elements, uint32_t size) {
  return uint64_t{elements} * size <= array.size;
}

// The kernel gets a copy of the structure: no other thread can change what was checked, and the
// caller never sees an address.
napi_value mptcp_full_info(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0, "fd");
  Bytes memory = args.View(1, "info");
  if (args.ok() && memory.size < kFullInfoHeader) {
    args.FailRange(1, "info", "must have 40 bytes, and room for a struct mptcp_info");
  }
  Bytes subflow_info = args.Address(2, "subflow_info");
  Bytes tcp_info = args.Address(3, "tcp_info");
  FullInfo full = {};
  if (args.ok()) memcpy(&full, memory.data, kFullInfoHeader);
  if (args.ok() && !HasRoom(subflow_info, full.size_arrays_user, full.size_sfinfo_user)) {
    args.FailRange(2, "subflow_info", "must have size_arrays_user times size_sfinfo_user bytes");
  }
  if (args.ok() && !HasRoom(tcp_info, full.size_arrays_user, full.size_tcpinfo_user)) {
    args.FailRange(3, "tcp_info", "must have size_arrays_user times size_tcpinfo_user bytes");
  }
  if (!args.ok()) return nullptr;
  full.subflow_info = reinterpret_cast<uintptr_t>(subflow_info.data);
  full.tcp_info = reinterpret_cast<uintptr_t>(tcp_info.data);
  const size_t room = memory.size < sizeof full ? memory.size : sizeof full;
  socklen_t size = static_cast<socklen_t>(room);
  int result = ::getsockopt(fd, kMptcp, kFullInfo, &full, &size);
  if (result != 0) return Result(env, result);
  full.subflow_info = 0;
  full.tcp_info = 0;
  memcpy(memory.data, &full, size < room ? size : room);
  return Number(env, static_cast<long>(size));
}

}  // namespace

napi_status DefineSockopt(napi_env env, napi_value exports) {
  static const napi_property_descriptor table[] = {FN(getsockopt), FN(setsockopt),
                                                   FN(tcp_zerocopy_receive), FN(mptcp_full_info)};
  return Define(env, exports, table);
}
