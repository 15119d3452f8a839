/** The control messages of AF_UNIX, between processes. unix(7) */
import { openSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CMSG_LEN,
  CMSG_SPACE,
  type ControlMessage,
  controlValue,
  EMFILE,
  F_GETFD,
  FD_CLOEXEC,
  FIONREAD,
  fcntl,
  getsockopt,
  ioctl,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  recvmsg,
  SCM_CREDENTIALS,
  SCM_INQ,
  SCM_PIDFD,
  SCM_RIGHTS,
  SCM_SECURITY,
  SO_INQ,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SO_PASSSEC,
  SO_PEERSEC,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendmsg,
  setsockopt,
} from '../../../lib/index.js';
import { isRoot, node, python } from '../../support/child.js';
import { receive, skipUnless, witnessed } from '../../support/control.js';
import { expectError, guardFds, own, unixPair } from '../../support/sockets.js';

guardFds();

const iov = [Buffer.from('x')];

/** The descriptors that came, which the test now owns. */
function descriptors(control: readonly ControlMessage[]): number[] {
  return (controlValue(control, SOL_SOCKET, SCM_RIGHTS) ?? []).map(own);
}

const file = (path: string): number => own(openSync(path, 'r'));
const pathOf = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`);

/** A node that has all the descriptors that it may, and can be sent more of them. */
const filled = `
const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
const take = () => {
  const fds = [];
  for (let fd = raw.dup(a); fd >= 0; fd = raw.dup(a)) fds.push(fd);
  return fds;
};
// How many there are to be had.
const left = () => take().map(s.close).length;
const receive = (count) => {
  const value = Array(count).fill(a);
  s.sendmsg(a, {
    iov: [new Uint8Array(1)],
    control: [{ level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value }],
  });
  return s.recvmsg(b, { iov: [new Uint8Array(1)], controlLength: 256 });
};
nofile(64);
const fds = take();`;

describe('SCM_RIGHTS', () => {
  const rights = (value: number[]) => [{ level: SOL_SOCKET, type: SCM_RIGHTS, value }] as const;

  it('takes descriptors to another process, which finds the same files', () => {
    const [a, b] = unixPair();
    const paths = ['/proc/version', '/dev/null', '/proc/uptime'];
    sendmsg(a, { iov, control: rights(paths.map(file)) });
    const script = `
import os
_, fds, flags, _ = socket.recv_fds(socket.socket(fileno=3), 9, 9)
json.dump([os.readlink(f'/proc/self/fd/{fd}') for fd in fds], sys.stdout)`;
    expect(python(script, null, [b])).toEqual(paths);
  });

  it('brings descriptors from another process', () => {
    const [a, b] = unixPair();
    const script = `
files = [open(path) for path in input]
socket.send_fds(socket.socket(fileno=3), [b'x'], [f.fileno() for f in files])
print(0)`;
    python(script, ['/proc/version', '/dev/zero'], [b]);
    const { control, flags } = receive(a);
    const fds = descriptors(control);
    expect(fds.map(pathOf)).toEqual(['/proc/version', '/dev/zero']);
    expect(fds.map((fd) => fcntl(fd, F_GETFD) & FD_CLOEXEC)).toEqual([0, 0]);
    expect([control.length, flags & MSG_CTRUNC]).toEqual([1, 0]);
  });

  it('has as many as there is room for: with the padding, two in the room of one', () => {
    const [a, b] = unixPair();
    sendmsg(a, { iov, control: rights([file('/dev/null'), file('/dev/zero'), file('/dev/full')]) });
    const data = Buffer.alloc(1);
    const message = recvmsg(b, { iov: [data], controlLength: CMSG_SPACE(4) }, MSG_CMSG_CLOEXEC);
    const fds = descriptors(message.control);
    expect(fds.map(pathOf)).toEqual(['/dev/null', '/dev/zero']);
    expect(fds.map((fd) => fcntl(fd, F_GETFD))).toEqual([FD_CLOEXEC, FD_CLOEXEC]);
    expect(message.flags & MSG_CTRUNC).toBe(MSG_CTRUNC);
  });

  it('has one in the room of CMSG_LEN, and none where no descriptor has room', () => {
    const [a, b] = unixPair();
    const data = Buffer.alloc(1);
    const received = [CMSG_LEN(4), CMSG_LEN(3), CMSG_LEN(0), 0].map((controlLength) => {
      sendmsg(a, { iov, control: rights([file('/dev/null'), file('/dev/zero')]) });
      const { control, flags } = recvmsg(b, { iov: [data], controlLength });
      return [descriptors(control).map(pathOf), control.length, flags & MSG_CTRUNC];
    });
    const none = [[], 0, MSG_CTRUNC];
    expect(received).toEqual([[['/dev/null'], 1, MSG_CTRUNC], none, none, none]);
  });

  it('has as many as RLIMIT_NOFILE allows, if any: MSG_CTRUNC says that there were more', () => {
    const [some, none, rest] = node(`${filled}
fds.splice(0, 2).map(s.close);
const { control, flags } = receive(3);
tell([control.map(({ type, value }) => [type, value.length]), flags, left()]);
tell(receive(3));
control[0].value.map(s.close);
tell(left());`);
    expect(some).toEqual([[[SCM_RIGHTS, 2]], MSG_CTRUNC, 0]);
    expect(none).toMatchObject({ bytes: 1, control: [], flags: MSG_CTRUNC });
    expect(rest).toBe(2);
  });
});

describe('SCM_CREDENTIALS', () => {
  const self = { pid: process.pid, uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };

  it('says who sent it', () => {
    const [a, b] = unixPair();
    setsockopt(a, SOL_SOCKET, SO_PASSCRED, true);
    const script = `
import os
socket.socket(fileno=3).send(b'x')
json.dump(dict(pid=os.getpid(), uid=os.getuid(), gid=os.getgid()), sys.stdout)`;
    const sender = python(script, null, [b]);
    const { control } = witnessed(a);
    expect(controlValue(control, SOL_SOCKET, SCM_CREDENTIALS)).toEqual(sender);
    expect(control).toHaveLength(1);
  });

  it('says what the sender says of himself', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    setsockopt(b, SOL_SOCKET, SO_PASSCRED, true);
    sendmsg(a, { iov, control: [{ level: SOL_SOCKET, type: SCM_CREDENTIALS, value: self }] });
    const { control } = witnessed(b);
    expect(controlValue(control, SOL_SOCKET, SCM_CREDENTIALS)).toEqual(self);
  });

  it('may be those of somebody else for root only', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    setsockopt(b, SOL_SOCKET, SO_PASSCRED, true);
    const value = { ...self, uid: 4_294_967_294, gid: 65_533 };
    const control = [{ level: SOL_SOCKET, type: SCM_CREDENTIALS, value }] as const;
    if (!isRoot) {
      expectError(() => sendmsg(a, { iov, control }), 'sendmsg', 'EPERM');
      return;
    }
    sendmsg(a, { iov, control });
    expect(controlValue(witnessed(b).control, SOL_SOCKET, SCM_CREDENTIALS)).toEqual(value);
  });
});

describe('SCM_PIDFD', () => {
  it('is a descriptor of the process that sent it', (context) => {
    skipUnless(context, '6.5', 'SO_PASSPIDFD');
    const [a, b] = unixPair();
    setsockopt(b, SOL_SOCKET, SO_PASSPIDFD, true);
    send(a, 'x');
    const { control } = receive(b);
    const pidfd = own(controlValue(control, SOL_SOCKET, SCM_PIDFD) ?? -1);
    const fdinfo = readFileSync(`/proc/self/fdinfo/${pidfd}`, 'utf8');
    expect(/^Pid:\s*(\d+)$/m.exec(fdinfo)?.[1]).toBe(String(process.pid));
    expect(control).toHaveLength(1);
  });

  it('is -errno where there is no descriptor to be had', (context) => {
    skipUnless(context, '6.5', 'SO_PASSPIDFD');
    const [found] = node(`${filled}
s.setsockopt(b, s.SOL_SOCKET, s.SO_PASSPIDFD, true);
tell(receive(1).control.map(({ type, value }) => [type, value]));`);
    expect(found).toEqual([[SCM_PIDFD, -EMFILE]]);
  });
});

describe('SCM_SECURITY', () => {
  it('is the security context of the sender', (context) => {
    const [a, b] = unixPair();
    try {
      getsockopt(a, SOL_SOCKET, SO_PEERSEC);
    } catch {
      context.skip('no security module on this machine labels sockets');
    }
    setsockopt(b, SOL_SOCKET, SO_PASSSEC, true);
    send(a, 'x');
    const label = readFileSync('/proc/self/attr/current', 'latin1').split(/[\0\n]/)[0];
    expect(controlValue(witnessed(b).control, SOL_SOCKET, SCM_SECURITY)).toBe(label);
  });
});

describe('SCM_INQ', () => {
  it('says how much is left in the stream', (context) => {
    skipUnless(context, '6.17', 'SO_INQ');
    const [a, b] = unixPair(SOCK_STREAM);
    setsockopt(b, SOL_SOCKET, SO_INQ, true);
    send(a, 'abcdefgh');
    for (const left of [5, 2, 0]) {
      const { control } = recvmsg(b, { iov: [Buffer.alloc(3)], controlLength: 64 });
      expect(controlValue(control, SOL_SOCKET, SCM_INQ)).toBe(left);
      expect(ioctl(b, FIONREAD)).toBe(left);
    }
  });
});
