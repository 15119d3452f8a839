/** Classic BPF programs, attached to sockets that receive real datagrams. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_UNIX,
  BPF_A,
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_H,
  BPF_IND,
  BPF_JEQ,
  BPF_JMP,
  BPF_JSET,
  BPF_JUMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_MOD,
  BPF_MSH,
  BPF_RET,
  BPF_STMT,
  BPF_W,
  bind,
  getsockopt,
  IPPROTO_UDP,
  MSG_DONTWAIT,
  recv,
  SKF_AD_OFF,
  SKF_AD_PROTOCOL,
  SKF_NET_OFF,
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_DETACH_FILTER,
  SO_DETACH_REUSEPORT_BPF,
  SO_GET_FILTER,
  SO_LOCK_FILTER,
  SO_REUSEPORT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_SOCKET,
  type SockFilter,
  sendto,
  setsockopt,
} from '../../lib/index.js';
import { isRoot } from '../support/child.js';
import {
  bound,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  open,
  unixPair,
} from '../support/sockets.js';

guardFds();

/** What is in the receive queue. Loopback and AF_UNIX deliver before send(2) returns. */
function received(fd: number): string[] {
  const found: string[] = [];
  const buf = Buffer.alloc(64);
  for (let i = 0; i < 10_000; i++) {
    try {
      found.push(buf.toString('latin1', 0, recv(fd, buf, MSG_DONTWAIT)));
    } catch (error) {
      expect((error as sockfd.SystemError).code).toBe('EAGAIN');
      return found;
    }
  }
  throw new Error('the queue does not end');
}

/** What `tcpdump -ddd` prints for an expression, on packets that begin with the IP header. */
function compiled(expression: string): SockFilter[] | undefined {
  const { stdout, error } = spawnSync('tcpdump', ['-ddd', '-y', 'RAW', expression], {
    encoding: 'utf8',
  });
  if (error !== undefined) return undefined;
  const [count, ...lines] = stdout.trim().split('\n');
  expect(lines).toHaveLength(Number(count));
  return lines.map((line) => {
    const [code = 0, jt = 0, jf = 0, k = 0] = line.split(' ').map(Number);
    return { code, jt, jf, k };
  });
}

/** `ip and udp dst port`, on packets that begin with the IP header. */
const toPort = (port: number): SockFilter[] => [
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
  BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 8),
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
  BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
  BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
  BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
  BPF_STMT(BPF_RET | BPF_K, 262_144),
  BPF_STMT(BPF_RET | BPF_K, 0),
];

const [pass, drop] = [BPF_STMT(BPF_RET | BPF_K, 0xffff), BPF_STMT(BPF_RET | BPF_K, 0)];

describe('BPF_STMT and BPF_JUMP', () => {
  it('write the program that tcpdump writes', (context) => {
    const theirs = compiled('ip and udp dst port 5000');
    if (theirs === undefined) return context.skip('tcpdump is not installed');
    expect(toPort(5000)).toEqual(theirs);
  });

  it('make a negative k the word that C makes it', () => {
    const { k } = BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL);
    expect(k).toBe(0xfffff000);
    expect(BPF_JUMP(BPF_JMP | BPF_JEQ, -1, 1, 2)).toEqual({
      code: 0x15,
      jt: 1,
      jf: 2,
      k: 2 ** 32 - 1,
    });
  });

  it('name what is out of range', () => {
    expectRefused(() => BPF_STMT(65536, 0), RangeError, 'code');
    expectRefused(() => BPF_STMT(0, 2 ** 32), RangeError, 'k');
    expectRefused(() => BPF_JUMP(0, 0, 256, 0), RangeError, 'jt');
    expectRefused(() => BPF_JUMP(0, 0, 0, -1), RangeError, 'jf');
    expectRefused(() => BPF_JUMP(0, '1' as never, 0, 0), TypeError, 'k');
  });
});

describe('SO_ATTACH_FILTER', () => {
  it('passes the datagrams of one sender, and drops those of others', () => {
    const receiver = bound(SOCK_DGRAM);
    const [friend, stranger] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    // To a UDP socket the packet begins with the UDP header: the port of the sender.
    setsockopt(receiver.fd, SOL_SOCKET, SO_ATTACH_FILTER, [
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, friend.addr.port, 0, 1),
      pass,
      drop,
    ]);
    for (const [fd, text] of [
      [stranger.fd, 'a'],
      [friend.fd, 'b'],
      [stranger.fd, 'c'],
    ] as const) {
      expect(sendto(fd, text, 0, receiver.addr)).toBe(1);
    }
    expect(received(receiver.fd)).toEqual(['b']);
    setsockopt(receiver.fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
    sendto(stranger.fd, 'd', 0, receiver.addr);
    expect(received(receiver.fd)).toEqual(['d']);
  });

  it('loads from the network header, and what is known of the packet', () => {
    const receiver = bound(SOCK_DGRAM);
    const [low, high] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    setsockopt(high.fd, sockfd.IPPROTO_IP, sockfd.IP_TTL, 99);
    // ETH_P_IP, and byte 8 of the IPv4 header: the time to live.
    setsockopt(receiver.fd, SOL_SOCKET, SO_ATTACH_FILTER, [
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0800, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_NET_OFF + 8),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 99, 0, 1),
      pass,
      drop,
    ]);
    sendto(low.fd, 'low', 0, receiver.addr);
    sendto(high.fd, 'high', 0, receiver.addr);
    expect(received(receiver.fd)).toEqual(['high']);
  });

  it('cuts a datagram to what the program returns', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    setsockopt(b, SOL_SOCKET, SO_ATTACH_FILTER, [BPF_STMT(BPF_RET | BPF_K, 3)]);
    sockfd.send(a, 'truncated');
    expect(received(b)).toEqual(['tru']);
  });

  it('passes on a raw socket what the program of tcpdump passes', (context) => {
    if (!isRoot) context.skip('raw sockets need CAP_NET_RAW');
    const [wanted, other] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const program = compiled(`ip and udp dst port ${wanted.addr.port}`);
    if (program === undefined) return context.skip('tcpdump is not installed');
    const raw = open(AF_INET, SOCK_RAW, IPPROTO_UDP);
    // What comes from elsewhere before there is a filter.
    setsockopt(raw, SOL_SOCKET, SO_ATTACH_FILTER, [drop]);
    received(raw);
    setsockopt(raw, SOL_SOCKET, SO_ATTACH_FILTER, program);
    const sender = open(AF_INET, SOCK_DGRAM);
    sendto(sender, 'other', 0, other.addr);
    sendto(sender, 'wanted', 0, wanted.addr);
    // Behind 20 bytes of IP and 8 of UDP.
    expect(received(raw).map((packet) => packet.slice(28))).toEqual(['wanted']);
    expect(getsockopt(raw, SOL_SOCKET, SO_GET_FILTER)).toEqual(toPort(wanted.addr.port));
  });

  it('reads back as it was set; nothing when there is none', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER)).toEqual([]);
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, toPort(65_535));
    expect(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER)).toEqual(toPort(65_535));
    // The longest there may be.
    const long = Array.from({ length: sockfd.BPF_MAXINSNS }, (_, i) =>
      BPF_STMT(i === sockfd.BPF_MAXINSNS - 1 ? BPF_RET | BPF_K : BPF_LD | BPF_W | BPF_LEN, 0),
    );
    try {
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, long);
      expect(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER)).toEqual(long);
    } catch (error) {
      // net.core.optmem_max is too small for it on some machines.
      expect((error as sockfd.SystemError).code).toBe('ENOMEM');
    }
  });

  it('is refused by the kernel when it is no program, with EINVAL', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    const attach = (program: SockFilter[]) => () =>
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program);
    expectError(attach([]), 'setsockopt', 'EINVAL');
    expectError(attach([BPF_STMT(BPF_LD | BPF_LEN, 0)]), 'setsockopt', 'EINVAL');
    expectError(attach([BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 9, 9), drop]), 'setsockopt', 'EINVAL');
    const tooLong = new Array<SockFilter>(sockfd.BPF_MAXINSNS + 1).fill(drop);
    expectError(attach(tooLong), 'setsockopt', 'EINVAL');
  });

  it('names the field that is wrong', () => {
    const fd = open(AF_UNIX, SOCK_DGRAM);
    const attach = (program: unknown) => () =>
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program as SockFilter[]);
    expectRefused(attach('ret'), TypeError, 'value');
    expectRefused(attach([drop, null]), TypeError, 'value[1]');
    expectRefused(attach([{ ...drop, code: -1 }]), RangeError, 'value[0].code');
    expectRefused(attach([{ ...drop, jt: 256 }]), RangeError, 'value[0].jt');
    expectRefused(attach([{ ...drop, jf: '1' }]), TypeError, 'value[0].jf');
    expectRefused(attach([{ code: 6, jt: 0, jf: 0 }]), TypeError, 'value[0].k');
    expectRefused(attach(new Array(65_536).fill(drop)), RangeError, 'value');
  });
});

describe('SO_LOCK_FILTER', () => {
  it('lets nobody change the filter any more, nor unlock it', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    setsockopt(b, SOL_SOCKET, SO_ATTACH_FILTER, [drop]);
    setsockopt(b, SOL_SOCKET, SO_LOCK_FILTER, true);
    const attach = () => setsockopt(b, SOL_SOCKET, SO_ATTACH_FILTER, [pass]);
    expectError(attach, 'setsockopt', 'EPERM');
    expectError(() => setsockopt(b, SOL_SOCKET, SO_DETACH_FILTER, 0), 'setsockopt', 'EPERM');
    expectError(() => setsockopt(b, SOL_SOCKET, SO_LOCK_FILTER, false), 'setsockopt', 'EPERM');
    expect(getsockopt(b, SOL_SOCKET, SO_LOCK_FILTER)).toBe(true);
    sockfd.send(a, 'x');
    expect(received(b)).toEqual([]);
    expect(getsockopt(b, SOL_SOCKET, SO_GET_FILTER)).toEqual([drop]);
  });
});

describe('SO_ATTACH_REUSEPORT_CBPF', () => {
  it('steers datagrams between the sockets of a group', () => {
    const first = open(AF_INET, SOCK_DGRAM);
    setsockopt(first, SOL_SOCKET, SO_REUSEPORT, true);
    bind(first, LOOPBACK);
    const addr = sockfd.getsockname(first);
    const second = open(AF_INET, SOCK_DGRAM);
    setsockopt(second, SOL_SOCKET, SO_REUSEPORT, true);
    bind(second, addr);
    // The packet begins with the data: its first byte, odd or even, is the index of the socket.
    const program = [
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
      BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 2),
      BPF_STMT(BPF_RET | BPF_A, 0),
    ];
    setsockopt(first, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program);
    // Without the program one sender would have one receiver.
    const sender = open(AF_INET, SOCK_DGRAM);
    for (const digit of '0123456789') sendto(sender, digit, 0, addr);
    expect(received(first)).toEqual(['0', '2', '4', '6', '8']);
    expect(received(second)).toEqual(['1', '3', '5', '7', '9']);
    setsockopt(first, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
    for (const digit of '0123456789') sendto(sender, digit, 0, addr);
    const all = [received(first), received(second)];
    expect(all.map((texts) => texts.length).sort((a, b) => a - b)).toEqual([0, 10]);
  });
});
