// @ts-check
/** An echo server by the callbacks of sockfd/promises. */
import { watch } from '../../dist/promises.js';
import * as raw from '../../dist/raw.js';
import { acceptAll, answerAll, listening, SIZE } from '../support/echo_server.js';

const { EAGAIN, EPOLLIN, EPOLLOUT, MSG_NOSIGNAL } = raw;

const buffer = new Uint8Array(SIZE);
/** What could not be sent yet. Nothing is received meanwhile. @type {Map<number, Uint8Array>} */
const rests = new Map();

/** @param {number} fd */
function drop(fd) {
  rests.delete(fd);
  raw.close(fd);
}

/**
 * Whether all of it could be sent, and the connection lives.
 *
 * @param {number} fd
 * @param {Uint8Array} bytes
 * @param {number} from
 * @param {number} to
 */
function sendAll(fd, bytes, from, to) {
  const result = raw.send(fd, bytes, MSG_NOSIGNAL, from, to - from);
  if (result === to - from) return true;
  if (result < 0 && result !== -EAGAIN) drop(fd);
  else rests.set(fd, bytes.slice(from + Math.max(result, 0), to));
  return false;
}

/**
 * @param {number} _events
 * @param {number} fd
 */
function serve(_events, fd) {
  const rest = rests.get(fd);
  if (rest !== undefined) {
    rests.delete(fd);
    if (!sendAll(fd, rest, 0, rest.length)) return;
  }
  // What is less than asked for was all there is; more of it will be told.
  for (let n = SIZE; n === SIZE; ) {
    n = raw.recv(fd, buffer);
    if (n === -EAGAIN) return;
    if (n <= 0) return drop(fd);
    if (!sendAll(fd, buffer, 0, n)) return;
  }
}

const listener = listening();
/** @param {number} fd */
const begin = (fd) => void watch(fd, EPOLLIN | EPOLLOUT, serve);
watch(listener, EPOLLIN, () => acceptAll(listener, begin));
answerAll();
