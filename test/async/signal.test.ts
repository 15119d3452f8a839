/** Signals that are not of Node's class, as those of libraries and of other realms. */
import { describe, expect, it } from 'vitest';
import { POLLIN, recv as recvNow, SOCK_DGRAM, send as sendNow } from '../../lib/index.js';
import { datagrams, poll, recv } from '../../lib/promises.js';
import { rejection, turns, warmPromises } from '../support/promises.js';
import { guardFds, unixPair } from '../support/sockets.js';

warmPromises();
guardFds();

const room = (): Uint8Array => new Uint8Array(64);

/** An AbortSignal in all but its class; older ones have no reason. */
class Foreign extends EventTarget {
  aborted = false;
  readonly reason: unknown;
  listeners = 0;

  constructor(reason?: unknown) {
    super();
    this.reason = reason;
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }

  get signal(): AbortSignal {
    return this as unknown as AbortSignal;
  }
}

describe('a signal', () => {
  it('of another class than Node’s is one', async () => {
    const [a, b] = unixPair();
    const foreign = new Foreign('enough');
    const { signal } = foreign;
    const waits = [
      recv(a, room(), { signal }),
      poll([{ fd: a, events: POLLIN }], { signal }),
      datagrams(a, { signal }).next(),
    ].map(rejection);
    expect(foreign.listeners).toBe(2);
    foreign.abort();
    expect(await Promise.all(waits)).toEqual(['enough', 'enough', 'enough']);
    expect(await rejection(recv(a, room(), { signal }))).toBe('enough');
    expect(await rejection(datagrams(a, { signal }).next())).toBe('enough');
    sendNow(b, 'kept');
    expect(recvNow(a, room())).toBe(4);
  });

  it('of another class has nobody listen when nobody waits', async () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const foreign = new Foreign();
    const { signal } = foreign;
    const waiting = recv(a, room(), { signal });
    sendNow(b, 'x');
    await waiting;
    sendNow(b, 'x');
    for await (const _ of datagrams(a, { signal })) break;
    expect(foreign.listeners).toBe(0);
    const last = recv(a, room(), { signal });
    foreign.abort();
    expect(await rejection(last)).toMatchObject({ name: 'AbortError' });
  });

  it('that takes no listener leaves nobody who waits', async () => {
    const [a, b] = unixPair();
    const refuse = (): never => {
      throw new Error('no listener');
    };
    const signal = {
      aborted: false,
      addEventListener: refuse,
      removeEventListener: refuse,
    } as unknown as AbortSignal;
    expect(await rejection(recv(a, room(), { signal }))).toMatchObject({ message: 'no listener' });
    sendNow(b, 'kept');
    await turns();
    expect(recvNow(a, room())).toBe(4);
  });
});
