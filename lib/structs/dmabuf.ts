/** Device memory: what a receive with MSG_SOCK_DEVMEM tells of it. Linux 6.12. */
import { structure } from './option.js';

/** `struct dmabuf_cmsg`, linux/uio.h: the cmsg SCM_DEVMEM_DMABUF and SCM_DEVMEM_LINEAR. */
export interface DmabufCmsg {
  /** frag_offset: where in the dmabuf the fragment begins. Bytes. */
  frag_offset: number;
  /** frag_size: how long it is; of SCM_DEVMEM_LINEAR, what went to the buffers instead. Bytes. */
  frag_size: number;
  /** frag_token: what gives it back, by SO_DEVMEM_DONTNEED. */
  frag_token: number;
  /** dmabuf_id: which dmabuf. */
  dmabuf_id: number;
  /** flags: none is assigned yet. */
  flags: number;
}

export const dmabuf_cmsg = structure<DmabufCmsg>(24, (r) => ({
  frag_offset: r.count64(),
  frag_size: r.u32(),
  frag_token: r.u32(),
  dmabuf_id: r.u32(),
  flags: r.u32(),
}));
