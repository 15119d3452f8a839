/** The trials of the IPPROTO_IP options. */
import { htonl } from '../../../lib/index.js';
import {
  asFlag,
  bool,
  boolOn,
  connectedUdp,
  lo,
  raw,
  readonlyOn,
  set,
  type Trial,
} from './make.js';

export const ipTrials: Record<string, Trial> = {
  IP_TOS: set(0x10, 0xb8, 0),
  // ip(7): -1 restores the default, net.ipv4.ip_default_ttl.
  IP_TTL: { set: [5, 255, -1], reads: (value) => (value === -1 ? 64 : value) },
  IP_HDRINCL: boolOn(raw),
  IP_ROUTER_ALERT: { on: raw, set: [true, false], reads: asFlag },
  IP_RECVOPTS: bool,
  IP_RETOPTS: bool,
  IP_PKTINFO: bool,
  IP_MTU_DISCOVER: set(0, 1, 2, 3, 4, 5),
  IP_RECVERR: bool,
  IP_RECVTTL: bool,
  IP_RECVTOS: bool,
  IP_MTU: readonlyOn(connectedUdp),
  IP_FREEBIND: bool,
  IP_PASSSEC: bool,
  IP_TRANSPARENT: bool,
  IP_RECVORIGDSTADDR: bool,
  IP_MINTTL: set(0, 255),
  IP_NODEFRAG: boolOn(raw),
  IP_CHECKSUM: bool,
  IP_BIND_ADDRESS_NO_PORT: bool,
  IP_RECVFRAGSIZE: bool,
  IP_RECVERR_RFC4884: bool,
  IP_MULTICAST_TTL: { set: [0, 7, -1], reads: (value) => (value === -1 ? 1 : value) },
  IP_MULTICAST_LOOP: bool,
  IP_MULTICAST_ALL: bool,
  IP_UNICAST_IF: set(htonl(lo), 0),
  IP_LOCAL_PORT_RANGE: set(40_000 + 50_000 * 65536, 0),
  IP_PROTOCOL: readonlyOn(raw),
  // Only a connection that was taken elsewhere has one: it has a test of its own.
  SO_ORIGINAL_DST: { volatile: true },
};
