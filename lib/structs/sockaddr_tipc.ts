/** `struct sockaddr_tipc`, linux/tipc.h: services and sockets of a cluster. AF_TIPC. tipc(7) */
import { Writer } from '../kernel/bytes.js';
import { integer, rangeError } from '../kernel/validate.js';
import { AF_TIPC } from './family.js';
import { Fields } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** addrtype: some instances of a service: to bind(2), and to send to all that are bound there. */
export const TIPC_SERVICE_RANGE = 1;
/** addrtype: one instance of a service, of which the kernel chooses a socket. */
export const TIPC_SERVICE_ADDR = 2;
/** addrtype: one socket; what the kernel tells of a peer. */
export const TIPC_SOCKET_ADDR = 3;
/** addrtype: another name of TIPC_SERVICE_RANGE, of what is sent to all. */
export const TIPC_ADDR_MCAST = 1;
/** addrtype: old name of TIPC_SERVICE_RANGE. */
export const TIPC_ADDR_NAMESEQ = 1;
/** addrtype: old name of TIPC_SERVICE_ADDR. */
export const TIPC_ADDR_NAME = 2;
/** addrtype: old name of TIPC_SOCKET_ADDR. */
export const TIPC_ADDR_ID = 3;

/** scope: old, as large as TIPC_CLUSTER_SCOPE. */
export const TIPC_ZONE_SCOPE = 1;
/** scope: all nodes of the cluster can see what is bound. */
export const TIPC_CLUSTER_SCOPE = 2;
/** scope: this node alone can. */
export const TIPC_NODE_SCOPE = 3;

/** type: a service of the kernel: the nodes that are there. */
export const TIPC_NODE_STATE = 0;
/** type: a service of the kernel: the services that are there. */
export const TIPC_TOP_SRV = 1;
/** type: a service of the kernel: the links that are there. */
export const TIPC_LINK_STATE = 2;
/** type: the least that is free for programs. */
export const TIPC_RESERVED_TYPES = 64;

interface TipcFixed {
  /** scope: TIPC_CLUSTER_SCOPE or TIPC_NODE_SCOPE; to bind(2) negative, to take a binding back. */
  scope: number;
}

/** sockaddr_tipc with addr.nameseq. */
export interface SockAddrTipcRange extends TipcFixed {
  addrtype: typeof TIPC_SERVICE_RANGE;
  /** addr.nameseq.type: the service. */
  type: number;
  /** addr.nameseq.lower: the first instance. */
  lower: number;
  /** addr.nameseq.upper: the last instance. */
  upper: number;
}

/** sockaddr_tipc with addr.name. */
export interface SockAddrTipcService extends TipcFixed {
  addrtype: typeof TIPC_SERVICE_ADDR;
  /** addr.name.name.type: the service. */
  type: number;
  /** addr.name.name.instance: which one of it. */
  instance: number;
  /** addr.name.domain: the node where it is looked for; 0 is everywhere. */
  domain: number;
}

/** sockaddr_tipc with addr.id. */
export interface SockAddrTipcSocket extends TipcFixed {
  addrtype: typeof TIPC_SOCKET_ADDR;
  /** ref of addr.id: the port of the socket. */
  ref: number;
  /** node of addr.id: the one that it is on. */
  node: number;
}

/** sockaddr_tipc. TypeScript narrows it by `addrtype`. */
export type SockAddrTipc = SockAddrTipcRange | SockAddrTipcService | SockAddrTipcSocket;

type Optional<T, Name extends keyof T> = Omit<T, Name> & Partial<Pick<T, Name>>;

/** What a `struct sockaddr_tipc` is made from. `scope` and `domain` are 0 by default. */
export type SockAddrTipcInit =
  | Optional<SockAddrTipcRange, 'scope'>
  | Optional<SockAddrTipcService, 'scope' | 'domain'>
  | Optional<SockAddrTipcSocket, 'scope'>;

const SIZE = 16;

function words(f: Fields, addrtype: number): number[] {
  switch (addrtype) {
    case TIPC_SERVICE_RANGE:
      return [f.uint(32, 'type'), f.uint(32, 'lower'), f.uint(32, 'upper')];
    case TIPC_SERVICE_ADDR:
      return [f.uint(32, 'type'), f.uint(32, 'instance'), f.uint(32, 'domain', 0)];
    case TIPC_SOCKET_ADDR:
      return [f.uint(32, 'ref'), f.uint(32, 'node'), 0];
    default:
      throw rangeError(f.called('addrtype'), 'must be 1, 2 or 3: a TIPC_*', addrtype);
  }
}

/**
 * The bytes of an address of AF_TIPC.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrTipc(addr: SockAddrTipcInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  const addrtype = f.uint(8, 'addrtype');
  const w = new Writer(SIZE)
    .u16(AF_TIPC)
    .u8(addrtype)
    .u8(integer(f.get('scope', 0), f.called('scope'), -128, 127));
  for (const word of words(f, addrtype)) w.u32(word);
  return w.bytes;
}

/**
 * The address of AF_TIPC; undefined when it is of another family, too short, or of an `addrtype`
 * that is none.
 */
export function decodeSockaddrTipc(addr: SockAddrLike): SockAddrTipc | undefined {
  const r = fieldsOf(addr, AF_TIPC, SIZE);
  if (r === undefined) return undefined;
  const addrtype = r.u8();
  const scope = (r.u8() << 24) >> 24;
  const [first, second, third] = [r.u32(), r.u32(), r.u32()];
  switch (addrtype) {
    case TIPC_SERVICE_RANGE:
      return { addrtype, scope, type: first, lower: second, upper: third };
    case TIPC_SERVICE_ADDR:
      return { addrtype, scope, type: first, instance: second, domain: third };
    case TIPC_SOCKET_ADDR:
      return { addrtype, scope, ref: first, node: second };
    default:
      return undefined;
  }
}
