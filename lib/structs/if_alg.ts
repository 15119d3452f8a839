/** Cryptography of the kernel: the options and the control messages of SOL_ALG. */
import { Writer } from '../kernel/bytes.js';
import { buffer, integer } from '../kernel/validate.js';
import { bytes, int, type Kind, kind, type OptionTable, request, writeonly } from './option.js';

/** The key, of a socket that is bound and was not accepted. Bytes, set only. */
export const ALG_SET_KEY = 1;

/** The initialisation vector: struct af_alg_iv. */
export const ALG_SET_IV = 2;
/** What to do: ALG_OP_*. uint. */
export const ALG_SET_OP = 3;
/** How much of the data is authenticated and not encrypted. uint, bytes. Linux 3.19. */
export const ALG_SET_AEAD_ASSOCLEN = 4;
/** How long the tag is that authenticates. int, bytes; set only. Linux 3.19. */
export const ALG_SET_AEAD_AUTHSIZE = 5;
/** Entropy of one's own, to test a generator. Bytes, set only. Linux 5.10. Needs CAP_SYS_ADMIN. */
export const ALG_SET_DRBG_ENTROPY = 6;
/** The key, by its number in the kernel's keyrings. int, set only. keyrings(7). Linux 6.2. */
export const ALG_SET_KEY_BY_KEY_SERIAL = 7;

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

/** The kernel takes it from how long the value is, and looks at none of its bytes. */
const authsize: Kind<never, number> = request(
  (value) => new Uint8Array(integer(value, 'value', 0, 0xffff)),
);

/** The kinds of the SOL_ALG options. A socket has them once bind(2) has told it the algorithm. */
export const algOptions = {
  [ALG_SET_KEY]: { name: 'ALG_SET_KEY', ...writeonly(bytes(0)) },
  [ALG_SET_AEAD_AUTHSIZE]: { name: 'ALG_SET_AEAD_AUTHSIZE', ...authsize, since: '3.19' },
  [ALG_SET_DRBG_ENTROPY]: {
    name: 'ALG_SET_DRBG_ENTROPY',
    ...writeonly(bytes(0)),
    since: '5.10',
    needs: ['CAP_SYS_ADMIN'],
  },
  [ALG_SET_KEY_BY_KEY_SERIAL]: {
    name: 'ALG_SET_KEY_BY_KEY_SERIAL',
    ...writeonly(int),
    since: '6.2',
  },
} as const satisfies OptionTable;
