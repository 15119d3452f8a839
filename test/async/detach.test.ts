/** What becomes of a descriptor that goes to somebody else: its waiters, its registration. */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  dup,
  EPOLL_CTL_ADD,
  EPOLLIN,
  epoll_create1,
  epoll_ctl,
  POLLIN,
  POLLOUT,
  recv as recvNow,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  send as sendNow,
  shutdown,
} from '../../lib/index.js';
import {
  accept,
  connections,
  datagrams,
  detach,
  epoll_wait,
  poll,
  recv,
  recvfrom,
  send,
} from '../../lib/promises.js';
import {
  failure,
  fill,
  isSettled,
  registered,
  rejection,
  warmPromises,
} from '../support/promises.js';
import {
  closedFd,
  disown,
  expectRefused,
  guardFds,
  listener,
  own,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

warmPromises();
guardFds();

const room = (): Uint8Array => new Uint8Array(64);

describe('detach', () => {
  it('calls off who waits, with nothing taken, and ends the registration', async () => {
    const [a, b] = unixPair();
    fill(a);
    const all = [recv(a, room()), recvfrom(a, room()), send(a, 'x')];
    expect(registered(a)).toHaveLength(1);
    sendNow(b, 'kept');
    expect(detach(a)).toBe(a);
    expect(registered(a)).toEqual([]);
    expect(await Promise.all(all.map(failure))).toEqual([
      ['recv', 'ECANCELED'],
      ['recvfrom', 'ECANCELED'],
      ['send', 'ECANCELED'],
    ]);
    expect(recvNow(a, room())).toBe(4);
  });

  it('ends the registration of what nobody waits for now', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    expect(registered(a)).toHaveLength(1);
    detach(a);
    expect(registered(a)).toEqual([]);
  });

  it('does nothing to what was never waited for, and asks for no open descriptor', () => {
    const [a, b] = unixPair();
    expect(detach(a)).toBe(a);
    sendNow(b, 'x');
    expect(recvNow(a, room())).toBe(1);
    const closed = closedFd();
    expect(detach(closed)).toBe(closed);
  });

  it('leaves a duplicate and the other waits as they are', async () => {
    const [a, b] = unixPair();
    const twin = own(dup(a));
    const [ofA, ofTwin, ofB] = [recv(a, room()), recv(twin, room()), recv(b, room())];
    detach(a);
    expect(await failure(ofA)).toEqual(['recv', 'ECANCELED']);
    expect(registered(twin)).toHaveLength(1);
    sendNow(b, 'for the twin');
    expect(await ofTwin).toBe(12);
    expect(await isSettled(ofB)).toBe(false);
    sendNow(a, 'x');
    expect(await ofB).toBe(1);
  });

  it('can be followed by waiting again', async () => {
    const [a, b] = unixPair();
    const first = recv(a, room());
    detach(a);
    await rejection(first);
    const again = recv(a, room());
    sendNow(b, 'x');
    expect(await again).toBe(1);
  });

  it('ends a poll, whatever else that waits for', async () => {
    const [a, b] = unixPair();
    fill(a);
    const both = [
      { fd: a, events: POLLOUT },
      { fd: b, events: POLLIN },
    ];
    // What fill has sent is there to be read by b.
    const waiting = poll([{ fd: a, events: POLLOUT | POLLIN }]);
    expect(await poll(both)).toBe(1);
    detach(b);
    expect(await isSettled(waiting)).toBe(false);
    detach(a);
    expect(await failure(waiting)).toEqual(['poll', 'ECANCELED']);
    const [c, d] = unixPair();
    const two = poll([c, d].map((fd) => ({ fd, events: POLLIN })));
    detach(d);
    expect(await failure(two)).toEqual(['poll', 'ECANCELED']);
    expect([...registered(c), ...registered(d)]).toEqual([]);
  });

  it('ends a loop over what comes, where that waits', async () => {
    const { fd } = listener(8, undefined, SOCK_NONBLOCK);
    const [a] = unixPair(SOCK_DGRAM);
    const loops = [connections(fd).next(), datagrams(a).next()];
    for (const each of [fd, a]) detach(each);
    expect(await Promise.all(loops.map(failure))).toEqual([
      ['accept4', 'ECANCELED'],
      ['recvmsg', 'ECANCELED'],
    ]);
    const accepting = accept(fd);
    detach(fd);
    expect(await failure(accepting)).toEqual(['accept', 'ECANCELED']);
  });

  it('lets go of an epoll descriptor of the caller’s, which keeps what it watches', async () => {
    const epfd = own(epoll_create1(0));
    const [a, b] = unixPair();
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN });
    const waiting = epoll_wait(epfd, 4);
    detach(epfd);
    expect(await failure(waiting)).toEqual(['epoll_wait', 'ECANCELED']);
    sendNow(b, 'x');
    expect(await epoll_wait(epfd, 4)).toEqual([{ events: EPOLLIN, data: a }]);
  });

  it('gives node:net all that comes, though somebody waited', async () => {
    const { client, server } = tcpPair();
    const waiting = recv(server, room());
    const stream = new Socket({ fd: detach(disown(server)) });
    expect(await failure(waiting)).toEqual(['recv', 'ECANCELED']);
    sendNow(client, 'all of it');
    const [data] = (await once(stream, 'data')) as [Buffer];
    expect(data.toString()).toBe('all of it');
    stream.destroy();
    await once(stream, 'close');
    expect(recvNow(client, room())).toBe(0);
  });

  it('loses no byte of many that are handed over while they are waited for', async () => {
    const COUNT = 64;
    const pairs = Array.from({ length: COUNT }, () => tcpPair());
    const texts = pairs.map((_, i) => `${i} `.repeat(1000));
    const handed = pairs.map(async ({ client, server }, i) => {
      const whole = texts[i] as string;
      const buf = Buffer.alloc(16);
      const begun = recv(server, buf);
      sendNow(client, whole, 0, 0, 16);
      expect(await begun).toBe(16);
      const pending = recv(server, Buffer.alloc(16));
      // It is there, and nobody has been told yet.
      sendNow(client, whole, 0, 16);
      shutdown(client, SHUT_WR);
      const stream = new Socket({ fd: detach(disown(server)) });
      expect(await failure(pending)).toEqual(['recv', 'ECANCELED']);
      const rest = await text(stream);
      await new Promise((resolve) => stream.destroy().once('close', resolve));
      return buf.toString() + rest;
    });
    expect(await Promise.all(handed)).toEqual(texts);
  });

  it('refuses what is no descriptor', () => {
    expectRefused(() => detach('3' as unknown as number), TypeError, 'fd');
    expectRefused(() => detach(3.5), RangeError, 'fd');
  });
});
