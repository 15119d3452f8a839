/** Errors from other machines, and of this one: in network namespaces of their own. ip(7) */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  EACCES,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETUNREACH,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
  SO_EE_RFC4884_FLAG_INVALID,
} from '../../../lib/index.js';
import { inNetns, skipUnless } from '../../support/control.js';
import { router } from '../../support/router.js';

/**
 * Sends twice from one of the host's addresses to another machine, and tells what came of it: to
 * this process and, the same bytes, to python3. The second goes to `beside`, where the first would
 * change what becomes of it.
 */
const program = `
let host = 0;
const fresh = (family, to, prepare) => {
  const fd = s.socket(family, s.SOCK_DGRAM);
  const v4 = family === s.AF_INET || to.startsWith('::ffff:');
  if (v4) s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVERR, true);
  if (family === s.AF_INET6) s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_RECVERR, true);
  host = host % 9 + 1;
  const from = v4 ? '192.0.2.' + host : '2001:db8::' + host;
  s.bind(fd, { family, addr: family === s.AF_INET || !v4 ? from : '::ffff:' + from, port: 0 });
  prepare(fd);
  return fd;
};
const provoke = (family, to, size, prepare, beside = to) => {
  const attempts = [to, beside].map((addr) => {
    const fd = fresh(family, addr, prepare);
    const sent = code(() => s.sendto(fd, Buffer.alloc(size, 'x'), 0, { family, addr, port: 9 }));
    return { fd, sent: sent[0] };
  });
  const [{ fd, sent }, other] = attempts;
  const { control, name, bytes } = receive(fd, s.MSG_ERRQUEUE);
  if (JSON.stringify(rawOf(control)) !== JSON.stringify(pythonTakes(other.fd)))
    throw new Error('python3 has other bytes');
  const [level, type] =
    family === s.AF_INET ? [s.IPPROTO_IP, s.IP_RECVERR] : [s.IPPROTO_IPV6, s.IPV6_RECVERR];
  tell({ sent, to: name.addr, bytes, error: only(control, level, type) });
};
const none = () => {};
`;

const v4 = (addr: string) => ({ family: AF_INET, addr, port: 0 });
const v6 = (addr: string) => ({ family: AF_INET6, addr, port: 0, flowinfo: 0, scope_id: 0 });
const zero = { type: 0, code: 0, info: 0, data: 0 };

describe('an error from a router', () => {
  it('has type and code of RFC 792 and RFC 1812, and the address of the router', () => {
    const body = `${program}
provoke(s.AF_INET, '198.51.100.1', 4, none);
provoke(s.AF_INET, '198.51.100.200', 4, none);
provoke(s.AF_INET, '100.64.0.1', 4, none);
provoke(s.AF_INET, '203.0.113.9', 4, (fd) => s.setsockopt(fd, s.IPPROTO_IP, s.IP_TTL, 1));`;
    const error = { ...zero, origin: SO_EE_ORIGIN_ICMP, offender: v4('192.0.2.254') };
    const told = { sent: 'ok', bytes: 4 };
    expect(inNetns(body, router)).toEqual([
      // Host unreachable; prohibited by an administrator; network unreachable; time exceeded.
      { ...told, to: '198.51.100.1', error: { ...error, errno: EHOSTUNREACH, type: 3, code: 1 } },
      {
        ...told,
        to: '198.51.100.200',
        error: { ...error, errno: EHOSTUNREACH, type: 3, code: 13 },
      },
      { ...told, to: '100.64.0.1', error: { ...error, errno: ENETUNREACH, type: 3, code: 0 } },
      { ...told, to: '203.0.113.9', error: { ...error, errno: EHOSTUNREACH, type: 11, code: 0 } },
    ]);
  });

  it('has type and code of RFC 4443 with IPv6', () => {
    const body = `${program}
provoke(s.AF_INET6, '2001:db8:1::1', 4, none);
provoke(s.AF_INET6, '2001:db8:2::1', 4, none);
const hops = (fd) => s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_UNICAST_HOPS, 1);
provoke(s.AF_INET6, '2001:db8:3::9', 4, hops);`;
    const error = { ...zero, origin: SO_EE_ORIGIN_ICMP6, offender: v6('2001:db8::fe') };
    const told = { sent: 'ok', bytes: 4 };
    expect(inNetns(body, router)).toEqual([
      // No route; prohibited; hop limit exceeded.
      { ...told, to: '2001:db8:1::1', error: { ...error, errno: ENETUNREACH, type: 1, code: 0 } },
      { ...told, to: '2001:db8:2::1', error: { ...error, errno: EACCES, type: 1, code: 1 } },
      { ...told, to: '2001:db8:3::9', error: { ...error, errno: EHOSTUNREACH, type: 3, code: 0 } },
    ]);
  });

  it('is of ICMP where a socket of IPv6 reached out over IPv4', () => {
    const body = `${program}
provoke(s.AF_INET6, '::ffff:198.51.100.1', 4, none);`;
    const error = { ...zero, origin: SO_EE_ORIGIN_ICMP, type: 3, code: 1, errno: EHOSTUNREACH };
    const offender = v6('::ffff:192.0.2.254');
    expect(inNetns(body, router)).toEqual([
      { sent: 'ok', to: '::ffff:198.51.100.1', bytes: 4, error: { ...error, offender } },
    ]);
  });
});

describe('a datagram that is too big', () => {
  it('is an error of the router first, and of this machine then: with the MTU', () => {
    const body = `${program}
const only4 = (fd) => s.setsockopt(fd, s.IPPROTO_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO);
const only6 = (fd) => s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_MTU_DISCOVER, s.IPV6_PMTUDISC_DO);
for (let n = 0; n < 2; n++) {
  // The kernel remembers the MTU of the way to each address.
  provoke(s.AF_INET, '203.0.113.9', 1300, only4, '203.0.113.10');
  provoke(s.AF_INET6, '2001:db8:3::9', 1300, only6, '2001:db8:3::a');
}`;
    const told = inNetns(body, router) as { sent: string; to: string; error: object }[];
    const router4 = { origin: SO_EE_ORIGIN_ICMP, type: 3, code: 4, offender: v4('192.0.2.254') };
    const router6 = { origin: SO_EE_ORIGIN_ICMP6, type: 2, code: 0, offender: v6('2001:db8::fe') };
    const here = { origin: SO_EE_ORIGIN_LOCAL, type: 0, code: 0 };
    const error = { errno: EMSGSIZE, info: 1280, data: 0 };
    expect(told.map(({ sent, to, error }) => [sent, to, error])).toEqual([
      ['ok', '203.0.113.9', { ...error, ...router4 }],
      ['ok', '2001:db8:3::9', { ...error, ...router6 }],
      ['EMSGSIZE', '203.0.113.9', { ...error, ...here }],
      ['EMSGSIZE', '2001:db8:3::9', { ...error, ...here }],
    ]);
  });
});

/** The sum of RFC 1071, its complement. */
const sums = `
const checksum = (bytes) => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};
const summed = (bytes, at) => {
  bytes.writeUInt16BE(0, at);
  bytes.writeUInt16BE(checksum(bytes), at);
  return bytes;
};
// RFC 4884: version 2, checksum; an object of 8 bytes, class 3, type 1.
const extension = summed(Buffer.from('20000000000803010a0b0c0d', 'hex'), 2);
const broken = Buffer.from(extension);
broken[11] ^= 1;
`;

describe('ICMP extensions', () => {
  it('are found at the offset that RFC 4884 tells, with IPv4', (context) => {
    skipUnless(context, '5.9', 'IP_RECVERR_RFC4884');
    const body = `${sums}
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.bind(fd, lo);
for (const name of ['IP_RECVERR', 'IP_RECVERR_RFC4884']) {
  s.setsockopt(fd, s.IPPROTO_IP, s[name], true);
}
const router = s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
s.bind(router, { ...lo, addr: '127.0.0.99' });
// The datagram to which this answers: headers of IP and UDP, padded to 128 bytes.
const original = Buffer.alloc(128, 'd');
original.set([0x45, 0, 0, 128, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 192, 0, 2, 77]);
original.writeUInt16BE(s.getsockname(fd).port, 20);
original.writeUInt16BE(9, 22);
for (const end of [extension, broken, Buffer.alloc(0)]) {
  const head = Buffer.from([3, 1, 0, 0, 0, end.length > 0 ? 128 / 4 : 0, 0, 0]);
  s.sendto(router, summed(Buffer.concat([head, original, end]), 2), 0, lo);
  const { control, text, name } = receive(fd, s.MSG_ERRQUEUE);
  const { rfc4884, offender } = only(control, s.IPPROTO_IP, s.IP_RECVERR);
  const found = Buffer.from(text.slice(rfc4884?.len ?? text.length), 'latin1');
  tell([name.addr, offender.addr, rfc4884 ?? 'none', found.equals(end)]);
}`;
    // The kernel gives back what follows the headers of IP (20 bytes) and UDP (8).
    const found = { len: 128 - 28, flags: 0 };
    const invalid = { ...found, flags: SO_EE_RFC4884_FLAG_INVALID };
    const who = ['192.0.2.77', '127.0.0.99'];
    expect(inNetns(body)).toEqual([
      [...who, found, true],
      [...who, invalid, true],
      [...who, 'none', true],
    ]);
  });

  it('are found at the offset that RFC 4884 tells, with IPv6', (context) => {
    skipUnless(context, '5.9', 'IPV6_RECVERR_RFC4884');
    const body = `${sums}
const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
const self = { family: s.AF_INET6, addr: '::1', port: 0 };
s.bind(fd, self);
for (const name of ['IPV6_RECVERR', 'IPV6_RECVERR_RFC4884']) {
  s.setsockopt(fd, s.IPPROTO_IPV6, s[name], true);
}
// Of ICMPv6 the kernel itself writes the checksum.
const router = s.socket(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6);
s.bind(router, { ...self, addr: '2001:db8::99' });
const original = Buffer.alloc(128, 'd');
original.set([0x60, 0, 0, 0, 0, 88, 17, 64]);
original.set([...Buffer.alloc(15), 1, 0x20, 1, 0x0d, 0xb8, ...Buffer.alloc(11), 0x77], 8);
original.writeUInt16BE(s.getsockname(fd).port, 40);
original.writeUInt16BE(9, 42);
for (const end of [extension, broken]) {
  const head = Buffer.from([1, 3, 0, 0, 128 / 8, 0, 0, 0]);
  s.sendto(router, Buffer.concat([head, original, end]), 0, self);
  const { control, text, name } = receive(fd, s.MSG_ERRQUEUE);
  const { rfc4884, offender } = only(control, s.IPPROTO_IPV6, s.IPV6_RECVERR);
  const found = Buffer.from(text.slice(rfc4884?.len), 'latin1');
  tell([name.addr, offender.addr, rfc4884, found.equals(end)]);
}`;
    // Headers of IPv6 (40 bytes) and UDP (8).
    const found = { len: 128 - 48, flags: 0 };
    const invalid = { ...found, flags: SO_EE_RFC4884_FLAG_INVALID };
    const who = ['2001:db8::77', '2001:db8::99'];
    expect(inNetns(body, 'ip addr add 2001:db8::99/64 dev lo nodad')).toEqual([
      [...who, found, true],
      [...who, invalid, true],
    ]);
  });
});
