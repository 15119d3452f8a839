/**
 * The raw form of the calls that wait for readiness, and of descriptors for events: part of
 * ./raw.ts, which says what that is.
 */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { EIO } from '../kernel/errno.js';
import { buffer, integer, isBuf, rangeError, typeError } from '../kernel/validate.js';
import { type EpollEventInit, encodeEpollEvent } from '../structs/epoll_event.js';
import { type FdSet, fdsetBytes } from '../structs/fdset.js';
import { type ItimerspecInit, itimerspecBytes } from '../structs/itimerspec.js';
import type { Timeval } from '../structs/option.js';
import { decodeRevents, encodePollfds, type PollFd } from '../structs/pollfd.js';
import { type SignalSet, sigsetBytes } from '../structs/sigset.js';
import { type Timespec, timespecBytes } from '../structs/timespec.js';
import { timevalBytes } from '../structs/timeval.js';

/** What poll and ppoll do with objects: `call` gets the bytes of `struct pollfd[]`. */
function overPollfds(fds: readonly PollFd[] | Buf, call: (bytes: Buf) => number): number {
  if (isBuf(fds)) return call(fds);
  if (!Array.isArray(fds)) throw typeError('fds', 'must be an array of { fd, events }', fds);
  // A list of our own: reading an entry may change the caller's.
  const entries: PollFd[] = Array.from(fds);
  const bytes = encodePollfds(entries);
  const result = call(bytes);
  decodeRevents(bytes, entries);
  return result;
}

/**
 * poll(2), over objects or over the bytes of `struct pollfd[]`. Blocks as `poll` of `sockfd` does.
 * @returns how many have `revents`, or `-errno`
 */
export function poll(fds: readonly PollFd[] | Buf, timeout = -1): number {
  return overPollfds(fds, (bytes) => native.poll(bytes, timeout));
}

/**
 * ppoll(2), over objects or over the bytes of `struct pollfd[]`. Blocks as `ppoll` of `sockfd`
 * does.
 * @returns how many have `revents`, or `-errno`
 */
export function ppoll(
  fds: readonly PollFd[] | Buf,
  timeout: Timespec | number | Buf | null = null,
  sigmask: SignalSet | null = null,
): number {
  const limit = timespecBytes(timeout, 'timeout');
  const mask = sigsetBytes(sigmask, 'sigmask');
  return overPollfds(fds, (bytes) => native.ppoll(bytes, limit, mask));
}

/**
 * select(2). A set may be the 128 bytes of an fd_set. Where `timeout` is bytes, what was left of
 * the time is left in them. Blocks as `select` of `sockfd` does.
 * @returns how many bits are left in all the sets, or `-errno`
 */
export function select(
  nfds: number,
  readfds: FdSet | Buf | null,
  writefds: FdSet | Buf | null,
  exceptfds: FdSet | Buf | null,
  timeout: Timeval | number | Buf | null,
): number {
  return native.select(
    nfds,
    fdsetBytes(readfds, 'readfds'),
    fdsetBytes(writefds, 'writefds'),
    fdsetBytes(exceptfds, 'exceptfds'),
    timevalBytes(timeout, 'timeout'),
  );
}

/**
 * pselect(2). A set may be the 128 bytes of an fd_set. Blocks as `pselect` of `sockfd` does.
 * @returns how many bits are left in all the sets, or `-errno`
 */
export function pselect(
  nfds: number,
  readfds: FdSet | Buf | null,
  writefds: FdSet | Buf | null,
  exceptfds: FdSet | Buf | null,
  timeout: Timespec | number | Buf | null,
  sigmask: SignalSet | null = null,
): number {
  return native.pselect(
    nfds,
    fdsetBytes(readfds, 'readfds'),
    fdsetBytes(writefds, 'writefds'),
    fdsetBytes(exceptfds, 'exceptfds'),
    timespecBytes(timeout, 'timeout'),
    sigsetBytes(sigmask, 'sigmask'),
  );
}

/** epoll_ctl(2). `data` may be a bigint of 64 bits, signed or not. @returns 0 or `-errno` */
export function epoll_ctl(
  epfd: number,
  op: number,
  fd: number,
  event?: EpollEventInit<number | bigint> | null,
): number {
  if (event === undefined || event === null) return native.epoll_ctl(epfd, op, fd);
  return native.epoll_ctl(epfd, op, fd, ...encodeEpollEvent(event, fd));
}

/**
 * epoll_wait(2), into memory of the caller: three words for each event, `events` and the low and
 * the high half of `data`. Blocks as `epoll_wait` of `sockfd` does.
 *
 *     const events = new Uint32Array(3 * 64);
 *     const n = epoll_wait(epfd, events);
 *     for (let i = 0; i < 3 * n; i += 3) …     // events[i], and the descriptor events[i + 1]
 *
 * @param maxevents  how many events; as many as there is room for when absent
 * @returns          how many were told, or `-errno`
 */
export function epoll_wait(epfd: number, events: Buf, maxevents?: number, timeout = -1): number {
  return native.epoll_wait(epfd, events, maxevents, timeout);
}

/**
 * epoll_pwait(2), into memory of the caller as `epoll_wait`. Blocks as `epoll_pwait` of `sockfd`
 * does.
 * @returns how many were told, or `-errno`
 */
export function epoll_pwait(
  epfd: number,
  events: Buf,
  maxevents?: number,
  timeout = -1,
  sigmask: SignalSet | null = null,
): number {
  const mask = sigsetBytes(sigmask, 'sigmask');
  return native.epoll_pwait(epfd, events, maxevents, timeout, mask);
}

/**
 * epoll_pwait2(2), into memory of the caller as `epoll_wait`. Blocks as `epoll_pwait2` of `sockfd`
 * does.
 * @returns how many were told, or `-errno`
 */
export function epoll_pwait2(
  epfd: number,
  events: Buf,
  maxevents?: number,
  timeout: Timespec | number | Buf | null = null,
  sigmask: SignalSet | null = null,
): number {
  const limit = timespecBytes(timeout, 'timeout');
  const mask = sigsetBytes(sigmask, 'sigmask');
  return native.epoll_pwait2(epfd, events, maxevents, limit, mask);
}

/** 0 once all 8 bytes went, as the C library has it. */
const whole = (bytes: number): number => (bytes === 8 ? 0 : bytes < 0 ? bytes : -EIO);

/**
 * eventfd_read(3), into 8 bytes. Blocks as `eventfd_read` of `sockfd` does.
 * @returns 0 or `-errno`
 */
export function eventfd_read(fd: number, value: Buf): number {
  const bytes = buffer(value, 'value');
  if (bytes.byteLength < 8) throw rangeError('value', 'must have 8 bytes', bytes.byteLength);
  return whole(native.read(fd, bytes, 0, 8));
}

const added = new BigUint64Array(1);

/** eventfd_write(3). Blocks as `eventfd_write` of `sockfd` does. @returns 0 or `-errno` */
export function eventfd_write(fd: number, value: bigint | number): number {
  if (typeof value === 'bigint') {
    if (value < 0n || value >= 2n ** 64n) throw rangeError('value', 'must fit 64 bits', value);
    added[0] = value;
  } else {
    added[0] = BigInt(integer(value, 'value', 0, Number.MAX_SAFE_INTEGER));
  }
  return whole(native.write(fd, added));
}

/** timerfd_settime(2). `old_value` is 32 bytes, if any. @returns 0 or `-errno` */
export function timerfd_settime(
  fd: number,
  flags: number,
  new_value: ItimerspecInit | Buf,
  old_value: Buf | null = null,
): number {
  return native.timerfd_settime(fd, flags, itimerspecBytes(new_value, 'new_value'), old_value);
}

/** signalfd(2). `mask` may be its 8 bytes. @returns the descriptor, or `-errno` */
export function signalfd(fd: number, mask: SignalSet, flags = 0): number {
  return native.signalfd(fd, sigsetBytes(mask, 'mask'), flags);
}

/** sigprocmask(2). `oldset` is 8 bytes, if any. @returns 0 or `-errno` */
export function sigprocmask(how: number, set: SignalSet | null, oldset: Buf | null = null): number {
  return native.sigprocmask(how, sigsetBytes(set, 'set'), oldset);
}
