import { describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  CMSG_SPACE,
  controlValue,
  getsockopt,
  IPPROTO_TCP,
  recv,
  recvmsg,
  SOL_TLS,
  SystemError,
  send,
  sendmsg,
  setsockopt,
  TCP_ULP,
  TLS_1_2_VERSION,
  TLS_CIPHER_AES_GCM_128,
  TLS_GET_RECORD_TYPE,
  TLS_RX,
  TLS_SET_RECORD_TYPE,
  TLS_TX,
} from '../../lib/index.js';
import { expectError, expectRefused, guardFds, tcpPair } from '../support/sockets.js';
import { secrets } from '../support/sockopts/tls.js';

guardFds();

/** Both ends of a connection that may be given secrets; skips where the kernel has no TLS. */
function pair(context: TestContext): [client: number, server: number] {
  const { client, server } = tcpPair();
  try {
    for (const fd of [client, server]) setsockopt(fd, IPPROTO_TCP, TCP_ULP, 'tls');
  } catch (error) {
    if (error instanceof SystemError && error.code === 'ENOENT') {
      context.skip('this kernel has no TLS (CONFIG_TLS)');
    }
    throw error;
  }
  return [client, server];
}

describe('TLS_TX and TLS_RX', () => {
  it('are read as they were set, with the cipher', (context) => {
    const [client] = pair(context);
    const info = secrets(TLS_1_2_VERSION);
    for (const optname of [TLS_TX, TLS_RX] as const) {
      setsockopt(client, SOL_TLS, optname, info);
      expect(getsockopt(client, SOL_TLS, optname, TLS_CIPHER_AES_GCM_128)).toEqual(info);
      // Which cipher it is the first four bytes say.
      const words = new Uint16Array(2);
      expect(getsockopt(client, SOL_TLS, optname, words)).toBe(4);
      expect([...words]).toEqual([TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_128]);
      const wrong = () => getsockopt(client, SOL_TLS, optname, sockfd.TLS_CIPHER_AES_GCM_256);
      expectError(wrong, 'getsockopt', 'EINVAL');
    }
  });

  it('encrypt what is sent, and decrypt what is received', (context) => {
    const [client, server] = pair(context);
    const info = secrets(TLS_1_2_VERSION);
    setsockopt(client, SOL_TLS, TLS_TX, info);
    setsockopt(server, SOL_TLS, TLS_RX, info);
    expect(send(client, 'hello')).toBe(5);
    const buf = Buffer.alloc(64);
    expect(recv(server, buf)).toBe(5);
    expect(buf.toString('latin1', 0, 5)).toBe('hello');
  });

  it('tell the type of a record by a control message, and send one of another type', (context) => {
    const [client, server] = pair(context);
    const info = secrets(TLS_1_2_VERSION);
    setsockopt(client, SOL_TLS, TLS_TX, info);
    setsockopt(server, SOL_TLS, TLS_RX, info);
    send(client, 'hi');
    // RFC 5246, 7.2: an alert, a warning that says close_notify.
    const control = [{ level: SOL_TLS, type: TLS_SET_RECORD_TYPE, value: 21 }] as const;
    sendmsg(client, { iov: [Uint8Array.of(1, 0)], control });
    const told = [1, 2].map(() => {
      const buf = Buffer.alloc(64);
      const { bytes, control } = recvmsg(server, { iov: [buf], controlLength: CMSG_SPACE(1) });
      const type = controlValue(control, SOL_TLS, TLS_GET_RECORD_TYPE);
      return [type, buf.toString('latin1', 0, bytes)];
    });
    expect(told).toEqual([
      [23, 'hi'],
      [21, '\x01\0'],
    ]);
  });

  it('send records that RFC 5246 describes', (context) => {
    const [client, server] = pair(context);
    setsockopt(client, SOL_TLS, TLS_TX, secrets(TLS_1_2_VERSION));
    expect(send(client, 'hello')).toBe(5);
    const buf = Buffer.alloc(64);
    // A header, the explicit nonce, the text and its tag.
    expect(recv(server, buf, sockfd.MSG_PEEK)).toBe(5 + 8 + 5 + 16);
    expect(buf.toString('hex', 0, 5)).toBe('170303001d');
    expect(buf.toString('latin1')).not.toContain('hello');
  });

  it('are options only where TCP_ULP is tls', () => {
    const { client } = tcpPair();
    const set = () => setsockopt(client, SOL_TLS, TLS_TX, secrets(TLS_1_2_VERSION));
    expectError(set, 'setsockopt', 'ENOPROTOOPT');
  });

  it('name what is no secret', () => {
    const put = setsockopt as (fd: number, level: number, name: number, value: unknown) => void;
    const whole = secrets(TLS_1_2_VERSION);
    const set = (change: object) => () => put(-1, SOL_TLS, TLS_TX, { ...whole, ...change });
    expectRefused(() => put(-1, SOL_TLS, TLS_TX, 1), TypeError, 'value');
    expectRefused(set({ cipher_type: 50 }), RangeError, 'value.cipher_type');
    expectRefused(set({ cipher_type: undefined }), TypeError, 'value.cipher_type');
    expectRefused(set({ version: 1.2 }), RangeError, 'value.version');
    expectRefused(set({ iv: new Uint8Array(7) }), RangeError, 'value.iv');
    expectRefused(set({ key: 'secret' }), TypeError, 'value.key');
    expectRefused(set({ salt: undefined }), RangeError, 'value.salt');
    expectRefused(set({ rec_seq: 0n }), TypeError, 'value.rec_seq');
    const get = getsockopt as (...args: unknown[]) => unknown;
    expectRefused(() => get(-1, SOL_TLS, TLS_TX, 1), RangeError, 'buf');
    expectRefused(() => get(-1, SOL_TLS, TLS_TX), TypeError, 'buf');
  });
});
