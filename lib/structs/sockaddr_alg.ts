/** `struct sockaddr_alg`, linux/if_alg.h: an algorithm of the kernel's cryptography. AF_ALG. */
import { Writer } from '../kernel/bytes.js';
import { AF_ALG } from './family.js';
import { Fields } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { cString, decodeCString, fieldsOf } from './sockaddr_fields.js';

/** sockaddr_alg: what bind(2) is told, and nothing ever tells. */
export interface SockAddrAlg {
  /** salg_type: `'hash'`, `'skcipher'`, `'aead'`, `'rng'`; bytes when it is not UTF-8. */
  type: string | Uint8Array;
  /** salg_name: `'sha256'`, `'gcm(aes)'`, as /proc/crypto has it; bytes when it is not UTF-8. */
  name: string | Uint8Array;
  /** salg_feat: what the algorithm has to be, CRYPTO_ALG_* of the kernel. */
  feat: number;
  /** salg_mask: the bits of `feat` that matter. */
  mask: number;
}

/** What a `struct sockaddr_alg` is made from. */
export interface SockAddrAlgInit {
  /** salg_type: at most 13 bytes. */
  type: string | Uint8Array;
  /** salg_name: at most 103 bytes; before Linux 4.12, 63. */
  name: string | Uint8Array;
  /** salg_feat: 0 by default. */
  feat?: number;
  /** salg_mask: 0 by default. */
  mask?: number;
}

const TYPE = 14;
/** Where salg_name begins. */
const NAME = 24;
/** What salg_name has in the structure of C. */
const NAME_MAX = 64;
/** The most that bind(2) takes: a sockaddr_storage. */
const STORAGE = 128;

/**
 * The bytes of an address of AF_ALG, for bind(2). A name that is too long for the structure makes
 * them longer, which the kernel takes from Linux 4.12 on.
 *
 * @throws TypeError, RangeError for a field that is none, or is too long
 */
export function encodeSockaddrAlg(addr: SockAddrAlgInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  const type = cString(f, 'type', TYPE - 1);
  const name = cString(f, 'name', STORAGE - NAME - 1);
  return new Writer(NAME + Math.max(NAME_MAX, name.byteLength + 1))
    .u16(AF_ALG)
    .copy(type)
    .skip(TYPE - type.byteLength)
    .u32(f.uint(32, 'feat', 0))
    .u32(f.uint(32, 'mask', 0))
    .copy(name).bytes;
}

/** The address of AF_ALG; undefined when it is of another family, or ends before its name. */
export function decodeSockaddrAlg(addr: SockAddrLike): SockAddrAlg | undefined {
  const r = fieldsOf(addr, AF_ALG, NAME + 1);
  if (r === undefined) return undefined;
  const type = decodeCString(r.copy(TYPE));
  const [feat, mask] = [r.u32(), r.u32()];
  return { type, name: decodeCString(r.bytes.subarray(NAME)), feat, mask };
}
