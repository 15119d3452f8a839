/** The trials of the SOL_SOCKET options. */
import * as sockfd from '../../../lib/index.js';
import { getsockopt, SOL_SOCKET } from '../../../lib/index.js';
import { listener } from '../sockets.js';
import {
  asFlag,
  bool,
  boolOn,
  connectedTcp,
  ignored,
  lo,
  packet,
  readonly,
  readonlyOn,
  set,
  setOn,
  type Trial,
  udp,
  unix,
} from './make.js';

/** socket(7): the kernel doubles what is set, for its own bookkeeping. */
const doubled = (value: unknown): number => 2 * (value as number);

/** The time is kept in ticks of 1 to 10 ms, rounded up. */
function ticks(value: unknown, fd: number, optname: number): unknown {
  const wanted = value as { sec: number; usec: number };
  const read = getsockopt(fd, SOL_SOCKET, optname as typeof sockfd.SO_RCVTIMEO);
  const late = (read.sec - wanted.sec) * 1e6 + read.usec - wanted.usec;
  return late >= 0 && late <= 10_000 ? read : wanted;
}

const timeout = (optname: number): Trial => ({
  set: [
    { sec: 1, usec: 500_000 },
    { sec: 0, usec: 1 },
    { sec: 0, usec: 0 },
  ],
  reads: (value, fd) => ticks(value, fd, optname),
});

/** linux/filter.h: code, jt, jf, k. */
function instructions(bytes: Buffer): unknown[] {
  return Array.from({ length: bytes.length / 8 }, (_, i) => ({
    code: bytes.readUInt16LE(8 * i),
    jt: bytes[8 * i + 2],
    jf: bytes[8 * i + 3],
    k: bytes.readUInt32LE(8 * i + 4),
  }));
}

/** SOF_TIMESTAMPING_RX_SOFTWARE and SOF_TIMESTAMPING_SOFTWARE, alone and in the structure. */
const timestamping: Trial = {
  on: udp,
  set: [0x18, { flags: 0x10, bind_phc: 7 }, 0],
  reads: (value) => (typeof value === 'number' ? value : 0x10),
  decode: (bytes) => bytes.readInt32LE(),
};

export const socketTrials: Record<string, Trial> = {
  SO_DEBUG: bool,
  SO_REUSEADDR: bool,
  SO_TYPE: readonly,
  SO_ERROR: readonly,
  SO_DONTROUTE: bool,
  SO_BROADCAST: boolOn(udp),
  SO_SNDBUF: { set: [50_000, 100_000], reads: doubled },
  SO_RCVBUF: { set: [50_000, 100_000], reads: doubled },
  SO_SNDBUFFORCE: {
    writeonly: true,
    set: [5_000_000],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_SNDBUF) / 2,
  },
  SO_RCVBUFFORCE: {
    writeonly: true,
    set: [5_000_000],
    reads: (_, fd) => getsockopt(fd, SOL_SOCKET, sockfd.SO_RCVBUF) / 2,
  },
  SO_KEEPALIVE: bool,
  SO_OOBINLINE: bool,
  SO_NO_CHECK: boolOn(udp),
  SO_PRIORITY: set(0, 6, 3),
  SO_LINGER: {
    set: [
      { onoff: 1, linger: 7 },
      { onoff: true, linger: 0 },
      { onoff: false, linger: 0 },
    ],
    reads: (value) => {
      const { onoff, linger } = value as { onoff: unknown; linger: number };
      return { onoff: Number(onoff), linger };
    },
  },
  SO_BSDCOMPAT: ignored,
  SO_REUSEPORT: bool,
  SO_PASSCRED: boolOn(unix),
  SO_PEERCRED: readonlyOn(unix),
  SO_RCVLOWAT: { on: udp, set: [7, 1] },
  SO_SNDLOWAT: readonly,
  SO_BINDTODEVICE: set('lo', ''),
  SO_ATTACH_FILTER: {
    lacking: ['EPERM', 'a hardened kernel lets nobody attach a filter but who has CAP_NET_ADMIN'],
    set: [
      [{ code: 0x06, jt: 0, jf: 0, k: 0xffffffff }],
      [
        { code: 0x28, jt: 0, jf: 0, k: 0xfffff000 },
        { code: 0x15, jt: 0, jf: 1, k: 0x800 },
        { code: 0x06, jt: 0, jf: 0, k: 1 },
        { code: 0x06, jt: 0, jf: 0, k: 0 },
      ],
    ],
    decode: instructions,
  },
  SO_PEERNAME: {
    on: connectedTcp,
    ask: { value: 16, bytes: new Uint8Array(16) },
    size: 16,
    decode: (bytes) => ({
      family: bytes.readUInt16LE(0),
      port: bytes.readUInt16BE(2),
      addr: bytes.subarray(4, 8).join('.'),
    }),
  },
  SO_ACCEPTCONN: readonlyOn(() => listener().fd),
  SO_PEERSEC: {
    on: unix,
    lacking: ['ENOPROTOOPT', 'no security module that labels sockets (SELinux, Smack)'],
  },
  SO_PASSSEC: boolOn(unix),
  SO_MARK: set(0xdeadbeef, 7, 0),
  SO_PROTOCOL: readonly,
  SO_DOMAIN: readonly,
  SO_RXQ_OVFL: boolOn(udp),
  SO_WIFI_STATUS: boolOn(udp),
  SO_PEEK_OFF: setOn(unix, 5, 0, -1),
  SO_NOFCS: boolOn(packet),
  // socket(7): once set, it cannot be unset.
  SO_LOCK_FILTER: { set: [true], reads: asFlag },
  SO_SELECT_ERR_QUEUE: bool,
  SO_BUSY_POLL: set(50, 0),
  SO_MAX_PACING_RATE: set(1_000_000, 2 ** 40, Number.POSITIVE_INFINITY),
  SO_BPF_EXTENSIONS: readonly,
  SO_INCOMING_CPU: set(0),
  SO_MEMINFO: readonlyOn(udp),
  SO_INCOMING_NAPI_ID: readonly,
  SO_COOKIE: readonly,
  SO_PEERGROUPS: {
    on: unix,
    size: 4 * 65_536,
    decode: (bytes) =>
      Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i)),
  },
  SO_ZEROCOPY: bool,
  SO_TXTIME: {
    on: udp,
    // CLOCK_MONOTONIC and, for root, CLOCK_TAI.
    set: [
      { clockid: 1, flags: 3 },
      { clockid: 11, flags: 0 },
    ],
    decode: (bytes) => ({ clockid: bytes.readInt32LE(0), flags: bytes.readUInt32LE(4) }),
  },
  SO_BINDTOIFINDEX: set(lo, 0),
  SO_TIMESTAMP_NEW: boolOn(udp),
  SO_TIMESTAMPNS_NEW: boolOn(udp),
  SO_TIMESTAMPING_NEW: timestamping,
  SO_RCVTIMEO_NEW: timeout(sockfd.SO_RCVTIMEO_NEW),
  SO_SNDTIMEO_NEW: timeout(sockfd.SO_SNDTIMEO_NEW),
  SO_PREFER_BUSY_POLL: bool,
  SO_NETNS_COOKIE: readonly,
  SO_BUF_LOCK: set(3, 1, 0),
  SO_RESERVE_MEM: {
    set: [4096],
    lacking: ['EOPNOTSUPP', 'needs a memory cgroup that accounts sockets'],
  },
  SO_TXREHASH: set(0, 1),
  SO_RCVMARK: boolOn(udp),
  SO_PASSPIDFD: boolOn(unix),
  SO_PEERPIDFD: { on: unix, volatile: true },
  SO_RCVPRIORITY: boolOn(udp),
  SO_PASSRIGHTS: boolOn(unix),
  SO_RIGHTS_NOTRUNC: boolOn(unix),
  SO_TIMESTAMP: boolOn(udp),
  SO_TIMESTAMPNS: boolOn(udp),
  SO_TIMESTAMPING: timestamping,
  SO_RCVTIMEO: timeout(sockfd.SO_RCVTIMEO),
  SO_SNDTIMEO: timeout(sockfd.SO_SNDTIMEO),
  // These have no second path but their error or their acceptance; they have tests of their own.
  SO_DETACH_FILTER: { writeonly: true },
  SO_ATTACH_BPF: { writeonly: true },
  SO_ATTACH_REUSEPORT_CBPF: { writeonly: true },
  SO_ATTACH_REUSEPORT_EBPF: { writeonly: true },
  SO_DEVMEM_DONTNEED: { writeonly: true },
  SO_CNX_ADVICE: { writeonly: true },
  SO_DETACH_REUSEPORT_BPF: { writeonly: true },
  SO_BUSY_POLL_BUDGET: { writeonly: true },
  SO_INQ: { writeonly: true, on: unix },
};
