/**
 * The MSG_* flags do what the manual says of them; each test begins with the sentence. What
 * message.test.ts shows already is not here: MSG_PEEK, MSG_TRUNC and MSG_OOB of recv, MSG_MORE of a
 * datagram. Nor are MSG_CTRUNC (recvmsg.test.ts), MSG_CMSG_CLOEXEC (descriptors.test.ts),
 * MSG_WAITFORONE (recvmmsg.test.ts) and MSG_ZEROCOPY (zerocopy.test.ts).
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  connect,
  controlValue,
  EOPNOTSUPP,
  F_GETFL,
  FIONREAD,
  fcntl,
  getsockopt,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_RECVERR,
  ioctl,
  MSG_BATCH,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  O_NONBLOCK,
  POLLIN,
  POLLPRI,
  poll,
  recv,
  recvmsg,
  SHUT_WR,
  SIOCATMARK,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
  SO_ERROR,
  SO_OOBINLINE,
  SO_PEEK_OFF,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOL_SOCKET,
  type SockExtendedErr,
  send,
  sendmmsg,
  sendmsg,
  sendto,
  setsockopt,
  shutdown,
  TCP_INFO,
  UDP_CORK,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { arrived } from '../support/addresses.js';
import { blocked, interrupted, netns, node, waitUntil } from '../support/child.js';
import {
  bound,
  expectError,
  guardFds,
  type InetAddr,
  open,
  refusingAddr,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { straceMissing } from '../support/strace.js';

guardFds();

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

function received(fd: number, size = 64, flags = MSG_DONTWAIT): string {
  if (flags === MSG_DONTWAIT) arrived(fd);
  const buf = Buffer.alloc(size);
  return buf.toString('latin1', 0, recv(fd, buf, flags));
}

const readable = (fd: number): boolean => poll([{ fd, events: POLLIN }], 0) === 1;

describe('MSG_WAITALL', () => {
  /** What two calls receive, each of 8 bytes at most: `act` is done while the first waits. */
  function receivedBy(second: string, fd: number, act: () => void): Promise<unknown[]> {
    const body = `const buf = Buffer.alloc(8);
tell('ready');
for (const flags of [s.MSG_WAITALL, ${second}]) {
  tell(buf.toString('latin1', 0, s.recv(3, buf, flags)));
}`;
    return blocked(body, 'recvfrom', act, [fd]);
  }

  it('waits for a slow writer, and recv without it does not', async () => {
    // recv(2): "requests that the operation block until the full request is satisfied."
    const [a, b] = unixPair();
    send(a, 'abc');
    const act = (): void => {
      send(a, 'defghij');
    };
    expect(await receivedBy('0', b, act)).toEqual(['ready', 'abcdefgh', 'ij']);
  });

  it('ends with what there is at the end of the stream', async () => {
    // "the call may still return less data than requested if […] disconnect occurs"
    const [a, b] = unixPair();
    send(a, 'abc');
    const act = (): void => {
      send(a, 'de');
      shutdown(a, SHUT_WR);
    };
    expect(await receivedBy('s.MSG_WAITALL', b, act)).toEqual(['ready', 'abcde', '']);
  });

  it('ends with what there is when a signal comes', async () => {
    // "the call may still return less data than requested if a signal is caught"
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.send(b, 'ab');
tell('ready');
tell(code(() => s.recv(a, new Uint8Array(4), s.MSG_WAITALL)));`;
    expect(await interrupted(body, 'recvfrom')).toEqual(['ready', ['ok', 2]]);
  });

  it('has no effect for datagrams', () => {
    // "This flag has no effect for datagram sockets."
    const [a, b] = unixPair(SOCK_DGRAM);
    send(a, 'ab');
    expect(received(b, 8, MSG_WAITALL)).toBe('ab');
  });
});

describe('MSG_PEEK', () => {
  it('shows the same message to recvmsg again', () => {
    // recv(2): "a subsequent receive call will return the same data."
    const [from, to] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    sendto(from.fd, '0123456789', 0, to.addr);
    const peeked = recvmsg(to.fd, { iov: [new Uint8Array(4)] }, MSG_PEEK | MSG_TRUNC);
    expect(peeked).toEqual({ bytes: 10, name: from.addr, control: [], flags: MSG_TRUNC });
    expect(recvmsg(to.fd, { iov: [new Uint8Array(16)] })).toEqual({ ...peeked, flags: 0 });
  });

  it('begins at SO_PEEK_OFF, and moves it, as socket(7) shows', () => {
    const [a, b] = unixPair();
    send(a, 'aabbccddeeff');
    setsockopt(b, SOL_SOCKET, SO_PEEK_OFF, 4);
    const offset = (): number => getsockopt(b, SOL_SOCKET, SO_PEEK_OFF);
    const steps = [MSG_PEEK, MSG_PEEK, 0, MSG_PEEK].map((flags) => [
      received(b, 2, flags),
      offset(),
    ]);
    expect(steps).toEqual([
      ['cc', 6],
      ['dd', 8],
      ['aa', 6],
      ['ee', 8],
    ]);
  });
});

describe('MSG_TRUNC', () => {
  it('throws away what a TCP socket receives', () => {
    // tcp(7): "causes the received bytes of data to be discarded, rather than passed back"
    const { client, server } = tcpPair();
    send(client, 'discarded, kept');
    const buf = Buffer.alloc(11, '.');
    expect(recv(server, buf, MSG_TRUNC)).toBe(11);
    expect(buf.toString()).toBe('...........');
    expect(received(server)).toBe('kept');
  });

  it.each([
    ['SOCK_DGRAM', SOCK_DGRAM],
    ['SOCK_SEQPACKET', SOCK_SEQPACKET],
  ])('tells the length of a message of AF_UNIX: %s', (_, type) => {
    // recv(2): "return the real length of the packet or datagram"
    const [a, b] = unixPair(type);
    send(a, '0123456789');
    expect(recvmsg(b, { iov: [new Uint8Array(3)] }, MSG_TRUNC)).toMatchObject({
      bytes: 10,
      flags: MSG_TRUNC,
    });
  });
});

describe('MSG_DONTWAIT', () => {
  it('is of the call, where O_NONBLOCK is of the open file description', () => {
    // recv(2): "MSG_DONTWAIT is a per-call option, whereas O_NONBLOCK is a setting"
    const [a, b] = unixPair();
    const room = { iov: [new Uint8Array(8)] };
    expectError(() => recvmsg(b, room, MSG_DONTWAIT), 'recvmsg', 'EAGAIN');
    const large = { iov: [new Uint8Array(1 << 20)] };
    sendmsg(a, large, MSG_DONTWAIT);
    expectError(() => sendmsg(a, large, MSG_DONTWAIT), 'sendmsg', 'EAGAIN');
    expect([a, b].map((fd) => fcntl(fd, F_GETFL) & O_NONBLOCK)).toEqual([0, 0]);
  });
});

describe('MSG_OOB', () => {
  /** A connection over which 'abc', the urgent '!' and 'def' have come. */
  function urgent(inline = false): number {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_OOBINLINE, inline);
    send(client, 'abc');
    send(client, '!', MSG_OOB);
    send(client, 'def');
    expect(poll([{ fd: server, events: POLLPRI }], 10_000)).toBe(1);
    const bytes = () => getsockopt(server, IPPROTO_TCP, TCP_INFO).bytes_received;
    waitUntil(() => bytes() === 7, 'all of it has come');
    return server;
  }

  const isAtMark = (fd: number): number => ioctl(fd, SIOCATMARK);

  it('is data beside the stream, whose place SIOCATMARK tells', () => {
    // recv(2): "requests receipt of out-of-band data that would not be received in the normal data
    // stream." tcp(7): a receive stops at the mark.
    const fd = urgent();
    const steps = [isAtMark(fd), received(fd), isAtMark(fd)];
    expect(steps).toEqual([0, 'abc', 1]);
    const message = recvmsg(fd, { iov: [new Uint8Array(4)] }, MSG_OOB);
    expect([message.bytes, message.flags & MSG_OOB]).toEqual([1, MSG_OOB]);
    expect([received(fd), isAtMark(fd)]).toEqual(['def', 0]);
  });

  it('can be taken before the data in front of it', () => {
    const fd = urgent();
    expect(received(fd, 4, MSG_OOB)).toBe('!');
    expectError(() => recv(fd, new Uint8Array(1), MSG_OOB), 'recv', 'EINVAL');
    expect([received(fd), received(fd)]).toEqual(['abc', 'def']);
  });

  it('is in the stream with SO_OOBINLINE', () => {
    // socket(7): "out-of-band data is directly placed into the receive data stream."
    const fd = urgent(true);
    expectError(() => recv(fd, new Uint8Array(1), MSG_OOB), 'recv', 'EINVAL');
    expect([received(fd), isAtMark(fd), received(fd)]).toEqual(['abc', 1, '!def']);
  });
});

describe('MSG_OOB of AF_UNIX', () => {
  /** The same over a pair of streams; Linux 5.15, where it is compiled in. */
  function urgent(context: TestContext, inline = false): number {
    const [a, b] = unixPair();
    setsockopt(b, SOL_SOCKET, SO_OOBINLINE, inline);
    send(a, 'abc');
    const sent = raw.send(a, '!', MSG_OOB);
    if (sent === -EOPNOTSUPP) context.skip('this kernel has no CONFIG_AF_UNIX_OOB');
    expect(sent).toBe(1);
    send(a, 'def');
    return b;
  }

  const isAtMark = (fd: number): number => ioctl(fd, SIOCATMARK);

  it('is data beside the stream, as with TCP', (context) => {
    const fd = urgent(context);
    expect(poll([{ fd, events: POLLPRI }], 0)).toBe(1);
    expect([isAtMark(fd), received(fd), isAtMark(fd)]).toEqual([0, 'abc', 1]);
    const byte = Buffer.alloc(4);
    const message = recvmsg(fd, { iov: [byte] }, MSG_OOB);
    expect([message.bytes, message.flags, byte[0]]).toEqual([1, MSG_OOB, 0x21]);
    expect([received(fd), isAtMark(fd)]).toEqual(['def', 0]);
  });

  it('is in the stream with SO_OOBINLINE', (context) => {
    const fd = urgent(context, true);
    expectError(() => recv(fd, new Uint8Array(1), MSG_OOB), 'recv', 'EINVAL');
    expect([received(fd), isAtMark(fd), received(fd)]).toEqual(['abc', 1, '!def']);
  });
});

describe('MSG_ERRQUEUE', () => {
  const queue = (fd: number, iov = [new Uint8Array(64)]) =>
    recvmsg(fd, { iov, controlLength: 512 }, MSG_ERRQUEUE);

  it('does not wait: the empty queue is EAGAIN, on a blocking socket too', () => {
    const { fd } = bound(SOCK_DGRAM);
    expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(0);
    expectError(() => queue(fd), 'recvmsg', 'EAGAIN');
    expectError(() => recv(fd, new Uint8Array(1), MSG_ERRQUEUE), 'recv', 'EAGAIN');
  });

  it.each([
    [
      'AF_INET',
      { family: AF_INET, addr: '127.0.0.1', port: 0 } as const,
      // ICMP: destination unreachable, port unreachable. RFC 792
      { origin: SO_EE_ORIGIN_ICMP, type: 3, code: 3 },
      { family: AF_INET, addr: '127.0.0.1', port: 0 },
    ],
    [
      'AF_INET6',
      { family: AF_INET6, addr: '::1', port: 0 } as const,
      // ICMPv6: destination unreachable, port unreachable. RFC 4443, 3.1
      { origin: SO_EE_ORIGIN_ICMP6, type: 1, code: 4 },
      { family: AF_INET6, addr: '::1', port: 0, flowinfo: 0, scope_id: 0 },
    ],
  ])('has what was refused, by whom, and where it was to go: %s', (_, addr, icmp, offender) => {
    const gone = refusingAddr(SOCK_DGRAM, addr);
    const { fd } = bound(SOCK_DGRAM, addr);
    const [level, option] =
      addr.family === AF_INET
        ? ([IPPROTO_IP, IP_RECVERR] as const)
        : ([IPPROTO_IPV6, IPV6_RECVERR] as const);
    setsockopt(fd, level as typeof IPPROTO_IP, option as typeof IP_RECVERR, true);
    sendto(fd, 'the payload', 0, gone);
    expect(poll([{ fd, events: 0 }], 10_000)).toBe(1);
    const iov = [new Uint8Array(4), new Uint8Array(64)];
    const { bytes, name, control, flags } = queue(fd, iov);
    // "The payload of the original packet that caused the error is passed as normal data […]. The
    // original destination address of the datagram […] is supplied via msg_name."
    expect(Buffer.concat(iov).toString('utf8', 0, bytes)).toBe('the payload');
    expect((name as InetAddr).port).toBe(gone.port);
    expect(name).toMatchObject({ family: addr.family, addr: addr.addr });
    expect(flags & MSG_ERRQUEUE).toBe(MSG_ERRQUEUE);
    const value = control.find((each) => each.level === level && each.type === option)?.value;
    expect(value as SockExtendedErr).toMatchObject({ errno: 111, ...icmp, offender });
    expectError(() => queue(fd), 'recvmsg', 'EAGAIN');
  });

  it('regenerates the pending error from the next in the queue', () => {
    // recv(2): "the pending socket error is regenerated based on the next queued error"
    const gone = [refusingAddr(SOCK_DGRAM), refusingAddr(SOCK_DGRAM)];
    const { fd } = bound(SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, true);
    for (const each of gone) {
      sendto(fd, 'x', 0, each);
      waitUntil(() => getsockopt(fd, SOL_SOCKET, SO_ERROR) === 111, 'ECONNREFUSED is pending');
    }
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
    expect(queue(fd).name).toEqual(gone[0]);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(111);
    expect(queue(fd).name).toEqual(gone[1]);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
  });

  it('has an error of this machine without an offender', () => {
    // "For local errors, no address is passed"
    const { fd, addr } = bound(SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, true);
    connect(fd, addr);
    expectError(() => send(fd, new Uint8Array(65508)), 'send', 'EMSGSIZE');
    const { control } = queue(fd);
    expect(controlValue(control, IPPROTO_IP, IP_RECVERR)).toMatchObject({
      errno: 90,
      origin: SO_EE_ORIGIN_LOCAL,
      offender: undefined,
    });
  });
});

/** tcp(7): what is corked goes after 200 ms all the same, which is the least RTO; here it is longer. */
const patience = `ip route change local 127.0.0.1 dev lo table local proto kernel scope host \
  src 127.0.0.1 rto_min 30s`;

/** What the programs have that run there: both ends of a connection, and its TCP_INFO. */
const patient = `const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, lo);
s.listen(listener, 1);
const pair = () => {
  const client = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.connect(client, s.getsockname(listener));
  return { client, server: s.accept(listener).fd };
};
const info = (fd) => s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_INFO);`;

describe('MSG_MORE', () => {
  it('gathers, like UDP_CORK, what becomes one datagram', () => {
    // send(2): "package all of the data sent in calls with this flag set into a single datagram"
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, to.addr);
    sendmsg(fd, { iov: [text('one '), text('data')] }, MSG_MORE);
    sendmsg(fd, { iov: [text('gram')] });
    setsockopt(fd, IPPROTO_UDP, UDP_CORK, true);
    for (const part of ['cor', 'ked']) send(fd, part);
    expect([received(to.fd), readable(to.fd)]).toEqual(['one datagram', false]);
    setsockopt(fd, IPPROTO_UDP, UDP_CORK, false);
    expect(received(to.fd)).toBe('corked');
  });

  it('holds a segment of TCP back until it is full, or nothing more is said to come', () => {
    // send(2): "used with TCP sockets to obtain the same effect as the TCP_CORK socket option"
    const body = `${patient}
const { client, server } = pair();
for (const part of ['a', 'b', 'c']) s.send(client, part, s.MSG_MORE);
const { notsent_bytes, data_segs_out } = info(client);
tell([notsent_bytes, data_segs_out, s.poll([{ fd: server, events: s.POLLIN }], 0)]);
s.send(client, 'd');
const buf = Buffer.alloc(64);
tell([buf.toString('latin1', 0, s.recv(server, buf)), info(client).data_segs_out]);`;
    expect(netns(body, patience)).toEqual([
      [3, 0, 0],
      ['abcd', 1],
    ]);
  });
});

describe('MSG_EOR', () => {
  it('ends a segment of TCP, which then grows no more', () => {
    // send(2): "Terminates a record (when this notion is supported […])". TCP keeps the boundary
    // while the data waits to be sent; Linux 4.7.
    const body = `${patient}
const segments = [0, s.MSG_EOR].map((flags) => {
  const { client } = pair();
  s.setsockopt(client, s.IPPROTO_TCP, s.TCP_CORK, true);
  for (const part of ['a', 'b', 'c']) s.send(client, part, flags);
  s.setsockopt(client, s.IPPROTO_TCP, s.TCP_CORK, false);
  return info(client).data_segs_out;
});
tell(segments);`;
    expect(netns(body, patience)).toEqual([[1, 3]]);
  });

  it('is taken by SOCK_SEQPACKET of AF_UNIX, where each message is a record, and not told', () => {
    const [a, b] = unixPair(SOCK_SEQPACKET);
    for (const flags of [0, MSG_EOR]) sendmsg(a, { iov: [text('record')] }, flags);
    for (let n = 0; n < 2; n++) {
      expect(recvmsg(b, { iov: [new Uint8Array(64)] })).toMatchObject({ bytes: 6, flags: 0 });
    }
  });
});

describe('MSG_NOSIGNAL', () => {
  it('keeps SIGPIPE away', (context) => {
    // send(2): "Don't generate a SIGPIPE signal if the peer […] has closed the connection."
    if (straceMissing !== undefined) context.skip(straceMissing);
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-flags-'));
    try {
      const signals = [0, MSG_NOSIGNAL].map((flags) => {
        const log = join(dir, String(flags));
        const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.close(b);
tell(code(() => s.sendmsg(a, { iov: [new Uint8Array(1)] }, ${flags})));`;
        const options = ['-qq', '-f', '-o', log, '-e', 'trace=none', '-e', 'signal=SIGPIPE'];
        expect(node(body, ['strace', ...options])).toEqual([['EPIPE', 'sendmsg']]);
        return readFileSync(log, 'utf8').match(/--- SIGPIPE /g)?.length ?? 0;
      });
      expect(signals).toEqual([1, 0]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('MSG_BATCH', () => {
  it('is taken by sendmmsg, and changes nothing that is seen', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    expect(sendmmsg(a, [{ iov: [text('x')] }, { iov: [] }], MSG_BATCH)).toBe(2);
    expect([ioctl(b, FIONREAD), received(b), received(b)]).toEqual([1, 'x', '']);
  });
});

describe('in a network of its own', () => {
  const veth = [
    'ip link add va type veth peer name vb',
    'ip addr add 10.1.0.1/24 dev va',
    'ip link set va up',
    'ip link set vb up',
    'ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev va nud stale',
    'ip route add 192.0.2.0/24 via 10.1.0.2',
  ].join('; ');

  it('MSG_DONTROUTE reaches only hosts on the networks that are connected', () => {
    // send(2): "Don't use a gateway to send out the packet, send to hosts only on directly
    // connected networks."
    const body = `const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
const to = (addr, flags) =>
  code(() => s.sendmsg(fd, { name: { ...lo, addr, port: 9 }, iov: [new Uint8Array(1)] }, flags));
tell([to('192.0.2.1', 0), to('192.0.2.1', s.MSG_DONTROUTE), to('10.1.0.2', s.MSG_DONTROUTE)]);`;
    expect(netns(body, veth)).toEqual([
      [
        ['ok', 1],
        ['ENETUNREACH', 'sendmsg'],
        ['ok', 1],
      ],
    ]);
  });

  it('MSG_CONFIRM tells the link layer that the neighbour answered', () => {
    // send(2): "Tell the link layer that forward progress happened: you got a successful reply from
    // the other side." The entry's middle number is the seconds since it was confirmed.
    const body = `import { execSync } from 'node:child_process';
const confirmed = () => Number(/used \\d+\\/(\\d+)\\//.exec(execSync('ip -s neigh show 10.1.0.2'))[1]);
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
for (const flags of [0, s.MSG_CONFIRM]) {
  s.sendto(fd, 'x', flags, { ...lo, addr: '10.1.0.2', port: 9 });
  tell(confirmed() > 50);
}`;
    expect(netns(body, veth)).toEqual([true, false]);
  });

  it('MSG_FASTOPEN sends data in the SYN, once a cookie is here', () => {
    // send(2): "Attempts TCP Fast Open (RFC7413) and sends data in the SYN […]. If the cookie is
    // not available locally, it returns EINPROGRESS, and sends a SYN with a Fast Open cookie
    // request automatically."
    const body = `import { readFileSync } from 'node:fs';
const count = (name) => {
  const [names, values] = readFileSync('/proc/net/netstat', 'utf8').split('\\n')
    .filter((line) => line.startsWith('TcpExt')).map((line) => line.split(' '));
  return Number(values[names.indexOf(name)]);
};
const counts = () => [count('TCPFastOpenActive'), count('TCPFastOpenPassive')];
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, lo);
s.setsockopt(listener, s.IPPROTO_TCP, s.TCP_FASTOPEN, 5);
s.listen(listener, 8);
const name = s.getsockname(listener);
const first = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
const iov = [Buffer.from('in '), Buffer.from('the SYN')];
tell([code(() => s.sendmsg(first, { name, iov }, s.MSG_FASTOPEN)), counts()]);
s.poll([{ fd: first, events: s.POLLOUT }], 10000);
const { fd: empty } = s.accept(listener);
tell(code(() => s.recv(empty, new Uint8Array(8), s.MSG_DONTWAIT)));
const second = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
tell([s.sendmsg(second, { name, iov }, s.MSG_FASTOPEN), counts()]);
s.poll([{ fd: second, events: s.POLLOUT }], 10000);
const { options } = s.getsockopt(second, s.IPPROTO_TCP, s.TCP_INFO);
tell([(options & s.TCPI_OPT_SYN_DATA) !== 0, counts()]);
const buf = Buffer.alloc(64);
tell(buf.toString('utf8', 0, s.recv(s.accept(listener).fd, buf)));`;
    expect(netns(body, 'sysctl -qw net.ipv4.tcp_fastopen=3')).toEqual([
      [
        ['EINPROGRESS', 'sendmsg'],
        [0, 0],
      ],
      ['EAGAIN', 'recv'],
      [10, expect.anything()],
      [true, [1, 1]],
      'in the SYN',
    ]);
  });
});
