/**
 * XDP sockets: flags of their address, and the options of level SOL_XDP.
 *
 * XDP_UMEM_REG, which gives the kernel memory to receive into, is refused by name: its structure
 * holds an address.
 */
import { int, type OptionTable, uint, writeonly } from './option.js';
import { xdp_mmap_offsets, xdp_options, xdp_statistics } from './xdp.js';

/** sxdp_flags: use the memory of the socket `shared_umem_fd`. Linux 4.18. */
export const XDP_SHARED_UMEM = 0x1;
/** sxdp_flags: copy packets. Linux 4.18. */
export const XDP_COPY = 0x2;
/** sxdp_flags: do not copy packets, or fail. Linux 4.18. */
export const XDP_ZEROCOPY = 0x4;
/** sxdp_flags: the driver may sleep, and says in the rings when it has to be woken. Linux 5.4. */
export const XDP_USE_NEED_WAKEUP = 0x8;
/** sxdp_flags: packets may have several parts. Linux 6.6. */
export const XDP_USE_SG = 0x10;

/** xdp_umem_reg: parts of the memory need no alignment. Linux 5.4. */
export const XDP_UMEM_UNALIGNED_CHUNK_FLAG = 0x1;
/** xdp_umem_reg: the kernel makes the checksums of what is sent, with XDP_COPY. Linux 6.8. */
export const XDP_UMEM_TX_SW_CSUM = 0x2;
/** xdp_umem_reg: `tx_metadata_len` is told. Linux 6.11. */
export const XDP_UMEM_TX_METADATA_LEN = 0x4;
/** In the flags of a ring: the kernel has to be woken. Linux 5.4. */
export const XDP_RING_NEED_WAKEUP = 0x1;
/** xdp_options: packets are not copied. Linux 5.3. */
export const XDP_OPTIONS_ZEROCOPY = 0x1;

/** Where the parts of the rings are, for mmap(2). xdp_mmap_offsets, read only. Linux 4.18. */
export const XDP_MMAP_OFFSETS = 1;
/** Makes the ring of what is received. int, entries, a power of 2; set only. Linux 4.18. */
export const XDP_RX_RING = 2;
/** Makes the ring of what is to be sent. int, entries, a power of 2; set only. Linux 4.18. */
export const XDP_TX_RING = 3;
/** Registers memory. xdp_umem_reg, which holds an address: sockfd refuses it. Linux 4.18. */
export const XDP_UMEM_REG = 4;
/** Makes the ring of free memory. int, entries, a power of 2; set only. Linux 4.18. */
export const XDP_UMEM_FILL_RING = 5;
/** Makes the ring of what was sent. int, entries, a power of 2; set only. Linux 4.18. */
export const XDP_UMEM_COMPLETION_RING = 6;
/** What was dropped. xdp_statistics, read only. Linux 4.18. */
export const XDP_STATISTICS = 7;
/** What the socket was bound with. xdp_options, read only. Linux 5.3. */
export const XDP_OPTIONS = 8;
/** How many packets one call sends, with XDP_COPY; from 32 on. uint, set only. Linux 6.17. */
export const XDP_MAX_TX_SKB_BUDGET = 9;

/** The kinds of the SOL_XDP options, without XDP_UMEM_REG. */
export const xdpOptions = {
  [XDP_MMAP_OFFSETS]: { name: 'XDP_MMAP_OFFSETS', ...xdp_mmap_offsets, since: '4.18' },
  [XDP_RX_RING]: { name: 'XDP_RX_RING', ...writeonly(int), since: '4.18' },
  [XDP_TX_RING]: { name: 'XDP_TX_RING', ...writeonly(int), since: '4.18' },
  [XDP_UMEM_FILL_RING]: { name: 'XDP_UMEM_FILL_RING', ...writeonly(int), since: '4.18' },
  [XDP_UMEM_COMPLETION_RING]: {
    name: 'XDP_UMEM_COMPLETION_RING',
    ...writeonly(int),
    since: '4.18',
  },
  [XDP_STATISTICS]: { name: 'XDP_STATISTICS', ...xdp_statistics, since: '4.18' },
  [XDP_OPTIONS]: { name: 'XDP_OPTIONS', ...xdp_options, since: '5.3' },
  [XDP_MAX_TX_SKB_BUDGET]: { name: 'XDP_MAX_TX_SKB_BUDGET', ...writeonly(uint), since: '6.17' },
} as const satisfies OptionTable;
