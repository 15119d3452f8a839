/** The control messages of SOL_SOCKET that any socket of the internet has. socket(7) */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  type ControlInit,
  controlValue,
  EINVAL,
  getsockopt,
  MSG_DONTWAIT,
  SCM_TXTIME,
  SO_EE_CODE_TXTIME_INVALID_PARAM,
  SO_EE_ORIGIN_TXTIME,
  SO_MEMINFO,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVPRIORITY,
  SO_RXQ_OVFL,
  SO_TXTIME,
  SOCK_DGRAM,
  SOL_SOCKET,
  sendmsg,
  sendto,
  setsockopt,
} from '../../../lib/index.js';
import * as raw from '../../../lib/raw.js';
import { node } from '../../support/child.js';
import { inNetns, receive, skipUnless, witnessed } from '../../support/control.js';
import { bound, expectError, guardFds, open } from '../../support/sockets.js';

guardFds();

const level = SOL_SOCKET;
const iov = [Buffer.from('x')];

describe('SO_PRIORITY', () => {
  it('is received as it was set, for the socket or for one message', (context) => {
    skipUnless(context, '6.14', 'SO_RCVPRIORITY');
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, level, SO_RCVPRIORITY, true);
    const from = open(AF_INET, SOCK_DGRAM);
    setsockopt(from, level, SO_PRIORITY, 3);
    const control: ControlInit[] = [{ level, type: SO_PRIORITY, value: 5 }];
    sendmsg(from, { name: to.addr, iov });
    sendmsg(from, { name: to.addr, iov, control });
    for (const priority of [3, 5]) {
      const { control } = witnessed(to.fd);
      expect(controlValue(control, level, SO_PRIORITY)).toBe(priority);
      expect(control).toHaveLength(1);
    }
  });
});

/** A receiver, and a sender to it. */
const pair = `
const level = s.SOL_SOCKET;
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.bind(fd, lo);
const from = s.socket(s.AF_INET, s.SOCK_DGRAM);
const send = (...control) =>
  s.sendmsg(from, { name: s.getsockname(fd), iov: [Buffer.from('x')], control });
`;

describe('SO_MARK', () => {
  it('is received as it was set, for the socket or for one message', (context) => {
    skipUnless(context, '5.19', 'SO_RCVMARK');
    const body = `${pair}
s.setsockopt(fd, level, s.SO_RCVMARK, true);
s.setsockopt(from, level, s.SO_MARK, 7);
send();
send({ level, type: s.SO_MARK, value: 0xfedcba98 });
tell([1, 2].map(() => only(witnessed(fd).control, level, s.SO_MARK)));`;
    expect(inNetns(body)).toEqual([[7, 0xfedcba98]]);
  });

  it('needs CAP_NET_ADMIN or CAP_NET_RAW, and so does a priority above 6', () => {
    const body = `
for (const control of [
  { level, type: s.SO_MARK, value: 1 },
  { level, type: s.SO_PRIORITY, value: 6 },
  { level, type: s.SO_PRIORITY, value: 7 },
  { level, type: s.SO_PRIORITY, value: 0xfedcba98 },
]) tell(code(() => send(control))[0]);`;
    expect(inNetns(pair + body)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(node(`${pair}nobody();${body}`)).toEqual(['EPERM', 'ok', 'EPERM', 'EPERM']);
  });
});

describe('SO_RXQ_OVFL', () => {
  it('counts what was dropped before a message came', () => {
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, level, SO_RXQ_OVFL, true);
    setsockopt(to.fd, level, SO_RCVBUF, 2048);
    const from = open(AF_INET, SOCK_DGRAM);
    sendto(from, 'x', 0, to.addr);
    expect(witnessed(to.fd).control).toEqual([]);
    for (let n = 0; n < 30; n++) sendto(from, Buffer.alloc(500), 0, to.addr);
    const { drops = 0 } = getsockopt(to.fd, level, SO_MEMINFO);
    expect(drops).toBeGreaterThan(0);
    for (let n = 0; n < 30 - drops; n++) receive(to.fd);
    expect(raw.recv(to.fd, new Uint8Array(1), MSG_DONTWAIT)).toBeLessThan(0);
    sendto(from, 'x', 0, to.addr);
    const { control } = witnessed(to.fd);
    expect(controlValue(control, level, SO_RXQ_OVFL)).toBe(drops);
    expect(control).toHaveLength(1);
  });
});

describe('SCM_TXTIME', () => {
  const when = (value: bigint | number): ControlInit[] => [{ level, type: SCM_TXTIME, value }];

  it('is taken by a socket with SO_TXTIME only', () => {
    const to = bound(SOCK_DGRAM);
    const from = open(AF_INET, SOCK_DGRAM);
    const send = (control: ControlInit[]) => sendmsg(from, { name: to.addr, iov, control });
    expectError(() => send(when(1)), 'sendmsg', 'EINVAL');
    // struct sock_txtime: CLOCK_MONOTONIC, no flags. What holds packets back until then is a
    // queueing discipline, of which loopback has none.
    setsockopt(from, level, SO_TXTIME, Int32Array.of(1, 0));
    for (const value of [0, 1, process.hrtime.bigint() + 1_000_000_000n, (1n << 64n) - 1n]) {
      send(when(value));
      expect(receive(to.fd).text).toBe('x');
    }
    const short = [{ level, type: SCM_TXTIME, data: new Uint8Array(4) }];
    expectError(() => send(short), 'sendmsg', 'EINVAL');
  });

  it('is told in the error queue, when it was in the past', (context) => {
    // tc-etf(8), linux/net_tstamp.h. A queueing discipline looks at the time, and etf alone tells.
    const body = `
const etf = 'tc qdisc add dev va root etf clockid CLOCK_TAI delta 1000';
const { status, stderr } = spawnSync('sh', ['-c', etf], { encoding: 'utf8' });
if (status !== 0) {
  tell({ missing: stderr.trim() });
} else {
  const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
  // CLOCK_TAI, SOF_TXTIME_REPORT_ERRORS
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_TXTIME, { clockid: 11, flags: 2 });
  const control = [{ level: s.SOL_SOCKET, type: s.SCM_TXTIME, value: 0x100000002n }];
  s.sendmsg(fd, { name: { ...lo, addr: '10.1.0.2', port: 9 }, iov: [Buffer.from('x')], control });
  const { errno, origin, code, txtime } =
    only(receive(fd, s.MSG_ERRQUEUE).control, s.IPPROTO_IP, s.IP_RECVERR);
  tell({ errno, origin, code, txtime });
}`;
    const veth = `ip link add va type veth peer name vb; ip addr add 10.1.0.1/24 dev va
ip link set va up; ip link set vb up; ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev va`;
    const [told] = inNetns(body, veth) as { missing?: string }[];
    if (told?.missing !== undefined) context.skip(`no queueing discipline etf: ${told.missing}`);
    expect(told).toEqual({
      errno: EINVAL,
      origin: SO_EE_ORIGIN_TXTIME,
      code: SO_EE_CODE_TXTIME_INVALID_PARAM,
      txtime: String(0x100000002n),
    });
  });
});
