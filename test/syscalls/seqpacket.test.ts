import { unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_UNIX,
  accept,
  bind,
  connect,
  EMSGSIZE,
  getpeername,
  getsockname,
  getsockopt,
  listen,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_PEEK,
  MSG_TRUNC,
  poll,
  read,
  readv,
  recv,
  recvfrom,
  SHUT_WR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendto,
  setsockopt,
  shutdown,
  write,
  writev,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { python, run } from '../support/child.js';
import { expectError, guardFds, open, own, shut, unixPair } from '../support/sockets.js';

guardFds();

const pair = (): [number, number] => unixPair(SOCK_SEQPACKET);

/** A listener with an abstract name of the kernel's choice. */
function listener(): { fd: number; addr: sockfd.SockAddr } {
  const fd = open(AF_UNIX, SOCK_SEQPACKET);
  bind(fd, { family: AF_UNIX });
  listen(fd, 4);
  return { fd, addr: getsockname(fd) };
}

/** What the next record is, with room for `size` bytes. */
function next(fd: number, size = 64, flags = 0): string {
  const buf = Buffer.alloc(size);
  return buf.toString('latin1', 0, recv(fd, buf, flags));
}

/** The length and flags of the next records, as recvmsg(2) of python3 tells them. */
function messages(fd: number, count: number, size: number): unknown {
  const script = `
fd = socket.socket(fileno=3)
print(json.dumps([[len(m[0]), m[2]] for m in (fd.recvmsg(input[1]) for _ in range(input[0]))]))`;
  return python(script, [count, size], [fd]);
}

describe('SOCK_SEQPACKET of AF_UNIX', () => {
  it('keeps records apart, as they were sent', () => {
    const [a, b] = pair();
    expect(send(a, 'one')).toBe(3);
    expect(write(a, 'three')).toBe(5);
    expect(writev(a, [Buffer.from('se'), Buffer.from('ven')])).toBe(5);
    // A stream would have all of it in one read.
    expect([next(b), next(b), next(b)]).toEqual(['one', 'three', 'seven']);
    expectError(() => recv(b, new Uint8Array(8), MSG_DONTWAIT), 'recv', 'EAGAIN');
  });

  it('drops the rest of a record that has no room', () => {
    const [a, b] = pair();
    for (const text of ['0123456789', 'next']) send(a, text);
    expect(next(b, 4)).toBe('0123');
    expect(next(b)).toBe('next');
    for (const text of ['0123456789', 'next']) send(a, text);
    const bufs = [Buffer.alloc(3), Buffer.alloc(3)];
    expect(readv(b, bufs)).toBe(6);
    expect(Buffer.concat(bufs).toString()).toBe('012345');
    const buf = Buffer.alloc(2);
    expect(read(b, buf)).toBe(2);
    expect(buf.toString()).toBe('ne');
  });

  it('tells the whole length with MSG_TRUNC, and keeps the record with MSG_PEEK', () => {
    const [a, b] = pair();
    send(a, '0123456789');
    const buf = Buffer.alloc(4);
    expect(recv(b, buf, MSG_PEEK | MSG_TRUNC)).toBe(10);
    expect(buf.toString()).toBe('0123');
    expect(next(b)).toBe('0123456789');
  });

  it('returns MSG_TRUNC for a record that was cut, and no MSG_EOR, which is taken', () => {
    const [a, b] = pair();
    // unix(7) says nothing of MSG_EOR: each record has an end, marked or not.
    expect(send(a, 'whole', MSG_EOR)).toBe(5);
    expect(send(a, 'longer than eight')).toBe(17);
    expect(send(a, 'eight by')).toBe(8);
    expect(messages(b, 3, 8)).toEqual([
      [5, 0],
      [8, MSG_TRUNC],
      [8, 0],
    ]);
  });

  it('has records of no bytes, which look like the end', () => {
    const [a, b] = pair();
    expect(send(a, '')).toBe(0);
    expect(send(a, 'after')).toBe(5);
    expect(recv(b, new Uint8Array(8))).toBe(0);
    expect(next(b)).toBe('after');
    shutdown(a, SHUT_WR);
    expect([1, 2].map(() => recv(b, new Uint8Array(8)))).toEqual([0, 0]);
  });

  it('is connected, from listen(2) to accept(2)', () => {
    const { fd, addr } = listener();
    const client = open(AF_UNIX, SOCK_SEQPACKET);
    expectError(() => send(client, 'x'), 'send', 'ENOTCONN');
    connect(client, addr);
    const accepted = accept(fd);
    const server = own(accepted.fd);
    expect(accepted.addr).toEqual({ family: AF_UNIX });
    expect(getpeername(client)).toEqual(addr);
    expect(getsockopt(server, SOL_SOCKET, SO_TYPE)).toBe(SOCK_SEQPACKET);
    send(client, 'there');
    send(server, 'and back');
    expect([next(server), next(client)]).toEqual(['there', 'and back']);
    expectError(() => connect(client, addr), 'connect', 'EISCONN');
    // A name has no meaning on a connection, unlike with datagrams.
    expect(sendto(client, 'x', 0, addr)).toBe(1);
    // The peer has no name to tell.
    const nobody = { family: sockfd.AF_UNSPEC };
    expect(recvfrom(server, new Uint8Array(8))).toEqual({ bytes: 1, addr: nobody });
  });

  it('has file names that ss(8) lists as u_seq, and other types reach with EPROTOTYPE', () => {
    const path = `/tmp/sockfd-seqpacket-${process.pid}`;
    const fd = open(AF_UNIX, SOCK_SEQPACKET);
    bind(fd, { family: AF_UNIX, path });
    try {
      listen(fd, 4);
      const line = run('ss', ['-xlnH', 'src', path]);
      expect(line).toMatch(new RegExp(`^u_seq +LISTEN +0 +4 +${path} `));
      const stream = () => connect(open(AF_UNIX, SOCK_STREAM), { family: AF_UNIX, path });
      expectError(stream, 'connect', 'EPROTOTYPE');
    } finally {
      unlinkSync(path);
    }
  });

  it('has abstract names of its own, and is refused where nobody listens', () => {
    const { fd, addr } = listener();
    const reach = (type: number) => () => connect(open(AF_UNIX, type), addr);
    expectError(reach(SOCK_STREAM), 'connect', 'ECONNREFUSED');
    reach(SOCK_SEQPACKET)();
    shut(fd);
    expectError(reach(SOCK_SEQPACKET), 'connect', 'ECONNREFUSED');
  });

  it('takes a record whole or not at all', () => {
    const [a, b] = pair();
    setsockopt(a, SOL_SOCKET, SO_SNDBUF, 8192);
    const limit = getsockopt(a, SOL_SOCKET, SO_SNDBUF);
    expect(raw.send(a, new Uint8Array(limit + 1))).toBe(-EMSGSIZE);
    expect(poll([{ fd: b, events: sockfd.POLLIN }], 0)).toBe(0);
    // What fits is never cut: the queue takes all of a record, or says EAGAIN.
    const record = new Uint8Array(1000);
    let sent = 0;
    while (sent < 1000 && raw.send(a, record, MSG_DONTWAIT) === 1000) sent++;
    expect(raw.send(a, record, MSG_DONTWAIT)).toBe(-sockfd.EAGAIN);
    const lengths = Array.from({ length: sent }, () => recv(b, new Uint8Array(2000)));
    expect(sent).toBeGreaterThan(0);
    expect(new Set(lengths)).toEqual(new Set([1000]));
    expect(raw.recv(b, record, MSG_DONTWAIT)).toBe(-sockfd.EAGAIN);
  });

  it('loses the connection with its records unread: ECONNRESET, then EPIPE', () => {
    const [a, b] = pair();
    send(b, 'never read');
    shut(a);
    expectError(() => recv(b, new Uint8Array(8)), 'recv', 'ECONNRESET');
    expect(recv(b, new Uint8Array(8))).toBe(0);
    expectError(() => send(b, 'x', sockfd.MSG_NOSIGNAL), 'send', 'EPIPE');
  });

  it('is not what AF_INET has', () => {
    const inet = () => open(sockfd.AF_INET, SOCK_SEQPACKET);
    expectError(inet, 'socket', 'ESOCKTNOSUPPORT');
  });
});
