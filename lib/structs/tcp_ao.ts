/** The keys and the state of the TCP Authentication Option. RFC 5925 */
import { type Reader, Writer } from '../kernel/bytes.js';
import { int32, integer, object, rangeError, uint32 } from '../kernel/validate.js';
import { type Kind, kind, request } from './option.js';
import { type SockAddrLike, sockaddrStorage } from './sockaddr.js';
import { keyBytes } from './tcp_md5sig.js';

/** The longest key. Bytes. Linux 6.7. */
export const TCP_AO_MAXKEYLEN = 80;
/** keyflags: `ifindex` is meant. Linux 6.7. */
export const TCP_AO_KEYF_IFINDEX = 1;
/** keyflags: the signature does not cover other options. Linux 6.7. */
export const TCP_AO_KEYF_EXCLUDE_OPT = 2;

/** A bit-field of one bit: true or false, or the number that C would take. */
export type Bit = boolean | number;

/** `struct tcp_ao_add`, linux/tcp.h: what TCP_AO_ADD_KEY is set from. What is absent is 0. */
export interface TcpAoAdd {
  /** addr: the peer; its port must be 0. */
  addr: SockAddrLike;
  /** alg_name: 'hmac(sha1)', 'cmac(aes128)', …, at most 63 bytes. */
  alg_name: string;
  /** ifindex: the L3 master device (VRF), with TCP_AO_KEYF_IFINDEX. */
  ifindex?: number;
  /** set_current: use the key at once. */
  set_current?: Bit;
  /** set_rnext: ask the peer for it. */
  set_rnext?: Bit;
  /** prefix: how many bits of the address count. */
  prefix: number;
  /** sndid: the id in the segments that are sent. */
  sndid: number;
  /** rcvid: the id in the segments that come. */
  rcvid: number;
  /** maclen: how long a signature is; 0 is 12 bytes. */
  maclen?: number;
  /** keyflags: TCP_AO_KEYF_* bits. */
  keyflags?: number;
  /** key: at most 80 bytes, text as UTF-8. */
  key: string | Uint8Array;
}

/** `struct tcp_ao_del`, linux/tcp.h: what TCP_AO_DEL_KEY is set from. What is absent is 0. */
export interface TcpAoDel {
  /** addr: the peer of the key. */
  addr: SockAddrLike;
  /** ifindex: the L3 master device (VRF), with TCP_AO_KEYF_IFINDEX. */
  ifindex?: number;
  /** set_current: use `current_key` from now on. */
  set_current?: Bit;
  /** set_rnext: ask the peer for `rnext` from now on. */
  set_rnext?: Bit;
  /** del_async: on a listener, do not wait until nobody uses the key. */
  del_async?: Bit;
  /** prefix: how many bits of the address count. */
  prefix: number;
  /** sndid: the id in the segments that are sent. */
  sndid: number;
  /** rcvid: the id in the segments that come. */
  rcvid: number;
  /** current_key: the sndid of another key, with `set_current`. */
  current_key?: number;
  /** rnext: the rcvid of another key, with `set_rnext`. */
  rnext?: number;
  /** keyflags: TCP_AO_KEYF_* bits. */
  keyflags?: number;
}

/** `struct tcp_ao_info_opt`, linux/tcp.h: the value of TCP_AO_INFO. */
export interface TcpAoInfoOpt {
  /** set_current: is there a `current_key`? */
  set_current: number;
  /** set_rnext: is there an `rnext`? */
  set_rnext: number;
  /** ao_required: are connections without signatures refused? */
  ao_required: number;
  /** set_counters: set the counters too. */
  set_counters: number;
  /** accept_icmps: are ICMP errors believed? */
  accept_icmps: number;
  /** current_key: the sndid of the key that signs. */
  current_key: number;
  /** rnext: the rcvid of the key that the peer is asked for. */
  rnext: number;
  /** pkt_good: verified segments. */
  pkt_good: number;
  /** pkt_bad: segments that were not verified. */
  pkt_bad: number;
  /** pkt_key_not_found: segments for which there was no key. */
  pkt_key_not_found: number;
  /** pkt_ao_required: segments that lacked a signature. */
  pkt_ao_required: number;
  /** pkt_dropped_icmp: ICMP errors that were not believed. */
  pkt_dropped_icmp: number;
}

type Bits = 'set_current' | 'set_rnext' | 'ao_required' | 'set_counters' | 'accept_icmps';

/** What TCP_AO_INFO is set from; what is absent is 0. */
export type TcpAoInfoInit = { [N in keyof TcpAoInfoOpt]?: N extends Bits ? Bit : number };

export const u8 = (value: unknown, name: string): number => integer(value, name, 0, 255);

/** A word of bit-fields of one bit each, from the low end. */
export function bits(
  fields: Record<string, unknown>,
  names: readonly string[],
  of: string,
): number {
  return names.reduce((word, name, i) => {
    const value = fields[name] ?? 0;
    const bit = typeof value === 'boolean' ? Number(value) : integer(value, `${of}.${name}`, 0, 1);
    return word | (bit << i);
  }, 0);
}

function algName(value: unknown, name: string): Uint8Array {
  const bytes = keyBytes(value, name, 63);
  if (bytes.includes(0)) throw rangeError(name, 'must not contain NUL', value);
  return new Writer(64).copy(bytes).bytes;
}

export const tcp_ao_add = request<TcpAoAdd>((value) => {
  const v = object(value, 'value');
  const key = keyBytes(v.key, 'value.key', TCP_AO_MAXKEYLEN);
  return new Writer(288)
    .copy(sockaddrStorage(v.addr, 'value.addr'))
    .copy(algName(v.alg_name, 'value.alg_name'))
    .u32(int32(v.ifindex ?? 0, 'value.ifindex'))
    .u32(bits(v, ['set_current', 'set_rnext'], 'value'))
    .u16(0)
    .u8(u8(v.prefix, 'value.prefix'))
    .u8(u8(v.sndid, 'value.sndid'))
    .u8(u8(v.rcvid, 'value.rcvid'))
    .u8(u8(v.maclen ?? 0, 'value.maclen'))
    .u8(u8(v.keyflags ?? 0, 'value.keyflags'))
    .u8(key.byteLength)
    .copy(key).bytes;
});

export const tcp_ao_del = request<TcpAoDel>((value) => {
  const v = object(value, 'value');
  return new Writer(144)
    .copy(sockaddrStorage(v.addr, 'value.addr'))
    .u32(int32(v.ifindex ?? 0, 'value.ifindex'))
    .u32(bits(v, ['set_current', 'set_rnext', 'del_async'], 'value'))
    .u16(0)
    .u8(u8(v.prefix, 'value.prefix'))
    .u8(u8(v.sndid, 'value.sndid'))
    .u8(u8(v.rcvid, 'value.rcvid'))
    .u8(u8(v.current_key ?? 0, 'value.current_key'))
    .u8(u8(v.rnext ?? 0, 'value.rnext'))
    .u8(u8(v.keyflags ?? 0, 'value.keyflags')).bytes;
});

function decodeInfo(r: Reader): TcpAoInfoOpt {
  const [set_current, set_rnext, ao_required] = [r.bits(1), r.bits(1), r.bits(1)];
  const [set_counters, accept_icmps] = [r.bits(1), r.bits(1)];
  // The rest of the word, and reserved2.
  r.skip(3 + 2);
  return {
    set_current,
    set_rnext,
    ao_required,
    set_counters,
    accept_icmps,
    current_key: r.u8(),
    rnext: r.u8(),
    pkt_good: r.count64(),
    pkt_bad: r.count64(),
    pkt_key_not_found: r.count64(),
    pkt_ao_required: r.count64(),
    pkt_dropped_icmp: r.count64(),
  };
}

const infoBits = ['set_current', 'set_rnext', 'ao_required', 'set_counters', 'accept_icmps'];
const infoCounters = [
  ...['pkt_good', 'pkt_bad', 'pkt_key_not_found'],
  ...['pkt_ao_required', 'pkt_dropped_icmp'],
];

/** All ones read as `Infinity`. */
const counter = (value: unknown, name: string): bigint =>
  value === Number.POSITIVE_INFINITY
    ? 0xffff_ffff_ffff_ffffn
    : BigInt(integer(value, name, 0, Number.MAX_SAFE_INTEGER));

export const tcp_ao_info_opt: Kind<TcpAoInfoOpt, TcpAoInfoInit> = kind(48, decodeInfo, (value) => {
  const v = object(value, 'value');
  const writer = new Writer(48)
    .u32(bits(v, infoBits, 'value'))
    .u16(0)
    .u8(u8(v.current_key ?? 0, 'value.current_key'))
    .u8(u8(v.rnext ?? 0, 'value.rnext'));
  for (const name of infoCounters) {
    writer.u64(counter(v[name] ?? 0, `value.${name}`));
  }
  return writer.bytes;
});

/** `struct tcp_ao_repair`, linux/tcp.h: the value of TCP_AO_REPAIR. */
export interface TcpAoRepair {
  /** snt_isn: the first sequence number that was sent. */
  snt_isn: number;
  /** rcv_isn: the first sequence number that came. */
  rcv_isn: number;
  /** snd_sne: how often the sequence numbers that are sent have wrapped. */
  snd_sne: number;
  /** rcv_sne: how often those that come have. */
  rcv_sne: number;
}

export const tcp_ao_repair: Kind<TcpAoRepair, TcpAoRepair> = kind(
  16,
  (r) => ({ snt_isn: r.be32(), rcv_isn: r.be32(), snd_sne: r.u32(), rcv_sne: r.u32() }),
  (value) => {
    const { snt_isn, rcv_isn, snd_sne, rcv_sne } = object(value, 'value');
    return new Writer(16)
      .be32(uint32(snt_isn, 'value.snt_isn'))
      .be32(uint32(rcv_isn, 'value.rcv_isn'))
      .u32(uint32(snd_sne, 'value.snd_sne'))
      .u32(uint32(rcv_sne, 'value.rcv_sne')).bytes;
  },
);
