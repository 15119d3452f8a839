/**
 * Socket addresses: ip(7), ipv6(7), unix(7), netlink(7), packet(7), vsock(7).
 */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import {
  buffer,
  int32,
  integer,
  isBuf,
  isUint8Array,
  object,
  rangeError,
  typeError,
  uint16,
  uint32,
} from '../kernel/validate.js';
import type * as family from './family.js';
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
} from './family.js';
import { formatIPv4, formatIPv6, ipv4Bytes, ipv6Bytes } from './inet.js';

/** sockaddr_in: an IPv4 address and port. ip(7) */
export interface SockAddrIn {
  family: typeof AF_INET;
  /** sin_addr: `'127.0.0.1'`. */
  addr: string;
  /** sin_port: 0–65535, host byte order. */
  port: number;
}

/** sockaddr_in6: an IPv6 address and port. ipv6(7) */
export interface SockAddrIn6 {
  family: typeof AF_INET6;
  /** sin6_addr: `'::1'`. */
  addr: string;
  /** sin6_port: 0–65535, host byte order. */
  port: number;
  /** sin6_flowinfo: traffic class and flow label, host byte order. */
  flowinfo?: number;
  /** sin6_scope_id: the interface of a link-local address. */
  scope_id?: number;
}

/**
 * sockaddr_un: a file name, a Linux abstract name, or no name. unix(7)
 *
 * Binding to the one without a name lets the kernel choose an abstract name (autobind).
 */
export type SockAddrUn =
  | {
      family: typeof AF_UNIX;
      /** sun_path: a file name of 1–108 bytes; bytes when it is not UTF-8. */
      path: string | Uint8Array;
      abstract?: undefined;
    }
  | {
      family: typeof AF_UNIX;
      /** An abstract name of 0–107 bytes of any value, without the leading NUL. */
      abstract: string | Uint8Array;
      path?: undefined;
    }
  | { family: typeof AF_UNIX; path?: undefined; abstract?: undefined };

/** sockaddr_nl. netlink(7) */
export interface SockAddrNl {
  family: typeof AF_NETLINK;
  /** nl_pid: port id; 0 is the kernel, and to bind(2) a free one. */
  pid: number;
  /** nl_groups: mask of multicast groups. */
  groups: number;
}

/** sockaddr_ll. packet(7) */
export interface SockAddrLl {
  family: typeof AF_PACKET;
  /** sll_ifindex: interface number; 0 is any. */
  ifindex: number;
  /** sll_protocol: Ethernet protocol (ETH_P_*), host byte order. */
  protocol: number;
  /** sll_hatype: ARPHRD_* of the device; of received packets. */
  hatype?: number;
  /** sll_pkttype: PACKET_HOST, PACKET_BROADCAST, …; of received packets. */
  pkttype?: number;
  /** sll_addr: the link-layer address, sll_halen bytes. */
  addr?: Uint8Array;
}

/** sockaddr_vm. vsock(7) */
export interface SockAddrVm {
  family: typeof AF_VSOCK;
  /** svm_cid: context id of the machine. */
  cid: number;
  /** svm_port: 32 bits, host byte order. */
  port: number;
}

/** No address. connect(2) to it dissolves an association; a kernel that told none gives it too. */
export interface SockAddrUnspec {
  family: typeof AF_UNSPEC;
}

type Families = typeof family;
type TypedFamily =
  | typeof AF_UNSPEC
  | typeof AF_UNIX
  | typeof AF_INET
  | typeof AF_INET6
  | typeof AF_NETLINK
  | typeof AF_PACKET
  | typeof AF_VSOCK;

/** Any other family: the bytes after sa_family. */
export interface SockAddrOther {
  family: Exclude<Families[keyof Families], TypedFamily>;
  data: Uint8Array;
}

/** A socket address. TypeScript narrows it by `family`. */
export type SockAddr =
  | SockAddrIn
  | SockAddrIn6
  | SockAddrUn
  | SockAddrNl
  | SockAddrLl
  | SockAddrVm
  | SockAddrUnspec
  | SockAddrOther;

/** What a call takes for an address: a `SockAddr`, one of a family without a name, or its bytes. */
export type SockAddrLike = SockAddr | { family: number; data: Uint8Array } | Buf;

const UNIX_PATH_MAX = 108;
/** The longest link-layer address that a device may have. linux/netdevice.h */
const MAX_ADDR_LEN = 32;

/** The bytes of a name: text, or bytes as they are. */
export function nameBytes(value: unknown, argument: string, max: number): Uint8Array {
  if (typeof value !== 'string' && !isUint8Array(value)) {
    throw typeError(argument, 'must be a string or a Uint8Array', value);
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : buffer(value, argument);
  if (bytes.byteLength > max) throw rangeError(argument, `must have at most ${max} bytes`, value);
  return bytes;
}

function encodeIn(addr: Record<string, unknown>, at: string): Uint8Array {
  const bytes = ipv4Bytes(addr.addr, `${at}.addr`);
  return new Writer(16)
    .u16(AF_INET)
    .be16(uint16(addr.port, `${at}.port`))
    .copy(bytes).bytes;
}

function encodeIn6(addr: Record<string, unknown>, at: string): Uint8Array {
  const bytes = ipv6Bytes(addr.addr, `${at}.addr`);
  return new Writer(28)
    .u16(AF_INET6)
    .be16(uint16(addr.port, `${at}.port`))
    .be32(uint32(addr.flowinfo ?? 0, `${at}.flowinfo`))
    .copy(bytes)
    .u32(uint32(addr.scope_id ?? 0, `${at}.scope_id`)).bytes;
}

function encodeUn(addr: Record<string, unknown>, at: string): Uint8Array {
  if (addr.path !== undefined) {
    if (addr.abstract !== undefined) {
      throw typeError(`${at}.abstract`, 'must not be there beside path', addr.abstract);
    }
    const path = nameBytes(addr.path, `${at}.path`, UNIX_PATH_MAX);
    if (path.byteLength === 0 || path.includes(0)) {
      throw rangeError(
        `${at}.path`,
        'must have no NUL, which is what abstract is for, and not be empty',
        addr.path,
      );
    }
    // With the NUL that C counts, where there is room for it.
    const size = 2 + Math.min(path.byteLength + 1, UNIX_PATH_MAX);
    return new Writer(size).u16(AF_UNIX).copy(path).bytes;
  }
  if (addr.abstract === undefined) return new Writer(2).u16(AF_UNIX).bytes;
  const abstract = nameBytes(addr.abstract, `${at}.abstract`, UNIX_PATH_MAX - 1);
  return new Writer(3 + abstract.byteLength).u16(AF_UNIX).skip(1).copy(abstract).bytes;
}

function encodeNl(addr: Record<string, unknown>, at: string): Uint8Array {
  return new Writer(12)
    .u16(AF_NETLINK)
    .skip(2)
    .u32(uint32(addr.pid, `${at}.pid`))
    .u32(uint32(addr.groups, `${at}.groups`)).bytes;
}

function encodeLl(addr: Record<string, unknown>, at: string): Uint8Array {
  const address = addr.addr === undefined ? new Uint8Array(0) : addr.addr;
  if (!isUint8Array(address)) {
    throw typeError(`${at}.addr`, 'must be a Uint8Array', addr.addr);
  }
  // sll_addr has 8 bytes; the longer addresses of InfiniBand (20) run past the C structure.
  const { byteLength } = buffer(address, `${at}.addr`);
  const length = integer(byteLength, `${at}.addr.byteLength`, 0, MAX_ADDR_LEN);
  return new Writer(12 + Math.max(8, length))
    .u16(AF_PACKET)
    .be16(uint16(addr.protocol, `${at}.protocol`))
    .u32(int32(addr.ifindex, `${at}.ifindex`))
    .u16(uint16(addr.hatype ?? 0, `${at}.hatype`))
    .u8(integer(addr.pkttype ?? 0, `${at}.pkttype`, 0, 255))
    .u8(length)
    .copy(address).bytes;
}

function encodeVm(addr: Record<string, unknown>, at: string): Uint8Array {
  return new Writer(16)
    .u16(AF_VSOCK)
    .skip(2)
    .u32(uint32(addr.port, `${at}.port`))
    .u32(uint32(addr.cid, `${at}.cid`)).bytes;
}

function encode(addr: unknown, at: string): Uint8Array {
  const fields = object(addr, at);
  const sa_family = uint16(fields.family, `${at}.family`);
  if (fields.data !== undefined) {
    if (!isUint8Array(fields.data)) {
      throw typeError(`${at}.data`, 'must be a Uint8Array', fields.data);
    }
    const data = buffer(fields.data, `${at}.data`);
    return new Writer(2 + data.byteLength).u16(sa_family).copy(data).bytes;
  }
  switch (sa_family) {
    case AF_UNSPEC:
      return new Uint8Array(16);
    case AF_UNIX:
      return encodeUn(fields, at);
    case AF_INET:
      return encodeIn(fields, at);
    case AF_INET6:
      return encodeIn6(fields, at);
    case AF_NETLINK:
      return encodeNl(fields, at);
    case AF_PACKET:
      return encodeLl(fields, at);
    case AF_VSOCK:
      return encodeVm(fields, at);
    default:
      throw typeError(`${at}.data`, 'must be a Uint8Array for this family', undefined);
  }
}

/**
 * The bytes of an address as the kernel takes them. A loop that uses one address again and again
 * encodes it once: wherever a `SockAddr` is taken, these bytes are.
 *
 * @throws RangeError for an address that cannot be told: a path over 108 bytes, a port over 65535
 */
export function encodeSockaddr(addr: SockAddr | { family: number; data: Uint8Array }): Uint8Array {
  return encode(addr, 'addr');
}

const SOCKADDR_STORAGE = 128;

/** A `struct sockaddr_storage` that is part of a structure, where it is called `name`. */
export function sockaddrStorage(addr: unknown, name: string): Uint8Array {
  const bytes = isBuf(addr) ? buffer(addr, name) : encode(addr, name);
  if (bytes.byteLength > SOCKADDR_STORAGE) {
    throw rangeError(name, `must have at most ${SOCKADDR_STORAGE} bytes`, addr);
  }
  return new Writer(SOCKADDR_STORAGE).copy(bytes).bytes;
}

// ignoreBOM keeps a leading U+FEFF, which is part of the name.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text where the bytes are UTF-8, otherwise a copy of the bytes. */
export function decodeName(bytes: Uint8Array): string | Uint8Array {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.slice();
  }
}

function decodeUn(bytes: Uint8Array): SockAddr {
  if (bytes.byteLength === 2) return { family: AF_UNIX };
  if (bytes[2] === 0) return { family: AF_UNIX, abstract: decodeName(bytes.subarray(3)) };
  const nul = bytes.indexOf(0, 2);
  return { family: AF_UNIX, path: decodeName(bytes.subarray(2, nul < 0 ? undefined : nul)) };
}

function decodeLl(r: Reader): SockAddr {
  const protocol = r.be16();
  const ifindex = r.i32();
  const hatype = r.u16();
  const pkttype = r.u8();
  const halen = r.u8();
  return { family: AF_PACKET, ifindex, protocol, hatype, pkttype, addr: r.copy(halen) };
}

/**
 * The address that the kernel wrote. No bytes make it throw: an address too short for its family,
 * like one of a family without a type of its own, comes back as `{ family, data }`, and no bytes at
 * all as `{ family: AF_UNSPEC }`.
 */
export function decodeSockaddr(bytes: Buf): SockAddr {
  const all = buffer(bytes, 'bytes');
  if (all.byteLength < 2) return { family: AF_UNSPEC };
  const [sa_family_low = 0, sa_family_high = 0, port_high = 0, port_low = 0] = all;
  const sa_family = sa_family_low | (sa_family_high << 8);
  const size = all.byteLength;
  // The most frequent by far, and a third as dear without a cursor.
  if (sa_family === AF_INET && size >= 16) {
    return { family: AF_INET, addr: formatIPv4(all, 4), port: (port_high << 8) | port_low };
  }
  const r = new Reader(all).skip(2);
  if (sa_family === AF_INET6 && size >= 28) {
    const port = r.be16();
    const flowinfo = r.be32();
    const scope_id = r.skip(16).u32();
    return { family: AF_INET6, addr: formatIPv6(all, 8), port, flowinfo, scope_id };
  }
  if (sa_family === AF_UNIX) return decodeUn(all);
  if (sa_family === AF_NETLINK && size >= 12) {
    return { family: AF_NETLINK, pid: r.skip(2).u32(), groups: r.u32() };
  }
  const sll_halen = all[11] ?? 0;
  if (sa_family === AF_PACKET && sll_halen <= MAX_ADDR_LEN && size >= 12 + sll_halen) {
    return decodeLl(r);
  }
  if (sa_family === AF_VSOCK && size >= 16) {
    const port = r.skip(2).u32();
    return { family: AF_VSOCK, cid: r.u32(), port };
  }
  if (sa_family === AF_UNSPEC) return { family: AF_UNSPEC };
  return { family: sa_family, data: all.slice(2) } as SockAddrOther;
}

/** The bytes of an address in whichever form it was given, as the argument `name`. */
export function sockaddrBytes(addr: SockAddrLike, name = 'addr'): Buf {
  return isBuf(addr) ? addr : encode(addr, name);
}

/** An address in the usual notation: `127.0.0.1:80`, `[::1]:80`, `/run/x`, `@abstract`. */
export function formatSockaddr(like: SockAddrLike): string {
  const addr = decodeSockaddr(sockaddrBytes(like));
  const quote = (value: string | Uint8Array): string =>
    typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  // Of a family with a type of its own, too, when it is too short for that.
  if ('data' in addr) return `family ${addr.family}`;
  switch (addr.family) {
    case AF_INET:
      return `${addr.addr}:${addr.port}`;
    case AF_INET6:
      return `[${addr.addr}${addr.scope_id ? `%${addr.scope_id}` : ''}]:${addr.port}`;
    case AF_UNIX:
      if (addr.path !== undefined) return quote(addr.path);
      return addr.abstract === undefined ? '(unnamed)' : `@${quote(addr.abstract)}`;
    case AF_NETLINK:
      return `netlink:${addr.pid}`;
    case AF_PACKET:
      return `packet:${addr.ifindex}`;
    case AF_VSOCK:
      return `vsock:${addr.cid}:${addr.port}`;
    default:
      return 'AF_UNSPEC';
  }
}
