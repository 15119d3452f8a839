/** Ten thousand connections at once, each with bytes of its own, and what is left of them: nothing. */
import { describe, expect, it } from 'vitest';
import { longer, type Report, type Server, serverOf, servers, soaking } from '../support/soak.js';

soaking();

const COUNT = 10_000;
/** So often they are opened, and closed again. The first time is when memory is laid in. */
const CYCLES = 3 + longer;

/** What a server has when nobody is connected. */
async function atRest(server: Server): Promise<Report & { fds: number; watched: number }> {
  // In use is the listener alone: an end that is not closed yet, with a descriptor or without, counts.
  const report = await server.until(({ open }, { tcp }) => open === 0 && tcp.inuse === 1);
  return { ...report, fds: server.fds, watched: server.watched };
}

describe.each(servers)('%s', (name) => {
  it(`echoes ${COUNT} connections, and keeps nothing of them`, async (context) => {
    const server = await serverOf(context, name, COUNT + 200);
    const client = server.client(1);
    const before = await atRest(server);
    const rests: Report[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      expect(await client.ask(`open ${COUNT}`)).toBe(`${COUNT}`);
      // An echo may be here before its server has begun to wait for more.
      await server.report();
      expect([server.fds - before.fds, server.watched]).toEqual([COUNT, COUNT + 2]);
      // The listener, and both ends of each connection.
      expect(server.tcp.inuse).toBe(1 + 2 * COUNT);
      await client.ask('start 1 262144');
      const [done, bytes] = (await client.ask(`wait ${COUNT}`)).split(' ').map(Number);
      expect(done).toBe(COUNT);
      expect(bytes).toBeGreaterThan(COUNT * 262_144 * 0.05);
      await client.ask(`close ${COUNT}`);
      const rest = await atRest(server);
      expect(rest).toMatchObject({ fds: before.fds, watched: 2, sending: 0, full: 0 });
      expect(rest).toMatchObject({ accepted: COUNT * (cycle + 1), errors: {}, outOfBand: [] });
      rests.push(rest);
    }
    // The least that could be kept of a connection is a pointer, and of its memory, all of it.
    const connections = COUNT * (CYCLES - 2);
    const [, base] = rests as [Report, Report];
    await server.until(({ heap, external }) => {
      return heap - base.heap < 8 * connections && external - base.external < connections;
    });
    await client.end();
    expect(await server.end()).toBe(0);
  });
});
