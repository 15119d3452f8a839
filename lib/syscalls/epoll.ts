/** epoll(7): epoll_create(2), epoll_ctl(2), epoll_wait(2). */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';
import { integer, object } from '../kernel/validate.js';
import {
  decodeEpollEvents,
  type EpollEvent,
  type EpollEventInit,
  safeData,
} from '../structs/epoll_event.js';
import { type SignalSet, sigsetBytes } from '../structs/sigset.js';
import { type Timespec, timespecBytes } from '../structs/timespec.js';
import * as raw from './raw.js';

/** In `flags`: the descriptor closes on execve. epoll_create(2) */
export const EPOLL_CLOEXEC = 0o2000000;

/** Add a descriptor. epoll_ctl(2) */
export const EPOLL_CTL_ADD = 1;
/** Take a descriptor out. epoll_ctl(2) */
export const EPOLL_CTL_DEL = 2;
/** Change what is waited for. epoll_ctl(2) */
export const EPOLL_CTL_MOD = 3;

/** There is data to read, or a connection to accept. epoll_ctl(2) */
export const EPOLLIN = 0x1;
/** There is urgent data: out of band. epoll_ctl(2) */
export const EPOLLPRI = 0x2;
/** There is room to write, or connect has ended. epoll_ctl(2) */
export const EPOLLOUT = 0x4;
/** An error waits. Told whether asked for or not. epoll_ctl(2) */
export const EPOLLERR = 0x8;
/** Both directions are shut down. Told whether asked for or not. epoll_ctl(2) */
export const EPOLLHUP = 0x10;
/** Never told: what is closed is not waited for any more. */
export const EPOLLNVAL = 0x20;
/** As EPOLLIN. poll(2) */
export const EPOLLRDNORM = 0x40;
/** Priority-band data to read. poll(2) */
export const EPOLLRDBAND = 0x80;
/** As EPOLLOUT. poll(2) */
export const EPOLLWRNORM = 0x100;
/** Room to write priority-band data. poll(2) */
export const EPOLLWRBAND = 0x200;
/** Not used by Linux. poll(2) */
export const EPOLLMSG = 0x400;
/** The peer has shut down its writing, or everything. Linux 2.6.17. epoll_ctl(2) */
export const EPOLLRDHUP = 0x2000;
/** Of several epoll descriptors that wait for one, wake one or a few. Linux 4.5. epoll_ctl(2) */
export const EPOLLEXCLUSIVE = 0x1000_0000;
/**
 * No suspend while the event is handled. Ignored without CAP_BLOCK_SUSPEND. Linux 3.5. epoll_ctl(2)
 */
export const EPOLLWAKEUP = 0x2000_0000;
/** Tell once; EPOLL_CTL_MOD makes it ready again. epoll_ctl(2) */
export const EPOLLONESHOT = 0x4000_0000;
/**
 * Edge-triggered: tell when something new comes, not as long as there is something. Read or write
 * until EAGAIN, for what is left is not told again. epoll_ctl(2), epoll(7)
 */
export const EPOLLET = 0x8000_0000;

/**
 * epoll_create(2) — open an epoll descriptor, as before there were flags.
 *
 *     int epoll_create(int size)
 *
 * @param size  has no meaning any more, but must be greater than 0
 * @throws      EINVAL · EMFILE · ENFILE · ENOMEM
 *
 * https://man7.org/linux/man-pages/man2/epoll_create.2.html
 */
export function epoll_create(size: number): number {
  return check(native.epoll_create(size), 'epoll_create');
}

/**
 * epoll_create1(2) — open an epoll descriptor.
 *
 *     int epoll_create1(int flags)
 *
 * @param flags  EPOLL_CLOEXEC
 * @throws       EINVAL · EMFILE · ENFILE · ENOMEM
 *
 * Since Linux 2.6.27. https://man7.org/linux/man-pages/man2/epoll_create1.2.html
 */
export function epoll_create1(flags = 0): number {
  return check(native.epoll_create1(flags), 'epoll_create1');
}

/**
 * epoll_ctl(2) — say which descriptors to wait for.
 *
 *     int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
 *
 * What is watched is the open file, under the number `fd`. It goes away with its last descriptor:
 * while a duplicate is open, even in another process, events keep coming after `fd` was closed, and
 * neither number takes it out. EPOLL_CTL_DEL before `close` leaves no such question.
 *
 * @param op     EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL
 * @param event  { events, data? }: EPOLLIN | EPOLLOUT | …, with EPOLLET, EPOLLONESHOT,
 *               EPOLLEXCLUSIVE, EPOLLWAKEUP; and what `epoll_wait` is to say, `fd` by default.
 *               EPOLL_CTL_DEL needs none. The raw form takes a bigint for all 64 bits of `data`
 * @throws       EEXIST there already · ENOENT not there · EPERM not a file to wait for, such as a
 *               regular one · ELOOP epoll descriptors that watch each other, or more than five
 *               deep · EINVAL `epfd` is no epoll descriptor, or is `fd`, or EPOLLEXCLUSIVE where
 *               it cannot be · ENOSPC max_user_watches reached · EFAULT no event · EBADF · ENOMEM
 *
 * https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
 */
export function epoll_ctl(
  epfd: number,
  op: number,
  fd: number,
  event?: EpollEventInit | null,
): void {
  let given: EpollEventInit | undefined;
  if (event !== undefined && event !== null) {
    const { events, data } = object(event, 'event') as unknown as EpollEventInit;
    given = { events, data: data === undefined ? undefined : safeData(data) };
  }
  check(raw.epoll_ctl(epfd, op, fd, given), 'epoll_ctl');
}

/** Memory for the events of a call: decoded before another call can come. */
const shared = new Uint32Array(3 * 256);

/** The kernel takes no more events in a call. */
const EP_MAX_EVENTS = 178_956_970;

/** Memory for `maxevents` events. What is less than one, the kernel refuses. */
function room(maxevents: number): Uint32Array {
  integer(maxevents, 'maxevents', -0x8000_0000, EP_MAX_EVENTS);
  return 3 * maxevents <= shared.length ? shared : new Uint32Array(3 * maxevents);
}

/**
 * epoll_wait(2) — wait until one of the descriptors is ready.
 *
 *     int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
 *
 * When more are ready than `maxevents`, the next calls tell the others first.
 *
 * @param maxevents  how many events to tell at most
 * @param timeout    milliseconds; -1 waits without limit, 0 not at all
 * @returns          { events, data } of each that is ready; none when the time was over
 * @throws           EINTR a signal came first · EINVAL no epoll descriptor, or `maxevents` is less
 *                   than 1 · EBADF
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/epoll_wait.2.html
 */
export function epoll_wait<Data extends number | bigint = number>(
  epfd: number,
  maxevents: number,
  timeout = -1,
): EpollEvent<Data>[] {
  const events = room(maxevents);
  const result = native.epoll_wait(epfd, events, maxevents, timeout);
  return decodeEpollEvents(events, check(result, 'epoll_wait'));
}

/**
 * epoll_pwait(2) — epoll_wait with another signal mask.
 *
 *     int epoll_pwait(int epfd, struct epoll_event *events, int maxevents, int timeout,
 *                     const sigset_t *sigmask)
 *
 * @param maxevents  how many events to tell at most
 * @param timeout    milliseconds; -1 waits without limit, 0 not at all
 * @param sigmask    the signals that this thread blocks during the call only; null leaves the mask.
 *                   `sigprocmask` says which signals a mask can hold back in Node
 * @returns          as `epoll_wait`
 * @throws           as `epoll_wait`
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/epoll_pwait.2.html
 */
export function epoll_pwait<Data extends number | bigint = number>(
  epfd: number,
  maxevents: number,
  timeout = -1,
  sigmask: SignalSet | null = null,
): EpollEvent<Data>[] {
  const mask = sigsetBytes(sigmask, 'sigmask');
  const events = room(maxevents);
  const result = native.epoll_pwait(epfd, events, maxevents, timeout, mask);
  return decodeEpollEvents(events, check(result, 'epoll_pwait'));
}

/**
 * epoll_pwait2(2) — epoll_pwait with a timeout in nanoseconds.
 *
 *     int epoll_pwait2(int epfd, struct epoll_event *events, int maxevents,
 *                      const struct timespec *timeout, const sigset_t *sigmask)
 *
 * @param maxevents  how many events to tell at most
 * @param timeout    a timespec, or milliseconds; null waits without limit
 * @param sigmask    as of `epoll_pwait`
 * @returns          as `epoll_wait`
 * @throws           ENOSYS before Linux 5.11; otherwise as `epoll_wait`
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * Since Linux 5.11. https://man7.org/linux/man-pages/man2/epoll_pwait2.2.html
 */
export function epoll_pwait2<Data extends number | bigint = number>(
  epfd: number,
  maxevents: number,
  timeout: Timespec | number | null = null,
  sigmask: SignalSet | null = null,
): EpollEvent<Data>[] {
  const limit = timespecBytes(timeout, 'timeout');
  const mask = sigsetBytes(sigmask, 'sigmask');
  const events = room(maxevents);
  const result = native.epoll_pwait2(epfd, events, maxevents, limit, mask);
  return decodeEpollEvents(events, check(result, 'epoll_pwait2'));
}
