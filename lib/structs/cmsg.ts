/**
 * Control messages: `struct cmsghdr`, and what the data of each type means. cmsg(3)
 *
 * A control message has always its bytes. Those of a known type have a value as well: what a new
 * type needs is a row in the table of cmsg_types.ts.
 */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import { buffer, int32, integer, isBuf, object, typeError } from '../kernel/validate.js';
import { controlTypes, fds } from './cmsg_types.js';
import type { Kind } from './option.js';
import { SCM_PIDFD, SCM_RIGHTS } from './scm.js';
import { SOL_SOCKET } from './socket.js';

type Kinds = typeof controlTypes;
type GetOf<K> = K extends Kind<infer Get, never> ? Get : never;
type SetOf<K> = K extends Kind<unknown, infer Set> ? Set : never;

/** The levels that have control messages with a value. */
export type ControlLevel = keyof Kinds;

/** What the data of a control message means. */
export type ControlValue<L extends ControlLevel, T extends keyof Kinds[L]> = GetOf<Kinds[L][T]>;

/** A received control message. `value` is undefined where the type has none, or was cut off. */
export type ControlMessage =
  | {
      [L in ControlLevel]: {
        [T in keyof Kinds[L]]: {
          level: L;
          type: T;
          data: Uint8Array;
          value: GetOf<Kinds[L][T]> | undefined;
        };
      }[keyof Kinds[L]];
    }[ControlLevel]
  | { level: number; type: number; data: Uint8Array; value: undefined };

/** A control message to be sent: its value, or the bytes of any. Given both, the bytes are sent. */
export type ControlInit =
  | {
      [L in ControlLevel]: {
        [T in keyof Kinds[L]]: [SetOf<Kinds[L][T]>] extends [never]
          ? never
          : { level: L; type: T; data?: undefined; value: SetOf<Kinds[L][T]> };
      }[keyof Kinds[L]];
    }[ControlLevel]
  | { level: number; type: number; data: Buf; value?: unknown };

const HEADER = 16;

/** CMSG_ALIGN(3) — a length, rounded up to where the next control message may begin. */
export const CMSG_ALIGN = (length: number): number => (size(length) + 7) & -8;

/** CMSG_LEN(3) — the length of a control message with so many bytes of data. */
export const CMSG_LEN = (length: number): number => HEADER + size(length);

/**
 * CMSG_SPACE(3) — the room that a control message with so many bytes of data takes. For one
 * descriptor, that is room for two.
 */
export const CMSG_SPACE = (length: number): number => HEADER + CMSG_ALIGN(length);

function size(length: unknown): number {
  return integer(length, 'length', 0, 0x7fff_ffe0);
}

function find(level: number, type: number): Kind<unknown, unknown> | undefined {
  const tables: { [level: number]: { [type: number]: unknown } } = controlTypes;
  return tables[level]?.[type] as Kind<unknown, unknown> | undefined;
}

/** The value that `data` has, where all of it is there. */
function decode(level: number, type: number, data: Uint8Array, cut: boolean): unknown {
  const known = find(level, type);
  const length = data.byteLength;
  if (known === undefined || length < known.size) return undefined;
  // Of what may be longer, a part would look like the whole. Descriptors are whole, each of them.
  if (cut && known.size === 0 && known !== fds) return undefined;
  return known.decode(new Reader(data), length);
}

/**
 * The control messages in `bytes`, which are as long as the kernel said (`controllen`). One that
 * was cut off has the data that is there, and no value; a length that lies ends the list.
 *
 * @param cut  whether the last may be cut off: MSG_CTRUNC, and the kernel used all of the room
 */
export function decodeControl(bytes: Buf, cut = false): ControlMessage[] {
  const all = buffer(bytes, 'bytes');
  const { byteLength: end } = all;
  const view = new DataView(all.buffer, all.byteOffset, end);
  const messages: ControlMessage[] = [];
  for (let at = 0; at + HEADER <= end; ) {
    const length = Number(view.getBigUint64(at, true));
    if (length < HEADER) break;
    const level = view.getInt32(at + 8, true);
    const type = view.getInt32(at + 12, true);
    const rest = end - at;
    const data = all.slice(at + HEADER, at + Math.min(length, rest));
    const value = decode(level, type, data, cut ? length >= rest : length > rest);
    messages.push({ level, type, data, value } as ControlMessage);
    // As the kernel has it: what is cut off is the last.
    at += Math.ceil(length / 8) * 8;
  }
  return messages;
}

/** The kernel's MSG_CTRUNC. recv(2) */
const CTRUNC = 0x8;

/** The control messages that a call left in `room`, with what it said in msghdr. */
export function receivedControl(
  room: Uint8Array,
  controllen: number,
  flags: number,
): ControlMessage[] {
  const cut = (flags & CTRUNC) !== 0 && controllen >= room.byteLength;
  return decodeControl(room.subarray(0, controllen), cut);
}

/** What `known` makes of a value. What it refuses it calls `value`: here that is one of several. */
function encode(known: Kind<unknown, unknown>, value: unknown, argument: string): Uint8Array {
  try {
    const encoded = known.encode(value);
    if (typeof encoded === 'number') return new Writer(4).u32(encoded).bytes;
    return typeof encoded === 'string' ? Buffer.from(encoded) : encoded;
  } catch (error) {
    if (error instanceof Error) {
      error.message = error.message.replace(/^The "value/, () => `The "${argument}.value`);
    }
    throw error;
  }
}

function dataOf(
  init: unknown,
  argument: string,
): { level: number; type: number; data: Uint8Array } {
  const { level, type, data, value } = object(init, argument);
  const head = { level: int32(level, `${argument}.level`), type: int32(type, `${argument}.type`) };
  if (data !== undefined) return { ...head, data: buffer(data, `${argument}.data`) };
  const known = find(head.level, head.type);
  if (known !== undefined) return { ...head, data: encode(known, value, argument) };
  const must = `must be given: type ${head.type} of level ${head.level} has no other form`;
  throw typeError(`${argument}.data`, must, data);
}

/** The bytes of control messages, which are the argument `name`. */
function encodeList(messages: readonly ControlInit[], name: string): Uint8Array {
  if (!Array.isArray(messages)) {
    throw typeError(name, 'must be an array of control messages, or bytes', messages);
  }
  // A hole is an element too, and no control message.
  const all = Array.from(messages, (message, i) => dataOf(message, `${name}[${i}]`));
  const total = all.reduce((sum, { data }) => sum + CMSG_SPACE(data.byteLength), 0);
  const w = new Writer(total);
  for (const { level, type, data } of all) {
    const { byteLength } = data;
    w.u64(BigInt(CMSG_LEN(byteLength)))
      .u32(level)
      .u32(type)
      .copy(data);
    w.skip(CMSG_ALIGN(byteLength) - byteLength);
  }
  return w.bytes;
}

/** The bytes of control messages, one after the other, as sendmsg(2) takes them. */
export function encodeControl(messages: readonly ControlInit[]): Uint8Array {
  return encodeList(messages, 'control');
}

/** The bytes of control data in whichever form it was given, as the argument `name`. */
export function controlBytes(control: readonly ControlInit[] | Buf, name = 'control'): Buf {
  return isBuf(control) ? control : encodeList(control, name);
}

/** The value of the first control message of a level and type; undefined when there is none. */
export function controlValue<L extends ControlLevel, T extends keyof Kinds[L]>(
  control: readonly ControlMessage[],
  level: L,
  type: T,
): ControlValue<L, T> | undefined {
  if (!Array.isArray(control)) {
    throw typeError('control', 'must be an array of control messages', control);
  }
  int32(level, 'level');
  int32(type, 'type');
  const messages: readonly (ControlMessage | undefined)[] = control;
  const found = messages.find((each) => each?.level === level && each.type === type);
  return found?.value as ControlValue<L, T> | undefined;
}

/**
 * Calls `take` with each descriptor that came with the control messages in a part of `bytes`. It
 * looks at elements only, which nobody can replace: this is what closes descriptors when reading
 * them has failed.
 */
export function eachDescriptor(
  bytes: Uint8Array,
  begin: number,
  end: number,
  take: (fd: number) => unknown,
): void {
  const int = (at: number): number =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  for (let at = begin; at + HEADER <= end; ) {
    const length = int(at);
    if (length < HEADER) return;
    const isOurs =
      int(at + 8) === SOL_SOCKET && (int(at + 12) === SCM_RIGHTS || int(at + 12) === SCM_PIDFD);
    const last = at + length < end ? at + length : end;
    for (let n = at + HEADER; isOurs && n + 4 <= last; n += 4) {
      // A pidfd that could not be had is -errno.
      if (int(n) >= 0) take(int(n));
    }
    if (last === end) return;
    at += (length + 7) & -8;
  }
}
