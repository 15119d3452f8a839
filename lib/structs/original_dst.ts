/** Where a connection was going, before netfilter redirected it. */
import { type Kind, structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';

/** A sockaddr_in or sockaddr_in6, read only. */
export const original_dst: Kind<SockAddr, never> = structure(28, (r, length) =>
  decodeSockaddr(r.copy(Math.min(length, 28))),
);
