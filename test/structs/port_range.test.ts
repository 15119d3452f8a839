import { describe, expect, it } from 'vitest';
import { Reader } from '../../lib/kernel/bytes.js';
import { port_range } from '../../lib/structs/port_range.js';
import { expectRefused } from '../support/sockets.js';

describe('the value of IP_LOCAL_PORT_RANGE', () => {
  // ip(7): the high 16 bits are the upper bound, the low 16 bits the lower bound.
  it.each([
    [1, 2, 0x0002_0001],
    [0, 65_535, 0xffff_0000],
    [65_535, 0, 0x0000_ffff],
    [40_000, 60_999, 40_000 + 60_999 * 65_536],
  ])('from %i to %i is the word %i', (low, high, word) => {
    const bytes = port_range.encode({ low, high }) as Uint8Array;
    expect(Buffer.from(bytes).readUInt32LE()).toBe(word);
    expect(port_range.decode(new Reader(bytes), 4)).toEqual({ low, high });
    expect(port_range.encode(word)).toBe(word);
  });

  it('is refused by name when it is none', () => {
    const encode = (value: unknown) => () => port_range.encode(value as never);
    expectRefused(encode('40000-50000'), TypeError, 'value');
    expectRefused(encode(-1), RangeError, 'value');
    expectRefused(encode({ low: 1 }), TypeError, 'value.high');
    expectRefused(encode({ low: 65_536, high: 1 }), RangeError, 'value.low');
    expectRefused(encode({ low: 1, high: 0.5 }), RangeError, 'value.high');
  });
});
