/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export * from './structs/arphdr.js';
export * from './structs/checksum.js';
export * from './structs/ethhdr.js';
export * from './structs/family.js';
export * from './structs/icmp6hdr.js';
export * from './structs/icmphdr.js';
export * from './structs/icmpv6.js';
export * from './structs/if_arp.js';
export * from './structs/if_ether.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/iphdr.js';
export * from './structs/ipv6.js';
export * from './structs/ipv6_exthdr.js';
export * from './structs/ipv6hdr.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export * from './structs/netdevice.js';
export type { Timeval } from './structs/option.js';
export type { PollFd } from './structs/pollfd.js';
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
export * from './structs/tcphdr.js';
export * from './structs/tcpopt.js';
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export * from './structs/udphdr.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/message.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/poll.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
