import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, openSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  AF_UNIX,
  accept,
  accept4,
  bind,
  close,
  connect,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  IPPROTO_UDP,
  listen,
  O_NONBLOCK,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  poll,
  recv,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_PROTOCOL,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  setsockopt,
  shutdown,
  socket,
  socketpair,
  TCP_LISTEN,
  TCP_USER_TIMEOUT,
} from '../../lib/index.js';
import { holdState } from '../../lib/testing.js';
import { interrupted, node, python, timed } from '../support/child.js';
import { fdinfo, inodeOf, procNetRow, procUnix } from '../support/procnet.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  listener,
  open,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const abstract = () => ({ family: AF_UNIX, abstract: randomBytes(8).toString('hex') }) as const;

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A descriptor that is no socket. */
const file = (): number => own(openSync('/dev/null', 'r'));

const nowhere = { family: AF_INET, addr: '127.0.0.1', port: 9 } as const;

const callsOnAnyFd: [string, (fd: number) => unknown][] = [
  ['bind', (fd) => bind(fd, LOOPBACK)],
  ['listen', (fd) => listen(fd, 1)],
  ['accept', (fd) => accept(fd)],
  ['accept4', (fd) => accept4(fd, SOCK_CLOEXEC)],
  ['connect', (fd) => connect(fd, nowhere)],
  ['getsockname', (fd) => getsockname(fd)],
  ['getpeername', (fd) => getpeername(fd)],
  ['shutdown', (fd) => shutdown(fd, SHUT_RDWR)],
];

describe.each(callsOnAnyFd)('%s(2)', (name, call) => {
  it('fails with EBADF on a descriptor that is not open', () => {
    expectError(() => call(closedFd()), name, 'EBADF');
    expectError(() => call(-1), name, 'EBADF');
    expectError(() => call(0x7fffffff), name, 'EBADF');
  });

  it('fails with ENOTSOCK on a file', () => {
    expectError(() => call(file()), name, 'ENOTSOCK');
  });

  it.each([Number.NaN, 3.7, 2 ** 32, 2 ** 32 + 3, Number.NEGATIVE_INFINITY])(
    'refuses %s for a descriptor',
    (fd) => expectRefused(() => call(fd), RangeError, 'fd'),
  );

  it.each(['3', null, undefined, true, 3n, {}, [3]])('refuses %o for a descriptor', (fd) => {
    expectRefused(() => call(fd as never), TypeError, 'fd');
  });
});

describe('socket(2)', () => {
  it.each([
    ['AF_INET, SOCK_STREAM', AF_INET, SOCK_STREAM, 0, IPPROTO_TCP],
    ['AF_INET, SOCK_DGRAM', AF_INET, SOCK_DGRAM, 0, IPPROTO_UDP],
    ['AF_INET6, SOCK_STREAM', AF_INET6, SOCK_STREAM, IPPROTO_TCP, IPPROTO_TCP],
    ['AF_INET6, SOCK_DGRAM', AF_INET6, SOCK_DGRAM, IPPROTO_UDP, IPPROTO_UDP],
    ['AF_UNIX, SOCK_SEQPACKET', AF_UNIX, SOCK_SEQPACKET, 0, 0],
  ])('makes a socket of what was asked: %s', (_, domain, type, protocol, made) => {
    const fd = own(socket(domain, type, protocol));
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/^socket:/);
    expect(getsockopt(fd, SOL_SOCKET, SO_DOMAIN)).toBe(domain);
    expect(getsockopt(fd, SOL_SOCKET, SO_TYPE)).toBe(type);
    expect(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL)).toBe(made);
  });

  it('adds no flag: neither close-on-exec nor non-blocking unless asked', () => {
    const O_CLOEXEC = 0o2000000;
    const flags = (type: number): number =>
      fdinfo(open(AF_INET, type)).flags & (O_NONBLOCK | O_CLOEXEC);
    expect(flags(SOCK_STREAM)).toBe(0);
    expect(flags(SOCK_STREAM | SOCK_NONBLOCK)).toBe(O_NONBLOCK);
    expect(flags(SOCK_STREAM | SOCK_CLOEXEC)).toBe(O_CLOEXEC);
    expect(flags(SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)).toBe(O_NONBLOCK | O_CLOEXEC);
  });

  it('gives the lowest free number', () => {
    const fd = socket(AF_INET, SOCK_STREAM);
    close(fd);
    expect(open(AF_INET, SOCK_STREAM)).toBe(fd);
  });

  it('fails with EAFNOSUPPORT for a family that the kernel does not have', () => {
    expectError(() => socket(12, SOCK_STREAM), 'socket', 'EAFNOSUPPORT');
    expectError(() => socket(99, SOCK_STREAM), 'socket', 'EAFNOSUPPORT');
    expectError(() => socket(-1, SOCK_STREAM), 'socket', 'EAFNOSUPPORT');
  });

  it('fails with EPROTONOSUPPORT for a protocol that is not of the family', () => {
    expectError(() => socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), 'socket', 'EPROTONOSUPPORT');
    expectError(() => socket(AF_UNIX, SOCK_STREAM, IPPROTO_TCP), 'socket', 'EPROTONOSUPPORT');
  });

  it('fails with ESOCKTNOSUPPORT for a type that the family does not have', () => {
    expectError(() => socket(AF_INET, SOCK_SEQPACKET), 'socket', 'ESOCKTNOSUPPORT');
    expectError(() => socket(AF_INET, 4), 'socket', 'ESOCKTNOSUPPORT');
  });

  it('fails with EINVAL for unknown flags in the type', () => {
    expectError(() => socket(AF_INET, SOCK_STREAM | 0x10000000), 'socket', 'EINVAL');
    expectError(() => socket(AF_INET, -1), 'socket', 'EINVAL');
  });

  it('fails with EPERM for raw and packet sockets without CAP_NET_RAW', () => {
    const body = `nobody();
tell(code(() => s.socket(${AF_INET}, ${SOCK_RAW}, 1)));
tell(code(() => s.socket(${AF_PACKET}, ${SOCK_RAW}, 0)));
tell(code(() => s.close(s.socket(${AF_INET}, ${SOCK_DGRAM})))[0]);`;
    expect(node(body)).toEqual([['EPERM', 'socket'], ['EPERM', 'socket'], 'ok']);
  });

  it('fails with EMFILE at RLIMIT_NOFILE', () => {
    const body = `nofile(64);
const fds = [];
let error;
for (let n = 0; n < 100 && error === undefined; n++) {
  try { fds.push(s.socket(s.AF_INET, s.SOCK_STREAM)); } catch (e) { error = e; }
}
tell([error.code, error.syscall]);
tell(code(() => s.socketpair(s.AF_UNIX, s.SOCK_STREAM)));
tell(code(() => s.dup(fds[0])));
s.close(fds.pop());
tell(code(() => s.socketpair(s.AF_UNIX, s.SOCK_STREAM)));
tell(code(() => s.close(s.dup(fds[0])))[0]);`;
    const [first, pair, dup, half, again] = node(body);
    expect(first).toEqual(['EMFILE', 'socket']);
    expect(pair).toEqual(['EMFILE', 'socketpair']);
    expect(dup).toEqual(['EMFILE', 'dup']);
    expect(half).toEqual(['EMFILE', 'socketpair']);
    expect(again).toBe('ok');
  });

  it.each([
    ['domain', RangeError, [1.5, 1, 0]],
    ['domain', TypeError, ['2', 1, 0]],
    ['type', RangeError, [AF_INET, 2 ** 32, 0]],
    ['type', TypeError, [AF_INET, undefined, 0]],
    ['protocol', RangeError, [AF_INET, SOCK_STREAM, 2 ** 31]],
    ['protocol', TypeError, [AF_INET, SOCK_STREAM, null]],
  ] as const)('names %s, a %o', (argument, kind, [domain, type, protocol]) => {
    const call = () => socket(domain as number, type as number, protocol as number);
    expectRefused(call, kind, argument);
  });
});

describe('socketpair(2)', () => {
  it.each([SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET])('connects two of type %i', (type) => {
    const [a, b] = unixPair(type);
    send(a, 'there');
    send(b, 'back');
    const buf = new Uint8Array(9);
    expect([recv(b, buf), recv(a, buf)]).toEqual([5, 4]);
    expect(getsockopt(b, SOL_SOCKET, SO_TYPE)).toBe(type);
  });

  it('takes the flags of socket for both', () => {
    const [a, b] = unixPair(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    for (const fd of [a, b]) {
      expect(fdinfo(fd).flags & O_NONBLOCK).toBe(O_NONBLOCK);
      expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC);
    }
  });

  it('fails with EOPNOTSUPP for AF_INET', () => {
    expectError(() => socketpair(AF_INET, SOCK_STREAM), 'socketpair', 'EOPNOTSUPP');
  });

  it('fails with EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT and EINVAL as socket', () => {
    expectError(() => socketpair(99, SOCK_STREAM), 'socketpair', 'EAFNOSUPPORT');
    expectError(() => socketpair(AF_UNIX, SOCK_STREAM, 6), 'socketpair', 'EPROTONOSUPPORT');
    expectError(() => socketpair(AF_UNIX, 4), 'socketpair', 'ESOCKTNOSUPPORT');
    expectError(() => socketpair(AF_UNIX, 1 | (1 << 28)), 'socketpair', 'EINVAL');
  });
});

describe('bind(2)', () => {
  it('gives the port that was asked for, as /proc/net/tcp shows once it listens', () => {
    const { addr } = bound(SOCK_STREAM);
    const fd = open(AF_INET, SOCK_STREAM);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, true);
    const { port } = addr;
    expectError(() => bind(fd, addr), 'bind', 'EADDRINUSE');
    bind(fd, { family: AF_INET, addr: '127.0.0.2', port });
    listen(fd, 1);
    const row = procNetRow('tcp', ({ inode }) => inode === inodeOf(fd));
    expect(row).toMatchObject({ localPort: port, state: TCP_LISTEN });
  });

  it('takes one address for several sockets when all set SO_REUSEPORT', () => {
    const [a, b, c] = [1, 2, 3].map(() => open(AF_INET, SOCK_DGRAM)) as [number, number, number];
    for (const fd of [a, b]) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, true);
    bind(a, LOOPBACK);
    bind(b, getsockname(a));
    expect(getsockname(b)).toEqual(getsockname(a));
    expectError(() => bind(c, getsockname(a)), 'bind', 'EADDRINUSE');
  });

  it('makes a socket file for an AF_UNIX name', () => {
    const path = join(tempDir(), 's');
    const fd = open(AF_UNIX, SOCK_STREAM);
    bind(fd, { family: AF_UNIX, path });
    expect(statSync(path).isSocket()).toBe(true);
    expect(procUnix(path)).toHaveLength(1);
  });

  it('fails with EADDRINUSE for a taken port, and says which address', () => {
    const { addr } = bound(SOCK_STREAM);
    const error = expectError(() => bind(open(AF_INET, SOCK_STREAM), addr), 'bind', 'EADDRINUSE');
    expect(error.addr).toBe(addr);
    expect(error.message).toBe(`bind EADDRINUSE 127.0.0.1:${addr.port}`);
  });

  it('fails with EADDRINUSE for a file that is there, and an abstract name', () => {
    const path = join(tempDir(), 's');
    const named = [{ family: AF_UNIX, path } as const, abstract()];
    for (const addr of named) {
      bind(open(AF_UNIX, SOCK_STREAM), addr);
      expectError(() => bind(open(AF_UNIX, SOCK_STREAM), addr), 'bind', 'EADDRINUSE');
    }
  });

  it('fails with EADDRNOTAVAIL for an address of another machine', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    // 192.0.2.0/24 is for documentation: nobody has it. RFC 5737
    expectError(() => bind(fd, { ...LOOPBACK, addr: '192.0.2.1' }), 'bind', 'EADDRNOTAVAIL');
    const six = { family: AF_INET6, addr: '2001:db8::1', port: 0 } as const;
    expectError(() => bind(open(AF_INET6, SOCK_STREAM), six), 'bind', 'EADDRNOTAVAIL');
  });

  it('fails with EINVAL when it is bound already', () => {
    const { fd } = bound(SOCK_STREAM);
    expectError(() => bind(fd, LOOPBACK), 'bind', 'EINVAL');
  });

  it('fails with EAFNOSUPPORT or EINVAL for an address of another family', () => {
    const six = { family: AF_INET6, addr: '::1', port: 0 } as const;
    expectError(() => bind(open(AF_INET, SOCK_STREAM), six), 'bind', 'EAFNOSUPPORT');
    expectError(() => bind(open(AF_INET6, SOCK_STREAM), LOOPBACK), 'bind', 'EINVAL');
    expectError(() => bind(open(AF_UNIX, SOCK_STREAM), LOOPBACK), 'bind', 'EINVAL');
  });

  it('fails with ENOENT, ENOTDIR and EROFS for file names', () => {
    const dir = tempDir();
    const at = (path: string) => () => bind(open(AF_UNIX, SOCK_STREAM), { family: AF_UNIX, path });
    expectError(at(join(dir, 'none', 's')), 'bind', 'ENOENT');
    at(join(dir, 's'))();
    expectError(at(join(dir, 's', 't')), 'bind', 'ENOTDIR');
    const body = `tell(code(() => s.bind(s.socket(s.AF_UNIX, s.SOCK_STREAM),
  { family: s.AF_UNIX, path: ${JSON.stringify(join(dir, 'ro'))} })));`;
    const mount = `mount -t tmpfs -o ro none "$1" && shift && exec "$@"`;
    expect(node(body, ['unshare', '-rm', 'sh', '-c', mount, 'sh', dir])).toEqual([
      ['EROFS', 'bind'],
    ]);
  });

  it('fails with EACCES for a low port, and without the right to the directory', () => {
    const dir = tempDir();
    chmodSync(dir, 0o555);
    const path = JSON.stringify(join(dir, 's'));
    const body = `nobody();
const low = { ...lo, port: 1 };
tell(code(() => s.bind(s.socket(s.AF_INET, s.SOCK_STREAM), low)));
tell(code(() => s.bind(s.socket(s.AF_UNIX, s.SOCK_STREAM), { family: s.AF_UNIX, path: ${path} })));`;
    expect(node(body)).toEqual([
      ['EACCES', 'bind'],
      ['EACCES', 'bind'],
    ]);
  });

  it('names addr when it is none', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectRefused(() => bind(fd, undefined as never), TypeError, 'addr');
    expectRefused(() => bind(fd, '127.0.0.1:80' as never), TypeError, 'addr');
    expectRefused(() => bind(fd, { ...LOOPBACK, port: 70000 }), RangeError, 'addr.port');
  });
});

describe('listen(2)', () => {
  it('makes a listener of a socket, bound or not', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN)).toBe(false);
    listen(fd, 3);
    expect(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN)).toBe(true);
    const { port } = getsockname(fd) as { port: number };
    const row = procNetRow('tcp', ({ localPort }) => localPort === port);
    expect(row).toMatchObject({ state: TCP_LISTEN, inode: inodeOf(fd) });
  });

  it('holds one connection more than the backlog says', () => {
    const { fd, addr } = listener(2);
    const clients = Array.from({ length: 4 }, () => open(AF_INET, SOCK_STREAM | SOCK_NONBLOCK));
    for (const client of clients) {
      expectError(() => connect(client, addr), 'connect', 'EINPROGRESS');
    }
    const waits = clients.map((client) => ({ fd: client, events: POLLOUT }));
    for (const wait of waits.slice(0, 3)) expect(poll([wait], 5000)).toBe(1);
    expect(poll(waits.slice(3), 0)).toBe(0);
    for (let n = 0; n < 3; n++) own(accept(fd).fd);
  });

  it('fails with EADDRINUSE when another socket listens at the address', () => {
    const [a, b] = [open(AF_INET, SOCK_STREAM), open(AF_INET, SOCK_STREAM)];
    for (const fd of [a, b]) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, true);
    bind(a, LOOPBACK);
    bind(b, getsockname(a));
    listen(a, 1);
    expectError(() => listen(b, 1), 'listen', 'EADDRINUSE');
  });

  it('fails with EOPNOTSUPP on a datagram socket', () => {
    expectError(() => listen(open(AF_INET, SOCK_DGRAM), 1), 'listen', 'EOPNOTSUPP');
    expectError(() => listen(open(AF_UNIX, SOCK_DGRAM), 1), 'listen', 'EOPNOTSUPP');
  });

  it('fails with EINVAL on a connected socket', () => {
    expectError(() => listen(tcpPair().client, 1), 'listen', 'EINVAL');
  });

  it('names backlog', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectRefused(() => listen(fd, 1.5), RangeError, 'backlog');
    expectRefused(() => listen(fd, '5' as never), TypeError, 'backlog');
  });
});

describe.each([
  ['accept', accept],
  ['accept4', (fd: number) => accept4(fd, 0)],
])('%s(2)', (name, call) => {
  it('gives the descriptor and the address of the peer', () => {
    const { fd, addr } = listener();
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, addr);
    const accepted = call(fd);
    own(accepted.fd);
    expect(accepted.addr).toEqual(getsockname(client));
    expect(getpeername(accepted.fd)).toEqual(getsockname(client));
    expect(getsockname(accepted.fd)).toEqual(addr);
  });

  it('tells an IPv6 peer, and an unnamed AF_UNIX one', () => {
    const six = listener(1, { family: AF_INET6, addr: '::1', port: 0 });
    const client = open(AF_INET6, SOCK_STREAM);
    connect(client, six.addr);
    const accepted = call(six.fd);
    own(accepted.fd);
    expect(accepted.addr).toEqual(getsockname(client));

    const unix = open(AF_UNIX, SOCK_STREAM);
    const addr = abstract();
    bind(unix, addr);
    listen(unix, 1);
    connect(open(AF_UNIX, SOCK_STREAM), addr);
    const other = call(unix);
    own(other.fd);
    expect(other.addr).toEqual({ family: AF_UNIX });
  });

  it('does not inherit O_NONBLOCK on Linux, as accept(2) warns, but options do carry over', () => {
    const { fd, addr } = listener(8, LOOPBACK, SOCK_NONBLOCK | SOCK_CLOEXEC);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, true);
    connect(open(AF_INET, SOCK_STREAM), addr);
    const accepted = own(call(fd).fd);
    expect(fcntl(accepted, F_GETFL) & O_NONBLOCK).toBe(0);
    expect(fcntl(accepted, F_GETFD)).toBe(0);
    expect(getsockopt(accepted, SOL_SOCKET, SO_KEEPALIVE)).toBe(true);
  });

  it('fails with EAGAIN when none waits and the listener is non-blocking', () => {
    expectError(() => call(listener(8, LOOPBACK, SOCK_NONBLOCK).fd), name, 'EAGAIN');
  });

  it('fails with EAGAIN after SO_RCVTIMEO', () => {
    const setup = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 1);
s.setsockopt(l, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 0, usec: 200_000 });`;
    const [error, ms] = timed(setup, `s.${name}(l, 0)`);
    expect(error).toEqual(['EAGAIN', name]);
    // The kernel counts jiffies, of 10 ms at most, and catches up when it has missed some.
    expect(ms).toBeGreaterThanOrEqual(100);
  });

  it('fails with EINVAL on a socket that does not listen', () => {
    expectError(() => call(open(AF_INET, SOCK_STREAM)), name, 'EINVAL');
  });

  it('fails with EOPNOTSUPP on a datagram socket', () => {
    expectError(() => call(open(AF_INET, SOCK_DGRAM)), name, 'EOPNOTSUPP');
  });

  it('fails with EMFILE at RLIMIT_NOFILE, and the connection waits on', () => {
    const body = `nofile(64);
const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 4);
const c = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(c, s.getsockname(l));
const fds = [];
try { for (let n = 0; n < 100; n++) fds.push(s.dup(c)); } catch {}
const call = (fd) => ${name === 'accept' ? 's.accept(fd)' : 's.accept4(fd, 0)'};
tell(code(() => call(l)));
s.close(fds.pop());
tell(code(() => call(l))[0]);`;
    expect(node(body)).toEqual([['EMFILE', name], 'ok']);
  });
});

describe('accept4(2)', () => {
  it('sets the flags that it is given', () => {
    const { fd, addr } = listener();
    connect(open(AF_INET, SOCK_STREAM), addr);
    const accepted = own(accept4(fd, SOCK_NONBLOCK | SOCK_CLOEXEC).fd);
    expect(fdinfo(accepted).flags & O_NONBLOCK).toBe(O_NONBLOCK);
    expect(fcntl(accepted, F_GETFD)).toBe(FD_CLOEXEC);
  });

  it('fails with EINVAL for unknown flags', () => {
    expectError(() => accept4(listener().fd, 1), 'accept4', 'EINVAL');
  });

  it('names flags', () => {
    expectRefused(() => accept4(listener().fd, '1' as never), TypeError, 'flags');
  });
});

describe('accept(2)', () => {
  it('fails with EINTR when a signal comes, and is not called again', async () => {
    // signal(7): with SO_RCVTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 1);
s.setsockopt(l, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
tell('ready');
tell(code(() => s.accept(l)));`;
    expect(await interrupted(body, 'accept')).toEqual(['ready', ['EINTR', 'accept']]);
  });
});

describe('connect(2)', () => {
  it('connects, and both ends name each other', () => {
    const { client, server, addr } = tcpPair();
    expect(getpeername(client)).toEqual(addr);
    expect(getpeername(server)).toEqual(getsockname(client));
    const row = procNetRow('tcp', ({ inode }) => inode === inodeOf(client));
    expect(row).toMatchObject({ remotePort: addr.port, state: 1 });
  });

  it('reaches a listener of another process', () => {
    const script = `
server = socket.socket(fileno=3)
server.setblocking(True)
conn, peer = server.accept()
conn.sendall(conn.recv(16).upper())
json.dump(peer, sys.stdout)`;
    const { fd, addr } = listener();
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, addr);
    send(client, 'shout');
    const peer = python(script, null, [fd]);
    expect(peer).toEqual(['127.0.0.1', (getsockname(client) as { port: number }).port]);
    const buf = Buffer.alloc(16);
    expect(buf.toString('latin1', 0, recv(client, buf))).toBe('SHOUT');
  });

  it('sets where a datagram socket sends, and from whom it receives', () => {
    const [a, b, stranger] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    connect(a.fd, b.addr);
    expect(send(a.fd, 'hi')).toBe(2);
    expect(recv(b.fd, new Uint8Array(8))).toBe(2);
    connect(stranger.fd, a.addr);
    send(stranger.fd, 'who?');
    expect(poll([{ fd: a.fd, events: POLLIN }], 0)).toBe(0);
  });

  it('goes on in the background when non-blocking: EINPROGRESS, POLLOUT, SO_ERROR 0', () => {
    const { addr } = listener();
    const fd = open(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    expectError(() => connect(fd, addr), 'connect', 'EINPROGRESS');
    const wait = { fd, events: POLLOUT, revents: 0 };
    expect(poll([wait], 5000)).toBe(1);
    expect(wait.revents).toBe(POLLOUT);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
    expect(getpeername(fd)).toEqual(addr);
  });

  it('tells a failure in the background by SO_ERROR, once', () => {
    const fd = open(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    expectError(() => connect(fd, refusingAddr()), 'connect', 'EINPROGRESS');
    const wait = { fd, events: POLLOUT, revents: 0 };
    expect(poll([wait], 5000)).toBe(1);
    expect(wait.revents & (POLLERR | POLLHUP)).toBe(POLLERR | POLLHUP);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(111);
    // socket(7): reading SO_ERROR clears it.
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
  });

  it('fails with ECONNREFUSED where nobody listens, and says where', () => {
    const addr = refusingAddr();
    const error = expectError(
      () => connect(open(AF_INET, SOCK_STREAM), addr),
      'connect',
      'ECONNREFUSED',
    );
    expect(error).toMatchObject({ errno: -111, addr });
    expect(error.message).toBe(`connect ECONNREFUSED 127.0.0.1:${addr.port}`);
  });

  it('fails with EISCONN when connected, and EALREADY while it is under way', () => {
    const { client, addr } = tcpPair();
    expectError(() => connect(client, addr), 'connect', 'EISCONN');
    const sending = holdState('SYN_SENT');
    onTestFinished(() => sending.dispose());
    const { fd = -1, remote } = sending;
    if (remote === undefined) throw new Error('SYN_SENT has no remote address');
    expectError(() => connect(fd, remote), 'connect', 'EALREADY');
    sending.dispose();
  });

  it('fails with ETIMEDOUT when nobody answers for TCP_USER_TIMEOUT', () => {
    const { addr } = listener(0);
    connect(open(AF_INET, SOCK_STREAM), addr);
    const fd = open(AF_INET, SOCK_STREAM);
    // tcp(7): the option also bounds how long a SYN is sent again.
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 10);
    expectError(() => connect(fd, addr), 'connect', 'ETIMEDOUT');
  });

  it('fails with EINPROGRESS after SO_SNDTIMEO, as socket(7) says', () => {
    const setup = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 0);
const addr = s.getsockname(l);
s.connect(s.socket(s.AF_INET, s.SOCK_STREAM), addr);
const c = s.socket(s.AF_INET, s.SOCK_STREAM);
s.setsockopt(c, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 0, usec: 200_000 });`;
    const [error, ms] = timed(setup, 's.connect(c, addr)');
    expect(error).toEqual(['EINPROGRESS', 'connect']);
    expect(ms).toBeGreaterThanOrEqual(100);
  });

  it('fails with EINTR when a signal comes, and goes on by itself', async () => {
    const body = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 0);
s.connect(s.socket(s.AF_INET, s.SOCK_STREAM), s.getsockname(l));
const c = s.socket(s.AF_INET, s.SOCK_STREAM);
s.setsockopt(c, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 30, usec: 0 });
tell('ready');
tell(code(() => s.connect(c, s.getsockname(l))));
s.accept(l);
tell(s.poll([{ fd: c, events: s.POLLOUT }], 10000));
tell(s.tcpStateName(s.getsockopt(c, s.IPPROTO_TCP, s.TCP_INFO).state));`;
    // signal(7): with SO_SNDTIMEO set it is not restarted. Once there is room in the queue, the next
    // SYN, a second after the first, finds it.
    const told = ['ready', ['EINTR', 'connect'], 1, 'ESTABLISHED'];
    expect(await interrupted(body, 'connect')).toEqual(told);
  });

  it('fails with ENETUNREACH without a route, and EHOSTUNREACH, EACCES, EINVAL as routes say', () => {
    const body = `const go = (addr) => code(() =>
  s.connect(s.socket(s.AF_INET, s.SOCK_STREAM), { family: s.AF_INET, addr, port: 80 }));
tell(['192.0.2.1', '198.51.100.1', '198.51.100.2', '198.51.100.3'].map(go));`;
    const routes = [
      'ip link set lo up',
      'ip route add unreachable 198.51.100.1/32',
      'ip route add prohibit 198.51.100.2/32',
      'ip route add blackhole 198.51.100.3/32',
      'exec "$@"',
    ].join(' && ');
    expect(node(body, ['unshare', '-rn', 'sh', '-c', routes, 'sh'])).toEqual([
      [
        ['ENETUNREACH', 'connect'],
        ['EHOSTUNREACH', 'connect'],
        ['EACCES', 'connect'],
        ['EINVAL', 'connect'],
      ],
    ]);
  });

  it('fails with EADDRNOTAVAIL when no local port is left', () => {
    const body = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 8);
const to = s.getsockname(l);
const go = () => code(() => s.connect(s.socket(s.AF_INET, s.SOCK_STREAM), to));
tell([go()[0], go()[0], go()]);`;
    const narrow = 'ip link set lo up && echo 40000 40001 >/proc/sys/net/ipv4/ip_local_port_range';
    const wrapper = ['unshare', '-rn', 'sh', '-c', `${narrow} && exec "$@"`, 'sh'];
    const [[first, second, third] = []] = node(body, wrapper) as [unknown[]];
    // The listener has one of the two ports, which its own clients may still use or not.
    expect(first).toBe('ok');
    expect([second, third].flat()).toContain('EADDRNOTAVAIL');
  });

  it('fails with ENOENT, ECONNREFUSED, EACCES and EAGAIN for AF_UNIX names', () => {
    const dir = tempDir();
    const path = join(dir, 's');
    const to = (addr: { family: typeof AF_UNIX; path: string }) => () =>
      connect(open(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK), addr);
    expectError(to({ family: AF_UNIX, path }), 'connect', 'ENOENT');
    const server = open(AF_UNIX, SOCK_STREAM);
    bind(server, { family: AF_UNIX, path });
    expectError(to({ family: AF_UNIX, path }), 'connect', 'ECONNREFUSED');
    listen(server, 0);
    to({ family: AF_UNIX, path })();
    // connect(2): the queue is full, and the socket non-blocking.
    expectError(to({ family: AF_UNIX, path }), 'connect', 'EAGAIN');
    chmodSync(path, 0);
    const body = `nobody();
tell(code(() => s.connect(s.socket(s.AF_UNIX, s.SOCK_STREAM),
  { family: s.AF_UNIX, path: ${JSON.stringify(path)} })));`;
    chmodSync(dir, 0o755);
    expect(node(body)).toEqual([['EACCES', 'connect']]);
  });

  it('fails with EPROTOTYPE for an AF_UNIX name of another type', () => {
    // Of abstract names the type is a part: there the answer is ECONNREFUSED.
    const addr = { family: AF_UNIX, path: join(tempDir(), 's') } as const;
    bind(open(AF_UNIX, SOCK_DGRAM), addr);
    expectError(() => connect(open(AF_UNIX, SOCK_STREAM), addr), 'connect', 'EPROTOTYPE');
  });

  it('fails with EAFNOSUPPORT for an address of another family', () => {
    const six = { family: AF_INET6, addr: '::1', port: 1 } as const;
    expectError(() => connect(open(AF_INET, SOCK_STREAM), six), 'connect', 'EAFNOSUPPORT');
  });

  it('fails with EACCES to a broadcast address without SO_BROADCAST', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const addr = { family: AF_INET, addr: '127.255.255.255', port: 9 } as const;
    expectError(() => connect(fd, addr), 'connect', 'EACCES');
  });
});

describe('getsockname(2) and getpeername(2)', () => {
  it('tell 0.0.0.0 and port 0 before bind', () => {
    const addr = { family: AF_INET, addr: '0.0.0.0', port: 0 };
    expect(getsockname(open(AF_INET, SOCK_STREAM))).toEqual(addr);
  });

  it('tell the AF_UNIX peer its file name', () => {
    const addr = abstract();
    const server = open(AF_UNIX, SOCK_SEQPACKET);
    bind(server, addr);
    listen(server, 1);
    const client = open(AF_UNIX, SOCK_SEQPACKET);
    connect(client, addr);
    const accepted = own(accept(server).fd);
    expect(getpeername(client)).toEqual(addr);
    expect(getsockname(accepted)).toEqual(addr);
  });

  it('give values of their own: a second call does not change the first', () => {
    const [a, b] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const first = getsockname(a.fd);
    getsockname(b.fd);
    expect(first).toEqual(a.addr);
  });
});

describe('getpeername(2)', () => {
  it('fails with ENOTCONN without a peer', () => {
    expectError(() => getpeername(open(AF_INET, SOCK_STREAM)), 'getpeername', 'ENOTCONN');
    expectError(() => getpeername(open(AF_UNIX, SOCK_DGRAM)), 'getpeername', 'ENOTCONN');
    expectError(() => getpeername(listener().fd), 'getpeername', 'ENOTCONN');
  });
});

describe('shutdown(2)', () => {
  it('ends one direction: the peer reads the end, and may go on sending', () => {
    const { client, server } = tcpPair();
    send(client, 'last');
    shutdown(client, SHUT_WR);
    const buf = new Uint8Array(8);
    expect([recv(server, buf), recv(server, buf)]).toEqual([4, 0]);
    send(server, 'answer');
    expect(recv(client, buf)).toBe(6);
    expectError(() => send(client, 'x'), 'send', 'EPIPE');
  });

  it('ends receiving with SHUT_RD: nothing comes, and nobody waits', () => {
    const { client } = tcpPair();
    shutdown(client, SHUT_RD);
    expect(recv(client, new Uint8Array(8))).toBe(0);
  });

  it('leaves the descriptor open', () => {
    const { client } = tcpPair();
    shutdown(client, SHUT_RDWR);
    expect(getsockopt(client, SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM);
    shut(client);
  });

  it('fails with EINVAL for another how', () => {
    expectError(() => shutdown(tcpPair().client, 3), 'shutdown', 'EINVAL');
    expectError(() => shutdown(tcpPair().client, -1), 'shutdown', 'EINVAL');
  });

  it('fails with ENOTCONN on a socket that is not connected', () => {
    expectError(() => shutdown(open(AF_INET, SOCK_STREAM), SHUT_WR), 'shutdown', 'ENOTCONN');
    expectError(() => shutdown(open(AF_INET, SOCK_DGRAM), SHUT_WR), 'shutdown', 'ENOTCONN');
  });

  it('names how', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectRefused(() => shutdown(fd, undefined as never), TypeError, 'how');
    expectRefused(() => shutdown(fd, 2 ** 31), RangeError, 'how');
  });
});
