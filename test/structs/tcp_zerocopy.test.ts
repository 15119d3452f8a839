/** TCP_ZEROCOPY_RECEIVE: real pages of a real connection, and everything that must not be let through. */
import { openSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  EINVAL,
  ENODEV,
  getsockopt,
  IPPROTO_TCP,
  MSG_PEEK,
  POLLIN,
  poll,
  recv,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
  send,
  setsockopt,
  shutdown,
  TCP_ZEROCOPY_RECEIVE,
  type TcpZerocopyReceive,
  tcp_zerocopy_receive,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { python, run, waitUntil } from '../support/child.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  tcpPair,
} from '../support/sockets.js';

guardFds();

const PAGE = Number(run('getconf', ['PAGESIZE']));
const SIZE = 16 * PAGE;
const pattern = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

/** Sends the pattern from pages of its own, as a network card would write it: by MSG_ZEROCOPY. */
function sendPages(fd: number): void {
  const script = `
import mmap
s = socket.socket(fileno=3)
s.setsockopt(1, 60, 1)
m = mmap.mmap(-1, ${SIZE})
m.write(bytes((i * 7 + (i >> 8)) & 0xff for i in range(${SIZE})))
print(s.send(m, 0x4000000))`;
  expect(python(script, null, [fd])).toBe(SIZE);
}

/** Reads to the end, as a program would, and says how much of it came by pages. */
function receiveAll(fd: number): {
  bytes: Uint8Array;
  mapped: number;
  calls: TcpZerocopyReceive[];
} {
  const bytes = new Uint8Array(SIZE);
  const [pages, rest] = [new Uint8Array(SIZE), new Uint8Array(PAGE)];
  const calls: TcpZerocopyReceive[] = [];
  let at = 0;
  let mapped = 0;
  for (let i = 0; i < 1000 && at < SIZE; i++) {
    expect(poll([{ fd, events: POLLIN }], 5000)).toBe(1);
    const told = tcp_zerocopy_receive(fd, pages, rest);
    calls.push(told);
    bytes.set(pages.subarray(0, told.length), at);
    at += told.length;
    mapped += told.length;
    const copied = told.copybuf_len ?? -1;
    bytes.set(rest.subarray(0, copied), at);
    at += copied;
    if (told.recv_skip_hint > 0) at += recv(fd, bytes, 0, at, told.recv_skip_hint);
  }
  return { bytes, mapped, calls };
}

describe('tcp_zerocopy_receive', () => {
  it('receives in pages what came in pages, and the rest as bytes', (context) => {
    // A page must fit in a segment, and 16 of them in the buffers.
    if (PAGE > 4096) context.skip(`pages of ${PAGE} bytes do not come whole by loopback`);
    const { client, server } = tcpPair();
    sendPages(client);
    const { bytes, mapped, calls } = receiveAll(server);
    expect(Buffer.compare(bytes, pattern)).toBe(0);
    expect(mapped).toBeGreaterThan(0);
    expect(mapped % PAGE).toBe(0);
    expect(calls.map(({ err }) => err)).toEqual(calls.map(() => 0));
    // At the end nothing is left but what it says that recv(2) is to read.
    expect(calls.at(-1)?.inq).toBe(calls.at(-1)?.recv_skip_hint);
  });

  it('copies what fits, when that is all there is', () => {
    const { client, server } = tcpPair();
    send(client, 'less than a page');
    poll([{ fd: server, events: POLLIN }], 5000);
    const copybuf = Buffer.alloc(64, 0xee);
    expect(tcp_zerocopy_receive(server, null, copybuf)).toEqual({
      length: 0,
      recv_skip_hint: 0,
      inq: 0,
      err: 0,
      copybuf_len: 16,
    });
    expect(copybuf.toString('latin1', 0, 16)).toBe('less than a page');
    expect(copybuf[16]).toBe(0xee);
  });

  it('says what recv(2) is to read, without memory to copy to', () => {
    const { client, server } = tcpPair();
    send(client, 'abc');
    poll([{ fd: server, events: POLLIN }], 5000);
    const told = tcp_zerocopy_receive(server, new Uint8Array(PAGE));
    expect(told).toMatchObject({ length: 0, recv_skip_hint: 3, inq: 3 });
    expect(recv(server, new Uint8Array(8))).toBe(3);
  });

  it('fails with EIO at the end of the stream, and with ENOTCONN on a listener', () => {
    const { client, server } = tcpPair();
    shutdown(client, SHUT_WR);
    poll([{ fd: server, events: POLLIN }], 5000);
    const receive = (fd: number) => () => tcp_zerocopy_receive(fd, new Uint8Array(PAGE));
    expectError(receive(server), 'tcp_zerocopy_receive', 'EIO');
    expectError(receive(listener().fd), 'tcp_zerocopy_receive', 'ENOTCONN');
  });

  it('fails with EINVAL for a page to read and none to map it to', () => {
    const { client, server } = tcpPair();
    send(client, new Uint8Array(2 * PAGE));
    const buf = new Uint8Array(2 * PAGE);
    waitUntil(() => recv(server, buf, MSG_PEEK) === buf.length, 'all of it has arrived');
    expectError(() => tcp_zerocopy_receive(server, null), 'tcp_zerocopy_receive', 'EINVAL');
  });

  it('fails with EBADF, ENODEV, ENOTSOCK, EOPNOTSUPP for what is no TCP socket', () => {
    const call = 'tcp_zerocopy_receive';
    const receive = (fd: number, mapped: Uint8Array | null) => () =>
      tcp_zerocopy_receive(fd, mapped);
    const page = new Uint8Array(PAGE);
    const file = own(openSync(process.execPath, 'r'));
    const unix = open(AF_UNIX, SOCK_STREAM);
    expectError(receive(closedFd(), null), call, 'EBADF');
    expectError(receive(-1, page), call, 'EBADF');
    expectError(receive(unix, page), call, 'ENODEV');
    expectError(receive(unix, null), call, 'EOPNOTSUPP');
    expectError(receive(file, null), call, 'ENOTSOCK');
    // A file can be mapped, and is no socket then.
    expectError(receive(file, page), call, 'ENOTSOCK');
    const udp = open(AF_INET, SOCK_DGRAM);
    expectError(receive(udp, null), call, 'EOPNOTSUPP');
  });

  it('refuses what is no memory, and memory for less than a page', () => {
    const { server } = tcpPair();
    const receive =
      (...args: unknown[]) =>
      () =>
        (tcp_zerocopy_receive as (...args: unknown[]) => unknown)(server, ...args);
    expectRefused(receive(new Uint8Array(PAGE - 1)), RangeError, 'mapped');
    expectRefused(receive('x'), TypeError, 'mapped');
    expectRefused(receive(null, 5), TypeError, 'copybuf');
    expectRefused(receive(null, null, 0.5), RangeError, 'flags');
    expectRefused(() => tcp_zerocopy_receive('3' as never, null), TypeError, 'fd');
  });
});

/** The mappings of this process that are of sockets, or of the program that runs. */
function mappings(): number {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return maps.filter((line) => /socket:|\/node$/.test(line)).length;
}

describe('tcp_zerocopy_receive of sockfd/raw', () => {
  it('takes no address from JavaScript, and hands none back', (context) => {
    if (PAGE > 4096) context.skip(`pages of ${PAGE} bytes do not come whole by loopback`);
    const { client, server } = tcpPair();
    sendPages(client);
    poll([{ fd: server, events: POLLIN }], 5000);
    // All fields all ones but flags and reserved, which the kernel refuses.
    const zc = Buffer.alloc(64, 0xff);
    zc.fill(0, 36, 40).fill(0, 60);
    const [mapped, copybuf] = [new Uint8Array(SIZE), new Uint8Array(PAGE)];
    const length = raw.tcp_zerocopy_receive(server, zc, mapped, copybuf);
    expect(length).toBe(64);
    expect([zc.readBigUInt64LE(0), zc.readBigUInt64LE(24)]).toEqual([0n, 0n]);
    expect(zc.readUInt32LE(8)).toBeGreaterThan(0);
    expect(Buffer.compare(mapped.subarray(0, PAGE), pattern.subarray(0, PAGE))).toBe(0);
  });

  it('leaves no mapping behind, whether it succeeds or fails', () => {
    const { client, server } = tcpPair();
    send(client, pattern.subarray(0, 2 * PAGE));
    const mapped = new Uint8Array(SIZE);
    const before = mappings();
    for (let i = 0; i < 3; i++) raw.tcp_zerocopy_receive(server, new Uint8Array(64), mapped);
    const file = own(openSync(process.execPath, 'r'));
    raw.tcp_zerocopy_receive(file, new Uint8Array(64), mapped);
    expect(mappings()).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  it('takes the structure as short as a kernel has it, and no shorter or longer', () => {
    const { server } = tcpPair();
    const receive = (size: number, copybuf: Uint8Array | null = null) =>
      raw.tcp_zerocopy_receive(server, new Uint8Array(size), null, copybuf);
    expect(receive(16)).toBe(16);
    expect(receive(36, new Uint8Array(8))).toBeGreaterThanOrEqual(-EINVAL);
    expectRefused(() => receive(15), RangeError, 'zc');
    expectRefused(() => receive(65), RangeError, 'zc');
    expectRefused(() => receive(35, new Uint8Array(8)), RangeError, 'zc');
    expect(
      raw.tcp_zerocopy_receive(
        open(AF_UNIX, SOCK_STREAM),
        new Uint8Array(16),
        new Uint8Array(SIZE),
      ),
    ).toBe(-ENODEV);
  });

  it('is what the byte form of the option names in its refusal', () => {
    const { server } = tcpPair();
    const read = () => getsockopt(server, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, new Uint8Array(64));
    expectRefused(read, TypeError, 'optname');
    expect(read).toThrow('call tcp_zerocopy_receive() instead');
    const set = () => setsockopt(server, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, new Uint8Array(64));
    expectError(set, 'setsockopt', 'ENOPROTOOPT');
  });
});
