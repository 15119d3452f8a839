/**
 * Address families, and the protocol families of the same numbers. socket(2), address_families(7)
 */

/** No family: any, or connect(2) to it to dissolve an association. */
export const AF_UNSPEC = 0;
/** POSIX name of AF_UNIX. */
export const AF_LOCAL = 1;
/** Between processes of one machine. unix(7) */
export const AF_UNIX = 1;
/** Old name of AF_UNIX. */
export const AF_FILE = 1;
/** IPv4. ip(7) */
export const AF_INET = 2;
/** Amateur radio AX.25. ax25(4) */
export const AF_AX25 = 3;
/** Novell IPX; no longer in the kernel. ipx(7) */
export const AF_IPX = 4;
/** AppleTalk DDP. ddp(7) */
export const AF_APPLETALK = 5;
/** Amateur radio NET/ROM. */
export const AF_NETROM = 6;
/** Ethernet bridges, in routing messages. */
export const AF_BRIDGE = 7;
/** ATM permanent virtual circuits. */
export const AF_ATMPVC = 8;
/** ITU-T X.25. x25(7) */
export const AF_X25 = 9;
/** IPv6. ipv6(7) */
export const AF_INET6 = 10;
/** Amateur radio X.25 PLP. */
export const AF_ROSE = 11;
/** DECnet; removed in Linux 6.1. */
export const AF_DECnet = 12;
/** NetBEUI; never used. */
export const AF_NETBEUI = 13;
/** Firewall upcalls of Linux 2.1. */
export const AF_SECURITY = 14;
/** IPsec key management. */
export const AF_KEY = 15;
/** Messages to and from the kernel. netlink(7) */
export const AF_NETLINK = 16;
/** BSD name of AF_NETLINK. */
export const AF_ROUTE = 16;
/** Frames of network interfaces. packet(7) */
export const AF_PACKET = 17;
/** Ash; never implemented. */
export const AF_ASH = 18;
/** Acorn Econet; removed in Linux 3.5. */
export const AF_ECONET = 19;
/** ATM switched virtual circuits. */
export const AF_ATMSVC = 20;
/** Reliable datagrams over InfiniBand. */
export const AF_RDS = 21;
/** SNA; never implemented. */
export const AF_SNA = 22;
/** Infrared; removed in Linux 4.17. */
export const AF_IRDA = 23;
/** PPP over something, and L2TP. */
export const AF_PPPOX = 24;
/** Sangoma cards; removed in Linux 2.6.21. */
export const AF_WANPIPE = 25;
/** IEEE 802.2 logical link control. */
export const AF_LLC = 26;
/** InfiniBand addresses. Linux 3.11. */
export const AF_IB = 27;
/** MPLS labels, in routing messages. Linux 4.1. */
export const AF_MPLS = 28;
/** Controller area network. */
export const AF_CAN = 29;
/** Cluster messages. tipc(7) */
export const AF_TIPC = 30;
/** Bluetooth. */
export const AF_BLUETOOTH = 31;
/** z/VM inter-user communication. */
export const AF_IUCV = 32;
/** RxRPC, as AFS uses it. */
export const AF_RXRPC = 33;
/** mISDN. */
export const AF_ISDN = 34;
/** Nokia modems. */
export const AF_PHONET = 35;
/** Low-rate radio, IEEE 802.15.4. */
export const AF_IEEE802154 = 36;
/** ST-Ericsson modems. */
export const AF_CAIF = 37;
/** Cryptography of the kernel. */
export const AF_ALG = 38;
/** Near-field communication. Linux 3.1. */
export const AF_NFC = 39;
/** Between virtual machines and their host. vsock(7). Linux 3.9. */
export const AF_VSOCK = 40;
/** Messages over TCP. Linux 4.6. */
export const AF_KCM = 41;
/** Qualcomm IPC router. Linux 4.7. */
export const AF_QIPCRTR = 42;
/** Shared-memory communications over RDMA. Linux 4.11. */
export const AF_SMC = 43;
/** Express data path. Linux 4.18. */
export const AF_XDP = 44;
/** Management component transport. Linux 5.15. */
export const AF_MCTP = 45;

/** The protocol family of AF_UNSPEC. */
export const PF_UNSPEC = 0;
/** The protocol family of AF_LOCAL. */
export const PF_LOCAL = 1;
/** The protocol family of AF_UNIX. */
export const PF_UNIX = 1;
/** The protocol family of AF_FILE. */
export const PF_FILE = 1;
/** The protocol family of AF_INET. */
export const PF_INET = 2;
/** The protocol family of AF_AX25. */
export const PF_AX25 = 3;
/** The protocol family of AF_IPX. */
export const PF_IPX = 4;
/** The protocol family of AF_APPLETALK. */
export const PF_APPLETALK = 5;
/** The protocol family of AF_NETROM. */
export const PF_NETROM = 6;
/** The protocol family of AF_BRIDGE. */
export const PF_BRIDGE = 7;
/** The protocol family of AF_ATMPVC. */
export const PF_ATMPVC = 8;
/** The protocol family of AF_X25. */
export const PF_X25 = 9;
/** The protocol family of AF_INET6. */
export const PF_INET6 = 10;
/** The protocol family of AF_ROSE. */
export const PF_ROSE = 11;
/** The protocol family of AF_DECnet. */
export const PF_DECnet = 12;
/** The protocol family of AF_NETBEUI. */
export const PF_NETBEUI = 13;
/** The protocol family of AF_SECURITY. */
export const PF_SECURITY = 14;
/** The protocol family of AF_KEY. */
export const PF_KEY = 15;
/** The protocol family of AF_NETLINK. */
export const PF_NETLINK = 16;
/** The protocol family of AF_ROUTE. */
export const PF_ROUTE = 16;
/** The protocol family of AF_PACKET. */
export const PF_PACKET = 17;
/** The protocol family of AF_ASH. */
export const PF_ASH = 18;
/** The protocol family of AF_ECONET. */
export const PF_ECONET = 19;
/** The protocol family of AF_ATMSVC. */
export const PF_ATMSVC = 20;
/** The protocol family of AF_RDS. */
export const PF_RDS = 21;
/** The protocol family of AF_SNA. */
export const PF_SNA = 22;
/** The protocol family of AF_IRDA. */
export const PF_IRDA = 23;
/** The protocol family of AF_PPPOX. */
export const PF_PPPOX = 24;
/** The protocol family of AF_WANPIPE. */
export const PF_WANPIPE = 25;
/** The protocol family of AF_LLC. */
export const PF_LLC = 26;
/** The protocol family of AF_IB. */
export const PF_IB = 27;
/** The protocol family of AF_MPLS. */
export const PF_MPLS = 28;
/** The protocol family of AF_CAN. */
export const PF_CAN = 29;
/** The protocol family of AF_TIPC. */
export const PF_TIPC = 30;
/** The protocol family of AF_BLUETOOTH. */
export const PF_BLUETOOTH = 31;
/** The protocol family of AF_IUCV. */
export const PF_IUCV = 32;
/** The protocol family of AF_RXRPC. */
export const PF_RXRPC = 33;
/** The protocol family of AF_ISDN. */
export const PF_ISDN = 34;
/** The protocol family of AF_PHONET. */
export const PF_PHONET = 35;
/** The protocol family of AF_IEEE802154. */
export const PF_IEEE802154 = 36;
/** The protocol family of AF_CAIF. */
export const PF_CAIF = 37;
/** The protocol family of AF_ALG. */
export const PF_ALG = 38;
/** The protocol family of AF_NFC. */
export const PF_NFC = 39;
/** The protocol family of AF_VSOCK. */
export const PF_VSOCK = 40;
/** The protocol family of AF_KCM. */
export const PF_KCM = 41;
/** The protocol family of AF_QIPCRTR. */
export const PF_QIPCRTR = 42;
/** The protocol family of AF_SMC. */
export const PF_SMC = 43;
/** The protocol family of AF_XDP. */
export const PF_XDP = 44;
/** The protocol family of AF_MCTP. */
export const PF_MCTP = 45;
