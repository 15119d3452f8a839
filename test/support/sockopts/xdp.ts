/** The trials of the SOL_XDP options. */
import {
  AF_XDP,
  getsockopt,
  SOCK_RAW,
  SOL_XDP,
  setsockopt,
  XDP_MMAP_OFFSETS,
  XDP_TX_RING,
} from '../../../lib/index.js';
import * as raw from '../../../lib/raw.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';

export const xdp: Make = () => open(AF_XDP, SOCK_RAW);

const lacking = ['EAFNOSUPPORT', 'this kernel has no AF_XDP'] as const;

/** The fields of a structure of 64-bit words. */
const words =
  (names: string) =>
  (bytes: Buffer): Record<string, number> =>
    Object.fromEntries(
      names.split(' ').map((name, i) => [name, Number(bytes.readBigUInt64LE(8 * i))]),
    );

const ring = words('producer consumer desc flags');
const rings = (bytes: Buffer): unknown =>
  Object.fromEntries(
    ['rx', 'tx', 'fr', 'cr'].map((name, i) => [name, ring(bytes.subarray(32 * i, 32 * i + 32))]),
  );

/** A ring is made once: the kernel has one where it refuses another. */
const made = (optname: number): Trial => ({
  lacking,
  writeonly: true,
  unread: 'EOPNOTSUPP',
  set: [64],
  reads: (value, fd) => {
    const again = raw.setsockopt(fd, SOL_XDP, optname, 64);
    const { rx } = getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS);
    return again < 0 && rx.desc > 0 ? value : 'no ring';
  },
});

/** It has a ring of which 64 packets may be sent at once. */
function sending(): number {
  const fd = xdp();
  setsockopt(fd, SOL_XDP, XDP_TX_RING, 64);
  return fd;
}

const statistics = words(
  'rx_dropped rx_invalid_descs tx_invalid_descs rx_ring_full rx_fill_ring_empty_descs ' +
    'tx_ring_empty_descs',
);

export const xdpTrials: Record<string, Trial> = {
  XDP_MMAP_OFFSETS: { lacking, size: 128, decode: rings },
  XDP_RX_RING: made(2),
  XDP_TX_RING: made(3),
  XDP_UMEM_FILL_RING: made(5),
  XDP_UMEM_COMPLETION_RING: made(6),
  XDP_STATISTICS: { lacking, size: 48, decode: statistics },
  XDP_OPTIONS: { lacking, size: 4, decode: (bytes) => ({ flags: bytes.readUInt32LE() }) },
  // The kernel takes from 32 to as many as the ring has, and no more.
  XDP_MAX_TX_SKB_BUDGET: {
    lacking,
    writeonly: true,
    unread: 'EOPNOTSUPP',
    on: sending,
    set: [32, 64],
    reads: (value, fd) => (raw.setsockopt(fd, SOL_XDP, 9, 65) < 0 ? value : 'no limit'),
  },
};
