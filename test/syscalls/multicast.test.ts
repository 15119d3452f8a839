import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  getsockopt,
  IP_MSFILTER,
  IP_MULTICAST_IF,
  IPPROTO_IP,
  IPPROTO_IPV6,
  MCAST_EXCLUDE,
  MCAST_INCLUDE,
  MCAST_MSFILTER,
  SOCK_DGRAM,
  setsockopt,
} from '../../lib/index.js';
import { netns, python } from '../support/child.js';
import { filters, groups6, igmpGroups, type ProcFilter } from '../support/igmp.js';
import { expectRefused, guardFds, open } from '../support/sockets.js';
import { ipv4 } from '../support/sockopts/multicast.js';

guardFds();

const constants = new Map<string, unknown>(Object.entries(sockfd));
const put = setsockopt as (fd: number, level: number, optname: number, value: unknown) => void;
const get = getsockopt as unknown as (
  fd: number,
  level: number,
  optname: number,
  ask: unknown,
) => unknown;

/** An interface with three addresses of each family, whose packets go nowhere else. */
const setup = [
  'ip link add v0 type veth peer name v1',
  'ip link set v1 up',
  'ip link set v0 up',
  'for a in 1 2 3; do ip addr add 10.0.0.$a/24 dev v0; ip addr add fd00::$a/64 dev v0 nodad; done',
].join('; ');

const families = {
  IPv4: {
    af: AF_INET,
    level: IPPROTO_IP,
    group: '239.1.2.3',
    any: '0.0.0.0',
    sources: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    all: 'IP_MULTICAST_ALL',
    outgoing: 'IP_MULTICAST_IF',
    join: 'IP_ADD_MEMBERSHIP',
    limit: 10,
  },
  IPv6: {
    af: AF_INET6,
    level: IPPROTO_IPV6,
    group: 'ff05::99',
    any: '::',
    sources: ['fd00::1', 'fd00::2', 'fd00::3'],
    all: 'IPV6_MULTICAST_ALL',
    outgoing: 'IPV6_MULTICAST_IF',
    join: 'IPV6_ADD_MEMBERSHIP',
    // net.ipv6.mld_max_msf
    limit: 64,
  },
};

/**
 * What the programs have: `receiver()` is a socket that hears the groups that it has joined and no
 * others; `hears(fd)` sends a datagram from each source to the group, and tells from which they
 * come. A last one, which is no multicast, shows when all are there.
 */
const head = (family: keyof typeof families): string => `
const { readFileSync } = await import('node:fs');
const { af, level, group, any, sources, all, outgoing, join, limit } =
  ${JSON.stringify(families[family])};
const ifindex = s.if_nametoindex('v0');
const at = (addr, port = 0) => ({ family: af, addr, port });
const set = (fd, name, value) => s.setsockopt(fd, level, s[name], value);
const receiver = () => {
  const fd = s.socket(af, s.SOCK_DGRAM);
  set(fd, all, false);
  s.bind(fd, at(any));
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 10, usec: 0 });
  return fd;
};
const senders = sources.map((addr) => {
  const fd = s.socket(af, s.SOCK_DGRAM);
  s.bind(fd, at(addr));
  set(fd, outgoing, af === s.AF_INET ? { ifindex } : ifindex);
  return fd;
});
const hears = (fd) => {
  const { port } = s.getsockname(fd);
  senders.forEach((from, i) => s.sendto(from, String(i + 1), 0, at(group, port)));
  s.sendto(senders[0], 'end', 0, at(sources[0], port));
  const heard = [];
  for (let n = 0; n < 10; n++) {
    const buf = Buffer.alloc(16);
    const { bytes, addr } = s.recvfrom(fd, buf);
    const text = buf.toString('latin1', 0, bytes);
    if (text === 'end') return heard.join('');
    if (addr.addr !== sources[text - 1]) throw new Error(text + ' came from ' + addr.addr);
    heard.push(text);
  }
};
`;

describe.each(['IPv4', 'IPv6'] as const)('the groups of %s', (family) => {
  it('are heard as they are joined and left, and their sources as the filter says', () => {
    const body = `${head(family)}
const fd = receiver();
const heard = { nothing: hears(fd) };
const step = (name, optname, value) => {
  set(fd, optname, { interface: ifindex, group, ...value });
  heard[name] = hears(fd);
};
step('joined', 'MCAST_JOIN_GROUP');
step('without 2', 'MCAST_BLOCK_SOURCE', { source: sources[1] });
step('without 2 and 3', 'MCAST_BLOCK_SOURCE', { source: sources[2] });
step('without 3', 'MCAST_UNBLOCK_SOURCE', { source: sources[1] });
step('1 only', 'MCAST_MSFILTER', { fmode: s.MCAST_INCLUDE, slist: [sources[0]] });
step('all but 1', 'MCAST_MSFILTER', { fmode: s.MCAST_EXCLUDE, slist: [sources[0]] });
step('left', 'MCAST_LEAVE_GROUP');
step('joined for 2', 'MCAST_JOIN_SOURCE_GROUP', { source: sources[1] });
step('joined for 2 and 3', 'MCAST_JOIN_SOURCE_GROUP', { source: sources[2] });
step('joined for 3', 'MCAST_LEAVE_SOURCE_GROUP', { source: sources[1] });
step('left by the last', 'MCAST_LEAVE_SOURCE_GROUP', { source: sources[2] });
tell(heard);`;
    expect(netns(body, setup)).toEqual([
      {
        nothing: '',
        joined: '123',
        'without 2': '13',
        'without 2 and 3': '1',
        'without 3': '12',
        '1 only': '1',
        'all but 1': '23',
        left: '',
        'joined for 2': '2',
        'joined for 2 and 3': '23',
        'joined for 3': '3',
        'left by the last': '',
      },
    ]);
  });

  it('are in /proc/net, with as many sockets as want a source or do not', () => {
    const v6 = family === 'IPv6' ? '6' : '';
    const body = `${head(family)}
const proc = (name) => readFileSync('/proc/net/' + name, 'latin1');
const [a, b] = [receiver(), receiver()];
const of = { interface: ifindex, group };
set(a, 'MCAST_JOIN_GROUP', of);
set(a, 'MCAST_BLOCK_SOURCE', { ...of, source: sources[0] });
set(b, 'MCAST_JOIN_SOURCE_GROUP', { ...of, source: sources[0] });
set(b, 'MCAST_JOIN_SOURCE_GROUP', { ...of, source: sources[1] });
const told = { ifindex, groups: proc('igmp${v6}'), filters: proc('mcfilter${v6}') };
s.close(a);
s.close(b);
tell({ ...told, closed: proc('igmp${v6}') });`;
    const [told] = netns(body, setup) as {
      ifindex: number;
      groups: string;
      filters: string;
      closed: string;
    }[];
    if (told === undefined) throw new Error('the program told nothing');
    const { ifindex } = told;
    const { group, sources } = families[family];
    const groups = family === 'IPv4' ? igmpGroups : groups6;
    expect(groups(ifindex, told.groups)).toContain(group);
    expect(groups(ifindex, told.closed)).not.toContain(group);
    const row = (source = '', include = 0, exclude = 0): ProcFilter => {
      return { ifindex, group, source, include, exclude };
    };
    expect(filters(told.filters)).toEqual([row(sources[0], 1, 1), row(sources[1], 1, 0)]);
  });

  it('are not joined twice, nor left twice, nor joined where they cannot be', () => {
    const body = `${head(family)}
const fd = receiver();
const of = { interface: ifindex, group };
const other = af === s.AF_INET ? 'ff05::1' : '239.1.2.3';
const told = (optname, value) => code(() => set(fd, optname, { ...of, ...value }))[0];
const sourceOf = { source: sources[0] };
const filter = { fmode: s.MCAST_EXCLUDE, slist: [] };
const many = Array.from({ length: limit }, (_, i) => (af === s.AF_INET ? '10.1.0.' : 'fd01::') + i);
tell({
  leave: told('MCAST_LEAVE_GROUP'),
  block: told('MCAST_BLOCK_SOURCE', sourceOf),
  filter: told('MCAST_MSFILTER', filter),
  read: code(() => s.getsockopt(fd, level, s.MCAST_MSFILTER, of))[0],
  join: told('MCAST_JOIN_GROUP'),
  'join again': told('MCAST_JOIN_GROUP'),
  'block what is not blocked': told('MCAST_UNBLOCK_SOURCE', sourceOf),
  'block one': told('MCAST_BLOCK_SOURCE', sourceOf),
  'leave it': told('MCAST_LEAVE_SOURCE_GROUP', sourceOf),
  many: told('MCAST_MSFILTER', { ...filter, slist: many }),
  'too many': told('MCAST_MSFILTER', { ...filter, slist: [...many, sources[0]] }),
  'an unknown mode': told('MCAST_MSFILTER', { ...filter, fmode: 2 }),
  'an unknown interface': told('MCAST_JOIN_GROUP', { interface: 99999 }),
  'an address of no group': told('MCAST_JOIN_GROUP', { group: sources[0] }),
  'a source of the other family': told('MCAST_JOIN_SOURCE_GROUP', { source: other }),
  'a TCP socket': code(() => {
    const multiaddr = { multiaddr: group, ifindex };
    s.setsockopt(s.socket(af, s.SOCK_STREAM), level, s[join], multiaddr);
  })[0],
});`;
    expect(netns(body, setup)).toEqual([
      {
        leave: 'EADDRNOTAVAIL',
        block: 'EINVAL',
        filter: 'EINVAL',
        read: 'EADDRNOTAVAIL',
        join: 'ok',
        'join again': 'EADDRINUSE',
        'block what is not blocked': 'EADDRNOTAVAIL',
        'block one': 'ok',
        'leave it': 'EINVAL',
        many: 'ok',
        'too many': 'ENOBUFS',
        'an unknown mode': 'EINVAL',
        'an unknown interface': 'ENODEV',
        'an address of no group': 'EINVAL',
        'a source of the other family': 'EADDRNOTAVAIL',
        'a TCP socket': 'EPROTO',
      },
    ]);
  });
});

describe('IP_ADD_MEMBERSHIP and its kin', () => {
  it('name the interface by an address of it, as ip(7) says', () => {
    const body = `${head('IPv4')}
const fd = receiver();
const heard = [];
const step = (optname, value) => {
  set(fd, optname, { multiaddr: group, ...value });
  heard.push(hears(fd));
};
step('IP_ADD_MEMBERSHIP', { address: '10.0.0.2' });
step('IP_BLOCK_SOURCE', { interface: '10.0.0.3', sourceaddr: '10.0.0.1' });
step('IP_UNBLOCK_SOURCE', { interface: '10.0.0.3', sourceaddr: '10.0.0.1' });
step('IP_MSFILTER', { interface: '10.0.0.1', fmode: s.MCAST_INCLUDE, slist: ['10.0.0.3'] });
step('IP_DROP_MEMBERSHIP', { ifindex });
step('IP_ADD_MEMBERSHIP', { interface: '10.0.0.1' });
step('IP_DROP_MEMBERSHIP', { interface: '10.0.0.1' });
step('IP_ADD_SOURCE_MEMBERSHIP', { interface: '10.0.0.1', sourceaddr: '10.0.0.2' });
step('IP_DROP_SOURCE_MEMBERSHIP', { interface: '10.0.0.1', sourceaddr: '10.0.0.2' });
tell(heard);`;
    expect(netns(body, setup)).toEqual([['123', '23', '123', '3', '', '123', '', '2', '']]);
  });

  it('name the interface by the fields of netinet/in.h, too', () => {
    const body = `${head('IPv6')}
const fd = receiver();
set(fd, 'IPV6_ADD_MEMBERSHIP', { multiaddr: group, interface: ifindex });
const heard = hears(fd);
set(fd, 'IPV6_DROP_MEMBERSHIP', { multiaddr: group, ifindex });
tell([heard, hears(fd)]);`;
    expect(netns(body, setup)).toEqual([['123', '']]);
  });

  it('leave the interface to the routes where it is not said, and fail where there is none', () => {
    const body = `${head('IPv4')}
const fd = receiver();
const joins = () => code(() => set(fd, 'IP_ADD_MEMBERSHIP', { multiaddr: group }))[0];
const without = joins();
const { execFileSync } = await import('node:child_process');
execFileSync('ip', ['route', 'add', '239.0.0.0/8', 'dev', 'v0']);
tell([without, joins(), hears(fd)]);`;
    expect(netns(body, setup)).toEqual([['ENODEV', 'ok', '123']]);
  });

  it('send by the interface of IP_MULTICAST_IF', () => {
    const body = `${head('IPv4')}
const [onV0, onLo] = [receiver(), receiver()];
set(onV0, 'IP_ADD_MEMBERSHIP', { multiaddr: group, ifindex });
set(onLo, 'IP_ADD_MEMBERSHIP', { multiaddr: group, address: '127.0.0.1' });
const told = [];
for (const value of [{ ifindex }, { address: '127.0.0.1' }, '10.0.0.1', '127.0.0.1']) {
  for (const fd of senders) set(fd, 'IP_MULTICAST_IF', value);
  told.push([hears(onV0), hears(onLo)]);
}
tell(told);`;
    const [v0, lo] = [
      ['123', ''],
      ['', '123'],
    ];
    expect(netns(body, setup)).toEqual([[v0, lo, v0, lo]]);
  });

  it('tell how many sources there are when there are more than they read', () => {
    const body = `${head('IPv4')}
const { writeFileSync } = await import('node:fs');
writeFileSync('/proc/sys/net/ipv4/igmp_max_msf', '2000');
const slist = Array.from({ length: 1500 }, (_, i) => '10.2.' + (i >> 8) + '.' + (i & 255));
const fd = receiver();
set(fd, 'IP_ADD_MEMBERSHIP', { multiaddr: group, ifindex });
const of = { multiaddr: group, interface: '10.0.0.1' };
set(fd, 'IP_MSFILTER', { ...of, fmode: s.MCAST_EXCLUDE, slist });
tell(slist);
tell(s.getsockopt(fd, level, s.IP_MSFILTER, of));
tell(s.getsockopt(fd, level, s.MCAST_MSFILTER, { group, interface: ifindex }));`;
    const told = netns(body, setup);
    const [all = [], ...reads] = told as [string[], ...{ numsrc: number; slist: string[] }[]];
    expect(all).toHaveLength(1500);
    expect(reads.map(({ numsrc }) => numsrc)).toEqual([1500, 1500]);
    expect(reads.map(({ slist }) => slist.length)).toEqual([1024, 256]);
    for (const { slist } of reads) expect(slist).toEqual(all.slice(0, slist.length));
  });
});

describe('IP_MSFILTER', () => {
  it('reads what python3 has set, and python3 reads what is set here', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const { group: multiaddr } = ipv4;
    const of = { multiaddr, interface: '127.0.0.1' };
    const script = `
s = socket.socket(fileno=3)
group, lo, a, b = (socket.inet_aton(each) for each in input)
s.setsockopt(0, 35, group + lo)
s.setsockopt(0, 41, group + lo + struct.pack('II', 1, 2) + a + b)
print(0)`;
    python(script, [multiaddr, '127.0.0.1', '10.0.0.1', '10.0.0.2'], [fd]);
    const read = getsockopt(fd, IPPROTO_IP, IP_MSFILTER, of);
    const slist = ['10.0.0.1', '10.0.0.2'];
    expect(read).toEqual({ ...of, fmode: MCAST_INCLUDE, numsrc: 2, slist });
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, '127.0.0.1');
    const address = `
s = socket.socket(fileno=3)
print(json.dumps(socket.inet_ntoa(s.getsockopt(0, 32, 4))))`;
    expect(python(address, null, [fd])).toBe('127.0.0.1');
  });
});

describe('IPV6_JOIN_ANYCAST', () => {
  it('takes an address of a prefix of the interface, to be seen in /proc/net/anycast6', () => {
    const body = `${head('IPv6')}
const fd = receiver();
const proc = () => readFileSync('/proc/net/anycast6', 'latin1');
const value = { acaddr: 'fd00::77', ifindex };
set(fd, 'IPV6_JOIN_ANYCAST', value);
const joined = proc();
// Who has the address answers there.
const other = s.socket(af, s.SOCK_DGRAM);
s.sendto(other, 'x', 0, at('fd00::77', s.getsockname(fd).port));
const bytes = s.recv(fd, new Uint8Array(4));
set(fd, 'IPV6_LEAVE_ANYCAST', value);
const elsewhere = { acaddr: 'fd99::1', ifindex };
tell({ ifindex, joined, left: proc(), bytes,
  elsewhere: code(() => set(fd, 'IPV6_JOIN_ANYCAST', elsewhere))[0],
  again: code(() => set(fd, 'IPV6_LEAVE_ANYCAST', value))[0] });`;
    const [told] = netns(body, setup) as [
      { ifindex: number; joined: string; left: string; bytes: number },
    ];
    expect(groups6(told.ifindex, told.joined)).toContain('fd00::77');
    expect(groups6(told.ifindex, told.left)).not.toContain('fd00::77');
    expect(told).toMatchObject({ bytes: 1, elsewhere: 'EADDRNOTAVAIL', again: 'ENOENT' });
  });
});

describe('the value of a multicast option', () => {
  const filter = { group: '239.1.2.3', interface: 1, fmode: MCAST_INCLUDE, slist: [] };
  const msfilter = { multiaddr: '239.1.2.3', fmode: MCAST_EXCLUDE, slist: [] };
  const v4 = IPPROTO_IP;
  const v6 = IPPROTO_IPV6;

  it.each([
    [v4, 'IP_ADD_MEMBERSHIP', TypeError, 'value', ['239.1.2.3', null, 7]],
    [v4, 'IP_ADD_MEMBERSHIP', TypeError, 'value.multiaddr', [{}, { address: '10.0.0.1' }]],
    [v4, 'IP_ADD_MEMBERSHIP', RangeError, 'value.multiaddr', [{ multiaddr: 'ff05::1' }]],
    [v4, 'IP_ADD_MEMBERSHIP', RangeError, 'value.address', [{ ...msfilter, address: 'lo' }]],
    [v4, 'IP_ADD_MEMBERSHIP', TypeError, 'value.ifindex', [{ ...msfilter, ifindex: 'lo' }]],
    [v4, 'IP_ADD_MEMBERSHIP', RangeError, 'value.ifindex', [{ ...msfilter, ifindex: 2 ** 31 }]],
    [v4, 'IP_ADD_MEMBERSHIP', RangeError, 'value.interface', [{ ...msfilter, interface: 'lo' }]],
    [v4, 'IP_ADD_MEMBERSHIP', TypeError, 'value.interface', [{ ...msfilter, interface: 1 }]],
    [
      v4,
      'IP_ADD_MEMBERSHIP',
      TypeError,
      'value.interface',
      [
        { ...msfilter, interface: '127.0.0.1', address: '127.0.0.1' },
        { ...msfilter, interface: '127.0.0.1', ifindex: 1 },
      ],
    ],
    [v4, 'IP_MULTICAST_IF', RangeError, 'value', ['lo', '', '::1']],
    [v4, 'IP_MULTICAST_IF', TypeError, 'value', [5, null, undefined]],
    [v4, 'IP_MULTICAST_IF', RangeError, 'value.ifindex', [{ ifindex: Number.NaN }]],
    [v4, 'IP_ADD_SOURCE_MEMBERSHIP', TypeError, 'value.sourceaddr', [msfilter]],
    [
      v4,
      'IP_ADD_SOURCE_MEMBERSHIP',
      TypeError,
      'value.interface',
      [{ ...msfilter, interface: 1, sourceaddr: '10.0.0.1' }],
    ],
    [v4, 'IP_MSFILTER', TypeError, 'value.slist', [{ ...msfilter, slist: '10.0.0.1' }]],
    [v4, 'IP_MSFILTER', TypeError, 'value.fmode', [{ ...msfilter, fmode: undefined }]],
    [v4, 'IP_MSFILTER', RangeError, 'value.slist[1]', [{ ...msfilter, slist: ['1.1.1.1', 'x'] }]],
    [v6, 'IPV6_ADD_MEMBERSHIP', RangeError, 'value.multiaddr', [{ multiaddr: '239.1.2.3' }]],
    [
      v6,
      'IPV6_ADD_MEMBERSHIP',
      TypeError,
      'value.interface',
      [
        { multiaddr: 'ff05::1', interface: 'lo' },
        { multiaddr: 'ff05::1', interface: 1, ifindex: 1 },
      ],
    ],
    [v6, 'IPV6_JOIN_ANYCAST', TypeError, 'value.acaddr', [{ multiaddr: 'fd00::1' }]],
    [v6, 'MCAST_JOIN_GROUP', RangeError, 'value.group', [{ group: 'ff05::1%lo' }]],
    [v6, 'MCAST_JOIN_GROUP', RangeError, 'value.interface', [{ ...filter, interface: -1 }]],
    [v6, 'MCAST_JOIN_SOURCE_GROUP', TypeError, 'value.source', [filter]],
    [v6, 'MCAST_MSFILTER', TypeError, 'value.slist', [{ ...filter, slist: undefined }]],
    [v6, 'MCAST_MSFILTER', TypeError, 'value.slist[0]', [{ ...filter, slist: [5] }]],
    [v6, 'MCAST_MSFILTER', RangeError, 'value.fmode', [{ ...filter, fmode: -1 }]],
  ] as const)('at level %i, %s, is refused: %o, %s', (level, name, kind, argument, values) => {
    const fd = open(AF_INET6, SOCK_DGRAM);
    const optname = constants.get(name) as number;
    for (const value of values) {
      expectRefused(() => put(fd, level, optname, value), kind, argument);
    }
  });

  it('of a reader names what it has to say', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const reads = (optname: number, ask: unknown) => () => get(fd, v4, optname, ask);
    expectRefused(reads(IP_MSFILTER, undefined), TypeError, 'ask');
    expectRefused(reads(IP_MSFILTER, {}), TypeError, 'ask.multiaddr');
    expectRefused(reads(IP_MSFILTER, { ...msfilter, interface: 'x' }), RangeError, 'ask.interface');
    expectRefused(reads(MCAST_MSFILTER, null), TypeError, 'ask');
    expectRefused(reads(MCAST_MSFILTER, { interface: 1 }), TypeError, 'ask.group');
    expectRefused(
      reads(MCAST_MSFILTER, { ...filter, interface: 'lo' }),
      TypeError,
      'ask.interface',
    );
  });
});
