/**
 * `struct sockaddr_l2tpip` and `struct sockaddr_l2tpip6`, linux/l2tp.h: L2TPv3 over IP. They are of
 * AF_INET and AF_INET6, and have the connection where others have zeros, or nothing: a `SockAddr`
 * has no room for it. These codecs make and take bytes therefore, as `sockfd/raw` has them.
 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { AF_INET, AF_INET6 } from './family.js';
import { Fields } from './header.js';
import { formatIPv6, ipv4At } from './inet.js';
import { fieldsIn } from './sockaddr_fields.js';

/** sockaddr_l2tpip: an address of AF_INET, of a socket of IPPROTO_L2TP. */
export interface SockAddrL2tpip {
  /** l2tp_addr: `'192.0.2.1'`. */
  addr: string;
  /** l2tp_conn_id: of the tunnel, host byte order. */
  conn_id: number;
}

/** sockaddr_l2tpip6: an address of AF_INET6, of a socket of IPPROTO_L2TP. */
export interface SockAddrL2tpip6 {
  /** l2tp_addr: `'2001:db8::1'`. */
  addr: string;
  /** l2tp_conn_id: of the tunnel, host byte order. */
  conn_id: number;
  /** l2tp_flowinfo: traffic class and flow label, host byte order. */
  flowinfo: number;
  /** l2tp_scope_id: the interface of a link-local address. */
  scope_id: number;
}

/** What a `struct sockaddr_l2tpip6` is made from. */
export interface SockAddrL2tpip6Init {
  /** l2tp_addr. */
  addr: string;
  /** l2tp_conn_id. */
  conn_id: number;
  /** l2tp_flowinfo: 0 by default. */
  flowinfo?: number;
  /** l2tp_scope_id: 0 by default. */
  scope_id?: number;
}

/**
 * The bytes of an address of L2TPv3 over IPv4.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrL2tpip(addr: SockAddrL2tpip): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(16).u16(AF_INET).skip(2).copy(f.ipv4('addr')).u32(f.uint(32, 'conn_id')).bytes;
}

/** The address in these bytes; undefined when they are of another family, or too short. */
export function decodeSockaddrL2tpip(addr: Buf): SockAddrL2tpip | undefined {
  const r = fieldsIn(addr, AF_INET, 12);
  if (r === undefined) return undefined;
  return { addr: ipv4At(r.skip(2)), conn_id: r.u32() };
}

/**
 * The bytes of an address of L2TPv3 over IPv6.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrL2tpip6(addr: SockAddrL2tpip6Init): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(32)
    .u16(AF_INET6)
    .skip(2)
    .be32(f.uint(32, 'flowinfo', 0))
    .copy(f.ipv6('addr'))
    .u32(f.uint(32, 'scope_id', 0))
    .u32(f.uint(32, 'conn_id')).bytes;
}

/** The address in these bytes; undefined when they are of another family, or too short. */
export function decodeSockaddrL2tpip6(addr: Buf): SockAddrL2tpip6 | undefined {
  const r = fieldsIn(addr, AF_INET6, 32);
  if (r === undefined) return undefined;
  const flowinfo = r.skip(2).be32();
  const scope_id = r.skip(16).u32();
  return { addr: formatIPv6(r.bytes, 8), conn_id: r.u32(), flowinfo, scope_id };
}
