/** The options whose values have a type: the tables of the manual pages, by level. */
import { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, ipOptions } from './ip.js';
import { ipv6Options } from './ipv6.js';
import { SOL_SOCKET, socketOptions } from './socket.js';
import { tcpOptions } from './tcp.js';
import { udpOptions } from './udp.js';

/** A new level is a line here, and one in inspect/options.ts. */
export const options = {
  [SOL_SOCKET]: socketOptions,
  [IPPROTO_IP]: ipOptions,
  [IPPROTO_IPV6]: ipv6Options,
  [IPPROTO_TCP]: tcpOptions,
  [IPPROTO_UDP]: udpOptions,
} as const;

export type Options = typeof options;

/** A level with typed options: SOL_SOCKET, IPPROTO_TCP, … */
export type Level = keyof Options;
