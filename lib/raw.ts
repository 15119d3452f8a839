/**
 * sockfd/raw — all that `sockfd` has, with the calls in their raw form: they return `-errno`, and
 * throw nothing but TypeError and RangeError.
 */
export * from './index.js';
export {
  accept,
  accept4,
  bind,
  close,
  connect,
  dup,
  dup2,
  dup3,
  fcntl,
  getpeername,
  getsockname,
  getsockopt,
  if_indextoname,
  if_nametoindex,
  inet_ntop,
  inet_pton,
  ioctl,
  listen,
  mptcp_full_info,
  poll,
  read,
  readv,
  recv,
  recvfrom,
  send,
  sendto,
  setsockopt,
  shutdown,
  socket,
  socketpair,
  write,
  writev,
} from './syscalls/raw.js';
