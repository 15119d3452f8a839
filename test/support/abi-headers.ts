/** The codecs of packet headers, each beside the C structure that it must agree with. */
import { decodeArphdr, encodeArphdr } from '../../lib/structs/arphdr.js';
import { decodeEthhdr, encodeEthhdr } from '../../lib/structs/ethhdr.js';
import { decodeIcmp6hdr, encodeIcmp6hdr } from '../../lib/structs/icmp6hdr.js';
import {
  decodeIcmphdr,
  encodeIcmphdr,
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_PARAMETERPROB,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_TIMESTAMP,
} from '../../lib/structs/icmphdr.js';
import {
  ICMPV6_ECHO_REQUEST,
  ICMPV6_MGM_QUERY,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ND_NEIGHBOR_ADVERT,
  ND_NEIGHBOR_SOLICIT,
  ND_REDIRECT,
  ND_ROUTER_ADVERT,
} from '../../lib/structs/icmpv6.js';
import { IPPROTO_AH, IPPROTO_FRAGMENT, IPPROTO_ROUTING } from '../../lib/structs/ip.js';
import { decodeIphdr, encodeIphdr, IP_OFFMASK } from '../../lib/structs/iphdr.js';
import { decodeIpv6exthdrs, encodeIpv6exthdr } from '../../lib/structs/ipv6_exthdr.js';
import { decodeIpv6hdr, encodeIpv6hdr } from '../../lib/structs/ipv6hdr.js';
import { decodeTcphdr, encodeTcphdr } from '../../lib/structs/tcphdr.js';
import { decodeUdphdr, encodeUdphdr } from '../../lib/structs/udphdr.js';
import type { Codec } from './abi-rows.js';
import type { Field, Kind } from './abi-structs.js';

type Values = Readonly<Record<string, unknown>>;

function fields(kind: Kind, prefix: string, names: string): Field[] {
  return names.split(' ').map((name) => ({ name, c: prefix + name, kind }));
}

const at = (kind: Kind, name: string, c: string): Field => ({ name, c, kind });

/** These bytes, and zeros up to `size`. */
function upTo(size: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(size, bytes.byteLength));
  whole.set(bytes);
  return whole;
}

const macBytes = (text: unknown): Uint8Array =>
  Uint8Array.from(String(text).split(':'), (byte) => Number.parseInt(byte, 16));

const link: Codec[] = [
  {
    type: 'struct ethhdr',
    headers: ['linux/if_ether.h'],
    size: 14,
    decode: (bytes) => {
      const header = decodeEthhdr(bytes);
      return { ...header, dest: macBytes(header?.dest), source: macBytes(header?.source) };
    },
    encode: (v) => encodeEthhdr(v as never),
    values: { dest: new Uint8Array(6), source: new Uint8Array(6), proto: 0 },
    fields: [...fields('bytes', 'h_', 'dest source'), ...fields('network', 'h_', 'proto')],
  },
  {
    type: 'struct ether_arp',
    headers: ['netinet/if_ether.h'],
    base: 's.arp_hln = 6; s.arp_pln = 4;',
    size: 28,
    decode: (bytes) => {
      const header = decodeArphdr(bytes);
      return { ...header, sha: macBytes(header?.sha), tha: macBytes(header?.tha) };
    },
    encode: (v) => encodeArphdr(v),
    values: {
      ...{ hrd: 0, pro: 0, hln: 6, pln: 4, op: 0, length: 28 },
      ...{ sha: new Uint8Array(6), spa: '0.0.0.0', tha: new Uint8Array(6), tpa: '0.0.0.0' },
    },
    fields: [
      ...fields('network', 'arp_', 'hrd pro op'),
      ...fields('fixed', 'arp_', 'hln pln'),
      ...fields('bytes', 'arp_', 'sha tha'),
      ...fields('ipv4', 'arp_', 'spa tpa'),
    ],
  },
  {
    type: 'struct arphdr',
    note: 'without addresses',
    headers: ['net/if_arp.h'],
    size: 8,
    encode: (v) => encodeArphdr({ ...v, data: new Uint8Array(0) }),
    values: { hrd: 0, pro: 0, hln: 0, pln: 0, op: 0 },
    fields: [...fields('network', 'ar_', 'hrd pro op'), ...fields('number', 'ar_', 'hln pln')],
  },
];

const ipv4Encode = ({ frag_off, ...v }: Values): Uint8Array => {
  const word = frag_off as number;
  const parts = { flags: word & ~IP_OFFMASK, offset: 8 * (word & IP_OFFMASK) };
  return encodeIphdr({ ...v, ...parts } as never);
};

const ipv4Values = {
  ...{ version: 4, ihl: 5, tos: 0, tot_len: 0, id: 0, frag_off: 0, ttl: 0, protocol: 0, check: 0 },
  ...{ saddr: '0.0.0.0', daddr: '0.0.0.0', options: new Uint8Array(0), length: 20 },
};

const ipv4Fields: Field[] = [
  ...fields('number', '', 'tos ttl protocol'),
  ...fields('network', '', 'tot_len id frag_off check'),
  ...fields('ipv4', '', 'saddr daddr'),
];

/** The traffic class and flow label as `struct ipv6hdr` divides them. */
function ipv6Decode(bytes: Uint8Array): object {
  const { priority = 0, flow_lbl = 0, ...rest } = { ...decodeIpv6hdr(bytes) };
  const third = [((priority & 15) << 4) | (flow_lbl >> 16), flow_lbl >> 8, flow_lbl];
  return { ...rest, priority: priority >> 4, flow_lbl: Uint8Array.from(third) };
}

function ipv6Encode({ priority, flow_lbl, ...v }: Values): Uint8Array {
  const [first = 0, second = 0, third = 0] = flow_lbl as Uint8Array;
  const parts = {
    priority: ((priority as number) << 4) | (first >> 4),
    flow_lbl: ((first & 15) << 16) | (second << 8) | third,
  };
  return encodeIpv6hdr({ ...v, ...parts } as never);
}

function ip6Encode({ flow, ...v }: Values): Uint8Array {
  const word = flow as number;
  const parts = { priority: (word >>> 20) & 255, flow_lbl: word & 0xfffff };
  const { plen, nxt, hlim, src, dst } = v;
  const names = { payload_len: plen, nexthdr: nxt, hop_limit: hlim, saddr: src, daddr: dst };
  return encodeIpv6hdr({ version: word >>> 28, ...parts, ...names } as never);
}

const ip: Codec[] = [
  {
    type: 'struct iphdr',
    headers: ['linux/ip.h'],
    base: 's.version = 4; s.ihl = 5;',
    size: 20,
    decode: (bytes) => {
      const { flags = 0, offset = 0, ...rest } = { ...decodeIphdr(bytes) };
      return { ...rest, frag_off: flags | (offset / 8) };
    },
    encode: ipv4Encode,
    values: ipv4Values,
    fields: ipv4Fields,
    // Those of version and ihl that are zero: no other value is a header.
    missed: 5,
  },
  {
    type: 'struct iphdr',
    note: 'of any version and length',
    headers: ['linux/ip.h'],
    size: 20,
    encode: ipv4Encode,
    values: { ...ipv4Values, version: 0, ihl: 0 },
    fields: [...fields('number', '', 'version ihl'), ...ipv4Fields],
  },
  {
    type: 'struct ipv6hdr',
    headers: ['linux/ipv6.h'],
    base: 's.version = 6;',
    size: 40,
    decode: ipv6Decode,
    encode: ipv6Encode,
    values: {
      version: 6,
      flow_lbl: new Uint8Array(3),
      saddr: '::',
      daddr: '::',
      priority: 0,
      payload_len: 0,
      nexthdr: 0,
      hop_limit: 0,
    },
    fields: [
      ...fields('number', '', 'priority nexthdr hop_limit'),
      ...fields('bytes', '', 'flow_lbl'),
      ...fields('network', '', 'payload_len'),
      ...fields('ipv6', '', 'saddr daddr'),
    ],
    // Those of version that are zero.
    missed: 2,
  },
  {
    type: 'struct ip6_hdr',
    note: 'of any version',
    headers: ['netinet/ip6.h'],
    size: 40,
    encode: ip6Encode,
    values: { flow: 0, plen: 0, nxt: 0, hlim: 0, src: '::', dst: '::' },
    fields: [
      ...fields('network', 'ip6_', 'flow plen'),
      ...fields('number', 'ip6_', 'nxt hlim'),
      ...fields('ipv6', 'ip6_', 'src dst'),
    ],
  },
];

/** The extension header of `kind` in these bytes, and the length that it says. */
function exthdr(kind: number, bytes: Uint8Array): Record<string, unknown> {
  const [header] = decodeIpv6exthdrs(upTo(2048, bytes), kind).headers;
  return { ...header };
}

const extensions: Codec[] = [
  {
    type: 'struct ipv6_rt_hdr',
    headers: ['linux/ipv6.h'],
    size: 4,
    decode: (bytes) => {
      const { nexthdr, length, type, segments_left } = exthdr(IPPROTO_ROUTING, bytes);
      return { nexthdr, hdrlen: Number(length) / 8 - 1, type, segments_left };
    },
    encode: ({ hdrlen, ...v }) => {
      const data = new Uint8Array(8 * (Number(hdrlen) + 1) - 4);
      return encodeIpv6exthdr({ ...v, kind: IPPROTO_ROUTING, data } as never).subarray(0, 4);
    },
    values: { nexthdr: 0, hdrlen: 0, type: 0, segments_left: 0 },
    fields: fields('number', '', 'nexthdr hdrlen type segments_left'),
  },
  {
    type: 'struct ip6_frag',
    headers: ['netinet/ip6.h'],
    size: 8,
    decode: (bytes) => {
      const { nexthdr, ident } = exthdr(IPPROTO_FRAGMENT, bytes);
      return { nxt: nexthdr, ident };
    },
    encode: ({ nxt, ident }) =>
      encodeIpv6exthdr({ kind: IPPROTO_FRAGMENT, nexthdr: nxt, ident } as never),
    values: { nxt: 0, ident: 0 },
    fields: [
      ...fields('number', 'ip6f_', 'nxt'),
      ...fields('padding', 'ip6f_', 'reserved'),
      // Of two of its bits nothing is said.
      ...fields('fixed', 'ip6f_', 'offlg'),
      ...fields('network', 'ip6f_', 'ident'),
    ],
  },
  {
    type: 'struct ip_auth_hdr',
    headers: ['linux/ip.h'],
    base: 's.hdrlen = 1;',
    size: 12,
    decode: (bytes) => {
      const { nexthdr, length, spi, seq_no } = exthdr(IPPROTO_AH, bytes);
      return { nexthdr, hdrlen: Number(length) / 4 - 2, spi, seq_no };
    },
    encode: ({ hdrlen, ...v }) => {
      const auth_data = new Uint8Array(4 * (Number(hdrlen) + 2) - 12);
      return encodeIpv6exthdr({ ...v, kind: IPPROTO_AH, auth_data } as never).subarray(0, 12);
    },
    values: { nexthdr: 0, hdrlen: 1, spi: 0, seq_no: 0 },
    fields: [
      ...fields('number', '', 'nexthdr hdrlen'),
      ...fields('padding', '', 'reserved'),
      ...fields('network', '', 'spi seq_no'),
    ],
  },
];

const bits = 'fin syn rst psh ack urg ece cwr';

/** The header as netinet/tcp.h has it: the reserved bits and the flags as one number each. */
function thDecode(bytes: Uint8Array): object {
  const h = { ...decodeTcphdr(bytes) } as Record<string, number>;
  const flags = bits.split(' ').reduce((byte, name, i) => byte | (Number(h[name]) << i), 0);
  return {
    ...{ sport: h.source, dport: h.dest, seq: h.seq, ack: h.ack_seq, x2: thX2(h), off: h.doff },
    ...{ flags, win: h.window, sum: h.check, urp: h.urg_ptr },
  };
}

const thX2 = ({ ae = 0, res1 = 0 }: Record<string, number>): number => ae | (res1 << 1);

function thEncode(v: Values): Uint8Array {
  const [x2, flags] = [v.x2 as number, v.flags as number];
  const set = Object.fromEntries(bits.split(' ').map((name, i) => [name, (flags >> i) & 1]));
  const ports = { source: v.sport, dest: v.dport, seq: v.seq, ack_seq: v.ack };
  const rest = { doff: v.off, window: v.win, check: v.sum, urg_ptr: v.urp };
  return encodeTcphdr({ ...ports, ae: x2 & 1, res1: x2 >> 1, ...set, ...rest } as never);
}

const thValues = {
  ...{ sport: 0, dport: 0, seq: 0, ack: 0, x2: 0, off: 5, flags: 0, win: 0, sum: 0, urp: 0 },
};

const thFields: Field[] = [
  ...fields('network', 'th_', 'sport dport seq ack win sum urp'),
  ...fields('number', 'th_', 'x2 flags'),
];

const transport: Codec[] = [
  {
    type: 'struct tcphdr',
    headers: ['linux/tcp.h'],
    base: 's.doff = 5;',
    size: 20,
    decode: (bytes) => {
      const { res1, ...rest } = { ...decodeTcphdr(bytes) };
      return rest;
    },
    encode: (v) => encodeTcphdr(v as never),
    values: {
      ...{ source: 0, dest: 0, window: 0, doff: 5, length: 20 },
      ...{ options: [], rest: new Uint8Array(0) },
    },
    fields: [
      ...fields('network', '', 'source dest seq ack_seq window check urg_ptr'),
      ...fields('number', '', `ae ${bits}`),
    ],
    // Those of doff that are zero, and res1, of which older headers have four bits.
    missed: 5,
  },
  {
    type: 'struct tcphdr',
    note: 'of netinet/tcp.h',
    headers: ['netinet/tcp.h'],
    base: 's.th_off = 5;',
    size: 20,
    decode: thDecode,
    encode: thEncode,
    values: thValues,
    fields: thFields,
    missed: 2,
  },
  {
    type: 'struct tcphdr',
    note: 'of any length',
    headers: ['netinet/tcp.h'],
    size: 20,
    encode: thEncode,
    values: { ...thValues, off: 0 },
    fields: [...thFields, ...fields('number', 'th_', 'off')],
  },
  {
    type: 'struct udphdr',
    headers: ['linux/udp.h'],
    size: 8,
    decode: (bytes) => ({ ...decodeUdphdr(bytes) }),
    encode: (v) => encodeUdphdr(v as never),
    values: { source: 0, dest: 0, len: 0, check: 0 },
    fields: fields('network', '', 'source dest len check'),
  },
];

function icmpRow(note: string, type: number, un: Field[], values: Values = {}): Codec {
  return {
    type: 'struct icmphdr',
    note,
    headers: ['linux/icmp.h'],
    base: `s.type = ${type};`,
    size: 8,
    decode: (bytes) => ({ ...decodeIcmphdr(bytes) }),
    encode: (v) => encodeIcmphdr(v as never),
    values: { type, length: 8, ...values },
    fields: [
      ...fields('fixed', '', 'type'),
      ...fields('number', '', 'code'),
      ...fields('network', '', 'checksum'),
      ...un,
    ],
  };
}

const reserved = (...bytes: number[]): Field[] =>
  bytes.map((i) => at('padding', `${i}`, `un.reserved[${i}]`));
const quoted = at('number', 'quoted_words', 'un.reserved[1]');

const icmp: Codec[] = [
  icmpRow('ICMP_ECHO', ICMP_ECHO, fields('network', 'un.echo.', 'id sequence')),
  icmpRow('ICMP_DEST_UNREACH', ICMP_DEST_UNREACH, [
    ...reserved(0),
    quoted,
    ...fields('network', 'un.frag.', 'mtu'),
  ]),
  icmpRow('ICMP_REDIRECT', ICMP_REDIRECT, fields('ipv4', 'un.', 'gateway'), {
    gateway: '0.0.0.0',
  }),
  icmpRow('ICMP_TIME_EXCEEDED', ICMP_TIME_EXCEEDED, [...reserved(0, 2, 3), quoted]),
  icmpRow('ICMP_PARAMETERPROB', ICMP_PARAMETERPROB, [
    at('number', 'pointer', 'un.reserved[0]'),
    quoted,
    ...reserved(2, 3),
  ]),
  icmpRow('of another type', ICMP_SOURCE_QUENCH, [at('bytes', 'data', 'un.reserved')], {
    data: new Uint8Array(4),
  }),
  {
    type: 'struct icmp',
    note: 'ICMP_TIMESTAMP',
    headers: ['netinet/ip_icmp.h'],
    base: `s.icmp_type = ${ICMP_TIMESTAMP};`,
    size: 28,
    decode: (bytes) => {
      const header: Record<string, unknown> = { ...decodeIcmphdr(bytes) };
      const { checksum, sequence, ...rest } = header;
      return { ...rest, cksum: checksum, seq: sequence };
    },
    encode: ({ cksum, seq, ...v }) =>
      upTo(28, encodeIcmphdr({ ...v, checksum: cksum, sequence: seq } as never)),
    values: { type: ICMP_TIMESTAMP, length: 20 },
    fields: [
      ...fields('fixed', 'icmp_', 'type'),
      ...fields('number', 'icmp_', 'code'),
      ...fields('network', 'icmp_', 'cksum id seq otime rtime ttime'),
    ],
    // What other types quote has more room.
    missed: 64,
  },
];

interface Icmp6Row {
  note: string;
  type: number;
  un: Field[];
  values?: Values;
  /** Bytes of the header, of which `struct icmp6hdr` is the first 8. */
  length?: number;
  /** The fields behind those 8 bytes. */
  behind?: string;
}

function icmp6Row({ note, type, un, values, length = 8, behind = '' }: Icmp6Row): Codec {
  return {
    type: 'struct icmp6hdr',
    note,
    headers: ['linux/icmpv6.h'],
    base: `s.icmp6_type = ${type};`,
    size: 8,
    decode: (bytes) => {
      const header = Object.entries({ ...decodeIcmp6hdr(upTo(length, bytes)) });
      return Object.fromEntries(header.filter(([name]) => !behind.split(' ').includes(name)));
    },
    encode: (v) => encodeIcmp6hdr(v as never).subarray(0, 8),
    values: { type, length, ...values },
    fields: [
      ...fields('fixed', 'icmp6_', 'type'),
      ...fields('number', 'icmp6_', 'code'),
      ...fields('network', 'icmp6_', 'cksum'),
      ...un,
    ],
  };
}

interface NdRow {
  type: string;
  /** The prefix of its fields. */
  prefix: string;
  value: number;
  size: number;
  own: Field[];
  values: Values;
}

/** The rows of netinet/icmp6.h: what follows the first 8 bytes. */
function ndRow({ type, prefix, value, size, own, values }: NdRow): Codec {
  const names = own.map(({ name }) => name);
  return {
    type,
    headers: ['netinet/icmp6.h'],
    base: `s.${prefix}type = ${value};`,
    size,
    decode: (bytes) => {
      const header = Object.entries({ ...decodeIcmp6hdr(bytes) });
      return Object.fromEntries(header.filter(([name]) => names.includes(name)));
    },
    encode: (v) => encodeIcmp6hdr({ type: value, ...v } as never),
    values,
    fields: [
      ...fields('fixed', prefix, 'type code cksum'),
      at('fixed', 'data32', `${prefix}hdr.icmp6_data32`),
      ...own,
    ],
  };
}

const un = 'icmp6_dataun.';

const icmp6: Codec[] = [
  icmp6Row({
    note: 'ICMPV6_ECHO_REQUEST',
    type: ICMPV6_ECHO_REQUEST,
    un: fields('network', 'icmp6_', 'identifier sequence'),
  }),
  icmp6Row({
    note: 'ICMPV6_PKT_TOOBIG',
    type: ICMPV6_PKT_TOOBIG,
    un: fields('network', 'icmp6_', 'mtu'),
  }),
  icmp6Row({
    note: 'ICMPV6_PARAMPROB',
    type: ICMPV6_PARAMPROB,
    un: fields('network', 'icmp6_', 'pointer'),
  }),
  icmp6Row({
    note: 'of another type',
    type: ICMPV6_MGM_QUERY,
    un: [at('bytes', 'data', `${un}un_data8`)],
    values: { data: new Uint8Array(4) },
  }),
  {
    ...icmp6Row({
      note: 'ND_NEIGHBOR_ADVERT',
      type: ND_NEIGHBOR_ADVERT,
      un: fields('number', 'icmp6_', 'router solicited override'),
      length: 24,
      behind: 'target',
    }),
    // The reserved ones.
    missed: 29,
  },
  {
    ...icmp6Row({
      note: 'ND_ROUTER_ADVERT',
      type: ND_ROUTER_ADVERT,
      un: [
        ...fields('number', 'icmp6_', 'hop_limit router_pref'),
        ...fields('number', 'icmp6_addrconf_', 'managed other'),
        ...fields('number', `${un}u_nd_ra.`, 'home_agent'),
        ...fields('network', 'icmp6_', 'rt_lifetime'),
      ],
      length: 16,
      behind: 'reachable retransmit',
    }),
    missed: 3,
  },
  ndRow({
    ...{ type: 'struct nd_router_advert', prefix: 'nd_ra_', value: ND_ROUTER_ADVERT, size: 16 },
    own: fields('network', 'nd_ra_', 'reachable retransmit'),
    values: { reachable: 0, retransmit: 0 },
  }),
  ndRow({
    ...{ type: 'struct nd_neighbor_solicit', prefix: 'nd_ns_', value: ND_NEIGHBOR_SOLICIT },
    size: 24,
    own: fields('ipv6', 'nd_ns_', 'target'),
    values: { target: '::' },
  }),
  ndRow({
    ...{ type: 'struct nd_neighbor_advert', prefix: 'nd_na_', value: ND_NEIGHBOR_ADVERT },
    size: 24,
    own: fields('ipv6', 'nd_na_', 'target'),
    values: { target: '::' },
  }),
  ndRow({
    ...{ type: 'struct nd_redirect', prefix: 'nd_rd_', value: ND_REDIRECT, size: 40 },
    own: fields('ipv6', 'nd_rd_', 'target dst'),
    values: { target: '::', dst: '::' },
  }),
];

export const headerCodecs: readonly Codec[] = [
  ...link,
  ...ip,
  ...extensions,
  ...transport,
  ...icmp,
  ...icmp6,
];
