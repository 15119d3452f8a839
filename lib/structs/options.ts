/** The options whose values have a type: the tables of the manual pages, by level. */
import { netlinkOptions } from './af_netlink.js';
import { canRawOptions } from './can.js';
import { AF_VSOCK } from './family.js';
import { rawOptions } from './icmp_filter.js';
import { icmpv6Options } from './icmp6_filter.js';
import { algOptions } from './if_alg.js';
import { packetOptions } from './if_packet.js';
import { xdpOptions } from './if_xdp.js';
import {
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  ipOptions,
} from './ip.js';
import { ipv6Options } from './ipv6.js';
import { mptcpOptions } from './mptcp.js';
import {
  SOL_ALG,
  SOL_CAN_RAW,
  SOL_ICMPV6,
  SOL_MPTCP,
  SOL_NETLINK,
  SOL_PACKET,
  SOL_RAW,
  SOL_SOCKET,
  SOL_TLS,
  SOL_XDP,
  socketOptions,
} from './socket.js';
import { tcpOptions } from './tcp.js';
import { tlsOptions } from './tls.js';
import { udpOptions } from './udp.js';
import { udpliteOptions } from './udplite.js';
import { vsockOptions } from './vsock.js';

/** A new level is a line here, and one in inspect/options.ts. */
export const options = {
  [SOL_SOCKET]: socketOptions,
  [IPPROTO_IP]: ipOptions,
  [IPPROTO_IPV6]: ipv6Options,
  [IPPROTO_TCP]: tcpOptions,
  [IPPROTO_UDP]: udpOptions,
  [IPPROTO_UDPLITE]: udpliteOptions,
  [SOL_RAW]: rawOptions,
  [SOL_ICMPV6]: icmpv6Options,
  [SOL_PACKET]: packetOptions,
  [SOL_NETLINK]: netlinkOptions,
  [SOL_TLS]: tlsOptions,
  [SOL_MPTCP]: mptcpOptions,
  [AF_VSOCK]: vsockOptions,
  [SOL_CAN_RAW]: canRawOptions,
  [SOL_ALG]: algOptions,
  [SOL_XDP]: xdpOptions,
} as const;

export type Options = typeof options;

/** A level with typed options: SOL_SOCKET, IPPROTO_TCP, … */
export type Level = keyof Options;
