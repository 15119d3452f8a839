import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  connect,
  getpeername,
  getsockopt,
  IP_MTU,
  IP_OPTIONS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SO_ATTACH_BPF,
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_EBPF,
  SO_BINDTODEVICE,
  SO_BUSY_POLL_BUDGET,
  SO_CNX_ADVICE,
  SO_COOKIE,
  SO_DETACH_FILTER,
  SO_DETACH_REUSEPORT_BPF,
  SO_ERROR,
  SO_INQ,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_LOCK_FILTER,
  SO_MARK,
  SO_MAX_PACING_RATE,
  SO_PEERCRED,
  SO_PEERNAME,
  SO_PEERPIDFD,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SystemError,
  setsockopt,
  TCP_CONGESTION,
  TCP_INFO,
  TCP_KEEPIDLE,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_REPAIR,
  TCP_ULP,
  TCP_ZEROCOPY_RECEIVE,
} from '../../lib/index.js';
import { linger } from '../../lib/structs/linger.js';
import { meminfo } from '../../lib/structs/meminfo.js';
import * as kinds from '../../lib/structs/option.js';
import { ucred } from '../../lib/structs/ucred.js';
import { isRoot, node, python } from '../support/child.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { type Level, levels, type Trial } from '../support/sockopts.js';

guardFds();

/** The calls without their types: the tables are walked by number. */
const get = getsockopt as unknown as (fd: number, level: number, optname: number) => unknown;
const put = setsockopt as (fd: number, level: number, optname: number, value: unknown) => void;

function text(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  return bytes.toString('utf8', 0, nul < 0 ? bytes.length : nul);
}

/** What the bytes of an option mean, decoded here and not by the package. */
const decoders = new Map<unknown, (bytes: Buffer) => unknown>([
  [kinds.int, (b) => b.readInt32LE()],
  [kinds.uint, (b) => b.readUInt32LE()],
  [kinds.bool, (b) => b.readInt32LE() !== 0],
  [kinds.id64, (b) => b.readBigUInt64LE()],
  [
    kinds.count64,
    (b) => {
      const value = b.readBigUInt64LE();
      return value === 2n ** 64n - 1n ? Number.POSITIVE_INFINITY : Number(value);
    },
  ],
  [kinds.timeval, (b) => ({ sec: Number(b.readBigInt64LE(0)), usec: Number(b.readBigInt64LE(8)) })],
  [linger, (b) => ({ onoff: b.readInt32LE(0), linger: b.readInt32LE(4) })],
  [ucred, (b) => ({ pid: b.readInt32LE(0), uid: b.readUInt32LE(4), gid: b.readUInt32LE(8) })],
  [
    meminfo,
    (b) => {
      const names =
        'rmem_alloc rcvbuf wmem_alloc sndbuf fwd_alloc wmem_queued optmem backlog drops';
      return Object.fromEntries(names.split(' ').map((name, i) => [name, b.readUInt32LE(4 * i)]));
    },
  ],
]);

/** How long each of them is in C. The rest are names. */
const sizes = new Map<unknown, number>([
  [kinds.id64, 8],
  [kinds.count64, 8],
  [kinds.timeval, 16],
  [linger, 8],
  [ucred, 12],
  [meminfo, 36],
]);

function rawOption(fd: number, level: number, optname: number, kind: unknown): Buffer {
  const size = sizes.get(kind) ?? (decoders.has(kind) ? 4 : 256);
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, getsockopt(fd, level, optname, bytes));
}

interface Row {
  name: string;
  level: number;
  optname: number;
  kind: unknown;
  trial: Trial;
  make: () => number;
}

function rowsOf({ level, table, trials, make }: Level): Row[] {
  const constants = Object.entries(sockfd);
  return Object.entries(trials).map(([name, trial]) => {
    const optname = constants.find(([constant]) => constant === name)?.[1] as number;
    return { name, level, optname, kind: table[optname], trial, make: trial.on ?? make };
  });
}

/** Why an option cannot be tried here, where that is no fault of the package. */
const lacking: Record<string, [code: string, why: string]> = {
  SO_PEERSEC: ['ENOPROTOOPT', 'no security module that labels sockets (SELinux, Smack)'],
  SO_RIGHTS_NOTRUNC: ['ENOPROTOOPT', 'needs Linux 7.3'],
  SO_RESERVE_MEM: ['EOPNOTSUPP', 'needs a memory cgroup that accounts sockets'],
  SO_PASSRIGHTS: ['ENOPROTOOPT', 'needs Linux 6.16'],
  SO_RCVPRIORITY: ['ENOPROTOOPT', 'needs Linux 6.14'],
  SO_PASSPIDFD: ['ENOPROTOOPT', 'needs Linux 6.5'],
  SO_PEERPIDFD: ['ENOPROTOOPT', 'needs Linux 6.5'],
  SO_INQ: ['ENOPROTOOPT', 'needs Linux 6.17'],
  TCP_IS_MPTCP: ['ENOPROTOOPT', 'needs Linux 6.10'],
  TCP_RTO_MAX_MS: ['ENOPROTOOPT', 'needs Linux 6.15'],
  TCP_RTO_MIN_US: ['ENOPROTOOPT', 'needs Linux 6.15'],
  TCP_DELACK_MAX_US: ['ENOPROTOOPT', 'needs Linux 6.15'],
  IP_LOCAL_PORT_RANGE: ['ENOPROTOOPT', 'needs Linux 6.3'],
  IP_PROTOCOL: ['ENOPROTOOPT', 'needs Linux 6.4'],
};

/** What an ordinary user may not do. */
const privileged =
  /^(SO_DEBUG|SO_MARK|SO_.*FORCE|SO_BUSY_POLL|SO_PREFER_BUSY_POLL|SO_BINDTO.*|SO_NOFCS|IP_HDRINCL|IP_ROUTER_ALERT|IP_NODEFRAG|IP_PROTOCOL|IP_TRANSPARENT|IPV6_TRANSPARENT|IPV6_CHECKSUM|IPV6_HDRINCL|IPV6_ROUTER_ALERT|TCP_REPAIR.*|TCP_QUEUE_SEQ|TCP_TIMESTAMP)$/;

/** Runs `body`; skips with the reason when this kernel or this user lacks what it needs. */
function attempt(context: TestContext, name: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    const [code, why] = lacking[name] ?? [];
    if (error instanceof SystemError && error.code === code)
      context.skip(`${name}: ${code}, ${why}`);
    const denied = error instanceof SystemError && ['EPERM', 'EACCES'].includes(error.code);
    if (denied && !isRoot && privileged.test(name)) context.skip(`${name} needs a capability`);
    throw error;
  }
}

describe.each(levels)('the options of $name', (level) => {
  const rows = rowsOf(level);

  it('are all tried here', () => {
    const tried = rows.map(({ optname }) => optname).sort((a, b) => a - b);
    const known = Object.keys(level.table).map(Number);
    expect(tried).toEqual(known.sort((a, b) => a - b));
  });

  const readable = rows.filter(({ trial }) => !trial.writeonly && !trial.volatile);

  it.for(readable)('$name reads as its bytes say', ({ name, optname, kind, make }, context) => {
    attempt(context, name, () => {
      const fd = make();
      const bytes = rawOption(fd, level.level, optname, kind);
      const decode = decoders.get(kind) ?? text;
      expect(get(fd, level.level, optname)).toEqual(decode(bytes));
    });
  });

  const settable = rows.filter(({ trial }) => trial.set !== undefined);

  it.for(settable)('$name reads as it was set', ({ name, optname, kind, trial, make }, context) => {
    attempt(context, name, () => {
      const fd = make();
      for (const value of trial.set ?? []) {
        put(fd, level.level, optname, value);
        const expected = trial.reads === undefined ? value : trial.reads(value, fd);
        if (trial.writeonly) expect(expected).toEqual(value);
        else if (name === 'IPV6_ADDRFORM') expect(expected).toBe(AF_INET);
        else expect(get(fd, level.level, optname)).toEqual(expected);
        if (trial.volatile || trial.writeonly || name === 'IPV6_ADDRFORM') continue;
        const decode = decoders.get(kind) ?? text;
        expect(decode(rawOption(fd, level.level, optname, kind))).toEqual(expected);
      }
    });
  });

  const writeonly = rows.filter(({ trial }) => trial.writeonly);

  if (writeonly.length === 0) return;
  it('that are set only cannot be read', () => {
    for (const { optname, make } of writeonly) {
      const bytes = new Uint8Array(4);
      const fd = make();
      expectError(() => getsockopt(fd, level.level, optname, bytes), 'getsockopt', 'ENOPROTOOPT');
    }
  });
});

describe('options of the kernel, seen by python3', () => {
  // [what python3 reads it as: an int, or the bytes], set here and read there.
  const sample: [string, number, number, number, unknown, unknown][] = [
    ['SO_REUSEADDR', AF_INET, SOL_SOCKET, SO_REUSEADDR, true, 1],
    ['SO_KEEPALIVE', AF_INET, SOL_SOCKET, SO_KEEPALIVE, 1, 1],
    ['SO_PRIORITY', AF_INET, SOL_SOCKET, SO_PRIORITY, 6, 6],
    ['SO_RCVBUF', AF_INET, SOL_SOCKET, SO_RCVBUF, 40_000, 80_000],
    ['SO_LINGER', AF_INET, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 9 }, '0100000009000000'],
    [
      'SO_RCVTIMEO',
      AF_INET,
      SOL_SOCKET,
      SO_RCVTIMEO,
      { sec: 3, usec: 500_000 },
      '030000000000000020a1070000000000',
    ],
    ['SO_MAX_PACING_RATE', AF_INET, SOL_SOCKET, SO_MAX_PACING_RATE, 2 ** 33, '0000000002000000'],
    ['IP_TTL', AF_INET, IPPROTO_IP, IP_TTL, 33, 33],
    ['IP_MTU_DISCOVER', AF_INET, IPPROTO_IP, sockfd.IP_MTU_DISCOVER, 2, 2],
    ['IPV6_V6ONLY', AF_INET6, IPPROTO_IPV6, sockfd.IPV6_V6ONLY, true, 1],
    ['IPV6_TCLASS', AF_INET6, IPPROTO_IPV6, sockfd.IPV6_TCLASS, 0x40, 0x40],
    ['TCP_NODELAY', AF_INET, IPPROTO_TCP, TCP_NODELAY, true, 1],
    ['TCP_KEEPIDLE', AF_INET, IPPROTO_TCP, TCP_KEEPIDLE, 77, 77],
    [
      'TCP_CONGESTION',
      AF_INET,
      IPPROTO_TCP,
      TCP_CONGESTION,
      'reno',
      Buffer.from('reno').toString('hex'),
    ],
  ];

  it('are what was set here', () => {
    const fds = sample.map(([, domain, level, optname, value]) => {
      const fd = open(domain, SOCK_STREAM);
      put(fd, level, optname, value);
      return fd;
    });
    const script = `
answers = []
for i, (level, optname, size) in enumerate(input):
    s = socket.socket(fileno=3 + i)
    answers.append(s.getsockopt(level, optname, size).hex() if size else s.getsockopt(level, optname))
json.dump(answers, sys.stdout)`;
    const questions = sample.map(([, , level, optname, , expected]) => [
      level,
      optname,
      typeof expected === 'string' ? Math.max(expected.length / 2, 8) : 0,
    ]);
    const answers = python(script, questions, fds) as (string | number)[];
    const seen = answers.map((answer) =>
      typeof answer === 'string' ? answer.replace(/^(72656e6f)0+$/, '$1') : answer,
    );
    expect(Object.fromEntries(sample.map(([name], i) => [name, seen[i]]))).toEqual(
      Object.fromEntries(sample.map(([name, , , , , expected]) => [name, expected])),
    );
  });

  it('are read here as python3 has set them', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const script = `
s = socket.socket(fileno=3)
s.setsockopt(1, 13, struct.pack('ii', 1, 21))
s.setsockopt(1, 20, struct.pack('qq', 2, 500000))
s.setsockopt(6, 13, b'reno')
s.setsockopt(6, 1, 1)
s.setsockopt(0, 2, 44)
print(0)`;
    python(script, null, [fd]);
    expect(getsockopt(fd, SOL_SOCKET, SO_LINGER)).toEqual({ onoff: 1, linger: 21 });
    expect(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO)).toEqual({ sec: 2, usec: 500_000 });
    expect(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION)).toBe('reno');
    expect(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY)).toBe(true);
    expect(getsockopt(fd, IPPROTO_IP, IP_TTL)).toBe(44);
  });
});

describe('getsockopt(2)', () => {
  it('tells the peer of an AF_UNIX pair: this process', () => {
    const [a] = unixPair();
    const { pid } = process;
    const [uid, gid] = [process.getuid?.(), process.getgid?.()];
    expect(getsockopt(a, SOL_SOCKET, SO_PEERCRED)).toEqual({ pid, uid, gid });
  });

  it('tells no peer as pid 0 and ids of all ones', () => {
    const nobody = { pid: 0, uid: 0xffffffff, gid: 0xffffffff };
    expect(getsockopt(open(AF_UNIX, SOCK_STREAM), SOL_SOCKET, SO_PEERCRED)).toEqual(nobody);
  });

  it('gives a pidfd of the peer, to be closed', (context) => {
    const [a] = unixPair();
    attempt(context, 'SO_PEERPIDFD', () => {
      const pidfd = own(getsockopt(a, SOL_SOCKET, SO_PEERPIDFD));
      const info = readFileSync(`/proc/self/fdinfo/${pidfd}`, 'utf8');
      expect(info).toMatch(new RegExp(`^Pid:\\s+${process.pid}$`, 'm'));
    });
  });

  it('gives each socket a cookie of its own, as a bigint', () => {
    const [a, b] = [1, 2].map(() => getsockopt(open(AF_INET, SOCK_STREAM), SOL_SOCKET, SO_COOKIE));
    expect(typeof a).toBe('bigint');
    expect(a).not.toBe(b);
  });

  it('clears SO_ERROR by reading it, as socket(7) says', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const gone = bound(SOCK_DGRAM);
    connect(fd, gone.addr);
    shut(gone.fd);
    sockfd.send(fd, 'x');
    expect(sockfd.poll([{ fd, events: 0 }], 5000)).toBe(1);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(sockfd.ECONNREFUSED);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
  });

  it('reads any option as bytes, and returns the length that the kernel wrote', () => {
    const { client } = tcpPair();
    const buf = Buffer.alloc(512, 0xee);
    expect(getsockopt(client, SOL_SOCKET, SO_PEERNAME, buf.subarray(0, 16))).toBe(16);
    expect(sockfd.decodeSockaddr(buf.subarray(0, 16))).toEqual(getpeername(client));
    expect(buf[16]).toBe(0xee);
    expect(getsockopt(client, IPPROTO_IP, IP_OPTIONS, buf)).toBe(0);
    expect(getsockopt(client, SOL_SOCKET, SO_TYPE, new ArrayBuffer(4))).toBe(4);
    expect(getsockopt(client, SOL_SOCKET, SO_TYPE, buf.subarray(0, 2))).toBe(2);
  });

  it('gives values of their own: a second read does not change the first', () => {
    const [a, b] = [open(AF_INET, SOCK_STREAM), open(AF_INET, SOCK_STREAM)];
    setsockopt(a, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 5 });
    const first = getsockopt(a, SOL_SOCKET, SO_LINGER);
    getsockopt(b, SOL_SOCKET, SO_LINGER);
    expect(first).toEqual({ onoff: 1, linger: 5 });
  });

  it('fails with EBADF and ENOTSOCK', () => {
    const file = own(openSync('/dev/null', 'r'));
    expectError(() => getsockopt(closedFd(), SOL_SOCKET, SO_TYPE), 'getsockopt', 'EBADF');
    expectError(() => getsockopt(-1, SOL_SOCKET, SO_TYPE), 'getsockopt', 'EBADF');
    expectError(() => getsockopt(file, SOL_SOCKET, SO_TYPE), 'getsockopt', 'ENOTSOCK');
  });

  it('fails with ENOPROTOOPT, EOPNOTSUPP, ENOTCONN and EINVAL', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const bytes = new Uint8Array(4);
    expectError(() => getsockopt(fd, SOL_SOCKET, 9999, bytes), 'getsockopt', 'ENOPROTOOPT');
    const unix = open(AF_UNIX, SOCK_STREAM);
    expectError(() => getsockopt(unix, IPPROTO_TCP, TCP_INFO), 'getsockopt', 'EOPNOTSUPP');
    expectError(() => getsockopt(fd, IPPROTO_IP, IP_MTU), 'getsockopt', 'ENOTCONN');
    const tcp = open(AF_INET, SOCK_STREAM);
    const queue = () => getsockopt(tcp, IPPROTO_TCP, sockfd.TCP_QUEUE_SEQ);
    expectError(queue, 'getsockopt', 'EINVAL');
  });

  it('refuses an option without a type when there is no memory for it', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectRefused(() => get(fd, SOL_SOCKET, SO_PEERNAME), TypeError, 'buf');
    expectRefused(() => get(fd, 999, 1), TypeError, 'buf');
  });

  it('names fd, level, optname and buf', () => {
    expectRefused(() => get(1.5, SOL_SOCKET, SO_TYPE), RangeError, 'fd');
    expectRefused(() => get('3' as never, SOL_SOCKET, SO_TYPE), TypeError, 'fd');
    expectRefused(() => get(0, '1' as never, SO_TYPE), TypeError, 'level');
    const bytes = new Uint8Array(4);
    expectRefused(() => getsockopt(0, 2 ** 31, SO_TYPE, bytes), RangeError, 'level');
    expectRefused(() => getsockopt(0, SOL_SOCKET, 1.5, bytes), RangeError, 'optname');
    expectRefused(() => get(0, SOL_SOCKET, '3' as never), TypeError, 'optname');
    const buf = 'x' as never;
    expectRefused(() => getsockopt(0, SOL_SOCKET, SO_TYPE, buf), TypeError, 'buf');
  });

  it('refuses what holds an address, or a count that its length does not bound', () => {
    const source = readFileSync(join(import.meta.dirname, '../../native/sockopt.cc'), 'utf8');
    const rows = [...source.matchAll(/^ +\{(\d+), (\d+), k(Get|Set|Both)\},/gm)];
    expect(rows.length).toBeGreaterThan(15);
    const fd = open(AF_INET, SOCK_STREAM);
    const bytes = new Uint8Array(64);
    for (const [, level, optname, direction] of rows) {
      const option = [fd, Number(level), Number(optname)] as const;
      const reads = () => getsockopt(...option, bytes);
      const sets = () => put(...option, bytes);
      if (direction !== 'Set') expectRefused(reads, TypeError, 'optname');
      if (direction !== 'Get') expectRefused(sets, TypeError, 'optname');
    }
  });

  it.each([
    ['IP_MSFILTER', IPPROTO_IP, sockfd.IP_MSFILTER],
    ['MCAST_MSFILTER', IPPROTO_IP, sockfd.MCAST_MSFILTER],
    ['MCAST_MSFILTER', IPPROTO_IPV6, sockfd.MCAST_MSFILTER],
    ['SO_ATTACH_FILTER', SOL_SOCKET, SO_ATTACH_FILTER],
    ['TCP_ZEROCOPY_RECEIVE', IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE],
  ])('does not let %s write past its memory', (_, level, optname) => {
    const fd = open(AF_INET, SOCK_STREAM);
    const memory = new Uint8Array(256);
    expectRefused(
      () => getsockopt(fd, level, optname, memory.subarray(0, 16)),
      TypeError,
      'optname',
    );
    expect(memory.every((byte) => byte === 0)).toBe(true);
  });
});

describe('setsockopt(2)', () => {
  it('takes bytes for any option', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, Int32Array.of(1, 4));
    expect(getsockopt(fd, SOL_SOCKET, SO_LINGER)).toEqual({ onoff: 1, linger: 4 });
    setsockopt(fd, IPPROTO_IP, IP_TTL, Uint8Array.of(9));
    expect(getsockopt(fd, IPPROTO_IP, IP_TTL)).toBe(9);
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from('lo\0'));
    expect(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE)).toBe('lo');
    // ip(7): an option list of no-operations and an end.
    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, Uint8Array.of(1, 1, 1, 0));
    const options = new Uint8Array(40);
    expect(getsockopt(fd, IPPROTO_IP, IP_OPTIONS, options)).toBe(4);
  });

  it('takes a number for an option without a type', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    setsockopt(fd, IPPROTO_UDP, sockfd.UDP_CORK, 1);
    const [PACKET_VERSION, TPACKET_V3] = [10, 2];
    const packet = isRoot ? open(sockfd.AF_PACKET, SOCK_DGRAM) : undefined;
    if (packet !== undefined) {
      setsockopt(packet, sockfd.SOL_PACKET, PACKET_VERSION, TPACKET_V3);
      const word = new Int32Array(1);
      getsockopt(packet, sockfd.SOL_PACKET, PACKET_VERSION, word);
      expect(word[0]).toBe(TPACKET_V3);
    }
    expect(getsockopt(fd, IPPROTO_UDP, sockfd.UDP_CORK)).toBe(true);
  });

  it('removes a filter that was attached, and fails with ENOENT when there is none', (context) => {
    const [a, b] = unixPair(SOCK_DGRAM);
    // One instruction of classic BPF, "return 0": nothing gets through. It is attached to b.
    const script = `
import ctypes
code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0))
prog = struct.pack('HxxxxxxP', 1, ctypes.addressof(code))
socket.socket(fileno=3).setsockopt(1, 26, prog)
print(0)`;
    try {
      python(script, null, [b]);
    } catch (error) {
      // Plain kernels let anybody attach one; hardened ones want CAP_NET_ADMIN.
      if (isRoot) throw error;
      context.skip('SO_ATTACH_FILTER needs CAP_NET_ADMIN on this kernel');
    }
    // What a filter drops the sender believes to have sent.
    expect(sockfd.send(a, 'dropped')).toBe(7);
    const nothing = () => sockfd.recv(b, new Uint8Array(4), sockfd.MSG_DONTWAIT);
    expectError(nothing, 'recv', 'EAGAIN');
    setsockopt(b, SOL_SOCKET, SO_DETACH_FILTER, 0);
    expect(sockfd.send(a, 'x')).toBe(1);
    expect(sockfd.recv(b, new Uint8Array(4))).toBe(1);
    expectError(() => setsockopt(b, SOL_SOCKET, SO_DETACH_FILTER, 0), 'setsockopt', 'ENOENT');
    setsockopt(b, SOL_SOCKET, SO_LOCK_FILTER, true);
    expectError(() => setsockopt(b, SOL_SOCKET, SO_LOCK_FILTER, false), 'setsockopt', 'EPERM');
  });

  it('takes the descriptor of a BPF program, and fails with EINVAL or EBADF for another', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, true);
    for (const optname of [SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_EBPF] as const) {
      expectError(() => setsockopt(fd, SOL_SOCKET, optname, fd), 'setsockopt', 'EINVAL');
      expectError(() => setsockopt(fd, SOL_SOCKET, optname, closedFd()), 'setsockopt', 'EBADF');
    }
  });

  it('has no program of a SO_REUSEPORT group to remove', () => {
    const { fd } = bound(SOCK_DGRAM);
    const detach = () => setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
    expectError(detach, 'setsockopt', 'EINVAL');
    const other = open(AF_INET, SOCK_DGRAM);
    setsockopt(other, SOL_SOCKET, SO_REUSEPORT, true);
    sockfd.bind(other, { family: AF_INET, addr: '127.0.0.1', port: 0 });
    const again = () => setsockopt(other, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
    expectError(again, 'setsockopt', 'ENOENT');
  });

  it('advises another path, and the connection goes on', () => {
    const { client, server } = tcpPair();
    setsockopt(client, SOL_SOCKET, SO_CNX_ADVICE, 1);
    expect(sockfd.send(client, 'abc')).toBe(3);
    expect(sockfd.recv(server, new Uint8Array(4))).toBe(3);
  });

  it('takes what else cannot be read: a budget of 16 bits, and SO_INQ on streams', (context) => {
    const fd = open(AF_INET, SOCK_DGRAM);
    if (isRoot) setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, 64);
    const budget = () => setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, 65_536);
    expectError(budget, 'setsockopt', isRoot ? 'EINVAL' : 'EPERM');
    attempt(context, 'SO_INQ', () => setsockopt(unixPair()[0], SOL_SOCKET, SO_INQ, true));
    const datagram = () => setsockopt(unixPair(SOCK_DGRAM)[0], SOL_SOCKET, SO_INQ, true);
    expectError(datagram, 'setsockopt', 'ENOPROTOOPT');
  });

  it('fails with EBADF and ENOTSOCK', () => {
    const file = own(openSync('/dev/null', 'r'));
    const set = (fd: number) => () => setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, true);
    expectError(set(closedFd()), 'setsockopt', 'EBADF');
    expectError(set(file), 'setsockopt', 'ENOTSOCK');
  });

  it('fails with ENOPROTOOPT for what is read only, and for what is no option', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expectError(() => put(fd, SOL_SOCKET, SO_TYPE, 1), 'setsockopt', 'ENOPROTOOPT');
    expectError(() => put(fd, SOL_SOCKET, 9999, 1), 'setsockopt', 'ENOPROTOOPT');
  });

  it('fails with EINVAL, EDOM, ENODEV, ENOENT and EISCONN as the values say', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const set = (level: number, optname: number, value: unknown) => () =>
      put(fd, level, optname, value);
    expectError(set(IPPROTO_IP, IP_TTL, 256), 'setsockopt', 'EINVAL');
    expectError(set(IPPROTO_TCP, TCP_MAXSEG, 1), 'setsockopt', 'EINVAL');
    expectError(set(SOL_SOCKET, SO_KEEPALIVE, new Uint8Array(3)), 'setsockopt', 'EINVAL');
    const late = { sec: 1, usec: 1_000_000 };
    expectError(set(SOL_SOCKET, SO_RCVTIMEO, late), 'setsockopt', 'EDOM');
    expectError(set(SOL_SOCKET, SO_BINDTODEVICE, 'no-such-one'), 'setsockopt', 'ENODEV');
    expectError(set(IPPROTO_TCP, TCP_CONGESTION, 'no-such-one'), 'setsockopt', 'ENOENT');
    expectError(set(IPPROTO_TCP, TCP_ULP, 'no-such-one'), 'setsockopt', 'ENOENT');
  });

  it('fails with EPERM without a capability', () => {
    const body = `nobody();
const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
const set = (level, optname, value) => code(() => s.setsockopt(fd, level, optname, value));
tell([
  set(${SOL_SOCKET}, ${SO_MARK}, 1),
  set(${SOL_SOCKET}, ${SO_PRIORITY}, 7),
  set(${SOL_SOCKET}, ${sockfd.SO_RCVBUFFORCE}, 5000),
  set(${IPPROTO_TCP}, ${TCP_REPAIR}, 1),
  set(${SOL_SOCKET}, ${sockfd.SO_DEBUG}, true),
  set(${SOL_SOCKET}, ${SO_PRIORITY}, 6)[0],
]);`;
    const eperm = ['EPERM', 'setsockopt'];
    const eacces = ['EACCES', 'setsockopt'];
    expect(node(body)).toEqual([[eperm, eperm, eperm, eperm, eacces, 'ok']]);
  });

  it.each([
    ['a bool', SOL_SOCKET, SO_KEEPALIVE, TypeError, 'value', ['yes', null, undefined, {}, 1n]],
    ['a bool', SOL_SOCKET, SO_KEEPALIVE, RangeError, 'value', [1.5, Number.NaN, 2 ** 31]],
    ['an int', IPPROTO_IP, IP_TTL, TypeError, 'value', ['64', null, undefined, true]],
    ['an int', IPPROTO_IP, IP_TTL, RangeError, 'value', [0.5, 2 ** 32, -(2 ** 31) - 1]],
    ['a linger', SOL_SOCKET, SO_LINGER, TypeError, 'value', [5, null, undefined, true]],
    ['a linger', SOL_SOCKET, SO_LINGER, TypeError, 'value.linger', [{ onoff: true }]],
    ['a linger', SOL_SOCKET, SO_LINGER, TypeError, 'value.onoff', [{ linger: 1 }]],
    ['a linger', SOL_SOCKET, SO_LINGER, RangeError, 'value.linger', [{ onoff: 1, linger: 0.5 }]],
    ['a timeval', SOL_SOCKET, SO_RCVTIMEO, TypeError, 'value', [1000, undefined]],
    ['a timeval', SOL_SOCKET, SO_RCVTIMEO, TypeError, 'value.usec', [{ sec: 1 }]],
    ['a rate', SOL_SOCKET, SO_MAX_PACING_RATE, RangeError, 'value', [-1, 0.5, Number.NaN]],
    ['a name', IPPROTO_TCP, TCP_CONGESTION, TypeError, 'value', [5, null, undefined]],
    ['a structure', SOL_SOCKET, SO_PEERCRED, TypeError, 'value', [{ pid: 1, uid: 0, gid: 0 }]],
  ] as const)('names what is no value of %s', (_, level, optname, kind, argument, values) => {
    const fd = open(AF_INET, SOCK_STREAM);
    for (const value of values) {
      expectRefused(() => put(fd, level, optname, value), kind, argument);
    }
  });

  it('names fd, level and optname', () => {
    expectRefused(() => put(Number.NaN, SOL_SOCKET, SO_KEEPALIVE, true), RangeError, 'fd');
    expectRefused(() => put(0, '1' as never, SO_KEEPALIVE, 1), TypeError, 'level');
    expectRefused(() => put(0, SOL_SOCKET, 1.5, 1), RangeError, 'optname');
  });
});
