/** accept(2), accept4(2) and connect(2), as promises. */
import { ECONNABORTED, EINPROGRESS, ENOTCONN } from '../kernel/errno.js';
import type { SockAddr, SockAddrLike } from '../structs/sockaddr.js';
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from '../syscalls/epoll.js';
import { checkAddr, name, namelen, nameWritten } from '../syscalls/name.js';
import * as raw from '../syscalls/raw.js';
import { addressBytes, type Flags, flagBits, isOptions, type OrOptions } from './arguments.js';
import { opened } from './loop.js';
import { mustNotBlock, mustNotBlockUnlessDatagram } from './nonblock.js';
import { socketError } from './send.js';
import { begin, LATER, unlessAgain, type WaitOptions } from './wait.js';

/** A connection that was accepted. */
export interface Accepted {
  /** The new descriptor, the caller's to close. */
  fd: number;
  /** The peer's address. */
  addr: SockAddr;
}

function beginAccept(
  fd: number,
  syscall: string,
  flags: unknown,
  options: WaitOptions | undefined,
): Promise<Accepted> {
  const call = (): Accepted | typeof LATER => {
    const bits = flagBits(flags);
    mustNotBlock(fd, syscall);
    const result =
      syscall === 'accept' ? raw.accept(fd, name, namelen) : raw.accept4(fd, name, namelen, bits);
    const accepted = unlessAgain(result, syscall);
    if (accepted === LATER) return LATER;
    opened(accepted);
    return { fd: accepted, addr: nameWritten() };
  };
  const check = (): void => {
    flagBits(flags);
    mustNotBlock(fd, syscall);
  };
  return begin({ fd, events: EPOLLIN, syscall, call, check }, options);
}

/**
 * accept(2), as a promise.
 *
 * @param fd       a listener with O_NONBLOCK
 * @param options  { signal, timeout }
 * @returns        { fd, addr }. Linux does not inherit O_NONBLOCK: `accept4` sets it
 * @throws         as `accept` of `sockfd`, but for EAGAIN · EBADF also when `fd` is closed
 *                 meanwhile · the signal's reason · TimeoutError · TypeError no O_NONBLOCK
 */
export function accept(fd: number, options?: WaitOptions): Promise<Accepted> {
  return beginAccept(fd, 'accept', 0, options);
}

/**
 * accept4(2), as a promise.
 *
 * @param fd       a listener with O_NONBLOCK
 * @param flags    for the new descriptor: SOCK_NONBLOCK, SOCK_CLOEXEC
 * @param options  { signal, timeout }
 * @returns        { fd, addr }
 * @throws         as `accept`
 */
export function accept4(fd: number, ...rest: Flags): Promise<Accepted>;
export function accept4(
  fd: number,
  flags: OrOptions = 0,
  options?: WaitOptions,
): Promise<Accepted> {
  if (isOptions(flags)) return beginAccept(fd, 'accept4', 0, flags);
  return beginAccept(fd, 'accept4', flags, options);
}

/** Whether the connection has come about. Throws why it has not. */
function isConnected(fd: number, came: number, addr: SockAddrLike): boolean {
  checkAddr(socketError(fd), 'connect', addr);
  if ((came & EPOLLOUT) === 0 && (came & EPOLLHUP) === 0) return false;
  const result = raw.getpeername(fd, name, namelen);
  // Somebody else has fetched the error. The kernel's answer to a second connect is the same.
  if (result === -ENOTCONN && (came & (EPOLLHUP | EPOLLERR)) !== 0) {
    checkAddr(-ECONNABORTED, 'connect', addr);
  }
  return result === 0;
}

/**
 * connect(2), as a promise. What came of it is read from SO_ERROR. To give up (a signal, a timeout)
 * leaves the socket connecting: close it.
 *
 * @param fd       a socket with O_NONBLOCK; a datagram socket needs none
 * @param options  { signal, timeout }
 * @throws         as `connect` of `sockfd`, but for EINPROGRESS · EAGAIN the queue of an AF_UNIX
 *                 listener is full, and the kernel does not tell when it has room · EBADF also when
 *                 `fd` is closed meanwhile · ECONNABORTED it failed, and somebody else has read
 *                 why · the signal's reason · TimeoutError · TypeError no O_NONBLOCK
 */
export function connect(fd: number, addr: SockAddrLike, options?: WaitOptions): Promise<void> {
  const call = (came: number): undefined | typeof LATER => {
    if (came !== 0) return isConnected(fd, came, addr) ? undefined : LATER;
    const to = addressBytes(addr);
    mustNotBlockUnlessDatagram(fd, 'connect');
    const result = raw.connect(fd, to);
    if (result === -EINPROGRESS) return LATER;
    checkAddr(result, 'connect', addr);
    return undefined;
  };
  return begin({ fd, events: EPOLLOUT, syscall: 'connect', call, level: true }, options);
}
