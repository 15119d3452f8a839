/** Who is at the other end: SO_PEERNAME and SO_PEERGROUPS. socket(7), unix(7) */
import { integer } from '../kernel/validate.js';
import { asked, structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';

/** The most supplementary groups of a process, and the size of a gid_t. */
const NGROUPS_MAX = 65_536;
const GID = 4;

export const peergroups = structure<number[]>(NGROUPS_MAX * GID, (r, length) =>
  Array.from({ length: Math.floor(length / GID) }, () => r.u32()),
);

/**
 * An address, of which the reader says how long it is: the kernel has no more to give than the
 * address has, and answers EINVAL.
 */
export const peername = asked(
  structure<SockAddr>(0, (r, length) => decodeSockaddr(r.bytes.subarray(0, length))),
  (length: number) => new Uint8Array(integer(length, 'ask', 0, 128)),
);
