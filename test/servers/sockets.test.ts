/** The servers of examples/servers/ about kinds of sockets, under load. */
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NOBODY } from '../support/child.js';
import { connected, echoed, end, stoppedAndContinued, withoutLeak } from '../support/clients.js';
import { examples } from '../support/examples.js';
import {
  client,
  openFiles,
  Program,
  python,
  type Server,
  serving,
  until,
} from '../support/servers.js';

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
    server.child.kill('SIGCONT');
    expect(await burst.closed).toEqual([0, null]);
    expect(JSON.parse(burst.lines.at(-1) ?? '')).toBe(20);
    expect(await server.stop('SIGINT')).toEqual([null, 'SIGINT']);
  }));

it('unix.js has its name for itself, and knows its clients', async () => {
  const path = join(dir, 'socket');
  await serving('unix.js', [path], async (server) => {
    expect(server.place).toBe(path);
    const nc = new Program('nc', ['-UN', path]);
    nc.child.stdin.end('hello\n');
    await nc.closed;
    expect(nc.lines).toEqual([`you are process ${nc.pid} of user ${process.getuid?.()}`, 'hello']);
    // It lives, so that there is no place for another.
    const second = runUnix(path);
    expect([second.status, String(second.stdout)]).toEqual([1, `${path} has a server\n`]);
    if (process.getuid?.() === 0) await refusesOthers(server, path);
    await server.stop('SIGKILL');
  });
  // Left behind: it is there, and leads nowhere.
  expect(existsSync(path)).toBe(true);
  expect(spawnSync('nc', ['-UN', path], { input: '' }).status).toBe(1);
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
  spawnSync(process.execPath, [join(folder, 'unix.js'), path], { timeout: 10_000 });

/** A client of another user may connect, and is told nothing. */
async function refusesOthers(server: Server, path: string): Promise<void> {
  execFileSync('chmod', ['755', dir]);
  const id = `${NOBODY}`;
  const args = ['--reuid', id, '--regid', id, '--clear-groups', 'nc', '-UN', path];
  const other = new Program('setpriv', args);
  other.child.stdin.end('hello\n');
  await other.closed;
  expect(other.lines).toEqual([]);
  await server.line(new RegExp(`^process ${other.pid} of user ${id}, refused$`));
}

it('half-close.js answers when it has everything', () =>
  serving('half-close.js', [], async (server) => {
    await stoppedAndContinued(server);
    await echoed(server, 300, { sort: true });
    // Far too long, for the buffers of the kernel as well, and not read before all of it is sent.
    const script = `import socket, sys
sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
sock.sendall(bytes(32 << 20))
sock.shutdown(socket.SHUT_WR)
print(sock.makefile().read(), end="")`;
    const long = new Program('python3', ['-c', script, server.place]);
    expect([...(await long.closed), long.complaints]).toEqual([0, null, '']);
    expect(long.lines).toEqual(['too long']);
    const sorted = spawnSync('nc', ['-N', '127.0.0.1', server.place], { input: 'b\na\n\u00e0' });
    const expected = spawnSync('sort', { input: 'b\na\n\u00e0', env: { LC_ALL: 'C' } });
    expect(String(sorted.stdout)).toBe(String(expected.stdout));
    expect(await server.stop()).toEqual([0, null]);
  }));
