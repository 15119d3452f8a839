// One listener, a pool of workers: the main thread accepts, and hands each connection to the worker
// that has the fewest. Each worker is an event loop of its own, on a processor of its own.
//
//   node examples/servers/worker-pool.js [port] [workers]
//
// Who owns a descriptor? All threads have the same ones, so that one of them has to say: here the
// main thread accepts and closes, workers borrow. So it can close what a worker had when the worker
// dies, and no number is given out again while a worker still uses it for the connection before.
// A line 'crash' is a bug, for show. Ends on Ctrl-C, when the connections have ended.
import { log } from 'node:console';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as s from 'sockfd';
import { accept4, detach, recv, send } from 'sockfd/promises';

/** Connections at once. Who comes then waits in the listener's queue: better than EMFILE. */
const LIMIT = 1000;

if (isMainThread) await main(Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 2));
else work();

async function main(port, size) {
  const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;
  const listener = s.socket(s.AF_INET, s.SOCK_STREAM | flags);
  s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port });
  s.listen(listener, 511);

  /** The workers, and the descriptors that each has. */
  const pool = new Map();
  const stop = new AbortController();
  const options = { signal: stop.signal };
  let connections = 0;
  let roomMade = () => {};

  function start(name) {
    const worker = new Worker(new URL(import.meta.url));
    const lent = new Set();
    let served = 0;
    pool.set(worker, lent);
    const takeBack = (fd) => {
      s.close(fd);
      lent.delete(fd);
      connections--;
      roomMade();
    };
    worker.on('message', (fd) => {
      takeBack(fd);
      served++;
    });
    worker.on('error', (error) => log(`${name}: ${error.message}, with ${lent.size} connections`));
    // The thread is gone: what it had not given back nobody uses any more.
    worker.on('exit', () => {
      pool.delete(worker);
      for (const fd of lent) takeBack(fd);
      log(`${name}: ${served} served`);
      if (!stop.signal.aborted) start(`${name}'`);
    });
  }
  for (let i = 1; i <= size; i++) start(`worker ${i}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  log(`listening on port ${s.getsockname(listener).port}`);

  while (!stop.signal.aborted) {
    const accepted = await accept4(listener, flags, options).catch((error) => {
      if (error.name !== 'AbortError') throw error;
    });
    if (accepted === undefined) break;
    const [[worker, lent]] = [...pool].sort(([, a], [, b]) => a.size - b.size);
    lent.add(accepted.fd);
    worker.postMessage(accepted.fd);
    if (++connections >= LIMIT) await new Promise((resolve) => (roomMade = resolve));
  }
  s.close(listener);
  for (const worker of pool.keys()) worker.postMessage(null);
}

function work() {
  parentPort.on('message', async (fd) => {
    if (fd === null) return parentPort.unref(); // no more come: ends when these have ended
    await echo(fd);
    parentPort.postMessage(detach(fd)); // this thread waits for it no more
  });
}

async function echo(fd) {
  const buf = Buffer.alloc(65536);
  try {
    for (let n = await recv(fd, buf); n > 0; n = await recv(fd, buf)) {
      if (n === 6 && buf.toString('latin1', 0, n) === 'crash\n') throw new Error('crash');
      for (let sent = 0; sent < n; ) sent += await send(fd, buf, 0, sent, n - sent);
    }
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error; // ECONNRESET, EPIPE: its own affair
  }
}
