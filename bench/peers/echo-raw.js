// @ts-check
/** An echo server by sockfd/raw: for (;;) epoll_wait, as peers/echo-epoll.c does it. */
import * as raw from '../../dist/raw.js';
import { acceptAll, answer, listening, SIZE } from '../support/echo_server.js';

const { EPOLLIN, EPOLLOUT, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EAGAIN, MSG_NOSIGNAL } = raw;

const buffer = new Uint8Array(SIZE);
/** What could not be sent yet. Nothing is received meanwhile. @type {Map<number, Uint8Array>} */
const rests = new Map();
const maxevents = 256;
const events = new Uint32Array(3 * maxevents);
const listener = listening();
const epfd = raw.epoll_create1(raw.EPOLL_CLOEXEC);
raw.epoll_ctl(epfd, EPOLL_CTL_ADD, listener, { events: EPOLLIN });
raw.epoll_ctl(epfd, EPOLL_CTL_ADD, 0, { events: EPOLLIN });

/** @param {number} fd */
function drop(fd) {
  rests.delete(fd);
  raw.close(fd);
}

/** @param {number} fd */
const begin = (fd) => void raw.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });

/** @param {number} fd */
function echo(fd) {
  const n = raw.recv(fd, buffer);
  if (n === -EAGAIN) return;
  if (n <= 0) return drop(fd);
  const result = raw.send(fd, buffer, MSG_NOSIGNAL, 0, n);
  if (result === n) return;
  if (result < 0 && result !== -EAGAIN) return drop(fd);
  rests.set(fd, buffer.slice(Math.max(result, 0), n));
  raw.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, { events: EPOLLOUT });
}

/** @param {number} fd */
function flush(fd) {
  const rest = /** @type {Uint8Array} */ (rests.get(fd));
  const result = raw.send(fd, rest, MSG_NOSIGNAL);
  if (result === -EAGAIN) return;
  if (result < 0) return drop(fd);
  if (result < rest.length) {
    rests.set(fd, rest.subarray(result));
  } else {
    rests.delete(fd);
    raw.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, { events: EPOLLIN });
  }
}

function answerOnce() {
  if (raw.read(0, buffer) <= 0) process.exit();
  answer();
}

for (;;) {
  const n = raw.epoll_wait(epfd, events, maxevents);
  for (let i = 0; i < 3 * n; i += 3) {
    const fd = events[i + 1] ?? 0;
    if (fd === listener) acceptAll(listener, begin);
    else if (fd === 0) answerOnce();
    else if (((events[i] ?? 0) & EPOLLOUT) !== 0) flush(fd);
    else echo(fd);
  }
}
