/** The ways in which epoll(7) tells: level, edge, once, one of many; and what it always tells. */
import { describe, expect, it } from 'vitest';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EPOLLWAKEUP,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  eventfd,
  eventfd_read,
  eventfd_write,
  FIONREAD,
  ioctl,
  MSG_DONTWAIT,
  MSG_OOB,
  O_NONBLOCK,
  POLLIN,
  pipe2,
  poll,
  recv,
  SHUT_RDWR,
  SHUT_WR,
  SO_LINGER,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  setsockopt,
  shutdown,
  write,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { isRoot, node, waitUntil } from '../support/child.js';
import { epollTargets } from '../support/proc.js';
import { expectError, guardFds, own, shut, tcpPair, unixPair } from '../support/sockets.js';
import { type Waiter, waiter } from '../support/waiter.js';

guardFds();

/** An epoll descriptor that watches `fd`. */
function watching(fd: number, events: number): number {
  const epfd = own(epoll_create1());
  epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events });
  return epfd;
}

/** The events that are told of one descriptor, after at most `timeout` milliseconds; or 0. */
function told(epfd: number, timeout = 0): number {
  const events = epoll_wait(epfd, 8, timeout);
  expect(events.length).toBeLessThanOrEqual(1);
  return events[0]?.events ?? 0;
}

const drain = (fd: number): number => recv(fd, new Uint8Array(1 << 20), MSG_DONTWAIT);
const byte = () => new Uint8Array(1);

describe('level-triggered', () => {
  it('tells again as long as there is something', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    send(b, 'xy');
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, EPOLLIN]);
    recv(a, byte());
    expect(told(epfd)).toBe(EPOLLIN);
    recv(a, byte());
    expect(told(epfd)).toBe(0);
  });
});

describe('EPOLLET', () => {
  it('tells once of what came, and not of what was left', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN | EPOLLET);
    send(b, 'request');
    expect(told(epfd)).toBe(EPOLLIN);
    // A reader that does not drain: most is still there, and poll sees it, but nobody says so.
    recv(a, new Uint8Array(3));
    expect([told(epfd), told(epfd, 20)]).toEqual([0, 0]);
    expect(ioctl(a, FIONREAD)).toBe(4);
    expect(poll([{ fd: a, events: POLLIN }], 0)).toBe(1);
  });

  it('leaves a reader that does not drain asleep while its peer waits for the answer', async () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN | EPOLLET);
    send(b, 'request');
    expect(told(epfd)).toBe(EPOLLIN);
    recv(a, new Uint8Array(3));
    const server = await waiter('s.epoll_wait(data, 1, 30000).length', 'epoll_wait', epfd);
    // The answer that the peer waits for will not come: nothing new comes before it.
    expect([server.waits(), ioctl(a, FIONREAD), raw.recv(b, byte(), MSG_DONTWAIT)]).toEqual([
      true,
      4,
      -11,
    ]);
    send(b, '!');
    expect(await server.told).toBe(1);
  });

  it('tells anew when more comes, although the old is still there', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN | EPOLLET);
    send(b, 'x');
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
    send(b, 'y');
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
    expect(drain(a)).toBe(2);
  });

  it('tells anew after EAGAIN', () => {
    const [a, b] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const epfd = watching(a, EPOLLIN | EPOLLET);
    for (let round = 0; round < 3; round++) {
      send(b, 'x'.repeat(100));
      expect(told(epfd)).toBe(EPOLLIN);
      expect([raw.recv(a, new Uint8Array(200)), raw.recv(a, byte())]).toEqual([100, -11]);
      expect(told(epfd)).toBe(0);
    }
  });

  it('tells of room to write when there was none', () => {
    const [a, b] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const epfd = watching(a, EPOLLOUT | EPOLLET);
    expect([told(epfd), told(epfd)]).toEqual([EPOLLOUT, 0]);
    const block = new Uint8Array(1 << 16);
    while (raw.send(a, block) > 0);
    expect(told(epfd)).toBe(0);
    while (raw.recv(b, block) > 0);
    expect([told(epfd), told(epfd)]).toEqual([EPOLLOUT, 0]);
  });

  it('tells when it is added, and after EPOLL_CTL_MOD, of what is there already', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const epfd = watching(a, EPOLLIN | EPOLLET);
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
    epoll_ctl(epfd, EPOLL_CTL_MOD, a, { events: EPOLLIN | EPOLLET });
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
  });

  it('counts every write to an eventfd as new', () => {
    const fd = own(eventfd(0));
    const epfd = watching(fd, EPOLLIN | EPOLLET);
    for (let n = 1; n <= 3; n++) {
      eventfd_write(fd, 1);
      expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
    }
    expect(eventfd_read(fd)).toBe(3n);
  });
});

describe('EPOLLONESHOT', () => {
  it('tells once, and again only after EPOLL_CTL_MOD', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN | EPOLLONESHOT);
    send(b, 'x');
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
    send(b, 'y');
    expect(told(epfd)).toBe(0);
    // It is still there, waiting for nothing: only its flag is left.
    expect(epollTargets(epfd)).toMatchObject([{ fd: a, events: EPOLLONESHOT }]);
    const event = { events: EPOLLIN | EPOLLONESHOT };
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_ADD, a, event), 'epoll_ctl', 'EEXIST');
    epoll_ctl(epfd, EPOLL_CTL_MOD, a, event);
    expect([told(epfd), told(epfd)]).toEqual([EPOLLIN, 0]);
  });

  it('tells not even a hang-up while it rests', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN | EPOLLONESHOT);
    send(b, 'x');
    expect(told(epfd)).toBe(EPOLLIN);
    shut(b);
    expect(told(epfd)).toBe(0);
    epoll_ctl(epfd, EPOLL_CTL_MOD, a, { events: EPOLLIN | EPOLLONESHOT });
    expect(told(epfd)).toBe(EPOLLIN | EPOLLHUP);
  });

  it('gives one event to one of the threads that wait on one epoll descriptor', async () => {
    const fd = own(eventfd(0));
    const epfd = watching(fd, EPOLLIN | EPOLLONESHOT);
    const wait = 's.epoll_wait(data, 1, 30000).length';
    const [one, other] = [
      await waiter(wait, 'epoll_wait', epfd),
      await waiter(wait, 'epoll_wait', epfd),
    ];
    eventfd_write(fd, 1);
    expect(await Promise.race([one.told, other.told])).toBe(1);
    expect([one, other].filter((each) => each.waits())).toHaveLength(1);
    epoll_ctl(epfd, EPOLL_CTL_MOD, fd, { events: EPOLLIN | EPOLLONESHOT });
    expect(await Promise.all([one.told, other.told])).toEqual([1, 1]);
  });
});

describe('EPOLLEXCLUSIVE', () => {
  /** Two threads, each waiting on an epoll descriptor of its own for the same eventfd. */
  async function two(events: number): Promise<{ fd: number; waiters: [Waiter, Waiter] }> {
    const fd = own(eventfd(0));
    const wait = () =>
      waiter('s.epoll_wait(data, 1, 30000).length', 'epoll_wait', watching(fd, events));
    return { fd, waiters: [await wait(), await wait()] };
  }

  it('wakes one of two threads, each with its epoll descriptor, and lets the other sleep', async () => {
    const { fd, waiters } = await two(EPOLLIN | EPOLLEXCLUSIVE);
    const before = waiters.map((each) => each.sleeps());
    eventfd_write(fd, 1);
    expect(await Promise.race(waiters.map((each) => each.told))).toBe(1);
    const asleep = waiters.findIndex((each) => each.waits());
    expect(asleep).not.toBe(-1);
    // It has not even looked: it went to sleep once, and that was before.
    expect(waiters[asleep]?.sleeps()).toBe(before[asleep]);
    eventfd_write(fd, 1);
    expect(await Promise.all(waiters.map((each) => each.told))).toEqual([1, 1]);
  });

  it('is what makes the difference: without it both are woken', async () => {
    const { fd, waiters } = await two(EPOLLIN);
    eventfd_write(fd, 1);
    expect(await Promise.all(waiters.map((each) => each.told))).toEqual([1, 1]);
  });

  it('is in the events that the kernel shows', () => {
    const fd = own(eventfd(0));
    const epfd = watching(fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET);
    const events = (EPOLLIN | EPOLLEXCLUSIVE | EPOLLET | EPOLLERR | EPOLLHUP) >>> 0;
    expect(epollTargets(epfd)).toMatchObject([{ fd, events }]);
  });

  it('fails with EINVAL where it cannot be', () => {
    const fd = own(eventfd(0));
    const epfd = own(epoll_create1());
    const add =
      (events: number, target = fd) =>
      () =>
        epoll_ctl(epfd, EPOLL_CTL_ADD, target, { events });
    expectError(add(EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT), 'epoll_ctl', 'EINVAL');
    expectError(add(EPOLLRDHUP | EPOLLEXCLUSIVE), 'epoll_ctl', 'EINVAL');
    expectError(add(EPOLLIN | EPOLLEXCLUSIVE, own(epoll_create1())), 'epoll_ctl', 'EINVAL');
    add(EPOLLIN | EPOLLEXCLUSIVE)();
    const change = (events: number) => () => epoll_ctl(epfd, EPOLL_CTL_MOD, fd, { events });
    expectError(change(EPOLLOUT), 'epoll_ctl', 'EINVAL');
    expectError(change(EPOLLIN | EPOLLEXCLUSIVE), 'epoll_ctl', 'EINVAL');
  });
});

describe('EPOLLRDHUP', () => {
  it('tells that the peer has shut down its writing', () => {
    const { client, server } = tcpPair();
    const epfd = watching(server, EPOLLRDHUP);
    expect(told(epfd)).toBe(0);
    shutdown(client, SHUT_WR);
    expect(told(epfd, 5000)).toBe(EPOLLRDHUP);
    // Who did not ask sees the end as something to read: recv returns 0.
    expect(told(watching(server, EPOLLIN))).toBe(EPOLLIN);
    expect(recv(server, byte())).toBe(0);
  });
});

describe('what is always told', () => {
  it('is EPOLLHUP, when both directions are shut down', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, 0);
    expect(told(epfd)).toBe(0);
    shutdown(b, SHUT_RDWR);
    expect(told(epfd)).toBe(EPOLLHUP);
  });

  it('is EPOLLERR, after a reset', () => {
    const { client, server } = tcpPair();
    const epfd = watching(client, 0);
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(told(epfd, 5000)).toBe(EPOLLERR | EPOLLHUP);
  });
});

describe('EPOLLPRI', () => {
  it('tells of urgent data', () => {
    const { client, server } = tcpPair();
    const epfd = watching(server, EPOLLPRI);
    send(client, 'x');
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    expect(told(epfd)).toBe(0);
    send(client, '!', MSG_OOB);
    expect(told(epfd, 5000)).toBe(EPOLLPRI);
    recv(server, byte(), MSG_OOB);
    expect(told(epfd)).toBe(0);
  });
});

describe('EPOLLWAKEUP', () => {
  it('is kept with CAP_BLOCK_SUSPEND, and passed over without', (context) => {
    if (!isRoot) context.skip('EPOLLWAKEUP needs CAP_BLOCK_SUSPEND');
    const fd = own(eventfd(1));
    const epfd = watching(fd, EPOLLIN | EPOLLWAKEUP);
    expect(told(epfd)).toBe(EPOLLIN);
    const body = `nobody();
const { readFileSync } = await import('node:fs');
const epfd = s.epoll_create1();
s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, s.eventfd(1), { events: s.EPOLLIN | s.EPOLLWAKEUP });
tell(/events: *(\\w+)/.exec(readFileSync('/proc/self/fdinfo/' + epfd, 'utf8'))[1]);
tell(s.epoll_wait(epfd, 1, 0).length);`;
    const [events, count] = node(body);
    expect([Number.parseInt(events as string, 16) & EPOLLWAKEUP, count]).toEqual([0, 1]);
    const kept = (epollTargets(epfd)[0]?.events ?? 0) & EPOLLWAKEUP;
    if (kept === 0) context.skip('this kernel does not suspend: CONFIG_PM_SLEEP is off');
    expect(kept).toBe(EPOLLWAKEUP);
  });
});

describe('the self-pipe', () => {
  it('wakes who waits for other things', async () => {
    const [reading, writing] = pipe2(O_NONBLOCK).map(own) as [number, number];
    const [a] = unixPair();
    const epfd = watching(a, EPOLLIN);
    epoll_ctl(epfd, EPOLL_CTL_ADD, reading, { events: EPOLLIN, data: -1 });
    const thread = await waiter('s.epoll_wait(data, 8, -1)', 'epoll_wait', epfd);
    expect(thread.waits()).toBe(true);
    write(writing, '!');
    expect(await thread.told).toEqual([{ events: EPOLLIN, data: -1 }]);
    waitUntil(() => raw.read(reading, byte()) === 1, 'the byte is there');
    expect(raw.read(reading, byte())).toBe(-11);
  });
});
