/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export * from './structs/af_netlink.js';
export * from './structs/family.js';
export * from './structs/if_packet.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/ipv6.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export * from './structs/mptcp.js';
export type { MptcpFullInfo, MptcpSubflow } from './structs/mptcp_full_info.js';
export { decodeMptcpInfo, type MptcpInfo } from './structs/mptcp_info.js';
export type { MptcpSubflowAddrs } from './structs/mptcp_subflow.js';
export * from './structs/netdevice.js';
export type { NlPktinfo } from './structs/nl_pktinfo.js';
export type { Timeval } from './structs/option.js';
export type {
  FanoutArgs,
  PacketMreq,
  TpacketAuxdata,
  TpacketReq,
  TpacketReq3,
  TpacketRolloverStats,
  TpacketStats,
} from './structs/packet.js';
export type { PollFd } from './structs/pollfd.js';
export * from './structs/rtnetlink.js';
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
export * from './structs/tls.js';
export * from './structs/tls_cipher.js';
export type { TlsCryptoInfo, TlsCryptoInfoInit } from './structs/tls_crypto_info.js';
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export * from './structs/vsock.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/message.js';
export * from './syscalls/mptcp.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/poll.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
