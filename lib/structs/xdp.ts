/** The structures of XDP sockets, linux/if_xdp.h. */
import type { Reader } from '../kernel/bytes.js';
import { type Kind, structure } from './option.js';

/** `struct xdp_ring_offset`, linux/if_xdp.h: where the parts of a ring are. Bytes. */
export interface XdpRingOffset {
  /** producer: how many entries were written. */
  producer: number;
  /** consumer: how many of them were read. */
  consumer: number;
  /** desc: the entries. */
  desc: number;
  /** flags: XDP_RING_NEED_WAKEUP; undefined before Linux 5.4. */
  flags: number | undefined;
}

/** `struct xdp_mmap_offsets`, linux/if_xdp.h. */
export interface XdpMmapOffsets {
  /** rx: XDP_RX_RING. */
  rx: XdpRingOffset;
  /** tx: XDP_TX_RING. */
  tx: XdpRingOffset;
  /** fr: XDP_UMEM_FILL_RING. */
  fr: XdpRingOffset;
  /** cr: XDP_UMEM_COMPLETION_RING. */
  cr: XdpRingOffset;
}

const OFFSETS = 128;

/** A ring has no flags in the shorter structure, so that each ring of it is elsewhere. */
function ring(r: Reader, length: number): XdpRingOffset {
  const [producer, consumer, desc] = [r.count64(), r.count64(), r.count64()];
  return { producer, consumer, desc, flags: length < OFFSETS ? undefined : r.count64() };
}

export const xdp_mmap_offsets: Kind<XdpMmapOffsets, never> = structure(OFFSETS, (r, length) => ({
  rx: ring(r, length),
  tx: ring(r, length),
  fr: ring(r, length),
  cr: ring(r, length),
}));

/** `struct xdp_statistics`, linux/if_xdp.h. Packets; those after the third are of Linux 5.9. */
export interface XdpStatistics {
  /** rx_dropped: for other reasons than these. */
  rx_dropped: number;
  /** rx_invalid_descs: the ring of free memory had what is none. */
  rx_invalid_descs: number;
  /** tx_invalid_descs: the ring of what is to be sent had what is none. */
  tx_invalid_descs: number;
  /** rx_ring_full: the ring of what is received was full. */
  rx_ring_full: number | undefined;
  /** rx_fill_ring_empty_descs: the ring of free memory was empty. */
  rx_fill_ring_empty_descs: number | undefined;
  /** tx_ring_empty_descs: the ring of what is to be sent was empty. */
  tx_ring_empty_descs: number | undefined;
}

export const xdp_statistics: Kind<XdpStatistics, never> = structure(48, (r) => ({
  rx_dropped: r.count64(),
  rx_invalid_descs: r.count64(),
  tx_invalid_descs: r.count64(),
  rx_ring_full: r.maybe.count64(),
  rx_fill_ring_empty_descs: r.maybe.count64(),
  tx_ring_empty_descs: r.maybe.count64(),
}));

/** `struct xdp_options`, linux/if_xdp.h. */
export interface XdpOptions {
  /** flags: XDP_OPTIONS_ZEROCOPY. */
  flags: number;
}

export const xdp_options: Kind<XdpOptions, never> = structure(4, (r) => ({ flags: r.u32() }));
