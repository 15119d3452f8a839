/** The trials of the IPPROTO_IPV6 options. */
import * as sockfd from '../../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  getsockopt,
  htonl,
  IPPROTO_IPV6,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
} from '../../../lib/index.js';
import { open } from '../sockets.js';
import {
  bool,
  boolOn,
  bytesOn,
  connectedUdp6,
  experiment6,
  lo,
  mapped,
  plain,
  raw6,
  readonlyOn,
  set,
  setOn,
  type Trial,
  udp6,
} from './make.js';
import { ipv6, mcastTrials, membership } from './multicast.js';

/** A TCP socket that has control messages to tell. */
function telling(): number {
  const fd = open(AF_INET6, SOCK_STREAM);
  setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_RECVPKTINFO, true);
  setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_RECVHOPLIMIT, true);
  return fd;
}

// RFC 8200, 4.2: an extension header of 8 bytes, of which the last 6 are an option of padding.
const padding = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
// RFC 8754, 2: a routing header of type 4, with one segment, which is reached.
const segments = Uint8Array.of(0, 2, 4, 0, 0, 0, 0, 0, 0xfd, ...new Uint8Array(14), 1);

/** struct ip6_mtuinfo, linux/ipv6.h. */
const mtuinfo = (bytes: Buffer): unknown => ({
  addr: { family: bytes.readUInt16LE(0) },
  mtu: bytes.readUInt32LE(28),
});

export const ipv6Trials: Record<string, Trial> = {
  // It leaves IPv6 altogether: the level is then not there to be read.
  IPV6_ADDRFORM: {
    on: mapped,
    set: [AF_INET],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_DOMAIN),
  },
  IPV6_2292PKTINFO: bool,
  IPV6_2292HOPOPTS: bool,
  IPV6_2292DSTOPTS: bool,
  IPV6_2292RTHDR: bool,
  IPV6_CHECKSUM: setOn(experiment6, 4, -1),
  IPV6_2292HOPLIMIT: bool,
  IPV6_FLOWINFO: bool,
  // ipv6(7): -1 is the default of the route.
  IPV6_UNICAST_HOPS: { set: [5, 255, -1], reads: (value) => (value === -1 ? 64 : value) },
  IPV6_MULTICAST_IF: set(lo, 0),
  IPV6_MULTICAST_HOPS: { set: [0, 7, -1], reads: (value) => (value === -1 ? 1 : value) },
  IPV6_MULTICAST_LOOP: bool,
  // It takes the alert value, and tells no more than whether that is 0.
  IPV6_ROUTER_ALERT: { on: raw6, set: [5], reads: () => 1 },
  IPV6_MTU_DISCOVER: set(0, 1, 2, 3, 4, 5),
  // Set, it is a limit; read, it is the MTU of the path, here of loopback.
  IPV6_MTU: { on: connectedUdp6, set: [1400], reads: () => 65536 },
  IPV6_RECVERR: bool,
  IPV6_V6ONLY: bool,
  IPV6_MULTICAST_ALL: bool,
  IPV6_ROUTER_ALERT_ISOLATE: bool,
  IPV6_RECVERR_RFC4884: bool,
  IPV6_FLOWINFO_SEND: bool,
  IPV6_HDRINCL: boolOn(experiment6),
  IPV6_RECVPKTINFO: bool,
  IPV6_RECVHOPLIMIT: bool,
  IPV6_RECVHOPOPTS: bool,
  IPV6_RECVRTHDR: bool,
  IPV6_RECVDSTOPTS: bool,
  IPV6_RECVPATHMTU: bool,
  IPV6_DONTFRAG: bool,
  IPV6_RECVTCLASS: bool,
  IPV6_TCLASS: { set: [0x20, 255, -1], reads: (value) => (value === -1 ? 0 : value) },
  IPV6_AUTOFLOWLABEL: bool,
  // RFC 5014: what was not chosen reads as its default, here a home address.
  IPV6_ADDR_PREFERENCES: {
    set: [sockfd.IPV6_PREFER_SRC_TMP, sockfd.IPV6_PREFER_SRC_PUBLIC],
    reads: (value) => (value as number) | sockfd.IPV6_PREFER_SRC_HOME,
  },
  IPV6_MINHOPCOUNT: set(0, 255),
  IPV6_RECVORIGDSTADDR: bool,
  IPV6_TRANSPARENT: bool,
  IPV6_UNICAST_IF: set(htonl(lo), 0),
  IPV6_RECVFRAGSIZE: bool,
  IPV6_FREEBIND: bool,
  IPV6_2292PKTOPTIONS: { on: telling, decode: plain },
  ...membership(
    ipv6,
    ['IPV6_ADD_MEMBERSHIP', 'IPV6_DROP_MEMBERSHIP'],
    { multiaddr: ipv6.group, ifindex: lo },
    undefined,
  ),
  ...mcastTrials(ipv6),
  // These take an interface or a peer, which they have in tests of their own.
  IPV6_JOIN_ANYCAST: { writeonly: true },
  IPV6_LEAVE_ANYCAST: { writeonly: true },
  IPV6_IPSEC_POLICY: { writeonly: true },
  IPV6_XFRM_POLICY: { writeonly: true },
  IPV6_PKTINFO: { writeonly: true },
  IPV6_FLOWLABEL_MGR: { volatile: true },
  IP6T_SO_ORIGINAL_DST: { volatile: true },
  IPV6_HOPOPTS: bytesOn(udp6, padding),
  IPV6_RTHDRDSTOPTS: bytesOn(udp6, padding),
  IPV6_DSTOPTS: bytesOn(udp6, padding),
  IPV6_RTHDR: {
    ...bytesOn(udp6, segments),
    lacking: ['EINVAL', 'segment routing needs Linux 4.10'],
  },
  IPV6_PATHMTU: { ...readonlyOn(connectedUdp6), size: 32, decode: mtuinfo },
};
