/** What TCP_ZEROCOPY_RECEIVE tells. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { integer } from '../kernel/validate.js';

/** The pages mapped before are still as they were mapped. Linux 5.11. */
export const TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_HINT = 1;

/** `struct tcp_zerocopy_receive`, linux/tcp.h, without its addresses. */
export interface TcpZerocopyReceive {
  /** length: bytes that were mapped. */
  length: number;
  /** recv_skip_hint: bytes behind both that are in no whole page, for recv(2) to read first. */
  recv_skip_hint: number;
  /** inq: bytes left to read. Linux 5.7. */
  inq: number | undefined;
  /** err: the pending error of the socket, as -errno. Linux 5.7. */
  err: number | undefined;
  /** copybuf_len: bytes that were copied, which follow those; or -errno. Linux 5.11. */
  copybuf_len: number | undefined;
}

const SIZE = 64;

/** The structure as it begins: the addresses and lengths are written in C++. */
export const encodeZerocopy = (flags: number): Uint8Array =>
  new Writer(SIZE).skip(36).u32(integer(flags, 'flags', -0x8000_0000, 0xffff_ffff)).bytes;

const signed = (word: number | undefined): number | undefined =>
  word === undefined ? undefined : word | 0;

export const tcp_zerocopy_receive = (r: Reader): TcpZerocopyReceive => ({
  // Behind an address, as copybuf_len is.
  length: r.skip(8).u32(),
  recv_skip_hint: r.u32(),
  inq: r.maybe.u32(),
  err: signed(r.maybe.u32()),
  copybuf_len: signed(r.skip(8).maybe.u32()),
});
