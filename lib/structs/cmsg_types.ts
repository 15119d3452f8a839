/**
 * What the data of each type of control message means. A new type needs a row in the table at the
 * end. cmsg(3)
 */
import { type Buf, Writer } from '../kernel/bytes.js';
import { buffer, int32, integer, rangeError, typeError } from '../kernel/validate.js';
import { NETLINK_PKTINFO } from './af_netlink.js';
import { devmem_dmabuf, dmabuf_cmsg } from './dmabuf.js';
import { sock_extended_err } from './errqueue.js';
import { ALG_SET_AEAD_ASSOCLEN, ALG_SET_IV, ALG_SET_OP, af_alg_iv } from './if_alg.js';
import { PACKET_AUXDATA, PACKET_TX_TIMESTAMP } from './if_packet.js';
import {
  IP_CHECKSUM,
  IP_ORIGDSTADDR,
  IP_PKTINFO,
  IP_PROTOCOL,
  IP_RECVERR,
  IP_RECVFRAGSIZE,
  IP_RECVOPTS,
  IP_RETOPTS,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './ip.js';
import {
  IPV6_2292DSTOPTS,
  IPV6_2292HOPLIMIT,
  IPV6_2292HOPOPTS,
  IPV6_2292PKTINFO,
  IPV6_2292RTHDR,
  IPV6_DONTFRAG,
  IPV6_DSTOPTS,
  IPV6_FLOWINFO,
  IPV6_HOPLIMIT,
  IPV6_HOPOPTS,
  IPV6_ORIGDSTADDR,
  IPV6_PATHMTU,
  IPV6_PKTINFO,
  IPV6_RECVERR,
  IPV6_RECVFRAGSIZE,
  IPV6_RTHDR,
  IPV6_RTHDRDSTOPTS,
  IPV6_TCLASS,
} from './ipv6.js';
import { ip6_mtuinfo } from './mtuinfo.js';
import { nl_pktinfo } from './nl_pktinfo.js';
import { opt_stats } from './opt_stats.js';
import { int, type Kind, kind, name, readonly, structure, timeval, uint } from './option.js';
import { tpacket_auxdata } from './packet.js';
import { in_pktinfo, in6_pktinfo } from './pktinfo.js';
import {
  SCM_CREDENTIALS,
  SCM_DEVMEM_DMABUF,
  SCM_DEVMEM_LINEAR,
  SCM_INQ,
  SCM_PIDFD,
  SCM_RIGHTS,
  SCM_SECURITY,
  SCM_TIMESTAMP,
  SCM_TIMESTAMPING,
  SCM_TIMESTAMPING_OPT_STATS,
  SCM_TIMESTAMPING_PKTINFO,
  SCM_TIMESTAMPNS,
  SCM_TS_OPT_ID,
  SCM_TXTIME,
  SCM_WIFI_STATUS,
} from './scm.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';
import {
  SO_MARK,
  SO_PRIORITY,
  SO_RXQ_OVFL,
  SO_TIMESTAMP_NEW,
  SO_TIMESTAMPING_NEW,
  SO_TIMESTAMPNS_NEW,
  SOL_ALG,
  SOL_NETLINK,
  SOL_PACKET,
  SOL_SOCKET,
  SOL_TLS,
  SOL_VSOCK,
} from './socket.js';
import { TCP_CM_INQ } from './tcp.js';
import { scm_timestamping, scm_ts_pktinfo, timespec } from './timespec.js';
import { TLS_GET_RECORD_TYPE, TLS_SET_RECORD_TYPE } from './tls.js';
import { ucred } from './ucred.js';
import { UDP_GRO, UDP_SEGMENT } from './udp.js';
import { VSOCK_RECVERR } from './vsock.js';

/** Descriptors, as many as there is room for. */
export const fds: Kind<number[], readonly number[]> = kind(
  0,
  (r, length) => Array.from({ length: length >> 2 }, () => r.i32()),
  (value) => {
    if (!Array.isArray(value)) throw typeError('value', 'must be an array of descriptors', value);
    // A hole is an element too, and no descriptor: left 0, it would be somebody's stdin.
    const all = Array.from(value, (fd, i) => int32(fd, `value[${i}]`));
    return new Uint8Array(Int32Array.from(all).buffer);
  },
);

const u8: Kind<number, number> = kind(
  1,
  (r) => r.u8(),
  (value) => new Writer(1).u8(integer(value, 'value', 0, 0xff)).bytes,
);

/** A byte when received, an int when sent: older kernels take no byte. */
const byte: Kind<number, number> = kind(
  1,
  (r) => r.u8(),
  (value) => integer(value, 'value', -0x8000_0000, 0xffff_ffff),
);

const u16: Kind<number, number> = kind(
  2,
  (r) => r.u16(),
  (value) => new Writer(2).u16(integer(value, 'value', 0, 0xffff)).bytes,
);

/** An instant of 64 bits. */
const u64: Kind<bigint, bigint | number> = kind(
  8,
  (r) => r.u64(),
  (value) => {
    const isInstant = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (!isInstant) throw typeError('value', 'must be a bigint or a safe integer', value);
    if (BigInt.asUintN(64, BigInt(value)) !== BigInt(value)) {
      throw rangeError('value', 'must have at most 64 bits and no sign', value);
    }
    return new Writer(8).u64(BigInt(value)).bytes;
  },
);

/** Bytes in network order. */
const be32: Kind<number, number> = kind(
  4,
  (r) => r.be32(),
  (value) => new Writer(4).be32(integer(value, 'value', 0, 0xffff_ffff)).bytes,
);

const bytes: Kind<Uint8Array, Buf> = kind(
  0,
  (r, length) => r.copy(length),
  (value) => buffer(value, 'value'),
);

const sockaddr = structure<SockAddr>(2, (r, length) => decodeSockaddr(r.bytes.subarray(0, length)));

/** The kinds of the control messages, by level and type. What is read only is never sent. */
export const controlTypes = {
  [SOL_SOCKET]: {
    [SCM_RIGHTS]: fds,
    [SCM_CREDENTIALS]: ucred,
    [SCM_SECURITY]: readonly(name(0)),
    [SCM_PIDFD]: readonly(int),
    [SO_PRIORITY]: uint,
    [SCM_TIMESTAMP]: readonly(timeval),
    [SCM_TIMESTAMPNS]: readonly(timespec),
    [SO_MARK]: uint,
    [SCM_TIMESTAMPING]: scm_timestamping,
    [SO_RXQ_OVFL]: readonly(uint),
    [SCM_WIFI_STATUS]: readonly(int),
    [SCM_TIMESTAMPING_OPT_STATS]: opt_stats,
    [SCM_TIMESTAMPING_PKTINFO]: scm_ts_pktinfo,
    [SCM_TXTIME]: u64,
    [SO_TIMESTAMP_NEW]: readonly(timeval),
    [SO_TIMESTAMPNS_NEW]: readonly(timespec),
    [SO_TIMESTAMPING_NEW]: scm_timestamping,
    [SCM_DEVMEM_LINEAR]: dmabuf_cmsg,
    [SCM_DEVMEM_DMABUF]: devmem_dmabuf,
    [SCM_TS_OPT_ID]: uint,
    [SCM_INQ]: readonly(int),
  },
  [IPPROTO_IP]: {
    [IP_TOS]: byte,
    [IP_TTL]: int,
    [SCM_SECURITY]: readonly(name(0)),
    [IP_RECVOPTS]: readonly(bytes),
    [IP_RETOPTS]: bytes,
    [IP_PKTINFO]: in_pktinfo,
    [IP_RECVERR]: sock_extended_err,
    [IP_ORIGDSTADDR]: sockaddr,
    [IP_CHECKSUM]: readonly(uint),
    [IP_RECVFRAGSIZE]: readonly(int),
    [IP_PROTOCOL]: int,
  },
  [IPPROTO_IPV6]: {
    [IPV6_2292PKTINFO]: in6_pktinfo,
    [IPV6_2292HOPOPTS]: bytes,
    [IPV6_2292DSTOPTS]: bytes,
    [IPV6_2292RTHDR]: bytes,
    [IPV6_2292HOPLIMIT]: int,
    [IPV6_FLOWINFO]: be32,
    [IPV6_RECVERR]: sock_extended_err,
    [IPV6_PKTINFO]: in6_pktinfo,
    [IPV6_HOPLIMIT]: int,
    [IPV6_HOPOPTS]: bytes,
    [IPV6_RTHDRDSTOPTS]: bytes,
    [IPV6_RTHDR]: bytes,
    [IPV6_DSTOPTS]: bytes,
    [IPV6_PATHMTU]: ip6_mtuinfo,
    [IPV6_DONTFRAG]: int,
    [IPV6_TCLASS]: int,
    [IPV6_ORIGDSTADDR]: sockaddr,
    [IPV6_RECVFRAGSIZE]: readonly(int),
  },
  [IPPROTO_TCP]: { [TCP_CM_INQ]: readonly(int) },
  [IPPROTO_UDP]: { [UDP_SEGMENT]: u16, [UDP_GRO]: readonly(int) },
  [SOL_PACKET]: {
    [PACKET_AUXDATA]: tpacket_auxdata,
    [PACKET_TX_TIMESTAMP]: sock_extended_err,
  },
  [SOL_NETLINK]: { [NETLINK_PKTINFO]: nl_pktinfo },
  [SOL_ALG]: { [ALG_SET_IV]: af_alg_iv, [ALG_SET_OP]: uint, [ALG_SET_AEAD_ASSOCLEN]: uint },
  [SOL_TLS]: { [TLS_SET_RECORD_TYPE]: u8, [TLS_GET_RECORD_TYPE]: readonly(u8) },
  [SOL_VSOCK]: { [VSOCK_RECVERR]: sock_extended_err },
} as const satisfies Readonly<Record<number, Readonly<Record<number, Kind<unknown, never>>>>>;
