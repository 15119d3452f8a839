import { mkdtempSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  close,
  dup,
  dup2,
  dup3,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_DUPFD_QUERY,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETOWN,
  F_GETOWN_EX,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_OFD_SETLK,
  F_OWNER_PID,
  F_RDLCK,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETOWN,
  F_SETOWN_EX,
  F_SETSIG,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  fcntl,
  MSG_DONTWAIT,
  O_APPEND,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLERR,
  poll,
  read,
  readv,
  recv,
  SHUT_WR,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SystemError,
  send,
  setsockopt,
  shutdown,
  socket,
  write,
  writev,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { interrupted, node, python, run } from '../support/child.js';
import { fdinfo } from '../support/procnet.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const blank = () => new Uint8Array(16);

function tempFile(content = ''): string {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'file');
  writeFileSync(path, content);
  return path;
}

const openFile = (path: string, flags: string | number): number => own(openSync(path, flags));

const transfers: [string, (fd: number) => unknown][] = [
  ['read', (fd) => read(fd, blank())],
  ['write', (fd) => write(fd, 'x')],
  ['readv', (fd) => readv(fd, [blank()])],
  ['writev', (fd) => writev(fd, [blank()])],
  ['close', (fd) => close(fd)],
  ['dup', (fd) => dup(fd)],
  ['dup2', (fd) => dup2(fd, 900)],
  ['dup3', (fd) => dup3(fd, 900, 0)],
  ['fcntl', (fd) => fcntl(fd, F_GETFL)],
];

describe.each(transfers)('%s(2)', (name, call) => {
  it('fails with EBADF on a descriptor that is not open', () => {
    expectError(() => call(closedFd()), name, 'EBADF');
    expectError(() => call(-1), name, 'EBADF');
    expectError(() => call(0x7fffffff), name, 'EBADF');
  });

  it.each([Number.NaN, 3.7, 2 ** 32, 2 ** 32 + 1, Number.NEGATIVE_INFINITY])(
    'refuses %s for a descriptor',
    (fd) => expectRefused(() => call(fd), RangeError, name.startsWith('dup') ? 'oldfd' : 'fd'),
  );

  it.each(['1', null, undefined, true, 1n, {}])('refuses %o for a descriptor', (fd) => {
    expectRefused(() => call(fd as never), TypeError, name.startsWith('dup') ? 'oldfd' : 'fd');
  });
});

describe('read(2)', () => {
  it('reads what is in a file', () => {
    const fd = openFile(tempFile('0123456789'), 'r');
    const buf = Buffer.alloc(16, '.');
    expect(read(fd, buf, 2, 4)).toBe(4);
    expect(buf.toString()).toBe('..0123..........');
    expect(read(fd, buf, 8)).toBe(6);
    expect(buf.toString()).toBe('..0123..456789..');
    expect(read(fd, buf)).toBe(0);
  });

  it('reads what a peer wrote, and 0 at the end', () => {
    const [a, b] = unixPair();
    expect(write(a, 'hé', 1)).toBe(2);
    shutdown(a, SHUT_WR);
    const buf = Buffer.alloc(4);
    expect([read(b, buf), read(b, buf)]).toEqual([2, 0]);
    expect(buf.toString('utf8', 0, 2)).toBe('é');
  });

  it('fails with EAGAIN when nothing is there and it is non-blocking', () => {
    const [a] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    expectError(() => read(a, blank()), 'read', 'EAGAIN');
    expectError(() => readv(a, [blank()]), 'readv', 'EAGAIN');
  });

  it('fails with ECONNRESET and ENOTCONN on sockets', () => {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expectError(() => read(client, blank()), 'read', 'ECONNRESET');
    expectError(() => read(open(AF_INET, SOCK_STREAM), blank()), 'read', 'ENOTCONN');
  });

  it('fails with EISDIR on a directory, and with EBADF on what is open for writing only', () => {
    expectError(() => read(openFile('/', 'r'), blank()), 'read', 'EISDIR');
    expectError(() => read(openFile(tempFile(), 'w'), blank()), 'read', 'EBADF');
  });

  it('fails with EINTR when a signal comes, and is not called again', async () => {
    const body = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
tell('ready');
tell(code(() => s.read(a, new Uint8Array(4))));`;
    expect(await interrupted(body, 'read')).toEqual(['ready', ['EINTR', 'read']]);
  });

  it('names buf, offset and length', () => {
    expectRefused(() => read(0, 'x' as never), TypeError, 'buf');
    expectRefused(() => read(0, blank(), 17), RangeError, 'offset');
    expectRefused(() => read(0, blank(), 1, 16), RangeError, 'length');
  });
});

describe('write(2)', () => {
  it('writes what a file then has', () => {
    const path = tempFile();
    const fd = openFile(path, 'w');
    expect([write(fd, 'one '), write(fd, Buffer.from('_two_'), 1, 3)]).toEqual([4, 3]);
    expect(readFileSync(path, 'utf8')).toBe('one two');
  });

  it('fails with EAGAIN when it is full and non-blocking', () => {
    const [a] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const buf = new Uint8Array(1 << 20);
    expect(write(a, buf)).toBeLessThan(buf.byteLength);
    expectError(() => write(a, buf), 'write', 'EAGAIN');
    expectError(() => writev(a, [buf]), 'writev', 'EAGAIN');
  });

  it('fails with EPIPE when nobody reads, and with ECONNRESET after a reset', () => {
    const [a, b] = unixPair();
    shut(b);
    expectError(() => write(a, 'x'), 'write', 'EPIPE');
    expectError(() => writev(a, [blank()]), 'writev', 'EPIPE');
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(poll([{ fd: client, events: POLLERR }], 5000)).toBe(1);
    expectError(() => write(client, 'x'), 'write', 'ECONNRESET');
  });

  it('fails with EDESTADDRREQ on a datagram socket without a peer', () => {
    expectError(() => write(open(AF_INET, SOCK_DGRAM), 'x'), 'write', 'EDESTADDRREQ');
  });

  it('fails with EBADF on what is open for reading only, and with ENOSPC on a full device', () => {
    expectError(() => write(openFile('/dev/null', 'r'), 'x'), 'write', 'EBADF');
    expectError(() => write(openFile('/dev/full', 'w'), 'x'), 'write', 'ENOSPC');
  });
});

describe('readv(2) and writev(2)', () => {
  it('gather and scatter in order', () => {
    const [a, b] = unixPair();
    const parts = [
      Buffer.from('ab'),
      new Uint8Array(0),
      new DataView(Buffer.from('cdef').buffer, 0, 0),
    ];
    const bytes = Uint8Array.of(0x63, 0x64, 0x65, 0x66, 0x67);
    expect(writev(a, [...parts, bytes.buffer, new Uint16Array([0x6968])])).toBe(9);
    const [x, y, z] = [Buffer.alloc(3, '.'), Buffer.alloc(4, '.'), Buffer.alloc(4, '.')];
    expect(readv(b, [x, y, z])).toBe(9);
    expect([x, y, z].map(String)).toEqual(['abc', 'defg', 'hi..']);
  });

  it('write one datagram, and read it in pieces', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    writev(a, [Buffer.from('head'), Buffer.from('body')]);
    const buf = Buffer.alloc(16);
    expect(buf.toString('utf8', 0, recv(b, buf, MSG_DONTWAIT))).toBe('headbody');
  });

  it('take 1024 buffers, and no more', () => {
    const [a, b] = unixPair();
    const one = Uint8Array.of(1);
    expect(
      writev(
        a,
        Array.from({ length: 1024 }, () => one),
      ),
    ).toBe(1024);
    const into = Array.from({ length: 1024 }, () => new Uint8Array(1));
    expect(readv(b, into)).toBe(1024);
    expect(into.every(([byte]) => byte === 1)).toBe(true);
    const more = Array.from({ length: 1025 }, () => one);
    expectRefused(() => writev(a, more), RangeError, 'bufs');
    expectRefused(() => readv(b, more), RangeError, 'bufs');
  });

  it('take none at all', () => {
    const [a] = unixPair();
    expect(writev(a, [])).toBe(0);
  });

  it('name the buffer that is none', () => {
    const [a] = unixPair();
    expectRefused(() => writev(a, [blank(), 'x' as never]), TypeError, 'bufs[1]');
    expectRefused(() => readv(a, [null as never]), TypeError, 'bufs[0]');
    expectRefused(() => writev(a, blank() as never), TypeError, 'bufs');
    expectRefused(() => readv(a, undefined as never), TypeError, 'bufs');
  });
});

describe('close(2)', () => {
  it('gives the descriptor back', () => {
    const fd = socket(AF_UNIX, SOCK_DGRAM);
    close(fd);
    expectError(() => fcntl(fd, F_GETFD), 'fcntl', 'EBADF');
    expect(open(AF_UNIX, SOCK_DGRAM)).toBe(fd);
  });

  it('ends the connection', () => {
    const { client, server } = tcpPair();
    shut(client);
    expect(recv(server, blank())).toBe(0);
  });

  it('fails with EBADF the second time', () => {
    const fd = socket(AF_UNIX, SOCK_DGRAM);
    close(fd);
    expectError(() => close(fd), 'close', 'EBADF');
  });
});

describe('dup(2)', () => {
  it('gives another descriptor of the same socket: flags of the file are shared, its own not', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    const copy = own(dup(fd));
    expect(readlinkSync(`/proc/self/fd/${copy}`)).toBe(readlinkSync(`/proc/self/fd/${fd}`));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    expect(fdinfo(copy).flags & O_NONBLOCK).toBe(O_NONBLOCK);
    expect(fcntl(copy, F_GETFD)).toBe(0);
  });

  it('keeps the connection until the last is closed', () => {
    const [a, b] = unixPair();
    const copy = own(dup(a));
    shut(a);
    expect(send(b, 'x')).toBe(1);
    expect(recv(copy, blank())).toBe(1);
  });
});

describe('dup2(2)', () => {
  it('makes the number that was asked for, and closes what it was', () => {
    const [a, b] = unixPair();
    const [c, d] = unixPair();
    expect(dup2(a, c)).toBe(c);
    // The peer of what c was has nobody left.
    expect(recv(d, blank())).toBe(0);
    send(c, 'x');
    expect(recv(b, blank())).toBe(1);
  });

  it('does nothing when both are the same', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expect(dup2(fd, fd)).toBe(fd);
    expectError(() => dup2(closedFd(), closedFd()), 'dup2', 'EBADF');
  });

  it('fails with EBADF for a number out of range', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expectError(() => dup2(fd, -1), 'dup2', 'EBADF');
    expectError(() => dup2(fd, 0x7fffffff), 'dup2', 'EBADF');
    expectRefused(() => dup2(fd, 2 ** 31), RangeError, 'newfd');
    expectRefused(() => dup2(fd, null as never), TypeError, 'newfd');
  });
});

describe('dup3(2)', () => {
  it('sets close-on-exec', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    const free = closedFd();
    expect(own(dup3(fd, free, O_CLOEXEC))).toBe(free);
    expect(fcntl(free, F_GETFD)).toBe(FD_CLOEXEC);
  });

  it('fails with EINVAL when both are the same, and for unknown flags', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expectError(() => dup3(fd, fd, 0), 'dup3', 'EINVAL');
    expectError(() => dup3(fd, 900, O_NONBLOCK), 'dup3', 'EINVAL');
    expectRefused(() => dup3(fd, 900, undefined as never), TypeError, 'flags');
  });
});

/** struct flock: l_type, l_whence, l_start, l_len, l_pid. fcntl(2) */
function flock(type: number): Buffer {
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(type);
  return lock;
}

describe('fcntl(2)', () => {
  it('reads and sets the status flags, as fdinfo shows', () => {
    const fd = openFile(tempFile(), 'r+');
    expect(fcntl(fd, F_GETFL) & (O_RDONLY | O_WRONLY | O_RDWR)).toBe(O_RDWR);
    expect(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK)).toBe(0);
    const both = O_APPEND | O_NONBLOCK;
    expect(fcntl(fd, F_GETFL) & both).toBe(both);
    expect(fdinfo(fd).flags & both).toBe(both);
    expect(fdinfo(fd).flags & ~O_CLOEXEC).toBe(fcntl(fd, F_GETFL));
  });

  it('reads and sets close-on-exec, as fdinfo shows', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expect([fcntl(fd, F_GETFD), fdinfo(fd).flags & O_CLOEXEC]).toEqual([0, 0]);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    expect([fcntl(fd, F_GETFD), fdinfo(fd).flags & O_CLOEXEC]).toEqual([FD_CLOEXEC, O_CLOEXEC]);
  });

  it('duplicates to the lowest number from arg on', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    const copy = own(fcntl(fd, F_DUPFD, 500));
    expect(copy).toBeGreaterThanOrEqual(500);
    const other = own(fcntl(fd, F_DUPFD_CLOEXEC, 500));
    expect([fcntl(copy, F_GETFD), fcntl(other, F_GETFD)]).toEqual([0, FD_CLOEXEC]);
    expect(readlinkSync(`/proc/self/fd/${other}`)).toBe(readlinkSync(`/proc/self/fd/${fd}`));
  });

  it('tells whether two are the same open file', (context) => {
    const [a, b] = unixPair();
    try {
      fcntl(a, F_DUPFD_QUERY, a);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
      context.skip('F_DUPFD_QUERY needs Linux 6.10');
    }
    expect(fcntl(a, F_DUPFD_QUERY, own(dup(a)))).toBe(1);
    expect(fcntl(a, F_DUPFD_QUERY, b)).toBe(0);
  });

  it('sets and reads the owner and its signal', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    fcntl(fd, F_SETOWN, process.pid);
    expect(fcntl(fd, F_GETOWN)).toBe(process.pid);
    const owner = new Int32Array(2);
    fcntl(fd, F_GETOWN_EX, owner);
    expect([...owner]).toEqual([F_OWNER_PID, process.pid]);
    fcntl(fd, F_SETSIG, 10);
    expect(fcntl(fd, F_GETSIG)).toBe(10);
  });

  it('gives the owner back as it is when that is a process group, which is negative', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const group = Number(run('ps', ['-o', 'pgid=', '-p', String(process.pid)]));
    fcntl(fd, F_SETOWN, -group);
    expect(fcntl(fd, F_GETOWN)).toBe(-group);
    const owner = new Int32Array(2);
    fcntl(fd, F_GETOWN_EX, owner);
    const F_OWNER_PGRP = 2;
    expect([...owner]).toEqual([F_OWNER_PGRP, group]);
    fcntl(fd, F_SETOWN_EX, Int32Array.of(F_OWNER_PID, process.pid));
    expect(fcntl(fd, F_GETOWN)).toBe(process.pid);
  });

  it('locks a file against other processes: they see who, and get EAGAIN', () => {
    const path = tempFile('x');
    const fd = openFile(path, 'r+');
    expect(fcntl(fd, F_SETLK, flock(F_WRLCK))).toBe(0);
    const script = `
import fcntl
f = open(input, 'r+')
who = struct.unpack('hhqqi', fcntl.fcntl(f, fcntl.F_GETLK, struct.pack('hhqqi', ${F_RDLCK}, 0, 0, 0, 0))[:28])
try: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB); error = 0
except OSError as e: error = e.errno
json.dump([who[0], who[4], error], sys.stdout)`;
    const [type, pid, error] = python(script, path) as number[];
    expect([type, pid, error]).toEqual([F_WRLCK, process.pid, 11]);
    // A process does not conflict with itself, but does with a lock of another open file.
    const own2 = flock(F_RDLCK);
    expect(fcntl(fd, F_GETLK, own2)).toBe(0);
    expect(own2.readInt16LE()).toBe(F_UNLCK);
    const other = openFile(path, 'r+');
    expectError(() => fcntl(other, F_OFD_SETLK, flock(F_WRLCK)), 'fcntl', 'EAGAIN');
  });

  it('reads the capacity of a pipe', () => {
    const body = `tell(s.fcntl(0, ${F_GETPIPE_SZ}));`;
    // The standard input of the child is a pipe only when a shell makes it one.
    const wrapper = ['sh', '-c', 'true | "$@"', 'sh'];
    // pipe(7): 16 pages.
    expect(node(body, wrapper)).toEqual([65536]);
  });

  it('fails with EINVAL for a number that makes no sense', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expectError(() => fcntl(fd, F_DUPFD, -1), 'fcntl', 'EINVAL');
    expectError(() => fcntl(fd, F_SETSIG, 1000), 'fcntl', 'EINVAL');
    expectError(() => fcntl(fd, 0x7777), 'fcntl', 'EINVAL');
  });

  it('fails with EMFILE at RLIMIT_NOFILE', () => {
    const body = `nofile(64);
const fd = s.socket(s.AF_UNIX, s.SOCK_DGRAM);
try { for (let n = 0; n < 100; n++) s.dup(fd); } catch {}
tell(code(() => s.fcntl(fd, s.F_DUPFD, 0)));`;
    expect(node(body)).toEqual([['EMFILE', 'fcntl']]);
  });

  it('fails with EBADF for a lock that the file is not open for', () => {
    const fd = openFile(tempFile(), 'r');
    expectError(() => fcntl(fd, F_SETLK, flock(F_WRLCK)), 'fcntl', 'EBADF');
  });

  it('takes no number for memory, no memory for a number, and nothing for what it does not know', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expectRefused(() => fcntl(fd, F_GETLK, 4096), TypeError, 'arg');
    expectRefused(() => fcntl(fd, F_SETFL, new Uint8Array(8) as never), TypeError, 'arg');
    expectRefused(() => fcntl(fd, 0x7777, 1), TypeError, 'arg');
    expectRefused(() => fcntl(fd, 0x7777, new Uint8Array(64)), TypeError, 'arg');
    expectRefused(() => fcntl(fd, F_GETLK, new Uint8Array(31)), RangeError, 'arg');
    expectRefused(() => fcntl(fd, F_GETOWN_EX, new Uint8Array(7)), RangeError, 'arg');
    expectRefused(() => fcntl(fd, F_SETFL, 1.5), RangeError, 'arg');
    expectRefused(() => fcntl(fd, 'F_GETFL' as never), TypeError, 'cmd');
  });
});

describe('the calls on one number', () => {
  it('never touch another: what is no int is no descriptor', () => {
    const { fd } = listener();
    for (const wrong of [fd + 2 ** 32, fd + 0.5]) {
      expectRefused(() => close(wrong), RangeError, 'fd');
      expectRefused(() => raw.close(wrong), RangeError, 'fd');
    }
    expect(fcntl(fd, F_GETFD)).toBe(0);
  });
});
