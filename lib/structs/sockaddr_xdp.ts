/** `struct sockaddr_xdp`, linux/if_xdp.h: a queue of a network interface. AF_XDP. */
import { Writer } from '../kernel/bytes.js';
import { AF_XDP } from './family.js';
import { Fields } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** sockaddr_xdp: what bind(2) is told. */
export interface SockAddrXdp {
  /** sxdp_flags: XDP_COPY, XDP_ZEROCOPY, XDP_SHARED_UMEM, … */
  flags: number;
  /** sxdp_ifindex: interface number. */
  ifindex: number;
  /** sxdp_queue_id: which of its queues. */
  queue_id: number;
  /** sxdp_shared_umem_fd: with XDP_SHARED_UMEM, the socket whose memory is shared. */
  shared_umem_fd: number;
}

/** What a `struct sockaddr_xdp` is made from. */
export interface SockAddrXdpInit {
  /** sxdp_flags: 0 by default. */
  flags?: number;
  /** sxdp_ifindex. */
  ifindex: number;
  /** sxdp_queue_id. */
  queue_id: number;
  /** sxdp_shared_umem_fd: 0 by default, which nobody looks at without XDP_SHARED_UMEM. */
  shared_umem_fd?: number;
}

const SIZE = 16;

/**
 * The bytes of an address of AF_XDP.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrXdp(addr: SockAddrXdpInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(SIZE)
    .u16(AF_XDP)
    .u16(f.uint(16, 'flags', 0))
    .u32(f.uint(32, 'ifindex'))
    .u32(f.uint(32, 'queue_id'))
    .u32(f.uint(32, 'shared_umem_fd', 0)).bytes;
}

/** The address of AF_XDP; undefined when it is of another family, or too short. */
export function decodeSockaddrXdp(addr: SockAddrLike): SockAddrXdp | undefined {
  const r = fieldsOf(addr, AF_XDP, SIZE);
  if (r === undefined) return undefined;
  return { flags: r.u16(), ifindex: r.u32(), queue_id: r.u32(), shared_umem_fd: r.u32() };
}
