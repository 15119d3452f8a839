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
import { gc, taken } from '../support/allocation.js';
import { guardFds, own } from '../support/sockets.js';

guardFds();

/** So many descriptors are ready at once. */
const COUNT = 128;

/** An epoll descriptor of which every call tells COUNT events. */
function busy(): number {
  const epfd = own(epoll_create1());
  for (let n = 0; n < COUNT; n++) {
    epoll_ctl(epfd, EPOLL_CTL_ADD, own(eventfd(1)), { events: EPOLLIN });
  }
  return epfd;
}

describe.skipIf(gc === undefined)('the events of epoll', () => {
  it('are written to memory of the caller without memory for each: sockfd/raw', () => {
    const epfd = busy();
    const words = new Uint32Array(3 * COUNT);
    const zero = { sec: 0, nsec: 0 };
    const limit = new BigInt64Array(2);
    const { heap, external } = taken(() => raw.epoll_wait(epfd, words, COUNT, 0), COUNT);
    // Less than a word for an event: it is nothing for an event, and a little for a call.
    expect(heap).toBeLessThan(4 * COUNT);
    expect(external).toBeLessThan(COUNT);
    const precise = taken(() => raw.epoll_pwait2(epfd, words, COUNT, limit), COUNT);
    expect(precise.heap).toBeLessThan(4 * COUNT);
    expect(precise.external).toBeLessThan(COUNT);
    // A timespec that is an object is encoded for each call, not for each event.
    const encoded = taken(() => raw.epoll_pwait2(epfd, words, COUNT, zero), COUNT);
    expect(encoded.external).toBeLessThan(COUNT);
  });

  it('are objects in the checked form, which is seen by the same measure', () => {
    const epfd = busy();
    const { heap } = taken(() => epoll_wait(epfd, COUNT, 0).length, COUNT);
    expect(heap).toBeGreaterThan(16 * COUNT);
  });
});
