/** The control messages, each beside the C structure of its data. */
import { expect } from 'vitest';
import { type ControlInit, decodeControl, encodeControl } from '../../lib/structs/cmsg.js';
import { SO_EE_ORIGIN_ICMP, type SockExtendedErr } from '../../lib/structs/errqueue.js';
import { ALG_SET_IV } from '../../lib/structs/if_alg.js';
import { IP_PKTINFO, IP_RECVERR, IPPROTO_IP, IPPROTO_IPV6 } from '../../lib/structs/ip.js';
import { IPV6_PATHMTU, IPV6_PKTINFO, IPV6_RECVERR } from '../../lib/structs/ipv6.js';
import {
  SCM_CREDENTIALS,
  SCM_DEVMEM_DMABUF,
  SCM_DEVMEM_LINEAR,
  SCM_TIMESTAMP,
  SCM_TIMESTAMPING,
  SCM_TIMESTAMPING_PKTINFO,
  SCM_TIMESTAMPNS,
} from '../../lib/structs/scm.js';
import { SOL_ALG, SOL_SOCKET } from '../../lib/structs/socket.js';
import type { ScmTimestamping } from '../../lib/structs/timespec.js';
import { at, type Codec, fields, type Values } from './abi-rows.js';

/** The value of a control message with these bytes of data. */
function valueIn(level: number, type: number, data: Uint8Array): unknown {
  const messages = decodeControl(encodeControl([{ level, type, data }]));
  expect(messages).toMatchObject([{ level, type, data }]);
  return messages[0]?.value;
}

/** The bytes of data of a control message with this value. */
function dataOf(level: number, type: number, value: unknown): Uint8Array {
  return decodeControl(encodeControl([{ level, type, value } as ControlInit]))[0]?.data ?? nothing;
}

const nothing = new Uint8Array();

/** How the value of a type is read, as an object with nothing but fields of the C structure. */
const reads =
  <V>(level: number, type: number, flat: (value: V) => object) =>
  (bytes: Uint8Array): object =>
    flat(valueIn(level, type, bytes) as V);

const plain = (value: object): object => value;

const writes =
  (level: number, type: number) =>
  (values: Values): Uint8Array =>
    dataOf(level, type, values);

const errqueue = ['time.h', 'linux/errqueue.h'];
const errRow = {
  type: 'struct sock_extended_err',
  headers: errqueue,
  size: 16,
} as const;
const errFields = [
  ...fields('number', 'ee_', 'errno origin type code info data'),
  ...fields('padding', 'ee_', 'pad'),
];

const headers: Codec[] = [
  {
    type: 'struct cmsghdr',
    headers: ['sys/socket.h'],
    base: 's.cmsg_len = CMSG_LEN(0);',
    size: 16,
    decode: (bytes) => {
      const [{ level, type } = { level: -1, type: -1 }, ...rest] = decodeControl(bytes);
      expect(rest).toEqual([]);
      return { level, type };
    },
    encode: ({ level, type }) => {
      return encodeControl([{ level: Number(level), type: Number(type), data: nothing }]);
    },
    values: { level: 0, type: 0 },
    fields: [...fields('number', 'cmsg_', 'level type'), ...fields('fixed', 'cmsg_', 'len')],
  },
  {
    type: 'struct with_data',
    note: 'a cmsghdr and its CMSG_DATA',
    headers: ['sys/socket.h'],
    declare: 'struct with_data { struct cmsghdr h; unsigned char data[8]; };',
    base: 's.h.cmsg_len = CMSG_LEN(8); memset(CMSG_DATA(&s.h), 0, 8);',
    size: 24,
    decode: (bytes) => ({ data: decodeControl(bytes)[0]?.data }),
    encode: ({ data }) => encodeControl([{ level: 0, type: 0, data: data as Uint8Array }]),
    values: { data: new Uint8Array(8) },
    fields: [...fields('bytes', '', 'data'), ...fields('fixed', '', 'h')],
  },
];

const errors: Codec[] = [
  {
    ...errRow,
    note: 'as IP_RECVERR has it',
    decode: reads(IPPROTO_IP, IP_RECVERR, plain),
    absent: ['offender'],
    fields: errFields,
  },
  {
    ...errRow,
    note: 'of an ICMP message with extensions',
    base: `s.ee_origin = SO_EE_ORIGIN_ICMP;`,
    decode: reads<SockExtendedErr>(IPPROTO_IPV6, IPV6_RECVERR, ({ origin, rfc4884 }) => {
      expect(origin).toBe(SO_EE_ORIGIN_ICMP);
      return { len: 0, flags: 0, ...rfc4884 };
    }),
    fields: [
      ...fields('number', 'ee_rfc4884.', 'len flags'),
      ...fields('padding', 'ee_rfc4884.', 'reserved'),
      ...fields('padding', 'ee_', 'errno type code pad info'),
      ...fields('fixed', 'ee_', 'origin'),
    ],
  },
  {
    type: 'struct with_offender',
    note: 'a sock_extended_err and its SO_EE_OFFENDER',
    headers: [...errqueue, 'netinet/in.h'],
    declare: 'struct with_offender { struct sock_extended_err ee; struct sockaddr_in offender; };',
    base: '((struct sockaddr_in *)SO_EE_OFFENDER(&s.ee))->sin_family = AF_INET;',
    size: 32,
    decode: reads<SockExtendedErr>(IPPROTO_IP, IP_RECVERR, ({ offender }) => {
      const { addr } = offender as { addr: string };
      return { addr };
    }),
    values: { addr: '0.0.0.0' },
    fields: [
      ...fields('ipv4', 'offender.sin_', 'addr'),
      ...fields('padding', '', 'ee offender.sin_port offender.sin_zero'),
      ...fields('fixed', '', 'offender.sin_family'),
    ],
  },
];

/** `software` and `hardware` as C has them, ts[0] and ts[2]. */
function flatTimes({ software, hardware }: ScmTimestamping): object {
  const { sec: sec0 = 0, nsec: nsec0 = 0 } = software ?? {};
  const { sec: sec2 = 0, nsec: nsec2 = 0 } = hardware ?? {};
  return { sec0, nsec0, sec2, nsec2 };
}

const times: Codec[] = [
  {
    type: 'struct timeval',
    note: 'as SCM_TIMESTAMP has it',
    headers: ['sys/time.h'],
    size: 16,
    decode: reads(SOL_SOCKET, SCM_TIMESTAMP, plain),
    fields: fields('number', 'tv_', 'sec usec'),
  },
  {
    type: 'struct timespec',
    headers: ['time.h'],
    size: 16,
    decode: reads(SOL_SOCKET, SCM_TIMESTAMPNS, plain),
    encode: writes(SOL_SOCKET, SCM_TIMESTAMPNS),
    values: { sec: 0, nsec: 0 },
    fields: fields('number', 'tv_', 'sec nsec'),
  },
  {
    type: 'struct scm_timestamping',
    headers: errqueue,
    size: 48,
    decode: reads(SOL_SOCKET, SCM_TIMESTAMPING, flatTimes),
    fields: [
      at('number', 'sec0', 'ts[0].tv_sec'),
      at('number', 'nsec0', 'ts[0].tv_nsec'),
      at('number', 'sec2', 'ts[2].tv_sec'),
      at('number', 'nsec2', 'ts[2].tv_nsec'),
      ...fields('padding', '', 'ts[1]'),
    ],
  },
  {
    type: 'struct scm_ts_pktinfo',
    headers: ['linux/net_tstamp.h'],
    size: 16,
    decode: reads(SOL_SOCKET, SCM_TIMESTAMPING_PKTINFO, plain),
    fields: [...fields('number', '', 'if_index pkt_length'), ...fields('padding', '', 'reserved')],
  },
];

const addresses: Codec[] = [
  {
    type: 'struct in_pktinfo',
    headers: ['netinet/in.h'],
    size: 12,
    decode: reads(IPPROTO_IP, IP_PKTINFO, plain),
    encode: writes(IPPROTO_IP, IP_PKTINFO),
    values: { ifindex: 0, spec_dst: '0.0.0.0', addr: '0.0.0.0' },
    fields: [...fields('number', 'ipi_', 'ifindex'), ...fields('ipv4', 'ipi_', 'spec_dst addr')],
  },
  {
    type: 'struct in6_pktinfo',
    // The C library has an unsigned index there, the kernel an int.
    headers: ['linux/in6.h', 'linux/ipv6.h'],
    size: 20,
    decode: reads(IPPROTO_IPV6, IPV6_PKTINFO, plain),
    encode: writes(IPPROTO_IPV6, IPV6_PKTINFO),
    values: { addr: '::', ifindex: 0 },
    fields: [...fields('ipv6', 'ipi6_', 'addr'), ...fields('number', 'ipi6_', 'ifindex')],
  },
  {
    type: 'struct ip6_mtuinfo',
    headers: ['netinet/in.h'],
    base: 's.ip6m_addr.sin6_family = AF_INET6;',
    size: 32,
    decode: reads<{ addr: object; mtu: number }>(
      IPPROTO_IPV6,
      IPV6_PATHMTU,
      ({ addr: { family: _, ...addr }, mtu }: { addr: { family?: unknown }; mtu: number }) => ({
        ...addr,
        mtu,
      }),
    ),
    values: { addr: '::' },
    fields: [
      ...fields('network', 'ip6m_addr.sin6_', 'port flowinfo'),
      ...fields('ipv6', 'ip6m_addr.sin6_', 'addr'),
      ...fields('number', 'ip6m_addr.sin6_', 'scope_id'),
      ...fields('number', 'ip6m_', 'mtu'),
      ...fields('fixed', 'ip6m_addr.sin6_', 'family'),
    ],
  },
];

const dmabuf = {
  type: 'struct dmabuf_cmsg',
  headers: ['stddef.h', 'linux/uio.h'],
  size: 24,
  fields: fields('number', '', 'frag_offset frag_size frag_token dmabuf_id flags'),
} as const;

const others: Codec[] = [
  {
    type: 'struct ucred',
    note: 'as SCM_CREDENTIALS has it',
    headers: ['sys/socket.h'],
    size: 12,
    decode: reads(SOL_SOCKET, SCM_CREDENTIALS, plain),
    encode: writes(SOL_SOCKET, SCM_CREDENTIALS),
    values: { pid: 0, uid: 0, gid: 0 },
    fields: fields('number', '', 'pid uid gid'),
  },
  { ...dmabuf, note: 'in device memory', decode: reads(SOL_SOCKET, SCM_DEVMEM_DMABUF, plain) },
  { ...dmabuf, note: 'not in device memory', decode: reads(SOL_SOCKET, SCM_DEVMEM_LINEAR, plain) },
  {
    type: 'union with_iv',
    note: 'a struct af_alg_iv and its bytes',
    headers: ['linux/if_alg.h'],
    declare: 'union with_iv { struct af_alg_iv a; struct { unsigned ivlen; char iv[12]; } b; };',
    base: 's.a.ivlen = 12;',
    size: 16,
    decode: reads<Uint8Array>(SOL_ALG, ALG_SET_IV, (iv) => ({ iv })),
    encode: ({ iv }) => dataOf(SOL_ALG, ALG_SET_IV, iv),
    values: { iv: new Uint8Array(12) },
    fields: [...fields('bytes', 'b.', 'iv'), ...fields('fixed', 'a.', 'ivlen')],
  },
];

export const messageCodecs: readonly Codec[] = [
  ...headers,
  ...errors,
  ...times,
  ...addresses,
  ...others,
];
