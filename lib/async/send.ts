/** send(2), sendto(2) and sendmsg(2), as promises. */
import type { Buf } from '../kernel/bytes.js';
import { EAGAIN, EINPROGRESS } from '../kernel/errno.js';
import { buffer, object } from '../kernel/validate.js';
import { controlBytes } from '../structs/cmsg.js';
import { AF_UNIX } from '../structs/family.js';
import type { Message } from '../structs/msghdr.js';
import type { SockAddrLike } from '../structs/sockaddr.js';
import { SO_ERROR, SOL_SOCKET } from '../structs/socket.js';
import { EPOLLOUT } from '../syscalls/epoll.js';
import { MSG_FASTOPEN } from '../syscalls/message.js';
import { checkAddr } from '../syscalls/name.js';
import * as raw from '../syscalls/raw.js';
import {
  addressBytes,
  checkPart,
  dontwait,
  type Flags,
  type FlagsPart,
  isOptions,
  listOf,
  type OrOptions,
  type Part,
} from './arguments.js';
import { type Attempt, begin, LATER, unlessAgain, type WaitOptions } from './wait.js';

/** One object and no closures, of which there would be three for each call. */
class Sending implements Attempt<number> {
  readonly fd: number;
  readonly events = EPOLLOUT;
  readonly syscall = 'send';
  private readonly buf: Buf | string;
  private readonly flags: unknown;
  private readonly offset: number | undefined;
  private readonly length: number | undefined;

  constructor(
    fd: number,
    buf: Buf | string,
    flags: unknown,
    offset: number | undefined,
    length: number | undefined,
  ) {
    this.fd = fd;
    this.buf = buf;
    this.flags = flags;
    this.offset = offset;
    this.length = length;
  }

  call(): number | typeof LATER {
    const { fd, buf, offset, length } = this;
    const flags = dontwait(this.flags);
    const result =
      offset === undefined && length === undefined
        ? raw.send(fd, buf, flags)
        : raw.send(fd, buf, flags, offset, length);
    return unlessAgain(result, 'send');
  }

  check(): void {
    checkPart(this.buf, this.offset, this.length, true);
    dontwait(this.flags);
  }
}

/**
 * send(2), as a promise.
 *
 * @param buf      memory, which stays as it is until the promise is settled; or text
 * @param options  { signal, timeout }; in the place of any argument from `flags` on
 * @returns        bytes queued; on a stream that may be fewer than `length`
 * @throws         as `send` of `sockfd`, but for EAGAIN · EBADF also when `fd` is closed
 *                 meanwhile · the signal's reason · TimeoutError
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function send(fd: number, buf: Buf | string, ...rest: FlagsPart): Promise<number>;
export function send(
  fd: number,
  buf: Buf | string,
  flags: OrOptions = 0,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(flags)) return send(fd, buf, 0, undefined, undefined, flags);
  if (isOptions(offset)) return send(fd, buf, flags, undefined, undefined, offset);
  if (isOptions(length)) return send(fd, buf, flags, offset, undefined, length);
  return begin(new Sending(fd, buf, flags, offset, length), options);
}

const word = new Int32Array(1);

/** The error of a connection that failed, or 0. */
export function socketError(fd: number): number {
  const result = raw.getsockopt(fd, SOL_SOCKET, SO_ERROR, word);
  return result < 0 ? result : -(word[0] ?? 0);
}

/** A call that sends to an address. */
interface Addressed {
  syscall: string;
  addr: SockAddrLike | null;
  flags: unknown;
  /** Makes the call. */
  send: (flags: number, to: Uint8Array | null) => number;
  /** Throws for what `send` would refuse. */
  check: () => void;
}

function beginTo(
  fd: number,
  { syscall, addr, flags, send, check }: Addressed,
  options: WaitOptions | undefined,
): Promise<number> {
  let to: Uint8Array | null = null;
  let given = 0;
  let isConnecting = false;
  const prepare = (): void => {
    given = dontwait(flags);
    to = addr === null ? null : addressBytes(addr, syscall === 'sendmsg' ? 'msg.name' : 'addr');
  };
  const answer = (result: number, came: number): number | typeof LATER => {
    // On AF_UNIX, EPOLLOUT is told when the queue of the addressed socket is full: nobody tells
    // when it is not, so that EAGAIN is the answer.
    if (result === -EAGAIN && (came === 0 || to?.[0] !== AF_UNIX)) return LATER;
    return addr === null ? unlessAgain(result, syscall) : checkAddr(result, syscall, addr);
  };
  const call = (came: number): number | typeof LATER => {
    if (came === 0) prepare();
    // MSG_FASTOPEN has sent a SYN without data: these go by an ordinary call.
    if (isConnecting) [to, given] = [null, given & ~MSG_FASTOPEN];
    const result = send(given, to);
    isConnecting = result === -EINPROGRESS;
    return isConnecting ? LATER : answer(result, came);
  };
  const checkAll = (): void => {
    check();
    prepare();
  };
  return begin({ fd, events: EPOLLOUT, syscall, call, check: checkAll, level: true }, options);
}

/**
 * sendto(2), as a promise. With MSG_FASTOPEN it waits for the connection, where the data could not
 * go with the SYN.
 *
 * @param addr     where to; null as in C sends to the connected peer
 * @param options  { signal, timeout }; in the place of any argument from `offset` on
 * @returns        bytes sent
 * @throws         as `send` · EAGAIN the queue of another AF_UNIX socket is full, and the kernel
 *                 does not tell when it has room
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function sendto(
  fd: number,
  buf: Buf | string,
  flags: number,
  addr: SockAddrLike | null,
  ...rest: Part
): Promise<number>;
export function sendto(
  fd: number,
  buf: Buf | string,
  flags: number,
  addr: SockAddrLike | null,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(offset)) return sendto(fd, buf, flags, addr, undefined, undefined, offset);
  if (isOptions(length)) return sendto(fd, buf, flags, addr, offset, undefined, length);
  const addressed = {
    syscall: 'sendto',
    addr,
    flags,
    send: (given: number, to: Uint8Array | null) => {
      return raw.sendto(fd, buf, given, to, offset, length);
    },
    check: () => checkPart(buf, offset, length, true),
  };
  return beginTo(fd, addressed, options);
}

/**
 * sendmsg(2), as a promise.
 *
 * @param msg  as of `sockfd`: { name?, iov, control? }. The memory of `iov` stays as it is until
 *             the promise is settled; the descriptors in `control` stay open
 * @returns    bytes sent; on a stream that may be fewer than given
 * @throws     as `sendmsg` of `sockfd`, and as `sendto`
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function sendmsg(fd: number, msg: Message, ...rest: Flags): Promise<number>;
export function sendmsg(
  fd: number,
  msg: Message,
  flags: OrOptions = 0,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(flags)) return sendmsg(fd, msg, 0, flags);
  try {
    const { name = null, iov, control = null } = object(msg, 'msg') as unknown as Message;
    const list = listOf(iov, 'msg.iov');
    const bytes =
      control === null ? null : buffer(controlBytes(control, 'msg.control'), 'msg.control').slice();
    const addressed = {
      syscall: 'sendmsg',
      addr: name,
      flags,
      send: (given: number, to: Uint8Array | null) => {
        return raw.sendmsg(fd, { name: to, iov: list, control: bytes }, given);
      },
      check: () => undefined,
    };
    return beginTo(fd, addressed, options);
  } catch (error) {
    return Promise.reject(error);
  }
}
