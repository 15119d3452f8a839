/**
 * Control messages: `struct cmsghdr`, and what the data of each type means. cmsg(3)
 *
 * A control message has always its bytes. Those of a known type have a value as well: what a new
 * type needs is a row in one of the tables below.
 */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import {
  buffer,
  int32,
  integer,
  isBuf,
  object,
  rangeError,
  typeError,
} from '../kernel/validate.js';
import { sock_extended_err } from './errqueue.js';
import {
  IP_CHECKSUM,
  IP_OPTIONS,
  IP_ORIGDSTADDR,
  IP_PKTINFO,
  IP_PROTOCOL,
  IP_RECVERR,
  IP_RECVFRAGSIZE,
  IP_RECVOPTS,
  IP_RETOPTS,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './ip.js';
import {
  IPV6_DONTFRAG,
  IPV6_DSTOPTS,
  IPV6_FLOWINFO,
  IPV6_HOPLIMIT,
  IPV6_HOPOPTS,
  IPV6_ORIGDSTADDR,
  IPV6_PATHMTU,
  IPV6_PKTINFO,
  IPV6_RECVERR,
  IPV6_RECVFRAGSIZE,
  IPV6_RTHDR,
  IPV6_RTHDRDSTOPTS,
  IPV6_TCLASS,
} from './ipv6.js';
import { opt_stats } from './opt_stats.js';
import { int, type Kind, kind, name, structure, timeval, uint } from './option.js';
import { in_pktinfo, in6_pktinfo } from './pktinfo.js';
import {
  SCM_CREDENTIALS,
  SCM_INQ,
  SCM_PIDFD,
  SCM_RIGHTS,
  SCM_SECURITY,
  SCM_TIMESTAMP,
  SCM_TIMESTAMPING,
  SCM_TIMESTAMPING_OPT_STATS,
  SCM_TIMESTAMPING_PKTINFO,
  SCM_TIMESTAMPNS,
  SCM_TS_OPT_ID,
  SCM_TXTIME,
  SCM_WIFI_STATUS,
} from './scm.js';
import { decodeSockaddr, type SockAddr, type SockAddrLike, sockaddrBytes } from './sockaddr.js';
import {
  SO_MARK,
  SO_PRIORITY,
  SO_RXQ_OVFL,
  SO_TIMESTAMP_NEW,
  SO_TIMESTAMPING_NEW,
  SO_TIMESTAMPNS_NEW,
  SOL_SOCKET,
} from './socket.js';
import { TCP_CM_INQ } from './tcp.js';
import { scm_timestamping, scm_ts_pktinfo, timespec } from './timespec.js';
import { ucred } from './ucred.js';
import { UDP_GRO, UDP_SEGMENT } from './udp.js';

/** Descriptors, as many as there is room for. */
const fds: Kind<number[], readonly number[]> = kind(
  0,
  (r, length) => Array.from({ length: length >> 2 }, () => r.i32()),
  (value) => {
    if (!Array.isArray(value)) throw typeError('value', 'must be an array of descriptors', value);
    const w = new Writer(4 * value.length);
    value.forEach((fd, i) => {
      w.u32(int32(fd, `value[${i}]`));
    });
    return w.bytes;
  },
);

/** A byte when received; sent, an int will do. */
const byte: Kind<number, number> = kind(
  1,
  (r) => r.u8(),
  (value) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

const u16: Kind<number, number> = kind(
  2,
  (r) => r.u16(),
  (value) => new Writer(2).u16(integer(value, 'value', 0, 0xffff)).bytes,
);

/** An instant of 64 bits. */
const u64: Kind<bigint, bigint | number> = kind(
  8,
  (r) => r.u64(),
  (value) => {
    const isInstant = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (!isInstant) throw typeError('value', 'must be a bigint or a safe integer', value);
    if (BigInt.asUintN(64, BigInt(value)) !== BigInt(value)) {
      throw rangeError('value', 'must have at most 64 bits and no sign', value);
    }
    return new Writer(8).u64(BigInt(value)).bytes;
  },
);

/** Bytes in network order. */
const be32: Kind<number, number> = kind(
  4,
  (r) => r.be32(),
  (value) => new Writer(4).be32(integer(value, 'value', 0, 0xffff_ffff)).bytes,
);

const bytes: Kind<Uint8Array, Buf> = kind(
  0,
  (r, length) => r.copy(length),
  (value) => buffer(value, 'value'),
);

const sockaddr: Kind<SockAddr, SockAddrLike> = kind(
  2,
  (r, length) => decodeSockaddr(r.bytes.subarray(0, length)),
  (value) => buffer(sockaddrBytes(value), 'value'),
);

/** `struct ip6_mtuinfo`, linux/ipv6.h: where a datagram was too big, and what fits. */
const ip6_mtuinfo = structure(32, (r) => ({
  /** ip6m_addr: the destination. */
  addr: decodeSockaddr(r.bytes.subarray(0, 28)),
  /** ip6m_mtu: the path MTU. Bytes. */
  mtu: r.skip(28).u32(),
}));

/** The kinds of the control messages, by level and type. */
const kinds = {
  [SOL_SOCKET]: {
    [SCM_RIGHTS]: fds,
    [SCM_CREDENTIALS]: ucred,
    [SCM_SECURITY]: name(0),
    [SCM_PIDFD]: int,
    [SO_PRIORITY]: int,
    [SCM_TIMESTAMP]: timeval,
    [SCM_TIMESTAMPNS]: timespec,
    [SO_MARK]: uint,
    [SCM_TIMESTAMPING]: scm_timestamping,
    [SO_RXQ_OVFL]: uint,
    [SCM_WIFI_STATUS]: int,
    [SCM_TIMESTAMPING_OPT_STATS]: opt_stats,
    [SCM_TIMESTAMPING_PKTINFO]: scm_ts_pktinfo,
    [SCM_TXTIME]: u64,
    [SO_TIMESTAMP_NEW]: timeval,
    [SO_TIMESTAMPNS_NEW]: timespec,
    [SO_TIMESTAMPING_NEW]: scm_timestamping,
    [SCM_TS_OPT_ID]: uint,
    [SCM_INQ]: int,
  },
  [IPPROTO_IP]: {
    [IP_TOS]: byte,
    [IP_TTL]: int,
    [SCM_SECURITY]: name(0),
    [IP_OPTIONS]: bytes,
    [IP_RECVOPTS]: bytes,
    [IP_RETOPTS]: bytes,
    [IP_PKTINFO]: in_pktinfo,
    [IP_RECVERR]: sock_extended_err,
    [IP_ORIGDSTADDR]: sockaddr,
    [IP_CHECKSUM]: uint,
    [IP_RECVFRAGSIZE]: int,
    [IP_PROTOCOL]: int,
  },
  [IPPROTO_IPV6]: {
    [IPV6_FLOWINFO]: be32,
    [IPV6_RECVERR]: sock_extended_err,
    [IPV6_PKTINFO]: in6_pktinfo,
    [IPV6_HOPLIMIT]: int,
    [IPV6_HOPOPTS]: bytes,
    [IPV6_RTHDRDSTOPTS]: bytes,
    [IPV6_RTHDR]: bytes,
    [IPV6_DSTOPTS]: bytes,
    [IPV6_PATHMTU]: ip6_mtuinfo,
    [IPV6_DONTFRAG]: int,
    [IPV6_TCLASS]: int,
    [IPV6_ORIGDSTADDR]: sockaddr,
    [IPV6_RECVFRAGSIZE]: int,
  },
  [IPPROTO_TCP]: { [TCP_CM_INQ]: int },
  [IPPROTO_UDP]: { [UDP_SEGMENT]: u16, [UDP_GRO]: int },
} as const satisfies Readonly<Record<number, Readonly<Record<number, Kind<unknown, never>>>>>;

type Kinds = typeof kinds;
type GetOf<K> = K extends Kind<infer Get, never> ? Get : never;
type SetOf<K> = K extends Kind<unknown, infer Set> ? Set : never;

/** The levels that have control messages with a value. */
export type ControlLevel = keyof Kinds;

/** What the data of a control message means. */
export type ControlValue<L extends ControlLevel, T extends keyof Kinds[L]> = GetOf<Kinds[L][T]>;

/** A received control message. `value` is undefined where the type has none, or was cut off. */
export type ControlMessage =
  | {
      [L in ControlLevel]: {
        [T in keyof Kinds[L]]: {
          level: L;
          type: T;
          data: Uint8Array;
          value: GetOf<Kinds[L][T]> | undefined;
        };
      }[keyof Kinds[L]];
    }[ControlLevel]
  | { level: number; type: number; data: Uint8Array; value: undefined };

/** A control message to be sent: its value, or the bytes of any. Given both, the bytes are sent. */
export type ControlInit =
  | {
      [L in ControlLevel]: {
        [T in keyof Kinds[L]]: [SetOf<Kinds[L][T]>] extends [never]
          ? never
          : { level: L; type: T; data?: undefined; value: SetOf<Kinds[L][T]> };
      }[keyof Kinds[L]];
    }[ControlLevel]
  | { level: number; type: number; data: Buf; value?: unknown };

const HEADER = 16;

/** CMSG_ALIGN(3) — a length, rounded up to where the next control message may begin. */
export const CMSG_ALIGN = (length: number): number => (size(length) + 7) & -8;

/** CMSG_LEN(3) — the length of a control message with so many bytes of data. */
export const CMSG_LEN = (length: number): number => HEADER + size(length);

/**
 * CMSG_SPACE(3) — the room that a control message with so many bytes of data takes. For one
 * descriptor, that is room for two.
 */
export const CMSG_SPACE = (length: number): number => HEADER + CMSG_ALIGN(length);

function size(length: unknown): number {
  return integer(length, 'length', 0, 0x7fff_ffe0);
}

function find(level: number, type: number): Kind<unknown, unknown> | undefined {
  const tables: { [level: number]: { [type: number]: unknown } } = kinds;
  return tables[level]?.[type] as Kind<unknown, unknown> | undefined;
}

/** The value that `data` has, where all of it is there. */
function decode(level: number, type: number, data: Uint8Array): unknown {
  const known = find(level, type);
  const length = data.byteLength;
  return known === undefined || length < known.size
    ? undefined
    : known.decode(new Reader(data), length);
}

/**
 * The control messages in `bytes`, which are as long as the kernel said (`controllen`). One that
 * was cut off has the data that is there; a length that lies ends the list.
 */
export function decodeControl(bytes: Buf): ControlMessage[] {
  const all = buffer(bytes, 'bytes');
  const { byteLength: end } = all;
  const view = new DataView(all.buffer, all.byteOffset, end);
  const messages: ControlMessage[] = [];
  for (let at = 0; at + HEADER <= end; ) {
    const length = Number(view.getBigUint64(at, true));
    if (length < HEADER) break;
    const level = view.getInt32(at + 8, true);
    const type = view.getInt32(at + 12, true);
    const data = all.slice(at + HEADER, Math.min(at + length, end));
    const value = decode(level, type, data);
    messages.push({ level, type, data, value } as ControlMessage);
    // As the kernel has it: what is cut off is the last.
    at += Math.ceil(length / 8) * 8;
  }
  return messages;
}

function dataOf(
  init: unknown,
  argument: string,
): { level: number; type: number; data: Uint8Array } {
  const { level, type, data, value } = object(init, argument);
  const head = { level: int32(level, `${argument}.level`), type: int32(type, `${argument}.type`) };
  if (data !== undefined) return { ...head, data: buffer(data, `${argument}.data`) };
  const known = find(head.level, head.type);
  if (known === undefined) {
    const must = `must be given: type ${head.type} of level ${head.level} has no other form`;
    throw typeError(`${argument}.data`, must, data);
  }
  const encoded = known.encode(value);
  if (typeof encoded === 'number') return { ...head, data: new Writer(4).u32(encoded).bytes };
  return { ...head, data: typeof encoded === 'string' ? Buffer.from(encoded) : encoded };
}

/** The bytes of control messages, one after the other, as sendmsg(2) takes them. */
export function encodeControl(messages: readonly ControlInit[]): Uint8Array {
  if (!Array.isArray(messages)) {
    throw typeError('control', 'must be an array of control messages, or bytes', messages);
  }
  // A hole is an element too, and no control message.
  const all = Array.from(messages, (message, i) => dataOf(message, `control[${i}]`));
  const total = all.reduce((sum, { data }) => sum + CMSG_SPACE(data.byteLength), 0);
  const w = new Writer(total);
  for (const { level, type, data } of all) {
    const { byteLength } = data;
    w.u64(BigInt(CMSG_LEN(byteLength)))
      .u32(level)
      .u32(type)
      .copy(data);
    w.skip(CMSG_ALIGN(byteLength) - byteLength);
  }
  return w.bytes;
}

/** The bytes of control data in whichever form it was given. */
export function controlBytes(control: readonly ControlInit[] | Buf): Buf {
  return isBuf(control) ? control : encodeControl(control);
}

/** The value of the first control message of a level and type; undefined when there is none. */
export function controlValue<L extends ControlLevel, T extends keyof Kinds[L]>(
  control: readonly ControlMessage[],
  level: L,
  type: T,
): ControlValue<L, T> | undefined {
  if (!Array.isArray(control)) {
    throw typeError('control', 'must be an array of control messages', control);
  }
  int32(level, 'level');
  int32(type, 'type');
  const messages: readonly (ControlMessage | undefined)[] = control;
  const found = messages.find((each) => each?.level === level && each.type === type);
  return found?.value as ControlValue<L, T> | undefined;
}

/**
 * Calls `take` with each descriptor that came with the control messages in a part of `bytes`. It
 * looks at elements only, which nobody can replace: this is what closes descriptors when reading
 * them has failed.
 */
export function eachDescriptor(
  bytes: Uint8Array,
  begin: number,
  end: number,
  take: (fd: number) => unknown,
): void {
  const int = (at: number): number =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  for (let at = begin; at + HEADER <= end; ) {
    const length = int(at);
    if (length < HEADER) return;
    const isOurs =
      int(at + 8) === SOL_SOCKET && (int(at + 12) === SCM_RIGHTS || int(at + 12) === SCM_PIDFD);
    const last = at + length < end ? at + length : end;
    for (let n = at + HEADER; isOurs && n + 4 <= last; n += 4) {
      // A pidfd that could not be had is -errno.
      if (int(n) >= 0) take(int(n));
    }
    if (last === end) return;
    at += (length + 7) & -8;
  }
}
