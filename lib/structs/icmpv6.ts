/**
 * The constants of linux/icmpv6.h, and of netinet/icmp6.h those of neighbour discovery: the types
 * of ICMPv6 messages, and their codes.
 */

/** Type: it could not be delivered; the code says why. RFC 4443 */
export const ICMPV6_DEST_UNREACH = 1;
/** Type: too long for the next link: `mtu`. RFC 4443 */
export const ICMPV6_PKT_TOOBIG = 2;
/** Type: it took too long; the code says what. RFC 4443 */
export const ICMPV6_TIME_EXCEED = 3;
/** Type: something in its headers is wrong. RFC 4443 */
export const ICMPV6_PARAMPROB = 4;
/** In a type: no error. RFC 4443 */
export const ICMPV6_INFOMSG_MASK = 0x80;
/** Type: answer this. RFC 4443 */
export const ICMPV6_ECHO_REQUEST = 128;
/** Type: an answer to ICMPV6_ECHO_REQUEST. RFC 4443 */
export const ICMPV6_ECHO_REPLY = 129;
/** Type: who listens to this group? RFC 3810 */
export const ICMPV6_MGM_QUERY = 130;
/** Type: the sender listens to this group. RFC 2710 */
export const ICMPV6_MGM_REPORT = 131;
/** Type: it does no more. RFC 2710 */
export const ICMPV6_MGM_REDUCTION = 132;
/** Type: what is your name, or address? RFC 4620 */
export const ICMPV6_NI_QUERY = 139;
/** Type: an answer to ICMPV6_NI_QUERY. RFC 4620 */
export const ICMPV6_NI_REPLY = 140;
/** Type: what the sender listens to. RFC 3810 */
export const ICMPV6_MLD2_REPORT = 143;
/** Type: which home agents are there? RFC 6275 */
export const ICMPV6_DHAAD_REQUEST = 144;
/** Type: an answer to ICMPV6_DHAAD_REQUEST. RFC 6275 */
export const ICMPV6_DHAAD_REPLY = 145;
/** Type: what is the prefix at home? RFC 6275 */
export const ICMPV6_MOBILE_PREFIX_SOL = 146;
/** Type: an answer to ICMPV6_MOBILE_PREFIX_SOL. RFC 6275 */
export const ICMPV6_MOBILE_PREFIX_ADV = 147;
/** Type: a multicast router is here. RFC 4286 */
export const ICMPV6_MRDISC_ADV = 151;
/** Type: which multicast routers are there? RFC 4286 */
export const ICMPV6_MRDISC_SOL = 152;
/** Type: what is the state of this interface? RFC 8335 */
export const ICMPV6_EXT_ECHO_REQUEST = 160;
/** Type: an answer to ICMPV6_EXT_ECHO_REQUEST. RFC 8335 */
export const ICMPV6_EXT_ECHO_REPLY = 161;

/** Unreachable: no route. RFC 4443 */
export const ICMPV6_NOROUTE = 0;
/** Unreachable: a filter forbids it. RFC 4443 */
export const ICMPV6_ADM_PROHIBITED = 1;
/** Unreachable: beyond the scope of the source. RFC 4443 */
export const ICMPV6_NOT_NEIGHBOUR = 2;
/** Unreachable: the host does not answer. RFC 4443 */
export const ICMPV6_ADDR_UNREACH = 3;
/** Unreachable: nobody is at the port. RFC 4443 */
export const ICMPV6_PORT_UNREACH = 4;
/** Unreachable: the source address is refused. RFC 4443 */
export const ICMPV6_POLICY_FAIL = 5;
/** Unreachable: a route rejects it. RFC 4443 */
export const ICMPV6_REJECT_ROUTE = 6;

/** Time exceeded: too many routers. RFC 4443 */
export const ICMPV6_EXC_HOPLIMIT = 0;
/** Time exceeded: fragments are missing. RFC 4443 */
export const ICMPV6_EXC_FRAGTIME = 1;

/** Parameter problem: a field. RFC 4443 */
export const ICMPV6_HDR_FIELD = 0;
/** Parameter problem: an unknown header. RFC 4443 */
export const ICMPV6_UNK_NEXTHDR = 1;
/** Parameter problem: an unknown option. RFC 4443 */
export const ICMPV6_UNK_OPTION = 2;
/** Parameter problem: the first fragment lacks headers. RFC 7112 */
export const ICMPV6_HDR_INCOMP = 3;

/** In `router_pref`: less than others. RFC 4191 */
export const ICMPV6_ROUTER_PREF_LOW = 0x3;
/** In `router_pref`: as others. RFC 4191 */
export const ICMPV6_ROUTER_PREF_MEDIUM = 0x0;
/** In `router_pref`: more than others. RFC 4191 */
export const ICMPV6_ROUTER_PREF_HIGH = 0x1;
/** In `router_pref`: none of the three. RFC 4191 */
export const ICMPV6_ROUTER_PREF_INVALID = 0x2;

/** Type: which routers are there? RFC 4861 */
export const ND_ROUTER_SOLICIT = 133;
/** Type: a router is here. RFC 4861 */
export const ND_ROUTER_ADVERT = 134;
/** Type: who has this address? RFC 4861 */
export const ND_NEIGHBOR_SOLICIT = 135;
/** Type: the sender has this address. RFC 4861 */
export const ND_NEIGHBOR_ADVERT = 136;
/** Type: another router is nearer. RFC 4861 */
export const ND_REDIRECT = 137;

/** Option behind the header: the sender's link-layer address. RFC 4861 */
export const ND_OPT_SOURCE_LINKADDR = 1;
/** Option behind the header: the target's link-layer address. RFC 4861 */
export const ND_OPT_TARGET_LINKADDR = 2;
/** Option behind the header: a prefix of the link. RFC 4861 */
export const ND_OPT_PREFIX_INFORMATION = 3;
/** Option behind the header: what was redirected. RFC 4861 */
export const ND_OPT_REDIRECTED_HEADER = 4;
/** Option behind the header: the MTU of the link. RFC 4861 */
export const ND_OPT_MTU = 5;
/** Option behind the header: how often it comes. RFC 6275 */
export const ND_OPT_RTR_ADV_INTERVAL = 7;
/** Option behind the header: of a home agent. RFC 6275 */
export const ND_OPT_HOME_AGENT_INFO = 8;
