import { describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  accept,
  bind,
  connect,
  decodeMptcpInfo,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  listen,
  MPTCP_FULL_INFO,
  MPTCP_INFO,
  MPTCP_SUBFLOW_ADDRS,
  MPTCP_TCPINFO,
  mptcp_full_info,
  recv,
  SO_PROTOCOL,
  SOCK_STREAM,
  SOL_MPTCP,
  SOL_SOCKET,
  SystemError,
  send,
  setsockopt,
  TCP_IS_MPTCP,
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import * as raw from '../../lib/raw.js';
import { inNetns } from '../support/netns.js';
import {
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  open,
  own,
} from '../support/sockets.js';

guardFds();

const inet6 = { family: AF_INET6, addr: '::1', port: 0 } as const;

/** Skips where the kernel lacks what is tried. */
function needs(context: TestContext, linux: string): void {
  const at = kernelVersion();
  if (at < kernelVersion(linux)) context.skip(`needs Linux ${linux}`);
  try {
    sockfd.close(sockfd.socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
  } catch (error) {
    const { code } = error as SystemError;
    if (error instanceof SystemError) context.skip(`IPPROTO_MPTCP: ${code}, not built or enabled`);
    throw error;
  }
}

/** Both ends of a connection, each with a protocol of its own. */
function pair(
  client = IPPROTO_MPTCP as number,
  server = IPPROTO_MPTCP as number,
  addr: typeof LOOPBACK | typeof inet6 = LOOPBACK,
): [client: number, server: number] {
  const listener = open(addr.family, SOCK_STREAM, server);
  bind(listener, addr);
  listen(listener, 1);
  const fd = open(addr.family, SOCK_STREAM, client);
  connect(fd, getsockname(listener));
  return [fd, own(accept(listener).fd)];
}

/** Sends `text` and waits until it has arrived and that is known. */
function say(from: number, to: number, text: string): void {
  expect(send(from, text)).toBe(text.length);
  const buf = Buffer.alloc(text.length);
  expect(recv(to, buf, sockfd.MSG_WAITALL)).toBe(text.length);
  expect(buf.toString()).toBe(text);
}

describe('IPPROTO_MPTCP', () => {
  it('is a connection that MPTCP_INFO counts', (context) => {
    needs(context, '6.5');
    const [client, server] = pair();
    say(client, server, 'x'.repeat(1000));
    say(server, client, 'hello');
    const [here, there] = [client, server].map((fd) => getsockopt(fd, SOL_MPTCP, MPTCP_INFO));
    expect(here).toMatchObject({ bytes_sent: 1000, bytes_received: 5, subflows: 0 });
    expect(there).toMatchObject({ bytes_sent: 5, bytes_received: 1000, subflows: 0 });
    // RFC 8684, 3.1: each end's key becomes the other's, and so do the sequence numbers.
    expect(here?.flags).toBe(sockfd.MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED);
    expect(here?.write_seq).toBe(there?.rcv_nxt);
    expect(there?.write_seq).toBe(here?.rcv_nxt);
    expect(typeof here?.write_seq).toBe('bigint');
    expect(here?.token).not.toBe(there?.token);
  });

  it('is seen by SO_PROTOCOL and TCP_IS_MPTCP', (context) => {
    needs(context, '6.10');
    for (const fd of pair()) {
      expect(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL)).toBe(IPPROTO_MPTCP);
      expect(getsockopt(fd, IPPROTO_TCP, TCP_IS_MPTCP)).toBe(true);
    }
  });

  it.for([
    ['IPv4', LOOPBACK],
    ['IPv6', inet6],
  ] as const)('falls back to TCP with a peer that has TCP only, over %s', ([, addr], context) => {
    needs(context, '6.10');
    const [client, plain] = pair(IPPROTO_MPTCP, IPPROTO_TCP, addr);
    say(client, plain, 'hello');
    say(plain, client, 'hello');
    expect(getsockopt(client, SOL_SOCKET, SO_PROTOCOL)).toBe(IPPROTO_MPTCP);
    expect(getsockopt(client, IPPROTO_TCP, TCP_IS_MPTCP)).toBe(false);
    // The options of TCP are told of the one connection that there is.
    expect(getsockopt(client, IPPROTO_TCP, sockfd.TCP_INFO).state).toBe(sockfd.TCP_ESTABLISHED);
    const code = addr.family === AF_INET ? 'EOPNOTSUPP' : 'ENOPROTOOPT';
    expectError(() => getsockopt(client, SOL_MPTCP, MPTCP_INFO), 'getsockopt', code);
    expectError(() => mptcp_full_info(client), 'getsockopt', code);
  });

  it('accepts a peer that has TCP only, as TCP', (context) => {
    needs(context, '5.16');
    const [plain, server] = pair(IPPROTO_TCP, IPPROTO_MPTCP);
    say(plain, server, 'hello');
    expect(getsockopt(server, SOL_SOCKET, SO_PROTOCOL)).toBe(IPPROTO_TCP);
    expectError(() => getsockopt(server, SOL_MPTCP, MPTCP_INFO), 'getsockopt', 'EOPNOTSUPP');
  });
});

/** Two addresses of the client, and room for a second subflow. */
const twoPaths = `ip mptcp limits set subflows 1 add_addr_accepted 0; \
ip mptcp endpoint add 127.0.0.2 dev lo subflow`;

const connected = `
const open = () => s.socket(s.AF_INET, s.SOCK_STREAM, s.IPPROTO_MPTCP);
const [listener, client] = [open(), open()];
s.bind(listener, lo);
s.listen(listener, 1);
s.connect(client, s.getsockname(listener));
const server = s.accept(listener).fd;
const read = (fd, optname) => s.getsockopt(fd, s.SOL_MPTCP, s[optname]);
s.send(client, 'x'.repeat(1000));
s.recv(server, new Uint8Array(1000), s.MSG_WAITALL);
until(() => [client, server].every((fd) => read(fd, 'MPTCP_INFO').subflows === 1));
// JSON has no bigint.
const plain = (info) => JSON.parse(JSON.stringify(info, (_, value) =>
  typeof value === 'bigint' ? value.toString(16) : value));
`;

interface Told {
  info: Record<string, number | string>;
  addrs: sockfd.MptcpSubflowAddrs[];
  infos: sockfd.TcpInfo[];
  full: { info: Told['info']; subflows: sockfd.MptcpSubflow[] };
}

describe('a second subflow', () => {
  it('is told by each of the options, as ss(8) tells it', (context) => {
    needs(context, '6.5');
    const [here, there, shown, subflows] = inNetns(
      context,
      `${connected}
for (const fd of [client, server]) {
  tell(plain({ info: read(fd, 'MPTCP_INFO'), addrs: read(fd, 'MPTCP_SUBFLOW_ADDRS'),
    infos: read(fd, 'MPTCP_TCPINFO'), full: s.mptcp_full_info(fd) }));
}
tell(sh('ss -MinH state established').trim());
tell(sh('ss -tnH state established').trim());`,
      twoPaths,
    ) as [Told, Told, string, string];
    const { addr: host } = LOOPBACK;
    for (const { info, addrs, infos, full } of [here, there]) {
      expect(info).toMatchObject({ subflows: 1, subflows_total: 2, subflows_max: 1 });
      expect([addrs.length, infos.length, full.subflows.length]).toEqual([2, 2, 2]);
      const ids = full.subflows.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
      const ends = full.subflows.map(({ local, remote }) => ({ local, remote }));
      expect(ends).toEqual(addrs);
      expect(infos.map(({ state }) => state)).toEqual([1, 1]);
      for (const [n, { bytes_sent, bytes_received, segs_out }] of infos.entries()) {
        const known = { bytes_sent, bytes_received, segs_out };
        expect(full.subflows[n]?.tcp_info).toMatchObject(known);
      }
      expect(full.info).toMatchObject({ token: info.token, write_seq: info.write_seq });
      expect(Object.keys(full.info)).toEqual(Object.keys(info));
      // One line of ss of the connection itself, whose numbers it writes in hexadecimal.
      const line = shown.split('\n').find((each) => each.includes(`token:${hex(info.token)} `));
      expect(line).toContain(`write_seq:${info.write_seq} snd_una:${info.snd_una}`);
      expect(line).toContain(`rcv_nxt:${info.rcv_nxt}`);
      expect(line).toContain(`subflows:${info.subflows} subflows_max:${info.subflows_max} `);
    }
    expect(here.addrs.map(({ local }) => (local as { addr: string }).addr)).toEqual([
      host,
      '127.0.0.2',
    ]);
    expect(there.addrs).toEqual(here.addrs.map(({ local, remote }) => swapped(local, remote)));
    const sum = here.infos.reduce((bytes, info) => bytes + (info.bytes_sent ?? 0), 0);
    expect(sum).toBe(1000);
    // ss lists each end of each TCP connection.
    const listed = subflows.split('\n').map((text) => {
      return text.replaceAll('%lo', '').trim().split(/\s+/).slice(2, 4);
    });
    const text = (addr: sockfd.SockAddr): string => {
      const { addr: ip, port } = addr as sockfd.SockAddrIn;
      return `${ip}:${port}`;
    };
    const ours = [here, there].flatMap(({ addrs }) =>
      addrs.map(({ local, remote }) => [text(local), text(remote)]),
    );
    expect(listed.sort()).toEqual(ours.sort());
  });

  it('is a join that nstat(8) counts', (context) => {
    needs(context, '5.16');
    const [text] = inNetns(
      context,
      `${connected}
tell(sh('nstat -asz MPTcpExtMPJoinAckRx MPTcpExtMPCapableACKRX'));`,
      twoPaths,
    ) as [string];
    expect(text).toMatch(/^MPTcpExtMPJoinAckRx +1 /m);
    expect(text).toMatch(/^MPTcpExtMPCapableACKRX +1 /m);
  });

  it('is not told where there is no room for it', (context) => {
    needs(context, '6.5');
    const told = inNetns(
      context,
      `${connected}
const header = (one, other) => {
  const info = Buffer.alloc(40 + 256);
  info.writeUInt32LE(one, 12);
  info.writeUInt32LE(other, 20);
  return info;
};
// struct mptcp_subflow_info of one subflow, and of the first bytes of both.
for (const [size, elements] of [[264, 1], [4, 2]]) {
  const info = header(size, elements);
  const array = Buffer.alloc(2 * 264, 0xee);
  const length = raw.mptcp_full_info(client, info, array.subarray(0, size * elements), null);
  tell([length, info.readUInt32LE(12), info.readUInt32LE(16),
    array.subarray(size * elements).every((byte) => byte === 0xee),
    info.subarray(24, 40).every((byte) => byte === 0)]);
}`,
      twoPaths,
    );
    expect(told).toEqual([
      [expect.any(Number), 264, 2, true, true],
      [expect.any(Number), 4, 2, true, true],
    ]);
  });
});

function hex(value: unknown): string {
  return Number(value).toString(16);
}

function swapped(local: sockfd.SockAddr, remote: sockfd.SockAddr): sockfd.MptcpSubflowAddrs {
  return { local: remote, remote: local };
}

describe('MPTCP_TCPINFO and MPTCP_SUBFLOW_ADDRS', () => {
  it('are empty before there is a connection, and tell the only one', (context) => {
    needs(context, '5.16');
    const fd = open(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    expect(getsockopt(fd, SOL_MPTCP, MPTCP_TCPINFO)).toEqual([]);
    expect(getsockopt(fd, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS)).toEqual([]);
    const [client] = pair();
    const ends = [{ local: getsockname(client), remote: getpeername(client) }];
    expect(getsockopt(client, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS)).toEqual(ends);
    const [info, ...others] = getsockopt(client, SOL_MPTCP, MPTCP_TCPINFO);
    expect(others).toEqual([]);
    const { snd_mss, total_rto } = getsockopt(client, IPPROTO_TCP, sockfd.TCP_INFO);
    expect(info).toMatchObject({ state: sockfd.TCP_ESTABLISHED, snd_mss, total_rto });
  });

  it('tell the ends over IPv6', (context) => {
    needs(context, '5.16');
    const [client] = pair(IPPROTO_MPTCP, IPPROTO_MPTCP, inet6);
    const ends = [{ local: getsockname(client), remote: getpeername(client) }];
    expect(getsockopt(client, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS)).toEqual(ends);
  });

  it('are asked in memory, too, with a struct mptcp_subflow_data', (context) => {
    needs(context, '5.16');
    const [client] = pair();
    const memory = new Uint32Array(4 + 26);
    memory.set([16, 0, 0, 104]);
    expect(getsockopt(client, SOL_MPTCP, MPTCP_TCPINFO, memory)).toBe(16 + 104);
    // num_subflows, then what the kernel has of each, and what was asked.
    expect([memory[1], memory[3]]).toEqual([1, 104]);
    expect((memory[4] as number) & 0xff).toBe(sockfd.TCP_ESTABLISHED);
    expectError(() => getsockopt(client, SOL_MPTCP, MPTCP_TCPINFO, memory), 'getsockopt', 'EINVAL');
  });

  it('have nothing that the reader may say', () => {
    const get = getsockopt as (...args: unknown[]) => unknown;
    expectRefused(() => get(-1, SOL_MPTCP, MPTCP_TCPINFO, 5), TypeError, 'buf');
    expectRefused(() => get(-1, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS, null), TypeError, 'buf');
  });
});

describe('decodeMptcpInfo', () => {
  it('reads the bytes of MPTCP_INFO', (context) => {
    needs(context, '5.16');
    const [client] = pair();
    const bytes = new Uint8Array(512);
    const length = getsockopt(client, SOL_MPTCP, MPTCP_INFO, bytes);
    const { token, rcv_nxt, flags } = getsockopt(client, SOL_MPTCP, MPTCP_INFO);
    const decoded = decodeMptcpInfo(bytes.subarray(0, length));
    expect(decoded).toMatchObject({ token, rcv_nxt, flags });
    expectRefused(() => decodeMptcpInfo(new Uint8Array(47)), RangeError, 'bytes');
  });
});

describe('mptcp_full_info', () => {
  it('tells of each connection its own', (context) => {
    needs(context, '6.5');
    const [a, b] = [pair(), pair()].map(([fd]) => fd);
    const [one, other] = [a, b].map((fd) => mptcp_full_info(fd as number));
    expect(one?.info.token).not.toBe(other?.info.token);
    expect(one?.subflows.map(({ local }) => local)).toEqual([getsockname(a as number)]);
    expect(other?.subflows.map(({ local }) => local)).toEqual([getsockname(b as number)]);
    const { subflows } = mptcp_full_info(open(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
    expect(subflows).toEqual([]);
  });

  it('is what the bytes of MPTCP_FULL_INFO would be, which are refused by that name', (context) => {
    const fd = open(AF_INET, SOCK_STREAM);
    const bytes = new Uint8Array(136);
    const get = () => getsockopt(fd, SOL_MPTCP, MPTCP_FULL_INFO, bytes);
    expectRefused(get, TypeError, 'optname');
    expect(get).toThrow('mptcp_full_info()');
    expect(() => raw.getsockopt(fd, SOL_MPTCP, MPTCP_FULL_INFO, bytes)).toThrow('mptcp_full_info');
    needs(context, '5.16');
    const mptcp = open(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    // It can be set by nobody.
    expectError(
      () => setsockopt(mptcp, SOL_MPTCP, MPTCP_FULL_INFO, 1),
      'setsockopt',
      'ENOPROTOOPT',
    );
  });

  it('fails with EBADF, and with EOPNOTSUPP or ENOPROTOOPT for another socket', () => {
    expectError(() => mptcp_full_info(closedFd()), 'getsockopt', 'EBADF');
    expectError(() => mptcp_full_info(open(AF_INET, SOCK_STREAM)), 'getsockopt', 'EOPNOTSUPP');
    expectError(() => mptcp_full_info(open(AF_INET6, SOCK_STREAM)), 'getsockopt', 'ENOPROTOOPT');
    expectError(
      () => mptcp_full_info(open(sockfd.AF_UNIX, SOCK_STREAM)),
      'getsockopt',
      'EOPNOTSUPP',
    );
  });
});

describe('raw mptcp_full_info', () => {
  /** A struct mptcp_full_info that says what room there is. */
  function asking(sfinfo: number, tcpinfo: number, elements: number, size = 136): Buffer {
    const info = Buffer.alloc(size);
    info.writeUInt32LE(tcpinfo, 4);
    info.writeUInt32LE(sfinfo, 12);
    info.writeUInt32LE(elements, 20);
    return info;
  }

  it('fills memory of the caller, and leaves no address in it', (context) => {
    needs(context, '6.5');
    const [client] = pair();
    const info = asking(264, 104, 3);
    const [subflow_info, tcp_info] = [Buffer.alloc(3 * 264, 0xee), Buffer.alloc(3 * 104, 0xee)];
    const length = raw.mptcp_full_info(client, info, subflow_info, tcp_info);
    expect(length).toBeGreaterThan(40);
    expect(length).toBeLessThanOrEqual(136);
    // One subflow, and no addresses.
    expect(info.readUInt32LE(16)).toBe(1);
    expect(info.subarray(24, 40)).toEqual(Buffer.alloc(16));
    const { token } = decodeMptcpInfo(info.subarray(40, length));
    expect(token).toBe(getsockopt(client, SOL_MPTCP, MPTCP_INFO).token);
    expect(sockfd.decodeSockaddr(subflow_info.subarray(8, 24))).toEqual(getsockname(client));
    expect(tcp_info[0]).toBe(sockfd.TCP_ESTABLISHED);
    expect(subflow_info.subarray(264)).toEqual(Buffer.alloc(2 * 264, 0xee));
    expect(tcp_info.subarray(104)).toEqual(Buffer.alloc(2 * 104, 0xee));
  });

  it('takes less, and more, than there is', (context) => {
    needs(context, '6.5');
    const [client] = pair();
    // The structure without a struct mptcp_info, and no arrays.
    const short = asking(0, 0, 0, 40);
    expect(raw.mptcp_full_info(client, short, null, null)).toBe(40);
    expect(short.readUInt32LE(16)).toBe(1);
    expect(raw.mptcp_full_info(client, asking(0, 0, 9), null, null)).toBeGreaterThan(40);
    const long = asking(600, 600, 2, 4096);
    const arrays = [1, 2].map(() => new SharedArrayBuffer(1200)) as [
      SharedArrayBuffer,
      SharedArrayBuffer,
    ];
    expect(raw.mptcp_full_info(client, long, ...arrays)).toBeLessThanOrEqual(40 + 512);
    expect(new Uint8Array(arrays[1])[0]).toBe(sockfd.TCP_ESTABLISHED);
  });

  it('does not take an address from the caller', (context) => {
    needs(context, '6.5');
    const [client] = pair();
    const info = asking(0, 0, 0);
    info.fill(0x41, 24, 40);
    expect(raw.mptcp_full_info(client, info, null, null)).toBeGreaterThan(40);
    expect(info.subarray(24, 40)).toEqual(Buffer.alloc(16));
  });

  it('refuses arrays without the room that the structure says', () => {
    const call = (...args: Parameters<typeof raw.mptcp_full_info>) => {
      return () => raw.mptcp_full_info(...args);
    };
    const array = new Uint8Array(264);
    const [sub, tcp] = ['subflow_info', 'tcp_info'];
    expectRefused(call(-1, asking(264, 0, 2), array, null), RangeError, sub);
    expectRefused(call(-1, asking(1, 0, 1), null, null), RangeError, sub);
    expectRefused(call(-1, asking(0, 265, 1), null, array), RangeError, tcp);
    // The product does not fit in 32 bits.
    expectRefused(call(-1, asking(0x1_0000, 0, 0x1_0000), array, null), RangeError, sub);
    expectRefused(call(-1, asking(0, 2 ** 32 - 1, 2 ** 32 - 1), array, array), RangeError, tcp);
    expectRefused(call(-1, new Uint8Array(39), null, null), RangeError, 'info');
    expect(raw.mptcp_full_info(-1, asking(264, 264, 1), array, array)).toBe(-sockfd.EBADF);
  });

  it('returns -EINVAL where the kernel is told what it has to tell', (context) => {
    needs(context, '6.5');
    const [client] = pair();
    const info = asking(0, 0, 0);
    info.writeUInt32LE(1, 16);
    expect(raw.mptcp_full_info(client, info, null, null)).toBe(-sockfd.EINVAL);
  });
});
