/// <reference lib="esnext.disposable" preserve="true" />
/** A real socket held in a TCP state. */
import { integer, object, oneOf, rangeError } from '../kernel/validate.js';
import { AF_INET, AF_INET6 } from '../structs/family.js';
import { SO_LINGER, SOL_SOCKET } from '../structs/socket.js';
import type { TcpStateName } from '../structs/tcp.js';
import * as raw from '../syscalls/raw.js';
import { getsockname } from '../syscalls/socket.js';
import { type End, type Observation, observe, waitForEnd } from './observe.js';
import {
  calls,
  crowd,
  LOOPBACK,
  type LoopbackAddr,
  life,
  makeStage,
  type Path,
  type Stage,
  together,
} from './paths.js';

/** Which path leads to which state. CLOSING and SYN_SENT are not on the way of a whole life. */
const paths = {
  CLOSE: life,
  LISTEN: life,
  SYN_SENT: crowd,
  SYN_RECV: life,
  ESTABLISHED: life,
  FIN_WAIT1: life,
  FIN_WAIT2: life,
  CLOSE_WAIT: life,
  LAST_ACK: life,
  CLOSING: together,
  TIME_WAIT: life,
} as const satisfies Partial<Record<TcpStateName, Path>>;

/** The eleven states of RFC 9293. */
export type HeldStateName = keyof typeof paths;

/** Their names, in the order of a connection's life. */
export const heldStates = Object.keys(paths) as HeldStateName[];

/** The states that no descriptor shows on the paths here. */
type Hidden = 'SYN_RECV' | 'TIME_WAIT';

export const isHidden = (state: string): state is Hidden =>
  state === 'SYN_RECV' || state === 'TIME_WAIT';

/** A socket in a TCP state, until it is disposed of. */
export interface HeldState<State extends HeldStateName = HeldStateName> extends Disposable {
  readonly state: State;
  /** Whose state it is. */
  readonly role: End['role'];
  /** The descriptor in that state; undefined for SYN_RECV and TIME_WAIT, which have none. */
  readonly fd: State extends Hidden ? undefined : number;
  /** The descriptor of the other end, where it has one. */
  readonly peer: number | undefined;
  /** The listener's descriptor. */
  readonly listener: number | undefined;
  /** Every descriptor that is open for this. They may be used, and closed by `dispose` only. */
  readonly fds: readonly number[];
  /** The address of the socket in that state; undefined while it has none. */
  readonly local: LoopbackAddr | undefined;
  /** The address of the other end; undefined while there is none. */
  readonly remote: LoopbackAddr | undefined;
  /** Looks again: what the kernel says now; undefined when it has no such socket, or disposed. */
  observe(): Observation | undefined;
  /**
   * Resets the connection and closes every descriptor. A second time does nothing. What is in
   * TIME_WAIT stays there for its 60 seconds: it belongs to the kernel alone.
   */
  dispose(): void;
}

/** struct linger: on, for no time. Such a close sends a reset instead of a FIN. */
const RESET = new Int32Array([1, 0]);

/** Closes all that a stage has opened. */
export function strike({ fds }: Stage): void {
  for (const fd of fds.splice(0)) {
    raw.setsockopt(fd, SOL_SOCKET, SO_LINGER, RESET);
    raw.close(fd);
  }
}

/** The address of a listener; a socket in CLOSE has none. */
function boundTo({ fd }: End, state: HeldStateName): LoopbackAddr | undefined {
  return state === 'LISTEN' && fd !== undefined ? (getsockname(fd) as LoopbackAddr) : undefined;
}

function held<State extends HeldStateName>(stage: Stage, end: End, state: State): HeldState<State> {
  const { client, server, listener } = stage;
  const peer = end === client ? server : end === server ? client : undefined;
  return {
    state,
    role: end.role,
    fd: (isHidden(state) ? undefined : end.fd) as HeldState<State>['fd'],
    peer: peer?.fd,
    listener: listener.fd,
    fds: stage.fds,
    local: end.tuple?.local ?? boundTo(end, state),
    remote: end.tuple?.remote,
    // Closed descriptors may be somebody else's by now.
    observe: () => (stage.fds.length === 0 ? undefined : observe(end)),
    dispose: () => strike(stage),
    [Symbol.dispose]: () => strike(stage),
  };
}

/**
 * Brings a real socket into a TCP state and keeps it there, on loopback and without any privilege.
 *
 *     const closing = holdState('CLOSING');
 *     try {
 *       getsockopt(closing.fd, IPPROTO_TCP, TCP_INFO).state; // TCP_CLOSING
 *     } finally {
 *       closing.dispose();
 *     }
 *
 * The states hold as long as the kernel lets them: SYN_SENT for two minutes, SYN_RECV and TIME_WAIT
 * for one, the others until `dispose`. SYN_RECV and TIME_WAIT are seen through NETLINK_SOCK_DIAG,
 * and SYN_RECV not at all where net.ipv4.tcp_syncookies is 2.
 *
 * Blocks the thread for some milliseconds.
 *
 * @param options.addr        where: 127.0.0.1 unless given; `{ family: AF_INET6, addr: '::1', … }`
 * @param options.timeout_ms  how long to wait for the kernel at each step: 1000 unless given
 * @throws                    Error when the state was not reached; nothing stays open then
 */
export function holdState<State extends HeldStateName>(
  state: State,
  options: { addr?: LoopbackAddr; timeout_ms?: number } = {},
): HeldState<State> {
  oneOf(heldStates, state, 'state');
  object(options, 'options');
  const { addr = LOOPBACK.AF_INET, timeout_ms = 1000 } = options;
  integer(timeout_ms, 'options.timeout_ms', 0, 0x7fff_ffff);
  const { family } = object(addr, 'options.addr');
  if (family !== AF_INET && family !== AF_INET6) {
    throw rangeError('options.addr.family', 'must be AF_INET or AF_INET6', family);
  }
  const stage = makeStage(calls, addr);
  try {
    for (const { reached } of paths[state](stage)) {
      if (reached === undefined) continue;
      const isWanted = reached.state === state;
      // The way on depends on no state that a descriptor does not show; not every kernel and
      // sandbox shows those at all.
      if (isWanted || !isHidden(reached.state)) waitForEnd(reached.end, reached.state, timeout_ms);
      if (isWanted) return held(stage, reached.end, state);
    }
    throw new Error(`the path to ${state} does not lead there`);
  } catch (error) {
    strike(stage);
    throw error;
  }
}
