import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  accept,
  CMSG_SPACE,
  connect,
  controlValue,
  EAGAIN,
  EPOLLERR,
  EPOLLHUP,
  IP_RECVERR,
  IPPROTO_IP,
  listen,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_PEEK,
  MSG_WAITALL,
  SCM_RIGHTS,
  SHUT_WR,
  SO_LINGER,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  sendmsg as sendmsgNow,
  send as sendNow,
  sendto as sendtoNow,
  setsockopt,
  shutdown,
} from '../../lib/index.js';
import { recv, recvfrom, recvmsg, send } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { failure, fill, isSettled, registered, turns, warmPromises } from '../support/promises.js';
import {
  bound,
  closedFd,
  guardFds,
  open,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

warmPromises();
guardFds();

describe('recv', () => {
  it('has what is there at once, and otherwise what comes, in its part of the buffer', async () => {
    const { client, server } = tcpPair();
    const buf = Buffer.alloc(16, '.');
    sendNow(server, 'now');
    expect(await recv(client, buf)).toBe(3);
    const later = recv(client, buf, 0, 4, 5);
    expect(await isSettled(later)).toBe(false);
    sendNow(server, 'later and more');
    expect(await later).toBe(5);
    expect(buf.toString()).toBe('now.later.......');
    expect(await recv(client, buf)).toBe(9);
  });

  it('returns 0 at the end of a stream', async () => {
    const { client, server } = tcpPair();
    const end = recv(client, new Uint8Array(8));
    shutdown(server, SHUT_WR);
    expect(await end).toBe(0);
    expect(await recv(client, new Uint8Array(8))).toBe(0);
  });

  it('leaves with MSG_PEEK what it shows', async () => {
    const [a, b] = unixPair();
    const peek = recv(a, new Uint8Array(8), MSG_PEEK);
    const take = recv(a, new Uint8Array(8));
    sendNow(b, 'xyz');
    expect(await Promise.all([peek, take])).toEqual([3, 3]);
  });

  it('waits with MSG_DONTWAIT as well, and with MSG_WAITALL for the first bytes', async () => {
    const [a, b] = unixPair();
    for (const flags of [MSG_DONTWAIT, MSG_WAITALL]) {
      const waiting = recv(a, new Uint8Array(8), flags);
      expect(await isSettled(waiting)).toBe(false);
      sendNow(b, 'four');
      expect(await waiting).toBe(4);
    }
  });

  it('does not stand in line behind who waits to send', async () => {
    const { client } = tcpPair();
    fill(client);
    const sending = failure(send(client, 'x'));
    const urgent = failure(recv(client, new Uint8Array(8), MSG_OOB));
    await turns();
    expect(await isSettled(urgent)).toBe(true);
    expect(await urgent).toEqual(['recv', 'EINVAL']);
    shut(client);
    expect(await sending).toEqual(['send', 'EBADF']);
  });

  it('rejects with what the kernel says', async () => {
    const { client, server } = tcpPair();
    expect(await failure(recv(closedFd(), new Uint8Array(8)))).toEqual(['recv', 'EBADF']);
    expect(await failure(recv(client, new Uint8Array(8), MSG_OOB))).toEqual(['recv', 'EINVAL']);
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    const waiting = recv(client, new Uint8Array(8));
    shut(server);
    expect(await failure(waiting)).toEqual(['recv', 'ECONNRESET']);
  });

  it('gets urgent data beside the others', async () => {
    const { client, server } = tcpPair();
    const ordinary = recv(client, new Uint8Array(8));
    sendNow(server, '!', MSG_OOB);
    const buf = new Uint8Array(1);
    expect(await recv(client, buf, MSG_OOB, { timeout: 5000 })).toBe(1);
    expect(String.fromCharCode(...buf)).toBe('!');
    expect(await isSettled(ordinary)).toBe(false);
    sendNow(server, 'x');
    expect(await ordinary).toBe(1);
  });
});

describe('what comes long after it was asked for', () => {
  const buf = (): Uint8Array => new Uint8Array(8);
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

  it.each<[string, (fd: number) => Promise<unknown>]>([
    ['recv', (fd) => recv(fd, buf())],
    ['recvfrom', (fd) => recvfrom(fd, buf())],
    ['recvmsg', (fd) => recvmsg(fd, { iov: [buf()] })],
  ])('is told to who waits in %s', async (_call, wait) => {
    const [a, b] = unixPair();
    const waiting = wait(a);
    await turns(3);
    expect(await isSettled(waiting)).toBe(false);
    sendNow(b, 'x');
    const got = await waiting;
    expect(typeof got === 'number' ? got : (got as { bytes: number }).bytes).toBe(1);
  });

  it('is told to who waits for urgent data', async () => {
    // The urgent byte is announced before it can come: the window is closed.
    const { fd, addr } = bound(SOCK_STREAM);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 4096);
    listen(fd, 1);
    const server = open(AF_INET, SOCK_STREAM);
    connect(server, addr);
    const client = own(accept(fd).fd);
    const sent = await send(server, new Uint8Array(30_000));
    expect(sent).toBe(30_000);
    expect(await send(server, '!', MSG_OOB)).toBe(1);
    // Until the kernel asks whether the window is open, and says so with it.
    const announced = (): boolean => raw.recv(client, buf(), MSG_OOB | MSG_DONTWAIT) === -EAGAIN;
    for (let n = 0; n < 5000 && !announced(); n++) await later();
    const one = new Uint8Array(1);
    const urgent = recv(client, one, MSG_OOB);
    await turns(3);
    expect(await isSettled(urgent)).toBe(false);
    for (let got = 0; got < sent; ) got += await recv(client, new Uint8Array(1 << 16));
    expect(await urgent).toBe(1);
    expect(one[0]).toBe('!'.charCodeAt(0));
  });
});

describe('recvfrom', () => {
  it('says who sent', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const { fd: sender, addr: from } = bound(SOCK_DGRAM);
    const buf = Buffer.alloc(8);
    const waiting = recvfrom(fd, buf);
    sendtoNow(sender, 'hello', 0, addr);
    expect(await waiting).toEqual({ bytes: 5, addr: from });
    expect(buf.toString('utf8', 0, 5)).toBe('hello');
    sendtoNow(sender, '', 0, addr);
    expect(await recvfrom(fd, buf)).toEqual({ bytes: 0, addr: from });
  });
});

describe('recvmsg', () => {
  it('waits for data and the descriptors with them', async () => {
    const [a, b] = unixPair();
    const [c, d] = unixPair();
    const parts = [Buffer.alloc(2), Buffer.alloc(8)];
    const waiting = recvmsg(a, { iov: parts, controlLength: CMSG_SPACE(4) });
    const rights = { level: SOL_SOCKET, type: SCM_RIGHTS, value: [c] } as const;
    sendmsgNow(b, { iov: [Buffer.from('hello')], control: [rights] });
    const { bytes, control, flags, name } = await waiting;
    expect({ bytes, flags, name }).toEqual({ bytes: 5, flags: 0, name: { family: 0 } });
    const [received = -1] = controlValue(control, SOL_SOCKET, SCM_RIGHTS) ?? [];
    own(received);
    sendNow(d, 'x');
    expect(await recv(received, new Uint8Array(1))).toBe(1);
    expect(Buffer.concat(parts).toString('latin1', 0, 5)).toBe('hello');
  });

  it('is not changed by what becomes of its arguments', async () => {
    const [a, b] = unixPair();
    const buf = Buffer.alloc(8);
    const msg = { iov: [buf], controlLength: 0 };
    const waiting = recvmsg(a, msg);
    msg.iov.length = 0;
    msg.controlLength = -1;
    sendNow(b, 'hello');
    expect(await waiting).toMatchObject({ bytes: 5 });
    expect(buf.toString('utf8', 0, 5)).toBe('hello');
  });

  it('waits with MSG_ERRQUEUE for nothing that is no error', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const queue = recvmsg(fd, { iov: [new Uint8Array(8)] }, MSG_ERRQUEUE);
    sendtoNow(fd, 'data', 0, addr);
    await turns(3);
    expect(await isSettled(queue)).toBe(false);
    expect(registered(fd)).toEqual([expect.objectContaining({ events: EPOLLERR | EPOLLHUP })]);
    shut(fd);
    expect(await failure(queue)).toEqual(['recvmsg', 'EBADF']);
  });

  it('waits with MSG_ERRQUEUE for an error, beside one who waits for data', async () => {
    const { fd } = bound(SOCK_DGRAM);
    const addr = refusingAddr(SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, true);
    const data = recv(fd, new Uint8Array(8)).catch((error) => error.code);
    const queue = recvmsg(fd, { iov: [new Uint8Array(8)], controlLength: 128 }, MSG_ERRQUEUE);
    await turns();
    expect(await isSettled(queue)).toBe(false);
    sendtoNow(fd, 'x', 0, addr);
    expect(await data).toBe('ECONNREFUSED');
    const { name, flags } = await queue;
    expect(flags & MSG_ERRQUEUE).toBe(MSG_ERRQUEUE);
    expect(name).toEqual(addr);
  });
});
