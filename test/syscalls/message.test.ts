import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  bind,
  connect,
  FIONREAD,
  getsockname,
  IPPROTO_TCP,
  ioctl,
  MSG_DONTWAIT,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  POLLERR,
  POLLIN,
  poll,
  recv,
  recvfrom,
  SHUT_WR,
  SO_BROADCAST,
  SO_ERROR,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendto,
  setsockopt,
  shutdown,
  TCP_USER_TIMEOUT,
} from '../../lib/index.js';
import { arrived } from '../support/addresses.js';
import { interrupted, node, python, timed } from '../support/child.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const file = (): number => own(openSync('/dev/null', 'r'));

/** A datagram for each that wants one: what came, as text. */
function received(fd: number, flags = MSG_DONTWAIT): string {
  const buf = Buffer.alloc(1 << 16);
  return buf.toString('utf8', 0, recv(arrived(fd), buf, flags));
}

const blank = () => new Uint8Array(16);

const nowhere = { family: AF_INET, addr: '127.0.0.1', port: 9 } as const;

const calls: [string, (fd: number, flags?: number) => unknown][] = [
  ['send', (fd, flags) => send(fd, 'x', flags)],
  ['recv', (fd, flags) => recv(fd, blank(), flags)],
  ['sendto', (fd, flags = 0) => sendto(fd, 'x', flags, nowhere)],
  ['recvfrom', (fd, flags) => recvfrom(fd, blank(), flags)],
];

describe.each(calls)('%s(2)', (name, call) => {
  it('fails with EBADF on a descriptor that is not open', () => {
    expectError(() => call(closedFd()), name, 'EBADF');
    expectError(() => call(-1), name, 'EBADF');
  });

  it('fails with ENOTSOCK on a file', () => {
    expectError(() => call(file()), name, 'ENOTSOCK');
  });

  it('names the first of several wrong arguments', () => {
    const wrong = call as (fd: unknown, flags?: unknown) => unknown;
    expectRefused(() => wrong('3', '1'), TypeError, 'fd');
    expectRefused(() => wrong(Number.NaN, Number.NaN), RangeError, 'fd');
  });

  it('names fd and flags when they are no integers', () => {
    expectRefused(() => call(2 ** 32), RangeError, 'fd');
    expectRefused(() => call('3' as never), TypeError, 'fd');
    expectRefused(() => call(0, 2 ** 32), RangeError, 'flags');
    expectRefused(() => call(0, '1' as never), TypeError, 'flags');
  });
});

const senders: [string, (fd: number, buf: never, offset?: number, length?: number) => number][] = [
  ['send', (fd, buf, offset, length) => send(fd, buf, 0, offset, length)],
  ['sendto', (fd, buf, offset, length) => sendto(fd, buf, 0, null, offset, length)],
];

describe.each(senders)('%s(2): buf, offset and length', (_, call) => {
  it('take any memory and any string', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const bytes = Uint8Array.of(0x61, 0x62, 0x63, 0x64);
    const shared = new SharedArrayBuffer(4);
    new Uint8Array(shared).set(bytes);
    const { buffer } = bytes;
    const same = [bytes, buffer, shared, new DataView(buffer), new Uint16Array(buffer), 'abcd'];
    for (const buf of same) expect(call(a, buf as never)).toBe(4);
    for (const _buf of same) expect(received(b)).toBe('abcd');
    expect(call(a, 'é€😀\0' as never)).toBe(10);
    expect(received(b)).toBe('é€😀\0');
  });

  it('choose a part', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const buf = Buffer.from('0123456789') as never;
    expect([call(a, buf, 3), call(a, buf, 3, 2), call(a, buf, undefined, 4)]).toEqual([7, 2, 4]);
    expect([received(b), received(b), received(b)]).toEqual(['3456789', '34', '0123']);
    expect(call(a, new Uint32Array([0x64636261, 0x68676665]) as never, 2, 4)).toBe(4);
    expect(received(b)).toBe('cdef');
    expect(call(a, 'wörter' as never, 1, 2)).toBe(2);
    expect(received(b)).toBe('ö');
    expect(call(a, buf, 10)).toBe(0);
    expect(received(b)).toBe('');
  });

  it.each([
    ['buf', TypeError, [undefined]],
    ['buf', TypeError, [null]],
    ['buf', TypeError, [5]],
    ['buf', TypeError, [[1, 2]]],
    ['offset', RangeError, [new Uint8Array(4), 5]],
    ['offset', RangeError, [new Uint8Array(4), -1]],
    ['offset', RangeError, [new Uint8Array(4), 1.5]],
    ['offset', RangeError, [new Uint8Array(4), Number.NaN]],
    ['offset', TypeError, [new Uint8Array(4), '1']],
    ['length', RangeError, [new Uint8Array(4), 0, 5]],
    ['length', RangeError, [new Uint8Array(4), 4, 1]],
    ['length', RangeError, [new Uint8Array(4), 0, -1]],
    ['length', RangeError, [new Uint8Array(4), 0, 2 ** 53]],
    ['length', TypeError, [new Uint8Array(4), 0, null]],
  ] as const)('name %s, a %o', (argument, kind, [buf, offset, length]) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    expectRefused(() => call(a, buf as never, offset as never, length as never), kind, argument);
    expectError(() => recv(b, blank(), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });

  it('name fd first, whatever else is wrong, and empty memory is not', () => {
    for (const buf of [new Uint8Array(0), new DataView(new ArrayBuffer(0)), 5, null, {}, '']) {
      expectRefused(() => call('3' as never, buf as never), TypeError, 'fd');
      expectRefused(() => call(2 ** 32, buf as never), RangeError, 'fd');
    }
  });

  it('refuse memory that was taken away', () => {
    const [a] = unixPair(SOCK_DGRAM);
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expectRefused(() => call(a, gone as never), TypeError, 'buf');
  });
});

const receivers: [string, (fd: number, buf: never, offset?: number, length?: number) => number][] =
  [
    ['recv', (fd, buf, offset, length) => recv(fd, buf, 0, offset, length)],
    ['recvfrom', (fd, buf, offset, length) => recvfrom(fd, buf, 0, offset, length).bytes],
  ];

describe.each(receivers)('%s(2): buf, offset and length', (_, call) => {
  it('fill a part, and nothing beside it', () => {
    const [a, b] = unixPair();
    send(a, 'abcdefgh');
    const buf = Buffer.from('..........');
    expect(call(b, buf as never, 3, 2)).toBe(2);
    expect(buf.toString()).toBe('...ab.....');
    expect(call(b, buf as never, 8)).toBe(2);
    expect(buf.toString()).toBe('...ab...cd');
    expect(call(b, new DataView(buf.buffer, buf.byteOffset, 4) as never)).toBe(4);
    expect(buf.toString()).toBe('efghb...cd');
  });

  it('fill shared memory', () => {
    const [a, b] = unixPair();
    send(a, 'abc');
    const shared = new SharedArrayBuffer(4);
    expect(call(b, shared as never)).toBe(3);
    expect([...new Uint8Array(shared)]).toEqual([0x61, 0x62, 0x63, 0]);
  });

  it('name fd first, whatever else is wrong, and empty memory is not', () => {
    for (const buf of [new Uint8Array(0), new DataView(new ArrayBuffer(0)), 5, null, {}, '']) {
      expectRefused(() => call('3' as never, buf as never), TypeError, 'fd');
      expectRefused(() => call(2 ** 32, buf as never), RangeError, 'fd');
    }
  });

  it('take no string, whose bytes cannot change', () => {
    expectRefused(() => call(0, 'abc' as never), TypeError, 'buf');
  });

  it('name what is out of range', () => {
    expectRefused(() => call(0, blank() as never, 17), RangeError, 'offset');
    expectRefused(() => call(0, blank() as never, 10, 7), RangeError, 'length');
  });
});

describe('send(2)', () => {
  it('sends what another process receives', () => {
    const [a, b] = unixPair();
    const bytes = randomBytes(1000);
    expect(send(a, bytes)).toBe(1000);
    const script =
      'json.dump(socket.socket(fileno=3).recv(1000, socket.MSG_WAITALL).hex(), sys.stdout)';
    expect(python(script, null, [b])).toBe(bytes.toString('hex'));
  });

  it('sends an empty datagram, and nothing on a stream', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    expect(send(a, '')).toBe(0);
    expect(poll([{ fd: b, events: POLLIN }], 0)).toBe(1);
    expect(recv(b, blank())).toBe(0);
    const [c, d] = unixPair();
    expect(send(c, '')).toBe(0);
    expect(poll([{ fd: d, events: POLLIN }], 0)).toBe(0);
  });

  it('gathers with MSG_MORE what goes out as one datagram', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, to.addr);
    send(fd, 'one ', MSG_MORE);
    expect(poll([{ fd: to.fd, events: POLLIN }], 0)).toBe(0);
    send(fd, 'datagram');
    expect(received(to.fd)).toBe('one datagram');
  });

  it('sends fewer bytes than given when there is no room for all, then fails with EAGAIN', () => {
    const [a, b] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const buf = new Uint8Array(1 << 20);
    const sent = send(a, buf);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(buf.byteLength);
    expectError(() => send(a, buf), 'send', 'EAGAIN');
    expect(ioctl(b, FIONREAD)).toBe(sent);
  });

  it('fails with EAGAIN after SO_SNDTIMEO', () => {
    const setup = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 0, usec: 200_000 });
const buf = new Uint8Array(1 << 20);
if (s.send(a, buf) === buf.length) throw new Error('all of it had room');`;
    const [error, ms] = timed(setup, 's.send(a, buf)');
    expect(error).toEqual(['EAGAIN', 'send']);
    expect(ms).toBeGreaterThanOrEqual(100);
  });

  it('fails with ECONNRESET once, then with EPIPE, when the peer has reset the connection', () => {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(poll([{ fd: client, events: POLLERR }], 5000)).toBe(1);
    expectError(() => send(client, 'x'), 'send', 'ECONNRESET');
    expectError(() => send(client, 'x'), 'send', 'EPIPE');
  });

  it('fails with EPIPE when nobody can read, with MSG_NOSIGNAL and without', () => {
    const [a, b] = unixPair();
    shut(b);
    expectError(() => send(a, 'x', MSG_NOSIGNAL), 'send', 'EPIPE');
    expectError(() => send(a, 'x'), 'send', 'EPIPE');
  });

  it('fails with ENOTCONN or EDESTADDRREQ without a peer', () => {
    expectError(() => send(open(AF_UNIX, SOCK_DGRAM), 'x'), 'send', 'ENOTCONN');
    expectError(() => send(open(AF_UNIX, SOCK_SEQPACKET), 'x'), 'send', 'ENOTCONN');
    expectError(() => send(open(AF_INET, SOCK_DGRAM), 'x'), 'send', 'EDESTADDRREQ');
    // send(2) has EPIPE for what is shut down: a TCP socket that never connected counts as such.
    expectError(() => send(open(AF_INET, SOCK_STREAM), 'x'), 'send', 'EPIPE');
  });

  it('fails with EMSGSIZE for a datagram that is too large', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, bound(SOCK_DGRAM).addr);
    // An IPv4 packet has 65535 bytes at most, of which 28 are headers of IP and UDP. udp(7)
    expect(send(fd, new Uint8Array(65507))).toBe(65507);
    expectError(() => send(fd, new Uint8Array(65508)), 'send', 'EMSGSIZE');
  });

  it('fails with ECONNREFUSED when an earlier datagram was refused', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, refusingAddr(SOCK_DGRAM));
    send(fd, 'x');
    expect(poll([{ fd, events: 0 }], 5000)).toBe(1);
    expectError(() => send(fd, 'x'), 'send', 'ECONNREFUSED');
  });

  it('fails with EOPNOTSUPP for flags that the socket does not have', () => {
    const [a] = unixPair(SOCK_DGRAM);
    expectError(() => send(a, 'x', MSG_OOB), 'send', 'EOPNOTSUPP');
  });

  it('fails with ETIMEDOUT when nothing was acknowledged for TCP_USER_TIMEOUT', () => {
    const { client } = tcpPair();
    setsockopt(client, IPPROTO_TCP, TCP_USER_TIMEOUT, 50);
    const buf = new Uint8Array(1 << 16);
    for (let n = 0; n < 1000; n++) {
      try {
        send(client, buf, MSG_DONTWAIT);
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' });
        break;
      }
    }
    // The peer reads nothing: its window is closed, and probes of it are not acknowledged with room.
    expect(poll([{ fd: client, events: POLLERR }], 10_000)).toBe(1);
    expectError(() => send(client, buf), 'send', 'ETIMEDOUT');
  });

  it('fails with EINTR when a signal comes before anything was sent', async () => {
    // signal(7): with SO_SNDTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 30, usec: 0 });
const buf = new Uint8Array(1 << 20);
s.send(a, buf, s.MSG_DONTWAIT);
tell('ready');
tell(code(() => s.send(a, buf)));`;
    expect(await interrupted(body, 'sendto')).toEqual(['ready', ['EINTR', 'send']]);
  });
});

describe('recv(2)', () => {
  it('receives what another process sends', () => {
    const [a, b] = unixPair();
    python("socket.socket(fileno=3).sendall(b'from python'); print(0)", null, [a]);
    expect(received(b)).toBe('from python');
  });

  it('returns 0 at the end of a stream', () => {
    const { client, server } = tcpPair();
    shutdown(client, SHUT_WR);
    expect(recv(server, blank())).toBe(0);
    expect(recv(server, blank())).toBe(0);
  });

  it('leaves the data with MSG_PEEK', () => {
    const [a, b] = unixPair();
    send(a, 'look');
    expect([received(b, MSG_PEEK), received(b), ioctl(b, FIONREAD)]).toEqual(['look', 'look', 0]);
  });

  it('waits for all with MSG_WAITALL', () => {
    const [a, b] = unixPair();
    send(a, 'ab');
    send(a, 'cd');
    const buf = Buffer.alloc(4);
    expect(recv(b, buf, MSG_WAITALL)).toBe(4);
    expect(buf.toString()).toBe('abcd');
  });

  it('loses what does not fit of a datagram, and tells its real length with MSG_TRUNC', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    for (const text of ['0123456789', '0123456789']) sendto(fd, text, 0, to.addr);
    expect(recv(to.fd, new Uint8Array(4), MSG_PEEK | MSG_TRUNC)).toBe(10);
    expect(recv(to.fd, new Uint8Array(4), MSG_TRUNC)).toBe(10);
    expect(recv(to.fd, new Uint8Array(4))).toBe(4);
    expectError(() => recv(to.fd, blank(), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });

  it('takes the urgent byte with MSG_OOB', () => {
    const { client, server } = tcpPair();
    expectError(() => recv(server, blank(), MSG_OOB), 'recv', 'EINVAL');
    send(client, 'in!', MSG_OOB);
    expect(poll([{ fd: server, events: 2 }], 5000)).toBe(1);
    const byte = Buffer.alloc(1);
    expect(recv(server, byte, MSG_OOB)).toBe(1);
    expect(byte.toString()).toBe('!');
    expect(received(server)).toBe('in');
  });

  it('fails with EAGAIN when nothing is queued: non-blocking, MSG_DONTWAIT', () => {
    const [a] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    expectError(() => recv(a, blank()), 'recv', 'EAGAIN');
    const [b] = unixPair();
    expectError(() => recv(b, blank(), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });

  it('fails with EAGAIN when SO_RCVTIMEO is over', () => {
    const setup = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 0, usec: 200_000 });`;
    const [error, ms] = timed(setup, 's.recv(a, new Uint8Array(1))');
    expect(error).toEqual(['EAGAIN', 'recv']);
    // The kernel counts jiffies, of 10 ms at most, and catches up when it has missed some.
    expect(ms).toBeGreaterThanOrEqual(100);
  });

  it('fails with ECONNRESET when the peer has reset the connection, then reads the end', () => {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expectError(() => recv(client, blank()), 'recv', 'ECONNRESET');
    expect(recv(client, blank())).toBe(0);
  });

  it('fails with ECONNRESET when an AF_UNIX peer went without reading', () => {
    const [a, b] = unixPair();
    send(a, 'unread');
    shut(b);
    expectError(() => recv(a, blank()), 'recv', 'ECONNRESET');
  });

  it('fails with ECONNREFUSED when an earlier datagram was refused', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, refusingAddr(SOCK_DGRAM));
    send(fd, 'x');
    expectError(() => recv(fd, blank()), 'recv', 'ECONNREFUSED');
  });

  it('fails with ENOTCONN on a stream without a peer', () => {
    expectError(() => recv(open(AF_INET, SOCK_STREAM), blank()), 'recv', 'ENOTCONN');
    expectError(() => recv(open(AF_UNIX, SOCK_SEQPACKET), blank()), 'recv', 'ENOTCONN');
    expectError(() => recv(open(AF_UNIX, SOCK_STREAM), blank()), 'recv', 'EINVAL');
  });

  it('fails with EINTR when a signal comes, and is not called again', async () => {
    // signal(7): with SO_RCVTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
tell('ready');
const buf = new Uint8Array(4);
tell(code(() => s.recv(a, buf)));
s.send(b, 'next');
tell(s.recv(a, buf));`;
    expect(await interrupted(body, 'recvfrom')).toEqual(['ready', ['EINTR', 'recv'], 4]);
  });
});

describe('sendto(2)', () => {
  it.each([
    ['AF_INET', { family: AF_INET, addr: '127.0.0.1', port: 0 } as const],
    ['AF_INET6', { family: AF_INET6, addr: '::1', port: 0 } as const],
  ])('sends to an address, which recvfrom tells as the sender: %s', (_, addr) => {
    const [a, b] = [bound(SOCK_DGRAM, addr), bound(SOCK_DGRAM, addr)];
    expect(sendto(a.fd, 'hello', 0, b.addr)).toBe(5);
    const buf = Buffer.alloc(8);
    expect(recvfrom(b.fd, buf)).toEqual({ bytes: 5, addr: a.addr });
    expect(buf.toString('utf8', 0, 5)).toBe('hello');
  });

  it('sends between AF_UNIX names', () => {
    const [from, to] = [1, 2].map(() => ({
      family: AF_UNIX,
      abstract: randomBytes(8).toString('hex'),
    })) as [{ family: 1; abstract: string }, { family: 1; abstract: string }];
    const [a, b] = [open(AF_UNIX, SOCK_DGRAM), open(AF_UNIX, SOCK_DGRAM)];
    bind(a, from);
    bind(b, to);
    expect(sendto(a, 'x', 0, to)).toBe(1);
    expect(recvfrom(b, blank())).toEqual({ bytes: 1, addr: from });
    expectError(() => sendto(a, 'x', 0, { ...to, abstract: 'none' }), 'sendto', 'ECONNREFUSED');
  });

  it('sends to the peer when addr is null', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    expectError(() => sendto(fd, 'x', 0, null), 'sendto', 'EDESTADDRREQ');
    connect(fd, to.addr);
    expect(sendto(fd, 'x', 0, null)).toBe(1);
    expect(received(to.fd)).toBe('x');
  });

  it('sends a part', () => {
    const to = bound(SOCK_DGRAM);
    expect(sendto(open(AF_INET, SOCK_DGRAM), '0123456789', 0, to.addr, 2, 3)).toBe(3);
    expect(received(to.fd)).toBe('234');
  });

  it('fails with EISCONN on a stream of AF_UNIX; TCP ignores the address', () => {
    const [a] = unixPair();
    const to = { family: AF_UNIX, abstract: 'x' } as const;
    expectError(() => sendto(a, 'x', 0, to), 'sendto', 'EISCONN');
    const { client, server } = tcpPair();
    // send(2) says EISCONN may be returned or the address ignored.
    expect(sendto(client, 'x', 0, nowhere)).toBe(1);
    expect(recv(server, blank())).toBe(1);
  });

  it('fails with EACCES to a broadcast address without SO_BROADCAST', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const addr = { ...nowhere, addr: '127.255.255.255' };
    const error = expectError(() => sendto(fd, 'x', 0, addr), 'sendto', 'EACCES');
    expect(error).toMatchObject({ addr, message: 'sendto EACCES 127.255.255.255:9' });
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, true);
    expect(sendto(fd, 'x', 0, addr)).toBe(1);
  });

  it('fails with ENETUNREACH without a route', () => {
    const body = `const to = { family: s.AF_INET, addr: '192.0.2.1', port: 9 };
tell(code(() => s.sendto(s.socket(s.AF_INET, s.SOCK_DGRAM), 'x', 0, to)));`;
    expect(node(body, ['unshare', '-rn'])).toEqual([['ENETUNREACH', 'sendto']]);
  });

  it('fails with EMSGSIZE, ENOTCONN and EAFNOSUPPORT', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const large = new Uint8Array(65508);
    expectError(() => sendto(fd, large, 0, nowhere), 'sendto', 'EMSGSIZE');
    const six = { family: AF_INET6, addr: '::1', port: 9 } as const;
    expectError(() => sendto(fd, 'x', 0, six), 'sendto', 'EAFNOSUPPORT');
    const stream = open(AF_UNIX, SOCK_STREAM);
    expectError(() => sendto(stream, 'x', 0, null), 'sendto', 'ENOTCONN');
  });

  it('names addr when it is none', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    expectRefused(() => sendto(fd, 'x', 0, undefined as never), TypeError, 'addr');
    expectRefused(() => sendto(fd, 'x', 0, '127.0.0.1' as never), TypeError, 'addr');
    expectRefused(() => sendto(fd, 'x', undefined as never, nowhere), TypeError, 'flags');
  });
});

describe('recvfrom(2)', () => {
  it('fails as recv', () => {
    const [a] = unixPair();
    expectError(() => recvfrom(a, blank(), MSG_DONTWAIT), 'recvfrom', 'EAGAIN');
    const stream = open(AF_INET, SOCK_STREAM);
    expectError(() => recvfrom(stream, blank()), 'recvfrom', 'ENOTCONN');
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, refusingAddr(SOCK_DGRAM));
    send(fd, 'x');
    expectError(() => recvfrom(fd, blank()), 'recvfrom', 'ECONNREFUSED');
  });

  it('tells the sender of each, also after one without a name', () => {
    const to = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const b = open(AF_UNIX, SOCK_DGRAM);
    bind(b, to);
    const named = open(AF_UNIX, SOCK_DGRAM);
    bind(named, { family: AF_UNIX });
    for (const fd of [named, open(AF_UNIX, SOCK_DGRAM), named]) sendto(fd, 'x', 0, to);
    const senders = [1, 2, 3].map(() => recvfrom(b, blank()).addr);
    const addr = getsockname(named);
    expect(senders).toEqual([addr, { family: 0 }, addr]);
  });
});

describe('what a refused datagram leaves', () => {
  it('is in SO_ERROR, which recv, send or reading it takes', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, refusingAddr(SOCK_DGRAM));
    send(fd, 'x');
    expect(poll([{ fd, events: 0 }], 5000)).toBe(1);
    const script = `s = socket.socket(fileno=3)
json.dump([s.getsockopt(1, 4) for _ in range(2)], sys.stdout)`;
    expect(SO_ERROR).toBe(4);
    expect(python(script, null, [fd])).toEqual([111, 0]);
    expectError(() => recv(fd, blank(), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });
});
