// A chat server with epoll(7), level-triggered: the kernel keeps the list, and tells of those only
// that are ready, however many there are. A change to the list is a call of its own.
//
//   node examples/servers/chat-epoll.js [port]     and in other terminals: nc 127.0.0.1 <port>
//
// What one types goes to all others; '/name alice' gives a name. Ends on Ctrl-C.
import * as s from 'sockfd';
import { listenOn, Room } from './chat/room.js';

const listener = listenOn(process.argv[2] ?? 0);
const epfd = s.epoll_create1(s.EPOLL_CLOEXEC);
s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, listener, { events: s.EPOLLIN });

// Nearly always there is room to send: asked for without a need, epoll_wait would never wait. So
// the list is changed when something begins to wait, and when it has gone.
const room = new Room((fd, waits) => {
  const events = waits ? s.EPOLLIN | s.EPOLLOUT : s.EPOLLIN;
  s.epoll_ctl(epfd, s.EPOLL_CTL_MOD, fd, { events });
});

for (;;) {
  for (const { events, data: fd } of wait(-1)) {
    if (events & s.EPOLLOUT) room.flush(fd);
    if ((events & ~s.EPOLLOUT) === 0) continue;
    // EPOLLIN, or what is told without being asked for: EPOLLERR, EPOLLHUP. recv says which it is.
    // One call for each: who has sent more than that is told of again, after the others.
    if (fd !== listener) room.receive(fd);
    else accept();
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
  if (fd !== undefined) s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN });
}
