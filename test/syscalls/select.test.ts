import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  connect,
  F_DUPFD,
  FD_ISSET,
  FdSet,
  fcntl,
  MSG_OOB,
  POLLIN,
  poll,
  pselect,
  recv,
  SHUT_RDWR,
  SOCK_STREAM,
  select,
  send,
  shutdown,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { timevalBytes } from '../../lib/structs/timeval.js';
import { interrupted, node, python } from '../support/child.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

/** Both calls, which differ in their timeout and their mask. */
const calls: [string, typeof select][] = [
  ['select', select],
  ['pselect', pselect as typeof select],
];

const top = (...fds: number[]): number => Math.max(...fds) + 1;
const forever = { sec: 5, usec: 0, nsec: 0 };

describe.each(calls)('%s(2)', (name, call) => {
  it('leaves in each set what is ready, and returns how many that are', () => {
    const [a, b] = unixPair();
    const [c, d] = unixPair();
    send(b, 'x');
    const readfds = new FdSet([a, b, c]);
    const writefds = new FdSet([c, d]);
    expect(call(top(a, b, c, d), readfds, writefds, new FdSet([a]), 0)).toBe(3);
    expect([...readfds]).toEqual([a]);
    expect([...writefds]).toEqual([c, d]);
  });

  it('has all three sets at once: data to read, room to write, urgent data', () => {
    const { client, server } = tcpPair();
    send(client, 'data');
    send(client, '!', MSG_OOB);
    const sets = () => [new FdSet([server]), new FdSet([server]), new FdSet([server])] as const;
    const ready = (): number[][] => {
      const [readfds, writefds, exceptfds] = sets();
      call(top(server), readfds, writefds, exceptfds, 0);
      return [[...readfds], [...writefds], [...exceptfds]];
    };
    const waited = new FdSet([server]);
    expect(call(top(server), null, null, waited, 5000)).toBe(1);
    expect([...waited]).toEqual([server]);
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    expect(ready()).toEqual([[server], [server], [server]]);
    recv(server, new Uint8Array(1), MSG_OOB);
    expect(ready()).toEqual([[server], [server], []]);
  });

  it('tells of a connection to accept, and of the end', () => {
    const { fd, addr } = listener();
    const set = new FdSet([fd]);
    expect([call(top(fd), set, null, null, 0), [...set]]).toEqual([0, []]);
    connect(open(AF_INET, SOCK_STREAM), addr);
    set.FD_SET(fd);
    expect(call(top(fd), set, null, null, 5000)).toBe(1);
    const [a, b] = unixPair();
    shutdown(b, SHUT_RDWR);
    const both = new FdSet([a]);
    expect(call(top(a), both, null, null, null)).toBe(1);
    expect(FD_ISSET(a, both)).toBe(true);
  });

  it('looks at no descriptor from nfds on', () => {
    const [a, b] = unixPair();
    send(a, 'x');
    send(b, 'x');
    const [low, high] = a < b ? [a, b] : [b, a];
    const set = new FdSet([low, high]);
    expect(call(high, set, null, null, 0)).toBe(1);
    expect(set.FD_ISSET(low)).toBe(true);
    expect(call(0, new FdSet([low]), null, null, 0)).toBe(0);
  });

  it('reaches the last descriptor that has a place', () => {
    const [a, b] = unixPair();
    const last = fcntl(a, F_DUPFD, 1023);
    if (last !== 1023) throw new Error('1023 is taken');
    own(last);
    send(b, 'x');
    const set = new FdSet([a, last]);
    expect(call(1024, set, null, null, 0)).toBe(2);
    expect([...set]).toEqual([a, last]);
    expectRefused(() => call(1025, set, null, null, 0), RangeError, 'nfds');
    expect([...set]).toEqual([a, last]);
  });

  it('fails with EBADF for one that is not open, and leaves the sets as they were', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const closed = closedFd();
    const [readfds, writefds] = [new FdSet([a, closed]), new FdSet([a])];
    expectError(() => call(1024, readfds, writefds, null, 0), name, 'EBADF');
    expect([[...readfds], [...writefds]]).toEqual([[a, closed].sort((x, y) => x - y), [a]]);
  });

  it('fails with EINVAL for a number that makes no sense', () => {
    expectError(() => call(-1, null, null, null, 0), name, 'EINVAL');
    const negative = { sec: -1, usec: 0, nsec: 0 };
    expectError(() => call(0, null, null, null, negative), name, 'EINVAL');
  });

  it('fails with EINTR when a signal comes first, and is not called again', async () => {
    const time = JSON.stringify({ sec: 30, usec: 0, nsec: 0 });
    const body = `tell('ready');
tell(code(() => s.${name}(0, null, null, null, ${time})));`;
    expect(await interrupted(body, name)).toEqual(['ready', ['EINTR', name]]);
  });

  it('waits for nothing but time when there are no sets, and no less than that', () => {
    const start = performance.now();
    expect(call(0, null, null, null, 30)).toBe(0);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29.5);
    expect(call(0, new FdSet(), new FdSet(), new FdSet(), 0)).toBe(0);
  });

  it('empties the sets when the time is over', () => {
    const [a] = unixPair();
    const sets = [new FdSet([a]), new FdSet([a])] as const;
    expect(call(top(a), sets[0], null, sets[1], 1)).toBe(0);
    expect(sets.map((set) => [...set])).toEqual([[], []]);
  });

  it('takes the 128 bytes of an fd_set, as python3 finds them', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const set = new Uint32Array(32);
    const word = a >> 5;
    set[word] = 1 << (a & 31);
    expect(call(top(a), set, null, null, forever)).toBe(1);
    expect((set[word] as number) >>> (a & 31)).toBe(1);
    const script = 'import select; json.dump(select.select([3], [3], [], 0)[:2], sys.stdout)';
    expect(python(script, null, [a])).toEqual([[3], [3]]);
  });

  it('names nfds, the sets and the timeout', () => {
    const bad = 'x' as never;
    expectRefused(() => call('1' as never, null, null, null, 0), TypeError, 'nfds');
    expectRefused(() => call(1.5, null, null, null, 0), RangeError, 'nfds');
    expectRefused(() => call(1, bad, null, null, 0), TypeError, 'readfds');
    expectRefused(() => call(1, null, [3] as never, null, 0), TypeError, 'writefds');
    expectRefused(() => call(1, null, null, new Uint8Array(127), 0), RangeError, 'exceptfds');
    expectRefused(() => call(1, null, null, new Uint8Array(129), 0), RangeError, 'exceptfds');
    expectRefused(() => call(1, undefined as never, null, null, 0), TypeError, 'readfds');
    expectRefused(() => call(1, null, null, null, -1), RangeError, 'timeout');
    expectRefused(() => call(1, null, null, null, Number.NaN), RangeError, 'timeout');
    expectRefused(() => call(1, null, null, null, undefined as never), TypeError, 'timeout');
    expectRefused(() => call(1, null, null, null, {} as never), TypeError, 'timeout.sec');
  });
});

/** What a struct timeval or timespec holds: seconds, and parts of one. */
const timeOf = (bytes: BigInt64Array): number => Number(bytes[0]) + Number(bytes[1]) / 1e6;

describe('a timeout of select(2) in milliseconds', () => {
  it.each([
    [0, [0n, 0n]],
    [1, [0n, 1000n]],
    [1999, [1n, 999_000n]],
    [60_000, [60n, 0n]],
  ])('of %i is %o: seconds and microseconds', (ms, words) => {
    const bytes = timevalBytes(ms, 'timeout') as Uint8Array;
    expect([...new BigInt64Array(bytes.buffer, bytes.byteOffset, 2)]).toEqual(words);
  });
});

describe('the time that select(2) leaves', () => {
  it('is what was left when a descriptor became ready', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const timeout = BigInt64Array.of(100n, 500_000n);
    expect(raw.select(top(a), new FdSet([a]), null, null, timeout)).toBe(1);
    expect(timeOf(timeout)).toBeLessThanOrEqual(100.5);
    expect(timeOf(timeout)).toBeGreaterThan(0);
  });

  it('is none when the time was over', () => {
    const timeout = BigInt64Array.of(0n, 20_000n);
    expect(raw.select(0, null, null, null, timeout)).toBe(0);
    expect([...timeout]).toEqual([0n, 0n]);
  });

  it('is what was left when a signal came', async () => {
    const body = `const timeout = BigInt64Array.of(30n, 0n);
tell('ready');
const result = raw.select(0, null, null, null, timeout);
tell([result, timeout[0] < 30n, timeout[0] >= 0n]);`;
    expect(await interrupted(body, 'select')).toEqual(['ready', [-4, true, true]]);
  });

  it('is not told of a timeval that is an object, nor by pselect', () => {
    const timeval = { sec: 0, usec: 1000 };
    expect(select(0, null, null, null, timeval)).toBe(0);
    expect(timeval).toEqual({ sec: 0, usec: 1000 });
    const timespec = BigInt64Array.of(0n, 1_000_000n);
    expect(raw.pselect(0, null, null, null, timespec)).toBe(0);
    expect([...timespec]).toEqual([0n, 1_000_000n]);
  });
});

describe('the raw form of select', () => {
  it('returns -errno, and refuses a timeout that is too short', () => {
    expect(raw.select(1024, new FdSet([closedFd()]), null, null, 0)).toBe(-9);
    expect(raw.pselect(-1, null, null, null, 0)).toBe(-22);
    const short = new Uint8Array(15);
    expectRefused(() => raw.select(0, null, null, null, short), RangeError, 'timeout');
    expectRefused(() => raw.pselect(0, null, null, null, short), RangeError, 'timeout');
  });
});

describe('a descriptor from 1024 on', () => {
  it('has no place in select, but in poll', () => {
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.send(b, 'x');
const high = s.fcntl(a, s.F_DUPFD, 1500);
const set = new s.FdSet([a]);
let said;
try { s.FD_SET(high, set); } catch (error) { said = [error.code, error.message]; }
tell([high, said, [...set].length]);
tell(s.poll([{ fd: high, events: s.POLLIN }], 0));`;
    expect(node(body, ['prlimit', '--nofile=2048'])).toEqual([
      [
        1500,
        ['ERR_OUT_OF_RANGE', 'The "fd" argument must be an integer from 0 to 1023. Received 1500'],
        1,
      ],
      1,
    ]);
  });
});

it('a signal set of pselect may be empty, a list, or bytes', () => {
  const { SIGUSR2 } = constants.signals;
  for (const mask of [null, [], [SIGUSR2], new Uint8Array(8)]) {
    expect(pselect(0, null, null, null, 0, mask)).toBe(0);
  }
  expectRefused(() => pselect(0, null, null, null, 0, [65]), RangeError, 'sigmask[0]');
});
