/**
 * sockfd/promises — the calls that wait, under their own names: what they do not find at once they
 * wait for, without blocking the event loop.
 */
export type { Flags, FlagsPart, Part } from './async/arguments.js';
export { read, write } from './async/descriptor.js';
export { detach } from './async/detach.js';
export {
  type ConnectionsOptions,
  connections,
  type Datagram,
  type DatagramsOptions,
  datagrams,
  type EpollEventsOptions,
  epollEvents,
} from './async/iterate.js';
export { epoll_wait, poll, type SignalOption } from './async/poll.js';
export { recv, recvfrom, recvmsg } from './async/recv.js';
export { send, sendmsg, sendto } from './async/send.js';
export { type Accepted, accept, accept4, connect } from './async/socket.js';
export type { WaitOptions } from './async/wait.js';
export { type Watch, watch } from './async/watch.js';
