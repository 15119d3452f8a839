/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export * from './structs/clock.js';
export {
  CMSG_ALIGN,
  CMSG_LEN,
  CMSG_SPACE,
  type ControlInit,
  type ControlLevel,
  type ControlMessage,
  type ControlValue,
  controlValue,
  decodeControl,
  encodeControl,
} from './structs/cmsg.js';
export {
  decodeEpollEvents,
  type EpollEvent,
  type EpollEventInit,
} from './structs/epoll_event.js';
export * from './structs/epoll_params.js';
export * from './structs/errqueue.js';
export * from './structs/family.js';
export { FD_CLR, FD_ISSET, FD_SET, FD_SETSIZE, FD_ZERO, FdSet } from './structs/fdset.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/ipv6.js';
export {
  decodeItimerspec,
  encodeItimerspec,
  type Itimerspec,
  type ItimerspecInit,
} from './structs/itimerspec.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export type {
  Message,
  MessageRoom,
  MessageSlot,
  MsgHdr,
  ReceivedMessage,
} from './structs/msghdr.js';
export { MsgVec } from './structs/msgvec.js';
export * from './structs/netdevice.js';
export * from './structs/opt_stats.js';
export type { Capability, Timeval } from './structs/option.js';
export type { In6Pktinfo, InPktinfo } from './structs/pktinfo.js';
export type { PollFd } from './structs/pollfd.js';
export * from './structs/scm.js';
export { decodeSignalfdSiginfo, type SignalfdSiginfo } from './structs/signalfd_siginfo.js';
export { decodeSigset, encodeSigset, type SignalSet } from './structs/sigset.js';
export type {
  SockAddr,
  SockAddrIn,
  SockAddrIn6,
  SockAddrLike,
  SockAddrLl,
  SockAddrNl,
  SockAddrOther,
  SockAddrUn,
  SockAddrUnspec,
  SockAddrVm,
} from './structs/sockaddr.js';
export { decodeSockaddr, encodeSockaddr } from './structs/sockaddr.js';
export * from './structs/socket.js';
export * from './structs/tcp.js';
export { decodeTcpInfo, type TcpInfo } from './structs/tcp_info.js';
export type { ScmTimestamping, ScmTsPktinfo, Timespec } from './structs/timespec.js';
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export * from './syscalls/close_range.js';
export * from './syscalls/epoll.js';
export * from './syscalls/eventfd.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/memfd.js';
export * from './syscalls/message.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/pidfd.js';
export * from './syscalls/pipe.js';
export * from './syscalls/poll.js';
export * from './syscalls/select.js';
export * from './syscalls/signalfd.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
export * from './syscalls/timerfd.js';
