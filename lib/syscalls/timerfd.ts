/** timerfd_create(2). The clocks are in ../structs/clock.ts. */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import { decodeItimerspec, type Itimerspec, type ItimerspecInit } from '../structs/itimerspec.js';
import * as raw from './raw.js';

/** `value` is a time of the clock, not one from now. timerfd_create(2) */
export const TFD_TIMER_ABSTIME = 1;
/**
 * Of a CLOCK_REALTIME timer with TFD_TIMER_ABSTIME: read fails with ECANCELED once the clock was
 * set. Linux 3.0. timerfd_create(2)
 */
export const TFD_TIMER_CANCEL_ON_SET = 2;
/** The descriptor closes on execve. timerfd_create(2) */
export const TFD_CLOEXEC = 0o2000000;
/** The descriptor is non-blocking. timerfd_create(2) */
export const TFD_NONBLOCK = 0o4000;
/** An ioctl(2) request: set how often the timer has expired. 8 bytes. Linux 3.17. */
export const TFD_IOC_SET_TICKS = 0x40085400;

/**
 * timerfd_create(2) — open a timer, which is ready to read when it has expired.
 *
 *     int timerfd_create(int clockid, int flags)
 *
 * A read(2) of 8 bytes says how often it has expired since the last one, as a BigUint64Array shows
 * it. It blocks until the timer expires, unless TFD_NONBLOCK.
 *
 * @param clockid  CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME, CLOCK_REALTIME_ALARM,
 *                 CLOCK_BOOTTIME_ALARM
 * @param flags    TFD_CLOEXEC, TFD_NONBLOCK
 * @throws         EINVAL · EPERM an alarm without CAP_WAKE_ALARM · EMFILE · ENFILE · ENOMEM
 *
 * Since Linux 2.6.25. https://man7.org/linux/man-pages/man2/timerfd_create.2.html
 */
export function timerfd_create(clockid: number, flags = 0): number {
  return check(native.timerfd_create(clockid, flags), 'timerfd_create');
}

const old = new Uint8Array(32);

/**
 * timerfd_settime(2) — arm a timer, or disarm it.
 *
 *     int timerfd_settime(int fd, int flags, const struct itimerspec *new_value,
 *                         struct itimerspec *old_value)
 *
 * @param flags      TFD_TIMER_ABSTIME: `value` is a time that `clock_gettime` would tell;
 *                   TFD_TIMER_CANCEL_ON_SET
 * @param new_value  { interval?, value }: from one expiration to the next, and to the first one.
 *                   A `value` of zero disarms
 * @returns          what the timer was set to, as `timerfd_gettime` would have told
 * @throws           EINVAL · EBADF · ECANCELED the clock was set meanwhile; the timer is armed all
 *                   the same
 *
 * https://man7.org/linux/man-pages/man2/timerfd_settime.2.html
 */
export function timerfd_settime(
  fd: number,
  flags: number,
  new_value: ItimerspecInit | Buf,
): Itimerspec {
  check(raw.timerfd_settime(fd, flags, new_value, old), 'timerfd_settime');
  return decodeItimerspec(old);
}

/**
 * timerfd_gettime(2) — how long until a timer expires.
 *
 *     int timerfd_gettime(int fd, struct itimerspec *curr_value)
 *
 * @returns  { interval, value }: `value` is the time from now, also of TFD_TIMER_ABSTIME; zero when
 *           the timer is not armed
 * @throws   EINVAL · EBADF
 *
 * https://man7.org/linux/man-pages/man2/timerfd_gettime.2.html
 */
export function timerfd_gettime(fd: number): Itimerspec {
  check(native.timerfd_gettime(fd, old), 'timerfd_gettime');
  return decodeItimerspec(old);
}
