/** poll(2). */
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import type { PollFd } from '../structs/pollfd.js';
import type { SignalSet } from '../structs/sigset.js';
import type { Timespec } from '../structs/timespec.js';
import * as raw from './raw.js';

/** There is data to read, or a connection to accept. poll(2) */
export const POLLIN = 0x1;
/** There is urgent data: out of band. poll(2) */
export const POLLPRI = 0x2;
/** There is room to write, or connect has ended. poll(2) */
export const POLLOUT = 0x4;
/** Returned: an error waits in SO_ERROR, or on the error queue. poll(2) */
export const POLLERR = 0x8;
/** Returned: both directions are shut down. poll(2) */
export const POLLHUP = 0x10;
/** Returned: not an open descriptor. poll(2) */
export const POLLNVAL = 0x20;
/** As POLLIN. poll(2) */
export const POLLRDNORM = 0x40;
/** Priority-band data to read. poll(2) */
export const POLLRDBAND = 0x80;
/** As POLLOUT. poll(2) */
export const POLLWRNORM = 0x100;
/** Room to write priority-band data. poll(2) */
export const POLLWRBAND = 0x200;
/** Not used by Linux. poll(2) */
export const POLLMSG = 0x400;
/** The peer has shut down its writing, or everything. Linux 2.6.17. poll(2) */
export const POLLRDHUP = 0x2000;

/**
 * poll(2) — wait until one of some descriptors is ready.
 *
 *     int poll(struct pollfd *fds, nfds_t nfds, int timeout)
 *
 * @param fds      `revents` of each is written, as C does
 * @param timeout  milliseconds; -1 waits without limit, 0 not at all
 * @returns        how many have `revents`; 0 when the time was over
 * @throws         EINTR a signal came first · EINVAL more than RLIMIT_NOFILE
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/poll.2.html
 */
export function poll(fds: readonly PollFd[] | Buf, timeout = -1): number {
  return check(raw.poll(fds, timeout), 'poll');
}

/**
 * ppoll(2) — poll with another signal mask, and a timeout in nanoseconds.
 *
 *     int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *tmo_p,
 *               const sigset_t *sigmask)
 *
 * @param fds      `revents` of each is written, as C does
 * @param timeout  a timespec, or milliseconds; null waits without limit
 * @param sigmask  the signals that this thread blocks during the call only; null leaves the mask.
 *                 `sigprocmask` says which signals a mask can hold back in Node
 * @returns        how many have `revents`; 0 when the time was over
 * @throws         EINTR a signal came first · EINVAL also a timespec that is none
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/poll.2.html
 */
export function ppoll(
  fds: readonly PollFd[] | Buf,
  timeout: Timespec | number | null = null,
  sigmask: SignalSet | null = null,
): number {
  return check(raw.ppoll(fds, timeout, sigmask), 'ppoll');
}
