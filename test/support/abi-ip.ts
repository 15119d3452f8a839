/** The codecs of the IPv4 and IPv6 options, each beside the C structure that it must agree with. */
import { Reader } from '../../lib/kernel/bytes.js';
import { in6_flowlabel_req } from '../../lib/structs/flowlabel.js';
import { icmp6_filter } from '../../lib/structs/icmp6_filter.js';
import { ip6_mtuinfo } from '../../lib/structs/mtuinfo.js';
import {
  group_filter,
  group_req,
  group_source_req,
  ip_mreq_source,
  ip_mreqn,
  ip_msfilter,
  ip_multicast_if,
  ipv6_anycast_req,
  ipv6_mreq,
} from '../../lib/structs/multicast.js';
import type { Codec } from './abi-rows.js';
import type { Field, Kind } from './abi-structs.js';

type Values = Readonly<Record<string, unknown>>;

/** `[kind, name, member of the C structure]`. */
const fields = (...all: [kind: Kind, name: string, c: string][]): Field[] =>
  all.map(([kind, name, c]) => ({ kind, name, c }));

/** What an option reads as: its memory may have room for more than the structure. */
const decoder =
  (kind: { size: number; decode: (r: Reader, length: number) => unknown }) =>
  (bytes: Uint8Array): Values => {
    const memory = new Uint8Array(kind.size);
    memory.set(bytes);
    return { ...(kind.decode(new Reader(memory), bytes.byteLength) as object) };
  };

const encoder =
  (kind: { encode: (value: never) => number | string | Uint8Array }) =>
  (values: Values): Uint8Array =>
    kind.encode(values as never) as Uint8Array;

const inet = ['linux/in.h'];
const inet6 = ['linux/in6.h'];

const requests: Codec[] = [
  {
    type: 'struct ip_mreqn',
    headers: inet,
    size: 12,
    encode: encoder(ip_mreqn),
    values: { multiaddr: '0.0.0.0' },
    fields: fields(
      ['ipv4', 'multiaddr', 'imr_multiaddr'],
      ['ipv4', 'address', 'imr_address'],
      ['number', 'ifindex', 'imr_ifindex'],
    ),
  },
  {
    type: 'struct ip_mreqn',
    note: 'of IP_MULTICAST_IF',
    headers: inet,
    size: 12,
    encode: encoder(ip_multicast_if),
    values: {},
    fields: fields(
      ['ipv4', 'address', 'imr_address'],
      ['number', 'ifindex', 'imr_ifindex'],
      ['fixed', 'multiaddr', 'imr_multiaddr'],
    ),
  },
  {
    type: 'struct ip_mreq',
    headers: inet,
    size: 8,
    encode: encoder(ip_mreqn),
    values: { multiaddr: '0.0.0.0', interface: '0.0.0.0' },
    fields: fields(['ipv4', 'multiaddr', 'imr_multiaddr'], ['ipv4', 'interface', 'imr_interface']),
  },
  {
    type: 'struct ip_mreq_source',
    headers: inet,
    size: 12,
    encode: encoder(ip_mreq_source),
    values: { multiaddr: '0.0.0.0', sourceaddr: '0.0.0.0' },
    fields: fields(
      ['ipv4', 'multiaddr', 'imr_multiaddr'],
      ['ipv4', 'interface', 'imr_interface'],
      ['ipv4', 'sourceaddr', 'imr_sourceaddr'],
    ),
  },
  {
    type: 'struct ipv6_mreq',
    headers: inet6,
    size: 20,
    encode: encoder(ipv6_mreq),
    values: { multiaddr: '::' },
    fields: fields(
      ['ipv6', 'multiaddr', 'ipv6mr_multiaddr'],
      ['number', 'ifindex', 'ipv6mr_ifindex'],
    ),
  },
  {
    type: 'struct ipv6_mreq',
    note: 'of the C library',
    headers: ['netinet/in.h'],
    size: 20,
    encode: encoder(ipv6_mreq),
    values: { multiaddr: '::' },
    fields: fields(
      ['ipv6', 'multiaddr', 'ipv6mr_multiaddr'],
      ['number', 'interface', 'ipv6mr_interface'],
    ),
  },
  {
    type: 'struct ipv6_mreq',
    note: 'of IPV6_JOIN_ANYCAST',
    headers: inet6,
    size: 20,
    encode: encoder(ipv6_anycast_req),
    values: { acaddr: '::' },
    fields: fields(['ipv6', 'acaddr', 'ipv6mr_acaddr'], ['number', 'ifindex', 'ipv6mr_ifindex']),
  },
];

const filters: Codec[] = [
  {
    type: 'struct ip_msfilter',
    note: 'of one source',
    headers: inet,
    base: 's.imsf_numsrc = 1;',
    size: 20,
    decode: (bytes) => {
      const { slist, ...rest } = decoder(ip_msfilter)(bytes);
      return { ...rest, source: (slist as string[])[0] };
    },
    encode: ({ source, numsrc, ...rest }) => encoder(ip_msfilter)({ ...rest, slist: [source] }),
    values: {
      multiaddr: '0.0.0.0',
      interface: '0.0.0.0',
      fmode: 0,
      numsrc: 1,
      source: '0.0.0.0',
    },
    fields: fields(
      ['ipv4', 'multiaddr', 'imsf_multiaddr'],
      ['ipv4', 'interface', 'imsf_interface'],
      ['number', 'fmode', 'imsf_fmode'],
      ['fixed', 'numsrc', 'imsf_numsrc'],
      ['ipv4', 'source', 'imsf_slist[0]'],
    ),
  },
  {
    type: 'struct ip_msfilter',
    note: 'as the reader begins it',
    headers: inet,
    base: 's.imsf_numsrc = 1024;',
    size: 20,
    encode: (values) => ip_msfilter.ask(values as never).slice(0, 20),
    values: { multiaddr: '0.0.0.0' },
    fields: fields(
      ['ipv4', 'multiaddr', 'imsf_multiaddr'],
      ['ipv4', 'interface', 'imsf_interface'],
      ['fixed', 'rest', 'imsf_fmode'],
      ['fixed', 'rest', 'imsf_numsrc'],
      ['fixed', 'rest', 'imsf_slist[0]'],
    ),
  },
];

/** A C union of a structure and the addresses that its sockaddr_storage members hold. */
function overlaid(type: string, ip: 'ipv4' | 'ipv6', members: Record<string, string>): string {
  const sockaddr = ip === 'ipv4' ? 'sockaddr_in' : 'sockaddr_in6';
  const overlay = Object.entries(members).map(([name, member]) => {
    const before = `char before_${name}[__builtin_offsetof(struct ${type}, ${member})];`;
    return `struct { ${before} struct ${sockaddr} ${name}; } __attribute__((packed));`;
  });
  return `union ${type}_${ip} { struct ${type} s; ${overlay.join(' ')} };`;
}

const families = {
  ipv4: { any: '0.0.0.0', sin: 'sin', af: 'AF_INET' },
  ipv6: { any: '::', sin: 'sin6', af: 'AF_INET6' },
};
const shared = { headers: ['sys/socket.h', 'linux/in.h', 'linux/in6.h'] };

/** The rows of struct group_filter, for one family. */
function groupFilters(ip: 'ipv4' | 'ipv6'): Codec[] {
  const { any, sin, af } = families[ip];
  const family = (name: string): string => `s.${name}.${sin}_family = ${af};`;
  const filter = {
    ...shared,
    type: `union group_filter_${ip}`,
    declare: overlaid('group_filter', ip, { group: 'gf_group', source: 'gf_slist' }),
    size: 272,
  };
  return [
    {
      ...filter,
      note: `${ip}, of one source`,
      base: `s.s.gf_numsrc = 1; ${family('group')} ${family('source')}`,
      decode: (bytes) => {
        const { slist, ...rest } = decoder(group_filter)(bytes);
        return { ...rest, source: (slist as string[])[0] };
      },
      encode: ({ source, numsrc, ...rest }) => encoder(group_filter)({ ...rest, slist: [source] }),
      values: { interface: 0, group: any, fmode: 0, numsrc: 1, source: any },
      fields: fields(
        ['number', 'interface', 's.gf_interface'],
        [ip, 'group', `group.${sin}_addr`],
        ['number', 'fmode', 's.gf_fmode'],
        ['fixed', 'numsrc', 's.gf_numsrc'],
        [ip, 'source', `source.${sin}_addr`],
        ['fixed', 'storage', 's'],
      ),
    },
    {
      ...filter,
      note: `${ip}, as the reader begins it`,
      base: `s.s.gf_numsrc = 256; ${family('group')}`,
      encode: (values) => group_filter.ask(values as never).slice(0, 272),
      values: { interface: 0, group: any },
      fields: fields(
        ['number', 'interface', 's.gf_interface'],
        [ip, 'group', `group.${sin}_addr`],
        ['fixed', 'rest', 's'],
      ),
    },
  ];
}

/** The rows of struct group_req and struct group_source_req, for one family. */
function groupRequests(ip: 'ipv4' | 'ipv6'): Codec[] {
  const { any, sin, af } = families[ip];
  const family = (name: string): string => `s.${name}.${sin}_family = ${af};`;
  return [
    {
      ...shared,
      note: ip,
      type: `union group_req_${ip}`,
      declare: overlaid('group_req', ip, { group: 'gr_group' }),
      base: family('group'),
      size: 136,
      encode: encoder(group_req),
      values: { group: any },
      fields: fields(
        ['number', 'interface', 's.gr_interface'],
        [ip, 'group', `group.${sin}_addr`],
        ['fixed', 'storage', 's'],
      ),
    },
    {
      ...shared,
      note: ip,
      type: `union group_source_req_${ip}`,
      declare: overlaid('group_source_req', ip, { group: 'gsr_group', source: 'gsr_source' }),
      base: `${family('group')} ${family('source')}`,
      size: 264,
      encode: encoder(group_source_req),
      values: { group: any, source: any },
      fields: fields(
        ['number', 'interface', 's.gsr_interface'],
        [ip, 'group', `group.${sin}_addr`],
        [ip, 'source', `source.${sin}_addr`],
        ['fixed', 'storage', 's'],
      ),
    },
  ];
}

const ipv6: Codec[] = [
  {
    type: 'struct in6_flowlabel_req',
    headers: inet6,
    size: 32,
    decode: decoder(in6_flowlabel_req),
    values: { dst: '::' },
    fields: fields(
      ['ipv6', 'dst', 'flr_dst'],
      ['network', 'label', 'flr_label'],
      ['padding', 'action', 'flr_action'],
      ['number', 'share', 'flr_share'],
      ['padding', 'flags', 'flr_flags'],
      ['number', 'expires', 'flr_expires'],
      ['number', 'linger', 'flr_linger'],
      ['padding', 'pad', '__flr_pad'],
    ),
  },
  {
    type: 'struct in6_flowlabel_req',
    note: 'of a request',
    headers: inet6,
    size: 32,
    encode: encoder(in6_flowlabel_req),
    values: { action: 0 },
    fields: fields(
      ['ipv6', 'dst', 'flr_dst'],
      ['network', 'label', 'flr_label'],
      ['number', 'action', 'flr_action'],
      ['number', 'share', 'flr_share'],
      ['number', 'flags', 'flr_flags'],
      ['number', 'expires', 'flr_expires'],
      ['number', 'linger', 'flr_linger'],
      ['fixed', 'pad', '__flr_pad'],
    ),
  },
  {
    type: 'struct in6_flowlabel_req',
    note: 'as the reader begins it',
    headers: inet6,
    size: 32,
    encode: (values) => in6_flowlabel_req.ask(values as never),
    values: {},
    fields: fields(['number', 'flags', 'flr_flags'], ['fixed', 'rest', 'flr_dst']),
    // The fields that are answered.
    missed: 112,
  },
  {
    type: 'struct ip6_mtuinfo',
    headers: ['netinet/in.h', 'linux/ipv6.h'],
    base: 's.ip6m_addr.sin6_family = AF_INET6;',
    size: 32,
    decode: (bytes) => {
      const { addr, mtu } = decoder(ip6_mtuinfo)(bytes);
      return { ...(addr as object), mtu };
    },
    values: { family: 10, addr: '::' },
    fields: fields(
      ['fixed', 'family', 'ip6m_addr.sin6_family'],
      ['network', 'port', 'ip6m_addr.sin6_port'],
      ['network', 'flowinfo', 'ip6m_addr.sin6_flowinfo'],
      ['ipv6', 'addr', 'ip6m_addr.sin6_addr'],
      ['number', 'scope_id', 'ip6m_addr.sin6_scope_id'],
      ['number', 'mtu', 'ip6m_mtu'],
    ),
  },
  {
    type: 'struct icmp6_filter',
    headers: ['linux/icmpv6.h'],
    size: 32,
    decode: decoder(icmp6_filter),
    fields: fields(
      ...Array.from({ length: 8 }, (_, i): [Kind, string, string] => {
        return ['number', String(i), `data[${i}]`];
      }),
    ),
  },
];

export const ipCodecs: readonly Codec[] = [
  ...requests,
  ...filters,
  ...groupRequests('ipv4'),
  ...groupRequests('ipv6'),
  ...groupFilters('ipv4'),
  ...groupFilters('ipv6'),
  ...ipv6,
];
