/** The multicast groups of NETLINK_ROUTE, for NETLINK_ADD_MEMBERSHIP. rtnetlink(7) */

/** No group. */
export const RTNLGRP_NONE = 0;
/** Interfaces: created, changed, gone. */
export const RTNLGRP_LINK = 1;
/** Unused. */
export const RTNLGRP_NOTIFY = 2;
/** Neighbours: ARP, IPv6 neighbour discovery, forwarding entries of bridges. */
export const RTNLGRP_NEIGH = 3;
/** Traffic control. */
export const RTNLGRP_TC = 4;
/** IPv4 addresses. */
export const RTNLGRP_IPV4_IFADDR = 5;
/** IPv4 multicast routes. */
export const RTNLGRP_IPV4_MROUTE = 6;
/** IPv4 routes. */
export const RTNLGRP_IPV4_ROUTE = 7;
/** IPv4 rules of routing. */
export const RTNLGRP_IPV4_RULE = 8;
/** IPv6 addresses. */
export const RTNLGRP_IPV6_IFADDR = 9;
/** IPv6 multicast routes. */
export const RTNLGRP_IPV6_MROUTE = 10;
/** IPv6 routes. */
export const RTNLGRP_IPV6_ROUTE = 11;
/** IPv6 parameters of interfaces. */
export const RTNLGRP_IPV6_IFINFO = 12;
/** DECnet addresses; removed in Linux 6.1. */
export const RTNLGRP_DECnet_IFADDR = 13;
/** Unused. */
export const RTNLGRP_NOP2 = 14;
/** DECnet routes; removed in Linux 6.1. */
export const RTNLGRP_DECnet_ROUTE = 15;
/** DECnet rules; removed in Linux 6.1. */
export const RTNLGRP_DECnet_RULE = 16;
/** Unused. */
export const RTNLGRP_NOP4 = 17;
/** Prefixes that IPv6 routers announce. */
export const RTNLGRP_IPV6_PREFIX = 18;
/** IPv6 rules of routing. */
export const RTNLGRP_IPV6_RULE = 19;
/** Options of IPv6 neighbour discovery that are left to programs. */
export const RTNLGRP_ND_USEROPT = 20;
/** Phonet addresses. */
export const RTNLGRP_PHONET_IFADDR = 21;
/** Phonet routes. */
export const RTNLGRP_PHONET_ROUTE = 22;
/** Data centre bridging. */
export const RTNLGRP_DCB = 23;
/** IPv4 settings of interfaces. Linux 3.8. */
export const RTNLGRP_IPV4_NETCONF = 24;
/** IPv6 settings of interfaces. Linux 3.8. */
export const RTNLGRP_IPV6_NETCONF = 25;
/** Multicast groups of bridges. Linux 3.8. */
export const RTNLGRP_MDB = 26;
/** MPLS routes. Linux 4.1. */
export const RTNLGRP_MPLS_ROUTE = 27;
/** Numbers of network namespaces. Linux 4.1. */
export const RTNLGRP_NSID = 28;
/** MPLS settings of interfaces. Linux 4.12. */
export const RTNLGRP_MPLS_NETCONF = 29;
/** IPv4 multicast packets without a route. Linux 4.13. */
export const RTNLGRP_IPV4_MROUTE_R = 30;
/** IPv6 multicast packets without a route. Linux 4.13. */
export const RTNLGRP_IPV6_MROUTE_R = 31;
/** Next hops of their own. Linux 5.3. */
export const RTNLGRP_NEXTHOP = 32;
/** VLANs of bridges. Linux 5.6. */
export const RTNLGRP_BRVLAN = 33;
/** MCTP addresses. Linux 5.17. */
export const RTNLGRP_MCTP_IFADDR = 34;
/** Tunnels: the VNIs of a device. Linux 5.18. */
export const RTNLGRP_TUNNEL = 35;
/** Statistics of devices. Linux 5.18. */
export const RTNLGRP_STATS = 36;
/** IPv4 multicast addresses of interfaces. Linux 6.14. */
export const RTNLGRP_IPV4_MCADDR = 37;
/** IPv6 multicast addresses of interfaces. Linux 6.14. */
export const RTNLGRP_IPV6_MCADDR = 38;
/** IPv6 anycast addresses of interfaces. Linux 6.14. */
export const RTNLGRP_IPV6_ACADDR = 39;
