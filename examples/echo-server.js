// Many clients, one thread: poll(2) says which descriptors are ready, and then no call blocks.
//
//   node examples/echo-server.js [port]        and in other terminals: nc 127.0.0.1 <port>
//
// Ends on Ctrl-C.
import { log } from 'node:console';
import * as s from 'sockfd';

const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: Number(process.argv[2] ?? 0) });
s.listen(listener, 128);
log(`listening on port ${s.getsockname(listener).port}`);

const buf = new Uint8Array(65536);
const none = new Uint8Array(0);

/** Each client's descriptor, and what was received from it but not yet sent back. */
const clients = new Map();

function drop(fd, why) {
  clients.delete(fd);
  log(`fd ${fd}: ${why}, ${clients.size} left`);
  s.close(fd);
}

function accept() {
  // O_NONBLOCK is not inherited from the listener: accept4 sets it.
  const { fd, addr } = s.accept4(listener, s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
  clients.set(fd, none);
  log(`fd ${fd}: from port ${addr.port}, ${clients.size} now`);
}

function serve(fd) {
  let pending = clients.get(fd);
  if (pending.length === 0) {
    const n = s.recv(fd, buf);
    if (n === 0) return drop(fd, 'end'); // a FIN: the client sends no more
    pending = buf.slice(0, n);
  }
  // send may take a part. The rest waits for POLLOUT, and meanwhile nothing more is read:
  // a client that does not read slows itself down, nobody else.
  clients.set(fd, pending.subarray(s.send(fd, pending)));
}

for (;;) {
  const fds = [{ fd: listener, events: s.POLLIN }];
  for (const [fd, { length }] of clients) fds.push({ fd, events: length ? s.POLLOUT : s.POLLIN });
  s.poll(fds);
  for (const { fd, revents } of fds) {
    if (revents === 0) continue;
    try {
      if (fd === listener) accept();
      else serve(fd);
    } catch (error) {
      if (!(error instanceof s.SystemError)) throw error;
      // Ready a moment ago and not any more: that is what O_NONBLOCK is for.
      if (error.code === 'EAGAIN') continue;
      // ECONNRESET, EPIPE: the affair of this client alone.
      if (fd !== listener) drop(fd, error.code);
    }
  }
}
