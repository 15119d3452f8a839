/** struct itimerspec. itimerspec(3type), timerfd_create(2) */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import { buffer, isBuf, object, rangeError } from '../kernel/validate.js';
import { encodeTimespec, type Timespec } from './timespec.js';

/** `struct itimerspec`, time.h. */
export interface Itimerspec {
  /** it_interval: time from one expiration to the next; all zero, and there is only one. */
  interval: Timespec;
  /** it_value: time to the first expiration; all zero disarms the timer. */
  value: Timespec;
}

/** What a timer is set to. */
export interface ItimerspecInit {
  /** it_interval: time from one expiration to the next; when absent, there is only one. */
  interval?: Timespec | undefined;
  /** it_value: time to the first expiration, or with TFD_TIMER_ABSTIME when that is. */
  value: Timespec;
}

const zero: Timespec = { sec: 0, nsec: 0 };

/** The 32 bytes of a `struct itimerspec`. */
export function encodeItimerspec(timer: ItimerspecInit, name = 'timer'): Uint8Array {
  const { interval = zero, value } = object(timer, name) as unknown as ItimerspecInit;
  return new Writer(32)
    .copy(encodeTimespec(interval, `${name}.interval`))
    .copy(encodeTimespec(value, `${name}.value`)).bytes;
}

/** A `struct itimerspec` from its 32 bytes. */
export function decodeItimerspec(bytes: Buf): Itimerspec {
  const timer = buffer(bytes, 'bytes');
  if (timer.byteLength < 32) throw rangeError('bytes', 'must have 32 bytes', timer.byteLength);
  const r = new Reader(timer);
  return {
    interval: { sec: r.i64(), nsec: r.i64() },
    value: { sec: r.i64(), nsec: r.i64() },
  };
}

/** The bytes of a timer, whichever form it has. */
export function itimerspecBytes(timer: ItimerspecInit | Buf, name: string): Buf {
  return isBuf(timer) ? timer : encodeItimerspec(timer, name);
}
