/** recv(2), recvfrom(2) and recvmsg(2), as promises. */
import type { Buf } from '../kernel/bytes.js';
import { integer, object } from '../kernel/validate.js';
import { receivedControl } from '../structs/cmsg.js';
import type { MessageRoom, MsgHdr, ReceivedMessage } from '../structs/msghdr.js';
import { decodeSockaddr, type SockAddr } from '../structs/sockaddr.js';
import { EPOLLIN, EPOLLPRI } from '../syscalls/epoll.js';
import { MSG_ERRQUEUE, MSG_OOB } from '../syscalls/message.js';
import { name, namelen, nameWritten } from '../syscalls/name.js';
import * as raw from '../syscalls/raw.js';
import {
  checkPart,
  dontwait,
  type Flags,
  type FlagsPart,
  isOptions,
  listOf,
  type OrOptions,
} from './arguments.js';
import { type Attempt, begin, LATER, unlessAgain, type WaitOptions } from './wait.js';

/** What to wait for: urgent data and the error queue are told in other ways than data. */
function eventsOf(flags: unknown): number {
  if (typeof flags !== 'number' || (flags & (MSG_OOB | MSG_ERRQUEUE)) === 0) return EPOLLIN;
  // An error is told whether asked for or not.
  return (flags & MSG_ERRQUEUE) !== 0 ? 0 : EPOLLPRI;
}

/** One object and no closures, of which there would be three for each call. */
class Receiving implements Attempt<number> {
  readonly fd: number;
  readonly events: number;
  readonly syscall = 'recv';
  private readonly buf: Buf;
  private readonly flags: unknown;
  private readonly offset: number | undefined;
  private readonly length: number | undefined;

  constructor(
    fd: number,
    buf: Buf,
    flags: unknown,
    offset: number | undefined,
    length: number | undefined,
  ) {
    this.fd = fd;
    this.events = eventsOf(flags);
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
        ? raw.recv(fd, buf, flags)
        : raw.recv(fd, buf, flags, offset, length);
    return unlessAgain(result, 'recv');
  }

  check(): void {
    checkPart(this.buf, this.offset, this.length);
    dontwait(this.flags);
  }
}

/**
 * recv(2), as a promise.
 *
 * @param buf      receives the bytes, when the promise is resolved and not before
 * @param flags    as of `sockfd`. MSG_WAITALL waits for the first bytes only
 * @param options  { signal, timeout }; in the place of any argument from `flags` on
 * @returns        bytes received; 0 is the end of a stream, or an empty datagram
 * @throws         as `recv` of `sockfd`, but for EAGAIN · EBADF also when `fd` is closed
 *                 meanwhile · the signal's reason · TimeoutError
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function recv(fd: number, buf: Buf, ...rest: FlagsPart): Promise<number>;
export function recv(
  fd: number,
  buf: Buf,
  flags: OrOptions = 0,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(flags)) return recv(fd, buf, 0, undefined, undefined, flags);
  if (isOptions(offset)) return recv(fd, buf, flags, undefined, undefined, offset);
  if (isOptions(length)) return recv(fd, buf, flags, offset, undefined, length);
  return begin(new Receiving(fd, buf, flags, offset, length), options);
}

/**
 * recvfrom(2), as a promise.
 *
 * @returns  bytes received, and the sender
 * @throws   as `recv`
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function recvfrom(
  fd: number,
  buf: Buf,
  ...rest: FlagsPart
): Promise<{ bytes: number; addr: SockAddr }>;
export function recvfrom(
  fd: number,
  buf: Buf,
  flags: OrOptions = 0,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<{ bytes: number; addr: SockAddr }> {
  if (isOptions(flags)) return recvfrom(fd, buf, 0, undefined, undefined, flags);
  if (isOptions(offset)) return recvfrom(fd, buf, flags, undefined, undefined, offset);
  if (isOptions(length)) return recvfrom(fd, buf, flags, offset, undefined, length);
  const call = (): { bytes: number; addr: SockAddr } | typeof LATER => {
    const result = raw.recvfrom(fd, buf, dontwait(flags), name, namelen, offset, length);
    const bytes = unlessAgain(result, 'recvfrom');
    return bytes === LATER ? LATER : { bytes, addr: nameWritten() };
  };
  const check = (): void => {
    checkPart(buf, offset, length);
    dontwait(flags);
  };
  return begin({ fd, events: eventsOf(flags), syscall: 'recvfrom', call, check }, options);
}

/** recvmsg(2) once; `iov` and `control` are ours, and stay as they are. */
export function receive(
  fd: number,
  { iov, control }: { iov: Buf[]; control: Uint8Array | null },
  flags: number,
): ReceivedMessage | typeof LATER {
  const header: MsgHdr = { name, iov, control };
  const bytes = unlessAgain(raw.recvmsg(fd, header, flags), 'recvmsg');
  if (bytes === LATER) return LATER;
  const { namelen: length = 0, controllen = 0, flags: msgFlags = 0 } = header;
  return raw.kept(control, [controllen], 1, () => ({
    bytes,
    name: decodeSockaddr(name.subarray(0, length)),
    control: control === null ? [] : receivedControl(control, controllen, msgFlags),
    flags: msgFlags,
  }));
}

/** The room for a message, which nobody changes while the call waits. */
function roomOf(msg: MessageRoom): { iov: Buf[]; control: Uint8Array | null } {
  const { iov, controlLength = 0 } = object(msg, 'msg') as unknown as MessageRoom;
  const list = listOf(iov, 'msg.iov');
  integer(controlLength, 'msg.controlLength', 0, raw.maxControl);
  return { iov: list, control: controlLength === 0 ? null : new Uint8Array(controlLength) };
}

/**
 * recvmsg(2), as a promise. With MSG_ERRQUEUE it waits until there is something in the error queue.
 *
 * @param msg    as of `sockfd`: { iov, controlLength? }
 * @returns      as `recvmsg` of `sockfd`
 * @throws       as `recv`
 *
 * Blocks nothing: O_NONBLOCK is not needed, as the call is made with MSG_DONTWAIT.
 */
export function recvmsg(fd: number, msg: MessageRoom, ...rest: Flags): Promise<ReceivedMessage>;
export function recvmsg(
  fd: number,
  msg: MessageRoom,
  flags: OrOptions = 0,
  options?: WaitOptions,
): Promise<ReceivedMessage> {
  if (isOptions(flags)) return recvmsg(fd, msg, 0, flags);
  let room: ReturnType<typeof roomOf> | undefined;
  const check = (): void => {
    room = roomOf(msg);
    dontwait(flags);
  };
  const call = (): ReceivedMessage | typeof LATER => {
    room ??= roomOf(msg);
    return receive(fd, room, dontwait(flags));
  };
  return begin({ fd, events: eventsOf(flags), syscall: 'recvmsg', call, check }, options);
}
