/**
 * Byte order and the text form of internet addresses: byteorder(3), inet_pton(3), inet_ntop(3).
 * Nothing here makes a system call.
 */
import { isIPv4 } from 'node:net';
import type { Buf, Reader } from '../kernel/bytes.js';
import { EAFNOSUPPORT } from '../kernel/errno.js';
import { SystemError } from '../kernel/error.js';
import { buffer, int32, rangeError, string, uint16, uint32 } from '../kernel/validate.js';
import { AF_INET, AF_INET6 } from './family.js';

/** Host to network byte order, 16 bits. byteorder(3) */
export function htons(hostshort: number): number {
  const n = uint16(hostshort, 'hostshort');
  return ((n & 0xff) << 8) | (n >>> 8);
}

/** Host to network byte order, 32 bits. byteorder(3) */
export function htonl(hostlong: number): number {
  const n = uint32(hostlong, 'hostlong');
  return (((n & 0xff) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;
}

/** Network to host byte order, 16 bits. byteorder(3) */
export function ntohs(netshort: number): number {
  return htons(uint16(netshort, 'netshort'));
}

/** Network to host byte order, 32 bits. byteorder(3) */
export function ntohl(netlong: number): number {
  return htonl(uint32(netlong, 'netlong'));
}

/** The 4 bytes of dotted-decimal text, or undefined when it is not that. */
export function parseIPv4(text: string): Uint8Array | undefined {
  return isIPv4(text) ? Uint8Array.from(text.split('.'), Number) : undefined;
}

export function formatIPv4(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The 16-bit groups of one side of `::`, or undefined when a group is malformed. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  const groups: number[] = [];
  if (text === '') return groups;
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const tail = last && i === parts.length - 1 ? parseIPv4(part) : undefined;
    if (tail === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = tail;
    groups.push((a << 8) | b, (c << 8) | d);
  }
  return groups;
}

/** The 16 bytes of IPv6 text as inet_pton(3) reads it (no zone), or undefined. */
export function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The longest run of two or more zero groups, the first of equals: `[start, length]`. */
function zeroRun(groups: number[]): [number, number] {
  let best: [number, number] = [-1, 1];
  let start = -1;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      if (i - start > best[1]) best = [start, i - start];
      start = -1;
    }
  }
  return best;
}

/** The text of 16 bytes as inet_ntop(3) writes it: lower case, the longest zero run as `::`. */
export function formatIPv6(bytes: Uint8Array, at = 0): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push(((bytes[at + i] ?? 0) << 8) | (bytes[at + i + 1] ?? 0));
  }
  const [start, length] = zeroRun(groups);
  // ::a.b.c.d and ::ffff:a.b.c.d show the IPv4 address that they hold.
  if (start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))) {
    return `${length === 6 ? '::' : '::ffff:'}${formatIPv4(bytes, at + 12)}`;
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (start < 0) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** The 4 bytes of `value`, which must be an IPv4 address. */
export function ipv4Bytes(value: unknown, name: string): Uint8Array {
  const bytes = parseIPv4(string(value, name));
  if (bytes === undefined) throw rangeError(name, 'must be an IPv4 address', value);
  return bytes;
}

/** The 16 bytes of `value`, which must be an IPv6 address. */
export function ipv6Bytes(value: unknown, name: string): Uint8Array {
  const bytes = parseIPv6(string(value, name));
  if (bytes === undefined) {
    throw rangeError(name, 'must be an IPv6 address (a zone goes to scope_id)', value);
  }
  return bytes;
}

/** The IPv4 address that is read next. */
export const ipv4At = (r: Reader): string => formatIPv4(r.bytes, r.take(4, 1));

/** The IPv6 address that is read next. */
export const ipv6At = (r: Reader): string => formatIPv6(r.bytes, r.take(16, 1));

/** How long a binary address of `af` is: what inet_pton(3) knows. */
function addressSize(af: number): number | undefined {
  if (int32(af, 'af') === AF_INET) return 4;
  return af === AF_INET6 ? 16 : undefined;
}

/**
 * inet_pton(3) — internet address from text to bytes.
 *
 * @param af   AF_INET or AF_INET6
 * @param src  `'192.0.2.1'` or `'2001:db8::1'`, without a zone
 * @returns    4 or 16 bytes in network order
 * @throws     EAFNOSUPPORT another family; RangeError when `src` is not an address of this family
 *
 * https://man7.org/linux/man-pages/man3/inet_pton.3.html
 */
export function inet_pton(af: number, src: string): Uint8Array {
  if (addressSize(af) === undefined) throw new SystemError(-EAFNOSUPPORT, 'inet_pton');
  const text = string(src, 'src');
  const bytes = af === AF_INET ? parseIPv4(text) : parseIPv6(text);
  if (bytes !== undefined) return bytes;
  throw rangeError('src', `must be an ${af === AF_INET ? 'IPv4' : 'IPv6'} address`, src);
}

/**
 * inet_ntop(3) — internet address from bytes to text.
 *
 * @param af   AF_INET or AF_INET6
 * @param src  at least 4 or 16 bytes in network order
 * @throws     EAFNOSUPPORT another family; RangeError when `src` is too short
 *
 * https://man7.org/linux/man-pages/man3/inet_ntop.3.html
 */
export function inet_ntop(af: number, src: Buf): string {
  const size = addressSize(af);
  if (size === undefined) throw new SystemError(-EAFNOSUPPORT, 'inet_ntop');
  const bytes = buffer(src, 'src');
  if (bytes.byteLength < size) throw rangeError('src', `must have ${size} bytes`, src);
  return af === AF_INET ? formatIPv4(bytes) : formatIPv6(bytes);
}
