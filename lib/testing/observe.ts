/** What the kernel says of one end of a connection: by its descriptor, or else by its addresses. */
import { type DiagSocket, findTcpSocket } from '../inspect/sock_diag.js';
import { int32, integer, oneOf } from '../kernel/validate.js';
import { IPPROTO_TCP } from '../structs/ip.js';
import { FIONREAD, SIOCOUTQ } from '../structs/netdevice.js';
import type { Tuple } from '../structs/sock_diag.js';
import {
  TCP_CLOSE,
  TCP_INFO,
  TCP_LISTEN,
  type TcpStateName,
  tcpStateName,
  tcpStateNames,
} from '../structs/tcp.js';
import type { TcpInfo } from '../structs/tcp_info.js';
import { ioctl } from '../syscalls/ioctl.js';
import { getsockopt } from '../syscalls/sockopt.js';
import { until } from './wait.js';

/** One end of a connection, or a listener. */
export interface End {
  readonly role: 'listener' | 'client' | 'server';
  /** Its descriptor; a connection in SYN_RECV and one not yet accepted have none. */
  fd?: number;
  /** Its addresses, as soon as both are known. */
  tuple?: Tuple;
}

/** What one look at an end has shown. Read from the kernel, all of it. */
export interface Observation {
  role: End['role'];
  /** The state's name: `'FIN_WAIT1'`. */
  state: TcpStateName;
  /** Where it was read: getsockopt on the descriptor, or a NETLINK_SOCK_DIAG query. */
  via: 'TCP_INFO' | 'NETLINK_SOCK_DIAG';
  /** What the descriptor says when the kernel's table says more: `'CLOSE'` during TIME_WAIT. */
  fd_state?: TcpStateName;
  /** Smoothed round-trip time, microseconds; undefined where there is none, or no sample yet. */
  rtt?: number | undefined;
  /** Congestion window, segments; undefined where the kernel keeps none. */
  snd_cwnd?: number | undefined;
  /** Bytes received and not read; of LISTEN: connections that wait for accept. */
  rqueue: number;
  /** Bytes sent and not acknowledged; of LISTEN: how many may wait. */
  wqueue: number;
}

function byDescriptor(role: End['role'], fd: number, info: TcpInfo): Observation {
  const { state, rtt, snd_cwnd } = info;
  const listens = state === TCP_LISTEN;
  return {
    role,
    state: tcpStateName(state) as TcpStateName,
    via: 'TCP_INFO',
    rtt: rtt || undefined,
    snd_cwnd: listens ? undefined : snd_cwnd,
    rqueue: listens ? info.unacked : ioctl(fd, FIONREAD),
    wqueue: listens ? info.sacked : ioctl(fd, SIOCOUTQ),
  };
}

function byAddresses(role: End['role'], tuple: Tuple): Observation | undefined {
  let found: DiagSocket | undefined;
  try {
    found = findTcpSocket(tuple);
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`NETLINK_SOCK_DIAG cannot be asked: ${message}`, { cause });
  }
  if (found === undefined) return undefined;
  const { state, tcp_info, rqueue, wqueue } = found;
  return {
    role,
    state: tcpStateName(state) as TcpStateName,
    via: 'NETLINK_SOCK_DIAG',
    rtt: tcp_info?.rtt || undefined,
    snd_cwnd: tcp_info?.snd_cwnd,
    rqueue,
    wqueue,
  };
}

/** Looks at an end; undefined when neither a descriptor nor the kernel's table shows it. */
export function observe({ role, fd, tuple }: End): Observation | undefined {
  if (fd === undefined) return tuple && byAddresses(role, tuple);
  const info = getsockopt(fd, IPPROTO_TCP, TCP_INFO);
  // TIME_WAIT is the kernel's alone: the descriptor has been let go and reads CLOSE.
  const after = info.state === TCP_CLOSE && tuple ? byAddresses(role, tuple) : undefined;
  return after ? { ...after, fd_state: 'CLOSE' } : byDescriptor(role, fd, info);
}

/**
 * Looks at an end until it is in `state`. Blocks the thread, a millisecond at a time between looks.
 *
 * @throws Error when `timeout_ms` is over, with what was seen last
 */
export function waitForEnd(end: End, state: TcpStateName, timeout_ms: number): Observation {
  let last: Observation | undefined;
  const found = until(timeout_ms, () => {
    last = observe(end);
    return last?.state === state ? last : undefined;
  });
  if (found !== undefined) return found;
  const seen = last?.state ?? 'nothing: no such socket, or a kernel without inet_diag';
  throw new Error(`the ${end.role} is not in ${state} after ${timeout_ms} ms, but in ${seen}`);
}

/**
 * Waits until the TCP socket of `fd` is in `state`, and returns its TCP_INFO. Blocks the thread, a
 * millisecond at a time between looks. A descriptor never shows TIME_WAIT.
 *
 * @throws Error when `timeout_ms` is over, with the state seen last; SystemError as getsockopt
 */
export function waitForState(fd: number, state: TcpStateName, timeout_ms = 1000): TcpInfo {
  int32(fd, 'fd');
  oneOf(tcpStateNames, state, 'state');
  integer(timeout_ms, 'timeout_ms', 0, 0x7fff_ffff);
  let seen: string | undefined;
  const found = until(timeout_ms, () => {
    const info = getsockopt(fd, IPPROTO_TCP, TCP_INFO);
    seen = tcpStateName(info.state);
    return seen === state ? info : undefined;
  });
  if (found !== undefined) return found;
  throw new Error(`fd ${fd} is not in ${state} after ${timeout_ms} ms, but in ${seen}`);
}
