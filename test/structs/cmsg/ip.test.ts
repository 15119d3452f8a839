/** The control messages of IPv4, received and sent. ip(7) */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  CMSG_LEN,
  CMSG_SPACE,
  type ControlInit,
  controlValue,
  getsockopt,
  htons,
  IP_ORIGDSTADDR,
  IP_RECVOPTS,
  IP_RECVORIGDSTADDR,
  IP_RECVTOS,
  IP_RECVTTL,
  IP_RETOPTS,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type MessageSlot,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  POLLIN,
  poll,
  recvmmsg,
  recvmsg,
  SOCK_DGRAM,
  sendmsg,
  setsockopt,
} from '../../../lib/index.js';
import { hasProgram, inNetns, skipUnless, witnessed } from '../../support/control.js';
import { bound, expectError, guardFds, open } from '../../support/sockets.js';

guardFds();

const iov = [Buffer.from('x')];
const level = IPPROTO_IP;
const anywhere = { family: AF_INET, addr: '0.0.0.0', port: 0 } as const;

/** A receiver with options turned on, and where to reach it: any address of loopback. */
function receiver(...options: number[]): { fd: number; port: number } {
  const { fd, addr } = bound(SOCK_DGRAM, anywhere);
  for (const option of options) setsockopt(fd, level, option, Int32Array.of(1));
  return { fd, port: addr.port };
}

function sendTo(addr: string, port: number, control: ControlInit[] = [], fd?: number): void {
  const from = fd ?? open(AF_INET, SOCK_DGRAM);
  sendmsg(from, { name: { family: AF_INET, addr, port }, iov, control });
}

describe('IP_TTL and IP_TOS', () => {
  it('are received as they were set by options', () => {
    const { fd, port } = receiver(IP_RECVTTL, IP_RECVTOS);
    const from = open(AF_INET, SOCK_DGRAM);
    setsockopt(from, level, IP_TTL, 200);
    setsockopt(from, level, IP_TOS, 0xb8);
    sendTo('127.0.0.1', port, [], from);
    const { control } = witnessed(fd);
    expect(controlValue(control, level, IP_TTL)).toBe(200);
    expect(controlValue(control, level, IP_TOS)).toBe(0xb8);
    expect(control).toHaveLength(2);
  });

  it('are sent for one message, and the socket keeps its own', () => {
    const { fd, port } = receiver(IP_RECVTTL, IP_RECVTOS);
    const from = open(AF_INET, SOCK_DGRAM);
    const control: ControlInit[] = [
      { level, type: IP_TTL, value: 33 },
      { level, type: IP_TOS, value: 0x48 },
    ];
    sendTo('127.0.0.1', port, control, from);
    sendTo('127.0.0.1', port, [], from);
    for (const [ttl, tos] of [
      [33, 0x48],
      [64, 0],
    ]) {
      const { control } = witnessed(fd);
      expect(controlValue(control, level, IP_TTL)).toBe(ttl);
      expect(controlValue(control, level, IP_TOS)).toBe(tos);
    }
    expect(getsockopt(from, level, IP_TTL)).toBe(64);
  });

  it('are refused by the kernel out of their range', () => {
    const { port } = receiver();
    for (const value of [0, 256]) {
      const control: ControlInit[] = [{ level, type: IP_TTL, value }];
      expectError(() => sendTo('127.0.0.1', port, control), 'sendmsg', 'EINVAL');
    }
    const control: ControlInit[] = [{ level, type: IP_TOS, value: 256 }];
    expectError(() => sendTo('127.0.0.1', port, control), 'sendmsg', 'EINVAL');
  });
});

describe('IP_ORIGDSTADDR', () => {
  it('is where a datagram was sent to', () => {
    const { fd, port } = receiver(IP_RECVORIGDSTADDR);
    sendTo('127.0.0.77', port);
    const { control } = witnessed(fd);
    const addr = { family: AF_INET, addr: '127.0.0.77', port };
    expect(controlValue(control, level, IP_ORIGDSTADDR)).toEqual(addr);
    expect(control).toHaveLength(1);
  });

  it('is the address of another machine, where the datagram was caught on its way', (context) => {
    if (!hasProgram('nft')) context.skip('nft is not installed');
    const setup = `
ip route add local 203.0.113.0/24 dev lo
nft add table ip t
nft 'add chain ip t c { type filter hook prerouting priority mangle; }'
nft add rule ip t c ip daddr 203.0.113.0/24 udp dport 53 tproxy to 127.0.0.1:9999`;
    const body = `
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.setsockopt(fd, s.IPPROTO_IP, s.IP_TRANSPARENT, true);
s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVORIGDSTADDR, true);
s.bind(fd, { ...lo, port: 9999 });
const from = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.sendto(from, 'x', 0, { family: s.AF_INET, addr: '203.0.113.9', port: 53 });
tell(only(witnessed(fd).control, s.IPPROTO_IP, s.IP_ORIGDSTADDR));`;
    const original = { family: AF_INET, addr: '203.0.113.9', port: 53 };
    expect(inNetns(body, setup)).toEqual([original]);
  });
});

/** Record route: code 7, length 7, the first free place is the fourth byte. RFC 791 */
const RECORD_ROUTE = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
/** The same after one hop, loopback, which wrote its address. */
const RECORDED = Uint8Array.of(7, 7, 8, 127, 0, 0, 1, 0);

describe('IP_RECVOPTS and IP_RETOPTS', () => {
  it('are the options of the header; IP_RETOPTS sends them', () => {
    for (const [option, type] of [
      [IP_RECVOPTS, IP_RECVOPTS],
      [IP_RETOPTS, IP_RETOPTS],
    ] as const) {
      const { fd, port } = receiver(option);
      sendTo('127.0.0.1', port, [{ level, type: IP_RETOPTS, value: RECORD_ROUTE }]);
      const { control } = witnessed(fd);
      expect(controlValue(control, level, type)).toEqual(RECORDED);
      expect(control).toHaveLength(1);
      sendTo('127.0.0.1', port);
      expect(witnessed(fd).control).toEqual([]);
    }
  });

  it('are sent back as they came, along the way they came', () => {
    const { fd, port } = receiver(IP_RETOPTS);
    const back = receiver(IP_RECVOPTS);
    sendTo('127.0.0.1', port, [{ level, type: IP_RETOPTS, value: RECORD_ROUTE }]);
    sendTo('127.0.0.1', back.port, witnessed(fd).control as ControlInit[]);
    const { control } = witnessed(back.fd);
    // There is no room for another hop.
    expect(controlValue(control, level, IP_RECVOPTS)).toEqual(RECORDED);
  });

  it('have no value when they were cut off: a part would look like the whole', () => {
    const { fd, port } = receiver(IP_RECVOPTS, IP_RETOPTS);
    const [first, data] = [{ level, type: IP_RECVOPTS }, RECORDED];
    const received = (controlLength: number) => {
      sendTo('127.0.0.1', port, [{ level, type: IP_RETOPTS, value: RECORD_ROUTE }]);
      const { control, flags } = recvmsg(fd, { iov: [new Uint8Array(1)], controlLength });
      return [control, flags];
    };
    const cut = { ...first, data: data.slice(0, 4), value: undefined };
    expect(received(CMSG_LEN(4))).toEqual([[cut], MSG_CTRUNC]);
    // Here it is the next that had no room at all.
    expect(received(CMSG_SPACE(8) + 8)).toEqual([[{ ...first, data, value: data }], MSG_CTRUNC]);
    // Of many, each has the room that it was given.
    sendTo('127.0.0.1', port, [{ level, type: IP_RETOPTS, value: RECORD_ROUTE }]);
    const slot: MessageSlot = { iov: [new Uint8Array(1)], controlLength: CMSG_LEN(4) };
    expect(poll([{ fd, events: POLLIN }], 10_000)).toBe(1);
    recvmmsg(fd, [slot, { ...slot, controlLength: 256 }], MSG_DONTWAIT);
    expect(slot.control).toEqual([cut]);
  });
});

describe('the control messages of IPv4', () => {
  it('come to a socket of IPv6 that was reached over IPv4', () => {
    const to = bound(SOCK_DGRAM, { family: AF_INET6, addr: '::', port: 0 });
    setsockopt(to.fd, level, IP_RECVTTL, true);
    sendTo('127.0.0.1', to.addr.port, [{ level, type: IP_TTL, value: 7 }]);
    const { control } = witnessed(to.fd);
    expect(controlValue(control, level, IP_TTL)).toBe(7);
    expect(control).toHaveLength(1);
  });
});

describe('IP_RECVFRAGSIZE', () => {
  it('is the size of the largest fragment that a datagram came in', () => {
    const body = `
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVFRAGSIZE, true);
s.bind(fd, lo);
const from = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.sendto(from, Buffer.alloc(4000), 0, s.getsockname(fd));
tell(only(witnessed(fd).control, s.IPPROTO_IP, s.IP_RECVFRAGSIZE));
s.sendto(from, 'whole', 0, s.getsockname(fd));
tell(rawOf(witnessed(fd).control));`;
    // Fragments carry a multiple of eight bytes: 1376, and a header of 20. RFC 791
    expect(inNetns(body, 'ip link set lo mtu 1400')).toEqual([1396, []]);
  });
});

describe('IP_CHECKSUM', () => {
  /** The sum of RFC 1071, in C's words of network order. */
  function sum(bytes: Uint8Array): number {
    let total = 0;
    for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
    return total;
  }

  it('is the sum over the data, which the kernel had to make itself', () => {
    const data = Buffer.from('sum this');
    const udp = Buffer.alloc(8 + data.length);
    udp.writeUInt16BE(4444, 0);
    udp.writeUInt16BE(5555, 2);
    udp.writeUInt16BE(udp.length, 4);
    udp.set(data, 8);
    const pseudo = Buffer.from([127, 0, 0, 1, 127, 0, 0, 1, 0, IPPROTO_UDP, 0, udp.length]);
    udp.writeUInt16BE(~sum(Buffer.concat([pseudo, udp])) & 0xffff, 6);
    const ip = Buffer.from([
      0x45,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      64,
      IPPROTO_UDP,
      0,
      0,
      ...pseudo.subarray(0, 8),
    ]);
    // What loopback carries has no checksum; what a raw socket sends has its own.
    const body = `
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.setsockopt(fd, s.IPPROTO_IP, s.IP_CHECKSUM, true);
s.bind(fd, { ...lo, port: 5555 });
const from = s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
s.sendto(from, Buffer.from('${Buffer.concat([ip, udp]).toString('hex')}', 'hex'), 0, lo);
const { control, text } = witnessed(fd);
tell([text, only(control, s.IPPROTO_IP, s.IP_CHECKSUM)]);`;
    const [[text, checksum] = []] = inNetns(body) as [string, number][];
    expect(text).toBe('sum this');
    const words = new Uint16Array(Uint32Array.of(checksum ?? 0).buffer);
    const folded = sum(new Uint8Array(Uint16Array.from(words, htons).buffer));
    expect(folded).toBe(htons(sum(data)));
  });
});

describe('IP_PROTOCOL', () => {
  it('is what a packet with a header of its own is routed as', (context) => {
    skipUnless(context, '6.4', 'IP_PROTOCOL');
    // The rule for TCP is looked at before the table of local addresses.
    const setup = `
ip rule add pref 20 lookup local
ip rule add pref 10 ipproto tcp prohibit
ip rule del pref 0`;
    const body = `
const from = s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
for (const value of [${IPPROTO_TCP}, ${IPPROTO_UDP}]) {
  const control = [{ level: s.IPPROTO_IP, type: s.IP_PROTOCOL, value }];
  tell(code(() => s.sendmsg(from, { name: lo, iov: [ip], control })));
}`;
    const told = inNetns(body, setup);
    expect(told).toEqual([
      ['EACCES', 'sendmsg'],
      ['ok', 20],
    ]);
  });
});
