import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as checked from '../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  CLOCK_MONOTONIC,
  decodeSockaddr,
  EADDRINUSE,
  EAFNOSUPPORT,
  EAGAIN,
  EBADF,
  ECONNREFUSED,
  EINVAL,
  EISCONN,
  ENODEV,
  ENOPROTOOPT,
  ENOSPC,
  ENOTCONN,
  ENOTSOCK,
  ENXIO,
  EPOLL_CTL_ADD,
  encodeSockaddr,
  F_GETFD,
  F_GETFL,
  F_GETOWN,
  F_SETOWN,
  FIONREAD,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  O_NONBLOCK,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  SHUT_WR,
  SIG_BLOCK,
  SO_LINGER,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../lib/index.js';
import { native } from '../lib/kernel/addon.js';
import * as raw from '../lib/raw.js';
import { python, run } from './support/child.js';
import {
  bound,
  closedFd,
  disown,
  expectRefused,
  guardFds,
  LOOPBACK,
  listener,
  open,
  own,
  refusingAddr,
  tcpPair,
  unixPair,
} from './support/sockets.js';

guardFds();

const blank = () => new Uint8Array(16);
const nowhere = { family: AF_INET, addr: '127.0.0.1', port: 9 } as const;

/** Each call on a descriptor, with otherwise good arguments. */
const onFd: [string, (fd: number) => unknown][] = [
  ['accept', (fd) => raw.accept(fd)],
  ['accept4', (fd) => raw.accept4(fd)],
  ['bind', (fd) => raw.bind(fd, LOOPBACK)],
  ['close', (fd) => raw.close(fd)],
  ['connect', (fd) => raw.connect(fd, nowhere)],
  ['dup', (fd) => raw.dup(fd)],
  ['dup2', (fd) => raw.dup2(fd, 900)],
  ['dup3', (fd) => raw.dup3(fd, 900, 0)],
  ['epoll_ctl', (fd) => raw.epoll_ctl(fd, EPOLL_CTL_ADD, 0, { events: 0 })],
  ['epoll_pwait', (fd) => raw.epoll_pwait(fd, blank(), 1, 0, null)],
  ['epoll_pwait2', (fd) => raw.epoll_pwait2(fd, blank(), 1, 0, null)],
  ['epoll_wait', (fd) => raw.epoll_wait(fd, blank(), 1, 0)],
  ['eventfd_read', (fd) => raw.eventfd_read(fd, blank())],
  ['eventfd_write', (fd) => raw.eventfd_write(fd, 1)],
  ['fcntl', (fd) => raw.fcntl(fd, F_GETFL)],
  ['getpeername', (fd) => raw.getpeername(fd, blank())],
  ['getsockname', (fd) => raw.getsockname(fd, blank())],
  ['getsockopt', (fd) => raw.getsockopt(fd, SOL_SOCKET, SO_TYPE, blank())],
  ['ioctl', (fd) => raw.ioctl(fd, FIONREAD, blank())],
  ['listen', (fd) => raw.listen(fd, 1)],
  ['mptcp_full_info', (fd) => raw.mptcp_full_info(fd, new Uint8Array(40), null, null)],
  ['tcp_zerocopy_receive', (fd) => raw.tcp_zerocopy_receive(fd, new Uint8Array(64))],
  ['pidfd_getfd', (fd) => raw.pidfd_getfd(fd, 0)],
  ['pidfd_send_signal', (fd) => raw.pidfd_send_signal(fd, 0)],
  ['read', (fd) => raw.read(fd, blank())],
  ['readv', (fd) => raw.readv(fd, [blank()])],
  ['recv', (fd) => raw.recv(fd, blank())],
  ['recvfrom', (fd) => raw.recvfrom(fd, blank())],
  ['recvmmsg', (fd) => raw.recvmmsg(fd, [{ iov: [blank()] }])],
  ['recvmsg', (fd) => raw.recvmsg(fd, { iov: [blank()] })],
  ['send', (fd) => raw.send(fd, 'x')],
  ['sendfile', (fd) => raw.sendfile(fd, fd, null, 1)],
  ['sendmmsg', (fd) => raw.sendmmsg(fd, [{ iov: [blank()] }])],
  ['sendmsg', (fd) => raw.sendmsg(fd, { iov: [blank()] })],
  ['sendto', (fd) => raw.sendto(fd, 'x', 0, nowhere)],
  ['setsockopt', (fd) => raw.setsockopt(fd, SOL_SOCKET, SO_TYPE, 1)],
  ['shutdown', (fd) => raw.shutdown(fd, SHUT_WR)],
  ['splice', (fd) => raw.splice(fd, null, fd, null, 1)],
  ['tee', (fd) => raw.tee(fd, fd, 1)],
  ['timerfd_gettime', (fd) => raw.timerfd_gettime(fd, new Uint8Array(32))],
  ['timerfd_settime', (fd) => raw.timerfd_settime(fd, 0, new Uint8Array(32))],
  ['write', (fd) => raw.write(fd, 'x')],
  ['writev', (fd) => raw.writev(fd, [blank()])],
];

/** The calls that are made of others, or of none. */
const composed = ['inet_pton', 'inet_ntop', 'eventfd_read', 'eventfd_write'];
const calls = [...Object.keys(native), ...composed];

/** What a call names its descriptor. */
function argumentOf(name: string): string {
  if (name.startsWith('dup')) return 'oldfd';
  if (name.startsWith('epoll')) return 'epfd';
  if (name === 'sendfile') return 'out_fd';
  if (name === 'splice' || name === 'tee') return 'fd_in';
  return name.startsWith('pidfd') ? 'pidfd' : 'fd';
}

describe('sockfd/raw', () => {
  it('has all that sockfd has', () => {
    expect(Object.keys(raw).sort()).toEqual(Object.keys(checked).sort());
  });

  it.each(calls)('has a %s of its own', (name) => {
    const [here, there] = [raw, checked].map((all) => (all as Record<string, unknown>)[name]);
    expect(here).toBeTypeOf('function');
    expect(there).toBeTypeOf('function');
    expect(here).not.toBe(there);
  });

  it('differs from sockfd in its calls, and in nothing else', () => {
    const all = checked as Record<string, unknown>;
    const different = Object.entries(raw).filter(([name, value]) => value !== all[name]);
    expect(different.map(([name]) => name).sort()).toEqual(calls.toSorted());
  });

  it('is tried here on a closed descriptor with every call that takes one', () => {
    const others = [
      ...['socket', 'socketpair', 'poll', 'if_nametoindex', 'if_indextoname', 'zerocopyBuffer'],
      ...[
        'ppoll',
        'select',
        'pselect',
        'epoll_create',
        'epoll_create1',
        'eventfd',
        'pipe',
        'pipe2',
      ],
      // A signalfd that is given -1 makes a new one.
      'clock_gettime',
      ...['timerfd_create', 'signalfd', 'sigprocmask', 'pidfd_open', 'memfd_create', 'close_range'],
    ];
    const taken = onFd.map(([name]) => name).filter((name) => !composed.includes(name));
    const tried = [...taken, ...others].sort();
    expect(tried).toEqual(Object.keys(native).sort());
  });
});

describe.each(onFd)('raw %s', (name, call) => {
  it('returns -EBADF, and throws nothing', () => {
    expect(call(closedFd())).toBe(-EBADF);
    expect(call(-1)).toBe(-EBADF);
  });

  it('throws for what is no descriptor', () => {
    const argument = argumentOf(name);
    expectRefused(() => call(2 ** 32), RangeError, argument);
    expectRefused(() => call(Number.NaN), RangeError, argument);
    expectRefused(() => call('1' as never), TypeError, argument);
  });
});

describe('the raw form', () => {
  it('returns -errno for what the kernel refuses', () => {
    const { fd, addr } = bound(SOCK_STREAM);
    const file = own(openSync('/dev/null', 'r'));
    expect(raw.socket(99, SOCK_STREAM)).toBe(-EAFNOSUPPORT);
    expect(raw.bind(fd, addr)).toBe(-EINVAL);
    expect(raw.bind(open(AF_INET, SOCK_STREAM), addr)).toBe(-EADDRINUSE);
    expect(raw.connect(open(AF_INET, SOCK_STREAM), refusingAddr())).toBe(-ECONNREFUSED);
    expect(raw.listen(file, 1)).toBe(-ENOTSOCK);
    const { client } = tcpPair();
    expect(raw.connect(client, addr)).toBe(-EISCONN);
    expect(raw.recv(client, blank(), MSG_DONTWAIT)).toBe(-EAGAIN);
    expect(raw.getpeername(fd, blank())).toBe(-ENOTCONN);
    expect(raw.setsockopt(fd, SOL_SOCKET, SO_TYPE, 1)).toBe(-ENOPROTOOPT);
    expect(raw.if_nametoindex('no-such-one')).toBe(-ENODEV);
    expect(raw.if_indextoname(0, blank())).toBe(-ENXIO);
    expect(raw.socketpair(AF_INET, SOCK_STREAM, 0, new Int32Array(2))).toBe(-95);
  });

  it('gives a process group of F_GETOWN as the kernel does, negative', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const group = Number(run('ps', ['-o', 'pgid=', '-p', String(process.pid)]));
    expect(raw.fcntl(fd, F_SETOWN, -group)).toBe(0);
    expect(raw.fcntl(fd, F_GETOWN)).toBe(-group);
  });

  it('throws for a wrong address before any call', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectRefused(() => raw.bind(fd, { ...LOOPBACK, port: -1 }), RangeError, 'addr.port');
    expectRefused(() => raw.connect(fd, null as never), TypeError, 'addr');
    expectRefused(() => raw.sendto(fd, 'x', 0, 5 as never), TypeError, 'addr');
  });

  it('names the first wrong argument when several are', () => {
    expectRefused(() => raw.send('3' as never, 5 as never), TypeError, 'fd');
    expectRefused(() => raw.read(1.5, null as never), RangeError, 'fd');
    expectRefused(() => raw.getsockopt(2 ** 31, 1, 3, {} as never), RangeError, 'fd');
    expectRefused(() => raw.getsockname(1.5, new Uint8Array(0)), RangeError, 'fd');
    expectRefused(() => raw.if_nametoindex(5 as never), TypeError, 'ifname');
    expectRefused(() => raw.poll(5 as never, 'x' as never), TypeError, 'fds');
    const addrlen = {} as never;
    expectRefused(() => raw.accept(Number.NaN, blank(), addrlen), RangeError, 'fd');
  });
});

describe.each([
  ['accept', raw.accept],
  [
    'accept4',
    (fd: number, addr?: Uint8Array | null, len?: Uint32Array) => raw.accept4(fd, addr, len),
  ],
])('raw %s', (_, call) => {
  it('writes the address and its length', () => {
    const { fd, addr } = listener();
    const client = open(AF_INET, SOCK_STREAM);
    expect(raw.connect(client, addr)).toBe(0);
    const [name, length] = [new Uint8Array(128).fill(0xee), new Uint32Array(1)];
    own(call(fd, name, length));
    expect(length[0]).toBe(16);
    expect(decodeSockaddr(name.subarray(0, 16))).toEqual(checked.getsockname(client));
    expect(name[16]).toBe(0xee);
  });

  it('does without both', () => {
    const { fd, addr } = listener();
    for (const args of [[], [null]] as const) {
      raw.connect(open(AF_INET, SOCK_STREAM), addr);
      expect(own(call(fd, ...args))).toBeGreaterThan(fd);
    }
  });

  it('cuts the address to the memory, and tells its real length, as accept(2) says', () => {
    const { fd, addr } = listener();
    raw.connect(open(AF_INET, SOCK_STREAM), addr);
    const [name, length] = [new Uint8Array(8).fill(0xee), new Uint32Array(1)];
    own(call(fd, name.subarray(0, 4), length));
    expect(length[0]).toBe(16);
    expect([...name]).toEqual([2, 0, name[2], name[3], 0xee, 0xee, 0xee, 0xee]);
  });

  it('leaves the length alone when it fails', () => {
    const { fd } = listener(1, LOOPBACK, SOCK_NONBLOCK);
    const length = Uint32Array.of(77);
    expect(call(fd, new Uint8Array(16), length)).toBe(-EAGAIN);
    expect(length[0]).toBe(77);
  });

  it('names addr and addrlen', () => {
    const [name, word] = ['x' as never, 5 as never];
    expectRefused(() => call(0, name), TypeError, 'addr');
    expectRefused(() => call(0, blank(), word), TypeError, 'addrlen');
    const short = new Uint16Array(1) as never;
    expectRefused(() => call(0, blank(), short), RangeError, 'addrlen');
  });
});

describe('raw accept4', () => {
  it('takes the flags last', () => {
    const { fd, addr } = listener();
    raw.connect(open(AF_INET, SOCK_STREAM), addr);
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    const accepted = own(raw.accept4(fd, null, null, flags));
    expect(raw.recv(accepted, blank())).toBe(-EAGAIN);
    expect(raw.accept4(fd, null, undefined, 1)).toBe(-EINVAL);
  });
});

describe('raw getsockname and getpeername', () => {
  it('return 0 when there is a word for the length, as C, and otherwise the length', () => {
    const { client, addr } = tcpPair();
    const [name, length] = [new Uint8Array(128), new Int32Array(1)];
    expect([raw.getpeername(client, name, length), length[0]]).toEqual([0, 16]);
    expect(decodeSockaddr(name.subarray(0, 16))).toEqual(addr);
    expect(raw.getpeername(client, name)).toBe(16);
    expect([raw.getsockname(client, name, length), length[0]]).toEqual([0, 16]);
    expect(raw.getsockname(client, name)).toBe(16);
    const [a] = unixPair();
    expect(raw.getsockname(a, name)).toBe(2);
  });

  it('tell the length of an address that does not fit', () => {
    const fd = bound(SOCK_STREAM, { family: AF_INET6, addr: '::1', port: 0 }).fd;
    const short = new Uint8Array(4);
    expect(raw.getsockname(fd, short)).toBe(28);
    expect([...short]).toEqual([AF_INET6, 0, short[2], short[3]]);
  });
});

describe('raw recvfrom', () => {
  it('writes data, sender and length, to any part of the memory', () => {
    const [from, to] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const bytes = randomBytes(8);
    expect(raw.sendto(from.fd, bytes, 0, to.addr)).toBe(8);
    const [buf, name, length] = [Buffer.alloc(12), new Uint8Array(16), new Uint32Array(1)];
    expect(raw.recvfrom(to.fd, buf, 0, name, length, 2, 9)).toBe(8);
    expect(buf.subarray(2, 10)).toEqual(bytes);
    expect(decodeSockaddr(name.subarray(0, length[0]))).toEqual(from.addr);
  });

  it('does without the sender, and tells none of a stream by the length 0', () => {
    const { client, server } = tcpPair();
    raw.send(client, 'ab');
    const length = Uint32Array.of(99);
    expect(raw.recvfrom(server, new Uint8Array(1), 0, new Uint8Array(16), length)).toBe(1);
    expect(length[0]).toBe(0);
    expect(raw.recvfrom(server, new Uint8Array(1))).toBe(1);
    expect(raw.recvfrom(server, blank(), MSG_DONTWAIT, null)).toBe(-EAGAIN);
  });
});

describe('raw sendto', () => {
  it('takes an address, its bytes, or null', () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    expect(raw.sendto(fd, 'a', 0, addr)).toBe(1);
    expect(raw.sendto(fd, 'b', 0, encodeSockaddr(addr))).toBe(1);
    expect(raw.connect(fd, addr)).toBe(0);
    expect(raw.sendto(fd, '.c.', 0, null, 1, 1)).toBe(1);
    const buf = Buffer.alloc(1);
    const texts = [1, 2, 3].map(() => buf.toString('utf8', 0, raw.recv(fd, buf, MSG_DONTWAIT)));
    expect(texts).toEqual(['a', 'b', 'c']);
  });
});

describe('raw socketpair', () => {
  it('writes both descriptors', () => {
    const sv = new Int32Array(3).fill(-7);
    expect(raw.socketpair(AF_UNIX, SOCK_STREAM, 0, sv)).toBe(0);
    const [a = -1, b = -1, rest] = sv;
    own(a);
    own(b);
    expect(rest).toBe(-7);
    expect(raw.write(a, 'x')).toBe(1);
    expect(raw.read(b, blank())).toBe(1);
  });

  it('leaves the memory alone when it fails, and must have room for both', () => {
    const sv = new Int32Array(2).fill(-7);
    expect(raw.socketpair(99, SOCK_STREAM, 0, sv)).toBe(-EAFNOSUPPORT);
    expect([...sv]).toEqual([-7, -7]);
    const short = new Int32Array(1);
    expectRefused(() => raw.socketpair(AF_UNIX, SOCK_STREAM, 0, short), RangeError, 'sv');
  });
});

describe('the last argument', () => {
  it('is no flags when it is absent', () => {
    const pair = new Int32Array(2);
    expect(raw.pipe2(pair)).toBe(0);
    const opened = [
      ...pair,
      raw.epoll_create1(),
      raw.eventfd(3),
      raw.timerfd_create(CLOCK_MONOTONIC),
      raw.memfd_create('x'),
    ].map(own);
    for (const fd of opened) {
      expect(raw.fcntl(fd, F_GETFD)).toBe(0);
      expect(raw.fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(0);
    }
    // All that was counted, and not 1 of it.
    const value = new BigUint64Array(1);
    expect(raw.eventfd_read(opened[3] as number, value)).toBe(0);
    expect(value[0]).toBe(3n);
    const pidfd = own(raw.pidfd_open(process.pid));
    expect(own(raw.pidfd_getfd(pidfd, opened[0] as number))).toBeGreaterThan(0);
    const signals = own(raw.signalfd(-1, []));
    expect(raw.fcntl(signals, F_GETFD)).toBe(0);
    expect(raw.close_range(signals, signals)).toBe(0);
    disown(signals);
  });

  it('is nowhere to tell what was before when it is absent', () => {
    expect(raw.sigprocmask(SIG_BLOCK, [])).toBe(0);
    expect(raw.sigprocmask(SIG_BLOCK, null, null)).toBe(0);
    const timer = own(raw.timerfd_create(CLOCK_MONOTONIC));
    expect(raw.timerfd_settime(timer, 0, { value: { sec: 1000, nsec: 0 } })).toBe(0);
    expect(checked.timerfd_gettime(timer).value.sec).toBeGreaterThan(0);
  });

  it('is no limit when it is absent, to a wait for what is there', () => {
    const [a, b] = unixPair();
    checked.send(b, 'x');
    expect(raw.poll([{ fd: a, events: POLLIN }])).toBe(1);
    const epfd = own(raw.epoll_create1());
    expect(raw.epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: POLLIN })).toBe(0);
    expect(raw.epoll_wait(epfd, new Uint32Array(3))).toBe(1);
  });
});

describe('raw poll', () => {
  it('works over bytes and over objects alike', () => {
    const [a, b] = unixPair();
    raw.send(b, 'x');
    const closed = closedFd();
    const objects = [
      { fd: a, events: POLLIN | POLLOUT, revents: 0 },
      { fd: closed, events: 0, revents: 0 },
    ];
    expect(raw.poll(objects, 0)).toBe(2);
    const bytes = new DataView(new ArrayBuffer(16));
    bytes.setInt32(0, a, true);
    bytes.setInt16(4, POLLIN | POLLOUT, true);
    bytes.setInt32(8, closed, true);
    expect(raw.poll(bytes, 0)).toBe(2);
    expect(objects.map(({ revents }) => revents)).toEqual([POLLIN | POLLOUT, POLLNVAL]);
    expect([6, 14].map((at) => bytes.getInt16(at, true))).toEqual([POLLIN | POLLOUT, POLLNVAL]);
  });
});

describe('raw getsockopt and setsockopt', () => {
  it('return the length, or 0 when there is a word for it', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expect(raw.setsockopt(fd, SOL_SOCKET, SO_LINGER, Int32Array.of(1, 5))).toBe(0);
    const [value, length] = [new Int32Array(4), new Uint32Array(1)];
    expect(raw.getsockopt(fd, SOL_SOCKET, SO_LINGER, value)).toBe(8);
    expect([raw.getsockopt(fd, SOL_SOCKET, SO_LINGER, value, length), length[0]]).toEqual([0, 8]);
    expect([...value]).toEqual([1, 5, 0, 0]);
    expect(raw.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1)).toBe(0);
    expect(
      python('json.dump(socket.socket(fileno=3).getsockopt(6, 1), sys.stdout)', null, [fd]),
    ).toBe(1);
  });
});

describe('raw inet_pton and inet_ntop', () => {
  it('write to memory: 1 and the address, or the length of the text', () => {
    const dst = new Uint8Array(20).fill(0xee);
    expect(raw.inet_pton(AF_INET, '192.0.2.1', dst)).toBe(1);
    expect([...dst.subarray(0, 5)]).toEqual([192, 0, 2, 1, 0xee]);
    expect(raw.inet_pton(AF_INET6, '::1', dst.subarray(4))).toBe(1);
    expect([...dst.subarray(4)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const text = Buffer.alloc(46, '.');
    expect(raw.inet_ntop(AF_INET, dst, text)).toBe(9);
    expect(text.toString('latin1', 0, 11)).toBe('192.0.2.1\0.');
    expect(raw.inet_ntop(AF_INET6, dst.subarray(4), text)).toBe(3);
    expect(text.toString('latin1', 0, 4)).toBe('::1\0');
  });

  it('return 0 for text that is no address, and leave the memory alone', () => {
    const dst = new Uint8Array(16).fill(0xee);
    expect(raw.inet_pton(AF_INET, '::1', dst)).toBe(0);
    expect(raw.inet_pton(AF_INET6, '127.0.0.1', dst)).toBe(0);
    expect(dst.every((byte) => byte === 0xee)).toBe(true);
  });

  it('return -EAFNOSUPPORT, and -ENOSPC where the text and its NUL have no room', () => {
    expect(raw.inet_pton(AF_UNIX, '::1', blank())).toBe(-EAFNOSUPPORT);
    expect(raw.inet_ntop(AF_UNIX, blank(), blank())).toBe(-EAFNOSUPPORT);
    expect(raw.inet_ntop(AF_INET, new Uint8Array(4), new Uint8Array(7))).toBe(-ENOSPC);
    expect(raw.inet_ntop(AF_INET, new Uint8Array(4), new Uint8Array(8))).toBe(7);
  });

  it('name what is too short or of a wrong type', () => {
    expectRefused(() => raw.inet_pton(AF_INET, '127.0.0.1', new Uint8Array(3)), RangeError, 'dst');
    expectRefused(() => raw.inet_ntop(AF_INET6, new Uint8Array(15), blank()), RangeError, 'src');
    expectRefused(() => raw.inet_pton(AF_INET, 5 as never, blank()), TypeError, 'src');
    expectRefused(() => raw.inet_ntop(AF_INET, blank(), 'x' as never), TypeError, 'dst');
  });
});

describe('memory of no bytes', () => {
  const none = [new Uint8Array(0), new ArrayBuffer(0), new DataView(new ArrayBuffer(8), 8)];

  it('is no NULL: a structure has its size', () => {
    const [fd] = unixPair();
    const ready = [{ fd, events: POLLOUT }];
    const timer = own(raw.timerfd_create(checked.CLOCK_MONOTONIC));
    const time = new Uint8Array(32);
    for (const empty of none) {
      // As NULL, it would be no limit of time, and no mask.
      expectRefused(() => raw.ppoll(ready, empty), RangeError, 'timeout');
      expectRefused(() => raw.ppoll(ready, 0, empty), RangeError, 'sigmask');
      expectRefused(() => raw.select(0, null, null, null, empty), RangeError, 'timeout');
      expectRefused(() => raw.select(1, empty, null, null, 0), RangeError, 'readfds');
      expectRefused(() => raw.pselect(1, null, empty, null, 0), RangeError, 'writefds');
      expectRefused(() => raw.timerfd_settime(timer, 0, empty), RangeError, 'new_value');
      expectRefused(() => raw.timerfd_settime(timer, 0, time, empty), RangeError, 'old_value');
      expectRefused(() => raw.timerfd_gettime(timer, empty), RangeError, 'curr_value');
      expectRefused(() => raw.signalfd(-1, empty), RangeError, 'mask');
      expectRefused(() => raw.sigprocmask(0, empty), RangeError, 'set');
      expectRefused(() => raw.sigprocmask(0, null, empty), RangeError, 'oldset');
    }
  });

  it('goes to the kernel as an address of no bytes', () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    checked.connect(fd, addr);
    for (const empty of none) {
      expect(raw.sendto(fd, 'x', 0, empty)).toBe(-EINVAL);
      const length = new Uint32Array(1);
      expect([raw.getsockname(fd, empty, length), length[0]]).toEqual([0, 16]);
    }
    expect(raw.sendto(fd, 'x', 0, null)).toBe(1);
    expect(raw.recv(fd, new Uint8Array(2), MSG_DONTWAIT)).toBe(1);
    expect(raw.recv(fd, new Uint8Array(2), MSG_DONTWAIT)).toBe(-EAGAIN);
  });
});

describe('raw if_nametoindex and if_indextoname', () => {
  it('write the name to memory, and return its length', () => {
    const ifname = Buffer.alloc(16, '.');
    const index = raw.if_nametoindex('lo');
    expect(index).toBe(Number(run('cat', ['/sys/class/net/lo/ifindex'])));
    expect(raw.if_indextoname(index, ifname)).toBe(2);
    expect(ifname.toString('latin1', 0, 3)).toBe('lo\0');
    expectRefused(() => raw.if_indextoname(index, new Uint8Array(15)), RangeError, 'ifname');
  });
});
