/**
 * UDP-Lite: the options of IPPROTO_UDPLITE. Linux 7.1 and newer do not have it any more. udplite(7)
 */
import { int, type OptionTable } from './option.js';
import { udpOptions } from './udp.js';

/** How much of what is sent the checksum covers. int, bytes from 8 on; 0 is all. udplite(7) */
export const UDPLITE_SEND_CSCOV = 10;
/** Drop what is covered less than this. int, bytes from 8 on; 0 takes all. udplite(7) */
export const UDPLITE_RECV_CSCOV = 11;

/** The kinds of the IPPROTO_UDPLITE options. Those of IPPROTO_UDP are options of it too. */
export const udpliteOptions = {
  ...udpOptions,
  [UDPLITE_SEND_CSCOV]: { name: 'UDPLITE_SEND_CSCOV', ...int },
  [UDPLITE_RECV_CSCOV]: { name: 'UDPLITE_RECV_CSCOV', ...int },
} as const satisfies OptionTable;
