/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export * from './structs/family.js';
export {
  type In6FlowlabelReq,
  type In6FlowlabelReqInit,
  type In6FlowlabelReqOf,
  IPV6_FL_A_GET,
  IPV6_FL_A_PUT,
  IPV6_FL_A_RENEW,
  IPV6_FL_F_CREATE,
  IPV6_FL_F_EXCL,
  IPV6_FL_F_REFLECT,
  IPV6_FL_F_REMOTE,
  IPV6_FL_S_ANY,
  IPV6_FL_S_EXCL,
  IPV6_FL_S_NONE,
  IPV6_FL_S_PROCESS,
  IPV6_FL_S_USER,
} from './structs/flowlabel.js';
export { ICMP_FILTER } from './structs/icmp_filter.js';
export {
  ICMP6_FILTER,
  ICMP6_FILTER_SETBLOCK,
  ICMP6_FILTER_SETBLOCKALL,
  ICMP6_FILTER_SETPASS,
  ICMP6_FILTER_SETPASSALL,
  ICMP6_FILTER_WILLBLOCK,
  ICMP6_FILTER_WILLPASS,
  ICMPV6_FILTER,
  type Icmp6Filter,
} from './structs/icmp6_filter.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/ipv6.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export type { Ip6Mtuinfo } from './structs/mtuinfo.js';
export type {
  GroupFilter,
  GroupFilterInit,
  GroupFilterOf,
  GroupReq,
  GroupSourceReq,
  IpMreqn,
  IpMreqSource,
  IpMsfilter,
  IpMsfilterInit,
  IpMsfilterOf,
  IpMulticastIf,
  Ipv6AnycastReq,
  Ipv6Mreq,
} from './structs/multicast.js';
export * from './structs/netdevice.js';
export type { Timeval } from './structs/option.js';
export type { In6Pktinfo } from './structs/pktinfo.js';
export type { PollFd } from './structs/pollfd.js';
export type { PortRange } from './structs/port_range.js';
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
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export { UDPLITE_RECV_CSCOV, UDPLITE_SEND_CSCOV } from './structs/udplite.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/message.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/poll.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
