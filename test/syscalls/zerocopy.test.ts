/**
 * MSG_ZEROCOPY: what the kernel tells, and what arrives, whatever becomes of the memory meanwhile.
 * Documentation/networking/msg_zerocopy.rst
 *
 * A receiver that does not read keeps nearly all of a message in the queue of the sender, in the
 * pages that it was sent from: that it is so is what the first test shows.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  accept,
  bind,
  connect,
  FIONREAD,
  getsockname,
  ioctl,
  listen,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_ZEROCOPY,
  MsgVec,
  POLLERR,
  poll,
  recv,
  recvmsg,
  SO_RCVBUF,
  SO_SNDBUF,
  SO_ZEROCOPY,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type SockExtendedErr,
  send,
  sendmmsg,
  sendmsg,
  sendto,
  setsockopt,
  zerocopyBuffer,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { arrived } from '../support/addresses.js';
import { node } from '../support/child.js';
import {
  bound,
  expectRefused,
  guardFds,
  type InetAddr,
  LOOPBACK,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const { gc } = globalThis;

/** As many bytes as the queue of a sender holds, without privileges. */
const SIZE = 256 * 1024;

/** A connection whose receiver takes little before it reads, with SO_ZEROCOPY. */
function stalled(addr: InetAddr = LOOPBACK): { from: number; to: number } {
  const listener = open(addr.family, SOCK_STREAM);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, 4096);
  bind(listener, addr);
  listen(listener, 1);
  const from = open(addr.family, SOCK_STREAM);
  setsockopt(from, SOL_SOCKET, SO_SNDBUF, 1 << 20);
  setsockopt(from, SOL_SOCKET, SO_ZEROCOPY, true);
  connect(from, getsockname(listener));
  return { from, to: own(accept(listener).fd) };
}

function readAll(fd: number, size = SIZE, all = Buffer.alloc(size)): Buffer {
  for (let at = 0, n = 1; at < size && n > 0; at += n) n = recv(fd, all, 0, at);
  return all;
}

/** What waits in the queue of the sender: most of it, or the test shows nothing. */
function expectWaiting(to: number, size = SIZE): void {
  expect(ioctl(to, FIONREAD)).toBeLessThan(size / 4);
}

type Zerocopy = NonNullable<SockExtendedErr['zerocopy']>;

/** The notifications that are queued. */
function notifications(fd: number): Zerocopy[] {
  const found: Zerocopy[] = [];
  const control = new Uint8Array(128);
  const msg: raw.MsgHdr = { iov: [], control };
  for (let n = 0; n < 100 && raw.recvmsg(fd, msg, MSG_ERRQUEUE) >= 0; n++) {
    const messages = raw.decodeControl(control.subarray(0, msg.controllen));
    const values = messages.map(({ value }) => value as SockExtendedErr);
    found.push(...values.flatMap(({ zerocopy }) => zerocopy ?? []));
  }
  return found;
}

/** The notifications, once there is one. */
function notified(fd: number): Zerocopy[] {
  expect(poll([{ fd, events: POLLERR }], 10_000)).toBe(1);
  return notifications(fd);
}

const fill = (memory: ArrayBufferLike, bytes: Uint8Array): void => {
  new Uint8Array(memory).set(bytes);
};

describe('zerocopyBuffer', () => {
  it('is memory as any other', () => {
    const buffer = zerocopyBuffer(5000);
    expect(buffer).toBeInstanceOf(ArrayBuffer);
    expect(buffer.byteLength).toBe(5000);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
    const [a, b] = unixPair();
    const bytes = randomBytes(5000);
    send(a, bytes);
    expect(recv(b, buffer)).toBe(5000);
    expect(Buffer.from(buffer)).toEqual(bytes);
    expect(zerocopyBuffer(1).byteLength).toBe(1);
  });

  it('has at least one byte, and 32 bits of them at most', () => {
    for (const size of [0, -1, 1.5, 2 ** 32]) {
      expectRefused(() => zerocopyBuffer(size), RangeError, 'size');
    }
  });

  it('cannot be transferred: it stays where its pages are', () => {
    const buffer = zerocopyBuffer(4096);
    try {
      // Node 21 and later throw; earlier ones copy.
      structuredClone(buffer, { transfer: [buffer] });
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect([buffer.byteLength, structuredClone(buffer).byteLength]).toEqual([4096, 4096]);
  });

  it('fails with ENOMEM, and so does a send that needs pages', () => {
    const body = `import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
const buf = new Uint8Array(1 << 28);
const size = Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (size + (1 << 27))]);
tell(code(() => s.zerocopyBuffer(1 << 28)));
tell(raw.zerocopyBuffer(1 << 28) === -s.ENOMEM);
tell(code(() => s.send(a, buf, s.MSG_ZEROCOPY)));
tell(code(() => s.sendmsg(a, { iov: [buf] }, s.MSG_ZEROCOPY)));
tell(code(() => s.sendmmsg(a, [{ iov: [buf] }], s.MSG_ZEROCOPY)));
tell(s.send(a, buf) > 0);`;
    expect(node(body)).toEqual([
      ['ENOMEM', 'mmap'],
      true,
      ['ENOMEM', 'send'],
      ['ENOMEM', 'sendmsg'],
      ['ENOMEM', 'sendmmsg'],
      true,
    ]);
  });

  it.skipIf(gc === undefined)('is given back when it is collected', async () => {
    const size = (): number =>
      Number(/VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
    // Of all that there is, half: the heap grows and shrinks meanwhile, and a thread that first takes
    // memory is given 64 MiB of room.
    const [all, half] = [1 << 29, 1 << 28];
    const before = size();
    (() => {
      const buffers = Array.from({ length: 64 }, () => zerocopyBuffer(all / 64));
      expect(size() - before).toBeGreaterThan(half);
      expect(buffers).toHaveLength(64);
    })();
    for (let n = 0; n < 100 && size() - before > half; n++) {
      gc?.();
      await new Promise(setImmediate);
    }
    expect(size() - before).toBeLessThan(half);
  });
});

describe('a zero-copy send of a zerocopyBuffer', () => {
  const calls: [string, number, (fd: number, buffer: ArrayBuffer) => number][] = [
    ['send', SIZE, (fd, buffer) => send(fd, buffer, MSG_ZEROCOPY)],
    ['sendto', SIZE, (fd, buffer) => sendto(fd, buffer, MSG_ZEROCOPY, null)],
    ['sendmsg', SIZE, (fd, buffer) => sendmsg(fd, { iov: [buffer] }, MSG_ZEROCOPY)],
    ['sendmmsg of a list', 1, (fd, buffer) => sendmmsg(fd, [{ iov: [buffer] }], MSG_ZEROCOPY)],
    ['sendmmsg', 1, (fd, buffer) => sendmmsg(fd, new MsgVec(1, buffer), MSG_ZEROCOPY)],
  ];

  it.each(calls)('has %s send what is written to its pages meanwhile', (_, result, call) => {
    const { from, to } = stalled();
    const buffer = zerocopyBuffer(SIZE);
    new Uint8Array(buffer).fill(0x61);
    expect(call(from, buffer)).toBe(result);
    expectWaiting(to);
    expect(notifications(from)).toEqual([]);
    new Uint8Array(buffer).fill(0x62);
    const late = readAll(to).reduce((count, byte) => count + (byte === 0x62 ? 1 : 0), 0);
    expect(late).toBeGreaterThan((SIZE / 4) * 3);
    // Loopback copies what it delivers: SO_EE_CODE_ZEROCOPY_COPIED.
    expect(notified(from)).toEqual([{ lo: 0, hi: 0, copied: true }]);
  });

  it.skipIf(gc === undefined)('is right when the buffer is collected meanwhile', async () => {
    const { from, to } = stalled();
    const bytes = randomBytes(SIZE);
    let gone = false;
    const registry = new FinalizationRegistry(() => {
      gone = true;
    });
    (() => {
      const buffer = zerocopyBuffer(SIZE);
      registry.register(buffer, 0);
      fill(buffer, bytes);
      expect(sendmsg(from, { iov: [new DataView(buffer)] }, MSG_ZEROCOPY)).toBe(SIZE);
    })();
    expectWaiting(to);
    for (let n = 0; n < 100 && !gone; n++) {
      gc?.();
      await new Promise(setImmediate);
    }
    expect(gone).toBe(true);
    // Others get the place that it had.
    const others = Array.from({ length: 32 }, (_, i) => zerocopyBuffer(SIZE * (1 + (i % 3))));
    for (const other of others) new Uint8Array(other).fill(0xee);
    expect(readAll(to).equals(bytes)).toBe(true);
    expect(notified(from)).toHaveLength(1);
  });

  it('is right when the descriptor is closed with a full queue', () => {
    const { from, to } = stalled();
    const [buffer, bytes] = [zerocopyBuffer(SIZE), randomBytes(SIZE)];
    fill(buffer, bytes);
    send(from, buffer, MSG_ZEROCOPY);
    expectWaiting(to);
    shut(from);
    expect(readAll(to).equals(bytes)).toBe(true);
    expect(recv(to, new Uint8Array(1))).toBe(0);
  });

  it('is right when the worker that sent has ended', () => {
    const index = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
    const body = `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_RCVBUF, 4096);
s.bind(listener, lo);
s.listen(listener, 2);
const source = \`
import { parentPort, workerData } from 'node:worker_threads';
import * as s from ${index};
const { from, kind, size } = workerData;
const memory = kind === 'pages' ? s.zerocopyBuffer(size) : new ArrayBuffer(size);
new Uint8Array(memory).fill(0x61);
parentPort.postMessage(s.send(from, memory, s.MSG_ZEROCOPY));
setInterval(() => {}, 1000);
\`;
const size = ${SIZE};
for (const kind of ['pages', 'ordinary']) {
  const from = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.setsockopt(from, s.SOL_SOCKET, s.SO_SNDBUF, 1 << 20);
  s.setsockopt(from, s.SOL_SOCKET, s.SO_ZEROCOPY, true);
  s.connect(from, s.getsockname(listener));
  const { fd: to } = s.accept(listener);
  const worker = new Worker(source, { eval: true, workerData: { from, kind, size } });
  const [sent] = await once(worker, 'message');
  await worker.terminate();
  const waits = s.ioctl(to, s.FIONREAD) < size / 4;
  const others = Array.from({ length: 32 }, () => [s.zerocopyBuffer(size), new ArrayBuffer(size)]);
  for (const other of others.flat()) new Uint8Array(other).fill(0xee);
  const all = new Uint8Array(size);
  let at = 0;
  for (let n = 1; n > 0 && at < size; at += n) n = s.recv(to, all, 0, at);
  tell([kind, sent, waits, at, all.every((byte) => byte === 0x61)]);
}`;
    expect(node(body)).toEqual([
      ['pages', SIZE, true, SIZE, true],
      ['ordinary', SIZE, true, SIZE, true],
    ]);
  });
});

describe('a zero-copy send of other memory', () => {
  const kinds: [string, (bytes: Uint8Array) => { memory: ArrayBufferLike; buf: raw.Buf }][] = [
    [
      'a Uint8Array',
      (bytes) => {
        const buf = Uint8Array.from(bytes);
        return { memory: buf.buffer, buf };
      },
    ],
    [
      'an ArrayBuffer',
      (bytes) => {
        const memory = new ArrayBuffer(SIZE);
        fill(memory, bytes);
        return { memory, buf: memory };
      },
    ],
    [
      'a SharedArrayBuffer',
      (bytes) => {
        const memory = new SharedArrayBuffer(SIZE);
        fill(memory, bytes);
        return { memory, buf: memory };
      },
    ],
    [
      'a DataView of a SharedArrayBuffer',
      (bytes) => {
        const memory = new SharedArrayBuffer(SIZE);
        fill(memory, bytes);
        return { memory, buf: new DataView(memory) };
      },
    ],
  ];

  const calls: [string, (fd: number, buf: raw.Buf) => number][] = [
    ['send', (fd, buf) => send(fd, buf, MSG_ZEROCOPY)],
    ['sendto', (fd, buf) => sendto(fd, buf, MSG_ZEROCOPY, null)],
    ['sendmsg', (fd, buf) => sendmsg(fd, { iov: [buf] }, MSG_ZEROCOPY)],
    ['sendmmsg of a list', (fd, buf) => sendmmsg(fd, [{ iov: [buf] }], MSG_ZEROCOPY) * SIZE],
    ['sendmmsg of a MsgVec', (fd, buf) => sendmmsg(fd, new MsgVec(1, buf), MSG_ZEROCOPY) * SIZE],
  ];
  const rows = calls.flatMap(([name, call]) =>
    kinds.map(([kind, make]) => [name, kind, call, make] as const),
  );

  it.each(rows)('is right when it is overwritten: %s, %s', (_, __, call, make) => {
    const { from, to } = stalled();
    const bytes = randomBytes(SIZE);
    const { memory, buf } = make(bytes);
    expect(call(from, buf)).toBe(SIZE);
    expectWaiting(to);
    new Uint8Array(memory).fill(0xee);
    expect(readAll(to).equals(bytes)).toBe(true);
    expect(notified(from)).toEqual([{ lo: 0, hi: 0, copied: true }]);
  });

  it.skipIf(gc === undefined)('is right when it is collected: memory and a string', () => {
    const { from, to } = stalled();
    const bytes = randomBytes(SIZE / 4);
    (() => {
      send(from, Uint8Array.from(bytes), MSG_ZEROCOPY);
      send(from, bytes.toString('hex'), MSG_ZEROCOPY);
    })();
    for (let n = 0; n < 3; n++) {
      gc?.();
      const others = Array.from({ length: 200 }, () => new Uint8Array(SIZE / 4).fill(0xee));
      expect(others.length + 'x'.repeat(SIZE).length).toBeGreaterThan(0);
    }
    const all = readAll(to, (SIZE / 4) * 3);
    expect(all.subarray(0, SIZE / 4).equals(bytes)).toBe(true);
    expect(all.toString('latin1', SIZE / 4)).toBe(bytes.toString('hex'));
  });

  it('is right when it is transferred', () => {
    const { from, to } = stalled();
    const bytes = randomBytes(SIZE);
    const mine = Uint8Array.from(bytes);
    send(from, mine, MSG_ZEROCOPY);
    const moved = structuredClone(mine.buffer, { transfer: [mine.buffer] });
    expect([mine.byteLength, moved.byteLength]).toEqual([0, SIZE]);
    new Uint8Array(moved).fill(0xee);
    expectWaiting(to);
    expect(readAll(to).equals(bytes)).toBe(true);
  });

  it('is right beside a zerocopyBuffer in one message, part by part', () => {
    const { from, to } = stalled();
    const [pages, ordinary] = [zerocopyBuffer(SIZE / 4), new Uint8Array(SIZE / 4)];
    const part = (byte: number): Buffer => Buffer.alloc(SIZE / 4, byte);
    fill(pages, part(1));
    ordinary.set(part(2));
    const last = new Uint8Array(part(3));
    const iov = [pages, new Uint8Array(0), ordinary, pages, last];
    const msgs = [{ iov: iov.slice(0, 3) }, { iov: iov.slice(3) }];
    expect(sendmmsg(from, msgs, MSG_ZEROCOPY)).toBe(2);
    expectWaiting(to);
    ordinary.fill(0xee);
    last.fill(0xee);
    expect(readAll(to).equals(Buffer.concat([part(1), part(2), part(1), part(3)]))).toBe(true);
    expect(notified(from).at(-1)).toMatchObject({ hi: 1 });
  });
});

describe('notifications', () => {
  it('count the sends of a socket, and are coalesced while nobody reads them', () => {
    const { from, to } = stalled();
    for (let n = 0; n < 3; n++) {
      send(from, zerocopyBuffer(100), MSG_ZEROCOPY);
      readAll(to, 100);
      expect(notified(from)).toEqual([{ lo: n, hi: n, copied: true }]);
    }
    for (let n = 0; n < 5; n++) {
      send(from, zerocopyBuffer(100), MSG_ZEROCOPY);
      readAll(to, 100);
    }
    expect(notified(from)).toEqual([{ lo: 3, hi: 7, copied: true }]);
  });

  it('are not there of what was empty, or failed, or sent without the flag', () => {
    const { from, to } = stalled();
    expect(send(from, new Uint8Array(0), MSG_ZEROCOPY)).toBe(0);
    send(from, 'copied');
    for (let n = 0; n < 100 && raw.send(from, zerocopyBuffer(SIZE), MSG_DONTWAIT) > 0; n++);
    expect(raw.send(from, zerocopyBuffer(SIZE), MSG_ZEROCOPY | MSG_DONTWAIT)).toBeLessThan(0);
    const buf = new Uint8Array(1 << 20);
    for (let n = 0; n < 10_000 && raw.recv(to, buf, MSG_DONTWAIT) > 0; n++);
    send(from, 'one', MSG_ZEROCOPY);
    for (let n = 0; n < 10_000 && raw.recv(to, buf, MSG_DONTWAIT) > 0; n++);
    expect(notified(from)).toEqual([{ lo: 0, hi: 0, copied: true }]);
  });

  it('come over IPv6 as well', () => {
    const { from, to } = stalled({ family: AF_INET6, addr: '::1', port: 0 });
    send(from, zerocopyBuffer(100), MSG_ZEROCOPY);
    readAll(to, 100);
    expect(notified(from)).toEqual([{ lo: 0, hi: 0, copied: true }]);
  });

  it('come of datagrams: sendto, sendmsg, sendmmsg of a list and of a MsgVec', () => {
    const to = bound(SOCK_DGRAM);
    const from = open(AF_INET, SOCK_DGRAM);
    setsockopt(from, SOL_SOCKET, SO_ZEROCOPY, true);
    connect(from, to.addr);
    const memory = zerocopyBuffer(3000);
    fill(memory, randomBytes(3000));
    const bytes = Buffer.from(memory);
    const parts = [0, 1000, 2000].map((at) => new Uint8Array(memory, at, 1000));
    const msgs = parts.map((part) => ({ iov: [part] }));
    sendto(from, memory, MSG_ZEROCOPY, to.addr, 0, 1000);
    sendmsg(from, { iov: parts }, MSG_ZEROCOPY);
    expect(sendmmsg(from, msgs, MSG_ZEROCOPY)).toBe(3);
    expect(sendmmsg(from, new MsgVec(3, memory), MSG_ZEROCOPY)).toBe(3);
    const sent = Array.from({ length: 8 }, () => {
      const { bytes: size } = recvmsg(arrived(to.fd), { iov: [scratch] }, MSG_DONTWAIT);
      return Buffer.from(scratch.subarray(0, size));
    });
    const thirds = parts.map((part) => Buffer.from(part));
    expect(sent).toEqual([thirds[0], bytes, ...thirds, ...thirds]);
    const ranges = notified(from);
    expect(ranges[0]?.lo).toBe(0);
    expect(ranges.at(-1)?.hi).toBe(7);
  });
});

const scratch = new Uint8Array(1 << 16);

describe('MSG_ZEROCOPY without SO_ZEROCOPY', () => {
  it('is ignored: the bytes are copied, and nothing is told', () => {
    const { from, to } = stalled();
    setsockopt(from, SOL_SOCKET, SO_ZEROCOPY, false);
    const [buffer, bytes] = [zerocopyBuffer(SIZE), randomBytes(SIZE)];
    fill(buffer, bytes);
    expect(send(from, buffer, MSG_ZEROCOPY)).toBe(SIZE);
    new Uint8Array(buffer).fill(0xee);
    expect(readAll(to).equals(bytes)).toBe(true);
    expect(notifications(from)).toEqual([]);
    const [a, b] = unixPair(SOCK_DGRAM);
    expect(send(a, 'unix', MSG_ZEROCOPY)).toBe(4);
    expect(recv(b, scratch)).toBe(4);
  });
});

describe('zero-copy memory', () => {
  it('is limited by RLIMIT_MEMLOCK: ENOBUFS, until the kernel has let go of some', () => {
    // msg_zerocopy.rst: "the user exceeded its ulimit on locked pages."
    const body = `somebody();
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_RCVBUF, 4096);
s.bind(listener, lo);
s.listen(listener, 1);
const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
s.setsockopt(fd, s.SOL_SOCKET, s.SO_SNDBUF, 1 << 20);
s.setsockopt(fd, s.SOL_SOCKET, s.SO_ZEROCOPY, true);
code(() => s.connect(fd, s.getsockname(listener)));
s.poll([{ fd, events: s.POLLOUT }], 10000);
const { fd: to } = s.accept(listener);
const memory = s.zerocopyBuffer(1 << 17);
const send = (size) => code(() => s.send(fd, memory, s.MSG_ZEROCOPY, 0, size));
tell([send(1 << 17), send(48 << 10), send(48 << 10)]);
tell(code(() => s.sendmsg(fd, { iov: [new Uint8Array(48 << 10)] }, s.MSG_ZEROCOPY)));
tell(code(() => s.sendmmsg(fd, [{ iov: [memory] }], s.MSG_ZEROCOPY)));
tell(s.send(fd, new Uint8Array(48 << 10)) > 0);
const buf = new Uint8Array(1 << 17);
let got = 0;
for (let n = 1; n > 0 && got < 96 << 10; got += n) n = s.recv(to, buf);
s.poll([{ fd, events: s.POLLERR }], 10000);
s.recv(fd, buf, s.MSG_ERRQUEUE);
tell(send(48 << 10));`;
    expect(node(body, ['prlimit', '--memlock=65536:65536'])).toEqual([
      [
        ['ENOBUFS', 'send'],
        ['ok', 48 << 10],
        ['ENOBUFS', 'send'],
      ],
      ['ENOBUFS', 'sendmsg'],
      ['ENOBUFS', 'sendmmsg'],
      true,
      ['ok', 48 << 10],
    ]);
  });

  it('does not grow with the number of sends', () => {
    const { client: from, server: to } = tcpPair();
    setsockopt(from, SOL_SOCKET, SO_ZEROCOPY, true);
    const measure = (name: string): number =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    const mappings = (): number => readFileSync('/proc/self/maps', 'utf8').split('\n').length;
    const buf = new Uint8Array(SIZE / 2);
    const pages = zerocopyBuffer(SIZE / 2);
    const all = Buffer.alloc(SIZE);
    const round = (): void => {
      send(from, buf, MSG_ZEROCOPY);
      readAll(to, buf.length, all);
      sendmsg(from, { iov: [buf.subarray(1000), pages] }, MSG_ZEROCOPY);
      readAll(to, 2 * buf.length - 1000, all);
      notified(from);
    };
    for (let n = 0; n < 50; n++) round();
    gc?.();
    const before = [measure('VmSize'), measure('VmRSS'), mappings()];
    for (let n = 0; n < 1000; n++) round();
    gc?.();
    const after = [measure('VmSize'), measure('VmRSS'), mappings()];
    // What these 2000 sends copied, were it kept, would be 250 MiB, half of it by each call. The heap
    // may grow by less, and a thread that first takes memory is given 64 MiB of room.
    const [size = 0, rss = 0, count = 0] = after.map((value, i) => value - (before[i] ?? 0));
    expect(size).toBeLessThan(200 << 10);
    expect(rss).toBeLessThan(100 << 10);
    expect(count).toBeLessThan(500);
  });
});
