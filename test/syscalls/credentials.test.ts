/** Who sent a message: SCM_CREDENTIALS and SCM_PIDFD. unix(7) */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_UNIX,
  AF_UNSPEC,
  bind,
  CMSG_SPACE,
  connect,
  controlValue,
  ENOPROTOOPT,
  getsockname,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  POLLIN,
  poll,
  type ReceivedMessage,
  recvmsg,
  SCM_CREDENTIALS,
  SCM_PIDFD,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  sendmsg,
  setsockopt,
  type Ucred,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { isRoot, NOBODY, node, python } from '../support/child.js';
import { countFds } from '../support/fds.js';
import { expectError, guardFds, open, own, shut, unixPair } from '../support/sockets.js';

guardFds();

const byte = () => [new Uint8Array(1)];
const CREDENTIALS = CMSG_SPACE(12);

const credentials = (value: Ucred) => [
  { level: SOL_SOCKET, type: SCM_CREDENTIALS, value } as const,
];

const me: Ucred = {
  pid: process.pid,
  uid: process.getuid?.() ?? -1,
  gid: process.getgid?.() ?? -1,
};

function senderOf(fd: number): Ucred | undefined {
  const { control } = recvmsg(fd, { iov: byte(), controlLength: CREDENTIALS }, MSG_DONTWAIT);
  return controlValue(control, SOL_SOCKET, SCM_CREDENTIALS);
}

/** A pair whose second end is told who sends. */
function told(type = SOCK_DGRAM): [number, number] {
  const [a, b] = unixPair(type);
  setsockopt(b, SOL_SOCKET, SO_PASSCRED, true);
  return [a, b];
}

describe('SCM_CREDENTIALS', () => {
  it('come with each message once SO_PASSCRED is set, whether or not they were sent', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    sendmsg(a, { iov: byte() });
    expect(senderOf(b)).toBeUndefined();
    setsockopt(b, SOL_SOCKET, SO_PASSCRED, true);
    sendmsg(a, { iov: byte() });
    sendmsg(a, { iov: byte(), control: credentials(me) });
    raw.send(a, 'x');
    expect([senderOf(b), senderOf(b), senderOf(b)]).toEqual([me, me, me]);
  });

  it('are those of the process that sends, not of the one that made the socket', () => {
    const [a, b] = told();
    const script = `import os
os.setgroups([]); os.setgid(${NOBODY}); os.setuid(${NOBODY})
socket.socket(fileno=3).send(b'x')
json.dump({ 'pid': os.getpid(), 'uid': os.getuid(), 'gid': os.getgid() }, sys.stdout)`;
    const anyone = script.replace(/^os\.setgroups.*$/m, isRoot ? '$&' : '');
    const sender = python(anyone, null, [a]);
    expect(senderOf(b)).toEqual(sender);
  });

  it('do not fit without room, and MSG_CTRUNC says so', () => {
    const [a, b] = told();
    sendmsg(a, { iov: byte() });
    expect(recvmsg(b, { iov: byte() })).toMatchObject({ control: [], flags: MSG_CTRUNC });
  });

  it("may be somebody else's, of a process that exists, for those who have the capabilities", (context: TestContext) => {
    if (!isRoot) context.skip('needs CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID');
    const [a, b] = told();
    const other = { pid: process.ppid, uid: 12, gid: 34 };
    sendmsg(a, { iov: byte(), control: credentials(other) });
    expect(senderOf(b)).toEqual(other);
    const nobody = credentials({ ...me, pid: 0x7fff_fff0 });
    expectError(() => sendmsg(a, { iov: byte(), control: nobody }), 'sendmsg', 'ESRCH');
  });

  it("fail with EPERM when they are somebody else's", () => {
    const body = `nobody();
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
s.setsockopt(b, s.SOL_SOCKET, s.SO_PASSCRED, true);
const mine = { pid: process.pid, uid: process.getuid(), gid: process.getgid() };
const as = (change) => code(() => s.sendmsg(a, {
  iov: [],
  control: [{ level: s.SOL_SOCKET, type: s.SCM_CREDENTIALS, value: { ...mine, ...change } }],
}));
tell([as({}), as({ pid: process.ppid }), as({ uid: 0 }), as({ gid: 0 })]);
const { control } = s.recvmsg(b, { iov: [], controlLength: s.CMSG_SPACE(12) });
const { pid } = s.controlValue(control, s.SOL_SOCKET, s.SCM_CREDENTIALS);
tell([pid === process.pid, code(() => s.recv(b, new Uint8Array(1), s.MSG_DONTWAIT))]);`;
    expect(node(body)).toEqual([
      [
        ['ok', 0],
        ['EPERM', 'sendmsg'],
        ['EPERM', 'sendmsg'],
        ['EPERM', 'sendmsg'],
      ],
      [true, ['EAGAIN', 'recv']],
    ]);
  });

  it('keep messages of different senders apart on a stream', () => {
    const [a, b] = told(SOCK_STREAM);
    raw.send(a, 'me');
    const script = `import os
socket.socket(fileno=3).send(b'python')
print(os.getpid())`;
    const pid = python(script, null, [a]);
    raw.send(a, 'me again');
    const messages = [1, 2, 3].map(() => {
      const message = recvmsg(b, { iov: [new Uint8Array(64)], controlLength: CREDENTIALS });
      return [message.bytes, controlValue(message.control, SOL_SOCKET, SCM_CREDENTIALS)?.pid];
    });
    expect(messages).toEqual([
      [2, me.pid],
      [6, pid],
      [8, me.pid],
    ]);
  });
});

describe('SO_PASSCRED', () => {
  it('gives a sender without a name one: unix(7) calls it autobind', () => {
    const to = { family: AF_UNIX, abstract: `sockfd-${process.pid}` } as const;
    const [fd, from] = [open(AF_UNIX, SOCK_DGRAM), open(AF_UNIX, SOCK_DGRAM)];
    bind(fd, to);
    const nameOfSender = (): unknown => {
      sendmsg(from, { name: to, iov: byte() });
      return recvmsg(fd, { iov: byte() }).name;
    };
    expect(nameOfSender()).toEqual({ family: AF_UNSPEC });
    setsockopt(from, SOL_SOCKET, SO_PASSCRED, true);
    expect(getsockname(from)).toEqual({ family: AF_UNIX });
    const name = nameOfSender();
    expect(name).toEqual({ family: AF_UNIX, abstract: expect.stringMatching(/^[0-9a-f]{5}$/) });
    expect(getsockname(from)).toEqual(name);
    const connected = open(AF_UNIX, SOCK_DGRAM);
    setsockopt(connected, SOL_SOCKET, SO_PASSCRED, true);
    connect(connected, to);
    expect(getsockname(connected)).toHaveProperty('abstract');
  });
});

describe('SCM_PIDFD', () => {
  /** Sets SO_PASSPIDFD, or skips. */
  function pass(context: TestContext, fd: number): void {
    const result = raw.setsockopt(fd, SOL_SOCKET, SO_PASSPIDFD, 1);
    if (result === -ENOPROTOOPT) context.skip('SO_PASSPIDFD came with Linux 6.5');
    expect(result).toBe(0);
  }

  const pidOf = (fd: number): number =>
    Number(/^Pid:\s*(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]);

  const receive = (fd: number, room = 4): ReceivedMessage =>
    recvmsg(fd, { iov: byte(), controlLength: CMSG_SPACE(room) });

  it('is a descriptor of the process that sent, which tells when it ends', async (context) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    pass(context, b);
    const script = `import signal, socket
socket.socket(fileno=3).send(b'x')
signal.pause()`;
    const child = spawn('python3', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit', a] });
    const ended = once(child, 'close');
    const { control } = receive(b);
    const pidfd = own(controlValue(control, SOL_SOCKET, SCM_PIDFD) ?? -1);
    expect(pidOf(pidfd)).toBe(child.pid);
    expect(poll([{ fd: pidfd, events: POLLIN }], 0)).toBe(0);
    child.kill('SIGKILL');
    expect(poll([{ fd: pidfd, events: POLLIN }], 10_000)).toBe(1);
    await ended;
    expect(pidOf(pidfd)).toBe(-1);
  });

  it('is with the credentials, and closed when there is no room', (context) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    pass(context, b);
    setsockopt(b, SOL_SOCKET, SO_PASSCRED, true);
    for (let n = 0; n < 2; n++) sendmsg(a, { iov: byte() });
    const { control, flags } = recvmsg(b, {
      iov: byte(),
      controlLength: CREDENTIALS + CMSG_SPACE(4),
    });
    expect(flags).toBe(0);
    expect(controlValue(control, SOL_SOCKET, SCM_CREDENTIALS)).toEqual(me);
    const pidfd = own(controlValue(control, SOL_SOCKET, SCM_PIDFD) ?? -1);
    expect(pidOf(pidfd)).toBe(process.pid);
    const before = countFds();
    const cut = recvmsg(b, { iov: byte(), controlLength: CREDENTIALS });
    expect([cut.control.length, cut.flags]).toEqual([1, MSG_CTRUNC]);
    expect(countFds()).toBe(before);
  });

  it('is closed when the message cannot be told', (context) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    pass(context, b);
    sendmsg(a, { iov: byte() });
    const before = countFds();
    const control = new Uint8Array(CMSG_SPACE(4));
    const msg = Object.freeze({ iov: byte(), control, controllen: 0 });
    expect(() => raw.recvmsg(b, msg)).toThrow(TypeError);
    expect(countFds()).toBe(before);
    // It was received: what has come is a pidfd.
    expect(new DataView(control.buffer).getInt32(12, true)).toBe(SCM_PIDFD);
    shut(a);
  });
});
