/** Workers that are ended while they wait: their waits go, the descriptors stay. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { node } from '../support/child.js';

const dist = join(resolve(import.meta.dirname, '../..'), 'dist');
const url = JSON.stringify(pathToFileURL(dist).href);

const head = `
  import { Worker } from 'node:worker_threads';
  import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
  const start = (body, data) => new Worker(
    \`const { parentPort, workerData } = require('node:worker_threads');
     Promise.all([import(workerData.url + '/index.js'), import(workerData.url + '/promises.js')])
       .then(async ([s, promises]) => { \${body} });\`,
    { eval: true, execArgv: [], workerData: { url: ${url}, ...data } });
  const message = (w) => new Promise((r, j) => { w.once('message', r); w.once('error', j); });
  const exit = (w) => new Promise((r) => w.once('exit', r));
  const fds = () => readdirSync('/proc/self/fd').length;
  // Those of which the upper half of the data says that they are ours.
  const watched = () => readdirSync('/proc/self/fd').map((fd) => {
    try {
      const text = readFileSync('/proc/self/fdinfo/' + fd, 'utf8');
      return (text.match(/^tfd:.* data: *[1-9a-f][0-9a-f]{8,}/gm) ?? []).length;
    } catch {
      return 0;
    }
  }).filter((n) => n > 0);
  const pairs = (n) => Array.from({ length: n }, () => s.socketpair(s.AF_UNIX, s.SOCK_STREAM));
  // The first worker makes Node open what stays.
  await exit(start('parentPort.postMessage(0)', {}));
`;

describe('a worker', () => {
  it('that is ended with a thousand waits takes its epoll descriptor, and nothing else', () => {
    const body = `${head}
      const all = pairs(500);
      const before = fds();
      const w = start(\`
        for (const fd of workerData.fds) {
          for (let i = 0; i < 2; i++) promises.recv(fd, new Uint8Array(8), { timeout: 1_000_000 });
        }
        parentPort.postMessage('waits');\`, { fds: all.map(([a]) => a) });
      tell(await message(w));
      tell(watched());
      await w.terminate();
      tell([watched(), fds() - before]);
      // Everything is open, and heard by who waits now.
      const heard = all.map(([a]) => promises.recv(a, new Uint8Array(8)));
      for (const [, b] of all) s.send(b, 'hello');
      tell((await Promise.all(heard)).filter((n) => n === 5).length);`;
    expect(node(body)).toEqual(['waits', [500], [[], 0], 500]);
  });

  it('of twenty, each with its loop, is ended in the middle, and the others go on', () => {
    const body = `${head}
      // This thread has a loop of its own, too.
      const [x, y] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      const first = promises.recv(x, new Uint8Array(8));
      s.send(y, 'x');
      await first;
      const before = fds();
      const workers = Array.from({ length: 20 }, () => {
        const mine = pairs(20);
        const w = start(\`
          for (const fd of workerData.fds) (async () => {
            const buf = new Uint8Array(8);
            for (;;) await promises.send(fd, buf, 0, 0, await promises.recv(fd, buf));
          })();
          parentPort.postMessage('serves');\`, { fds: mine.map(([a]) => a) });
        return { w, mine, isOver: false };
      });
      await Promise.all(workers.map(({ w }) => message(w)));
      tell(watched().sort((a, b) => b - a));
      const rounds = [];
      const buf = new Uint8Array(8);
      const talk = async (worker, [, b]) => {
        for (let i = 0; i < 100 && !worker.isOver; i++) {
          await promises.send(b, 'ping');
          const n = await promises.recv(b, buf, { timeout: worker.ends ? 20 : 30_000 }).catch((e) => e.name);
          if (worker.isOver) return;
          if (n !== 4 && !worker.ends) tell(['lost', n]);
          rounds.push(worker);
        }
      };
      const talks = workers.flatMap((each) => each.mine.map((pair) => talk(each, pair)));
      // Every second one is ended while it serves.
      const enders = workers.filter((_, i) => i % 2);
      for (const each of enders) each.ends = true;
      await Promise.all(enders.map(async (each) => {
        await each.w.terminate();
        each.isOver = true;
      }));
      await Promise.all(talks);
      const served = workers.filter((_, i) => i % 2 === 0);
      tell(served.every((each) => rounds.filter((one) => one === each).length === 20 * 100));
      await Promise.all(served.map(({ w }) => w.terminate()));
      for (const { mine } of workers) for (const pair of mine) for (const fd of pair) s.close(fd);
      tell([fds() - before, watched()]);`;
    const told = node(body);
    expect(told).toEqual([[...new Array(20).fill(20), 1], true, [0, [1]]]);
  });
});
