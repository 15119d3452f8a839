/** The trials of the SOL_TLS options. */
import * as sockfd from '../../../lib/index.js';
import { IPPROTO_TCP, SOL_TLS, setsockopt, TCP_ULP } from '../../../lib/index.js';
import { tcpPair } from '../sockets.js';
import { bool, type Make, type Trial } from './make.js';

/** One end of a connection that may be given secrets. */
export const tls: Make = () => {
  const { client } = tcpPair();
  setsockopt(client, IPPROTO_TCP, TCP_ULP, 'tls');
  return client;
};

/** The secrets of a cipher, each byte another. */
export function secrets(version: number): sockfd.TlsCryptoInfo {
  const bytes = (length: number, from: number): Uint8Array =>
    Uint8Array.from({ length }, (_, n) => from + n);
  return {
    version,
    cipher_type: sockfd.TLS_CIPHER_AES_GCM_128,
    iv: bytes(8, 1),
    key: bytes(16, 33),
    salt: bytes(4, 65),
    rec_seq: new Uint8Array(8),
  };
}

/** It decrypts TLS 1.3. */
function decrypting(): number {
  const fd = tls();
  setsockopt(fd, SOL_TLS, sockfd.TLS_RX, secrets(sockfd.TLS_1_3_VERSION));
  return fd;
}

const lacking = ['ENOENT', 'this kernel has no TLS (CONFIG_TLS)'] as const;

export const tlsTrials: Record<string, Trial> = {
  // They are read with a cipher, of which the walk of the tables knows nothing; they have a test.
  TLS_TX: { volatile: true },
  TLS_RX: { volatile: true },
  TLS_TX_ZEROCOPY_RO: { ...bool, lacking },
  TLS_RX_EXPECT_NO_PAD: { ...bool, on: decrypting, lacking },
  TLS_TX_MAX_PAYLOAD_LEN: {
    set: [64, 1000, 16_384],
    size: 2,
    decode: (b) => b.readUInt16LE(),
    lacking,
  },
};
