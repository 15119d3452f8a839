/** Every server of examples/servers/ under load, by clients in python3, and at its end. */
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOBODY } from './support/child.js';
import { examples } from './support/examples.js';
import {
  childrenOf,
  client,
  fdsBelow,
  isAlive,
  openFiles,
  Program,
  python,
  type Server,
  serving,
  until,
} from './support/servers.js';

const folder = join(examples, 'servers');
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));

/** Connects, and says something, if the answer tells that it is served. */
async function connected(place: number | string, text = ''): Promise<Socket> {
  const path = typeof place === 'string' ? { path: place } : { host: '127.0.0.1', port: place };
  const socket = createConnection(path);
  socket.on('error', () => undefined); // what a test expects of it, it asks for
  await once(socket, 'connect');
  if (text !== '') expect(await ask(socket, text)).toBe(text);
  return socket;
}

/** Says a line to an echo server, and returns what comes back. */
async function ask(socket: Socket, text: string): Promise<string> {
  const heard = once(socket, 'data');
  socket.write(text);
  const [data] = (await heard) as [Buffer];
  return data.toString();
}

async function end(...sockets: Socket[]): Promise<void> {
  const open = sockets.filter((socket) => !socket.closed);
  const closed = open.map((socket) => once(socket, 'close'));
  for (const socket of open) socket.resume().end();
  await Promise.all(closed);
}

/** Runs `use`, and then as many descriptors are to be open in the server as before. */
async function withoutLeak(server: Server, use: () => Promise<void>): Promise<void> {
  const before = openFiles(server.pid).sort();
  await use();
  await until(
    () => openFiles(server.pid).length === before.length,
    () => `${openFiles(server.pid).sort()} is ${before}`,
  );
}

/** Random bytes both ways, and some resets. The first few warm up what is made once. */
async function echoed(server: Server, clients: number, options: object = {}): Promise<void> {
  const place = /^\d+$/.test(server.place) ? server.port : server.place;
  const warm = { place, clients: 32, ...options };
  expect(await client('load.py', warm)).toEqual({ answered: 32, reset: 0, wrong: [] });
  await until(() => established(server.place) === 0, 'the first connections are gone');
  await withoutLeak(server, async () => {
    const all = { place, clients, resets: 40, ...options };
    expect(await client('load.py', all)).toEqual({ answered: clients - 40, reset: 40, wrong: [] });
  });
}

/** How many connections the kernel has at a port, on the server's side: any, but those in wait. */
function established(port: string): number {
  if (!/^\d+$/.test(port)) return 0;
  const filter = ['state', 'connected', 'exclude', 'time-wait', `sport = :${port}`];
  return execFileSync('ss', ['-tnH', ...filter], { encoding: 'utf8' }).split('\n').length - 1;
}

/** A stopped process that goes on serves as before. */
async function stoppedAndContinued(server: Server): Promise<void> {
  const stat = (): string => readFileSync(`/proc/${server.pid}/stat`, 'utf8');
  server.child.kill('SIGSTOP');
  await until(() => stat().includes(') T '), 'stopped');
  server.child.kill('SIGCONT');
  await until(() => !stat().includes(') T '), 'going on');
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sockfd-servers-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const rows: Record<string, () => Promise<void>> = {
  'one-worker.js': () =>
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
    }),

  'worker-pool.js': () =>
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
    }),

  'forking.js': async () => {
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
  },

  'reuseport.js': () =>
    serving('reuseport.js', [], async (server) => {
      const ss = spawnSync('ss', ['-ltnH', `sport = :${server.place}`], { encoding: 'utf8' });
      expect(ss.stdout.trim().split('\n')).toHaveLength(4);
      await stoppedAndContinued(server);
      await echoed(server, 300);
      const held = await Promise.all(
        Array.from({ length: 100 }, () => connected(server.port, 'held')),
      );
      expect(established(server.place)).toBe(100);
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
    }),

  'restart.js': async () => {
    await serving('restart.js', [], async (server) => {
      await stoppedAndContinued(server);
      await echoed(server, 200);
      await restarts(server);
    });
  },

  'datagrams.js': () => datagrams(),

  'unix.js': async () => {
    const path = join(dir, 'socket');
    await serving('unix.js', [path], async (server) => {
      expect(server.place).toBe(path);
      const nc = new Program('nc', ['-UN', path]);
      nc.child.stdin.end('hello\n');
      await nc.closed;
      expect(nc.lines).toEqual([
        `you are process ${nc.pid} of user ${process.getuid?.()}`,
        'hello',
      ]);
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
  },

  'half-close.js': () =>
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
    }),
};

/** Whether the port refuses connections. */
const refuses = (port: number): boolean =>
  spawnSync('nc', ['-z', '127.0.0.1', `${port}`]).status === 1;

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

/** Clients at two addresses of the machine, each of which gets its own back, from there. */
async function datagrams(): Promise<void> {
  await serving('datagrams.js', [], async (server) => {
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
  });
}

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

const chats = files.filter((name) => name.startsWith('chat-'));

describe.each(chats)('examples/servers/%s', (name) => {
  it('brings each line to all others, whatever some of them do', async () => {
    await serving(name, [], async (server) => {
      const { port } = server;
      await client('chat.py', { port, scene: 'room', stay: 2, leave: 0 });
      await server.line(/ 0 left$/);
      await stoppedAndContinued(server);
      await withoutLeak(server, async () => {
        const told = await client('chat.py', { port, scene: 'room', stay: 50, leave: 20 });
        expect(told).toEqual(Array.from({ length: 50 }, () => true));
      });
      expect(server.said(/^port \d+: (?:ECONNRESET|EPIPE), \d+ left$/)).toHaveLength(20);
      expect(server.said(/^port \d+: end, \d+ left$/)).toHaveLength(52);
      expect(await server.stop('SIGINT')).toEqual([null, 'SIGINT']);
    });
  });

  it('waits for nobody who does not read, nor for one who does not stop', async () => {
    await serving(name, [], async (server) => {
      const { port } = server;
      const slow = python('chat.py', JSON.stringify({ port, scene: 'slow' }));
      const [mute] = await slow.line(/^(\d+)$/);
      await server.line(new RegExp(`^port ${mute}: does not read, 2 left$`));
      slow.child.stdin.end();
      expect(await slow.closed).toEqual([0, null]);
      expect(await client('chat.py', { port, scene: 'flood' })).toBe(true);
    });
  });

  it('has room for many, and turns away whom it has none for', async () => {
    await serving(name, [], async (server) => {
      await client('chat.py', { port: server.port, scene: 'room', stay: 2, leave: 0 });
      await server.line(/ 0 left$/);
      const before = openFiles(server.pid).length;
      const many = { port: server.port, scene: 'many', clients: 1100 };
      const room = (limit: number): number => limit - fdsBelow(server.pid, limit);
      // The speaker is one of those, and does not hear itself.
      const served = name === 'chat-select.js' ? room(1024) : 1100;
      expect(await client('chat.py', many)).toBe(served - 1);
      await until(() => openFiles(server.pid).length === before, 'all are gone');
      // With a limit there are no descriptors left instead, and it is the same.
      const limit = 1024 - room(1024) + 20;
      execFileSync('prlimit', ['--pid', `${server.pid}`, `--nofile=${limit}`]);
      const left = room(limit);
      expect(await client('chat.py', { ...many, clients: 60 })).toBe(left - 1);
      await until(() => openFiles(server.pid).length === before, 'they are gone');
      expect(await client('chat.py', { ...many, clients: left })).toBe(left - 1);
    });
  });
});

describe('examples/servers/', () => {
  const others = files.filter((name) => !chats.includes(name));

  it.each(others)('%s serves, and ends', async (name) => {
    const row = rows[name];
    if (row === undefined) throw new Error(`${name} has no row in this file`);
    await row();
  });

  it('has a row for no file that is gone', () => {
    expect(chats).toHaveLength(4);
    expect(Object.keys(rows).filter((name) => !others.includes(name))).toEqual([]);
  });

  it.each(files)('%s has its lines in the README and in docs/, and not too many', (name) => {
    const readme = readFileSync(join(examples, 'README.md'), 'utf8');
    expect(readme).toContain(`\n| [${name}](servers/${name}) `);
    const guide = readFileSync(join(examples, '..', 'docs', 'servers.md'), 'utf8');
    expect(guide).toContain(`[${name}](../examples/servers/${name})`);
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(100);
    expect(text).toContain(`//   node examples/servers/${name} `);
  });
});

describe('worker-pool.js', () => {
  it('leaves those in the queue for whom it has no room yet', async () => {
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
});

describe('restart.js', () => {
  it('goes on with the process of before, when the new one is broken', async () => {
    // Inside the checkout, so that 'sockfd' is this package.
    const out = join(examples, '..', 'out');
    mkdirSync(out, { recursive: true });
    const copies = mkdtempSync(join(out, 'restart-'));
    const copy = join(copies, 'restart.mjs');
    copyFileSync(join(folder, 'restart.js'), copy);
    try {
      await serving(copy, [], async (server) => {
        writeFileSync(copy, 'process.exit(1);');
        await withoutLeak(server, async () => {
          server.child.kill('SIGHUP');
          await until(() => childrenOf(server.pid).length === 1, 'the successor runs');
          await until(() => childrenOf(server.pid).length === 0, 'and has failed');
          await end(await connected(server.port, 'unharmed'));
        });
        copyFileSync(join(folder, 'restart.js'), copy);
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
});
