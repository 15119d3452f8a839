/** What a connection was like when a timestamp was taken: TCP_NLA_*, linux/tcp.h. */
import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  controlValue,
  decodeControl,
  encodeControl,
  getsockopt,
  IPPROTO_TCP,
  MSG_ERRQUEUE,
  recv,
  SCM_TIMESTAMPING_OPT_STATS,
  SO_MAX_PACING_RATE,
  SO_TIMESTAMPING,
  SOL_SOCKET,
  send,
  setsockopt,
  TCP_INFO,
  type TcpNla,
} from '../../lib/index.js';
import { receive, skipUnless } from '../support/control.js';
import { guardFds, tcpPair } from '../support/sockets.js';
import {
  SOF_TIMESTAMPING_OPT_ID,
  SOF_TIMESTAMPING_OPT_STATS,
  SOF_TIMESTAMPING_OPT_TSONLY,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TIMESTAMPING_TX_ACK,
} from '../support/tstamp.js';

guardFds();

/** The names of all attributes, and their numbers. */
const attributes = Object.entries(sockfd).flatMap(([name, value]) =>
  name.startsWith('TCP_NLA_') && name !== 'TCP_NLA_PAD'
    ? [{ name: name.slice('TCP_NLA_'.length).toLowerCase(), type: value as number }]
    : [],
);

/** struct nlattr and so many bytes of `value`, padded to four. netlink(7) */
function attribute(type: number, value: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(4 + ((size + 3) & ~3));
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(value);
  bytes.writeUInt16LE(4 + size);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload.subarray(0, size), 4);
  return bytes;
}

function statsIn(bytes: Uint8Array, cut = false): TcpNla | undefined {
  const message = { level: SOL_SOCKET, type: SCM_TIMESTAMPING_OPT_STATS, data: bytes };
  const control = decodeControl(encodeControl([message]), cut);
  return controlValue(control, SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS);
}

/** How long the kernel makes each: nla_put_u64_64bit and so on, net/ipv4/tcp.c. */
const sizes: Record<string, number> = {
  ...{ busy: 8, rwnd_limited: 8, sndbuf_limited: 8, data_segs_out: 8, total_retrans: 8 },
  ...{ pacing_rate: 8, delivery_rate: 8, bytes_sent: 8, bytes_retrans: 8, edt: 8 },
  ...{ recur_retrans: 1, delivery_rate_app_lmt: 1, ca_state: 1, ttl: 1, timeout_rehash: 2 },
};
const sizeOf = (name: string): number => sizes[name] ?? 4;

describe('SCM_TIMESTAMPING_OPT_STATS', () => {
  it('says of a connection what TCP_INFO says', (context) => {
    skipUnless(context, '4.10', 'SOF_TIMESTAMPING_OPT_STATS');
    const { client, server } = tcpPair();
    setsockopt(client, SOL_SOCKET, SO_MAX_PACING_RATE, 123_456_789);
    const flags = SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID;
    const form = SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_STATS;
    setsockopt(client, SOL_SOCKET, SO_TIMESTAMPING, flags | form);
    const start = process.hrtime.bigint();
    let stats: TcpNla | undefined;
    const buf = Buffer.alloc(1 << 16);
    for (const size of [1000, 30_000, 7]) {
      send(client, buf, 0, 0, size);
      const { control } = receive(client, MSG_ERRQUEUE);
      stats = controlValue(control, SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS);
      for (let left = size; left > 0; ) left -= recv(server, buf, 0, 0, left);
    }
    const info = getsockopt(client, IPPROTO_TCP, TCP_INFO);
    const { data_segs_out, total_retrans, pacing_rate, reordering, snd_ssthresh } = info;
    const { ca_state, delivered, delivered_ce, bytes_sent, bytes_retrans, dsack_dups } = info;
    expect(stats).toMatchObject({
      ...{ data_segs_out, total_retrans, pacing_rate, reordering, snd_ssthresh, ca_state },
      ...{ delivered, delivered_ce, bytes_sent, bytes_retrans, dsack_dups },
      ...{ reord_seen: info.reord_seen, rehash: info.rehash },
      // All is acknowledged.
      ...{ sndq_size: 0, bytes_notsent: 0, recur_retrans: 0, timeout_rehash: 0 },
      ttl: 64,
    });
    expect([data_segs_out, bytes_sent, pacing_rate]).toEqual([3, 31_007, 123_456_789]);
    // CLOCK_MONOTONIC is what process.hrtime reads.
    expect(stats?.edt).toBeGreaterThan(start);
    expect(stats?.edt).toBeLessThan(process.hrtime.bigint());
    expect(stats?.srtt).toBeGreaterThan(0);
    expect(stats?.min_rtt).toBeLessThanOrEqual(stats?.srtt ?? 0);
  });

  it('has each attribute by its name, and what was not sent is absent', () => {
    expect(attributes).toHaveLength(27);
    for (const { name, type } of attributes) {
      const size = sizeOf(name);
      const value = BigInt(type) + (1n << BigInt(8 * Math.min(size, 6) - 2));
      const expected = name === 'edt' ? value : Number(value);
      expect(statsIn(attribute(type, value, size))).toEqual({ [name]: expected });
    }
    const all = attributes.map(({ name, type }) => attribute(type, BigInt(type), sizeOf(name)));
    expect(Object.keys(statsIn(Buffer.concat(all)) ?? {}).sort()).toEqual(
      attributes.map(({ name }) => name).sort(),
    );
    expect(statsIn(new Uint8Array())).toEqual({});
  });

  it('passes over padding, and what this version does not know', () => {
    const padding = attribute(sockfd.TCP_NLA_PAD, 0n, 0);
    const unknown = attribute(999, 5n, 8);
    const busy = attribute(sockfd.TCP_NLA_BUSY, 5n, 8);
    expect(statsIn(Buffer.concat([padding, unknown, busy]))).toEqual({ busy: 5 });
  });

  it('has no attribute that is too short, and takes a longer one', () => {
    for (const { name, type } of attributes) {
      expect(statsIn(attribute(type, 1n, sizeOf(name) - 1))).toEqual({});
      if (sizeOf(name) < 8) expect(statsIn(attribute(type, 1n, 8))).toEqual({ [name]: 1 });
    }
  });

  it('says Infinity for a pace without limit, and keeps an instant to the nanosecond', () => {
    const all = (1n << 64n) - 1n;
    expect(statsIn(attribute(sockfd.TCP_NLA_PACING_RATE, all, 8))).toEqual({
      pacing_rate: Number.POSITIVE_INFINITY,
    });
    const late = (1n << 53n) + 1n;
    expect(statsIn(attribute(sockfd.TCP_NLA_EDT, late, 8))).toEqual({ edt: late });
  });

  it('has no value when it may be cut off', () => {
    const busy = attribute(sockfd.TCP_NLA_BUSY, 5n, 8);
    // 24 bytes end where a control message does: there is no padding to tell that they are all.
    expect(statsIn(Buffer.concat([busy, busy]), true)).toBeUndefined();
    expect(statsIn(Buffer.concat([busy, busy]))).toEqual({ busy: 5 });
  });
});
