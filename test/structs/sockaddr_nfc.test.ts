import { describe, expect, it } from 'vitest';
import {
  AF_NFC,
  bind,
  connect,
  decodeSockaddrNfc,
  decodeSockaddrNfcLlcp,
  encodeSockaddrNfc,
  encodeSockaddrNfcLlcp,
  NFC_PROTO_NFC_DEP,
  NFC_SOCKPROTO_LLCP,
  NFC_SOCKPROTO_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../../lib/index.js';
import { expectDecoded, openOrSkip, withField } from '../support/addresses.js';
import { expectError, expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const target = { dev_idx: 0x01020304, target_idx: 5, nfc_protocol: NFC_PROTO_NFC_DEP };
const service = { ...target, dsap: 4, ssap: 0x20, service_name: 'urn:nfc:sn:snep' };

describe('struct sockaddr_nfc', () => {
  it('is read back as it was written', () => {
    const bytes = encodeSockaddrNfc(target);
    expect(bytes.byteLength).toBe(16);
    expectDecoded(decodeSockaddrNfc, bytes, 16, target);
    const wrong = withField(encodeSockaddrNfc, target);
    for (const field of ['dev_idx', 'target_idx', 'nfc_protocol']) {
      expectRefused(wrong(field, 2 ** 32), RangeError, `addr.${field}`);
      expectRefused(wrong(field, undefined), TypeError, `addr.${field}`);
    }
  });
});

describe('struct sockaddr_nfc_llcp', () => {
  it('is read back as it was written', () => {
    const bytes = encodeSockaddrNfcLlcp(service);
    expect(bytes.byteLength).toBe(96);
    expectDecoded(decodeSockaddrNfcLlcp, bytes, 96, service);
    const longest = { ...service, service_name: 'é'.repeat(31) };
    expect(decodeSockaddrNfcLlcp(encodeSockaddrNfcLlcp(longest))).toEqual(longest);
    const none = { dsap: 0, ssap: 0, service_name: '' };
    expect(decodeSockaddrNfcLlcp(encodeSockaddrNfcLlcp(target))).toEqual({ ...target, ...none });
  });

  it('is none where its name is longer than it can be', () => {
    for (const [at, value] of [
      [88, 64],
      [89, 1],
      [92, 1],
      [95, 0x80],
    ] as const) {
      const bytes = encodeSockaddrNfcLlcp(service);
      bytes[at] = value;
      expect(decodeSockaddrNfcLlcp(bytes)).toBeUndefined();
    }
  });

  it('refuses fields that are none', () => {
    const wrong = withField(encodeSockaddrNfcLlcp, service);
    expectRefused(wrong('dsap', 256), RangeError, 'addr.dsap');
    expectRefused(wrong('ssap', -1), RangeError, 'addr.ssap');
    expectRefused(wrong('service_name', 'x'.repeat(64)), RangeError, 'addr.service_name');
    expectRefused(wrong('service_name', 1), TypeError, 'addr.service_name');
  });
});

describe('AF_NFC', () => {
  it('looks for the controller that the address names', (context) => {
    const what = 'AF_NFC';
    const fd = openOrSkip(context, what, AF_NFC, SOCK_SEQPACKET, NFC_SOCKPROTO_RAW);
    // No machine has so many.
    const addr = encodeSockaddrNfc({ ...target, dev_idx: 0x7fff });
    expectError(() => connect(fd, addr), 'connect', 'ENODEV');
    expectError(() => connect(fd, addr.subarray(0, 15)), 'connect', 'EINVAL');
    const llcp = openOrSkip(context, what, AF_NFC, SOCK_STREAM, NFC_SOCKPROTO_LLCP);
    const own = { ...service, dev_idx: 0x7fff };
    // Who listens has no other end.
    expectError(() => bind(llcp, encodeSockaddrNfcLlcp(own)), 'bind', 'EINVAL');
    const listener = encodeSockaddrNfcLlcp({ ...own, dsap: 0 });
    expectError(() => bind(llcp, listener), 'bind', 'ENODEV');
  });
});
