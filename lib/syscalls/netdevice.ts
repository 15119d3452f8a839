/** Names and numbers of network interfaces: if_nametoindex(3). */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';

/** The size of an interface's name with its NUL. netdevice(7) */
export const IF_NAMESIZE = 16;

/**
 * if_nametoindex(3) — the number of a network interface.
 *
 * @param ifname  its name, at most 15 bytes: `'lo'`
 * @throws        ENODEV no such interface · ENOENT the C library could open no socket to ask with
 *
 * https://man7.org/linux/man-pages/man3/if_nametoindex.3.html
 */
export function if_nametoindex(ifname: string): number {
  return check(native.if_nametoindex(ifname), 'if_nametoindex');
}

/**
 * if_indextoname(3) — the name of a network interface.
 *
 * @throws  ENXIO no such interface · ENOENT the C library could open no socket to ask with
 *
 * https://man7.org/linux/man-pages/man3/if_nametoindex.3.html
 */
export function if_indextoname(ifindex: number): string {
  const ifname = new Uint8Array(IF_NAMESIZE);
  const length = check(native.if_indextoname(ifindex, ifname), 'if_indextoname');
  return Buffer.from(ifname.subarray(0, length)).toString();
}
