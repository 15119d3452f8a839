/** How long a registration lasts, and when it is looked after: seen by what the kernel has of it. */
import { describe, expect, it } from 'vitest';
import {
  close_range,
  dup2,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  MSG_DONTWAIT,
  SOCK_DGRAM,
  send as sendNow,
} from '../../lib/index.js';
import { native } from '../../lib/kernel/addon.js';
import { recv, send } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import {
  failure,
  fill,
  isSettled,
  registered,
  rejection,
  turns,
  warmPromises,
} from '../support/promises.js';
import { guardFds, unixPair } from '../support/sockets.js';

warmPromises();
guardFds();

/** What the kernel adds. */
const FAILED = EPOLLERR | EPOLLHUP;

type Pair = [a: number, b: number];

const room = (): Uint8Array => new Uint8Array(64);

const events = (fd: number): number[] => registered(fd).map((each) => each.events);

/** Waits for one end of each pair, and is served in one turn. */
async function serve(pairs: Pair[]): Promise<void> {
  const all = pairs.map(([a]) => recv(a, room()));
  for (const [, b] of pairs) sendNow(b, 'x');
  await Promise.all(all);
}

/**
 * What is in doubt by now has been asked for, once: that is done after 5 ms, and timers of the same
 * time are called in the order in which they were set.
 */
async function lookedAfter(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** As another addon would: the number is another file, and nobody has said so. */
const replace = (fd: number, by: number): void => {
  expect(native.dup2(by, fd)).toBe(fd);
};

describe('numbers that are other files behind our back', () => {
  /** One more than are asked at a time. */
  const COUNT = 17;
  const pairsOf = (): Pair[] => Array.from({ length: COUNT }, () => unixPair());

  /** Waits again for all of them, which are ends of `[c]` by now. */
  function waitAgain(pairs: Pair[], [c]: Pair): Promise<number>[] {
    return pairs.map(([a]) => {
      replace(a, c);
      return recv(a, room());
    });
  }

  async function serveAll(waiting: Promise<number>[], [, d]: Pair): Promise<void> {
    for (const _ of waiting) sendNow(d, 'new');
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 3));
  }

  const found = (pairs: Pair[]): number => pairs.filter(([a]) => registered(a).length > 0).length;

  it('are found out some at a time where all had been served in this turn', async () => {
    const pairs = pairsOf();
    const other = unixPair(SOCK_DGRAM);
    await lookedAfter();
    await serve(pairs);
    const waiting = waitAgain(pairs, other);
    const asked = lookedAfter();
    expect(found(pairs)).toBe(0);
    await asked;
    expect(found(pairs)).toBe(COUNT - 1);
    await lookedAfter();
    expect(found(pairs)).toBe(COUNT);
    await serveAll(waiting, other);
  });

  it('are found out all at once where others have been served since', async () => {
    const pairs = pairsOf();
    const other = unixPair(SOCK_DGRAM);
    await serve(pairs);
    await serve([unixPair()]);
    const waiting = waitAgain(pairs, other);
    expect(found(pairs)).toBe(0);
    await lookedAfter();
    expect(found(pairs)).toBe(COUNT);
    await serveAll(waiting, other);
  });

  it.each([
    ['in this turn', []],
    ['in another', [1]],
  ])('are found out by who was served %s, however often they were asked', async (_when, later) => {
    const pair = unixPair();
    const others = async (): Promise<void> => {
      for (const _ of later) await serve([unixPair()]);
    };
    await serve([pair]);
    await others();
    const waiting = recv(pair[0], room());
    await lookedAfter();
    expect(await isSettled(waiting)).toBe(false);
    sendNow(pair[1], 'x');
    expect(await waiting).toBe(1);
    await others();
    const [c, d] = unixPair();
    replace(pair[0], c);
    const next = recv(pair[0], room());
    await lookedAfter();
    expect(registered(pair[0])).toHaveLength(1);
    sendNow(d, 'new');
    expect(await next).toBe(3);
  });

  it('are told to who waited for the old file, though nobody waits for the new', async () => {
    const [a] = unixPair();
    const [c, d] = unixPair();
    const controller = new AbortController();
    const old = recv(a, room());
    // Beside it, without a system call: that is in doubt until it is looked after.
    const beside = recv(a, room(), { signal: controller.signal });
    replace(a, c);
    controller.abort();
    await rejection(beside);
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    expect(registered(a)).toEqual([]);
    // That there is no registration is known: the next one is made at once.
    const next = recv(a, room());
    expect(registered(a)).toHaveLength(1);
    sendNow(d, 'x');
    expect(await next).toBe(1);
  });
});

describe('a registration', () => {
  it('loses what came while nobody waited for it, and nothing else, each time', async () => {
    const [a, b] = unixPair();
    const controller = new AbortController();
    fill(a);
    const writing = rejection(send(a, 'x', { signal: controller.signal }));
    const reading = recv(a, room());
    controller.abort();
    await writing;
    sendNow(b, 'x');
    expect(await reading).toBe(1);
    await turns(3);
    expect(events(a)).toEqual([EPOLLIN | EPOLLOUT | FAILED]);
    sendNow(b, 'nobody waits');
    await turns(3);
    expect(events(a)).toEqual([EPOLLOUT | FAILED]);
    while (raw.recv(b, new Uint8Array(1 << 20), MSG_DONTWAIT) > 0);
    await turns(3);
    expect(events(a)).toEqual([FAILED]);
  });

  it('ends with the last that waits, and is another the next time', async () => {
    const [a, b] = unixPair();
    const generations: number[] = [];
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const waiting = rejection(recv(a, room(), { signal: controller.signal }));
      generations.push(...registered(a).map(({ generation }) => generation));
      controller.abort();
      await waiting;
      expect(registered(a)).toEqual([]);
    }
    expect(new Set(generations).size).toBe(3);
    const waiting = recv(a, room());
    sendNow(b, 'x');
    expect(await waiting).toBe(1);
  });

  it('is not looked for beyond the last descriptor when a range without end is closed', async () => {
    const [a, b] = unixPair();
    const [c] = unixPair();
    const high = dup2(c, 900);
    const [below, waiting] = [recv(a, room()), recv(high, room())];
    close_range(high, 0xffff_ffff);
    expect(await failure(waiting)).toEqual(['recv', 'EBADF']);
    expect(await isSettled(below)).toBe(false);
    sendNow(b, 'x');
    expect(await below).toBe(1);
  });
});
