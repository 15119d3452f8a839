/** Starting a process with listeners: what it finds, by the manual page and by libsystemd. */
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  getsockname,
  type ListenFdInit,
  O_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  withListenFds,
} from '../../lib/index.js';
import { program } from '../support/child.js';
import { bound, expectRefused, guardFds, listener, unixPair } from '../support/sockets.js';
import { isInstalled } from '../support/strace.js';

guardFds();

/** sd_listen_fds(3), as the manual page has it, and what else there is. */
const sdListenFds = `import json, os, socket, sys
is_ours = os.environ.get('LISTEN_PID') == str(os.getpid())
n = int(os.environ.get('LISTEN_FDS', 0)) if is_ours else 0
names = os.environ.get('LISTEN_FDNAMES', '').split(':')
sockets = [socket.socket(fileno=3 + i) for i in range(n)]
def is_socket(fd):
    try:
        return os.readlink(f'/proc/self/fd/{fd}').startswith('socket:')
    except OSError:
        return False
print(json.dumps({
    'pid': os.getpid(),
    'list': [[names[i], each.getsockname(), each.type] for i, each in enumerate(sockets)],
    'sockets': [fd for fd in range(3, 300) if is_socket(fd)],
    'args': sys.argv[1:],
    'variables': sorted(name for name in os.environ if name.startswith('LISTEN_')),
}))`;

interface Found {
  pid: number;
  list: unknown[];
  sockets: number[];
  args: string[];
  variables: string[];
}

const script = ['-c', sdListenFds];

function found(fds: ListenFdInit[], args: string[] = [], env = process.env): Found {
  const [command, words, options] = withListenFds('python3', [...script, ...args], fds, { env });
  const { status, stdout, stderr } = spawnSync(command, words, { ...options, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Found;
}

describe('withListenFds', () => {
  it('gives a process its descriptors, in their order, with their names', () => {
    const tcp = listener(8, undefined, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const udp = bound(SOCK_DGRAM | SOCK_CLOEXEC);
    const { list, sockets, variables } = found([{ fd: tcp.fd, name: 'http' }, { fd: udp.fd }]);
    expect(list).toEqual([
      ['http', ['127.0.0.1', tcp.addr.port], 1],
      ['unknown', ['127.0.0.1', udp.addr.port], 2],
    ]);
    expect(sockets).toEqual([3, 4]);
    expect(variables).toEqual(['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID']);
    // Ours are as they were.
    expect(getsockname(tcp.fd)).toEqual(tcp.addr);
    expect(fcntl(tcp.fd, F_GETFD)).toBe(FD_CLOEXEC);
    expect(fcntl(tcp.fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK);
  });

  it('gives the pid that spawn tells', async () => {
    const { fd } = listener();
    const child = spawn(...withListenFds('python3', script, [{ fd }]));
    const closed = once(child, 'close');
    const { pid, list } = JSON.parse(await text(child.stdout as NodeJS.ReadableStream)) as Found;
    expect(await closed).toEqual([0, null]);
    expect(pid).toBe(child.pid);
    expect(list).toHaveLength(1);
  });

  it('passes arguments as they are', () => {
    const { fd } = listener();
    const args = ['', ' ', '$HOME', '$(exit 1)', '`exit`', '"', "'", 'a\nb', '\\', '*', '-c', 'é;'];
    expect(found([{ fd }], args).args).toEqual(args);
  });

  it('passes one descriptor twice, and more than ten', () => {
    const { fd, addr } = listener();
    const { list } = found(Array.from({ length: 12 }, (_, i) => ({ fd, name: `${i}` })));
    const name = ['127.0.0.1', addr.port];
    expect(list).toEqual(Array.from({ length: 12 }, (_, i) => [`${i}`, name, 1]));
  });

  it('changes no environment, and lets nothing stand in it that was for this process', () => {
    const { fd } = listener();
    const env = { PATH: process.env.PATH, LISTEN_PIDFDID: '1', LISTEN_FDNAMES: 'a:b', X: 'kept' };
    const before = { ...env };
    const [, , options] = withListenFds('true', [], [{ fd }], { env });
    expect(options.env).toEqual({
      PATH: process.env.PATH,
      LISTEN_FDS: '1',
      LISTEN_FDNAMES: 'unknown',
      X: 'kept',
    });
    expect(env).toEqual(before);
    expect(found([{ fd }], [], env).list).toHaveLength(1);
    expect(Object.keys(process.env).filter((name) => /^LISTEN_/.test(name))).toEqual([]);
  });

  it.each([
    [undefined, ['pipe', 'pipe', 'pipe', 7]],
    ['inherit' as const, ['inherit', 'inherit', 'inherit', 7]],
    [[], [undefined, undefined, undefined, 7]],
    [['ignore' as const], ['ignore', undefined, undefined, 7]],
    [
      ['ignore' as const, 1, 'pipe' as const, 'ipc' as const, 9],
      ['ignore', 1, 'pipe', 7, 'ipc', 9],
    ],
  ])('has them after standard input, output and error: %j', (stdio, expected) => {
    const given = stdio === undefined ? {} : { stdio };
    expect(withListenFds('true', [], [{ fd: 7 }], given)[2].stdio).toEqual(expected);
  });

  it('leaves room for a channel to the child', async () => {
    const { fd } = listener();
    const body = `process.send(s.listenFds(), () => process.disconnect());`;
    const options = { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] } satisfies SpawnOptions;
    const child = spawn(
      ...withListenFds(process.execPath, program(body), [{ fd, name: 'a' }], options),
    );
    const [[message]] = await Promise.all([once(child, 'message'), once(child, 'close')]);
    expect(message).toEqual([{ fd: 3, name: 'a' }]);
  });

  it('is passed on by who was given them', () => {
    const { fd, addr } = listener();
    const body = `
      import { spawnSync } from 'node:child_process';
      const successor = s.withListenFds('python3', ['-c', process.env.SCRIPT], s.listenFds());
      const { stdout } = spawnSync(...successor);
      process.stdout.write(stdout);`;
    const options = { env: { ...process.env, SCRIPT: sdListenFds } };
    const fds = [{ fd, name: 'web' }];
    const [command, args, rest] = withListenFds(process.execPath, program(body), fds, options);
    const { stdout } = spawnSync(command, args, { ...rest, encoding: 'utf8' });
    const { list, variables } = JSON.parse(stdout) as Found;
    expect(list).toEqual([['web', ['127.0.0.1', addr.port], 1]]);
    expect(variables).toEqual(['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID']);
  });

  it('is understood by libsystemd', (context) => {
    const script = `import ctypes
names = ctypes.POINTER(ctypes.c_char_p)()
try:
    library = ctypes.CDLL('libsystemd.so.0')
except OSError:
    raise SystemExit(77)
n = library.sd_listen_fds_with_names(1, ctypes.byref(names))
print([names[i].decode() for i in range(n)], [library.sd_is_socket(3 + i, 0, 0, -1) for i in range(n)])`;
    const [a, b] = unixPair();
    const names = ['a b', ' !"#$%&()*+,-./09;<=>?@AZ[]^_`az{|}~', '', 'x'.repeat(255)];
    const fds = names.map((name, i) => ({ fd: i % 2 ? a : b, name }));
    const [command, args, options] = withListenFds('python3', ['-c', script], fds);
    const { status, stdout } = spawnSync(command, args, { ...options, encoding: 'utf8' });
    if (status === 77) context.skip('libsystemd.so.0 is not installed');
    const list = JSON.stringify(names).replaceAll(',"', ', "');
    const said = stdout.replace(/'((?:[^'\\]|\\.)*)'/g, (_, name: string) => JSON.stringify(name));
    expect(said.trim()).toBe(`${list} [1, 1, 1, 1]`);
  });

  it('is understood by systemd-socket-activate, which passes them on', async (context) => {
    if (!isInstalled('systemd-socket-activate')) context.skip('it is not installed (systemd)');
    const { fd, addr } = listener();
    const args = ['-E', 'PATH', 'python3', ...script];
    const options = { stdio: ['ignore', 'pipe', 'ignore'] } satisfies SpawnOptions;
    const child = spawn(
      ...withListenFds('systemd-socket-activate', args, [{ fd, name: 'x' }], options),
    );
    const closed = once(child, 'close');
    // Starts what it is to start when somebody comes.
    const client = connect(addr.port, addr.addr);
    const { list, pid } = JSON.parse(await text(child.stdout as NodeJS.ReadableStream)) as Found;
    expect(await closed).toEqual([0, null]);
    expect(pid).toBe(child.pid);
    expect(list).toHaveLength(1);
    expect((list[0] as unknown[])[1]).toEqual(['127.0.0.1', addr.port]);
    client.destroy();
    await once(client, 'close');
  });

  it('tells of a command that is not there by the status of a shell', () => {
    const { fd } = listener();
    const [command, args, options] = withListenFds('/nonexistent', [], [{ fd }]);
    const { status, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
    expect(status).toBe(127);
    expect(stderr).toContain('/nonexistent');
  });

  it('refuses what no child could be given', () => {
    const make = (fds: unknown, options: object = {}) => {
      return () => withListenFds('true', [], fds as ListenFdInit[], options);
    };
    expectRefused(make([]), RangeError, 'fds');
    expectRefused(make([{ fd: -1 }]), RangeError, 'fds[0].fd');
    expectRefused(make([{ fd: 3 }, { fd: 4, name: 'a:b' }]), RangeError, 'fds[1].name');
    expectRefused(make([{ fd: 3, name: 'a\\b' }]), RangeError, 'fds[0].name');
    expectRefused(make([{ fd: 3, name: 'x'.repeat(256) }]), RangeError, 'fds[0].name');
    expectRefused(make([{ fd: 3, name: 3 }]), TypeError, 'fds[0].name');
    expectRefused(make([{ fd: 3 }], { env: 3 }), TypeError, 'options.env');
    expectRefused(make([{ fd: 3 }], { stdio: 3 }), TypeError, 'options.stdio');
    // What has no element there is no list of them.
    expectRefused(make(new Array(1)), TypeError, 'fds[0]');
    expectRefused(make({ length: 1, 0: { fd: 3 } }), TypeError, 'fds');
    const args = (given: unknown) => () => withListenFds('true', given as string[], [{ fd: 3 }]);
    expectRefused(args('text'), TypeError, 'args');
    expectRefused(args([1]), TypeError, 'args[0]');
    expectRefused(args(new Array(1)), TypeError, 'args[0]');
  });
});
