// Descriptors go to another process in a control message: SCM_RIGHTS. Who sends, the kernel tells:
// SCM_CREDENTIALS and SCM_PIDFD. unix(7)
//
//   node examples/fd-passing.js        starts itself again, as the child that receives
import { spawn } from 'node:child_process';
import { log } from 'node:console';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import * as s from 'sockfd';

const pidOf = (pidfd) => /^Pid:\t(.*)$/m.exec(readFileSync(`/proc/self/fdinfo/${pidfd}`))[1];
const ended = (pidfd) => (s.poll([{ fd: pidfd, events: s.POLLIN }], 0) === 1 ? 'ended' : 'runs');
const text = Buffer.alloc(256);

if (process.argv[2] === 'child') {
  // A control message has no size of its own: the receiver says how much may come.
  const room = { iov: [text], controlLength: s.CMSG_SPACE(3 * 4) };
  const { bytes, control } = s.recvmsg(3, room, s.MSG_CMSG_CLOEXEC);
  const fds = s.controlValue(control, s.SOL_SOCKET, s.SCM_RIGHTS);
  log(`child: '${text.toString('utf8', 0, bytes)}' came with ${fds.length} descriptors`);
  const [listener, file, pidfd] = fds;
  // They are descriptors of the same open files: the position in the file is shared, too.
  log(`child: the file goes on with '${text.toString('utf8', 0, s.read(file, text, 0, 20))}'`);
  if (pidfd !== undefined) log(`child: the pidfd is of ${pidOf(pidfd)}, which ${ended(pidfd)}`);
  const client = s.accept(listener).fd;
  s.send(client, 'served by the child');
  // The kernel refuses to send anybody else's, unless the sender may change its own.
  const value = { pid: process.pid, uid: process.getuid(), gid: process.getgid() };
  const proof = { level: s.SOL_SOCKET, type: s.SCM_CREDENTIALS, value };
  s.sendmsg(3, { iov: [Buffer.from('it is me')], control: [proof] });
  for (const fd of [client, ...fds]) s.close(fd);
  process.exit();
}

// SOCK_SEQPACKET: messages, and an end when the other side is closed.
const [ours, theirs] = s.socketpair(s.AF_UNIX, s.SOCK_SEQPACKET | s.SOCK_CLOEXEC);
s.setsockopt(ours, s.SOL_SOCKET, s.SO_PASSCRED, true);

/** A pidfd of who made the socket pair: this process. undefined before Linux 6.5. */
function ownPidfd() {
  try {
    s.setsockopt(ours, s.SOL_SOCKET, s.SO_PASSPIDFD, true);
    return s.getsockopt(ours, s.SOL_SOCKET, s.SO_PEERPIDFD);
  } catch (error) {
    if (error.code !== 'ENOPROTOOPT') throw error;
    return undefined;
  }
}

const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, 1);
const addr = s.getsockname(listener);
const file = openSync(import.meta.filename);
log(`parent: the file begins with '${text.toString('utf8', 0, s.read(file, text, 0, 14))}'`);

const child = spawn(process.execPath, [import.meta.filename, 'child'], {
  stdio: ['inherit', 'inherit', 'inherit', theirs],
});
s.close(theirs);
const fds = [listener, file, ownPidfd()].filter((fd) => fd !== undefined);
const rights = { level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value: fds };
log(`parent: sends ${fds.length} descriptors to ${child.pid}`);
// At least a byte of data: on a stream, control messages go with one or not at all.
s.sendmsg(ours, { iov: [Buffer.from('take these')], control: [rights] });
// Closed here, they stay open: first in the message, then in the child.
for (const fd of fds) s.close(fd);

const client = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
s.connect(client, addr);
log(`parent: connected, and '${text.toString('utf8', 0, s.recv(client, text))}'`);

const room = { iov: [text], controlLength: s.CMSG_SPACE(12) + s.CMSG_SPACE(4) };
const { bytes, control } = s.recvmsg(ours, room, s.MSG_CMSG_CLOEXEC);
const { pid, uid, gid } = s.controlValue(control, s.SOL_SOCKET, s.SCM_CREDENTIALS);
log(`parent: '${text.toString('utf8', 0, bytes)}', says pid ${pid}, uid ${uid}, gid ${gid}`);
// Whoever connected, or made the pair, as they were then: of a socket that was passed on, not who
// has it now.
log(`parent: SO_PEERCRED has pid ${s.getsockopt(ours, s.SOL_SOCKET, s.SO_PEERCRED).pid}`);
const pidfd = s.controlValue(control, s.SOL_SOCKET, s.SCM_PIDFD);
if (pidfd !== undefined) log(`parent: SCM_PIDFD is of ${pidOf(pidfd)}`);
await once(child, 'exit');
if (pidfd !== undefined) log(`parent: the child ${ended(pidfd)}`);
for (const fd of [ours, client, pidfd]) if (fd !== undefined) s.close(fd);
