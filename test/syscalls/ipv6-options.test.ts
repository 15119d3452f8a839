/** What the options of IPPROTO_IPV6 do to what is sent, in a network namespace of its own. */
import { describe, expect, it } from 'vitest';
import {
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_DSTOPTS,
  IPV6_FL_A_GET,
  IPV6_FLOWLABEL_MGR,
  IPV6_PKTINFO,
  SOCK_DGRAM,
  setsockopt,
} from '../../lib/index.js';
import { isRoot, netns, node } from '../support/child.js';
import { expectRefused, guardFds, open } from '../support/sockets.js';

guardFds();

/**
 * What the programs have: a receiver at port 5000 of two addresses of loopback, and `wire(text)`,
 * the IPv6 packet whose payload ends with `text`, as it passes there.
 */
const head = `
const { readFileSync, writeFileSync } = await import('node:fs');
const at = (addr, port = 5000, flowinfo = 0) => ({ family: s.AF_INET6, addr, port, flowinfo });
const limited = (fd) => {
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 10, usec: 0 });
  return fd;
};
const tap = limited(s.socket(s.AF_PACKET, s.SOCK_DGRAM, 0));
s.bind(tap, { family: s.AF_PACKET, ifindex: s.if_nametoindex('lo'), protocol: 0x86dd });
const wire = (text) => {
  for (let n = 0; n < 100; n++) {
    const buf = Buffer.alloc(2000);
    const { bytes } = s.recvfrom(tap, buf);
    const packet = buf.subarray(0, bytes);
    if (packet.toString('latin1').endsWith(text)) return packet;
  }
};
const receiver = limited(s.socket(s.AF_INET6, s.SOCK_DGRAM));
s.bind(receiver, at('::'));
const udp = () => s.socket(s.AF_INET6, s.SOCK_DGRAM);
const set = (fd, name, value) => s.setsockopt(fd, s.IPPROTO_IPV6, s[name], value);
const get = (fd, name, ask) => s.getsockopt(fd, s.IPPROTO_IPV6, s[name], ask);
`;

const setup = 'for a in 1 2; do ip addr add fd00::$a/128 dev lo nodad; done';

const inNetns = (body: string, more = ':'): unknown => {
  const [told] = netns(`${head}${body}`, `${setup}; ${more}`);
  return told;
};

describe('a sticky IPV6_PKTINFO', () => {
  it('is the interface of all that is sent, until it is undone', () => {
    const body = `
const v0 = s.if_nametoindex('v0');
const fd = udp();
const sends = () => code(() => s.sendto(fd, 'x', 0, at('fe80::5')))[0];
set(fd, 'IPV6_PKTINFO', { ifindex: v0 });
const told = [sends(), s.recvfrom(receiver, new Uint8Array(4)).addr.scope_id === v0];
set(fd, 'IPV6_PKTINFO', { addr: '::', ifindex: 99999 });
told.push(sends());
set(fd, 'IPV6_PKTINFO', {});
told.push(sends());
tell(told);`;
    const veth = 'ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up';
    const more = `${veth}; ip addr add fe80::5/64 dev v0 nodad`;
    expect(inNetns(body, more)).toEqual(['ok', true, 'ENETUNREACH', 'ok']);
  });
});

describe('a sticky extension header', () => {
  // RFC 8200, 4: each header begins with the number of the next; 17 is UDP.
  it('goes before what is sent, where its kind belongs, until it is undone', () => {
    const body = `
// An option of padding, which fills the 8 bytes of a header.
const padding = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
// RFC 8754: a routing header with one segment, fd00::1, which is the last.
const segments = Uint8Array.of(0, 2, 4, 0, 0, 0, 0, 0, 0xfd, ...new Uint8Array(14), 1);
const chain = (packet) => {
  const found = [];
  let at = 40;
  let header = packet[6];
  while ([0, 43, 60].includes(header) && found.length < 8) {
    found.push(header);
    header = packet[at];
    at += 8 + 8 * packet[at + 1];
  }
  return [...found, header];
};
const fd = udp();
let n = 0;
const sent = () => {
  const text = 'text' + n++;
  s.sendto(fd, text, 0, at('fd00::1'));
  return chain(wire(text));
};
const told = { none: sent() };
for (const name of ['IPV6_HOPOPTS', 'IPV6_DSTOPTS', 'IPV6_RTHDRDSTOPTS']) {
  set(fd, name, padding);
  told[name] = sent();
}
set(fd, 'IPV6_RTHDR', segments);
told.IPV6_RTHDR = sent();
for (const name of ['IPV6_HOPOPTS', 'IPV6_DSTOPTS', 'IPV6_RTHDRDSTOPTS', 'IPV6_RTHDR']) {
  set(fd, name, new Uint8Array(0));
}
told.undone = sent();
tell(told);`;
    const [HOPOPTS, ROUTING, DSTOPTS, UDP] = [0, 43, 60, 17];
    expect(inNetns(body)).toEqual({
      none: [UDP],
      IPV6_HOPOPTS: [HOPOPTS, UDP],
      IPV6_DSTOPTS: [HOPOPTS, DSTOPTS, UDP],
      // Options for the routers on the way go with a routing header only.
      IPV6_RTHDRDSTOPTS: [HOPOPTS, DSTOPTS, UDP],
      IPV6_RTHDR: [HOPOPTS, DSTOPTS, ROUTING, DSTOPTS, UDP],
      undone: [UDP],
    });
  });

  it('is set by control messages as well, as RFC 2292 has it', () => {
    const body = `
const fd = udp();
// struct cmsghdr: its length, the level and the type; then the header.
const message = Buffer.alloc(24);
message.writeUInt32LE(24, 0);
message.writeInt32LE(s.IPPROTO_IPV6, 8);
message.writeInt32LE(s.IPV6_DSTOPTS, 12);
message.set([0, 0, 1, 4, 0, 0, 0, 0], 16);
set(fd, 'IPV6_2292PKTOPTIONS', message);
const told = [Buffer.from(get(fd, 'IPV6_DSTOPTS')).toString('hex')];
set(fd, 'IPV6_2292PKTOPTIONS', new Uint8Array(0));
told.push(get(fd, 'IPV6_DSTOPTS').length);
tell(told);`;
    expect(inNetns(body)).toEqual(['0000010400000000', 0]);
  });

  it('fails with EINVAL when it is torn, and with EPERM without CAP_NET_RAW', () => {
    const body = `const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
const set = (value) => code(() => s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_DSTOPTS, value))[0];
const root = process.getuid() === 0;
const torn = root ? [set(new Uint8Array(7)), set(Uint8Array.of(0, 1, 1, 4, 0, 0, 0, 0))] : [];
nobody();
tell([...torn, set(new Uint8Array(8))]);`;
    const torn = isRoot ? ['EINVAL', 'EINVAL'] : [];
    expect(node(body)).toEqual([[...torn, 'EPERM']]);
  });
});

describe('IPV6_FLOWLABEL_MGR', () => {
  it('gets a label, which is on the wire, until it is put back', () => {
    const body = `
const fd = udp();
set(fd, 'IPV6_FLOWINFO_SEND', true);
const [dst, label] = ['fd00::1', 0x12345];
const asks = (action, value) => code(() => {
  set(fd, 'IPV6_FLOWLABEL_MGR', { dst, label, action: s['IPV6_FL_A_' + action], ...value });
})[0];
const create = { share: s.IPV6_FL_S_EXCL, flags: s.IPV6_FL_F_CREATE };
const sends = (text) => code(() => s.sendto(fd, text, 0, at(dst, 5000, label)))[0];
const table = () => readFileSync('/proc/net/ip6_flowlabel', 'latin1').split('\\n')
  .map((line) => line.split(/\\s+/)).filter(([each]) => each === '12345');
const told = { absent: asks('GET', { share: s.IPV6_FL_S_EXCL }) };
told.create = asks('GET', create);
told.send = sends('labelled');
told.wire = wire('labelled').readUInt32BE(0) & 0xfffff;
told.twice = asks('GET', { ...create, flags: s.IPV6_FL_F_CREATE | s.IPV6_FL_F_EXCL });
told.renew = asks('RENEW', { linger: 30, expires: 60 });
told.table = table().map(([label, share, , , linger]) => [label, share, linger]);
s.connect(fd, at(dst, 5000, label));
told.read = get(fd, 'IPV6_FLOWLABEL_MGR', {});
const other = udp();
told.other = code(() => set(other, 'IPV6_FLOWLABEL_MGR', { dst, label, action: 0, ...create }))[0];
told.put = asks('PUT');
told.again = asks('PUT');
told.action = asks('GET', { action: 7 });
told.size = asks('GET', { ...create, label: 0x100000 });
told.share = asks('GET', { ...create, label: 0x777, share: 9 });
tell(told);`;
    const told = inNetns(body) as { read: { expires: number } };
    expect(told).toEqual({
      absent: 'ENOENT',
      create: 'ok',
      send: 'ok',
      wire: 0x12345,
      twice: 'EEXIST',
      renew: 'ok',
      table: [['12345', '1', '30']],
      read: { dst: 'fd00::1', label: 0x12345, share: 1, linger: 30, expires: told.read.expires },
      other: 'EPERM',
      put: 'ok',
      again: 'ESRCH',
      action: 'EINVAL',
      size: 'EINVAL',
      share: 'EINVAL',
    });
    expect(told.read.expires).toBeGreaterThan(0);
    expect(told.read.expires).toBeLessThanOrEqual(60);
  });

  it('writes the label that the kernel chose to the bytes that it was given', () => {
    const body = `
const fd = udp();
// struct in6_flowlabel_req: dst, label, action, share, flags.
const request = Buffer.alloc(32);
request.set(s.inet_pton(s.AF_INET6, 'fd00::1'));
request[21] = s.IPV6_FL_S_EXCL;
request.writeUInt16LE(s.IPV6_FL_F_CREATE, 22);
set(fd, 'IPV6_FLOWLABEL_MGR', request);
const table = readFileSync('/proc/net/ip6_flowlabel', 'latin1').split('\\n')[1];
const label = request.readUInt32BE(16);
tell([label > 0, label === Number.parseInt(table, 16)]);`;
    expect(inNetns(body)).toEqual([true, true]);
  });

  it('reads the label of the peer, and answers with it when it is to reflect', () => {
    const body = `
// Where labels must be consistent, they are not reflected.
writeFileSync('/proc/sys/net/ipv6/flowlabel_consistency', '0');
const connection = (port, reflect) => {
  const listener = s.socket(s.AF_INET6, s.SOCK_STREAM);
  if (reflect) {
    const value = { action: s.IPV6_FL_A_GET, flags: s.IPV6_FL_F_REFLECT };
    set(listener, 'IPV6_FLOWLABEL_MGR', value);
  }
  s.bind(listener, at('fd00::1', port));
  s.listen(listener, 1);
  const client = s.socket(s.AF_INET6, s.SOCK_STREAM);
  set(client, 'IPV6_FLOWINFO_SEND', true);
  const label = { dst: 'fd00::1', label: 0x54321, share: s.IPV6_FL_S_ANY };
  set(client, 'IPV6_FLOWLABEL_MGR', { ...label, action: 0, flags: s.IPV6_FL_F_CREATE });
  s.connect(client, at('fd00::1', port, 0x54321));
  return s.accept(listener).fd;
};
const [plain, reflecting] = [connection(6000, false), connection(6001, true)];
s.send(plain, 'plain');
const other = wire('plain').readUInt32BE(0) & 0xfffff;
s.send(reflecting, 'reflected');
tell({
  remote: get(plain, 'IPV6_FLOWLABEL_MGR', { flags: s.IPV6_FL_F_REMOTE }).label,
  own: code(() => get(plain, 'IPV6_FLOWLABEL_MGR', {}))[0],
  other: other === 0x54321,
  reflecting: get(reflecting, 'IPV6_FLOWLABEL_MGR', {}).label,
  wire: wire('reflected').readUInt32BE(0) & 0xfffff,
});`;
    expect(inNetns(body)).toEqual({
      remote: 0x54321,
      own: 'ENOENT',
      other: false,
      reflecting: 0x54321,
      wire: 0x54321,
    });
  });

  it('keeps a label longer than 150 seconds for the root of the machine only', () => {
    const body = `
const fd = s.socket(s.AF_INET6, s.SOCK_DGRAM);
const of = { dst: '::1', action: s.IPV6_FL_A_GET, share: s.IPV6_FL_S_EXCL };
const gets = (label, life) => code(() => {
  const value = { ...of, label, flags: s.IPV6_FL_F_CREATE, ...life };
  s.setsockopt(fd, s.IPPROTO_IPV6, s.IPV6_FLOWLABEL_MGR, value);
})[0];
const told = [gets(1, { linger: 151 }), gets(2, { expires: 151 })];
if (${isRoot}) nobody();
tell([...told, gets(3, { linger: 151 }), gets(4, { expires: 151 }), gets(5, { linger: 150 })]);`;
    // Root of a user namespace of its own is not root here.
    const wrapper = ['unshare', isRoot ? '-n' : '-rn', 'sh', '-ec', 'ip link set lo up; exec "$@"'];
    const mine = isRoot ? 'ok' : 'EPERM';
    expect(node(body, [...wrapper, 'sh'])).toEqual([[mine, mine, 'EPERM', 'EPERM', 'ok']]);
  });
});

describe('IPV6_PATHMTU', () => {
  it('is lowered by a Packet Too Big', () => {
    const body = `
const fd = udp();
const told = [code(() => get(fd, 'IPV6_PATHMTU'))[0]];
s.connect(fd, at('fd00::1'));
told.push(get(fd, 'IPV6_PATHMTU').mtu);
s.send(fd, 'too big');
// RFC 4443, 3.2: type 2, the MTU, and as much of the packet as fits.
const report = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 5, 0x78]), wire('too big')]);
const icmp = limited(s.socket(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6));
s.sendto(icmp, report, 0, at('fd00::1', 0));
// Once an echo is answered, what came before has been handled.
s.sendto(icmp, Buffer.from([128, 0, 0, 0, 0, 1, 0, 1]), 0, at('fd00::1', 0));
const answer = Buffer.alloc(2000);
do s.recv(icmp, answer); while (answer[0] !== 129);
told.push(get(fd, 'IPV6_PATHMTU'), get(fd, 'IPV6_MTU'));
tell(told);`;
    expect(inNetns(body)).toEqual(['ENOTCONN', 65_536, { addr: { family: 0 }, mtu: 1400 }, 1400]);
  });
});

describe('the value of an IPv6 option', () => {
  const put = setsockopt as (fd: number, level: number, optname: number, value: unknown) => void;
  const label = { action: IPV6_FL_A_GET };

  it.each([
    ['IPV6_PKTINFO', IPV6_PKTINFO, TypeError, 'value', ['::1', null]],
    ['IPV6_PKTINFO', IPV6_PKTINFO, RangeError, 'value.addr', [{ addr: '127.0.0.1' }]],
    ['IPV6_PKTINFO', IPV6_PKTINFO, TypeError, 'value.ifindex', [{ ifindex: 'lo' }]],
    ['IPV6_DSTOPTS', IPV6_DSTOPTS, TypeError, 'value', [5, 'x', null, undefined, [0, 0]]],
    ['IPV6_FLOWLABEL_MGR', IPV6_FLOWLABEL_MGR, TypeError, 'value.action', [{}, { action: 'GET' }]],
    ['IPV6_FLOWLABEL_MGR', IPV6_FLOWLABEL_MGR, RangeError, 'value.action', [{ action: 256 }]],
    ['IPV6_FLOWLABEL_MGR', IPV6_FLOWLABEL_MGR, RangeError, 'value.dst', [{ ...label, dst: 'x' }]],
    [
      'IPV6_FLOWLABEL_MGR',
      IPV6_FLOWLABEL_MGR,
      RangeError,
      'value.label',
      [{ ...label, label: -1 }],
    ],
    ['IPV6_FLOWLABEL_MGR', IPV6_FLOWLABEL_MGR, TypeError, 'value.flags', [{ ...label, flags: '' }]],
    [
      'IPV6_FLOWLABEL_MGR',
      IPV6_FLOWLABEL_MGR,
      RangeError,
      'value.linger',
      [{ ...label, linger: 65_536 }],
    ],
  ] as const)('%s, %i, is refused: %o, %s', (_, optname, kind, argument, values) => {
    const fd = open(AF_INET6, SOCK_DGRAM);
    for (const value of values) {
      expectRefused(() => put(fd, IPPROTO_IPV6, optname, value), kind, argument);
    }
  });
});
