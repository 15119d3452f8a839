import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  bind,
  EAGAIN,
  EPERM,
  F_GETFL,
  fcntl,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  listen,
  O_NONBLOCK,
  POLLIN,
  poll as pollNow,
  recv as recvNow,
  SO_ERROR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send as sendNow,
  TCP_INFO,
  tcpStateName,
} from '../../lib/index.js';
import { accept, accept4, connect, recv, send } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { netns } from '../support/child.js';
import { failure, isSettled, rejection, turns, warmPromises } from '../support/promises.js';
import {
  bound,
  closedFd,
  guardFds,
  listener,
  open,
  own,
  refusingAddr,
  shut,
} from '../support/sockets.js';

warmPromises();
guardFds();

const client = (): number => open(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);

describe('accept', () => {
  it('waits for connections, in the order of asking', async () => {
    const { fd, addr } = listener(8, undefined, SOCK_NONBLOCK);
    const all = [accept(fd), accept4(fd, SOCK_NONBLOCK), accept4(fd)];
    await turns();
    expect(await isSettled(all[0] as Promise<unknown>)).toBe(false);
    const clients = [client(), client(), client()];
    for (const each of clients) await connect(each, addr);
    const accepted = await Promise.all(all);
    for (const each of accepted) own(each.fd);
    expect(accepted.map((each) => each.addr)).toEqual(clients.map(getsockname));
    const flags = accepted.map((each) => fcntl(each.fd, F_GETFL) & O_NONBLOCK);
    expect(flags).toEqual([0, O_NONBLOCK, 0]);
  });

  it('rejects with what the kernel says', async () => {
    expect(await failure(accept(closedFd()))).toEqual(['accept', 'EBADF']);
    expect(await failure(accept(client()))).toEqual(['accept', 'EINVAL']);
    const { fd } = bound(SOCK_DGRAM | SOCK_NONBLOCK);
    expect(await failure(accept4(fd, SOCK_NONBLOCK))).toEqual(['accept4', 'EOPNOTSUPP']);
    const listening = listener(8, undefined, SOCK_NONBLOCK);
    expect(await failure(accept4(listening.fd, 1))).toEqual(['accept4', 'EINVAL']);
  });

  it('refuses behind one who waits what it refuses alone', async () => {
    const { fd } = listener(8, undefined, SOCK_NONBLOCK);
    const first = accept(fd);
    expect(await rejection(accept4(fd, 0.5))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    shut(fd);
    expect(await failure(first)).toEqual(['accept', 'EBADF']);
  });
});

describe('connect', () => {
  it('is resolved when the connection is there', async () => {
    const { fd, addr } = listener();
    const connecting = client();
    expect(await connect(connecting, addr)).toBeUndefined();
    expect(tcpStateName(getsockopt(connecting, IPPROTO_TCP, TCP_INFO).state)).toBe('ESTABLISHED');
    expect(getpeername(connecting)).toEqual(getsockname(fd));
  });

  it('is rejected with what SO_ERROR says', async () => {
    const addr = refusingAddr();
    const connecting = client();
    const error = await rejection(connect(connecting, addr));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', addr });
    expect((error as Error).message).toBe(`connect ECONNREFUSED 127.0.0.1:${addr.port}`);
    expect(getsockopt(connecting, SOL_SOCKET, SO_ERROR)).toBe(0);
  });

  it('is rejected when somebody else has read SO_ERROR', async () => {
    const connecting = client();
    const waiting = connect(connecting, refusingAddr());
    expect(pollNow([{ fd: connecting, events: 0 }], 10_000)).toBe(1);
    expect(getsockopt(connecting, SOL_SOCKET, SO_ERROR)).toBe(111);
    expect(await failure(waiting)).toEqual(['connect', 'ECONNABORTED']);
  });

  it('on an AF_UNIX listener whose queue is full is EAGAIN', async () => {
    for (const type of [SOCK_STREAM, SOCK_SEQPACKET]) {
      const fd = open(AF_UNIX, type);
      bind(fd, { family: AF_UNIX });
      listen(fd, 0);
      const addr = getsockname(fd);
      const results = [];
      for (let i = 0; i < 3; i++) {
        results.push(raw.connect(open(AF_UNIX, type | SOCK_NONBLOCK), addr));
      }
      expect(results).toContain(-EAGAIN);
      const late = open(AF_UNIX, type | SOCK_NONBLOCK);
      expect(await failure(connect(late, addr))).toEqual(['connect', 'EAGAIN']);
      const { fd: accepted } = { fd: raw.accept(fd) };
      own(accepted);
      await connect(late, addr);
      expect(getpeername(late)).toEqual(addr);
    }
  });

  it('on a datagram socket needs no O_NONBLOCK', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const sender = open(AF_INET, SOCK_DGRAM);
    await connect(sender, addr);
    sendNow(sender, 'x');
    expect(recvNow(fd, new Uint8Array(8))).toBe(1);
  });

  it('on a raw socket needs no O_NONBLOCK either', async (context) => {
    const fd = raw.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (fd === -EPERM) context.skip('a raw socket needs CAP_NET_RAW');
    // Without a port, getpeername would say that it is not connected.
    const addr = { family: AF_INET, addr: '127.0.0.1', port: 7 } as const;
    await connect(own(fd), addr);
    expect(getpeername(fd)).toEqual(addr);
  });

  it('is the kernel’s to refuse while another waits', async () => {
    const { fd, addr } = listener();
    // The queue is full with one more: the next connection is not answered.
    listen(fd, 0);
    await connect(client(), addr);
    expect(pollNow([{ fd, events: POLLIN }], 10_000)).toBe(1);
    const connecting = client();
    const first = connect(connecting, addr);
    await turns();
    expect(await isSettled(first)).toBe(false);
    expect(await failure(connect(connecting, addr))).toEqual(['connect', 'EALREADY']);
    shut(connecting);
    expect(await failure(first)).toEqual(['connect', 'EBADF']);
  });

  it('rejects what the kernel rejects at once', async () => {
    const { addr } = listener();
    const connected = client();
    await connect(connected, addr);
    // The first time, it is the answer to what was in progress.
    await connect(connected, addr);
    expect(await failure(connect(connected, addr))).toEqual(['connect', 'EISCONN']);
    expect(await failure(connect(closedFd(), addr))).toEqual(['connect', 'EBADF']);
  });

  it('can be given up, and the socket closed', async () => {
    // A network that answers nothing: nobody has the address next door.
    const told = netns(
      `const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
       const addr = { family: s.AF_INET, addr: '192.0.2.2', port: 9 };
       const given = await promises.connect(fd, addr, { timeout: 20 }).catch((e) => e.name);
       const again = await promises.connect(fd, addr).catch((e) => e.code);
       const controller = new AbortController();
       const other = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
       const waiting = promises.connect(other, addr, { signal: controller.signal });
       setImmediate(() => s.close(other));
       tell([given, again, await waiting.catch((e) => e.code)]);`,
      'ip link add v0 type veth peer name v1; ip addr add 192.0.2.1/24 dev v0; ip link set v0 up; ip link set v1 up',
    );
    expect(told).toEqual([['TimeoutError', 'EALREADY', 'EBADF']]);
  });
});

describe('a thousand connections', () => {
  it('are echoed without a byte lost', async () => {
    const { fd, addr } = listener(4096, undefined, SOCK_NONBLOCK);
    const count = 1000;
    const size = 3000;
    async function serve(): Promise<void> {
      const served: Promise<void>[] = [];
      for (let i = 0; i < count; i++) served.push(echo(own((await accept4(fd)).fd)));
      await Promise.all(served);
    }
    async function echo(connection: number): Promise<void> {
      const buf = new Uint8Array(1024);
      for (let n = await recv(connection, buf); n > 0; n = await recv(connection, buf)) {
        for (let at = 0; at < n; ) at += await send(connection, buf, 0, at, n - at);
      }
      shut(connection);
    }
    async function talk(i: number): Promise<boolean> {
      const connecting = client();
      await connect(connecting, addr);
      const said = Buffer.from(Array.from({ length: size }, (_, n) => (i * 31 + n * 7) & 0xff));
      const heard = Buffer.alloc(size);
      const listening = (async () => {
        for (let at = 0; at < size; ) at += await recv(connecting, heard, 0, at);
      })();
      for (let at = 0; at < size; )
        at += await send(connecting, said, 0, at, Math.min(700, size - at));
      await listening;
      shut(connecting);
      return heard.equals(said);
    }
    const all = Promise.all(Array.from({ length: count }, (_, i) => talk(i)));
    await serve();
    expect((await all).filter((equal) => !equal)).toEqual([]);
  }, 60_000);
});
