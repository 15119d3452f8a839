// A chat server with epoll(7), edge-triggered: the kernel tells when something comes, once, and not
// again that it is still there. The list never changes; what is not done yet is ours to remember.
//
//   node examples/servers/chat-epoll-et.js [port]  and in other terminals: nc 127.0.0.1 <port>
//
// What one types goes to all others; '/name alice' gives a name. Ends on Ctrl-C.
import * as s from 'sockfd';
import { listenOn, Room } from './chat/room.js';

const listener = listenOn(process.argv[2] ?? 0);
const epfd = s.epoll_create1(s.EPOLL_CLOEXEC);
s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, listener, { events: s.EPOLLIN | s.EPOLLET });
const room = new Room();

// Those of whom an edge was told, and no EAGAIN since. Whoever were taken off before that would not
// be heard again: there is no edge without something new. And whoever were read to its end at once
// could keep all others waiting for ever, by sending as fast as it is read.
const ready = new Set();

for (;;) {
  // With something left to do, only look who else is there.
  for (const { events, data: fd } of wait(ready.size > 0 ? 0 : -1)) {
    if (events & s.EPOLLOUT) room.flush(fd); // sends to its end, or to EAGAIN: the next edge tells
    if (events & ~s.EPOLLOUT) ready.add(fd);
  }
  for (const fd of ready) {
    const more = fd === listener ? accept() : room.receive(fd);
    if (!more) ready.delete(fd);
  }
}

function wait(timeout) {
  try {
    return s.epoll_wait(epfd, 64, timeout);
  } catch (error) {
    if (error.code !== 'EINTR') throw error;
    return []; // stopped by Ctrl-Z, and gone on: epoll_wait is not begun again as poll is
  }
}

function accept() {
  const fd = room.accept(listener);
  if (fd === undefined) return false;
  // Both directions at once, and once for all. What is there already counts as an edge.
  s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN | s.EPOLLOUT | s.EPOLLET });
  return true;
}
