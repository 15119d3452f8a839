import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNSPEC,
  CMSG_SPACE,
  connect,
  controlValue,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_IP,
  type MessageSlot,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITFORONE,
  MsgVec,
  poll,
  recv,
  recvmmsg,
  SOCK_DGRAM,
  send,
  sendmmsg,
  sendto,
  setsockopt,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { skipCutNames } from '../support/asan.js';
import { interrupted, node, python } from '../support/child.js';
import { detach } from '../support/misuse.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  refuse,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { straceMissing } from '../support/strace.js';

guardFds();

const slots = (count: number, size = 16, controlLength = 0): MessageSlot[] =>
  Array.from({ length: count }, () => ({ iov: [new Uint8Array(size)], controlLength }));

/** What a slot received, as text. */
function textOf({ iov, bytes = 0 }: MessageSlot): string {
  const all = Buffer.concat(iov.map((part) => part as Uint8Array));
  return all.toString('latin1', 0, bytes);
}

/** A pair of datagram sockets, of which the second has so many messages. */
function queued(...messages: string[]): [number, number] {
  const pair = unixPair(SOCK_DGRAM);
  for (const message of messages) send(pair[0], message);
  return pair;
}

describe('recvmmsg(2) into a list', () => {
  it('writes to each slot what it received', () => {
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, IPPROTO_IP, IP_RECVTTL, true);
    const [one, two] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    setsockopt(two.fd, IPPROTO_IP, IP_TTL, 5);
    sendto(one.fd, 'from one', 0, to.addr);
    sendto(two.fd, '', 0, to.addr);
    sendto(one.fd, 'a long one', 0, to.addr);
    const [small, room] = [new Uint8Array(4), CMSG_SPACE(4)];
    const msgs: MessageSlot[] = [
      { iov: [new Uint8Array(5), new Uint8Array(9)], controlLength: room },
      { iov: [], controlLength: room },
      { iov: [small] },
      { iov: [new Uint8Array(1)], bytes: 77, flags: 78 },
    ];
    expect(recvmmsg(to.fd, msgs, MSG_DONTWAIT)).toBe(3);
    const ttl = ({ control = [] }: MessageSlot) => controlValue(control, IPPROTO_IP, IP_TTL);
    expect(msgs.map(ttl)).toEqual([64, 5, undefined, undefined]);
    expect(msgs.map(({ bytes, name, flags }) => [bytes, name, flags])).toEqual([
      [8, one.addr, 0],
      [0, two.addr, 0],
      [4, one.addr, MSG_TRUNC | MSG_CTRUNC],
      [77, undefined, 78],
    ]);
    expect(textOf(msgs[0] as MessageSlot)).toBe('from one');
    expect(Buffer.from(small).toString()).toBe('a lo');
  });

  it('receives what another process sends', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const script = `s = socket.socket(fileno=3)
for n in range(5): s.send(b'%d' % n * n)
print(0)`;
    python(script, null, [a]);
    const msgs = slots(5);
    expect(recvmmsg(b, msgs)).toBe(5);
    expect(msgs.map(textOf)).toEqual(['', '1', '22', '333', '4444']);
    expect(msgs.map(({ name }) => name)).toEqual(new Array(5).fill({ family: AF_UNSPEC }));
  });

  it('receives into a part of the list', () => {
    const [, b] = queued('0', '1', '2');
    const msgs = slots(4);
    expect(recvmmsg(b, msgs, 0, null, 1, 2)).toBe(2);
    expect(recvmmsg(b, msgs, 0, null, 3)).toBe(1);
    expect(recvmmsg(b, msgs, 0, null, 4)).toBe(0);
    expect(recvmmsg(b, [])).toBe(0);
    expect(msgs.map(({ bytes }) => bytes)).toEqual([undefined, 1, 1, 1]);
    expect(msgs.map(textOf)).toEqual(['', '0', '1', '2']);
    expectRefused(() => recvmmsg(b, msgs, 0, null, 5), RangeError, 'offset');
    expectRefused(() => recvmmsg(b, msgs, 0, null, 3, 2), RangeError, 'length');
  });

  it('receives more than 1024: only sendmmsg is capped', () => {
    const { client, server } = tcpPair();
    const bytes = Buffer.from(Array.from({ length: 1500 }, (_, i) => i % 251));
    send(client, bytes);
    const msgs = slots(1501, 1);
    expect(recvmmsg(server, msgs, MSG_DONTWAIT)).toBe(1500);
    expect(Buffer.concat(msgs.slice(0, 1500).map(({ iov }) => iov[0] as Uint8Array))).toEqual(
      bytes,
    );
    expect(msgs[1500]).not.toHaveProperty('bytes');
  });

  it('has all of it in sight with MSG_PEEK: the first message again and again', () => {
    const [, b] = queued('first', 'second');
    const msgs = slots(3);
    expect(recvmmsg(b, msgs, MSG_PEEK)).toBe(3);
    expect(msgs.map(textOf)).toEqual(['first', 'first', 'first']);
  });

  it('names a wrong slot by its place in the list', () => {
    const msgs: unknown[] = [...slots(2), { iov: [5] }, { iov: [], controlLength: -1 }, null];
    const from = (offset: number) => () => recvmmsg(0, msgs as MessageSlot[], 0, null, offset, 1);
    expectRefused(from(2), TypeError, 'msgs[2].iov[0]');
    expectRefused(from(3), RangeError, 'msgs[3].controlLength');
    expectRefused(from(4), TypeError, 'msgs[4]');
  });

  it('refuses what a later getter takes away, and leaves the messages', () => {
    const [, b] = queued('still here');
    const first = new Uint8Array(64);
    const second = {
      get iov() {
        detach(first.buffer);
        return [];
      },
    };
    expectRefused(() => recvmmsg(b, [{ iov: [first] }, second]), TypeError, 'msgs[0].iov[0]');
    expect(recv(b, new Uint8Array(16), MSG_DONTWAIT)).toBe(10);
  });
});

describe('recvmmsg(2): how long it waits', () => {
  it('with MSG_WAITFORONE: for the first message only', () => {
    const [, b] = queued('one', 'two');
    const msgs = slots(5);
    expect(recvmmsg(b, msgs, MSG_WAITFORONE)).toBe(2);
    expect(msgs.map(textOf)).toEqual(['one', 'two', '', '', '']);
  });

  it('with MSG_DONTWAIT: not at all, and EAGAIN says that there was none', () => {
    const [, b] = queued('one');
    expect(recvmmsg(b, slots(5), MSG_DONTWAIT)).toBe(1);
    expectError(() => recvmmsg(b, slots(5), MSG_DONTWAIT), 'recvmmsg', 'EAGAIN');
  });

  it('with a timeout of milliseconds, or to the nanosecond, or without one', (context) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-recvmmsg-'));
    try {
      const log = join(dir, 'log');
      const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const slots = [{ iov: [new Uint8Array(1)] }];
for (const timeout of [1, 2999, { sec: 4, nsec: 999999999 }, { sec: 0, nsec: 1 }, null]) {
  for (const call of [s.recvmmsg, raw.recvmmsg]) {
    s.send(b, 'x');
    tell(call(a, slots, 0, timeout));
  }
}`;
      const told = node(body, ['strace', '-f', '-qq', '-o', log, '-e', 'trace=recvmmsg']);
      expect(told).toEqual(new Array(10).fill(1));
      const given = readFileSync(log, 'utf8').matchAll(
        /, (NULL|\{tv_sec=\d+, tv_nsec=\d+\})\) = 1/g,
      );
      const spec = (sec: number, nsec: number): string => `{tv_sec=${sec}, tv_nsec=${nsec}}`;
      const asked = [spec(0, 1e6), spec(2, 999e6), spec(4, 999999999), spec(0, 1), 'NULL'];
      expect(Array.from(given, ([, time]) => time)).toEqual(asked.flatMap((time) => [time, time]));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('with a timeout of zero: it is looked at when a message has come', () => {
    for (const timeout of [0, { sec: 0, nsec: 0 }, new Uint8Array(16)]) {
      const [, b] = queued('one', 'two');
      expect(raw.recvmmsg(b, slots(2), 0, timeout)).toBe(1);
      expect(recvmmsg(b, slots(2), MSG_DONTWAIT, null)).toBe(1);
    }
  });

  it('leaves the rest of the timeout in its bytes, and in nothing else', () => {
    const rest = BigInt64Array.of(100n, 0n);
    const [, b] = queued('one', 'two', 'three');
    expect(raw.recvmmsg(b, slots(2), 0, rest)).toBe(2);
    const [sec = 0n, nsec = 0n] = rest;
    expect(sec * 1_000_000_000n + nsec).toBeLessThan(100_000_000_000n);
    expect(sec * 1_000_000_000n + nsec).toBeGreaterThan(0n);
    expect(nsec).toBeLessThan(1_000_000_000n);
    const timeout = Object.freeze({ sec: 100, nsec: 0 });
    expect(recvmmsg(b, slots(1), 0, timeout)).toBe(1);
    const unused = BigInt64Array.of(7n, 8n);
    expect(raw.recvmmsg(b, slots(1), MSG_DONTWAIT, unused)).toBeLessThan(0);
    expect([...unused]).toEqual([7n, 8n]);
  });

  it('fails with EINVAL for a timeout that is none', () => {
    const [, b] = queued('one');
    for (const timeout of [
      { sec: -1, nsec: 0 },
      { sec: 0, nsec: 1_000_000_000 },
      { sec: 0, nsec: -1 },
    ]) {
      expectError(() => recvmmsg(b, slots(1), 0, timeout), 'recvmmsg', 'EINVAL');
    }
    expectRefused(() => recvmmsg(b, slots(1), 0, 1.5), RangeError, 'timeout');
    const short = new Uint8Array(15) as never;
    expectRefused(() => recvmmsg(b, slots(1), 0, short), RangeError, 'timeout');
  });

  it('goes on beyond the timeout when no message comes: its BUGS in recvmmsg(2)', () => {
    // The child waits for three with a timeout of 30 ms: one is there, one comes long after.
    const raw = JSON.stringify(new URL('../../dist/raw.js', import.meta.url).href);
    const body = `import { Worker } from 'node:worker_threads';
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
s.send(a, 'one');
const source = \`
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import * as raw from ${raw};
const { a, flag } = workerData;
const number = process.arch === 'x64' ? '299 ' : '243 ';
const isBlocked = () => readFileSync('/proc/' + process.pid + '/syscall', 'utf8').startsWith(number);
for (let n = 0; n < 10_000 && !isBlocked(); n++) raw.poll([], 1);
const seen = performance.now();
while (performance.now() < seen + 300) raw.poll([], 10);
Atomics.store(flag, 0, isBlocked() ? 1 : 2);
raw.send(a, 'late');
\`;
const flag = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker(source, { eval: true, workerData: { a, flag } });
const slots = [1, 2, 3].map(() => ({ iov: [new Uint8Array(8)] }));
const timeout = BigInt64Array.of(0n, 30_000_000n);
const count = raw.recvmmsg(b, slots, 0, timeout);
tell([count, slots.map(({ bytes }) => bytes ?? null), String(timeout), Atomics.load(flag, 0)]);
await worker.terminate();`;
    expect(node(body)).toEqual([[2, [3, 4, null], '0,0', 1]]);
  });

  it('ends with EINTR when a signal comes before the first message', async () => {
    // signal(7): with SO_RCVTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
const slots = [{ iov: [new Uint8Array(4)] }, { iov: [new Uint8Array(4)] }];
tell('ready');
tell(code(() => s.recvmmsg(a, slots)));
s.send(b, 'next');
tell(s.recvmmsg(a, slots, s.MSG_WAITFORONE));`;
    expect(await interrupted(body, 'recvmmsg')).toEqual(['ready', ['EINTR', 'recvmmsg'], 1]);
  });

  it('leaves an error after the first message to the next call', async () => {
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
const slots = [{ iov: [new Uint8Array(4)] }, { iov: [new Uint8Array(4)] }];
s.send(b, 'one');
tell('ready');
tell(code(() => s.recvmmsg(a, slots)));
s.send(b, 'two');
tell(code(() => s.recvmmsg(a, slots, s.MSG_DONTWAIT)));
tell(code(() => s.recvmmsg(a, slots, s.MSG_DONTWAIT)));`;
    expect(await interrupted(body, 'recvmmsg')).toEqual([
      'ready',
      ['ok', 1],
      ['EINTR', 'recvmmsg'],
      ['ok', 1],
    ]);
  });

  it('does not begin when the socket has an error, of no message even when it is closed', () => {
    const gone = bound(SOCK_DGRAM);
    const { fd, addr } = bound(SOCK_DGRAM);
    sendto(gone.fd, 'waits', 0, addr);
    connect(fd, gone.addr);
    refuse(gone.fd);
    send(fd, 'refused');
    expect(poll([{ fd, events: 0 }], 10_000)).toBe(1);
    expectError(() => recvmmsg(fd, slots(2), MSG_DONTWAIT), 'recvmmsg', 'ECONNREFUSED');
    expect(recvmmsg(fd, slots(2), MSG_DONTWAIT)).toBe(1);
    expectError(() => recvmmsg(closedFd(), []), 'recvmmsg', 'EBADF');
  });
});

describe('recvmmsg(2) into a MsgVec', () => {
  it('fills the slots and the columns', () => {
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, IPPROTO_IP, IP_RECVTTL, true);
    const from = bound(SOCK_DGRAM);
    for (const text of ['one', '', 'far too long']) sendto(from.fd, text, 0, to.addr);
    const vec = new MsgVec(4, 8, 16, CMSG_SPACE(4));
    expect(recvmmsg(to.fd, vec, MSG_DONTWAIT)).toBe(3);
    expect([...vec.len]).toEqual([3, 0, 8, 8]);
    expect([...vec.namelen]).toEqual([16, 16, 16, 0]);
    expect([...vec.controllen]).toEqual([24, 24, 24, 0]);
    expect([...vec.flags]).toEqual([0, 0, MSG_TRUNC, 0]);
    expect([0, 1, 2].map((i) => vec.name(i))).toEqual(new Array(3).fill(from.addr));
    expect(vec.name(3)).toEqual({ family: AF_UNSPEC });
    const ttls = [0, 1, 2, 3].map((i) => controlValue(vec.messages(i), IPPROTO_IP, IP_TTL));
    expect(ttls).toEqual([64, 64, 64, undefined]);
    expect(Buffer.from(vec.data).toString('latin1')).toBe(
      `one\0\0\0\0\0${'\0'.repeat(8)}far too ${'\0'.repeat(8)}`,
    );
  });

  it('uses the whole of each slot again, whatever the last call left in the columns', () => {
    const vec = new MsgVec(2, 8, 16, CMSG_SPACE(4));
    const to = bound(SOCK_DGRAM);
    const from = bound(SOCK_DGRAM);
    for (const text of ['1', '22', '333', '4444']) sendto(from.fd, text, 0, to.addr);
    vec.controllen.fill(2 ** 32 - 1);
    expect([recvmmsg(to.fd, vec), [...vec.len]]).toEqual([2, [1, 2]]);
    expect([recvmmsg(to.fd, vec), [...vec.len]]).toEqual([2, [3, 4]]);
    expect([...vec.controllen]).toEqual([0, 0]);
  });

  it('goes back to where it came from', () => {
    const to = bound(SOCK_DGRAM);
    const clients = [bound(SOCK_DGRAM), bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const vec = new MsgVec(8, 32, 28);
    for (const [i, { fd }] of clients.entries()) {
      for (let n = 0; n <= i; n++) sendto(fd, `${i}.${n}`, 0, to.addr);
    }
    const count = recvmmsg(to.fd, vec, MSG_WAITFORONE);
    expect(count).toBe(6);
    expect(sendmmsg(to.fd, vec, 0, 0, count)).toBe(6);
    const echoed = clients.map(({ fd }) => {
      const answers = slots(4);
      const got = recvmmsg(fd, answers, MSG_DONTWAIT);
      return answers.slice(0, got).map(textOf);
    });
    expect(echoed).toEqual([['0.0'], ['1.0', '1.1'], ['2.0', '2.1', '2.2']]);
  });

  it('tells the length of a name that did not fit, which then cannot be sent to', (context) => {
    skipCutNames(context);
    const to = bound(SOCK_DGRAM);
    const from = bound(SOCK_DGRAM);
    sendto(from.fd, 'x', 0, to.addr);
    const vec = new MsgVec(1, 8, 8);
    expect(recvmmsg(to.fd, vec)).toBe(1);
    expect(vec.namelen[0]).toBe(16);
    expect(vec.name(0)).toMatchObject({ family: AF_INET });
    expectRefused(() => sendmmsg(to.fd, vec), RangeError, 'msgs.namelen[0]');
  });

  it('receives into a part of it, and with a timeout', () => {
    const [, b] = queued('0', '1', '2');
    const vec = new MsgVec(4, 4);
    expect(recvmmsg(b, vec, 0, null, 1, 1)).toBe(1);
    expect(recvmmsg(b, vec, 0, 1000, 2)).toBe(2);
    expect([...vec.len]).toEqual([4, 1, 1, 1]);
    expect(Buffer.from(vec.data).toString('latin1')).toBe('\0\0\0\x000\0\0\x001\0\0\x002\0\0\0');
    expect(recvmmsg(b, vec, 0, null, 4)).toBe(0);
    expectRefused(() => recvmmsg(b, vec, 0, null, 5), RangeError, 'offset');
    expectRefused(() => recvmmsg(b, vec, 0, null, 1, 4), RangeError, 'length');
  });

  it('over memory of the caller', () => {
    const [, b] = queued('one', 'two');
    const shared = new SharedArrayBuffer(16);
    const vec = new MsgVec(2, new Uint8Array(shared));
    expect(recvmmsg(b, vec)).toBe(2);
    expect(Buffer.from(shared).toString('latin1')).toBe('one\0\0\0\0\0two\0\0\0\0\0');
  });

  it('whose memory was taken away receives nothing', () => {
    const [, b] = queued('still here');
    for (const field of ['data', 'names', 'control', 'lengths'] as const) {
      const vec = new MsgVec(2, 8, 16, 24);
      detach(vec[field].buffer as ArrayBuffer);
      expectRefused(() => recvmmsg(b, vec), TypeError, `msgs.${field}`);
    }
    expect(recv(b, new Uint8Array(16), MSG_DONTWAIT)).toBe(10);
  });
});
