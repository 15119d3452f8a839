/** Descriptors that a process is started with: what libsystemd and systemd's programs say of them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { getsockname, listenFds, SOCK_DGRAM } from '../../lib/index.js';
import { node, program, python } from '../support/child.js';
import { bound, expectRefused, guardFds, listener, unixPair } from '../support/sockets.js';
import { isInstalled } from '../support/strace.js';

guardFds();

const VARIABLES = ['LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];

afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});

/** Sets the variables, of which ME is its own pid, and becomes the command. */
const become = (environment: Record<string, string>): string[] => {
  const script = `import json, os, sys
for name, value in json.loads(sys.argv[1]).items():
    if value == 'ITS OWN': value = str(os.fstat(os.pidfd_open(os.getpid())).st_ino)
    os.environ[name] = value.replace('ME', str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])`;
  return ['python3', '-c', script, JSON.stringify(environment)];
};

describe('listenFds', () => {
  it('finds none where nothing is told, or another is', () => {
    expect(listenFds()).toEqual([]);
    process.env.LISTEN_FDS = '1';
    expect(listenFds()).toEqual([]);
    process.env.LISTEN_PID = String(process.ppid);
    expect(listenFds()).toEqual([]);
    process.env.LISTEN_PID = String(process.pid);
    delete process.env.LISTEN_FDS;
    expect(listenFds()).toEqual([]);
  });

  it('has them in their order, with their names, close-on-exec', () => {
    const tcp = listener();
    const udp = bound(SOCK_DGRAM);
    const [a] = unixPair();
    const body = `
      // Node makes what it inherits close-on-exec, the first 16 at least.
      for (const fd of [3, 4, 5]) s.fcntl(fd, s.F_SETFD, 0);
      const before = [3, 4, 5].map((fd) => s.fcntl(fd, s.F_GETFD));
      const list = s.listenFds();
      tell(list);
      tell([before, list.map(({ fd }) => s.fcntl(fd, s.F_GETFD))]);
      tell(list.map(({ fd }) => s.getsockname(fd)));
      tell(s.listenFds());
      // What it starts has another pid, and none of them.
      const script = 'import os; print([os.path.exists("/proc/self/fd/%d" % n) for n in (3, 4, 5)])';
      tell(String(runFile('python3', ['-c', script])).trim());`;
    const told = node(
      body,
      become({ LISTEN_PID: 'ME', LISTEN_FDS: '3', LISTEN_FDNAMES: 'http:dns:' }),
      [tcp.fd, udp.fd, a],
    );
    const list = [
      { fd: 3, name: 'http' },
      { fd: 4, name: 'dns' },
      { fd: 5, name: '' },
    ];
    expect(told).toEqual([
      list,
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [tcp.addr, udp.addr, getsockname(a)],
      list,
      '[False, False, False]',
    ]);
  });

  it('takes the variables away when it is told to', () => {
    const { fd } = listener();
    const body = `
      const left = () => Object.keys(process.env).filter((name) => /^LISTEN_/.test(name)).sort();
      tell(s.listenFds({ unset: false }));
      tell(left());
      tell(raw.listenFds({ unset: true }));
      tell(left());
      tell(s.listenFds());
      Object.assign(process.env, { LISTEN_PID: String(process.pid), LISTEN_FDS: 'x' });
      tell(code(() => s.listenFds({ unset: true })));
      tell(left());`;
    const wrapper = become({ LISTEN_PID: 'ME', LISTEN_FDS: '1', LISTEN_FDNAMES: 'x' });
    const one = [{ fd: 3, name: 'x' }];
    expect(node(body, wrapper, [fd])).toEqual([
      one,
      ['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID'],
      one,
      [],
      [],
      ['ERR_OUT_OF_RANGE', null],
      [],
    ]);
  });

  it('finds what sd_listen_fds_with_names finds, and refuses what that does', (context) => {
    const cases = [
      {},
      { LISTEN_PID: 'ME' },
      { LISTEN_FDS: '1' },
      { LISTEN_PID: '1', LISTEN_FDS: '1' },
      { LISTEN_PID: '1', LISTEN_FDS: 'x' },
      { LISTEN_PID: 'x', LISTEN_FDS: '1' },
      { LISTEN_PID: '', LISTEN_FDS: '1' },
      { LISTEN_PID: '0', LISTEN_FDS: '1' },
      { LISTEN_PID: '-1', LISTEN_FDS: '1' },
      { LISTEN_PID: '4294967297', LISTEN_FDS: '1' },
      ...[
        '',
        '0',
        '-1',
        '1',
        '2',
        '1.5',
        '2x',
        '400',
        '2147483644',
        '2147483645',
        '9'.repeat(30),
      ].map((count) => ({ LISTEN_PID: 'ME', LISTEN_FDS: count })),
      ...['', ':', 'a', 'a:', ':b', 'a:b', 'a b:c-d', 'a:b:', '::'].map((names) => {
        return { LISTEN_PID: 'ME', LISTEN_FDS: '2', LISTEN_FDNAMES: names };
      }),
      { LISTEN_PID: 'ME', LISTEN_FDS: '1', LISTEN_FDNAMES: '' },
    ];
    const [a, b] = unixPair();
    const script = `import ctypes, os
try:
    library = ctypes.CDLL('libsystemd.so.0')
except OSError:
    library = None
def found(case):
    for name in ('LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'): os.environ.pop(name, None)
    for name, value in case.items(): os.environ[name] = value.replace('ME', str(os.getpid()))
    names = ctypes.POINTER(ctypes.c_char_p)()
    n = library.sd_listen_fds_with_names(0, ctypes.byref(names))
    return 'refused' if n < 0 else [{'fd': 3 + i, 'name': names[i].decode()} for i in range(n)]
print(json.dumps(library and [found(case) for case in input]))`;
    const expected = python(script, cases, [a, b]);
    if (expected === null) context.skip('libsystemd.so.0 is not installed');
    const body = `
      const found = (environment) => {
        for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete process.env[name];
        for (const [name, value] of Object.entries(environment))
          process.env[name] = value.replace('ME', process.pid);
        try {
          return s.listenFds();
        } catch (error) {
          return error instanceof RangeError ? 'refused' : error.message;
        }
      };
      tell(${JSON.stringify(cases)}.map(found));`;
    expect(node(body, [], [a, b])).toEqual([expected]);
  });

  it('knows by LISTEN_PIDFDID whether the pid is that of an earlier process', (context) => {
    const isPidfs = python(`import os
path = f'/proc/{os.getpid()}/fd/{os.pidfd_open(os.getpid())}'
print(json.dumps(os.popen(f'stat -fL -c %t {path}').read().strip() == '50494446'))`);
    if (!isPidfs) context.skip('pidfds have no inodes of their own: Linux 6.9');
    const [a] = unixPair();
    const found = (id: string): unknown => {
      const environment = { LISTEN_PID: 'ME', LISTEN_FDS: '1', LISTEN_PIDFDID: id };
      return node('tell(s.listenFds())', become(environment), [a])[0];
    };
    expect(found('ITS OWN')).toEqual([{ fd: 3, name: 'unknown' }]);
    expect(found('1')).toEqual([]);
    expect(found('x')).toEqual([]);
  });

  it('needs no /proc', (context) => {
    const hide = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
    const [command = '', ...args] = hide;
    if (spawnSync(command, [...args, 'true']).status !== 0) context.skip('/proc cannot be hidden');
    const [a] = unixPair();
    const environment = { LISTEN_PID: 'ME', LISTEN_FDS: '1', LISTEN_PIDFDID: 'ITS OWN' };
    const body = `
      import { existsSync } from 'node:fs';
      tell([existsSync('/proc/self'), s.listenFds()]);`;
    const told = node(body, [...hide, ...become(environment)], [a]);
    expect(told).toEqual([[false, [{ fd: 3, name: 'unknown' }]]]);
  });

  it('goes by the pid alone where no pidfd is to be had', () => {
    const { fd } = listener();
    const body = `
      const taken = [];
      for (let next = raw.dup(0); next >= 0; next = raw.dup(0)) taken.push(next);
      const list = s.listenFds();
      for (const each of taken) s.close(each);
      tell([taken.length > 0, list]);`;
    const environment = { LISTEN_PID: 'ME', LISTEN_FDS: '1', LISTEN_PIDFDID: '1' };
    const told = node(body, ['prlimit', '--nofile=256:256', ...become(environment)], [fd]);
    expect(told).toEqual([[true, [{ fd: 3, name: 'unknown' }]]]);
  });

  it('refuses options that are none', () => {
    expectRefused(() => listenFds({ unset: 1 as unknown as boolean }), TypeError, 'options.unset');
    expectRefused(() => listenFds(null as unknown as object), TypeError, 'options');
  });

  it('says what the environment says that cannot be', () => {
    Object.assign(process.env, { LISTEN_PID: String(process.pid), LISTEN_FDS: '2x' });
    const expected = "The environment's LISTEN_FDS must be an integer from 1 to";
    expect(() => listenFds()).toThrow(expected);
    Object.assign(process.env, { LISTEN_FDS: '2', LISTEN_FDNAMES: 'one' });
    expect(() => listenFds()).toThrow('LISTEN_FDNAMES must have 2 names, separated by colons. Rec');
  });
});

/** Runs systemd-socket-activate, and `use` once it listens. It ends with what it becomes. */
async function activated(
  context: TestContext,
  options: string[],
  body: string,
  use: (path: string, child: ChildProcess) => Promise<void>,
): Promise<void> {
  if (!isInstalled('systemd-socket-activate')) context.skip('it is not installed (systemd)');
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-activate-'));
  const path = join(dir, 'socket');
  const args = [...options, '-l', path, '-l', `${path}2`, process.execPath, ...program(body)];
  const child = spawn('systemd-socket-activate', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  try {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    while (!/Listening on .*socket2 as 4/.test(said)) {
      await Promise.race([once(child.stderr, 'data'), closed]);
      if (child.exitCode !== null) throw new Error(`it has ended: ${said}`);
    }
    await use(path, child);
  } finally {
    child.kill();
    await closed;
    rmSync(dir, { recursive: true });
  }
}

describe('systemd-socket-activate', () => {
  it('passes listeners, which sockfd accepts from', async (context) => {
    const body = `
      const list = s.listenFds({ unset: true });
      const { fd } = s.accept(list[0].fd);
      const names = list.map(({ fd }) => Buffer.from(s.getsockname(fd).path).toString());
      s.send(fd, JSON.stringify({ list, names, pid: process.pid }));
      s.close(fd);`;
    await activated(context, ['--fdname=one:two'], body, async (path, child) => {
      const list = [
        { fd: 3, name: 'one' },
        { fd: 4, name: 'two' },
      ];
      const said: unknown = JSON.parse(await text(createConnection(path)));
      expect(said).toEqual({ list, names: [path, `${path}2`], pid: child.pid });
    });
  });

  it('passes listeners, which node:net serves', async (context) => {
    const body = `
      import { createServer } from 'node:net';
      const [, { fd }] = s.listenFds();
      createServer((socket) => socket.end('by node:net')).listen({ fd });`;
    await activated(context, [], body, async (path) => {
      expect(await text(createConnection(`${path}2`))).toBe('by node:net');
      expect(await text(createConnection(`${path}2`))).toBe('by node:net');
    });
  });

  it('passes a connection to each process, that of Accept=yes', async (context) => {
    const body = `
      const [{ fd, name }] = s.listenFds();
      s.send(fd, JSON.stringify([name, Buffer.from(s.getsockname(fd).path).toString()]));`;
    await activated(context, ['--accept', '--fdname=connection'], body, async (path) => {
      for (const each of [path, `${path}2`]) {
        expect(JSON.parse(await text(createConnection(each)))).toEqual(['connection', each]);
      }
    });
  });

  it('passes a connection as standard input and output, as inetd does', async (context) => {
    const body = `
      s.send(1, Buffer.from(s.getsockname(0).path));
      process.stdin.pipe(process.stdout);`;
    await activated(context, ['--accept', '--inetd'], body, async (path) => {
      const connection = createConnection(path);
      connection.end(' and what it is told');
      expect(await text(connection)).toBe(`${path} and what it is told`);
    });
  });
});
