import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  clock_gettime,
  TFD_TIMER_ABSTIME,
  type Timespec,
  timerfd_create,
  timerfd_gettime,
  timerfd_settime,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { run } from '../support/child.js';
import { expectError, expectRefused, guardFds, own } from '../support/sockets.js';

guardFds();

const nanoseconds = ({ sec, nsec }: Timespec): bigint =>
  BigInt(sec) * 1_000_000_000n + BigInt(nsec);

/** What a clock says, between two looks at another that should say the same. */
function between(clockid: number, other: () => bigint): [bigint, bigint, bigint] {
  const before = other();
  const now = nanoseconds(clock_gettime(clockid));
  return [before, now, other()];
}

function expectBetween([before, now, after]: [bigint, bigint, bigint], unit: bigint): void {
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThan(after + unit);
}

describe('clock_gettime(2)', () => {
  it('says what process.hrtime says of CLOCK_MONOTONIC', () => {
    expectBetween(between(CLOCK_MONOTONIC, process.hrtime.bigint), 1n);
  });

  it('says what Date.now says of CLOCK_REALTIME, and more of it', () => {
    expectBetween(
      between(CLOCK_REALTIME, () => BigInt(Date.now()) * 1_000_000n),
      1_000_000n,
    );
  });

  it('says what /proc/uptime says of CLOCK_BOOTTIME', () => {
    const uptime = (): bigint => {
      const [sec = '', hundredths = ''] = readFileSync('/proc/uptime', 'utf8').split(/[. ]/);
      return BigInt(sec) * 1_000_000_000n + BigInt(hundredths) * 10_000_000n;
    };
    expectBetween(between(CLOCK_BOOTTIME, uptime), 10_000_000n);
  });

  it('says what Python says of CLOCK_TAI', () => {
    const python = (): bigint =>
      BigInt(run('python3', ['-c', 'import time; print(time.clock_gettime_ns(time.CLOCK_TAI))']));
    expectBetween(between(CLOCK_TAI, python), 1n);
  });

  it('knows the time that the thread has worked', () => {
    const begin = nanoseconds(clock_gettime(CLOCK_THREAD_CPUTIME_ID));
    const wall = process.hrtime.bigint();
    for (let i = 0; process.hrtime.bigint() - wall < 1_000_000n; i++) Math.sqrt(i);
    expect(nanoseconds(clock_gettime(CLOCK_THREAD_CPUTIME_ID))).toBeGreaterThan(begin);
  });

  it.each([CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME])(
    'is what TFD_TIMER_ABSTIME counts by, of clock %i',
    (clock) => {
      const fd = own(timerfd_create(clock));
      const before = clock_gettime(clock);
      const target = { sec: before.sec + 1000, nsec: before.nsec };
      timerfd_settime(fd, TFD_TIMER_ABSTIME, { value: target });
      const left = nanoseconds(timerfd_gettime(fd).value);
      expect(left).toBeLessThanOrEqual(1_000_000_000_000n);
      expect(left).toBeGreaterThanOrEqual(nanoseconds(target) - nanoseconds(clock_gettime(clock)));
    },
  );

  it('fails with EINVAL for a clock that there is not', () => {
    expectError(() => clock_gettime(99), 'clock_gettime', 'EINVAL');
    const tp = new BigInt64Array([1n, 2n]);
    expect(raw.clock_gettime(99, tp)).toBe(-22);
    expect([...tp]).toEqual([1n, 2n]);
  });

  it('is written into memory of the caller by the raw form, wherever that begins', () => {
    const bytes = new Uint8Array(32).fill(0xaa);
    const before = process.hrtime.bigint();
    expect(raw.clock_gettime(CLOCK_MONOTONIC, bytes.subarray(3))).toBe(0);
    const after = process.hrtime.bigint();
    const view = new DataView(bytes.buffer, 3);
    const now = view.getBigInt64(0, true) * 1_000_000_000n + view.getBigInt64(8, true);
    expectBetween([before, now, after], 1n);
    expect([...bytes.subarray(0, 3), ...bytes.subarray(19)]).toEqual(Array(16).fill(0xaa));
  });

  it('names its arguments', () => {
    expectRefused(() => clock_gettime('1' as never), TypeError, 'clockid');
    expectRefused(() => clock_gettime(0.5), RangeError, 'clockid');
    expectRefused(() => raw.clock_gettime(1, null as never), TypeError, 'tp');
    expectRefused(() => raw.clock_gettime(1, new Uint8Array(15)), RangeError, 'tp');
  });
});
