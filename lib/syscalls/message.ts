/** send(2), recv(2) and their families. */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { check, SystemError } from '../kernel/error.js';
import { integer, object } from '../kernel/validate.js';
import { receivedControl } from '../structs/cmsg.js';
import type { Message, MessageRoom, MessageSlot, ReceivedMessage } from '../structs/msghdr.js';
import { MsgVec } from '../structs/msgvec.js';
import type { SockAddr, SockAddrLike } from '../structs/sockaddr.js';
import type { Timespec } from '../structs/timespec.js';
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
/** Send from the pages of the caller: see `zerocopyBuffer`. Linux 4.14. send(2) */
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

/**
 * sendmsg(2) — send a message of several parts, with an address and control messages.
 *
 *     ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
 *
 * @param msg    { name?, iov, control? }: where to, the data, the control messages
 * @param flags  MSG_DONTWAIT, MSG_NOSIGNAL, MSG_ZEROCOPY, …
 * @returns      bytes sent; on a stream that may be fewer than given, and the control messages went
 *               with the first of them
 * @throws       EINVAL a control message that the socket does not take · EBADF also a descriptor in
 *               SCM_RIGHTS · ETOOMANYREFS too many descriptors under way · EPERM credentials of
 *               somebody else · EMSGSIZE; otherwise as `sendto`
 *
 * Blocks the thread while the send buffer is full, unless O_NONBLOCK or MSG_DONTWAIT.
 * https://man7.org/linux/man-pages/man2/send.2.html
 */
export function sendmsg(fd: number, msg: Message, flags = 0): number {
  return checkMessage(raw.sendmsg(fd, msg, flags), 'sendmsg', msg);
}

/** `result`, or the SystemError that names where `msg` was to go. */
function checkMessage(result: number, syscall: string, msg?: Pick<Message, 'name'>): number {
  if (result >= 0) return result;
  const { name = null } = msg ?? {};
  return name === null ? check(result, syscall) : checkAddr(result, syscall, name);
}

/**
 * recvmsg(2) — receive a message: its data, who sent it, and the control messages with it.
 *
 *     ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
 *
 * Descriptors that came are in `control` (SCM_RIGHTS, SCM_PIDFD), as many as there was room for,
 * and are the caller's to close. The kernel closes the others, and says MSG_CTRUNC. As control data
 * is aligned to 8 bytes, there may be one more than `CMSG_SPACE` was told.
 *
 * @param msg    { iov, controlLength? }: memory for the data, and how many bytes of control data to
 *               make room for: a sum of `CMSG_SPACE(…)`, 0 by default
 * @param flags  MSG_PEEK, MSG_DONTWAIT, MSG_TRUNC, MSG_ERRQUEUE, MSG_CMSG_CLOEXEC, …
 * @returns      { bytes, name, control, flags }. In `flags`, MSG_TRUNC says that data did not fit,
 *               MSG_CTRUNC that control data did not
 * @throws       as `recv`; EAGAIN also when MSG_ERRQUEUE finds the queue empty
 *
 * Blocks the thread until something is queued, unless O_NONBLOCK, MSG_DONTWAIT or MSG_ERRQUEUE.
 * https://man7.org/linux/man-pages/man2/recv.2.html
 */
export function recvmsg(fd: number, msg: MessageRoom, flags = 0): ReceivedMessage {
  const { iov, controlLength = 0 } = object(msg, 'msg') as unknown as MessageRoom;
  integer(controlLength, 'msg.controlLength', 0, raw.maxControl);
  const control = controlLength === 0 ? null : new Uint8Array(controlLength);
  const bytes = check(native.recvmsg(fd, iov, flags, name, control, raw.told), 'recvmsg');
  namelen[0] = raw.told[0] ?? 0;
  const controllen = raw.told[1] ?? 0;
  const msgFlags = raw.told[2] ?? 0;
  return raw.kept(control, [controllen], 1, () => ({
    bytes,
    name: nameWritten(),
    control: control === null ? [] : receivedControl(control, controllen, msgFlags),
    flags: msgFlags,
  }));
}

/**
 * sendmmsg(2) — send several messages by one call.
 *
 *     int sendmmsg(int fd, struct mmsghdr *msgvec, unsigned int vlen, int flags)
 *
 * The kernel stops at the first message that fails. When others went before it, it tells how many
 * and not why: the call that begins with that message, `sendmmsg(fd, msgs, flags, n)`, gets the
 * error. (One that a socket reports once, such as ECONNREFUSED of an earlier datagram, is spent by
 * then: IP_RECVERR keeps it in the error queue.)
 *
 * @param msgs    messages, or a MsgVec for hot loops; the kernel takes at most 1024
 * @param offset  the first message to send
 * @param length  how many; the rest when absent
 * @returns       how many were sent. In a MsgVec, `len` says how much of each
 * @throws        as `sendmsg`, when the first message could not be sent
 *
 * Blocks the thread while the send buffer is full, unless O_NONBLOCK or MSG_DONTWAIT.
 * Since Linux 3.0. https://man7.org/linux/man-pages/man2/sendmmsg.2.html
 */
export function sendmmsg(
  fd: number,
  msgs: MsgVec | readonly Message[],
  flags = 0,
  offset = 0,
  length?: number,
): number {
  const result = raw.sendmmsg(fd, msgs, flags, offset, length);
  if (result >= 0) return result;
  if (!(msgs instanceof MsgVec)) return checkMessage(result, 'sendmmsg', msgs[offset]);
  return checkMessage(result, 'sendmmsg', msgs.namelen[offset] ? { name: msgs.name(offset) } : {});
}

/**
 * recvmmsg(2) — receive several messages by one call.
 *
 *     int recvmmsg(int fd, struct mmsghdr *msgvec, unsigned int vlen, int flags,
 *                  struct timespec *timeout)
 *
 * An error after the first message is kept by the socket, for the next call. Descriptors that came
 * are the caller's to close, as with `recvmsg`.
 *
 * @param msgs     room for messages, into which the results are written: `bytes`, `name`,
 *                 `control`, `flags`. Or a MsgVec, for hot loops
 * @param flags    as `recvmsg`, and MSG_WAITFORONE: do not wait once there is one
 * @param timeout  a timespec, or milliseconds; null for none. The kernel looks at it only when a
 *                 message has arrived: with fewer messages than wanted and none to come, the call
 *                 blocks for ever, whatever the timeout. SO_RCVTIMEO or MSG_WAITFORONE bound that
 * @param offset   the first to receive into
 * @param length   how many; the rest when absent
 * @returns        how many were received
 * @throws         as `recvmsg`, when there was no first message
 *
 * Blocks the thread until all are received, unless O_NONBLOCK, MSG_DONTWAIT or MSG_WAITFORONE.
 * Since Linux 2.6.33. https://man7.org/linux/man-pages/man2/recvmmsg.2.html
 */
export function recvmmsg(
  fd: number,
  msgs: MsgVec | readonly MessageSlot[],
  flags = 0,
  timeout: Timespec | number | null = null,
  offset = 0,
  length?: number,
): number {
  return check(raw.recvmmsg(fd, msgs, flags, timeout, offset, length), 'recvmmsg');
}

/**
 * Memory for MSG_ZEROCOPY, of pages of its own.
 *
 * The kernel sends from the pages themselves, until a notification in the error queue says that it
 * has done so: before that, what is written to them may be sent. Given up meanwhile (collected, its
 * worker ended), they leave this process but stay with the kernel until then. Memory of any other
 * kind would be handed to somebody else, so the bytes of other memory are first copied to such
 * pages: right all the same, and no faster than without MSG_ZEROCOPY.
 *
 * @param size  bytes
 * @throws      ENOMEM
 */
export function zerocopyBuffer(size: number): ArrayBuffer {
  const result = native.zerocopyBuffer(size);
  if (typeof result === 'number') throw new SystemError(result, 'mmap');
  return result;
}
