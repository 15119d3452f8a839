/** What is known of each socket option, and whether this kernel has it. */
import {
  EACCES,
  EAFNOSUPPORT,
  ENOENT,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../kernel/errno.js';
import { errnoName, SystemError } from '../kernel/error.js';
import { int32 } from '../kernel/validate.js';
import { kernelVersion } from '../kernel/version.js';
import { CAN_RAW } from '../structs/can.js';
import {
  AF_ALG,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_VSOCK,
  AF_XDP,
} from '../structs/family.js';
import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_MPTCP,
  IPPROTO_RAW,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
} from '../structs/ip.js';
import type { Capability, Option } from '../structs/option.js';
import { type Level, options } from '../structs/options.js';
import { encodeSockaddrAlg } from '../structs/sockaddr_alg.js';
import {
  SO_LINGER,
  SOL_ALG,
  SOL_CAN_RAW,
  SOL_ICMPV6,
  SOL_MPTCP,
  SOL_NETLINK,
  SOL_PACKET,
  SOL_RAW,
  SOL_SOCKET,
  SOL_TLS,
  SOL_XDP,
} from '../structs/socket.js';
import { TCP_ULP } from '../structs/tcp.js';
import {
  bind,
  close,
  connect,
  getsockname,
  getsockopt,
  setsockopt,
  socket,
  socketpair,
} from '../syscalls/raw.js';
import {
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../syscalls/socket.js';

/** What is known of a socket option. */
export interface OptionInfo {
  /** The level: SOL_SOCKET, IPPROTO_TCP, … */
  level: number;
  /** Its constant: 'SOL_SOCKET'. */
  levelName: string;
  /** The option: SO_REUSEADDR, TCP_NODELAY, … */
  optname: number;
  /** Its constant: 'SO_REUSEADDR'. */
  name: string;
  /** What can be done with it. */
  access: 'read' | 'write' | 'both';
  /** The Linux that first had it, such as '5.11'; undefined when it is older than 3.0. */
  since: string | undefined;
  /** To set it, one of these capabilities is needed; none when it is empty. */
  needs: readonly Capability[];
  /** When they are needed, if not always. */
  needsWhen: string | undefined;
  /** Whether this kernel has it. That a value is taken may depend on more. */
  supported: boolean;
  /** What tells whether it is supported: the kernel itself, or only how new it is. */
  how: 'asked the kernel' | 'kernel version';
  /** Why it is not supported, or why the kernel could not be asked. */
  reason: string | undefined;
}

/** A kind of socket that a level is asked on. */
interface Place {
  /** What it is, for a reason: 'TCP'. */
  what: string;
  /** The capability that opening it needs. */
  needs?: Capability;
  /** Opens it: the descriptors, of which the first is asked, or `-errno`. */
  open: () => readonly number[] | number;
}

function place(what: string, domain: number, type: number, protocol = 0): Place {
  const open = () => {
    const fd = socket(domain, type | SOCK_CLOEXEC, protocol);
    return fd < 0 ? fd : [fd];
  };
  return type === SOCK_RAW ? { what, needs: 'CAP_NET_RAW', open } : { what, open };
}

const tcp = place('TCP', AF_INET, SOCK_STREAM);
const udp = place('UDP', AF_INET, SOCK_DGRAM);
const rawIp = place('raw IPv4', AF_INET, SOCK_RAW, IPPROTO_ICMP);
const tcp6 = place('TCP over IPv6', AF_INET6, SOCK_STREAM);
const udp6 = place('UDP over IPv6', AF_INET6, SOCK_DGRAM);
const rawIpv6 = place('raw IPv6', AF_INET6, SOCK_RAW, IPPROTO_RAW);
const rawIcmpv6 = place('raw ICMPv6', AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
const udplite = place('UDP-Lite', AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
const mptcp = place('MPTCP', AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
const packet = place('AF_PACKET', AF_PACKET, SOCK_RAW);
const netlink = place('AF_NETLINK', AF_NETLINK, SOCK_DGRAM);
/** TCP_ULP takes a connection: one to itself, which a reset ends. */
const tls: Place = {
  what: 'TLS',
  open: () => {
    const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
    if (fd < 0) return fd;
    const addr = new Uint8Array(16);
    const steps = [
      () => setsockopt(fd, SOL_SOCKET, SO_LINGER, new Int32Array([1, 0])),
      () => bind(fd, { family: AF_INET, addr: '127.0.0.1', port: 0 }),
      () => getsockname(fd, addr),
      () => connect(fd, addr),
      () => setsockopt(fd, IPPROTO_TCP, TCP_ULP, new TextEncoder().encode('tls')),
    ];
    for (const step of steps) {
      const result = step();
      if (result < 0) {
        close(fd);
        return result;
      }
    }
    return [fd];
  },
};
/** It has options once it is bound to an algorithm. */
function alg(type: string, name: string): Place {
  const open = () => {
    const fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC);
    if (fd < 0) return fd;
    const result = bind(fd, encodeSockaddrAlg({ type, name }));
    if (result === 0) return [fd];
    close(fd);
    return result;
  };
  return { what: `${name} of AF_ALG`, open };
}

const algs = [alg('skcipher', 'cbc(aes)'), alg('aead', 'gcm(aes)'), alg('rng', 'stdrng')];
const canRaw = place('CAN_RAW', AF_CAN, SOCK_RAW, CAN_RAW);
const xdp = place('AF_XDP', AF_XDP, SOCK_RAW);
const vsock = place('AF_VSOCK', AF_VSOCK, SOCK_STREAM);
const unix = place('AF_UNIX', AF_UNIX, SOCK_STREAM);

/** It has a peer, without which SO_PEERSEC is not there; it comes last, for SO_PEERPIDFD. */
const unixPair: Place = {
  what: 'connected AF_UNIX',
  open: () => {
    const sv = new Int32Array(2);
    const result = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv);
    return result < 0 ? result : [...sv];
  },
};

/** The levels of structs/options.ts: their names, and the sockets on which they are asked. */
const levels: { readonly [L in Level]: { name: string; on: readonly Place[] } } = {
  [SOL_SOCKET]: { name: 'SOL_SOCKET', on: [tcp, udp, unix, unixPair] },
  [IPPROTO_IP]: { name: 'IPPROTO_IP', on: [udp, tcp, rawIp] },
  [IPPROTO_IPV6]: { name: 'IPPROTO_IPV6', on: [udp6, tcp6, rawIpv6] },
  [IPPROTO_TCP]: { name: 'IPPROTO_TCP', on: [tcp] },
  [IPPROTO_UDP]: { name: 'IPPROTO_UDP', on: [udp] },
  [IPPROTO_UDPLITE]: { name: 'IPPROTO_UDPLITE', on: [udplite] },
  [SOL_RAW]: { name: 'SOL_RAW', on: [rawIp] },
  [SOL_ICMPV6]: { name: 'SOL_ICMPV6', on: [rawIcmpv6] },
  [SOL_PACKET]: { name: 'SOL_PACKET', on: [packet] },
  [SOL_NETLINK]: { name: 'SOL_NETLINK', on: [netlink] },
  [SOL_TLS]: { name: 'SOL_TLS', on: [tls] },
  [SOL_MPTCP]: { name: 'SOL_MPTCP', on: [mptcp] },
  [AF_VSOCK]: { name: 'AF_VSOCK', on: [vsock] },
  [SOL_CAN_RAW]: { name: 'SOL_CAN_RAW', on: [canRaw] },
  [SOL_ALG]: { name: 'SOL_ALG', on: algs },
  [SOL_XDP]: { name: 'SOL_XDP', on: [xdp] },
};

/** A row of the tables, whatever its values are. */
type Row = Option<unknown, never, never>;

/** Memory for any value that the kernel completes: asked with zeros, it has nothing to do. */
const ASKED = 1024;

/** What the kernel answers. Nothing is changed but the socket, which is closed afterwards. */
function answer(fd: number, level: number, optname: number, row: Row): number {
  // A structure is longer than an int, so that it is refused for that, where there is one.
  if (row.access === 'write') return setsockopt(fd, level, optname, 0);
  const memory = new Uint8Array(row.ask === undefined ? row.size : Math.max(row.size, ASKED));
  return getsockopt(fd, level, optname, memory);
}

const isDenied = (result: number): boolean => result === -EPERM || result === -EACCES;

/** There is no such option, or none on this kind of socket. */
const isUnknown = (result: number): boolean => result === -ENOPROTOOPT || result === -EOPNOTSUPP;

/** There is no such socket; ENOENT is of TCP_ULP, and of an algorithm. */
const isAbsent = (result: number): boolean =>
  isUnknown(result) ||
  result === -ENOENT ||
  result === -EAFNOSUPPORT ||
  result === -EPROTONOSUPPORT ||
  result === -ESOCKTNOSUPPORT;

type Support = Pick<OptionInfo, 'supported' | 'how' | 'reason'>;

const versionText = (version: number): string => `${Math.floor(version / 1000)}.${version % 1000}`;

/** Whether the kernel is new enough: the reason where it is not. */
function tooOld({ since }: Row): string | undefined {
  if (since === undefined || kernelVersion() >= kernelVersion(since)) return undefined;
  return `new in Linux ${since}; this is ${versionText(kernelVersion())}`;
}

/** The sockets of a level, opened as they are needed. */
class Sockets {
  private readonly opened = new Map<Place, readonly number[] | number>();

  /** The one to be asked, or `-errno`. */
  at(where: Place): number {
    let fds = this.opened.get(where);
    if (fds === undefined) {
      fds = where.open();
      if (typeof fds === 'number' && !isDenied(fds) && !isAbsent(fds)) {
        throw new SystemError(fds, 'socket');
      }
      this.opened.set(where, fds);
    }
    return typeof fds === 'number' ? fds : (fds[0] ?? -EAFNOSUPPORT);
  }

  close(): void {
    for (const fds of this.opened.values()) {
      if (typeof fds !== 'number') for (const fd of fds) close(fd);
    }
  }
}

/** Asks on one socket after the other, until one knows the option. */
function support(sockets: Sockets, level: Level, optname: number, row: Row): Support {
  const denied: string[] = [];
  const answers: string[] = [];
  for (const where of levels[level].on) {
    const fd = sockets.at(where);
    if (isDenied(fd)) {
      denied.push(`a ${where.what} socket needs ${where.needs ?? 'privilege'}`);
      continue;
    }
    const result = fd < 0 ? fd : answer(fd, level, optname, row);
    // A kernel that was built without it may look at the capability first.
    if (isDenied(result)) {
      denied.push(`without ${row.needs?.join(' or ') ?? 'privilege'} it is ${errnoName(-result)}`);
      continue;
    }
    if (fd >= 0 && !isUnknown(result)) {
      return { supported: true, how: 'asked the kernel', reason: undefined };
    }
    answers.push(`${where.what} ${errnoName(-result)}`);
  }
  const old = tooOld(row);
  const [first] = denied;
  if (first === undefined) {
    return {
      supported: false,
      how: 'asked the kernel',
      reason: old ?? `the answers: ${answers.join(', ')}`,
    };
  }
  const reason = old ?? `not asked: ${first}`;
  return { supported: old === undefined, how: 'kernel version', reason };
}

function info(sockets: Sockets, level: Level, optname: number, row: Row): OptionInfo {
  return {
    level,
    levelName: levels[level].name,
    optname,
    name: row.name,
    access: row.access ?? 'both',
    since: row.since,
    needs: row.needs ?? [],
    needsWhen: row.needsWhen,
    ...support(sockets, level, optname, row),
  };
}

const isLevel = (level: number): level is Level => Object.hasOwn(options, level);

const rowsOf = (level: Level): { readonly [optname: number]: Row } => options[level];

function withSockets<T>(body: (sockets: Sockets) => T): T {
  const sockets = new Sockets();
  try {
    return body(sockets);
  } finally {
    sockets.close();
  }
}

/**
 * What is known of an option with a typed value, and whether this kernel has it: asked of fresh
 * sockets, which are closed again; one of TLS is connected to itself on 127.0.0.1. Does not block;
 * needs no privilege.
 *
 * @returns undefined for an option without a typed value
 * @throws  SystemError when no socket can be opened: EMFILE, ENFILE, ENOMEM
 */
export function optionInfo(level: number, optname: number): OptionInfo | undefined {
  int32(level, 'level');
  int32(optname, 'optname');
  if (!isLevel(level)) return undefined;
  const row = Object.hasOwn(options[level], optname) ? rowsOf(level)[optname] : undefined;
  if (row === undefined) return undefined;
  return withSockets((sockets) => info(sockets, level, optname, row));
}

/** `optionInfo` of every option with a typed value, by level and number. */
export function optionTable(): OptionInfo[] {
  return withSockets((sockets) =>
    Object.keys(options)
      .map(Number)
      .filter(isLevel)
      .flatMap((level) =>
        Object.entries(rowsOf(level)).map(([optname, row]) =>
          info(sockets, level, Number(optname), row),
        ),
      ),
  );
}
