/** Timers of a test in the place of Node's: what the kernel tells comes all the same. */
import { closeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EPOLLERR, EPOLLHUP, send as sendNow } from '../../lib/index.js';
import { poll, recv, send } from '../../lib/promises.js';
import { node } from '../support/child.js';
import { failure, registered, rejection, warmPromises } from '../support/promises.js';
import { disown, guardFds, unixPair } from '../support/sockets.js';

warmPromises();
guardFds();

const room = (): Uint8Array => new Uint8Array(8);
const { setImmediate } = globalThis;

describe('under fake timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls that are over at once go on without end', async () => {
    const [a, b] = unixPair();
    for (let i = 0; i < 600; i++) {
      await send(b, 'x');
      expect(await recv(a, room())).toBe(1);
    }
  });

  it('a timeout is of real milliseconds', async () => {
    const [a] = unixPair();
    expect(await rejection(recv(a, room(), { timeout: 5 }))).toMatchObject({
      name: 'TimeoutError',
    });
    expect(await poll([{ fd: a, events: 1 }], 5)).toBe(0);
  });

  it('a wait for a descriptor that somebody else has closed ends', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    const waiting = recv(a, room());
    closeSync(disown(a));
    expect(await failure(waiting)).toEqual(['recv', 'EBADF']);
  });

  it('what comes while nobody waits disarms', async () => {
    const [a, b] = unixPair();
    const served = recv(a, room());
    sendNow(b, 'x');
    await served;
    sendNow(b, 'y');
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(registered(a)).toMatchObject([{ events: EPOLLERR | EPOLLHUP }]);
  });
});

describe('a process without its own timers', () => {
  it('hears what a callback throws', () => {
    const body = `
      process.nextTick = () => undefined;
      process.on('uncaughtException', (error) => tell(error.message));
      const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      const watching = promises.watch(a, s.EPOLLIN, () => {
        watching.stop();
        throw new Error('mine');
      });
      s.send(b, 'x');`;
    expect(node(body)).toEqual(['mine']);
  });

  it('has sockfd/testing give up in time', () => {
    const body = `
      performance.now = () => 0;
      const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
      try {
        testing.waitForState(fd, 'ESTABLISHED', 20);
      } catch (error) {
        tell(error.message.replace(fd, 'n'));
      }`;
    expect(node(body)).toEqual(['fd n is not in ESTABLISHED after 20 ms, but in CLOSE']);
  });
});
