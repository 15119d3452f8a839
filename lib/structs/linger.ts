/** struct linger. socket(7) */
import { Writer } from '../kernel/bytes.js';
import { int32, object } from '../kernel/validate.js';
import type { Kind } from './option.js';

/** `struct linger`, asm-generic/socket.h: the value of SO_LINGER. */
export interface Linger {
  /** l_onoff: 0 is off; anything else is on. */
  onoff: number;
  /** l_linger: seconds that close(2) may wait; 0 resets a TCP connection at once. */
  linger: number;
}

/** What SO_LINGER is set from. */
export interface LingerInit {
  /** l_onoff: true or false, or the number that C would take. */
  onoff: boolean | number;
  /** l_linger: seconds. */
  linger: number;
}

export const linger: Kind<Linger, LingerInit> = {
  size: 8,
  decode: (r) => ({ onoff: r.i32(), linger: r.i32() }),
  encode: (value) => {
    const { onoff, linger } = object(value, 'value');
    return new Writer(8)
      .u32(typeof onoff === 'boolean' ? Number(onoff) : int32(onoff, 'value.onoff'))
      .u32(int32(linger, 'value.linger')).bytes;
  },
};
