/** Who waits, on what, and what becomes of it: seen through the calls that wait. */
import { closeSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  CLOSE_RANGE_CLOEXEC,
  close,
  close_range,
  connect,
  dup,
  dup2,
  dup3,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  getsockopt,
  MSG_DONTWAIT,
  MSG_PEEK,
  O_CLOEXEC,
  POLLIN,
  recv as recvNow,
  SO_ERROR,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  send as sendNow,
  setsockopt,
  socket,
  socketpair,
} from '../../lib/index.js';
import { accept4, poll, recv, recvfrom, send, watch } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import {
  collectGarbage,
  failure,
  fill,
  isSettled,
  registered,
  turns,
  warmPromises,
} from '../support/promises.js';
import {
  bound,
  disown,
  expectError,
  guardFds,
  listener,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

warmPromises();
guardFds();

/** What the kernel adds. */
const FAILED = EPOLLERR | EPOLLHUP;

const room = (): Uint8Array => new Uint8Array(64);

describe('who waits for the same', () => {
  it('is served in the order of asking, one byte each', async () => {
    const [a, b] = unixPair();
    const bytes = Array.from({ length: 10 }, () => new Uint8Array(1));
    const all = bytes.map((buf) => recv(a, buf));
    sendNow(b, '0123456789');
    expect(await Promise.all(all)).toEqual(new Array(10).fill(1));
    expect(Buffer.concat(bytes).toString()).toBe('0123456789');
  });

  it('is served before one who comes later, and finds something at once', async () => {
    const [a, b] = unixPair();
    const [first, second] = [new Uint8Array(1), new Uint8Array(1)];
    const waiting = recv(a, first);
    sendNow(b, 'xy');
    await Promise.all([waiting, recv(a, second)]);
    expect(Buffer.concat([first, second]).toString()).toBe('xy');
  });

  it('gets what there is, and the others wait on', async () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const [one, two, three] = [1, 2, 3].map(() => recv(a, room()));
    sendNow(b, 'x');
    sendNow(b, 'yy');
    expect(await Promise.all([one, two])).toEqual([1, 2]);
    await turns();
    expect(await isSettled(three as Promise<number>)).toBe(false);
    sendNow(b, 'zzz');
    expect(await three).toBe(3);
  });

  it('is a reader and a writer at a time', async () => {
    const { client, server } = tcpPair();
    const full = fill(client);
    const writing = send(client, 'last');
    const reading = recv(client, room());
    sendNow(server, 'hello');
    expect(await reading).toBe(5);
    expect(await isSettled(writing)).toBe(false);
    const buf = new Uint8Array(1 << 20);
    for (let got = 0; got < full; ) got += recvNow(server, buf);
    expect(await writing).toBe(4);
    expect(recvNow(server, buf)).toBe(4);
  });

  it('is served when one before it, of the other direction, has to wait on', async () => {
    const [a, b] = unixPair();
    fill(a);
    const [one, two] = [recv(a, room()), recv(a, room())];
    const writing = send(a, 'last');
    // Both directions become ready in one turn, and there is something for one of the readers.
    const buf = new Uint8Array(1 << 20);
    while (raw.recv(b, buf, MSG_DONTWAIT) > 0);
    sendNow(b, 'x');
    expect(await Promise.all([one, writing])).toEqual([1, 4]);
    expect(await isSettled(two)).toBe(false);
    sendNow(b, 'yy');
    expect(await two).toBe(2);
  });

  it('gets an error once, and the others what comes after it', async () => {
    const { client, server } = tcpPair();
    const all = [1, 2, 3].map(() => recv(client, room()));
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(await failure(all[0] as Promise<number>)).toEqual(['recv', 'ECONNRESET']);
    expect(await Promise.all(all.slice(1))).toEqual([0, 0]);
  });

  it('gets the error of a datagram that was refused, and no other does', async () => {
    const { fd } = bound(SOCK_DGRAM);
    connect(fd, refusingAddr(SOCK_DGRAM));
    const all = [1, 2].map(() => recv(fd, room()));
    sendNow(fd, 'x');
    expect(await failure(all[0] as Promise<number>)).toEqual(['recv', 'ECONNREFUSED']);
    await turns();
    expect(await isSettled(all[1] as Promise<number>)).toBe(false);
    shut(fd);
    expect(await failure(all[1] as Promise<number>)).toEqual(['recv', 'EBADF']);
  });
});

describe('the epoll descriptor', () => {
  it('has what is waited for, edge-triggered, and nothing before', async () => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    await recv(a, room());
    expect(registered(a)).toEqual([]);
    const waiting = recv(a, room());
    expect(registered(a)).toEqual([expect.objectContaining({ events: EPOLLIN | FAILED })]);
    sendNow(b, 'x');
    await waiting;
  });

  it('tells nothing of what nobody waits for, but once', async () => {
    const [a, b] = unixPair();
    const waiting = recv(a, room());
    sendNow(b, 'x');
    await waiting;
    sendNow(b, 'y');
    await turns(3);
    expect(registered(a)).toEqual([expect.objectContaining({ events: FAILED })]);
    expect(await recv(a, room())).toBe(1);
    const again = recv(a, room());
    expect(registered(a)).toEqual([expect.objectContaining({ events: EPOLLIN | FAILED })]);
    sendNow(b, 'z');
    expect(await again).toBe(1);
  });

  it('is asked for room to write only while somebody waits for it', async () => {
    const [a, b] = unixPair();
    fill(a);
    const writing = send(a, 'x');
    expect(registered(a)).toEqual([expect.objectContaining({ events: EPOLLOUT | FAILED })]);
    const buf = new Uint8Array(1 << 20);
    while (raw.recv(b, buf, MSG_DONTWAIT) > 0);
    expect(await writing).toBe(1);
    while (raw.recv(b, buf, MSG_DONTWAIT) > 0);
    await turns(3);
    expect(registered(a)).toEqual([expect.objectContaining({ events: FAILED })]);
  });
});

describe('a descriptor that is closed', () => {
  it('and is the same file again by dup2, is waited for as before', async () => {
    const [a, b] = unixPair();
    const [c] = unixPair();
    const kept = own(dup(a));
    const waiting = recv(a, room());
    // The kernel keeps what is registered of the first file as long as there is a duplicate.
    dup2(c, a);
    expect(await failure(waiting)).toEqual(['recv', 'EBADF']);
    dup2(kept, a);
    const again = recv(a, room());
    sendNow(b, 'x');
    expect(await again).toBe(1);
  });

  type Closing = [how: string, by: (fd: number) => void];
  const ways: Closing[] = [
    ['close', (fd) => close(fd)],
    ['close of sockfd/raw', (fd) => raw.close(fd)],
    ['close_range', (fd) => close_range(fd, fd)],
  ];
  it.each(ways)('by %s has its waiters rejected with EBADF', async (_how, by) => {
    const [a] = unixPair();
    fill(a);
    const all = [recv(a, room()), recvfrom(a, room()), send(a, 'x')];
    by(disown(a));
    expect(await Promise.all(all.map(failure))).toEqual([
      ['recv', 'EBADF'],
      ['recvfrom', 'EBADF'],
      ['send', 'EBADF'],
    ]);
  });

  it.each([
    ['dup2', (from: number, to: number) => dup2(from, to)],
    ['dup3', (from: number, to: number) => dup3(from, to, O_CLOEXEC)],
  ])('by %s is another file for who waits next', async (_how, replace) => {
    const [a] = unixPair();
    const [c, d] = unixPair();
    const waiting = recv(a, room());
    replace(c, a);
    expect(await failure(waiting)).toEqual(['recv', 'EBADF']);
    const next = recv(a, room());
    sendNow(d, 'new');
    expect(await next).toBe(3);
  });

  it('with a duplicate still open tells nothing any more', async () => {
    const [a, b] = unixPair();
    const twin = own(dup(a));
    const waiting = recv(a, room());
    shut(a);
    expect(await failure(waiting)).toEqual(['recv', 'EBADF']);
    expect(registered(a)).toEqual([]);
    const [c, d] = unixPair();
    expect([c, d]).toContain(a);
    const next = recv(a, room());
    sendNow(b, 'for the twin');
    await turns();
    expect(await isSettled(next)).toBe(false);
    sendNow(a === c ? d : c, 'x');
    expect(await next).toBe(1);
    expect(recvNow(twin, room())).toBe(12);
  });

  it('keeps its waiters when dup2 fails, or nothing is closed', async () => {
    const [a, b] = unixPair();
    const waiting = recv(a, room());
    expect(raw.dup2(-1, a)).toBeLessThan(0);
    expect(raw.dup2(a, a)).toBe(a);
    expect(raw.close_range(a, a, CLOSE_RANGE_CLOEXEC)).toBe(0);
    expect(raw.close_range(a, a - 1)).toBeLessThan(0);
    expect(raw.close_range(a, a, 1 << 30)).toBeLessThan(0);
    sendNow(b, 'x');
    expect(await waiting).toBe(1);
  });
});

describe('a number that somebody else closed, and that is another file now', () => {
  /** A pair of which one end has the number `fd`. */
  const pairAt = (fd: number): [number, number] => {
    const [c, d] = socketpair(AF_UNIX, SOCK_STREAM);
    own(d);
    expect(c).toBe(own(fd));
    return [c, d];
  };

  it('is waited for anew, and who waited for the old file gets EBADF', async () => {
    const [a] = unixPair();
    const old = recv(a, room());
    closeSync(disown(a));
    const [c, d] = pairAt(a);
    const [first, next] = [recvfrom(c, room()), recv(c, room())];
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    sendNow(d, 'new');
    expect(await first).toMatchObject({ bytes: 3 });
    sendNow(d, 'x');
    expect(await next).toBe(1);
  });

  it('is found out when who waited for the old file had just been served', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    // No system call: the registration is used again.
    const old = recv(a, room());
    await turns();
    closeSync(disown(a));
    const [c, d] = pairAt(a);
    const next = recv(c, room());
    sendNow(d, 'new');
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    expect(await next).toBe(3);
  });

  it('is found out when nobody waited for the old file meanwhile', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    // Registered, and thought to be so still.
    closeSync(disown(a));
    const [c, d] = pairAt(a);
    const next = recv(c, room());
    expect(registered(c)).toEqual([]);
    sendNow(d, 'new');
    expect(await next).toBe(3);
    expect(registered(c)).toHaveLength(1);
  });

  it('is registered at once when it was found closed before', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    const old = recv(a, room());
    closeSync(disown(a));
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    const [c, d] = pairAt(a);
    const next = recv(c, room());
    expect(registered(c)).toHaveLength(1);
    sendNow(d, 'new');
    expect(await next).toBe(3);
  });

  it('is closed to all when one who comes finds it so', async () => {
    const [a] = unixPair();
    const old = recv(a, room());
    closeSync(disown(a));
    expectError(() => watch(a, EPOLLIN, () => undefined), 'epoll_ctl', 'EBADF');
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    const [c, d] = pairAt(a);
    const next = recv(c, room());
    sendNow(d, 'new');
    expect(await next).toBe(3);
  });

  it('gets nothing that is for a duplicate of the old file', async () => {
    const [a, b] = unixPair();
    const twin = own(dup(a));
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    closeSync(disown(a));
    const [c, d] = pairAt(a);
    const next = poll([{ fd: c, events: POLLIN }]);
    sendNow(b, 'old');
    await turns();
    expect(await isSettled(next)).toBe(false);
    sendNow(d, 'new');
    expect(await next).toBe(1);
    expect(recvNow(twin, room())).toBe(3);
    expect(recvNow(c, room())).toBe(3);
  });

  it('is known when accept gives it out', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const [a] = unixPair();
    const old = recv(a, room());
    const client = own(socket(AF_INET, SOCK_STREAM));
    connect(client, addr);
    closeSync(disown(a));
    const accepted = await accept4(fd, SOCK_NONBLOCK);
    expect(own(accepted.fd)).toBe(a);
    expect(await failure(old)).toEqual(['recv', 'EBADF']);
    const next = recv(accepted.fd, room());
    expect(registered(accepted.fd)).toHaveLength(1);
    sendNow(client, 'x');
    expect(await next).toBe(1);
  });
});

describe('a descriptor that is handed to node:net', () => {
  it('after waiting is read by it', async () => {
    const { client, server } = tcpPair();
    const waiting = recv(server, room());
    sendNow(client, 'first');
    expect(await waiting).toBe(5);
    const stream = new Socket({ fd: disown(server) });
    const data = new Promise<Buffer>((resolve) => stream.once('data', resolve));
    sendNow(client, 'second');
    expect((await data).toString()).toBe('second');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    // The number is given out again, and waited for.
    const [c, d] = unixPair();
    const next = [recv(c, room()), recv(d, room())];
    sendNow(c, 'x');
    sendNow(d, 'x');
    expect(await Promise.all(next)).toEqual([1, 1]);
  });

  it('is waited for while node:net has it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = own(socket(AF_INET, SOCK_STREAM));
    connect(client, { family: AF_INET, addr: '127.0.0.1', port });
    const peer = (await accepted).pause();
    const { fd } = (peer as unknown as { _handle: { fd: number } })._handle;
    const ready = poll([{ fd, events: POLLIN }]);
    sendNow(client, 'peek');
    expect(await ready).toBe(1);
    expect(await recv(fd, room(), MSG_PEEK)).toBe(4);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what is collected', () => {
  it('is what a promise of a call that was over at once told', async () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    // Enough of them, so that some are settled after a turn of the event loop.
    const told: WeakRef<object>[] = [];
    for (let i = 0; i < 1500; i++) {
      sendNow(b, 'x');
      told.push(new WeakRef(await recvfrom(a, room())));
    }
    await turns();
    collectGarbage();
    await turns();
    collectGarbage();
    expect(told.filter((each) => each.deref() !== undefined)).toEqual([]);
  });

  it('is not who waits', async () => {
    const [a, b] = unixPair();
    const bytes: number[] = [];
    void recv(a, room()).then((n) => bytes.push(n));
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await turns();
    }
    sendNow(b, 'kept');
    await turns(4);
    expect(bytes).toEqual([4]);
  });
});
