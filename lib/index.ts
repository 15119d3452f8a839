/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export { type OptionInfo, optionInfo, optionTable } from './inspect/options.js';
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export type { DmabufToken } from './structs/dmabuf_token.js';
export * from './structs/family.js';
export * from './structs/filter.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/ipv6.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export * from './structs/net_tstamp.js';
export * from './structs/netdevice.js';
export type { Capability, Timeval } from './structs/option.js';
export type { PollFd } from './structs/pollfd.js';
export type { SockFilter } from './structs/sock_filter.js';
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
export {
  TCP_AO_KEYF_EXCLUDE_OPT,
  TCP_AO_KEYF_IFINDEX,
  TCP_AO_MAXKEYLEN,
  type TcpAoAdd,
  type TcpAoDel,
  type TcpAoInfoInit,
  type TcpAoInfoOpt,
  type TcpAoRepair,
} from './structs/tcp_ao.js';
export type { TcpAoGetKeys, TcpAoKey, TcpAoKeys } from './structs/tcp_ao_keys.js';
export type {
  TcpBbrInfo,
  TcpCcInfo,
  TcpDctcpInfo,
  TcpvegasInfo,
} from './structs/tcp_cc_info.js';
export { decodeTcpInfo, type TcpInfo } from './structs/tcp_info.js';
export {
  TCP_MD5SIG_FLAG_IFINDEX,
  TCP_MD5SIG_FLAG_PREFIX,
  TCP_MD5SIG_MAXKEYLEN,
  type TcpMd5sig,
} from './structs/tcp_md5sig.js';
export {
  TCPOPT_EOL,
  TCPOPT_MAXSEG,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
  type TcpRepairOpt,
  type TcpRepairWindow,
} from './structs/tcp_repair.js';
export {
  TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_HINT,
  type TcpZerocopyReceive,
} from './structs/tcp_zerocopy.js';
export type { SockTxtime, SoTimestamping } from './structs/timestamping.js';
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/message.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/poll.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
