import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_ALG,
  ALG_OP_DECRYPT,
  ALG_OP_ENCRYPT,
  ALG_SET_AEAD_ASSOCLEN,
  ALG_SET_AEAD_AUTHSIZE,
  ALG_SET_IV,
  ALG_SET_KEY,
  ALG_SET_OP,
  accept,
  bind,
  type ControlInit,
  decodeSockaddrAlg,
  encodeSockaddrAlg,
  MSG_DONTWAIT,
  MSG_MORE,
  recv,
  SOCK_SEQPACKET,
  SOL_ALG,
  type SockAddrAlgInit,
  SystemError,
  send,
  sendmsg,
  setsockopt,
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import * as raw from '../../lib/raw.js';
import { expectDecoded, openOrSkip, withField } from '../support/addresses.js';
import { python } from '../support/child.js';
import { expectError, expectRefused, guardFds, own } from '../support/sockets.js';

guardFds();

const sha256 = { type: 'hash', name: 'sha256' };

/** A socket that is bound to an algorithm; skips where the kernel lacks either. */
function alg(context: TestContext, addr: SockAddrAlgInit): number {
  const fd = openOrSkip(context, 'AF_ALG', AF_ALG, SOCK_SEQPACKET);
  try {
    bind(fd, encodeSockaddrAlg(addr));
  } catch (error) {
    if (error instanceof SystemError && error.code === 'ENOENT') {
      context.skip(`this kernel has no ${String(addr.name)} for AF_ALG: ENOENT`);
    }
    throw error;
  }
  return fd;
}

/** accept(2) has no address of such a socket to tell, and fails where one is asked for. */
function operation(fd: number): number {
  const result = raw.accept(fd, null);
  expect(result).toBeGreaterThan(0);
  return own(result);
}

const bytesOf = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => from + i);

/** What comes out when all of `data` is put in. */
function through(fd: number, data: Uint8Array, control: ControlInit[], room: number): Uint8Array {
  expect(sendmsg(fd, { iov: [data], control })).toBe(data.byteLength);
  const out = new Uint8Array(room);
  return out.subarray(0, recv(fd, out, MSG_DONTWAIT));
}

const direction = (value: number): ControlInit => ({ level: SOL_ALG, type: ALG_SET_OP, value });
const vector = (value: Uint8Array): ControlInit => ({ level: SOL_ALG, type: ALG_SET_IV, value });

describe('struct sockaddr_alg', () => {
  it('is read back as it was written', () => {
    const addr = { type: 'skcipher', name: 'cbc(aes)', feat: 0x01020304, mask: 0xffffffff };
    const bytes = encodeSockaddrAlg(addr);
    expect(bytes.byteLength).toBe(88);
    expectDecoded(decodeSockaddrAlg, bytes, 25, addr);
    expect(decodeSockaddrAlg(encodeSockaddrAlg(sha256))).toEqual({ ...sha256, feat: 0, mask: 0 });
  });

  it('grows with a name that has more than 63 bytes', () => {
    for (const [length, size] of [
      [63, 88],
      [64, 89],
      [103, 128],
    ] as const) {
      const name = 'x'.repeat(length);
      const bytes = encodeSockaddrAlg({ ...sha256, name });
      expect(bytes.byteLength).toBe(size);
      expect(bytes.at(-1)).toBe(0);
      expect(decodeSockaddrAlg(bytes)?.name).toBe(name);
    }
  });

  it('has bytes for names that are no text', () => {
    const [type, name] = [Uint8Array.of(0x68, 0xff), Uint8Array.of(0xc3)];
    expect(decodeSockaddrAlg(encodeSockaddrAlg({ type, name }))).toMatchObject({ type, name });
  });

  it('ends with its bytes, where no NUL ends it', () => {
    const bytes = encodeSockaddrAlg({ ...sha256, name: 'x'.repeat(63) }).fill(0x79, 24);
    expect(decodeSockaddrAlg(bytes)?.name).toBe('y'.repeat(64));
  });

  it('refuses what is no name, or does not fit', () => {
    const wrong = withField(encodeSockaddrAlg, sha256);
    expectRefused(wrong('type', 'x'.repeat(14)), RangeError, 'addr.type');
    expectRefused(wrong('name', 'x'.repeat(104)), RangeError, 'addr.name');
    expectRefused(wrong('name', 'sha\0'), RangeError, 'addr.name');
    expectRefused(wrong('name', undefined), TypeError, 'addr.name');
    expectRefused(wrong('type', 1), TypeError, 'addr.type');
    expectRefused(wrong('feat', -1), RangeError, 'addr.feat');
    expectRefused(wrong('mask', 2 ** 32), RangeError, 'addr.mask');
  });
});

describe('AF_ALG', () => {
  it('hashes as node:crypto does', (context) => {
    const fd = operation(alg(context, sha256));
    const out = new Uint8Array(64);
    for (const text of ['', 'abc', 'x'.repeat(5000)]) {
      expect(send(fd, text)).toBe(text.length);
      const digest = createHash('sha256').update(text).digest();
      expect(Buffer.from(out.subarray(0, recv(fd, out, MSG_DONTWAIT)))).toEqual(digest);
    }
    send(fd, 'abc', MSG_MORE);
    send(fd, 'def');
    const digest = createHash('sha256').update('abcdef').digest();
    expect(Buffer.from(out.subarray(0, recv(fd, out, MSG_DONTWAIT)))).toEqual(digest);
  });

  it('hashes as python3 has it do', (context) => {
    const fd = operation(alg(context, sha256));
    send(fd, 'sockfd');
    const out = new Uint8Array(32);
    recv(fd, out, MSG_DONTWAIT);
    const script = `
s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
s.bind(('hash', 'sha256'))
op, _ = s.accept()
op.sendall(input.encode())
json.dump(op.recv(64).hex(), sys.stdout)`;
    expect(Buffer.from(out).toString('hex')).toBe(python(script, 'sockfd'));
  });

  it('encrypts and decrypts, by key, vector and direction', (context) => {
    const fd = alg(context, { type: 'skcipher', name: 'cbc(aes)' });
    const [key, iv, text] = [bytesOf(16, 1), bytesOf(16, 101), bytesOf(48, 33)];
    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key);
    const op = operation(fd);
    const secret = through(op, text, [direction(ALG_OP_ENCRYPT), vector(iv)], 64);
    const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
    expect(Buffer.from(secret)).toEqual(Buffer.concat([cipher.update(text), cipher.final()]));
    const plain = through(op, secret, [direction(ALG_OP_DECRYPT), vector(iv)], 64);
    expect(plain).toEqual(text);
  });

  it('authenticates what it encrypts, and what it does not', (context) => {
    const fd = alg(context, { type: 'aead', name: 'gcm(aes)' });
    const [key, iv] = [bytesOf(16, 1), bytesOf(12, 101)];
    const [aad, text] = [bytesOf(20, 7), bytesOf(30, 33)];
    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key);
    setsockopt(fd, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, 14);
    const op = operation(fd);
    const control = (value: number): ControlInit[] => [
      direction(value),
      vector(iv),
      { level: SOL_ALG, type: ALG_SET_AEAD_ASSOCLEN, value: aad.byteLength },
    ];
    const out = through(op, Buffer.concat([aad, text]), control(ALG_OP_ENCRYPT), 128);
    const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 14 }).setAAD(aad);
    const secret = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    expect(Buffer.from(out.subarray(aad.byteLength))).toEqual(secret);
    const plain = through(op, Buffer.concat([aad, secret]), control(ALG_OP_DECRYPT), 128);
    expect(plain.subarray(aad.byteLength)).toEqual(text);
    secret[0] = (secret[0] ?? 0) ^ 1;
    const forged = () => through(op, Buffer.concat([aad, secret]), control(ALG_OP_DECRYPT), 128);
    expectError(forged, 'recv', 'EBADMSG');
  });

  it('refuses a size of the tag that the algorithm has not', (context) => {
    const fd = alg(context, { type: 'aead', name: 'gcm(aes)' });
    const set = (size: number) => () => setsockopt(fd, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, size);
    for (const size of [4, 8, 12, 13, 14, 15, 16]) expect(set(size)).not.toThrow();
    for (const size of [0, 1, 5, 17, 300]) expectError(set(size), 'setsockopt', 'EINVAL');
    expectRefused(set(-1), RangeError, 'value');
    expectRefused(set(65536), RangeError, 'value');
  });

  it('reads each field of the address where it is', (context) => {
    const fd = openOrSkip(context, 'AF_ALG', AF_ALG, SOCK_SEQPACKET);
    const tried = (rest: object) => () => bind(fd, encodeSockaddrAlg({ ...sha256, ...rest }));
    expectError(tried({ name: 'nosuch' }), 'bind', 'ENOENT');
    expectError(tried({ type: 'nosuch' }), 'bind', 'ENOENT');
    // Bits that programs may not ask for.
    expectError(tried({ feat: 1 }), 'bind', 'EINVAL');
    expectError(tried({ mask: 1 }), 'bind', 'EINVAL');
    expectError(() => bind(fd, encodeSockaddrAlg(sha256).subarray(0, 24)), 'bind', 'EINVAL');
  });

  it('takes a name that is longer than the structure', (context) => {
    if (kernelVersion() < 4012) context.skip('a longer name needs Linux 4.12');
    const fd = openOrSkip(context, 'AF_ALG', AF_ALG, SOCK_SEQPACKET);
    const tried = (name: string) => () => bind(fd, encodeSockaddrAlg({ ...sha256, name }));
    // It is looked for, and not found: what is too long is invalid instead.
    expectError(tried('x'.repeat(64)), 'bind', 'ENOENT');
    expectError(tried('x'.repeat(103)), 'bind', 'ENOENT');
    const bytes = new Uint8Array(129);
    bytes.set(encodeSockaddrAlg({ ...sha256, name: 'x'.repeat(103) }));
    expectError(() => bind(fd, bytes), 'bind', 'EINVAL');
  });

  it('has no address to accept with', (context) => {
    const fd = alg(context, sha256);
    expectError(() => accept(fd), 'accept', 'ECONNABORTED');
  });
});
