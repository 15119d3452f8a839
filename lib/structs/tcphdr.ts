/** `struct tcphdr`, linux/tcp.h: the header of a TCP segment. tcp(7), RFC 9293 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { rangeError } from '../kernel/validate.js';
import { concat, Fields, headerAt } from './header.js';
import type { TcpOption } from './tcpopt.js';
import { decodeOptions, encodeOptions } from './tcpopt_list.js';

/** In byte 13 of a header, as BPF programs read it: `fin`. RFC 9293 */
export const TH_FIN = 0x01;
/** In byte 13 of a header: `syn`. RFC 9293 */
export const TH_SYN = 0x02;
/** In byte 13 of a header: `rst`. RFC 9293 */
export const TH_RST = 0x04;
/** In byte 13 of a header: `psh`. RFC 9293 */
export const TH_PUSH = 0x08;
/** In byte 13 of a header: `ack`. RFC 9293 */
export const TH_ACK = 0x10;
/** In byte 13 of a header: `urg`. RFC 9293 */
export const TH_URG = 0x20;

/** Bytes of a header without options. */
const FIXED = 20;
/** Bytes that 15 words leave for options. */
const MAX_OPTIONS = 40;

/** The header of a TCP segment. */
export interface Tcphdr {
  /** source: the port that sent it, host byte order. */
  source: number;
  /** dest: the port that it is for, host byte order. */
  dest: number;
  /** seq: the sequence number of the first byte that follows; of the SYN, if it has one. */
  seq: number;
  /** ack_seq: the sequence number that is expected next, where `ack` is set. */
  ack_seq: number;
  /** ae: 1: accurate ECN, the highest bit of its counter. RFC 9768 */
  ae: number;
  /** res1: the three bits that are reserved. */
  res1: number;
  /** doff: the length of the header, in words of four bytes: 5–15. */
  doff: number;
  /** fin: 1: the sender has no more to send. */
  fin: number;
  /** syn: 1: `seq` is the initial sequence number. */
  syn: number;
  /** rst: 1: the connection is reset. */
  rst: number;
  /** psh: 1: the receiver shall not wait for more before it passes this on. */
  psh: number;
  /** ack: 1: `ack_seq` means something. */
  ack: number;
  /** urg: 1: `urg_ptr` means something. */
  urg: number;
  /** ece: 1: congestion was met; in a SYN: ECN is known. RFC 3168 */
  ece: number;
  /** cwr: 1: the congestion window was reduced for it. RFC 3168 */
  cwr: number;
  /** window: how many bytes the sender can take; but in a SYN, shifted by its TCPOPT_WINDOW. */
  window: number;
  /** check: the checksum. */
  check: number;
  /** urg_ptr: how far behind `seq` the urgent data end. */
  urg_ptr: number;
  /** The options in their order, TCPOPT_NOP included, up to TCPOPT_EOL or a length that lies. */
  options: TcpOption[];
  /** What follows those: padding behind TCPOPT_EOL, or what could not be read. Mostly nothing. */
  rest: Uint8Array;
  /** Bytes of the header with its options. */
  length: number;
}

/** What a `struct tcphdr` is made from. */
export interface TcphdrInit {
  /** source: a port, host byte order. */
  source: number;
  /** dest: a port, host byte order. */
  dest: number;
  /** seq: 0 by default. */
  seq?: number;
  /** ack_seq: 0 by default. */
  ack_seq?: number;
  /** ae: 0 by default. */
  ae?: number | boolean;
  /** res1: 0–7; 0 by default. */
  res1?: number;
  /** doff: in words of four bytes; by default as many as the options need. */
  doff?: number;
  /** fin: 0 by default. */
  fin?: number | boolean;
  /** syn: 0 by default. */
  syn?: number | boolean;
  /** rst: 0 by default. */
  rst?: number | boolean;
  /** psh: 0 by default. */
  psh?: number | boolean;
  /** ack: 0 by default. */
  ack?: number | boolean;
  /** urg: 0 by default. */
  urg?: number | boolean;
  /** ece: 0 by default. */
  ece?: number | boolean;
  /** cwr: 0 by default. */
  cwr?: number | boolean;
  /** window: 65535 by default. */
  window?: number;
  /** check: 0 by default; `transportChecksum` says what to put there. */
  check?: number;
  /** urg_ptr: 0 by default. */
  urg_ptr?: number;
  /** At most 40 bytes, with `rest`; zeros, so TCPOPT_EOL, are added up to a multiple of 4. */
  options?: readonly TcpOption[];
  /** Bytes to follow the options. */
  rest?: Uint8Array;
}

/**
 * The TCP header at `offset`, or undefined when the bytes hold none: when they end within it or its
 * options, or say less than 20 bytes of length.
 */
export function decodeTcphdr(bytes: Buf, offset = 0): Tcphdr | undefined {
  const r = headerAt(bytes, offset, FIXED);
  if (r === undefined) return undefined;
  const length = 4 * (r.view.getUint8(12) >> 4);
  if (length < FIXED || length > r.end) return undefined;
  return {
    source: r.be16(),
    dest: r.be16(),
    seq: r.be32(),
    ack_seq: r.be32(),
    ae: r.bits(1),
    res1: r.bits(3),
    doff: r.bits(4),
    fin: r.bits(1),
    syn: r.bits(1),
    rst: r.bits(1),
    psh: r.bits(1),
    ack: r.bits(1),
    urg: r.bits(1),
    ece: r.bits(1),
    cwr: r.bits(1),
    window: r.be16(),
    check: r.be16(),
    urg_ptr: r.be16(),
    ...decodeOptions(r.copy(length - FIXED)),
    length,
  };
}

/**
 * The bytes of a TCP header.
 *
 * @throws TypeError, RangeError for a field that is none, and for options of more than 40 bytes
 */
export function encodeTcphdr(header: TcphdrInit): Uint8Array {
  const f = new Fields(header);
  const options = concat([encodeOptions(f.list('options')), f.bytes('rest', MAX_OPTIONS)]);
  const length = FIXED + ((options.byteLength + 3) & ~3);
  if (length > FIXED + MAX_OPTIONS) {
    throw rangeError('header.options', `must fit into ${MAX_OPTIONS} bytes`, options.byteLength);
  }
  const bits = (...names: string[]): number =>
    names.reduce((byte, name, i) => byte | (f.bit(name) << i), 0);
  return new Writer(length)
    .be16(f.uint(16, 'source'))
    .be16(f.uint(16, 'dest'))
    .be32(f.uint(32, 'seq', 0))
    .be32(f.uint(32, 'ack_seq', 0))
    .u8(f.bit('ae') | (f.uint(3, 'res1', 0) << 1) | (f.uint(4, 'doff', length / 4) << 4))
    .u8(bits('fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'))
    .be16(f.uint(16, 'window', 0xffff))
    .be16(f.uint(16, 'check', 0))
    .be16(f.uint(16, 'urg_ptr', 0))
    .copy(options).bytes;
}
