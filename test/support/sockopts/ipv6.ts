/** The trials of the IPPROTO_IPV6 options. */
import * as sockfd from '../../../lib/index.js';
import { AF_INET, getsockopt, htonl, SOL_SOCKET } from '../../../lib/index.js';
import {
  bool,
  boolOn,
  connectedUdp6,
  experiment6,
  lo,
  mapped,
  raw6,
  set,
  setOn,
  type Trial,
} from './make.js';

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
  // Only a connection that was taken elsewhere has one: it has a test of its own.
  IP6T_SO_ORIGINAL_DST: { volatile: true },
};
