/** eventfd(2). */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';
import * as raw from './raw.js';

/** Each read takes 1 from the counter, not all of it. Linux 2.6.30. eventfd(2) */
export const EFD_SEMAPHORE = 1;
/** The descriptor closes on execve. eventfd(2) */
export const EFD_CLOEXEC = 0o2000000;
/** The descriptor is non-blocking. eventfd(2) */
export const EFD_NONBLOCK = 0o4000;

/**
 * eventfd(2) — open a counter of 64 bits, to wake who waits for it.
 *
 *     int eventfd(unsigned int initval, int flags)
 *
 * It is ready to read while it is not 0, and to write while it can grow. A number like any other
 * descriptor, it can be given to another worker.
 *
 * @param initval  what the counter begins with
 * @param flags    EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK
 * @throws         EINVAL · EMFILE · ENFILE · ENODEV · ENOMEM
 *
 * Since Linux 2.6.22. https://man7.org/linux/man-pages/man2/eventfd.2.html
 */
export function eventfd(initval: number, flags = 0): number {
  return check(native.eventfd(initval, flags), 'eventfd');
}

const counter = new BigUint64Array(1);

/**
 * eventfd_read(3) — take what an eventfd has counted: a read(2) of 8 bytes.
 *
 *     int eventfd_read(int fd, eventfd_t *value)
 *
 * @returns  the counter, which is then 0; of EFD_SEMAPHORE 1, and it is 1 less
 * @throws   EAGAIN it is 0 and non-blocking · EIO not 8 bytes: no eventfd; otherwise as `read`
 *
 * Blocks the thread while the counter is 0, unless EFD_NONBLOCK.
 * https://man7.org/linux/man-pages/man3/eventfd_read.3.html
 */
export function eventfd_read(fd: number): bigint {
  check(raw.eventfd_read(fd, counter), 'eventfd_read');
  return counter[0] as bigint;
}

/**
 * eventfd_write(3) — add to what an eventfd has counted: a write(2) of 8 bytes.
 *
 *     int eventfd_write(int fd, eventfd_t value)
 *
 * @param value  from 0 to 2 ** 64 - 2: the kernel refuses the one number above
 * @throws       EAGAIN the counter would pass 2 ** 64 - 2, and is non-blocking · EINVAL `value` is
 *               2 ** 64 - 1 · EIO not 8 bytes: no eventfd; otherwise as `write`
 *
 * Blocks the thread while the counter has no room for `value`, unless EFD_NONBLOCK.
 * https://man7.org/linux/man-pages/man3/eventfd_write.3.html
 */
export function eventfd_write(fd: number, value: bigint | number): void {
  check(raw.eventfd_write(fd, value), 'eventfd_write');
}
