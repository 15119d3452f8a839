/**
 * Control messages that no machine of these tests provokes: for want of a device, or of a part of
 * the kernel. Their bytes are written here as the headers have them; the C compiler is asked about
 * their structures in the ABI test.
 */
import { describe, expect, it } from 'vitest';
import * as sockfd from '../../../lib/index.js';
import {
  AF_ALG,
  ALG_OP_ENCRYPT,
  ALG_SET_AEAD_ASSOCLEN,
  ALG_SET_IV,
  ALG_SET_OP,
  accept,
  bind,
  type ControlInit,
  decodeControl,
  encodeControl,
  MSG_ZEROCOPY,
  recv,
  SCM_DEVMEM_DMABUF,
  SCM_DEVMEM_LINEAR,
  SCM_SECURITY,
  SCM_WIFI_STATUS,
  SOCK_SEQPACKET,
  SOL_ALG,
  SOL_SOCKET,
  SOL_TLS,
  SOL_VSOCK,
  sendmsg,
  setsockopt,
  socket,
  TLS_GET_RECORD_TYPE,
  TLS_SET_RECORD_TYPE,
  VSOCK_RECVERR,
} from '../../../lib/index.js';
import { expectError, expectRefused, guardFds, own, tcpPair } from '../../support/sockets.js';

guardFds();

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const valueIn = (level: number, type: number, hex: string): unknown => {
  return decodeControl(encodeControl([{ level, type, data: fromHex(hex) }]))[0]?.value;
};
const dataOf = (message: ControlInit): string => {
  return Buffer.from(decodeControl(encodeControl([message]))[0]?.data ?? []).toString('hex');
};

describe('TLS_SET_RECORD_TYPE and TLS_GET_RECORD_TYPE', () => {
  it('are one byte, 23 for data and 21 for an alert', () => {
    const alert = { level: SOL_TLS, type: TLS_SET_RECORD_TYPE, value: 21 } as const;
    expect(dataOf(alert)).toBe('15');
    expect(valueIn(SOL_TLS, TLS_GET_RECORD_TYPE, '17')).toBe(23);
    expectRefused(() => dataOf({ ...alert, value: 256 }), RangeError, 'control[0].value');
  });

  it('are of a socket that speaks TLS: another ignores them', () => {
    const { client, server } = tcpPair();
    const control = [{ level: SOL_TLS, type: TLS_SET_RECORD_TYPE, value: 21 }] as const;
    expect(sendmsg(client, { iov: [Buffer.from('x')], control })).toBe(1);
    expect(recv(server, new Uint8Array(1))).toBe(1);
  });
});

describe('ALG_SET_IV, ALG_SET_OP and ALG_SET_AEAD_ASSOCLEN', () => {
  it('are laid out as linux/if_alg.h has them', () => {
    const value = fromHex('0102030405060708090a0b0c');
    expect(dataOf({ level: SOL_ALG, type: ALG_SET_IV, value })).toBe(
      '0c0000000102030405060708090a0b0c',
    );
    expect(dataOf({ level: SOL_ALG, type: ALG_SET_OP, value: ALG_OP_ENCRYPT })).toBe('01000000');
    expect(dataOf({ level: SOL_ALG, type: ALG_SET_AEAD_ASSOCLEN, value: 13 })).toBe('0d000000');
  });

  it('have a vector no longer than its bytes, whatever it says', () => {
    expect(valueIn(SOL_ALG, ALG_SET_IV, '02000000010203')).toEqual(fromHex('0102'));
    expect(valueIn(SOL_ALG, ALG_SET_IV, 'ffffffff010203')).toEqual(fromHex('010203'));
    expect(valueIn(SOL_ALG, ALG_SET_IV, '00000000')).toEqual(fromHex(''));
    expect(valueIn(SOL_ALG, ALG_SET_IV, '000000')).toBeUndefined();
  });

  it('encrypt as NIST SP 800-38A, F.2.1 has it', (context) => {
    const name = Buffer.alloc(86);
    name.write('skcipher', 0);
    name.write('cbc(aes)', 22);
    const fd = (() => {
      try {
        return own(socket(AF_ALG, SOCK_SEQPACKET));
      } catch {
        return context.skip('this kernel has no AF_ALG');
      }
    })();
    try {
      bind(fd, { family: AF_ALG, data: name });
    } catch {
      context.skip('this kernel has no cbc(aes) for AF_ALG');
    }
    // ALG_SET_KEY is 1.
    setsockopt(fd, SOL_ALG, 1, fromHex('2b7e151628aed2a6abf7158809cf4f3c'));
    const operation = own(accept(fd).fd);
    const value = fromHex('000102030405060708090a0b0c0d0e0f');
    const control: ControlInit[] = [
      { level: SOL_ALG, type: ALG_SET_OP, value: ALG_OP_ENCRYPT },
      { level: SOL_ALG, type: ALG_SET_IV, value },
    ];
    sendmsg(operation, { iov: [fromHex('6bc1bee22e409f96e93d7e117393172a')], control });
    const out = Buffer.alloc(16);
    expect(recv(operation, out)).toBe(16);
    expect(out.toString('hex')).toBe('7649abac8119b246cee98e9b12e9197d');
  });
});

describe('SCM_DEVMEM_DMABUF and SCM_DEVMEM_LINEAR', () => {
  const hex = '0010000000000000dc0500000700000003000000ffffffff';
  const value = { frag_offset: 4096, frag_size: 1500, frag_token: 7, dmabuf_id: 3 };

  it('tell where the data is', () => {
    for (const type of [SCM_DEVMEM_DMABUF, SCM_DEVMEM_LINEAR]) {
      expect(valueIn(SOL_SOCKET, type, hex)).toEqual({ ...value, flags: 0xffff_ffff });
      expect(valueIn(SOL_SOCKET, type, hex.slice(2))).toBeUndefined();
    }
  });

  it('are sent as the number of a dmabuf', () => {
    expect(dataOf({ level: SOL_SOCKET, type: SCM_DEVMEM_DMABUF, value: 3 })).toBe('03000000');
    const { client } = tcpPair();
    const control = [{ level: SOL_SOCKET, type: SCM_DEVMEM_DMABUF, value: 12345 }] as const;
    // Which no machine has: the kernel looks for it, or is too old to know the type.
    const call = () => sendmsg(client, { iov: [new Uint8Array(1)], control }, MSG_ZEROCOPY);
    expectError(call, 'sendmsg', 'EINVAL');
  });
});

describe('SCM_WIFI_STATUS', () => {
  it('is an int', () => {
    expect(valueIn(SOL_SOCKET, SCM_WIFI_STATUS, '01000000')).toBe(1);
    expect(valueIn(SOL_SOCKET, SCM_WIFI_STATUS, '00000000')).toBe(0);
  });
});

describe('SCM_SECURITY', () => {
  it('is text up to a NUL, if there is one, at the level of the socket or of IP', () => {
    for (const level of [SOL_SOCKET, sockfd.IPPROTO_IP]) {
      expect(valueIn(level, SCM_SECURITY, Buffer.from('a:b:c:s0\0').toString('hex'))).toBe(
        'a:b:c:s0',
      );
      expect(valueIn(level, SCM_SECURITY, Buffer.from('label').toString('hex'))).toBe('label');
    }
  });

  it('is not there when it may be cut off', () => {
    const bytes = encodeControl([
      { level: SOL_SOCKET, type: SCM_SECURITY, data: Buffer.from('a:b:c:s0') },
    ]);
    expect(decodeControl(bytes, true)[0]).toMatchObject({ value: undefined });
    expect(decodeControl(bytes, false)[0]).toMatchObject({ value: 'a:b:c:s0' });
  });
});

describe('VSOCK_RECVERR', () => {
  it('is a sock_extended_err without an offender', () => {
    const hex = '00000000050001000200000009000000';
    expect(valueIn(SOL_VSOCK, VSOCK_RECVERR, hex)).toEqual({
      ...{ errno: 0, origin: sockfd.SO_EE_ORIGIN_ZEROCOPY, type: 0, code: 1, info: 2, data: 9 },
      offender: undefined,
      zerocopy: { lo: 2, hi: 9, copied: true },
    });
  });
});
