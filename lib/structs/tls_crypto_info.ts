/** `struct tls12_crypto_info_*`, linux/tls.h: the value of TLS_TX and TLS_RX. */
import { Writer } from '../kernel/bytes.js';
import { isUint8Array, object, rangeError, typeError, uint16 } from '../kernel/validate.js';
import { asked, type Kind, kind } from './option.js';
import * as cipher from './tls_cipher.js';

/** The secrets of one direction of a TLS connection, and where it has got to. */
export interface TlsCryptoInfo {
  /** info.version: TLS_1_2_VERSION or TLS_1_3_VERSION. */
  version: number;
  /** info.cipher_type: TLS_CIPHER_*, which says how long the rest is. */
  cipher_type: number;
  /** iv: the explicit part of the nonce; with TLS 1.3, the end of the whole. */
  iv: Uint8Array;
  /** key. */
  key: Uint8Array;
  /** salt: the implicit part of the nonce; TLS_CIPHER_CHACHA20_POLY1305 has none. */
  salt: Uint8Array;
  /** rec_seq: the number of the next record, in network byte order. */
  rec_seq: Uint8Array;
}

/** What TLS_TX and TLS_RX are set from. */
export type TlsCryptoInfoInit = Omit<TlsCryptoInfo, 'salt'> & Partial<TlsCryptoInfo>;

interface Sizes {
  iv: number;
  key: number;
  salt: number;
  rec_seq: number;
}

/** In bytes, in C order. */
const sizes: { readonly [cipher_type: number]: Sizes } = {
  [cipher.TLS_CIPHER_AES_GCM_128]: { iv: 8, key: 16, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_AES_GCM_256]: { iv: 8, key: 32, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_AES_CCM_128]: { iv: 8, key: 16, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_CHACHA20_POLY1305]: { iv: 12, key: 32, salt: 0, rec_seq: 8 },
  [cipher.TLS_CIPHER_SM4_GCM]: { iv: 8, key: 16, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_SM4_CCM]: { iv: 8, key: 16, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_ARIA_GCM_128]: { iv: 8, key: 16, salt: 4, rec_seq: 8 },
  [cipher.TLS_CIPHER_ARIA_GCM_256]: { iv: 8, key: 32, salt: 4, rec_seq: 8 },
};

/** version and cipher_type. */
const header = 4;

function sizesOf(cipher_type: unknown, name: string): Sizes {
  const known = sizes[uint16(cipher_type, name)];
  if (known === undefined) throw rangeError(name, 'must be a TLS_CIPHER_*', cipher_type);
  return known;
}

const sizeOf = ({ iv, key, salt, rec_seq }: Sizes): number => header + iv + key + salt + rec_seq;

/** `value`, which must be so many bytes. */
function secret(value: unknown, name: string, size: number): Uint8Array {
  if (!isUint8Array(value)) throw typeError(name, 'must be a Uint8Array', value);
  if (value.byteLength !== size) throw rangeError(name, `must have ${size} bytes`, value);
  return value;
}

/** The reader names the cipher: the kernel wants memory of just the length of its structure. */
export const tls_crypto_info: Kind<TlsCryptoInfo, TlsCryptoInfoInit, number> & {
  ask: (cipher_type: number) => Uint8Array;
} = asked(
  kind<TlsCryptoInfo, TlsCryptoInfoInit>(
    header,
    (r) => {
      const [version, cipher_type] = [r.u16(), r.u16()];
      const { iv, key, salt, rec_seq } = sizes[cipher_type] ?? {
        iv: 0,
        key: 0,
        salt: 0,
        rec_seq: 0,
      };
      return {
        version,
        cipher_type,
        iv: r.copy(iv),
        key: r.copy(key),
        salt: r.copy(salt),
        rec_seq: r.copy(rec_seq),
      };
    },
    (value) => {
      const info = object(value, 'value');
      const known = sizesOf(info.cipher_type, 'value.cipher_type');
      const { iv, key, salt = new Uint8Array(0), rec_seq } = info;
      return new Writer(sizeOf(known))
        .u16(uint16(info.version, 'value.version'))
        .u16(uint16(info.cipher_type, 'value.cipher_type'))
        .copy(secret(iv, 'value.iv', known.iv))
        .copy(secret(key, 'value.key', known.key))
        .copy(secret(salt, 'value.salt', known.salt))
        .copy(secret(rec_seq, 'value.rec_seq', known.rec_seq)).bytes;
    },
  ),
  (cipher_type) => new Uint8Array(sizeOf(sizesOf(cipher_type, 'buf'))),
);

/** The kind of TLS_TX_MAX_PAYLOAD_LEN. */
export const payload_len = kind(
  2,
  (r) => r.u16(),
  (value: number) => new Writer(2).u16(uint16(value, 'value')).bytes,
);
