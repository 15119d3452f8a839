/** The trials of the SOL_ALG options, all of which are set only. */
import {
  AF_ALG,
  ALG_OP_ENCRYPT,
  ALG_SET_IV,
  ALG_SET_OP,
  bind,
  encodeSockaddrAlg,
  recv,
  SOCK_SEQPACKET,
  SOL_ALG,
  sendmsg,
} from '../../../lib/index.js';
import * as raw from '../../../lib/raw.js';
import { open, own } from '../sockets.js';
import type { Make, Trial } from './make.js';

export const alg: Make = () => {
  const fd = open(AF_ALG, SOCK_SEQPACKET);
  bind(fd, encodeSockaddrAlg({ type: 'skcipher', name: 'cbc(aes)' }));
  return fd;
};

/** Set only: such a socket reads no option at all. */
const setOnly: Trial = {
  lacking: ['EAFNOSUPPORT', 'this kernel has no AF_ALG'],
  writeonly: true,
  unread: 'EOPNOTSUPP',
};

// FIPS 197, appendix C.1: a key, a block, and what it becomes.
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const block = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const secret = '69c4e0d86a7b0430d8cdb78070b4c55a';

/** What the socket makes of the block: with a vector of zeros, one block is the cipher's alone. */
function encrypted(fd: number): string {
  const op = own(raw.accept(fd, null));
  const control = [
    { level: SOL_ALG, type: ALG_SET_OP, value: ALG_OP_ENCRYPT },
    { level: SOL_ALG, type: ALG_SET_IV, value: new Uint8Array(16) },
  ] as const;
  sendmsg(op, { iov: [block], control: [...control] });
  const out = Buffer.alloc(16);
  recv(op, out);
  return out.toString('hex');
}

export const algTrials: Record<string, Trial> = {
  ALG_SET_KEY: {
    ...setOnly,
    set: [key],
    reads: (value, fd) => (encrypted(fd) === secret ? value : 'another key'),
  },
  // test/structs/sockaddr_alg.test.ts sees how long the tag then is.
  ALG_SET_AEAD_AUTHSIZE: setOnly,
  // Few kernels have it: it is for those who certify generators (CONFIG_CRYPTO_USER_API_RNG_CAVP).
  ALG_SET_DRBG_ENTROPY: setOnly,
  // It takes a key of a keyring, whose system calls sockfd has not.
  ALG_SET_KEY_BY_KEY_SERIAL: setOnly,
};
