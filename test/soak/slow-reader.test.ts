/** Clients that do not read what they are sent: nobody else waits for them, and nothing is lost. */
import { describe, expect, it } from 'vitest';
import { BUFFER, longer, serverOf, servers, soaking } from '../support/soak.js';

soaking();

const SLOW = 4;
const OTHERS = 200;
const ROUNDS = 20 * longer;

describe.each(servers)('%s', (name) => {
  it('serves the others while some do not read, and those when they do', async (context) => {
    const server = await serverOf(context, name);
    const [slow, others] = [server.client(1), server.client(2)];
    await slow.ask(`open ${SLOW}`);
    await others.ask(`open ${OTHERS}`);
    const before = await server.report();
    // Both ends have a buffer for each direction. What each is to get does not fit in the four.
    const kept = 4 * BUFFER;
    const length = 8 * kept;
    await slow.ask('deaf');
    await slow.ask(`start ${length} ${length}`);
    // They send as long as the kernel takes it; what comes back stays with the kernel as well.
    const stuff = (): Promise<string> => slow.ask('stuff');
    await server.until(({ sending }) => sending === SLOW, stuff);
    for (let round = 0; round < ROUNDS; round++) {
      await stuff();
      await others.ask('start 1 65536');
      expect(await others.ask(`wait ${OTHERS}`)).toMatch(`${OTHERS} `);
    }
    const stuck = await server.report();
    expect(stuck).toMatchObject({ open: SLOW + OTHERS, sending: SLOW, errors: {}, outOfBand: [] });
    // What waits for them is in the kernel. The server has no more than it received at once.
    expect(Number(await stuff())).toBeLessThan(SLOW * (kept + 65_536));
    expect(stuck.external - before.external).toBeLessThanOrEqual(SLOW * 65_536);
    await slow.ask('hear');
    expect(await slow.ask(`wait ${SLOW}`)).toBe(`${SLOW} ${SLOW * length}`);
    await slow.ask(`close ${SLOW}`);
    await others.ask(`close ${OTHERS}`);
    const after = await server.until(({ open }) => open === 0);
    expect(after).toMatchObject({ sending: 0, errors: {}, outOfBand: [] });
    for (const each of [slow, others]) expect(await each.end()).toBe(0);
    expect(await server.end()).toBe(0);
  });
});
