import { describe, expect, it } from 'vitest';
import {
  AF_QIPCRTR,
  bind,
  decodeSockaddrQrtr,
  encodeSockaddrQrtr,
  QRTR_NODE_BCAST,
  QRTR_PORT_CTRL,
  recvfrom,
  SOCK_DGRAM,
  sendto,
} from '../../lib/index.js';
import { arrived, expectDecoded, nameOf, openOrSkip, withField } from '../support/addresses.js';
import { python } from '../support/child.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

describe('struct sockaddr_qrtr', () => {
  it('is read back as it was written', () => {
    const addr = { node: QRTR_NODE_BCAST, port: QRTR_PORT_CTRL };
    const bytes = encodeSockaddrQrtr(addr);
    expect(bytes.byteLength).toBe(12);
    expectDecoded(decodeSockaddrQrtr, bytes, 12, addr);
  });

  it('refuses what has not 32 bits', () => {
    const wrong = withField(encodeSockaddrQrtr, { node: 1, port: 2 });
    expectRefused(wrong('node', 2 ** 32), RangeError, 'addr.node');
    expectRefused(wrong('port', -1), RangeError, 'addr.port');
    expectRefused(wrong('port', undefined), TypeError, 'addr.port');
  });
});

describe('AF_QIPCRTR', () => {
  it('tells the address of a socket, and of who sent', (context) => {
    const open = () => openOrSkip(context, 'AF_QIPCRTR', AF_QIPCRTR, SOCK_DGRAM);
    const [a, b] = [open(), open()];
    const mine = decodeSockaddrQrtr(nameOf(a));
    bind(a, encodeSockaddrQrtr({ node: mine?.node ?? 0, port: 0x4321 }));
    bind(b, encodeSockaddrQrtr({ node: mine?.node ?? 0, port: 0 }));
    const [bound, other] = [a, b].map((fd) => decodeSockaddrQrtr(nameOf(fd)));
    expect(bound).toEqual({ node: mine?.node, port: 0x4321 });
    const script = 'json.dump(socket.socket(fileno=3).getsockname(), sys.stdout)';
    for (const [fd, addr] of [
      [a, bound],
      [b, other],
    ] as const) {
      expect(python(script, null, [fd])).toEqual([addr?.node, addr?.port]);
    }
    sendto(b, 'hello', 0, encodeSockaddrQrtr({ node: bound?.node ?? 0, port: 0x4321 }));
    const { addr, bytes } = recvfrom(arrived(a), new Uint8Array(64));
    expect([bytes, decodeSockaddrQrtr(addr)]).toEqual([5, other]);
  });
});
