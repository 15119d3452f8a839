/** The ciphers of kernel TLS, and the sizes of what they need. linux/tls.h */

/** Cipher: AES-GCM with a key of 128 bits. TLS 1.2, 1.3. */
export const TLS_CIPHER_AES_GCM_128 = 51;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_GCM_128_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_AES_GCM_128_KEY_SIZE = 16;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_GCM_128_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_AES_GCM_128_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_AES_GCM_128_REC_SEQ_SIZE = 8;

/** Cipher: AES-GCM with a key of 256 bits. TLS 1.2, 1.3. Linux 5.1. */
export const TLS_CIPHER_AES_GCM_256 = 52;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_GCM_256_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_AES_GCM_256_KEY_SIZE = 32;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_GCM_256_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_AES_GCM_256_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_AES_GCM_256_REC_SEQ_SIZE = 8;

/** Cipher: AES-CCM with a key of 128 bits. TLS 1.2, 1.3. Linux 5.2. */
export const TLS_CIPHER_AES_CCM_128 = 53;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_CCM_128_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_AES_CCM_128_KEY_SIZE = 16;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_AES_CCM_128_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_AES_CCM_128_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_AES_CCM_128_REC_SEQ_SIZE = 8;

/** Cipher: ChaCha20 and Poly1305. TLS 1.2, 1.3. Linux 5.11. */
export const TLS_CIPHER_CHACHA20_POLY1305 = 54;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_CHACHA20_POLY1305_IV_SIZE = 12;
/** The key. Bytes. */
export const TLS_CIPHER_CHACHA20_POLY1305_KEY_SIZE = 32;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_CHACHA20_POLY1305_SALT_SIZE = 0;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_CHACHA20_POLY1305_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_CHACHA20_POLY1305_REC_SEQ_SIZE = 8;

/** Cipher: SM4-GCM. TLS 1.3. Linux 5.16. */
export const TLS_CIPHER_SM4_GCM = 55;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_SM4_GCM_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_SM4_GCM_KEY_SIZE = 16;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_SM4_GCM_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_SM4_GCM_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_SM4_GCM_REC_SEQ_SIZE = 8;

/** Cipher: SM4-CCM. TLS 1.3. Linux 5.16. */
export const TLS_CIPHER_SM4_CCM = 56;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_SM4_CCM_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_SM4_CCM_KEY_SIZE = 16;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_SM4_CCM_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_SM4_CCM_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_SM4_CCM_REC_SEQ_SIZE = 8;

/** Cipher: ARIA-GCM with a key of 128 bits. TLS 1.2. Linux 6.1. */
export const TLS_CIPHER_ARIA_GCM_128 = 57;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_ARIA_GCM_128_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_ARIA_GCM_128_KEY_SIZE = 16;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_ARIA_GCM_128_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_ARIA_GCM_128_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_ARIA_GCM_128_REC_SEQ_SIZE = 8;

/** Cipher: ARIA-GCM with a key of 256 bits. TLS 1.2. Linux 6.1. */
export const TLS_CIPHER_ARIA_GCM_256 = 58;
/** The explicit part of the nonce. Bytes. */
export const TLS_CIPHER_ARIA_GCM_256_IV_SIZE = 8;
/** The key. Bytes. */
export const TLS_CIPHER_ARIA_GCM_256_KEY_SIZE = 32;
/** The implicit part of the nonce. Bytes. */
export const TLS_CIPHER_ARIA_GCM_256_SALT_SIZE = 4;
/** The authentication tag behind each record. Bytes. */
export const TLS_CIPHER_ARIA_GCM_256_TAG_SIZE = 16;
/** The number of a record. Bytes. */
export const TLS_CIPHER_ARIA_GCM_256_REC_SEQ_SIZE = 8;
