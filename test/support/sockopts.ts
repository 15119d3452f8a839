/**
 * Which socket each option of the tables is tried on, what it is set to, and what it then reads as.
 * Where that is not what was set, `reads` says so, and a comment why.
 */
import { readFileSync } from 'node:fs';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  accept,
  connect,
  getsockopt,
  htonl,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_RAW,
  IPPROTO_TCP,
  IPPROTO_UDP,
  if_nametoindex,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
} from '../../lib/index.js';
import { ipOptions } from '../../lib/structs/ip.js';
import { ipv6Options } from '../../lib/structs/ipv6.js';
import { socketOptions } from '../../lib/structs/socket.js';
import { tcpOptions } from '../../lib/structs/tcp.js';
import { udpOptions } from '../../lib/structs/udp.js';
import { bound, listener, open, own, unixPair } from './sockets.js';

/** Makes the socket that an option is tried on. */
export type Make = () => number;

/** What any user may choose. */
function allowedCongestionControls(): string[] {
  const allowed = '/proc/sys/net/ipv4/tcp_allowed_congestion_control';
  return readFileSync(allowed, 'utf8').trim().split(' ');
}

const inet6 = { family: AF_INET6, addr: '::1', port: 0 } as const;

function connectedUdp(): number {
  const fd = open(AF_INET, SOCK_DGRAM);
  connect(fd, bound(SOCK_DGRAM).addr);
  return fd;
}

function connectedUdp6(): number {
  const fd = open(AF_INET6, SOCK_DGRAM);
  connect(fd, bound(SOCK_DGRAM, inet6).addr);
  return fd;
}

/** A TCP socket over IPv6 with a peer over IPv4. */
function mapped(): number {
  const { addr, fd: listening } = listener();
  const fd = open(AF_INET6, SOCK_STREAM);
  connect(fd, { family: AF_INET6, addr: '::ffff:127.0.0.1', port: addr.port });
  own(accept(listening).fd);
  return fd;
}

function underRepair(queue?: number): number {
  const fd = open(AF_INET, SOCK_STREAM);
  setsockopt(fd, IPPROTO_TCP, sockfd.TCP_REPAIR, sockfd.TCP_REPAIR_ON);
  if (queue !== undefined) setsockopt(fd, IPPROTO_TCP, sockfd.TCP_REPAIR_QUEUE, queue);
  return fd;
}

const tcp: Make = () => open(AF_INET, SOCK_STREAM);
const udp: Make = () => open(AF_INET, SOCK_DGRAM);
const udp6: Make = () => open(AF_INET6, SOCK_DGRAM);
const unix: Make = () => unixPair()[0];
const raw: Make = () => open(AF_INET, SOCK_RAW, IPPROTO_ICMP);
const raw6: Make = () => open(AF_INET6, SOCK_RAW, IPPROTO_RAW);
/** Protocol 253 is for experiments. RFC 3692 */
const experiment6: Make = () => open(AF_INET6, SOCK_RAW, 253);
const packet: Make = () => open(AF_PACKET, SOCK_DGRAM, 0);

export interface Trial {
  /** Where it is tried; a socket of the level's own kind unless given. */
  on?: Make;
  /** What it is set to, one after the other; nothing for an option that is read only. */
  set?: readonly unknown[];
  /** What it reads as after it was set; what it was set to unless given. */
  reads?: (set: unknown, fd: number) => unknown;
  /** It cannot be read: how else to see what setting it did. */
  writeonly?: boolean;
  /** It changes between two reads. */
  volatile?: boolean;
}

const flag = [true, false, 1, 0] as const;
const asFlag = (value: unknown): boolean => value === true || value === 1;

/** A bool of the default kind of socket. */
const bool: Trial = { set: flag, reads: asFlag };
/** A bool of another kind of socket. */
const boolOn = (on: Make): Trial => ({ ...bool, on });
/** Accepted and without effect, as its comment says: it reads false. */
const ignored: Trial = { set: flag, reads: () => false };
const readonly: Trial = {};
const readonlyOn = (on: Make): Trial => ({ on });
const set = (...values: unknown[]): Trial => ({ set: values });
const setOn = (on: Make, ...values: unknown[]): Trial => ({ on, set: values });

/** socket(7): the kernel doubles what is set, for its own bookkeeping. */
const doubled = (value: unknown): number => 2 * (value as number);

/** The time is kept in ticks of 1 to 10 ms, rounded up. */
function ticks(value: unknown, fd: number, optname: number): unknown {
  const wanted = value as { sec: number; usec: number };
  const read = getsockopt(fd, SOL_SOCKET, optname as typeof sockfd.SO_RCVTIMEO);
  const late = (read.sec - wanted.sec) * 1e6 + read.usec - wanted.usec;
  return late >= 0 && late <= 10_000 ? read : wanted;
}

const timeout = (optname: number): Trial => ({
  set: [
    { sec: 1, usec: 500_000 },
    { sec: 0, usec: 1 },
    { sec: 0, usec: 0 },
  ],
  reads: (value, fd) => ticks(value, fd, optname),
});

const lo = if_nametoindex('lo');

const socketTrials: Record<string, Trial> = {
  SO_DEBUG: bool,
  SO_REUSEADDR: bool,
  SO_TYPE: readonly,
  SO_ERROR: readonly,
  SO_DONTROUTE: bool,
  SO_BROADCAST: boolOn(udp),
  SO_SNDBUF: { set: [50_000, 100_000], reads: doubled },
  SO_RCVBUF: { set: [50_000, 100_000], reads: doubled },
  SO_SNDBUFFORCE: {
    writeonly: true,
    set: [5_000_000],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_SNDBUF) / 2,
  },
  SO_RCVBUFFORCE: {
    writeonly: true,
    set: [5_000_000],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_RCVBUF) / 2,
  },
  SO_KEEPALIVE: bool,
  SO_OOBINLINE: bool,
  SO_NO_CHECK: boolOn(udp),
  SO_PRIORITY: set(0, 6, 3),
  SO_LINGER: {
    set: [
      { onoff: 1, linger: 7 },
      { onoff: true, linger: 0 },
      { onoff: false, linger: 0 },
    ],
    reads: (value) => {
      const { onoff, linger } = value as { onoff: unknown; linger: number };
      return { onoff: Number(onoff), linger };
    },
  },
  SO_BSDCOMPAT: ignored,
  SO_REUSEPORT: bool,
  SO_PASSCRED: boolOn(unix),
  SO_PEERCRED: readonlyOn(unix),
  SO_RCVLOWAT: { on: udp, set: [7, 1] },
  SO_SNDLOWAT: readonly,
  SO_BINDTODEVICE: set('lo', ''),
  SO_ACCEPTCONN: readonlyOn(() => listener().fd),
  SO_PEERSEC: readonlyOn(unix),
  SO_PASSSEC: boolOn(unix),
  SO_MARK: set(0xdeadbeef, 7, 0),
  SO_PROTOCOL: readonly,
  SO_DOMAIN: readonly,
  SO_RXQ_OVFL: boolOn(udp),
  SO_WIFI_STATUS: boolOn(udp),
  SO_PEEK_OFF: setOn(unix, 5, 0, -1),
  SO_NOFCS: boolOn(packet),
  // socket(7): once set, it cannot be unset.
  SO_LOCK_FILTER: { set: [true], reads: asFlag },
  SO_SELECT_ERR_QUEUE: bool,
  SO_BUSY_POLL: set(50, 0),
  SO_MAX_PACING_RATE: set(1_000_000, 2 ** 40, Number.POSITIVE_INFINITY),
  SO_BPF_EXTENSIONS: readonly,
  SO_INCOMING_CPU: set(0),
  SO_MEMINFO: readonlyOn(udp),
  SO_INCOMING_NAPI_ID: readonly,
  SO_COOKIE: readonly,
  SO_ZEROCOPY: bool,
  SO_BINDTOIFINDEX: set(lo, 0),
  SO_TIMESTAMP_NEW: boolOn(udp),
  SO_TIMESTAMPNS_NEW: boolOn(udp),
  // SOF_TIMESTAMPING_RX_SOFTWARE and SOF_TIMESTAMPING_SOFTWARE.
  SO_TIMESTAMPING_NEW: setOn(udp, 0x18, 0),
  SO_RCVTIMEO_NEW: timeout(sockfd.SO_RCVTIMEO_NEW),
  SO_SNDTIMEO_NEW: timeout(sockfd.SO_SNDTIMEO_NEW),
  SO_PREFER_BUSY_POLL: bool,
  SO_NETNS_COOKIE: readonly,
  SO_BUF_LOCK: set(3, 1, 0),
  SO_RESERVE_MEM: set(4096),
  SO_TXREHASH: set(0, 1),
  SO_RCVMARK: boolOn(udp),
  SO_PASSPIDFD: boolOn(unix),
  SO_PEERPIDFD: { on: unix, volatile: true },
  SO_RCVPRIORITY: boolOn(udp),
  SO_PASSRIGHTS: boolOn(unix),
  SO_RIGHTS_NOTRUNC: boolOn(unix),
  SO_TIMESTAMP: boolOn(udp),
  SO_TIMESTAMPNS: boolOn(udp),
  SO_TIMESTAMPING: setOn(udp, 0x18, 0),
  SO_RCVTIMEO: timeout(sockfd.SO_RCVTIMEO),
  SO_SNDTIMEO: timeout(sockfd.SO_SNDTIMEO),
  // These have no second path but their error or their acceptance; they have tests of their own.
  SO_DETACH_FILTER: { writeonly: true },
  SO_ATTACH_BPF: { writeonly: true },
  SO_ATTACH_REUSEPORT_EBPF: { writeonly: true },
  SO_CNX_ADVICE: { writeonly: true },
  SO_DETACH_REUSEPORT_BPF: { writeonly: true },
  SO_BUSY_POLL_BUDGET: { writeonly: true },
  SO_INQ: { writeonly: true, on: unix },
};

const ipTrials: Record<string, Trial> = {
  IP_TOS: set(0x10, 0xb8, 0),
  // ip(7): -1 restores the default, net.ipv4.ip_default_ttl.
  IP_TTL: { set: [5, 255, -1], reads: (value) => (value === -1 ? 64 : value) },
  IP_HDRINCL: boolOn(raw),
  IP_ROUTER_ALERT: { on: raw, set: [true, false], reads: asFlag },
  IP_RECVOPTS: bool,
  IP_RETOPTS: bool,
  IP_PKTINFO: bool,
  IP_MTU_DISCOVER: set(0, 1, 2, 3, 4, 5),
  IP_RECVERR: bool,
  IP_RECVTTL: bool,
  IP_RECVTOS: bool,
  IP_MTU: readonlyOn(connectedUdp),
  IP_FREEBIND: bool,
  IP_PASSSEC: bool,
  IP_TRANSPARENT: bool,
  IP_RECVORIGDSTADDR: bool,
  IP_MINTTL: set(0, 255),
  IP_NODEFRAG: boolOn(raw),
  IP_CHECKSUM: bool,
  IP_BIND_ADDRESS_NO_PORT: bool,
  IP_RECVFRAGSIZE: bool,
  IP_RECVERR_RFC4884: bool,
  IP_MULTICAST_TTL: { set: [0, 7, -1], reads: (value) => (value === -1 ? 1 : value) },
  IP_MULTICAST_LOOP: bool,
  IP_MULTICAST_ALL: bool,
  IP_UNICAST_IF: set(htonl(lo), 0),
  IP_LOCAL_PORT_RANGE: set(40_000 + 50_000 * 65536, 0),
  IP_PROTOCOL: readonlyOn(raw),
};

const ipv6Trials: Record<string, Trial> = {
  // It leaves IPv6 altogether: the level is then not there to be read.
  IPV6_ADDRFORM: {
    on: mapped,
    set: [AF_INET],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_DOMAIN),
  },
  IPV6_2292PKTINFO: bool,
  IPV6_2292HOPOPTS: bool,
  IPV6_2292DSTOPTS: bool,
  IPV6_2292RTHDR: bool,
  IPV6_CHECKSUM: setOn(experiment6, 4, -1),
  IPV6_2292HOPLIMIT: bool,
  IPV6_FLOWINFO: bool,
  // ipv6(7): -1 is the default of the route.
  IPV6_UNICAST_HOPS: { set: [5, 255, -1], reads: (value) => (value === -1 ? 64 : value) },
  IPV6_MULTICAST_IF: set(lo, 0),
  IPV6_MULTICAST_HOPS: { set: [0, 7, -1], reads: (value) => (value === -1 ? 1 : value) },
  IPV6_MULTICAST_LOOP: bool,
  // It takes the alert value, and tells no more than whether that is 0.
  IPV6_ROUTER_ALERT: { on: raw6, set: [5], reads: () => 1 },
  IPV6_MTU_DISCOVER: set(0, 1, 2, 3, 4, 5),
  // Set, it is a limit; read, it is the MTU of the path, here of loopback.
  IPV6_MTU: { on: connectedUdp6, set: [1400], reads: () => 65536 },
  IPV6_RECVERR: bool,
  IPV6_V6ONLY: bool,
  IPV6_MULTICAST_ALL: bool,
  IPV6_ROUTER_ALERT_ISOLATE: bool,
  IPV6_RECVERR_RFC4884: bool,
  IPV6_FLOWINFO_SEND: bool,
  IPV6_HDRINCL: boolOn(experiment6),
  IPV6_RECVPKTINFO: bool,
  IPV6_RECVHOPLIMIT: bool,
  IPV6_RECVHOPOPTS: bool,
  IPV6_RECVRTHDR: bool,
  IPV6_RECVDSTOPTS: bool,
  IPV6_RECVPATHMTU: bool,
  IPV6_DONTFRAG: bool,
  IPV6_RECVTCLASS: bool,
  IPV6_TCLASS: { set: [0x20, 255, -1], reads: (value) => (value === -1 ? 0 : value) },
  IPV6_AUTOFLOWLABEL: bool,
  // RFC 5014: what was not chosen reads as its default, here a home address.
  IPV6_ADDR_PREFERENCES: {
    set: [sockfd.IPV6_PREFER_SRC_TMP, sockfd.IPV6_PREFER_SRC_PUBLIC],
    reads: (value) => (value as number) | sockfd.IPV6_PREFER_SRC_HOME,
  },
  IPV6_MINHOPCOUNT: set(0, 255),
  IPV6_RECVORIGDSTADDR: bool,
  IPV6_TRANSPARENT: bool,
  IPV6_UNICAST_IF: set(htonl(lo), 0),
  IPV6_RECVFRAGSIZE: bool,
  IPV6_FREEBIND: bool,
};

const tcpTrials: Record<string, Trial> = {
  TCP_NODELAY: bool,
  TCP_MAXSEG: set(1000, 536),
  TCP_CORK: bool,
  TCP_KEEPIDLE: set(1, 100),
  TCP_KEEPINTVL: set(1, 10),
  TCP_KEEPCNT: set(1, 127),
  TCP_SYNCNT: set(1, 127),
  TCP_LINGER2: set(30, -1),
  // The time is kept as a number of SYN-ACKs, which come after 1, 3, 7, 15 … seconds.
  TCP_DEFER_ACCEPT: { set: [1, 10, 0], reads: (value) => (value === 10 ? 15 : value) },
  TCP_WINDOW_CLAMP: set(32_768),
  TCP_INFO: { volatile: true },
  // tcp(7): the flag is not permanent; on a socket without a peer nothing turns it back.
  TCP_QUICKACK: { set: [false, true], reads: asFlag },
  // tcp(7): any other needs CAP_NET_ADMIN.
  TCP_CONGESTION: set(...allowedCongestionControls()),
  TCP_THIN_LINEAR_TIMEOUTS: bool,
  TCP_THIN_DUPACK: ignored,
  TCP_USER_TIMEOUT: set(5000, 0),
  TCP_REPAIR: set(1, 0),
  TCP_REPAIR_QUEUE: setOn(() => underRepair(), 1, 2, 0),
  TCP_QUEUE_SEQ: setOn(() => underRepair(sockfd.TCP_SEND_QUEUE), 12_345, 0xfffffffe),
  TCP_FASTOPEN: setOn(() => listener().fd, 5),
  TCP_TIMESTAMP: {
    on: () => underRepair(),
    volatile: true,
    set: [1_000_000],
    // It counts on, by milliseconds.
    reads: (value, fd) => {
      const now = getsockopt(fd, IPPROTO_TCP, sockfd.TCP_TIMESTAMP);
      return now >= (value as number) && now < (value as number) + 10_000 ? now : value;
    },
  },
  TCP_NOTSENT_LOWAT: set(16_384, 0xffffffff, 0),
  TCP_SAVE_SYN: set(1, 2, 0),
  TCP_FASTOPEN_CONNECT: bool,
  TCP_ULP: readonly,
  TCP_FASTOPEN_NO_COOKIE: bool,
  TCP_INQ: bool,
  TCP_TX_DELAY: set(1000, 0),
  TCP_IS_MPTCP: readonly,
  TCP_RTO_MAX_MS: set(60_000, 120_000),
  TCP_RTO_MIN_US: set(100_000),
  TCP_DELACK_MAX_US: set(100_000),
};

const udpTrials: Record<string, Trial> = {
  UDP_CORK: bool,
  UDP_ENCAP: set(sockfd.UDP_ENCAP_L2TPINUDP),
  UDP_NO_CHECK6_TX: boolOn(udp6),
  UDP_NO_CHECK6_RX: boolOn(udp6),
  UDP_SEGMENT: set(1000, 0),
  UDP_GRO: bool,
};

export interface Level {
  name: string;
  level: number;
  table: Record<number, unknown>;
  trials: Record<string, Trial>;
  make: Make;
}

export const levels: readonly Level[] = [
  {
    name: 'SOL_SOCKET',
    level: SOL_SOCKET,
    table: socketOptions,
    trials: socketTrials,
    make: tcp,
  },
  { name: 'IPPROTO_IP', level: IPPROTO_IP, table: ipOptions, trials: ipTrials, make: udp },
  {
    name: 'IPPROTO_IPV6',
    level: IPPROTO_IPV6,
    table: ipv6Options,
    trials: ipv6Trials,
    make: udp6,
  },
  {
    name: 'IPPROTO_TCP',
    level: IPPROTO_TCP,
    table: tcpOptions,
    trials: tcpTrials,
    make: tcp,
  },
  {
    name: 'IPPROTO_UDP',
    level: IPPROTO_UDP,
    table: udpOptions,
    trials: udpTrials,
    make: udp,
  },
];
