/** `struct udphdr`, linux/udp.h: the header of a UDP datagram. udp(7), RFC 768 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { Fields, headerAt } from './header.js';

/** Bytes of a `struct udphdr`. */
const SIZE = 8;

/** The header of a UDP datagram: 8 bytes. */
export interface Udphdr {
  /** source: the port that sent it, host byte order. */
  source: number;
  /** dest: the port that it is for, host byte order. */
  dest: number;
  /** len: bytes of the datagram, with this header. */
  len: number;
  /** check: the checksum; 0 says that there is none, which IPv6 does not allow. */
  check: number;
}

/** What a `struct udphdr` is made from. */
export interface UdphdrInit {
  /** source: a port, host byte order. */
  source: number;
  /** dest: a port, host byte order. */
  dest: number;
  /** len: bytes, with the header; by default those of the header alone. */
  len?: number;
  /** check: 0 by default; `transportChecksum` says what to put there. */
  check?: number;
}

/** The UDP header at `offset`, or undefined when the bytes end within it. */
export function decodeUdphdr(bytes: Buf, offset = 0): Udphdr | undefined {
  const r = headerAt(bytes, offset, SIZE);
  if (r === undefined) return undefined;
  return { source: r.be16(), dest: r.be16(), len: r.be16(), check: r.be16() };
}

/**
 * The 8 bytes of a UDP header.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeUdphdr(header: UdphdrInit): Uint8Array {
  const f = new Fields(header);
  return new Writer(SIZE)
    .be16(f.uint(16, 'source'))
    .be16(f.uint(16, 'dest'))
    .be16(f.uint(16, 'len', SIZE))
    .be16(f.uint(16, 'check', 0)).bytes;
}
