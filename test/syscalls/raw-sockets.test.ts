/**
 * Raw sockets, and the sockets of ping: what raw(7), icmp(7) and RFC 3542 say, in a network
 * namespace where nothing else is sent.
 */
import { describe, expect, it } from 'vitest';
import { netns, node } from '../support/child.js';

/** The sum of the words of 16 bits, with the carries: 0xffff over what has a right checksum. */
const sum = `(bytes) => {
  let n = 0;
  for (let i = 0; i < bytes.length; i += 2) n += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  while (n > 0xffff) n = (n & 0xffff) + (n >>> 16);
  return n;
}`;

/**
 * What the programs have: `next(fd)` is the next packet, within ten seconds; `nothing(fd)` whether
 * there is none: asked when another socket has heard what was sent.
 */
const head = `
const { readFileSync, writeFileSync } = await import('node:fs');
const sum = ${sum};
const at = (addr, port = 0) => ({ family: addr.includes(':') ? s.AF_INET6 : s.AF_INET, addr, port });
const made = (af, type, protocol) => {
  const fd = s.socket(af, type, protocol);
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 10, usec: 0 });
  return fd;
};
const next = (fd) => {
  const buf = Buffer.alloc(2000);
  const { bytes, addr } = s.recvfrom(fd, buf);
  return { addr, packet: buf.subarray(0, bytes) };
};
const hexOf = (fd) => next(fd).packet.toString('hex');
const nothing = (fd) => code(() => s.recv(fd, new Uint8Array(1), s.MSG_DONTWAIT))[0] === 'EAGAIN';
// Protocol 253 is for experiments, RFC 3692.
const PROTOCOL = 253;
const ipv4 = ({ tos = 0, length = 0, id = 0, ttl = 64, sum = 0, src = '0.0.0.0', dst, data }) => {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header[1] = tos;
  header.writeUInt16BE(length, 2);
  header.writeUInt16BE(id, 4);
  header[8] = ttl;
  header[9] = PROTOCOL;
  header.writeUInt16BE(sum, 10);
  header.set(src.split('.'), 12);
  header.set(dst.split('.'), 16);
  return Buffer.concat([header, Buffer.from(data)]);
};
const fields = (packet) => ({
  version: packet[0],
  tos: packet[1],
  length: packet.readUInt16BE(2),
  id: packet.readUInt16BE(4),
  ttl: packet[8],
  protocol: packet[9],
  src: packet.subarray(12, 16).join('.'),
  dst: packet.subarray(16, 20).join('.'),
  data: packet.toString('latin1', 20),
  sum: sum(packet.subarray(0, 20)),
});
// An echo request or another message of 12 bytes, of ICMP or ICMPv6.
const message = (type, id, seq, right = true) => {
  const bytes = Buffer.from([type, 0, 0, 0, id >> 8, id & 255, seq >> 8, seq & 255, 1, 2, 3, 4]);
  if (right) bytes.writeUInt16BE(0xffff - sum(bytes), 2);
  return bytes;
};
`;

const inNetns = (body: string, setup?: string): unknown => {
  const [told] = netns(`${head}${body}`, setup);
  return told;
};

describe('a raw socket of IPv4', () => {
  it('receives the IP header, and sends without', () => {
    const body = `
const [a, b] = [made(s.AF_INET, s.SOCK_RAW, PROTOCOL), made(s.AF_INET, s.SOCK_RAW, PROTOCOL)];
s.setsockopt(a, s.IPPROTO_IP, s.IP_TTL, 7);
s.setsockopt(a, s.IPPROTO_IP, s.IP_TOS, 0xb8);
// The port that was to choose the protocol is ignored, and 0 when received.
s.sendto(a, 'hello', 0, at('127.0.0.1', 47));
const { addr, packet } = next(b);
const { id, ...rest } = fields(packet);
tell({ addr, ...rest });`;
    expect(inNetns(body)).toEqual({
      addr: { family: 2, addr: '127.0.0.1', port: 0 },
      version: 0x45,
      tos: 0xb8,
      length: 25,
      ttl: 7,
      protocol: 253,
      src: '127.0.0.1',
      dst: '127.0.0.1',
      data: 'hello',
      sum: 0xffff,
    });
  });

  it('hears every socket of its protocol, unless it is bound, connected or bound to a device', () => {
    const body = `
const make = () => made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const [any, bound, elsewhere, connected, device] = [make(), make(), make(), make(), make()];
const other = made(s.AF_INET, s.SOCK_RAW, 254);
s.bind(bound, at('127.0.0.1'));
s.bind(elsewhere, at('127.0.0.2'));
s.connect(connected, at('127.0.0.3'));
s.setsockopt(device, s.SOL_SOCKET, s.SO_BINDTODEVICE, 'v0');
s.sendto(make(), 'x', 0, at('127.0.0.1'));
tell({
  heard: [any, bound].map((fd) => fields(next(fd).packet).data),
  nothing: [elsewhere, connected, device, other].map(nothing),
});`;
    const setup = 'ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up';
    const nothing = [true, true, true, true];
    expect(inNetns(body, setup)).toEqual({ heard: ['x', 'x'], nothing });
  });

  it('receives what the kernel handles too: both answer an echo request', () => {
    const body = `
const icmp = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
s.sendto(icmp, message(8, 7, 1), 0, at('127.0.0.1'));
const [request, reply] = [next(icmp).packet, next(icmp).packet];
tell([request[20], reply[20], sum(reply.subarray(20)), reply.subarray(24).equals(request.subarray(24))]);`;
    expect(inNetns(body)).toEqual([8, 0, 0xffff, true]);
  });

  it('is told of errors of the network when it is connected, or asks with IP_RECVERR', () => {
    const body = `
const icmp = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
const offending = ipv4({ src: '127.0.0.1', dst: '127.0.0.1', length: 28, data: '12345678' });
const error = (type, number) => {
  const bytes = Buffer.concat([Buffer.from([type, number, 0, 0, 0, 0, 0, 0]), offending]);
  bytes.writeUInt16BE(0xffff - sum(bytes), 2);
  return bytes;
};
const hears = (type, number, prepare) => {
  const fd = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
  prepare(fd);
  s.sendto(icmp, error(type, number), 0, at('127.0.0.1'));
  // Once this is answered, what came before has been handled.
  s.sendto(icmp, message(8, 1, 1), 0, at('127.0.0.1'));
  while (next(icmp).packet[20] !== 0);
  const errno = s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR);
  s.close(fd);
  return errno === 0 ? 'nothing' : s.errnoName(errno);
};
const all = (type, number) => ({
  plain: hears(type, number, () => {}),
  connected: hears(type, number, (fd) => s.connect(fd, at('127.0.0.1'))),
  asking: hears(type, number, (fd) => s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVERR, true)),
});
tell([all(12, 0), all(3, 1)]);`;
    // A parameter problem, and a host unreachable, which is not for sockets that do not ask.
    expect(inNetns(body)).toEqual([
      { plain: 'nothing', connected: 'EPROTO', asking: 'EPROTO' },
      { plain: 'nothing', connected: 'nothing', asking: 'EHOSTUNREACH' },
    ]);
  });

  it('fails as raw(7) says', () => {
    const body = `
const fd = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const sends = (data, flags, addr) => code(() => s.sendto(fd, data, flags, at(addr)));
tell({
  'a broadcast': sends('x', 0, '127.255.255.255')[0],
  'out of band': sends('x', s.MSG_OOB, '127.0.0.1')[0],
  '64 kB': sends(new Uint8Array(65515), 0, '127.0.0.1'),
  'more than 64 kB': sends(new Uint8Array(65516), 0, '127.0.0.1')[0],
  'an ICMP filter': code(() => s.setsockopt(fd, s.SOL_RAW, s.ICMP_FILTER, 1))[0],
});`;
    expect(inNetns(body)).toEqual({
      'a broadcast': 'EACCES',
      'out of band': 'EOPNOTSUPP',
      '64 kB': ['ok', 65_515],
      'more than 64 kB': 'EMSGSIZE',
      'an ICMP filter': 'EOPNOTSUPP',
    });
  });
});

describe('IP_HDRINCL', () => {
  it('sends the header as it is, but for what raw(7) lists', () => {
    const body = `
const receiver = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const sender = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
s.setsockopt(sender, s.IPPROTO_IP, s.IP_HDRINCL, true);
// Of no effect with it, ip(7).
s.setsockopt(sender, s.IPPROTO_IP, s.IP_TTL, 99);
const sent = (value) => {
  s.sendto(sender, ipv4(value), 0, at('127.0.0.1'));
  return fields(next(receiver).packet);
};
const data = 'abc';
const zeroed = { dst: '127.0.0.1', data, sum: 0xdead, length: 9999 };
tell([
  sent(zeroed),
  sent({ src: '127.0.0.9', dst: '127.0.0.5', data, id: 0x1234, tos: 0xb8, ttl: 3 }),
  sent(zeroed),
]);`;
    const [zeroed, kept, again] = inNetns(body) as Record<string, unknown>[];
    const shared = { version: 0x45, length: 23, protocol: 253, data: 'abc', sum: 0xffff };
    const local = { src: '127.0.0.1', dst: '127.0.0.1', tos: 0, ttl: 64 };
    expect(zeroed).toMatchObject({ ...shared, ...local });
    // The kernel counts on from a number of its choice, which is 0 once in 65,536 times.
    expect([zeroed?.id, again?.id]).not.toEqual([0, 0]);
    const said = { src: '127.0.0.9', dst: '127.0.0.5', id: 0x1234, tos: 0xb8, ttl: 3 };
    expect(kept).toEqual({ ...shared, ...said });
  });

  it('is of raw sockets, and implied by IPPROTO_RAW, which receives nothing', () => {
    const body = `
const hdrincl = (fd) => s.getsockopt(fd, s.IPPROTO_IP, s.IP_HDRINCL);
const udp = s.socket(s.AF_INET, s.SOCK_DGRAM);
const plain = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const implied = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
s.sendto(implied, ipv4({ dst: '127.0.0.1', data: 'any protocol' }), 0, at('127.0.0.1'));
tell({
  udp: code(() => s.setsockopt(udp, s.IPPROTO_IP, s.IP_HDRINCL, true))[0],
  plain: hdrincl(plain),
  implied: hdrincl(implied),
  heard: fields(next(plain).packet).data,
  nothing: nothing(implied),
});`;
    expect(inNetns(body)).toEqual({
      udp: 'ENOPROTOOPT',
      plain: false,
      implied: true,
      heard: 'any protocol',
      nothing: true,
    });
  });

  it('does not fragment: the MTU of the interface is the limit', () => {
    const body = `
const sends = (fd, size) => code(() => {
  const header = s.getsockopt(fd, s.IPPROTO_IP, s.IP_HDRINCL);
  const data = new Uint8Array(size - 20);
  s.sendto(fd, header ? ipv4({ dst: '10.0.0.2', data }) : data, 0, at('10.0.0.2'));
})[0];
const included = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
const plain = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const never = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
s.setsockopt(never, s.IPPROTO_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO);
tell({
  included: [sends(included, 1500), sends(included, 1501)],
  plain: [sends(plain, 1500), sends(plain, 1501)],
  never: [sends(never, 1500), sends(never, 1501)],
  'less than a header': code(() => s.sendto(included, 'x', 0, at('10.0.0.2')))[0],
});`;
    const veth = 'ip link add v0 mtu 1500 type veth peer name v1';
    const setup = `${veth}; ip link set v1 up; ip link set v0 up; ip addr add 10.0.0.1/24 dev v0`;
    expect(inNetns(body, setup)).toEqual({
      included: ['ok', 'EMSGSIZE'],
      plain: ['ok', 'ok'],
      never: ['ok', 'EMSGSIZE'],
      'less than a header': 'EINVAL',
    });
  });
});

describe('IP_NODEFRAG', () => {
  it('lets fragments go that connection tracking would hold until all are there', (context) => {
    const body = `
const tap = made(s.AF_PACKET, s.SOCK_DGRAM, 0);
s.bind(tap, { family: s.AF_PACKET, ifindex: s.if_nametoindex('lo'), protocol: 0x0800 });
// Somebody is there for both protocols, or else the kernel would answer that nobody is.
const receiver = made(s.AF_INET, s.SOCK_RAW, PROTOCOL);
const marker = made(s.AF_INET, s.SOCK_RAW, 254);
const order = (nodefrag) => {
  const fd = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
  s.setsockopt(fd, s.IPPROTO_IP, s.IP_NODEFRAG, nodefrag);
  const fragment = (text, offset, more) => {
    const packet = ipv4({ src: '127.0.0.1', dst: '127.0.0.1', id: 77, data: text.repeat(8) });
    packet.writeUInt16BE((more ? 0x2000 : 0) | (offset / 8), 6);
    s.sendto(fd, packet, 0, at('127.0.0.1'));
  };
  fragment('1', 0, true);
  s.sendto(marker, 'm', 0, at('127.0.0.1'));
  fragment('2', 8, false);
  const seen = [];
  while (seen.length < 3) {
    const { addr, packet } = next(tap);
    if (addr.pkttype !== s.PACKET_OUTGOING) seen.push(packet.toString('latin1', 20, 21));
  }
  return seen.join('');
};
tell([order(false), order(true)]);`;
    const setup = [
      'nft add table ip t',
      'nft "add chain ip t o { type filter hook output priority 0; }"',
      'nft add rule ip t o ct state new accept',
    ].join('; ');
    let told: unknown;
    try {
      told = inNetns(body, setup);
    } catch (error) {
      if (!String(error).includes('nft')) throw error;
      context.skip('nft(8) cannot set up connection tracking here');
    }
    expect(told).toEqual(['m12', '1m2']);
  });
});

describe('ICMP_FILTER', () => {
  it('keeps out the types whose bits are set', () => {
    const body = `
const [all, replies, requests] = [0, ~(1 << 0), 1 << 0].map((filter) => {
  const fd = made(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
  s.setsockopt(fd, s.SOL_RAW, s.ICMP_FILTER, filter);
  return fd;
});
s.sendto(all, message(8, 7, 1), 0, at('127.0.0.1'));
const typeOf = (fd) => next(fd).packet[20];
tell({
  all: [typeOf(all), typeOf(all), nothing(all)],
  replies: [typeOf(replies), nothing(replies)],
  requests: [typeOf(requests), nothing(requests)],
});`;
    expect(inNetns(body)).toEqual({
      all: [8, 0, true],
      replies: [0, true],
      requests: [8, true],
    });
  });
});

describe('ICMPV6_FILTER', () => {
  it('keeps out the types that it blocks', () => {
    const body = `
const made6 = (prepare) => {
  const fd = made(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6);
  const filter = s.getsockopt(fd, s.SOL_ICMPV6, s.ICMP6_FILTER);
  prepare(filter);
  s.setsockopt(fd, s.SOL_ICMPV6, s.ICMP6_FILTER, filter);
  return fd;
};
const all = made6(() => {});
const replies = made6((filter) => {
  s.ICMP6_FILTER_SETBLOCKALL(filter);
  s.ICMP6_FILTER_SETPASS(129, filter);
});
const requests = made6((filter) => s.ICMP6_FILTER_SETBLOCK(129, filter));
s.sendto(all, message(128, 7, 1, false), 0, at('::1'));
const typeOf = (fd) => next(fd).packet[0];
const other = made(s.AF_INET6, s.SOCK_RAW, PROTOCOL);
tell({
  all: [typeOf(all), typeOf(all), nothing(all)],
  replies: [typeOf(replies), nothing(replies)],
  requests: [typeOf(requests), nothing(requests)],
  other: code(() => s.getsockopt(other, s.SOL_ICMPV6, s.ICMP6_FILTER))[0],
});`;
    expect(inNetns(body)).toEqual({
      all: [128, 129, true],
      replies: [129, true],
      requests: [128, true],
      other: 'EOPNOTSUPP',
    });
  });
});

describe('a raw socket of IPv6', () => {
  it('receives no IP header, and checksums ICMPv6 by itself, RFC 3542', () => {
    const body = `
const [a, b] = [made(s.AF_INET6, s.SOCK_RAW, PROTOCOL), made(s.AF_INET6, s.SOCK_RAW, PROTOCOL)];
s.sendto(a, 'hello', 0, at('::1'));
const { addr, packet } = next(b);
const icmp = made(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6);
s.sendto(icmp, message(128, 7, 1, false), 0, at('::1'));
const request = next(icmp).packet;
// The pseudo header of RFC 8200, 8.1: addresses, length and protocol.
const pseudo = Buffer.alloc(40);
pseudo[15] = pseudo[31] = 1;
pseudo[35] = request.length;
pseudo[39] = s.IPPROTO_ICMPV6;
tell({
  addr,
  heard: packet.toString('latin1'),
  sum: sum(Buffer.concat([pseudo, request])),
  reply: next(icmp).packet[0],
  // RFC 3542, 3.1: not an option of ICMPv6 sockets.
  option: code(() => s.setsockopt(icmp, s.IPPROTO_IPV6, s.IPV6_CHECKSUM, 2))[0],
});`;
    expect(inNetns(body)).toEqual({
      addr: { family: 10, addr: '::1', port: 0, flowinfo: 0, scope_id: 0 },
      heard: 'hello',
      sum: 0xffff,
      reply: 129,
      option: 'EINVAL',
    });
  });

  it('has IPV6_CHECKSUM fill in the sum on its way out, and check it on the way in', () => {
    const body = `
const raw6 = (offset) => {
  const fd = made(s.AF_INET6, s.SOCK_RAW, PROTOCOL);
  s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_CHECKSUM, offset);
  return fd;
};
const [summed, plain] = [raw6(2), raw6(-1)];
const data = Buffer.from('0102000005060708', 'hex');
s.sendto(summed, data, 0, at('::1'));
const [checked, sent] = [next(summed).packet, next(plain).packet];
const pseudo = Buffer.alloc(40);
pseudo[15] = pseudo[31] = 1;
pseudo[35] = data.length;
pseudo[39] = PROTOCOL;
s.sendto(plain, data, 0, at('::1'));
tell({
  sum: sum(Buffer.concat([pseudo, sent])),
  same: sent.equals(checked),
  'a wrong one': [hexOf(plain), nothing(summed)],
  'an odd offset': code(() => s.setsockopt(plain, s.IPPROTO_IPV6, s.IPV6_CHECKSUM, 3))[0],
});`;
    expect(inNetns(body)).toEqual({
      sum: 0xffff,
      same: true,
      'a wrong one': ['0102000005060708', true],
      'an odd offset': 'EINVAL',
    });
  });

  it('has IPV6_HDRINCL send the header as it is', () => {
    const body = `
const receiver = made(s.AF_INET6, s.SOCK_RAW, PROTOCOL);
const tap = made(s.AF_PACKET, s.SOCK_DGRAM, 0);
s.bind(tap, { family: s.AF_PACKET, ifindex: s.if_nametoindex('lo'), protocol: 0x86dd });
const included = made(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_RAW);
// Traffic class 0xb9, flow label 0x12345, 4 bytes of protocol 253, 77 hops.
const packet = Buffer.concat([
  Buffer.from('6b912345' + '0004' + 'fd' + '4d', 'hex'),
  s.inet_pton(s.AF_INET6, 'fd00::9'),
  s.inet_pton(s.AF_INET6, '::1'),
  Buffer.from('wxyz'),
]);
s.sendto(included, packet, 0, at('::1'));
const { addr, packet: heard } = next(receiver);
const udp = s.socket(s.AF_INET6, s.SOCK_DGRAM);
tell({
  implied: s.getsockopt(included, s.IPPROTO_IPV6, s.IPV6_HDRINCL),
  plain: s.getsockopt(receiver, s.IPPROTO_IPV6, s.IPV6_HDRINCL),
  udp: code(() => s.setsockopt(udp, s.IPPROTO_IPV6, s.IPV6_HDRINCL, true))[0],
  src: addr.addr,
  heard: heard.toString('latin1'),
  same: packet.toString('hex') === hexOf(tap),
});`;
    expect(inNetns(body)).toEqual({
      implied: true,
      plain: false,
      udp: 'ENOPROTOOPT',
      src: 'fd00::9',
      heard: 'wxyz',
      same: true,
    });
  });
});

describe('without CAP_NET_RAW', () => {
  it('there are no raw sockets: EPERM', () => {
    const body = `nobody();
const makes = (af, protocol) => code(() => s.socket(af, s.SOCK_RAW, protocol));
tell([
  makes(s.AF_INET, s.IPPROTO_ICMP), makes(s.AF_INET, s.IPPROTO_RAW), makes(s.AF_INET, 253),
  makes(s.AF_INET6, s.IPPROTO_ICMPV6), makes(s.AF_INET6, s.IPPROTO_RAW),
]);`;
    const eperm = ['EPERM', 'socket'];
    expect(node(body)).toEqual([[eperm, eperm, eperm, eperm, eperm]]);
  });
});

describe('a datagram socket of ICMP', () => {
  it.each([
    ['IPv4', 'AF_INET', 'IPPROTO_ICMP', '127.0.0.1', 8, 0],
    ['IPv6', 'AF_INET6', 'IPPROTO_ICMPV6', '::1', 128, 129],
  ])(
    'of %s sends echo requests of its own id, and hears the replies',
    (_, af, protocol, addr, request, reply) => {
      const body = `
const [af, protocol, addr] = [s.${af}, s.${protocol}, '${addr}'];
// icmp(7): by default no group may, whoever asks.
const denied = code(() => s.socket(af, s.SOCK_DGRAM, protocol));
writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 0');
const fd = made(af, s.SOCK_DGRAM, protocol);
const sends = (bytes) => code(() => s.sendto(fd, bytes, 0, at(addr)))[0];
// Neither the id nor the checksum is right: the kernel fills them in.
const sent = message(${request}, 0xbeef, 5, false);
s.sendto(fd, sent, 0, at(addr));
const { port } = s.getsockname(fd);
const { addr: from, packet } = next(fd);
const table = readFileSync('/proc/net/icmp' + (af === s.AF_INET6 ? '6' : ''), 'latin1');
tell({
  denied,
  from: [from.addr, from.port],
  type: packet[0],
  id: packet.readUInt16BE(4) === port,
  rest: packet.subarray(6).equals(sent.subarray(6)),
  nothing: nothing(fd),
  table: table.includes(':' + port.toString(16).toUpperCase().padStart(4, '0') + ' '),
  'a reply': sends(message(${reply}, 1, 1)),
  'half a header': sends(new Uint8Array(7)),
});`;
      expect(inNetns(body)).toEqual({
        denied: ['EACCES', 'socket'],
        from: [addr, 0],
        type: reply,
        id: true,
        rest: true,
        nothing: true,
        table: true,
        'a reply': 'EINVAL',
        'half a header': 'EINVAL',
      });
    },
  );

  it('is for the groups of the range, without any capability', () => {
    const body = `
const fd = made(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
s.bind(fd, at('127.0.0.1', 0x1234));
s.sendto(fd, message(8, 1, 1), 0, at('127.0.0.1'));
const status = readFileSync('/proc/self/status', 'latin1');
tell({ powerless: /^CapEff:\\s+0+$/m.test(status), reply: hexOf(fd).slice(8, 16) });`;
    const range = 'echo 0 0 > /proc/sys/net/ipv4/ping_group_range';
    const drop = 'set -- setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"';
    expect(inNetns(body, `${range}; ${drop}`)).toEqual({ powerless: true, reply: '12340001' });
  });
});
