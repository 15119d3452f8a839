import { readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  eventfd,
  eventfd_read,
  eventfd_write,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  O_NONBLOCK,
  O_RDWR,
  POLLERR,
  POLLIN,
  POLLOUT,
  pipe2,
  poll,
  read,
  write,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { blocked, isBlockedIn, python, waitUntil } from '../support/child.js';
import { fdinfoField, tgkill } from '../support/proc.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  own,
  unixPair,
} from '../support/sockets.js';
import { waiter } from '../support/waiter.js';

guardFds();

const MAX = 2n ** 64n - 2n;

/** The counter, by the kernel. */
const counted = (fd: number): bigint => BigInt(`0x${fdinfoField(fd, 'eventfd-count')}`);

const ready = (fd: number): number => {
  const entry = { fd, events: POLLIN | POLLOUT, revents: 0 };
  poll([entry], 0);
  return entry.revents;
};

describe('eventfd(2)', () => {
  it('begins with what it is given', () => {
    for (const initval of [0, 7, 2 ** 32 - 1]) {
      const fd = own(eventfd(initval));
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('anon_inode:[eventfd]');
      expect(counted(fd)).toBe(BigInt(initval));
    }
  });

  it('sets no flag that it is not given', () => {
    const flags = (fd: number) => [fcntl(fd, F_GETFL), fcntl(fd, F_GETFD)];
    expect(flags(own(eventfd(0)))).toEqual([O_RDWR, 0]);
    expect(flags(own(eventfd(0, EFD_NONBLOCK)))).toEqual([O_RDWR | O_NONBLOCK, 0]);
    expect(flags(own(eventfd(0, EFD_CLOEXEC)))).toEqual([O_RDWR, FD_CLOEXEC]);
    expect(fdinfoField(own(eventfd(0, EFD_SEMAPHORE)), 'eventfd-semaphore')).toMatch(/^0*1$/);
    expectError(() => eventfd(0, 0x4000_0000), 'eventfd', 'EINVAL');
    expect(raw.eventfd(0, 2)).toBe(-22);
  });

  it('names its arguments', () => {
    expectRefused(() => eventfd(-1), RangeError, 'initval');
    expectRefused(() => eventfd(2 ** 32), RangeError, 'initval');
    expectRefused(() => eventfd(1n as never), TypeError, 'initval');
    expectRefused(() => eventfd(0, '0' as never), TypeError, 'flags');
  });
});

describe('the counter of an eventfd', () => {
  it('adds what is written, and is taken by a read', () => {
    const fd = own(eventfd(1));
    eventfd_write(fd, 2);
    eventfd_write(fd, 3n);
    expect(counted(fd)).toBe(6n);
    expect(eventfd_read(fd)).toBe(6n);
    expect(counted(fd)).toBe(0n);
  });

  it('goes down by one at a time with EFD_SEMAPHORE', () => {
    const fd = own(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
    expect([eventfd_read(fd), counted(fd)]).toEqual([1n, 1n]);
    eventfd_write(fd, 1);
    expect([eventfd_read(fd), eventfd_read(fd), counted(fd)]).toEqual([1n, 1n, 0n]);
    expectError(() => eventfd_read(fd), 'eventfd_read', 'EAGAIN');
  });

  it('has 64 bits, and fails with EAGAIN where it would overflow', () => {
    const fd = own(eventfd(0, EFD_NONBLOCK));
    eventfd_write(fd, 2n ** 63n + 1n);
    expect(counted(fd)).toBe(2n ** 63n + 1n);
    eventfd_write(fd, MAX - (2n ** 63n + 1n));
    expect(counted(fd)).toBe(MAX);
    expectError(() => eventfd_write(fd, 1), 'eventfd_write', 'EAGAIN');
    expect(ready(fd)).toBe(POLLIN);
    // Nothing can be added without a word.
    eventfd_write(fd, 0);
    expect(eventfd_read(fd)).toBe(MAX);
    eventfd_write(fd, Number.MAX_SAFE_INTEGER);
    expect(eventfd_read(fd)).toBe(2n ** 53n - 1n);
  });

  it('fails with EAGAIN when it is 0 and non-blocking', () => {
    const fd = own(eventfd(0, EFD_NONBLOCK));
    expectError(() => eventfd_read(fd), 'eventfd_read', 'EAGAIN');
    expect(raw.eventfd_read(fd, new Uint8Array(8))).toBe(-11);
    eventfd_write(fd, 0);
    expectError(() => eventfd_read(fd), 'eventfd_read', 'EAGAIN');
  });

  it('is ready to read above 0, and to write below its limit', () => {
    const fd = own(eventfd(0));
    expect(ready(fd)).toBe(POLLOUT);
    eventfd_write(fd, 1);
    expect(ready(fd)).toBe(POLLIN | POLLOUT);
    eventfd_write(fd, MAX - 1n);
    expect(ready(fd) & (POLLIN | POLLOUT | POLLERR)).toBe(POLLIN);
  });

  it('wakes a thread that waits to read, and one that waits to write', async () => {
    const fd = own(eventfd(0));
    const reader = await waiter('String(s.eventfd_read(data))', 'read', fd);
    eventfd_write(fd, 5);
    expect(await reader.told).toBe('5');
    eventfd_write(fd, MAX);
    const writer = await waiter('s.eventfd_write(data, 1) ?? null', 'write', fd);
    expect(eventfd_read(fd)).toBe(MAX);
    expect(await writer.told).toBe(null);
    expect(counted(fd)).toBe(1n);
  });

  it('is the same for another process', async () => {
    const fd = own(eventfd(0));
    const body = "tell('ready'); tell(String(s.eventfd_read(3)));";
    const act = () => eventfd_write(fd, 42);
    expect(await blocked(body, 'read', act, [fd])).toEqual(['ready', '42']);
    const script = `import os
os.eventfd_write(3, 2 ** 40)
json.dump(os.eventfd_read(3), sys.stdout)`;
    eventfd_write(fd, 1);
    expect(python(script, null, [fd])).toBe(2 ** 40 + 1);
  });

  it('is waited for through signals, since the handlers of Node ask for that: SA_RESTART', async () => {
    const fd = own(eventfd(0));
    const body = "tell('ready'); tell(String(s.eventfd_read(3)));";
    const act = (pid: number): void => {
      tgkill(pid, pid, constants.signals.SIGUSR2);
      waitUntil(() => isBlockedIn(pid, 'read'), 'it waits again');
      eventfd_write(fd, 1);
    };
    expect(await blocked(body, 'read', act, [fd])).toEqual(['ready', '1']);
  });
});

describe('eventfd_read(3) and eventfd_write(3)', () => {
  it('are a read and a write of 8 bytes', () => {
    const fd = own(eventfd(0));
    expect(write(fd, BigUint64Array.of(9n))).toBe(8);
    const value = new BigUint64Array(1);
    expect(read(fd, value)).toBe(8);
    expect(value[0]).toBe(9n);
    eventfd_write(fd, 3);
    expect(raw.eventfd_read(fd, value)).toBe(0);
    expect(value[0]).toBe(3n);
    expect(raw.eventfd_write(fd, 4n)).toBe(0);
    const odd = new DataView(new ArrayBuffer(12), 3, 9);
    expect(raw.eventfd_read(fd, odd)).toBe(0);
    expect([odd.getBigUint64(0, true), odd.getUint8(8)]).toEqual([4n, 0]);
    expectError(() => write(fd, new Uint8Array(7)), 'write', 'EINVAL');
  });

  it('fail with EINVAL for the one number that is too many, and with EBADF', () => {
    const fd = own(eventfd(0));
    expectError(() => eventfd_write(fd, 2n ** 64n - 1n), 'eventfd_write', 'EINVAL');
    expect(counted(fd)).toBe(0n);
    expectError(() => eventfd_read(closedFd()), 'eventfd_read', 'EBADF');
    expectError(() => eventfd_write(-1, 1), 'eventfd_write', 'EBADF');
  });

  it('fail with EIO where fewer than 8 bytes go', () => {
    const [a, b] = unixPair();
    write(b, 'abc');
    expectError(() => eventfd_read(a), 'eventfd_read', 'EIO');
    const [reading, writing] = pipe2(O_NONBLOCK).map(own) as [number, number];
    eventfd_write(writing, 0x0102n);
    const bytes = new Uint8Array(8);
    expect(read(reading, bytes)).toBe(8);
    expect([...bytes.subarray(0, 3)]).toEqual([2, 1, 0]);
    expectError(() => eventfd_read(reading), 'eventfd_read', 'EAGAIN');
  });

  it('name their arguments', () => {
    const fd = own(eventfd(0));
    expectRefused(() => eventfd_write(fd, 2n ** 64n), RangeError, 'value');
    expectRefused(() => eventfd_write(fd, -1n), RangeError, 'value');
    expectRefused(() => eventfd_write(fd, -1), RangeError, 'value');
    expectRefused(() => eventfd_write(fd, 2 ** 53), RangeError, 'value');
    expectRefused(() => eventfd_write(fd, 0.5), RangeError, 'value');
    expectRefused(() => eventfd_write(fd, '1' as never), TypeError, 'value');
    expectRefused(() => eventfd_write(1.5, 1), RangeError, 'fd');
    expectRefused(() => eventfd_read('3' as never), TypeError, 'fd');
    expectRefused(() => raw.eventfd_read(fd, new Uint8Array(7)), RangeError, 'value');
    expectRefused(() => raw.eventfd_read(fd, 1n as never), TypeError, 'value');
    expect(counted(fd)).toBe(0n);
  });
});
