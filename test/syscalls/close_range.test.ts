import { describe, expect, it } from 'vitest';
import {
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  close_range,
  dup2,
  eventfd,
  F_GETFD,
  FD_CLOEXEC,
  fcntl,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { node, run } from '../support/child.js';
import { disown, expectError, expectRefused, guardFds, own } from '../support/sockets.js';

guardFds();

/** Open descriptors of the numbers 700, 701, 703. */
function some(): number[] {
  const fd = own(eventfd(0));
  return [700, 701, 703].map((number) => own(dup2(fd, number)));
}

const flagsOf = (fds: readonly number[]): number[] => fds.map((fd) => raw.fcntl(fd, F_GETFD));

describe('close_range(2)', () => {
  it('closes what is open in the range, both ends included', () => {
    const fds = some();
    expect(flagsOf(fds)).toEqual([0, 0, 0]);
    close_range(701, 703);
    expect(flagsOf(fds)).toEqual([0, -9, -9]);
    // What is not open does not matter.
    close_range(700, 705);
    expect(flagsOf(fds)).toEqual([-9, -9, -9]);
    expect(raw.close_range(700, 705)).toBe(0);
    fds.forEach(disown);
  });

  it('sets close-on-exec instead with CLOSE_RANGE_CLOEXEC: a child sees the rest', () => {
    const fds = some();
    close_range(701, 0xffff_ffff, CLOSE_RANGE_CLOEXEC);
    expect(flagsOf(fds)).toEqual([0, FD_CLOEXEC, FD_CLOEXEC]);
    const listed = run('sh', ['-c', 'ls /proc/$$/fd']).trim().split('\n').map(Number);
    expect(fds.map((fd) => listed.includes(fd))).toEqual([true, false, false]);
  });

  it('closes for this thread only with CLOSE_RANGE_UNSHARE', () => {
    const body = `const { readdirSync } = await import('node:fs');
const fd = s.eventfd(0);
s.dup2(fd, 500);
const other = readdirSync('/proc/self/task').find((tid) => tid !== String(process.pid));
const open = () => [
  readdirSync('/proc/thread-self/fd').includes('500'),
  readdirSync('/proc/self/task/' + other + '/fd').includes('500'),
];
tell(open());
s.close_range(500, 500, s.CLOSE_RANGE_UNSHARE);
tell(open());`;
    expect(node(body)).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('fails with EINVAL for a range that ends before it begins, and for unknown flags', () => {
    expectError(() => close_range(703, 700), 'close_range', 'EINVAL');
    expectError(() => close_range(700, 703, 0x100), 'close_range', 'EINVAL');
    expect(raw.close_range(703, 700)).toBe(-22);
    expect(CLOSE_RANGE_UNSHARE & CLOSE_RANGE_CLOEXEC).toBe(0);
  });

  it('names its arguments, and closes nothing', () => {
    const fds = some();
    expectRefused(() => close_range(-1, 703), RangeError, 'first');
    expectRefused(() => close_range(700, 2 ** 32), RangeError, 'last');
    expectRefused(() => close_range(700, Number.POSITIVE_INFINITY), RangeError, 'last');
    expectRefused(() => close_range('700' as never, 703), TypeError, 'first');
    expectRefused(() => close_range(700, undefined as never), TypeError, 'last');
    expectRefused(() => close_range(700, 703, '0' as never), TypeError, 'flags');
    expect(flagsOf(fds)).toEqual([0, 0, 0]);
    expect(fcntl(fds[0] as number, F_GETFD)).toBe(0);
  });
});
