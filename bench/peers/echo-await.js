// @ts-check
/**
 * An echo server of async functions that wait, and of nothing else: the least that promises can
 * cost. It makes raw calls on an epoll descriptor of its own, has one buffer for all connections,
 * and holds for each that waits one promise. It is no example: who waits knows of no errors.
 */
import { watch } from '../../dist/promises.js';
import * as raw from '../../dist/raw.js';
import { acceptAll, answerAll, listening, SIZE } from '../support/echo_server.js';

const { EPOLLET, EPOLLIN, EPOLLOUT, EPOLL_CTL_ADD, EAGAIN, MSG_NOSIGNAL } = raw;

const buffer = new Uint8Array(SIZE);
const maxevents = 256;
const events = new Uint32Array(3 * maxevents);
const epfd = raw.epoll_create1(raw.EPOLL_CLOEXEC);

/** By their descriptors, who waits. @type {((value?: undefined) => void)[]} */
const waiting = [];
const nobody = () => undefined;
let resolveLast = nobody;

/** @param {(value?: undefined) => void} resolve */
const keep = (resolve) => {
  resolveLast = resolve;
};

/** @param {number} fd @returns {Promise<undefined>} */
function ready(fd) {
  const promise = new Promise(keep);
  waiting[fd] = resolveLast;
  return promise;
}

function turn() {
  // The watch is edge-triggered: what is left here is not told again.
  for (let n = maxevents; n === maxevents; ) {
    n = raw.epoll_wait(epfd, events, maxevents, 0);
    for (let i = 0; i < 3 * n; i += 3) {
      const fd = events[i + 1] ?? 0;
      waiting[fd]?.();
    }
  }
}

/** @param {number} fd @param {Uint8Array} bytes */
async function sendAll(fd, bytes) {
  for (let sent = 0; sent < bytes.length; ) {
    const result = raw.send(fd, bytes, MSG_NOSIGNAL, sent);
    if (result === -EAGAIN) await ready(fd);
    else if (result < 0) return;
    else sent += result;
  }
}

/** @param {number} fd */
async function serve(fd) {
  waiting[fd] = nobody;
  raw.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN | EPOLLOUT | EPOLLET });
  for (;;) {
    const n = raw.recv(fd, buffer);
    if (n === -EAGAIN) {
      await ready(fd);
      continue;
    }
    if (n <= 0) break;
    const result = raw.send(fd, buffer, MSG_NOSIGNAL, 0, n);
    if (result === n) continue;
    if (result < 0 && result !== -EAGAIN) break;
    await sendAll(fd, buffer.slice(Math.max(result, 0), n));
  }
  raw.close(fd);
}

watch(epfd, EPOLLIN, turn);
const listener = listening();
watch(listener, EPOLLIN, () => acceptAll(listener, serve));
answerAll();
