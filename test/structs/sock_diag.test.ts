/** Replies of NETLINK_SOCK_DIAG that are cut off, or say what cannot be. */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_NETLINK,
  getpeername,
  getsockname,
  IPPROTO_TCP,
  NETLINK_SOCK_DIAG,
  recv,
  SOCK_RAW,
  sendto,
} from '../../lib/index.js';
import { encodeNlmsg, NLM_F_REQUEST } from '../../lib/structs/netlink.js';
import {
  type DiagSocket,
  decodeInetDiag,
  encodeInetDiagReq,
  INET_DIAG_INFO,
  SOCK_DIAG_BY_FAMILY,
} from '../../lib/structs/sock_diag.js';
import { guardFds, type InetAddr, open, tcpPair } from '../support/sockets.js';

guardFds();

/** What the kernel answers about an end of a connection; about one that is not, if `port` is 0. */
function reply(port?: number): Uint8Array {
  const { client } = tcpPair();
  const [local, remote] = [getsockname(client), getpeername(client)] as [InetAddr, InetAddr];
  const tuple = { local, remote: { ...remote, port: port ?? remote.port } };
  const request = encodeInetDiagReq(IPPROTO_TCP, tuple, 1 << (INET_DIAG_INFO - 1));
  const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  const kernel = { family: AF_NETLINK, pid: 0, groups: 0 } as const;
  sendto(fd, encodeNlmsg(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, request), 0, kernel);
  const bytes = new Uint8Array(4096);
  return bytes.slice(0, recv(fd, bytes));
}

/** Where the attribute INET_DIAG_INFO begins. */
function infoAt(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  let at = 16 + 72;
  while (view.getUint16(at + 2, true) !== INET_DIAG_INFO) {
    expect(at).toBeLessThan(bytes.byteLength);
    at += (view.getUint16(at, true) + 3) & -4;
  }
  return at;
}

describe('a reply', () => {
  it('tells a socket', () => {
    const found = decodeInetDiag(reply()) as DiagSocket;
    expect(found.family).toBe(AF_INET);
    expect(found.tcp_info?.state).toBe(found.state);
  });

  it('that refuses is the negated errno', () => {
    expect(decodeInetDiag(reply(1))).toBe(-2);
  });

  it('is nothing when it ends within its message, and has no tcp_info without the whole of it', () => {
    const bytes = reply();
    const at = infoAt(bytes);
    for (let length = 0; length < bytes.byteLength; length++) {
      const found = decodeInetDiag(bytes.subarray(0, length));
      if (length < 16 + 72) expect(found).toBeUndefined();
      else if (length <= at) expect((found as DiagSocket).tcp_info).toBeUndefined();
    }
  });

  it('has no tcp_info where the attribute is shorter than any kernel writes it', () => {
    const bytes = reply();
    new DataView(bytes.buffer).setUint16(infoAt(bytes), 4 + 103, true);
    expect(decodeInetDiag(bytes)).toMatchObject({ tcp_info: undefined });
  });

  it('is nothing when it says that it is shorter than its message', () => {
    const bytes = reply();
    for (const length of [0, 15, 16, 87]) {
      new DataView(bytes.buffer).setUint32(0, length, true);
      expect(decodeInetDiag(bytes), `${length}`).toBeUndefined();
    }
  });
});
