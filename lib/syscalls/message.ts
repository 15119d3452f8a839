/** send(2), recv(2) and their families. */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { check } from '../kernel/error.js';
import type { SockAddr, SockAddrLike } from '../structs/sockaddr.js';
import { checkAddr, name, namelen, nameWritten } from './name.js';
import * as raw from './raw.js';

/** Send or receive out-of-band data. send(2), recv(2) */
export const MSG_OOB = 0x1;
/** Read without taking from the queue. recv(2) */
export const MSG_PEEK = 0x2;
/** Send to directly connected hosts only. send(2) */
export const MSG_DONTROUTE = 0x4;
/** The same, by its other name. send(2) */
export const MSG_TRYHARD = 0x4;
/** Returned: control data did not fit. recv(2) */
export const MSG_CTRUNC = 0x8;
/** Reserved. */
export const MSG_PROXY = 0x10;
/** Given to recv: return the datagram's real length. Returned: it did not fit. recv(2) */
export const MSG_TRUNC = 0x20;
/** Non-blocking for this call. send(2), recv(2) */
export const MSG_DONTWAIT = 0x40;
/** End of a record. send(2), recv(2) */
export const MSG_EOR = 0x80;
/** Wait until the buffer is full. recv(2) */
export const MSG_WAITALL = 0x100;
/** The kernel's own: a FIN. */
export const MSG_FIN = 0x200;
/** The kernel's own: a SYN. */
export const MSG_SYN = 0x400;
/** Tell the neighbour layer that the peer answered. send(2) */
export const MSG_CONFIRM = 0x800;
/** The kernel's own: a RST. */
export const MSG_RST = 0x1000;
/** Read from the error queue. recv(2) */
export const MSG_ERRQUEUE = 0x2000;
/** No SIGPIPE when the peer has closed: EPIPE only. Node ignores SIGPIPE anyway. send(2) */
export const MSG_NOSIGNAL = 0x4000;
/** More is to come: hold a partial segment or datagram back. send(2) */
export const MSG_MORE = 0x8000;
/** recvmmsg: wait for the first message only. recvmmsg(2) */
export const MSG_WAITFORONE = 0x10000;
/** sendmmsg: more messages follow. sendmmsg(2) */
export const MSG_BATCH = 0x40000;
/** Receive into device memory. Linux 6.12. */
export const MSG_SOCK_DEVMEM = 0x2000000;
/** Send from the pages of the caller: refused, as nothing holds them yet. Linux 4.14. send(2) */
export const MSG_ZEROCOPY = 0x4000000;
/** Connect and send in the SYN: TCP Fast Open. Linux 3.7. sendto(2) */
export const MSG_FASTOPEN = 0x20000000;
/** Received descriptors close on execve. recvmsg(2) */
export const MSG_CMSG_CLOEXEC = 0x40000000;

/**
 * send(2) — send on a connected socket.
 *
 *     ssize_t send(int fd, const void *buf, size_t len, int flags)
 *
 * @param buf     memory, or a string as UTF-8
 * @param flags   MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE, …
 * @param offset  first byte to send
 * @param length  how many; the rest of `buf` when absent
 * @returns       bytes queued; on a stream that may be fewer than `length`
 * @throws        EAGAIN full and non-blocking · ECONNRESET · EPIPE shut down here or closed there ·
 *                ENOTCONN · EDESTADDRREQ · EMSGSIZE datagram too large · ECONNREFUSED an earlier
 *                datagram was refused · EINTR · ENOBUFS · EBADF · ENOTSOCK
 *
 * Blocks the thread while the send buffer is full, unless O_NONBLOCK or MSG_DONTWAIT.
 * https://man7.org/linux/man-pages/man2/send.2.html
 */
export function send(
  fd: number,
  buf: Buf | string,
  flags = 0,
  offset?: number,
  length?: number,
): number {
  const result =
    offset === undefined && length === undefined
      ? native.send(fd, buf, flags)
      : native.send(fd, buf, flags, offset, length);
  return check(result, 'send');
}

/**
 * recv(2) — receive from a socket.
 *
 *     ssize_t recv(int fd, void *buf, size_t len, int flags)
 *
 * @param buf     receives the bytes; what does not fit of a datagram is lost
 * @param flags   MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC, …
 * @param offset  where in `buf` the first byte goes
 * @param length  how many at most; the rest of `buf` when absent
 * @returns       bytes received; 0 is the end of a stream, or an empty datagram
 * @throws        EAGAIN nothing queued and non-blocking, or SO_RCVTIMEO over · ECONNRESET ·
 *                ECONNREFUSED an earlier datagram was refused · ENOTCONN · EINTR · EBADF · ENOTSOCK
 *
 * Blocks the thread until something is queued, unless O_NONBLOCK or MSG_DONTWAIT.
 * https://man7.org/linux/man-pages/man2/recv.2.html
 */
export function recv(fd: number, buf: Buf, flags = 0, offset?: number, length?: number): number {
  const result =
    offset === undefined && length === undefined
      ? native.recv(fd, buf, flags)
      : native.recv(fd, buf, flags, offset, length);
  return check(result, 'recv');
}

/**
 * sendto(2) — send a datagram to an address.
 *
 *     ssize_t sendto(int fd, const void *buf, size_t len, int flags,
 *                    const struct sockaddr *addr, socklen_t addrlen)
 *
 * @param buf     memory, or a string as UTF-8
 * @param addr    where to; null as in C sends to the connected peer
 * @param offset  first byte to send
 * @param length  how many; the rest of `buf` when absent
 * @returns       bytes sent
 * @throws        EISCONN a stream is connected already · EACCES broadcast without SO_BROADCAST ·
 *                ENETUNREACH; otherwise as `send`
 *
 * Blocks the thread while the send buffer is full, unless O_NONBLOCK or MSG_DONTWAIT.
 * https://man7.org/linux/man-pages/man2/send.2.html
 */
export function sendto(
  fd: number,
  buf: Buf | string,
  flags: number,
  addr: SockAddrLike | null,
  offset?: number,
  length?: number,
): number {
  const result = raw.sendto(fd, buf, flags, addr, offset, length);
  return addr === null ? check(result, 'sendto') : checkAddr(result, 'sendto', addr);
}

/**
 * recvfrom(2) — receive, and learn who sent it.
 *
 *     ssize_t recvfrom(int fd, void *buf, size_t len, int flags,
 *                      struct sockaddr *addr, socklen_t *addrlen)
 *
 * @returns  bytes received, and the sender. A kernel that tells no sender (a stream, an AF_UNIX
 *           socket without a name) gives `{ family: AF_UNSPEC }`
 * @throws   as `recv`
 *
 * Blocks the thread until something is queued, unless O_NONBLOCK or MSG_DONTWAIT.
 * https://man7.org/linux/man-pages/man2/recv.2.html
 */
export function recvfrom(
  fd: number,
  buf: Buf,
  flags = 0,
  offset?: number,
  length?: number,
): { bytes: number; addr: SockAddr } {
  const result = native.recvfrom(fd, buf, flags, name, namelen, offset, length);
  const bytes = check(result, 'recvfrom');
  return { bytes, addr: nameWritten() };
}
