/**
 * Netlink sockets: their protocols, and the options of SOL_NETLINK. netlink(7)
 */
import { nl_groups } from './nl_groups.js';
import { bool, type OptionTable, uint, writeonly } from './option.js';

/** Interfaces, addresses, routes, neighbours, traffic control. rtnetlink(7) */
export const NETLINK_ROUTE = 0;
/** Unused. */
export const NETLINK_UNUSED = 1;
/** Between programs. */
export const NETLINK_USERSOCK = 2;
/** Unused; formerly packets of iptables. */
export const NETLINK_FIREWALL = 3;
/** Lists sockets. Linux 3.3. sock_diag(7) */
export const NETLINK_SOCK_DIAG = 4;
/** The old name of NETLINK_SOCK_DIAG. */
export const NETLINK_INET_DIAG = 4;
/** Logs of netfilter; replaced by NETLINK_NETFILTER. */
export const NETLINK_NFLOG = 5;
/** IPsec. */
export const NETLINK_XFRM = 6;
/** Events of SELinux. */
export const NETLINK_SELINUX = 7;
/** iSCSI. */
export const NETLINK_ISCSI = 8;
/** Auditing. */
export const NETLINK_AUDIT = 9;
/** Looks up IPv4 routes. */
export const NETLINK_FIB_LOOKUP = 10;
/** Parts of the kernel, each with a number. */
export const NETLINK_CONNECTOR = 11;
/** Netfilter: connection tracking, nftables, queues, logs. */
export const NETLINK_NETFILTER = 12;
/** Unused; formerly packets of ip6tables. */
export const NETLINK_IP6_FW = 13;
/** DECnet routing; removed in Linux 6.1. */
export const NETLINK_DNRTMSG = 14;
/** Events of devices, as udev hears them. */
export const NETLINK_KOBJECT_UEVENT = 15;
/** Families that are found by name: ethtool, nl80211, mptcp_pm … */
export const NETLINK_GENERIC = 16;
/** Events of SCSI transports. */
export const NETLINK_SCSITRANSPORT = 18;
/** eCryptfs; no longer used. */
export const NETLINK_ECRYPTFS = 19;
/** InfiniBand. Linux 3.0. */
export const NETLINK_RDMA = 20;
/** Algorithms of the kernel's cryptography. Linux 3.2. */
export const NETLINK_CRYPTO = 21;
/** SMC sockets; never used. Linux 4.19. */
export const NETLINK_SMC = 22;

/** Join a multicast group, which a socket hears once it is bound. uint, set only. netlink(7) */
export const NETLINK_ADD_MEMBERSHIP = 1;
/** Leave a multicast group. uint, set only. netlink(7) */
export const NETLINK_DROP_MEMBERSHIP = 2;
/** Receive with a cmsg nl_pktinfo. bool. netlink(7) */
export const NETLINK_PKTINFO = 3;
/** Who sends to a group hears ENOBUFS when this socket has no room. bool. netlink(7) */
export const NETLINK_BROADCAST_ERROR = 4;
/** Do not hear ENOBUFS when messages were lost. bool. netlink(7) */
export const NETLINK_NO_ENOBUFS = 5;
/** A ring for mmap(2). Linux 3.10 to 4.5. */
export const NETLINK_RX_RING = 6;
/** A ring for mmap(2). Linux 3.10 to 4.5. */
export const NETLINK_TX_RING = 7;
/** Hear other network namespaces that have an id here. bool. Needs CAP_NET_BROADCAST. Linux 4.2. */
export const NETLINK_LISTEN_ALL_NSID = 8;
/** The groups that were joined. A list of uint, read only. Linux 4.2. netlink(7) */
export const NETLINK_LIST_MEMBERSHIPS = 9;
/** Acknowledgements of errors come without the request. bool. Linux 4.3. netlink(7) */
export const NETLINK_CAP_ACK = 10;
/** Acknowledgements say in words what is wrong, and where. bool. Linux 4.12. */
export const NETLINK_EXT_ACK = 11;
/** Dumps are refused when their request has what they do not know. bool. Linux 4.20. */
export const NETLINK_GET_STRICT_CHK = 12;

/** The kinds of the SOL_NETLINK options; without the rings, which were removed in Linux 4.6. */
export const netlinkOptions = {
  [NETLINK_ADD_MEMBERSHIP]: {
    name: 'NETLINK_ADD_MEMBERSHIP',
    ...writeonly(uint),
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'the protocol does not let everybody listen, as NETLINK_AUDIT',
  },
  [NETLINK_DROP_MEMBERSHIP]: {
    name: 'NETLINK_DROP_MEMBERSHIP',
    ...writeonly(uint),
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'the protocol does not let everybody listen, as NETLINK_AUDIT',
  },
  [NETLINK_PKTINFO]: { name: 'NETLINK_PKTINFO', ...bool },
  [NETLINK_BROADCAST_ERROR]: { name: 'NETLINK_BROADCAST_ERROR', ...bool },
  [NETLINK_NO_ENOBUFS]: { name: 'NETLINK_NO_ENOBUFS', ...bool },
  [NETLINK_LISTEN_ALL_NSID]: {
    name: 'NETLINK_LISTEN_ALL_NSID',
    ...bool,
    since: '4.2',
    needs: ['CAP_NET_BROADCAST'],
  },
  [NETLINK_LIST_MEMBERSHIPS]: { name: 'NETLINK_LIST_MEMBERSHIPS', ...nl_groups, since: '4.2' },
  [NETLINK_CAP_ACK]: { name: 'NETLINK_CAP_ACK', ...bool, since: '4.3' },
  [NETLINK_EXT_ACK]: { name: 'NETLINK_EXT_ACK', ...bool, since: '4.12' },
  [NETLINK_GET_STRICT_CHK]: { name: 'NETLINK_GET_STRICT_CHK', ...bool, since: '4.20' },
} as const satisfies OptionTable;
