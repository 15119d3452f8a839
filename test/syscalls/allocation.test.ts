/** The reusable form of sendmmsg and recvmmsg: after the first calls, nothing is allocated. */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  CMSG_SPACE,
  connect,
  IP_RECVTTL,
  IPPROTO_IP,
  type MessageSlot,
  MSG_DONTWAIT,
  MsgVec,
  recvmmsg,
  SOCK_DGRAM,
  sendmmsg,
  setsockopt,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { gc, taken } from '../support/allocation.js';
import { bound, guardFds, open } from '../support/sockets.js';

guardFds();

/** As many as the queue of a receiver holds by default, of this size. */
const COUNT = 64;
const SIZE = 100;

/** A socket and one that it is connected to, which is told the TTL. */
function pair(): { from: number; to: number } {
  const to = bound(SOCK_DGRAM);
  setsockopt(to.fd, IPPROTO_IP, IP_RECVTTL, true);
  const from = open(AF_INET, SOCK_DGRAM);
  connect(from, to.addr);
  return { from, to: to.fd };
}

describe.skipIf(gc === undefined)('a MsgVec', () => {
  const calls = [
    ['sockfd', { sendmmsg, recvmmsg }],
    ['sockfd/raw', { sendmmsg: raw.sendmmsg, recvmmsg: raw.recvmmsg }],
  ] as const;

  it.each(calls)('is sent and received without memory for each message: %s', (_, api) => {
    const { from, to } = pair();
    const sent = new MsgVec(COUNT, SIZE);
    const received = new MsgVec(COUNT, SIZE, 16, CMSG_SPACE(4));
    const call = (): number => {
      api.sendmmsg(from, sent);
      return api.recvmmsg(to, received, MSG_DONTWAIT);
    };
    const { heap, external } = taken(call, COUNT);
    expect(heap).toBeLessThan(8 * COUNT);
    expect(external).toBeLessThan(COUNT);
  });

  it('differs in that from a list, whose results are objects', () => {
    const { from, to } = pair();
    const sent = Array.from({ length: COUNT }, () => ({ iov: [new Uint8Array(SIZE)] }));
    const slots = sent.map(({ iov }): MessageSlot => ({ iov, controlLength: CMSG_SPACE(4) }));
    const call = (): number => {
      sendmmsg(from, sent);
      return recvmmsg(to, slots, MSG_DONTWAIT);
    };
    expect(taken(call, COUNT).heap).toBeGreaterThan(64 * COUNT);
  });
});
