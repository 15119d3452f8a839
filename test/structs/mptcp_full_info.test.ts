/** What mptcp_full_info() makes of memory that says more than it holds. */
import { describe, expect, it } from 'vitest';
import {
  beginFullInfo,
  decodeFullInfo,
  type FullInfoMemory,
  fullInfoMemory,
} from '../../lib/structs/mptcp_full_info.js';

/** linux/mptcp.h: the order of the words that a struct mptcp_full_info begins with. */
const words = [
  'size_tcpinfo_kernel',
  'size_tcpinfo_user',
  'size_sfinfo_kernel',
  'size_sfinfo_user',
  'num_subflows',
  'size_arrays_user',
] as const;

type Words = Partial<Record<(typeof words)[number], number>>;

/** What the kernel wrote about two subflows, but for some words. */
function told(lies: Words, memory: FullInfoMemory = fullInfoMemory()): number {
  beginFullInfo(memory);
  const view = new DataView(memory.info.buffer);
  const right = {
    ...{ size_tcpinfo_kernel: 280, size_tcpinfo_user: 280 },
    ...{ size_sfinfo_kernel: 264, size_sfinfo_user: 264 },
    ...{ num_subflows: 2, size_arrays_user: 256 },
  };
  for (const [i, word] of words.entries()) view.setUint32(4 * i, { ...right, ...lies }[word], true);
  return decodeFullInfo(memory, 40 + 96).subflows.length;
}

describe('a struct mptcp_full_info', () => {
  it('has as many subflows as it says', () => {
    expect(told({})).toBe(2);
    expect(told({ size_arrays_user: 1 })).toBe(1);
  });

  it.each<[Words, number]>([
    [{ num_subflows: 0xffff_ffff, size_arrays_user: 0xffff_ffff }, 256],
    [{ num_subflows: 256, size_tcpinfo_user: 0xffff_ffff }, 0],
    [{ num_subflows: 256, size_tcpinfo_user: 1024 }, 128],
    [{ num_subflows: 256, size_sfinfo_user: 528 }, 128],
    [{ num_subflows: 256, size_sfinfo_user: 0x7fff_ffff }, 0],
    [{ size_tcpinfo_user: 103 }, 0],
    [{ size_tcpinfo_user: 0 }, 0],
    [{ size_sfinfo_user: 263 }, 0],
  ])('has none that its memory has not: %o', (lies, count) => {
    expect(told(lies)).toBe(count);
  });
});
