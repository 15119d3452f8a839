/** The raw form of epoll_wait allocates nothing for an event; the checked one makes objects. */
import { describe, expect, it } from 'vitest';
import {
  EPOLL_CTL_ADD,
  EPOLLIN,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  eventfd,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { guardFds, own } from '../support/sockets.js';

guardFds();

const { gc } = globalThis;

/** So many descriptors are ready at once, and so many events are asked for in all. */
const COUNT = 128;
const EVENTS = 100_000;

/**
 * Bytes of heap, and of memory outside of it, that `call` takes for all events: summed call by
 * call, so that a collection between two of them hides nothing.
 */
function allocated(call: () => number): { heap: number; external: number } {
  const sum = { heap: 0, external: 0 };
  let told = 0;
  for (let n = 0; n < EVENTS / COUNT; n++) {
    const before = process.memoryUsage();
    told += call();
    const after = process.memoryUsage();
    sum.heap += Math.max(0, after.heapUsed - before.heapUsed);
    sum.external += Math.max(0, after.external - before.external);
  }
  expect(told).toBe(Math.ceil(EVENTS / COUNT) * COUNT);
  return sum;
}

/** An epoll descriptor of which every call tells COUNT events. */
function busy(): number {
  const epfd = own(epoll_create1());
  for (let n = 0; n < COUNT; n++) {
    epoll_ctl(epfd, EPOLL_CTL_ADD, own(eventfd(1)), { events: EPOLLIN });
  }
  return epfd;
}

/** What a call takes once it is warm, without what measuring takes. */
function taken(call: () => number): { heap: number; external: number } {
  allocated(call);
  gc?.();
  const { heap, external } = allocated(call);
  return { heap: heap - allocated(() => COUNT).heap, external };
}

describe.skipIf(gc === undefined)('the events of epoll', () => {
  it('are written to memory of the caller without memory for each: sockfd/raw', () => {
    const epfd = busy();
    const words = new Uint32Array(3 * COUNT);
    const zero = { sec: 0, nsec: 0 };
    const limit = new BigInt64Array(2);
    const { heap, external } = taken(() => raw.epoll_wait(epfd, words, COUNT, 0));
    // Less than a word for an event: it is nothing for an event, and a little for a call.
    expect(heap).toBeLessThan(2 * EVENTS);
    expect(external).toBeLessThan(EVENTS);
    const precise = taken(() => raw.epoll_pwait2(epfd, words, COUNT, limit));
    expect(precise.heap).toBeLessThan(2 * EVENTS);
    expect(precise.external).toBeLessThan(EVENTS);
    // A timespec that is an object is encoded for each call, not for each event.
    const encoded = taken(() => raw.epoll_pwait2(epfd, words, COUNT, zero));
    expect(encoded.external).toBeLessThan(EVENTS);
  });

  it('are objects in the checked form, which is seen by the same measure', () => {
    const epfd = busy();
    const { heap } = taken(() => epoll_wait(epfd, COUNT, 0).length);
    expect(heap).toBeGreaterThan(16 * EVENTS);
  });
});
