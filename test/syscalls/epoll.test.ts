import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  close,
  decodeEpollParams,
  dup,
  dup2,
  EPIOCGPARAMS,
  EPIOCSPARAMS,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  type EpollEvent,
  encodeEpollParams,
  epoll_create,
  epoll_create1,
  epoll_ctl,
  epoll_pwait,
  epoll_pwait2,
  epoll_wait,
  eventfd,
  F_GETFD,
  FD_CLOEXEC,
  fcntl,
  ioctl,
  POLLIN,
  pipe,
  poll,
  recv,
  SystemError,
  send,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { interrupted, node, run } from '../support/child.js';
import { epollTargets, fdinfoText } from '../support/proc.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  own,
  shut,
  unixPair,
} from '../support/sockets.js';
import { strace, straceMissing } from '../support/strace.js';

guardFds();

const epoll = (): number => own(epoll_create1());

/** An epoll descriptor that watches `fd`. */
function watching(fd: number, events: number, data?: number): number {
  const epfd = epoll();
  epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events, data });
  return epfd;
}

/** What is told without waiting. */
const told = (epfd: number): EpollEvent<number | bigint>[] =>
  epoll_wait<number | bigint>(epfd, 16, 0);

describe('epoll_create(2)', () => {
  it('opens an epoll descriptor, for any size but one less than 1', () => {
    const epfd = own(epoll_create(1));
    expect(fdinfoText(epfd)).toMatch(/^pos:/);
    expect(epollTargets(epfd)).toEqual([]);
    expect(fcntl(epfd, F_GETFD)).toBe(0);
    own(epoll_create(0x7fffffff));
    expectError(() => epoll_create(0), 'epoll_create', 'EINVAL');
    expectError(() => epoll_create(-1), 'epoll_create', 'EINVAL');
    expectRefused(() => epoll_create(undefined as never), TypeError, 'size');
    expectRefused(() => epoll_create(2 ** 31), RangeError, 'size');
  });

  it('sets close-on-exec only when told', () => {
    expect(fcntl(own(epoll_create1()), F_GETFD)).toBe(0);
    expect(fcntl(own(epoll_create1(0)), F_GETFD)).toBe(0);
    expect(fcntl(own(epoll_create1(EPOLL_CLOEXEC)), F_GETFD)).toBe(FD_CLOEXEC);
    expectError(() => epoll_create1(1), 'epoll_create1', 'EINVAL');
    expectRefused(() => epoll_create1('0' as never), TypeError, 'flags');
    expectRefused(() => epoll_create1(2 ** 32), RangeError, 'flags');
  });

  it('fails with EMFILE at RLIMIT_NOFILE', () => {
    const body = `let n = 0;
const made = (create) => code(() => { for (; n < 300; n++) create(); });
tell([made(() => s.epoll_create1(0)), made(() => s.epoll_create(1))]);`;
    expect(node(body, ['prlimit', '--nofile=256:256'])).toEqual([
      [
        ['EMFILE', 'epoll_create1'],
        ['EMFILE', 'epoll_create'],
      ],
    ]);
  });
});

describe('epoll_ctl(2)', () => {
  it('adds, changes and takes out what the kernel says is watched', () => {
    const [a, b] = unixPair();
    const epfd = epoll();
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN, data: 7 });
    epoll_ctl(epfd, EPOLL_CTL_ADD, b, { events: EPOLLOUT | EPOLLET });
    // The kernel adds what is always told.
    const always = EPOLLERR | EPOLLHUP;
    const sorted = () => epollTargets(epfd).sort((x, y) => x.fd - y.fd);
    expect(sorted()).toEqual([
      { fd: a, events: EPOLLIN | always, data: 7n },
      { fd: b, events: (EPOLLOUT | EPOLLET | always) >>> 0, data: BigInt(b) },
    ]);
    epoll_ctl(epfd, EPOLL_CTL_MOD, a, { events: EPOLLOUT, data: 8 });
    expect(sorted()[0]).toEqual({ fd: a, events: EPOLLOUT | always, data: 8n });
    epoll_ctl(epfd, EPOLL_CTL_DEL, a);
    epoll_ctl(epfd, EPOLL_CTL_DEL, b, { events: 0 });
    expect(epollTargets(epfd)).toEqual([]);
  });

  it('fails with EEXIST for what is there, and with ENOENT for what is not', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    const event = { events: EPOLLIN };
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_ADD, a, event), 'epoll_ctl', 'EEXIST');
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_MOD, b, event), 'epoll_ctl', 'ENOENT');
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_DEL, b), 'epoll_ctl', 'ENOENT');
    // A duplicate is another one.
    epoll_ctl(epfd, EPOLL_CTL_ADD, own(dup(a)), event);
    expect(epollTargets(epfd)).toHaveLength(2);
  });

  it('fails with EPERM for a regular file and a directory', () => {
    const epfd = epoll();
    const event = { events: EPOLLIN };
    const [file, directory] = [own(openSync(import.meta.filename, 'r')), own(openSync('/', 'r'))];
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_ADD, file, event), 'epoll_ctl', 'EPERM');
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_ADD, directory, event), 'epoll_ctl', 'EPERM');
  });

  it('fails with EBADF, EINVAL and EFAULT', () => {
    const [a] = unixPair();
    const epfd = epoll();
    const event = { events: EPOLLIN };
    const fails = (code: string, ...args: Parameters<typeof epoll_ctl>) =>
      expectError(() => epoll_ctl(...args), 'epoll_ctl', code);
    fails('EBADF', closedFd(), EPOLL_CTL_ADD, a, event);
    fails('EBADF', epfd, EPOLL_CTL_ADD, closedFd(), event);
    fails('EBADF', -1, EPOLL_CTL_ADD, a, event);
    fails('EINVAL', epfd, EPOLL_CTL_ADD, epfd, event);
    fails('EINVAL', a, EPOLL_CTL_ADD, epfd, event);
    fails('EINVAL', epfd, 77, a, event);
    fails('EFAULT', epfd, EPOLL_CTL_ADD, a);
    fails('EFAULT', epfd, EPOLL_CTL_ADD, a, null);
    expect(epollTargets(epfd)).toEqual([]);
  });

  it('names what is wrong, and asks the kernel nothing', () => {
    const [a] = unixPair();
    const epfd = epoll();
    const add = (event: unknown) => () => epoll_ctl(epfd, EPOLL_CTL_ADD, a, event as never);
    expectRefused(add(1), TypeError, 'event');
    expectRefused(add({}), TypeError, 'event.events');
    expectRefused(add({ events: '1' }), TypeError, 'event.events');
    expectRefused(add({ events: 2 ** 32 }), RangeError, 'event.events');
    expectRefused(add({ events: 1, data: '7' }), TypeError, 'event.data');
    expectRefused(add({ events: 1, data: null }), TypeError, 'event.data');
    expectRefused(add({ events: 1, data: 0.5 }), RangeError, 'event.data');
    expectRefused(add({ events: 1, data: 2 ** 53 }), RangeError, 'event.data');
    // What epoll_wait would give back as a number must be one here too.
    expectRefused(add({ events: 1, data: 7n }), TypeError, 'event.data');
    expectRefused(() => epoll_ctl(1.5, 1, a, { events: 1 }), RangeError, 'epfd');
    expectRefused(() => epoll_ctl(epfd, 1, '1' as never, { events: 1 }), TypeError, 'fd');
    expectRefused(() => epoll_ctl(epfd, Number.NaN, a, { events: 1 }), RangeError, 'op');
    expect(epollTargets(epfd)).toEqual([]);
  });
});

describe('the data of an event', () => {
  const max = Number.MAX_SAFE_INTEGER;
  const numbers = [0, 1, -1, 7.0, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, -(2 ** 32), max, -max];

  it.each(numbers)('comes back as it was given: %d', (data) => {
    const [, b] = unixPair();
    const epfd = watching(b, EPOLLOUT, data);
    expect(told(epfd)).toEqual([{ events: EPOLLOUT, data }]);
    expect(epollTargets(epfd)[0]?.data).toBe(BigInt.asUintN(64, BigInt(data)));
  });

  it('is the descriptor when none was given', () => {
    const [, b] = unixPair();
    expect(told(watching(b, EPOLLOUT))).toEqual([{ events: EPOLLOUT, data: b }]);
  });

  const bigints = [
    [7n, 7],
    [-1n, -1],
    [2n ** 64n - 1n, -1],
    [2n ** 53n - 1n, 2 ** 53 - 1],
    [2n ** 53n, 2n ** 53n],
    [0x0123_4567_89ab_cdefn, 0x0123_4567_89ab_cdefn],
    [2n ** 63n, 2n ** 63n],
    [-(2n ** 63n), 2n ** 63n],
    [-(2n ** 53n), 2n ** 64n - 2n ** 53n],
  ] as const;

  it.each(bigints)('has 64 bits in the raw form: %s reads as %s', (data, read) => {
    const [, b] = unixPair();
    const epfd = epoll();
    expect(raw.epoll_ctl(epfd, EPOLL_CTL_ADD, b, { events: EPOLLOUT, data })).toBe(0);
    const bits = BigInt.asUintN(64, data);
    expect(epollTargets(epfd)[0]?.data).toBe(bits);
    expect(told(epfd)).toEqual([{ events: EPOLLOUT, data: read }]);
    const words = new Uint32Array(3);
    expect(raw.epoll_wait(epfd, words, 1, 0)).toBe(1);
    const [low, high] = [Number(bits & 0xffff_ffffn), Number(bits >> 32n)];
    expect([...words]).toEqual([EPOLLOUT, low, high]);
  });

  it('has no more than 64 bits', () => {
    const [a] = unixPair();
    const epfd = epoll();
    for (const data of [2n ** 64n, -(2n ** 63n) - 1n]) {
      const add = () => raw.epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN, data });
      expectRefused(add, RangeError, 'event.data');
    }
    expect(epollTargets(epfd)).toEqual([]);
  });
});

describe('epoll_wait(2)', () => {
  it('tells at most maxevents, and the others next', () => {
    const fds = Array.from({ length: 5 }, () => own(eventfd(1)));
    const epfd = epoll();
    for (const fd of fds) epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
    const first = epoll_wait(epfd, 3, 0).map(({ data }) => data);
    const second = epoll_wait(epfd, 2, 0).map(({ data }) => data);
    expect([first.length, second.length]).toEqual([3, 2]);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(fds);
    expect(epoll_wait(epfd, 5, 0)).toHaveLength(5);
  });

  it('has room for more than it keeps memory for', () => {
    const fd = own(eventfd(1));
    const epfd = epoll();
    const fds = [fd, ...Array.from({ length: 299 }, () => own(dup(fd)))];
    for (const each of fds) epoll_ctl(epfd, EPOLL_CTL_ADD, each, { events: EPOLLIN });
    expect(epoll_wait(epfd, 256, 0)).toHaveLength(256);
    const all = epoll_wait(epfd, 300, 0).map(({ data }) => data);
    expect(all.sort((a, b) => a - b)).toEqual(fds.sort((a, b) => a - b));
  });

  it('tells events as an unsigned word, and each in its own object', () => {
    const [fd, other] = [own(eventfd(1)), own(eventfd(1))];
    const epfd = watching(fd, EPOLLIN | EPOLLOUT | EPOLLET | EPOLLONESHOT);
    const events = epoll_wait(epfd, 1, 0);
    epoll_ctl(epfd, EPOLL_CTL_ADD, other, { events: EPOLLIN, data: 99 });
    epoll_wait(epfd, 1, 0);
    expect(events).toEqual([{ events: EPOLLIN | EPOLLOUT, data: fd }]);
  });

  it('returns nothing when the time is over, and no sooner', () => {
    const [a] = unixPair();
    const epfd = watching(a, EPOLLIN);
    expect(epoll_wait(epfd, 8, 0)).toEqual([]);
    const start = performance.now();
    expect(epoll_wait(epfd, 8, 30)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29.5);
    expect(epoll_pwait(epfd, 8, 1, null)).toEqual([]);
    expect(epoll_pwait2(epfd, 8, 1)).toEqual([]);
  });

  it('waits without limit when no timeout is given', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const epfd = watching(a, EPOLLIN);
    const one = [{ events: EPOLLIN, data: a }];
    expect([epoll_wait(epfd, 1), epoll_wait(epfd, 1, -1)]).toEqual([one, one]);
    expect([epoll_pwait(epfd, 1, -1, null), epoll_pwait2(epfd, 1, null)]).toEqual([one, one]);
    expect([epoll_pwait(epfd, 1), epoll_pwait2(epfd, 1)]).toEqual([one, one]);
  });

  it('fails with EBADF and EINVAL', () => {
    const [a] = unixPair();
    const epfd = epoll();
    expectError(() => epoll_wait(closedFd(), 1, 0), 'epoll_wait', 'EBADF');
    expectError(() => epoll_wait(a, 1, 0), 'epoll_wait', 'EINVAL');
    expectError(() => epoll_wait(epfd, 0, 0), 'epoll_wait', 'EINVAL');
    expectError(() => epoll_wait(epfd, -1, 0), 'epoll_wait', 'EINVAL');
    expectError(() => epoll_pwait(epfd, 0, 0, null), 'epoll_pwait', 'EINVAL');
    expectError(() => epoll_pwait2(epfd, 0, 0), 'epoll_pwait2', 'EINVAL');
    const noTime = { sec: 0, nsec: 1_000_000_000 };
    expectError(() => epoll_pwait2(epfd, 1, noTime), 'epoll_pwait2', 'EINVAL');
  });

  it('fails with EINTR when a signal comes first, and is not called again', async () => {
    const body = `const epfd = s.epoll_create1();
tell('ready');
tell(code(() => s.epoll_wait(epfd, 1, 30000)));`;
    expect(await interrupted(body, 'epoll_wait')).toEqual(['ready', ['EINTR', 'epoll_wait']]);
  });

  it('names maxevents, timeout and sigmask', () => {
    const epfd = epoll();
    expectRefused(() => epoll_wait(epfd, undefined as never), TypeError, 'maxevents');
    expectRefused(() => epoll_wait(epfd, 1.5), RangeError, 'maxevents');
    // INT_MAX / sizeof(struct epoll_event): more are refused before memory is asked for.
    expectRefused(() => epoll_wait(epfd, 178_956_971), RangeError, 'maxevents');
    expectRefused(() => epoll_wait(epfd, 1, 0.5), RangeError, 'timeout');
    expectRefused(() => epoll_wait(epfd, 1, null as never), TypeError, 'timeout');
    expectRefused(() => epoll_pwait2(epfd, 1, -1), RangeError, 'timeout');
    expectRefused(() => epoll_pwait2(epfd, 1, '1' as never), TypeError, 'timeout');
    expectRefused(() => epoll_pwait(epfd, 1, 0, [0]), RangeError, 'sigmask[0]');
    expectRefused(() => epoll_pwait2(epfd, 1, 0, 12 as never), TypeError, 'sigmask');
    expectRefused(() => epoll_pwait(epfd, 1, 0, new Uint8Array(4)), RangeError, 'sigmask');
  });
});

describe('epoll_pwait2(2)', () => {
  it('waits for the nanoseconds that it is given, and no less', () => {
    const epfd = epoll();
    const start = process.hrtime.bigint();
    expect(epoll_pwait2(epfd, 1, { sec: 0, nsec: 1_500_000 })).toEqual([]);
    expect(process.hrtime.bigint() - start).toBeGreaterThanOrEqual(1_500_000n);
  });

  it('hands each nanosecond to the kernel, as strace sees', (context) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const index = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
    const body = `import { epoll_create1, epoll_pwait2, ppoll, pselect } from ${index};
const epfd = epoll_create1();
epoll_pwait2(epfd, 1, { sec: 0, nsec: 123457 });
epoll_pwait2(epfd, 1, 2);
ppoll([], { sec: 0, nsec: 234567 });
pselect(0, null, null, null, { sec: 0, nsec: 345677 });`;
    const { threads } = strace(
      ['-e', 'trace=epoll_pwait2,441,ppoll,pselect6'],
      [process.execPath, '--input-type=module', '-e', body],
    );
    const lines = threads.flat().filter((line) => /tv_nsec|441/.test(line));
    const times = lines.map((line) => /tv_sec=(\d+), tv_nsec=(\d+)/.exec(line)?.slice(1));
    // An strace that does not know epoll_pwait2 shows no structure.
    expect(times.filter((time) => time !== undefined)).toEqual([
      ...(lines.some((line) => /441/.test(line)) ? [] : [['0', '123457']]),
      ...(lines.some((line) => /441/.test(line)) ? [] : [['0', '2000000']]),
      ['0', '234567'],
      ['0', '345677'],
    ]);
  });

  it('waits on with time that no clock reaches', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const epfd = watching(a, EPOLLIN);
    expect(epoll_pwait2(epfd, 1, { sec: 2 ** 40, nsec: 999_999_999 })).toHaveLength(1);
  });
});

describe('the raw form', () => {
  it('writes into memory of the caller, and nothing past the events', () => {
    const fds = [own(eventfd(1)), own(eventfd(1))] as const;
    const epfd = watching(fds[0], EPOLLIN);
    epoll_ctl(epfd, EPOLL_CTL_ADD, fds[1], { events: EPOLLIN | EPOLLOUT });
    const words = new Uint32Array(12).fill(0xdddd_dddd);
    expect(raw.epoll_wait(epfd, words, undefined, 0)).toBe(2);
    expect([...words.subarray(6)]).toEqual(new Array(6).fill(0xdddd_dddd));
    const found = [words.subarray(0, 3), words.subarray(3, 6)].map((event) => [...event]);
    expect(found.sort()).toEqual([
      [EPOLLIN, fds[0], 0],
      [EPOLLIN | EPOLLOUT, fds[1], 0],
    ]);
  });

  it('fills any memory, at any address', () => {
    const fd = own(eventfd(1));
    const epfd = watching(fd, EPOLLIN, 0x11223344);
    const odd = new DataView(new ArrayBuffer(16), 1, 12);
    expect(raw.epoll_pwait(epfd, odd, undefined, 0, null)).toBe(1);
    const [events, data] = [odd.getUint32(0, true), odd.getUint32(4, true)];
    expect([events, data]).toEqual([EPOLLIN, 0x11223344]);
    expect(raw.epoll_pwait2(epfd, new ArrayBuffer(12), undefined, 0)).toBe(1);
    expect(raw.epoll_wait(epfd, new SharedArrayBuffer(24), 1)).toBe(1);
  });

  it('holds maxevents to what there is room for', () => {
    const fds = Array.from({ length: 3 }, () => own(eventfd(1)));
    const epfd = epoll();
    for (const fd of fds) epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
    expect(raw.epoll_wait(epfd, new Uint8Array(12 * 2 + 11), undefined, 0)).toBe(2);
    expectRefused(() => raw.epoll_wait(epfd, new Uint8Array(35), 3, 0), RangeError, 'maxevents');
    expectRefused(() => raw.epoll_wait(epfd, [] as never, 1, 0), TypeError, 'events');
    // Only the kernel says EINVAL.
    expect(raw.epoll_wait(epfd, new Uint8Array(11), undefined, 0)).toBe(-22);
    expect(raw.epoll_wait(epfd, new Uint8Array(12), 0, 0)).toBe(-22);
    expect(raw.epoll_wait(epfd, new Uint8Array(12), -5, 0)).toBe(-22);
  });

  it('returns -errno', () => {
    const [a] = unixPair();
    const epfd = watching(a, EPOLLIN);
    const words = new Uint32Array(3);
    expect(raw.epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN })).toBe(-17);
    expect(raw.epoll_ctl(epfd, EPOLL_CTL_DEL, a, null)).toBe(0);
    expect(raw.epoll_ctl(epfd, EPOLL_CTL_DEL, a)).toBe(-2);
    expect(raw.epoll_wait(-1, words)).toBe(-9);
    expect(raw.epoll_create(0)).toBe(-22);
    expect(raw.epoll_create1(1)).toBe(-22);
  });
});

describe('a descriptor that is closed', () => {
  it('is watched no more when it was the last of its file', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    send(b, 'x');
    expect(told(epfd)).toHaveLength(1);
    shut(a);
    expect(told(epfd)).toEqual([]);
    expect(epollTargets(epfd)).toEqual([]);
  });

  it('is told of as long as a duplicate is open, by its old number', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    const copy = own(dup(a));
    shut(a);
    send(b, 'x');
    expect(told(epfd)).toEqual([{ events: EPOLLIN, data: a }]);
    expect(epollTargets(epfd)).toMatchObject([{ fd: a }]);
    // Neither number takes it out: one is not open, and the other was never added.
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_DEL, a), 'epoll_ctl', 'EBADF');
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_DEL, copy), 'epoll_ctl', 'ENOENT');
    shut(copy);
    expect(told(epfd)).toEqual([]);
  });

  it('is told of although its number is another file by then, until dup2 gives it back', () => {
    const [a, b] = unixPair();
    const epfd = watching(a, EPOLLIN);
    const copy = own(dup(a));
    shut(a);
    expect(own(eventfd(0))).toBe(a);
    send(b, 'x');
    expect(told(epfd)).toEqual([{ events: EPOLLIN, data: a }]);
    expectError(() => epoll_ctl(epfd, EPOLL_CTL_DEL, a), 'epoll_ctl', 'ENOENT');
    expect(dup2(copy, a)).toBe(a);
    epoll_ctl(epfd, EPOLL_CTL_DEL, a);
    expect(told(epfd)).toEqual([]);
    expect(poll([{ fd: a, events: POLLIN }], 0)).toBe(1);
  });

  it('may be the epoll descriptor itself: what it watched stays open', () => {
    const [a, b] = unixPair();
    const epfd = epoll_create1();
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN });
    close(epfd);
    send(b, 'x');
    expect(recv(a, new Uint8Array(4))).toBe(1);
  });
});

describe('epoll descriptors that are watched', () => {
  it('are ready when they have something to tell', () => {
    const [a, b] = unixPair();
    const inner = watching(a, EPOLLIN);
    const outer = watching(inner, EPOLLIN);
    expect([told(outer), poll([{ fd: inner, events: POLLIN }], 0)]).toEqual([[], 0]);
    send(b, 'x');
    expect(told(outer)).toEqual([{ events: EPOLLIN, data: inner }]);
    expect(poll([{ fd: inner, events: POLLIN }], 0)).toBe(1);
    expect(told(inner)).toEqual([{ events: EPOLLIN, data: a }]);
    recv(a, new Uint8Array(4));
    expect(told(outer)).toEqual([]);
  });

  it('may not watch each other: ELOOP', () => {
    const [first, second, third] = [epoll(), epoll(), epoll()];
    epoll_ctl(first, EPOLL_CTL_ADD, second, { events: EPOLLIN });
    epoll_ctl(second, EPOLL_CTL_ADD, third, { events: EPOLLIN });
    const add = (epfd: number, fd: number) => () =>
      epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
    expectError(add(second, first), 'epoll_ctl', 'ELOOP');
    expectError(add(third, first), 'epoll_ctl', 'ELOOP');
    // One that is watched twice is no loop.
    add(first, third)();
  });

  it('may be five deep, and no deeper: ELOOP', () => {
    const [a] = unixPair();
    const chain = [watching(a, EPOLLIN)];
    const deeper = (): void => {
      const inner = chain.at(-1) as number;
      const outer = epoll();
      epoll_ctl(outer, EPOLL_CTL_ADD, inner, { events: EPOLLIN });
      chain.push(outer);
    };
    while (chain.length < 5) deeper();
    expectError(deeper, 'epoll_ctl', 'ELOOP');
  });
});

describe('EPIOCSPARAMS and EPIOCGPARAMS', () => {
  it('set how an epoll descriptor polls busily, and read it', (context) => {
    const epfd = epoll();
    const memory = new Uint8Array(8);
    try {
      ioctl(epfd, EPIOCGPARAMS, memory);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
      context.skip('EPIOCGPARAMS needs Linux 6.9');
    }
    const none = { busy_poll_usecs: 0, busy_poll_budget: 0, prefer_busy_poll: 0 };
    expect(decodeEpollParams(memory)).toEqual(none);
    const params = { busy_poll_usecs: 64_000, busy_poll_budget: 16, prefer_busy_poll: 1 };
    expect(ioctl(epfd, EPIOCSPARAMS, encodeEpollParams(params))).toBe(0);
    ioctl(epfd, EPIOCGPARAMS, memory);
    expect(decodeEpollParams(memory)).toEqual(params);
    const script = `import fcntl, struct, sys
print(*struct.unpack('IHBB', fcntl.ioctl(3, ${EPIOCGPARAMS}, bytes(8))))`;
    expect(run('python3', ['-c', script], { fds: [epfd] }).trim()).toBe('64000 16 1 0');
    const wrong = () =>
      ioctl(epfd, EPIOCSPARAMS, encodeEpollParams({ ...none, prefer_busy_poll: 2 }));
    expectError(wrong, 'ioctl', 'EINVAL');
  });
});

describe('a pipe', () => {
  it('is told of by both ends', () => {
    const [reading, writing] = pipe().map(own) as [number, number];
    const epfd = watching(reading, EPOLLIN);
    epoll_ctl(epfd, EPOLL_CTL_ADD, writing, { events: EPOLLOUT });
    expect(told(epfd)).toEqual([{ events: EPOLLOUT, data: writing }]);
    raw.write(writing, 'x');
    expect(told(epfd)).toHaveLength(2);
    shut(writing);
    expect(told(epfd)).toEqual([{ events: EPOLLIN | EPOLLHUP, data: reading }]);
  });

  it('whose reader is gone tells EPOLLERR to who writes', () => {
    const [reading, writing] = pipe().map(own) as [number, number];
    const epfd = watching(writing, 0);
    shut(reading);
    expect(told(epfd)).toEqual([{ events: EPOLLERR, data: writing }]);
  });
});
