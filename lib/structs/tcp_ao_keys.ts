/** The keys that a socket has for the TCP Authentication Option: TCP_AO_GET_KEYS. RFC 5925 */
import { type Reader, Writer } from '../kernel/bytes.js';
import { int32, integer, object } from '../kernel/validate.js';
import { AF_INET, AF_INET6 } from './family.js';
import { asked, structure } from './option.js';
import { decodeSockaddr, type SockAddr, type SockAddrLike, sockaddrStorage } from './sockaddr.js';
import { type Bit, bits, u8 } from './tcp_ao.js';

/** `struct tcp_ao_getsockopt`, linux/tcp.h: a key, as TCP_AO_GET_KEYS tells it. */
export interface TcpAoKey {
  /** addr: the peer. */
  addr: SockAddr;
  /** alg_name: 'hmac(sha1)', 'cmac(aes128)', … */
  alg_name: string;
  /** key: its bytes, of which keylen says how many. */
  key: Uint8Array;
  /** is_current: does it sign? */
  is_current: number;
  /** is_rnext: is the peer asked for it? */
  is_rnext: number;
  /** sndid: the id in the segments that are sent. */
  sndid: number;
  /** rcvid: the id in the segments that come. */
  rcvid: number;
  /** prefix: how many bits of the address count. */
  prefix: number;
  /** maclen: how long a signature is. Bytes. */
  maclen: number;
  /** keyflags: TCP_AO_KEYF_* bits. */
  keyflags: number;
  /** ifindex: the L3 master device (VRF), with TCP_AO_KEYF_IFINDEX. */
  ifindex: number;
  /** pkt_good: verified segments. */
  pkt_good: number;
  /** pkt_bad: segments that were not verified. */
  pkt_bad: number;
}

/** Which keys TCP_AO_GET_KEYS is to tell; what is absent is 0. */
export interface TcpAoGetKeys {
  /** nkeys: room for so many, 1–65,535. */
  nkeys: number;
  /** get_all: all of them. */
  get_all?: Bit;
  /** is_current: the one that signs. */
  is_current?: Bit;
  /** is_rnext: the one that the peer is asked for. */
  is_rnext?: Bit;
  /** addr: those of this peer, and of `prefix`, `sndid` and `rcvid`. */
  addr?: SockAddrLike;
  /** sndid: the id in the segments that are sent. */
  sndid?: number;
  /** rcvid: the id in the segments that come. */
  rcvid?: number;
  /** prefix: how many bits of the address count. */
  prefix?: number;
  /** keyflags: TCP_AO_KEYF_IFINDEX, or 0. */
  keyflags?: number;
  /** ifindex: the L3 master device (VRF), with TCP_AO_KEYF_IFINDEX. */
  ifindex?: number;
}

/** What TCP_AO_GET_KEYS tells. */
export interface TcpAoKeys {
  /** nkeys: how many keys there are of those that were asked for, whether or not there was room. */
  nkeys: number;
  /** Those for which there was room. */
  keys: TcpAoKey[];
}

const SIZE = 304;
const NKEYS_AT = 272;

/** The bytes of an address in a `struct sockaddr_storage`, which does not tell their number. */
function storedAddr(r: Reader): SockAddr {
  const bytes = r.copy(128);
  const sizes: Record<number, number> = { [AF_INET]: 16, [AF_INET6]: 28 };
  return decodeSockaddr(bytes.subarray(0, sizes[bytes[0] ?? 0]));
}

function text(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  return Buffer.from(nul < 0 ? bytes : bytes.subarray(0, nul)).toString();
}

export function tcp_ao_getsockopt(r: Reader): TcpAoKey {
  const addr = storedAddr(r);
  const alg_name = text(r.copy(64));
  const key = r.copy(80);
  // Behind nkeys, which is of all of them.
  r.skip(4);
  const [is_current, is_rnext] = [r.bits(1), r.bits(1)];
  r.skip(1);
  const [sndid, rcvid, prefix, maclen] = [r.u8(), r.u8(), r.u8(), r.u8()];
  const [keyflags, keylen] = [r.u8(), r.u8()];
  return {
    addr,
    alg_name,
    key: key.subarray(0, keylen),
    is_current,
    is_rnext,
    sndid,
    rcvid,
    prefix,
    maclen,
    keyflags,
    ifindex: r.i32(),
    pkt_good: r.count64(),
    pkt_bad: r.count64(),
  };
}

/** The structure that asks, and room behind it for the keys after the first. */
export function askForKeys(value: TcpAoGetKeys): Uint8Array {
  const v = object(value, 'ask');
  const nkeys = integer(v.nkeys, 'ask.nkeys', 1, 0xffff);
  return new Writer(SIZE * nkeys)
    .copy(v.addr === undefined ? new Uint8Array(128) : sockaddrStorage(v.addr, 'ask.addr'))
    .skip(64 + 80)
    .u32(nkeys)
    .u16(bits(v, ['is_current', 'is_rnext', 'get_all'], 'ask'))
    .u8(u8(v.sndid ?? 0, 'ask.sndid'))
    .u8(u8(v.rcvid ?? 0, 'ask.rcvid'))
    .u8(u8(v.prefix ?? 0, 'ask.prefix'))
    .u8(0)
    .u8(u8(v.keyflags ?? 0, 'ask.keyflags'))
    .u8(0)
    .u32(int32(v.ifindex ?? 0, 'ask.ifindex')).bytes;
}

function decodeKeys(r: Reader): TcpAoKeys {
  const nkeys = r.view.getUint32(NKEYS_AT, true);
  const room = Math.floor(r.bytes.byteLength / SIZE);
  const keys = Array.from({ length: Math.min(nkeys, room) }, (_, i) => {
    r.at = SIZE * i;
    return tcp_ao_getsockopt(r);
  });
  return { nkeys, keys };
}

/** The kernel tells the length of one key; the memory has as many as were asked for. */
export const tcp_ao_keys = asked(structure(0, decodeKeys), askForKeys);
