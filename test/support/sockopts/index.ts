/**
 * Which socket each option of the tables is tried on, what it is set to, and what it then reads as.
 * Where that is not what was set, `reads` says so, and a comment why.
 */
import {
  AF_VSOCK,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
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
} from '../../../lib/index.js';
import { netlinkOptions } from '../../../lib/structs/af_netlink.js';
import { canRawOptions } from '../../../lib/structs/can.js';
import { rawOptions } from '../../../lib/structs/icmp_filter.js';
import { icmpv6Options } from '../../../lib/structs/icmp6_filter.js';
import { algOptions } from '../../../lib/structs/if_alg.js';
import { packetOptions } from '../../../lib/structs/if_packet.js';
import { xdpOptions } from '../../../lib/structs/if_xdp.js';
import { ipOptions } from '../../../lib/structs/ip.js';
import { ipv6Options } from '../../../lib/structs/ipv6.js';
import { mptcpOptions } from '../../../lib/structs/mptcp.js';
import { socketOptions } from '../../../lib/structs/socket.js';
import { tcpOptions } from '../../../lib/structs/tcp.js';
import { tlsOptions } from '../../../lib/structs/tls.js';
import { udpOptions } from '../../../lib/structs/udp.js';
import { udpliteOptions } from '../../../lib/structs/udplite.js';
import { vsockOptions } from '../../../lib/structs/vsock.js';
import { alg, algTrials } from './alg.js';
import { canRaw, canRawTrials } from './can.js';
import { icmp6, icmpTrials, icmpv6Trials } from './icmp.js';
import { ipTrials } from './ip.js';
import { ipv6Trials } from './ipv6.js';
import { type Make, packet, raw, type Trial, tcp, udp, udp6 } from './make.js';
import { mptcp, mptcpTrials } from './mptcp.js';
import { netlink, netlinkTrials } from './netlink.js';
import { packetTrials } from './packet.js';
import { socketTrials } from './socket.js';
import { tcpTrials } from './tcp.js';
import { tls, tlsTrials } from './tls.js';
import { udpTrials } from './udp.js';
import { udplite, udpliteTrials } from './udplite.js';
import { vsock, vsockTrials } from './vsock.js';
import { xdp, xdpTrials } from './xdp.js';

export type { Trial } from './make.js';

export interface Level {
  name: string;
  level: number;
  table: Record<number, unknown>;
  trials: Record<string, Trial>;
  make: Make;
}

export const levels: readonly Level[] = [
  {
    name: 'SOL_SOCKET',
    level: SOL_SOCKET,
    table: socketOptions,
    trials: socketTrials,
    make: tcp,
  },
  { name: 'IPPROTO_IP', level: IPPROTO_IP, table: ipOptions, trials: ipTrials, make: udp },
  {
    name: 'IPPROTO_IPV6',
    level: IPPROTO_IPV6,
    table: ipv6Options,
    trials: ipv6Trials,
    make: udp6,
  },
  {
    name: 'IPPROTO_TCP',
    level: IPPROTO_TCP,
    table: tcpOptions,
    trials: tcpTrials,
    make: tcp,
  },
  {
    name: 'IPPROTO_UDP',
    level: IPPROTO_UDP,
    table: udpOptions,
    trials: udpTrials,
    make: udp,
  },
  {
    name: 'IPPROTO_UDPLITE',
    level: IPPROTO_UDPLITE,
    table: udpliteOptions,
    trials: udpliteTrials,
    make: udplite,
  },
  { name: 'SOL_RAW', level: SOL_RAW, table: rawOptions, trials: icmpTrials, make: raw },
  {
    name: 'SOL_ICMPV6',
    level: SOL_ICMPV6,
    table: icmpv6Options,
    trials: icmpv6Trials,
    make: icmp6,
  },
  {
    name: 'SOL_PACKET',
    level: SOL_PACKET,
    table: packetOptions,
    trials: packetTrials,
    make: packet,
  },
  {
    name: 'SOL_NETLINK',
    level: SOL_NETLINK,
    table: netlinkOptions,
    trials: netlinkTrials,
    make: netlink,
  },
  { name: 'SOL_TLS', level: SOL_TLS, table: tlsOptions, trials: tlsTrials, make: tls },
  { name: 'SOL_MPTCP', level: SOL_MPTCP, table: mptcpOptions, trials: mptcpTrials, make: mptcp },
  { name: 'AF_VSOCK', level: AF_VSOCK, table: vsockOptions, trials: vsockTrials, make: vsock },
  {
    name: 'SOL_CAN_RAW',
    level: SOL_CAN_RAW,
    table: canRawOptions,
    trials: canRawTrials,
    make: canRaw,
  },
  { name: 'SOL_ALG', level: SOL_ALG, table: algOptions, trials: algTrials, make: alg },
  { name: 'SOL_XDP', level: SOL_XDP, table: xdpOptions, trials: xdpTrials, make: xdp },
];
