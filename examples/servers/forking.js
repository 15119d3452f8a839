// A process for each connection, as inetd does it: the accepted socket becomes the standard input
// and output of a child. Any program that reads and writes is then a server, and a child that
// crashes, leaks or loops harms nobody but its client.
//
//   node examples/servers/forking.js [port] [command [arguments]]
//
//   node examples/servers/forking.js 7000 sort     and elsewhere: ls | nc -N 127.0.0.1 7000
//
// Without a command the child is this file, and echoes. Ends on Ctrl-C, when the children have
// ended.
import { spawn } from 'node:child_process';
import { log } from 'node:console';
import * as s from 'sockfd';
import { connections } from 'sockfd/promises';

/** Children at once. The next connection waits in the listener's queue. */
const LIMIT = 16;

if (process.argv[2] === 'child') child();
else await parent(...process.argv.slice(2));

async function parent(port = '0', command = process.execPath, ...args) {
  if (args.length === 0 && command === process.execPath) args = [import.meta.filename, 'child'];
  // SOCK_CLOEXEC: a child would inherit the listener, and keep the port when this process ends.
  const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
  s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: Number(port) });
  s.listen(listener, 511);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  log(`listening on port ${s.getsockname(listener).port}`);

  const children = new Set();
  let roomMade = () => {};
  const options = { flags: s.SOCK_CLOEXEC, signal: stop.signal };
  try {
    for await (const { fd, addr } of connections(listener, options)) {
      const process = spawn(command, args, { stdio: [fd, fd, 'inherit'] });
      // The child has duplicates. Were this one left open, the client would never see the end.
      s.close(fd);
      process.on('error', ({ message }) => log(`port ${addr.port}: ${message}`));
      if (process.pid === undefined) continue; // no such program, no process left
      children.add(process);
      log(`port ${addr.port}: process ${process.pid}, ${children.size} now`);
      // Node waits for its children (waitpid), so that none stays behind as a zombie.
      process.on('exit', (status, signal) => {
        children.delete(process);
        roomMade();
        log(`process ${process.pid}: ${signal ?? status}, ${children.size} left`);
      });
      if (children.size >= LIMIT) await new Promise((resolve) => (roomMade = resolve));
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  s.close(listener);
}

/** Descriptors 0 and 1 are the client. It may block, as it has nobody else. */
function child() {
  const buf = new Uint8Array(65536);
  try {
    for (let n = s.read(0, buf); n > 0; n = s.read(0, buf)) {
      for (let sent = 0; sent < n; ) sent += s.write(1, buf.subarray(sent, n));
    }
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: the client has gone
    process.exitCode = 1;
  }
}
