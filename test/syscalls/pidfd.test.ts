import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  accept,
  close,
  EPOLL_CTL_ADD,
  EPOLLIN,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  ioctl,
  O_NONBLOCK,
  PIDFD_GET_NET_NAMESPACE,
  PIDFD_NONBLOCK,
  PIDFD_SELF_THREAD_GROUP,
  PIDFD_SIGNAL_PROCESS_GROUP,
  PIDFD_SIGNAL_THREAD_GROUP,
  POLLIN,
  pidfd_getfd,
  pidfd_open,
  pidfd_send_signal,
  poll,
  recv,
  SystemError,
  send,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { blocked, isRoot, node, run } from '../support/child.js';
import { fdinfoField, signalsIn } from '../support/proc.js';
import { inodeOf } from '../support/procnet.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  own,
  unixPair,
} from '../support/sockets.js';

guardFds();

const { SIGKILL, SIGTERM, SIGUSR2 } = constants.signals;

/** A child that sleeps, and when it has ended, with which signal. */
function sleeper(): { pid: number; ended: Promise<unknown[]> } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  return { pid: child.pid as number, ended: once(child, 'exit') };
}

const isReady = (fd: number, timeout = 0): boolean => poll([{ fd, events: POLLIN }], timeout) === 1;

describe('pidfd_open(2)', () => {
  it('opens a descriptor of a process, which closes on execve', () => {
    const fd = own(pidfd_open(process.pid));
    expect(fdinfoField(fd, 'Pid')).toBe(String(process.pid));
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/pidfd/);
    expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC);
    expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(0);
    expect(fcntl(own(pidfd_open(process.pid, PIDFD_NONBLOCK)), F_GETFL) & O_NONBLOCK).toBe(
      O_NONBLOCK,
    );
  });

  it('is ready once the process has ended, and says so through epoll too', async () => {
    const { pid, ended } = sleeper();
    const fd = own(pidfd_open(pid));
    const epfd = own(epoll_create1());
    epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN, data: pid });
    expect([isReady(fd), epoll_wait(epfd, 1, 0)]).toEqual([false, []]);
    pidfd_send_signal(fd, SIGTERM);
    expect(isReady(fd, 10_000)).toBe(true);
    expect(epoll_wait(epfd, 1, 10_000)).toMatchObject([{ data: pid }]);
    expect(await ended).toEqual([null, 'SIGTERM']);
    // It stands for that process for ever, and for nobody else.
    expectError(() => pidfd_send_signal(fd, 0), 'pidfd_send_signal', 'ESRCH');
    expect(isReady(fd)).toBe(true);
    expect(fdinfoField(fd, 'Pid')).toBe('-1');
  });

  it('fails with ESRCH for nobody, and with EINVAL', async () => {
    const { pid, ended } = sleeper();
    process.kill(pid, 'SIGKILL');
    await ended;
    expectError(() => pidfd_open(pid), 'pidfd_open', 'ESRCH');
    expectError(() => pidfd_open(0), 'pidfd_open', 'EINVAL');
    expectError(() => pidfd_open(-1), 'pidfd_open', 'EINVAL');
    expectError(() => pidfd_open(process.pid, 1), 'pidfd_open', 'EINVAL');
    expect(raw.pidfd_open(-1)).toBe(-22);
    expectRefused(() => pidfd_open('1' as never), TypeError, 'pid');
    expectRefused(() => pidfd_open(2 ** 31), RangeError, 'pid');
    expectRefused(() => pidfd_open(1, null as never), TypeError, 'flags');
  });

  it('opens a descriptor of a thread with PIDFD_THREAD only', (context) => {
    const body = `const { Worker } = await import('node:worker_threads');
const source = \`const { readlinkSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
parentPort.postMessage(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
parentPort.once('message', () => {});\`;
const worker = new Worker(source, { eval: true, execArgv: [] });
const tid = await new Promise((done) => worker.once('message', done));
tell(code(() => s.pidfd_open(tid))[0]);
const [said, fd] = code(() => s.pidfd_open(tid, s.PIDFD_THREAD));
tell(said);
if (said === 'ok') {
  tell(s.poll([{ fd, events: s.POLLIN }], 0));
  worker.postMessage(0);
  tell(s.poll([{ fd, events: s.POLLIN }], 10000));
}
worker.unref();`;
    const [asProcess, asThread, alive, ended] = node(body);
    if (asThread === 'EINVAL') context.skip('PIDFD_THREAD needs Linux 6.9');
    expect(['EINVAL', 'ENOENT']).toContain(asProcess);
    expect([asThread, alive, ended]).toEqual(['ok', 0, 1]);
  });
});

describe('pidfd_send_signal(2)', () => {
  it('sends a signal, or none', async () => {
    const { pid, ended } = sleeper();
    const fd = own(pidfd_open(pid));
    pidfd_send_signal(fd, 0);
    expect(raw.pidfd_send_signal(fd, 0)).toBe(0);
    expect(isReady(fd)).toBe(false);
    pidfd_send_signal(fd, SIGKILL);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(raw.pidfd_send_signal(fd, 0)).toBe(-3);
  });

  it('reaches a handler of Node', async () => {
    const body = `let handled = 0;
process.on('SIGUSR2', () => handled++);
tell('ready');
code(() => s.poll([], 30000));
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell(handled);`;
    const act = (pid: number): void => {
      const fd = pidfd_open(pid);
      pidfd_send_signal(fd, SIGUSR2);
      close(fd);
    };
    expect(await blocked(body, 'poll', act)).toEqual(['ready', 1]);
  });

  it('takes what the descriptor is of from its flags, or this process without one', (context) => {
    const fd = own(pidfd_open(process.pid));
    try {
      pidfd_send_signal(fd, 0, null, PIDFD_SIGNAL_THREAD_GROUP);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
      context.skip('PIDFD_SIGNAL_THREAD_GROUP needs Linux 6.9');
    }
    expect(raw.pidfd_send_signal(fd, 0, null, 7)).toBe(-22);
    const itself = raw.pidfd_send_signal(PIDFD_SELF_THREAD_GROUP, 0);
    if (itself === -9) context.skip('PIDFD_SELF_THREAD_GROUP needs Linux 6.17');
    expect(itself).toBe(0);
  });

  it('reaches the thread with PIDFD_SIGNAL_THREAD, where others would take it', (context) => {
    // To the process, it would be for a thread that does not block it, and end the process.
    const body = `const fd = s.pidfd_open(process.pid);
const bytes = new Uint8Array(128);
s.sigprocmask(s.SIG_BLOCK, [${SIGUSR2}]);
const signals = s.signalfd(-1, [${SIGUSR2}], s.SFD_NONBLOCK);
tell(raw.pidfd_send_signal(fd, ${SIGUSR2}, null, s.PIDFD_SIGNAL_THREAD));
tell(raw.read(signals, bytes));
tell(s.decodeSignalfdSiginfo(bytes).signo);`;
    const [sent, ...heard] = node(body);
    if (sent === -22) context.skip('PIDFD_SIGNAL_THREAD needs Linux 6.9');
    expect([sent, ...heard]).toEqual([0, 128, SIGUSR2]);
  });

  it.each([
    ['sockfd', pidfd_send_signal],
    ['sockfd/raw', raw.pidfd_send_signal],
  ])('of %s sends to the process where no flags are given', async (_name, send) => {
    const script = `import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [${SIGUSR2}])
print('blocked', flush=True)
sys.stdin.read()`;
    const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    send(own(pidfd_open(pid)), SIGUSR2);
    // It waits for any thread of it, and not for the first.
    expect(signalsIn(pid, pid, 'ShdPnd')).toEqual([SIGUSR2]);
    expect(signalsIn(pid, pid, 'SigPnd')).toEqual([]);
    child.stdin.end();
    expect(await closed).toEqual([0, null]);
  });

  it('reaches the whole group with PIDFD_SIGNAL_PROCESS_GROUP', async (context) => {
    // Both hold the pipe, which so ends with the last of them.
    const script = 'sleep 1000 & echo started; exec sleep 1000';
    const leader = spawn('sh', ['-c', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(leader, 'close');
    await once(leader.stdout, 'data');
    const fd = own(pidfd_open(leader.pid ?? 0));
    const sent = raw.pidfd_send_signal(fd, SIGKILL, null, PIDFD_SIGNAL_PROCESS_GROUP);
    if (sent === -22) process.kill(-(leader.pid ?? 0), SIGKILL);
    expect(await closed).toEqual([null, 'SIGKILL']);
    if (sent === -22) context.skip('PIDFD_SIGNAL_PROCESS_GROUP needs Linux 6.9');
    expect(sent).toBe(0);
  });

  it('fails with EBADF, EINVAL and EPERM', () => {
    const [a] = unixPair();
    const fd = own(pidfd_open(process.pid));
    expectError(() => pidfd_send_signal(closedFd(), 0), 'pidfd_send_signal', 'EBADF');
    expectError(() => pidfd_send_signal(a, 0), 'pidfd_send_signal', 'EBADF');
    expectError(() => pidfd_send_signal(fd, 65), 'pidfd_send_signal', 'EINVAL');
    expectError(() => pidfd_send_signal(fd, 0, null, 0x1000), 'pidfd_send_signal', 'EINVAL');
    expectRefused(() => pidfd_send_signal(fd, 'SIGTERM' as never), TypeError, 'sig');
    expectRefused(() => pidfd_send_signal(1.5, 0), RangeError, 'pidfd');
    // As in C: flags are the fourth.
    for (const info of [0, PIDFD_SIGNAL_THREAD_GROUP, {}, new Uint8Array(128)]) {
      expectRefused(() => pidfd_send_signal(fd, 0, info as never), TypeError, 'info');
    }
    expectRefused(() => pidfd_send_signal(fd, 0, null, '0' as never), TypeError, 'flags');
    if (!isRoot) return;
    const body = `const fd = s.pidfd_open(${process.pid});
nobody();
tell(code(() => s.pidfd_send_signal(fd, 0)));`;
    expect(node(body)).toEqual([['EPERM', 'pidfd_send_signal']]);
  });
});

describe('pidfd_getfd(2)', () => {
  it('takes a socket from a child: it listens there, and is accepted from here', async () => {
    const body = `const l = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(l, lo);
s.listen(l, 4);
tell([l, s.getsockname(l).port]);
const c = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(c, s.getsockname(l));
const buf = new Uint8Array(8);
const n = s.recv(c, buf);
tell(Buffer.from(buf.subarray(0, n)).toString());`;
    // The descriptor that the child tells is the first that it has free: found by its inode.
    const act = (pid: number): void => {
      const pidfd = own(pidfd_open(pid));
      const listening = listeners(pid);
      expect(listening).toHaveLength(1);
      const fd = own(pidfd_getfd(pidfd, listening[0] as number));
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(
        readlinkSync(`/proc/${pid}/fd/${listening[0]}`),
      );
      expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC);
      const connection = own(accept(fd).fd);
      send(connection, 'hello');
    };
    const said = await blocked(body, 'recvfrom', act);
    expect(said[1]).toBe('hello');
  });

  it('duplicates a descriptor of this process too', () => {
    const [a, b] = unixPair();
    const pidfd = own(pidfd_open(process.pid));
    const copy = own(pidfd_getfd(pidfd, a));
    expect([copy !== a, inodeOf(copy)]).toEqual([true, inodeOf(a)]);
    send(b, 'x');
    expect(recv(copy, new Uint8Array(4))).toBe(1);
    expect(own(raw.pidfd_getfd(pidfd, a))).toBeGreaterThan(0);
  });

  it('fails with EBADF, EINVAL, ESRCH and EPERM', async () => {
    const { pid, ended } = sleeper();
    const pidfd = own(pidfd_open(pid));
    expectError(() => pidfd_getfd(pidfd, 900), 'pidfd_getfd', 'EBADF');
    expectError(() => pidfd_getfd(pidfd, -1), 'pidfd_getfd', 'EBADF');
    expectError(() => pidfd_getfd(unixPair()[0], 0), 'pidfd_getfd', 'EBADF');
    expectError(() => pidfd_getfd(pidfd, 0, 1), 'pidfd_getfd', 'EINVAL');
    pidfd_send_signal(pidfd, SIGKILL);
    await ended;
    expectError(() => pidfd_getfd(pidfd, 0), 'pidfd_getfd', 'ESRCH');
    expectRefused(() => pidfd_getfd('1' as never, 0), TypeError, 'pidfd');
    expectRefused(() => pidfd_getfd(pidfd, 0.5), RangeError, 'targetfd');
    expectRefused(() => pidfd_getfd(pidfd, 0, '0' as never), TypeError, 'flags');
    if (!isRoot) return;
    const body = `const fd = s.pidfd_open(${process.pid});
nobody();
tell(code(() => s.pidfd_getfd(fd, 0)));`;
    expect(node(body)).toEqual([['EPERM', 'pidfd_getfd']]);
  });
});

/** The descriptors of a process at which a TCP socket listens, by ss(8). */
function listeners(pid: number): number[] {
  const lines = run('ss', ['-Hltnp']).split('\n');
  return lines.flatMap((line) => {
    const found = new RegExp(`pid=${pid},fd=(\\d+)`).exec(line);
    return found === null ? [] : [Number(found[1])];
  });
}

describe('ioctl(2) of a pidfd', () => {
  it('opens the namespaces of a process', (context) => {
    const pidfd = own(pidfd_open(process.pid));
    const result = raw.ioctl(pidfd, PIDFD_GET_NET_NAMESPACE);
    if (result === -25) context.skip('PIDFD_GET_NET_NAMESPACE needs Linux 6.11');
    const fd = own(result);
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(readlinkSync('/proc/self/ns/net'));
    expect(inodeOf(fd)).toBe(statSync('/proc/self/ns/net').ino);
    own(ioctl(pidfd, PIDFD_GET_NET_NAMESPACE));
  });
});
