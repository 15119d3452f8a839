/**
 * The levels of socket options, and the options of SOL_SOCKET. socket(7)
 */
import { dmabuf_tokens } from './dmabuf_token.js';
import { linger } from './linger.js';
import { meminfo } from './meminfo.js';
import {
  bool,
  count64,
  id64,
  int,
  name,
  type OptionTable,
  readonly,
  timeval,
  uint,
  writeonly,
} from './option.js';
import { peergroups, peername } from './peer.js';
import { filter, filter_set } from './sock_filter.js';
import { sock_txtime, timestamping } from './timestamping.js';
import { ucred } from './ucred.js';

/** Options of ip.ts; the number of IPPROTO_IP. ip(7) */
export const SOL_IP = 0;
/** Options of every socket. socket(7) */
export const SOL_SOCKET = 1;
/** Options of tcp.ts; the number of IPPROTO_TCP. tcp(7) */
export const SOL_TCP = 6;
/** Options of udp.ts; the number of IPPROTO_UDP. udp(7) */
export const SOL_UDP = 17;
/** Options of ipv6.ts; the number of IPPROTO_IPV6. ipv6(7) */
export const SOL_IPV6 = 41;
/** ICMPv6 on raw sockets; the number of IPPROTO_ICMPV6. icmp(7) */
export const SOL_ICMPV6 = 58;
/** CAN: the protocol number is added to it. */
export const SOL_CAN_BASE = 100;
/** CAN_RAW sockets. */
export const SOL_CAN_RAW = 101;
/** CAN_ISOTP sockets. Linux 5.10. */
export const SOL_CAN_ISOTP = 106;
/** CAN_J1939 sockets. Linux 5.4. */
export const SOL_CAN_J1939 = 107;
/** SCTP; the number of IPPROTO_SCTP. sctp(7) */
export const SOL_SCTP = 132;
/** UDP-Lite; the number of IPPROTO_UDPLITE. udplite(7) */
export const SOL_UDPLITE = 136;
/** Raw IP sockets; the number of IPPROTO_RAW. raw(7) */
export const SOL_RAW = 255;
/** Novell IPX. */
export const SOL_IPX = 256;
/** Amateur radio AX.25. */
export const SOL_AX25 = 257;
/** AppleTalk. */
export const SOL_ATALK = 258;
/** Amateur radio NET/ROM. */
export const SOL_NETROM = 259;
/** Amateur radio X.25 PLP. */
export const SOL_ROSE = 260;
/** DECnet. */
export const SOL_DECNET = 261;
/** X.25. x25(7) */
export const SOL_X25 = 262;
/** Packet sockets. packet(7) */
export const SOL_PACKET = 263;
/** ATM cells. */
export const SOL_ATM = 264;
/** ATM adaption layer. */
export const SOL_AAL = 265;
/** Infrared. */
export const SOL_IRDA = 266;
/** NetBEUI. */
export const SOL_NETBEUI = 267;
/** IEEE 802.2 LLC. */
export const SOL_LLC = 268;
/** DCCP. */
export const SOL_DCCP = 269;
/** Netlink sockets. netlink(7) */
export const SOL_NETLINK = 270;
/** Cluster messages. tipc(7) */
export const SOL_TIPC = 271;
/** RxRPC. */
export const SOL_RXRPC = 272;
/** PPP over L2TP. */
export const SOL_PPPOL2TP = 273;
/** Bluetooth. */
export const SOL_BLUETOOTH = 274;
/** Phonet pipes. */
export const SOL_PNPIPE = 275;
/** Reliable datagrams. */
export const SOL_RDS = 276;
/** z/VM inter-user communication. */
export const SOL_IUCV = 277;
/** CAIF. Linux 2.6.35. */
export const SOL_CAIF = 278;
/** Cryptography of the kernel. Linux 2.6.38. */
export const SOL_ALG = 279;
/** Near-field communication. Linux 3.3. */
export const SOL_NFC = 280;
/** Messages over TCP. Linux 4.6. */
export const SOL_KCM = 281;
/** Kernel TLS, once TCP_ULP is "tls". Linux 4.13. */
export const SOL_TLS = 282;
/** XDP sockets. Linux 4.18. */
export const SOL_XDP = 283;
/** Multipath TCP. Linux 5.16. */
export const SOL_MPTCP = 284;
/** MCTP. Linux 5.15. */
export const SOL_MCTP = 285;
/** SMC. Linux 5.16. */
export const SOL_SMC = 286;
/** Virtual machine sockets, for ancillary data. vsock(7). Linux 6.7. */
export const SOL_VSOCK = 287;

/** Record debug information. bool; true is for CAP_NET_ADMIN. socket(7) */
export const SO_DEBUG = 1;
/** Let bind(2) take a local address that is in use, except by a listener. bool. socket(7) */
export const SO_REUSEADDR = 2;
/** The SOCK_* type of the socket. int, read only. socket(7) */
export const SO_TYPE = 3;
/** The pending error, which reading clears. int, 0 or a positive errno; read only. socket(7) */
export const SO_ERROR = 4;
/** Reach hosts on directly connected networks only. bool. socket(7) */
export const SO_DONTROUTE = 5;
/** Allow datagrams to broadcast addresses. bool. socket(7) */
export const SO_BROADCAST = 6;
/** Limit of the send buffer; reads as twice what was set. int, bytes. socket(7) */
export const SO_SNDBUF = 7;
/** Limit of the receive buffer; reads as twice what was set. int, bytes. socket(7) */
export const SO_RCVBUF = 8;
/** SO_SNDBUF beyond wmem_max. int, bytes; set only. Needs CAP_NET_ADMIN. socket(7) */
export const SO_SNDBUFFORCE = 32;
/** SO_RCVBUF beyond rmem_max. int, bytes; set only. Needs CAP_NET_ADMIN. socket(7) */
export const SO_RCVBUFFORCE = 33;
/** Probe an idle connection; for TCP see TCP_KEEPIDLE. bool. socket(7) */
export const SO_KEEPALIVE = 9;
/** Leave urgent data in the stream. bool. socket(7) */
export const SO_OOBINLINE = 10;
/** Send UDP over IPv4 without checksums. bool. socket(7) */
export const SO_NO_CHECK = 11;
/** Priority of what is sent; above 6 needs CAP_NET_ADMIN or CAP_NET_RAW. int. socket(7) */
export const SO_PRIORITY = 12;
/** What close(2) does with unsent data. { onoff, linger }. socket(7) */
export const SO_LINGER = 13;
/** Accepted and ignored. bool. socket(7) */
export const SO_BSDCOMPAT = 14;
/** Allow several sockets to bind the same address; all must set it. bool. Linux 3.9. socket(7) */
export const SO_REUSEPORT = 15;
/** Receive SCM_CREDENTIALS with each message. bool. unix(7) */
export const SO_PASSCRED = 16;
/** Who connected, listened or made the pair. { pid, uid, gid }, read only. unix(7) */
export const SO_PEERCRED = 17;
/** Bytes that make the socket readable. int, bytes. socket(7) */
export const SO_RCVLOWAT = 18;
/** Always 1 on Linux. int, read only. socket(7) */
export const SO_SNDLOWAT = 19;
/** The number of SO_RCVTIMEO with a timeval of two C longs. Linux 5.1. */
export const SO_RCVTIMEO_OLD = 20;
/** The number of SO_SNDTIMEO with a timeval of two C longs. Linux 5.1. */
export const SO_SNDTIMEO_OLD = 21;
/** Reserved; the kernel answers ENOPROTOOPT. */
export const SO_SECURITY_AUTHENTICATION = 22;
/** Reserved; the kernel answers ENOPROTOOPT. */
export const SO_SECURITY_ENCRYPTION_TRANSPORT = 23;
/** Reserved; the kernel answers ENOPROTOOPT. */
export const SO_SECURITY_ENCRYPTION_NETWORK = 24;
/** Send and receive through one interface; '' undoes it. string. socket(7) */
export const SO_BINDTODEVICE = 25;
/** Filter what is received by a classic BPF program. `SockFilter[]`. socket(7) */
export const SO_ATTACH_FILTER = 26;
/** Remove the filter. The int is ignored; set only. socket(7) */
export const SO_DETACH_FILTER = 27;
/** SO_ATTACH_FILTER when read: the classic BPF program; since Linux 3.8. socket(7) */
export const SO_GET_FILTER = 26;
/** The address of the peer, if the reader says how long it is. SockAddr, read only. */
export const SO_PEERNAME = 28;
/** Is the socket listening? bool, read only. socket(7) */
export const SO_ACCEPTCONN = 30;
/** The security context of the peer. string, read only. unix(7) */
export const SO_PEERSEC = 31;
/** Receive SCM_SECURITY with each message. bool. unix(7) */
export const SO_PASSSEC = 34;
/** The mark of what is sent. uint. Needs CAP_NET_ADMIN or CAP_NET_RAW. socket(7) */
export const SO_MARK = 36;
/** The protocol, such as IPPROTO_TCP. int, read only. socket(7) */
export const SO_PROTOCOL = 38;
/** The address family. int, read only. socket(7) */
export const SO_DOMAIN = 39;
/** Receive the number of dropped packets with each message. bool. socket(7) */
export const SO_RXQ_OVFL = 40;
/** Report whether a Wi-Fi frame was acknowledged. bool. Linux 3.3. */
export const SO_WIFI_STATUS = 41;
/** Where MSG_PEEK starts; it then moves on. int, bytes, -1 is off. Linux 3.4. socket(7) */
export const SO_PEEK_OFF = 42;
/** The last 4 bytes of a sent frame are its checksum. bool. Linux 3.4. packet(7) */
export const SO_NOFCS = 43;
/** Nobody may change the filter any more. bool. Linux 3.9. socket(7) */
export const SO_LOCK_FILTER = 44;
/** The error queue raises POLLPRI. bool. Linux 3.10. socket(7) */
export const SO_SELECT_ERR_QUEUE = 45;
/** How long a receive polls the device. int, microseconds. Linux 3.11. socket(7) */
export const SO_BUSY_POLL = 46;
/** Ceiling of the sending rate. 64 bits, bytes/s; Infinity is none. Linux 3.13. */
export const SO_MAX_PACING_RATE = 47;
/** The highest BPF extension of this kernel. int, read only. Linux 3.14. */
export const SO_BPF_EXTENSIONS = 48;
/** The CPU that handles what arrives. int, -1 unknown. Linux 3.19. socket(7) */
export const SO_INCOMING_CPU = 49;
/** Filter what is received by an eBPF program. int, its fd; set only. Linux 3.19. socket(7) */
export const SO_ATTACH_BPF = 50;
/** Another name of SO_DETACH_FILTER. Linux 3.19. socket(7) */
export const SO_DETACH_BPF = 27;
/** Classic BPF chooses in a SO_REUSEPORT group: the index. `SockFilter[]`. Linux 4.5. socket(7) */
export const SO_ATTACH_REUSEPORT_CBPF = 51;
/** eBPF chooses in a SO_REUSEPORT group. int, its fd; set only. Linux 4.5. */
export const SO_ATTACH_REUSEPORT_EBPF = 52;
/** Set to 1: another path, please. int, set only. Linux 4.6. */
export const SO_CNX_ADVICE = 53;
/** Memory in use. See `Meminfo`; read only. Linux 4.12. */
export const SO_MEMINFO = 55;
/** The receive queue of the last packet. uint, 0 unknown; read only. Linux 4.12. */
export const SO_INCOMING_NAPI_ID = 56;
/** A number that no other socket has until reboot. 64 bits, read only. Linux 4.12. */
export const SO_COOKIE = 57;
/** The supplementary groups of the peer. gid_t[], read only. Linux 4.13. */
export const SO_PEERGROUPS = 59;
/** Allow MSG_ZEROCOPY. bool. Linux 4.14. */
export const SO_ZEROCOPY = 60;
/** Send each packet at a time of its own. { clockid, flags }. Linux 4.19. */
export const SO_TXTIME = 61;
/** SO_BINDTODEVICE by number. int, interface index; 0 undoes it. Linux 5.1. */
export const SO_BINDTOIFINDEX = 62;
/** The number of SO_TIMESTAMP with a timeval of two C longs. Linux 5.1. */
export const SO_TIMESTAMP_OLD = 29;
/** The number of SO_TIMESTAMPNS with a timespec of two C longs. Linux 5.1. */
export const SO_TIMESTAMPNS_OLD = 35;
/** The number of SO_TIMESTAMPING with timespecs of two C longs. Linux 5.1. */
export const SO_TIMESTAMPING_OLD = 37;
/** SO_TIMESTAMP with 64-bit time on every machine. bool. Linux 5.1. */
export const SO_TIMESTAMP_NEW = 63;
/** SO_TIMESTAMPNS with 64-bit time on every machine. bool. Linux 5.1. */
export const SO_TIMESTAMPNS_NEW = 64;
/** SO_TIMESTAMPING with 64-bit time on every machine. Linux 5.1. */
export const SO_TIMESTAMPING_NEW = 65;
/** SO_RCVTIMEO with 64-bit time on every machine. timeval. Linux 5.1. */
export const SO_RCVTIMEO_NEW = 66;
/** SO_SNDTIMEO with 64-bit time on every machine. timeval. Linux 5.1. */
export const SO_SNDTIMEO_NEW = 67;
/** Remove the program of the SO_REUSEPORT group. int ignored; set only. Linux 5.3. */
export const SO_DETACH_REUSEPORT_BPF = 68;
/** Poll the device rather than take interrupts. bool; true is for CAP_NET_ADMIN. Linux 5.11. */
export const SO_PREFER_BUSY_POLL = 69;
/** Packets per busy poll. int, set only. Linux 5.11. */
export const SO_BUSY_POLL_BUDGET = 70;
/** A number of the network namespace. 64 bits, read only. Linux 5.14. */
export const SO_NETNS_COOKIE = 71;
/** Which buffer limits the kernel leaves alone: SOCK_*BUF_LOCK bits. int. Linux 5.15. */
export const SO_BUF_LOCK = 72;
/** Memory kept for this socket. int, bytes. Linux 5.16. */
export const SO_RESERVE_MEM = 73;
/** Choose another path after timeouts: SOCK_TXREHASH_*, -1 default. int. Linux 5.18. */
export const SO_TXREHASH = 74;
/** Receive SO_MARK with each message. bool. Linux 5.19. */
export const SO_RCVMARK = 75;
/** Receive SCM_PIDFD with each message. bool. Linux 6.5. unix(7) */
export const SO_PASSPIDFD = 76;
/** A new pidfd of the peer, to be closed by the caller. int, read only. Linux 6.5. unix(7) */
export const SO_PEERPIDFD = 77;
/** Cmsg: received into host memory. Linux 6.12. */
export const SO_DEVMEM_LINEAR = 78;
/** Cmsg: received into device memory. Linux 6.12. */
export const SO_DEVMEM_DMABUF = 79;
/** Give fragments of device memory back. `DmabufToken[]`, set only. Linux 6.12. */
export const SO_DEVMEM_DONTNEED = 80;
/** Receive SO_PRIORITY with each message. bool. Linux 6.14. */
export const SO_RCVPRIORITY = 82;
/** Accept SCM_RIGHTS; true unless turned off. bool. Linux 6.16. unix(7) */
export const SO_PASSRIGHTS = 83;
/** Receive the bytes left in the stream with each message. bool, set only. Linux 6.17. unix(7) */
export const SO_INQ = 84;
/** A refused descriptor of SCM_RIGHTS becomes -errno. bool. Linux 7.3. unix(7) */
export const SO_RIGHTS_NOTRUNC = 85;

/** Receive SCM_TIMESTAMP with each message. bool. socket(7) */
export const SO_TIMESTAMP = 29;
/** Receive SCM_TIMESTAMPNS with each message. bool. socket(7) */
export const SO_TIMESTAMPNS = 35;
/** Which timestamps to take and report: SOF_TIMESTAMPING_* bits; set, SoTimestamping too. int. */
export const SO_TIMESTAMPING = 37;
/** How long a receive or accept(2) blocks, then EAGAIN. timeval. socket(7) */
export const SO_RCVTIMEO = 20;
/** How long a send or connect(2) blocks, then EAGAIN or EINPROGRESS. timeval. socket(7) */
export const SO_SNDTIMEO = 21;

/** SO_BUF_LOCK: the send buffer limit stays as it is. Linux 5.15. */
export const SOCK_SNDBUF_LOCK = 1;
/** SO_BUF_LOCK: the receive buffer limit stays as it is. Linux 5.15. */
export const SOCK_RCVBUF_LOCK = 2;
/** Both bits of SO_BUF_LOCK. Linux 5.15. */
export const SOCK_BUF_LOCK_MASK = 3;
/** What net.core.txrehash says, inside the kernel; SO_TXREHASH takes -1. Linux 5.18. */
export const SOCK_TXREHASH_DEFAULT = 255;
/** SO_TXREHASH: never. Linux 5.18. */
export const SOCK_TXREHASH_DISABLED = 0;
/** SO_TXREHASH: always. Linux 5.18. */
export const SOCK_TXREHASH_ENABLED = 1;

/** Index of `rmem_alloc` in SO_MEMINFO. */
export const SK_MEMINFO_RMEM_ALLOC = 0;
/** Index of `rcvbuf` in SO_MEMINFO. */
export const SK_MEMINFO_RCVBUF = 1;
/** Index of `wmem_alloc` in SO_MEMINFO. */
export const SK_MEMINFO_WMEM_ALLOC = 2;
/** Index of `sndbuf` in SO_MEMINFO. */
export const SK_MEMINFO_SNDBUF = 3;
/** Index of `fwd_alloc` in SO_MEMINFO. */
export const SK_MEMINFO_FWD_ALLOC = 4;
/** Index of `wmem_queued` in SO_MEMINFO. */
export const SK_MEMINFO_WMEM_QUEUED = 5;
/** Index of `optmem` in SO_MEMINFO. */
export const SK_MEMINFO_OPTMEM = 6;
/** Index of `backlog` in SO_MEMINFO. */
export const SK_MEMINFO_BACKLOG = 7;
/** Index of `drops` in SO_MEMINFO. Linux 4.7. */
export const SK_MEMINFO_DROPS = 8;

/** The kinds of the SOL_SOCKET options. */
export const socketOptions = {
  [SO_DEBUG]: { name: 'SO_DEBUG', ...bool, needs: ['CAP_NET_ADMIN'], needsWhen: 'set to true' },
  [SO_REUSEADDR]: { name: 'SO_REUSEADDR', ...bool },
  [SO_TYPE]: { name: 'SO_TYPE', ...readonly(int) },
  [SO_ERROR]: { name: 'SO_ERROR', ...readonly(int) },
  [SO_DONTROUTE]: { name: 'SO_DONTROUTE', ...bool },
  [SO_BROADCAST]: { name: 'SO_BROADCAST', ...bool },
  [SO_SNDBUF]: { name: 'SO_SNDBUF', ...int },
  [SO_RCVBUF]: { name: 'SO_RCVBUF', ...int },
  [SO_SNDBUFFORCE]: { name: 'SO_SNDBUFFORCE', ...writeonly(int), needs: ['CAP_NET_ADMIN'] },
  [SO_RCVBUFFORCE]: { name: 'SO_RCVBUFFORCE', ...writeonly(int), needs: ['CAP_NET_ADMIN'] },
  [SO_KEEPALIVE]: { name: 'SO_KEEPALIVE', ...bool },
  [SO_OOBINLINE]: { name: 'SO_OOBINLINE', ...bool },
  [SO_NO_CHECK]: { name: 'SO_NO_CHECK', ...bool },
  [SO_PRIORITY]: {
    name: 'SO_PRIORITY',
    ...int,
    needs: ['CAP_NET_ADMIN', 'CAP_NET_RAW'],
    needsWhen: 'above 6, or negative',
  },
  [SO_LINGER]: { name: 'SO_LINGER', ...linger },
  [SO_BSDCOMPAT]: { name: 'SO_BSDCOMPAT', ...bool },
  [SO_REUSEPORT]: { name: 'SO_REUSEPORT', ...bool, since: '3.9' },
  [SO_PASSCRED]: { name: 'SO_PASSCRED', ...bool },
  [SO_PEERCRED]: { name: 'SO_PEERCRED', ...readonly(ucred) },
  [SO_RCVLOWAT]: { name: 'SO_RCVLOWAT', ...int },
  [SO_SNDLOWAT]: { name: 'SO_SNDLOWAT', ...readonly(int) },
  [SO_BINDTODEVICE]: {
    name: 'SO_BINDTODEVICE',
    ...name(16),
    needs: ['CAP_NET_RAW'],
    needsWhen: 'the socket is bound to one already; before Linux 5.7 always',
  },
  [SO_ATTACH_FILTER]: { name: 'SO_ATTACH_FILTER', ...filter },
  [SO_DETACH_FILTER]: { name: 'SO_DETACH_FILTER', ...writeonly(int) },
  [SO_PEERNAME]: { name: 'SO_PEERNAME', ...peername },
  [SO_ACCEPTCONN]: { name: 'SO_ACCEPTCONN', ...readonly(bool) },
  [SO_PEERSEC]: { name: 'SO_PEERSEC', ...readonly(name(256)) },
  [SO_PASSSEC]: { name: 'SO_PASSSEC', ...bool },
  [SO_MARK]: { name: 'SO_MARK', ...uint, needs: ['CAP_NET_ADMIN', 'CAP_NET_RAW'] },
  [SO_PROTOCOL]: { name: 'SO_PROTOCOL', ...readonly(int) },
  [SO_DOMAIN]: { name: 'SO_DOMAIN', ...readonly(int) },
  [SO_RXQ_OVFL]: { name: 'SO_RXQ_OVFL', ...bool },
  [SO_WIFI_STATUS]: { name: 'SO_WIFI_STATUS', ...bool, since: '3.3' },
  [SO_PEEK_OFF]: { name: 'SO_PEEK_OFF', ...int, since: '3.4' },
  [SO_NOFCS]: { name: 'SO_NOFCS', ...bool, since: '3.4' },
  [SO_LOCK_FILTER]: { name: 'SO_LOCK_FILTER', ...bool, since: '3.9' },
  [SO_SELECT_ERR_QUEUE]: { name: 'SO_SELECT_ERR_QUEUE', ...bool, since: '3.10' },
  [SO_BUSY_POLL]: {
    name: 'SO_BUSY_POLL',
    ...int,
    since: '3.11',
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'raised, before Linux 6.4',
  },
  [SO_MAX_PACING_RATE]: { name: 'SO_MAX_PACING_RATE', ...count64, since: '3.13' },
  [SO_BPF_EXTENSIONS]: { name: 'SO_BPF_EXTENSIONS', ...readonly(int), since: '3.14' },
  [SO_INCOMING_CPU]: { name: 'SO_INCOMING_CPU', ...int, since: '3.19' },
  [SO_ATTACH_BPF]: { name: 'SO_ATTACH_BPF', ...writeonly(int), since: '3.19' },
  [SO_ATTACH_REUSEPORT_CBPF]: {
    name: 'SO_ATTACH_REUSEPORT_CBPF',
    ...filter_set,
    since: '4.5',
  },
  [SO_ATTACH_REUSEPORT_EBPF]: { name: 'SO_ATTACH_REUSEPORT_EBPF', ...writeonly(int), since: '4.5' },
  [SO_CNX_ADVICE]: { name: 'SO_CNX_ADVICE', ...writeonly(int), since: '4.6' },
  [SO_MEMINFO]: { name: 'SO_MEMINFO', ...meminfo, since: '4.12' },
  [SO_INCOMING_NAPI_ID]: { name: 'SO_INCOMING_NAPI_ID', ...readonly(uint), since: '4.12' },
  [SO_COOKIE]: { name: 'SO_COOKIE', ...readonly(id64), since: '4.12' },
  [SO_PEERGROUPS]: { name: 'SO_PEERGROUPS', ...peergroups, since: '4.13' },
  [SO_ZEROCOPY]: { name: 'SO_ZEROCOPY', ...bool, since: '4.14' },
  [SO_TXTIME]: {
    name: 'SO_TXTIME',
    ...sock_txtime,
    since: '4.19',
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'clockid is not CLOCK_MONOTONIC',
  },
  [SO_BINDTOIFINDEX]: {
    name: 'SO_BINDTOIFINDEX',
    ...int,
    since: '5.1',
    needs: ['CAP_NET_RAW'],
    needsWhen: 'the socket is bound to one already; before Linux 5.7 always',
  },
  [SO_TIMESTAMP_NEW]: { name: 'SO_TIMESTAMP_NEW', ...bool, since: '5.1' },
  [SO_TIMESTAMPNS_NEW]: { name: 'SO_TIMESTAMPNS_NEW', ...bool, since: '5.1' },
  [SO_TIMESTAMPING_NEW]: { name: 'SO_TIMESTAMPING_NEW', ...timestamping, since: '5.1' },
  [SO_RCVTIMEO_NEW]: { name: 'SO_RCVTIMEO_NEW', ...timeval, since: '5.1' },
  [SO_SNDTIMEO_NEW]: { name: 'SO_SNDTIMEO_NEW', ...timeval, since: '5.1' },
  [SO_DETACH_REUSEPORT_BPF]: { name: 'SO_DETACH_REUSEPORT_BPF', ...writeonly(int), since: '5.3' },
  [SO_PREFER_BUSY_POLL]: {
    name: 'SO_PREFER_BUSY_POLL',
    ...bool,
    since: '5.11',
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'set to true',
  },
  [SO_BUSY_POLL_BUDGET]: {
    name: 'SO_BUSY_POLL_BUDGET',
    ...writeonly(int),
    since: '5.11',
    needs: ['CAP_NET_ADMIN'],
    needsWhen: 'raised',
  },
  [SO_NETNS_COOKIE]: { name: 'SO_NETNS_COOKIE', ...readonly(id64), since: '5.14' },
  [SO_BUF_LOCK]: { name: 'SO_BUF_LOCK', ...int, since: '5.15' },
  [SO_RESERVE_MEM]: { name: 'SO_RESERVE_MEM', ...int, since: '5.16' },
  [SO_TXREHASH]: { name: 'SO_TXREHASH', ...int, since: '5.18' },
  [SO_RCVMARK]: {
    name: 'SO_RCVMARK',
    ...bool,
    since: '5.19',
    needs: ['CAP_NET_ADMIN', 'CAP_NET_RAW'],
    needsWhen: 'before Linux 6.4',
  },
  [SO_PASSPIDFD]: { name: 'SO_PASSPIDFD', ...bool, since: '6.5' },
  [SO_PEERPIDFD]: { name: 'SO_PEERPIDFD', ...readonly(int), since: '6.5' },
  [SO_DEVMEM_DONTNEED]: { name: 'SO_DEVMEM_DONTNEED', ...dmabuf_tokens, since: '6.12' },
  [SO_RCVPRIORITY]: { name: 'SO_RCVPRIORITY', ...bool, since: '6.14' },
  [SO_PASSRIGHTS]: { name: 'SO_PASSRIGHTS', ...bool, since: '6.16' },
  [SO_INQ]: { name: 'SO_INQ', ...writeonly(bool), since: '6.17' },
  [SO_RIGHTS_NOTRUNC]: { name: 'SO_RIGHTS_NOTRUNC', ...bool, since: '7.3' },
  [SO_TIMESTAMP]: { name: 'SO_TIMESTAMP', ...bool },
  [SO_TIMESTAMPNS]: { name: 'SO_TIMESTAMPNS', ...bool },
  [SO_TIMESTAMPING]: { name: 'SO_TIMESTAMPING', ...timestamping },
  [SO_RCVTIMEO]: { name: 'SO_RCVTIMEO', ...timeval },
  [SO_SNDTIMEO]: { name: 'SO_SNDTIMEO', ...timeval },
} as const satisfies OptionTable;
