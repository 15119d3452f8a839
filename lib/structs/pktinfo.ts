/** Which interface and address a datagram came by, or is to go by. ip(7), ipv6(7) */
import { Writer } from '../kernel/bytes.js';
import { int32, object } from '../kernel/validate.js';
import { ipv4At, ipv4Bytes, ipv6At, ipv6Bytes } from './inet.js';
import { type Kind, kind } from './option.js';

/** `struct in_pktinfo`, linux/in.h: the cmsg IP_PKTINFO. */
export interface InPktinfo {
  /** ipi_ifindex: the interface; sent, 0 leaves the choice to the routes. */
  ifindex: number;
  /** ipi_spec_dst: received, the local address that answers; sent, the source address. */
  spec_dst: string;
  /** ipi_addr: received, the destination in the header; sent, ignored. */
  addr: string;
}

/** `struct in6_pktinfo`, linux/ipv6.h: the cmsg IPV6_PKTINFO, and the option of that name. */
export interface In6Pktinfo {
  /** ipi6_addr: received, the destination in the header; sent, the source address. */
  addr: string;
  /** ipi6_ifindex: the interface; sent, 0 leaves the choice to the routes. */
  ifindex: number;
}

export const in_pktinfo: Kind<InPktinfo, Partial<InPktinfo>> = kind(
  12,
  (r) => ({ ifindex: r.i32(), spec_dst: ipv4At(r), addr: ipv4At(r) }),
  (value) => {
    const { ifindex = 0, spec_dst = '0.0.0.0', addr = '0.0.0.0' } = object(value, 'value');
    return new Writer(12)
      .u32(int32(ifindex, 'value.ifindex'))
      .copy(ipv4Bytes(spec_dst, 'value.spec_dst'))
      .copy(ipv4Bytes(addr, 'value.addr')).bytes;
  },
);

export const in6_pktinfo: Kind<In6Pktinfo, Partial<In6Pktinfo>> = kind(
  20,
  (r) => ({ addr: ipv6At(r), ifindex: r.i32() }),
  (value) => {
    const { addr = '::', ifindex = 0 } = object(value, 'value');
    return new Writer(20).copy(ipv6Bytes(addr, 'value.addr')).u32(int32(ifindex, 'value.ifindex'))
      .bytes;
  },
);
