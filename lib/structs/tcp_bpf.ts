/**
 * Options of TCP that BPF programs alone can set and read, with bpf_setsockopt() and
 * bpf_getsockopt(): setsockopt(2) and getsockopt(2) answer ENOPROTOOPT.
 */

/** Segments of the first window. int. */
export const TCP_BPF_IW = 1001;
/** The most that the congestion window may be. int, segments. */
export const TCP_BPF_SNDCWND_CLAMP = 1002;
/** The longest that an acknowledgement waits. int, microseconds. Linux 5.9. */
export const TCP_BPF_DELACK_MAX = 1003;
/** The least time before a segment is sent again. int, microseconds. Linux 5.9. */
export const TCP_BPF_RTO_MIN = 1004;
/** The headers of TCP of the SYN that is answered. Bytes. Linux 5.10. */
export const TCP_BPF_SYN = 1005;
/** The same, with the headers of IP. Bytes. Linux 5.10. */
export const TCP_BPF_SYN_IP = 1006;
/** The same, with those of the link as well. Bytes. Linux 5.10. */
export const TCP_BPF_SYN_MAC = 1007;
/** When a program of the socket is called. int, BPF_SOCK_OPS_*_CB_FLAG. Linux 6.12. */
export const TCP_BPF_SOCK_OPS_CB_FLAGS = 1008;
