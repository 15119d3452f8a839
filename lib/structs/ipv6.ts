/**
 * IPv6: the options of IPPROTO_IPV6 and their values. ipv6(7)
 */
import { in6_flowlabel_req } from './flowlabel.js';
import {
  MCAST_BLOCK_SOURCE,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
  MCAST_MSFILTER,
  MCAST_UNBLOCK_SOURCE,
} from './ip.js';
import { ip6_mtuinfo } from './mtuinfo.js';
import {
  group_filter,
  group_req,
  group_source_req,
  ipv6_anycast_req,
  ipv6_mreq,
} from './multicast.js';
import { bool, bytes, int, type OptionTable, uint, writeonly } from './option.js';
import { original_dst } from './original_dst.js';
import { in6_pktinfo } from './pktinfo.js';

/** The bits of the flow label, in host byte order. */
export const IPV6_FLOWINFO_FLOWLABEL = 0x000fffff;
/** The bits of the traffic class, in host byte order. */
export const IPV6_FLOWINFO_PRIORITY = 0x0ff00000;

/** Obsolete priority 0. */
export const IPV6_PRIORITY_UNCHARACTERIZED = 0x0000;
/** Obsolete priority 1. */
export const IPV6_PRIORITY_FILLER = 0x0100;
/** Obsolete priority 2. */
export const IPV6_PRIORITY_UNATTENDED = 0x0200;
/** Obsolete priority 3. */
export const IPV6_PRIORITY_RESERVED1 = 0x0300;
/** Obsolete priority 4. */
export const IPV6_PRIORITY_BULK = 0x0400;
/** Obsolete priority 5. */
export const IPV6_PRIORITY_RESERVED2 = 0x0500;
/** Obsolete priority 6. */
export const IPV6_PRIORITY_INTERACTIVE = 0x0600;
/** Obsolete priority 7. */
export const IPV6_PRIORITY_CONTROL = 0x0700;
/** Obsolete priority 8. */
export const IPV6_PRIORITY_8 = 0x0800;
/** Obsolete priority 9. */
export const IPV6_PRIORITY_9 = 0x0900;
/** Obsolete priority 10. */
export const IPV6_PRIORITY_10 = 0x0a00;
/** Obsolete priority 11. */
export const IPV6_PRIORITY_11 = 0x0b00;
/** Obsolete priority 12. */
export const IPV6_PRIORITY_12 = 0x0c00;
/** Obsolete priority 13. */
export const IPV6_PRIORITY_13 = 0x0d00;
/** Obsolete priority 14. */
export const IPV6_PRIORITY_14 = 0x0e00;
/** Obsolete priority 15. */
export const IPV6_PRIORITY_15 = 0x0f00;

/** Option in an extension header: one byte of padding. */
export const IPV6_TLV_PAD1 = 0;
/** Option in an extension header: padding. */
export const IPV6_TLV_PADN = 1;
/** Option in an extension header: router alert. */
export const IPV6_TLV_ROUTERALERT = 5;
/** Option in an extension header: security label. Linux 4.8. */
export const IPV6_TLV_CALIPSO = 7;
/** Option in an extension header: measurements on the way. Linux 5.15. */
export const IPV6_TLV_IOAM = 49;
/** Option in an extension header: a length beyond 65,535. */
export const IPV6_TLV_JUMBO = 194;
/** Option in an extension header: home address. */
export const IPV6_TLV_HAO = 201;

/** Turn a connected socket to a mapped address into IPv4: AF_INET. int. ipv6(7) */
export const IPV6_ADDRFORM = 1;
/** IPV6_RECVPKTINFO as RFC 2292 had it. bool. */
export const IPV6_2292PKTINFO = 2;
/** IPV6_RECVHOPOPTS as RFC 2292 had it. bool. */
export const IPV6_2292HOPOPTS = 3;
/** IPV6_RECVDSTOPTS as RFC 2292 had it. bool. */
export const IPV6_2292DSTOPTS = 4;
/** IPV6_RECVRTHDR as RFC 2292 had it. bool. */
export const IPV6_2292RTHDR = 5;
/** Control messages: set for what is sent, read of a stream socket. Bytes. RFC 2292 */
export const IPV6_2292PKTOPTIONS = 6;
/** Raw sockets: where the checksum is. int, byte offset; -1 none. */
export const IPV6_CHECKSUM = 7;
/** IPV6_RECVHOPLIMIT as RFC 2292 had it. bool. */
export const IPV6_2292HOPLIMIT = 8;
/** The type of a control message: the next hop. sockaddr_in6. */
export const IPV6_NEXTHOP = 9;
/** Obsolete; not an option any more. ipv6(7) */
export const IPV6_AUTHHDR = 10;
/** Receive IPV6_FLOWINFO with each datagram. bool. */
export const IPV6_FLOWINFO = 11;
/** Hop limit of what is sent; -1 is the default. int, hops, 0–255. ipv6(7) */
export const IPV6_UNICAST_HOPS = 16;
/** The interface of multicasts. int, its index. ipv6(7) */
export const IPV6_MULTICAST_IF = 17;
/** Hop limit of multicasts; -1 is the default. int, hops, 0–255. ipv6(7) */
export const IPV6_MULTICAST_HOPS = 18;
/** Multicasts also reach sockets of this machine. bool. ipv6(7) */
export const IPV6_MULTICAST_LOOP = 19;
/** Join a group. ipv6_mreq, set only. ipv6(7) */
export const IPV6_ADD_MEMBERSHIP = 20;
/** Leave a group. ipv6_mreq, set only. ipv6(7) */
export const IPV6_DROP_MEMBERSHIP = 21;
/** The name that RFC 3493 has for IPV6_ADD_MEMBERSHIP. */
export const IPV6_JOIN_GROUP = 20;
/** The name that RFC 3493 has for IPV6_DROP_MEMBERSHIP. */
export const IPV6_LEAVE_GROUP = 21;
/** Raw sockets: take packets with this alert value; reads 0 or 1. int. ipv6(7) */
export const IPV6_ROUTER_ALERT = 22;
/** Path MTU discovery: IPV6_PMTUDISC_* int. ipv6(7) */
export const IPV6_MTU_DISCOVER = 23;
/** Set: a limit. Read, once connected: the path MTU. int, bytes. ipv6(7) */
export const IPV6_MTU = 24;
/** Keep errors in the error queue. bool. ipv6(7) */
export const IPV6_RECVERR = 25;
/** IPv6 only, not IPv4 by mapped addresses. bool. ipv6(7) */
export const IPV6_V6ONLY = 26;
/** Take an anycast address. ipv6_mreq, set only. Needs CAP_NET_ADMIN. */
export const IPV6_JOIN_ANYCAST = 27;
/** Leave an anycast address. ipv6_mreq, set only. */
export const IPV6_LEAVE_ANYCAST = 28;
/** Hear every group joined on this machine; true by default. bool. Linux 4.20. */
export const IPV6_MULTICAST_ALL = 29;
/** Router alerts of this network namespace only. bool. Linux 5.1. */
export const IPV6_ROUTER_ALERT_ISOLATE = 30;
/** IPV6_RECVERR tells where ICMP extensions begin. bool. Linux 5.9. */
export const IPV6_RECVERR_RFC4884 = 31;

/** Fragment; never ask. */
export const IPV6_PMTUDISC_DONT = 0;
/** As the route says; fragment what is too long. */
export const IPV6_PMTUDISC_WANT = 1;
/** Never fragment: EMSGSIZE for what is too long. */
export const IPV6_PMTUDISC_DO = 2;
/** Never fragment, whatever the path MTU. */
export const IPV6_PMTUDISC_PROBE = 3;
/** The MTU of the interface; ICMP cannot lower it. Linux 3.14. */
export const IPV6_PMTUDISC_INTERFACE = 4;
/** The same, and fragment what is too long. Linux 3.15. */
export const IPV6_PMTUDISC_OMIT = 5;

/** Manage flow labels; read since Linux 3.14. in6_flowlabel_req. RFC 6437 */
export const IPV6_FLOWLABEL_MGR = 32;
/** Take the flow label from the address. bool. */
export const IPV6_FLOWINFO_SEND = 33;
/** An IPsec policy, as PF_KEY has it. Bytes of sadb_x_policy, set only. Needs CAP_NET_ADMIN. */
export const IPV6_IPSEC_POLICY = 34;
/** An IPsec policy. Bytes of xfrm_userpolicy_info, set only. Needs CAP_NET_ADMIN. */
export const IPV6_XFRM_POLICY = 35;
/** The caller writes the IP header of raw packets. bool. Linux 4.5. */
export const IPV6_HDRINCL = 36;

/** Receive IPV6_PKTINFO with each datagram: interface and address. bool. ipv6(7) */
export const IPV6_RECVPKTINFO = 49;
/** The interface (not the address) of all that is sent; a cmsg. in6_pktinfo, set only. ipv6(7) */
export const IPV6_PKTINFO = 50;
/** Receive IPV6_HOPLIMIT with each datagram. bool. ipv6(7) */
export const IPV6_RECVHOPLIMIT = 51;
/** The type of a control message: the hop limit. int. ipv6(7) */
export const IPV6_HOPLIMIT = 52;
/** Receive IPV6_HOPOPTS with each datagram. bool. ipv6(7) */
export const IPV6_RECVHOPOPTS = 53;
/** Hop-by-hop options of all that is sent; a cmsg. Bytes. Needs CAP_NET_RAW. ipv6(7) */
export const IPV6_HOPOPTS = 54;
/** Options before routing of all that is sent; a cmsg. Bytes. Needs CAP_NET_RAW. */
export const IPV6_RTHDRDSTOPTS = 55;
/** Receive IPV6_RTHDR with each datagram. bool. ipv6(7) */
export const IPV6_RECVRTHDR = 56;
/** The routing header of all that is sent; a cmsg. Bytes. ipv6(7) */
export const IPV6_RTHDR = 57;
/** Receive IPV6_DSTOPTS with each datagram. bool. ipv6(7) */
export const IPV6_RECVDSTOPTS = 58;
/** Destination options of all that is sent; a cmsg. Bytes. Needs CAP_NET_RAW. ipv6(7) */
export const IPV6_DSTOPTS = 59;
/** Receive IPV6_PATHMTU when the path MTU is exceeded. bool. */
export const IPV6_RECVPATHMTU = 60;
/** The path MTU, once connected. ip6_mtuinfo, read only. */
export const IPV6_PATHMTU = 61;
/** Never fragment datagrams: EMSGSIZE for what is too long. bool. */
export const IPV6_DONTFRAG = 62;
/** Receive IPV6_TCLASS with each datagram. bool. */
export const IPV6_RECVTCLASS = 66;
/** Traffic class of what is sent; -1 is the default. int, 0–255. */
export const IPV6_TCLASS = 67;
/** Make flow labels from the flow. bool. Linux 3.17. */
export const IPV6_AUTOFLOWLABEL = 70;
/** How the source address is chosen: IPV6_PREFER_SRC_* bits. int. */
export const IPV6_ADDR_PREFERENCES = 72;

/** Rather a temporary address. */
export const IPV6_PREFER_SRC_TMP = 0x0001;
/** Rather a public address. */
export const IPV6_PREFER_SRC_PUBLIC = 0x0002;
/** Temporary or public as the system says. */
export const IPV6_PREFER_SRC_PUBTMP_DEFAULT = 0x0100;
/** Rather a care-of address. */
export const IPV6_PREFER_SRC_COA = 0x0004;
/** Rather a home address. */
export const IPV6_PREFER_SRC_HOME = 0x0400;
/** Rather a cryptographic address; without effect. */
export const IPV6_PREFER_SRC_CGA = 0x0008;
/** Rather not a cryptographic address; without effect. */
export const IPV6_PREFER_SRC_NONCGA = 0x0800;

/** Drop what comes with a lower hop limit. int, hops, 0–255. */
export const IPV6_MINHOPCOUNT = 73;
/** The type of the control message of IPV6_RECVORIGDSTADDR. */
export const IPV6_ORIGDSTADDR = 74;
/** Receive the original destination with each datagram. bool. */
export const IPV6_RECVORIGDSTADDR = 74;
/** Bind foreign addresses; true needs CAP_NET_ADMIN or CAP_NET_RAW. bool. */
export const IPV6_TRANSPARENT = 75;
/** The interface of unicasts. uint, its index in network byte order. Linux 3.4. */
export const IPV6_UNICAST_IF = 76;
/** Receive the size of the largest fragment. bool. Linux 4.10. */
export const IPV6_RECVFRAGSIZE = 77;
/** Bind an address that is not here, or not yet. bool. Linux 4.15. */
export const IPV6_FREEBIND = 78;
/** Where a redirected TCP connection was going. sockaddr_in6, read only. Linux 3.8. */
export const IP6T_SO_ORIGINAL_DST = 80;

/** The kinds of the IPPROTO_IPV6 options. */
export const ipv6Options = {
  [IPV6_ADDRFORM]: { name: 'IPV6_ADDRFORM', ...int },
  [IPV6_2292PKTINFO]: { name: 'IPV6_2292PKTINFO', ...bool },
  [IPV6_2292HOPOPTS]: { name: 'IPV6_2292HOPOPTS', ...bool },
  [IPV6_2292DSTOPTS]: { name: 'IPV6_2292DSTOPTS', ...bool },
  [IPV6_2292RTHDR]: { name: 'IPV6_2292RTHDR', ...bool },
  [IPV6_2292PKTOPTIONS]: {
    name: 'IPV6_2292PKTOPTIONS',
    ...bytes(2048),
    needs: ['CAP_NET_RAW'],
    needsWhen: 'for hop-by-hop and destination options',
  },
  [IPV6_CHECKSUM]: { name: 'IPV6_CHECKSUM', ...int },
  [IPV6_2292HOPLIMIT]: { name: 'IPV6_2292HOPLIMIT', ...bool },
  [IPV6_FLOWINFO]: { name: 'IPV6_FLOWINFO', ...bool },
  [IPV6_UNICAST_HOPS]: { name: 'IPV6_UNICAST_HOPS', ...int },
  [IPV6_MULTICAST_IF]: { name: 'IPV6_MULTICAST_IF', ...int },
  [IPV6_MULTICAST_HOPS]: { name: 'IPV6_MULTICAST_HOPS', ...int },
  [IPV6_MULTICAST_LOOP]: { name: 'IPV6_MULTICAST_LOOP', ...bool },
  [IPV6_ADD_MEMBERSHIP]: { name: 'IPV6_ADD_MEMBERSHIP', ...ipv6_mreq },
  [IPV6_DROP_MEMBERSHIP]: { name: 'IPV6_DROP_MEMBERSHIP', ...ipv6_mreq },
  [IPV6_ROUTER_ALERT]: { name: 'IPV6_ROUTER_ALERT', ...int },
  [IPV6_MTU_DISCOVER]: { name: 'IPV6_MTU_DISCOVER', ...int },
  [IPV6_MTU]: { name: 'IPV6_MTU', ...int },
  [IPV6_RECVERR]: { name: 'IPV6_RECVERR', ...bool },
  [IPV6_V6ONLY]: { name: 'IPV6_V6ONLY', ...bool },
  [IPV6_JOIN_ANYCAST]: {
    name: 'IPV6_JOIN_ANYCAST',
    ...ipv6_anycast_req,
    needs: ['CAP_NET_ADMIN'],
  },
  [IPV6_LEAVE_ANYCAST]: { name: 'IPV6_LEAVE_ANYCAST', ...ipv6_anycast_req },
  [IPV6_MULTICAST_ALL]: { name: 'IPV6_MULTICAST_ALL', ...bool, since: '4.20' },
  [IPV6_ROUTER_ALERT_ISOLATE]: { name: 'IPV6_ROUTER_ALERT_ISOLATE', ...bool, since: '5.1' },
  [IPV6_RECVERR_RFC4884]: { name: 'IPV6_RECVERR_RFC4884', ...bool, since: '5.9' },
  [IPV6_FLOWLABEL_MGR]: {
    name: 'IPV6_FLOWLABEL_MGR',
    ...in6_flowlabel_req,
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'where expires or linger is more than 150 seconds',
  },
  [IPV6_FLOWINFO_SEND]: { name: 'IPV6_FLOWINFO_SEND', ...bool },
  [IPV6_IPSEC_POLICY]: {
    name: 'IPV6_IPSEC_POLICY',
    ...writeonly(bytes(0)),
    needs: ['CAP_NET_ADMIN'],
  },
  [IPV6_XFRM_POLICY]: {
    name: 'IPV6_XFRM_POLICY',
    ...writeonly(bytes(0)),
    needs: ['CAP_NET_ADMIN'],
  },
  [IPV6_HDRINCL]: { name: 'IPV6_HDRINCL', ...bool, since: '4.5' },
  [MCAST_JOIN_GROUP]: { name: 'MCAST_JOIN_GROUP', ...group_req },
  [MCAST_BLOCK_SOURCE]: { name: 'MCAST_BLOCK_SOURCE', ...group_source_req },
  [MCAST_UNBLOCK_SOURCE]: { name: 'MCAST_UNBLOCK_SOURCE', ...group_source_req },
  [MCAST_LEAVE_GROUP]: { name: 'MCAST_LEAVE_GROUP', ...group_req },
  [MCAST_JOIN_SOURCE_GROUP]: { name: 'MCAST_JOIN_SOURCE_GROUP', ...group_source_req },
  [MCAST_LEAVE_SOURCE_GROUP]: { name: 'MCAST_LEAVE_SOURCE_GROUP', ...group_source_req },
  [MCAST_MSFILTER]: { name: 'MCAST_MSFILTER', ...group_filter },
  [IPV6_RECVPKTINFO]: { name: 'IPV6_RECVPKTINFO', ...bool },
  [IPV6_PKTINFO]: { name: 'IPV6_PKTINFO', ...writeonly(in6_pktinfo) },
  [IPV6_RECVHOPLIMIT]: { name: 'IPV6_RECVHOPLIMIT', ...bool },
  [IPV6_RECVHOPOPTS]: { name: 'IPV6_RECVHOPOPTS', ...bool },
  [IPV6_HOPOPTS]: { name: 'IPV6_HOPOPTS', ...bytes(2048), needs: ['CAP_NET_RAW'] },
  [IPV6_RTHDRDSTOPTS]: { name: 'IPV6_RTHDRDSTOPTS', ...bytes(2048), needs: ['CAP_NET_RAW'] },
  [IPV6_RECVRTHDR]: { name: 'IPV6_RECVRTHDR', ...bool },
  [IPV6_RTHDR]: { name: 'IPV6_RTHDR', ...bytes(2048) },
  [IPV6_RECVDSTOPTS]: { name: 'IPV6_RECVDSTOPTS', ...bool },
  [IPV6_DSTOPTS]: { name: 'IPV6_DSTOPTS', ...bytes(2048), needs: ['CAP_NET_RAW'] },
  [IPV6_RECVPATHMTU]: { name: 'IPV6_RECVPATHMTU', ...bool },
  [IPV6_PATHMTU]: { name: 'IPV6_PATHMTU', ...ip6_mtuinfo },
  [IPV6_DONTFRAG]: { name: 'IPV6_DONTFRAG', ...bool },
  [IPV6_RECVTCLASS]: { name: 'IPV6_RECVTCLASS', ...bool },
  [IPV6_TCLASS]: { name: 'IPV6_TCLASS', ...int },
  [IPV6_AUTOFLOWLABEL]: { name: 'IPV6_AUTOFLOWLABEL', ...bool, since: '3.17' },
  [IPV6_ADDR_PREFERENCES]: { name: 'IPV6_ADDR_PREFERENCES', ...int },
  [IPV6_MINHOPCOUNT]: { name: 'IPV6_MINHOPCOUNT', ...int },
  [IPV6_RECVORIGDSTADDR]: { name: 'IPV6_RECVORIGDSTADDR', ...bool },
  [IPV6_TRANSPARENT]: {
    name: 'IPV6_TRANSPARENT',
    ...bool,
    needs: ['CAP_NET_ADMIN', 'CAP_NET_RAW'],
    needsWhen: 'to turn it on',
  },
  [IPV6_UNICAST_IF]: { name: 'IPV6_UNICAST_IF', ...uint, since: '3.4' },
  [IPV6_RECVFRAGSIZE]: { name: 'IPV6_RECVFRAGSIZE', ...bool, since: '4.10' },
  [IPV6_FREEBIND]: { name: 'IPV6_FREEBIND', ...bool, since: '4.15' },
  [IP6T_SO_ORIGINAL_DST]: { name: 'IP6T_SO_ORIGINAL_DST', ...original_dst, since: '3.8' },
} as const satisfies OptionTable;
