/** `struct icmp6hdr`, linux/icmpv6.h: the control messages of IPv6. RFC 4443, RFC 4861 */
import { type Buf, type Reader, Writer } from '../kernel/bytes.js';
import { concat, Fields, headerAt, type Only } from './header.js';
import {
  type ICMPV6_DEST_UNREACH,
  type ICMPV6_DHAAD_REPLY,
  type ICMPV6_DHAAD_REQUEST,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  type ICMPV6_EXT_ECHO_REPLY,
  type ICMPV6_EXT_ECHO_REQUEST,
  type ICMPV6_MGM_QUERY,
  type ICMPV6_MGM_REDUCTION,
  type ICMPV6_MGM_REPORT,
  type ICMPV6_MLD2_REPORT,
  type ICMPV6_MOBILE_PREFIX_ADV,
  type ICMPV6_MOBILE_PREFIX_SOL,
  type ICMPV6_MRDISC_ADV,
  type ICMPV6_MRDISC_SOL,
  type ICMPV6_NI_QUERY,
  type ICMPV6_NI_REPLY,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  type ICMPV6_TIME_EXCEED,
  ND_NEIGHBOR_ADVERT,
  ND_NEIGHBOR_SOLICIT,
  ND_REDIRECT,
  ND_ROUTER_ADVERT,
  type ND_ROUTER_SOLICIT,
} from './icmpv6.js';
import { formatIPv6 } from './inet.js';

interface Icmp6hdrFields {
  /** icmp6_identifier: which of several, host byte order. */
  identifier: number;
  /** icmp6_sequence: counts them, host byte order. */
  sequence: number;
  /** icmp6_mtu: what the next link takes. Bytes. */
  mtu: number;
  /** icmp6_pointer: which byte of the packet is wrong. */
  pointer: number;
  /** icmp6_router: 1: the sender is a router. */
  router: number;
  /** icmp6_solicited: 1: it was asked for. */
  solicited: number;
  /** icmp6_override: 1: it takes the place of what is known. */
  override: number;
  /** icmp6_hop_limit: what to send with; 0: not said. */
  hop_limit: number;
  /** icmp6_addrconf_managed: 1: addresses are to be had by DHCPv6. */
  managed: number;
  /** icmp6_addrconf_other: 1: other configuration is to be had by DHCPv6. */
  other: number;
  /** home_agent: 1: the router is a home agent, too. */
  home_agent: number;
  /** icmp6_router_pref: ICMPV6_ROUTER_PREF_*. */
  router_pref: number;
  /** icmp6_rt_lifetime: how long it may be a default router; 0: it is none. Seconds. */
  rt_lifetime: number;
  /** nd_ra_reachable: how long a neighbour counts as reachable; 0: not said. Milliseconds. */
  reachable: number;
  /** nd_ra_retransmit: time between solicitations; 0: not said. Milliseconds. */
  retransmit: number;
  /** nd_ns_target, nd_na_target, nd_rd_target: the address it is about: `'2001:db8::1'`. */
  target: string;
  /** nd_rd_dst: what is redirected. */
  dst: string;
  /** icmp6_dataun: the four bytes behind the checksum, as they are. */
  data: Uint8Array;
}

type Echo = typeof ICMPV6_ECHO_REQUEST | typeof ICMPV6_ECHO_REPLY;
type Other =
  | typeof ICMPV6_DEST_UNREACH
  | typeof ICMPV6_TIME_EXCEED
  | typeof ICMPV6_MGM_QUERY
  | typeof ICMPV6_MGM_REPORT
  | typeof ICMPV6_MGM_REDUCTION
  | typeof ND_ROUTER_SOLICIT
  | typeof ICMPV6_NI_QUERY
  | typeof ICMPV6_NI_REPLY
  | typeof ICMPV6_MLD2_REPORT
  | typeof ICMPV6_DHAAD_REQUEST
  | typeof ICMPV6_DHAAD_REPLY
  | typeof ICMPV6_MOBILE_PREFIX_SOL
  | typeof ICMPV6_MOBILE_PREFIX_ADV
  | typeof ICMPV6_MRDISC_ADV
  | typeof ICMPV6_MRDISC_SOL
  | typeof ICMPV6_EXT_ECHO_REQUEST
  | typeof ICMPV6_EXT_ECHO_REPLY;

type Ra =
  | 'hop_limit'
  | 'managed'
  | 'other'
  | 'home_agent'
  | 'router_pref'
  | 'rt_lifetime'
  | 'reachable'
  | 'retransmit';

type ByType =
  | ({ type: Echo } & Only<Icmp6hdrFields, 'identifier' | 'sequence'>)
  | ({ type: typeof ICMPV6_PKT_TOOBIG } & Only<Icmp6hdrFields, 'mtu'>)
  | ({ type: typeof ICMPV6_PARAMPROB } & Only<Icmp6hdrFields, 'pointer'>)
  | ({ type: typeof ND_ROUTER_ADVERT } & Only<Icmp6hdrFields, Ra>)
  | ({ type: typeof ND_NEIGHBOR_SOLICIT } & Only<Icmp6hdrFields, 'target'>)
  | ({ type: typeof ND_NEIGHBOR_ADVERT } & Only<
      Icmp6hdrFields,
      'router' | 'solicited' | 'override' | 'target'
    >)
  | ({ type: typeof ND_REDIRECT } & Only<Icmp6hdrFields, 'target' | 'dst'>)
  | ({ type: Other } & Only<Icmp6hdrFields, 'data'>);

interface Fixed {
  /** icmp6_code: what it is about, within the type. */
  code: number;
  /** icmp6_cksum: of the whole message and the pseudo header. */
  cksum: number;
  /** Bytes of the header: 8; a router's advert 16, ND_NEIGHBOR_* 24, ND_REDIRECT 40. */
  length: number;
}

/**
 * The header of an ICMPv6 message. TypeScript narrows it by `type`; one whose type has no fields
 * here has `data`. What was quoted or sent along, and the ND_OPT_* of neighbour discovery, come
 * after its `length`.
 */
export type Icmp6hdr = Fixed & ByType;

type Flag = 'router' | 'solicited' | 'override' | 'managed' | 'other' | 'home_agent';

/** What a `struct icmp6hdr` is made from: the fields of its type, each 0 by default, or `data`. */
export type Icmp6hdrInit = {
  /** icmp6_type: ICMPV6_ECHO_REQUEST … */
  type: number;
  /** icmp6_code: 0 by default. */
  code?: number;
  /** icmp6_cksum: 0 by default; `transportChecksum` says what to put there. */
  cksum?: number;
} & { [Name in Exclude<keyof Icmp6hdrFields, Flag>]?: Icmp6hdrFields[Name] | undefined } & {
  [Name in Flag]?: number | boolean | undefined;
};

/** Bytes of a `struct icmp6hdr`. */
const SIZE = 8;

/** The types that have more than it, as netinet/icmp6.h has them: nd_router_advert … */
const longer: { readonly [type: number]: number } = {
  [ND_ROUTER_ADVERT]: 16,
  [ND_NEIGHBOR_SOLICIT]: 24,
  [ND_NEIGHBOR_ADVERT]: 24,
  [ND_REDIRECT]: 40,
};

const lengthOf = (type: number): number => longer[type] ?? SIZE;

const address = (r: Reader): string => formatIPv6(r.bytes, r.take(16, 1));

const flags = (byte: number): Pick<Icmp6hdrFields, 'router' | 'solicited' | 'override'> => ({
  router: byte >> 7,
  solicited: (byte >> 6) & 1,
  override: (byte >> 5) & 1,
});

const raFlags = (byte: number): Pick<Icmp6hdrFields, (Flag & Ra) | 'router_pref'> => ({
  managed: byte >> 7,
  other: (byte >> 6) & 1,
  home_agent: (byte >> 5) & 1,
  router_pref: (byte >> 3) & 3,
});

/** The fields behind the checksum, beside those that every type has. */
function decodeType(type: number, fixed: Fixed, r: Reader): Icmp6hdr {
  switch (type) {
    case ICMPV6_ECHO_REQUEST:
    case ICMPV6_ECHO_REPLY:
      return { type, ...fixed, identifier: r.be16(), sequence: r.be16() };
    case ICMPV6_PKT_TOOBIG:
      return { type, ...fixed, mtu: r.be32() };
    case ICMPV6_PARAMPROB:
      return { type, ...fixed, pointer: r.be32() };
    case ND_ROUTER_ADVERT: {
      const first = { hop_limit: r.u8(), ...raFlags(r.u8()), rt_lifetime: r.be16() };
      return { type, ...fixed, ...first, reachable: r.be32(), retransmit: r.be32() };
    }
    case ND_NEIGHBOR_SOLICIT:
      return { type, ...fixed, target: address(r.skip(4)) };
    case ND_NEIGHBOR_ADVERT:
      return { type, ...fixed, ...flags(r.u8()), target: address(r.skip(3)) };
    case ND_REDIRECT:
      return { type, ...fixed, target: address(r.skip(4)), dst: address(r) };
    default:
      return { type: type as Other, ...fixed, data: r.copy(4) };
  }
}

/** The ICMPv6 header at `offset`, or undefined when the bytes end within what its type has. */
export function decodeIcmp6hdr(bytes: Buf, offset = 0): Icmp6hdr | undefined {
  const r = headerAt(bytes, offset, SIZE);
  if (r === undefined) return undefined;
  const type = r.u8();
  const fixed = { code: r.u8(), cksum: r.be16(), length: lengthOf(type) };
  return fixed.length <= r.end ? decodeType(type, fixed, r) : undefined;
}

/** What follows the checksum, of a header that is given by its fields. */
function encodeType(type: number, f: Fields): Uint8Array {
  const w = new Writer(lengthOf(type) - 4);
  switch (type) {
    case ICMPV6_ECHO_REQUEST:
    case ICMPV6_ECHO_REPLY:
      return w.be16(f.uint(16, 'identifier', 0)).be16(f.uint(16, 'sequence', 0)).bytes;
    case ICMPV6_PKT_TOOBIG:
      return w.be32(f.uint(32, 'mtu', 0)).bytes;
    case ICMPV6_PARAMPROB:
      return w.be32(f.uint(32, 'pointer', 0)).bytes;
    case ND_ROUTER_ADVERT: {
      const first = (f.bit('managed') << 7) | (f.bit('other') << 6) | (f.bit('home_agent') << 5);
      return w
        .u8(f.uint(8, 'hop_limit', 0))
        .u8(first | (f.uint(2, 'router_pref', 0) << 3))
        .be16(f.uint(16, 'rt_lifetime', 0))
        .be32(f.uint(32, 'reachable', 0))
        .be32(f.uint(32, 'retransmit', 0)).bytes;
    }
    case ND_NEIGHBOR_SOLICIT:
      return w.skip(4).copy(f.ipv6('target', '::')).bytes;
    case ND_NEIGHBOR_ADVERT: {
      const first = (f.bit('router') << 7) | (f.bit('solicited') << 6) | (f.bit('override') << 5);
      return w.u8(first).skip(3).copy(f.ipv6('target', '::')).bytes;
    }
    case ND_REDIRECT:
      return w.skip(4).copy(f.ipv6('target', '::')).copy(f.ipv6('dst', '::')).bytes;
    default:
      return w.bytes;
  }
}

/**
 * The bytes of an ICMPv6 header: as many as `length` of `Icmp6hdr` says for its type. `data` stand
 * behind the checksum in place of the fields, and then there are 8.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeIcmp6hdr(header: Icmp6hdrInit): Uint8Array {
  const f = new Fields(header);
  const type = f.uint(8, 'type');
  const fixed = new Writer(4)
    .u8(type)
    .u8(f.uint(8, 'code', 0))
    .be16(f.uint(16, 'cksum', 0)).bytes;
  return concat([fixed, f.has('data') ? f.bytes('data', 4, 4) : encodeType(type, f)]);
}
