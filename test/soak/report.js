// What the echo servers count, and tell who asks: each line of standard input is a question, each
// answer a line of JSON. A server that is asked no more closes its listener and ends.
import { writeSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { AF_INET, bind, getsockname, listen, SOCK_NONBLOCK, SOCK_STREAM, socket } from 'sockfd';

export const counts = {
  /** Calls of accept that found no descriptor left. */
  full: 0,
  /** Connections that were accepted, and those that are open. */
  accepted: 0,
  open: 0,
  /** Connections for which a send waits. */
  sending: 0,
  /** Ends of connections but for the ordinary one, such as `recv ECONNRESET`. */
  errors: {},
  /** What nobody has caught, and warnings. */
  outOfBand: [],
};

/** Keeps the process alive for the test to see it. */
export function catchOutOfBand() {
  for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
    process.on(event, (what) => counts.outOfBand.push(`${event}: ${what}`));
  }
}

export function ended(syscall, code) {
  const name = `${syscall} ${code}`;
  counts.errors[name] = (counts.errors[name] ?? 0) + 1;
}

const tell = (value) => writeSync(1, `${JSON.stringify(value)}\n`);

/** The listener, of which the first line tells the number and the port. */
export function listening() {
  const fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
  bind(fd, { family: AF_INET, addr: '127.0.0.1', port: 0 });
  listen(fd, 4096);
  tell({ fd, port: getsockname(fd).port });
  return fd;
}

/** The counts, and the memory that is in use when what nobody needs has been collected. */
export function answer() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  // process.memoryUsage needs a descriptor, for a file in /proc.
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  tell({ ...counts, heap, external });
}
