// A chat server with select(2): three sets of bits go in, those that are ready come out. It is in
// every Unix, and has no place for a descriptor from 1024 on.
//
//   node examples/servers/chat-select.js [port]    and in other terminals: nc 127.0.0.1 <port>
//
// What one types goes to all others; '/name alice' gives a name. Ends on Ctrl-C.
import * as s from 'sockfd';
import { listenOn, Room } from './chat/room.js';

const listener = listenOn(process.argv[2] ?? 0);
const room = new Room();
const readfds = new s.FdSet();
const writefds = new s.FdSet();

for (;;) {
  // select leaves in the sets what is ready: they are to be filled again for every call, from what
  // the program knows itself.
  s.FD_ZERO(readfds);
  s.FD_ZERO(writefds);
  s.FD_SET(listener, readfds);
  for (const fd of room.fds) {
    s.FD_SET(fd, readfds);
    // Nearly always there is room to send: asked for without a need, select would never wait.
    if (room.waits(fd)) s.FD_SET(fd, writefds);
  }
  // The kernel looks at every bit below the highest, and then so do we.
  s.select(Math.max(listener, ...room.fds) + 1, readfds, writefds, null, null);

  for (const fd of writefds) room.flush(fd);
  for (const fd of readfds) {
    if (fd !== listener) room.receive(fd);
    else accept();
  }
}

function accept() {
  const fd = room.accept(listener);
  // C would write past the end of the set; here it would be a RangeError.
  if (fd >= s.FD_SETSIZE) room.leave(fd, 'no place in an fd_set');
}
