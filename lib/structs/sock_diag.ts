/** What NETLINK_SOCK_DIAG asks and answers about internet sockets. sock_diag(7) */
import { Reader, Writer } from '../kernel/bytes.js';
import { AF_INET } from './family.js';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet.js';
import { decodeNlattrs, NLMSG_ERROR, NLMSG_HDRLEN, nlmsghdr } from './netlink.js';
import type { SockAddrIn, SockAddrIn6 } from './sockaddr.js';
import { baseline, decodeTcpInfo, type TcpInfo } from './tcp_info.js';

/** nlmsg_type of a request for sockets. sock_diag(7) */
export const SOCK_DIAG_BY_FAMILY = 20;

/** Attribute: struct tcp_info. sock_diag(7) */
export const INET_DIAG_INFO = 2;

/** In idiag_cookie: any socket with these addresses. linux/inet_diag.h */
export const INET_DIAG_NOCOOKIE = 0xffffffff;

type InetAddr = SockAddrIn | SockAddrIn6;

/** The two ends of a connection, as one of them sees it. */
export interface Tuple {
  local: InetAddr;
  remote: InetAddr;
}

function address(addr: InetAddr): Uint8Array {
  const bytes = new Uint8Array(16);
  const parsed = addr.family === AF_INET ? parseIPv4(addr.addr) : parseIPv6(addr.addr);
  if (parsed !== undefined) bytes.set(parsed);
  return bytes;
}

/** struct inet_diag_req_v2 for the one socket of `tuple`. `ext`: bit (type - 1) an attribute. */
export function encodeInetDiagReq(
  protocol: number,
  { local, remote }: Tuple,
  ext: number,
): Uint8Array {
  return new Writer(56)
    .u8(local.family)
    .u8(protocol)
    .u8(ext)
    .skip(1)
    .u32(0xffffffff)
    .be16(local.port)
    .be16(remote.port)
    .copy(address(local))
    .copy(address(remote))
    .u32(0)
    .u32(INET_DIAG_NOCOOKIE)
    .u32(INET_DIAG_NOCOOKIE).bytes;
}

/** struct inet_diag_msg, linux/inet_diag.h. Field names drop `idiag_`. */
export interface InetDiagMsg {
  /** idiag_family: AF_INET or AF_INET6. */
  family: number;
  /** idiag_state: TCP_*. */
  state: number;
  /** idiag_timer: 0 off, 1 on (retransmit), 2 keepalive, 3 TIME_WAIT, 4 zero-window probe. */
  timer: number;
  /** idiag_retrans: retransmissions or probes of that timer. */
  retrans: number;
  /** idiag_sport: host byte order. */
  sport: number;
  /** idiag_dport: host byte order. */
  dport: number;
  /** idiag_src. */
  src: string;
  /** idiag_dst. */
  dst: string;
  /** idiag_if: the interface that the socket is bound to, or 0. */
  if: number;
  /** idiag_cookie: as SO_COOKIE. */
  cookie: bigint;
  /** idiag_expires: when the timer ends, milliseconds. */
  expires: number;
  /** idiag_rqueue: bytes not yet read, +1 after a FIN; of LISTEN: connections that wait. */
  rqueue: number;
  /** idiag_wqueue: bytes not acknowledged, +1 for a FIN or SYN; of LISTEN: the queue's limit. */
  wqueue: number;
  /** idiag_uid: owner; 0 for what has no socket (SYN_RECV, TIME_WAIT). */
  uid: number;
  /** idiag_inode: as fstat of the descriptor; 0 where none is. */
  inode: number;
}

/** The size of struct inet_diag_msg, after which attributes follow. */
export const INET_DIAG_MSG_SIZE = 72;

export const inet_diag_msg = (r: Reader): InetDiagMsg => {
  const family = r.u8();
  const format = family === AF_INET ? formatIPv4 : formatIPv6;
  return {
    family,
    state: r.u8(),
    timer: r.u8(),
    retrans: r.u8(),
    sport: r.be16(),
    dport: r.be16(),
    src: format(r.copy(16)),
    dst: format(r.copy(16)),
    if: r.u32(),
    // Two 32-bit words, which are not aligned as one of 64.
    cookie: BigInt(r.u32()) | (BigInt(r.u32()) << 32n),
    expires: r.u32(),
    rqueue: r.u32(),
    wqueue: r.u32(),
    uid: r.u32(),
    inode: r.u32(),
  };
};

/** A socket as NETLINK_SOCK_DIAG tells it. */
export interface DiagSocket extends InetDiagMsg {
  /** INET_DIAG_INFO; undefined for SYN_RECV and TIME_WAIT, which are no full sockets. */
  tcp_info: TcpInfo | undefined;
}

/**
 * The socket that a reply tells; the negated errno of one that refuses; undefined of one that is
 * cut off.
 */
export function decodeInetDiag(reply: Uint8Array): DiagSocket | number | undefined {
  if (reply.byteLength < NLMSG_HDRLEN) return undefined;
  const r = new Reader(reply);
  const { len, type } = nlmsghdr(r);
  const size = NLMSG_HDRLEN + (type === NLMSG_ERROR ? 4 : INET_DIAG_MSG_SIZE);
  if (len < size || reply.byteLength < size) return undefined;
  if (type === NLMSG_ERROR) return r.i32();
  const message = inet_diag_msg(r);
  const info = decodeNlattrs(reply.subarray(size, len)).get(INET_DIAG_INFO);
  const isWhole = info !== undefined && info.byteLength >= baseline;
  return { ...message, tcp_info: isWhole ? decodeTcpInfo(info) : undefined };
}
