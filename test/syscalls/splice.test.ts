import { ftruncateSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  EAGAIN,
  EINVAL,
  F_SETFL,
  fcntl,
  MSG_DONTWAIT,
  memfd_create,
  O_APPEND,
  O_NONBLOCK,
  pipe2,
  read,
  recv,
  SHUT_WR,
  SOCK_STREAM,
  SPLICE_F_NONBLOCK,
  send,
  sendfile,
  shutdown,
  splice,
  tee,
  write,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { blocked, node, python } from '../support/child.js';
import { fdinfoField } from '../support/proc.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { straceMissing } from '../support/strace.js';

guardFds();

const { MAX_SAFE_INTEGER } = Number;

const pipe = (flags = 0): [reading: number, writing: number] =>
  pipe2(flags).map(own) as [number, number];

/** A file in memory, whose position is its beginning. */
function fileOf(content: string | Uint8Array): number {
  const fd = own(memfd_create('sockfd-splice'));
  writeSync(fd, Buffer.from(content), 0, undefined, 0);
  return fd;
}

const positionOf = (fd: number): number => Number(fdinfoField(fd, 'pos'));
const contentOf = (fd: number): string => readFileSync(`/proc/self/fd/${fd}`, 'latin1');

/** What one read gives. */
function text(fd: number, size = 64): string {
  const buf = Buffer.alloc(size);
  return buf.toString('latin1', 0, read(fd, buf));
}

function nonBlocking(fd: number): number {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

/** Bytes of which each place has its own. */
function pattern(size: number): Uint8Array {
  const words = new Uint32Array(size / 4);
  for (let i = 0; i < words.length; i++) words[i] = i;
  return new Uint8Array(words.buffer);
}

describe('sendfile(2)', () => {
  it('sends from the position of the file, and moves it', () => {
    const { client, server } = tcpPair();
    const file = fileOf('hello, kernel');
    expect(sendfile(client, file, null, 5)).toBe(5);
    expect(text(server)).toBe('hello');
    expect(positionOf(file)).toBe(5);
    expect(sendfile(client, file, null, MAX_SAFE_INTEGER)).toBe(8);
    expect(text(server)).toBe(', kernel');
    expect(positionOf(file)).toBe(13);
    expect(sendfile(client, file, null, 5)).toBe(0);
    expectError(() => recv(server, new Uint8Array(1), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });

  it('sends from an offset, and leaves the position alone', () => {
    const [a, b] = unixPair();
    const file = fileOf('hello, kernel');
    expect(sendfile(a, file, 7, 100)).toBe(6);
    expect(text(b)).toBe('kernel');
    expect(sendfile(a, file, 0, 5)).toBe(5);
    expect(text(b)).toBe('hello');
    expect([sendfile(a, file, 13, 5), sendfile(a, file, 0, 0)]).toEqual([0, 0]);
    expect(positionOf(file)).toBe(0);
  });

  it('takes an offset of more than 32 bits', () => {
    const [a, b] = unixPair();
    const file = fileOf('');
    ftruncateSync(file, 2 ** 40 + 100);
    writeSync(file, Buffer.from('far away'), 0, undefined, 2 ** 40);
    expect(sendfile(a, file, 2 ** 40, 8)).toBe(8);
    expect(text(b)).toBe('far away');
    expect(sendfile(a, file, MAX_SAFE_INTEGER, 8)).toBe(0);
  });

  it('sends what has room, and tells how much, where it may not block', () => {
    const content = pattern(4 << 20);
    const file = fileOf(content);
    const { client, server } = tcpPair();
    fcntl(client, F_SETFL, O_NONBLOCK);
    const received = Buffer.alloc(content.length);
    const results: number[] = [];
    for (let [sent, got] = [0, 0]; got < content.length; got += recv(server, received, 0, got)) {
      const result = raw.sendfile(client, file, null, content.length);
      if (sent < content.length) results.push(result);
      sent += Math.max(result, 0);
      expect(positionOf(file)).toBe(sent);
    }
    expect(results.filter((result) => result <= 0 && result !== -EAGAIN)).toEqual([]);
    expect(results.length, 'more than one call').toBeGreaterThan(1);
    expect(received.equals(content)).toBe(true);
  });

  it('writes the offset where it ended into memory of the caller, in the raw form', () => {
    const [a, b] = unixPair();
    const file = fileOf('hello, kernel');
    const offset = BigInt64Array.of(7n);
    expect(raw.sendfile(a, file, offset, 3)).toBe(3);
    expect(offset[0]).toBe(10n);
    expect(raw.sendfile(a, file, offset, 100)).toBe(3);
    expect(offset[0]).toBe(13n);
    expect(raw.sendfile(a, file, null, 5)).toBe(5);
    expect(text(b)).toBe('kernelhello');
    const bytes = new Uint8Array(12).fill(0xff);
    bytes.set([5, 0, 0, 0, 0, 0, 0, 0]);
    expect(raw.sendfile(a, file, bytes, 1)).toBe(1);
    expect([...bytes]).toEqual([6, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]);
    expectRefused(() => raw.sendfile(a, file, new Uint8Array(7), 1), RangeError, 'offset');
    offset[0] = -1n;
    expect(raw.sendfile(a, file, offset, 1)).toBe(-EINVAL);
    expect(offset[0]).toBe(-1n);
  });

  it('copies from one file to another', () => {
    const [from, to] = [fileOf('hello, kernel'), fileOf('HELLO')];
    expect(sendfile(to, from, 2, 2)).toBe(2);
    expect([contentOf(to), positionOf(to)]).toEqual(['llLLO', 2]);
  });

  it('moves from a socket to a pipe, as splice does', (context) => {
    const [a, b] = unixPair();
    const [reading, writing] = pipe();
    send(a, 'hello');
    const result = raw.sendfile(writing, b, null, 100);
    if (result === -EINVAL) context.skip('it takes no sockets before Linux 5.12');
    expect([result, text(reading)]).toEqual([5, 'hello']);
    send(a, 'hello');
    expectError(() => sendfile(a, b, null, 1), 'sendfile', 'EINVAL');
  });

  it('sends the same bytes as that of python', () => {
    const name = new URL('../../package.json', import.meta.url).pathname;
    const script = `import os
a, b = socket.socketpair()
f = open(input, 'rb')
n = os.sendfile(a.fileno(), f.fileno(), 3, 50)
print(json.dumps([n, b.recv(100).decode('latin1')]))`;
    const [a, b] = unixPair();
    const file = fileOf(readFileSync(name));
    expect([sendfile(a, file, 3, 50), text(b)]).toEqual(python(script, name));
  });

  it('fails as the manual says', () => {
    const [a, b] = unixPair();
    const file = fileOf('hello');
    const [reading, writing] = pipe();
    const appending = fileOf('');
    fcntl(appending, F_SETFL, O_APPEND);
    const failing = (code: string, call: () => unknown): void => {
      expectError(call, 'sendfile', code);
    };
    failing('EBADF', () => sendfile(closedFd(), file, null, 1));
    failing('EBADF', () => sendfile(a, closedFd(), null, 1));
    failing('EBADF', () => sendfile(a, writing, null, 1));
    failing('EBADF', () => sendfile(reading, file, null, 1));
    failing('EINVAL', () => sendfile(a, file, -1, 1));
    failing('EINVAL', () => sendfile(a, b, null, 1));
    failing('EINVAL', () => sendfile(appending, file, null, 1));
    failing('ESPIPE', () => sendfile(a, reading, 0, 1));
    failing('EPIPE', () => sendfile(open(AF_INET, SOCK_STREAM), file, null, 1));
    shut(b);
    failing('EPIPE', () => sendfile(a, file, null, 1));
    expect(contentOf(file)).toBe('hello');
  });

  it('blocks until there is room', async () => {
    const [a, b] = unixPair();
    const body = `import { ftruncateSync } from 'node:fs';
const file = s.memfd_create('x');
ftruncateSync(file, 2 ** 24);
s.fcntl(3, s.F_SETFL, s.O_NONBLOCK);
while (raw.sendfile(3, file, null, 2 ** 20) > 0);
s.fcntl(3, s.F_SETFL, 0);
tell('full');
tell(s.sendfile(3, file, null, 1));`;
    // Room for one more is when there is room for a good part: so all is taken.
    const act = (): void => {
      const buf = new Uint8Array(1 << 20);
      while (raw.recv(b, buf, MSG_DONTWAIT) > 0);
    };
    expect(await blocked(body, 'sendfile', act, [a])).toEqual(['full', 1]);
  });
});

describe('splice(2)', () => {
  it('moves from a socket to a pipe, and from a pipe to a socket', () => {
    const { client, server } = tcpPair();
    const [reading, writing] = pipe();
    send(client, 'hello, kernel');
    expect(splice(server, null, writing, null, 5)).toBe(5);
    expect(splice(server, null, writing, null, 100)).toBe(8);
    expect(splice(reading, null, server, null, 100)).toBe(13);
    expect(text(client)).toBe('hello, kernel');
    expectError(() => read(nonBlocking(reading), new Uint8Array(1)), 'read', 'EAGAIN');
  });

  it('takes from an offset of a file, or from its position, which it moves', () => {
    const file = fileOf('hello, kernel');
    const [reading, writing] = pipe();
    expect(splice(file, 7, writing, null, 100)).toBe(6);
    expect([text(reading), positionOf(file)]).toEqual(['kernel', 0]);
    expect(splice(file, null, writing, null, 5)).toBe(5);
    expect([text(reading), positionOf(file)]).toEqual(['hello', 5]);
    expect(splice(file, 13, writing, null, 5)).toBe(0);
  });

  it('puts at an offset of a file, or at its position, which it moves', () => {
    const file = fileOf('hello, kernel');
    const [reading, writing] = pipe();
    write(writing, 'KERNELHE');
    expect(splice(reading, null, file, 7, 6)).toBe(6);
    expect([contentOf(file), positionOf(file)]).toEqual(['hello, KERNEL', 0]);
    expect(splice(reading, null, file, null, 6)).toBe(2);
    expect([contentOf(file), positionOf(file)]).toEqual(['HEllo, KERNEL', 2]);
  });

  it('writes the offsets where they ended into memory of the caller, in the raw form', () => {
    const [from, to] = [fileOf('hello, kernel'), fileOf('')];
    const [reading, writing] = pipe();
    const [off_in, off_out] = [BigInt64Array.of(7n), BigInt64Array.of(2n ** 40n)];
    expect(raw.splice(from, off_in, writing, null, 3)).toBe(3);
    expect(raw.splice(from, off_in, writing, null, 100)).toBe(3);
    expect(raw.splice(reading, null, to, off_out, 100)).toBe(6);
    expect([off_in[0], off_out[0]]).toEqual([13n, 2n ** 40n + 6n]);
    const [a, b] = unixPair();
    expect(sendfile(a, to, 2 ** 40, 10)).toBe(6);
    expect(text(b)).toBe('kernel');
    expectRefused(
      () => raw.splice(from, new Uint8Array(7), writing, null, 1),
      RangeError,
      'off_in',
    );
    expectRefused(() => raw.splice(reading, null, to, new Uint8Array(0), 1), RangeError, 'off_out');
  });

  it('says the end of a stream by 0', () => {
    const { client, server } = tcpPair();
    const [, writing] = pipe();
    send(client, 'last');
    shutdown(client, SHUT_WR);
    expect(splice(server, null, writing, null, 100)).toBe(4);
    expect(splice(server, null, writing, null, 100)).toBe(0);
  });

  it('carries a stream from one connection to another, and loses nothing', () => {
    const content = pattern(1 << 20);
    const file = fileOf(content);
    const [first, second] = [tcpPair(), tcpPair()];
    const [reading, writing] = pipe();
    const ends = [first.client, first.server, second.client, second.server, reading, writing];
    for (const fd of ends) fcntl(fd, F_SETFL, O_NONBLOCK);
    const received = Buffer.alloc(content.length);
    let [got, taken, given] = [0, 0, 0];
    for (let turns = 0; got < content.length && turns < 100_000; turns++) {
      raw.sendfile(first.client, file, null, 100_000);
      taken += Math.max(0, raw.splice(first.server, null, writing, null, 70_000));
      given += Math.max(0, raw.splice(reading, null, second.client, null, 60_000));
      got += Math.max(0, raw.recv(second.server, received, 0, got));
    }
    expect([taken, given, got]).toEqual(new Array(3).fill(content.length));
    expect(received.equals(content)).toBe(true);
  });

  it('does not block on a pipe with SPLICE_F_NONBLOCK; a socket goes by its O_NONBLOCK', () => {
    const [reading, writing] = pipe();
    const [a] = unixPair();
    const tries = (call: () => number): void => {
      expectError(call, 'splice', 'EAGAIN');
    };
    tries(() => splice(reading, null, a, null, 1, SPLICE_F_NONBLOCK));
    tries(() => splice(nonBlocking(a), null, writing, null, 1));
    const chunk = new Uint8Array(4096);
    while (raw.write(nonBlocking(writing), chunk) > 0);
    fcntl(writing, F_SETFL, 0);
    tries(() => splice(fileOf('x'), null, writing, null, 1, SPLICE_F_NONBLOCK));
  });

  it('fails as the manual says', () => {
    const [a, b] = unixPair();
    const file = fileOf('hello');
    const [reading, writing] = pipe();
    const failing = (code: string, call: () => unknown): void => {
      expectError(call, 'splice', code);
    };
    failing('EBADF', () => splice(closedFd(), null, writing, null, 1));
    failing('EBADF', () => splice(reading, null, closedFd(), null, 1));
    failing('EBADF', () => splice(writing, null, a, null, 1));
    failing('EINVAL', () => splice(a, null, b, null, 1));
    failing('EINVAL', () => splice(reading, null, writing, null, 1));
    failing('EINVAL', () => splice(reading, null, a, null, 1, 0x8000_0000));
    failing('EINVAL', () => splice(file, -1, writing, null, 1));
    failing('ESPIPE', () => splice(reading, 0, a, null, 1));
    failing('ESPIPE', () => splice(a, null, writing, 0, 1));
    failing('EINVAL', () => splice(a, 0, writing, null, 1));
    write(writing, 'x');
    fcntl(file, F_SETFL, O_APPEND);
    failing('EINVAL', () => splice(reading, null, file, null, 1));
    failing('EPIPE', () => splice(reading, null, open(AF_INET, SOCK_STREAM), null, 1));
    shut(b);
    failing('EPIPE', () => splice(reading, null, a, null, 1));
    shut(reading);
    failing('EPIPE', () => splice(fileOf('x'), null, writing, null, 1));
    expect(splice(closedFd(), null, closedFd(), null, 0), 'nothing to do').toBe(0);
  });

  it('blocks until there is something to take', async () => {
    const [[reading, writing], [a, b]] = [pipe(), unixPair()];
    const body = `tell('empty');
tell(s.splice(3, null, 4, null, 100));`;
    const act = (): void => {
      write(writing, 'hello');
    };
    expect(await blocked(body, 'splice', act, [reading, a])).toEqual(['empty', 5]);
    expect(text(b)).toBe('hello');
  });
});

describe('tee(2)', () => {
  it('puts into one pipe what is in another, which keeps it', () => {
    const [[from, into], [other, writing]] = [pipe(), pipe()];
    write(into, 'hello');
    expect(tee(from, writing, 4)).toBe(4);
    expect(tee(from, writing, MAX_SAFE_INTEGER)).toBe(5);
    expect([text(other), text(from)]).toEqual(['hellhello', 'hello']);
    expectError(() => tee(from, writing, 1, SPLICE_F_NONBLOCK), 'tee', 'EAGAIN');
    shut(into);
    expect(tee(from, writing, 1)).toBe(0);
  });

  it('fails as the manual says', () => {
    const [[from, into], [other, writing]] = [pipe(), pipe()];
    const [a] = unixPair();
    const failing = (code: string, call: () => unknown): void => {
      expectError(call, 'tee', code);
    };
    write(into, 'x');
    failing('EBADF', () => tee(closedFd(), writing, 1));
    failing('EBADF', () => tee(from, closedFd(), 1));
    failing('EBADF', () => tee(into, writing, 1));
    failing('EINVAL', () => tee(from, into, 1));
    failing('EINVAL', () => tee(from, a, 1));
    failing('EINVAL', () => tee(from, writing, 1, 16));
    shut(other);
    failing('EPIPE', () => tee(from, writing, 1));
    expect(text(from)).toBe('x');
  });

  it('blocks until there is something', async () => {
    const [[from, into], [other, writing]] = [pipe(), pipe()];
    const body = `tell('empty');
tell(s.tee(3, 4, 100));`;
    const act = (): void => {
      write(into, 'hello');
    };
    expect(await blocked(body, 'tee', act, [from, writing])).toEqual(['empty', 5]);
    expect([text(other), text(from)]).toEqual(['hello', 'hello']);
  });
});

it('asks the kernel for what is asked, as strace sees', (context) => {
  if (straceMissing !== undefined) context.skip(straceMissing);
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-splice-'));
  try {
    const log = join(dir, 'log');
    const body = `const file = s.memfd_create('x');
const [reading, writing] = s.pipe();
const [other, into] = s.pipe();
s.write(file, 'hello');
for (const from of [s, raw]) {
  const at = (offset) => (from === s ? offset : BigInt64Array.of(BigInt(offset)));
  from.sendfile(writing, file, at(1), 2 ** 53 - 1);
  from.sendfile(writing, file, null, 1);
  from.splice(file, at(1), writing, null, 3, s.SPLICE_F_MOVE | s.SPLICE_F_MORE);
  from.splice(reading, null, file, at(4), 2);
  from.tee(reading, into, 5, s.SPLICE_F_NONBLOCK);
}`;
    node(body, ['strace', '-f', '-qq', '-e', 'trace=sendfile,splice,tee', '-o', log]);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const calls = lines.map((line) => line.replace(/^\d+ +/, '').replace(/\((\d+), /, '('));
    const expected = [
      /^sendfile\(\d+, \[1\] => \[[56]\], 9007199254740991\) += [45]$/,
      /^sendfile\(\d+, NULL, 1\) += [01]$/,
      /^splice\(\[1\], \d+, NULL, 3, SPLICE_F_MOVE\|SPLICE_F_MORE\) = 3$/,
      /^splice\(NULL, \d+, \[4\], 2, 0\) += 2$/,
      /^tee\(\d+, 5, SPLICE_F_NONBLOCK\) += 5$/,
    ];
    expect(calls).toEqual([...expected, ...expected].map((line) => expect.stringMatching(line)));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
