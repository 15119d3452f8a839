/** close_range(2). */
import { check } from '../kernel/error.js';
import * as raw from './raw.js';

/**
 * First give the calling thread a table of descriptors of its own. The other threads, Node's among
 * them, keep the old one. Linux 5.9. close_range(2)
 */
export const CLOSE_RANGE_UNSHARE = 2;
/** Set close-on-exec instead of closing. Linux 5.11. close_range(2) */
export const CLOSE_RANGE_CLOEXEC = 4;

/**
 * close_range(2) — close all descriptors in a range.
 *
 *     int close_range(unsigned int first, unsigned int last, int flags)
 *
 * Node has descriptors of its own from 3 on: its event loops stop working without them. What a
 * child is to inherit is chosen with CLOSE_RANGE_CLOEXEC.
 *
 * @param last   included; 0xffffffff is above them all
 * @param flags  CLOSE_RANGE_UNSHARE, CLOSE_RANGE_CLOEXEC
 * @throws       EINVAL `first` is greater than `last`, or unknown flags · EMFILE, ENOMEM with
 *               CLOSE_RANGE_UNSHARE · ENOSYS
 *
 * Since Linux 5.9. https://man7.org/linux/man-pages/man2/close_range.2.html
 */
export function close_range(first: number, last: number, flags = 0): void {
  check(raw.close_range(first, last, flags), 'close_range');
}
