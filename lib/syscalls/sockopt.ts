/** getsockopt(2), setsockopt(2): the options of each level, by the tables of the manual pages. */
import { native } from '../kernel/addon.js';
import { type Buf, Reader } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import { buffer, int32, integer, isBuf, typeError } from '../kernel/validate.js';
import type { Option } from '../structs/option.js';
import { type Level, type Options, options } from '../structs/options.js';
import {
  encodeZerocopy,
  type TcpZerocopyReceive,
  tcp_zerocopy_receive as zerocopy,
} from '../structs/tcp_zerocopy.js';

export type { Level };

type GetOf<O> = O extends Option<infer Get, never> ? Get : never;
type SetOf<O> = O extends Option<unknown, infer Set> ? Set : never;

type AskOf<O> = O extends { ask: (value: infer Ask) => Uint8Array } ? Ask : never;

/** The options of a level that can be read. */
export type Readable<L extends Level> = {
  [N in keyof Options[L]]: [GetOf<Options[L][N]>] extends [never] ? never : N;
}[keyof Options[L]];

/** The options of a level of which the reader has to say something first. */
export type Asked<L extends Level> = {
  [N in keyof Options[L]]: [AskOf<Options[L][N]>] extends [undefined] ? never : N;
}[keyof Options[L]];

/** The options of a level that can be set. */
export type Settable<L extends Level> = {
  [N in keyof Options[L]]: [SetOf<Options[L][N]>] extends [never] ? never : N;
}[keyof Options[L]];

/** What reading an option gives. */
export type OptionValue<L extends Level, N extends keyof Options[L]> = GetOf<Options[L][N]>;

/** What the reader of an option has to say first. */
export type OptionAsk<L extends Level, N extends keyof Options[L]> = AskOf<Options[L][N]>;

/** What an option can be set to. */
export type OptionInput<L extends Level, N extends keyof Options[L]> = SetOf<Options[L][N]>;

/** `N` where it is an option without a type. */
type Untyped<L extends number, N extends number> = L extends Level
  ? N extends keyof Options[L]
    ? never
    : N
  : N;

function find(level: number, optname: number): Option<unknown, unknown, unknown> | undefined {
  // Numbers before they are keys.
  int32(level, 'level');
  int32(optname, 'optname');
  const tables: { [level: number]: { [optname: number]: unknown } } = options;
  return tables[level]?.[optname] as Option<unknown, unknown, unknown> | undefined;
}

/**
 * getsockopt(2) — read an option of a socket.
 *
 *     int getsockopt(int fd, int level, int optname, void *optval, socklen_t *optlen)
 *
 * @param level    SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, SOL_RAW, …; with
 *                 `buf` any
 * @param optname  SO_*, TCP_*, IP_*, …; with `buf` any whose structure holds no address
 * @param ask      for a structure that the kernel completes: what of it the reader has to say
 * @param buf      receives the bytes as the kernel writes them
 * @returns        the option's value, typed by `level` and `optname`; with `buf` the length that
 *                 the kernel wrote
 * @throws         ENOPROTOOPT not an option here, or write-only · EOPNOTSUPP · EINVAL · EBADF ·
 *                 ENOTSOCK · TypeError an option without a typed value and no `buf`
 *
 * https://man7.org/linux/man-pages/man2/getsockopt.2.html
 */
export function getsockopt<L extends Level, N extends Exclude<Readable<L>, Asked<L>>>(
  fd: number,
  level: L,
  optname: N,
): OptionValue<L, N>;
export function getsockopt<L extends Level, N extends Asked<L>>(
  fd: number,
  level: L,
  optname: N,
  ask: OptionAsk<L, N>,
): OptionValue<L, N>;
export function getsockopt(fd: number, level: number, optname: number, buf: Buf): number;
export function getsockopt(fd: number, level: number, optname: number, buf?: unknown): unknown {
  const option = find(level, optname);
  const ask = option?.ask;
  if (option === undefined || (buf !== undefined && ask === undefined) || isBuf(buf)) {
    if (buf === undefined) {
      throw typeError('buf', `must be given: option ${optname} of level ${level} has no type`, buf);
    }
    return check(native.getsockopt(fd, level, optname, buffer(buf, 'buf')), 'getsockopt');
  }
  const { size, decode } = option;
  const asking = ask?.(buf);
  const isLong = asking !== undefined && asking.byteLength > size;
  const reader = isLong ? new Reader(asking) : memory(size);
  if (asking !== undefined && !isLong) reader.bytes.set(asking);
  const length = check(native.getsockopt(fd, level, optname, reader.bytes), 'getsockopt');
  // What the kernel did not write is left from another option.
  if (length < size) reader.bytes.fill(0, length);
  return decode(reader.reset(length), length);
}

/**
 * setsockopt(2) — set an option of a socket.
 *
 *     int setsockopt(int fd, int level, int optname, const void *optval, socklen_t optlen)
 *
 * @param value  the option's value, typed by `level` and `optname`. For any other option bytes, or
 *               a number for a C int
 * @throws       ENOPROTOOPT not an option here, or read-only · EINVAL · EPERM, EACCES a capability
 *               is missing · EDOM · EISCONN · ENODEV, ENOENT no such name · EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/getsockopt.2.html
 */
export function setsockopt<L extends Level, N extends Settable<L>>(
  fd: number,
  level: L,
  optname: N,
  value: OptionInput<L, N> | Buf,
): void;
export function setsockopt<L extends number, N extends number>(
  fd: number,
  level: L,
  optname: Untyped<L, N>,
  value: number | Buf,
): void;
export function setsockopt(fd: number, level: number, optname: number, value: unknown): void {
  check(native.setsockopt(fd, level, optname, encode(level, optname, value)), 'setsockopt');
}

/**
 * tcp_zerocopy_receive(2) — receive what TCP has in whole pages, without the kernel copying it.
 *
 *     int getsockopt(int fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, struct tcp_zerocopy_receive *zc,
 *                    socklen_t *optlen)
 *
 * Pages are mapped only if the network card wrote the data to pages of its own. JavaScript cannot
 * hold such pages, since nobody may write to them: they are mapped by mmap(2), copied to `mapped`,
 * and given back by munmap(2), all in this call.
 *
 * @param mapped   receives what came in whole pages: room for at least one, or null, which maps
 *                 none
 * @param copybuf  receives what is left when that is all there is, and fits
 * @param flags    TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_HINT
 * @returns        how much is in `mapped` and in `copybuf`, and what recv(2) is to read first
 * @throws         EINVAL a page or more to read, and no `mapped`; Linux before 5.7 · EIO end of
 *                 stream · ENOTCONN · ENODEV not TCP · EOPNOTSUPP · ENOPROTOOPT Linux before 4.18 ·
 *                 EBADF
 *
 * https://man7.org/linux/man-pages/man2/getsockopt.2.html
 */
export function tcp_zerocopy_receive(
  fd: number,
  mapped: Buf | null,
  copybuf: Buf | null = null,
  flags = 0,
): TcpZerocopyReceive {
  const zc = encodeZerocopy(flags);
  const result = native.tcp_zerocopy_receive(fd, zc, mapped, copybuf);
  return zerocopy(new Reader(zc, check(result, 'tcp_zerocopy_receive')));
}

// Memory for one option at a time, exactly as long as its C type.
const readers = new Map<number, Reader>();

function memory(size: number): Reader {
  let reader = readers.get(size);
  if (reader === undefined) {
    reader = new Reader(new Uint8Array(size));
    readers.set(size, reader);
  }
  return reader;
}

/** What the kernel takes for `value`: bytes as they are, and else as the option's table says. */
function encode(level: number, optname: number, value: unknown): number | string | Uint8Array {
  if (isBuf(value)) return buffer(value, 'value');
  const option = find(level, optname);
  if (option !== undefined) return option.encode(value);
  if (typeof value !== 'number') throw typeError('value', 'must be bytes or a number', value);
  return integer(value, 'value', -0x8000_0000, 0xffff_ffff);
}
