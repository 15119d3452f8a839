import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
  accept,
  bind,
  close,
  connect,
  decodeSockaddr,
  encodeSockaddr,
  getpeername,
  getsockname,
  if_nametoindex,
  listen,
  POLLIN,
  poll,
  recvfrom,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SystemError,
  send,
  sendto,
  socket,
} from '../../lib/index.js';
import { netns, python, waitUntil } from '../support/child.js';
import { procRows, procUnix } from '../support/procnet.js';
import {
  bound,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  open,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

/** Works in a directory of its own, so that file names can be as short as one byte. */
function inTempDir(): string {
  const [before, dir] = [process.cwd(), mkdtempSync(join(tmpdir(), 'sockfd-'))];
  process.chdir(dir);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(dir, { recursive: true });
  });
  return dir;
}

/**
 * Waits until /proc/net/unix has one line of the name. The kernel writes the table piece by piece:
 * while other sockets come and go, one reading may miss a line or show it twice.
 */
function listed(name: string): void {
  waitUntil(() => procUnix(name).length === 1, `${name} in /proc/net/unix`);
}

/** The address as C has it, from python3's struct module. */
function packed(format: string, ...values: (number | string)[]): Uint8Array {
  const script = `
values = [bytes.fromhex(v) if isinstance(v, str) else v for v in input[1]]
json.dump(list(struct.pack(input[0], *values)), sys.stdout)`;
  return Uint8Array.from(python(script, [format, values]) as number[]);
}

describe('encodeSockaddr', () => {
  it('writes sockaddr_in as ip(7) lays it out: port and address in network order', () => {
    const addr = { family: AF_INET, addr: '192.0.2.1', port: 0x1234 } as const;
    expect(encodeSockaddr(addr)).toEqual(packed('<H2s4s8x', 2, '1234', 'c0000201'));
  });

  it('writes sockaddr_in6 as ipv6(7) lays it out: the scope in host order', () => {
    const addr = {
      family: AF_INET6,
      addr: 'fe80::1',
      port: 80,
      flowinfo: 0x0ab12345,
      scope_id: 7,
    } as const;
    const bytes = packed('<H2s4s16sI', 10, '0050', '0ab12345', `fe80${'0'.repeat(27)}1`, 7);
    expect(encodeSockaddr(addr)).toEqual(bytes);
    expect(decodeSockaddr(bytes)).toEqual(addr);
  });

  it('takes flowinfo and scope_id for 0 when they are left out', () => {
    const short = encodeSockaddr({ family: AF_INET6, addr: '::1', port: 1 });
    const addr = { family: AF_INET6, addr: '::1', port: 1, flowinfo: 0, scope_id: 0 } as const;
    expect(short).toEqual(encodeSockaddr(addr));
  });

  it('writes the kernel-only families as their pages lay them out', () => {
    expect(encodeSockaddr({ family: AF_NETLINK, pid: 0xfffffffe, groups: 0x80000001 })).toEqual(
      packed('<HxxII', 16, 0xfffffffe, 0x80000001),
    );
    expect(encodeSockaddr({ family: AF_VSOCK, cid: 0xffffffff, port: 0x12345678 })).toEqual(
      packed('<HxxIIxxxx', 40, 0x12345678, 0xffffffff),
    );
    const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
    expect(
      encodeSockaddr({
        family: AF_PACKET,
        ifindex: 3,
        protocol: 0x0800,
        hatype: 1,
        pkttype: 4,
        addr: mac,
      }),
    ).toEqual(packed('<H2siHBB6sxx', 17, '0800', 3, 1, 4, 6, '020000000001'));
  });

  it('takes link-layer addresses up to the 32 bytes that a device may have', () => {
    const infiniband = Uint8Array.from({ length: 20 }, (_, i) => i);
    const addr = {
      family: AF_PACKET,
      ifindex: 1,
      protocol: 3,
      hatype: 32,
      pkttype: 0,
      addr: infiniband,
    } as const;
    expect(decodeSockaddr(encodeSockaddr(addr))).toEqual(addr);
    const long = { ...addr, addr: new Uint8Array(33) };
    expectRefused(() => encodeSockaddr(long), RangeError, 'addr.addr.byteLength');
  });

  it.each([
    ['addr', TypeError, null],
    ['addr', TypeError, '127.0.0.1:80'],
    ['addr.family', TypeError, {}],
    ['addr.family', RangeError, { family: 65536 }],
    ['addr.family', RangeError, { family: 2.5, addr: '127.0.0.1', port: 1 }],
    ['addr.addr', TypeError, { family: AF_INET, port: 80 }],
    ['addr.addr', RangeError, { family: AF_INET, addr: 'localhost', port: 80 }],
    ['addr.addr', RangeError, { family: AF_INET, addr: '::1', port: 80 }],
    ['addr.addr', RangeError, { family: AF_INET6, addr: '127.0.0.1', port: 80 }],
    ['addr.addr', RangeError, { family: AF_INET6, addr: 'fe80::1%lo', port: 80 }],
    ['addr.port', TypeError, { family: AF_INET, addr: '127.0.0.1' }],
    ['addr.port', TypeError, { family: AF_INET, addr: '127.0.0.1', port: '80' }],
    ['addr.port', RangeError, { family: AF_INET, addr: '127.0.0.1', port: 65536 }],
    ['addr.port', RangeError, { family: AF_INET, addr: '127.0.0.1', port: -1 }],
    ['addr.port', RangeError, { family: AF_INET6, addr: '::1', port: Number.NaN }],
    ['addr.scope_id', RangeError, { family: AF_INET6, addr: '::1', port: 1, scope_id: -1 }],
    ['addr.flowinfo', RangeError, { family: AF_INET6, addr: '::1', port: 1, flowinfo: 2 ** 32 }],
    ['addr.path', TypeError, { family: AF_UNIX, path: 7 }],
    ['addr.path', RangeError, { family: AF_UNIX, path: '' }],
    ['addr.path', RangeError, { family: AF_UNIX, path: 'a\0b' }],
    ['addr.path', RangeError, { family: AF_UNIX, path: 'x'.repeat(109) }],
    ['addr.path', RangeError, { family: AF_UNIX, path: 'é'.repeat(55) }],
    ['addr.abstract', TypeError, { family: AF_UNIX, abstract: [] }],
    ['addr.abstract', TypeError, { family: AF_UNIX, path: '/x', abstract: 'x' }],
    ['addr.abstract', RangeError, { family: AF_UNIX, abstract: 'x'.repeat(108) }],
    ['addr.pid', RangeError, { family: AF_NETLINK, pid: -1, groups: 0 }],
    ['addr.groups', TypeError, { family: AF_NETLINK, pid: 0 }],
    ['addr.cid', TypeError, { family: AF_VSOCK, port: 1 }],
    ['addr.ifindex', RangeError, { family: AF_PACKET, ifindex: 2 ** 31, protocol: 0 }],
    ['addr.addr', TypeError, { family: AF_PACKET, ifindex: 1, protocol: 0, addr: '02:00' }],
    ['addr.data', TypeError, { family: AF_CAN }],
    ['addr.data', TypeError, { family: AF_CAN, data: 'x' }],
  ] as const)('names %s in a %o', (argument, kind, addr) => {
    expectRefused(() => encodeSockaddr(addr as never), kind, argument);
  });
});

describe('decodeSockaddr', () => {
  it('reads no bytes, and a lone one, as AF_UNSPEC', () => {
    expect(decodeSockaddr(new Uint8Array(0))).toEqual({ family: AF_UNSPEC });
    expect(decodeSockaddr(Uint8Array.of(2))).toEqual({ family: AF_UNSPEC });
  });

  it('gives the bytes of an address that is too short for its family', () => {
    for (const [family, size] of [
      [AF_INET, 16],
      [AF_INET6, 28],
      [AF_NETLINK, 12],
      [AF_PACKET, 12],
      [AF_VSOCK, 16],
    ] as const) {
      const whole = new Uint8Array(size);
      whole[0] = family;
      expect(decodeSockaddr(whole)).not.toHaveProperty('data');
      const data = whole.slice(2, -1);
      expect(decodeSockaddr(whole.subarray(0, -1))).toEqual({ family, data });
    }
  });

  it('gives the bytes of a packet address whose sll_halen lies', () => {
    const bytes = new Uint8Array(20);
    bytes.set([AF_PACKET, 0]);
    bytes[11] = 9;
    expect(decodeSockaddr(bytes)).toEqual({ family: AF_PACKET, data: bytes.slice(2) });
    bytes[11] = 8;
    expect(decodeSockaddr(bytes)).toMatchObject({ addr: new Uint8Array(8) });
  });

  it('gives the bytes of a packet address that is longer than any device has', () => {
    const bytes = new Uint8Array(60);
    bytes.set([AF_PACKET, 0]);
    bytes[11] = 33;
    const addr = decodeSockaddr(bytes);
    expect(addr).toEqual({ family: AF_PACKET, data: bytes.slice(2) });
    expect(encodeSockaddr(addr)).toEqual(bytes);
    bytes[11] = 32;
    expect(decodeSockaddr(bytes)).toMatchObject({ addr: new Uint8Array(32) });
  });

  it('loses nothing of a family that it does not know, in either direction', () => {
    for (let n = 0; n < 200; n++) {
      const known: number[] = [
        AF_UNSPEC,
        AF_UNIX,
        AF_INET,
        AF_INET6,
        AF_NETLINK,
        AF_PACKET,
        AF_VSOCK,
      ];
      const family = randomInt(65536);
      if (known.includes(family)) continue;
      const data = new Uint8Array(randomBytes(randomInt(127)));
      const bytes = encodeSockaddr({ family, data });
      expect(bytes).toEqual(Uint8Array.of(family & 255, family >> 8, ...data));
      expect(decodeSockaddr(bytes)).toEqual({ family, data });
    }
  });

  it('throws for no bytes whatever', () => {
    for (let n = 0; n < 3000; n++) {
      const bytes = randomBytes(randomInt(129));
      if (bytes.length > 1) bytes.writeUInt16LE(randomInt(46));
      const addr = decodeSockaddr(bytes);
      expect(addr.family).toBe(bytes.length > 1 ? bytes.readUInt16LE() : AF_UNSPEC);
    }
  });

  it('gives copies: a later call does not change an address', () => {
    const bytes = encodeSockaddr({ family: AF_CAN, data: Uint8Array.of(1, 2, 3) });
    const name = encodeSockaddr({ family: AF_UNIX, abstract: Uint8Array.of(0xff, 1) });
    const [other, un] = [decodeSockaddr(bytes), decodeSockaddr(name)];
    bytes.fill(0);
    name.fill(0);
    expect(other).toEqual({ family: AF_CAN, data: Uint8Array.of(1, 2, 3) });
    expect(un).toEqual({ family: AF_UNIX, abstract: Uint8Array.of(0xff, 1) });
  });

  it('refuses what is no memory', () => {
    expectRefused(() => decodeSockaddr('x' as never), TypeError, 'bytes');
  });
});

describe('AF_INET and AF_INET6', () => {
  it('are told by the kernel as they were bound', () => {
    const { addr } = bound(SOCK_STREAM, { family: AF_INET, addr: '127.1.2.3', port: 0 });
    expect(addr).toEqual({ family: AF_INET, addr: '127.1.2.3', port: addr.port });
    expect(addr.port).toBeGreaterThan(0);
    const six = bound(SOCK_STREAM, { family: AF_INET6, addr: '::1', port: 0 }).addr;
    const zero = { flowinfo: 0, scope_id: 0 };
    expect(six).toEqual({ family: AF_INET6, addr: '::1', port: six.port, ...zero });
  });

  it('are what python3 sees on the same socket', () => {
    const [four, six] = [
      bound(SOCK_DGRAM),
      bound(SOCK_DGRAM, { family: AF_INET6, addr: '::1', port: 0 }),
    ];
    const script =
      'json.dump([socket.socket(fileno=fd).getsockname() for fd in (3, 4)], sys.stdout)';
    expect(python(script, null, [four.fd, six.fd])).toEqual([
      ['127.0.0.1', four.addr.port],
      ['::1', six.addr.port, 0, 0],
    ]);
  });

  it('meet in a mapped address', () => {
    const any = open(AF_INET6, SOCK_STREAM);
    bind(any, { family: AF_INET6, addr: '::', port: 0 });
    listen(any, 1);
    const { port } = getsockname(any) as { port: number };
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, { ...LOOPBACK, port });
    const { fd, addr } = accept(any);
    own(fd);
    expect(addr).toMatchObject({ family: AF_INET6, addr: '::ffff:127.0.0.1' });
    expect(getsockname(fd)).toMatchObject({ family: AF_INET6, addr: '::ffff:127.0.0.1', port });
  });
});

describe('AF_UNIX', () => {
  it('binds file names of every length that fits', () => {
    const dir = inTempDir();
    for (let length = 1; length <= 108; length++) {
      const path = 'x'.repeat(length);
      const fd = open(AF_UNIX, SOCK_DGRAM);
      bind(fd, { family: AF_UNIX, path });
      expect(getsockname(fd)).toEqual({ family: AF_UNIX, path });
      expect(readdirSync(dir)).toContain(path);
    }
    expect(readdirSync(dir)).toHaveLength(108);
  });

  it('connects to the file names without room for a NUL, and is told them', () => {
    inTempDir();
    for (const length of [106, 107, 108]) {
      const path = 'y'.repeat(length);
      const server = open(AF_UNIX, SOCK_STREAM);
      bind(server, { family: AF_UNIX, path });
      listen(server, 1);
      const client = open(AF_UNIX, SOCK_STREAM);
      connect(client, { family: AF_UNIX, path });
      expect(getpeername(client)).toEqual({ family: AF_UNIX, path });
      waitUntil(() => procUnix(path).length > 0, `${path} in /proc/net/unix`);
    }
  });

  it('counts bytes, not characters', () => {
    const dir = inTempDir();
    const path = 'é'.repeat(54);
    const fd = open(AF_UNIX, SOCK_DGRAM);
    bind(fd, { family: AF_UNIX, path });
    expect(getsockname(fd)).toEqual({ family: AF_UNIX, path });
    expect(readdirSync(dir)).toEqual([path]);
    const longer = { family: AF_UNIX, path: `${path}x` } as const;
    expectRefused(() => bind(fd, longer), RangeError, 'addr.path');
  });

  it('refuses a file name of 109 bytes before any call', () => {
    const dir = inTempDir();
    const fd = open(AF_UNIX, SOCK_DGRAM);
    const addr = { family: AF_UNIX, path: 'x'.repeat(109) } as const;
    expectRefused(() => bind(fd, addr), RangeError, 'addr.path');
    expect(readdirSync(dir)).toEqual([]);
    expect(getsockname(fd)).toEqual({ family: AF_UNIX });
  });

  it('gives names that are not UTF-8 as bytes, and takes them', () => {
    const dir = inTempDir();
    const path = Uint8Array.of(0x78, 0xff, 0xfe, 0xc3);
    const fd = open(AF_UNIX, SOCK_DGRAM);
    bind(fd, { family: AF_UNIX, path });
    expect(getsockname(fd)).toEqual({ family: AF_UNIX, path });
    expect(readdirSync(dir, { encoding: 'buffer' }).map((name) => [...name])).toEqual([[...path]]);
    const client = open(AF_UNIX, SOCK_DGRAM);
    connect(client, { family: AF_UNIX, path });
    expect(getpeername(client)).toEqual({ family: AF_UNIX, path });
  });

  it('keeps a byte order mark, which is part of the name', () => {
    const dir = inTempDir();
    for (const name of ['\ufeffbom', 'b\ufeffm', '\ufeff']) {
      const fd = open(AF_UNIX, SOCK_DGRAM);
      bind(fd, { family: AF_UNIX, path: name });
      expect(getsockname(fd)).toEqual({ family: AF_UNIX, path: name });
      expect(existsSync(join(dir, name))).toBe(true);
    }
  });

  it('binds abstract names of every byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      const abstract = Uint8Array.of(byte, ...randomBytes(12), byte);
      const fd = open(AF_UNIX, SOCK_DGRAM);
      bind(fd, { family: AF_UNIX, abstract });
      const got = getsockname(fd) as { abstract: string | Uint8Array };
      expect(Buffer.from(got.abstract as string)).toEqual(Buffer.from(abstract));
      shut(fd);
    }
  });

  it('binds abstract names of every length, and lists them after @', () => {
    const unique = randomBytes(8).toString('hex');
    for (let length = 16; length <= 107; length++) {
      const abstract = unique.padEnd(length, 'z');
      const fd = open(AF_UNIX, SOCK_DGRAM);
      bind(fd, { family: AF_UNIX, abstract });
      expect(getsockname(fd)).toEqual({ family: AF_UNIX, abstract });
      listed(`@${abstract}`);
      shut(fd);
    }
  });

  it('tells the abstract name without a byte from no name', () => {
    // Each network namespace has one such name: elsewhere it may be somebody else's.
    const told = netns(`
const [fd, other] = [1, 2].map(() => s.socket(s.AF_UNIX, s.SOCK_DGRAM));
const name = { family: s.AF_UNIX, abstract: '' };
s.bind(fd, name);
tell([s.getsockname(fd), code(() => s.bind(other, name)), s.getsockname(other)]);`);
    const name = { family: AF_UNIX, abstract: '' };
    expect(told).toEqual([[name, ['EADDRINUSE', 'bind'], { family: AF_UNIX }]]);
  });

  it('lets the kernel choose: unix(7) says five hexadecimal digits in the abstract namespace', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    bind(fd, { family: AF_UNIX });
    const { abstract } = getsockname(fd) as { abstract: string };
    expect(abstract).toMatch(/^[0-9a-f]{5}$/);
    listed(`@${abstract}`);
    const client = open(AF_UNIX, SOCK_DGRAM);
    connect(client, { family: AF_UNIX, abstract });
    expect(send(client, 'to whoever')).toBe(10);
  });

  it('is unnamed at both ends of a socketpair', () => {
    const [a] = unixPair();
    expect(getsockname(a)).toEqual({ family: AF_UNIX });
    expect(getpeername(a)).toEqual({ family: AF_UNIX });
  });

  it('names the address in an error, as /proc/net/unix would', () => {
    const fd = open(AF_UNIX, SOCK_STREAM);
    const addr = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const error = expectError(() => connect(fd, addr), 'connect', 'ECONNREFUSED');
    expect(error.message).toBe(`connect ECONNREFUSED @${addr.abstract}`);
    expect(error.addr).toBe(addr);
  });
});

describe('AF_NETLINK', () => {
  it('gets a port id from the kernel when it asks with 0, and /proc/net/netlink knows it', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, 0);
    bind(fd, { family: AF_NETLINK, pid: 0, groups: 0 });
    const addr = getsockname(fd) as { pid: number; groups: number };
    expect(addr).toMatchObject({ family: AF_NETLINK, groups: 0 });
    expect(addr.pid).toBeGreaterThan(0);
    waitUntil(
      () => procRows('netlink').some(({ Pid }) => Number(Pid) === addr.pid),
      'the port id in /proc/net/netlink',
    );
  });

  it('keeps the groups that it joins', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, 0);
    bind(fd, { family: AF_NETLINK, pid: 0, groups: 0x11 });
    expect(getsockname(fd)).toMatchObject({ groups: 0x11 });
  });
});

const canPacket = ((): boolean => {
  try {
    close(socket(AF_PACKET, SOCK_DGRAM, 0));
    return true;
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EPERM') return false;
    throw error;
  }
})();

describe('AF_PACKET', () => {
  it('binds to lo, and is told what packet(7) says of a received frame', (context) => {
    if (!canPacket) context.skip('AF_PACKET needs CAP_NET_RAW');
    const ifindex = if_nametoindex('lo');
    // An EtherType for local experiments (IEEE 802): nobody else's frames come with it.
    const protocol = 0x88b5;
    const fd = open(AF_PACKET, SOCK_DGRAM, 0);
    bind(fd, { family: AF_PACKET, ifindex, protocol });
    // ARPHRD_LOOPBACK is 772, and loopback's address six bytes of 0: sysfs says both, too.
    expect(readFileSync('/sys/class/net/lo/type', 'utf8').trim()).toBe('772');
    const addr = new Uint8Array(6);
    const lo = { family: AF_PACKET, ifindex, protocol, hatype: 772, pkttype: 0, addr } as const;
    expect(getsockname(fd)).toEqual(lo);

    const payload = randomBytes(16);
    const sender = open(AF_PACKET, SOCK_DGRAM, 0);
    expect(sendto(sender, payload, 0, { family: AF_PACKET, ifindex, protocol, addr })).toBe(16);
    const frame = Buffer.alloc(64);
    for (let n = 0; n < 100; n++) {
      expect(poll([{ fd, events: POLLIN }], 5000)).toBe(1);
      const { bytes, addr: from } = recvfrom(fd, frame);
      // Another run of this test on the same machine sends such frames, too.
      if (!frame.subarray(0, bytes).includes(payload)) continue;
      // packet(7): PACKET_HOST, 0, is what was sent to this machine.
      expect(from).toEqual(lo);
      return;
    }
    expect.unreachable('the frame was not among a hundred');
  });
});

describe('AF_VSOCK', () => {
  it('goes through the codec in both directions', () => {
    for (const cid of [0, 2, 3, 0xffffffff]) {
      const addr = { family: AF_VSOCK, cid, port: randomInt(2 ** 32) } as const;
      expect(decodeSockaddr(encodeSockaddr(addr))).toEqual(addr);
    }
  });

  it('binds to any context id, and is told the port that it got', (context) => {
    let fd: number;
    try {
      fd = open(AF_VSOCK, SOCK_STREAM);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'EAFNOSUPPORT') throw error;
      return context.skip('AF_VSOCK: this kernel has no CONFIG_VSOCKETS');
    }
    // VMADDR_CID_ANY and VMADDR_PORT_ANY are both all ones. vsock(7)
    bind(fd, { family: AF_VSOCK, cid: 0xffffffff, port: 0xffffffff });
    const addr = getsockname(fd) as { port: number };
    expect(addr).toEqual({ family: AF_VSOCK, cid: 0xffffffff, port: addr.port });
    expect(addr.port).toBeLessThan(0xffffffff);
    const script = 'json.dump(socket.socket(fileno=3).getsockname(), sys.stdout)';
    expect(python(script, null, [fd])).toEqual([0xffffffff, addr.port]);
  });
});

describe('AF_UNSPEC', () => {
  it('dissolves the association of a UDP socket', () => {
    const { addr } = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, addr);
    expect(getpeername(fd)).toEqual(addr);
    connect(fd, { family: AF_UNSPEC });
    expectError(() => getpeername(fd), 'getpeername', 'ENOTCONN');
    // send(2) names this error for a socket that has no peer.
    expectError(() => send(fd, 'x'), 'send', 'EDESTADDRREQ');
  });

  it('ends a TCP connection', () => {
    const { client } = tcpPair();
    connect(client, { family: AF_UNSPEC });
    expectError(() => getpeername(client), 'getpeername', 'ENOTCONN');
  });

  it('is the sender of what a stream receives: the kernel tells none', () => {
    const { client, server } = tcpPair();
    send(client, 'abc');
    const buf = new Uint8Array(8);
    expect(recvfrom(server, buf)).toEqual({ bytes: 3, addr: { family: AF_UNSPEC } });
    const [a, b] = unixPair(SOCK_DGRAM);
    send(a, 'abc');
    expect(recvfrom(b, buf)).toEqual({ bytes: 3, addr: { family: AF_UNSPEC } });
  });
});

describe('a family without a type', () => {
  it('reaches the kernel in its bytes, as those with a type can, too', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, 0);
    bind(fd, { family: AF_NETLINK, data: Uint8Array.of(0, 0, 0, 0, 0, 0, 0x11, 0, 0, 0) });
    expect(getsockname(fd)).toMatchObject({ family: AF_NETLINK, groups: 0x11 });
  });

  it('gets the error of the kernel when a socket of another kind meets it', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const addr = { family: AF_CAN, data: new Uint8Array(14) } as const;
    expectError(() => bind(fd, addr), 'bind', 'EAFNOSUPPORT');
  });
});

describe('encoded bytes', () => {
  it('are taken wherever an address is', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    bind(fd, encodeSockaddr(LOOPBACK));
    const self = encodeSockaddr(getsockname(fd));
    expect(sendto(fd, 'a', 0, self)).toBe(1);
    connect(fd, new DataView(self.buffer));
    expect(getpeername(fd)).toEqual(getsockname(fd));
    const stream = open(AF_INET, SOCK_STREAM);
    const refusing = encodeSockaddr(refusingAddr());
    const error = expectError(() => connect(stream, refusing), 'connect', 'ECONNREFUSED');
    expect(error.addr).toBe(refusing);
    expect(error.message).toContain('127.0.0.1:');
  });

  it('reach the kernel as they are, however wrong', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectError(() => bind(fd, Uint8Array.of(2, 0, 0)), 'bind', 'EINVAL');
    expectError(() => bind(fd, new Uint8Array(200)), 'bind', 'EINVAL');
  });

  it.each([AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK])(
    'are named by their family alone in an error, when they are too short for it: %i',
    (family) => {
      const call = (): void => bind(open(AF_UNIX, SOCK_STREAM), Uint8Array.of(family, 0, 1));
      expect(expectError(call, 'bind', 'EINVAL').message).toBe(`bind EINVAL family ${family}`);
    },
  );
});
