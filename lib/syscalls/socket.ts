/** socket(2), and the calls that give a socket its addresses and connections. */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';
import { type SockAddr, type SockAddrLike, sockaddrBytes } from '../structs/sockaddr.js';
import { checkAddr, name, namelen, nameWritten } from './name.js';

/** Byte stream: reliable, in order, connected. socket(2) */
export const SOCK_STREAM = 1;
/** Datagrams: messages of bounded size, neither reliable nor connected. socket(2) */
export const SOCK_DGRAM = 2;
/** The network protocol itself. Needs CAP_NET_RAW. raw(7), packet(7) */
export const SOCK_RAW = 3;
/** Reliable datagrams without order. socket(2) */
export const SOCK_RDM = 4;
/** Messages in order over a connection. socket(2) */
export const SOCK_SEQPACKET = 5;
/** Datagram Congestion Control Protocol; Linux removed it in 6.16. socket(2) */
export const SOCK_DCCP = 6;
/** The old way to packet sockets; use AF_PACKET. socket(2) */
export const SOCK_PACKET = 10;
/** In `type`: the descriptor closes on execve. socket(2) */
export const SOCK_CLOEXEC = 0o2000000;
/** In `type`: the descriptor is non-blocking (O_NONBLOCK). socket(2) */
export const SOCK_NONBLOCK = 0o4000;

/** No more receiving. shutdown(2) */
export const SHUT_RD = 0;
/** No more sending: on TCP, the FIN goes out after what is queued. shutdown(2) */
export const SHUT_WR = 1;
/** Neither. shutdown(2) */
export const SHUT_RDWR = 2;

/** The largest queue of listen(2) by default: net.core.somaxconn. */
export const SOMAXCONN = 4096;

/**
 * socket(2) — make a socket.
 *
 *     int socket(int domain, int type, int protocol)
 *
 * @param domain    AF_INET, AF_INET6, AF_UNIX, …
 * @param type      SOCK_STREAM, SOCK_DGRAM, …, with SOCK_NONBLOCK and SOCK_CLOEXEC or'ed in
 * @param protocol  IPPROTO_*; 0 is the family's own for this type
 * @returns         the new descriptor, without close-on-exec unless asked
 * @throws          EAFNOSUPPORT · EINVAL unknown type flags · EPROTONOSUPPORT · ESOCKTNOSUPPORT ·
 *                  EACCES, EPERM raw and packet sockets need CAP_NET_RAW · EMFILE · ENFILE
 *
 * https://man7.org/linux/man-pages/man2/socket.2.html
 */
export function socket(domain: number, type: number, protocol = 0): number {
  return check(native.socket(domain, type, protocol), 'socket');
}

/**
 * socketpair(2) — make two sockets connected to each other.
 *
 *     int socketpair(int domain, int type, int protocol, int sv[2])
 *
 * @param domain    AF_UNIX
 * @param type      SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET, with flags as in `socket`
 * @returns         both descriptors
 * @throws          EOPNOTSUPP another domain · EAFNOSUPPORT · EMFILE · ENFILE
 *
 * https://man7.org/linux/man-pages/man2/socketpair.2.html
 */
export function socketpair(domain: number, type: number, protocol = 0): [number, number] {
  const sv = new Int32Array(2);
  check(native.socketpair(domain, type, protocol, sv), 'socketpair');
  return [sv[0] as number, sv[1] as number];
}

/**
 * bind(2) — give a socket its local address.
 *
 *     int bind(int fd, const struct sockaddr *addr, socklen_t addrlen)
 *
 * @param addr  port 0 lets the kernel choose one, as does an AF_UNIX address without a name
 * @throws      EADDRINUSE · EADDRNOTAVAIL not of this machine · EACCES port below
 *              net.ipv4.ip_unprivileged_port_start, or no right to the directory · EINVAL bound
 *              already · EBADF · ENOTSOCK · ENOENT, ENOTDIR, EROFS file names
 *
 * https://man7.org/linux/man-pages/man2/bind.2.html
 */
export function bind(fd: number, addr: SockAddrLike): void {
  checkAddr(native.bind(fd, sockaddrBytes(addr)), 'bind', addr);
}

/**
 * listen(2) — wait for connections on a socket.
 *
 *     int listen(int fd, int backlog)
 *
 * @param backlog  how many complete connections may wait for accept; the kernel caps it at
 *                 net.core.somaxconn and holds one more than it says. TCP_INFO of the listener
 *                 shows the queue: `unacked` is its length, `sacked` its limit
 * @throws         EADDRINUSE another socket listens here · EOPNOTSUPP not a kind that listens ·
 *                 EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/listen.2.html
 */
export function listen(fd: number, backlog: number): void {
  check(native.listen(fd, backlog), 'listen');
}

/**
 * accept(2) — take the first connection from a listener's queue.
 *
 *     int accept(int fd, struct sockaddr *addr, socklen_t *addrlen)
 *
 * @returns  the new descriptor and the peer's address. Linux does not inherit O_NONBLOCK, nor
 *           close-on-exec: `accept4` sets them
 * @throws   EAGAIN none waits and non-blocking · ECONNABORTED it is gone already · EINVAL not
 *           listening · EINTR · EMFILE · ENFILE · EBADF · ENOTSOCK · EOPNOTSUPP not a stream
 *
 * Blocks the thread until a connection comes, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/accept.2.html
 */
export function accept(fd: number): { fd: number; addr: SockAddr } {
  const accepted = check(native.accept(fd, name, namelen), 'accept');
  return { fd: accepted, addr: nameWritten() };
}

/**
 * accept4(2) — accept, with flags for the new descriptor.
 *
 *     int accept4(int fd, struct sockaddr *addr, socklen_t *addrlen, int flags)
 *
 * @param flags  SOCK_NONBLOCK, SOCK_CLOEXEC
 * @throws       EINVAL unknown flags, or not listening; otherwise as `accept`
 *
 * Blocks the thread until a connection comes, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/accept.2.html
 */
export function accept4(fd: number, flags: number): { fd: number; addr: SockAddr } {
  const accepted = check(native.accept4(fd, name, namelen, flags), 'accept4');
  return { fd: accepted, addr: nameWritten() };
}

/**
 * connect(2) — connect to an address; on a datagram socket, set where `send` goes.
 *
 *     int connect(int fd, const struct sockaddr *addr, socklen_t addrlen)
 *
 * @param addr  AF_UNSPEC dissolves the association of a datagram socket
 * @throws      EINPROGRESS begun and non-blocking: poll for POLLOUT, then read SO_ERROR ·
 *              ECONNREFUSED nobody listens · ETIMEDOUT · EISCONN · EALREADY · ENETUNREACH ·
 *              EHOSTUNREACH · EADDRNOTAVAIL no local port left · EINTR goes on by itself ·
 *              ENOENT, EACCES, EAGAIN (queue full) AF_UNIX · EAFNOSUPPORT · EBADF · ENOTSOCK
 *
 * Blocks the thread until connected or failed, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/connect.2.html
 */
export function connect(fd: number, addr: SockAddrLike): void {
  checkAddr(native.connect(fd, sockaddrBytes(addr)), 'connect', addr);
}

/**
 * getsockname(2) — the local address of a socket.
 *
 *     int getsockname(int fd, struct sockaddr *addr, socklen_t *addrlen)
 *
 * @throws  EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/getsockname.2.html
 */
export function getsockname(fd: number): SockAddr {
  check(native.getsockname(fd, name, namelen), 'getsockname');
  return nameWritten();
}

/**
 * getpeername(2) — the address that a socket is connected to.
 *
 *     int getpeername(int fd, struct sockaddr *addr, socklen_t *addrlen)
 *
 * @throws  ENOTCONN · EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/getpeername.2.html
 */
export function getpeername(fd: number): SockAddr {
  check(native.getpeername(fd, name, namelen), 'getpeername');
  return nameWritten();
}

/**
 * shutdown(2) — end one direction of a connection, or both.
 *
 *     int shutdown(int fd, int how)
 *
 * @param how  SHUT_RD, SHUT_WR, SHUT_RDWR. The descriptor stays open: `close` it
 * @throws     EINVAL another `how` · ENOTCONN · EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/shutdown.2.html
 */
export function shutdown(fd: number, how: number): void {
  check(native.shutdown(fd, how), 'shutdown');
}
