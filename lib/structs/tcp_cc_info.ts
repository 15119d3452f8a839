/** What the algorithms of congestion control tell of themselves: TCP_CC_INFO. */
import type { Reader } from '../kernel/bytes.js';
import { structure } from './option.js';

/** `struct tcpvegas_info`, linux/inet_diag.h: what 'vegas' tells. */
export interface TcpvegasInfo {
  /** tcpv_enabled: does Vegas work? */
  enabled: number;
  /** tcpv_rttcnt: measurements of the round trip in the last one. */
  rttcnt: number;
  /** tcpv_rtt: the last round trip. Microseconds. */
  rtt: number;
  /** tcpv_minrtt: the shortest of all. Microseconds. */
  minrtt: number;
}

/** `struct tcp_dctcp_info`, linux/inet_diag.h: what 'dctcp' tells. */
export interface TcpDctcpInfo {
  /** dctcp_enabled: does DCTCP work? Not without ECN. */
  enabled: number;
  /** dctcp_ce_state: did the last packet come with CE? */
  ce_state: number;
  /** dctcp_alpha: the estimated part of marked bytes, of 1024. */
  alpha: number;
  /** dctcp_ab_ecn: bytes acknowledged as marked, in this window. */
  ab_ecn: number;
  /** dctcp_ab_tot: bytes acknowledged, in this window. */
  ab_tot: number;
}

/** `struct tcp_bbr_info`, linux/inet_diag.h: what 'bbr' tells. */
export interface TcpBbrInfo {
  /** bbr_bw_lo, bbr_bw_hi: the estimated bandwidth, the highest of late. Bytes/s. */
  bw: number;
  /** bbr_min_rtt: the shortest round trip of late. Microseconds; 4294967295 when not known. */
  min_rtt: number;
  /** bbr_pacing_gain: factor of the sending rate. 256 is 1. */
  pacing_gain: number;
  /** bbr_cwnd_gain: factor of the congestion window. 256 is 1. */
  cwnd_gain: number;
}

/**
 * `union tcp_cc_info`, linux/inet_diag.h: the value of TCP_CC_INFO. As in C, TCP_CONGESTION says
 * which member is meant; here are those that have the length that the kernel wrote. Two are of 16
 * bytes, and so come together: 'vegas' and 'dctcp'. Algorithms that tell nothing, such as 'cubic'
 * and 'reno', have no member.
 */
export interface TcpCcInfo {
  /** vegas, where TCP_CONGESTION is 'vegas'. */
  vegas?: TcpvegasInfo;
  /** dctcp, where TCP_CONGESTION is 'dctcp'. */
  dctcp?: TcpDctcpInfo;
  /** bbr, where TCP_CONGESTION is 'bbr'. */
  bbr?: TcpBbrInfo;
}

export const tcpvegas_info = (r: Reader): TcpvegasInfo => ({
  enabled: r.u32(),
  rttcnt: r.u32(),
  rtt: r.u32(),
  minrtt: r.u32(),
});

export const tcp_dctcp_info = (r: Reader): TcpDctcpInfo => ({
  enabled: r.u16(),
  ce_state: r.u16(),
  alpha: r.u32(),
  ab_ecn: r.u32(),
  ab_tot: r.u32(),
});

export const tcp_bbr_info = (r: Reader): TcpBbrInfo => ({
  // Two words in C, so that the structure is aligned to 4.
  bw: r.count64At(r.take(8, 4)),
  min_rtt: r.u32(),
  pacing_gain: r.u32(),
  cwnd_gain: r.u32(),
});

export const tcp_cc_info = structure<TcpCcInfo>(20, (r, length) => {
  if (length >= 20) return { bbr: tcp_bbr_info(r) };
  if (length < 16) return {};
  return { vegas: tcpvegas_info(r), dctcp: tcp_dctcp_info(r.reset(length)) };
});
