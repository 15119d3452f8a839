// @ts-check
/**
 * What the echo servers in JavaScript share. A server says its port, reads lines from its input,
 * and ends with it. At each line it collects its garbage, so that its memory is what it keeps.
 */
import { writeSync } from 'node:fs';
import {
  AF_INET,
  bind,
  getsockname,
  IPPROTO_TCP,
  listen,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  setsockopt,
  socket,
  TCP_NODELAY,
} from '../../dist/index.js';
import { accept4 } from '../../dist/raw.js';

/** Room for what one call receives. */
export const SIZE = 65536;

export const ACCEPTED = SOCK_NONBLOCK | SOCK_CLOEXEC;

/** A listener, whose port is said. */
export function listening() {
  const fd = socket(AF_INET, SOCK_STREAM | ACCEPTED);
  bind(fd, { family: AF_INET, addr: '127.0.0.1', port: 0 });
  listen(fd, 4096);
  const addr = getsockname(fd);
  say('port' in addr ? addr.port : 0);
  return fd;
}

/** @param {string | number} what */
export function say(what) {
  writeSync(1, `${what}\n`);
}

/** @param {number} fd */
export function nodelay(fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, true);
}

/**
 * Accepts all that wait, and begins to serve each.
 *
 * @param {number} listener
 * @param {(fd: number) => void} serve
 */
export function acceptAll(listener, serve) {
  for (;;) {
    const fd = accept4(listener, null, undefined, ACCEPTED);
    if (fd < 0) return;
    nodelay(fd);
    serve(fd);
  }
}

/** Answers a line of the input. */
export function answer() {
  // Twice: what was freed by the first lets go of more.
  for (let i = 0; i < 2; i++) globalThis.gc?.();
  say('done');
}

/** Answers the input from the event loop. */
export function answerAll() {
  process.stdin.on('data', answer);
  process.stdin.on('end', () => process.exit());
}
