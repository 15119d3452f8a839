/** RLIMIT_NOFILE reached while connections come: who is served is served on, the others later. */

import { describe, expect, it } from 'vitest';
import { node } from '../support/child.js';
import { longer, serverOf, servers, soaking } from '../support/soak.js';

soaking();

const LIMIT = 64;
const ROUNDS = 20 * longer;

describe.each(servers)('%s', (name) => {
  it('accepts whom it has no descriptor for when another ends, and asks no sooner', async (context) => {
    const server = await serverOf(context, name);
    const since = performance.now();
    // A server that is full looks again every second, too: others may have closed something.
    const looks = (): number => Math.ceil((performance.now() - since) / 1000);
    await server.report();
    server.limit(LIMIT);
    const fds = server.fds;
    const room = server.free(LIMIT).length;
    const [first, late] = [server.client(1), server.client(2)];
    await first.ask(`open ${room}`);
    expect(await late.ask('dial 10')).toBe('10');
    await late.ask('start 1 4096');
    for (let round = 0; round < ROUNDS; round++) {
      await first.ask('start 1 65536');
      expect(await first.ask(`wait ${room}`)).toMatch(`${room} `);
    }
    const full = await server.report();
    expect(full).toMatchObject({ accepted: room, open: room, errors: {}, outOfBand: [] });
    expect(full.full).toBeGreaterThan(0);
    expect(full.full).toBeLessThanOrEqual(1 + looks());
    expect(server.free(LIMIT)).toEqual([]);
    // One ends, and one is accepted: the one that has waited longest, with all that it has sent.
    for (const ended of [1, 2, 3]) {
      await first.ask('close 1');
      expect(await late.ask(`wait ${ended}`)).toMatch(`${ended} `);
      expect(await server.report()).toMatchObject({ accepted: room + ended, open: room });
    }
    await first.ask(`close ${room - 3}`);
    expect(await late.ask('wait 10')).toMatch('10 ');
    const served = await server.until(({ open }) => open === 10);
    expect(served).toMatchObject({ accepted: room + 10, errors: {}, outOfBand: [] });
    // Asked was once for each that has ended, at most.
    expect(served.full).toBeLessThanOrEqual(1 + room + looks());
    await late.ask('close 10');
    await server.until(({ open }) => open === 0);
    expect(server.fds).toBe(fds);
    for (const each of [first, late]) expect(await each.end()).toBe(0);
    expect(await server.end()).toBe(0);
  });

  it('goes on without one of its own that ends', async (context) => {
    const server = await serverOf(context, name);
    await server.report();
    server.limit(server.free(LIMIT)[0] ?? LIMIT);
    const client = server.client(1);
    await client.ask('dial 5');
    await client.ask('start 1 4096');
    await server.until(({ full }) => full > 0);
    expect(await server.report()).toMatchObject({ accepted: 0, open: 0, outOfBand: [] });
    server.limit(LIMIT);
    expect(await client.ask('wait 5')).toMatch('5 ');
    await client.ask('close 5');
    expect(await client.end()).toBe(0);
    expect(await server.end()).toBe(0);
  });
});

describe('a process without a descriptor left', () => {
  it('is told so when it waits for the first time, and waits once one is closed', () => {
    const [none, one] = node(`
      const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      const spare = [];
      nofile('${LIMIT}:');
      for (let fd; (fd = raw.dup(a)) >= 0; ) spare.push(fd);
      const buf = new Uint8Array(8);
      tell(await promises.recv(a, buf).catch((error) => error.message));
      s.close(spare.pop());
      const waiting = promises.recv(a, buf);
      s.send(b, 'hello');
      tell(await waiting);`);
    expect(none).toBe('epoll_create1 EMFILE');
    expect(one).toBe(5);
  });
});
