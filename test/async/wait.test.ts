/** Signals and timeouts, and what a call that waits refuses. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  EPOLLIN,
  F_GETFL,
  fcntl,
  O_NONBLOCK,
  POLLIN,
  pipe,
  recv as recvNow,
  send as sendNow,
} from '../../lib/index.js';
import * as promises from '../../lib/promises.js';
import {
  connections,
  datagrams,
  epoll_wait,
  epollEvents,
  poll,
  recv,
  recvmsg,
} from '../../lib/promises.js';
import {
  failure,
  fill,
  isSettled,
  registered,
  rejection,
  turns,
  warmPromises,
} from '../support/promises.js';
import { guardFds, own, shut, tcpPair, unixPair } from '../support/sockets.js';

warmPromises();
guardFds();

const room = (): Uint8Array => new Uint8Array(64);

describe('many calls that are over at once', () => {
  /** A descriptor with bytes to come in their order, and what was received in the order of settling. */
  function counting(): { next: () => Promise<void>; feed: (n: number) => void; heard: number[] } {
    const [a, b] = unixPair();
    const heard: number[] = [];
    let fed = 0;
    return {
      heard,
      feed: (n) => {
        sendNow(
          b,
          Uint16Array.from({ length: n }, () => fed++),
        );
      },
      next: async () => {
        const buf = new Uint16Array(1);
        await recv(a, buf);
        heard.push(buf[0] as number);
      },
    };
  }
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  it('are settled in the order of asking, also when more is asked between', async () => {
    const { next, feed, heard } = counting();
    feed(2000);
    await Promise.all(Array.from({ length: 1000 }, () => next().then(next)));
    expect(heard).toEqual(upTo(2000));
  });

  it('are settled without a turn of the event loop, but now and then', async () => {
    const [a, b] = unixPair();
    sendNow(b, new Uint8Array(1000));
    let inTurn = 0;
    for (let i = 0; i < 1000; i++) {
      const received = recv(a, new Uint8Array(1));
      if (await isSettled(received)) inTurn++;
      expect(await received).toBe(1);
    }
    expect(inTurn).toBeGreaterThan(900);
    expect(inTurn).toBeLessThan(1000);
  });

  it('are refused without a turn where no system call was made', async () => {
    const [a] = unixPair();
    for (let i = 0; i < 1000; i++) {
      expect(await isSettled(recv(a, 'x' as unknown as Uint8Array))).toBe(true);
      expect(await isSettled(recv(a, room(), 0, 65))).toBe(true);
    }
  });

  it('are settled before one that had to wait', async () => {
    const { next, feed, heard } = counting();
    feed(1000);
    // From a timer, readiness is told before what setImmediate is given.
    await new Promise((resolve) => setTimeout(resolve, 1));
    const all = Array.from({ length: 1000 }, next);
    all.push(next());
    feed(1);
    await Promise.all(all);
    expect(heard).toEqual(upTo(1001));
  });
});

describe('a signal', () => {
  it('that is aborted already keeps the call from being made', async () => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    const reason = new Error('not now');
    expect(await rejection(recv(a, room(), { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(recvNow(a, room())).toBe(1);
  });

  it('ends waiting with its reason, and takes nothing', async () => {
    const [a, b] = unixPair();
    const controller = new AbortController();
    const waiting = recv(a, room(), { signal: controller.signal });
    await turns();
    controller.abort();
    sendNow(b, 'kept');
    const error = await rejection(waiting);
    expect(error).toBe(controller.signal.reason);
    expect(error).toMatchObject({ name: 'AbortError', code: 20 });
    await turns();
    expect(recvNow(a, room())).toBe(4);
    expect(registered(a)).toEqual([]);
  });

  it('that is aborted while the arguments are read ends the call as well', async () => {
    const [a] = unixPair();
    const reason = new Error('read');
    const aborting = (): { signal: AbortSignal; now: () => void } => {
      const controller = new AbortController();
      return { signal: controller.signal, now: () => controller.abort(reason) };
    };
    const [first, second] = [aborting(), aborting()];
    const msg = {
      get iov() {
        first.now();
        return [room()];
      },
    };
    const entry = {
      fd: a,
      get events() {
        second.now();
        return POLLIN;
      },
    };
    expect(await rejection(recvmsg(a, msg, { signal: first.signal }))).toBe(reason);
    expect(await rejection(poll([entry], { signal: second.signal }))).toBe(reason);
    expect(registered(a)).toEqual([]);
  });

  it('that comes with the data loses none of it', async () => {
    const [a, b] = unixPair();
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      const waiting = recv(a, room(), { signal: controller.signal });
      sendNow(b, 'x');
      if (i % 2 === 0) setImmediate(() => controller.abort());
      else controller.abort();
      const got = await waiting.catch(() => 0);
      // What was not given to the one is there for the next.
      if (got === 0) expect(recvNow(a, room())).toBe(1);
      else expect(got).toBe(1);
    }
  });

  it('takes out one of many, wherever it stands', async () => {
    const [a, b] = unixPair();
    const controllers = [1, 2, 3, 4].map(() => new AbortController());
    const bytes = [1, 2, 3, 4].map(() => new Uint8Array(1));
    const all = bytes.map((buf, i) => {
      return recv(a, buf, { signal: controllers[i]?.signal }).catch(() => 'aborted');
    });
    controllers[0]?.abort();
    controllers[2]?.abort();
    expect(registered(a)).toHaveLength(1);
    sendNow(b, 'xy');
    expect(await Promise.all(all)).toEqual(['aborted', 1, 'aborted', 1]);
    expect(Buffer.concat(bytes).toString('latin1')).toBe('\0x\0y');
  });

  it('may be of many calls, and keeps none of them', async () => {
    const [a, b] = unixPair();
    const controller = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    const { signal } = controller;
    const all = Array.from({ length: 100 }, () => recv(a, new Uint8Array(1), { signal }));
    sendNow(b, new Uint8Array(60));
    expect(await Promise.all(all.slice(0, 60))).toEqual(new Array(60).fill(1));
    controller.abort();
    const rest = await Promise.all(all.slice(60).map(rejection));
    expect(new Set(rest)).toEqual(new Set([signal.reason]));
    await turns();
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('is listened to while somebody waits, and no longer', async () => {
    const [a, b] = unixPair();
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const all = [1, 2].map(() => recv(a, new Uint8Array(1), { signal }));
    expect(listeners()).toBe(1);
    sendNow(b, 'x');
    expect(await all[0]).toBe(1);
    expect(listeners()).toBe(1);
    shut(a);
    expect(await failure(all[1] as Promise<number>)).toEqual(['recv', 'EBADF']);
    expect(listeners()).toBe(0);
  });

  it('of AbortSignal.timeout and AbortSignal.any is a signal', async () => {
    const [a] = unixPair();
    const signal = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal]);
    expect(await rejection(recv(a, room(), { signal }))).toMatchObject({ name: 'TimeoutError' });
  });
});

describe('a timeout', () => {
  it('is a TimeoutError that says which call, and takes nothing', async () => {
    const [a, b] = unixPair();
    const error = await rejection(recv(a, room(), { timeout: 5 }));
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: 'TimeoutError', message: 'recv has waited for 5 ms' });
    sendNow(b, 'x');
    await turns();
    expect(recvNow(a, room())).toBe(1);
    expect(registered(a)).toEqual([]);
  });

  it('of 0 lets a call be completed that can be', async () => {
    const [a, b] = unixPair();
    expect(await rejection(recv(a, room(), { timeout: 0 }))).toMatchObject({
      name: 'TimeoutError',
    });
    sendNow(b, 'x');
    expect(await recv(a, room(), { timeout: 0 })).toBe(1);
  });

  it('that is not needed is forgotten', async () => {
    const [a, b] = unixPair();
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const waiting = [1, 2].map(() => recv(a, new Uint8Array(1), { timeout: 100_000 }));
    expect(timers()).toBeGreaterThanOrEqual(before + 1);
    sendNow(b, 'x');
    await waiting[0];
    shut(a);
    await rejection(waiting[1] as Promise<number>);
    // Others may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe('the options', () => {
  it('may stand in the place of each later argument', async () => {
    const [a, b] = unixPair();
    const options = { timeout: 1000 };
    const buf = room();
    sendNow(b, 'abcdef');
    expect(await recv(a, buf, options)).toBe(6);
    expect(await promises.send(b, 'x', options)).toBe(1);
    expect(await promises.send(b, 'xyz', 0, 2, options)).toBe(1);
    expect(await promises.send(b, 'xyz', 0, 0, 2, options)).toBe(2);
    expect(await promises.sendto(b, 'xyz', 0, null, options)).toBe(3);
    expect(await promises.sendto(b, 'xyz', 0, null, 1, options)).toBe(2);
    expect(await promises.sendmsg(b, { iov: [buf] }, options)).toBe(64);
    expect(await recv(a, buf, 0, 62, options)).toBe(2);
    expect(await recv(a, buf, 0, 0, 3, options)).toBe(3);
    expect(await promises.recvfrom(a, buf, 0, 60, 4, options)).toMatchObject({ bytes: 4 });
    expect(await promises.recvfrom(a, buf, 0, 62, options)).toMatchObject({ bytes: 2 });
    expect(await promises.recvfrom(a, buf, 0, options)).toMatchObject({ bytes: 62 });
    expect(await promises.send(b, 'last', 0, options)).toBe(4);
    expect(await recv(a, new Uint8Array(2), 0, options)).toBe(2);
    expect(await promises.recvfrom(a, buf, options)).toMatchObject({ bytes: 2 });
    expect(await rejection(promises.recvmsg(a, { iov: [buf] }, { timeout: 1 }))).toBeDefined();
    expect(await promises.poll([{ fd: a, events: EPOLLIN }], 0, {})).toBe(0);
  });

  it.each([
    ['options', 5],
    ['options', []],
    ['options', AbortSignal.abort()],
    ['options.signal', { signal: {} }],
    ['options.signal', { signal: null }],
    ['options.timeout', { timeout: -1 }],
    ['options.timeout', { timeout: 2 ** 31 }],
    ['options.timeout', { timeout: '1' }],
  ])('are refused by name when they are wrong: %s, %o', async (name, options) => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    const given = options as promises.WaitOptions;
    for (const wrong of [
      recv(a, room(), 0, 0, 1, given),
      promises.recvmsg(a, { iov: [room()] }, 0, given),
      promises.accept(a, given),
      poll([{ fd: a, events: POLLIN }], -1, given),
    ]) {
      const error = (await rejection(wrong)) as Error;
      expect(error.message).toContain(`The "${name}" argument`);
    }
    expect(recvNow(a, room())).toBe(1);
  });

  it('have no timeout where it would not be one, and say so', async () => {
    const [a] = unixPair();
    const options = { timeout: 1 } as unknown as { signal?: AbortSignal };
    const loops = [connections, datagrams, epollEvents];
    const calls = [
      () => poll([{ fd: a, events: POLLIN }], options),
      () => poll([{ fd: a, events: POLLIN }], -1, options),
      () => epoll_wait(a, 1, options),
      ...loops.map((loop) => async () => loop(a, options)),
    ];
    for (const call of calls) {
      const error = await rejection(call());
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
      expect((error as Error).message).toContain('The "options.timeout" argument must be absent');
    }
  });

  it('are not what only looks like them', async () => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    for (const flags of [new Date(), [], new Uint8Array(1), null, /x/]) {
      const error = (await rejection(recv(a, room(), flags as unknown as number))) as Error;
      expect(error.message).toContain('The "flags" argument');
    }
    expect(recvNow(a, room())).toBe(1);
  });
});

describe('a wrong argument', () => {
  it('is refused at once behind others that wait', async () => {
    const [a, b] = unixPair();
    const first = recv(a, room());
    const wrong: [string, Promise<unknown>][] = [
      ['buf', recv(a, 'x' as unknown as Uint8Array)],
      ['flags', recv(a, room(), 0.5)],
      ['offset', recv(a, room(), 0, 65)],
      ['length', recv(a, room(), 0, 60, 5)],
      ['buf', promises.recvfrom(a, null as unknown as Uint8Array)],
      ['msg.iov', promises.recvmsg(a, { iov: room() as unknown as Uint8Array[] })],
      ['msg.iov', promises.recvmsg(a, { iov: new Array<Uint8Array>(1025).fill(room()) })],
      ['msg.iov[0]', promises.recvmsg(a, { iov: [5 as unknown as Uint8Array] })],
      ['msg.controlLength', promises.recvmsg(a, { iov: [], controlLength: -1 })],
      ['flags', promises.recvfrom(a, room(), 0.5)],
      ['flags', promises.recvmsg(a, { iov: [] }, 0.5)],
      ['fd', promises.read(a, room())],
    ];
    for (const [name, promise] of wrong) {
      expect(((await rejection(promise)) as Error).message).toContain(`The "${name}" argument`);
    }
    expect(await isSettled(first)).toBe(false);
    sendNow(b, 'x');
    expect(await first).toBe(1);
  });

  it('is refused at once behind others that wait to send', async () => {
    const [a] = unixPair();
    fill(a);
    const first = promises.send(a, 'x');
    const none = 5 as unknown as null;
    const wrong: [string, Promise<unknown>][] = [
      ['buf', promises.send(a, none as unknown as string)],
      ['flags', promises.send(a, 'x', 0.5)],
      ['length', promises.send(a, 'xyz', 0, 1, 3)],
      ['buf', promises.sendto(a, none as unknown as string, 0, null)],
      ['flags', promises.sendto(a, 'x', 0.5, null)],
      ['addr', promises.sendto(a, 'x', 0, none)],
      ['offset', promises.sendto(a, 'x', 0, null, 2)],
      ['msg.name', promises.sendmsg(a, { name: none, iov: [] })],
      ['flags', promises.sendmsg(a, { iov: [] }, 0.5)],
      ['fd', promises.write(a, 'x')],
    ];
    for (const [name, promise] of wrong) {
      expect(((await rejection(promise)) as Error).message).toContain(`The "${name}" argument`);
    }
    expect(await isSettled(first)).toBe(false);
    shut(a);
    expect(await failure(first)).toEqual(['send', 'EBADF']);
  });

  it('that becomes wrong while waiting rejects', async () => {
    const [a, b] = unixPair();
    const buf = new Uint8Array(8);
    const waiting = recv(a, buf);
    structuredClone(buf.buffer, { transfer: [buf.buffer] });
    sendNow(b, 'x');
    expect(await rejection(waiting)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(recvNow(a, room())).toBe(1);
  });
});

describe('O_NONBLOCK', () => {
  it('is needed by what no flag keeps from blocking, and the error says so', async () => {
    const { client, listener } = tcpPair();
    expect(fcntl(client, F_GETFL) & O_NONBLOCK).toBe(0);
    const addr = { family: 2, addr: '127.0.0.1', port: 9 } as const;
    const [blocking, w] = pipe();
    own(blocking);
    own(w);
    // Nothing is set at all: O_RDONLY is 0.
    expect(fcntl(blocking, F_GETFL)).toBe(0);
    const calls: [string, Promise<unknown>][] = [
      ['read', promises.read(blocking, room())],
      ['accept', promises.accept(listener)],
      ['accept4', promises.accept4(listener)],
      ['connect', promises.connect(client, addr)],
      ['read', promises.read(client, room())],
      ['write', promises.write(client, 'x')],
    ];
    for (const [name, promise] of calls) {
      const error = await rejection(promise);
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining(
          `The "fd" argument must be non-blocking (O_NONBLOCK): ${name} would block the event loop`,
        ),
      });
    }
  });

  it('is not set by anything here', async () => {
    const { client, server } = tcpPair();
    const waiting = recv(client, room());
    await promises.send(server, 'x');
    await waiting;
    expect(fcntl(client, F_GETFL) & O_NONBLOCK).toBe(0);
    expect(fcntl(server, F_GETFL) & O_NONBLOCK).toBe(0);
  });
});
