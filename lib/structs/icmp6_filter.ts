/** The options of SOL_ICMPV6: which messages a raw socket receives. RFC 3542, 3.2 */
import { types } from 'node:util';
import { integer, rangeError, typeError } from '../kernel/validate.js';
import { bytes, type Kind, type OptionTable } from './option.js';

/** Types that are blocked, of sockets of IPPROTO_ICMPV6. icmp6_filter. */
export const ICMPV6_FILTER = 1;
/** ICMPV6_FILTER as RFC 3542 calls it. */
export const ICMP6_FILTER = 1;

/**
 * `struct icmp6_filter`, netinet/icmp6.h: `new Uint32Array(8)`, with a bit for each of the 256
 * types, set where messages of that type are blocked.
 */
export type Icmp6Filter = Uint32Array;

const WORDS = 8;

/** The word that has the bit of a type, and that bit. */
function bitOf(type: number, filterp: Icmp6Filter): { at: number; word: number; bit: number } {
  const at = integer(type, 'type', 0, 255) >> 5;
  return { at, word: words(filterp)[at] ?? 0, bit: 1 << (type & 31) };
}

function words(filterp: unknown): Icmp6Filter {
  if (!types.isUint32Array(filterp)) throw typeError('filterp', 'must be a Uint32Array', filterp);
  if (filterp.length === WORDS) return filterp;
  throw rangeError('filterp', `must have ${WORDS} elements`, filterp);
}

/** Whether a filter lets messages of a type through. RFC 3542, 3.2 */
export function ICMP6_FILTER_WILLPASS(type: number, filterp: Icmp6Filter): boolean {
  return !ICMP6_FILTER_WILLBLOCK(type, filterp);
}

/** Whether a filter blocks messages of a type. RFC 3542, 3.2 */
export function ICMP6_FILTER_WILLBLOCK(type: number, filterp: Icmp6Filter): boolean {
  const { word, bit } = bitOf(type, filterp);
  return (word & bit) !== 0;
}

/** Lets messages of a type through. RFC 3542, 3.2 */
export function ICMP6_FILTER_SETPASS(type: number, filterp: Icmp6Filter): void {
  const { at, word, bit } = bitOf(type, filterp);
  filterp[at] = word & ~bit;
}

/** Blocks messages of a type. RFC 3542, 3.2 */
export function ICMP6_FILTER_SETBLOCK(type: number, filterp: Icmp6Filter): void {
  const { at, word, bit } = bitOf(type, filterp);
  filterp[at] = word | bit;
}

/** Lets every message through. RFC 3542, 3.2 */
export function ICMP6_FILTER_SETPASSALL(filterp: Icmp6Filter): void {
  words(filterp).fill(0);
}

/** Blocks every message. RFC 3542, 3.2 */
export function ICMP6_FILTER_SETBLOCKALL(filterp: Icmp6Filter): void {
  words(filterp).fill(0xffff_ffff);
}

/** It is bytes already, and set as those. */
export const icmp6_filter: Kind<Icmp6Filter, Icmp6Filter> = {
  ...bytes(4 * WORDS),
  decode: (r) => Uint32Array.from({ length: WORDS }, () => r.u32()),
};

/** The kinds of the SOL_ICMPV6 options. */
export const icmpv6Options = {
  [ICMPV6_FILTER]: { name: 'ICMPV6_FILTER', ...icmp6_filter },
} as const satisfies OptionTable;
