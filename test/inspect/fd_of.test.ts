import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  fdOf,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  SO_ACCEPTCONN,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
  TCP_INFO,
  TCP_USER_TIMEOUT,
  tcpStateName,
} from '../../lib/index.js';
import { node, run } from '../support/child.js';
import { expectRefused } from '../support/sockets.js';

/** What it says where there is no descriptor. */
function expectNone(value: unknown): void {
  let error: unknown;
  try {
    fdOf(value as Socket);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  expect((error as Error).message).toContain('The "socket" argument must have a descriptor');
}

const listening = async (server: {
  listen(port: number, host: string): unknown;
}): Promise<void> => {
  server.listen(0, '127.0.0.1');
  await once(server as unknown as NodeJS.EventEmitter, 'listening');
};

describe('fdOf', () => {
  it('is the descriptor of a socket and of its server, until they are closed', async () => {
    const server = createServer();
    expectNone(server);
    await listening(server);
    expect(getsockopt(fdOf(server), SOL_SOCKET, SO_ACCEPTCONN)).toBe(true);
    const { port } = server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    expectNone(socket);
    const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
    const fd = fdOf(socket);
    expect(getpeername(fd)).toEqual({ family: AF_INET, addr: '127.0.0.1', port });
    expect(getsockname(fd)).toMatchObject({ port: socket.localPort });
    expect(tcpStateName(getsockopt(fd, IPPROTO_TCP, TCP_INFO).state)).toBe('ESTABLISHED');
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 4321);
    expect(getsockopt(fdOf(socket), IPPROTO_TCP, TCP_USER_TIMEOUT)).toBe(4321);
    expect(fdOf(peer as Socket)).not.toBe(fd);
    socket.destroy();
    expectNone(socket);
    (peer as Socket).destroy();
    server.close();
    await once(server, 'close');
    expectNone(server);
  });

  it('is that of the TCP socket under TLS', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-tls-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(dir, name)) as [string, string];
    const options = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x';
    run('openssl', ['req', '-x509', ...options.split(' '), '-keyout', key, '-out', cert]);
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
    rmSync(dir, { recursive: true });
    await listening(server);
    const { port } = server.address() as { port: number };
    const inner = connect(port, '127.0.0.1');
    await once(inner, 'connect');
    const socket = connectTls({ socket: inner, rejectUnauthorized: false });
    const [[peer]] = await Promise.all([
      once(server, 'secureConnection'),
      once(socket, 'secureConnect'),
    ]);
    expect(fdOf(socket)).toBe(fdOf(inner));
    expect(getpeername(fdOf(socket))).toMatchObject({ port });
    expect(
      getsockopt(fdOf(peer as TLSSocket), IPPROTO_TCP, TCP_INFO).bytes_received,
    ).toBeGreaterThan(0);
    socket.destroy();
    (peer as TLSSocket).destroy();
    server.close();
    await once(server, 'close');
  });

  it('is that of a server of HTTP and of its requests', async () => {
    const server = createHttpServer((request, response) => {
      response.end(String(getsockopt(fdOf(request.socket), IPPROTO_TCP, TCP_INFO).state));
    });
    await listening(server);
    const { port } = server.address() as { port: number };
    expect(getsockname(fdOf(server))).toMatchObject({ port });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.text()).toBe('1');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('is that of a bound datagram socket, without a warning', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    const socket = createSocket('udp4');
    expectNone(socket);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    expect(getsockopt(fdOf(socket), SOL_SOCKET, SO_TYPE)).toBe(SOCK_DGRAM);
    expect(getsockname(fdOf(socket))).toMatchObject({ port: socket.address().port });
    socket.close();
    await once(socket, 'close');
    expectNone(socket);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('is that of an open file', async () => {
    const file = await open('/proc/self/status');
    expect(readFileSync(`/proc/self/fdinfo/${fdOf(file)}`, 'utf8')).toContain('pos:');
    await file.close();
    expectNone(file);
  });

  it.each([
    ['SCHED_NONE', true],
    ['SCHED_RR', false],
  ])('is that of the servers of node:cluster with %s: %s', (policy, isThere) => {
    const body = `
      import cluster from 'node:cluster';
      import { once } from 'node:events';
      import { connect, createServer } from 'node:net';
      if (cluster.isPrimary) {
        cluster.schedulingPolicy = cluster.${policy};
        cluster.setupPrimary({ exec: '-', execArgv: process.execArgv });
        const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        s.bind(listener, lo);
        s.listen(listener, 8);
        const { port } = s.getsockname(listener);
        const worker = cluster.fork({ LISTENER: listener });
        const [told] = await once(worker, 'message');
        const client = connect(port, '127.0.0.1');
        const [connection] = await once(worker, 'message');
        client.destroy();
        worker.kill();
        await once(worker, 'exit');
        tell([told === port || told, connection, code(() => s.getsockname(listener))]);
      } else {
        const server = createServer((socket) => {
          process.send(s.getsockopt(s.fdOf(socket), s.SOL_SOCKET, s.SO_TYPE));
        });
        server.listen({ fd: Number(process.env.LISTENER) });
        await once(server, 'listening');
        const [error, address] = code(() => s.getsockname(s.fdOf(server)));
        process.send(address?.port ?? error);
      }`;
    const told = isThere ? true : 'ERR_INVALID_ARG_VALUE';
    expect(node(body)).toEqual([[told, SOCK_STREAM, ['EBADF', 'getsockname']]]);
  });

  it('is not there of what has none', () => {
    for (const value of [new Socket(), {}, { fd: -1 }, { fd: '3' }]) expectNone(value);
  });

  it('takes objects only', () => {
    for (const value of [null, undefined, 3, 'x', true, 3n, () => 3]) {
      expectRefused(() => fdOf(value as never), TypeError, 'socket');
    }
  });
});
