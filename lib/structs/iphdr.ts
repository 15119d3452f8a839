/** `struct iphdr`, linux/ip.h: the header of an IPv4 packet, and its constants. ip(7), RFC 791 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { Fields, headerAt } from './header.js';
import { formatIPv4 } from './inet.js';

/** In `flags`: reserved, zero. RFC 791 */
export const IP_RF = 0x8000;
/** In `flags`: routers may not cut this datagram. RFC 791 */
export const IP_DF = 0x4000;
/** In `flags`: more fragments of this datagram follow. RFC 791 */
export const IP_MF = 0x2000;
/** The bits of `frag_off` that are the offset, in units of eight bytes. RFC 791 */
export const IP_OFFMASK = 0x1fff;

/** The version of IPv4. RFC 791 */
export const IPVERSION = 4;
/** The greatest time to live. RFC 791 */
export const MAXTTL = 255;
/** The time to live that is sent, unless another is set. ip(7) */
export const IPDEFTTL = 64;
/** The longest datagram. Bytes. RFC 791 */
export const IP_MAXPACKET = 65535;

/** In `tos`: the class of service. RFC 2474 */
export const IPTOS_DSCP_MASK = 0xfc;
/** Class 1, dropped last. RFC 2597 */
export const IPTOS_DSCP_AF11 = 0x28;
/** Class 1, dropped sooner. RFC 2597 */
export const IPTOS_DSCP_AF12 = 0x30;
/** Class 1, dropped first. RFC 2597 */
export const IPTOS_DSCP_AF13 = 0x38;
/** Class 2, dropped last. RFC 2597 */
export const IPTOS_DSCP_AF21 = 0x48;
/** Class 2, dropped sooner. RFC 2597 */
export const IPTOS_DSCP_AF22 = 0x50;
/** Class 2, dropped first. RFC 2597 */
export const IPTOS_DSCP_AF23 = 0x58;
/** Class 3, dropped last. RFC 2597 */
export const IPTOS_DSCP_AF31 = 0x68;
/** Class 3, dropped sooner. RFC 2597 */
export const IPTOS_DSCP_AF32 = 0x70;
/** Class 3, dropped first. RFC 2597 */
export const IPTOS_DSCP_AF33 = 0x78;
/** Class 4, dropped last. RFC 2597 */
export const IPTOS_DSCP_AF41 = 0x88;
/** Class 4, dropped sooner. RFC 2597 */
export const IPTOS_DSCP_AF42 = 0x90;
/** Class 4, dropped first. RFC 2597 */
export const IPTOS_DSCP_AF43 = 0x98;
/** Expedited: little delay, few losses. RFC 3246 */
export const IPTOS_DSCP_EF = 0xb8;
/** Voice that was admitted. RFC 5865 */
export const IPTOS_DSCP_VA = 0xb0;
/** Less than best effort. RFC 8622 */
export const IPTOS_DSCP_LE = 0x04;

/** In `tos`: the bits that were the precedence. RFC 2474 */
export const IPTOS_CLASS_MASK = 0xe0;
/** Best effort. RFC 2474 */
export const IPTOS_CLASS_DEFAULT = 0x00;
/** Another name of IPTOS_CLASS_DEFAULT. RFC 2474 */
export const IPTOS_CLASS_CS0 = 0x00;
/** Class selector 1. RFC 2474 */
export const IPTOS_CLASS_CS1 = 0x20;
/** Class selector 2. RFC 2474 */
export const IPTOS_CLASS_CS2 = 0x40;
/** Class selector 3. RFC 2474 */
export const IPTOS_CLASS_CS3 = 0x60;
/** Class selector 4. RFC 2474 */
export const IPTOS_CLASS_CS4 = 0x80;
/** Class selector 5. RFC 2474 */
export const IPTOS_CLASS_CS5 = 0xa0;
/** Class selector 6: routing. RFC 2474 */
export const IPTOS_CLASS_CS6 = 0xc0;
/** Class selector 7. RFC 2474 */
export const IPTOS_CLASS_CS7 = 0xe0;

/** In `tos`: congestion notification. RFC 3168 */
export const IPTOS_ECN_MASK = 0x03;
/** The transport does not know of congestion notification. RFC 3168 */
export const IPTOS_ECN_NOT_ECT = 0x00;
/** It does: ECT(1). RFC 3168 */
export const IPTOS_ECN_ECT1 = 0x01;
/** It does: ECT(0). RFC 3168 */
export const IPTOS_ECN_ECT0 = 0x02;
/** It does, and congestion was met on the way. RFC 3168 */
export const IPTOS_ECN_CE = 0x03;

/** In `tos`: what the bits meant before RFC 2474. ip(7) */
export const IPTOS_TOS_MASK = 0x1e;
/** Little delay. ip(7) */
export const IPTOS_LOWDELAY = 0x10;
/** Much at a time. ip(7) */
export const IPTOS_THROUGHPUT = 0x08;
/** Few losses. ip(7) */
export const IPTOS_RELIABILITY = 0x04;
/** Cheap, if slow. ip(7) */
export const IPTOS_MINCOST = 0x02;

/** In the type of an option: every fragment has it. RFC 791 */
export const IPOPT_COPY = 0x80;
/** In the type of an option: its class. RFC 791 */
export const IPOPT_CLASS_MASK = 0x60;
/** In the type of an option: its number. RFC 791 */
export const IPOPT_NUMBER_MASK = 0x1f;
/** Option: the end of them. RFC 791 */
export const IPOPT_END = 0;
/** Option: nothing, between two others. RFC 791 */
export const IPOPT_NOOP = 1;
/** Option: the addresses of the routers passed. RFC 791 */
export const IPOPT_RR = 7;
/** Option: when routers were passed. RFC 791 */
export const IPOPT_TIMESTAMP = 68;
/** Option: security. RFC 1108 */
export const IPOPT_SEC = 130;
/** Option: routers to pass, and others between them. RFC 791 */
export const IPOPT_LSRR = 131;
/** Option: security labels. */
export const IPOPT_CIPSO = 134;
/** Option: stream identifier. RFC 791 */
export const IPOPT_SID = 136;
/** Option: the only routers to pass. RFC 791 */
export const IPOPT_SSRR = 137;
/** Option: routers shall look at it. RFC 2113 */
export const IPOPT_RA = 148;
/** The most that options take. Bytes. RFC 791 */
export const MAX_IPOPTLEN = 40;

/** Bytes of a header without options. */
const FIXED = 20;

/** The header of an IPv4 packet. */
export interface Iphdr {
  /** version: 4. */
  version: number;
  /** ihl: the length of the header, in words of four bytes: 5–15. */
  ihl: number;
  /** tos: IPTOS_DSCP_* and IPTOS_ECN_*. */
  tos: number;
  /** tot_len: bytes of the packet, with this header. */
  tot_len: number;
  /** id: the same in all fragments of a datagram. */
  id: number;
  /** frag_off, without the offset: IP_DF and IP_MF as they stand in it. */
  flags: number;
  /** frag_off & IP_OFFMASK, in bytes: where in the datagram this fragment belongs. */
  offset: number;
  /** ttl: how many routers more it may pass. */
  ttl: number;
  /** protocol: what follows: IPPROTO_*. */
  protocol: number;
  /** check: the checksum of the header. */
  check: number;
  /** saddr: the source: `'192.0.2.1'`. */
  saddr: string;
  /** daddr: the destination. */
  daddr: string;
  /** The options, as they are: IPOPT_*. */
  options: Uint8Array;
  /** Bytes of the header with its options. */
  length: number;
}

/** What a `struct iphdr` is made from. */
export interface IphdrInit {
  /** version: 4 by default. */
  version?: number;
  /** ihl: in words of four bytes; by default as many as the options need. */
  ihl?: number;
  /** tos: 0 by default. */
  tos?: number;
  /** tot_len: bytes, with the header; by default those of the header alone. */
  tot_len?: number;
  /** id: 0 by default. */
  id?: number;
  /** IP_DF and IP_MF; 0 by default. */
  flags?: number;
  /** Where in the datagram the fragment belongs: bytes, a multiple of 8; 0 by default. */
  offset?: number;
  /** ttl: 64 by default. */
  ttl?: number;
  /** protocol: IPPROTO_*. */
  protocol: number;
  /** check: 0 by default, and then `checksum` of the header says what to put there. */
  check?: number;
  /** saddr: `'0.0.0.0'` by default, for which a raw socket puts the address of the interface. */
  saddr?: string;
  /** daddr. */
  daddr: string;
  /** At most 40 bytes; zeros are added up to a multiple of 4. */
  options?: Uint8Array;
}

const frag_off = (word: number): { flags: number; offset: number } => ({
  flags: word & ~IP_OFFMASK,
  offset: 8 * (word & IP_OFFMASK),
});

/**
 * The IPv4 header at `offset`, or undefined when the bytes hold none: when they end within it or
 * its options, or say another version or less than 20 bytes of length.
 */
export function decodeIphdr(bytes: Buf, offset = 0): Iphdr | undefined {
  const r = headerAt(bytes, offset, FIXED);
  if (r === undefined) return undefined;
  const ihl = r.bits(4);
  const version = r.bits(4);
  const length = 4 * ihl;
  if (version !== IPVERSION || length < FIXED || length > r.end) return undefined;
  return {
    version,
    ihl,
    tos: r.u8(),
    tot_len: r.be16(),
    id: r.be16(),
    ...frag_off(r.be16()),
    ttl: r.u8(),
    protocol: r.u8(),
    check: r.be16(),
    saddr: formatIPv4(r.bytes, r.take(4, 1)),
    daddr: formatIPv4(r.bytes, r.take(4, 1)),
    options: r.copy(length - FIXED),
    length,
  };
}

/**
 * The bytes of an IPv4 header.
 *
 * @throws TypeError, RangeError for a field that is none: an offset that is no multiple of 8
 */
export function encodeIphdr(header: IphdrInit): Uint8Array {
  const f = new Fields(header);
  const options = f.bytes('options', MAX_IPOPTLEN);
  const length = FIXED + ((options.byteLength + 3) & ~3);
  const offset = f.multiple(8, 'offset', 8 * IP_OFFMASK);
  return new Writer(length)
    .u8((f.uint(4, 'version', IPVERSION) << 4) | f.uint(4, 'ihl', length / 4))
    .u8(f.uint(8, 'tos', 0))
    .be16(f.uint(16, 'tot_len', length))
    .be16(f.uint(16, 'id', 0))
    .be16(f.mask(IP_RF | IP_DF | IP_MF, 'flags') | (offset / 8))
    .u8(f.uint(8, 'ttl', IPDEFTTL))
    .u8(f.uint(8, 'protocol'))
    .be16(f.uint(16, 'check', 0))
    .copy(f.ipv4('saddr', '0.0.0.0'))
    .copy(f.ipv4('daddr'))
    .copy(options).bytes;
}
