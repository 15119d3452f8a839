/** The servers of examples/servers/ that are made of processes, under load. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  ask,
  connected,
  echoed,
  end,
  refuses,
  stoppedAndContinued,
  withoutLeak,
} from '../support/clients.js';
import { examples } from '../support/examples.js';
import {
  childrenOf,
  isAlive,
  openFiles,
  python,
  type Server,
  serving,
  until,
} from '../support/servers.js';

it('forking.js has a process for each connection', async () => {
  await serving('forking.js', [], async (server) => {
    await forks(server);
    expect(await server.stop()).toEqual([0, null]);
  });
  const load = async (server: Server): Promise<void> => {
    await stoppedAndContinued(server);
    await sixteen(server);
    await echoed(server, 150, { size: 20_000 });
    await until(() => childrenOf(server.pid).length === 0, 'no process is left');
    expect(await server.stop()).toEqual([0, null]);
    const started = server.said(/^port \d+: process (\d+), (\d+) now$/);
    expect(started).toHaveLength(17 + 32 + 150);
    expect(new Set(started.map(([pid]) => pid)).size).toBe(17 + 32 + 150);
    expect(Math.max(...started.map(([, now]) => Number(now)))).toBe(16);
    const ended = server.said(/^process (\d+): \w+, \d+ left$/);
    expect(ended.map(([pid]) => pid).sort()).toEqual(started.map(([pid]) => pid).sort());
  };
  // What cat says of those who reset their connection, it says itself.
  await serving('forking.js', ['0', 'cat'], load, /^(?!.*(Error|Warning))/s);
  await serving('forking.js', ['0', '/nonexistent'], async (server) => {
    await end(await connected(server.port), await connected(server.port));
    await server.line(/^port \d+: spawn .*ENOENT$/, 2);
    expect(await server.stop()).toEqual([0, null]);
  });
});

it('restart.js is restarted, and nobody notices', async () => {
  await serving('restart.js', [], async (server) => {
    await stoppedAndContinued(server);
    await echoed(server, 200);
    await restarts(server);
  });
});

/** A child is a process with a connection as its input and output. */
async function forks(server: Server): Promise<void> {
  const socket = await connected(server.port, 'hello');
  const [pid] = (await server.line(/^port \d+: process (\d+), 1 now$/)).map(Number) as [number];
  expect(childrenOf(server.pid)).toEqual([pid]);
  const [input, output] = openFiles(pid);
  expect(input).toMatch(/^socket:/);
  expect(output).toBe(input);
  const inode = /\d+/.exec(input ?? '')?.[0];
  const ss = spawnSync('ss', ['-tneH', `sport = :${server.place}`], { encoding: 'utf8' });
  expect(ss.stdout).toContain(` ino:${inode} `);
  expect(ss.stdout).toContain(`:${socket.localPort} `);
  // The parent has closed its own.
  expect(openFiles(server.pid)).not.toContain(input);
  await end(socket);
  await server.line(new RegExp(`^process ${pid}: 0, 0 left$`));
  expect(childrenOf(server.pid)).toEqual([]);
}

/** There are 16 children, not more. One that is killed takes one connection along. */
async function sixteen(server: Server): Promise<void> {
  const socket = await connected(server.port, 'first');
  const [pid] = (await server.line(/^port \d+: process (\d+), 1 now$/)).map(Number) as [number];
  const others = await Promise.all(
    Array.from({ length: 15 }, (_, i) => connected(server.port, `${i}`)),
  );
  const late = await connected(server.port);
  const lateSaid = ask(late, 'late');
  expect(childrenOf(server.pid)).toHaveLength(16);
  const closed = once(socket, 'close');
  process.kill(pid, 'SIGKILL');
  await closed;
  await server.line(new RegExp(`^process ${pid}: SIGKILL, 15 left$`));
  expect(await lateSaid).toBe('late');
  for (const [i, other] of others.entries()) expect(await ask(other, `${i}`)).toBe(`${i}`);
  await end(late, ...others);
  await server.line(/^process \d+: 0, 0 left$/);
  expect(childrenOf(server.pid)).toEqual([]);
}

/** Three restarts while four clients connect and ask all the time. */
async function restarts(server: Server): Promise<void> {
  const requests = python('requests.py', server.place);
  const old = await connected(server.port, 'old');
  let pid = server.pid;
  for (let count = 1; count <= 3; count++) {
    const before = requests.lines.length;
    await until(() => requests.lines.length > before, 'requests are answered');
    process.kill(pid, 'SIGHUP');
    const [next] = (await server.line(/^process (\d+) takes over$/, count)) as [string];
    await server.line(new RegExp(`^process ${pid} stops, with \\d+ connections$`));
    if (count === 1) {
      // The first lives on for this connection, and for nothing else.
      expect(await ask(old, 'still')).toBe('still');
      expect(isAlive(pid)).toBe(true);
      await end(old);
    }
    const last = pid;
    await until(() => !isAlive(last), `process ${last} has ended`);
    pid = Number(next);
  }
  const before = requests.lines.length;
  await until(() => requests.lines.length > before, 'requests are answered');
  requests.child.stdin.end();
  expect(await requests.closed).toEqual([0, null]);
  const { answered, wrong } = JSON.parse(requests.lines.at(-1) ?? '') as Record<string, unknown>;
  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(40);
  process.kill(pid, 'SIGTERM');
  await server.closed;
  expect(refuses(server.port)).toBe(true);
}

it('restart.js goes on with the process of before, when the new one is broken', async () => {
  // Inside the checkout, so that 'sockfd' is this package.
  const out = join(examples, '..', 'out');
  mkdirSync(out, { recursive: true });
  const copies = mkdtempSync(join(out, 'restart-'));
  const copy = join(copies, 'restart.mjs');
  copyFileSync(join(examples, 'servers', 'restart.js'), copy);
  try {
    await serving(copy, [], async (server) => {
      writeFileSync(copy, "console.log('broken'); process.exit(1);");
      let failures = 0;
      const fail = async (): Promise<void> => {
        server.child.kill('SIGHUP');
        await server.line(/^broken$/, ++failures);
        await until(() => childrenOf(server.pid).length === 0, 'the successor has failed');
        await end(await connected(server.port, 'unharmed'));
      };
      await fail(); // which also makes what is made once
      await withoutLeak(server, fail);
      copyFileSync(join(examples, 'servers', 'restart.js'), copy);
      server.child.kill('SIGHUP');
      const [pid] = await server.line(/^process (\d+) takes over$/);
      await server.line(new RegExp(`^process ${server.pid} stops, with 0 connections$`));
      await end(await connected(server.port, 'renewed'));
      process.kill(Number(pid), 'SIGINT');
      await server.closed;
    });
  } finally {
    rmSync(copies, { recursive: true });
  }
});
