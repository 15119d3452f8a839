/** `struct sockaddr_pppox`, linux/if_pppox.h: an end of PPP over Ethernet or PPTP. AF_PPPOX. */
import { Writer } from '../kernel/bytes.js';
import { rangeError } from '../kernel/validate.js';
import { AF_PPPOX } from './family.js';
import { Fields, formatMac } from './header.js';
import { ETH_ALEN } from './if_ether.js';
import { ipv4At } from './inet.js';
import type { SockAddrLike } from './sockaddr.js';
import { cString, decodeCString, fieldsOf } from './sockaddr_fields.js';

/** sa_protocol: PPP over Ethernet. */
export const PX_PROTO_OE = 0;
/** sa_protocol: PPP over L2TP, which has structures of its own. */
export const PX_PROTO_OL2TP = 1;
/** sa_protocol: PPP over PPTP. */
export const PX_PROTO_PPTP = 2;
/** How many there are. */
export const PX_MAX_PROTO = 3;

/** sockaddr_pppox with sa_addr.pppoe. */
export interface SockAddrPppoe {
  /** sa_protocol. */
  protocol: typeof PX_PROTO_OE;
  /** sid: the session, host byte order. */
  sid: number;
  /** remote: the Ethernet address of the other end: `'02:00:00:00:00:01'`. */
  remote: string;
  /** dev: the name of the interface; bytes when it is not UTF-8. */
  dev: string | Uint8Array;
}

/** sockaddr_pppox with sa_addr.pptp. */
export interface SockAddrPptp {
  /** sa_protocol. */
  protocol: typeof PX_PROTO_PPTP;
  /** call_id. */
  call_id: number;
  /** sin_addr: `'192.0.2.1'`. */
  addr: string;
}

/** sockaddr_pppox. TypeScript narrows it by `protocol`. */
export type SockAddrPppox = SockAddrPppoe | SockAddrPptp;

/** What a `struct sockaddr_pppox` is made from. */
export type SockAddrPppoxInit =
  | {
      /** sa_protocol: PX_PROTO_OE by default. */
      protocol?: typeof PX_PROTO_OE;
      /** sid: host byte order. */
      sid: number;
      /** remote: an Ethernet address, as text or as its six bytes. */
      remote: string | Uint8Array;
      /** dev: the name of the interface, at most 15 bytes. */
      dev: string | Uint8Array;
    }
  | SockAddrPptp;

const SIZE = 30;
const IFNAMSIZ = 16;

/** It is packed: sa_protocol is not where a number of four bytes otherwise would be. */
const begin = (protocol: number): Writer => new Writer(SIZE).u16(AF_PPPOX).u16(protocol).u16(0);

/**
 * The bytes of an address of AF_PPPOX, for connect(2) of a socket of PX_PROTO_OE or PX_PROTO_PPTP.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrPppox(addr: SockAddrPppoxInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  const protocol = f.uint(32, 'protocol', PX_PROTO_OE);
  if (protocol === PX_PROTO_PPTP) {
    return begin(protocol).u16(f.uint(16, 'call_id')).skip(2).copy(f.ipv4('addr')).bytes;
  }
  if (protocol !== PX_PROTO_OE) {
    throw rangeError(f.called('protocol'), 'must be PX_PROTO_OE or PX_PROTO_PPTP', protocol);
  }
  return begin(protocol)
    .be16(f.uint(16, 'sid'))
    .copy(f.mac('remote'))
    .copy(cString(f, 'dev', IFNAMSIZ - 1)).bytes;
}

/**
 * The address of AF_PPPOX; undefined when it is of another family, too short, or of another
 * protocol than these two.
 */
export function decodeSockaddrPppox(addr: SockAddrLike): SockAddrPppox | undefined {
  const r = fieldsOf(addr, AF_PPPOX, SIZE);
  if (r === undefined) return undefined;
  const [low, high] = [r.u16(), r.u16()];
  if (high !== 0) return undefined;
  if (low === PX_PROTO_PPTP) {
    return { protocol: low, call_id: r.u16(), addr: ipv4At(r.skip(2)) };
  }
  if (low !== PX_PROTO_OE) return undefined;
  const sid = r.be16();
  const remote = formatMac(r.copy(ETH_ALEN));
  return { protocol: low, sid, remote, dev: decodeCString(r.copy(IFNAMSIZ)) };
}
