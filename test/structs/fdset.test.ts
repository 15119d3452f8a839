import { describe, expect, it } from 'vitest';
import { FD_CLR, FD_ISSET, FD_SET, FD_SETSIZE, FD_ZERO, FdSet } from '../../lib/structs/fdset.js';
import { runProgram, target } from '../support/cc.js';
import { expectRefused } from '../support/sockets.js';

describe('FdSet', () => {
  it('begins empty, or with the descriptors of any iterable', () => {
    expect([...new FdSet()]).toEqual([]);
    expect([...new FdSet([5, 0, 1023, 5])]).toEqual([0, 5, 1023]);
    expect([...new FdSet(new Set([63, 64]))]).toEqual([63, 64]);
    expect([...new FdSet(new FdSet([7, 8]))]).toEqual([7, 8]);
  });

  it('has each descriptor for itself', () => {
    for (let fd = 0; fd < FD_SETSIZE; fd++) {
      const set = new FdSet([fd]);
      expect([...set]).toEqual([fd]);
      expect(set.FD_ISSET(fd)).toBe(true);
      set.FD_CLR(fd);
      expect([...set.bytes].every((byte) => byte === 0)).toBe(true);
    }
  });

  it('leaves the others alone', () => {
    const all = Array.from({ length: FD_SETSIZE }, (_, fd) => fd);
    const set = new FdSet(all);
    set.FD_CLR(100);
    expect([...set]).toEqual(all.filter((fd) => fd !== 100));
    expect(set.FD_ISSET(100)).toBe(false);
    expect(set.FD_ISSET(101)).toBe(true);
    set.FD_SET(100);
    set.FD_SET(100);
    expect([...set]).toEqual(all);
    set.FD_ZERO();
    expect([...set]).toEqual([]);
  });

  it('is the same by the four macros of C', () => {
    const set = new FdSet();
    FD_SET(9, set);
    FD_SET(10, set);
    FD_CLR(9, set);
    expect([FD_ISSET(9, set), FD_ISSET(10, set)]).toEqual([false, true]);
    FD_ZERO(set);
    expect(FD_ISSET(10, set)).toBe(false);
  });

  it.runIf(target !== undefined)('has the bytes that C has', async () => {
    const fds = [0, 1, 7, 8, 62, 63, 64, 511, 1000, 1023];
    const hex = await runProgram(`#include <stdio.h>
#include <sys/select.h>
int main(void) {
  fd_set set;
  FD_ZERO(&set);
  ${fds.map((fd) => `FD_SET(${fd}, &set);`).join(' ')}
  for (unsigned i = 0; i < sizeof set; i++) printf("%02x", ((unsigned char *)&set)[i]);
}
`);
    expect(Buffer.from(new FdSet(fds).bytes).toString('hex')).toBe(hex);
  });

  it.each([-1, 1024, 2 ** 32, 1.5, Number.NaN])('has no place for descriptor %s', (fd) => {
    const set = new FdSet([3]);
    const before = set.bytes.slice();
    for (const call of [FD_SET, FD_CLR, FD_ISSET]) {
      expectRefused(() => call(fd, set), RangeError, 'fd');
    }
    expectRefused(() => set.FD_SET(fd), RangeError, 'fd');
    expectRefused(() => new FdSet([0, fd]), RangeError, 'fd');
    expect(set.bytes).toEqual(before);
  });

  it('takes nothing else', () => {
    expectRefused(() => new FdSet(3 as never), TypeError, 'fds');
    expectRefused(() => new FdSet(null as never), TypeError, 'fds');
    expectRefused(() => new FdSet(['3'] as never), TypeError, 'fd');
    expectRefused(() => FD_SET(1, new Uint8Array(128) as never), TypeError, 'set');
    expectRefused(() => FD_ZERO(null as never), TypeError, 'set');
  });
});
