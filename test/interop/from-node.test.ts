/** Descriptors of Node's objects that somebody takes for himself: a duplicate outlives the object. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectNet, createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  accept,
  connect,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  fdOf,
  getsockname,
  getsockopt,
  type HasFd,
  MSG_DONTWAIT,
  O_NONBLOCK,
  recv,
  SO_COOKIE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type SockAddrIn,
  send,
  sendto,
  socket,
} from '../../lib/index.js';
import {
  accept as acceptLater,
  recvfrom as recvfromLater,
  recv as recvLater,
} from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { warmPromises } from '../support/promises.js';
import { bound, expectError, guardFds, listener, open, own } from '../support/sockets.js';

warmPromises();
guardFds();

const buf = Buffer.alloc(4096);
const received = (fd: number): string => buf.toString('utf8', 0, recv(fd, buf));

/** A descriptor of our own for what an object of Node's has. */
const take = (object: HasFd): number => own(fcntl(fdOf(object), F_DUPFD_CLOEXEC, 0));

async function listening(server: Server, options: ListenOptions): Promise<void> {
  const begun = once(server, 'listening');
  server.listen(options);
  await begun;
}

async function closed(object: NodeJS.EventEmitter, close: () => unknown): Promise<void> {
  const closing = once(object, 'close');
  close();
  await closing;
}

const LOCAL = { port: 0, host: '127.0.0.1' };

describe('a duplicate of what Node has', () => {
  it('of net.Server is a listener, when the server is closed', async () => {
    const server = createServer();
    await listening(server, LOCAL);
    const addr = getsockname(fdOf(server)) as SockAddrIn;
    const fd = take(server);
    expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC);
    expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK);
    await closed(server, () => server.close());
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, addr);
    const accepted = own((await acceptLater(fd)).fd);
    send(client, 'x');
    expect(received(accepted)).toBe('x');
  });

  it('of a server at a path lives on, but nobody finds it: Node takes its file away', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-taken-'));
    const path = join(dir, 'socket');
    const server = createServer();
    await listening(server, { path });
    const fd = take(server);
    const early = open(AF_UNIX, SOCK_STREAM);
    connect(early, { family: AF_UNIX, path });
    await closed(server, () => server.close());
    expect(existsSync(path)).toBe(false);
    own(accept(fd).fd);
    const late = open(AF_UNIX, SOCK_STREAM);
    expectError(() => connect(late, { family: AF_UNIX, path }), 'connect', 'ENOENT');
    rmSync(dir, { recursive: true });
  });

  it('of a connection that Node has not read has all of it, and ends for nobody', async () => {
    const server = createServer({ pauseOnConnect: true });
    await listening(server, LOCAL);
    const arrival = once(server, 'connection');
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, getsockname(fdOf(server)));
    send(client, 'before');
    const [connection] = (await arrival) as [import('node:net').Socket];
    const cookie = getsockopt(fdOf(connection), SOL_SOCKET, SO_COOKIE);
    const fd = take(connection);
    await closed(connection, () => connection.destroy());
    expect(getsockopt(fd, SOL_SOCKET, SO_COOKIE)).toBe(cookie);
    expect(raw.recv(client, buf, MSG_DONTWAIT)).toBe(-raw.EAGAIN);
    expect(received(fd)).toBe('before');
    send(client, 'after');
    expect(buf.toString('utf8', 0, await recvLater(fd, buf))).toBe('after');
    send(fd, 'still here');
    expect(received(client)).toBe('still here');
    await closed(server, () => server.close());
  });

  it('of a connection that Node ends has sent its end', async () => {
    const { fd: listening, addr } = listener();
    const connection = connectNet(addr.port, addr.addr);
    await once(connection, 'connect');
    const peer = own(accept(listening).fd);
    const fd = take(connection);
    await new Promise<void>((resolve) => connection.end('last', resolve));
    expect(received(peer)).toBe('last');
    expect(recv(peer, buf)).toBe(0);
    await closed(connection, () => connection.destroy());
    // The other direction is as it was.
    send(peer, 'x');
    expect(await recvLater(fd, buf)).toBe(1);
  });

  it('of one that Node has read has the rest: `read` of the stream has the beginning', async () => {
    const { fd: listening, addr } = listener();
    const connection = connectNet(addr.port, addr.addr);
    await once(connection, 'connect');
    const peer = own(accept(listening).fd);
    send(peer, 'read by Node');
    await once(connection, 'readable');
    const fd = take(connection);
    const begun = connection.read() as Buffer;
    await closed(connection, () => connection.destroy());
    send(peer, ', then by us');
    const rest = buf.toString('utf8', 0, await recvLater(fd, buf));
    expect(begun.toString() + rest).toBe('read by Node, then by us');
  });

  it('of a connection that node:http upgraded speaks another protocol', async () => {
    const server = createHttpServer();
    await listening(server, LOCAL);
    const upgraded = once(server, 'upgrade');
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, getsockname(fdOf(server)));
    const headers = ['GET / HTTP/1.1', 'Host: x', 'Connection: upgrade', 'Upgrade: echo'];
    send(client, `${headers.join('\r\n')}\r\n\r\nhead`);
    const [, stream, head] = (await upgraded) as [unknown, import('node:net').Socket, Buffer];
    const fd = take(stream);
    const begun = head.toString() || buf.toString('utf8', 0, await recvLater(fd, buf));
    await closed(stream, () => stream.destroy());
    expect(begun).toBe('head');
    send(fd, 'another protocol');
    expect(received(client)).toBe('another protocol');
    await closed(server, () => server.close());
  });

  it('of node:dgram hears when that is closed', async () => {
    const other = createSocket('udp4');
    const begun = once(other, 'listening');
    other.bind(0, '127.0.0.1');
    await begun;
    const fd = take(other);
    const addr = getsockname(fd);
    await closed(other, () => other.close());
    const { fd: peer, addr: from } = bound(SOCK_DGRAM);
    sendto(peer, 'x', 0, addr);
    expect(await recvfromLater(fd, buf)).toEqual({ bytes: 1, addr: from });
  });
});

describe('an open file', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sockfd-file-'));
    writeFileSync(join(dir, 'file'), 'one two three');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('of node:fs has one position for both', async () => {
    const file = await openFile(join(dir, 'file'));
    const fd = take(file);
    expect(buf.toString('utf8', 0, raw.read(fd, buf, 0, 4))).toBe('one ');
    expect((await file.read(buf, 0, 4)).bytesRead).toBe(4);
    expect(buf.toString('utf8', 0, 4)).toBe('two ');
    await file.close();
    expect(buf.toString('utf8', 0, raw.read(fd, buf))).toBe('three');
  });
});

describe('what Node has', () => {
  it('is a stranger once it is closed: its number is given out again', async () => {
    const server = createServer();
    await listening(server, LOCAL);
    const number = fdOf(server);
    await closed(server, () => server.close());
    expect(raw.fcntl(number, F_GETFL)).toBe(-raw.EBADF);
    const stranger = own(socket(AF_INET, SOCK_DGRAM));
    expect(stranger).toBe(number);
    expect(() => fdOf(server)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });
});
