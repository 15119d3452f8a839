import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_BLUETOOTH,
  BDADDR_ANY,
  BDADDR_LE_RANDOM,
  BDADDR_LOCAL,
  BTPROTO_HCI,
  BTPROTO_L2CAP,
  BTPROTO_RFCOMM,
  BTPROTO_SCO,
  bind,
  decodeSockaddrHci,
  decodeSockaddrL2,
  decodeSockaddrRc,
  decodeSockaddrSco,
  encodeSockaddrHci,
  encodeSockaddrL2,
  encodeSockaddrRc,
  encodeSockaddrSco,
  HCI_CHANNEL_CONTROL,
  HCI_CHANNEL_RAW,
  HCI_DEV_NONE,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../../lib/index.js';
import { expectDecoded, nameOf, openOrSkip, withField } from '../support/addresses.js';
import { expectError, expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const bdaddr = '00:1A:7D:DA:71:13';

describe('struct sockaddr_l2', () => {
  const addr = { bdaddr, psm: 0x1003, cid: 0x0405, bdaddr_type: BDADDR_LE_RANDOM };

  it('is read back as it was written, the last byte of the text first', () => {
    const bytes = encodeSockaddrL2(addr);
    expect(Buffer.from(bytes).toString('hex')).toBe('1f0003101371da7d1a0005040200');
    expectDecoded(decodeSockaddrL2, bytes, 13, addr);
    const rest = { psm: 0, cid: 0, bdaddr_type: 0 };
    const least = encodeSockaddrL2({ bdaddr: BDADDR_LOCAL });
    expect(decodeSockaddrL2(least)).toEqual({ bdaddr: BDADDR_LOCAL, ...rest });
  });

  it('refuses what is no address', () => {
    const wrong = withField(encodeSockaddrL2, addr);
    const texts = ['', '00:1A:7D:DA:71', '00:1A:7D:DA:71:1G', '001A7DDA7113', ` ${bdaddr}`];
    for (const text of texts) expectRefused(wrong('bdaddr', text), RangeError, 'addr.bdaddr');
    const others = [undefined, null, 1, new Uint8Array(6)];
    for (const other of others) expectRefused(wrong('bdaddr', other), TypeError, 'addr.bdaddr');
    expectRefused(wrong('psm', 65536), RangeError, 'addr.psm');
    expectRefused(wrong('cid', -1), RangeError, 'addr.cid');
    expectRefused(wrong('bdaddr_type', 256), RangeError, 'addr.bdaddr_type');
    expect(encodeSockaddrL2({ ...addr, bdaddr: bdaddr.toLowerCase() })).toEqual(
      encodeSockaddrL2(addr),
    );
  });
});

describe('struct sockaddr_rc', () => {
  it('is read back as it was written', () => {
    const addr = { bdaddr, channel: 30 };
    const bytes = encodeSockaddrRc(addr);
    expect(Buffer.from(bytes).toString('hex')).toBe('1f001371da7d1a001e00');
    expectDecoded(decodeSockaddrRc, bytes, 9, addr);
    expect(decodeSockaddrRc(encodeSockaddrRc({ bdaddr }))).toEqual({ bdaddr, channel: 0 });
    const wrong = withField(encodeSockaddrRc, addr);
    expectRefused(wrong('channel', 256), RangeError, 'addr.channel');
    expectRefused(wrong('bdaddr', undefined), TypeError, 'addr.bdaddr');
  });
});

describe('struct sockaddr_hci', () => {
  it('is read back as it was written', () => {
    const addr = { dev: HCI_DEV_NONE, channel: HCI_CHANNEL_CONTROL };
    const bytes = encodeSockaddrHci(addr);
    expect(Buffer.from(bytes).toString('hex')).toBe('1f00ffff0300');
    expectDecoded(decodeSockaddrHci, bytes, 6, addr);
    expect(decodeSockaddrHci(encodeSockaddrHci({ dev: 1 }))).toEqual({
      dev: 1,
      channel: HCI_CHANNEL_RAW,
    });
    const wrong = withField(encodeSockaddrHci, addr);
    expectRefused(wrong('dev', 65536), RangeError, 'addr.dev');
    expectRefused(wrong('channel', '3'), TypeError, 'addr.channel');
  });
});

describe('struct sockaddr_sco', () => {
  it('is read back as it was written', () => {
    const bytes = encodeSockaddrSco({ bdaddr });
    expect(Buffer.from(bytes).toString('hex')).toBe('1f001371da7d1a00');
    expectDecoded(decodeSockaddrSco, bytes, 8, { bdaddr });
    expectRefused(() => encodeSockaddrSco({ bdaddr: 'x' }), RangeError, 'addr.bdaddr');
  });
});

const bluetooth = (context: TestContext, type: number, protocol: number): number =>
  openOrSkip(context, 'AF_BLUETOOTH of this protocol', AF_BLUETOOTH, type, protocol);

/** The lines that the kernel has of a protocol, in words; skips where nobody can see them. */
function debugfs(context: TestContext, name: string): string[][] {
  const path = `/sys/kernel/debug/bluetooth/${name}`;
  if (!existsSync(path)) context.skip('debugfs is not mounted, or not for this user');
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.trim().toUpperCase().split(/\s+/));
}

describe('AF_BLUETOOTH', () => {
  it('tells what an L2CAP socket is bound to, as debugfs does', (context) => {
    const fd = bluetooth(context, SOCK_SEQPACKET, BTPROTO_L2CAP);
    const addr = { bdaddr, psm: 0x1003, cid: 0, bdaddr_type: 0 };
    bind(fd, encodeSockaddrL2(addr));
    expect(decodeSockaddrL2(nameOf(fd))).toEqual(addr);
    // PSMs are odd, and so is the lower bit of the upper byte not set.
    const other = bluetooth(context, SOCK_SEQPACKET, BTPROTO_L2CAP);
    const even = encodeSockaddrL2({ ...addr, psm: 0x1002 });
    expectError(() => bind(other, even), 'bind', 'EINVAL');
    expectError(() => bind(other, encodeSockaddrL2(addr)), 'bind', 'EADDRINUSE');
    // One or the other.
    const both = encodeSockaddrL2({ ...addr, cid: 0x40 });
    expectError(() => bind(other, both), 'bind', 'EINVAL');
    const type = encodeSockaddrL2({ ...addr, bdaddr_type: 3 });
    expectError(() => bind(other, type), 'bind', 'EINVAL');
    // Address of the source, its kind, address of the destination, its kind, state, PSM.
    const lines = debugfs(context, 'l2cap').filter(([source]) => source === bdaddr);
    expect(lines.map((line) => [line[2], Number(line[5])])).toContainEqual([BDADDR_ANY, 0x1003]);
  });

  it('tells what an RFCOMM socket is bound to, as debugfs does', (context) => {
    const fd = bluetooth(context, SOCK_STREAM, BTPROTO_RFCOMM);
    bind(fd, encodeSockaddrRc({ bdaddr, channel: 29 }));
    expect(decodeSockaddrRc(nameOf(fd))).toEqual({ bdaddr, channel: 29 });
    const other = bluetooth(context, SOCK_STREAM, BTPROTO_RFCOMM);
    const again = encodeSockaddrRc({ bdaddr, channel: 29 });
    expectError(() => bind(other, again), 'bind', 'EADDRINUSE');
    const lines = debugfs(context, 'rfcomm');
    expect(lines.find(([source]) => source === bdaddr)?.[3]).toBe('29');
  });

  it('tells what a SCO socket is bound to, as debugfs does', (context) => {
    const fd = bluetooth(context, SOCK_SEQPACKET, BTPROTO_SCO);
    bind(fd, encodeSockaddrSco({ bdaddr }));
    expect(decodeSockaddrSco(nameOf(fd))).toEqual({ bdaddr });
    expect(debugfs(context, 'sco').map(([source]) => source)).toContain(bdaddr);
  });

  it('reads each field of an HCI address where it is', (context) => {
    const tried = (dev: number, channel: number) => () =>
      bind(bluetooth(context, SOCK_RAW, BTPROTO_HCI), encodeSockaddrHci({ dev, channel }));
    expect(tried(HCI_DEV_NONE, HCI_CHANNEL_CONTROL)).not.toThrow();
    // The channel of control is of no controller, that of packets of one that is there.
    expectError(tried(0, HCI_CHANNEL_CONTROL), 'bind', 'EINVAL');
    expectError(tried(0xfff0, HCI_CHANNEL_RAW), 'bind', 'ENODEV');
    expectError(tried(HCI_DEV_NONE, 0x1234), 'bind', 'EINVAL');
  });
});
