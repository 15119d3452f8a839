/** The codecs of lib/structs, each beside the C structure that it must agree with. */
import { Reader } from '../../lib/kernel/bytes.js';
import { decodeEpollEvents, encodeEpollEvent } from '../../lib/structs/epoll_event.js';
import { decodeEpollParams, encodeEpollParams } from '../../lib/structs/epoll_params.js';
import { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK } from '../../lib/structs/family.js';
import {
  decodeFlock,
  decodeFOwnerEx,
  encodeFlock,
  encodeFOwnerEx,
} from '../../lib/structs/flock.js';
import { decodeItimerspec, encodeItimerspec } from '../../lib/structs/itimerspec.js';
import { linger } from '../../lib/structs/linger.js';
import { meminfo } from '../../lib/structs/meminfo.js';
import { encodeNlmsg, nlattr, nlmsghdr } from '../../lib/structs/netlink.js';
import { timeval } from '../../lib/structs/option.js';
import { decodeRevents, encodePollfds, type PollFd } from '../../lib/structs/pollfd.js';
import { decodeSignalfdSiginfo } from '../../lib/structs/signalfd_siginfo.js';
import { encodeInetDiagReq, inet_diag_msg, type Tuple } from '../../lib/structs/sock_diag.js';
import { decodeSockaddr, encodeSockaddr, type SockAddr } from '../../lib/structs/sockaddr.js';
import { decodeTcpInfo } from '../../lib/structs/tcp_info.js';
import { encodeTimeval } from '../../lib/structs/timeval.js';
import { addressCodecs } from './abi-addresses.js';
import { headerCodecs } from './abi-headers.js';
import { ipCodecs } from './abi-ip.js';
import { linkCodecs } from './abi-link.js';
import { messageCodecs } from './abi-messages.js';
import { at, type Codec, fields, option, type Values } from './abi-rows.js';
import { socketCodecs } from './abi-socket.js';

const reader = (bytes: Uint8Array): Reader => new Reader(bytes);

const sockaddr = { decode: decodeSockaddr, encode: (v: Values) => encodeSockaddr(v as SockAddr) };

const addresses: Codec[] = [
  {
    ...sockaddr,
    type: 'struct sockaddr_in',
    headers: ['netinet/in.h'],
    base: 's.sin_family = AF_INET;',
    size: 16,
    values: { family: AF_INET, addr: '0.0.0.0', port: 0 },
    fields: [
      ...fields('fixed', 'sin_', 'family'),
      ...fields('network', 'sin_', 'port'),
      ...fields('ipv4', 'sin_', 'addr'),
      ...fields('padding', 'sin_', 'zero'),
    ],
  },
  {
    ...sockaddr,
    type: 'struct sockaddr_in6',
    headers: ['netinet/in.h'],
    base: 's.sin6_family = AF_INET6;',
    size: 28,
    values: { family: AF_INET6, addr: '::', port: 0, flowinfo: 0, scope_id: 0 },
    fields: [
      ...fields('fixed', 'sin6_', 'family'),
      ...fields('network', 'sin6_', 'port flowinfo'),
      ...fields('ipv6', 'sin6_', 'addr'),
      ...fields('number', 'sin6_', 'scope_id'),
    ],
  },
  {
    ...sockaddr,
    type: 'struct sockaddr_nl',
    headers: ['sys/socket.h', 'linux/netlink.h'],
    base: 's.nl_family = AF_NETLINK;',
    size: 12,
    values: { family: AF_NETLINK, pid: 0, groups: 0 },
    fields: [
      ...fields('fixed', 'nl_', 'family'),
      ...fields('padding', 'nl_', 'pad'),
      ...fields('number', 'nl_', 'pid groups'),
    ],
  },
  {
    ...sockaddr,
    type: 'struct sockaddr_ll',
    headers: ['sys/socket.h', 'linux/if_packet.h'],
    base: 's.sll_family = AF_PACKET; s.sll_halen = sizeof s.sll_addr;',
    size: 20,
    values: {
      family: AF_PACKET,
      ifindex: 0,
      protocol: 0,
      hatype: 0,
      pkttype: 0,
      addr: new Uint8Array(8),
    },
    fields: [
      ...fields('fixed', 'sll_', 'family halen'),
      ...fields('network', 'sll_', 'protocol'),
      ...fields('number', 'sll_', 'ifindex hatype pkttype'),
      ...fields('bytes', 'sll_', 'addr'),
    ],
  },
  {
    ...sockaddr,
    type: 'struct sockaddr_vm',
    headers: ['sys/socket.h', 'linux/vm_sockets.h'],
    base: 's.svm_family = AF_VSOCK;',
    size: 16,
    values: { family: AF_VSOCK, cid: 0, port: 0 },
    fields: [
      ...fields('fixed', 'svm_', 'family'),
      ...fields('number', 'svm_', 'cid port'),
      ...fields('padding', 'svm_', 'reserved1 flags zero'),
    ],
  },
];

const options: Codec[] = [
  {
    type: 'struct linger',
    headers: ['sys/socket.h'],
    size: 8,
    decode: option(linger),
    encode: (v) => linger.encode(v as never) as Uint8Array,
    values: { onoff: 0, linger: 0 },
    fields: fields('number', 'l_', 'onoff linger'),
  },
  {
    type: 'struct timeval',
    headers: ['sys/time.h'],
    size: 16,
    decode: option(timeval),
    encode: (v) => timeval.encode(v as never) as Uint8Array,
    values: { sec: 0, usec: 0 },
    fields: fields('number', 'tv_', 'sec usec'),
  },
  {
    type: 'struct meminfo',
    headers: ['linux/sock_diag.h'],
    declare: 'struct meminfo { unsigned at[SK_MEMINFO_VARS]; };',
    size: 36,
    decode: option(meminfo),
    fields: 'rmem_alloc rcvbuf wmem_alloc sndbuf fwd_alloc wmem_queued optmem backlog drops'
      .split(' ')
      .map((name) => at('number', name, `at[SK_MEMINFO_${name.toUpperCase()}]`)),
  },
  {
    type: 'struct pollfd',
    note: 'as poll(2) takes it',
    headers: ['poll.h'],
    size: 8,
    encode: (v) => encodePollfds([v as unknown as PollFd]),
    values: { fd: 0, events: 0 },
    fields: [
      ...fields('number', '', 'fd'),
      ...fields('mask', '', 'events'),
      ...fields('fixed', '', 'revents'),
    ],
  },
  {
    type: 'struct pollfd',
    note: 'as poll(2) leaves it',
    headers: ['poll.h'],
    size: 8,
    decode: (bytes) => {
      const entry: PollFd = { fd: 0, events: 0 };
      decodeRevents(bytes, [entry]);
      return { revents: entry.revents };
    },
    fields: [...fields('mask', '', 'revents'), ...fields('padding', '', 'fd events')],
  },
];

function diagReq({ protocol, ext, sport, dport, src, dst, family }: Values): Uint8Array {
  const local = { family, addr: src, port: sport };
  const remote = { family, addr: dst, port: dport };
  return encodeInetDiagReq(protocol as number, { local, remote } as Tuple, ext as number);
}

function diagReqRow(note: string, family: number, ip: 'ipv4' | 'ipv6', any: string): Codec {
  const part = ip === 'ipv4' ? '[0]' : '';
  return {
    type: 'struct inet_diag_req_v2',
    note,
    headers: ['sys/socket.h', 'linux/inet_diag.h'],
    base: `s.sdiag_family = ${note}; s.idiag_states = -1; memset(s.id.idiag_cookie, 0xff, 8);`,
    size: 56,
    encode: diagReq,
    values: { family, protocol: 0, ext: 0, sport: 0, dport: 0, src: any, dst: any },
    fields: [
      ...fields('fixed', 'sdiag_', 'family'),
      ...fields('number', 'sdiag_', 'protocol'),
      ...fields('number', 'idiag_', 'ext'),
      ...fields('fixed', '', 'pad idiag_states'),
      ...fields('network', 'id.idiag_', 'sport dport'),
      at(ip, 'src', `id.idiag_src${part}`),
      at(ip, 'dst', `id.idiag_dst${part}`),
      ...fields('fixed', 'id.idiag_', 'src dst if cookie'),
    ],
  };
}

function diagMsgRow(note: string, ip: 'ipv4' | 'ipv6', any: string): Codec {
  return {
    type: 'struct inet_diag_msg',
    note,
    headers: ['sys/socket.h', 'linux/inet_diag.h'],
    base: ip === 'ipv4' ? 's.idiag_family = AF_INET;' : '',
    size: 72,
    decode: (bytes) => inet_diag_msg(reader(bytes)),
    values: { family: ip === 'ipv4' ? AF_INET : 0, src: any, dst: any, cookie: 0n },
    fields: [
      ...fields(ip === 'ipv4' ? 'fixed' : 'number', 'idiag_', 'family'),
      ...fields('number', 'idiag_', 'state timer retrans'),
      ...fields('network', 'id.idiag_', 'sport dport'),
      ...fields(ip, 'id.idiag_', 'src dst'),
      ...fields('number', 'id.idiag_', 'if'),
      ...fields('words', 'id.idiag_', 'cookie'),
      ...fields('number', 'idiag_', 'expires rqueue wqueue uid inode'),
    ],
  };
}

const netlink: Codec[] = [
  {
    type: 'struct nlmsghdr',
    headers: ['linux/netlink.h'],
    size: 16,
    decode: (bytes) => nlmsghdr(reader(bytes)),
    fields: fields('number', 'nlmsg_', 'len type flags seq pid'),
  },
  {
    type: 'struct nlmsghdr',
    note: 'of a request',
    headers: ['linux/netlink.h'],
    base: 's.nlmsg_len = NLMSG_LENGTH(0);',
    size: 16,
    encode: (v) =>
      encodeNlmsg(v.type as number, v.flags as number, v.seq as number, new Uint8Array()),
    values: { type: 0, flags: 0, seq: 0 },
    fields: [
      ...fields('number', 'nlmsg_', 'type flags seq'),
      ...fields('fixed', 'nlmsg_', 'len pid'),
    ],
  },
  {
    type: 'struct nlattr',
    headers: ['linux/netlink.h'],
    size: 4,
    decode: (bytes) => nlattr(reader(bytes)),
    fields: fields('number', 'nla_', 'len type'),
  },
  diagReqRow('AF_INET', AF_INET, 'ipv4', '0.0.0.0'),
  diagReqRow('AF_INET6', AF_INET6, 'ipv6', '::'),
  diagMsgRow('AF_INET', 'ipv4', '0.0.0.0'),
  diagMsgRow('AF_INET6', 'ipv6', '::'),
];

const timerTimes = ['interval', 'value'] as const;

const events: Codec[] = [
  {
    type: 'struct words_of_event',
    note: 'struct epoll_event as it crosses to the addon: packed, as x86-64 has it',
    headers: ['linux/types.h'],
    declare: 'struct words_of_event { __u32 events; __s64 data; } __attribute__((packed));',
    size: 12,
    decode: (bytes) => ({ ...decodeEpollEvents(new Uint32Array(bytes.slice().buffer), 1)[0] }),
    encode: (v) => new Uint8Array(Uint32Array.from(encodeEpollEvent(v as never, -1)).buffer),
    values: { events: 0, data: 0 },
    fields: fields('number', '', 'events data'),
  },
  {
    type: 'struct epoll_params',
    headers: ['linux/eventpoll.h'],
    size: 8,
    decode: decodeEpollParams,
    encode: (v) => encodeEpollParams(v as never),
    values: { busy_poll_usecs: 0, busy_poll_budget: 0, prefer_busy_poll: 0 },
    fields: [
      ...fields('number', '', 'busy_poll_usecs busy_poll_budget prefer_busy_poll'),
      ...fields('padding', '', '__pad'),
    ],
  },
  {
    type: 'struct flock',
    headers: ['fcntl.h'],
    size: 32,
    decode: decodeFlock,
    encode: (v) => encodeFlock(v as never),
    values: { type: 0, whence: 0, start: 0, len: 0, pid: 0 },
    missed: 64,
    fields: fields('number', 'l_', 'type whence start len pid'),
  },
  {
    type: 'struct f_owner_ex',
    headers: ['linux/fcntl.h'],
    size: 8,
    decode: decodeFOwnerEx,
    encode: (v) => encodeFOwnerEx(v as never),
    values: { type: 0, pid: 0 },
    fields: fields('number', '', 'type pid'),
  },
  {
    type: 'struct itimerspec',
    headers: ['time.h'],
    size: 32,
    decode: (bytes) => {
      const timer = decodeItimerspec(bytes);
      const flat = timerTimes.map((time) => [
        [`${time}_sec`, timer[time].sec],
        [`${time}_nsec`, timer[time].nsec],
      ]);
      return Object.fromEntries(flat.flat()) as object;
    },
    encode: (v) => {
      const time = (name: string) => ({ sec: v[`${name}_sec`], nsec: v[`${name}_nsec`] });
      return encodeItimerspec({ interval: time('interval'), value: time('value') } as never);
    },
    values: { interval_sec: 0, interval_nsec: 0, value_sec: 0, value_nsec: 0 },
    fields: timerTimes.flatMap((time) =>
      ['sec', 'nsec'].map((name) => at('number', `${time}_${name}`, `it_${time}.tv_${name}`)),
    ),
  },
  {
    type: 'struct timeval',
    note: 'as a timeout',
    headers: ['sys/time.h'],
    size: 16,
    encode: (v) => encodeTimeval(v as never),
    values: { sec: 0, usec: 0 },
    fields: fields('number', 'tv_', 'sec usec'),
  },
  {
    type: 'struct signalfd_siginfo',
    headers: ['linux/types.h', 'linux/signalfd.h'],
    size: 128,
    decode: decodeSignalfdSiginfo,
    values: { ptr: 0n, addr: 0n, call_addr: 0n },
    fields: [
      ...fields('number', 'ssi_', 'signo errno code pid uid fd tid band overrun trapno status int'),
      ...fields('number', 'ssi_', 'ptr utime stime addr addr_lsb syscall call_addr arch'),
      ...fields('padding', '__', 'pad2 pad'),
    ],
  },
];

/** The size of struct tcp_info since a version of Linux, and the fields that came with it. */
export const tcpInfoGrowth: readonly (readonly [size: number, linux: string, names: string])[] = [
  [
    104,
    '2.6.12',
    'state ca_state retransmits probes backoff options snd_wscale rcv_wscale rto ato snd_mss ' +
      'rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent last_data_recv ' +
      'last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering ' +
      'rcv_rtt rcv_space total_retrans',
  ],
  [120, '3.15', 'pacing_rate max_pacing_rate'],
  [136, '4.1', 'bytes_acked bytes_received'],
  [144, '4.2', 'segs_out segs_in'],
  [160, '4.6', 'notsent_bytes min_rtt data_segs_in data_segs_out'],
  // A bit-field in what was padding came with the next eight bytes, ...
  [168, '4.9', 'delivery_rate delivery_rate_app_limited'],
  [192, '4.10', 'busy_time rwnd_limited sndbuf_limited'],
  [200, '4.18', 'delivered delivered_ce'],
  [224, '4.19', 'bytes_sent bytes_retrans dsack_dups reord_seen'],
  [232, '5.4', 'rcv_ooopack snd_wnd'],
  // ... another one alone.
  [232, '5.5', 'fastopen_client_fail'],
  [240, '6.2', 'rcv_wnd rehash'],
  [248, '6.7', 'total_rto total_rto_recoveries total_rto_time'],
  [
    280,
    '6.18',
    'received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes received_e1_bytes ' +
      'received_e0_bytes received_ce_bytes accecn_opt_seen accecn_fail_mode',
  ],
  [280, '7.0', 'ecn_mode options2'],
];

const tcpInfoFields = tcpInfoGrowth.map(([, , names]) => names).join(' ');

const tcpInfo: Codec[] = [
  {
    type: 'struct tcp_info',
    headers: ['linux/tcp.h'],
    size: 280,
    decode: (bytes) => decodeTcpInfo(bytes, '7.0'),
    fields: fields('number', 'tcpi_', tcpInfoFields),
    // The rest of the byte of delivery_rate_app_limited and fastopen_client_fail.
    missed: 5,
  },
  {
    type: 'struct tcp_info_6_18',
    note: 'the last four bytes as Linux 6.18 and 6.19 have them',
    headers: ['linux/types.h'],
    declare: `struct tcp_info_6_18 {
      __u8 before[276];
      __u16 tcpi_accecn_fail_mode;
      __u16 tcpi_accecn_opt_seen;
    };`,
    size: 280,
    decode: (bytes) => decodeTcpInfo(bytes, '6.19'),
    absent: tcpInfoFields
      .split(' ')
      .filter((name) => !['accecn_fail_mode', 'accecn_opt_seen'].includes(name)),
    fields: [
      ...fields('number', 'tcpi_', 'accecn_fail_mode accecn_opt_seen'),
      ...fields('fixed', '', 'before'),
    ],
  },
];

export const codecs: readonly Codec[] = [
  ...tcpInfo,
  ...addresses,
  ...options,
  ...netlink,
  ...events,
  ...socketCodecs,
  ...ipCodecs,
  ...messageCodecs,
  ...[...tcpInfo, ...addresses, ...options, ...netlink],
  ...headerCodecs,
  ...linkCodecs,
  ...addressCodecs,
];
