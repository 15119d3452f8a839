/** SCM_TIMESTAMPING_OPT_STATS: the state of a connection when a timestamp was taken. Linux 4.10. */
import { Reader } from '../kernel/bytes.js';
import { decodeNlattrs } from './netlink.js';
import { structure } from './option.js';

/** Padding; never sent. */
export const TCP_NLA_PAD = 0;
/** Time busy sending. Microseconds. */
export const TCP_NLA_BUSY = 1;
/** Time limited by the receive window of the peer. Microseconds. */
export const TCP_NLA_RWND_LIMITED = 2;
/** Time limited by the send buffer. Microseconds. */
export const TCP_NLA_SNDBUF_LIMITED = 3;
/** Segments with data sent, retransmissions included. */
export const TCP_NLA_DATA_SEGS_OUT = 4;
/** Segments retransmitted. */
export const TCP_NLA_TOTAL_RETRANS = 5;
/** Pacing rate. Bytes per second; Infinity is none. */
export const TCP_NLA_PACING_RATE = 6;
/** Delivery rate. Bytes per second. */
export const TCP_NLA_DELIVERY_RATE = 7;
/** Congestion window. Segments. */
export const TCP_NLA_SND_CWND = 8;
/** Reordering that is tolerated. Segments. */
export const TCP_NLA_REORDERING = 9;
/** Lowest round-trip time. Microseconds. */
export const TCP_NLA_MIN_RTT = 10;
/** Retransmissions of the oldest segment, in a row. */
export const TCP_NLA_RECUR_RETRANS = 11;
/** Was the delivery rate limited by the sender? 0 or 1. */
export const TCP_NLA_DELIVERY_RATE_APP_LMT = 12;
/** In the send queue. Bytes. Linux 4.18. */
export const TCP_NLA_SNDQ_SIZE = 13;
/** State of congestion control, TCP_CA_*. Linux 4.18. */
export const TCP_NLA_CA_STATE = 14;
/** Slow start threshold. Segments. Linux 4.18. */
export const TCP_NLA_SND_SSTHRESH = 15;
/** Segments delivered. Linux 4.18. */
export const TCP_NLA_DELIVERED = 16;
/** The same, with a congestion mark. Linux 4.18. */
export const TCP_NLA_DELIVERED_CE = 17;
/** Sent, retransmissions included. Bytes. Linux 4.19. */
export const TCP_NLA_BYTES_SENT = 18;
/** Retransmitted. Bytes. Linux 4.19. */
export const TCP_NLA_BYTES_RETRANS = 19;
/** Duplicates that the peer reported. Segments. Linux 4.19. */
export const TCP_NLA_DSACK_DUPS = 20;
/** Reorderings seen. Linux 4.19. */
export const TCP_NLA_REORD_SEEN = 21;
/** Smoothed round-trip time. Microseconds. Linux 5.0. */
export const TCP_NLA_SRTT = 22;
/** Other paths tried after a timeout. Linux 5.10. */
export const TCP_NLA_TIMEOUT_REHASH = 23;
/** In the send queue and not yet sent. Bytes. Linux 5.12. */
export const TCP_NLA_BYTES_NOTSENT = 24;
/** Earliest departure by CLOCK_MONOTONIC. Nanoseconds. Linux 5.12. */
export const TCP_NLA_EDT = 25;
/** Time to live or hop limit of the packet that acknowledged. Linux 5.12. */
export const TCP_NLA_TTL = 26;
/** Other paths tried, by PLB and after timeouts. Linux 6.2. */
export const TCP_NLA_REHASH = 27;

type Read = (r: Reader) => number | bigint;
const u8: Read = (r) => r.u8();
const u16: Read = (r) => r.u16();
const u32: Read = (r) => r.u32();
const count64: Read = (r) => r.count64();
/** An instant, of which a number would lose nanoseconds after 104 days. */
const instant: Read = (r) => r.u64();

/** The attributes in the order of their numbers: name, size, how to read it. */
const attributes = [
  ['busy', 8, count64],
  ['rwnd_limited', 8, count64],
  ['sndbuf_limited', 8, count64],
  ['data_segs_out', 8, count64],
  ['total_retrans', 8, count64],
  ['pacing_rate', 8, count64],
  ['delivery_rate', 8, count64],
  ['snd_cwnd', 4, u32],
  ['reordering', 4, u32],
  ['min_rtt', 4, u32],
  ['recur_retrans', 1, u8],
  ['delivery_rate_app_lmt', 1, u8],
  ['sndq_size', 4, u32],
  ['ca_state', 1, u8],
  ['snd_ssthresh', 4, u32],
  ['delivered', 4, u32],
  ['delivered_ce', 4, u32],
  ['bytes_sent', 8, count64],
  ['bytes_retrans', 8, count64],
  ['dsack_dups', 4, u32],
  ['reord_seen', 4, u32],
  ['srtt', 4, u32],
  ['timeout_rehash', 2, u16],
  ['bytes_notsent', 4, u32],
  ['edt', 8, instant],
  ['ttl', 1, u8],
  ['rehash', 4, u32],
] as const satisfies readonly (readonly [keyof TcpNla, number, Read])[];

/**
 * The attributes TCP_NLA_*, linux/tcp.h, by their names without that. What this kernel does not
 * send is absent.
 */
export interface TcpNla {
  /** TCP_NLA_BUSY: time busy sending. Microseconds. */
  busy?: number;
  /** TCP_NLA_RWND_LIMITED: time limited by the receive window of the peer. Microseconds. */
  rwnd_limited?: number;
  /** TCP_NLA_SNDBUF_LIMITED: time limited by the send buffer. Microseconds. */
  sndbuf_limited?: number;
  /** TCP_NLA_DATA_SEGS_OUT: segments with data sent, retransmissions included. */
  data_segs_out?: number;
  /** TCP_NLA_TOTAL_RETRANS: segments retransmitted. */
  total_retrans?: number;
  /** TCP_NLA_PACING_RATE: pacing rate. Bytes per second; Infinity is none. */
  pacing_rate?: number;
  /** TCP_NLA_DELIVERY_RATE: delivery rate. Bytes per second. */
  delivery_rate?: number;
  /** TCP_NLA_SND_CWND: congestion window. Segments. */
  snd_cwnd?: number;
  /** TCP_NLA_REORDERING: reordering that is tolerated. Segments. */
  reordering?: number;
  /** TCP_NLA_MIN_RTT: lowest round-trip time. Microseconds. */
  min_rtt?: number;
  /** TCP_NLA_RECUR_RETRANS: retransmissions of the oldest segment, in a row. */
  recur_retrans?: number;
  /** TCP_NLA_DELIVERY_RATE_APP_LMT: was the delivery rate limited by the sender? 0 or 1. */
  delivery_rate_app_lmt?: number;
  /** TCP_NLA_SNDQ_SIZE: in the send queue. Bytes. Linux 4.18. */
  sndq_size?: number;
  /** TCP_NLA_CA_STATE: state of congestion control, TCP_CA_*. Linux 4.18. */
  ca_state?: number;
  /** TCP_NLA_SND_SSTHRESH: slow start threshold. Segments. Linux 4.18. */
  snd_ssthresh?: number;
  /** TCP_NLA_DELIVERED: segments delivered. Linux 4.18. */
  delivered?: number;
  /** TCP_NLA_DELIVERED_CE: the same, with a congestion mark. Linux 4.18. */
  delivered_ce?: number;
  /** TCP_NLA_BYTES_SENT: sent, retransmissions included. Bytes. Linux 4.19. */
  bytes_sent?: number;
  /** TCP_NLA_BYTES_RETRANS: retransmitted. Bytes. Linux 4.19. */
  bytes_retrans?: number;
  /** TCP_NLA_DSACK_DUPS: duplicates that the peer reported. Segments. Linux 4.19. */
  dsack_dups?: number;
  /** TCP_NLA_REORD_SEEN: reorderings seen. Linux 4.19. */
  reord_seen?: number;
  /** TCP_NLA_SRTT: smoothed round-trip time. Microseconds. Linux 5.0. */
  srtt?: number;
  /** TCP_NLA_TIMEOUT_REHASH: other paths tried after a timeout. Linux 5.10. */
  timeout_rehash?: number;
  /** TCP_NLA_BYTES_NOTSENT: in the send queue and not yet sent. Bytes. Linux 5.12. */
  bytes_notsent?: number;
  /** TCP_NLA_EDT: earliest departure by CLOCK_MONOTONIC. Nanoseconds. Linux 5.12. */
  edt?: bigint;
  /** TCP_NLA_TTL: time to live or hop limit of the packet that acknowledged. Linux 5.12. */
  ttl?: number;
  /** TCP_NLA_REHASH: other paths tried, by PLB and after timeouts. Linux 6.2. */
  rehash?: number;
}

export const opt_stats = structure<TcpNla>(0, (r, length) => {
  const found = decodeNlattrs(r.bytes.subarray(0, length));
  const stats: Record<string, number | bigint> = {};
  attributes.forEach(([name, size, read], i) => {
    const bytes = found.get(i + 1);
    if (bytes !== undefined && bytes.byteLength >= size) stats[name] = read(new Reader(bytes));
  });
  return stats as TcpNla;
});
