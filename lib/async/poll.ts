/** poll(2) and epoll_wait(2), as promises. */
import type { Buf } from '../kernel/bytes.js';
import { EBADF, EPERM } from '../kernel/errno.js';
import { check, SystemError } from '../kernel/error.js';
import { buffer, int32, integer, isBuf, typeError } from '../kernel/validate.js';
import { decodeEpollEvents, type EpollEvent } from '../structs/epoll_event.js';
import { decodeRevents, encodePollfds, type PollFd } from '../structs/pollfd.js';
import { EPOLLIN } from '../syscalls/epoll.js';
import * as raw from '../syscalls/raw.js';
import { isOptions, type OrOptions } from './arguments.js';
import { done, failed } from './done.js';
import type { Waiter } from './entry.js';
import { enter, leave } from './loop.js';
import { throwIfAborted } from './signal.js';
import { begin, LATER, Limit, limitOf, refuseTimeout, type WaitOptions } from './wait.js';

/** What limits a call that has a timeout of its own. */
export type SignalOption = Pick<WaitOptions, 'signal'>;

const INSTEAD = 'it is an argument of its own';

/** The memory of a poll, and where its answer goes. */
class Polled {
  readonly bytes: Uint8Array;
  private readonly list: PollFd[] | undefined;

  constructor(fds: readonly PollFd[] | Buf) {
    if (isBuf(fds)) {
      this.bytes = buffer(fds, 'fds');
    } else {
      if (!Array.isArray(fds)) throw typeError('fds', 'must be an array of { fd, events }', fds);
      // A list of our own: reading an entry may change the caller's.
      this.list = Array.from(fds as PollFd[]);
      this.bytes = encodePollfds(this.list);
    }
  }

  /** poll(2), without waiting. */
  ask(): number {
    const result = raw.poll(this.bytes, 0);
    if (result < 0) throw new SystemError(result, 'poll');
    if (this.list !== undefined) decodeRevents(this.bytes, this.list);
    return result;
  }

  /** What is polled. Who is negative is passed over. */
  *targets(): Generator<{ fd: number; events: number }> {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    for (let at = 0; at < view.byteLength; at += 8) {
      const fd = view.getInt32(at, true);
      if (fd >= 0) yield { fd, events: view.getUint16(at + 4, true) };
    }
  }
}

/** A poll that waits: for each of its descriptors, until one has something to tell. */
class PollWait {
  private readonly polled: Polled;
  private readonly resolve: (result: number) => void;
  private readonly reject: (reason: unknown) => void;
  private waiters: Waiter[] = [];
  private limit: Limit | undefined;

  constructor(
    polled: Polled,
    resolve: (result: number) => void,
    reject: (reason: unknown) => void,
  ) {
    this.polled = polled;
    this.resolve = resolve;
    this.reject = reject;
  }

  begin(timeout: number, { signal }: WaitOptions): void {
    const limit = timeout < 0 ? { signal } : { signal, timeout };
    const aborted = (reason: unknown): void => this.end(() => this.reject(reason));
    this.limit = new Limit(limit, aborted, () => this.end(() => this.resolve(0)));
    try {
      this.watch();
    } catch (error) {
      // No epoll descriptor is to be had.
      aborted(error);
    }
  }

  private watch(): void {
    for (const { fd, events } of this.polled.targets()) {
      const attempt = (): boolean => this.attempt();
      const gone = (why: number): void => this.gone(why);
      const way = { level: true, apart: true, sure: false, next: undefined };
      const waiter: Waiter = { fd, events, ...way, attempt, gone };
      this.waiters.push(waiter);
      const result = enter(waiter);
      // A file that is always ready has told what it ever will: it was not asked for.
      if (result === -EPERM) continue;
      if (result < 0) this.end(() => this.reject(new SystemError(result, 'epoll_ctl')));
      if (this.waiters.length === 0) return;
    }
  }

  private attempt(): boolean {
    try {
      const result = this.polled.ask();
      if (result === 0) return false;
      this.end(() => this.resolve(result));
    } catch (error) {
      this.end(() => this.reject(error));
    }
    return true;
  }

  /** One of them was closed: it is POLLNVAL now, or another file. Or it is not to be polled. */
  private gone(why: number): void {
    if (why !== -EBADF) {
      this.end(() => this.reject(new SystemError(why, 'poll')));
    } else if (!this.attempt()) {
      this.leave();
      this.watch();
    }
  }

  private end(settle: () => void): void {
    this.limit?.lift();
    this.leave();
    settle();
  }

  private leave(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) leave(waiter);
  }
}

/** The arguments after `fds` and `maxevents`. */
type Timeout = [timeout?: number | undefined, options?: SignalOption] | [options: SignalOption];

/**
 * poll(2), as a promise.
 *
 * @param fds      `revents` of each is written: 0, and what came when the promise is resolved
 * @param timeout  milliseconds; -1 waits without limit, 0 not at all
 * @param options  { signal }; in the place of `timeout` as well
 * @returns        how many have `revents`; 0 when the time was over
 * @throws         as `poll` of `sockfd` · the signal's reason
 *
 * A descriptor that is closed meanwhile has POLLNVAL.
 */
export function poll(fds: readonly PollFd[] | Buf, ...rest: Timeout): Promise<number>;
export function poll(
  fds: readonly PollFd[] | Buf,
  timeout: OrOptions = -1,
  options: SignalOption = {},
): Promise<number> {
  if (isOptions(timeout)) return poll(fds, -1, timeout);
  try {
    refuseTimeout(options, INSTEAD);
    const limit = limitOf(options);
    int32(timeout, 'timeout');
    const polled = new Polled(fds);
    const result = polled.ask();
    if (result > 0 || timeout === 0) return done(result);
    throwIfAborted(limit.signal);
    return new Promise((resolve, reject) => {
      new PollWait(polled, resolve, reject).begin(timeout, limit);
    });
  } catch (error) {
    return failed(error);
  }
}

/** The kernel takes no more events in a call. */
const EP_MAX_EVENTS = 178_956_970;

/**
 * epoll_wait(2), as a promise.
 *
 * @param epfd       an epoll descriptor of the caller's
 * @param maxevents  how many events to tell at most
 * @param timeout    milliseconds; -1 waits without limit, 0 not at all
 * @param options    { signal }; in the place of `timeout` as well
 * @returns          as `epoll_wait` of `sockfd`
 * @throws           as `epoll_wait` of `sockfd` · EBADF also when `epfd` is closed meanwhile · the
 *                   signal's reason
 */
export function epoll_wait<Data extends number | bigint = number>(
  epfd: number,
  maxevents: number,
  ...rest: Timeout
): Promise<EpollEvent<Data>[]>;
export function epoll_wait<Data extends number | bigint = number>(
  epfd: number,
  maxevents: number,
  timeout: OrOptions = -1,
  options: SignalOption = {},
): Promise<EpollEvent<Data>[]> {
  if (isOptions(timeout)) return epoll_wait(epfd, maxevents, -1, timeout);
  let memory: Uint32Array | undefined;
  const prepare = (): void => {
    integer(maxevents, 'maxevents', -0x8000_0000, EP_MAX_EVENTS);
    memory ??= new Uint32Array(3 * Math.max(maxevents, 0));
  };
  const call = (): EpollEvent<Data>[] | typeof LATER => {
    prepare();
    const room = memory as Uint32Array;
    const result = check(raw.epoll_wait(epfd, room, maxevents, 0), 'epoll_wait');
    return result === 0 && timeout !== 0 ? LATER : decodeEpollEvents(room, result);
  };
  try {
    refuseTimeout(options, INSTEAD);
    const { signal } = limitOf(options);
    const isLimited = int32(timeout, 'timeout') >= 0;
    const attempt = { fd: epfd, events: EPOLLIN, syscall: 'epoll_wait', call, check: prepare };
    return begin({ ...attempt, elapsed: () => [] }, isLimited ? { signal, timeout } : { signal });
  } catch (error) {
    return failed(error);
  }
}
