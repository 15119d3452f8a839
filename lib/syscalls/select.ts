/** select(2). */
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import type { FdSet } from '../structs/fdset.js';
import type { Timeval } from '../structs/option.js';
import type { SignalSet } from '../structs/sigset.js';
import type { Timespec } from '../structs/timespec.js';
import * as raw from './raw.js';

/**
 * select(2) — wait until one of some descriptors is ready.
 *
 *     int select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
 *                struct timeval *timeout)
 *
 * The sets are written, as C does: what is left in them is ready. After an error they are as they
 * were. Descriptors from 1024 on cannot be waited for: `poll` and epoll take any.
 *
 * @param nfds       the highest descriptor in the sets, and one more: at most 1024 (FD_SETSIZE)
 * @param readfds    ready to read without blocking, also for the end and for errors; null for none
 * @param writefds   ready to write without blocking
 * @param exceptfds  with something exceptional, such as urgent data: what POLLPRI says
 * @param timeout    a timeval, or milliseconds; null waits without limit. How much of it was left
 *                   is told by the raw form, in memory: `new BigInt64Array([sec, usec])`
 * @returns          how many bits are left in all the sets; 0 when the time was over
 * @throws           EBADF one is not open · EINTR a signal came first · EINVAL
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/select.2.html
 */
export function select(
  nfds: number,
  readfds: FdSet | Buf | null,
  writefds: FdSet | Buf | null,
  exceptfds: FdSet | Buf | null,
  timeout: Timeval | number | null,
): number {
  return check(raw.select(nfds, readfds, writefds, exceptfds, timeout), 'select');
}

/**
 * pselect(2) — select with another signal mask, and a timeout in nanoseconds.
 *
 *     int pselect(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
 *                 const struct timespec *timeout, const sigset_t *sigmask)
 *
 * @param timeout  a timespec, or milliseconds; null waits without limit
 * @param sigmask  the signals that this thread blocks during the call only; null leaves the mask.
 *                 `sigprocmask` says which signals a mask can hold back in Node
 * @returns        as `select`
 * @throws         as `select`
 *
 * Blocks the thread for up to `timeout` unless it is 0.
 * https://man7.org/linux/man-pages/man2/select.2.html
 */
export function pselect(
  nfds: number,
  readfds: FdSet | Buf | null,
  writefds: FdSet | Buf | null,
  exceptfds: FdSet | Buf | null,
  timeout: Timespec | number | null,
  sigmask: SignalSet | null = null,
): number {
  const result = raw.pselect(nfds, readfds, writefds, exceptfds, timeout, sigmask);
  return check(result, 'pselect');
}
