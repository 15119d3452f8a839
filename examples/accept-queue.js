// The kernel completes handshakes before you accept: connections wait in the listener's queue.
// TCP_INFO of a listener shows it: `unacked` is how many wait, `sacked` is the limit. The kernel
// holds one more than the backlog; the next SYN is dropped, and its client hears nothing.
//
//   node examples/accept-queue.js [backlog]
import { log } from 'node:console';
import * as s from 'sockfd';

const backlog = Number(process.argv[2] ?? 3);
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, backlog);
const addr = s.getsockname(listener);

function queue() {
  const { unacked, sacked } = s.getsockopt(listener, s.IPPROTO_TCP, s.TCP_INFO);
  return `${unacked} of ${sacked} wait`;
}

const clients = [];
function connect() {
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
  clients.push(fd);
  try {
    s.connect(fd, addr);
  } catch (error) {
    if (error.code !== 'EINPROGRESS') throw error;
  }
  // POLLOUT when it is connected. On loopback an answer comes at once, or not at all.
  const answered = s.poll([{ fd, events: s.POLLOUT }], 100) === 1;
  const { state } = s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_INFO);
  log(`client ${clients.length}: ${s.tcpStateName(state)}, ${queue()}`);
  return answered;
}

log(`backlog ${backlog}: ${queue()}`);
for (let i = 0; i < backlog + 1; i++) connect();
if (!connect()) log(`client ${clients.length} was not answered: the queue is full`);

// Each accept makes room for one.
clients.push(s.accept(listener).fd);
log(`after one accept: ${queue()}`);

// The client that was not answered sends its SYN again after a second, and succeeds.
const last = { fd: clients[backlog + 1], events: s.POLLOUT };
if (s.poll([last], 10_000) === 1) {
  const { state, total_retrans } = s.getsockopt(last.fd, s.IPPROTO_TCP, s.TCP_INFO);
  log(`its SYN was sent again: ${s.tcpStateName(state)}, ${total_retrans} retransmitted`);
  // Its last ACK may still be on its way. Accept waits for it.
  for (let i = 0; i < backlog + 1; i++) clients.push(s.accept(listener).fd);
  log(`after ${backlog + 1} more: ${queue()}`);
}
for (const fd of [...clients, listener]) s.close(fd);
