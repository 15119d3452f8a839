/** What keeps coming, for `for await`: connections, datagrams, epoll events. */
import { integer } from '../kernel/validate.js';
import { eachDescriptor, encodeControl } from '../structs/cmsg.js';
import type { EpollEvent } from '../structs/epoll_event.js';
import type { ReceivedMessage } from '../structs/msghdr.js';
import { EPOLLIN } from '../syscalls/epoll.js';
import * as raw from '../syscalls/raw.js';
import { dontwait } from './arguments.js';
import { epoll_wait, type SignalOption } from './poll.js';
import { receive } from './recv.js';
import { either, signalOf } from './signal.js';
import { type Accepted, accept4 } from './socket.js';
import { begin, LATER, optionsOf, refuseTimeout } from './wait.js';

const INSTEAD = 'a loop is ended by a signal';

/** A loop's source. `return` ends it at once, also while `next` waits: that is then `done`. */
class Arriving<T> implements AsyncIterableIterator<T> {
  /** The caller's: AbortSignal.any holds it weakly, and a timeout that nobody holds never comes. */
  readonly given: AbortSignal | undefined;
  private readonly ended = new AbortController();
  private readonly signal: AbortSignal;
  private readonly take: (limit: SignalOption) => Promise<T>;
  private readonly discard: (value: T) => void;

  constructor(
    signal: AbortSignal | undefined,
    take: (limit: SignalOption) => Promise<T>,
    discard: (value: T) => void = () => undefined,
  ) {
    const own = this.ended.signal;
    this.given = signal;
    this.signal = signal === undefined ? own : either(own, signal);
    this.take = take;
    this.discard = discard;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const isOver = (): boolean => this.ended.signal.aborted;
    if (isOver()) return { value: undefined, done: true };
    try {
      const value = await this.take({ signal: this.signal });
      if (!isOver()) return { value, done: false };
      this.discard(value);
    } catch (error) {
      if (!isOver()) throw error;
    }
    return { value: undefined, done: true };
  }

  async return(value?: unknown): Promise<IteratorResult<T, undefined>> {
    this.ended.abort();
    // What the caller gave, as of a generator: `yield*` hands it on.
    return { value: (await value) as undefined, done: true };
  }

  async throw(reason: unknown): Promise<never> {
    this.ended.abort();
    throw reason;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What `connections` may be told. */
export interface ConnectionsOptions extends SignalOption {
  /** For the new descriptors, as of `accept4`. */
  flags?: number | undefined;
}

/**
 * The connections of a listener, as they come: `for await (const { fd, addr } of connections(…))`.
 *
 * Each is accepted when the loop asks for it, and is the loop's to close. Leaving the loop leaves
 * the listener open, and the connections that nobody has asked for in its queue.
 *
 * @param fd       a listener with O_NONBLOCK
 * @param options  { flags, signal }: `flags` as of `accept4`
 * @throws         what `accept4` throws, in the loop: an aborted signal's reason among it
 */
export function connections(
  fd: number,
  options: ConnectionsOptions = {},
): AsyncIterableIterator<Accepted> {
  const { flags = 0, signal } = optionsOf(options) as typeof options;
  refuseTimeout(options, INSTEAD);
  return new Arriving(
    signalOf(signal),
    (limit) => accept4(fd, flags, limit),
    (accepted) => raw.close(accepted.fd),
  );
}

/** A datagram that was received. */
export interface Datagram extends Omit<ReceivedMessage, 'bytes'> {
  /** What it says, in memory of its own. With MSG_TRUNC in `flags`, there was more. */
  data: Uint8Array;
}

/** What `datagrams` may be told. */
export interface DatagramsOptions extends SignalOption {
  /** Room for the data. Bytes. */
  size?: number | undefined;
  /** Room for control messages. Bytes; a sum of `CMSG_SPACE`. */
  controlLength?: number | undefined;
  /** As of `recvmsg`. */
  flags?: number | undefined;
}

/**
 * The datagrams of a socket, as they come: `for await (const { data, name } of datagrams(…))`.
 *
 * Of a SOCK_SEQPACKET socket, or one that is shut down, the end is an empty datagram, and another
 * one after it: it cannot be told from one that was sent.
 *
 * @param fd       a datagram socket
 * @param options  { size, controlLength, flags, signal }: room for data, 65536 bytes by default,
 *                 and for control messages, none by default; `flags` as of `recvmsg`
 * @throws         what `recvmsg` throws, in the loop: ECONNREFUSED of an earlier datagram, an
 *                 aborted signal's reason
 */
export function datagrams(
  fd: number,
  options: DatagramsOptions = {},
): AsyncIterableIterator<Datagram> {
  const given = optionsOf(options) as typeof options;
  const { size = 65536, controlLength = 0, flags = 0, signal } = given;
  refuseTimeout(options, INSTEAD);
  integer(size, 'options.size', 0, 0x7fff_ffff);
  integer(controlLength, 'options.controlLength', 0, raw.maxControl);
  const bits = dontwait(flags);
  const room = new Uint8Array(size);
  const control = controlLength === 0 ? null : new Uint8Array(controlLength);
  const call = (): Datagram | typeof LATER => {
    const message = receive(fd, { iov: [room], control }, bits);
    if (message === LATER) return LATER;
    const { bytes, ...rest } = message;
    return { data: room.slice(0, Math.min(bytes, size)), ...rest };
  };
  const attempt = { fd, events: EPOLLIN, syscall: 'recvmsg', call, check: () => undefined };
  return new Arriving(signalOf(signal), (limit) => begin(attempt, limit), closeReceived);
}

/** Closes the descriptors that came with a datagram. */
function closeReceived({ control }: Datagram): void {
  const bytes = encodeControl(control.map(({ level, type, data }) => ({ level, type, data })));
  eachDescriptor(bytes, 0, bytes.byteLength, raw.close);
}

/** What `epollEvents` may be told. */
export interface EpollEventsOptions extends SignalOption {
  /** How many events at once. */
  maxevents?: number | undefined;
}

/**
 * The events of an epoll descriptor, as they come: `for await (const events of epollEvents(epfd))`.
 *
 * @param epfd     an epoll descriptor of the caller's
 * @param options  { maxevents, signal }: how many events at once, 64 by default
 * @returns        of each turn what `epoll_wait` returns: one event or more
 * @throws         what `epoll_wait` throws, in the loop: an aborted signal's reason among it
 */
export function epollEvents<Data extends number | bigint = number>(
  epfd: number,
  options: EpollEventsOptions = {},
): AsyncIterableIterator<EpollEvent<Data>[]> {
  const { maxevents = 64, signal } = optionsOf(options) as typeof options;
  refuseTimeout(options, INSTEAD);
  return new Arriving(signalOf(signal), (limit) => epoll_wait<Data>(epfd, maxevents, limit));
}
