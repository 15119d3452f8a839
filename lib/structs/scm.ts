/** The types of the control messages of SOL_SOCKET. cmsg(3), unix(7), socket(7) */

/** Descriptors. unix(7) */
export const SCM_RIGHTS = 1;
/** Who sent it: struct ucred. Any other's needs CAP_SETUID and the like. unix(7) */
export const SCM_CREDENTIALS = 2;
/** The security context of the sender. unix(7) */
export const SCM_SECURITY = 3;
/** A pidfd of the sender, to be closed by the receiver; -errno if none left. Linux 6.5. unix(7) */
export const SCM_PIDFD = 4;
/** When it arrived: struct timeval. socket(7) */
export const SCM_TIMESTAMP = 29;
/** When it arrived: struct timespec. socket(7) */
export const SCM_TIMESTAMPNS = 35;
/** When it arrived or left: struct scm_timestamping. Sent: what to tell of this message. */
export const SCM_TIMESTAMPING = 37;
/** Whether a Wi-Fi frame was acknowledged: int. Linux 3.3. */
export const SCM_WIFI_STATUS = 41;
/** The state of the connection at a timestamp: TCP_NLA_*. Linux 4.10. */
export const SCM_TIMESTAMPING_OPT_STATS = 54;
/** Device and length of the packet of a timestamp. Linux 4.13. */
export const SCM_TIMESTAMPING_PKTINFO = 58;
/** When to send: 64 bits, nanoseconds of the clock of SO_TXTIME. Linux 4.19. */
export const SCM_TXTIME = 61;
/** The data went to the buffers, for want of device memory: struct dmabuf_cmsg. Linux 6.12. */
export const SCM_DEVMEM_LINEAR = 78;
/** Where in device memory the data is: struct dmabuf_cmsg. Sent: its number. Linux 6.12. */
export const SCM_DEVMEM_DMABUF = 79;
/** Sent: the number of SOF_TIMESTAMPING_OPT_ID for this message. uint. Linux 6.13. */
export const SCM_TS_OPT_ID = 81;
/** The bytes left in the stream of SO_INQ: int. Linux 6.17. */
export const SCM_INQ = 84;
