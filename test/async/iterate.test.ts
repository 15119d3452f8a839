import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  CMSG_SPACE,
  connect,
  controlValue,
  EPOLL_CTL_ADD,
  EPOLLIN,
  encodeControl,
  epoll_create1,
  epoll_ctl,
  MSG_TRUNC,
  POLLIN,
  poll,
  recv as recvNow,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  sendmsg as sendmsgNow,
  send as sendNow,
  sendto as sendtoNow,
} from '../../lib/index.js';
import { connections, datagrams, epollEvents, recv } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { countFds } from '../support/fds.js';
import { collectGarbage, failure, rejection, turns, warmPromises } from '../support/promises.js';
import {
  bound,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  shut,
  unixPair,
} from '../support/sockets.js';

warmPromises();
guardFds();

describe('connections', () => {
  it('come to a loop, which may be left', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const clients = [1, 2, 3].map(() => open(AF_INET, SOCK_STREAM));
    for (const client of clients) connect(client, addr);
    let n = 0;
    for await (const accepted of connections(fd, { flags: SOCK_NONBLOCK })) {
      own(accepted.fd);
      if (++n === 2) break;
    }
    // The third is in the queue still.
    const { value } = await connections(fd).next();
    own(value?.fd ?? -1);
    expect(value).toMatchObject({ addr: { family: AF_INET } });
  });

  it('end for who waits when the loop is ended', async () => {
    const { fd } = listener(8, undefined, SOCK_NONBLOCK);
    const loop = connections(fd);
    const waiting = [loop.next(), loop.next()];
    expect(await loop.return?.()).toEqual({ value: undefined, done: true });
    for (const each of waiting) expect(await each).toEqual({ value: undefined, done: true });
    expect(await loop.next()).toEqual({ value: undefined, done: true });
  });

  it('are handed on by a generator, with what ends it', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    async function* delegating(): AsyncGenerator<unknown, unknown> {
      return yield* connections(fd);
    }
    const reason = new Error('thrown in');
    const endings = [
      (it: AsyncGenerator<unknown, unknown>) => it.return(Promise.resolve('value')),
      (it: AsyncGenerator<unknown, unknown>) => it.throw(reason).catch((error) => error),
    ];
    const ended: unknown[] = [];
    for (const end of endings) {
      connect(open(AF_INET, SOCK_STREAM), addr);
      const loop = delegating();
      own(((await loop.next()).value as { fd: number }).fd);
      ended.push(await end(loop));
      expect(await loop.next()).toEqual({ value: undefined, done: true });
    }
    expect(ended).toEqual([{ value: 'value', done: true }, reason]);
  });

  it('that nobody gets any more are closed', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const [a, b] = unixPair();
    const client = open(AF_INET, SOCK_STREAM);
    const loop = connections(fd);
    const before = countFds();
    const next = loop.next();
    // Told first in the same turn, it ends the loop before the loop has its connection.
    const ended = recv(a, new Uint8Array(1)).then(() => loop.return?.());
    sendNow(b, 'x');
    connect(client, addr);
    expect(poll([{ fd, events: POLLIN }], 10_000)).toBe(1);
    await ended;
    expect(await next).toEqual({ value: undefined, done: true });
    expect(countFds()).toBe(before);
    // It was accepted, and closed: the peer sees the end of it. Or it is in the queue still.
    const left = raw.accept(fd);
    if (left >= 0) own(left);
    else expect(recvNow(client, new Uint8Array(1))).toBe(0);
  });

  it('end with a timeout that only they hold', async () => {
    const { fd } = listener(8, undefined, SOCK_NONBLOCK);
    const loop = connections(fd, { signal: AbortSignal.timeout(20) });
    // What was made in this turn is kept until it ends.
    await turns();
    collectGarbage();
    expect(await rejection(loop.next())).toMatchObject({ name: 'TimeoutError' });
  });

  it('end with an error, or with the reason of a signal', async () => {
    const { fd } = listener(8, undefined, SOCK_NONBLOCK);
    const controller = new AbortController();
    const waiting = connections(fd, { signal: controller.signal }).next();
    controller.abort();
    expect(await rejection(waiting)).toBe(controller.signal.reason);
    const closing = connections(fd).next();
    shut(fd);
    expect(await failure(closing)).toEqual(['accept4', 'EBADF']);
    expect(() => connections(fd, { signal: 5 as unknown as AbortSignal })).toThrow(
      'options.signal',
    );
    // A signal in the place of the options would end nothing.
    for (const wrong of [null, [], controller.signal]) {
      expectRefused(() => connections(fd, wrong as never), TypeError, 'options');
      expectRefused(() => datagrams(fd, wrong as never), TypeError, 'options');
      expectRefused(() => epollEvents(fd, wrong as never), TypeError, 'options');
    }
  });
});

describe('datagrams', () => {
  it('come with their sender, each in memory of its own', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const { fd: sender, addr: from } = bound(SOCK_DGRAM);
    const said = ['one', '', 'three'];
    const heard: string[] = [];
    const all: Uint8Array[] = [];
    setTimeout(() => said.map((text) => sendtoNow(sender, text, 0, addr)), 1);
    for await (const { data, name, flags, control } of datagrams(fd, { size: 4 })) {
      expect({ name, control }).toEqual({ name: from, control: [] });
      all.push(data);
      heard.push(`${Buffer.from(data).toString()}${flags & MSG_TRUNC ? '…' : ''}`);
      if (heard.length === 3) break;
    }
    expect(heard).toEqual(['one', '', 'thre…']);
    expect(Buffer.from(all[0] ?? []).toString()).toBe('one');
  });

  it('come with control messages, whose descriptors are closed when nobody gets them', async () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const [c, d] = unixPair();
    const rights = encodeControl([{ level: SOL_SOCKET, type: SCM_RIGHTS, value: [c] }]);
    const loop = datagrams(a, { controlLength: CMSG_SPACE(4) });
    const first = loop.next();
    sendmsgNow(b, { iov: [Buffer.from('x')], control: rights });
    const { value } = await first;
    const [fd = -1] = controlValue(value?.control ?? [], SOL_SOCKET, SCM_RIGHTS) ?? [];
    own(fd);
    expect(fd).not.toBe(c);
    const before = countFds();
    const next = loop.next();
    const ended = recv(d, new Uint8Array(1)).then(() => loop.return?.());
    sendNow(c, 'x');
    sendmsgNow(b, { iov: [Buffer.from('x')], control: rights });
    await ended;
    expect(await next).toEqual({ value: undefined, done: true });
    expect(countFds()).toBe(before);
  });
});

describe('datagrams and connections', () => {
  it('refuse at once what is no room, and no flags', async () => {
    const [a] = unixPair(SOCK_DGRAM);
    for (const [options, name] of [
      [{ size: -1 }, 'options.size'],
      [{ size: 2 ** 31 }, 'options.size'],
      [{ controlLength: -1 }, 'options.controlLength'],
      [{ flags: 0.5 }, 'flags'],
    ] as const) {
      expect(() => datagrams(a, options)).toThrow(`The "${name}" argument`);
    }
  });
});

describe('epollEvents', () => {
  it('come as epoll_wait tells them', async () => {
    const [a, b] = unixPair();
    const epfd = own(epoll_create1());
    epoll_ctl(epfd, EPOLL_CTL_ADD, a, { events: EPOLLIN, data: 7 });
    setImmediate(() => sendNow(b, 'x'));
    let n = 0;
    for await (const events of epollEvents(epfd, { maxevents: 2 })) {
      expect(events).toEqual([{ events: EPOLLIN, data: 7 }]);
      if (++n === 2) break;
    }
    await turns();
  });
});
