/** One TCP socket out of the kernel's tables, whether or not a descriptor of it exists. */
import { Reader } from '../kernel/bytes.js';
import { ENOENT } from '../kernel/errno.js';
import { SystemError } from '../kernel/error.js';
import { NETLINK_SOCK_DIAG } from '../structs/af_netlink.js';
import { AF_NETLINK } from '../structs/family.js';
import { IPPROTO_TCP } from '../structs/ip.js';
import {
  decodeNlattrs,
  encodeNlmsg,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  nlmsghdr,
} from '../structs/netlink.js';
import {
  encodeInetDiagReq,
  INET_DIAG_INFO,
  INET_DIAG_MSG_SIZE,
  type InetDiagMsg,
  inet_diag_msg,
  SOCK_DIAG_BY_FAMILY,
  type Tuple,
} from '../structs/sock_diag.js';
import { decodeTcpInfo, type TcpInfo } from '../structs/tcp_info.js';
import { close } from '../syscalls/fcntl.js';
import { recv, sendto } from '../syscalls/message.js';
import { SOCK_CLOEXEC, SOCK_RAW, socket } from '../syscalls/socket.js';

/** A socket as NETLINK_SOCK_DIAG tells it. */
export interface DiagSocket extends InetDiagMsg {
  /** INET_DIAG_INFO; undefined for SYN_RECV and TIME_WAIT, which are no full sockets. */
  tcp_info: TcpInfo | undefined;
}

/**
 * The TCP socket with exactly these two ends, or undefined when the kernel has none. It sees what
 * no descriptor shows: SYN_RECV and TIME_WAIT. Needs no privilege; looks in the network namespace
 * of the calling thread. Does not block.
 *
 * https://man7.org/linux/man-pages/man7/sock_diag.7.html
 */
export function findTcpSocket(tuple: Tuple): DiagSocket | undefined {
  const request = encodeInetDiagReq(IPPROTO_TCP, tuple, 1 << (INET_DIAG_INFO - 1));
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  try {
    const kernel = { family: AF_NETLINK, pid: 0, groups: 0 } as const;
    sendto(fd, encodeNlmsg(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, request), 0, kernel);
    const reply = new Uint8Array(4096);
    const found = decodeReply(reply.subarray(0, recv(fd, reply)));
    // Without a connection between these ends the kernel finds the listener at the local one.
    return found?.dport === tuple.remote.port ? found : undefined;
  } finally {
    close(fd);
  }
}

function decodeReply(bytes: Uint8Array): DiagSocket | undefined {
  const r = new Reader(bytes);
  const { len, type } = nlmsghdr(r);
  if (type === NLMSG_ERROR) {
    const error = r.i32();
    if (error === -ENOENT) return undefined;
    throw new SystemError(error, 'sock_diag');
  }
  const message = inet_diag_msg(r);
  const attributes = decodeNlattrs(bytes.subarray(NLMSG_HDRLEN + INET_DIAG_MSG_SIZE, len));
  const info = attributes.get(INET_DIAG_INFO);
  return { ...message, tcp_info: info && decodeTcpInfo(info) };
}
