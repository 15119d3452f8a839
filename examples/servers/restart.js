// A restart that nobody notices: the successor inherits the listener, and with it the queue. Only
// when it says that it accepts does this process stop to, and ends when its connections have ended.
// There is no moment without a listener, so nobody is refused or reset.
//
//   node examples/servers/restart.js [port]        and elsewhere: kill -HUP <pid>
//
// The new version of the file is what the successor runs. Ends on Ctrl-C, when the connections have
// ended, or ten seconds later.
import { spawn } from 'node:child_process';
import { log } from 'node:console';
import * as s from 'sockfd';
import { connections, recv, send } from 'sockfd/promises';

/** Milliseconds that the connections have to come to their end. */
const GRACE = 10_000;
const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;

/** Where the predecessor has put the listener, and where it waits for a byte. */
const [LISTENER, READY] = [3, 4];
const isSuccessor = process.argv[3] === 'successor';
const listener = isSuccessor ? inherit() : listenOn(Number(process.argv[2] ?? 0));
const { port } = s.getsockname(listener);

function listenOn(port) {
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM | flags);
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(fd, { family: s.AF_INET, addr: '127.0.0.1', port });
  s.listen(fd, 511);
  return fd;
}

/** What came through exec has no FD_CLOEXEC: the next one to inherit is our choice again. */
function inherit() {
  for (const fd of [LISTENER, READY]) s.fcntl(fd, s.F_SETFD, s.FD_CLOEXEC);
  return LISTENER;
}

const stop = new AbortController();
let successor;

function restart() {
  if (successor !== undefined || stop.signal.aborted) return; // one at a time
  const [ours, theirs] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_CLOEXEC);
  successor = spawn(process.execPath, [import.meta.filename, String(port), 'successor'], {
    stdio: ['ignore', 'inherit', 'inherit', listener, theirs],
  });
  s.close(theirs);
  // A byte: it accepts. The end: it has died before, and this process goes on as if nothing were.
  recv(ours, new Uint8Array(1)).then((n) => {
    s.close(ours);
    if (n === 1) stop.abort();
    else successor = undefined;
  });
  successor.on('error', ({ message }) => log(message));
  successor.unref(); // it outlives this process
}

process.on('SIGHUP', restart);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
log(isSuccessor ? `process ${process.pid} takes over` : `listening on port ${port}`);
if (isSuccessor) {
  s.send(READY, '!');
  s.close(READY);
}

let serving = 0;
try {
  for await (const { fd } of connections(listener, { flags, signal: stop.signal })) echo(fd);
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
// close takes the descriptor of this process. shutdown would end the listening of both.
s.close(listener);
log(`process ${process.pid} stops, with ${serving} connections`);
setTimeout(() => process.exit(), GRACE).unref();

async function echo(fd) {
  serving++;
  const buf = new Uint8Array(65536);
  try {
    for (let n = await recv(fd, buf); n > 0; n = await recv(fd, buf)) {
      for (let sent = 0; sent < n; ) sent += await send(fd, buf, 0, sent, n - sent);
    }
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: its own affair
  }
  s.close(fd);
  serving--;
}
