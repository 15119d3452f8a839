/** Thousands of waits at once: in order, cancelled, ended with their worker; nothing stays of them. */
import { describe, expect, it } from 'vitest';
import { connect, getsockname, SOCK_DGRAM, send as sendNow } from '../../lib/index.js';
import { recv } from '../../lib/promises.js';
import { node } from '../support/child.js';
import { registered, warmPromises } from '../support/promises.js';
import { longer } from '../support/soak.js';
import { bound, guardFds, open } from '../support/sockets.js';

warmPromises();
guardFds();

describe('a thousand who wait for one socket', () => {
  it('get a datagram each, in the order of asking', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const sender = open(addr.family, SOCK_DGRAM);
    connect(sender, addr);
    expect(getsockname(fd)).toEqual(addr);
    const served: number[] = [];
    const buffers = Array.from({ length: 1000 }, () => new Uint32Array(1));
    const all = buffers.map(async (buf, i) => {
      const bytes = await recv(fd, buf);
      served.push(i);
      return bytes;
    });
    // The queue of the socket has room for a hundred of them.
    for (let first = 0; first < 1000; first += 100) {
      for (let i = first; i < first + 100; i++) sendNow(sender, Uint32Array.of(i));
      await all[first + 99];
    }
    expect(await Promise.all(all)).toEqual(new Array(1000).fill(4));
    expect(buffers.map(([n]) => n)).toEqual(served);
    expect(served).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('are passed over when they have given up', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const sender = open(addr.family, SOCK_DGRAM);
    connect(sender, addr);
    const buffers = Array.from({ length: 1000 }, () => new Uint32Array(1));
    const controllers = buffers.map(() => new AbortController());
    const all = buffers.map((buf, i) => recv(fd, buf, { signal: controllers[i]?.signal }));
    const results = Promise.allSettled(all);
    // All but each tenth, from the last to the first.
    for (let i = 999; i >= 0; i--) if (i % 10 !== 0) controllers[i]?.abort();
    for (let i = 0; i < 1000; i += 10) sendNow(sender, Uint32Array.of(i));
    const given = await results;
    for (const [i, { status }] of given.entries()) {
      expect([i, status]).toEqual([i, i % 10 === 0 ? 'fulfilled' : 'rejected']);
    }
    expect(buffers.map(([n]) => n)).toEqual(buffers.map((_, i) => (i % 10 === 0 ? i : 0)));
    expect(registered(fd)).toHaveLength(1);
  });
});

const COUNT = 10_000;
const ROUNDS = 4 + longer;

/** What a child counts, and 10,000 buffers that wait: one for each of 100 sockets a hundred times. */
const head = `
  import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
  import { getHeapStatistics, setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const uncaught = [];
  process.on('uncaughtException', (error) => uncaught.push(String(error)));
  const pairs = Array.from({ length: 100 }, () => s.socketpair(s.AF_UNIX, s.SOCK_STREAM));
  const watched = () => readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readFileSync('/proc/self/fdinfo/' + fd, 'utf8').match(/^tfd:.* data: *[1-9a-f][0-9a-f]{8,}/gm) ?? [];
    } catch {
      return [];
    }
  }).length;
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const turns = async () => { for (let i = 0; i < 4; i++) await new Promise((r) => setImmediate(r)); };
  const recvs = (optionsOf) => Array.from({ length: ${COUNT} }, (_, i) =>
    promises.recv(pairs[i % 100][0], new Uint8Array(1), optionsOf(i)).catch((error) => error));
  // What a signal has kept is not always found by the first collection: it is looked for again.
  const state = async (most, looks) => {
    for (;; looks--) {
      await turns();
      gc();
      const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
      if (heap <= most || looks === 1) {
        return { watched: watched(), timers: timers(), heap, external };
      }
    }
  };
`;

/** Runs a round some times in a child. @returns what it told in the middle, and what is left after */
function rounds(round: string): {
  told: unknown[];
  left: { watched: number; timers: number; heap: number; external: number }[];
} {
  const told = node(`${head}
  const round = async () => { ${round} };
  for (let i = 0, most = 0; i < ${ROUNDS}; i++) {
    await round();
    const left = await state(most, [1, 5][i] ?? 20);
    // The first round is when memory is laid in. A pointer for each wait would be seen.
    if (i === 1) most = left.heap + ${8 * COUNT * (ROUNDS - 2)};
    tell({ left, most });
  }
  tell(uncaught);`);
  expect(told.pop()).toEqual([]);
  const isLeft = (each: unknown): boolean => typeof each === 'object' && 'left' in (each ?? {});
  return {
    told: told.filter((each) => !isLeft(each)),
    left: told.filter(isLeft).map((each) => (each as { left: never }).left),
  };
}

describe(`${COUNT} waits that are given up`, () => {
  it.each([
    [
      'each by a signal of its own',
      `const controllers = Array.from({ length: ${COUNT} }, () => new AbortController());
      const all = recvs((i) => ({ signal: controllers[i].signal }));
      tell(watched());
      for (const each of controllers) each.abort();
      tell((await Promise.all(all)).filter((each) => each.name === 'AbortError').length);`,
      0,
    ],
    [
      'all by one signal',
      `const controller = new AbortController();
      const all = recvs(() => ({ signal: controller.signal }));
      tell(watched());
      controller.abort();
      tell((await Promise.all(all)).filter((each) => each.name === 'AbortError').length);`,
      0,
    ],
    [
      'by a timeout',
      `const all = recvs((i) => ({ timeout: 1 + i % 10 }));
      tell(watched());
      tell((await Promise.all(all)).filter((each) => each.name === 'TimeoutError').length);`,
      0,
    ],
    [
      'by a timeout that is not needed',
      `const all = recvs(() => ({ timeout: 1_000_000, signal: new AbortController().signal }));
      tell(watched());
      for (const [, b] of pairs) s.send(b, new Uint8Array(${COUNT / 100}));
      tell((await Promise.all(all)).filter((each) => each === 1).length);`,
      100,
    ],
    [
      'by closing',
      `const all = recvs(() => ({ timeout: 1_000_000, signal: new AbortController().signal }));
      tell(watched());
      for (const pair of pairs) {
        for (const fd of pair) s.close(fd);
        pair.splice(0, 2);
      }
      for (const pair of pairs) pair.push(...s.socketpair(s.AF_UNIX, s.SOCK_STREAM));
      tell((await Promise.all(all)).filter((each) => each.code === 'EBADF').length);`,
      0,
    ],
  ])('%s leave nothing', (_how, round, watched) => {
    const { told, left } = rounds(round);
    expect(told).toEqual(new Array(ROUNDS).fill([100, COUNT]).flat());
    expect(left).toHaveLength(ROUNDS);
    for (const each of left) expect(each).toMatchObject({ watched, timers: 0 });
    // A pointer for each would be seen, and a buffer of one byte.
    const grown = (what: 'heap' | 'external'): number =>
      (left.at(-1)?.[what] ?? 0) - (left[1]?.[what] ?? 0);
    expect(grown('heap')).toBeLessThan(8 * COUNT * (ROUNDS - 2));
    expect(grown('external')).toBeLessThan(COUNT * (ROUNDS - 2));
  });
});
