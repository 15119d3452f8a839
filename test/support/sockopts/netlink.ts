/** The trials of the SOL_NETLINK options. */
import * as sockfd from '../../../lib/index.js';
import { AF_NETLINK, getsockopt, SOCK_RAW, SOL_NETLINK, setsockopt } from '../../../lib/index.js';
import { open } from '../sockets.js';
import { bool, type Make, type Trial } from './make.js';

export const netlink: Make = () => open(AF_NETLINK, SOCK_RAW, sockfd.NETLINK_ROUTE);

/** In groups of more than one word. */
const groups = [sockfd.RTNLGRP_LINK, sockfd.RTNLGRP_NEXTHOP, sockfd.RTNLGRP_BRVLAN];

function member(): number {
  const fd = netlink();
  for (const group of groups) {
    setsockopt(fd, SOL_NETLINK, sockfd.NETLINK_ADD_MEMBERSHIP, group);
  }
  return fd;
}

const joined = (fd: number): number[] =>
  getsockopt(fd, SOL_NETLINK, sockfd.NETLINK_LIST_MEMBERSHIPS);

function bitsOf(bytes: Buffer): number[] {
  const word = bytes.readBigUInt64LE();
  return Array.from({ length: 64 }, (_, n) => n + 1).filter((n) => (word >> BigInt(n - 1)) & 1n);
}

export const netlinkTrials: Record<string, Trial> = {
  NETLINK_ADD_MEMBERSHIP: {
    writeonly: true,
    set: groups,
    reads: (group, fd) => joined(fd).find((each) => each === group),
  },
  NETLINK_DROP_MEMBERSHIP: {
    on: member,
    writeonly: true,
    set: groups,
    reads: (group, fd) => (joined(fd).includes(group as number) ? 'still in it' : group),
  },
  NETLINK_PKTINFO: bool,
  NETLINK_BROADCAST_ERROR: bool,
  NETLINK_NO_ENOBUFS: bool,
  NETLINK_LISTEN_ALL_NSID: bool,
  NETLINK_LIST_MEMBERSHIPS: { on: member, size: 8, decode: bitsOf },
  NETLINK_CAP_ACK: bool,
  NETLINK_EXT_ACK: bool,
  NETLINK_GET_STRICT_CHK: bool,
};
