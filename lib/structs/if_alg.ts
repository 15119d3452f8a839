/** Cryptography of the kernel: the control messages of SOL_ALG, which are sent. Linux 2.6.38. */
import { Writer } from '../kernel/bytes.js';
import { buffer } from '../kernel/validate.js';
import { type Kind, kind } from './option.js';

/** The initialisation vector: struct af_alg_iv. */
export const ALG_SET_IV = 2;
/** What to do: ALG_OP_*. uint. */
export const ALG_SET_OP = 3;
/** How much of the data is authenticated and not encrypted. uint, bytes. Linux 3.19. */
export const ALG_SET_AEAD_ASSOCLEN = 4;

/** ALG_SET_OP: decrypt. */
export const ALG_OP_DECRYPT = 0;
/** ALG_SET_OP: encrypt. */
export const ALG_OP_ENCRYPT = 1;

/** `struct af_alg_iv`, linux/if_alg.h: the bytes of the vector, which the structure counts. */
export const af_alg_iv: Kind<Uint8Array, Uint8Array> = kind(
  4,
  (r, length) => r.copy(Math.min(r.u32(), length - 4)),
  (value) => {
    const iv = buffer(value, 'value');
    return new Writer(4 + iv.byteLength).u32(iv.byteLength).copy(iv).bytes;
  },
);
