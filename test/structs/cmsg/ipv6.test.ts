/** The control messages of IPv6, received and sent. ipv6(7), RFC 3542 */
import { describe, expect, it } from 'vitest';
import {
  AF_INET6,
  type ControlInit,
  controlValue,
  IPPROTO_DSTOPTS,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_2292HOPLIMIT,
  IPV6_HOPLIMIT,
  IPV6_ORIGDSTADDR,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVORIGDSTADDR,
  IPV6_RECVTCLASS,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  SOCK_DGRAM,
  sendmsg,
  setsockopt,
} from '../../../lib/index.js';
import { hasProgram, inNetns, witnessed } from '../../support/control.js';
import { bound, guardFds, open } from '../../support/sockets.js';

guardFds();

const iov = [Buffer.from('x')];
const level = IPPROTO_IPV6;

/** A receiver with options turned on, and its address. */
function receiver(...options: number[]) {
  const to = bound(SOCK_DGRAM, { family: AF_INET6, addr: '::', port: 0 });
  for (const option of options) setsockopt(to.fd, level, option, Int32Array.of(1));
  return { fd: to.fd, name: { family: AF_INET6, addr: '::1', port: to.addr.port } as const };
}

describe('IPV6_HOPLIMIT and IPV6_TCLASS', () => {
  it('are received as they were set by options', () => {
    const { fd, name } = receiver(IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS);
    const from = open(AF_INET6, SOCK_DGRAM);
    setsockopt(from, level, IPV6_UNICAST_HOPS, 200);
    setsockopt(from, level, IPV6_TCLASS, 0xb8);
    sendmsg(from, { name, iov });
    const { control } = witnessed(fd);
    expect(controlValue(control, level, IPV6_HOPLIMIT)).toBe(200);
    expect(controlValue(control, level, IPV6_TCLASS)).toBe(0xb8);
    expect(control).toHaveLength(2);
  });

  it('are sent for one message, and the socket keeps its own', () => {
    const { fd, name } = receiver(IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS);
    const from = open(AF_INET6, SOCK_DGRAM);
    const control: ControlInit[] = [
      { level, type: IPV6_HOPLIMIT, value: 33 },
      { level, type: IPV6_TCLASS, value: 0x48 },
    ];
    sendmsg(from, { name, iov, control });
    sendmsg(from, { name, iov });
    for (const [hops, tclass] of [
      [33, 0x48],
      [64, 0],
    ]) {
      const { control } = witnessed(fd);
      expect(controlValue(control, level, IPV6_HOPLIMIT)).toBe(hops);
      expect(controlValue(control, level, IPV6_TCLASS)).toBe(tclass);
    }
  });

  it('have another number for the hop limit of RFC 2292', () => {
    const { fd, name } = receiver(IPV6_2292HOPLIMIT);
    const control: ControlInit[] = [{ level, type: IPV6_2292HOPLIMIT, value: 33 }];
    sendmsg(open(AF_INET6, SOCK_DGRAM), { name, iov, control });
    const received = witnessed(fd).control;
    expect(controlValue(received, level, IPV6_2292HOPLIMIT)).toBe(33);
    expect(received).toHaveLength(1);
  });
});

describe('IPV6_ORIGDSTADDR', () => {
  it('is where a datagram was sent to', () => {
    const { fd, name } = receiver(IPV6_RECVORIGDSTADDR);
    sendmsg(open(AF_INET6, SOCK_DGRAM), { name, iov });
    const { control } = witnessed(fd);
    const addr = { ...name, flowinfo: 0, scope_id: 0 };
    expect(controlValue(control, level, IPV6_ORIGDSTADDR)).toEqual(addr);
    expect(control).toHaveLength(1);
  });

  it('is the address of another machine, where the datagram was caught on its way', (context) => {
    if (!hasProgram('nft')) context.skip('nft is not installed');
    const setup = `
ip -6 route add local 2001:db8::/64 dev lo
nft add table ip6 t
nft 'add chain ip6 t c { type filter hook prerouting priority mangle; }'
nft add rule ip6 t c ip6 daddr 2001:db8::/64 udp dport 53 tproxy to '[::1]:9999'`;
    const body = `
const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_TRANSPARENT, true);
s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_RECVORIGDSTADDR, true);
s.bind(fd, { family: s.AF_INET6, addr: '::1', port: 9999 });
const from = s.socket(s.AF_INET6, s.SOCK_DGRAM);
s.sendto(from, 'x', 0, { family: s.AF_INET6, addr: '2001:db8::9', port: 53 });
tell(only(witnessed(fd).control, s.IPPROTO_IPV6, s.IPV6_ORIGDSTADDR));`;
    const original = { family: AF_INET6, addr: '2001:db8::9', port: 53, flowinfo: 0, scope_id: 0 };
    expect(inNetns(body, setup)).toEqual([original]);
  });
});

/** What every program below begins with: a receiver with options, and a sender to it. */
const pair = (...options: string[]): string => `
const level = s.IPPROTO_IPV6;
const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
for (const name of ${JSON.stringify(options)}) s.setsockopt(fd, level, s[name], Int32Array.of(1));
s.bind(fd, { family: s.AF_INET6, addr: '::1', port: 0 });
const name = s.getsockname(fd);
const from = s.socket(s.AF_INET6, s.SOCK_DGRAM);
const send = (data, ...control) => s.sendmsg(from, { name, iov: [Buffer.from(data)], control });
`;

describe('IPV6_FLOWINFO', () => {
  it('is flow label and traffic class, received and sent', () => {
    const body = `${pair('IPV6_FLOWINFO', 'IPV6_RECVTCLASS')}
send('x', { level, type: s.IPV6_FLOWINFO, value: 0x12345 });
tell(only(witnessed(fd).control, level, s.IPV6_FLOWINFO));
s.setsockopt(from, level, s.IPV6_AUTOFLOWLABEL, false);
send('x', { level, type: s.IPV6_TCLASS, value: 0x48 });
const { control } = witnessed(fd);
tell([only(control, level, s.IPV6_FLOWINFO), only(control, level, s.IPV6_TCLASS)]);`;
    // RFC 8200: traffic class 8 bits, flow label 20 bits.
    expect(inNetns(body)).toEqual([0x12345, [0x0480_0000, 0x48]]);
  });
});

describe('IPV6_HOPOPTS and IPV6_DSTOPTS', () => {
  /** Next header, 0 more units of eight bytes, PadN of 4: RFC 8200, 4.2. */
  const padding = (next: number): string => Buffer.of(next, 0, 1, 4, 0, 0, 0, 0).toString('hex');

  it.each([
    ['3542', '', 'IPV6_RECV'],
    ['2292', '2292', 'IPV6_2292'],
  ])('are extension headers, received and sent: RFC %s', (_, rfc, option) => {
    const body = `${pair(`${option}HOPOPTS`, `${option}DSTOPTS`)}
const [hop, dst] = [s.IPV6_${rfc}HOPOPTS, s.IPV6_${rfc}DSTOPTS];
const value = Buffer.from('${padding(0)}', 'hex');
send('x', { level, type: hop, value }, { level, type: dst, value });
const { control } = witnessed(fd);
tell([only(control, level, hop), only(control, level, dst), control.length]);
send('y');
tell(rawOf(witnessed(fd).control));`;
    // The kernel links the headers: destination options follow, then UDP.
    const linked = [padding(IPPROTO_DSTOPTS), padding(IPPROTO_UDP), 2];
    expect(inNetns(body)).toEqual([linked, []]);
  });
});

describe('IPV6_RTHDR', () => {
  // Segment routing, RFC 8754: type 4, one segment left of two, both ::1.
  const one = `${'00'.repeat(15)}01`;
  const header = (next: number, left: number): string =>
    `${Buffer.of(next, 4, 4, left, 1, 0, 0, 0).toString('hex')}${one}${one}`;
  const setup = 'for i in all lo; do echo 1 > /proc/sys/net/ipv6/conf/$i/seg6_enabled; done';

  it.each(['IPV6_RTHDR', 'IPV6_2292RTHDR'])('is the routing header of a datagram: %s', (type) => {
    const option = type === 'IPV6_RTHDR' ? 'IPV6_RECVRTHDR' : type;
    const body = `${pair(option)}
s.setsockopt(from, level, s.IPV6_RTHDR, Buffer.from('${header(0, 1)}', 'hex'));
send('x');
tell(only(witnessed(fd).control, level, s.${type}));`;
    expect(inNetns(body, setup)).toEqual([header(IPPROTO_UDP, 0)]);
  });

  it('is followed by none when IPV6_RTHDRDSTOPTS takes the place of the options', () => {
    // Options before a routing header are sent with one only. RFC 3542, 9.3
    const body = `${pair('IPV6_RECVRTHDR', 'IPV6_RECVDSTOPTS')}
s.setsockopt(from, level, s.IPV6_RTHDR, Buffer.from('${header(0, 1)}', 'hex'));
const value = Buffer.from('0000010400000000', 'hex');
send('x', { level, type: s.IPV6_RTHDRDSTOPTS, value });
tell(rawOf(witnessed(fd).control));
s.setsockopt(from, level, s.IPV6_RTHDRDSTOPTS, value);
send('x');
const { control } = witnessed(fd);
tell([only(control, level, s.IPV6_DSTOPTS), only(control, level, s.IPV6_RTHDR)]);
const wrong = { level, type: s.IPV6_RTHDR, value };
tell(code(() => send('x', wrong)));`;
    expect(inNetns(body, setup)).toEqual([
      [],
      ['2b00010400000000', header(IPPROTO_UDP, 0)],
      ['EINVAL', 'sendmsg'],
    ]);
  });
});

describe('IPV6_RECVFRAGSIZE', () => {
  it('is the size of the largest fragment that a datagram came in', () => {
    const body = `${pair('IPV6_RECVFRAGSIZE')}
send(Buffer.alloc(4000));
tell(only(witnessed(fd).control, level, s.IPV6_RECVFRAGSIZE));
send('whole');
tell(rawOf(witnessed(fd).control));`;
    // A header of 40, a fragment header of 8, and of the rest a multiple of eight. RFC 8200
    expect(inNetns(body, 'ip link set lo mtu 1400')).toEqual([1400, []]);
  });
});

describe('IPV6_DONTFRAG and IPV6_PATHMTU', () => {
  it('refuse a datagram that is too big, and tell what the path takes', () => {
    const body = `${pair()}
const too = { level, type: s.IPV6_DONTFRAG, value: 1 };
s.setsockopt(from, level, s.IPV6_RECVPATHMTU, true);
tell(code(() => send(Buffer.alloc(2000))));
tell(code(() => send(Buffer.alloc(2000), too)));
const { control, bytes } = s.recvmsg(from, { iov: [], controlLength: 64 }, s.MSG_DONTWAIT);
tell([bytes, control.length, only(control, level, s.IPV6_PATHMTU)]);
tell(code(() => s.recv(from, new Uint8Array(1), s.MSG_DONTWAIT)));`;
    const addr = { family: AF_INET6, addr: '::1', port: 0, flowinfo: 0, scope_id: 0 };
    expect(inNetns(body, 'ip link set lo mtu 1400')).toEqual([
      ['ok', 2000],
      ['EMSGSIZE', 'sendmsg'],
      [0, 1, { addr, mtu: 1400 }],
      ['EAGAIN', 'recv'],
    ]);
  });
});
