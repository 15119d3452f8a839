/** One TCP socket out of the kernel's tables, whether or not a descriptor of it exists. */
import { ENOENT } from '../kernel/errno.js';
import { SystemError } from '../kernel/error.js';
import { NETLINK_SOCK_DIAG } from '../structs/af_netlink.js';
import { AF_NETLINK } from '../structs/family.js';
import { IPPROTO_TCP } from '../structs/ip.js';
import { encodeNlmsg, NLM_F_REQUEST } from '../structs/netlink.js';
import {
  type DiagSocket,
  decodeInetDiag,
  encodeInetDiagReq,
  INET_DIAG_INFO,
  SOCK_DIAG_BY_FAMILY,
  type Tuple,
} from '../structs/sock_diag.js';
import { close } from '../syscalls/fcntl.js';
import { recv, sendto } from '../syscalls/message.js';
import { SOCK_CLOEXEC, SOCK_RAW, socket } from '../syscalls/socket.js';

export type { DiagSocket };

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
    const found = decodeInetDiag(reply.subarray(0, recv(fd, reply)));
    if (found === -ENOENT) return undefined;
    if (typeof found === 'number') throw new SystemError(found, 'sock_diag');
    // Without a connection between these ends the kernel finds the listener at the local one.
    return found?.dport === tuple.remote.port ? found : undefined;
  } finally {
    close(fd);
  }
}
