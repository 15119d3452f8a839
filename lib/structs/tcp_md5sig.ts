/** The keys of TCP MD5 signatures. RFC 2385 */
import { Writer } from '../kernel/bytes.js';
import {
  buffer,
  int32,
  integer,
  isUint8Array,
  object,
  rangeError,
  typeError,
} from '../kernel/validate.js';
import { request } from './option.js';
import { type SockAddrLike, sockaddrStorage } from './sockaddr.js';

/** The longest key. Bytes. */
export const TCP_MD5SIG_MAXKEYLEN = 80;
/** TCP_MD5SIG_EXT: `prefixlen` is meant. Linux 4.13. */
export const TCP_MD5SIG_FLAG_PREFIX = 1;
/** TCP_MD5SIG_EXT: `ifindex` is meant. Linux 5.6. */
export const TCP_MD5SIG_FLAG_IFINDEX = 2;

/** `struct tcp_md5sig`, linux/tcp.h: what TCP_MD5SIG and TCP_MD5SIG_EXT are set from. */
export interface TcpMd5sig {
  /** tcpm_addr: the peer, of which the port counts for nothing. */
  addr: SockAddrLike;
  /** tcpm_key: at most 80 bytes, text as UTF-8; an empty one removes the key of this peer. */
  key: string | Uint8Array;
  /** tcpm_flags: TCP_MD5SIG_FLAG_* bits, of TCP_MD5SIG_EXT; 0 when absent. */
  flags?: number;
  /** tcpm_prefixlen: how many bits of the address count, with TCP_MD5SIG_FLAG_PREFIX. */
  prefixlen?: number;
  /** tcpm_ifindex: the L3 master device (VRF), with TCP_MD5SIG_FLAG_IFINDEX. */
  ifindex?: number;
}

/** The bytes of a key of at most `max`. */
export function keyBytes(value: unknown, name: string, max: number): Uint8Array {
  if (typeof value !== 'string' && !isUint8Array(value)) {
    throw typeError(name, 'must be a string or a Uint8Array', value);
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : buffer(value, name);
  if (bytes.byteLength > max) throw rangeError(name, `must have at most ${max} bytes`, value);
  return bytes;
}

export const tcp_md5sig = request<TcpMd5sig>((value) => {
  const { addr, key, flags = 0, prefixlen = 0, ifindex = 0 } = object(value, 'value');
  const peer = sockaddrStorage(addr, 'value.addr');
  const bytes = keyBytes(key, 'value.key', TCP_MD5SIG_MAXKEYLEN);
  return new Writer(216)
    .copy(peer)
    .u8(integer(flags, 'value.flags', 0, 255))
    .u8(integer(prefixlen, 'value.prefixlen', 0, 255))
    .u16(bytes.byteLength)
    .u32(int32(ifindex, 'value.ifindex'))
    .copy(bytes).bytes;
});
