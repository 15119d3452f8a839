/** What the tests of sockfd/promises share. */
import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll } from 'vitest';
import {
  AF_UNIX,
  close,
  EAGAIN,
  getsockopt,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  poll,
  SO_PROTOCOL,
  SOCK_DGRAM,
  SOL_SOCKET,
  SystemError,
  socketpair,
  TCP_INFO,
} from '../../lib/index.js';
import { recv } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { epollTargets } from './proc.js';

/** Called once in a file: the epoll descriptor of the promises is opened once, and stays. */
export function warmPromises(): void {
  beforeAll(async () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_DGRAM);
    await recv(a, new Uint8Array(1), { timeout: 0 }).catch(() => undefined);
    close(a);
    close(b);
  });
}

/** What a promise was rejected with; an error when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise was resolved');
}

/** The call and the code of the SystemError that a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<[string, string]> {
  const error = await rejection(promise);
  if (!(error instanceof SystemError)) throw error;
  return [error.syscall, error.code];
}

/** Whether a promise is settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  // What is settled already has called by then.
  await Promise.resolve();
  return settled;
}

/** One round of the event loop, in which what is ready is told. */
export async function turns(n = 2): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** What the kernel says is registered under a number in epoll descriptors of this process. */
export function registered(fd: number): { events: number; generation: number }[] {
  const epolls = readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === 'anon_inode:[eventpoll]';
    } catch {
      return false;
    }
  });
  return epolls.flatMap((epfd) =>
    epollTargets(Number(epfd))
      .filter((target) => target.fd === fd)
      // Those of ours say in the upper half which registration it is.
      .filter(({ data }) => data >> 32n !== 0n && Number(data & 0xffff_ffffn) === fd)
      .map(({ events, data }) => ({ events: events & 0xffff, generation: Number(data >> 32n) })),
  );
}

/** Whether TCP has something on its way, which makes room when it is acknowledged: 40 ms later. */
function isUnderWay(fd: number): boolean {
  const isTcp = getsockopt(fd, SOL_SOCKET, SO_PROTOCOL) === IPPROTO_TCP;
  return isTcp && getsockopt(fd, IPPROTO_TCP, TCP_INFO).unacked > 0;
}

/** Sends until the buffer is full, and stays so. @returns how many bytes that took */
export function fill(fd: number): number {
  const chunk = new Uint8Array(65536);
  for (let sent = 0, looks = 0; ; ) {
    // Looked for first: what is acknowledged between the two calls has made room for the second.
    const mayHaveRoom = isUnderWay(fd);
    const n = raw.send(fd, chunk, MSG_DONTWAIT);
    if (n === -EAGAIN) {
      // Where something is never acknowledged, it is as full as it will be.
      if (!mayHaveRoom || ++looks > 1000) return sent;
      poll([], 1);
    } else if (n < 0) throw new SystemError(n, 'send');
    else sent += n;
  }
}

/** Collects all that nobody holds. What a turn of the event loop has touched is held until it ends. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
