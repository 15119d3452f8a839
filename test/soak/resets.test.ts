/** Peers that reset: an error on their descriptor alone, whatever the server was doing with it. */
import { describe, expect, it } from 'vitest';
import { node } from '../support/child.js';
import { BUFFER, longer, type Report, serverOf, servers, soaking } from '../support/soak.js';

soaking();

const GOOD = 50;
const BAD = 40;
const CHAOS = 2000 * longer;

const sum = (errors: Report['errors']): number => {
  return Object.values(errors).reduce((all, n) => all + n, 0);
};

/** The errors that a reset may be, by the call that meets it. */
const fromReset = /^(recv|send) (ECONNRESET|EPIPE)$/;

describe.each(servers)('%s', (name) => {
  it('loses a peer that resets, at any moment, and nobody else', async (context) => {
    const server = await serverOf(context, name);
    await server.report();
    const before = server.fds;
    const [good, bad] = [server.client(1), server.client(2)];
    await good.ask(`open ${GOOD}`);
    const others = async (): Promise<void> => {
      await good.ask('start 1 65536');
      expect(await good.ask(`wait ${GOOD}`)).toMatch(`${GOOD} `);
    };
    /** The errors of those that were reset since. */
    let known: Report['errors'] = {};
    const errors = async (): Promise<Report['errors']> => {
      const report = await server.until(({ open }) => open === GOOD);
      const added = Object.entries(report.errors).map(([key, n]) => [key, n - (known[key] ?? 0)]);
      known = report.errors;
      expect(report.outOfBand).toEqual([]);
      return Object.fromEntries(added.filter(([, n]) => n !== 0)) as Report['errors'];
    };

    // While the server waits to receive.
    await bad.ask(`open ${BAD}`);
    await bad.ask(`reset ${BAD}`);
    expect(await errors()).toEqual({ 'recv ECONNRESET': BAD });
    await others();

    // While it waits to send.
    await bad.ask(`open ${BAD}`);
    await bad.ask('deaf');
    await bad.ask(`start ${8 * BUFFER} ${8 * BUFFER}`);
    await server.until(
      ({ sending }) => sending === BAD,
      () => bad.ask('stuff'),
    );
    await bad.ask(`reset ${BAD}`);
    const sending = await errors();
    expect([sum(sending), Object.keys(sending).every((each) => /^send/.test(each))]).toEqual([
      BAD,
      true,
    ]);
    await others();
    await good.ask(`close ${GOOD}`);
    await server.until(({ open }) => open === 0);
    expect(server.fds).toBe(before);
    for (const each of [good, bad]) expect(await each.end()).toBe(0);
    expect(await server.end()).toBe(0);
  });

  it('loses those that reset before it accepts them, and while it does anything', async (context) => {
    const server = await serverOf(context, name);
    await server.report();
    const before = server.fds;
    const [good, bad, chaos] = [1, 2, 3].map((seed) => server.client(seed));
    if (!good || !bad || !chaos) throw new Error('three clients');
    await good.ask(`open ${GOOD}`);
    // Connected, some with data, and reset, all before the server has its turn again.
    server.signal('SIGSTOP');
    await bad.ask(`dial ${BAD}`);
    await bad.ask(`reset ${BAD}`);
    await bad.ask(`dial ${BAD}`);
    await bad.ask('start 1 4096');
    await bad.ask(`reset ${BAD}`);
    server.signal('SIGCONT');
    // Linux hands them out all the same.
    const reset = await server.until(({ accepted, open }) => {
      return accepted === GOOD + 2 * BAD && open === GOOD;
    });
    expect(sum(reset.errors)).toBe(2 * BAD);
    const ended = chaos.ask(`chaos ${CHAOS}`);
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    void ended.then(over, over);
    do {
      await good.ask('start 1 65536');
      expect(await good.ask(`wait ${GOOD}`)).toMatch(`${GOOD} `);
    } while (!isOver);
    expect(await ended).toBe('done');
    // The queue is in order: when this one is answered, all before it have been accepted.
    await good.ask('open 1');
    await good.ask(`close ${GOOD + 1}`);
    const after = await server.until(({ open }, { tcp }) => open === 0 && tcp.inuse === 1);
    expect(after.outOfBand).toEqual([]);
    expect(Object.keys(after.errors).filter((each) => !fromReset.test(each))).toEqual([]);
    // Whoever was reset ended with an error, and nobody else did.
    expect(sum(after.errors)).toBe(after.accepted - GOOD - 1);
    expect(after.accepted).toBeGreaterThan(GOOD + 2 * BAD + CHAOS / 2);
    expect(server.fds).toBe(before);
    for (const each of [good, bad, chaos]) expect(await each.end()).toBe(0);
    expect(await server.end()).toBe(0);
  });
});

describe('a client', () => {
  it('is told by its own call, whatever it was doing when its server reset', () => {
    const clients = 300;
    const [told] = node(`
      import { readdirSync } from 'node:fs';
      const uncaught = [];
      for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
        process.on(event, (what) => uncaught.push(String(what)));
      }
      const fds = () => readdirSync('/proc/self/fd').length;
      const listening = (backlog) => {
        const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        // Where nobody else is: some connect anew a second after their listener was closed, and its
        // port may be a stranger's by then.
        s.bind(fd, { ...lo, addr: '127.9.9.9' });
        s.listen(fd, backlog);
        return fd;
      };
      const [roomy, narrow] = [listening(${clients}), listening(1)];
      await promises.accept(roomy, { timeout: 0 }).catch(() => 0);
      const before = fds();
      const outcomes = {};
      const big = new Uint8Array(1 << 20);
      const client = async (i, addr) => {
        const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        try {
          await promises.connect(fd, addr);
          // A listener whose queue was full may have forgotten whom it has accepted: it is asked.
          await promises.send(fd, 'x');
          // One in two sends more than anybody reads, the other waits for an answer.
          while ((await (i % 2 ? promises.send(fd, big) : promises.recv(fd, big))) > 0);
          return 'end';
        } catch (error) {
          return error.syscall + ' ' + error.code;
        } finally {
          s.close(fd);
        }
      };
      const crowd = (count, listener) => Array.from({ length: count }, async (_, i) => {
        const how = await client(i, s.getsockname(listener));
        outcomes[how] = (outcomes[how] ?? 0) + 1;
      });
      const all = [...crowd(${clients}, roomy), ...crowd(20, narrow)];
      // Some still connect when there is no listener any more.
      s.close(narrow);
      // A third is accepted, and reset; the others are in the queue when that is closed.
      for (let n = 0; n < ${clients / 3}; n++) {
        const { fd } = await promises.accept(roomy);
        if (n % 3) await new Promise((resolve) => setImmediate(resolve));
        if (n % 5) s.send(fd, 'x');
        s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { onoff: true, linger: 0 });
        s.close(fd);
      }
      s.close(roomy);
      await Promise.all(all);
      tell({ outcomes, left: fds() - before + 2, uncaught });`) as [
      { outcomes: Report['errors']; left: number; uncaught: string[] },
    ];
    expect(told).toMatchObject({ left: 0, uncaught: [] });
    expect(sum(told.outcomes)).toBe(clients + 20);
    const known = /^(connect ECONNREFUSED|(connect|send|recv) ECONNRESET|send EPIPE)$/;
    expect(Object.keys(told.outcomes).filter((each) => !known.test(each))).toEqual([]);
    const { 'connect ECONNREFUSED': refused, 'recv ECONNRESET': received } = told.outcomes;
    expect(refused).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(0);
  });
});
