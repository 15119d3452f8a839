/** Kernel TLS: the control messages of SOL_TLS, once TCP_ULP is "tls". Linux 4.13. */

/** Sent: the content type of the record, such as 21 for an alert. u8. Linux 4.13. */
export const TLS_SET_RECORD_TYPE = 1;
/** Received: the content type of the record, such as 23 for data. u8. Linux 4.17. */
export const TLS_GET_RECORD_TYPE = 2;
