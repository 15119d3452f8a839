/** `struct ipv6hdr`, linux/ipv6.h: the fixed header of an IPv6 packet. ipv6(7), RFC 8200 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { Fields, headerAt } from './header.js';
import { formatIPv6 } from './inet.js';

/** Bytes of a `struct ipv6hdr`. */
const SIZE = 40;
const VERSION = 6;

/** The fixed header of an IPv6 packet: 40 bytes. */
export interface Ipv6hdr {
  /** version: 6. */
  version: number;
  /** priority: the traffic class, all 8 bits of it, of which C's `priority` has the first 4. */
  priority: number;
  /** flow_lbl: the flow label, its 20 bits. */
  flow_lbl: number;
  /** payload_len: bytes that follow, extension headers included; 0 in a jumbogram. */
  payload_len: number;
  /** nexthdr: what follows: IPPROTO_*, of an extension header or of the upper layer. */
  nexthdr: number;
  /** hop_limit: how many routers more it may pass. */
  hop_limit: number;
  /** saddr: the source: `'2001:db8::1'`. */
  saddr: string;
  /** daddr: the destination. */
  daddr: string;
}

/** What a `struct ipv6hdr` is made from. */
export interface Ipv6hdrInit {
  /** version: 6 by default. */
  version?: number;
  /** priority: the traffic class, 0–255; 0 by default. */
  priority?: number;
  /** flow_lbl: 20 bits; 0 by default. */
  flow_lbl?: number;
  /** payload_len: bytes that follow; 0 by default. */
  payload_len?: number;
  /** nexthdr: IPPROTO_*. */
  nexthdr: number;
  /** hop_limit: 64 by default. */
  hop_limit?: number;
  /** saddr: `'::'` by default. */
  saddr?: string;
  /** daddr. */
  daddr: string;
}

const flow = (word: number): { version: number; priority: number; flow_lbl: number } => ({
  version: word >>> 28,
  priority: (word >>> 20) & 0xff,
  flow_lbl: word & 0xf_ffff,
});

/**
 * The IPv6 header at `offset`, or undefined when the bytes hold none: when they end within it, or
 * say another version. What follows its 40 bytes is for `decodeIpv6exthdrs`.
 */
export function decodeIpv6hdr(bytes: Buf, offset = 0): Ipv6hdr | undefined {
  const r = headerAt(bytes, offset, SIZE);
  if (r === undefined) return undefined;
  const first = flow(r.be32());
  if (first.version !== VERSION) return undefined;
  return {
    ...first,
    payload_len: r.be16(),
    nexthdr: r.u8(),
    hop_limit: r.u8(),
    saddr: formatIPv6(r.bytes, r.take(16, 1)),
    daddr: formatIPv6(r.bytes, r.take(16, 1)),
  };
}

/**
 * The 40 bytes of an IPv6 header.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeIpv6hdr(header: Ipv6hdrInit): Uint8Array {
  const f = new Fields(header);
  const [version, priority] = [f.uint(4, 'version', VERSION), f.uint(8, 'priority', 0)];
  return new Writer(SIZE)
    .be32(((version << 28) | (priority << 20) | f.uint(20, 'flow_lbl', 0)) >>> 0)
    .be16(f.uint(16, 'payload_len', 0))
    .u8(f.uint(8, 'nexthdr'))
    .u8(f.uint(8, 'hop_limit', 64))
    .copy(f.ipv6('saddr', '::'))
    .copy(f.ipv6('daddr')).bytes;
}
