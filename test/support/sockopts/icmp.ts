/** The trials of the options of SOL_RAW and SOL_ICMPV6. */
import { AF_INET6, IPPROTO_ICMPV6, SOCK_RAW } from '../../../lib/index.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';

export const icmp6: Make = () => open(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);

export const icmpTrials: Record<string, Trial> = {
  // raw(7): a bit for each type; ~1 lets echo replies through, and nothing else.
  ICMP_FILTER: { set: [1 << 8, ~1, 0], reads: (value) => (value as number) >>> 0 },
};

/** struct icmp6_filter as words. */
function words(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}

export const icmpv6Trials: Record<string, Trial> = {
  ICMPV6_FILTER: {
    size: 32,
    decode: words,
    set: [Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 0x8000_0000), new Uint32Array(8)],
  },
};
