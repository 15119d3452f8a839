/**
 * What the value of a socket option is: how many bytes to offer the kernel, how they are read, how
 * a value is written. Each option of a manual page names one of these kinds in that page's table.
 */
import { type Buf, type Reader, Writer } from '../kernel/bytes.js';
import { buffer, integer, object, typeError } from '../kernel/validate.js';

/** A capability that the kernel asks for. capabilities(7) */
export type Capability =
  | 'CAP_NET_ADMIN'
  | 'CAP_NET_RAW'
  | 'CAP_NET_BIND_SERVICE'
  | 'CAP_NET_BROADCAST'
  | 'CAP_SYS_ADMIN'
  | 'CAP_BPF';

/**
 * What kind of value it is that reads as `Get` and is set from `Set`; `never` where it cannot be.
 * `Ask` is what a reader has to say first, where the kernel reads the structure that it then fills.
 */
export interface Kind<Get, Set, Ask = never> {
  /** How many bytes the C type has; of a list, the most there can be. */
  readonly size: number;
  /** The value in the first `length` of these bytes. */
  readonly decode: (reader: Reader, length: number) => Get;
  /** What the kernel takes for `value`: a number for a C int, otherwise bytes. */
  readonly encode: (value: Set) => number | string | Uint8Array;
  /**
   * What the kernel reads before it answers in the same memory: the first bytes of that, or more
   * than `size`, and then all of it.
   */
  readonly ask?: (value: Ask) => Uint8Array;
  /** The one thing that can be done with it; both when absent. */
  readonly access?: 'read' | 'write';
}

/** A socket option: its kind of value, and what is known of it. */
export interface Option<Get, Set, Ask = never> extends Kind<Get, Set, Ask> {
  /** Its constant. */
  readonly name: string;
  /** The Linux that first had it; when absent, it is older than 3.0. */
  readonly since?: string;
  /** To set it, one of these capabilities is needed. */
  readonly needs?: readonly Capability[];
  /** What needs them, where not everything does. */
  readonly needsWhen?: string;
}

export type OptionTable = { readonly [optname: number]: Option<unknown, never> };

/** A kind of value that is read and set. */
export function kind<Get, Set>(
  size: number,
  decode: (reader: Reader, length: number) => Get,
  encode: (value: Set) => number | string | Uint8Array,
): Kind<Get, Set> {
  return { size, decode, encode };
}

/** The same, read only: TypeScript refuses to set it, and so does the kernel. */
export function readonly<Get, Ask = never>(of: Kind<Get, never, Ask>): Kind<Get, never, Ask> {
  return { ...of, access: 'read' } as Kind<Get, never, Ask>;
}

/** The same, set only. */
export function writeonly<Set>(of: Kind<unknown, Set>): Kind<never, Set> {
  return { ...of, access: 'write' } as Kind<never, Set>;
}

function refuse(value: unknown): never {
  throw typeError('value', 'must be bytes: this option has no other form to set', value);
}

/** A structure that is read only. */
export function structure<Get>(
  size: number,
  decode: (reader: Reader, length: number) => Get,
): Kind<Get, never> {
  return readonly(kind(size, decode, refuse));
}

/** A structure that a reader begins, with `ask`, and the kernel completes. */
export function asked<Get, Set, Ask>(
  of: Kind<Get, Set>,
  ask: (value: Ask) => Uint8Array,
): Kind<Get, Set, Ask> & { ask: (value: Ask) => Uint8Array } {
  return { ...of, ask };
}

/** A structure that the kernel completes, and whose beginning is always `first`. */
export function begun<Get, Set>(
  of: Kind<Get, Set>,
  first: Uint8Array,
): Kind<Get, Set, undefined> & { ask: (value: undefined) => Uint8Array } {
  return asked(of, (value: undefined) => {
    if (value !== undefined) throw typeError('buf', 'must be memory, or not given', value);
    return first;
  });
}

/** A structure that is set only. `encode` returns all of its bytes. */
export function request<Set>(encode: (value: Set) => Uint8Array): Kind<never, Set> {
  return writeonly(kind(0, () => undefined, encode));
}

/** A C int. */
export const int = kind(
  4,
  (r) => r.i32(),
  (value: number) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

/** A C unsigned. */
export const uint = kind(
  4,
  (r) => r.u32(),
  (value: number) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

/** A C int that is 0 or not. Set with a boolean, or with the number that C would take. */
export const bool = kind(
  4,
  (r) => r.i32() !== 0,
  (value: boolean | number) =>
    typeof value === 'boolean' ? Number(value) : integer(value, 'value', -0x8000_0000, 0x7fff_ffff),
);

/** An identifier of 64 bits. */
export const id64 = kind(
  8,
  (r) => r.u64(),
  (value: bigint) => {
    if (typeof value !== 'bigint') throw typeError('value', 'must be a bigint', value);
    return new Writer(8).u64(BigInt.asUintN(64, value)).bytes;
  },
);

const all32 = (value: number): number => (value === 0xffff_ffff ? Number.POSITIVE_INFINITY : value);

/** A quantity of 64 bits; all ones is `Infinity`. */
export const count64 = kind(
  8,
  // SO_MAX_PACING_RATE was a C unsigned before Linux 4.20.
  (r, length) => (length >= 8 ? r.count64() : all32(r.u32())),
  (value: number) =>
    new Writer(8).u64(
      value === Number.POSITIVE_INFINITY
        ? 0xffff_ffff_ffff_ffffn
        : BigInt(integer(value, 'value', 0, Number.MAX_SAFE_INTEGER)),
    ).bytes,
);

/** A name of at most `size - 1` bytes; the kernel ends it with NUL. */
export const name = (size: number): Kind<string, string> =>
  kind(
    size,
    (r, length) => {
      const bytes = r.bytes.subarray(0, length);
      const nul = bytes.indexOf(0);
      return Buffer.from(nul < 0 ? bytes : bytes.subarray(0, nul)).toString();
    },
    (value: string) => {
      if (typeof value !== 'string') throw typeError('value', 'must be a string', value);
      return value;
    },
  );

/** At most `size` bytes, as they are. */
export const bytes = (size: number): Kind<Uint8Array, Buf> =>
  kind(
    size,
    (r, length) => r.copy(length),
    (value: Buf) => buffer(value, 'value'),
  );

/** `struct timeval`, sys/time.h. All zero means no limit. */
export interface Timeval {
  /** tv_sec: seconds. */
  sec: number;
  /** tv_usec: microseconds, 0–999,999. */
  usec: number;
}

export const timeval = kind<Timeval, Timeval>(
  16,
  (r) => ({ sec: r.i64(), usec: r.i64() }),
  (value) => {
    const { sec, usec } = object(value, 'value');
    const max = Number.MAX_SAFE_INTEGER;
    return new Writer(16)
      .i64(integer(sec, 'value.sec', -max, max))
      .i64(integer(usec, 'value.usec', -max, max)).bytes;
  },
);
