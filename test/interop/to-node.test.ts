import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, request } from 'node:https';
import { connect as connectNet, createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  bind,
  connect,
  EBADF,
  F_GETFL,
  fcntl,
  fdOf,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  listen,
  O_NONBLOCK,
  pipe,
  recv,
  SHUT_WR,
  SO_COOKIE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  setsockopt,
  shutdown,
  TCP_CONGESTION,
  TCP_INFO,
} from '../../lib/index.js';
import { connections, detach, recv as recvLater } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { run } from '../support/child.js';
import { failure, warmPromises } from '../support/promises.js';
import {
  bound,
  disown,
  guardFds,
  listener,
  open,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { isInstalled } from '../support/strace.js';

warmPromises();
guardFds();

const buf = Buffer.alloc(4096);
const received = (fd: number): string => buf.toString('utf8', 0, recv(fd, buf));
const isNonblocking = (fd: number): boolean => (fcntl(fd, F_GETFL) & O_NONBLOCK) !== 0;

/** Gives a descriptor to what makes an object of it: the test owns it no longer. */
const give = (fd: number): number => detach(disown(fd));

type Closing = { destroy(): unknown; closed?: boolean } & NodeJS.EventEmitter;

async function closed(object: Closing): Promise<void> {
  if (object.closed === true) return;
  const closing = once(object, 'close');
  object.destroy();
  await closing;
}

describe('a connection that is given to net.Socket', () => {
  it('is read, written and closed by it', async () => {
    const { client, server } = tcpPair();
    expect(isNonblocking(server)).toBe(false);
    const socket = new Socket({ fd: give(server) });
    expect(fdOf(socket)).toBe(server);
    expect(isNonblocking(server)).toBe(true);
    send(client, 'question');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('question');
    await new Promise((resolve) => socket.write('answer', resolve));
    expect(received(client)).toBe('answer');
    const { addr: localAddress, port: localPort } = getpeername(client) as {
      addr: string;
      port: number;
    };
    expect(socket).toMatchObject({ localAddress, localPort });
    await closed(socket);
    expect(recv(client, buf)).toBe(0);
    expect(raw.fcntl(server, F_GETFL)).toBe(-EBADF);
  });

  it('of AF_UNIX is one too, and a pipe', async () => {
    const [a, b] = unixPair();
    const socket = new Socket({ fd: give(a) });
    send(b, 'x');
    shutdown(b, SHUT_WR);
    expect(await text(socket)).toBe('x');
    await closed(socket);
    const [r, w] = pipe();
    const reader = new Socket({ fd: r });
    const writer = new Socket({ fd: w, readable: false });
    writer.end('through the pipe');
    expect(await text(reader)).toBe('through the pipe');
    await Promise.all([reader, writer].map(closed));
  });

  it.each([
    ['a datagram socket', () => bound(SOCK_DGRAM).fd],
    ['a socket for sequenced packets', () => unixPair(SOCK_SEQPACKET)[0]],
  ])('is refused and stays ours when it is %s', (_what, make) => {
    const fd = make();
    const refused = expect.objectContaining({ code: 'ERR_INVALID_FD_TYPE' });
    expect(() => new Socket({ fd })).toThrow(refused);
    shut(fd);
  });

  it('has the options that sockfd sets, as ss sees them', async (context) => {
    if (!isInstalled('ss')) context.skip('ss is not installed');
    const { client, server, addr } = tcpPair();
    const socket = new Socket({ fd: give(server) });
    setsockopt(fdOf(socket), IPPROTO_TCP, TCP_CONGESTION, 'reno');
    const { port } = getsockname(client) as { port: number };
    const ss = (source: number, dest: number): string =>
      run('ss', ['-Htni', `sport = :${source} and dport = :${dest}`]);
    expect(ss(addr.port, port)).toMatch(/\breno\b/);
    expect(ss(port, addr.port)).not.toMatch(/\breno\b/);
    await closed(socket);
  });

  it('is known again by its cookie, and its number may be a stranger’s', async () => {
    const { client, server } = tcpPair();
    const cookie = getsockopt(server, SOL_SOCKET, SO_COOKIE);
    const socket = new Socket({ fd: give(server) });
    expect(getsockopt(fdOf(socket), SOL_SOCKET, SO_COOKIE)).toBe(cookie);
    await closed(socket);
    const stranger = open(AF_INET, SOCK_STREAM);
    expect(stranger).toBe(server);
    // To close the number now would close this one.
    expect(getsockopt(stranger, SOL_SOCKET, SO_COOKIE)).not.toBe(cookie);
    shut(client);
  });
});

describe('requests on connections that sockfd accepted', () => {
  it('are served by node:http', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const server = createHttpServer((incoming, response) => {
      const { bytes_received = 0 } = getsockopt(fdOf(incoming.socket), IPPROTO_TCP, TCP_INFO);
      response.end(`${incoming.url} ${bytes_received > 0}`);
    });
    const serving = (async () => {
      for await (const accepted of connections(fd)) {
        server.emit('connection', new Socket({ fd: accepted.fd }));
      }
    })();
    const answers = ['/a', '/b', '/c'].map(async (path) => {
      const response = await fetch(`http://127.0.0.1:${addr.port}${path}`, {
        headers: { connection: 'close' },
      });
      return response.text();
    });
    expect(await Promise.all(answers)).toEqual(['/a true', '/b true', '/c true']);
    shut(fd);
    expect(await failure(serving)).toEqual(['accept4', 'EBADF']);
    server.closeAllConnections();
  });

  describe('in TLS', () => {
    let pem: { key: string; cert: string };
    beforeAll(() => {
      const dir = mkdtempSync(join(tmpdir(), 'sockfd-tls-'));
      const [key, cert] = ['key', 'cert'].map((name) => join(dir, name)) as [string, string];
      const options = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x';
      run('openssl', ['req', '-x509', ...options.split(' '), '-keyout', key, '-out', cert]);
      pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
      rmSync(dir, { recursive: true });
    });

    it('are served by node:https, and asked on a connection that sockfd made', async () => {
      const { client, server: accepted } = tcpPair();
      const server = createHttpsServer(pem, (_, response) => response.end('in secret'));
      const inner = new Socket({ fd: give(accepted) });
      server.emit('connection', inner);
      const outer = new Socket({ fd: give(client) });
      const secure = connectTls({ socket: outer, rejectUnauthorized: false });
      await once(secure, 'secureConnect');
      expect(fdOf(secure)).toBe(client);
      const asked = request({ createConnection: () => secure, path: '/' });
      asked.end();
      const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
      expect(await text(response)).toBe('in secret');
      const ended = [secure, inner].map((each) => once(each, 'close'));
      secure.destroy();
      inner.destroy();
      await Promise.all(ended);
      expect([client, accepted].map((fd) => raw.fcntl(fd, F_GETFL))).toEqual([-EBADF, -EBADF]);
    });
  });
});

async function listening(server: Server, fd: number, backlog?: number): Promise<void> {
  const begun = once(server, 'listening');
  server.listen({ fd }, backlog);
  await begun;
}

async function ended(server: Server): Promise<void> {
  const closing = once(server, 'close');
  server.close();
  await closing;
}

describe('a listener that is given to net.Server', () => {
  it('is accepted from and closed by it', async () => {
    const { fd, addr } = listener();
    const server = createServer((socket) => socket.end('by node:net'));
    await listening(server, give(fd));
    expect(server.address()).toEqual({ address: addr.addr, family: 'IPv4', port: addr.port });
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, addr);
    // What accepts is the event loop of this thread.
    const answer = Buffer.alloc(16);
    expect(answer.toString('utf8', 0, await recvLater(client, answer))).toBe('by node:net');
    shut(client);
    await ended(server);
    expect(raw.fcntl(fd, F_GETFL)).toBe(-EBADF);
  });

  it('listens anew, with the backlog of Node unless told otherwise', async () => {
    const limit = (fd: number): number => getsockopt(fd, IPPROTO_TCP, TCP_INFO).sacked;
    const { fd } = listener(3);
    expect(limit(fd)).toBe(3);
    const server = createServer();
    await listening(server, give(fd), 5);
    expect(limit(fd)).toBe(5);
    await ended(server);
    const { fd: another } = bound(SOCK_STREAM);
    const second = createServer();
    await listening(second, give(another));
    expect(limit(another)).toBe(511);
    await ended(second);
  });

  it('of AF_UNIX leaves its file, which Node would take away of its own', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-listener-'));
    const path = join(dir, 'socket');
    const fd = open(AF_UNIX, SOCK_STREAM);
    bind(fd, { family: AF_UNIX, path });
    listen(fd, 4);
    const server = createServer((socket) => socket.end('hello'));
    await listening(server, give(fd));
    expect(await text(connectNet(path))).toBe('hello');
    await ended(server);
    expect(existsSync(path)).toBe(true);
    rmSync(dir, { recursive: true });
  });
});
