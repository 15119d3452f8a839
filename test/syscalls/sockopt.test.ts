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
  SO_DEVMEM_DONTNEED,
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
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import * as raw from '../../lib/raw.js';
import { linger } from '../../lib/structs/linger.js';
import { meminfo } from '../../lib/structs/meminfo.js';
import type { Option } from '../../lib/structs/option.js';
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
  refusingAddr,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { type Level, levels, type Trial } from '../support/sockopts/index.js';

guardFds();

/** The calls without their types: the tables are walked by number. */
const get = getsockopt as unknown as (
  fd: number,
  level: number,
  optname: number,
  ask?: unknown,
) => unknown;
const put = setsockopt as (fd: number, level: number, optname: number, value: unknown) => void;

function text(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  return bytes.toString('utf8', 0, nul < 0 ? bytes.length : nul);
}

/** What the bytes of an option mean, decoded here and not by the package. */
const decoders = new Map<unknown, (bytes: Buffer) => unknown>([
  [kinds.int.decode, (b) => b.readInt32LE()],
  [kinds.uint.decode, (b) => b.readUInt32LE()],
  [kinds.bool.decode, (b) => b.readInt32LE() !== 0],
  [kinds.id64.decode, (b) => b.readBigUInt64LE()],
  [
    kinds.count64.decode,
    (b) => {
      const value = b.readBigUInt64LE();
      return value === 2n ** 64n - 1n ? Number.POSITIVE_INFINITY : Number(value);
    },
  ],
  [
    kinds.timeval.decode,
    (b) => ({ sec: Number(b.readBigInt64LE(0)), usec: Number(b.readBigInt64LE(8)) }),
  ],
  [linger.decode, (b) => ({ onoff: b.readInt32LE(0), linger: b.readInt32LE(4) })],
  [
    ucred.decode,
    (b) => ({ pid: b.readInt32LE(0), uid: b.readUInt32LE(4), gid: b.readUInt32LE(8) }),
  ],
  [
    meminfo.decode,
    (b) => {
      const names =
        'rmem_alloc rcvbuf wmem_alloc sndbuf fwd_alloc wmem_queued optmem backlog drops';
      return Object.fromEntries(names.split(' ').map((name, i) => [name, b.readUInt32LE(4 * i)]));
    },
  ],
]);

/** How long each of them is in C. The rest are names. */
const sizes = new Map<unknown, number>([
  [kinds.id64.decode, 8],
  [kinds.count64.decode, 8],
  [kinds.timeval.decode, 16],
  [linger.decode, 8],
  [ucred.decode, 12],
  [meminfo.decode, 36],
]);

interface Row {
  name: string;
  level: number;
  optname: number;
  option: Option<unknown, never>;
  trial: Trial;
  make: () => number;
}

function rowsOf({ level, table, trials, make }: Level): Row[] {
  const constants = Object.entries(sockfd);
  return Object.entries(trials).map(([name, trial]) => {
    const optname = constants.find(([constant]) => constant === name)?.[1] as number;
    const option = table[optname] as Option<unknown, never>;
    return { name, level, optname, option, trial, make: trial.on ?? make };
  });
}

function rowOf(name: string): Row {
  const row = levels.flatMap(rowsOf).find((each) => each.name === name);
  if (row === undefined) throw new Error(`${name} is not tried`);
  return row;
}

function rawOption(fd: number, { level, optname, option, trial }: Row): Buffer {
  const { decode } = option;
  const size = trial.size ?? sizes.get(decode) ?? (decoders.has(decode) ? 4 : 256);
  const bytes = Buffer.alloc(size);
  bytes.set(trial.ask?.bytes ?? []);
  return bytes.subarray(0, getsockopt(fd, level, optname, bytes));
}

/** What the bytes of an option mean, not decoded by the package. */
function meaning({ option, trial }: Row, bytes: Buffer): unknown {
  return (trial.decode ?? decoders.get(option.decode) ?? text)(bytes);
}

/** Runs `body`; skips with the reason when this kernel or this user lacks what it needs. */
function attempt(context: TestContext, { name, option, trial }: Row, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const { since = '2.6', needs } = option;
    const [code, why] = trial.lacking ?? [];
    if (error.code === code) context.skip(`${name}: ${code}, ${why}`);
    const isOld = kernelVersion() < kernelVersion(since);
    if (error.code === 'ENOPROTOOPT' && isOld) context.skip(`${name} needs Linux ${since}`);
    const denied = ['EPERM', 'EACCES'].includes(error.code);
    const raw = error.syscall === 'socket';
    if (denied && !isRoot && raw) context.skip(`${name} is an option of a socket for root`);
    if (denied && !isRoot && needs) context.skip(`${name} needs ${needs.join(' or ')}`);
    throw error;
  }
}

describe.each(levels)('the options of $name', (level) => {
  const rows = rowsOf(level);

  it('have their names', () => {
    const names = rows.map(({ name, option }) => [name, option.name]);
    expect(names).toEqual(rows.map(({ name }) => [name, name]));
  });

  it('are all tried here', () => {
    const tried = rows.map(({ optname }) => optname).sort((a, b) => a - b);
    const known = Object.keys(level.table).map(Number);
    expect(tried).toEqual(known.sort((a, b) => a - b));
  });

  const readable = rows.filter(({ trial }) => !trial.writeonly && !trial.volatile);

  it.for(readable)('$name reads as its bytes say', (row, context) => {
    attempt(context, row, () => {
      const fd = row.make();
      const bytes = rawOption(fd, row);
      expect(get(fd, row.level, row.optname, row.trial.ask?.value)).toEqual(meaning(row, bytes));
    });
  });

  const settable = rows.filter(({ trial }) => trial.set !== undefined);

  it.for(settable)('$name reads as it was set', (row, context) => {
    attempt(context, row, () => {
      const { name, optname, trial } = row;
      const fd = row.make();
      for (const value of trial.set ?? []) {
        put(fd, level.level, optname, value);
        const expected = trial.reads === undefined ? value : trial.reads(value, fd);
        if (trial.writeonly) expect(expected).toEqual(value);
        else if (name === 'IPV6_ADDRFORM') expect(expected).toBe(AF_INET);
        else expect(get(fd, level.level, optname, trial.ask?.value)).toEqual(expected);
        if (trial.volatile || trial.writeonly || name === 'IPV6_ADDRFORM') continue;
        expect(meaning(row, rawOption(fd, row))).toEqual(expected);
      }
    });
  });

  const writeonly = rows.filter(({ trial }) => trial.writeonly);

  if (writeonly.length === 0) return;
  it('that are set only cannot be read', (context) => {
    for (const row of writeonly) {
      attempt(context, row, () => {
        const fd = row.make();
        const read = () => getsockopt(fd, level.level, row.optname, new Uint8Array(4));
        expectError(read, 'getsockopt', row.trial.unread ?? 'ENOPROTOOPT');
      });
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
    attempt(context, rowOf('SO_PEERPIDFD'), () => {
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
    connect(fd, refusingAddr(SOCK_DGRAM));
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
    expectRefused(() => get(fd, SOL_SOCKET, 9999), TypeError, 'buf');
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
    const refused = /kRefused\[\] = \{([\s\S]*?)\n\};/.exec(source)?.[1] ?? '';
    const rows = [...refused.matchAll(/^ +\{(\d+), (\d+), k(Get|Set|Both)\},/gm)];
    expect(rows.length).toBeGreaterThan(10);
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
    ['IP_MSFILTER', IPPROTO_IP, sockfd.IP_MSFILTER, 16, 12],
    ['MCAST_MSFILTER', IPPROTO_IP, sockfd.MCAST_MSFILTER, 144, 140],
    ['MCAST_MSFILTER', IPPROTO_IPV6, sockfd.MCAST_MSFILTER, 144, 140],
  ])('does not let %s %i write past its memory', (_, level, optname, header, countAt) => {
    const fd = open(AF_INET6, SOCK_DGRAM);
    const optval = Buffer.alloc(header + 4);
    // Room for less than the 3 sources that it says.
    optval.writeUInt32LE(3, countAt);
    expectRefused(() => getsockopt(fd, level, optname, optval), RangeError, 'optval');
    optval.writeUInt32LE(0xffffffff, countAt);
    expectRefused(() => getsockopt(fd, level, optname, optval), RangeError, 'optval');
    // A structure that is not whole is the kernel's to refuse.
    const part = optval.subarray(0, header - 1);
    expectError(() => getsockopt(fd, level, optname, part), 'getsockopt', 'EINVAL');
  });

  it('reads a filter by its instructions, into memory for as many', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    // ld #0; ret a
    const program = Buffer.from('00000000000000001600000000000000', 'hex');
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program);
    const memory = Buffer.alloc(24, 0xee);
    expect(getsockopt(fd, SOL_SOCKET, sockfd.SO_GET_FILTER, memory)).toBe(16);
    expect(memory.subarray(0, 16)).toEqual(program);
    expect(memory.subarray(16)).toEqual(Buffer.alloc(8, 0xee));
    const short = memory.subarray(0, 8);
    expectError(
      () => getsockopt(fd, SOL_SOCKET, sockfd.SO_GET_FILTER, short),
      'getsockopt',
      'EINVAL',
    );
    const torn = program.subarray(0, 15);
    const attach = () => setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, torn);
    expectRefused(attach, RangeError, 'optval');
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
    attempt(context, rowOf('SO_INQ'), () => setsockopt(unixPair()[0], SOL_SOCKET, SO_INQ, true));
    const datagram = () => setsockopt(unixPair(SOCK_DGRAM)[0], SOL_SOCKET, SO_INQ, true);
    expectError(datagram, 'setsockopt', 'ENOPROTOOPT');
  });

  it('gives back fragments of device memory, of which there are none', (context) => {
    const { client } = tcpPair();
    const tokens = [{ start: 1, count: 2 }];
    const give = (fd: number) => () => setsockopt(fd, SOL_SOCKET, SO_DEVMEM_DONTNEED, tokens);
    attempt(context, rowOf('SO_DEVMEM_DONTNEED'), give(client));
    const result = raw.setsockopt(client, SOL_SOCKET, SO_DEVMEM_DONTNEED, Uint32Array.of(1, 2));
    expect(result).toBe(0);
    expectError(give(open(AF_INET, SOCK_DGRAM)), 'setsockopt', 'EBADF');
    // net/core/sock.c takes 128 of them at once.
    const many = Array.from({ length: 129 }, () => ({ start: 0, count: 1 }));
    const giveMany = () => setsockopt(client, SOL_SOCKET, SO_DEVMEM_DONTNEED, many);
    expectError(giveMany, 'setsockopt', 'EINVAL');
    const wrong = (value: unknown) => () => put(client, SOL_SOCKET, SO_DEVMEM_DONTNEED, value);
    expectRefused(wrong({ start: 1, count: 1 }), TypeError, 'value');
    expectRefused(wrong([{ start: -1, count: 1 }]), RangeError, 'value[0].start');
    expectRefused(wrong([{ start: 1 }]), TypeError, 'value[0].count');
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
    ['a structure', IPPROTO_TCP, TCP_INFO, TypeError, 'value', [{ state: 1 }, null]],
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
