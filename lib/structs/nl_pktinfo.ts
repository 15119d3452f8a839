/** `struct nl_pktinfo`: the group of a netlink message. netlink(7) */
import { type Kind, structure } from './option.js';

/** `struct nl_pktinfo`, linux/netlink.h: the cmsg of NETLINK_PKTINFO. */
export interface NlPktinfo {
  /** The multicast group that the message was sent to; 0 is none. */
  group: number;
}

export const nl_pktinfo: Kind<NlPktinfo, never> = structure(4, (r) => ({ group: r.u32() }));
