/** Edges of epoll(7): who is starved, which file is watched under a number, who is woken. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  accept4,
  connect,
  dup,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  eventfd,
  eventfd_write,
  MSG_DONTWAIT,
  recv,
  SHUT_WR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  send,
  shutdown,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import {
  closedFd,
  expectError,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { waiter } from '../support/waiter.js';

guardFds();

/** An epoll descriptor that watches `fds`. */
function watching(fds: number | number[], events: number): number {
  const epfd = own(epoll_create1());
  for (const fd of [fds].flat()) epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events });
  return epfd;
}

/** The descriptors that are told of, `maxevents` of them at most. */
const told = (epfd: number, maxevents = 8): number[] =>
  epoll_wait(epfd, maxevents, 0).map(({ data }) => data);

describe('a descriptor that is always ready', () => {
  it.each([
    ['level', EPOLLIN],
    ['edge', EPOLLIN | EPOLLET],
  ])('is told of in turn with others, %s-triggered, one event at a time', (_mode, events) => {
    const pairs = [unixPair(), unixPair(), unixPair()];
    const epfd = watching(
      pairs.map(([a]) => a),
      events,
    );
    const [[busy, feeder]] = pairs as [[number, number]];
    for (const [, b] of pairs) send(b, 'x');
    const order: number[] = [];
    for (let i = 0; i < 6; i++) {
      const [fd = -1] = told(epfd, 1);
      order.push(fd);
      recv(fd, new Uint8Array(1));
      // The first has something again before the next is asked for.
      if (fd === busy) send(feeder, 'x');
    }
    // Each of the three was told of within the first three.
    expect(new Set(order.slice(0, 3)).size).toBe(3);
    expect(order.slice(3)).toEqual([busy, busy, busy]);
  });

  it('starves the others when it is drained, edge-triggered, and not when all have their turn', () => {
    /** Reads so often at most: endless is who writes again while it is read. */
    const END = 1000;
    const [busy, feeder] = unixPair();
    const [other, peer] = unixPair();
    const epfd = watching([busy, other], EPOLLIN | EPOLLET);
    const buf = new Uint8Array(16);
    let fed = 0;
    const read = (fd: number): number => {
      const n = raw.recv(fd, buf, MSG_DONTWAIT);
      if (fd === busy && n > 0 && ++fed < END) send(feeder, 'more');
      return n;
    };
    const begin = (): void => {
      fed = 0;
      send(feeder, 'more');
      send(peer, 'once');
    };

    begin();
    let before = 0;
    for (const fd of told(epfd)) {
      if (fd === other) before = fed;
      while (read(fd) > 0);
    }
    // As epoll(7) says: until EAGAIN is until the end of it.
    expect([before, fed]).toEqual([END, END]);

    begin();
    // What was told of and has not said EAGAIN is ready, and epoll does not say so again.
    const ready = new Set<number>();
    before = 0;
    for (let turns = 0; turns < 2 * END && (turns === 0 || ready.size > 0); turns++) {
      for (const fd of told(epfd)) ready.add(fd);
      for (const fd of [...ready]) {
        if (fd === other && before === 0) before = fed;
        if (read(fd) <= 0) ready.delete(fd);
      }
    }
    expect([before, fed, ready.size]).toEqual([1, END, 0]);
  });
});

describe('a duplicate', () => {
  it('is watched beside the first, and each is told of under its number', () => {
    const [a, b] = unixPair();
    const copy = own(dup(a));
    const epfd = watching([a, copy], EPOLLIN);
    send(b, 'x');
    expect(told(epfd).sort((x, y) => x - y)).toEqual([a, copy].sort((x, y) => x - y));
    // To close one leaves the file open, and its registration under both numbers.
    shut(a);
    expect(told(epfd).sort((x, y) => x - y)).toEqual([a, copy].sort((x, y) => x - y));
    epoll_ctl(epfd, EPOLL_CTL_DEL, copy);
    expect(told(epfd)).toEqual([a]);
    shut(copy);
    expect(told(epfd)).toEqual([]);
  });

  it('in another process keeps what was closed here in the list, until that ends', async () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'inherit', a] });
    await once(child, 'spawn');
    shut(a);
    send(b, 'x');
    expect(told(epfd)).toEqual([a]);
    const closed = once(child, 'close');
    child.stdin?.end();
    await closed;
    expect(told(epfd)).toEqual([]);
  });
});

describe('closing', () => {
  it('what a thread waits for does not wake it, and what is still watched does', async () => {
    const [a] = unixPair();
    const fd = own(eventfd(0));
    const epfd = watching([a, fd], EPOLLIN);
    const thread = await waiter('s.epoll_wait(data, 8, 30000)', 'epoll_wait', epfd);
    const sleeps = thread.sleeps();
    shut(a);
    expect([thread.waits(), thread.sleeps()]).toEqual([true, sleeps]);
    eventfd_write(fd, 1);
    expect(await thread.told).toEqual([{ events: EPOLLIN, data: fd }]);
  });

  it('between two calls takes with it what was not told yet', () => {
    const pairs = [unixPair(), unixPair()];
    const epfd = watching(
      pairs.map(([a]) => a),
      EPOLLIN,
    );
    for (const [, b] of pairs) send(b, 'x');
    const [first = -1] = told(epfd, 1);
    const [second = -1] = pairs.map(([a]) => a).filter((fd) => fd !== first);
    shut(second);
    expect(told(epfd)).toEqual([first]);
  });
});

describe('EPOLLEXCLUSIVE on a listener', () => {
  it('wakes one thread of several for a connection, and the next one for the next', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const wait = `(s.epoll_wait(data.epfd, 1, 30000), s.accept4(data.fd, 0).fd)`;
    const threads = [];
    for (let i = 0; i < 3; i++) {
      const epfd = watching(fd, EPOLLIN | EPOLLEXCLUSIVE);
      threads.push(await waiter(wait, 'epoll_wait', { epfd, fd }));
    }
    for (let left = 3; left > 0; left--) {
      const waiting = threads.filter((each) => each.waits());
      expect(waiting).toHaveLength(left);
      const sleeps = new Map(waiting.map((each) => [each, each.sleeps()]));
      connect(open(AF_INET, SOCK_STREAM), addr);
      const served = await Promise.race(
        waiting.map(async (each) => ({ each, accepted: await each.told })),
      );
      expect(own(served.accepted as number)).toBeGreaterThan(2);
      // The others have not even looked.
      for (const each of waiting.filter((one) => one !== served.each)) {
        expect([each.waits(), each.sleeps()]).toEqual([true, sleeps.get(each)]);
      }
    }
    expectError(() => accept4(fd, 0), 'accept4', 'EAGAIN');
  });
});

describe('EPOLLRDHUP', () => {
  it('comes with the last data, and with EPOLLHUP when both have ended', () => {
    const { client, server } = tcpPair();
    const epfd = watching(server, EPOLLIN | EPOLLRDHUP | EPOLLET);
    const events = (): number => epoll_wait(epfd, 1, 5000)[0]?.events ?? 0;
    send(client, 'the last');
    expect(events()).toBe(EPOLLIN);
    shutdown(client, SHUT_WR);
    expect(events()).toBe(EPOLLIN | EPOLLRDHUP);
    expect([recv(server, new Uint8Array(64)), recv(server, new Uint8Array(64))]).toEqual([8, 0]);
    shutdown(server, SHUT_WR);
    expect(events()).toBe(EPOLLIN | EPOLLRDHUP | EPOLLHUP);
  });
});

describe('epoll descriptors that are watched', () => {
  it('wake who waits for the outermost, four below it', async () => {
    const [a, b] = unixPair();
    let epfd = watching(a, EPOLLIN);
    for (let depth = 1; depth < 5; depth++) epfd = watching(epfd, EPOLLIN);
    const thread = await waiter('s.epoll_wait(data, 1, 30000).length', 'epoll_wait', epfd);
    send(b, 'x');
    expect(await thread.told).toBe(1);
  });

  it('tell once, edge-triggered, of each that comes in the inner one', () => {
    const [a, b] = unixPair();
    const inner = watching(a, EPOLLIN);
    const outer = watching(inner, EPOLLIN | EPOLLET);
    send(b, 'x');
    expect([told(outer), told(outer)]).toEqual([[inner], []]);
    send(b, 'y');
    expect([told(outer), told(outer)]).toEqual([[inner], []]);
    expect(told(inner)).toEqual([a]);
  });

  it('are refused where they are themselves, and where a loop is closed by another way: ELOOP', () => {
    const [one, two] = [own(epoll_create1()), own(epoll_create1())];
    const add = (epfd: number, fd: number) => () =>
      epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
    expectError(add(one, one), 'epoll_ctl', 'EINVAL');
    add(one, two)();
    expectError(add(two, one), 'epoll_ctl', 'ELOOP');
    epoll_ctl(one, EPOLL_CTL_DEL, two);
    add(two, one)();
    expectError(add(one, two), 'epoll_ctl', 'ELOOP');
    expectError(add(one, closedFd()), 'epoll_ctl', 'EBADF');
  });
});

describe('a descriptor that nobody reads', () => {
  it('may be watched for reading here and for writing there', () => {
    const [a, b] = unixPair();
    const [reading, writing] = [watching(a, EPOLLIN), watching(a, EPOLLOUT | EPOLLET)];
    expect([told(reading), told(writing)]).toEqual([[], [a]]);
    send(b, 'x');
    expect([told(reading), told(writing)]).toEqual([[a], []]);
  });
});
