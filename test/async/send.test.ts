import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  accept,
  bind,
  CMSG_SPACE,
  connect,
  controlValue,
  encodeControl,
  encodeSockaddr,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  listen,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  MSG_PEEK,
  POLLIN,
  poll,
  recvfrom as recvfromNow,
  recvmsg as recvmsgNow,
  recv as recvNow,
  SCM_RIGHTS,
  SHUT_RDWR,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
  shutdown,
  TCP_INFO,
  TCP_SYN_SENT,
} from '../../lib/index.js';
import { send, sendmsg, sendto } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { failure, fill, isSettled, turns, warmPromises } from '../support/promises.js';
import {
  bound,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

warmPromises();
guardFds();

/** Reads all there is. @returns how many bytes that was */
function drain(fd: number): number {
  const buf = new Uint8Array(1 << 20);
  for (let total = 0; ; ) {
    const n = raw.recv(fd, buf, MSG_DONTWAIT);
    if (n <= 0) return total;
    total += n;
  }
}

describe('send', () => {
  it('waits for room, without O_NONBLOCK too', async () => {
    const { client, server } = tcpPair();
    const full = fill(client);
    const waiting = send(client, 'last', 0, 1, 2);
    await turns();
    expect(await isSettled(waiting)).toBe(false);
    let got = 0;
    while (got < full) got += recvNow(server, new Uint8Array(1 << 20));
    expect(await waiting).toBe(2);
    expect(recvNow(server, new Uint8Array(8))).toBe(2);
  });

  it('queues what fits of what is too long', async () => {
    const [a, b] = unixPair();
    const sent = await send(a, new Uint8Array(8 << 20));
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(8 << 20);
    expect(drain(b)).toBe(sent);
  });

  it('rejects with EPIPE when the peer ends while it waits', async () => {
    const [a, b] = unixPair();
    fill(a);
    const waiting = [send(a, 'x'), send(a, 'y')];
    shutdown(b, SHUT_RDWR);
    expect(await Promise.all(waiting.map(failure))).toEqual([
      ['send', 'EPIPE'],
      ['send', 'EPIPE'],
    ]);
  });
});

describe('sendto', () => {
  it('sends where it is told, and keeps the address while it waits', async () => {
    const { fd } = bound(SOCK_DGRAM);
    const { fd: other, addr } = bound(SOCK_DGRAM);
    const bytes = encodeSockaddr(addr);
    expect(await sendto(fd, 'hello', 0, bytes)).toBe(5);
    expect(await sendto(fd, 'hello', 0, addr, 3)).toBe(2);
    expect(recvfromNow(other, new Uint8Array(8))).toMatchObject({ bytes: 5 });
    expect(recvfromNow(other, new Uint8Array(8))).toMatchObject({ bytes: 2 });
  });

  it('waits for room of a connected datagram socket', async () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    let n = 0;
    while (raw.send(a, 'x', MSG_DONTWAIT) === 1) n++;
    const waiting = sendto(a, 'last', 0, null);
    await turns();
    expect(await isSettled(waiting)).toBe(false);
    for (; n > 0; n--) expect(recvNow(b, new Uint8Array(8))).toBe(1);
    expect(await waiting).toBe(4);
  });

  it('waits for room of its own, with the address that it was given', async () => {
    const receiver = open(AF_UNIX, SOCK_DGRAM);
    bind(receiver, { family: AF_UNIX });
    const sender = open(AF_UNIX, SOCK_DGRAM);
    // Of the smallest buffer: it is full before the queue of the receiver is.
    setsockopt(sender, SOL_SOCKET, SO_SNDBUF, 1);
    const bytes = encodeSockaddr(getsockname(receiver));
    const datagram = new Uint8Array(1000);
    let queued = 0;
    while (raw.sendto(sender, datagram, MSG_DONTWAIT, bytes) === 1000) queued++;
    const addr = Uint8Array.from(bytes);
    const all = [
      sendto(sender, 'one', 0, addr),
      sendto(sender, 'two', 0, addr),
      sendmsg(sender, { name: addr, iov: [Buffer.from('three')] }),
    ];
    addr.fill(0xff);
    await turns(3);
    expect(await isSettled(all[0] as Promise<number>)).toBe(false);
    for (; queued > 0; queued--) expect(recvNow(receiver, datagram)).toBe(1000);
    expect(await Promise.all(all)).toEqual([3, 3, 5]);
    const said = all.map(() =>
      Buffer.from(datagram.buffer, 0, recvNow(receiver, datagram)).toString(),
    );
    expect(said).toEqual(['one', 'two', 'three']);
  });

  it('waits for room in a connection, whose address it has no need of', async () => {
    const { client, server, addr } = tcpPair();
    const full = fill(client);
    const waiting = sendto(client, 'eleven byte', 0, addr);
    await turns(3);
    expect(await isSettled(waiting)).toBe(false);
    for (let got = 0; got < full; ) got += recvNow(server, new Uint8Array(1 << 20));
    expect(await waiting).toBe(11);
    expect(recvNow(server, new Uint8Array(64))).toBe(11);
  });

  it('rejects with EAGAIN where the kernel does not tell of room', async () => {
    const receiver = open(AF_UNIX, SOCK_DGRAM);
    bind(receiver, { family: AF_UNIX });
    const addr = getsockname(receiver);
    const sender = open(AF_UNIX, SOCK_DGRAM);
    while (raw.sendto(sender, 'x', MSG_DONTWAIT, addr) === 1);
    expect(await failure(sendto(sender, 'y', 0, addr))).toEqual(['sendto', 'EAGAIN']);
    // At once, too, where the registration of the first is there still.
    const second = failure(sendmsg(sender, { name: addr, iov: [] }));
    await turns(3);
    expect(await isSettled(second)).toBe(true);
    expect(await second).toEqual(['sendmsg', 'EAGAIN']);
  });

  it('sends with MSG_FASTOPEN what could not go with the SYN', async () => {
    const { fd, addr } = listener();
    const client = open(AF_INET, SOCK_STREAM);
    expect(await sendto(client, 'hello', MSG_FASTOPEN, addr)).toBe(5);
    const server = own(accept(fd).fd);
    const buf = Buffer.alloc(8);
    expect(buf.toString('utf8', 0, recvNow(server, buf))).toBe('hello');
    // The queue is full with one more: the next SYN is answered when it is sent again.
    listen(fd, 0);
    const first = open(AF_INET, SOCK_STREAM);
    connect(first, addr);
    expect(poll([{ fd, events: POLLIN }], 10_000)).toBe(1);
    const second = open(AF_INET, SOCK_STREAM);
    const waiting = sendto(second, 'late', MSG_FASTOPEN, addr);
    await turns();
    expect(getsockopt(second, IPPROTO_TCP, TCP_INFO).state).toBe(TCP_SYN_SENT);
    own(accept(fd).fd);
    expect(await waiting).toBe(4);
    const other = own(accept(fd).fd);
    expect(buf.toString('utf8', 0, recvNow(other, buf))).toBe('late');
    const late = open(AF_INET, SOCK_STREAM);
    shut(fd);
    expect(await failure(sendto(late, 'x', MSG_FASTOPEN, addr))).toEqual([
      'sendto',
      'ECONNREFUSED',
    ]);
  });
});

describe('sendmsg', () => {
  it('waits with the bytes of its control messages, whatever becomes of them', async () => {
    const [a, b] = unixPair();
    const [c] = unixPair();
    fill(a);
    const control = encodeControl([{ level: SOL_SOCKET, type: SCM_RIGHTS, value: [c] }]);
    const waiting = sendmsg(a, { iov: [Buffer.from('x')], control });
    control.fill(0xff);
    const message = { iov: [new Uint8Array(1 << 20)], controlLength: CMSG_SPACE(4) };
    let rights: number[] | undefined;
    for (let i = 0; i < 1000 && rights === undefined; i++) {
      if (raw.recv(b, new Uint8Array(1), MSG_DONTWAIT | MSG_PEEK) > 0) {
        rights = controlValue(recvmsgNow(b, message).control, SOL_SOCKET, SCM_RIGHTS);
      }
      await turns(1);
    }
    expect(rights).toHaveLength(1);
    own(rights?.[0] ?? -1);
    expect(await waiting).toBe(1);
  });

  it('waits with what it was given, whatever becomes of it', async () => {
    const [a, b] = unixPair();
    const [c] = unixPair();
    fill(a);
    const iov = [Buffer.from('he'), Buffer.from('llo')];
    const value = [c];
    const control = [{ level: SOL_SOCKET, type: SCM_RIGHTS, value }] as const;
    const waiting = sendmsg(a, { iov, control: [...control] });
    iov.length = 0;
    value[0] = -1;
    const message = { iov: [new Uint8Array(1 << 20)], controlLength: CMSG_SPACE(4) };
    let rights: number[] | undefined;
    let last = 0;
    let done = false;
    void waiting.then(() => {
      done = true;
    });
    for (let i = 0; i < 1000 && rights === undefined; i++) {
      const got = raw.recv(b, new Uint8Array(1), MSG_DONTWAIT | 2);
      if (got > 0) {
        const { bytes, control: received } = recvmsgNow(b, message);
        last = bytes;
        rights = controlValue(received, SOL_SOCKET, SCM_RIGHTS);
      }
      await turns(1);
    }
    expect(rights).toHaveLength(1);
    own(rights?.[0] ?? -1);
    expect({ done, last }).toEqual({ done: true, last: 5 });
    expect(await waiting).toBe(5);
  });

  it('names where it was to go when it fails', async () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const name = { family: AF_INET, addr: '255.255.255.255', port: 9 } as const;
    const error = await sendmsg(fd, { name, iov: [new Uint8Array(1)] }).catch((e) => e);
    expect(error).toMatchObject({ code: 'EACCES', syscall: 'sendmsg', addr: name });
    connect(fd, { family: AF_INET, addr: '127.0.0.1', port: 9 });
  });
});
