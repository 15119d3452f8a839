/**
 * The extension headers of IPv6, which stand between the fixed header and the upper layer: `struct
 * ipv6_opt_hdr`, `ipv6_rt_hdr`, `ip6_frag` and `ip_auth_hdr`. ipv6(7), RFC 8200, RFC 4302
 */
import { type Buf, type Reader, Writer } from '../kernel/bytes.js';
import { buffer, integer, rangeError, uint32 } from '../kernel/validate.js';
import { concat, Fields, headerAt, type Only } from './header.js';
import {
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
} from './ip.js';

/** Option: one byte of padding, without a length. RFC 8200 */
export const IP6OPT_PAD1 = 0;
/** Option: padding. RFC 8200 */
export const IP6OPT_PADN = 1;
/** Option: how deep the packet may be encapsulated. RFC 2473 */
export const IP6OPT_TUNNEL_LIMIT = 0x04;
/** Option: routers shall look at it. RFC 2711 */
export const IP6OPT_ROUTER_ALERT = 0x05;
/** Option: the length of a jumbogram. RFC 2675 */
export const IP6OPT_JUMBO = 0xc2;
/** Option: an NSAP address. RFC 1888 */
export const IP6OPT_NSAP_ADDR = 0xc3;
/** In the type of an option: who does not know it skips it. RFC 8200 */
export const IP6OPT_TYPE_SKIP = 0x00;
/** In the type of an option: who does not know it discards the packet. RFC 8200 */
export const IP6OPT_TYPE_DISCARD = 0x40;
/** In the type of an option: and sends ICMPV6_PARAMPROB. RFC 8200 */
export const IP6OPT_TYPE_FORCEICMP = 0x80;
/** In the type of an option: and sends it if the packet was for one receiver. RFC 8200 */
export const IP6OPT_TYPE_ICMP = 0xc0;
/** In the type of an option: its data may change on the way. RFC 8200 */
export const IP6OPT_TYPE_MUTABLE = 0x20;

/** An option of hop-by-hop or destination options. */
export interface Ipv6Option {
  /** ip6o_type: IP6OPT_*. */
  type: number;
  /** What follows its length; nothing in IP6OPT_PAD1. */
  data: Uint8Array;
}

/** The longest header but an AH, whose length counts other units. Bytes. */
const MAX = 8 * 256;

interface ExthdrFields {
  /** The options, padding included. */
  options: Ipv6Option[];
  /** What follows the last option that is whole: nothing, unless a length lies. */
  rest: Uint8Array;
  /** type: the kind of routing: 2 mobility, 3 RPL, 4 segment routing. */
  type: number;
  /** segments_left: how many of the listed nodes are yet to be visited. */
  segments_left: number;
  /** What the kind of routing defines, as it is. */
  data: Uint8Array;
  /** ip6f_offlg: where in the packet this fragment belongs. Bytes. */
  offset: number;
  /** ip6f_offlg & 1: 1 if more fragments follow. */
  more: number;
  /** ip6f_ident: the same in all fragments of a packet. */
  ident: number;
  /** spi: the security association. */
  spi: number;
  /** seq_no: counts the packets of the association. */
  seq_no: number;
  /** auth_data: what authenticates the packet. */
  auth_data: Uint8Array;
}

type Options = typeof IPPROTO_HOPOPTS | typeof IPPROTO_DSTOPTS;

type ByKind =
  | ({ kind: Options } & Only<ExthdrFields, 'options' | 'rest'>)
  | ({ kind: typeof IPPROTO_ROUTING } & Only<ExthdrFields, 'type' | 'segments_left' | 'data'>)
  | ({ kind: typeof IPPROTO_FRAGMENT } & Only<ExthdrFields, 'offset' | 'more' | 'ident'>)
  | ({ kind: typeof IPPROTO_AH } & Only<ExthdrFields, 'spi' | 'seq_no' | 'auth_data'>);

interface Fixed {
  /** nexthdr: what follows this header: IPPROTO_*. */
  nexthdr: number;
  /** Where in the bytes it begins. */
  at: number;
  /** Bytes of it. */
  length: number;
}

/** An extension header. TypeScript narrows it by `kind`, which the header before it tells. */
export type Ipv6exthdr = Fixed & ByKind;

/** What an extension header is made from. */
export interface Ipv6exthdrInit {
  /** Which header it is: IPPROTO_HOPOPTS, _DSTOPTS, _ROUTING, _FRAGMENT or _AH. */
  kind: Ipv6exthdr['kind'];
  /** nexthdr: what follows this header: IPPROTO_*. */
  nexthdr: number;
  /** Of HOPOPTS and DSTOPTS; padding is added up to a multiple of 8 bytes. */
  options?: readonly Ipv6Option[] | undefined;
  /** Of HOPOPTS and DSTOPTS: bytes to follow the options. */
  rest?: Uint8Array | undefined;
  /** Of ROUTING: the kind of routing. */
  type?: number | undefined;
  /** Of ROUTING: 0 by default. */
  segments_left?: number | undefined;
  /** Of ROUTING: what the type defines; zeros are added up to a multiple of 8 bytes. */
  data?: Uint8Array | undefined;
  /** Of FRAGMENT: bytes, a multiple of 8; 0 by default. */
  offset?: number | undefined;
  /** Of FRAGMENT: whether more follow; 0 by default. */
  more?: number | boolean | undefined;
  /** Of FRAGMENT: 0 by default. */
  ident?: number | undefined;
  /** Of AH: 0 by default. */
  spi?: number | undefined;
  /** Of AH: 0 by default. */
  seq_no?: number | undefined;
  /** Of AH: a multiple of 4 bytes. */
  auth_data?: Uint8Array | undefined;
}

/** What stands between the fixed header and the upper layer. */
export interface Ipv6exthdrs {
  /** The extension headers, in their order. */
  headers: Ipv6exthdr[];
  /**
   * The upper-layer protocol that begins at `offset`: IPPROTO_TCP …, or IPPROTO_NONE where nothing
   * follows, IPPROTO_ESP where it is encrypted. undefined where it does not begin here: in a later
   * fragment, or when the bytes end within a header.
   */
  protocol: number | undefined;
  /** Where the last whole header ends. */
  offset: number;
}

function decodeOptions(bytes: Uint8Array): { options: Ipv6Option[]; rest: Uint8Array } {
  const options: Ipv6Option[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const [type = 0, length = 0] = bytes.subarray(at, at + 2);
    const begin = type === IP6OPT_PAD1 ? at + 1 : at + 2;
    const end = type === IP6OPT_PAD1 ? begin : begin + length;
    if (end > bytes.byteLength) break;
    options.push({ type, data: bytes.slice(begin, end) });
    at = end;
  }
  return { options, rest: bytes.slice(at) };
}

const fragment = (word: number): { offset: number; more: number } => ({
  offset: word & ~7,
  more: word & 1,
});

/** The headers that are walked over, and the least length that each may have. */
const least: { readonly [kind: number]: number } = {
  [IPPROTO_HOPOPTS]: 8,
  [IPPROTO_ROUTING]: 8,
  [IPPROTO_FRAGMENT]: 8,
  [IPPROTO_DSTOPTS]: 8,
  [IPPROTO_AH]: 12,
};

/** How long a header is that says `hdrlen`. That of a fragment is reserved. */
function lengthOf(kind: number, hdrlen: number): number {
  if (kind === IPPROTO_FRAGMENT) return 8;
  return kind === IPPROTO_AH ? 4 * (hdrlen + 2) : 8 * (hdrlen + 1);
}

function decodeKind(kind: number, fixed: Fixed, r: Reader): Ipv6exthdr {
  const { length } = fixed;
  switch (kind) {
    case IPPROTO_ROUTING: {
      const first = { type: r.u8(), segments_left: r.u8() };
      return { kind, ...fixed, ...first, data: r.copy(length - 4) };
    }
    case IPPROTO_FRAGMENT:
      return { kind, ...fixed, ...fragment(r.be16()), ident: r.be32() };
    case IPPROTO_AH: {
      const first = { spi: r.skip(2).be32(), seq_no: r.be32() };
      return { kind, ...fixed, ...first, auth_data: r.copy(length - 12) };
    }
    default:
      return { kind: kind as Options, ...fixed, ...decodeOptions(r.copy(length - 2)) };
  }
}

/** The header of `kind` at `at`, where it is whole. */
function decodeIpv6exthdr(bytes: Buf, kind: number, at: number): Ipv6exthdr | undefined {
  const size = least[kind] ?? 0;
  const r = headerAt(bytes, at, size);
  if (r === undefined) return undefined;
  const nexthdr = r.u8();
  const length = lengthOf(kind, r.u8());
  if (length < size || length > r.end) return undefined;
  return decodeKind(kind, { nexthdr, at, length }, r);
}

/**
 * The extension headers of an IPv6 packet, and where its upper layer begins.
 *
 * @param bytes    the packet, no longer than it is: no padding of Ethernet's
 * @param nexthdr  the `nexthdr` of its fixed header
 * @param offset   where the fixed header ends: 40, in bytes that begin with it
 */
export function decodeIpv6exthdrs(bytes: Buf, nexthdr: number, offset = 0): Ipv6exthdrs {
  const headers: Ipv6exthdr[] = [];
  const size = buffer(bytes, 'bytes').byteLength;
  let protocol: number | undefined = integer(nexthdr, 'nexthdr', 0, 255);
  let at = uint32(offset, 'offset');
  while (protocol !== undefined && least[protocol] !== undefined) {
    const header = decodeIpv6exthdr(bytes, protocol, at);
    if (header !== undefined) {
      headers.push(header);
      at += header.length;
    }
    // What a later fragment continues began in the first.
    protocol = header?.kind === IPPROTO_FRAGMENT && header.offset > 0 ? undefined : header?.nexthdr;
  }
  return { headers, protocol: at <= size ? protocol : undefined, offset: at };
}

/** What fills a header up to a multiple of eight bytes, as options. */
function padding(length: number): Uint8Array {
  const missing = -length & 7;
  const bytes = new Uint8Array(missing);
  if (missing > 1) bytes.set([IP6OPT_PADN, missing - 2]);
  return bytes;
}

function encodeOptions(f: Fields): Uint8Array {
  const options = f.list('options').map((option) => {
    const type = option.uint(8, 'type');
    // The one option that has no length.
    if (type === IP6OPT_PAD1) return Uint8Array.of(type, ...option.bytes('data', 0));
    const data = option.bytes('data', 255);
    return Uint8Array.of(type, data.byteLength, ...data);
  });
  const all = concat([...options, f.bytes('rest', MAX)]);
  if (all.byteLength > MAX - 2) {
    throw rangeError(f.called('options'), `must fit into ${MAX - 2} bytes`, all.byteLength);
  }
  return concat([all, padding(2 + all.byteLength)]);
}

/** What follows `nexthdr` and `hdrlen`. */
function encodeKind(kind: number, f: Fields): Uint8Array {
  switch (kind) {
    case IPPROTO_HOPOPTS:
    case IPPROTO_DSTOPTS:
      return encodeOptions(f);
    case IPPROTO_ROUTING: {
      const fixed = Uint8Array.of(f.uint(8, 'type'), f.uint(8, 'segments_left', 0));
      const data = f.bytes('data', MAX - 4);
      return concat([fixed, data, new Uint8Array(-(4 + data.byteLength) & 7)]);
    }
    case IPPROTO_FRAGMENT:
      return new Writer(6)
        .be16(f.multiple(8, 'offset', 0xfff8) | f.bit('more'))
        .copy(f.be32('ident', 0)).bytes;
    case IPPROTO_AH: {
      const data = f.bytes('auth_data', 4 * 257 - 12);
      const fixed = concat([new Uint8Array(2), f.be32('spi', 0), f.be32('seq_no', 0)]);
      return concat([fixed, data, new Uint8Array(-data.byteLength & 3)]);
    }
    default:
      throw rangeError(f.called('kind'), 'must be the IPPROTO_ of an extension header', kind);
  }
}

/**
 * The bytes of one extension header, padded as RFC 8200 asks for.
 *
 * @throws TypeError, RangeError for a field that is none, and for another kind of header
 */
export function encodeIpv6exthdr(header: Ipv6exthdrInit): Uint8Array {
  const f = new Fields(header);
  const kind = f.uint(8, 'kind');
  const body = encodeKind(kind, f);
  const length = 2 + body.byteLength;
  const hdrlen =
    kind === IPPROTO_FRAGMENT ? 0 : kind === IPPROTO_AH ? length / 4 - 2 : length / 8 - 1;
  return concat([Uint8Array.of(f.uint(8, 'nexthdr'), hdrlen), body]);
}
