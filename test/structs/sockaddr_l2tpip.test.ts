import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  bind,
  decodeSockaddr,
  decodeSockaddrL2tpip,
  decodeSockaddrL2tpip6,
  encodeSockaddrL2tpip,
  encodeSockaddrL2tpip6,
  IPPROTO_L2TP,
  SOCK_DGRAM,
} from '../../lib/index.js';
import { expectNoOther, nameOf, openOrSkip, withField } from '../support/addresses.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

describe('struct sockaddr_l2tpip', () => {
  const addr = { addr: '192.0.2.1', conn_id: 0xfedcba98 };

  it('is read back as it was written', () => {
    const bytes = encodeSockaddrL2tpip(addr);
    expect(Buffer.from(bytes).toString('hex')).toBe('02000000c000020198badcfe00000000');
    expect(decodeSockaddrL2tpip(bytes)).toEqual(addr);
    expectNoOther(decodeSockaddrL2tpip, bytes, 12);
    // As it is for those who do not know of L2TP.
    expect(decodeSockaddr(bytes)).toEqual({ family: AF_INET, addr: addr.addr, port: 0 });
  });

  it('is not made from a SockAddr, which has lost the connection', () => {
    const lost = { family: AF_INET, addr: '192.0.2.1', port: 0 };
    expectRefused(() => decodeSockaddrL2tpip(lost as never), TypeError, 'addr');
    expectRefused(() => decodeSockaddrL2tpip6(lost as never), TypeError, 'addr');
  });

  it('refuses fields that are none', () => {
    const wrong = withField(encodeSockaddrL2tpip, addr);
    expectRefused(wrong('addr', '192.0.2'), RangeError, 'addr.addr');
    expectRefused(wrong('conn_id', 2 ** 32), RangeError, 'addr.conn_id');
    expectRefused(wrong('conn_id', undefined), TypeError, 'addr.conn_id');
  });
});

describe('struct sockaddr_l2tpip6', () => {
  const addr = { addr: '2001:db8::1', conn_id: 7, flowinfo: 0x0badcafe, scope_id: 3 };

  it('is read back as it was written', () => {
    const bytes = encodeSockaddrL2tpip6(addr);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `0a0000000badcafe20010db8${'0'.repeat(22)}010300000007000000`,
    );
    expect(decodeSockaddrL2tpip6(bytes)).toEqual(addr);
    expectNoOther(decodeSockaddrL2tpip6, bytes, 32);
    expect(decodeSockaddr(bytes)).toMatchObject({ family: AF_INET6, addr: addr.addr });
    const least = encodeSockaddrL2tpip6({ addr: '::1', conn_id: 1 });
    expect(decodeSockaddrL2tpip6(least)).toMatchObject({ flowinfo: 0, scope_id: 0 });
  });

  it('refuses fields that are none', () => {
    const wrong = withField(encodeSockaddrL2tpip6, addr);
    expectRefused(wrong('addr', '1.2.3.4'), RangeError, 'addr.addr');
    expectRefused(wrong('flowinfo', -1), RangeError, 'addr.flowinfo');
    expectRefused(wrong('scope_id', 1.5), RangeError, 'addr.scope_id');
    expectRefused(wrong('conn_id', '1'), TypeError, 'addr.conn_id');
  });
});

describe('IPPROTO_L2TP', () => {
  it('tells the connection of a socket over IPv4', (context) => {
    const fd = openOrSkip(context, 'L2TP over IPv4', AF_INET, SOCK_DGRAM, IPPROTO_L2TP);
    const addr = { addr: '127.0.0.1', conn_id: 0x01020304 };
    bind(fd, encodeSockaddrL2tpip(addr));
    expect(decodeSockaddrL2tpip(nameOf(fd))).toEqual(addr);
  });

  it('tells the connection of a socket over IPv6', (context) => {
    const fd = openOrSkip(context, 'L2TP over IPv6', AF_INET6, SOCK_DGRAM, IPPROTO_L2TP);
    const addr = { addr: '::1', conn_id: 0x01020304 };
    bind(fd, encodeSockaddrL2tpip6(addr));
    expect(decodeSockaddrL2tpip6(nameOf(fd))).toEqual({ ...addr, flowinfo: 0, scope_id: 0 });
  });
});
