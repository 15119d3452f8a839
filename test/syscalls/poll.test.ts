import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  accept,
  connect,
  MSG_OOB,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  poll,
  ppoll,
  SHUT_RDWR,
  SHUT_WR,
  SO_LINGER,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  setsockopt,
  shutdown,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { interrupted, node } from '../support/child.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

/** What poll(2) reports of one descriptor, after at most `timeout` milliseconds. */
function revents(fd: number, events: number, timeout = 0): number {
  const entry = { fd, events, revents: -1 };
  const count = poll([entry], timeout);
  expect(count).toBe(entry.revents === 0 ? 0 : 1);
  return entry.revents;
}

describe('poll(2)', () => {
  it('reports data to read, and room to write', () => {
    const [a, b] = unixPair();
    expect(revents(a, POLLIN | POLLOUT)).toBe(POLLOUT);
    send(b, 'x');
    expect(revents(a, POLLIN | POLLOUT)).toBe(POLLIN | POLLOUT);
    expect(revents(a, POLLIN)).toBe(POLLIN);
  });

  it('reports a connection to accept', () => {
    const { fd, addr } = listener();
    expect(revents(fd, POLLIN)).toBe(0);
    connect(open(AF_INET, SOCK_STREAM), addr);
    expect(revents(fd, POLLIN, 5000)).toBe(POLLIN);
    own(accept(fd).fd);
    expect(revents(fd, POLLIN)).toBe(0);
  });

  it('returns how many have something, and passes over negative descriptors', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const fds = [
      { fd: a, events: POLLIN, revents: 7 },
      { fd: -1, events: POLLIN, revents: 7 },
      { fd: b, events: POLLIN, revents: 7 },
      { fd: a, events: POLLOUT, revents: 7 },
    ];
    expect(poll(fds, 0)).toBe(2);
    expect(fds.map((entry) => entry.revents)).toEqual([POLLIN, 0, 0, POLLOUT]);
  });

  it('writes revents where there was none', () => {
    const [a] = unixPair();
    const entry: { fd: number; events: number; revents?: number } = { fd: a, events: POLLOUT };
    poll([entry], 0);
    expect(entry).toEqual({ fd: a, events: POLLOUT, revents: POLLOUT });
  });

  it('reports what was not asked for: POLLNVAL of a closed descriptor', () => {
    expect(revents(closedFd(), 0)).toBe(POLLNVAL);
  });

  it('reports the end of the peer: POLLRDHUP for half of it, POLLHUP for both', () => {
    const { client, server } = tcpPair();
    shutdown(client, SHUT_WR);
    expect(revents(server, POLLIN | POLLRDHUP, 5000)).toBe(POLLIN | POLLRDHUP);
    const [a, b] = unixPair();
    shutdown(b, SHUT_RDWR);
    expect(revents(a, 0)).toBe(POLLHUP);
  });

  it('reports a reset as POLLERR and POLLHUP', () => {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(revents(client, 0, 5000)).toBe(POLLERR | POLLHUP);
  });

  it('reports urgent data as POLLPRI', () => {
    const { client, server } = tcpPair();
    send(client, '!', MSG_OOB);
    expect(revents(server, POLLPRI, 5000)).toBe(POLLPRI);
  });

  it('returns 0 when the time is over, and no sooner', () => {
    const [a] = unixPair();
    const start = performance.now();
    expect(poll([{ fd: a, events: POLLIN }], 30)).toBe(0);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29.5);
  });

  it('takes no descriptors at all, and nothing but time', () => {
    expect(poll([], 1)).toBe(0);
    expect(poll(new Uint8Array(0), 0)).toBe(0);
  });

  it('takes the bytes of struct pollfd, in any memory', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const memory = new ArrayBuffer(24);
    const view = new DataView(memory);
    for (const [i, fd] of [a, -1, b].entries()) {
      view.setInt32(8 * i, fd, true);
      view.setInt16(8 * i + 4, POLLIN, true);
      view.setInt16(8 * i + 6, -1, true);
    }
    for (const bytes of [memory, view, new Int16Array(memory), Buffer.from(memory)]) {
      expect(poll(bytes, 0)).toBe(1);
    }
    expect([6, 14, 22].map((at) => view.getInt16(at, true))).toEqual([POLLIN, 0, 0]);
  });

  it('waits without limit when no timeout is given', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    expect(poll([{ fd: a, events: POLLIN }])).toBe(1);
    expect(poll([{ fd: a, events: POLLIN }], -1)).toBe(1);
  });

  it('fails with EINTR when a signal comes first, and is not called again', async () => {
    const body = `tell('ready');
tell(code(() => s.poll([], 30000)));`;
    expect(await interrupted(body, 'poll')).toEqual(['ready', ['EINTR', 'poll']]);
  });

  it('fails with EINVAL for more descriptors than RLIMIT_NOFILE', () => {
    const body = `nofile(64);
const fds = (length) => Array.from({ length }, () => ({ fd: -1, events: 0 }));
tell([code(() => s.poll(fds(64), 0)), code(() => s.poll(fds(65), 0))]);`;
    expect(node(body)).toEqual([
      [
        ['ok', 0],
        ['EINVAL', 'poll'],
      ],
    ]);
  });

  it('refuses bytes that are no whole number of struct pollfd', () => {
    expectRefused(() => poll(new Uint8Array(12), 0), RangeError, 'fds');
    const frozen = Object.freeze({ fd: -1, events: POLLIN, revents: 7 });
    expectRefused(() => poll([frozen], 0), TypeError, 'fds[0]');
  });

  it.each([
    ['fds', TypeError, undefined],
    ['fds', TypeError, { fd: 0, events: 0 }],
    ['fds[0]', TypeError, [null]],
    ['fds[1].fd', TypeError, [{ fd: 0, events: 0 }, { events: 0 }]],
    ['fds[0].fd', RangeError, [{ fd: 2 ** 32, events: 0 }]],
    ['fds[0].fd', RangeError, [{ fd: Number.NaN, events: 0 }]],
    ['fds[0].events', TypeError, [{ fd: 0 }]],
    ['fds[0].events', RangeError, [{ fd: 0, events: 65536 }]],
  ] as const)('names %s, a %o', (argument, kind, fds) => {
    expectRefused(() => poll(fds as never, 0), kind, argument);
  });

  it('names timeout', () => {
    expectRefused(() => poll([], 1.5), RangeError, 'timeout');
    expectRefused(() => poll([], Number.POSITIVE_INFINITY), RangeError, 'timeout');
    expectRefused(() => poll([], '1' as never), TypeError, 'timeout');
  });
});

describe('ppoll(2)', () => {
  it('reports as poll does, with a timespec, milliseconds, or nothing', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const entry = { fd: a, events: POLLIN | POLLOUT, revents: -1 };
    for (const timeout of [null, undefined, 0, 5, { sec: 0, nsec: 1 }, { sec: 1, nsec: 0 }]) {
      entry.revents = -1;
      expect(ppoll([entry], timeout)).toBe(1);
      expect(entry.revents).toBe(POLLIN | POLLOUT);
    }
    expect(ppoll([entry], 0, [])).toBe(1);
    expect(ppoll([{ fd: closedFd(), events: 0 }], 0)).toBe(1);
  });

  it('returns 0 when the time is over, to the nanosecond no sooner', () => {
    const [a] = unixPair();
    const start = process.hrtime.bigint();
    expect(ppoll([{ fd: a, events: POLLIN }], { sec: 0, nsec: 2_345_678 })).toBe(0);
    expect(process.hrtime.bigint() - start).toBeGreaterThanOrEqual(2_345_678n);
  });

  it('takes the bytes of struct pollfd, and leaves those of its timespec alone', () => {
    const [a, b] = unixPair();
    send(b, 'x');
    const words = Int32Array.of(a, POLLIN);
    const timeout = BigInt64Array.of(0n, 1_000_000n);
    expect(raw.ppoll(words, timeout, new Uint8Array(8))).toBe(1);
    expect((words[1] as number) >>> 16).toBe(POLLIN);
    expect(raw.ppoll([], timeout)).toBe(0);
    expect([...timeout]).toEqual([0n, 1_000_000n]);
  });

  it('fails with EINTR when a signal comes first, and is not called again', async () => {
    const body = `tell('ready');
tell(code(() => s.ppoll([], { sec: 30, nsec: 0 })));`;
    expect(await interrupted(body, 'ppoll')).toEqual(['ready', ['EINTR', 'ppoll']]);
  });

  it('fails with EINVAL for a time that is none', () => {
    expectError(() => ppoll([], { sec: 0, nsec: 1_000_000_000 }), 'ppoll', 'EINVAL');
    expectError(() => ppoll([], { sec: -1, nsec: 0 }), 'ppoll', 'EINVAL');
    expect(raw.ppoll([], { sec: 0, nsec: -1 })).toBe(-22);
  });

  it('names fds, timeout and sigmask', () => {
    expectRefused(() => ppoll(5 as never), TypeError, 'fds');
    expectRefused(() => ppoll([{ fd: 0.5, events: 0 }], 0), RangeError, 'fds[0].fd');
    expectRefused(() => ppoll([], -1), RangeError, 'timeout');
    expectRefused(() => ppoll([], { sec: 1 } as never), TypeError, 'timeout.nsec');
    expectRefused(() => ppoll([], 0, [65]), RangeError, 'sigmask[0]');
    expectRefused(() => ppoll([], 0, new Uint8Array(7)), RangeError, 'sigmask');
  });
});
