/**
 * IPv4: protocols, the options of IPPROTO_IP, and well-known addresses. ip(7)
 */
import {
  group_filter,
  group_req,
  group_source_req,
  ip_mreq_source,
  ip_mreqn,
  ip_msfilter,
  ip_multicast_if,
} from './multicast.js';
import { bool, bytes, int, type OptionTable, readonly, uint, writeonly } from './option.js';
import { original_dst } from './original_dst.js';
import { port_range } from './port_range.js';

/** The protocol that the family and type imply; also the level of IP options. */
export const IPPROTO_IP = 0;
/** Control messages of IPv4. icmp(7) */
export const IPPROTO_ICMP = 1;
/** Group management. */
export const IPPROTO_IGMP = 2;
/** IPv4 inside IP. */
export const IPPROTO_IPIP = 4;
/** TCP. tcp(7) */
export const IPPROTO_TCP = 6;
/** Exterior gateway protocol. */
export const IPPROTO_EGP = 8;
/** PUP. */
export const IPPROTO_PUP = 12;
/** UDP. udp(7) */
export const IPPROTO_UDP = 17;
/** XNS IDP. */
export const IPPROTO_IDP = 22;
/** ISO transport class 4. */
export const IPPROTO_TP = 29;
/** Datagrams with congestion control. */
export const IPPROTO_DCCP = 33;
/** IPv6 inside IP; also the level of IPv6 options. ipv6(7) */
export const IPPROTO_IPV6 = 41;
/** Resource reservation. */
export const IPPROTO_RSVP = 46;
/** GRE tunnels. */
export const IPPROTO_GRE = 47;
/** IPsec: encapsulated payload. */
export const IPPROTO_ESP = 50;
/** IPsec: authentication header. */
export const IPPROTO_AH = 51;
/** Multicast transport. */
export const IPPROTO_MTP = 92;
/** IPsec BEET pseudo header. */
export const IPPROTO_BEETPH = 94;
/** Encapsulation header. */
export const IPPROTO_ENCAP = 98;
/** Multicast routing. */
export const IPPROTO_PIM = 103;
/** Compression. */
export const IPPROTO_COMP = 108;
/** L2TP. Linux 3.5. */
export const IPPROTO_L2TP = 115;
/** SCTP. sctp(7) */
export const IPPROTO_SCTP = 132;
/** UDP-Lite. udplite(7) */
export const IPPROTO_UDPLITE = 136;
/** MPLS inside IP. Linux 4.2. */
export const IPPROTO_MPLS = 137;
/** Ethernet inside IPv6. Linux 5.6. */
export const IPPROTO_ETHERNET = 143;
/** Aggregation and fragmentation inside ESP. Linux 6.14. */
export const IPPROTO_AGGFRAG = 144;
/** Raw packets, headers included. raw(7) */
export const IPPROTO_RAW = 255;
/** SMC over AF_INET and AF_INET6. Linux 6.11. */
export const IPPROTO_SMC = 256;
/** Multipath TCP. Linux 5.6. */
export const IPPROTO_MPTCP = 262;

/** IPv6 extension header: hop-by-hop options. */
export const IPPROTO_HOPOPTS = 0;
/** IPv6 extension header: routing. */
export const IPPROTO_ROUTING = 43;
/** IPv6 extension header: fragment. */
export const IPPROTO_FRAGMENT = 44;
/** Control messages of IPv6. */
export const IPPROTO_ICMPV6 = 58;
/** IPv6: nothing follows. */
export const IPPROTO_NONE = 59;
/** IPv6 extension header: destination options. */
export const IPPROTO_DSTOPTS = 60;
/** IPv6 extension header: mobility. */
export const IPPROTO_MH = 135;

/** Type of service of what is sent: DSCP, and ECN except on TCP. int, 0–255. ip(7) */
export const IP_TOS = 1;
/** Time to live of what is sent; -1 is the default. int, hops, 1–255. ip(7) */
export const IP_TTL = 2;
/** The caller writes the IP header of raw packets. bool. raw(7) */
export const IP_HDRINCL = 3;
/** IP options of what is sent; some need CAP_NET_RAW. Bytes, at most 40; none undoes it. ip(7) */
export const IP_OPTIONS = 4;
/** Raw sockets: take packets with the router alert option. bool. ip(7) */
export const IP_ROUTER_ALERT = 5;
/** Receive IP_OPTIONS with each datagram. bool. ip(7) */
export const IP_RECVOPTS = 6;
/** Receive them as they are, not yet processed. bool. ip(7) */
export const IP_RETOPTS = 7;
/** Receive IP_PKTINFO with each datagram: interface and address. bool. ip(7) */
export const IP_PKTINFO = 8;
/** Control messages of a stream socket, as IP_PKTINFO and others ask. Bytes, read only. */
export const IP_PKTOPTIONS = 9;
/** Path MTU discovery: IP_PMTUDISC_* int. ip(7) */
export const IP_MTU_DISCOVER = 10;
/** Keep errors in the error queue. bool. ip(7) */
export const IP_RECVERR = 11;
/** Receive IP_TTL with each datagram. bool. ip(7) */
export const IP_RECVTTL = 12;
/** Receive IP_TOS with each datagram. bool. ip(7) */
export const IP_RECVTOS = 13;
/** The path MTU, once connected. int, bytes; read only. ip(7) */
export const IP_MTU = 14;
/** Bind an address that is not here, or not yet. bool. ip(7) */
export const IP_FREEBIND = 15;
/** An IPsec policy, as PF_KEY has it. Bytes of sadb_x_policy, set only. Needs CAP_NET_ADMIN. */
export const IP_IPSEC_POLICY = 16;
/** An IPsec policy. Bytes of xfrm_userpolicy_info, set only. Needs CAP_NET_ADMIN. */
export const IP_XFRM_POLICY = 17;
/** Receive SCM_SECURITY with each datagram. bool. ip(7) */
export const IP_PASSSEC = 18;
/** Bind foreign addresses; true needs CAP_NET_ADMIN or CAP_NET_RAW. bool. ip(7) */
export const IP_TRANSPARENT = 19;
/** The BSD name of IP_RETOPTS. */
export const IP_RECVRETOPTS = 7;
/** The type of the control message of IP_RECVORIGDSTADDR. ip(7) */
export const IP_ORIGDSTADDR = 20;
/** Receive the original destination with each datagram. bool. ip(7) */
export const IP_RECVORIGDSTADDR = 20;
/** Drop what comes with a lower time to live. int, hops, 0–255. ip(7) */
export const IP_MINTTL = 21;
/** Raw sockets: do not reassemble what is sent. bool. ip(7) */
export const IP_NODEFRAG = 22;
/** Receive the checksum of each datagram. bool. Linux 4.0. */
export const IP_CHECKSUM = 23;
/** bind(2) to port 0 leaves the port to connect(2). bool. Linux 4.2. ip(7) */
export const IP_BIND_ADDRESS_NO_PORT = 24;
/** Receive the size of the largest fragment. bool. Linux 4.10. */
export const IP_RECVFRAGSIZE = 25;
/** IP_RECVERR tells where ICMP extensions begin. bool. Linux 5.9. */
export const IP_RECVERR_RFC4884 = 26;

/** Fragment; never forbid it. */
export const IP_PMTUDISC_DONT = 0;
/** As the route says; fragment what is too long. */
export const IP_PMTUDISC_WANT = 1;
/** Never fragment: EMSGSIZE for what is too long. */
export const IP_PMTUDISC_DO = 2;
/** Never fragment, whatever the path MTU. */
export const IP_PMTUDISC_PROBE = 3;
/** The MTU of the interface; ICMP cannot lower it. Linux 3.13. */
export const IP_PMTUDISC_INTERFACE = 4;
/** The same, and fragment what is too long. Linux 3.15. */
export const IP_PMTUDISC_OMIT = 5;

/** The interface of multicasts. An address; set also from ip_mreqn. ip(7) */
export const IP_MULTICAST_IF = 32;
/** Time to live of multicasts; -1 is the default. int, hops, 0–255. ip(7) */
export const IP_MULTICAST_TTL = 33;
/** Multicasts also reach sockets of this machine. bool. ip(7) */
export const IP_MULTICAST_LOOP = 34;
/** Join a group. ip_mreqn or ip_mreq, set only. ip(7) */
export const IP_ADD_MEMBERSHIP = 35;
/** Leave a group. ip_mreqn or ip_mreq, set only. ip(7) */
export const IP_DROP_MEMBERSHIP = 36;
/** Hear a source of a group again. ip_mreq_source, set only. ip(7) */
export const IP_UNBLOCK_SOURCE = 37;
/** Ignore a source of a group. ip_mreq_source, set only. ip(7) */
export const IP_BLOCK_SOURCE = 38;
/** Join a group for one source. ip_mreq_source, set only. ip(7) */
export const IP_ADD_SOURCE_MEMBERSHIP = 39;
/** Leave it for that source. ip_mreq_source, set only. ip(7) */
export const IP_DROP_SOURCE_MEMBERSHIP = 40;
/** All sources of a group. ip_msfilter. ip(7) */
export const IP_MSFILTER = 41;
/** IP_ADD_MEMBERSHIP of either family. group_req, set only. */
export const MCAST_JOIN_GROUP = 42;
/** IP_BLOCK_SOURCE of either family. group_source_req, set only. */
export const MCAST_BLOCK_SOURCE = 43;
/** IP_UNBLOCK_SOURCE of either family. group_source_req, set only. */
export const MCAST_UNBLOCK_SOURCE = 44;
/** IP_DROP_MEMBERSHIP of either family. group_req, set only. */
export const MCAST_LEAVE_GROUP = 45;
/** IP_ADD_SOURCE_MEMBERSHIP of either family. group_source_req, set only. */
export const MCAST_JOIN_SOURCE_GROUP = 46;
/** IP_DROP_SOURCE_MEMBERSHIP of either family. group_source_req, set only. */
export const MCAST_LEAVE_SOURCE_GROUP = 47;
/** IP_MSFILTER of either family. group_filter. */
export const MCAST_MSFILTER = 48;
/** Hear every group joined on this machine; true by default. bool. ip(7) */
export const IP_MULTICAST_ALL = 49;
/** The interface of unicasts. uint, its index in network byte order. Linux 3.4. */
export const IP_UNICAST_IF = 50;
/** Ephemeral ports of this socket. { low, high }, 0 is the default. Linux 6.3. ip(7) */
export const IP_LOCAL_PORT_RANGE = 51;
/** The protocol of a raw socket. int, read only. Linux 6.4. */
export const IP_PROTOCOL = 52;
/** Where a redirected TCP connection was going. sockaddr_in, read only. */
export const SO_ORIGINAL_DST = 80;

/** Filter mode: all but these sources. */
export const MCAST_EXCLUDE = 0;
/** Filter mode: these sources only. */
export const MCAST_INCLUDE = 1;

/** IP_MULTICAST_TTL of a new socket. */
export const IP_DEFAULT_MULTICAST_TTL = 1;
/** IP_MULTICAST_LOOP of a new socket. */
export const IP_DEFAULT_MULTICAST_LOOP = 1;

/** 0.0.0.0: every address of this machine. All INADDR_* are in host byte order. */
export const INADDR_ANY = 0x00000000;
/** 255.255.255.255: every host of the network. */
export const INADDR_BROADCAST = 0xffffffff;
/** 255.255.255.255 as a failure. */
export const INADDR_NONE = 0xffffffff;
/** 192.0.0.8: source of ICMP where there is no address. Linux 5.13. */
export const INADDR_DUMMY = 0xc0000008;
/** 127.0.0.1: this machine. */
export const INADDR_LOOPBACK = 0x7f000001;
/** 224.0.0.0: no group. */
export const INADDR_UNSPEC_GROUP = 0xe0000000;
/** 224.0.0.1: every host. */
export const INADDR_ALLHOSTS_GROUP = 0xe0000001;
/** 224.0.0.2: every router. */
export const INADDR_ALLRTRS_GROUP = 0xe0000002;
/** 224.0.0.106: every snooper. Linux 5.1. */
export const INADDR_ALLSNOOPERS_GROUP = 0xe000006a;
/** 224.0.0.255: the last group that routers keep local. */
export const INADDR_MAX_LOCAL_GROUP = 0xe00000ff;

/** The kinds of the IPPROTO_IP options. */
export const ipOptions = {
  [IP_TOS]: { name: 'IP_TOS', ...int },
  [IP_TTL]: { name: 'IP_TTL', ...int },
  [IP_HDRINCL]: { name: 'IP_HDRINCL', ...bool },
  [IP_OPTIONS]: {
    name: 'IP_OPTIONS',
    ...bytes(40),
    needs: ['CAP_NET_RAW'],
    needsWhen: 'for kinds that the kernel does not handle itself; without, EINVAL',
  },
  [IP_ROUTER_ALERT]: { name: 'IP_ROUTER_ALERT', ...bool },
  [IP_RECVOPTS]: { name: 'IP_RECVOPTS', ...bool },
  [IP_RETOPTS]: { name: 'IP_RETOPTS', ...bool },
  [IP_PKTINFO]: { name: 'IP_PKTINFO', ...bool },
  [IP_PKTOPTIONS]: { name: 'IP_PKTOPTIONS', ...readonly(bytes(512)) },
  [IP_MTU_DISCOVER]: { name: 'IP_MTU_DISCOVER', ...int },
  [IP_RECVERR]: { name: 'IP_RECVERR', ...bool },
  [IP_RECVTTL]: { name: 'IP_RECVTTL', ...bool },
  [IP_RECVTOS]: { name: 'IP_RECVTOS', ...bool },
  [IP_MTU]: { name: 'IP_MTU', ...readonly(int) },
  [IP_FREEBIND]: { name: 'IP_FREEBIND', ...bool },
  [IP_IPSEC_POLICY]: {
    name: 'IP_IPSEC_POLICY',
    ...writeonly(bytes(0)),
    needs: ['CAP_NET_ADMIN'],
  },
  [IP_XFRM_POLICY]: { name: 'IP_XFRM_POLICY', ...writeonly(bytes(0)), needs: ['CAP_NET_ADMIN'] },
  [IP_PASSSEC]: { name: 'IP_PASSSEC', ...bool },
  [IP_TRANSPARENT]: {
    name: 'IP_TRANSPARENT',
    ...bool,
    needs: ['CAP_NET_ADMIN', 'CAP_NET_RAW'],
    needsWhen: 'to turn it on',
  },
  [IP_RECVORIGDSTADDR]: { name: 'IP_RECVORIGDSTADDR', ...bool },
  [IP_MINTTL]: { name: 'IP_MINTTL', ...int },
  [IP_NODEFRAG]: { name: 'IP_NODEFRAG', ...bool },
  [IP_CHECKSUM]: { name: 'IP_CHECKSUM', ...bool, since: '4.0' },
  [IP_BIND_ADDRESS_NO_PORT]: { name: 'IP_BIND_ADDRESS_NO_PORT', ...bool, since: '4.2' },
  [IP_RECVFRAGSIZE]: { name: 'IP_RECVFRAGSIZE', ...bool, since: '4.10' },
  [IP_RECVERR_RFC4884]: { name: 'IP_RECVERR_RFC4884', ...bool, since: '5.9' },
  [IP_MULTICAST_IF]: { name: 'IP_MULTICAST_IF', ...ip_multicast_if },
  [IP_MULTICAST_TTL]: { name: 'IP_MULTICAST_TTL', ...int },
  [IP_MULTICAST_LOOP]: { name: 'IP_MULTICAST_LOOP', ...bool },
  [IP_ADD_MEMBERSHIP]: { name: 'IP_ADD_MEMBERSHIP', ...ip_mreqn },
  [IP_DROP_MEMBERSHIP]: { name: 'IP_DROP_MEMBERSHIP', ...ip_mreqn },
  [IP_UNBLOCK_SOURCE]: { name: 'IP_UNBLOCK_SOURCE', ...ip_mreq_source },
  [IP_BLOCK_SOURCE]: { name: 'IP_BLOCK_SOURCE', ...ip_mreq_source },
  [IP_ADD_SOURCE_MEMBERSHIP]: { name: 'IP_ADD_SOURCE_MEMBERSHIP', ...ip_mreq_source },
  [IP_DROP_SOURCE_MEMBERSHIP]: { name: 'IP_DROP_SOURCE_MEMBERSHIP', ...ip_mreq_source },
  [IP_MSFILTER]: { name: 'IP_MSFILTER', ...ip_msfilter },
  [MCAST_JOIN_GROUP]: { name: 'MCAST_JOIN_GROUP', ...group_req },
  [MCAST_BLOCK_SOURCE]: { name: 'MCAST_BLOCK_SOURCE', ...group_source_req },
  [MCAST_UNBLOCK_SOURCE]: { name: 'MCAST_UNBLOCK_SOURCE', ...group_source_req },
  [MCAST_LEAVE_GROUP]: { name: 'MCAST_LEAVE_GROUP', ...group_req },
  [MCAST_JOIN_SOURCE_GROUP]: { name: 'MCAST_JOIN_SOURCE_GROUP', ...group_source_req },
  [MCAST_LEAVE_SOURCE_GROUP]: { name: 'MCAST_LEAVE_SOURCE_GROUP', ...group_source_req },
  [MCAST_MSFILTER]: { name: 'MCAST_MSFILTER', ...group_filter },
  [IP_MULTICAST_ALL]: { name: 'IP_MULTICAST_ALL', ...bool },
  [IP_UNICAST_IF]: { name: 'IP_UNICAST_IF', ...uint, since: '3.4' },
  [IP_LOCAL_PORT_RANGE]: { name: 'IP_LOCAL_PORT_RANGE', ...port_range, since: '6.3' },
  [IP_PROTOCOL]: { name: 'IP_PROTOCOL', ...readonly(int), since: '6.4' },
  [SO_ORIGINAL_DST]: { name: 'SO_ORIGINAL_DST', ...original_dst },
} as const satisfies OptionTable;
