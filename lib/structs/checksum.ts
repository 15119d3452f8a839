/** The checksum of IP, ICMP, TCP and UDP, and what it covers beside their bytes. RFC 1071 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { buffer, integer, isBuf, rangeError, string, uint32 } from '../kernel/validate.js';
import { isList } from './header.js';
import { parseIPv4, parseIPv6 } from './inet.js';
import { IPPROTO_ICMP, IPPROTO_UDP } from './ip.js';

/** The views of one argument, of which each has its memory. */
function views(bytes: Buf | readonly Buf[], name: string): Uint8Array[] {
  if (!isList(bytes)) return [buffer(bytes, name)];
  const list: unknown[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const element: unknown = bytes[i];
    // A hole is none, and the first of many is enough.
    if (!isBuf(element)) buffer(element, `${name}[${i}]`);
    list.push(element);
  }
  // Only now: reading an element may have run code that took the memory of an earlier one.
  return list.map((element, i) => buffer(element, `${name}[${i}]`));
}

/** The sum of words of 16 bits in network byte order, as if the views were one. */
function sumOf(parts: readonly Uint8Array[]): number {
  let sum = 0;
  let odd = false;
  for (const part of parts) {
    const size = part.byteLength;
    let i = 0;
    if (odd && size > 0) {
      sum += part[i++] ?? 0;
      odd = false;
    }
    for (; i + 1 < size; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0);
    if (i < size) {
      sum += (part[i] ?? 0) << 8;
      odd = true;
    }
  }
  return sum;
}

/** The ones' complement of a sum in ones' complement. */
function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/**
 * The checksum of RFC 1071: what a header with zero in its place is to have there. Of bytes that
 * have it already it is 0, which says that they came as they were sent.
 *
 * @param bytes    the bytes, or several runs of them that count as one
 * @param initial  a sum to begin with, such as the complement of the checksum of bytes before these
 * @returns        0–65535, host byte order
 */
export function checksum(bytes: Buf | readonly Buf[], initial = 0): number {
  return fold(sumOf(views(bytes, 'bytes')) + uint32(initial, 'initial'));
}

/** The bytes of a pseudo header; `name` is what an error calls its length. */
function pseudo(
  saddr: string,
  daddr: string,
  protocol: number,
  length: number,
  name: string,
): Uint8Array {
  const is4 = parseIPv4(string(saddr, 'saddr')) !== undefined;
  const [parse, family] = is4 ? [parseIPv4, 'IPv4'] : [parseIPv6, 'IPv6'];
  const from = parse(saddr);
  if (from === undefined) throw rangeError('saddr', 'must be an IPv4 or IPv6 address', saddr);
  const to = parse(string(daddr, 'daddr'));
  if (to === undefined) {
    throw rangeError('daddr', `must be an ${family} address, as saddr is one`, daddr);
  }
  const next = integer(protocol, 'protocol', 0, 255);
  const bytes = integer(length, name, 0, is4 ? 0xffff : 0xffff_ffff);
  return is4
    ? new Writer(12).copy(from).copy(to).skip(1).u8(next).be16(bytes).bytes
    : new Writer(40).copy(from).copy(to).be32(bytes).skip(3).u8(next).bytes;
}

/**
 * What the checksum of TCP, UDP and ICMPv6 covers before their own bytes: the addresses, the
 * protocol and the length. RFC 9293, RFC 768, RFC 8200
 *
 * @param saddr     the source; IPv4 or IPv6, as the destination
 * @param daddr     the destination; the last one, where a routing header has more
 * @param protocol  IPPROTO_* of the upper layer
 * @param length    bytes of the upper layer: its header and what follows
 * @returns         12 bytes for IPv4, 40 for IPv6
 */
export function pseudoHeader(
  saddr: string,
  daddr: string,
  protocol: number,
  length: number,
): Uint8Array {
  return pseudo(saddr, daddr, protocol, length, 'length');
}

/**
 * The checksum of an upper-layer packet, to put into its header. It covers the pseudo header, but
 * not of ICMP, which has none; of UDP it is 65535 in place of 0, which says that there is none.
 *
 * @param saddr     the source; IPv4 or IPv6, as the destination
 * @param daddr     the destination; the last one, where a routing header has more
 * @param protocol  IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, IPPROTO_ICMP …
 * @param segment   its header, with zero in place of the checksum, and what follows, whole; or
 *                  several runs of bytes that count as one
 * @returns         0–65535, host byte order
 */
export function transportChecksum(
  saddr: string,
  daddr: string,
  protocol: number,
  segment: Buf | readonly Buf[],
): number {
  const parts = views(segment, 'segment');
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const before = pseudo(saddr, daddr, protocol, length, 'segment.byteLength');
  const sum = fold(sumOf(protocol === IPPROTO_ICMP ? parts : [before, ...parts]));
  return sum === 0 && protocol === IPPROTO_UDP ? 0xffff : sum;
}
