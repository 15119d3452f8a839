/**
 * Kernel TLS: the options of SOL_TLS, once TCP_ULP is 'tls', and the other numbers of linux/tls.h.
 */
import { bool, type OptionTable } from './option.js';
import { payload_len, tls_crypto_info } from './tls_crypto_info.js';

/** The secrets of what is sent: the kernel encrypts. tls12_crypto_info_*. Linux 4.13. */
export const TLS_TX = 1;
/** The secrets of what is received: it decrypts. tls12_crypto_info_*. Linux 4.17. */
export const TLS_RX = 2;
/** sendfile(2) by a network card that encrypts does not copy. bool. Linux 5.19. */
export const TLS_TX_ZEROCOPY_RO = 3;
/** TLS 1.3: the peer does not pad, and records are decrypted in place. bool. Linux 6.0. */
export const TLS_RX_EXPECT_NO_PAD = 4;
/** The most plain text in a record that is sent. 16 bits, 64 to 16384 bytes. Linux 6.19. */
export const TLS_TX_MAX_PAYLOAD_LEN = 5;

/** cmsg to send: the content type of the record. One byte. */
export const TLS_SET_RECORD_TYPE = 1;
/** cmsg received: the content type of the record. One byte. */
export const TLS_GET_RECORD_TYPE = 2;

/** The first byte of TLS_1_2_VERSION. */
export const TLS_1_2_VERSION_MAJOR = 0x3;
/** The second byte of TLS_1_2_VERSION. */
export const TLS_1_2_VERSION_MINOR = 0x3;
/** TLS 1.2. */
export const TLS_1_2_VERSION = 0x0303;
/** The first byte of TLS_1_3_VERSION. */
export const TLS_1_3_VERSION_MAJOR = 0x3;
/** The second byte of TLS_1_3_VERSION. */
export const TLS_1_3_VERSION_MINOR = 0x4;
/** TLS 1.3. Linux 5.1. */
export const TLS_1_3_VERSION = 0x0304;

/** Neither encrypted nor decrypted. */
export const TLS_CONF_BASE = 1;
/** By the kernel. */
export const TLS_CONF_SW = 2;
/** By the network card. */
export const TLS_CONF_HW = 3;
/** Never used. */
export const TLS_CONF_HW_RECORD = 4;

/**
 * The kinds of the SOL_TLS options. TLS_TX and TLS_RX are read with the cipher: the first four
 * bytes, which say which it is, can be read as bytes.
 */
export const tlsOptions = {
  [TLS_TX]: { name: 'TLS_TX', ...tls_crypto_info, since: '4.13' },
  [TLS_RX]: { name: 'TLS_RX', ...tls_crypto_info, since: '4.17' },
  [TLS_TX_ZEROCOPY_RO]: { name: 'TLS_TX_ZEROCOPY_RO', ...bool, since: '5.19' },
  [TLS_RX_EXPECT_NO_PAD]: { name: 'TLS_RX_EXPECT_NO_PAD', ...bool, since: '6.0' },
  [TLS_TX_MAX_PAYLOAD_LEN]: { name: 'TLS_TX_MAX_PAYLOAD_LEN', ...payload_len, since: '6.19' },
} as const satisfies OptionTable;
