/**
 * UDP: the options of IPPROTO_UDP. udp(7)
 */
import { bool, int, type OptionTable } from './option.js';

/** Gather what is sent into one datagram, until turned off. bool. udp(7) */
export const UDP_CORK = 1;
/** Take encapsulated packets: UDP_ENCAP_* int. */
export const UDP_ENCAP = 100;
/** Send UDP over IPv6 without checksums. bool. Linux 3.16. */
export const UDP_NO_CHECK6_TX = 101;
/** Take UDP over IPv6 without checksums. bool. Linux 3.16. */
export const UDP_NO_CHECK6_RX = 102;
/** Cut what is sent into datagrams of this size. int, bytes; 0 off. Linux 4.18. udp(7) */
export const UDP_SEGMENT = 103;
/** Receive several datagrams of one size as one; a cmsg tells it. bool. Linux 5.0. udp(7) */
export const UDP_GRO = 104;

/** IPsec, an early draft; unused. */
export const UDP_ENCAP_ESPINUDP_NON_IKE = 1;
/** IPsec. */
export const UDP_ENCAP_ESPINUDP = 2;
/** L2TP. */
export const UDP_ENCAP_L2TPINUDP = 3;
/** GTP version 0. Linux 4.7. */
export const UDP_ENCAP_GTP0 = 4;
/** GTP version 1. Linux 4.7. */
export const UDP_ENCAP_GTP1U = 5;
/** RxRPC. Linux 4.20. */
export const UDP_ENCAP_RXRPC = 6;
/** IPsec over TCP, for IPsec only. Linux 5.6. */
export const TCP_ENCAP_ESPINTCP = 7;
/** OpenVPN. Linux 6.16. */
export const UDP_ENCAP_OVPNINUDP = 8;

/** The kinds of the IPPROTO_UDP options. */
export const udpOptions = {
  [UDP_CORK]: { name: 'UDP_CORK', ...bool },
  [UDP_ENCAP]: { name: 'UDP_ENCAP', ...int },
  [UDP_NO_CHECK6_TX]: { name: 'UDP_NO_CHECK6_TX', ...bool, since: '3.16' },
  [UDP_NO_CHECK6_RX]: { name: 'UDP_NO_CHECK6_RX', ...bool, since: '3.16' },
  [UDP_SEGMENT]: { name: 'UDP_SEGMENT', ...int, since: '4.18' },
  [UDP_GRO]: { name: 'UDP_GRO', ...bool, since: '5.0' },
} as const satisfies OptionTable;
