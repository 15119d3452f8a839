import { describe, expect, it } from 'vitest';
import {
  EPOLL_CTL_ADD,
  EPOLLIN,
  epoll_create1,
  epoll_ctl,
  memfd_create,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  poll as pollNow,
  recv as recvNow,
  send as sendNow,
} from '../../lib/index.js';
import { epoll_wait, poll, recv } from '../../lib/promises.js';
import {
  failure,
  isSettled,
  registered,
  rejection,
  turns,
  warmPromises,
} from '../support/promises.js';
import { closedFd, guardFds, own, shut, unixPair } from '../support/sockets.js';

warmPromises();
guardFds();

describe('poll', () => {
  it('has at once what is there, and writes revents', async () => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    const bad = closedFd();
    const fds = [
      { fd: a, events: POLLIN, revents: -1 },
      { fd: -1, events: POLLIN },
      { fd: b, events: POLLOUT | POLLIN },
      { fd: bad, events: POLLIN },
    ];
    expect(await poll(fds)).toBe(3);
    expect(fds.map(({ revents }) => revents)).toEqual([POLLIN, 0, POLLOUT, POLLNVAL]);
    expect(registered(a)).toEqual([]);
  });

  it('waits for the first of several, and leaves the others', async () => {
    const pairs = [unixPair(), unixPair(), unixPair()];
    const fds = pairs.map(([fd]) => ({ fd, events: POLLIN, revents: 0 }));
    const waiting = poll(fds);
    expect(await isSettled(waiting)).toBe(false);
    sendNow(pairs[1]?.[1] ?? -1, 'x');
    expect(await waiting).toBe(1);
    expect(fds.map(({ revents }) => revents)).toEqual([0, POLLIN, 0]);
    for (const { fd } of fds) expect(registered(fd)).toEqual([]);
  });

  it('resolves with 0 when the time is over', async () => {
    const [a] = unixPair();
    const fds = [{ fd: a, events: POLLIN, revents: 99 }];
    const now = poll(fds, 0);
    expect(await isSettled(now)).toBe(true);
    expect(await now).toBe(0);
    expect(await poll(fds, 5)).toBe(0);
    expect(await poll([], 1)).toBe(0);
    expect(fds[0]?.revents).toBe(0);
    expect(registered(a)).toEqual([]);
  });

  it('takes nothing from who waits for the same descriptor', async () => {
    const [a, b] = unixPair();
    const [first, second] = [poll([{ fd: a, events: POLLIN }]), poll([{ fd: a, events: POLLIN }])];
    const taking = recv(a, new Uint8Array(8));
    sendNow(b, 'x');
    // Who takes it is first in the turn; the others have what is left to see.
    expect(await taking).toBe(1);
    await turns();
    expect(await isSettled(first)).toBe(false);
    sendNow(b, 'y');
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(recvNow(a, new Uint8Array(8))).toBe(1);
  });

  it('may name a descriptor twice, and take memory', async () => {
    const [a, b] = unixPair();
    const twice = [
      { fd: a, events: POLLIN, revents: 0 },
      { fd: a, events: POLLRDHUP, revents: 0 },
    ];
    const memory = new Int16Array(4);
    new Int32Array(memory.buffer)[0] = a;
    memory[2] = POLLIN;
    const both = Promise.all([poll(twice), poll(memory)]);
    shut(b);
    expect(await both).toEqual([2, 1]);
    expect(twice.map(({ revents }) => revents)).toEqual([POLLIN | POLLHUP, POLLRDHUP | POLLHUP]);
    expect(memory[3]).toBe(POLLIN | POLLHUP);
  });

  it('says POLLNVAL of a descriptor that is closed meanwhile', async () => {
    const [a, b] = unixPair();
    const fds = [a, b].map((fd) => ({ fd, events: POLLIN, revents: 0 }));
    const waiting = poll(fds, { signal: new AbortController().signal });
    shut(a);
    expect(await waiting).toBe(2);
    expect(fds.map(({ revents }) => revents)).toEqual([POLLNVAL, POLLIN | POLLHUP]);
    expect(registered(b)).toEqual([]);
  });

  it('passes over a file that is always ready, and not asked for that', async () => {
    const file = own(memfd_create('file'));
    expect(pollNow([{ fd: file, events: POLLPRI }], 0)).toBe(0);
    expect(await poll([{ fd: file, events: POLLPRI }], 5)).toBe(0);
    const [a, b] = unixPair();
    const fds = [file, a].map((fd) => ({ fd, events: fd === a ? POLLIN : 0, revents: 0 }));
    const waiting = poll(fds);
    sendNow(b, 'x');
    expect(await waiting).toBe(1);
    expect(fds.map(({ revents }) => revents)).toEqual([0, POLLIN]);
  });

  it('waits for what was asked for, however long that takes', async () => {
    const [a, b] = unixPair();
    const fds = [{ fd: a, events: POLLIN, revents: 0 }];
    const waiting = poll(fds);
    await turns(3);
    expect(await isSettled(waiting)).toBe(false);
    sendNow(b, 'x');
    expect(await waiting).toBe(1);
    expect(fds[0]?.revents).toBe(POLLIN);
  });

  it('rejects with what keeps a descriptor from being waited for', async () => {
    // Epoll descriptors in each other, as deep as they may be: one more is too deep.
    const depth = 5;
    const chain = Array.from({ length: depth }, () => own(epoll_create1()));
    for (let i = 1; i < depth; i++) {
      epoll_ctl(chain[i] as number, EPOLL_CTL_ADD, chain[i - 1] as number, { events: EPOLLIN });
    }
    const [a] = unixPair();
    const fds = [a, chain[depth - 1] as number].map((fd) => ({ fd, events: POLLIN }));
    expect(await failure(poll(fds))).toEqual(['epoll_ctl', 'ELOOP']);
    expect(registered(a)).toEqual([]);
    expect(await failure(epoll_wait(chain[depth - 1] as number, 1))).toEqual([
      'epoll_ctl',
      'ELOOP',
    ]);
  });

  it('rejects when an entry can no longer be written', async () => {
    const [a, b] = unixPair();
    const entry = { fd: a, events: POLLIN };
    const waiting = poll([entry], 60_000);
    Object.freeze(entry);
    sendNow(b, 'x');
    expect(await rejection(waiting)).toBeInstanceOf(TypeError);
    expect(registered(a)).toEqual([]);
    // The same when one is closed: the other is let go of.
    const two = [a, b].map((fd) => ({ fd, events: POLLIN }));
    recvNow(a, new Uint8Array(1));
    const closing = poll(two);
    Object.freeze(two[1]);
    shut(a);
    expect(await rejection(closing)).toBeInstanceOf(TypeError);
    expect(registered(b)).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['fds', 5, 0],
    ['fds', null, 0],
    ['fds', {}, 0],
    ['fds[0]', [5], 0],
    ['fds[0].fd', [{ fd: '1', events: 1 }], 0],
    ['timeout', [], 0.5],
    ['timeout', [], 2 ** 31],
    ['timeout', [], '1'],
  ])('refuses what is no %s: %o, %o', async (name, fds, timeout) => {
    const error = await rejection(poll(fds as Uint8Array, timeout as number));
    expect((error as Error).message).toContain(`The "${name}" argument`);
  });

  it('ends by a signal', async () => {
    const [a] = unixPair();
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = poll([{ fd: a, events: POLLIN }], 100_000, { signal: controller.signal });
    controller.abort(reason);
    expect(await rejection(waiting)).toBe(reason);
    expect(registered(a)).toEqual([]);
    expect(await rejection(poll([], -1, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

describe('epoll_wait', () => {
  it('waits for an epoll descriptor', async () => {
    const [a, b] = unixPair();
    const epfd = own(epoll_create1());
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN, data: 42 });
    expect(await epoll_wait(epfd, 8, 0)).toEqual([]);
    expect(await epoll_wait(epfd, 8, 5)).toEqual([]);
    const waiting = epoll_wait(epfd, 8);
    sendNow(b, 'x');
    expect(await waiting).toEqual([{ events: EPOLLIN, data: 42 }]);
    expect(await epoll_wait(epfd, 8)).toEqual([{ events: EPOLLIN, data: 42 }]);
  });

  it('waits for three that watch each other, and no more', async () => {
    const [a, b] = unixPair();
    const chain = [a];
    for (let deep = 1; deep <= 4; deep++) {
      const epfd = own(epoll_create1());
      epoll_ctl(epfd, EPOLL_CTL_ADD, chain.at(-1) as number, { events: EPOLLIN });
      chain.push(epfd);
    }
    const [third, fourth] = [chain[3] as number, chain[4] as number];
    const waiting = epoll_wait(third, 1);
    expect(await isSettled(waiting)).toBe(false);
    expect(await failure(epoll_wait(fourth, 1))).toEqual(['epoll_ctl', 'ELOOP']);
    expect(await failure(poll([{ fd: fourth, events: POLLIN }]))).toEqual(['epoll_ctl', 'ELOOP']);
    sendNow(b, 'x');
    expect(await waiting).toEqual([{ events: EPOLLIN, data: chain[2] }]);
    // What is there already needs no waiting.
    expect(await epoll_wait(fourth, 1)).toEqual([{ events: EPOLLIN, data: third }]);
  });

  it('does not wait where it is not to, also behind one who does', async () => {
    const [a, b] = unixPair();
    const epfd = own(epoll_create1());
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN });
    const now = epoll_wait(epfd, 8, 0);
    expect(await isSettled(now)).toBe(true);
    expect(await now).toEqual([]);
    const waiting = epoll_wait(epfd, 8);
    expect(await epoll_wait(epfd, 8, 0)).toEqual([]);
    expect(await isSettled(waiting)).toBe(false);
    sendNow(b, 'x');
    expect(await waiting).toEqual([{ events: EPOLLIN, data: a }]);
  });

  it('rejects with what the kernel says, and by a signal', async () => {
    const [a] = unixPair();
    expect(await failure(epoll_wait(a, 8))).toEqual(['epoll_wait', 'EINVAL']);
    const epfd = own(epoll_create1());
    expect(await failure(epoll_wait(epfd, 0))).toEqual(['epoll_wait', 'EINVAL']);
    const controller = new AbortController();
    const waiting = epoll_wait(epfd, 8, { signal: controller.signal });
    controller.abort();
    expect(await rejection(waiting)).toBe(controller.signal.reason);
  });
});
