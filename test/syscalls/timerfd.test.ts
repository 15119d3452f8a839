import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_UNIX,
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  CLOCK_TAI,
  decodeItimerspec,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  type Itimerspec,
  ioctl,
  O_NONBLOCK,
  O_RDWR,
  POLLIN,
  poll,
  read,
  SOCK_DGRAM,
  SystemError,
  TFD_CLOEXEC,
  TFD_IOC_SET_TICKS,
  TFD_NONBLOCK,
  TFD_TIMER_ABSTIME,
  TFD_TIMER_CANCEL_ON_SET,
  timerfd_create,
  timerfd_gettime,
  timerfd_settime,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { isRoot, node, run, waitUntil } from '../support/child.js';
import { fdinfoField } from '../support/proc.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  own,
  unixPair,
} from '../support/sockets.js';
import { waiter } from '../support/waiter.js';

guardFds();

const ms = (n: number) => ({ sec: Math.floor(n / 1000), nsec: (n % 1000) * 1_000_000 });
const never = { sec: 0, nsec: 0 };
const long = { sec: 1000, nsec: 0 };
const nanoseconds = ({ sec, nsec }: { sec: number; nsec: number }): number => sec * 1e9 + nsec;

/** A timer on CLOCK_MONOTONIC that does not block. */
const timer = (clock = CLOCK_MONOTONIC): number => own(timerfd_create(clock, TFD_NONBLOCK));

/** How often a timer has expired since it was last asked. */
function expirations(fd: number): bigint {
  const count = new BigUint64Array(1);
  expect(read(fd, count)).toBe(8);
  return count[0] as bigint;
}

const expires = (fd: number): boolean => poll([{ fd, events: POLLIN }], 10_000) === 1;

/** What /proc says of a timer: it_value and it_interval, in `(sec, nsec)`. */
function timerInfo(fd: number): Itimerspec {
  const time = (name: string) => {
    const [, sec, nsec] = /\((\d+), (\d+)\)/.exec(fdinfoField(fd, name) ?? '') ?? [];
    return { sec: Number(sec), nsec: Number(nsec) };
  };
  return { interval: time('it_interval'), value: time('it_value') };
}

describe('timerfd_create(2)', () => {
  it('opens a timer of each clock that can have one', () => {
    for (const clock of [CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME]) {
      const fd = own(timerfd_create(clock));
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('anon_inode:[timerfd]');
      expect(fdinfoField(fd, 'clockid')).toBe(String(clock));
      expect(timerfd_gettime(fd)).toEqual({ interval: never, value: never });
    }
  });

  it('sets no flag that it is not given', () => {
    const flags = (fd: number) => [fcntl(fd, F_GETFL), fcntl(fd, F_GETFD)];
    expect(flags(own(timerfd_create(CLOCK_MONOTONIC)))).toEqual([O_RDWR, 0]);
    expect(flags(timer())).toEqual([O_RDWR | O_NONBLOCK, 0]);
    expect(flags(own(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)))).toEqual([O_RDWR, FD_CLOEXEC]);
  });

  it('fails with EINVAL for clocks and flags that it does not know', () => {
    expectError(() => timerfd_create(CLOCK_TAI), 'timerfd_create', 'EINVAL');
    expectError(() => timerfd_create(-1), 'timerfd_create', 'EINVAL');
    expectError(() => timerfd_create(CLOCK_MONOTONIC, 1), 'timerfd_create', 'EINVAL');
    expect(raw.timerfd_create(99)).toBe(-22);
  });

  it('fails with EPERM for an alarm without CAP_WAKE_ALARM', () => {
    const body = `nobody();
tell([code(() => s.timerfd_create(s.CLOCK_REALTIME_ALARM)),
  code(() => s.timerfd_create(s.CLOCK_BOOTTIME_ALARM))]);`;
    const refused = ['EPERM', 'timerfd_create'];
    expect(node(body)).toEqual([[refused, refused]]);
    if (isRoot) own(timerfd_create(CLOCK_BOOTTIME_ALARM));
  });

  it('names its arguments', () => {
    expectRefused(() => timerfd_create('1' as never), TypeError, 'clockid');
    expectRefused(() => timerfd_create(0.5), RangeError, 'clockid');
    expectRefused(() => timerfd_create(1, null as never), TypeError, 'flags');
  });
});

describe('timerfd_settime(2)', () => {
  it('arms a timer that expires once', () => {
    const fd = timer();
    expectError(() => read(fd, new Uint8Array(8)), 'read', 'EAGAIN');
    timerfd_settime(fd, 0, { value: ms(2) });
    expect(expires(fd)).toBe(true);
    expect(expirations(fd)).toBe(1n);
    expect(timerfd_gettime(fd)).toEqual({ interval: never, value: never });
    expectError(() => read(fd, new Uint8Array(8)), 'read', 'EAGAIN');
  });

  it('expires no sooner than it is told, to the nanosecond', () => {
    const fd = own(timerfd_create(CLOCK_MONOTONIC));
    const start = process.hrtime.bigint();
    timerfd_settime(fd, 0, { value: { sec: 0, nsec: 3_141_592 } });
    expect(expirations(fd)).toBe(1n);
    expect(process.hrtime.bigint() - start).toBeGreaterThanOrEqual(3_141_592n);
  });

  it('arms a timer that expires again and again, and counts what nobody read', () => {
    const fd = timer();
    timerfd_settime(fd, 0, { value: ms(1), interval: ms(1) });
    expect(expires(fd)).toBe(true);
    let total = expirations(fd);
    while (total < 5n && expires(fd)) total += expirations(fd);
    expect(total).toBeGreaterThanOrEqual(5n);
    // Without a reader they are added up: 1000 of a microsecond are over in a millisecond.
    timerfd_settime(fd, 0, { value: { sec: 0, nsec: 1000 }, interval: { sec: 0, nsec: 1000 } });
    poll([], 2);
    expect(expires(fd)).toBe(true);
    expect(expirations(fd)).toBeGreaterThan(1000n);
    expect(timerInfo(fd).interval).toEqual({ sec: 0, nsec: 1000 });
    timerfd_settime(fd, 0, { value: never });
    expect(raw.read(fd, new Uint8Array(8))).toBe(-11);
  });

  it('tells what the timer was set to before', () => {
    const fd = timer();
    expect(timerfd_settime(fd, 0, { value: long, interval: { sec: 3, nsec: 7 } })).toEqual({
      interval: never,
      value: never,
    });
    const old = timerfd_settime(fd, 0, { value: never });
    expect(old.interval).toEqual({ sec: 3, nsec: 7 });
    expect(nanoseconds(old.value)).toBeLessThanOrEqual(1000e9);
    expect(nanoseconds(old.value)).toBeGreaterThan(900e9);
    expect(timerInfo(fd)).toEqual({ interval: never, value: never });
  });

  it('takes a time of the clock with TFD_TIMER_ABSTIME', () => {
    const fd = timer();
    const now = process.hrtime.bigint();
    const at = now + 3_000_000n;
    const value = { sec: Number(at / 1_000_000_000n), nsec: Number(at % 1_000_000_000n) };
    timerfd_settime(fd, TFD_TIMER_ABSTIME, { value });
    expect(expires(fd)).toBe(true);
    expect(process.hrtime.bigint()).toBeGreaterThanOrEqual(at);
    expect(expirations(fd)).toBe(1n);
    // What is over expires at once.
    timerfd_settime(fd, TFD_TIMER_ABSTIME, { value: { sec: 0, nsec: 1 } });
    expect(expires(fd)).toBe(true);
    expect(expirations(fd)).toBe(1n);
    const wall = timer(CLOCK_REALTIME);
    const later = { sec: Math.floor(Date.now() / 1000) + 100, nsec: 0 };
    timerfd_settime(wall, TFD_TIMER_ABSTIME, { value: later });
    expect(fdinfoField(wall, 'settime flags')).toBe('01');
    const left = nanoseconds(timerfd_gettime(wall).value);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(100e9);
  });

  it('wakes a thread that reads', async () => {
    const fd = own(timerfd_create(CLOCK_MONOTONIC));
    const thread = await waiter('s.read(data, new Uint8Array(8))', 'read', fd);
    timerfd_settime(fd, 0, { value: ms(1) });
    expect(await thread.told).toBe(8);
  });

  it('fails with EINVAL, EBADF, and EFAULT', () => {
    const fd = timer();
    const [a] = unixPair();
    const fails = (code: string, ...args: Parameters<typeof timerfd_settime>) =>
      expectError(() => timerfd_settime(...args), 'timerfd_settime', code);
    fails('EINVAL', fd, 0, { value: { sec: 0, nsec: 1_000_000_000 } });
    fails('EINVAL', fd, 0, { value: { sec: -1, nsec: 0 } });
    fails('EINVAL', fd, 0, { value: long, interval: { sec: 0, nsec: -1 } });
    fails('EINVAL', fd, 0x7000, { value: long });
    fails('EINVAL', a, 0, { value: long });
    fails('EBADF', closedFd(), 0, { value: long });
    expectError(() => timerfd_gettime(a), 'timerfd_gettime', 'EINVAL');
    expectError(() => timerfd_gettime(-1), 'timerfd_gettime', 'EBADF');
    expect(raw.timerfd_settime(-1, 0, { value: long })).toBe(-9);
    expect(raw.timerfd_gettime(fd, null as never)).toBe(-14);
  });

  it('names its arguments', () => {
    const fd = timer();
    const set = (value: unknown) => () => timerfd_settime(fd, 0, value as never);
    expectRefused(set(5), TypeError, 'new_value');
    expectRefused(set({}), TypeError, 'new_value.value');
    expectRefused(set({ value: { sec: 1 } }), TypeError, 'new_value.value.nsec');
    expectRefused(set({ value: { sec: 0.5, nsec: 0 } }), RangeError, 'new_value.value.sec');
    expectRefused(set({ value: long, interval: 5 }), TypeError, 'new_value.interval');
    expectRefused(set(new Uint8Array(31)), RangeError, 'new_value');
    expectRefused(() => timerfd_settime(fd, 0.5, { value: long }), RangeError, 'flags');
    const short = new Uint8Array(31);
    expectRefused(
      () => raw.timerfd_settime(fd, 0, { value: long }, short),
      RangeError,
      'old_value',
    );
    expectRefused(() => raw.timerfd_gettime(fd, short), RangeError, 'curr_value');
    expect(timerInfo(fd).value).toEqual(never);
  });
});

describe('timerfd_gettime(2)', () => {
  it('tells what is left, as fdinfo does and python3 reads it', () => {
    const fd = timer();
    timerfd_settime(fd, 0, { value: long, interval: { sec: 2, nsec: 500 } });
    const { interval, value } = timerfd_gettime(fd);
    const later = timerInfo(fd);
    expect([interval, later.interval]).toEqual([
      { sec: 2, nsec: 500 },
      { sec: 2, nsec: 500 },
    ]);
    expect(nanoseconds(later.value)).toBeLessThanOrEqual(nanoseconds(value));
    expect(nanoseconds(later.value)).toBeGreaterThan(nanoseconds(value) - 100e9);
  });

  it('fills and takes 32 bytes in the raw form', () => {
    const fd = timer();
    const times = BigInt64Array.of(1n, 2n, 500n, 4n);
    const old = new BigInt64Array(4).fill(-1n);
    expect(raw.timerfd_settime(fd, 0, times, old)).toBe(0);
    expect([...old]).toEqual([0n, 0n, 0n, 0n]);
    expect(raw.timerfd_gettime(fd, old)).toBe(0);
    expect(decodeItimerspec(old).interval).toEqual({ sec: 1, nsec: 2 });
    expect(old[2]).toBeGreaterThan(400n);
    expect(timerInfo(fd).interval).toEqual({ sec: 1, nsec: 2 });
  });
});

/** Sets the clock forward by one nanosecond, and back: adjtimex(2). False when it may not. */
function touchClock(): boolean {
  const script = `import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
ADJ_SETOFFSET, ADJ_NANO = 0x0100, 0x2000
for sec, nsec in (0, 1), (-1, 999999999):
    timex = (ctypes.c_long * 32)()
    timex[0] = ADJ_SETOFFSET | ADJ_NANO
    timex[9], timex[10] = sec, nsec
    if libc.adjtimex(timex) < 0:
        print(errno.errorcode[ctypes.get_errno()])
        break`;
  return spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stdout === '';
}

describe('TFD_TIMER_CANCEL_ON_SET', () => {
  it('ends a read with ECANCELED once the clock was set, and the next is well', (context) => {
    // The clock is the machine's: another run of this test would cancel the timer of this one.
    const alone = open(AF_UNIX, SOCK_DGRAM);
    const name = { family: AF_UNIX, abstract: 'sockfd sets the clock' } as const;
    waitUntil(() => raw.bind(alone, name) === 0, 'nobody else sets the clock');
    const fd = timer(CLOCK_REALTIME);
    const value = { sec: Math.floor(Date.now() / 1000) + 100, nsec: 0 };
    const flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    timerfd_settime(fd, flags, { value });
    expect(fdinfoField(fd, 'settime flags')).toBe('03');
    expect(raw.read(fd, new Uint8Array(8))).toBe(-11);
    if (!touchClock()) context.skip('the clock can be set with CAP_SYS_TIME only');
    waitUntil(() => poll([{ fd, events: POLLIN }], 0) === 1, 'the timer is cancelled');
    expectError(() => read(fd, new Uint8Array(8)), 'read', 'ECANCELED');
    expect(raw.read(fd, new Uint8Array(8))).toBe(-11);
    expect(touchClock()).toBe(true);
    // The clock was set since: the timer is armed all the same.
    expectError(() => timerfd_settime(fd, flags, { value }), 'timerfd_settime', 'ECANCELED');
    expect(timerfd_gettime(fd).value.sec).toBeGreaterThan(0);
  });
});

describe('TFD_IOC_SET_TICKS', () => {
  it('sets how often the timer has expired', (context) => {
    const fd = timer();
    try {
      ioctl(fd, TFD_IOC_SET_TICKS, BigUint64Array.of(42n));
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'ENOTTY') throw error;
      context.skip('this kernel has no TFD_IOC_SET_TICKS: CONFIG_CHECKPOINT_RESTORE is off');
    }
    expect(fdinfoField(fd, 'ticks')).toBe('42');
    expect(expirations(fd)).toBe(42n);
    expectError(() => ioctl(fd, TFD_IOC_SET_TICKS, new Uint8Array(8)), 'ioctl', 'EINVAL');
  });
});

it('a timer is another process’s as well', () => {
  const fd = timer();
  timerfd_settime(fd, 0, { value: { sec: 0, nsec: 1 } });
  expect(expires(fd)).toBe(true);
  const script = 'import os, struct; print(struct.unpack("Q", os.read(3, 8))[0])';
  expect(run('python3', ['-c', script], { fds: [fd] }).trim()).toBe('1');
  expect(raw.read(fd, new Uint8Array(8))).toBe(-11);
});
