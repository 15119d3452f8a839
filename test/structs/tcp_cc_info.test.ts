/** What congestion control tells of itself, beside what ss reads by another way. */
import { describe, expect, it } from 'vitest';
import {
  getsockopt,
  IPPROTO_TCP,
  recv,
  type SystemError,
  send,
  setsockopt,
  TCP_CC_INFO,
  TCP_CONGESTION,
  TCP_INFO,
} from '../../lib/index.js';
import { Reader } from '../../lib/kernel/bytes.js';
import { tcp_cc_info } from '../../lib/structs/tcp_cc_info.js';
import { run, waitUntil } from '../support/child.js';
import { guardFds, tcpPair } from '../support/sockets.js';

guardFds();

/** A connection by an algorithm, or undefined where the kernel does not let us. */
function pairBy(algorithm: string): ReturnType<typeof tcpPair> | undefined {
  const pair = tcpPair();
  try {
    setsockopt(pair.client, IPPROTO_TCP, TCP_CONGESTION, algorithm);
    return pair;
  } catch (error) {
    const { code } = error as SystemError;
    if (code === 'ENOENT' || code === 'EPERM') return undefined;
    throw error;
  }
}

describe('TCP_CC_INFO', () => {
  it('tells of bbr what ss tells', (context) => {
    const pair = pairBy('bbr');
    if (pair === undefined) return context.skip('bbr is not available to this user');
    send(pair.client, 'x'.repeat(1000));
    recv(pair.server, new Uint8Array(1000));
    waitUntil(
      () => getsockopt(pair.client, IPPROTO_TCP, TCP_INFO).unacked === 0,
      'all is acknowledged',
    );
    const { bbr, ...others } = getsockopt(pair.client, IPPROTO_TCP, TCP_CC_INFO);
    expect(others).toEqual({});
    const rows = run('ss', ['-tniH', 'dport', '=', `:${pair.addr.port}`]);
    const told =
      /bbr:\(bw:(\d+)bps,mrtt:([\d.]+)(?:,pacing_gain:([\d.]+))?(?:,cwnd_gain:([\d.]+))?/;
    const [, bps, mrtt, pacing = 0, cwnd = 0] = told.exec(rows) ?? [];
    expect(bps).toBeDefined();
    expect(8 * (bbr?.bw ?? -1)).toBe(Number(bps));
    expect((bbr?.min_rtt ?? -1) / 1000).toBeCloseTo(Number(mrtt), 6);
    expect((bbr?.pacing_gain ?? -1) / 256).toBeCloseTo(Number(pacing), 3);
    expect((bbr?.cwnd_gain ?? -1) / 256).toBeCloseTo(Number(cwnd), 3);
  });

  it('tells nothing of reno', () => {
    const pair = pairBy('reno');
    expect(pair && getsockopt(pair.client, IPPROTO_TCP, TCP_CC_INFO)).toEqual({});
  });

  it('has by 16 bytes both that are so long, as the union of C has', () => {
    // The last word is left from another read.
    const bytes = new Uint8Array(Uint32Array.of(1, 2, 3, 4, 5).buffer);
    expect(tcp_cc_info.decode(new Reader(bytes), 16)).toEqual({
      vegas: { enabled: 1, rttcnt: 2, rtt: 3, minrtt: 4 },
      dctcp: { enabled: 1, ce_state: 0, alpha: 2, ab_ecn: 3, ab_tot: 4 },
    });
    expect(tcp_cc_info.decode(new Reader(bytes), 15)).toEqual({});
  });
});
