/** struct timeval, as a timeout. timeval(3type), select(2) */
import { type Buf, Writer } from '../kernel/bytes.js';
import { integer, isBuf, object } from '../kernel/validate.js';
import type { Timeval } from './option.js';

/** The bytes of a `struct timeval`. */
export function encodeTimeval(value: Timeval, name = 'value'): Uint8Array {
  const { sec, usec } = object(value, name);
  const max = Number.MAX_SAFE_INTEGER;
  return new Writer(16)
    .i64(integer(sec, `${name}.sec`, -max, max))
    .i64(integer(usec, `${name}.usec`, -max, max)).bytes;
}

/** The bytes of a timeout: a timeval, milliseconds, or bytes already; null waits without end. */
export function timevalBytes(value: Timeval | number | Buf | null, name: string): Buf | null {
  if (value === null || isBuf(value)) return value;
  if (typeof value !== 'number') return encodeTimeval(value, name);
  const ms = integer(value, name, 0, Number.MAX_SAFE_INTEGER);
  return encodeTimeval({ sec: Math.floor(ms / 1000), usec: (ms % 1000) * 1000 });
}
