/**
 * sockfd — the Linux socket interface: the checked form of every call, which throws SystemError;
 * the constants; the codecs of addresses and structures.
 */
export { fdOf, type HasFd } from './inspect/fd_of.js';
export { type OptionInfo, optionInfo, optionTable } from './inspect/options.js';
export type { Buf } from './kernel/bytes.js';
export * from './kernel/errno.js';
export { errnoName, SystemError } from './kernel/error.js';
export { type ListenFd, listenFds } from './process/listen_fds.js';
export {
  type ListenFdInit,
  type ListenFdsOptions,
  type SpawnArguments,
  type StdioList,
  withListenFds,
} from './process/with_listen_fds.js';
export * from './structs/af_netlink.js';
export * from './structs/arphdr.js';
export * from './structs/bluetooth.js';
export * from './structs/can.js';
export { CAN_RAW_FILTER_MAX, type CanFilter, type CanRawVcidOptions } from './structs/can_raw.js';
export * from './structs/checksum.js';
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
export type { DmabufCmsg } from './structs/dmabuf.js';
export type { DmabufToken } from './structs/dmabuf_token.js';
export {
  decodeEpollEvents,
  type EpollEvent,
  type EpollEventInit,
} from './structs/epoll_event.js';
export * from './structs/epoll_params.js';
export * from './structs/errqueue.js';
export * from './structs/ethhdr.js';
export * from './structs/family.js';
export { FD_CLR, FD_ISSET, FD_SET, FD_SETSIZE, FD_ZERO, FdSet } from './structs/fdset.js';
export * from './structs/filter.js';
export * from './structs/flock.js';
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
export * from './structs/icmp6hdr.js';
export * from './structs/icmphdr.js';
export * from './structs/icmpv6.js';
export {
  ALG_OP_DECRYPT,
  ALG_OP_ENCRYPT,
  ALG_SET_AEAD_ASSOCLEN,
  ALG_SET_AEAD_AUTHSIZE,
  ALG_SET_DRBG_ENTROPY,
  ALG_SET_IV,
  ALG_SET_KEY,
  ALG_SET_KEY_BY_KEY_SERIAL,
  ALG_SET_OP,
} from './structs/if_alg.js';
export * from './structs/if_arp.js';
export * from './structs/if_ether.js';
export * from './structs/if_packet.js';
export * from './structs/if_xdp.js';
export { htonl, htons, inet_ntop, inet_pton, ntohl, ntohs } from './structs/inet.js';
export * from './structs/ip.js';
export * from './structs/iphdr.js';
export * from './structs/ipv6.js';
export * from './structs/ipv6_exthdr.js';
export * from './structs/ipv6hdr.js';
export {
  decodeItimerspec,
  encodeItimerspec,
  type Itimerspec,
  type ItimerspecInit,
} from './structs/itimerspec.js';
export type { Linger, LingerInit } from './structs/linger.js';
export type { Meminfo } from './structs/meminfo.js';
export * from './structs/mptcp.js';
export type { MptcpFullInfo, MptcpSubflow } from './structs/mptcp_full_info.js';
export { decodeMptcpInfo, type MptcpInfo } from './structs/mptcp_info.js';
export type { MptcpSubflowAddrs } from './structs/mptcp_subflow.js';
export type {
  Message,
  MessageRoom,
  MessageSlot,
  MsgHdr,
  ReceivedMessage,
} from './structs/msghdr.js';
export { MsgVec } from './structs/msgvec.js';
export type { Ip6Mtuinfo } from './structs/mtuinfo.js';
export type {
  GroupFilter,
  GroupFilterInit,
  GroupFilterOf,
  GroupReq,
  GroupSourceReq,
  IpMreq,
  IpMreqn,
  IpMreqSource,
  IpMsfilter,
  IpMsfilterInit,
  IpMsfilterOf,
  IpMulticastIf,
  Ipv6AnycastReq,
  Ipv6Mreq,
} from './structs/multicast.js';
export * from './structs/net_tstamp.js';
export * from './structs/netdevice.js';
export type { NlPktinfo } from './structs/nl_pktinfo.js';
export * from './structs/opt_stats.js';
export type { Capability, Timeval } from './structs/option.js';
export type {
  FanoutArgs,
  PacketMreq,
  TpacketAuxdata,
  TpacketReq,
  TpacketReq3,
  TpacketRolloverStats,
  TpacketStats,
} from './structs/packet.js';
export type { In6Pktinfo, InPktinfo } from './structs/pktinfo.js';
export type { PollFd } from './structs/pollfd.js';
export type { PortRange } from './structs/port_range.js';
export * from './structs/rtnetlink.js';
export * from './structs/scm.js';
export { decodeSignalfdSiginfo, type SignalfdSiginfo } from './structs/signalfd_siginfo.js';
export { decodeSigset, encodeSigset, type SignalSet } from './structs/sigset.js';
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
export * from './structs/sockaddr_alg.js';
export * from './structs/sockaddr_bluetooth.js';
export * from './structs/sockaddr_can.js';
export * from './structs/sockaddr_iucv.js';
export * from './structs/sockaddr_l2tpip.js';
export * from './structs/sockaddr_nfc.js';
export * from './structs/sockaddr_pppox.js';
export * from './structs/sockaddr_qrtr.js';
export * from './structs/sockaddr_tipc.js';
export * from './structs/sockaddr_xdp.js';
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
export * from './structs/tcp_bpf.js';
export type { TcpBbrInfo, TcpCcInfo, TcpDctcpInfo, TcpvegasInfo } from './structs/tcp_cc_info.js';
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
export * from './structs/tcphdr.js';
export * from './structs/tcpopt.js';
export type { ScmTimestamping, ScmTsPktinfo, Timespec } from './structs/timespec.js';
export type { SockTxtime, SoTimestamping } from './structs/timestamping.js';
export * from './structs/tls.js';
export * from './structs/tls_cipher.js';
export type { TlsCryptoInfo, TlsCryptoInfoInit } from './structs/tls_crypto_info.js';
export type { Ucred } from './structs/ucred.js';
export * from './structs/udp.js';
export * from './structs/udphdr.js';
export { UDPLITE_RECV_CSCOV, UDPLITE_SEND_CSCOV } from './structs/udplite.js';
export * from './structs/vsock.js';
export type { XdpMmapOffsets, XdpOptions, XdpRingOffset, XdpStatistics } from './structs/xdp.js';
export * from './syscalls/clock.js';
export * from './syscalls/close_range.js';
export * from './syscalls/epoll.js';
export * from './syscalls/eventfd.js';
export * from './syscalls/fcntl.js';
export * from './syscalls/ioctl.js';
export * from './syscalls/memfd.js';
export * from './syscalls/message.js';
export * from './syscalls/mptcp.js';
export * from './syscalls/netdevice.js';
export * from './syscalls/pidfd.js';
export * from './syscalls/pipe.js';
export * from './syscalls/poll.js';
export * from './syscalls/select.js';
export * from './syscalls/signalfd.js';
export * from './syscalls/socket.js';
export * from './syscalls/sockopt.js';
export * from './syscalls/splice.js';
export * from './syscalls/timerfd.js';
