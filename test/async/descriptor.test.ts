import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  EFD_NONBLOCK,
  eventfd,
  O_NONBLOCK,
  pipe2,
  read as readNow,
  write as writeNow,
} from '../../lib/index.js';
import { read, write } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { failure, isSettled, turns, warmPromises } from '../support/promises.js';
import { closedFd, guardFds, own, shut } from '../support/sockets.js';

warmPromises();
guardFds();

const pipe = (): [number, number] => {
  const [r, w] = pipe2(O_NONBLOCK);
  return [own(r), own(w)];
};

describe('read', () => {
  it('waits for a pipe, and for its end', async () => {
    const [r, w] = pipe();
    const buf = Buffer.alloc(8, '.');
    const waiting = read(r, buf, 2, 4);
    expect(await isSettled(waiting)).toBe(false);
    writeNow(w, 'hello');
    expect(await waiting).toBe(4);
    expect(buf.toString()).toBe('..hell..');
    expect(await read(r, buf)).toBe(1);
    const end = read(r, buf);
    shut(w);
    expect(await end).toBe(0);
  });

  it('takes options in the place of each later argument', async () => {
    const [r, w] = pipe();
    const options = { timeout: 60_000 };
    const buf = Buffer.alloc(8, '.');
    expect(await write(w, 'abc', options)).toBe(3);
    expect(await write(w, 'abc', 1, options)).toBe(2);
    expect(await write(w, 'abc', 1, 1, options)).toBe(1);
    expect(await read(r, buf, 0, 3, options)).toBe(3);
    expect(await read(r, buf, 6, options)).toBe(2);
    expect(await read(r, buf, options)).toBe(1);
    expect(buf.toString()).toBe('bbc...bc');
  });

  it('waits for an eventfd', async () => {
    const fd = own(eventfd(0, EFD_NONBLOCK));
    const value = new BigUint64Array(1);
    const waiting = read(fd, value);
    raw.eventfd_write(fd, 3n);
    expect(await waiting).toBe(8);
    expect(value[0]).toBe(3n);
  });

  it('of a regular file needs no O_NONBLOCK and no waiting', async () => {
    const fd = openSync('/proc/self/status', 'r');
    const buf = Buffer.alloc(5);
    expect(await read(fd, buf)).toBe(5);
    expect(buf.toString()).toBe('Name:');
    closeSync(fd);
    expect(await failure(read(closedFd(), buf))).toEqual(['read', 'EBADF']);
  });
});

describe('write', () => {
  it('waits for room in a pipe', async () => {
    const [r, w] = pipe();
    while (raw.write(w, new Uint8Array(4096)) > 0);
    const waiting = write(w, 'last', 1);
    await turns();
    expect(await isSettled(waiting)).toBe(false);
    while (raw.read(r, new Uint8Array(65536)) === 65536);
    expect(await waiting).toBe(3);
    expect(readNow(r, new Uint8Array(8))).toBe(3);
    const broken = (async () => {
      while (raw.write(w, new Uint8Array(4096)) > 0);
      const last = write(w, 'x');
      shut(r);
      return failure(last);
    })();
    expect(await broken).toEqual(['write', 'EPIPE']);
  });

  it('of a regular file writes', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-write-'));
    const path = join(dir, 'file');
    const fd = openSync(path, 'w');
    expect(await write(fd, 'hello')).toBe(5);
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('hello');
    rmSync(dir, { recursive: true });
  });
});
