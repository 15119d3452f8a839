/** `struct arphdr` with `struct ether_arp`, net/if_arp.h: address resolution. arp(7) */
import { type Buf, Writer } from '../kernel/bytes.js';
import { Fields, formatMac, headerAt, type Only } from './header.js';
import { ARPHRD_ETHER, ARPOP_REQUEST } from './if_arp.js';
import { ETH_ALEN, ETH_P_IP } from './if_ether.js';
import { formatIPv4 } from './inet.js';

/** What every `struct arphdr` has. */
interface ArphdrFixed {
  /** ar_hrd: the kind of hardware address: ARPHRD_*. */
  hrd: number;
  /** ar_pro: the kind of protocol address: ETH_P_*. */
  pro: number;
  /** ar_hln: bytes of a hardware address. */
  hln: number;
  /** ar_pln: bytes of a protocol address. */
  pln: number;
  /** ar_op: ARPOP_*. */
  op: number;
}

interface ArphdrAddresses {
  /** arp_sha: the sender's Ethernet address. */
  sha: string;
  /** arp_spa: the sender's IPv4 address: `'192.0.2.1'`. */
  spa: string;
  /** arp_tha: the target's Ethernet address: zero in a request, which asks for it. */
  tha: string;
  /** arp_tpa: the target's IPv4 address. */
  tpa: string;
  /** The four addresses, where they are not of six and four bytes. */
  data: Uint8Array;
}

/**
 * A message of ARP. Where addresses have the six bytes of Ethernet and the four of IPv4, it has
 * `sha`, `spa`, `tha` and `tpa`; otherwise they are in `data`, in this order, as they are.
 */
export type Arphdr = ArphdrFixed & {
  /** Bytes of the whole message. */
  length: number;
} & (Only<ArphdrAddresses, 'sha' | 'spa' | 'tha' | 'tpa'> | Only<ArphdrAddresses, 'data'>);

/** What a message of ARP is made from. */
export interface ArphdrInit {
  /** ar_hrd: ARPHRD_ETHER by default. */
  hrd?: number;
  /** ar_pro: ETH_P_IP by default. */
  pro?: number;
  /** ar_hln: 6 by default. */
  hln?: number;
  /** ar_pln: 4 by default. */
  pln?: number;
  /** ar_op: ARPOP_REQUEST by default. */
  op?: number;
  /** arp_sha: the sender's Ethernet address, as text or as its six bytes. */
  sha?: string | Uint8Array | undefined;
  /** arp_spa: the sender's IPv4 address. */
  spa?: string | undefined;
  /** arp_tha: the target's Ethernet address; zero by default. */
  tha?: string | Uint8Array | undefined;
  /** arp_tpa: the target's IPv4 address. */
  tpa?: string | undefined;
  /** In place of the four addresses, their bytes. */
  data?: Uint8Array | undefined;
}

const FIXED = 8;

/**
 * The message of ARP at `offset`, or undefined when the bytes end within it: within the addresses,
 * too, whose lengths it tells.
 */
export function decodeArphdr(bytes: Buf, offset = 0): Arphdr | undefined {
  const r = headerAt(bytes, offset, FIXED);
  if (r === undefined) return undefined;
  const fixed = { hrd: r.be16(), pro: r.be16(), hln: r.u8(), pln: r.u8(), op: r.be16() };
  const length = FIXED + 2 * (fixed.hln + fixed.pln);
  if (length > r.end) return undefined;
  if (fixed.hln !== ETH_ALEN || fixed.pln !== 4) {
    return { ...fixed, data: r.copy(length - FIXED), length };
  }
  return {
    ...fixed,
    sha: formatMac(r.copy(ETH_ALEN)),
    spa: formatIPv4(r.bytes, r.take(4, 1)),
    tha: formatMac(r.copy(ETH_ALEN)),
    tpa: formatIPv4(r.bytes, r.take(4, 1)),
    length,
  };
}

function addresses(f: Fields): Uint8Array {
  if (f.has('data')) return f.bytes('data', 4 * 255);
  return new Writer(20)
    .copy(f.mac('sha'))
    .copy(f.ipv4('spa'))
    .copy(f.mac('tha', '00:00:00:00:00:00'))
    .copy(f.ipv4('tpa')).bytes;
}

/**
 * The bytes of a message of ARP: 28 of them with Ethernet and IPv4 addresses. `hln` and `pln` are
 * written as they are given, whatever the addresses have.
 *
 * @throws TypeError, RangeError for a field that is none, or an address that is missing
 */
export function encodeArphdr(header: ArphdrInit): Uint8Array {
  const f = new Fields(header);
  const data = addresses(f);
  return new Writer(FIXED + data.byteLength)
    .be16(f.uint(16, 'hrd', ARPHRD_ETHER))
    .be16(f.uint(16, 'pro', ETH_P_IP))
    .u8(f.uint(8, 'hln', ETH_ALEN))
    .u8(f.uint(8, 'pln', 4))
    .be16(f.uint(16, 'op', ARPOP_REQUEST))
    .copy(data).bytes;
}
