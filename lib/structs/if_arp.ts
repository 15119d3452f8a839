/**
 * The constants of linux/if_arp.h: the kinds of hardware, which `sll_hatype` has too, and the
 * operations of ARP. arp(7), packet(7)
 */

/** NET/ROM. */
export const ARPHRD_NETROM = 0;
/** Ethernet. */
export const ARPHRD_ETHER = 1;
/** Experimental Ethernet. */
export const ARPHRD_EETHER = 2;
/** AX.25. */
export const ARPHRD_AX25 = 3;
/** PROnet token ring. */
export const ARPHRD_PRONET = 4;
/** Chaosnet. */
export const ARPHRD_CHAOS = 5;
/** IEEE 802.2. */
export const ARPHRD_IEEE802 = 6;
/** ARCnet. */
export const ARPHRD_ARCNET = 7;
/** AppleTalk. */
export const ARPHRD_APPLETLK = 8;
/** Frame relay. */
export const ARPHRD_DLCI = 15;
/** ATM. */
export const ARPHRD_ATM = 19;
/** Metricom STRIP. */
export const ARPHRD_METRICOM = 23;
/** FireWire. RFC 2734 */
export const ARPHRD_IEEE1394 = 24;
/** Addresses of 64 bits. */
export const ARPHRD_EUI64 = 27;
/** InfiniBand: addresses of 20 bytes. */
export const ARPHRD_INFINIBAND = 32;

/** SLIP. */
export const ARPHRD_SLIP = 256;
/** SLIP with compressed headers. */
export const ARPHRD_CSLIP = 257;
/** SLIP of six bits. */
export const ARPHRD_SLIP6 = 258;
/** SLIP of six bits with compressed headers. */
export const ARPHRD_CSLIP6 = 259;
/** Reserved. */
export const ARPHRD_RSRVD = 260;
/** Adaptive SLIP. */
export const ARPHRD_ADAPT = 264;
/** ROSE. */
export const ARPHRD_ROSE = 270;
/** X.25. */
export const ARPHRD_X25 = 271;
/** X.25 in firmware. */
export const ARPHRD_HWX25 = 272;
/** CAN. */
export const ARPHRD_CAN = 280;
/** MCTP. */
export const ARPHRD_MCTP = 290;
/** PPP. */
export const ARPHRD_PPP = 512;
/** HDLC of Cisco. */
export const ARPHRD_CISCO = 513;
/** Another name of ARPHRD_CISCO. */
export const ARPHRD_HDLC = 513;
/** LAPB. */
export const ARPHRD_LAPB = 516;
/** DDCMP. */
export const ARPHRD_DDCMP = 517;
/** HDLC as it is. */
export const ARPHRD_RAWHDLC = 518;
/** IP without a link header. */
export const ARPHRD_RAWIP = 519;

/** IPv4 in IPv4. */
export const ARPHRD_TUNNEL = 768;
/** IPv6 in IPv6. */
export const ARPHRD_TUNNEL6 = 769;
/** A frame relay access device. */
export const ARPHRD_FRAD = 770;
/** SKIP. */
export const ARPHRD_SKIP = 771;
/** The loopback interface. */
export const ARPHRD_LOOPBACK = 772;
/** LocalTalk. */
export const ARPHRD_LOCALTLK = 773;
/** FDDI. */
export const ARPHRD_FDDI = 774;
/** AP1000 BIF. */
export const ARPHRD_BIF = 775;
/** IPv6 in IPv4. */
export const ARPHRD_SIT = 776;
/** IP over DDP. */
export const ARPHRD_IPDDP = 777;
/** GRE over IPv4. */
export const ARPHRD_IPGRE = 778;
/** Multicast routing. */
export const ARPHRD_PIMREG = 779;
/** HIPPI. */
export const ARPHRD_HIPPI = 780;
/** Nexus ASH. */
export const ARPHRD_ASH = 781;
/** Econet. */
export const ARPHRD_ECONET = 782;
/** Infrared. */
export const ARPHRD_IRDA = 783;
/** Fibre Channel, point to point. */
export const ARPHRD_FCPP = 784;
/** Fibre Channel, arbitrated loop. */
export const ARPHRD_FCAL = 785;
/** Fibre Channel, public loop. */
export const ARPHRD_FCPL = 786;
/** Fibre Channel, fabric; up to 799. */
export const ARPHRD_FCFABRIC = 787;
/** Token ring. */
export const ARPHRD_IEEE802_TR = 800;
/** WLAN. */
export const ARPHRD_IEEE80211 = 801;
/** WLAN with a Prism header. */
export const ARPHRD_IEEE80211_PRISM = 802;
/** WLAN with a radiotap header. */
export const ARPHRD_IEEE80211_RADIOTAP = 803;
/** IEEE 802.15.4. */
export const ARPHRD_IEEE802154 = 804;
/** IEEE 802.15.4, all frames. */
export const ARPHRD_IEEE802154_MONITOR = 805;
/** Phonet. */
export const ARPHRD_PHONET = 820;
/** Phonet with a pipe header. */
export const ARPHRD_PHONET_PIPE = 821;
/** CAIF. */
export const ARPHRD_CAIF = 822;
/** GRE over IPv6. */
export const ARPHRD_IP6GRE = 823;
/** Netlink, monitored. */
export const ARPHRD_NETLINK = 824;
/** IPv6 over low-power WLAN. */
export const ARPHRD_6LOWPAN = 825;
/** AF_VSOCK, monitored. */
export const ARPHRD_VSOCKMON = 826;
/** No link header. */
export const ARPHRD_NONE = 0xfffe;
/** Nothing is known. */
export const ARPHRD_VOID = 0xffff;

/** Who has this address? arp(7) */
export const ARPOP_REQUEST = 1;
/** I have. arp(7) */
export const ARPOP_REPLY = 2;
/** What is my address? RFC 903 */
export const ARPOP_RREQUEST = 3;
/** Your address. RFC 903 */
export const ARPOP_RREPLY = 4;
/** What is the address at this circuit? RFC 2390 */
export const ARPOP_InREQUEST = 8;
/** The address at this circuit. RFC 2390 */
export const ARPOP_InREPLY = 9;
/** No such address, on ATM. RFC 1577 */
export const ARPOP_NAK = 10;
