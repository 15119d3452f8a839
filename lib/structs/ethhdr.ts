/** `struct ethhdr`, linux/if_ether.h: the header of an Ethernet frame. packet(7) */
import { type Buf, Writer } from '../kernel/bytes.js';
import { Fields, formatMac, headerAt } from './header.js';
import { ETH_ALEN, ETH_HLEN } from './if_ether.js';

/** The header of an Ethernet frame: ETH_HLEN bytes. */
export interface Ethhdr {
  /** h_dest: who receives it: `'ff:ff:ff:ff:ff:ff'` is everybody. */
  dest: string;
  /** h_source: who sent it. */
  source: string;
  /** h_proto: what it carries: ETH_P_*; below ETH_P_802_3_MIN, a length. Host byte order. */
  proto: number;
}

/** What a `struct ethhdr` is made from. */
export interface EthhdrInit {
  /** h_dest: as text, or as its six bytes. */
  dest: string | Uint8Array;
  /** h_source: as text, or as its six bytes. */
  source: string | Uint8Array;
  /** h_proto: ETH_P_*, host byte order. */
  proto: number;
}

/**
 * The Ethernet header at `offset`, or undefined when the bytes end within it. A VLAN tag is no part
 * of it: ETH_P_8021Q in `proto` says that one follows.
 */
export function decodeEthhdr(bytes: Buf, offset = 0): Ethhdr | undefined {
  const r = headerAt(bytes, offset, ETH_HLEN);
  if (r === undefined) return undefined;
  return {
    dest: formatMac(r.copy(ETH_ALEN)),
    source: formatMac(r.copy(ETH_ALEN)),
    proto: r.be16(),
  };
}

/**
 * The 14 bytes of an Ethernet header.
 *
 * @throws TypeError, RangeError for a field that is none: an address of other than six bytes
 */
export function encodeEthhdr(header: EthhdrInit): Uint8Array {
  const f = new Fields(header);
  return new Writer(ETH_HLEN).copy(f.mac('dest')).copy(f.mac('source')).be16(f.uint(16, 'proto'))
    .bytes;
}
