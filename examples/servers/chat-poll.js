// A chat server with poll(2): a list of descriptors and what is asked of each goes in, the answers
// come out beside. Any descriptor will do; the list is as long as there are clients, ready or not.
//
//   node examples/servers/chat-poll.js [port]      and in other terminals: nc 127.0.0.1 <port>
//
// What one types goes to all others; '/name alice' gives a name. Ends on Ctrl-C.
import * as s from 'sockfd';
import { listenOn, Room } from './chat/room.js';

const listener = listenOn(process.argv[2] ?? 0);
const room = new Room();

for (;;) {
  const fds = [{ fd: listener, events: s.POLLIN, revents: 0 }];
  for (const fd of room.fds) {
    // Nearly always there is room to send: asked for without a need, poll would never wait.
    fds.push({ fd, events: room.waits(fd) ? s.POLLIN | s.POLLOUT : s.POLLIN, revents: 0 });
  }
  // The kernel looks at every entry, and then so do we: with a thousand clients of which one says
  // something, that is two thousand looks.
  s.poll(fds, -1);

  for (const { fd, revents } of fds) {
    if (revents & s.POLLOUT) room.flush(fd);
    if ((revents & ~s.POLLOUT) === 0) continue;
    // POLLIN, or what is told without being asked for: POLLERR, POLLHUP. recv says which it is.
    if (fd !== listener) room.receive(fd);
    else room.accept(listener);
  }
}
