/** The servers of examples/servers/ about kinds of sockets, under load. */
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isRoot, NOBODY } from '../support/child.js';
import { connected, echoed, end, stoppedAndContinued, withoutLeak } from '../support/clients.js';
import { examples } from '../support/examples.js';
import { client, openFiles, Program, python, serving, until } from '../support/servers.js';
import { straceMissing } from '../support/strace.js';

const folder = join(examples, 'servers');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sockfd-servers-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Clients at two addresses of the machine, each of which gets its own back, from there. */
it('datagrams.js answers from the address that was asked', () =>
  serving('datagrams.js', [], async (server) => {
    await stoppedAndContinued(server);
    const before = openFiles(server.pid).length;
    const addresses = ['127.0.0.1', '127.0.0.2', '127.1.2.3'];
    const result = await client('datagrams.py', { port: server.port, addresses, clients: 30 });
    expect(result).toEqual({ answered: 30 * 40, wrong: [] });
    expect(openFiles(server.pid)).toHaveLength(before);
    // Twenty that wait are one call, and so are their answers.
    server.child.kill('SIGSTOP');
    const stat = (): string => readFileSync(`/proc/${server.pid}/stat`, 'utf8');
    await until(() => stat().includes(') T '), 'stopped');
    const burst = python('datagrams.py', JSON.stringify({ port: server.port, burst: 20 }));
    await burst.line(/^sent$/);
    const trace = await traced(server.pid);
    server.child.kill('SIGCONT');
    expect(await burst.closed).toEqual([0, null]);
    expect(JSON.parse(burst.lines.at(-1) ?? '')).toBe(20);
    if (trace !== undefined) {
      const done = (call: string): boolean =>
        new RegExp(`${call}\\(.* = 20$`, 'm').test(trace.complaints);
      await until(
        () => done('recvmmsg') && done('sendmmsg'),
        () => trace.complaints,
      );
      trace.child.kill('SIGINT');
      await trace.closed;
    }
    expect(await server.stop('SIGINT')).toEqual([null, 'SIGINT']);
  }));

/** Says something to a server, and hears it to its end. */
async function say(place: string, text: string, ...uid: string[]): Promise<Program> {
  const program = python('say.py', place, ...uid);
  program.child.stdin.end(text);
  await program.closed;
  return program;
}

/** strace(1), attached to a process; undefined where it may not be. */
async function traced(pid: number): Promise<Program | undefined> {
  if (straceMissing !== undefined) return undefined;
  // Its first thread, which makes the calls: a word of another would cut a line in two.
  const args = ['-e', 'trace=recvmmsg,sendmmsg', '-p', `${pid}`];
  const trace = new Program('strace', args);
  await until(
    () => trace.complaints.includes('attached'),
    () => trace.complaints,
  );
  return trace;
}

it('unix.js has its name for itself, and knows its clients', async () => {
  const path = join(dir, 'socket');
  await serving('unix.js', [path], async (server) => {
    expect(server.place).toBe(path);
    const one = await say(path, 'hello\n');
    expect([...(await one.closed), one.complaints]).toEqual([0, null, '']);
    expect(one.lines).toEqual([
      `you are process ${one.pid} of user ${process.getuid?.()}`,
      'hello',
    ]);
    // It lives, so that there is no place for another.
    const second = runUnix(path);
    expect([second.status, String(second.stdout)]).toEqual([1, `${path} has a server\n`]);
    await server.stop('SIGKILL');
  });
  // Left behind: it is there, and leads nowhere.
  expect(existsSync(path)).toBe(true);
  expect((await say(path, '')).complaints).toContain('ConnectionRefusedError');
  await serving('unix.js', [path], async (server) => {
    const socket = await connected(path);
    await once(socket, 'data');
    await end(socket);
    await stoppedAndContinued(server);
    await withoutLeak(server, async () => {
      const all = { place: path, clients: 200, resets: 40, greeting: true };
      const result = await client('load.py', all);
      expect(result).toEqual({ answered: 160, reset: 40, wrong: [] });
    });
    const open = await connected(path);
    expect(await server.stop()).toEqual([0, null]);
    await end(open);
  });
  expect(existsSync(path)).toBe(false);
  // What is no socket is not removed.
  writeFileSync(path, 'a file');
  const failed = runUnix(path);
  expect([failed.status, String(failed.stderr)]).toEqual([
    1,
    expect.stringContaining('bind EADDRINUSE'),
  ]);
  expect(readFileSync(path, 'utf8')).toBe('a file');
});

/** A server that ends at once. */
const runUnix = (path: string): SpawnSyncReturns<Buffer> =>
  spawnSync(process.execPath, [join(folder, 'unix.js'), path], { timeout: 30_000 });

it('unix.js tells nothing to clients of other users', async (context) => {
  if (!isRoot) context.skip('to be another user needs root');
  const path = join(dir, 'socket');
  chmodSync(dir, 0o755);
  await serving('unix.js', [path], async (server) => {
    const other = await say(path, '', `${NOBODY}`);
    expect([...(await other.closed), other.complaints, other.lines]).toEqual([0, null, '', []]);
    await server.line(new RegExp(`^process ${other.pid} of user ${NOBODY}, refused$`));
    expect(await server.stop()).toEqual([0, null]);
  });
});

it('half-close.js answers when it has everything', () =>
  serving('half-close.js', [], async (server) => {
    await stoppedAndContinued(server);
    await echoed(server, 300, { sort: true });
    // Far too long, for the buffers of the kernel as well, and not read before all of it is sent.
    const long = await say(server.place, 'x'.repeat(32 << 20));
    expect([...(await long.closed), long.complaints]).toEqual([0, null, '']);
    expect(long.lines).toEqual(['too long']);
    // sort(1) has the same opinion.
    const text = 'b\na\n\u00e0\nA\n\n10\n9\n';
    const { lines } = await say(server.place, text);
    const sorted = execFileSync('sort', { input: text, env: { ...process.env, LC_ALL: 'C' } });
    expect(`${lines.join('\n')}\n`).toBe(String(sorted));
    expect(await server.stop()).toEqual([0, null]);
  }));
