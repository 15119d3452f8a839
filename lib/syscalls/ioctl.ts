/** ioctl(2). */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import {
  FIOGETOWN,
  FIONREAD,
  SIOCATMARK,
  SIOCGPGRP,
  SIOCOUTQ,
  SIOCOUTQNSD,
} from '../structs/netdevice.js';

/** Requests whose only purpose is the int that they write. */
const readsInt = new Set<number>([
  FIONREAD,
  SIOCOUTQ,
  SIOCOUTQNSD,
  SIOCATMARK,
  FIOGETOWN,
  SIOCGPGRP,
]);

/**
 * ioctl(2) — a request to a socket that has no call of its own.
 *
 *     int ioctl(int fd, unsigned long request, ... argp)
 *
 * @param request  FIONREAD, SIOCATMARK, SIOCGIFINDEX, …; not one whose structure holds an address
 *                 (SIOCGIFCONF, SIOCETHTOOL, …), nor, with memory, one of other devices
 * @param arg      memory that the kernel reads and writes; a number for FIONBIO, FIOASYNC,
 *                 FIOSETOWN and SIOCSPGRP. FIONREAD, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK, FIOGETOWN
 *                 and SIOCGPGRP need none: the int that they write is then the result
 * @returns        that int, otherwise what the call returned (0)
 * @throws         EBADF · ENOTTY not a request of this descriptor · EINVAL · EFAULT no memory
 *                 given · ENODEV no such interface · EPERM
 *
 * https://man7.org/linux/man-pages/man2/ioctl.2.html
 */
export function ioctl(fd: number, request: number, arg?: number | Buf): number {
  if (arg !== undefined || !readsInt.has(request)) {
    return check(native.ioctl(fd, request, arg), 'ioctl');
  }
  const value = new Int32Array(1);
  check(native.ioctl(fd, request, value), 'ioctl');
  return value[0] as number;
}
