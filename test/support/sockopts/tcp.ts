/** The trials of the IPPROTO_TCP options. */
import { readFileSync } from 'node:fs';
import * as sockfd from '../../../lib/index.js';
import { AF_INET, getsockopt, IPPROTO_TCP, SOCK_STREAM, setsockopt } from '../../../lib/index.js';
import { listener, open } from '../sockets.js';
import { asFlag, bool, ignored, readonly, set, setOn, type Trial, underRepair } from './make.js';

/** What any user may choose. */
function allowedCongestionControls(): string[] {
  const allowed = '/proc/sys/net/ipv4/tcp_allowed_congestion_control';
  return readFileSync(allowed, 'utf8').trim().split(' ');
}

/** CONFIG_TCP_AO. */
const noAo = ['ENOPROTOOPT', 'the kernel was built without the TCP Authentication Option'] as const;

/** A socket with a key of RFC 5925. */
function withAoKey(): number {
  const fd = open(AF_INET, SOCK_STREAM);
  setsockopt(fd, IPPROTO_TCP, sockfd.TCP_AO_ADD_KEY, {
    addr: { family: AF_INET, addr: '127.0.0.1', port: 0 },
    alg_name: 'hmac(sha1)',
    prefix: 32,
    sndid: 100,
    rcvid: 101,
    key: 'secret',
  });
  return fd;
}

const repairWindow = { snd_wl1: 0, snd_wnd: 1000, max_window: 2000, rcv_wnd: 3000, rcv_wup: 0 };

const copied = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes);

export const tcpTrials: Record<string, Trial> = {
  TCP_NODELAY: bool,
  TCP_MAXSEG: set(1000, 536),
  TCP_CORK: bool,
  TCP_KEEPIDLE: set(1, 100),
  TCP_KEEPINTVL: set(1, 10),
  TCP_KEEPCNT: set(1, 127),
  TCP_SYNCNT: set(1, 127),
  TCP_LINGER2: set(30, -1),
  // The time is kept as a number of SYN-ACKs, which come after 1, 3, 7, 15 … seconds.
  TCP_DEFER_ACCEPT: { set: [1, 10, 0], reads: (value) => (value === 10 ? 15 : value) },
  TCP_WINDOW_CLAMP: set(32_768),
  TCP_INFO: { volatile: true },
  // tcp(7): the flag is not permanent; on a socket without a peer nothing turns it back.
  TCP_QUICKACK: { set: [false, true], reads: asFlag },
  // tcp(7): any other needs CAP_NET_ADMIN.
  TCP_CONGESTION: set(...allowedCongestionControls()),
  TCP_THIN_LINEAR_TIMEOUTS: bool,
  TCP_THIN_DUPACK: ignored,
  TCP_USER_TIMEOUT: set(5000, 0),
  TCP_REPAIR: set(1, 0),
  TCP_REPAIR_QUEUE: setOn(() => underRepair(), 1, 2, 0),
  TCP_QUEUE_SEQ: setOn(() => underRepair(sockfd.TCP_SEND_QUEUE), 12_345, 0xfffffffe),
  TCP_FASTOPEN: setOn(() => listener().fd, 5),
  TCP_TIMESTAMP: {
    on: () => underRepair(),
    volatile: true,
    set: [1_000_000],
    // It counts on, by milliseconds.
    reads: (value, fd) => {
      const now = getsockopt(fd, IPPROTO_TCP, sockfd.TCP_TIMESTAMP);
      return now >= (value as number) && now < (value as number) + 10_000 ? now : value;
    },
  },
  TCP_NOTSENT_LOWAT: set(16_384, 0xffffffff, 0),
  TCP_SAVE_SYN: set(1, 2, 0),
  TCP_FASTOPEN_CONNECT: bool,
  TCP_ULP: readonly,
  TCP_FASTOPEN_NO_COOKIE: bool,
  TCP_INQ: bool,
  TCP_TX_DELAY: set(1000, 0),
  TCP_REPAIR_WINDOW: {
    size: 20,
    on: () => underRepair(),
    set: [repairWindow],
    decode: (bytes) => ({
      snd_wl1: bytes.readUInt32LE(0),
      snd_wnd: bytes.readUInt32LE(4),
      max_window: bytes.readUInt32LE(8),
      rcv_wnd: bytes.readUInt32LE(12),
      rcv_wup: bytes.readUInt32LE(16),
    }),
  },
  TCP_FASTOPEN_KEY: {
    on: () => listener().fd,
    set: [Uint8Array.from({ length: 16 }, (_, i) => i), new Uint8Array(32).fill(7)],
    decode: copied,
  },
  // Of what is neither vegas, dctcp nor bbr there is nothing to tell.
  TCP_CC_INFO: {
    on: () => {
      const fd = open(AF_INET, SOCK_STREAM);
      setsockopt(fd, IPPROTO_TCP, sockfd.TCP_CONGESTION, 'reno');
      return fd;
    },
    decode: (bytes) => (bytes.length === 0 ? {} : { bytes }),
  },
  TCP_AO_INFO: {
    on: withAoKey,
    lacking: noAo,
    decode: (bytes) => ({
      set_current: bytes.readUInt8() & 1,
      set_rnext: (bytes.readUInt8() >> 1) & 1,
      ao_required: (bytes.readUInt8() >> 2) & 1,
      set_counters: (bytes.readUInt8() >> 3) & 1,
      accept_icmps: (bytes.readUInt8() >> 4) & 1,
      current_key: bytes.readUInt8(6),
      rnext: bytes.readUInt8(7),
      pkt_good: Number(bytes.readBigUInt64LE(8)),
      pkt_bad: Number(bytes.readBigUInt64LE(16)),
      pkt_key_not_found: Number(bytes.readBigUInt64LE(24)),
      pkt_ao_required: Number(bytes.readBigUInt64LE(32)),
      pkt_dropped_icmp: Number(bytes.readBigUInt64LE(40)),
    }),
  },
  // Of these the trials have no second read: the first frees what it read, counts on, or needs a
  // connection of its own. They have tests of their own.
  TCP_SAVED_SYN: { volatile: true },
  TCP_AO_GET_KEYS: { volatile: true },
  TCP_AO_REPAIR: { volatile: true },
  TCP_MD5SIG: { writeonly: true },
  TCP_MD5SIG_EXT: { writeonly: true },
  TCP_REPAIR_OPTIONS: { writeonly: true },
  TCP_AO_ADD_KEY: { writeonly: true },
  TCP_AO_DEL_KEY: { writeonly: true },
  TCP_IS_MPTCP: readonly,
  TCP_RTO_MAX_MS: set(60_000, 120_000),
  TCP_RTO_MIN_US: set(100_000),
  TCP_DELACK_MAX_US: set(100_000),
};
