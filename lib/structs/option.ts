/**
 * What the value of a socket option is: how many bytes to offer the kernel, how they are read, how
 * a value is written. Each option of a manual page names one of these kinds in that page's table.
 */
import { type Reader, Writer } from '../kernel/bytes.js';
import { integer, object, typeError } from '../kernel/validate.js';

/** A socket option whose value reads as `Get` and is set from `Set`; `never` where it cannot be. */
export interface Option<Get, Set> {
  /** How many bytes the C type has. */
  readonly size: number;
  /** The value in the first `length` of these bytes. */
  readonly decode: (reader: Reader, length: number) => Get;
  /** What the kernel takes for `value`: a number for a C int, otherwise bytes. */
  readonly encode: (value: Set) => number | string | Uint8Array;
}

export type OptionTable = { readonly [optname: number]: Option<unknown, never> };

function option<Get, Set>(
  size: number,
  decode: (reader: Reader, length: number) => Get,
  encode: (value: Set) => number | string | Uint8Array,
): Option<Get, Set> {
  return { size, decode, encode };
}

/** An option that can be read but not set. */
export function readonly<Get>(kind: Option<Get, never>): Option<Get, never> {
  return kind;
}

/** An option that can be set but not read. */
export function writeonly<Set>(kind: Option<unknown, Set>): Option<never, Set> {
  return kind as Option<never, Set>;
}

/** The kind of an option that cannot be set: TypeScript refuses it, and so does this. */
export function structure<Get>(
  size: number,
  decode: (reader: Reader, length: number) => Get,
): Option<Get, never> {
  return option(size, decode, (value: unknown) => {
    throw typeError('value', 'must be bytes: this option has no other form to set', value);
  });
}

/** A C int. */
export const int = option(
  4,
  (r) => r.i32(),
  (value: number) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

/** A C unsigned. */
export const uint = option(
  4,
  (r) => r.u32(),
  (value: number) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

/** A C int that is 0 or not. Set with a boolean, or with the number that C would take. */
export const bool = option(
  4,
  (r) => r.i32() !== 0,
  (value: boolean | number) =>
    typeof value === 'boolean' ? Number(value) : integer(value, 'value', -0x8000_0000, 0x7fff_ffff),
);

/** An identifier of 64 bits. */
export const id64 = option(
  8,
  (r) => r.u64(),
  (value: bigint) => {
    if (typeof value !== 'bigint') throw typeError('value', 'must be a bigint', value);
    return new Writer(8).u64(BigInt.asUintN(64, value)).bytes;
  },
);

const all32 = (value: number): number => (value === 0xffff_ffff ? Number.POSITIVE_INFINITY : value);

/** A quantity of 64 bits; all ones is `Infinity`. */
export const count64 = option(
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
export const name = (size: number): Option<string, string> =>
  option(
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

/** `struct timeval`, sys/time.h. All zero means no limit. */
export interface Timeval {
  /** tv_sec: seconds. */
  sec: number;
  /** tv_usec: microseconds, 0–999,999. */
  usec: number;
}

export const timeval = option<Timeval, Timeval>(
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
