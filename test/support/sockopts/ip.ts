/** The trials of the IPPROTO_IP options. */
import {
  htonl,
  IP_PKTINFO,
  IP_RECVTTL,
  IPPROTO_IP,
  inet_ntop,
  setsockopt,
} from '../../../lib/index.js';
import {
  asFlag,
  bool,
  boolOn,
  bytesOn,
  connectedUdp,
  lo,
  plain,
  raw,
  readonlyOn,
  set,
  type Trial,
  tcp,
  udp,
} from './make.js';
import { ipv4, mcastTrials, membership, msfilterTrial } from './multicast.js';

/** A TCP socket that has control messages to tell. */
function telling(): number {
  const fd = tcp();
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, true);
  setsockopt(fd, IPPROTO_IP, IP_RECVTTL, true);
  return fd;
}

/** IP_MULTICAST_IF reads as the address alone. */
function addressOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return (value as { address?: string }).address ?? '0.0.0.0';
}

/** ip(7): the range is a word, the lower bound in its lower half. */
const range = (bytes: Buffer): unknown => ({
  low: bytes.readUInt32LE() & 0xffff,
  high: bytes.readUInt32LE() >>> 16,
});

const { group: multiaddr, sources } = ipv4;

export const ipTrials: Record<string, Trial> = {
  IP_TOS: set(0x10, 0xb8, 0),
  // ip(7): -1 restores the default, net.ipv4.ip_default_ttl.
  IP_TTL: { set: [5, 255, -1], reads: (value) => (value === -1 ? 64 : value) },
  IP_HDRINCL: boolOn(raw),
  // RFC 791: no-operations and an end; and a record of the route, with room for one address.
  IP_OPTIONS: bytesOn(udp, Uint8Array.of(1, 1, 1, 0), Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0)),
  IP_PKTOPTIONS: { on: telling, decode: plain },
  IP_IPSEC_POLICY: { writeonly: true },
  IP_XFRM_POLICY: { writeonly: true },
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
  IP_LOCAL_PORT_RANGE: {
    size: 4,
    decode: range,
    set: [{ low: 40_000, high: 50_000 }, { low: 0, high: 50_001 }, 40_001 + 50_000 * 65_536, 0],
    reads: (value) =>
      typeof value === 'number' ? { low: value % 65_536, high: Math.trunc(value / 65_536) } : value,
  },
  IP_PROTOCOL: readonlyOn(raw),
  IP_MULTICAST_IF: {
    size: 4,
    decode: (bytes) => inet_ntop(2, bytes),
    set: [
      '127.0.0.1',
      { ifindex: lo },
      { address: '127.0.0.1' },
      { address: '192.0.2.1', ifindex: lo },
      '0.0.0.0',
    ],
    reads: addressOf,
  },
  ...membership(
    ipv4,
    [
      'IP_ADD_MEMBERSHIP',
      'IP_DROP_MEMBERSHIP',
      'IP_BLOCK_SOURCE',
      'IP_UNBLOCK_SOURCE',
      'IP_ADD_SOURCE_MEMBERSHIP',
      'IP_DROP_SOURCE_MEMBERSHIP',
    ],
    { multiaddr, ifindex: lo },
    { multiaddr, interface: '127.0.0.1', sourceaddr: sources[0] },
  ),
  IP_MSFILTER: msfilterTrial(),
  ...mcastTrials(ipv4),
  // It takes a redirected connection, which it has in a test of its own.
  SO_ORIGINAL_DST: { volatile: true },
};
