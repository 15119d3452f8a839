/**
 * The ways to each TCP state, on loopback and without any privilege. A path makes its calls and
 * stops after each that matters, so that whoever walks it can look at both ends, or stay there.
 *
 * The states of an orderly close are gone at once unless something holds them. What holds them here
 * is a receive buffer that is full: data before a FIN holds the FIN back as well.
 */
import { SystemError } from '../kernel/error.js';
import { AF_INET, AF_INET6 } from '../structs/family.js';
import { IPPROTO_TCP } from '../structs/ip.js';
import type { SockAddrIn, SockAddrIn6 } from '../structs/sockaddr.js';
import { SO_RCVBUF, SOL_SOCKET } from '../structs/socket.js';
import { TCP_DEFER_ACCEPT, type TcpStateName } from '../structs/tcp.js';
import { MSG_DONTWAIT, recv, send } from '../syscalls/message.js';
import {
  accept,
  bind,
  connect,
  getsockname,
  listen,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  shutdown,
  socket,
} from '../syscalls/socket.js';
import { setsockopt } from '../syscalls/sockopt.js';
import type { End } from './observe.js';
import { waitReadable } from './wait.js';

/** The calls that the paths make. */
export const calls = {
  accept,
  bind,
  connect,
  getsockname,
  listen,
  recv,
  send,
  setsockopt,
  shutdown,
  socket,
};

export type Calls = typeof calls;

export type LoopbackAddr = SockAddrIn | SockAddrIn6;

/** Where a path plays: its calls, its address, and what it has opened so far. */
export interface Stage {
  readonly calls: Calls;
  readonly addr: LoopbackAddr;
  readonly fds: number[];
  readonly listener: End;
  readonly client: End;
  readonly server: End;
}

export function makeStage(calls: Calls, addr: LoopbackAddr): Stage {
  const ends = { listener: { role: 'listener' }, client: { role: 'client' } } as const;
  return { calls, addr, fds: [], ...ends, server: { role: 'server' } };
}

/** A point on a path, after one or more calls. */
export interface Moment {
  /** What the calls meant, in one line. */
  means: string;
  /** The state that is now to be seen, and at which end. */
  reached?: { end: End; state: TcpStateName };
}

export type Path = (stage: Stage) => Generator<Moment, void, void>;

/** A receive buffer that a few segments fill, and more than both buffers hold. */
const SMALL_BUFFER = 4096;
const MUCH = Buffer.alloc(20_000, 'x');

/** How long to wait for what must come: a bound, should a kernel behave otherwise. */
const TIMEOUT_MS = 2000;

function open(stage: Stage, end: End, flags = 0): number {
  const fd = stage.calls.socket(stage.addr.family, SOCK_STREAM | SOCK_CLOEXEC | flags);
  stage.fds.push(fd);
  end.fd = fd;
  return fd;
}

function small(stage: Stage, fd: number): void {
  stage.calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, SMALL_BUFFER);
}

/** Notes both addresses of the connection, as soon as the client has a local one. */
function name(stage: Stage, client: number, listening: LoopbackAddr): void {
  const local = getsockname(client) as LoopbackAddr;
  stage.client.tuple = { local, remote: listening };
  stage.server.tuple = { local: listening, remote: local };
}

function acceptServer(stage: Stage, listener: number): number {
  // Bounded, where accept alone would wait for ever.
  if (!waitReadable(listener, TIMEOUT_MS)) throw new Error('no connection came to be accepted');
  const { fd } = stage.calls.accept(listener);
  stage.fds.push(fd);
  stage.server.fd = fd;
  return fd;
}

/** Reads `length` bytes, as many at a time as are there. */
function readAll(stage: Stage, fd: number, length: number): void {
  const buf = Buffer.alloc(length);
  for (let left = length; left > 0; ) {
    if (!waitReadable(fd, TIMEOUT_MS)) throw new Error(`${left} bytes did not come`);
    const got = stage.calls.recv(fd, buf, MSG_DONTWAIT);
    if (got === 0) throw new Error(`${left} bytes did not come before the end`);
    left -= got;
  }
}

/** One connection from the first socket to TIME_WAIT. */
export const life: Path = function* (stage) {
  const { calls, addr, listener, client, server } = stage;

  const l = open(stage, listener, SOCK_NONBLOCK);
  yield {
    means: 'A socket. It has no address yet, and no peer.',
    reached: { end: listener, state: 'CLOSE' },
  };

  calls.bind(l, addr);
  small(stage, l);
  calls.setsockopt(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 60);
  yield {
    means: 'An address; a small buffer; and connections only with their first data.',
  };

  calls.listen(l, 1);
  yield {
    means: 'From now on the kernel answers SYNs to this port.',
    reached: { end: listener, state: 'LISTEN' },
  };

  const listening = calls.getsockname(l) as LoopbackAddr;
  const c = open(stage, client);
  small(stage, c);
  yield { means: 'Which port that is; and the socket of a client.' };

  calls.connect(c, listening);
  name(stage, c, listening);
  yield {
    means: 'SYN, SYN+ACK, ACK. The server waits for data: no socket of its own yet.',
    reached: { end: server, state: 'SYN_RECV' },
  };

  calls.send(c, 'hello');
  const s = acceptServer(stage, l);
  yield {
    means: 'The first data makes it a connection; accept gives it a descriptor.',
    reached: { end: server, state: 'ESTABLISHED' },
  };

  const sent = 5 + calls.send(c, MUCH, MSG_DONTWAIT);
  calls.shutdown(c, SHUT_WR);
  yield {
    means: 'More than the server has room for, then a FIN, which waits behind it.',
    reached: { end: client, state: 'FIN_WAIT1' },
  };

  readAll(stage, s, sent);
  yield {
    means: 'The server reads: data and FIN arrive, and the FIN is acknowledged.',
    reached: { end: client, state: 'FIN_WAIT2' },
  };
  yield {
    means: 'The server has the FIN and may still send: half of it is closed.',
    reached: { end: server, state: 'CLOSE_WAIT' },
  };

  const answered = calls.send(s, MUCH, MSG_DONTWAIT);
  calls.shutdown(s, SHUT_WR);
  yield {
    means: "The server's turn: its FIN, too, waits behind unread data.",
    reached: { end: server, state: 'LAST_ACK' },
  };

  readAll(stage, c, answered);
  yield {
    means: 'The client has read to the end. The kernel keeps its addresses for 60 s.',
    reached: { end: client, state: 'TIME_WAIT' },
  };
};

/** A connection that cannot begin: the listener's queue is full. */
export const crowd: Path = function* (stage) {
  const { calls, addr, listener, client } = stage;

  const l = open(stage, listener);
  calls.bind(l, addr);
  calls.listen(l, 0);
  const listening = calls.getsockname(l) as LoopbackAddr;
  yield {
    means: 'A listener whose queue has room for one connection.',
    reached: { end: listener, state: 'LISTEN' },
  };

  calls.connect(open(stage, { role: 'client' }), listening);
  // Until it is in the queue, there is room for another.
  waitReadable(l, TIMEOUT_MS);
  yield { means: 'The first connection fills it; nobody accepts.' };

  const c = open(stage, client, SOCK_NONBLOCK);
  try {
    calls.connect(c, listening);
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'EINPROGRESS') throw error;
  }
  client.tuple = { local: getsockname(c) as LoopbackAddr, remote: listening };
  yield {
    means: 'The second SYN is dropped: the client asks again, and hears nothing.',
    reached: { end: client, state: 'SYN_SENT' },
  };
};

/** Both ends close at the same time. */
export const together: Path = function* (stage) {
  const { calls, addr, listener, client, server } = stage;

  const l = open(stage, listener);
  calls.bind(l, addr);
  small(stage, l);
  calls.listen(l, 1);
  const listening = calls.getsockname(l) as LoopbackAddr;
  const c = open(stage, client);
  small(stage, c);
  calls.connect(c, listening);
  name(stage, c, listening);
  const s = acceptServer(stage, l);
  yield {
    means: 'A connection with small receive buffers at both ends.',
    reached: { end: client, state: 'ESTABLISHED' },
  };

  calls.send(c, MUCH, MSG_DONTWAIT);
  calls.shutdown(c, SHUT_WR);
  const answered = calls.send(s, MUCH, MSG_DONTWAIT);
  calls.shutdown(s, SHUT_WR);
  yield {
    means: 'Both send more than the other has room for, and close: two FINs wait.',
    reached: { end: server, state: 'FIN_WAIT1' },
  };

  readAll(stage, c, answered);
  yield {
    means: 'The client reads, and meets a FIN before its own is acknowledged.',
    reached: { end: client, state: 'CLOSING' },
  };
};

/** A connection of one kind to each address that a path can play at. */
export const LOOPBACK: Record<'AF_INET' | 'AF_INET6', LoopbackAddr> = {
  AF_INET: { family: AF_INET, addr: '127.0.0.1', port: 0 },
  AF_INET6: { family: AF_INET6, addr: '::1', port: 0 },
};
