/** Descriptors under way: SCM_RIGHTS and its limits. unix(7) */
import { fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  type Buf,
  CMSG_LEN,
  CMSG_SPACE,
  type ControlMessage,
  controlValue,
  F_GETFD,
  FD_CLOEXEC,
  fcntl,
  type MessageSlot,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_PEEK,
  MsgVec,
  read,
  recv,
  recvmmsg,
  recvmsg,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendmmsg,
  sendmsg,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { isRoot, node, python, waitUntil } from '../support/child.js';
import { countFds } from '../support/fds.js';
import { inodeOf } from '../support/procnet.js';
import { closedFd, expectError, guardFds, own, shut, unixPair } from '../support/sockets.js';

guardFds();

const rights = (...value: number[]) => [{ level: SOL_SOCKET, type: SCM_RIGHTS, value } as const];
const byte = () => [new Uint8Array(1)];

/** The descriptors of a message, which the test owns now. */
function take(control: readonly ControlMessage[]): number[] {
  return (controlValue(control, SOL_SOCKET, SCM_RIGHTS) ?? []).map(own);
}

function received(fd: number, count: number, flags = 0): number[] {
  return take(recvmsg(fd, { iov: byte(), controlLength: CMSG_SPACE(4 * count) }, flags).control);
}

const devNull = (): number => own(openSync('/dev/null', 'r'));

/** A pair of which one end is passed on: the other reads an end once nobody has it any more. */
function watched(): { passed: number; isGone: () => boolean } {
  const [passed, watcher] = unixPair();
  return { passed, isGone: () => raw.recv(watcher, new Uint8Array(1), MSG_DONTWAIT) === 0 };
}

describe('SCM_RIGHTS', () => {
  it('passes a file: another number for the same open file description', () => {
    const [a, b] = unixPair();
    const file = own(openSync('/etc/passwd', 'r'));
    readSync(file, new Uint8Array(5));
    expect(sendmsg(a, { iov: byte(), control: rights(file) })).toBe(1);
    const [copy = -1] = received(b, 1);
    expect(copy).not.toBe(file);
    expect(fstatSync(copy).ino).toBe(fstatSync(file).ino);
    // The position is the description's.
    const next = new Uint8Array(5);
    readSync(copy, next);
    expect(Buffer.from(next)).toEqual(readFileSync('/etc/passwd').subarray(5, 10));
  });

  it('passes to another process, and from it', () => {
    const [a, b] = unixPair();
    const [mine, theirs] = unixPair();
    sendmsg(a, { iov: byte(), control: rights(theirs) });
    const script = `import os
s = socket.socket(fileno=3)
data, fds, flags, _ = socket.recv_fds(s, 1, 4)
os.write(fds[0], b'by the passed one')
r, w = os.pipe()
os.write(w, b'from python')
socket.send_fds(s, [b'x'], [r])
json.dump([len(data), len(fds), flags], sys.stdout)`;
    expect(python(script, null, [b])).toEqual([1, 1, 0]);
    const buf = Buffer.alloc(64);
    expect(buf.toString('utf8', 0, recv(mine, buf, MSG_DONTWAIT))).toBe('by the passed one');
    const [pipe = -1] = received(a, 1);
    expect(buf.toString('utf8', 0, read(pipe, buf))).toBe('from python');
  });

  it('needs no data with a datagram, and a byte at least on a stream', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    expect(sendmsg(a, { iov: [], control: rights(a) })).toBe(0);
    expect(received(b, 1)).toHaveLength(1);
    const [c, d] = unixPair();
    // Nothing is sent, and the descriptor with it.
    expect(sendmsg(c, { iov: [], control: rights(c) })).toBe(0);
    expect(raw.recv(d, new Uint8Array(1), MSG_DONTWAIT)).toBeLessThan(0);
  });

  it('closes on execve with MSG_CMSG_CLOEXEC only', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    for (let n = 0; n < 2; n++) sendmsg(a, { iov: [], control: rights(a) });
    const flags = [0, MSG_CMSG_CLOEXEC].map((flag) => {
      const [fd = -1] = received(b, 1, flag);
      return fcntl(fd, F_GETFD);
    });
    expect(flags).toEqual([0, FD_CLOEXEC]);
  });

  it('passes 253 at most (SCM_MAX_FD), and more fail with EINVAL', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const file = devNull();
    const many = (count: number) => rights(...new Array<number>(count).fill(file));
    expectError(() => sendmsg(a, { iov: byte(), control: many(254) }), 'sendmsg', 'EINVAL');
    expect(sendmsg(a, { iov: byte(), control: many(253) })).toBe(1);
    const fds = received(b, 253);
    expect(new Set(fds).size).toBe(253);
    expect(fds.every((fd) => fstatSync(fd).rdev === fstatSync(file).rdev)).toBe(true);
  });

  it('fails with EBADF for what is not open, and passes none of the others', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    for (const wrong of [closedFd(), -1, 1 << 30]) {
      const control = rights(a, wrong);
      expectError(() => sendmsg(a, { iov: byte(), control }), 'sendmsg', 'EBADF');
    }
    expect(raw.recv(b, new Uint8Array(1), MSG_DONTWAIT)).toBeLessThan(0);
  });

  it('passes a socket over itself', () => {
    const [a, b] = unixPair();
    sendmsg(a, { iov: byte(), control: rights(a) });
    const [copy = -1] = received(b, 1);
    expect(inodeOf(copy)).toBe(inodeOf(a));
    shut(a);
    send(copy, 'x');
    expect(recv(b, byte()[0] as Uint8Array)).toBe(1);
    // And the one that holds itself in its own queue: the kernel finds that nobody has it.
    const inode = String(inodeOf(b));
    sendmsg(copy, { iov: byte(), control: rights(b, copy) });
    shut(copy);
    shut(b);
    waitUntil(() => {
      for (const fd of unixPair()) shut(fd);
      return !readFileSync('/proc/net/unix', 'latin1').includes(` ${inode}\n`);
    }, 'the kernel has collected the pair');
  });

  it('fails with ETOOMANYREFS when more are under way than RLIMIT_NOFILE', () => {
    const body = `nofile(60);
somebody();
const [a] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const control = [{ level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value: new Array(50).fill(a) }];
let sent = 0;
for (; sent < 5; sent++) {
  const answer = code(() => s.sendmsg(a, { iov: [], control }, s.MSG_DONTWAIT));
  if (answer[0] !== 'ok') { tell(answer); break; }
}
tell(sent);`;
    // All that the user has under way counts: of who is not root, other processes have some.
    const count = isRoot ? 2 : expect.any(Number);
    expect(node(body)).toEqual([['ETOOMANYREFS', 'sendmsg'], count]);
  });
});

describe('room for descriptors', () => {
  /** Sends five, of which the last is watched, and receives with so much room. */
  function five(controlLength: number): { count: number; flags: number; isGone: boolean } {
    const [a, b] = unixPair(SOCK_DGRAM);
    const { passed, isGone } = watched();
    const file = devNull();
    sendmsg(a, { iov: byte(), control: rights(file, file, file, file, passed) });
    shut(passed);
    const before = countFds();
    const { control, flags } = recvmsg(b, { iov: byte(), controlLength });
    const fds = take(control);
    expect(countFds()).toBe(before + fds.length);
    return { count: fds.length, flags, isGone: isGone() };
  }

  it('for all gives all', () => {
    expect(five(CMSG_SPACE(20))).toEqual({ count: 5, flags: 0, isGone: false });
    expect(five(CMSG_LEN(20))).toEqual({ count: 5, flags: 0, isGone: false });
  });

  it('for one as CMSG_SPACE tells it is room for two, because of the padding', () => {
    expect(five(CMSG_SPACE(4))).toEqual({ count: 2, flags: MSG_CTRUNC, isGone: true });
    expect(five(CMSG_LEN(4))).toEqual({ count: 1, flags: MSG_CTRUNC, isGone: true });
  });

  it('for fewer gives MSG_CTRUNC, and the kernel closes the others', () => {
    expect(five(CMSG_LEN(16))).toEqual({ count: 4, flags: MSG_CTRUNC, isGone: true });
    for (const controlLength of [16, 15, 0]) {
      expect(five(controlLength)).toEqual({ count: 0, flags: MSG_CTRUNC, isGone: true });
    }
  });

  it('is not there in recv, recvfrom and read: they drop the descriptors', () => {
    const calls: ((fd: number, buf: Buf) => number)[] = [raw.recv, raw.recvfrom, raw.read];
    for (const call of calls) {
      const [a, b] = unixPair();
      const { passed, isGone } = watched();
      sendmsg(a, { iov: byte(), control: rights(passed) });
      shut(passed);
      expect(isGone()).toBe(false);
      expect(call(b, new Uint8Array(8))).toBe(1);
      expect(isGone()).toBe(true);
    }
  });

  it('is none at RLIMIT_NOFILE: what is over it is closed, and MSG_CTRUNC says so', () => {
    const body = `nofile(64);
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const value = new Array(5).fill(a);
const control = [{ level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value }];
for (let n = 0; n < 3; n++) s.sendmsg(a, { iov: [], control });
const room = { iov: [], controlLength: s.CMSG_SPACE(20) };
const filled = [];
for (let fd = raw.dup(a); fd >= 0 && filled.length < 100; fd = raw.dup(a)) filled.push(fd);
const receive = () => {
  const { control, flags } = s.recvmsg(b, room);
  const fds = s.controlValue(control, s.SOL_SOCKET, s.SCM_RIGHTS) ?? [];
  for (const fd of fds) s.close(fd);
  tell([fds.length, flags === s.MSG_CTRUNC, control.length]);
};
tell(raw.dup(a) === -s.EMFILE);
receive();
for (const fd of filled.splice(0, 2)) s.close(fd);
receive();
for (const fd of filled.splice(0, 3)) s.close(fd);
receive();`;
    expect(node(body)).toEqual([true, [0, true, 0], [2, true, 1], [5, false, 1]]);
  });
});

describe('descriptors on a stream', () => {
  it('are a barrier, as unix(7) shows', () => {
    const [a, b] = unixPair();
    const file = devNull();
    sendmsg(a, { iov: [new Uint8Array(4)] });
    sendmsg(a, { iov: byte(), control: rights(file) });
    sendmsg(a, { iov: [new Uint8Array(4)] });
    const calls = [1, 2].map(() => {
      const { bytes, control } = recvmsg(b, { iov: [new Uint8Array(20)], controlLength: 64 });
      return [bytes, take(control).length];
    });
    expect(calls).toEqual([
      [5, 1],
      [4, 0],
    ]);
  });

  it.each([
    ['SOCK_STREAM', SOCK_STREAM],
    ['SOCK_SEQPACKET', SOCK_SEQPACKET],
  ])('of two messages never come in one: %s', (_, type) => {
    const [a, b] = unixPair(type);
    const file = devNull();
    for (const fds of [[file], [file, a], [a]])
      sendmsg(a, { iov: byte(), control: rights(...fds) });
    const counts = [1, 2, 3].map(() => {
      const { bytes, control } = recvmsg(b, { iov: [new Uint8Array(20)], controlLength: 256 });
      return [bytes, control.length, take(control).length];
    });
    expect(counts).toEqual([
      [1, 1, 1],
      [1, 1, 2],
      [1, 1, 1],
    ]);
  });

  it('are duplicated by MSG_PEEK, each time anew', () => {
    const [a, b] = unixPair();
    const file = devNull();
    sendmsg(a, { iov: byte(), control: rights(file) });
    const fds = [MSG_PEEK, MSG_PEEK, 0].flatMap((flags) => received(b, 1, flags));
    expect(new Set([file, ...fds]).size).toBe(4);
    expect(fds.map(inodeOf)).toEqual(fds.map(() => inodeOf(file)));
  });
});

describe('descriptors with many messages', () => {
  it('go and come with sendmmsg and recvmmsg, by list and by MsgVec', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const file = devNull();
    const msgs = [[], [file], [file, a]].map((fds) => ({ iov: byte(), control: rights(...fds) }));
    expect(sendmmsg(a, msgs)).toBe(3);
    const rooms: MessageSlot[] = msgs.map(() => ({ iov: byte(), controlLength: CMSG_SPACE(8) }));
    expect(recvmmsg(b, rooms)).toBe(3);
    expect(rooms.map(({ control = [] }) => take(control).length)).toEqual([0, 1, 2]);
    const vec = new MsgVec(3, 1, 0, CMSG_SPACE(8));
    for (const [i, { control }] of msgs.entries()) vec.setMessages(i, control);
    expect(sendmmsg(a, vec)).toBe(3);
    expect(recvmmsg(b, vec)).toBe(3);
    const counts = [0, 1, 2].map((i) => take(vec.messages(i)).length);
    expect(counts).toEqual([0, 1, 2]);
    expect([...vec.controllen]).toEqual([0, 24, 24]);
  });
});

describe('a worker', () => {
  it('receives descriptors for the whole process', () => {
    const index = JSON.stringify(
      pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href,
    );
    const body = `import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const [near, far] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const control = [{ level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value: [far] }];
s.sendmsg(a, { iov: [], control });
s.close(far);
const source = \`
import { parentPort, workerData as b } from 'node:worker_threads';
import * as s from ${index};
const { control } = s.recvmsg(b, { iov: [], controlLength: s.CMSG_SPACE(4) });
parentPort.postMessage(s.controlValue(control, s.SOL_SOCKET, s.SCM_RIGHTS));
\`;
const worker = new Worker(source, { eval: true, workerData: b });
const [[fd]] = await once(worker, 'message');
await worker.terminate();
s.send(fd, 'still open');
tell(s.recv(near, new Uint8Array(64)));`;
    expect(node(body)).toEqual([10]);
  });
});
