/** The options of SOL_RAW: which ICMP messages a raw socket receives. raw(7), icmp(7) */
import { type OptionTable, uint } from './option.js';

/** Types of ICMP that are filtered out, of sockets of IPPROTO_ICMP. uint, 1 << type. raw(7) */
export const ICMP_FILTER = 1;

/** The kinds of the SOL_RAW options. */
export const rawOptions = {
  [ICMP_FILTER]: { name: 'ICMP_FILTER', ...uint },
} as const satisfies OptionTable;
