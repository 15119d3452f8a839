/** Who is at the other end, and whom it meant to reach. socket(7), unix(7) */
import type { Reader } from '../kernel/bytes.js';
import { integer } from '../kernel/validate.js';
import { asked, structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';

/** The most supplementary groups of a process, and the size of a gid_t. */
const NGROUPS_MAX = 65_536;
const GID = 4;

/** SO_PEERGROUPS. */
export const peergroups = structure<number[]>(NGROUPS_MAX * GID, (r, length) =>
  Array.from({ length: Math.floor(length / GID) }, () => r.u32()),
);

const address = (r: Reader, length: number): SockAddr =>
  decodeSockaddr(r.bytes.subarray(0, length));

/**
 * SO_PEERNAME: the reader says how long the address is. When asked for more bytes than that, the
 * kernel answers EINVAL.
 */
export const peername = asked(
  structure(0, address),
  (length: number) => new Uint8Array(integer(length, 'ask', 0, 128)),
);
