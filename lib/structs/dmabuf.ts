/** Device memory: what a receive with MSG_SOCK_DEVMEM tells of it. Linux 6.12. */
import type { Reader } from '../kernel/bytes.js';
import { uint32 } from '../kernel/validate.js';
import { type Kind, kind, structure } from './option.js';

/** `struct dmabuf_cmsg`, linux/uio.h: what SCM_DEVMEM_DMABUF and SCM_DEVMEM_LINEAR tell. */
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

const decode = (r: Reader): DmabufCmsg => ({
  frag_offset: r.count64(),
  frag_size: r.u32(),
  frag_token: r.u32(),
  dmabuf_id: r.u32(),
  flags: r.u32(),
});

export const dmabuf_cmsg = structure(24, decode);

/** Set from a dmabuf_id: the device memory to send from, with MSG_ZEROCOPY. Linux 6.16. */
export const devmem_dmabuf: Kind<DmabufCmsg, number> = kind(24, decode, (value) =>
  uint32(value, 'value'),
);
