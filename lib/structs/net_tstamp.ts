/**
 * Timestamps of packets, and packets sent by the clock: SO_TIMESTAMPING, SO_TXTIME. The manual is
 * Documentation/networking/timestamping.rst of the kernel.
 */
/** Take a timestamp in the device when a packet is sent. */
export const SOF_TIMESTAMPING_TX_HARDWARE = 1;
/** Take a timestamp when a packet is handed to the device. */
export const SOF_TIMESTAMPING_TX_SOFTWARE = 2;
/** Take a timestamp in the device when a packet comes. */
export const SOF_TIMESTAMPING_RX_HARDWARE = 4;
/** Take a timestamp when a packet enters the kernel. */
export const SOF_TIMESTAMPING_RX_SOFTWARE = 8;
/** Report timestamps of software. */
export const SOF_TIMESTAMPING_SOFTWARE = 16;
/** Ignored. */
export const SOF_TIMESTAMPING_SYS_HARDWARE = 32;
/** Report timestamps of the device, by its own clock. */
export const SOF_TIMESTAMPING_RAW_HARDWARE = 64;
/** Number what is sent, so that a timestamp tells whose it is. Linux 3.17. */
export const SOF_TIMESTAMPING_OPT_ID = 128;
/** Take a timestamp before a packet is queued at the device. Linux 3.17. */
export const SOF_TIMESTAMPING_TX_SCHED = 256;
/** Take a timestamp when TCP data is acknowledged. Linux 3.17. */
export const SOF_TIMESTAMPING_TX_ACK = 512;
/** Give IP_PKTINFO with timestamps too. Linux 3.19. */
export const SOF_TIMESTAMPING_OPT_CMSG = 1024;
/** Give timestamps without the packet that was sent. Linux 4.0. */
export const SOF_TIMESTAMPING_OPT_TSONLY = 2048;
/** Give SCM_TIMESTAMPING_OPT_STATS with timestamps of TCP. Linux 4.10. */
export const SOF_TIMESTAMPING_OPT_STATS = 4096;
/** Give SCM_TIMESTAMPING_PKTINFO with timestamps of devices. Linux 4.13. */
export const SOF_TIMESTAMPING_OPT_PKTINFO = 8192;
/** Give timestamps of software although the device gave one. Linux 4.13. */
export const SOF_TIMESTAMPING_OPT_TX_SWHW = 16384;
/** Timestamps by the PTP clock `bind_phc`. Linux 5.14. */
export const SOF_TIMESTAMPING_BIND_PHC = 32768;
/** With OPT_ID on TCP: count from when it was set. Linux 6.2. */
export const SOF_TIMESTAMPING_OPT_ID_TCP = 65536;
/** Report only timestamps that this socket asked for. Linux 6.12. */
export const SOF_TIMESTAMPING_OPT_RX_FILTER = 131072;
/** Take a timestamp when the device reports that it has sent. Linux 6.15. */
export const SOF_TIMESTAMPING_TX_COMPLETION = 262144;
/** The last of them. */
export const SOF_TIMESTAMPING_LAST = 262144;
/** All of them. */
export const SOF_TIMESTAMPING_MASK = 524287;
/** Those that may be asked of one packet, by a control message. Linux 4.6. */
export const SOF_TIMESTAMPING_TX_RECORD_MASK = 262915;

/** What a timestamp of the error queue is of: handed to the device, or sent by it. Linux 3.17. */
export const SCM_TSTAMP_SND = 0;
/** What a timestamp of the error queue is of: about to be queued at the device. Linux 3.17. */
export const SCM_TSTAMP_SCHED = 1;
/** What a timestamp of the error queue is of: acknowledged. Linux 3.17. */
export const SCM_TSTAMP_ACK = 2;
/** What a timestamp of the error queue is of: the device reported it sent. Linux 6.15. */
export const SCM_TSTAMP_COMPLETION = 3;

/** SO_TXTIME: the time is a deadline. Linux 4.19. */
export const SOF_TXTIME_DEADLINE_MODE = 1;
/** SO_TXTIME: tell by the error queue of packets that were dropped. Linux 4.19. */
export const SOF_TXTIME_REPORT_ERRORS = 2;
/** The last of them. Linux 4.19. */
export const SOF_TXTIME_FLAGS_LAST = 2;
/** All of them. Linux 4.19. */
export const SOF_TXTIME_FLAGS_MASK = 3;
