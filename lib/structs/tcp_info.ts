/** `struct tcp_info`, linux/tcp.h: the value of TCP_INFO, and of INET_DIAG_INFO in sock_diag. */
import { type Buf, Reader } from '../kernel/bytes.js';
import { buffer, rangeError } from '../kernel/validate.js';
import { kernelVersion } from '../kernel/version.js';
import { structure } from './option.js';

/** What every kernel since 2.6.12 returns. */
export const baseline = 104;

/**
 * The fields of `struct tcp_info` in the first `length` bytes of `r`, from a kernel of version
 * `kernel`: the same fields always, `undefined` where that kernel has none.
 */
export function tcp_info(r: Reader, length: number, kernel: number) {
  // Linux 7.0 cut the last four bytes anew without changing the length. 6.18 and 6.19 have two u16
  // there, accecn_fail_mode and accecn_opt_seen; later ones the bit-fields in the order below.
  const last = length >= 280 ? r.view.getUint32(276, true) : 0;
  const fields = length >= 280 && kernel >= 7000;
  const halves = length >= 280 && kernel < 7000;
  return {
    /** tcpi_state: the TCP state: TCP_ESTABLISHED … An fd never shows TIME_WAIT or NEW_SYN_RECV. */
    state: r.u8(),
    /** tcpi_ca_state: the state of congestion control and recovery: TCP_CA_Open … */
    ca_state: r.u8(),
    /** tcpi_retransmits: timeouts in a row without progress. Retransmissions. */
    retransmits: r.u8(),
    /** tcpi_probes: unanswered zero-window or keepalive probes. */
    probes: r.u8(),
    /** tcpi_backoff: how often the timeout was doubled. */
    backoff: r.u8(),
    /** tcpi_options: TCPI_OPT_* bits: what was negotiated or seen. */
    options: r.u8(),
    /** tcpi_snd_wscale: the peer's window scale: shift of the windows it sends. 0–14. */
    snd_wscale: r.bits(4),
    /** tcpi_rcv_wscale: our window scale: shift of the windows we send. 0–14. */
    rcv_wscale: r.bits(4),
    /** tcpi_delivery_rate_app_limited: 1 if the application limited `delivery_rate`. Linux 4.9. */
    delivery_rate_app_limited: length >= 168 ? r.bits(1) : undefined,
    /** tcpi_fastopen_client_fail: why Fast Open failed: a TFO_* value. Linux 5.5. */
    fastopen_client_fail: length >= 232 && kernel >= 5005 ? r.bits(2) : undefined,
    /** tcpi_rto: the retransmission timeout. Microseconds, in steps of a jiffy. */
    rto: r.u32(),
    /** tcpi_ato: the timeout of a delayed ACK. Microseconds, in steps of a jiffy. */
    ato: r.u32(),
    /** tcpi_snd_mss: the segment size for sending. Bytes. */
    snd_mss: r.u32(),
    /** tcpi_rcv_mss: an estimate of the peer's segment size. Bytes. */
    rcv_mss: r.u32(),
    /** tcpi_unacked: segments in flight. LISTEN: the length of the accept queue, in connections. */
    unacked: r.u32(),
    /** tcpi_sacked: of them, SACKed. LISTEN: the limit of the accept queue, in connections. */
    sacked: r.u32(),
    /** tcpi_lost: of them, considered lost. Segments. */
    lost: r.u32(),
    /** tcpi_retrans: of them, retransmitted. Segments. */
    retrans: r.u32(),
    /** tcpi_fackets: always 0 on current kernels. */
    fackets: r.u32(),
    /** tcpi_last_data_sent: time since data was sent; about the uptime if never. Milliseconds. */
    last_data_sent: r.u32(),
    /** tcpi_last_ack_sent: always 0: the kernel does not keep it. */
    last_ack_sent: r.u32(),
    /** tcpi_last_data_recv: time since data came; about the uptime if never. Milliseconds. */
    last_data_recv: r.u32(),
    /** tcpi_last_ack_recv: time since an ACK came; about the uptime if never. Milliseconds. */
    last_ack_recv: r.u32(),
    /** tcpi_pmtu: the path MTU that `snd_mss` was made from. Bytes. */
    pmtu: r.u32(),
    /** tcpi_rcv_ssthresh: how far the receive window may grow now. Bytes. */
    rcv_ssthresh: r.u32(),
    /** tcpi_rtt: the smoothed round-trip time. Microseconds. */
    rtt: r.u32(),
    /** tcpi_rttvar: how much the round-trip time varies: its mean deviation. Microseconds. */
    rttvar: r.u32(),
    /** tcpi_snd_ssthresh: where slow start ends; 2147483647 if not found yet. Segments. */
    snd_ssthresh: r.u32(),
    /** tcpi_snd_cwnd: the congestion window. Segments. */
    snd_cwnd: r.u32(),
    /** tcpi_advmss: the segment size that we announced. Bytes. */
    advmss: r.u32(),
    /** tcpi_reordering: how far out of order a segment may be and not count as lost. Segments. */
    reordering: r.u32(),
    /** tcpi_rcv_rtt: the round-trip time seen by the receiver; 0 unknown. Microseconds. */
    rcv_rtt: r.u32(),
    /** tcpi_rcv_space: what the application read in one round trip, for buffer tuning. Bytes. */
    rcv_space: r.u32(),
    /** tcpi_total_retrans: segments retransmitted since the start. */
    total_retrans: r.u32(),
    /** tcpi_pacing_rate: the pace of sending; Infinity is unlimited. Bytes/s. Linux 3.15. */
    pacing_rate: r.maybe.count64(),
    /** tcpi_max_pacing_rate: SO_MAX_PACING_RATE; Infinity is none. Bytes/s. Linux 3.15. */
    max_pacing_rate: r.maybe.count64(),
    /** tcpi_bytes_acked: acknowledged; a SYN of connect(2) and a FIN count 1. Bytes. Linux 4.1. */
    bytes_acked: r.maybe.count64(),
    /** tcpi_bytes_received: received in order; a FIN counts 1. Bytes. Linux 4.1. */
    bytes_received: r.maybe.count64(),
    /** tcpi_segs_out: segments sent, bare ACKs too. Linux 4.2. */
    segs_out: r.maybe.u32(),
    /** tcpi_segs_in: segments received, bare ACKs too. Linux 4.2. */
    segs_in: r.maybe.u32(),
    /** tcpi_notsent_bytes: in the send queue and never sent yet. Bytes. Linux 4.6. */
    notsent_bytes: r.maybe.u32(),
    /** tcpi_min_rtt: the least `rtt` of late; 4294967295 if unknown. Microseconds. Linux 4.6. */
    min_rtt: r.maybe.u32(),
    /** tcpi_data_segs_in: segments received with data. Linux 4.6. */
    data_segs_in: r.maybe.u32(),
    /** tcpi_data_segs_out: segments sent with data, again included. Linux 4.6. */
    data_segs_out: r.maybe.u32(),
    /** tcpi_delivery_rate: the rate at which data arrived of late. Bytes/s. Linux 4.9. */
    delivery_rate: r.maybe.count64(),
    /** tcpi_busy_time: time with something to send or unacknowledged. Microseconds. Linux 4.10. */
    busy_time: r.maybe.count64(),
    /** tcpi_rwnd_limited: of that, held up by the peer's window. Microseconds. Linux 4.10. */
    rwnd_limited: r.maybe.count64(),
    /** tcpi_sndbuf_limited: of that, held up by the send buffer. Microseconds. Linux 4.10. */
    sndbuf_limited: r.maybe.count64(),
    /** tcpi_delivered: segments that arrived, out of order too; the SYN counts. Linux 4.18. */
    delivered: r.maybe.u32(),
    /** tcpi_delivered_ce: of them, with a congestion mark that the peer reported. Linux 4.18. */
    delivered_ce: r.maybe.u32(),
    /** tcpi_bytes_sent: payload sent, retransmissions included. Bytes. Linux 4.19. */
    bytes_sent: r.maybe.count64(),
    /** tcpi_bytes_retrans: payload retransmitted. Bytes. Linux 4.19. */
    bytes_retrans: r.maybe.count64(),
    /** tcpi_dsack_dups: segments that the peer had already, by DSACK. Linux 4.19. */
    dsack_dups: r.maybe.u32(),
    /** tcpi_reord_seen: how often reordering was detected. Linux 4.19. */
    reord_seen: r.maybe.u32(),
    /** tcpi_rcv_ooopack: segments received out of order. Linux 5.4. */
    rcv_ooopack: r.maybe.u32(),
    /** tcpi_snd_wnd: the peer's window, scaled. Bytes. Linux 5.4. */
    snd_wnd: r.maybe.u32(),
    /** tcpi_rcv_wnd: our window, scaled. Bytes. Linux 6.2. */
    rcv_wnd: r.maybe.u32(),
    /** tcpi_rehash: how often another path was chosen, by PLB or after a timeout. Linux 6.2. */
    rehash: r.maybe.u32(),
    /** tcpi_total_rto: retransmission timeouts since the start, those of the SYN too. Linux 6.7. */
    total_rto: r.maybe.u16(),
    /** tcpi_total_rto_recoveries: recoveries from timeouts, an unfinished one too. Linux 6.7. */
    total_rto_recoveries: r.maybe.u16(),
    /** tcpi_total_rto_time: time spent in them. Milliseconds. Linux 6.7. */
    total_rto_time: r.maybe.u32(),
    /** tcpi_received_ce: segments received with a congestion mark. Linux 6.18. */
    received_ce: r.maybe.u32(),
    /** tcpi_delivered_e1_bytes: AccECN: payload arrived marked ECT(1). Bytes. Linux 6.18. */
    delivered_e1_bytes: r.maybe.u32(),
    /** tcpi_delivered_e0_bytes: AccECN: payload arrived marked ECT(0). Bytes. Linux 6.18. */
    delivered_e0_bytes: r.maybe.u32(),
    /** tcpi_delivered_ce_bytes: AccECN: payload arrived marked CE. Bytes. Linux 6.18. */
    delivered_ce_bytes: r.maybe.u32(),
    /** tcpi_received_e1_bytes: payload received marked ECT(1). Bytes. Linux 6.18. */
    received_e1_bytes: r.maybe.u32(),
    /** tcpi_received_e0_bytes: payload received marked ECT(0). Bytes. Linux 6.18. */
    received_e0_bytes: r.maybe.u32(),
    /** tcpi_received_ce_bytes: payload received marked CE. Bytes. Linux 6.18. */
    received_ce_bytes: r.maybe.u32(),
    /** tcpi_ecn_mode: what was negotiated: a TCPI_ECN_MODE_* value. Linux 7.0. */
    ecn_mode: fields ? last & 3 : undefined,
    /** tcpi_accecn_opt_seen: the AccECN option of the peer: TCP_ACCECN_OPT_*_SEEN. Linux 6.18. */
    accecn_opt_seen: fields ? (last >>> 2) & 3 : halves ? last >>> 16 : undefined,
    /** tcpi_accecn_fail_mode: what failed of AccECN: TCP_ACCECN_*_FAIL_* bits. Linux 6.18. */
    accecn_fail_mode: fields ? (last >>> 4) & 15 : halves ? last & 0xffff : undefined,
    /** tcpi_options2: more bits of `options`; none is assigned yet. Linux 7.0. */
    options2: fields ? last >>> 8 : undefined,
  };
}

/**
 * What TCP_INFO says about a connection. A field that the kernel does not have is `undefined`.
 *
 * Of a LISTEN socket, `unacked` is the length of the accept queue and `sacked` its limit; besides
 * them only `state`, `snd_cwnd`, `reordering`, `pacing_rate` and `max_pacing_rate` are filled, the
 * rest is 0. Of a finished connection in CLOSE the counters stay until the fd is closed.
 *
 * What never happened is not always 0: `min_rtt` is 4294967295 before the first sample, and
 * `last_data_sent`, `last_data_recv` and `last_ack_recv` count from about the time of boot.
 */
export interface TcpInfo extends ReturnType<typeof tcp_info> {}

/** The kind of TCP_INFO. It offers more than any kernel fills: growth shows as length. */
export const tcp_info_option = structure<TcpInfo>(512, (r, length) =>
  tcp_info(r, length, kernelVersion()),
);

/**
 * The fields of a `struct tcp_info`.
 *
 * @param bytes    as the kernel wrote them, no longer than the length it returned; 104 at least
 * @param release  `uname -r` of the kernel that wrote them; this machine's by default
 */
export function decodeTcpInfo(bytes: Buf, release?: string): TcpInfo {
  const r = new Reader(buffer(bytes, 'bytes'));
  const length = r.end;
  if (length < baseline) throw rangeError('bytes', `must have ${baseline} bytes or more`, length);
  return tcp_info(r, length, kernelVersion(release));
}
