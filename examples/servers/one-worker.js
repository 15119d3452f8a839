// One listener, one worker: a thread accepts and serves with calls that block, one client after the
// other, and the main thread stays free. A descriptor is a number, and good in every thread.
//
//   node examples/servers/one-worker.js [port]     and in other terminals: nc 127.0.0.1 <port>
//
// Who comes meanwhile waits in the listener's queue. Ends on Ctrl-C, after the client of the
// moment.
import { log } from 'node:console';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as s from 'sockfd';

if (isMainThread) main(Number(process.argv[2] ?? 0));
else work(workerData);

function main(port) {
  const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
  s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port });
  s.listen(listener, 511);

  const worker = new Worker(new URL(import.meta.url), { workerData: listener });
  let served = 0;
  worker.on('message', () => served++); // this loop is free to do other things as well
  worker.on('exit', () => {
    s.close(listener); // who opens it closes it, once nobody uses the number any more
    log(`${served} served`);
  });
  // A thread in a call cannot be ended from outside. But a listener that is shut down accepts no
  // more: the call returns, with EINVAL. (close would leave it waiting, in the file of before.)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => s.shutdown(listener, s.SHUT_RD));
  }
  log(`listening on port ${s.getsockname(listener).port}`);
}

function work(listener) {
  const buf = new Uint8Array(65536);
  for (;;) {
    let fd;
    try {
      fd = s.accept4(listener, s.SOCK_CLOEXEC).fd;
    } catch (error) {
      if (error.code === 'EINVAL') return; // shut down
      throw error;
    }
    try {
      echo(fd, buf);
    } catch (error) {
      if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: its own affair
    }
    s.close(fd);
    parentPort.postMessage('served');
  }
}

function echo(fd, buf) {
  // One at a time, so that nobody may keep the others waiting: after two seconds, EAGAIN.
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 2, usec: 0 });
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 2, usec: 0 });
  for (let n = s.recv(fd, buf); n > 0; n = s.recv(fd, buf)) {
    for (let sent = 0; sent < n; ) sent += s.send(fd, buf, 0, sent, n - sent);
  }
}
