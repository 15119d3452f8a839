/**
 * The constants of linux/if_ether.h: the sizes of Ethernet and the protocols that it carries, which
 * are those of packet sockets. packet(7)
 */

/** Bytes of an Ethernet address. */
export const ETH_ALEN = 6;
/** Bytes of `h_proto`. */
export const ETH_TLEN = 2;
/** Bytes of the header. */
export const ETH_HLEN = 14;
/** The shortest frame, without its checksum. Bytes. */
export const ETH_ZLEN = 60;
/** The most that a frame carries. Bytes. */
export const ETH_DATA_LEN = 1500;
/** The longest frame, without its checksum. Bytes. */
export const ETH_FRAME_LEN = 1514;
/** Bytes of the checksum behind a frame. */
export const ETH_FCS_LEN = 4;
/** The least MTU that IPv4 asks for. Bytes. RFC 791 */
export const ETH_MIN_MTU = 68;
/** The greatest MTU. Bytes. */
export const ETH_MAX_MTU = 0xffff;

/** Loopback, of old. */
export const ETH_P_LOOP = 0x0060;
/** Xerox PUP. */
export const ETH_P_PUP = 0x0200;
/** Address translation of PUP. */
export const ETH_P_PUPAT = 0x0201;
/** Mirrored traffic: ERSPAN type III. */
export const ETH_P_ERSPAN2 = 0x22eb;
/** Audio and video in bridged networks. IEEE 1722 */
export const ETH_P_TSN = 0x22f0;
/** IPv4. ip(7) */
export const ETH_P_IP = 0x0800;
/** X.25. x25(7) */
export const ETH_P_X25 = 0x0805;
/** Address resolution. arp(7) */
export const ETH_P_ARP = 0x0806;
/** AX.25 over Ethernet; not registered. */
export const ETH_P_BPQ = 0x08ff;
/** PUP in 802.3. */
export const ETH_P_IEEEPUP = 0x0a00;
/** Address translation of PUP in 802.3. */
export const ETH_P_IEEEPUPAT = 0x0a01;
/** B.A.T.M.A.N. advanced, a mesh; not registered. */
export const ETH_P_BATMAN = 0x4305;
/** Of DEC. */
export const ETH_P_DEC = 0x6000;
/** DEC: dump and load. */
export const ETH_P_DNA_DL = 0x6001;
/** DEC: remote console. */
export const ETH_P_DNA_RC = 0x6002;
/** DEC: routing. */
export const ETH_P_DNA_RT = 0x6003;
/** DEC: terminals. */
export const ETH_P_LAT = 0x6004;
/** DEC: diagnostics. */
export const ETH_P_DIAG = 0x6005;
/** DEC: for customers. */
export const ETH_P_CUST = 0x6006;
/** DEC: clusters. */
export const ETH_P_SCA = 0x6007;
/** Ethernet inside another protocol. */
export const ETH_P_TEB = 0x6558;
/** Reverse address resolution. */
export const ETH_P_RARP = 0x8035;
/** AppleTalk. ddp(7) */
export const ETH_P_ATALK = 0x809b;
/** Address resolution of AppleTalk. */
export const ETH_P_AARP = 0x80f3;
/** A VLAN tag. IEEE 802.1Q */
export const ETH_P_8021Q = 0x8100;
/** IPX. */
export const ETH_P_IPX = 0x8137;
/** IPv6. ipv6(7) */
export const ETH_P_IPV6 = 0x86dd;
/** Pause frames. IEEE 802.3x */
export const ETH_P_PAUSE = 0x8808;
/** Link aggregation and other slow protocols. IEEE 802.3ad */
export const ETH_P_SLOW = 0x8809;
/** Web cache coordination. */
export const ETH_P_WCCP = 0x883e;
/** MPLS. */
export const ETH_P_MPLS_UC = 0x8847;
/** MPLS, labels assigned upstream. */
export const ETH_P_MPLS_MC = 0x8848;
/** ATM over multiple protocols. */
export const ETH_P_ATMMPOA = 0x884c;
/** PPPoE: discovery. */
export const ETH_P_PPP_DISC = 0x8863;
/** PPPoE: a session. */
export const ETH_P_PPP_SES = 0x8864;
/** HomePNA and WLAN link control. */
export const ETH_P_LINK_CTL = 0x886c;
/** LLC of more than 1,500 bytes. IEEE 802.1AC */
export const ETH_P_8021AC = 0x8870;
/** ATM in frames. */
export const ETH_P_ATMFATE = 0x8884;
/** Who may use a port. IEEE 802.1X */
export const ETH_P_PAE = 0x888e;
/** PROFINET. */
export const ETH_P_PROFINET = 0x8892;
/** Several protocols of Realtek. */
export const ETH_P_REALTEK = 0x8899;
/** ATA over Ethernet. */
export const ETH_P_AOE = 0x88a2;
/** EtherCAT. */
export const ETH_P_ETHERCAT = 0x88a4;
/** A VLAN tag of a provider. IEEE 802.1ad */
export const ETH_P_8021AD = 0x88a8;
/** For local experiments. IEEE 802 */
export const ETH_P_802_EX1 = 0x88b5;
/** Mirrored traffic: ERSPAN type II. */
export const ETH_P_ERSPAN = 0x88be;
/** Switch tags of MaxLinear. */
export const ETH_P_MXLGSW = 0x88c3;
/** WLAN preauthentication. IEEE 802.11 */
export const ETH_P_PREAUTH = 0x88c7;
/** TIPC. */
export const ETH_P_TIPC = 0x88ca;
/** Who is at the other end of the wire. IEEE 802.1AB */
export const ETH_P_LLDP = 0x88cc;
/** Media redundancy. IEC 62439-2 */
export const ETH_P_MRP = 0x88e3;
/** Encrypted frames. IEEE 802.1AE */
export const ETH_P_MACSEC = 0x88e5;
/** A tag of a backbone. IEEE 802.1ah */
export const ETH_P_8021AH = 0x88e7;
/** Registration of VLANs. IEEE 802.1ak */
export const ETH_P_MVRP = 0x88f5;
/** Precise time. IEEE 1588 */
export const ETH_P_1588 = 0x88f7;
/** Sideband to a network controller. */
export const ETH_P_NCSI = 0x88f8;
/** Parallel redundancy. IEC 62439-3 */
export const ETH_P_PRP = 0x88fb;
/** Connectivity faults. IEEE 802.1ag */
export const ETH_P_CFM = 0x8902;
/** Fibre Channel over Ethernet. */
export const ETH_P_FCOE = 0x8906;
/** WLAN direct links. IEEE 802.11 */
export const ETH_P_TDLS = 0x890d;
/** Fibre Channel over Ethernet: initialization. */
export const ETH_P_FIP = 0x8914;
/** InfiniBand over Ethernet. */
export const ETH_P_IBOE = 0x8915;
/** Handover between media. IEEE 802.21 */
export const ETH_P_80221 = 0x8917;
/** Redundant rings. IEC 62439-3 */
export const ETH_P_HSR = 0x892f;
/** Service chains. RFC 8300 */
export const ETH_P_NSH = 0x894f;
/** Loopback. IEEE 802.3 */
export const ETH_P_LOOPBACK = 0x9000;
/** A VLAN tag within another, of old; not registered. */
export const ETH_P_QINQ1 = 0x9100;
/** A VLAN tag within another, of old; not registered. */
export const ETH_P_QINQ2 = 0x9200;
/** A VLAN tag within another, of old; not registered. */
export const ETH_P_QINQ3 = 0x9300;
/** Switch tags of Motorcomm; not registered. */
export const ETH_P_YT921X = 0x9988;
/** Switch tags of Marvell with a type; not registered. */
export const ETH_P_EDSA = 0xdada;
/** Switch tags in VLAN tags; not registered. */
export const ETH_P_DSA_8021Q = 0xdadb;
/** Switch tags of Renesas; not registered. */
export const ETH_P_DSA_A5PSW = 0xe001;
/** Metadata between packet classifiers. RFC 8348 */
export const ETH_P_IFE = 0xed3e;
/** AF_IUCV; not registered. */
export const ETH_P_AF_IUCV = 0xfbfb;
/** Switch tags of NXP; not registered. */
export const ETH_P_NXP_NETC = 0xfd3a;

/** From here on `h_proto` is a protocol; below, it is a length. */
export const ETH_P_802_3_MIN = 0x0600;

/** Frames of 802.3 without LLC. packet(7) */
export const ETH_P_802_3 = 0x0001;
/** AX.25. */
export const ETH_P_AX25 = 0x0002;
/** Every packet. packet(7) */
export const ETH_P_ALL = 0x0003;
/** Frames of 802.3 with LLC. */
export const ETH_P_802_2 = 0x0004;
/** Frames with SNAP; within the kernel. */
export const ETH_P_SNAP = 0x0005;
/** DDCMP; within the kernel. */
export const ETH_P_DDCMP = 0x0006;
/** PPP of WANs. */
export const ETH_P_WAN_PPP = 0x0007;
/** PPP over several links. */
export const ETH_P_PPP_MP = 0x0008;
/** LocalTalk. */
export const ETH_P_LOCALTALK = 0x0009;
/** CAN. */
export const ETH_P_CAN = 0x000c;
/** CAN FD. */
export const ETH_P_CANFD = 0x000d;
/** CAN XL. */
export const ETH_P_CANXL = 0x000e;
/** AppleTalk over PPP. */
export const ETH_P_PPPTALK = 0x0010;
/** LLC on token ring. */
export const ETH_P_TR_802_2 = 0x0011;
/** Mobitex. */
export const ETH_P_MOBITEX = 0x0015;
/** Control frames of a card. */
export const ETH_P_CONTROL = 0x0016;
/** Infrared. */
export const ETH_P_IRDA = 0x0017;
/** Econet. */
export const ETH_P_ECONET = 0x0018;
/** HDLC. */
export const ETH_P_HDLC = 0x0019;
/** ARCnet. */
export const ETH_P_ARCNET = 0x001a;
/** Switch tags. */
export const ETH_P_DSA = 0x001b;
/** Switch tags behind the frame. */
export const ETH_P_TRAILER = 0x001c;
/** Phonet. */
export const ETH_P_PHONET = 0x00f5;
/** IEEE 802.15.4. */
export const ETH_P_IEEE802154 = 0x00f6;
/** CAIF. */
export const ETH_P_CAIF = 0x00f7;
/** Multiplexed switch tags. */
export const ETH_P_XDSA = 0x00f8;
/** Multiplexed frames of Qualcomm modems. */
export const ETH_P_MAP = 0x00f9;
/** MCTP. */
export const ETH_P_MCTP = 0x00fa;
/** OSI in GRE tunnels; this one is on the wire. */
export const ETH_P_GRE_OSI = 0x00fe;
