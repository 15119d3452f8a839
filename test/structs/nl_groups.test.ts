import { describe, expect, it } from 'vitest';
import { Reader } from '../../lib/kernel/bytes.js';
import { nl_groups } from '../../lib/structs/nl_groups.js';

/** The words of 32 bits in which netlink(7) has the groups. */
function read(words: readonly number[], length = 4 * words.length): number[] {
  const bytes = Buffer.from(Uint32Array.from(words).buffer);
  return nl_groups.decode(new Reader(new Uint8Array(bytes)), length);
}

describe('the groups of a netlink socket', () => {
  it('are numbered from 1, from the lowest bit of the first word', () => {
    expect(read([0x8000_0001, 2])).toEqual([1, 32, 34]);
    expect(read([0, 0, 0x100])).toEqual([73]);
  });

  it('are none where there are no words', () => {
    expect(read([])).toEqual([]);
    expect(read([0, 0])).toEqual([]);
  });

  it('end with the length that the kernel wrote, and with the memory', () => {
    expect(read([1, 1], 4)).toEqual([1]);
    expect(read([1, 1], 400)).toEqual([1, 33]);
  });
});
