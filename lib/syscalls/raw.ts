/**
 * The raw form of every call: the addon's own functions, which return `-errno` and fill memory of
 * the caller's where C does so. Only those that take an address or a list of objects need a line
 * here, because encoding is TypeScript's.
 *
 * Where C writes a length through a pointer, the last argument is that pointer: a Uint32Array or
 * Int32Array whose first word receives it. `getsockname`, `getpeername` and `getsockopt` may go
 * without; the length is then what they return.
 */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { EAFNOSUPPORT, ENOSPC } from '../kernel/errno.js';
import { buffer, int32, isBuf, rangeError, string, typeError } from '../kernel/validate.js';
import { AF_INET, AF_INET6 } from '../structs/family.js';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../structs/inet.js';
import { decodeRevents, encodePollfds, type PollFd } from '../structs/pollfd.js';
import { type SockAddrLike, sockaddrBytes } from '../structs/sockaddr.js';

export const {
  accept,
  accept4,
  close,
  dup,
  dup2,
  dup3,
  fcntl,
  getpeername,
  getsockname,
  getsockopt,
  if_indextoname,
  if_nametoindex,
  ioctl,
  listen,
  mptcp_full_info,
  read,
  readv,
  recv,
  recvfrom,
  send,
  setsockopt,
  shutdown,
  socket,
  socketpair,
  write,
  writev,
} = native;

/** bind(2). @returns 0 or `-errno` */
export function bind(fd: number, addr: SockAddrLike): number {
  return native.bind(fd, sockaddrBytes(addr));
}

/** connect(2). Blocks as `connect` of `sockfd` does. @returns 0 or `-errno` */
export function connect(fd: number, addr: SockAddrLike): number {
  return native.connect(fd, sockaddrBytes(addr));
}

/** sendto(2). Blocks as `sendto` of `sockfd` does. @returns bytes sent, or `-errno` */
export function sendto(
  fd: number,
  buf: Buf | string,
  flags: number,
  addr: SockAddrLike | null,
  offset?: number,
  length?: number,
): number {
  const name = addr === null ? null : sockaddrBytes(addr);
  return native.sendto(fd, buf, flags, name, offset, length);
}

/**
 * poll(2), over objects or over the bytes of `struct pollfd[]`. Blocks as `poll` of `sockfd` does.
 * @returns how many have `revents`, or `-errno`
 */
export function poll(fds: readonly PollFd[] | Buf, timeout = -1): number {
  if (isBuf(fds)) return native.poll(fds, timeout);
  if (!Array.isArray(fds)) throw typeError('fds', 'must be an array of { fd, events }', fds);
  // A list of our own: reading an entry may change the caller's.
  const entries: PollFd[] = Array.from(fds);
  const bytes = encodePollfds(entries);
  const result = native.poll(bytes, timeout);
  decodeRevents(bytes, entries);
  return result;
}

/** How long a binary address of `af` is, or 0. */
function addressSize(af: number): number {
  if (int32(af, 'af') === AF_INET) return 4;
  return af === AF_INET6 ? 16 : 0;
}

/** inet_pton(3). @returns 1 and the address in `dst`, 0 when `src` is none, or -EAFNOSUPPORT */
export function inet_pton(af: number, src: string, dst: Buf): number {
  const size = addressSize(af);
  const out = buffer(dst, 'dst');
  const bytes = size === 4 ? parseIPv4(string(src, 'src')) : parseIPv6(string(src, 'src'));
  if (size === 0) return -EAFNOSUPPORT;
  if (out.byteLength < size) throw rangeError('dst', `must have ${size} bytes`, dst);
  if (bytes === undefined) return 0;
  out.set(bytes);
  return 1;
}

/** inet_ntop(3). @returns the length of the text in `dst`, -ENOSPC, or -EAFNOSUPPORT */
export function inet_ntop(af: number, src: Buf, dst: Buf): number {
  const size = addressSize(af);
  const bytes = buffer(src, 'src');
  const out = buffer(dst, 'dst');
  if (size === 0) return -EAFNOSUPPORT;
  if (bytes.byteLength < size) throw rangeError('src', `must have ${size} bytes`, src);
  const text = Buffer.from(`${size === 4 ? formatIPv4(bytes) : formatIPv6(bytes)}\0`);
  if (out.byteLength < text.byteLength) return -ENOSPC;
  out.set(text);
  return text.byteLength - 1;
}
