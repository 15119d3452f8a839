/** clock_gettime(2). The clocks are in ../structs/clock.ts. */
import { native } from '../kernel/addon.js';
import { Reader } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import { type Timespec, timespec } from '../structs/timespec.js';

const now = new Uint8Array(16);

/**
 * clock_gettime(2) — what a clock says.
 *
 *     int clock_gettime(clockid_t clockid, struct timespec *tp)
 *
 * For times that a call takes by the clock: TFD_TIMER_ABSTIME, SCM_TXTIME. Of most clocks the C
 * library knows it without a system call.
 *
 * @param clockid  CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI, …
 * @returns        { sec, nsec }
 * @throws         EINVAL no such clock
 *
 * https://man7.org/linux/man-pages/man2/clock_gettime.2.html
 */
export function clock_gettime(clockid: number): Timespec {
  check(native.clock_gettime(clockid, now), 'clock_gettime');
  return timespec.decode(new Reader(now), now.byteLength);
}
