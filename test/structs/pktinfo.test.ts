/** Which interface and address a datagram came by, or is to go by. ip(7), ipv6(7), RFC 3542 */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  controlValue,
  encodeControl,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_2292PKTINFO,
  IPV6_PKTINFO,
  IPV6_RECVPKTINFO,
  if_nametoindex,
  SOCK_DGRAM,
  type SystemError,
  sendmsg,
  setsockopt,
} from '../../lib/index.js';
import { python } from '../support/child.js';
import { inNetns, witnessed } from '../support/control.js';
import { bound, expectRefused, guardFds, open } from '../support/sockets.js';

guardFds();

const iov = [Buffer.from('x')];
const ifindex = if_nametoindex('lo');

describe('IP_PKTINFO', () => {
  const receiver = () => {
    const to = bound(SOCK_DGRAM, { family: AF_INET, addr: '0.0.0.0', port: 0 });
    setsockopt(to.fd, IPPROTO_IP, IP_PKTINFO, true);
    return { fd: to.fd, name: { family: AF_INET, addr: '127.0.0.5', port: to.addr.port } } as const;
  };

  it('tells the interface and the address that a datagram came to', () => {
    const { fd, name } = receiver();
    sendmsg(open(AF_INET, SOCK_DGRAM), { name, iov });
    const { control } = witnessed(fd);
    const info = { ifindex, spec_dst: '127.0.0.5', addr: '127.0.0.5' };
    expect(controlValue(control, IPPROTO_IP, IP_PKTINFO)).toEqual(info);
    expect(control).toHaveLength(1);
  });

  it.each([
    [{ spec_dst: '127.0.0.9' }],
    [{ spec_dst: '127.0.0.9', ifindex }],
    [{ spec_dst: '127.0.0.9', ifindex, addr: '192.0.2.1' }],
  ])('chooses the source address: %o', (value) => {
    const { fd, name } = receiver();
    const control = [{ level: IPPROTO_IP, type: IP_PKTINFO, value }] as const;
    sendmsg(open(AF_INET, SOCK_DGRAM), { name, iov, control });
    expect(witnessed(fd).name).toMatchObject({ addr: '127.0.0.9' });
  });

  it('answers from the address that was asked, when it is sent back as it came', () => {
    const { fd, name } = receiver();
    const from = bound(SOCK_DGRAM);
    sendmsg(from.fd, { name, iov });
    const { control } = witnessed(fd);
    sendmsg(fd, { name: from.addr, iov, control });
    expect(witnessed(from.fd).name).toEqual(name);
  });

  it('is refused for an address or interface that is not here, as python3 is', () => {
    const { name } = receiver();
    const send = (value: { spec_dst?: string; ifindex?: number }): unknown => {
      try {
        const control = [{ level: IPPROTO_IP, type: IP_PKTINFO, value }] as const;
        return sendmsg(open(AF_INET, SOCK_DGRAM), { name, iov, control });
      } catch (error) {
        return (error as SystemError).code;
      }
    };
    const script = `
import errno
def send(data):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        return s.sendmsg([b'x'], [(0, 8, data)], 0, ('127.0.0.5', input))
    except OSError as error:
        return errno.errorcode[error.errno]
elsewhere = struct.pack('=i4s4s', 0, bytes([192, 0, 2, 1]), bytes(4))
json.dump([send(elsewhere), send(struct.pack('=i8s', 0x7ffffffe, bytes(8)))], sys.stdout)`;
    const codes = [send({ spec_dst: '192.0.2.1' }), send({ ifindex: 0x7fff_fffe })];
    expect(codes).toEqual(python(script, name.port));
    expect(codes.every((code) => typeof code === 'string')).toBe(true);
  });
});

describe('IPV6_PKTINFO', () => {
  const receiver = (option: typeof IPV6_RECVPKTINFO | typeof IPV6_2292PKTINFO) => {
    const to = bound(SOCK_DGRAM, { family: AF_INET6, addr: '::', port: 0 });
    setsockopt(to.fd, IPPROTO_IPV6, option, true);
    return { fd: to.fd, name: { family: AF_INET6, addr: '::1', port: to.addr.port } } as const;
  };

  it.each([
    [IPV6_RECVPKTINFO, IPV6_PKTINFO],
    [IPV6_2292PKTINFO, IPV6_2292PKTINFO],
  ] as const)('tells the interface and the address that a datagram came to: %i', (option, type) => {
    const { fd, name } = receiver(option);
    sendmsg(open(AF_INET6, SOCK_DGRAM), { name, iov });
    const { control } = witnessed(fd);
    expect(controlValue(control, IPPROTO_IPV6, type)).toEqual({ addr: '::1', ifindex });
    expect(control).toHaveLength(1);
  });

  it('tells an address of IPv4 as IPv6 writes it', () => {
    const { fd, name } = receiver(IPV6_RECVPKTINFO);
    const mapped = { ...name, addr: '::ffff:127.0.0.5' };
    sendmsg(open(AF_INET6, SOCK_DGRAM), { name: mapped, iov });
    const value = controlValue(witnessed(fd).control, IPPROTO_IPV6, IPV6_PKTINFO);
    expect(value).toEqual({ addr: '::ffff:127.0.0.5', ifindex });
  });

  it('chooses the source address', () => {
    const body = `
const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
s.bind(fd, { family: s.AF_INET6, addr: '::', port: 0 });
const name = { ...s.getsockname(fd), addr: '::1' };
for (const type of [s.IPV6_PKTINFO, s.IPV6_2292PKTINFO]) {
  const control = [{ level: s.IPPROTO_IPV6, type, value: { addr: '2001:db8::7' } }];
  s.sendmsg(s.socket(s.AF_INET6, s.SOCK_DGRAM), { name, iov: [Buffer.from('x')], control });
  tell(witnessed(fd).name.addr);
}`;
    const told = inNetns(body, 'ip addr add 2001:db8::7/64 dev lo nodad');
    expect(told).toEqual(['2001:db8::7', '2001:db8::7']);
  });
});

describe('a value that is no in_pktinfo or in6_pktinfo', () => {
  const encode = (type: number, level: number, value: unknown) => () => {
    encodeControl([{ level, type, value: value as { ifindex: number } } as never]);
  };

  it('is refused, by name', () => {
    const [v4, v6] = [
      (value: unknown) => encode(IP_PKTINFO, IPPROTO_IP, value),
      (value: unknown) => encode(IPV6_PKTINFO, IPPROTO_IPV6, value),
    ];
    expectRefused(v4(undefined), TypeError, 'control[0].value');
    expectRefused(v4({ ifindex: 1.5 }), RangeError, 'control[0].value.ifindex');
    expectRefused(v4({ spec_dst: '::1' }), RangeError, 'control[0].value.spec_dst');
    expectRefused(v4({ addr: 5 }), TypeError, 'control[0].value.addr');
    expectRefused(v6({ ifindex: '1' }), TypeError, 'control[0].value.ifindex');
    expectRefused(v6({ addr: '127.0.0.1' }), RangeError, 'control[0].value.addr');
  });

  it('is zero where it says nothing', () => {
    const zero = python('json.dump([struct.pack("=i4s4s", 0, b"", b"").hex()], sys.stdout)');
    const bytes = encodeControl([{ level: IPPROTO_IP, type: IP_PKTINFO, value: {} }]);
    expect([Buffer.from(bytes.subarray(16, 28)).toString('hex')]).toEqual(zero);
  });
});
