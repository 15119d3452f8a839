/** What of a TCP connection is set while it is under TCP_REPAIR. criu.org has a page about it. */
import { Writer } from '../kernel/bytes.js';
import { object, typeError, uint32 } from '../kernel/validate.js';
import { type Kind, kind, request } from './option.js';

/** End of the options of a segment. RFC 9293 */
export const TCPOPT_EOL = 0;
/** No operation. RFC 9293 */
export const TCPOPT_NOP = 1;
/** The largest segment. TCP_REPAIR_OPTIONS: val is its bytes. RFC 9293 */
export const TCPOPT_MAXSEG = 2;
/** Window scaling. TCP_REPAIR_OPTIONS: val is the peer's shift, and 65536 times ours. RFC 7323 */
export const TCPOPT_WINDOW = 3;
/** Selective acknowledgments are understood. TCP_REPAIR_OPTIONS: val is 0. RFC 2018 */
export const TCPOPT_SACK_PERMITTED = 4;
/** A selective acknowledgment. RFC 2018 */
export const TCPOPT_SACK = 5;
/** Timestamps. TCP_REPAIR_OPTIONS: val is 0. RFC 7323 */
export const TCPOPT_TIMESTAMP = 8;

/** `struct tcp_repair_opt`, linux/tcp.h: an option that the ends had agreed on. */
export interface TcpRepairOpt {
  /** opt_code: TCPOPT_MAXSEG, TCPOPT_WINDOW, TCPOPT_SACK_PERMITTED or TCPOPT_TIMESTAMP. */
  code: number;
  /** opt_val: what it said, 0 where it says nothing. */
  val: number;
}

export const tcp_repair_options = request<readonly TcpRepairOpt[]>((value) => {
  if (!Array.isArray(value)) throw typeError('value', 'must be an array of { code, val }', value);
  const writer = new Writer(value.length * 8);
  for (let i = 0; i < value.length; i++) {
    const { code, val } = object(value[i], `value[${i}]`);
    writer.u32(uint32(code, `value[${i}].code`)).u32(uint32(val, `value[${i}].val`));
  }
  return writer.bytes;
});

/** `struct tcp_repair_window`, linux/tcp.h: the value of TCP_REPAIR_WINDOW. */
export interface TcpRepairWindow {
  /** snd_wl1: the sequence number of the segment that last updated the send window. */
  snd_wl1: number;
  /** snd_wnd: the window that the peer advertised. Bytes. */
  snd_wnd: number;
  /** max_window: the largest window that the peer ever advertised. Bytes. */
  max_window: number;
  /** rcv_wnd: the window advertised here. Bytes. */
  rcv_wnd: number;
  /** rcv_wup: the sequence number that was acknowledged with it. */
  rcv_wup: number;
}

export const tcp_repair_window: Kind<TcpRepairWindow, TcpRepairWindow> = kind(
  20,
  (r) => ({
    snd_wl1: r.u32(),
    snd_wnd: r.u32(),
    max_window: r.u32(),
    rcv_wnd: r.u32(),
    rcv_wup: r.u32(),
  }),
  (value) => {
    const { snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup } = object(value, 'value');
    return new Writer(20)
      .u32(uint32(snd_wl1, 'value.snd_wl1'))
      .u32(uint32(snd_wnd, 'value.snd_wnd'))
      .u32(uint32(max_window, 'value.max_window'))
      .u32(uint32(rcv_wnd, 'value.rcv_wnd'))
      .u32(uint32(rcv_wup, 'value.rcv_wup')).bytes;
  },
);
