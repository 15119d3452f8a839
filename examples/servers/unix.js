// A server on a file name. The file outlives its server, and then nobody can bind the name again. A
// lock says whether somebody lives behind it: it goes with its process, however that ends.
//
//   node examples/servers/unix.js <path>           and in other terminals: nc -U <path>
//
// Tells each client what it is, and echoes; to those of other users it has nothing to say. Ends on
// Ctrl-C.
import { log } from 'node:console';
import { lstatSync, openSync, unlinkSync } from 'node:fs';
import * as s from 'sockfd';
import { connections, recv, send } from 'sockfd/promises';

const path = process.argv[2];
if (path === undefined) throw new Error('on which path?');
const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;

// To try connect first and unlink after ECONNREFUSED is not enough: of two servers that start at
// the same time, the second removes the file of the first. Who has the lock is alone. The lock file
// stays: were it removed, two could have locked two files of one name.
const lock = openSync(`${path}.lock`, 'a', 0o600);
try {
  s.fcntl(lock, s.F_SETLK, s.encodeFlock({ type: s.F_WRLCK }));
} catch (error) {
  if (error.code !== 'EAGAIN' && error.code !== 'EACCES') throw error;
  log(`${path} has a server`);
  process.exit(1);
}

// What is there now was left behind. But only a socket may be ours to remove.
if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);

const listener = s.socket(s.AF_UNIX, s.SOCK_STREAM | flags);
// The file has its mode from umask at bind. To connect takes the right to write.
const mask = process.umask(0);
s.bind(listener, { family: s.AF_UNIX, path });
process.umask(mask);
s.listen(listener, 128);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
log(`listening on ${path}`);

const clients = new Set();
try {
  for await (const { fd } of connections(listener, { flags, signal: stop.signal })) serve(fd);
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
unlinkSync(path); // first, so that nobody comes any more; then those in the queue are reset
s.close(listener);
for (const fd of clients) s.shutdown(fd, s.SHUT_RDWR);

async function serve(fd) {
  clients.add(fd);
  // Who called connect, by the kernel: nothing that a client could say itself.
  const { pid, uid } = s.getsockopt(fd, s.SOL_SOCKET, s.SO_PEERCRED);
  const known = uid === process.getuid() || uid === 0;
  log(`process ${pid} of user ${uid}${known ? '' : ', refused'}`);
  try {
    if (known) await echo(fd, `you are process ${pid} of user ${uid}\n`);
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: its own affair
  }
  clients.delete(fd);
  s.close(fd);
}

async function echo(fd, greeting) {
  await send(fd, greeting);
  const buf = new Uint8Array(65536);
  for (let n = await recv(fd, buf); n > 0; n = await recv(fd, buf)) {
    for (let sent = 0; sent < n; ) sent += await send(fd, buf, 0, sent, n - sent);
  }
}
