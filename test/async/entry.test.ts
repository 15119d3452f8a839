/** The ring of those that wait for a descriptor, against a list of them. */
import { describe, expect, it } from 'vitest';
import { Entry, isInLine, type Waiter } from '../../lib/async/entry.js';
import { EPOLLIN, EPOLLOUT, EPOLLPRI } from '../../lib/index.js';

function waiter(events: number, apart = false): Waiter {
  return {
    ...{ fd: 3, events, apart, sure: false, next: undefined },
    attempt: () => true,
    gone: () => undefined,
  };
}

describe('who waits', () => {
  it('is in the order of coming, whoever leaves', () => {
    const entry = new Entry(3);
    const everyone = Array.from({ length: 5 }, () => waiter(EPOLLIN));
    let list: Waiter[] = [];
    const check = (): void => {
      expect(entry.waiters).toEqual(list);
      expect(entry.isEmpty).toBe(list.length === 0);
      expect(entry.only).toBe(list.length === 1 ? list[0] : undefined);
    };
    check();
    // Each order of leaving for which the ring is another: 5 ways to choose who leaves each time.
    for (let order = 0; order < 5 ** 5; order++) {
      for (const each of everyone) entry.add(each);
      list = [...everyone];
      for (let rest = order; list.length > 0; rest = Math.floor(rest / 5)) {
        const [leaving] = list.splice((rest % 5) % list.length, 1) as [Waiter];
        expect(entry.delete(leaving)).toBe(true);
        expect(entry.delete(leaving)).toBe(false);
        if (order % 625 === 7) check();
        else if (entry.waiters.length !== list.length) check();
      }
    }
    check();
  });

  it('can come again, and is then the last', () => {
    const entry = new Entry(3);
    const [first, second] = [waiter(EPOLLIN), waiter(EPOLLOUT)];
    for (const each of [first, second]) entry.add(each);
    entry.delete(first);
    entry.add(first);
    expect(entry.waiters).toEqual([second, first]);
  });

  it('wants its events, and all of them together', () => {
    const entry = new Entry(3);
    expect(entry.wanted).toBe(0);
    const all = [waiter(EPOLLIN), waiter(EPOLLOUT), waiter(EPOLLPRI)];
    for (const each of all) entry.add(each);
    expect(entry.wanted).toBe(EPOLLIN | EPOLLOUT | EPOLLPRI);
    entry.delete(all[1] as Waiter);
    expect(entry.wanted).toBe(EPOLLIN | EPOLLPRI);
  });

  it('is in line when it waits for one direction, and not apart', () => {
    expect(isInLine(waiter(EPOLLIN))).toBe(true);
    expect(isInLine(waiter(EPOLLOUT))).toBe(true);
    expect(isInLine(waiter(EPOLLIN, true))).toBe(false);
    expect(isInLine(waiter(EPOLLIN | EPOLLPRI))).toBe(false);
    const entry = new Entry(3);
    entry.add(waiter(EPOLLIN, true));
    entry.add(waiter(EPOLLOUT));
    expect(entry.isAwaited(EPOLLIN)).toBe(false);
    expect(entry.isAwaited(EPOLLOUT)).toBe(true);
  });
});
