// SO_REUSEPORT: a listener for each worker, all on the same port. The kernel gives each connection
// to one of them, by a hash of its addresses and ports. Nobody hands out anything, and no queue is
// shared.
//
//   node examples/servers/reuseport.js [port] [workers]
//
// The hash is blind: it knows not how many connections a worker has, nor whether it hangs. Few
// clients are spread unevenly, and a worker that hangs has its share waiting in its own queue, out
// of the others' reach. Ends on Ctrl-C, when the connections have ended, and says who got how many.
import { log } from 'node:console';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as s from 'sockfd';
import { connections, recv, send } from 'sockfd/promises';

const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;
if (isMainThread) await main(Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 4));
else await work(workerData);

async function main(port, size) {
  // All of them are bound here, the first to find a port and the others to the same. Each must have
  // the option, and the same user must have bound it: a stranger cannot take a share.
  const addr = { family: s.AF_INET, addr: '127.0.0.1', port };
  const listeners = Array.from({ length: size }, () => {
    const listener = s.socket(s.AF_INET, s.SOCK_STREAM | flags);
    s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEPORT, true);
    s.bind(listener, addr);
    addr.port = s.getsockname(listener).port;
    return listener;
  });
  const workers = listeners.map(
    (workerData) => new Worker(new URL(import.meta.url), { workerData }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [i, worker] of workers.entries()) {
    worker.on('message', (accepted) => log(`worker ${i + 1}: ${accepted} connections`));
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      for (const worker of workers) worker.postMessage('stop');
    });
  }
  log(`listening on port ${addr.port}`);
}

/** The worker owns its listener from here on, and what it accepts. */
async function work(listener) {
  s.listen(listener, 511); // from now on it has its share
  const stop = new AbortController();
  parentPort.once('message', () => stop.abort());
  parentPort.postMessage('listening');
  let accepted = 0;
  try {
    for await (const { fd } of connections(listener, { flags, signal: stop.signal })) {
      accepted++;
      echo(fd);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  // What is still in this queue is reset, though others listen: the kernel moves it to none of
  // them, unless net.ipv4.tcp_migrate_req says so. (restart.js is how to stop without that.)
  s.close(listener);
  parentPort.postMessage(accepted);
}

async function echo(fd) {
  const buf = new Uint8Array(65536);
  try {
    for (let n = await recv(fd, buf); n > 0; n = await recv(fd, buf)) {
      for (let sent = 0; sent < n; ) sent += await send(fd, buf, 0, sent, n - sent);
    }
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: its own affair
  }
  s.close(fd);
}
