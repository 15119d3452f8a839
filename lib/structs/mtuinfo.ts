/** The MTU of a path. RFC 3542, 11.3 */
import { type Kind, structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';

/** `struct ip6_mtuinfo`, linux/ipv6.h: the option IPV6_PATHMTU, and the cmsg of that name. */
export interface Ip6Mtuinfo {
  /** ip6m_addr: the destination; the option tells none, `{ family: AF_UNSPEC }`. */
  addr: SockAddr;
  /** ip6m_mtu: bytes. */
  mtu: number;
}

export const ip6_mtuinfo: Kind<Ip6Mtuinfo, never> = structure(32, (r) => ({
  addr: decodeSockaddr(r.copy(28)),
  mtu: r.u32(),
}));
