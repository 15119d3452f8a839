/** The sockets that options are tried on, and the ways to try one. */

import * as sockfd from '../../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  accept,
  connect,
  IPPROTO_ICMP,
  IPPROTO_RAW,
  IPPROTO_TCP,
  if_nametoindex,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  setsockopt,
} from '../../../lib/index.js';
import { bound, listener, open, own, tcpPair, unixPair } from '../sockets.js';

/** Makes the socket that an option is tried on. */
export type Make = () => number;

const inet6 = { family: AF_INET6, addr: '::1', port: 0 } as const;

export function connectedUdp(): number {
  const fd = open(AF_INET, SOCK_DGRAM);
  connect(fd, bound(SOCK_DGRAM).addr);
  return fd;
}

export function connectedUdp6(): number {
  const fd = open(AF_INET6, SOCK_DGRAM);
  connect(fd, bound(SOCK_DGRAM, inet6).addr);
  return fd;
}

/** A TCP socket over IPv6 with a peer over IPv4. */
export function mapped(): number {
  const { addr, fd: listening } = listener();
  const fd = open(AF_INET6, SOCK_STREAM);
  connect(fd, { family: AF_INET6, addr: '::ffff:127.0.0.1', port: addr.port });
  own(accept(listening).fd);
  return fd;
}

export function underRepair(queue?: number): number {
  const fd = open(AF_INET, SOCK_STREAM);
  setsockopt(fd, IPPROTO_TCP, sockfd.TCP_REPAIR, sockfd.TCP_REPAIR_ON);
  if (queue !== undefined) setsockopt(fd, IPPROTO_TCP, sockfd.TCP_REPAIR_QUEUE, queue);
  return fd;
}

/** A connected TCP socket. */
export const connectedTcp: Make = () => tcpPair().client;

export const tcp: Make = () => open(AF_INET, SOCK_STREAM);
export const udp: Make = () => open(AF_INET, SOCK_DGRAM);
export const udp6: Make = () => open(AF_INET6, SOCK_DGRAM);
export const unix: Make = () => unixPair()[0];
export const raw: Make = () => open(AF_INET, SOCK_RAW, IPPROTO_ICMP);
export const raw6: Make = () => open(AF_INET6, SOCK_RAW, IPPROTO_RAW);
/** Protocol 253 is for experiments. RFC 3692 */
export const experiment6: Make = () => open(AF_INET6, SOCK_RAW, 253);
export const packet: Make = () => open(AF_PACKET, SOCK_DGRAM, 0);

export interface Trial {
  /** Where it is tried; a socket of the level's own kind unless given. */
  on?: Make;
  /** What it is set to, one after the other; nothing for an option that is read only. */
  set?: readonly unknown[];
  /** What it reads as after it was set; what it was set to unless given. */
  reads?: (set: unknown, fd: number) => unknown;
  /** It cannot be read: how else to see what setting it did. */
  writeonly?: boolean;
  /** What reading it answers then; ENOPROTOOPT unless given. */
  unread?: string;
  /** What its bytes mean, where that is no int, time or name: decoded by the test, not by us. */
  decode?: (bytes: Buffer) => unknown;
  /** How many bytes are offered for that; 256 unless given. */
  size?: number;
  /** What the reader has to say first; and the bytes of that, written by the test. */
  ask?: { value: unknown; bytes: Uint8Array };
  /** Why some machines lack it, other than by the age of the kernel, and what they answer. */
  lacking?: readonly [code: string, why: string];
  /** It changes between two reads. */
  volatile?: boolean;
}

export const flag = [true, false, 1, 0] as const;
export const asFlag = (value: unknown): boolean => value === true || value === 1;

/** A bool of the default kind of socket. */
export const bool: Trial = { set: flag, reads: asFlag };
/** A bool of another kind of socket. */
export const boolOn = (on: Make): Trial => ({ ...bool, on });
/** Accepted and without effect, as its comment says: it reads false. */
export const ignored: Trial = { set: flag, reads: () => false };
export const readonly: Trial = {};
export const readonlyOn = (on: Make): Trial => ({ on });
export const set = (...values: unknown[]): Trial => ({ set: values });
export const setOn = (on: Make, ...values: unknown[]): Trial => ({ on, set: values });

/** What bytes mean that are nothing but bytes. */
export const plain = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes);
/** The same bytes set and read; none, at the end, undo it. */
export const bytesOn = (on: Make, ...values: Uint8Array[]): Trial => ({
  on,
  set: [...values, new Uint8Array(0)],
  decode: plain,
});

export const lo = if_nametoindex('lo');
