/** Descriptors that go to other processes and threads: what is shared, what is not, who closes. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  accept,
  connect,
  F_GETFD,
  F_GETFL,
  F_SETFL,
  fcntl,
  getsockname,
  getsockopt,
  MSG_DONTWAIT,
  O_NONBLOCK,
  pidfd_getfd,
  pidfd_open,
  recv,
  SCM_RIGHTS,
  SHUT_WR,
  SO_COOKIE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendmsg,
  shutdown,
  socketpair,
} from '../../lib/index.js';
import { detach } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { program, python } from '../support/child.js';
import {
  disown,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const root = join(import.meta.dirname, '../..');
const buf = Buffer.alloc(4096);
const received = (fd: number): string => buf.toString('utf8', 0, recv(fd, buf));
const isNonblocking = (fd: number): boolean => (fcntl(fd, F_GETFL) & O_NONBLOCK) !== 0;

async function ended(child: ChildProcess): Promise<unknown> {
  return child.exitCode ?? (await once(child, 'close'))[0];
}

describe('a descriptor in `stdio`', () => {
  it('is a duplicate: the file and its O_NONBLOCK are shared, FD_CLOEXEC is not', () => {
    const { fd } = listener(8, undefined, SOCK_CLOEXEC);
    const cookie = String(getsockopt(fd, SOL_SOCKET, SO_COOKIE));
    const script = `import fcntl
each = socket.socket(fileno=3)
was = [fcntl.fcntl(3, fcntl.F_GETFD), fcntl.fcntl(3, fcntl.F_GETFL) & 0o4000]
cookie = str(struct.unpack('Q', each.getsockopt(socket.SOL_SOCKET, 57, 8))[0])
fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | 0o4000)
print(json.dumps([was, cookie]))`;
    expect(python(script, null, [fd])).toEqual([[0, 0], cookie]);
    expect(isNonblocking(fd)).toBe(true);
    expect(fcntl(fd, F_GETFD)).toBe(1);
  });

  it('is a listener that both accept from', () => {
    const { fd, addr } = listener();
    const clients = [1, 2].map(() => {
      const client = open(AF_INET, SOCK_STREAM);
      connect(client, addr);
      return client;
    });
    const accepting = `each = socket.socket(fileno=3)
connection, name = each.accept()
connection.sendall(b'the child')
print(json.dumps(name[1]))`;
    python(accepting, null, [fd]);
    send(own(accept(fd).fd), 'the parent');
    expect(clients.map(received)).toEqual(['the child', 'the parent']);
  });

  it('is made to block by Node, for both, as standard input or output', () => {
    const [a] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const stdio = [null, 'ignore', 'inherit'] as const;
    spawnSync('true', [], { stdio: [...stdio, a] });
    expect(isNonblocking(a)).toBe(true);
    spawnSync('true', [], { stdio: [a, 'ignore', 'inherit'] });
    expect(isNonblocking(a)).toBe(false);
    fcntl(a, F_SETFL, fcntl(a, F_GETFL) | O_NONBLOCK);
    spawnSync('true', [], { stdio: ['ignore', a, 'inherit'] });
    expect(isNonblocking(a)).toBe(false);
  });

  it('is the connection of a process that knows of no sockets, as inetd does', async () => {
    const { client, server } = tcpPair();
    const child = spawn('cat', [], { stdio: [server, server, 'inherit'] });
    // Nobody is told of the end while ours is open.
    shut(server);
    send(client, 'to cat and back');
    expect(received(client)).toBe('to cat and back');
    // To close it would tell nobody: without SOCK_CLOEXEC, the child has it, too.
    shutdown(client, SHUT_WR);
    expect(await ended(child)).toBe(0);
  });

  it('of a child of Node is `process.stdin`, and a descriptor, which Node never closes', async () => {
    const { client, server } = tcpPair();
    const body = `
      const { Socket } = await import('node:net');
      const { stdin } = process;
      s.send(0, JSON.stringify([stdin instanceof Socket, s.getpeername(0), s.fdOf(stdin)]));
      stdin.destroy();
      stdin.once('close', () => {
        s.send(0, 'still open');
        s.close(0);
      });`;
    const child = spawn(process.execPath, program(body), { stdio: [server, 'inherit', 'inherit'] });
    shut(server);
    let said = '';
    for (let n = recv(client, buf); n > 0; n = recv(client, buf))
      said += buf.toString('utf8', 0, n);
    const first = JSON.stringify([true, getsockname(client), 0]);
    expect(said).toBe(`${first}still open`);
    expect(await ended(child)).toBe(0);
  });
});

describe('a process that runs already', () => {
  it('is sent descriptors in a message', async () => {
    const [ours, theirs] = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC);
    own(ours);
    const script = `import socket
channel = socket.socket(fileno=3)
while True:
    data, fds, flags, name = socket.recv_fds(channel, 64, 4)
    if not data: break
    connection = socket.socket(fileno=fds[0])
    connection.sendall(b'served: ' + data)
    connection.close()`;
    const child = spawn('python3', ['-c', script], {
      stdio: ['ignore', 'inherit', 'inherit', theirs],
    });
    raw.close(theirs);
    for (const each of ['one', 'two']) {
      const { client, server } = tcpPair();
      const rights = { level: SOL_SOCKET, type: SCM_RIGHTS, value: [server] } as const;
      sendmsg(ours, { iov: [Buffer.from(each)], control: [rights] });
      // It is open in the message, or there, from now on.
      shut(server);
      let answer = '';
      for (let n = recv(client, buf); n > 0; n = recv(client, buf)) {
        answer += buf.toString('utf8', 0, n);
      }
      expect(answer).toBe(`served: ${each}`);
    }
    shut(ours);
    expect(await ended(child)).toBe(0);
  });

  it('has descriptors that can be fetched, by who may trace it', async () => {
    const script = `import socket, sys
listener = socket.create_server(('127.0.0.1', 0))
print(listener.fileno(), listener.getsockname()[1], flush=True)
sys.stdin.read()`;
    const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const [number = -1, port = -1] = line.split(' ').map(Number);
    const pidfd = own(pidfd_open(child.pid as number));
    const twin = own(pidfd_getfd(pidfd, number));
    expect(fcntl(twin, F_GETFD)).toBe(1);
    child.stdin.end();
    expect(await ended(child)).toBe(0);
    // The child is gone; its listener is not.
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, { family: AF_INET, addr: '127.0.0.1', port });
    send(own(accept(twin).fd), 'by who fetched it');
    expect(received(client)).toBe('by who fetched it');
  });
});

describe('`process.send`', () => {
  let dir: string;
  beforeAll(() => {
    mkdirSync(join(root, 'out'), { recursive: true });
    // Inside the checkout, so that 'sockfd' is this package.
    dir = mkdtempSync(join(root, 'out', 'interop-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('takes what net.Socket was given, and closes it here', async () => {
    const path = join(dir, 'child.mjs');
    writeFileSync(
      path,
      `import * as s from 'sockfd';
      process.once('message', (text, socket) => {
        s.send(s.fdOf(socket), text + ' by sockfd in the child');
        socket.destroy();
        process.send('taken');
      });`,
    );
    const child = fork(path, [], { execArgv: [] });
    const { client, server } = tcpPair();
    const socket = new Socket({ fd: detach(disown(server)) });
    const taken = once(child, 'message');
    child.send('sent', socket);
    await taken;
    expect(raw.fcntl(server, F_GETFD)).toBe(-raw.EBADF);
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
    expect(received(client)).toBe('sent by sockfd in the child');
    expect(recv(client, buf)).toBe(0);
  });
});

describe('a worker', () => {
  const url = pathToFileURL(join(root, 'dist/index.js')).href;
  const start = (body: string, data: unknown): Worker => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { data } = workerData;
      process.on('warning', (warning) => parentPort.postMessage(warning.message));
      import(workerData.url).then(async (s) => { ${body} });`;
    return new Worker(source, {
      eval: true,
      execArgv: ['--no-warnings'],
      workerData: { url, data },
    });
  };
  const messagesOf = async (worker: Worker): Promise<unknown[]> => {
    const messages: unknown[] = [];
    worker.on('message', (message) => messages.push(message));
    await once(worker, 'exit');
    return messages;
  };

  it('has the same descriptors, by number; whoever closes one closes it for all', async () => {
    const { client, server } = tcpPair();
    const body = `
      s.send(data, 'from the worker');
      s.close(data);`;
    expect(await messagesOf(start(body, disown(server)))).toEqual([]);
    expect(received(client)).toBe('from the worker');
    expect(recv(client, buf)).toBe(0);
    expect(raw.fcntl(server, F_GETFD)).toBe(-raw.EBADF);
  });

  it('leaves open what it opened by sockfd, and closes what it opened by node:fs', async () => {
    const body = `
      const { openSync } = require('node:fs');
      const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      parentPort.postMessage([a, b, openSync('/proc/self/status')]);`;
    const [numbers] = (await messagesOf(start(body, null))) as [[number, number, number]];
    const [a, b, file] = numbers;
    expect(raw.fcntl(file, F_GETFD)).toBe(-raw.EBADF);
    for (const fd of [a, b]) own(fd);
    send(a, 'x');
    expect(raw.recv(b, buf, MSG_DONTWAIT)).toBe(1);
  });

  it('closes by sockfd what is no file of its node:fs: closeSync warns', async () => {
    const [a, b] = unixPair();
    const body = `
      const { closeSync } = require('node:fs');
      s.close(data.a);
      closeSync(data.b);`;
    const messages = await messagesOf(start(body, { a: disown(a), b: disown(b) }));
    expect(messages).toEqual([
      expect.stringContaining(`File descriptor ${b} closed but not opened`),
    ]);
    expect([a, b].map((fd) => raw.fcntl(fd, F_GETFD))).toEqual([-raw.EBADF, -raw.EBADF]);
  });

  it('gives one to node:net of another thread', async () => {
    const body = `
      const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
      s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
      s.listen(listener, 1);
      const client = s.socket(s.AF_INET, s.SOCK_STREAM);
      s.connect(client, s.getsockname(listener));
      parentPort.postMessage([s.accept(listener).fd]);
      s.send(client, 'across threads');
      s.close(client);
      s.close(listener);`;
    const [[fd]] = (await messagesOf(start(body, null))) as [[number]];
    const socket = new Socket({ fd });
    expect(await text(socket)).toBe('across threads');
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  });
});
