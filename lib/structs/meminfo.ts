/** What SO_MEMINFO tells. socket(7) */
import type { Reader } from '../kernel/bytes.js';
import { structure } from './option.js';

/** The words of SO_MEMINFO, linux/sock_diag.h: what the kernel holds for a socket. */
export interface Meminfo {
  /** SK_MEMINFO_RMEM_ALLOC: received and not yet read, with overhead. Bytes. */
  rmem_alloc: number;
  /** SK_MEMINFO_RCVBUF: the limit of that, SO_RCVBUF. Bytes. */
  rcvbuf: number;
  /** SK_MEMINFO_WMEM_ALLOC: handed to the lower layers and not yet freed. Bytes. */
  wmem_alloc: number;
  /** SK_MEMINFO_SNDBUF: the limit of the send buffer, SO_SNDBUF. Bytes. */
  sndbuf: number;
  /** SK_MEMINFO_FWD_ALLOC: reserved and not yet used. Bytes. */
  fwd_alloc: number;
  /** SK_MEMINFO_WMEM_QUEUED: in the send queue, unsent or unacknowledged, with overhead. Bytes. */
  wmem_queued: number;
  /** SK_MEMINFO_OPTMEM: ancillary data and filters. Bytes. */
  optmem: number;
  /** SK_MEMINFO_BACKLOG: arrived while the socket was locked. Bytes. */
  backlog: number | undefined;
  /** SK_MEMINFO_DROPS: packets that found no room. Linux 4.7. */
  drops: number | undefined;
}

/** The words of SO_MEMINFO and of the attribute INET_DIAG_SKMEMINFO, up to the end of `r`. */
export const sk_meminfo = (r: Reader): Meminfo => ({
  rmem_alloc: r.u32(),
  rcvbuf: r.u32(),
  wmem_alloc: r.u32(),
  sndbuf: r.u32(),
  fwd_alloc: r.u32(),
  wmem_queued: r.u32(),
  optmem: r.u32(),
  backlog: r.maybe.u32(),
  drops: r.maybe.u32(),
});

export const meminfo = structure(36, sk_meminfo);
