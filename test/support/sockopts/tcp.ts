/** The trials of the IPPROTO_TCP options. */
import { readFileSync } from 'node:fs';
import * as sockfd from '../../../lib/index.js';
import { getsockopt, IPPROTO_TCP } from '../../../lib/index.js';
import { listener } from '../sockets.js';
import { asFlag, bool, ignored, readonly, set, setOn, type Trial, underRepair } from './make.js';

/** What any user may choose. */
function allowedCongestionControls(): string[] {
  const allowed = '/proc/sys/net/ipv4/tcp_allowed_congestion_control';
  return readFileSync(allowed, 'utf8').trim().split(' ');
}

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
  TCP_IS_MPTCP: readonly,
  TCP_RTO_MAX_MS: set(60_000, 120_000),
  TCP_RTO_MIN_US: set(100_000),
  TCP_DELACK_MAX_US: set(100_000),
};
