/**
 * TCP: the options of IPPROTO_TCP and the names of its states. tcp(7)
 */
import { int32 } from '../kernel/validate.js';
import { bool, bytes, int, name, type OptionTable, readonly, uint } from './option.js';
import { tcp_ao_add, tcp_ao_del, tcp_ao_info_opt, tcp_ao_repair } from './tcp_ao.js';
import { tcp_ao_keys } from './tcp_ao_keys.js';
import { tcp_cc_info } from './tcp_cc_info.js';
import { tcp_info_option } from './tcp_info.js';
import { tcp_md5sig } from './tcp_md5sig.js';
import { tcp_repair_options, tcp_repair_window } from './tcp_repair.js';

/** The MSS where nothing else is known, IPv4. Bytes. */
export const TCP_MSS_DEFAULT = 536;
/** The MSS where nothing else is known, IPv6 through tunnels. Bytes. */
export const TCP_MSS_DESIRED = 1220;

/** Send small segments at once; Nagle's algorithm is off. bool. tcp(7) */
export const TCP_NODELAY = 1;
/** Limit of the segment size; reads as the one in use. int, bytes. tcp(7) */
export const TCP_MAXSEG = 2;
/** Hold back partial segments, at most 200 ms. bool. tcp(7) */
export const TCP_CORK = 3;
/** Idle time before the first keepalive probe. int, seconds. tcp(7) */
export const TCP_KEEPIDLE = 4;
/** Time between keepalive probes. int, seconds. tcp(7) */
export const TCP_KEEPINTVL = 5;
/** Unanswered keepalive probes that end the connection. int. tcp(7) */
export const TCP_KEEPCNT = 6;
/** How often a SYN is retransmitted. int, 1–255. tcp(7) */
export const TCP_SYNCNT = 7;
/** Life of FIN_WAIT2 after close(2). int, seconds; negative: none. tcp(7) */
export const TCP_LINGER2 = 8;
/** Accept once data has arrived, or this time has passed. int, seconds. tcp(7) */
export const TCP_DEFER_ACCEPT = 9;
/** Limit of the advertised window. int, bytes. tcp(7) */
export const TCP_WINDOW_CLAMP = 10;
/** What the kernel knows about the connection. See `TcpInfo`; read only. tcp(7) */
export const TCP_INFO = 11;
/** Acknowledge at once; the kernel may turn it off again. bool. tcp(7) */
export const TCP_QUICKACK = 12;
/** The congestion control algorithm, such as 'cubic'. string. tcp(7) */
export const TCP_CONGESTION = 13;
/** The key of RFC 2385 signatures for one peer. See `TcpMd5sig`; set only. */
export const TCP_MD5SIG = 14;
/** Timeouts of a thin stream do not double. bool. */
export const TCP_THIN_LINEAR_TIMEOUTS = 16;
/** Accepted and ignored since Linux 4.11. bool. */
export const TCP_THIN_DUPACK = 17;
/** How long data may stay unacknowledged, then ETIMEDOUT. int, ms; 0 default. tcp(7) */
export const TCP_USER_TIMEOUT = 18;
/** Take a connection apart or rebuild it: TCP_REPAIR_*. int. Needs CAP_NET_ADMIN. Linux 3.5. */
export const TCP_REPAIR = 19;
/** The queue that repair works on: TCP_NO_QUEUE … int. Linux 3.5. */
export const TCP_REPAIR_QUEUE = 20;
/** The sequence number of the queue under repair. uint. Linux 3.5. */
export const TCP_QUEUE_SEQ = 21;
/** Negotiated options under repair. `TcpRepairOpt[]`, set only. Linux 3.5. */
export const TCP_REPAIR_OPTIONS = 22;
/** On a listener: Fast Open, with so many pending requests. int. Linux 3.7. tcp(7) */
export const TCP_FASTOPEN = 23;
/** The timestamp that is sent now; set under repair. uint. Linux 3.9. */
export const TCP_TIMESTAMP = 24;
/** Writable only while less than this is unsent. uint, bytes; 0 default. Linux 3.12. */
export const TCP_NOTSENT_LOWAT = 25;
/** The state of the congestion control algorithm. See `TcpCcInfo`; read only. Linux 4.1. */
export const TCP_CC_INFO = 26;
/** On a listener: keep SYN headers; 2 with the link layer (5.10). int. Linux 4.2. */
export const TCP_SAVE_SYN = 27;
/** The headers of the SYN; reading frees them. Bytes, read only. Linux 4.2. */
export const TCP_SAVED_SYN = 28;
/** The windows under repair. See `TcpRepairWindow`. Linux 4.8. */
export const TCP_REPAIR_WINDOW = 29;
/** connect(2) waits for the first data, for Fast Open. bool. Linux 4.11. tcp(7) */
export const TCP_FASTOPEN_CONNECT = 30;
/** The protocol on top of TCP, such as 'tls'; it stays. string. Linux 4.13. */
export const TCP_ULP = 31;
/** TCP_MD5SIG for a prefix or an interface. See `TcpMd5sig`; set only. Linux 4.13. */
export const TCP_MD5SIG_EXT = 32;
/** Keys of Fast Open cookies of this listener alone: none, 16 or 32 bytes. Linux 4.15. */
export const TCP_FASTOPEN_KEY = 33;
/** Fast Open without a cookie. bool. Linux 4.15. */
export const TCP_FASTOPEN_NO_COOKIE = 34;
/** Map received pages: by the call `tcp_zerocopy_receive`. Linux 4.18. */
export const TCP_ZEROCOPY_RECEIVE = 35;
/** Receive the bytes left in the queue with each message. bool. Linux 4.18. */
export const TCP_INQ = 36;
/** The type of the control message of TCP_INQ. int, bytes. Linux 4.18. */
export const TCP_CM_INQ = 36;
/** Delay what is sent, for tests. int, microseconds. Linux 5.3. */
export const TCP_TX_DELAY = 37;
/** Add a key of RFC 5925. See `TcpAoAdd`; set only. Linux 6.7. */
export const TCP_AO_ADD_KEY = 38;
/** Remove a key of RFC 5925. See `TcpAoDel`; set only. Linux 6.7. */
export const TCP_AO_DEL_KEY = 39;
/** The RFC 5925 settings and counters. See `TcpAoInfoOpt`. Linux 6.7. */
export const TCP_AO_INFO = 40;
/** The keys of RFC 5925 that `TcpAoGetKeys` asks for. See `TcpAoKeys`; read only. Linux 6.7. */
export const TCP_AO_GET_KEYS = 41;
/** The RFC 5925 state under repair. See `TcpAoRepair`. Linux 6.7. */
export const TCP_AO_REPAIR = 42;
/** Is this Multipath TCP, not fallen back? bool, read only. Linux 6.10. */
export const TCP_IS_MPTCP = 43;
/** Ceiling of the retransmission timeout. int, 1000–120,000 ms. Linux 6.15. */
export const TCP_RTO_MAX_MS = 44;
/** Floor of the retransmission timeout. int, microseconds. Linux 6.15. */
export const TCP_RTO_MIN_US = 45;
/** Ceiling of the delay of an ACK. int, microseconds. Linux 6.15. */
export const TCP_DELACK_MAX_US = 46;

/** TCP_REPAIR: begin. Linux 3.5. */
export const TCP_REPAIR_ON = 1;
/** TCP_REPAIR: end, and probe the window. Linux 3.5. */
export const TCP_REPAIR_OFF = 0;
/** TCP_REPAIR: end without a window probe. Linux 4.19. */
export const TCP_REPAIR_OFF_NO_WP = -1;

/** TCP_REPAIR_QUEUE: neither. Linux 3.5. */
export const TCP_NO_QUEUE = 0;
/** TCP_REPAIR_QUEUE: what was received. Linux 3.5. */
export const TCP_RECV_QUEUE = 1;
/** TCP_REPAIR_QUEUE: what is to be sent. Linux 3.5. */
export const TCP_SEND_QUEUE = 2;

/** fastopen_client_fail: nothing failed, or nothing known. Linux 5.5. */
export const TFO_STATUS_UNSPEC = 0;
/** fastopen_client_fail: there was no cookie. Linux 5.5. */
export const TFO_COOKIE_UNAVAILABLE = 1;
/** fastopen_client_fail: the SYN-ACK left the data out. Linux 5.5. */
export const TFO_DATA_NOT_ACKED = 2;
/** fastopen_client_fail: so, and the SYN had to be sent again. Linux 5.5. */
export const TFO_SYN_RETRANSMITTED = 3;

/** A bit of `options`: timestamps. */
export const TCPI_OPT_TIMESTAMPS = 1;
/** A bit of `options`: selective acknowledgments. */
export const TCPI_OPT_SACK = 2;
/** A bit of `options`: window scaling. */
export const TCPI_OPT_WSCALE = 4;
/** A bit of `options`: ECN was negotiated. */
export const TCPI_OPT_ECN = 8;
/** A bit of `options`: a packet came with ECT. Linux 3.2. */
export const TCPI_OPT_ECN_SEEN = 16;
/** A bit of `options`: the data in the SYN was acknowledged. Linux 3.7. */
export const TCPI_OPT_SYN_DATA = 32;
/** A bit of `options`: timestamps count microseconds. Linux 6.7. */
export const TCPI_OPT_USEC_TS = 64;
/** A bit of `options`: accepted by Fast Open. Linux 6.16. */
export const TCPI_OPT_TFO_CHILD = 128;

/** Nothing unusual. */
export const TCP_CA_Open = 0;
/** Duplicate or selective ACKs: reordering, or loss. */
export const TCP_CA_Disorder = 1;
/** The window shrinks, after ECN marks or a local drop. */
export const TCP_CA_CWR = 2;
/** Fast retransmit of what ACKs show to be lost. */
export const TCP_CA_Recovery = 3;
/** Recovery after a retransmission timeout. */
export const TCP_CA_Loss = 4;

/** ecn_mode: no ECN. Linux 7.0. */
export const TCPI_ECN_MODE_DISABLED = 0x0;
/** ecn_mode: classic ECN. Linux 7.0. */
export const TCPI_ECN_MODE_RFC3168 = 0x1;
/** ecn_mode: accurate ECN. Linux 7.0. */
export const TCPI_ECN_MODE_ACCECN = 0x2;
/** ecn_mode: under negotiation. Linux 7.0. */
export const TCPI_ECN_MODE_PENDING = 0x3;

/** accecn_opt_seen: no option yet. Linux 7.0. */
export const TCP_ACCECN_OPT_NOT_SEEN = 0x0;
/** accecn_opt_seen: an empty option. Linux 7.0. */
export const TCP_ACCECN_OPT_EMPTY_SEEN = 0x1;
/** accecn_opt_seen: an option with counters. Linux 7.0. */
export const TCP_ACCECN_OPT_COUNTER_SEEN = 0x2;
/** accecn_opt_seen: it failed. Linux 7.0. */
export const TCP_ACCECN_OPT_FAIL_SEEN = 0x3;

/** A bit of accecn_fail_mode: sending the ACE field. Linux 7.0. */
export const TCP_ACCECN_ACE_FAIL_SEND = 1;
/** A bit of accecn_fail_mode: receiving the ACE field. Linux 7.0. */
export const TCP_ACCECN_ACE_FAIL_RECV = 2;
/** A bit of accecn_fail_mode: sending the option. Linux 7.0. */
export const TCP_ACCECN_OPT_FAIL_SEND = 4;
/** A bit of accecn_fail_mode: receiving the option. Linux 7.0. */
export const TCP_ACCECN_OPT_FAIL_RECV = 8;

/** Open in both directions. */
export const TCP_ESTABLISHED = 1;
/** connect(2) has sent its SYN. */
export const TCP_SYN_SENT = 2;
/** The SYN came and was answered. */
export const TCP_SYN_RECV = 3;
/** Closed here; the FIN is not acknowledged yet. */
export const TCP_FIN_WAIT1 = 4;
/** Closed here and acknowledged; the peer may go on sending. */
export const TCP_FIN_WAIT2 = 5;
/** Closed by both; waits for stray segments. */
export const TCP_TIME_WAIT = 6;
/** Not connected: new, or finished. */
export const TCP_CLOSE = 7;
/** Closed by the peer; not here yet. */
export const TCP_CLOSE_WAIT = 8;
/** Closed by the peer, then here; the FIN is not acknowledged yet. */
export const TCP_LAST_ACK = 9;
/** Waits for connections. */
export const TCP_LISTEN = 10;
/** Closed by both at once; the FIN is not acknowledged yet. */
export const TCP_CLOSING = 11;
/** A request of a listener, which has no socket yet. Linux 4.1. */
export const TCP_NEW_SYN_RECV = 12;
/** Bound and not connected, in sock_diag requests. Linux 6.8. */
export const TCP_BOUND_INACTIVE = 13;

const states = [
  undefined,
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
  'BOUND_INACTIVE',
] as const;

/** The names of the TCP states, in the order of their numbers. */
export const tcpStateNames: readonly TcpStateName[] = states.slice(1) as TcpStateName[];

const caStates = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

/** The name of a TCP state, as the kernel has it without TCP_. */
export type TcpStateName = Exclude<(typeof states)[number], undefined>;

/** The name of a state of congestion control, as the kernel has it without TCP_CA_. */
export type TcpCaStateName = (typeof caStates)[number];

/** The name of a TCP state: 1 is 'ESTABLISHED'. A number that is no state is given as text. */
export function tcpStateName(state: number): TcpStateName | (string & {}) {
  return states[int32(state, 'state')] ?? String(state);
}

/** The name of a `ca_state`: 0 is 'Open'. A number that is no state is given as text. */
export function tcpCaStateName(state: number): TcpCaStateName | (string & {}) {
  return caStates[int32(state, 'state')] ?? String(state);
}

/** The headers of a SYN: IPv6 extension headers among them, which may fill a packet. */
const SYN_HEADERS = 65_536;

/** Only TCP_REPAIR needs it, but these do nothing without that. */
const underRepair = { needs: ['CAP_NET_ADMIN'], needsWhen: 'TCP_REPAIR comes first' } as const;

/**
 * The kinds of the IPPROTO_TCP options. TCP_ZEROCOPY_RECEIVE is left out: its structure holds
 * addresses, and `tcp_zerocopy_receive` is the call that takes memory instead.
 */
export const tcpOptions = {
  [TCP_NODELAY]: { name: 'TCP_NODELAY', ...bool },
  [TCP_MAXSEG]: { name: 'TCP_MAXSEG', ...int },
  [TCP_CORK]: { name: 'TCP_CORK', ...bool },
  [TCP_KEEPIDLE]: { name: 'TCP_KEEPIDLE', ...int },
  [TCP_KEEPINTVL]: { name: 'TCP_KEEPINTVL', ...int },
  [TCP_KEEPCNT]: { name: 'TCP_KEEPCNT', ...int },
  [TCP_SYNCNT]: { name: 'TCP_SYNCNT', ...int },
  [TCP_LINGER2]: { name: 'TCP_LINGER2', ...int },
  [TCP_DEFER_ACCEPT]: { name: 'TCP_DEFER_ACCEPT', ...int },
  [TCP_WINDOW_CLAMP]: { name: 'TCP_WINDOW_CLAMP', ...int },
  [TCP_INFO]: { name: 'TCP_INFO', ...tcp_info_option },
  [TCP_QUICKACK]: { name: 'TCP_QUICKACK', ...bool },
  [TCP_CONGESTION]: {
    name: 'TCP_CONGESTION',
    ...name(16),
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'net.ipv4.tcp_allowed_congestion_control does not list it',
  },
  [TCP_MD5SIG]: { name: 'TCP_MD5SIG', ...tcp_md5sig },
  [TCP_THIN_LINEAR_TIMEOUTS]: { name: 'TCP_THIN_LINEAR_TIMEOUTS', ...bool },
  [TCP_THIN_DUPACK]: { name: 'TCP_THIN_DUPACK', ...bool },
  [TCP_USER_TIMEOUT]: { name: 'TCP_USER_TIMEOUT', ...int },
  [TCP_REPAIR]: { name: 'TCP_REPAIR', ...int, since: '3.5', needs: ['CAP_NET_ADMIN'] },
  [TCP_REPAIR_QUEUE]: { name: 'TCP_REPAIR_QUEUE', ...int, since: '3.5', ...underRepair },
  [TCP_QUEUE_SEQ]: { name: 'TCP_QUEUE_SEQ', ...uint, since: '3.5', ...underRepair },
  [TCP_REPAIR_OPTIONS]: {
    name: 'TCP_REPAIR_OPTIONS',
    ...tcp_repair_options,
    since: '3.5',
    ...underRepair,
  },
  [TCP_FASTOPEN]: { name: 'TCP_FASTOPEN', ...int, since: '3.7' },
  [TCP_TIMESTAMP]: { name: 'TCP_TIMESTAMP', ...uint, since: '3.9', ...underRepair },
  [TCP_NOTSENT_LOWAT]: { name: 'TCP_NOTSENT_LOWAT', ...uint, since: '3.12' },
  [TCP_CC_INFO]: { name: 'TCP_CC_INFO', ...tcp_cc_info, since: '4.1' },
  [TCP_SAVE_SYN]: { name: 'TCP_SAVE_SYN', ...int, since: '4.2' },
  [TCP_SAVED_SYN]: { name: 'TCP_SAVED_SYN', ...readonly(bytes(SYN_HEADERS)), since: '4.2' },
  [TCP_REPAIR_WINDOW]: {
    name: 'TCP_REPAIR_WINDOW',
    ...tcp_repair_window,
    since: '4.8',
    ...underRepair,
  },
  [TCP_FASTOPEN_CONNECT]: { name: 'TCP_FASTOPEN_CONNECT', ...bool, since: '4.11' },
  [TCP_ULP]: { name: 'TCP_ULP', ...name(16), since: '4.13' },
  [TCP_MD5SIG_EXT]: { name: 'TCP_MD5SIG_EXT', ...tcp_md5sig, since: '4.13' },
  [TCP_FASTOPEN_KEY]: { name: 'TCP_FASTOPEN_KEY', ...bytes(32), since: '4.15' },
  [TCP_FASTOPEN_NO_COOKIE]: { name: 'TCP_FASTOPEN_NO_COOKIE', ...bool, since: '4.15' },
  [TCP_INQ]: { name: 'TCP_INQ', ...bool, since: '4.18' },
  [TCP_TX_DELAY]: { name: 'TCP_TX_DELAY', ...int, since: '5.3' },
  [TCP_AO_ADD_KEY]: { name: 'TCP_AO_ADD_KEY', ...tcp_ao_add, since: '6.7' },
  [TCP_AO_DEL_KEY]: { name: 'TCP_AO_DEL_KEY', ...tcp_ao_del, since: '6.7' },
  [TCP_AO_INFO]: { name: 'TCP_AO_INFO', ...tcp_ao_info_opt, since: '6.7' },
  [TCP_AO_GET_KEYS]: { name: 'TCP_AO_GET_KEYS', ...tcp_ao_keys, since: '6.7' },
  [TCP_AO_REPAIR]: { name: 'TCP_AO_REPAIR', ...tcp_ao_repair, since: '6.7', ...underRepair },
  [TCP_IS_MPTCP]: { name: 'TCP_IS_MPTCP', ...readonly(bool), since: '6.10' },
  [TCP_RTO_MAX_MS]: { name: 'TCP_RTO_MAX_MS', ...int, since: '6.15' },
  [TCP_RTO_MIN_US]: { name: 'TCP_RTO_MIN_US', ...int, since: '6.15' },
  [TCP_DELACK_MAX_US]: { name: 'TCP_DELACK_MAX_US', ...int, since: '6.15' },
} as const satisfies OptionTable;
