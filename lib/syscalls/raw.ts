/**
 * The raw form of every call: the addon's own functions, which return `-errno` and fill memory of
 * the caller's where C does so. Only those that take an address or a list of objects need a line
 * here, or in ./raw_event.ts, because encoding is TypeScript's.
 *
 * Where C writes a length through a pointer, the last argument is that pointer: a Uint32Array or
 * Int32Array whose first word receives it. `getsockname`, `getpeername` and `getsockopt` may go
 * without; the length is then what they return.
 */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { EAFNOSUPPORT, ENOSPC } from '../kernel/errno.js';
import {
  buffer,
  int32,
  integer,
  object,
  rangeError,
  string,
  typeError,
} from '../kernel/validate.js';
import { controlBytes, eachDescriptor, receivedControl } from '../structs/cmsg.js';
import { AF_INET, AF_INET6 } from '../structs/family.js';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../structs/inet.js';
import type { Message, MessageSlot, MsgHdr } from '../structs/msghdr.js';
import { MsgVec } from '../structs/msgvec.js';
import { decodeSockaddr, type SockAddrLike, sockaddrBytes } from '../structs/sockaddr.js';
import { type Timespec, timespecBytes } from '../structs/timespec.js';
import { name } from './name.js';

export { close, close_range, dup2, dup3 } from './raw_close.js';
export {
  epoll_ctl,
  epoll_pwait,
  epoll_pwait2,
  epoll_wait,
  eventfd_read,
  eventfd_write,
  poll,
  ppoll,
  pselect,
  select,
  signalfd,
  sigprocmask,
  timerfd_settime,
} from './raw_event.js';

export const {
  clock_gettime,
  epoll_create,
  epoll_create1,
  eventfd,
  memfd_create,
  pidfd_getfd,
  pidfd_open,
  pidfd_send_signal,
  pipe,
  pipe2,
  timerfd_create,
  timerfd_gettime,
} = native;

export const {
  accept,
  accept4,
  dup,
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
  sendfile,
  setsockopt,
  shutdown,
  socket,
  socketpair,
  splice,
  tcp_zerocopy_receive,
  tee,
  write,
  writev,
  zerocopyBuffer,
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
  const to = addr === null ? null : sockaddrBytes(addr);
  return native.sendto(fd, buf, flags, to, offset, length);
}

/** sendmsg(2). Blocks as `sendmsg` of `sockfd` does. @returns bytes sent, or `-errno` */
export function sendmsg(fd: number, msg: Message, flags = 0): number {
  const { name = null, iov, control = null } = object(msg, 'msg') as unknown as Message;
  const addr = name === null ? null : sockaddrBytes(name, 'msg.name');
  const bytes = control === null ? null : controlBytes(control, 'msg.control');
  return native.sendmsg(fd, iov, flags, addr, bytes);
}

/** What recvmsg(2) tells: msg_namelen, msg_controllen, msg_flags. */
export const told: Uint32Array = new Uint32Array(3);

/**
 * recvmsg(2), into memory of `msg`, which then says how much of it was used. Blocks as `recvmsg` of
 * `sockfd` does. Descriptors that came are in the control data: `decodeControl` shows them.
 * @returns bytes received, or `-errno`
 */
export function recvmsg(fd: number, msg: MsgHdr, flags = 0): number {
  const { name = null, iov, control = null } = object(msg, 'msg') as unknown as MsgHdr;
  const bytes = control === null ? null : buffer(control, 'msg.control');
  const result = native.recvmsg(fd, iov, flags, name, control, told);
  if (result < 0) return result;
  const namelen = told[0] ?? 0;
  const controllen = told[1] ?? 0;
  const msgFlags = told[2] ?? 0;
  return kept(bytes, [controllen], 1, () => {
    msg.namelen = namelen;
    msg.controllen = controllen;
    msg.flags = msgFlags;
    return result;
  });
}

/**
 * Does what is left to do once messages are here. When that fails, nobody would close the
 * descriptors that came with them, so this does: `control` has slots of equal size, one for each of
 * `count` messages, and `lengths` says how much of each has control messages.
 */
export function kept<T>(
  control: Uint8Array | null,
  lengths: ArrayLike<number>,
  count: number,
  body: () => T,
  size = 0,
): T {
  try {
    return body();
  } catch (error) {
    for (let i = 0; control !== null && i < count; i++) {
      const at = i * size;
      eachDescriptor(control, at, at + (lengths[i] ?? 0), native.close);
    }
    throw error;
  }
}

/**
 * sendmmsg(2). Blocks as `sendmmsg` of `sockfd` does.
 * @returns how many messages were sent, or `-errno`
 */
export function sendmmsg(
  fd: number,
  msgs: MsgVec | readonly Message[],
  flags = 0,
  offset = 0,
  length?: number,
): number {
  if (msgs instanceof MsgVec) {
    const { data, lengths } = msgs;
    const names = namesOf(msgs);
    const control = controlOf(msgs);
    return native.sendmmsg(fd, flags, data, lengths, names, control, offset, length);
  }
  // All that may run code of the caller's comes before any memory is looked at.
  const given = chosen(msgs, offset, length, UIO_MAXIOV).map(([msg, argument]) => {
    const { name = null, iov, control = null } = object(msg, argument) as unknown as Message;
    return {
      argument,
      iov: listOf(iov, `${argument}.iov`),
      name: name === null ? nothing : sockaddrBytes(name, `${argument}.name`),
      control: control === null ? nothing : controlBytes(control, `${argument}.control`),
    };
  });
  const names = slots(given.map(({ name, argument }) => buffer(name, `${argument}.name`)));
  const control = slots(given.map((each) => buffer(each.control, `${each.argument}.control`)));
  const lengths = Uint32Array.from([
    ...given.map(({ iov }) => iov.length),
    ...names.lengths,
    ...control.lengths,
    ...given.map(() => 0),
  ]);
  const iov = given.flatMap((each) => views(each.iov, `${each.argument}.iov`));
  return native.sendmmsg(fd, flags, iov, lengths, names.all, control.all, 0, given.length);
}

/**
 * recvmmsg(2). The rest of `timeout` is left in it where it is bytes. Blocks as `recvmmsg` of
 * `sockfd` does.
 * @returns how many messages were received, or `-errno`
 */
export function recvmmsg(
  fd: number,
  msgs: MsgVec | readonly MessageSlot[],
  flags = 0,
  timeout: Timespec | number | Buf | null = null,
  offset = 0,
  length?: number,
): number {
  const limit = timespecBytes(timeout, 'timeout');
  if (msgs instanceof MsgVec) {
    const { data, lengths } = msgs;
    const names = namesOf(msgs);
    const control = controlOf(msgs);
    return native.recvmmsg(fd, flags, data, lengths, names, control, offset, length, limit);
  }
  const given = chosen(msgs, offset, length, maxRooms).map(([entry, argument]) => {
    const { iov, controlLength = 0 } = object(entry, argument) as unknown as MessageSlot;
    const room = integer(controlLength, `${argument}.controlLength`, 0, maxControl);
    return { entry, iov: listOf(iov, `${argument}.iov`), argument, room };
  });
  const count = given.length;
  const size = given.reduce((max, { room }) => Math.max(max, room), 0);
  const names = new Uint8Array(count * name.byteLength);
  const control = new Uint8Array(count * size);
  const lengths = Uint32Array.from([
    ...given.map(({ iov }) => iov.length),
    ...given.map(() => name.byteLength),
    ...given.map(({ room }) => room),
    ...given.map(() => 0),
  ]);
  const told = (column: number, i: number): number => lengths[column * count + i] ?? 0;
  const controllens = lengths.subarray(2 * count, 3 * count);
  const iov = given.flatMap((each) => views(each.iov, `${each.argument}.iov`));
  const done = native.recvmmsg(fd, flags, iov, lengths, names, control, 0, count, limit);
  if (done <= 0) return done;
  const tell = (): number => {
    for (const [i, { entry, room }] of given.slice(0, done).entries()) {
      const at = i * name.byteLength;
      entry.bytes = told(0, i);
      entry.name = decodeSockaddr(names.subarray(at, at + told(1, i)));
      entry.flags = told(3, i);
      const slot = control.subarray(i * size, i * size + room);
      entry.control = receivedControl(slot, told(2, i), entry.flags);
    }
    return done;
  };
  return kept(control, controllens, done, tell, size);
}

/** sendmmsg(2) takes no more messages in a call, and ignores the rest. */
const UIO_MAXIOV = 1024;

/** recvmmsg(2) takes as many as it is given; this is as many as there may be buffers. */
const maxRooms = 1024 * 1024;

/** The most control data that there may be room for. */
export const maxControl = 0x7fff_ffff;

const nothing = new Uint8Array();

/** The memory of a vector's names, and of its control data: C's NULL where there is no room. */
const namesOf = ({ namesize, names }: MsgVec): Buf | null => (namesize === 0 ? null : names);
const controlOf = ({ controlsize, control }: MsgVec): Buf | null =>
  controlsize === 0 ? null : control;

/** The messages of a list that are meant, at most `max`, and what each is called. */
function chosen<T>(
  msgs: readonly T[],
  offset: number,
  length: number | undefined,
  max: number,
): [message: T, argument: string][] {
  if (!Array.isArray(msgs)) throw typeError('msgs', 'must be a MsgVec or an array', msgs);
  const from = integer(offset, 'offset', 0, msgs.length);
  const rest = msgs.length - from;
  const count = length === undefined ? rest : integer(length, 'length', 0, rest);
  return elements<T>(msgs, from, Math.min(count, max)).map((message, i) => {
    return [message, `msgs[${from + i}]`];
  });
}

/** Part of a list, in one of our own: to fetch an element may run code that changes the list. */
function elements<T>(list: readonly T[], from: number, count: number): T[] {
  return Array.from({ length: count }, (_, i) => list[from + i] as T);
}

/** The parts of a message, in a list of our own. */
function listOf(iov: unknown, argument: string): unknown[] {
  if (!Array.isArray(iov)) throw typeError(argument, 'must be an array of ArrayBufferViews', iov);
  if (iov.length > 1024) {
    throw rangeError(argument, 'must have at most 1024 (IOV_MAX) buffers', iov.length);
  }
  return elements(iov, 0, iov.length);
}

/** The same, each of which must be memory. */
function views(iov: readonly unknown[], argument: string): Buf[] {
  return iov.map((each, i) => {
    buffer(each, `${argument}[${i}]`);
    return each as Buf;
  });
}

/** Parts of different lengths in slots of one. */
function slots(parts: readonly Uint8Array[]): { all: Uint8Array; lengths: number[] } {
  const lengths = parts.map(({ byteLength }) => byteLength);
  const size = lengths.reduce((max, each) => Math.max(max, each), 0);
  const all = new Uint8Array(parts.length * size);
  parts.forEach((part, i) => {
    all.set(part, i * size);
  });
  return { all, lengths };
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
