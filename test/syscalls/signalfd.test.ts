/**
 * signalfd(2), with real signals. They are sent to the main thread of a child: a signal to the
 * process would be taken by another of Node's threads, which block none.
 */
import { readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  decodeSignalfdSiginfo,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  O_NONBLOCK,
  O_RDWR,
  POLLIN,
  poll,
  read,
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  type SignalfdSiginfo,
  signalfd,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { blocked, isBlockedIn, node, waitUntil } from '../support/child.js';
import { fdinfoField, signalsIn, tgkill } from '../support/proc.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  own,
  unixPair,
} from '../support/sockets.js';

guardFds();

const { SIGUSR2, SIGCHLD, SIGIO } = constants.signals;

/** The mask of a signalfd, by the kernel. */
const maskOf = (fd: number): bigint => BigInt(`0x${fdinfoField(fd, 'sigmask')}`);

describe('signalfd(2)', () => {
  it('opens a descriptor for a set of signals, as fdinfo shows', () => {
    const fd = own(signalfd(-1, [SIGUSR2, 64]));
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('anon_inode:[signalfd]');
    expect(maskOf(fd)).toBe((1n << BigInt(SIGUSR2 - 1)) | (1n << 63n));
    expect(maskOf(own(signalfd(-1, [])))).toBe(0n);
    expect(maskOf(own(signalfd(-1, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0x40))))).toBe(
      2n | (1n << 62n),
    );
  });

  it('leaves out the two that nobody can block', () => {
    const { SIGKILL, SIGSTOP } = constants.signals;
    expect(maskOf(own(signalfd(-1, [SIGKILL, SIGSTOP, SIGUSR2])))).toBe(1n << BigInt(SIGUSR2 - 1));
  });

  it('gives one that is open another mask', () => {
    const fd = own(signalfd(-1, [SIGUSR2]));
    expect(signalfd(fd, [SIGCHLD])).toBe(fd);
    expect(maskOf(fd)).toBe(1n << BigInt(SIGCHLD - 1));
  });

  it('sets no flag that it is not given', () => {
    const flags = (fd: number) => [fcntl(fd, F_GETFL), fcntl(fd, F_GETFD)];
    expect(flags(own(signalfd(-1, [])))).toEqual([O_RDWR, 0]);
    expect(flags(own(signalfd(-1, [], SFD_NONBLOCK)))).toEqual([O_RDWR | O_NONBLOCK, 0]);
    expect(flags(own(signalfd(-1, [], SFD_CLOEXEC)))).toEqual([O_RDWR, FD_CLOEXEC]);
  });

  it('fails with EAGAIN when nothing is pending, and with EINVAL for too little memory', () => {
    const fd = own(signalfd(-1, [SIGUSR2], SFD_NONBLOCK));
    expect(poll([{ fd, events: POLLIN }], 0)).toBe(0);
    expectError(() => read(fd, new Uint8Array(128)), 'read', 'EAGAIN');
    expectError(() => read(fd, new Uint8Array(127)), 'read', 'EINVAL');
  });

  it('fails with EBADF and EINVAL', () => {
    const [a] = unixPair();
    expectError(() => signalfd(closedFd(), []), 'signalfd', 'EBADF');
    expectError(() => signalfd(a, []), 'signalfd', 'EINVAL');
    expectError(() => signalfd(-1, [], 1), 'signalfd', 'EINVAL');
    expect([raw.signalfd(closedFd(), []), raw.signalfd(a, [])]).toEqual([-9, -22]);
  });

  it('names its arguments', () => {
    expectRefused(() => signalfd(-1, [0]), RangeError, 'mask[0]');
    expectRefused(() => signalfd(-1, 12 as never), TypeError, 'mask');
    expectRefused(() => signalfd(-1, new Uint8Array(9)), RangeError, 'mask');
    expectRefused(() => signalfd('-1' as never, []), TypeError, 'fd');
    expectRefused(() => signalfd(-1, [], 0.5), RangeError, 'flags');
  });
});

const head = `const SIGUSR2 = ${SIGUSR2}, SIGIO = ${SIGIO};
s.sigprocmask(s.SIG_BLOCK, [SIGUSR2, SIGIO, 34]);
const fd = s.signalfd(-1, [SIGUSR2, SIGIO, 34], s.SFD_NONBLOCK);
const bytes = new Uint8Array(4 * 128);
const infos = () => {
  const count = s.read(fd, bytes) / 128;
  return Array.from({ length: count }, (_, i) => {
    const { ptr, addr, call_addr, ...rest } = s.decodeSignalfdSiginfo(bytes.subarray(128 * i));
    return { ...rest, ptr: String(ptr) };
  });
};
let handled = 0;
process.on('SIGUSR2', () => handled++);
`;

type Info = Omit<SignalfdSiginfo, 'ptr' | 'addr' | 'call_addr'> & { ptr: string };

describe('a signalfd of a thread that holds signals back', () => {
  it('tells of a signal to this thread, who sent it, and no handler runs', async () => {
    const body = `${head}s.fcntl(fd, s.F_SETFL, 0);
tell('ready');
const [info] = infos();
await new Promise((done) => setTimeout(done, 20));
tell([info, handled]);`;
    const act = (pid: number): void => tgkill(pid, pid, SIGUSR2);
    const [, said] = (await blocked(body, 'read', act)) as [string, [Info, number]];
    const [info, handled] = said;
    const SI_TKILL = -6;
    expect(info).toMatchObject({ signo: SIGUSR2, code: SI_TKILL, uid: process.getuid?.() });
    expect(info.pid).toBeGreaterThan(0);
    expect([info.errno, info.fd, info.status, info.ptr]).toEqual([0, 0, 0, '0']);
    expect(handled).toBe(0);
  });

  it('tells of several in one read, and of one signal once', async () => {
    const body = `${head}tell('ready');
s.poll([], 30000);
tell(s.poll([{ fd, events: s.POLLIN }], 0));
tell(infos().map(({ signo }) => signo));
tell(code(() => s.read(fd, bytes)));`;
    const act = (pid: number): void => {
      for (const signal of [SIGUSR2, SIGUSR2, 34, 34]) tgkill(pid, pid, signal);
      // A real-time signal queues; of the others there is one. Each pending bit is one signal.
      expect(signalsIn(pid, pid, 'SigPnd')).toEqual([SIGUSR2, 34]);
      expect(isBlockedIn(pid, 'poll')).toBe(true);
      // What nobody blocks ends the poll.
      tgkill(pid, pid, constants.signals.SIGWINCH);
    };
    const interruptible = `process.on('SIGWINCH', () => {});\n${body.replace(
      's.poll([], 30000)',
      'code(() => s.poll([], 30000))',
    )}`;
    expect(await blocked(interruptible, 'poll', act)).toEqual([
      'ready',
      1,
      [SIGUSR2, 34, 34],
      ['EAGAIN', 'read'],
    ]);
  });

  it('tells of a signal sent by pidfd_send_signal to the thread', (context) => {
    const body = `${head}const pidfd = code(() => s.pidfd_open(process.pid, s.PIDFD_THREAD));
if (pidfd[0] !== 'ok') { tell(pidfd); process.exit(); }
s.pidfd_send_signal(pidfd[1], SIGUSR2);
tell(infos().map(({ signo, code, pid }) => [signo, code, pid === process.pid]));`;
    const [said] = node(body);
    if (Array.isArray(said) && said[0] === 'EINVAL') context.skip('PIDFD_THREAD needs Linux 6.9');
    expect(said).toEqual([[SIGUSR2, -6, true]]);
  });

  it('tells of SIGIO which descriptor became ready, and for what: F_SETSIG, F_OWNER_TID', () => {
    const body = `${head}const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.fcntl(a, s.F_SETOWN_EX, Int32Array.of(s.F_OWNER_TID, process.pid));
s.fcntl(a, s.F_SETSIG, SIGIO);
s.fcntl(a, s.F_SETFL, s.O_ASYNC | s.O_NONBLOCK);
s.send(b, 'x');
s.poll([{ fd, events: s.POLLIN }], 10000);
tell([infos().map(({ signo, code, fd, band }) => [signo, code, fd === a, band & s.POLLIN])]);`;
    const POLL_IN = 1;
    expect(node(body)).toEqual([[[[SIGIO, POLL_IN, true, POLLIN]]]]);
  });

  it('hears nothing of a signal to the process: another thread takes it', () => {
    const body = `${head}process.kill(process.pid, 'SIGUSR2');
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell([handled, code(() => s.read(fd, bytes))]);`;
    expect(node(body)).toEqual([[1, ['EAGAIN', 'read']]]);
  });

  it('wakes an epoll descriptor of this thread', async () => {
    const body = `${head}const epfd = s.epoll_create1();
s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN });
tell('ready');
const [event] = s.epoll_wait(epfd, 1, 30000);
tell([event.events === s.EPOLLIN, event.data === fd, infos()[0].signo]);`;
    const act = (pid: number): void => {
      tgkill(pid, pid, SIGUSR2);
      waitUntil(() => signalsIn(pid, pid, 'SigPnd').length === 0, 'it is read');
    };
    expect(await blocked(body, 'epoll_wait', act)).toEqual(['ready', [true, true, SIGUSR2]]);
  });
});

describe('decodeSignalfdSiginfo', () => {
  it('needs 128 bytes, and takes the first of more', () => {
    const bytes = new Uint8Array(256);
    bytes[0] = 12;
    bytes[128] = 10;
    expect(decodeSignalfdSiginfo(bytes).signo).toBe(12);
    expect(decodeSignalfdSiginfo(bytes.subarray(128)).signo).toBe(10);
    expectRefused(() => decodeSignalfdSiginfo(new Uint8Array(127)), RangeError, 'bytes');
    expectRefused(() => decodeSignalfdSiginfo(12 as never), TypeError, 'bytes');
  });
});
