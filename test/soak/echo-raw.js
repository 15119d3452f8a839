// An echo server on the raw calls: a loop around epoll_wait that the thread never leaves. It is
// level-triggered, and takes of each connection no more in a turn than its memory has room for.
import {
  EAGAIN,
  ECONNABORTED,
  EINTR,
  EMFILE,
  ENFILE,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLOUT,
  epoll_create1,
  errnoName,
  SOCK_NONBLOCK,
} from 'sockfd';
import * as raw from 'sockfd/raw';
import { answer, counts, ended, listening } from './report.js';

const epfd = epoll_create1();
const events = new Uint32Array(3 * 256);
const buf = new Uint8Array(65536);

/** What the kernel has not taken yet. Who has something here is not read from. */
const rest = new Map();

const listener = listening();
let isPaused = false;

function watch(op, fd, what) {
  const result = raw.epoll_ctl(epfd, op, fd, { events: what });
  if (result < 0) throw new Error(`epoll_ctl ${errnoName(result)}`);
}

function drop(fd, syscall, result) {
  if (result < 0) ended(syscall, errnoName(result));
  if (rest.delete(fd)) counts.sending--;
  raw.close(fd);
  counts.open--;
  if (isPaused) resume();
}

function resume() {
  isPaused = false;
  watch(EPOLL_CTL_MOD, listener, EPOLLIN);
}

/** Without a descriptor for it, a connection would be told of again and again. */
function pause() {
  counts.full++;
  isPaused = true;
  watch(EPOLL_CTL_MOD, listener, 0);
}

function accept() {
  for (let i = 0; i < 64; i++) {
    const fd = raw.accept4(listener, undefined, undefined, SOCK_NONBLOCK);
    if (fd === -EAGAIN) return;
    if (fd === -ECONNABORTED) continue;
    if (fd === -EMFILE || fd === -ENFILE) return pause();
    if (fd < 0) throw new Error(`accept4 ${errnoName(fd)}`);
    counts.accepted++;
    counts.open++;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

/** @returns how many bytes the kernel has taken, or `-errno` */
function sendAll(fd, bytes, length) {
  let sent = 0;
  while (sent < length) {
    const n = raw.send(fd, bytes, 0, sent, length - sent);
    if (n === -EAGAIN) return sent;
    if (n < 0) return n;
    sent += n;
  }
  return sent;
}

function readable(fd) {
  const n = raw.recv(fd, buf);
  if (n === -EAGAIN) return;
  if (n <= 0) return drop(fd, 'recv', n);
  const sent = sendAll(fd, buf, n);
  if (sent < 0) return drop(fd, 'send', sent);
  if (sent === n) return;
  rest.set(fd, buf.slice(sent, n));
  counts.sending++;
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

function writable(fd, bytes) {
  const sent = sendAll(fd, bytes, bytes.length);
  if (sent < 0) return drop(fd, 'send', sent);
  rest.set(fd, bytes.subarray(sent));
  if (sent < bytes.length) return;
  rest.delete(fd);
  counts.sending--;
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

function control() {
  if (raw.recv(0, buf, 0, 0, 1) > 0) answer();
  else process.exit(0);
}

watch(EPOLL_CTL_ADD, 0, EPOLLIN);
watch(EPOLL_CTL_ADD, listener, EPOLLIN);
for (;;) {
  // Of what others close nobody is told: now and then it is tried.
  const n = raw.epoll_wait(epfd, events, undefined, isPaused ? 1000 : -1);
  // Being stopped and continued interrupts it, too. signal(7)
  if (n === -EINTR) continue;
  if (n < 0) throw new Error(`epoll_wait ${errnoName(n)}`);
  if (n === 0) resume();
  for (let i = 0; i < 3 * n; i += 3) {
    const fd = events[i + 1];
    if (fd === listener) accept();
    else if (fd === 0) control();
    else if (rest.has(fd)) writable(fd, rest.get(fd));
    else readable(fd);
  }
}
