import { readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  FD_CLOEXEC,
  FIONREAD,
  fcntl,
  ioctl,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  O_NOTIFICATION_PIPE,
  O_RDONLY,
  O_WRONLY,
  pipe,
  pipe2,
  read,
  SystemError,
  write,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { node, run } from '../support/child.js';
import { expectError, expectRefused, guardFds, own, shut } from '../support/sockets.js';

guardFds();

const ends = (flags?: number): [number, number] =>
  pipe2(flags).map(own) as [reading: number, writing: number];

/** What one read of at most `size` bytes gives. */
function text(fd: number, size = 64): string {
  const buf = Buffer.alloc(size);
  return buf.toString('utf8', 0, read(fd, buf));
}

describe('pipe(2)', () => {
  it('opens an end to read from, and an end to write to', () => {
    const [reading, writing] = pipe().map(own) as [number, number];
    expect(readlinkSync(`/proc/self/fd/${reading}`)).toMatch(/^pipe:/);
    expect(readlinkSync(`/proc/self/fd/${reading}`)).toBe(readlinkSync(`/proc/self/fd/${writing}`));
    expect([fcntl(reading, F_GETFL), fcntl(writing, F_GETFL)]).toEqual([O_RDONLY, O_WRONLY]);
    expect([fcntl(reading, F_GETFD), fcntl(writing, F_GETFD)]).toEqual([0, 0]);
    write(writing, 'hello');
    expect(text(reading)).toBe('hello');
    expectError(() => write(reading, 'x'), 'write', 'EBADF');
    expectError(() => read(writing, new Uint8Array(1)), 'read', 'EBADF');
    shut(writing);
    expect(text(reading)).toBe('');
  });

  it('is what a child reads', () => {
    const [reading, writing] = ends();
    write(writing, 'to the child');
    shut(writing);
    expect(run('cat', ['/dev/fd/3'], { fds: [reading] })).toBe('to the child');
  });

  it('fails with EMFILE when there is no room for two', () => {
    const body = `const fds = [s.eventfd(0)];
try { for (let n = 0; n < 300; n++) fds.push(s.dup(fds[0])); } catch {}
tell([code(() => s.pipe()), code(() => s.pipe2(0))]);
s.close(fds.pop());
tell(code(() => s.pipe2(0))[0]);
s.close(fds.pop());
tell(code(() => s.pipe())[0]);`;
    expect(node(body, ['prlimit', '--nofile=256:256'])).toEqual([
      [
        ['EMFILE', 'pipe'],
        ['EMFILE', 'pipe2'],
      ],
      'EMFILE',
      'ok',
    ]);
  });
});

describe('pipe2(2)', () => {
  it('sets close-on-exec on both', () => {
    const [reading, writing] = ends(O_CLOEXEC);
    expect([fcntl(reading, F_GETFD), fcntl(writing, F_GETFD)]).toEqual([FD_CLOEXEC, FD_CLOEXEC]);
    expect([fcntl(reading, F_GETFL), fcntl(writing, F_GETFL)]).toEqual([O_RDONLY, O_WRONLY]);
  });

  it('makes both non-blocking: EAGAIN when it is empty, and when it is full', () => {
    const [reading, writing] = ends(O_NONBLOCK);
    expectError(() => read(reading, new Uint8Array(1)), 'read', 'EAGAIN');
    const block = new Uint8Array(1 << 20);
    expect(write(writing, block)).toBe(fcntl(writing, F_GETPIPE_SZ));
    expectError(() => write(writing, block), 'write', 'EAGAIN');
  });

  it('keeps each write a packet with O_DIRECT, and loses what the reader has no room for', () => {
    const [reading, writing] = ends(O_DIRECT | O_NONBLOCK);
    expect(fcntl(writing, F_GETFL) & O_DIRECT).toBe(O_DIRECT);
    for (const packet of ['one', 'two and more', 'three']) write(writing, packet);
    expect([text(reading), text(reading, 3), text(reading)]).toEqual(['one', 'two', 'three']);
    expect(raw.read(reading, new Uint8Array(1))).toBe(-11);
    // Without it a pipe is a stream.
    const [from, to] = ends();
    for (const part of ['one', 'two']) write(to, part);
    expect(text(from)).toBe('onetwo');
  });

  it('opens a pipe of notifications, where the kernel has them', (context) => {
    try {
      const [reading, writing] = ends(O_NOTIFICATION_PIPE);
      expectError(() => write(writing, 'x'), 'write', 'EXDEV');
      expect(ioctl(reading, FIONREAD)).toBe(0);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'ENOPKG') throw error;
      context.skip('this kernel has no O_NOTIFICATION_PIPE: CONFIG_WATCH_QUEUE is off');
    }
  });

  it('fails with EINVAL for flags that it does not know', () => {
    expectError(() => pipe2(0x2), 'pipe2', 'EINVAL');
    expectRefused(() => pipe2('0' as never), TypeError, 'flags');
    expectRefused(() => pipe2(2 ** 32), RangeError, 'flags');
  });

  it('writes both descriptors to memory of the caller in the raw form', () => {
    const pipefd = new Int32Array(3).fill(-1);
    expect(raw.pipe2(pipefd, O_CLOEXEC)).toBe(0);
    const [reading, writing] = [own(pipefd[0] as number), own(pipefd[1] as number)];
    expect(pipefd[2]).toBe(-1);
    expect(raw.write(writing, 'x')).toBe(1);
    expect(text(reading)).toBe('x');
    // At an odd address as well.
    const odd = new DataView(new ArrayBuffer(9), 1);
    expect(raw.pipe(odd)).toBe(0);
    own(odd.getInt32(0, true));
    own(odd.getInt32(4, true));
    const before = pipefd.slice();
    expect(raw.pipe2(pipefd, 0x2)).toBe(-22);
    expect(pipefd).toEqual(before);
    expectRefused(() => raw.pipe(new Uint8Array(7)), RangeError, 'pipefd');
    expectRefused(() => raw.pipe2([0, 0] as never), TypeError, 'pipefd');
  });
});

describe('the capacity of a pipe', () => {
  it('is set, and read: whole pages, and a power of two of them', () => {
    const [reading, writing] = ends(O_NONBLOCK);
    expect(fcntl(reading, F_GETPIPE_SZ)).toBe(65536);
    expect(fcntl(writing, F_SETPIPE_SZ, 4096)).toBe(4096);
    expect(fcntl(reading, F_GETPIPE_SZ)).toBe(4096);
    expect(write(writing, new Uint8Array(10_000))).toBe(4096);
    expect(fcntl(reading, F_SETPIPE_SZ, 5000)).toBe(8192);
    const script = 'import fcntl; print(fcntl.fcntl(3, 1032))';
    expect(run('python3', ['-c', script], { fds: [reading] }).trim()).toBe('8192');
    write(writing, new Uint8Array(4096));
    expectError(() => fcntl(reading, F_SETPIPE_SZ, 4096), 'fcntl', 'EBUSY');
  });

  it('is bounded for who is nobody: EPERM', () => {
    const body = `nobody();
const { readFileSync } = await import('node:fs');
const max = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8'));
const [r] = s.pipe();
tell(s.fcntl(r, s.F_SETPIPE_SZ, max) === max);
tell(code(() => s.fcntl(r, s.F_SETPIPE_SZ, max + 1)));`;
    expect(node(body)).toEqual([true, ['EPERM', 'fcntl']]);
  });
});
