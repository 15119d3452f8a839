/** What the calls of several pages take. */
import type { Buf } from '../kernel/bytes.js';
import { buffer, integer, part, rangeError, typeError } from '../kernel/validate.js';
import { type SockAddrLike, sockaddrBytes } from '../structs/sockaddr.js';
import { MSG_DONTWAIT } from '../syscalls/message.js';
import type { WaitOptions } from './wait.js';

type Num = number | undefined;

/** The later arguments of a call; the options may take the place of any of them. */
export type Flags = [flags?: Num, options?: WaitOptions] | [options: WaitOptions];

/** The same of a call on a part of a buffer. */
export type Part =
  | [offset?: Num, length?: Num, options?: WaitOptions]
  | [options: WaitOptions]
  | [offset: Num, options: WaitOptions];

/** The same of one that has flags as well. */
export type FlagsPart =
  | [flags?: Num, offset?: Num, length?: Num, options?: WaitOptions]
  | [options: WaitOptions]
  | [flags: Num, options: WaitOptions]
  | [flags: Num, offset: Num, options: WaitOptions];

/** What may stand in the place of a later argument. */
export type OrOptions = Num | WaitOptions;

/** Whether it is the options. An object that is anything else is a mistake: the call says so. */
export function isOptions(value: unknown): value is WaitOptions {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `flags`, with the one that keeps a call from blocking on any socket. */
export function dontwait(flags: unknown): number {
  return flags === 0 ? MSG_DONTWAIT : flagBits(flags) | MSG_DONTWAIT;
}

export const flagBits = (flags: unknown): number =>
  integer(flags, 'flags', -0x8000_0000, 0xffff_ffff);

/** Refuses what a call on a part of a buffer would refuse. A call that sends takes text as well. */
export function checkPart(buf: unknown, offset: unknown, length: unknown, text = false): void {
  const bytes = text && typeof buf === 'string' ? Buffer.from(buf) : buffer(buf, 'buf');
  part(bytes.byteLength, offset, length);
}

/** The bytes of the address `name`, which nobody changes while the call waits. */
export function addressBytes(addr: SockAddrLike, name = 'addr'): Uint8Array {
  const bytes = buffer(sockaddrBytes(addr, name), name);
  return bytes === addr || ArrayBuffer.isView(addr) ? bytes.slice() : bytes;
}

/** The buffers of a list, in one of our own: to fetch an element may run code of the caller's. */
export function listOf(bufs: unknown, name: string): Buf[] {
  if (!Array.isArray(bufs)) throw typeError(name, 'must be an array of ArrayBufferViews', bufs);
  if (bufs.length > 1024) {
    throw rangeError(name, 'must have at most 1024 (IOV_MAX) buffers', bufs.length);
  }
  const list = Array.from({ length: bufs.length }, (_, i) => bufs[i] as Buf);
  for (const [i, each] of list.entries()) buffer(each, `${name}[${i}]`);
  return list;
}
