/** The servers of examples/servers/ that are made of threads, under load. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import {
  ask,
  connected,
  echoed,
  end,
  established,
  refuses,
  stoppedAndContinued,
  withoutLeak,
} from '../support/clients.js';
import { serving, until } from '../support/servers.js';

it('one-worker.js serves one after the other', () =>
  serving('one-worker.js', [], async (server) => {
    // accept4 blocks in a thread that is not the first.
    const number = process.arch === 'arm64' ? '242 ' : '288 ';
    const inAccept = (): string[] =>
      readdirSync(`/proc/${server.pid}/task`).filter((task) =>
        readFileSync(`/proc/${server.pid}/task/${task}/syscall`, 'utf8').startsWith(number),
      );
    await until(() => inAccept().length === 1, 'accept4 blocks');
    expect(inAccept()).not.toContain(`${server.pid}`);
    await stoppedAndContinued(server);
    await echoed(server, 200);
    // One that says nothing keeps the others waiting, but not for ever.
    const silent = await connected(server.port);
    await end(await connected(server.port, 'here'));
    await end(silent);
    expect(await server.stop()).toEqual([0, null]);
    expect(server.lines.at(-1)).toBe(`${32 + 200 + 2} served`);
  }));

it('worker-pool.js spreads connections, and survives a worker', () =>
  serving('worker-pool.js', [], async (server) => {
    await stoppedAndContinued(server);
    // Each worker has waited once, and has what it waits with.
    const first = Array.from({ length: 4 }, () => connected(server.port, 'first'));
    await end(...(await Promise.all(first)));
    await echoed(server, 300);
    await withoutLeak(server, async () => {
      // One after the other, so that each worker has half of them.
      const sockets: Socket[] = [];
      for (let i = 0; i < 10; i++) sockets.push(await connected(server.port, `${i}`));
      const gone = new Set<Socket>();
      for (const socket of sockets) socket.once('close', () => gone.add(socket));
      sockets[0]?.write('crash\n');
      const [name] = await server.line(/^(worker \d): crash, with 5 connections$/);
      await until(() => gone.size === 5, 'those of the dead worker are closed');
      await server.line(new RegExp(`^${name}: \\d+ served$`));
      const left = sockets.filter((socket) => !gone.has(socket));
      for (const [i, socket] of left.entries()) expect(await ask(socket, `${i}`)).toBe(`${i}`);
      // The one in its place gets the next five.
      for (let i = 0; i < 5; i++) left.push(await connected(server.port, `${i}`));
      await end(...left);
    });
    const last = await connected(server.port, 'last');
    server.child.kill('SIGTERM');
    await until(() => refuses(server.port), 'it accepts no more');
    // Who is there is served to the end.
    expect(await ask(last, 'still')).toBe('still');
    await end(last);
    expect(await server.closed).toEqual([0, null]);
    const served = server.said(/^worker \d('?): (\d+) served$/);
    const sum = served.reduce((all, [, count]) => all + Number(count), 0);
    expect(sum).toBe(4 + 32 + 300 + 10 + 5 + 1 - 5);
    expect(served.filter(([mark]) => mark === '')).toHaveLength(2);
    expect(served.filter(([mark]) => mark === "'").map(([, count]) => Number(count))).toEqual([
      expect.toSatisfy((count: number) => count >= 5),
    ]);
  }));

it('worker-pool.js leaves those in the queue for whom it has no room yet', async () => {
  await serving('worker-pool.js', [], async (server) => {
    let served = 0;
    const sockets: Socket[] = [];
    for (let i = 0; i < 1010; i++) {
      const socket = await connected(server.port);
      socket.once('data', () => served++);
      socket.write('x');
      sockets.push(socket);
    }
    const queue = (): number => {
      const args = ['-ltnH', `sport = :${server.place}`];
      return Number(execFileSync('ss', args, { encoding: 'utf8' }).split(/ +/)[1]);
    };
    await until(
      () => served >= 1000 && queue() === 10,
      () => `${served} served`,
    );
    expect(served).toBe(1000);
    await end(...sockets.slice(0, 4));
    await until(
      () => served >= 1004 && queue() === 6,
      () => `${served} served`,
    );
    expect(served).toBe(1004);
    await end(...sockets.slice(4, 20));
    await until(
      () => served === 1010,
      () => `${served} served`,
    );
    await end(...sockets.slice(20));
    expect(await server.stop()).toEqual([0, null]);
  });
});

it('reuseport.js has a share for each worker', () =>
  serving('reuseport.js', [], async (server) => {
    const ss = spawnSync('ss', ['-ltnH', `sport = :${server.place}`], { encoding: 'utf8' });
    expect(ss.stdout.trim().split('\n')).toHaveLength(4);
    await stoppedAndContinued(server);
    await echoed(server, 300);
    const held = await Promise.all(
      Array.from({ length: 100 }, () => connected(server.port, 'held')),
    );
    await until(() => established(server.place) === 100, 'a hundred are connected');
    await end(...held);
    await until(() => established(server.place) === 0, 'they are gone');
    expect(await server.stop()).toEqual([0, null]);
    const counts = server.said(/^worker (\d): (\d+) connections$/);
    expect(counts.map(([worker]) => worker).sort()).toEqual(['1', '2', '3', '4']);
    const each = counts.map(([, count]) => Number(count));
    expect(each.reduce((a, b) => a + b)).toBe(32 + 300 + 100);
    // The hash of the kernel is good, but a hash: of 432, that one of four gets fewer than 40 or
    // more than 200 is less likely than one in ten to the 16th.
    expect(each.filter((count) => count < 40 || count > 200)).toEqual([]);
  }));
