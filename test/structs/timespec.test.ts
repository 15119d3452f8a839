/** When a message came or went: SO_TIMESTAMP and its kin. socket(7) */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  type ControlMessage,
  connect,
  controlValue,
  decodeControl,
  encodeControl,
  IP_PKTINFO,
  IP_RECVERR,
  IPPROTO_IP,
  if_nametoindex,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  POLLIN,
  poll,
  recv,
  recvmsg,
  SCM_TIMESTAMP,
  SCM_TIMESTAMPING,
  SCM_TIMESTAMPING_PKTINFO,
  SCM_TIMESTAMPNS,
  SCM_TS_OPT_ID,
  SO_EE_ORIGIN_TIMESTAMPING,
  SO_TIMESTAMP,
  SO_TIMESTAMP_NEW,
  SO_TIMESTAMPING,
  SO_TIMESTAMPING_NEW,
  SO_TIMESTAMPNS,
  SO_TIMESTAMPNS_NEW,
  SOCK_DGRAM,
  SOL_SOCKET,
  send,
  sendmsg,
  setsockopt,
  type Timespec,
} from '../../lib/index.js';
import { encodeTimespec, timespecBytes } from '../../lib/structs/timespec.js';
import { waitUntil } from '../support/child.js';
import { receive, skipUnless, witnessed } from '../support/control.js';
import { bound, expectError, expectRefused, guardFds, open, tcpPair } from '../support/sockets.js';
import * as tstamp from '../support/tstamp.js';

guardFds();

/** Milliseconds since 1970. */
const ms = ({ sec, nsec }: Timespec): number => sec * 1000 + nsec / 1e6;

/** Two UDP sockets, the first connected to the second. */
function udpPair(): [number, number] {
  const to = bound(SOCK_DGRAM);
  const fd = open(AF_INET, SOCK_DGRAM);
  connect(fd, to.addr);
  return [fd, to.fd];
}

/**
 * Has the kernel take the time of what comes, and returns when it does: for the first socket that
 * asks, a worker of the kernel turns it on, some time later. It stays on while there is such one.
 */
function takesTimes(): void {
  const [a, b] = udpPair();
  setsockopt(b, SOL_SOCKET, SO_TIMESTAMPING, tstamp.SOF_TIMESTAMPING_RX_SOFTWARE | SOFTWARE);
  waitUntil(() => {
    send(a, 'x');
    return receive(b).control.length > 0;
  }, 'the time of a datagram');
}

/** Whether `time` is between `start`, when a message was sent, and now; in whole milliseconds. */
function isNow(time: Timespec | undefined, start: number): boolean {
  return time !== undefined && ms(time) >= start && ms(time) < Date.now() + 1;
}

describe('SO_TIMESTAMP and SO_TIMESTAMPNS', () => {
  it.each([
    ['SO_TIMESTAMP', SO_TIMESTAMP, SCM_TIMESTAMP],
    ['SO_TIMESTAMP_NEW', SO_TIMESTAMP_NEW, SO_TIMESTAMP_NEW],
  ] as const)('tell when a datagram came, in microseconds: %s', (_, optname, type) => {
    const [a, b] = udpPair();
    setsockopt(b, SOL_SOCKET, optname, true);
    const start = Date.now();
    send(a, 'x');
    const { control } = witnessed(b);
    const { sec, usec } = controlValue(control, SOL_SOCKET, type) ?? { sec: 0, usec: -1 };
    expect(isNow({ sec, nsec: usec * 1000 }, start)).toBe(true);
    expect(control).toHaveLength(1);
  });

  it.each([
    ['SO_TIMESTAMPNS', SO_TIMESTAMPNS, SCM_TIMESTAMPNS],
    ['SO_TIMESTAMPNS_NEW', SO_TIMESTAMPNS_NEW, SO_TIMESTAMPNS_NEW],
  ] as const)('tell when a datagram came, in nanoseconds: %s', (_, optname, type) => {
    const [a, b] = udpPair();
    setsockopt(b, SOL_SOCKET, optname, true);
    const start = Date.now();
    send(a, 'x');
    const { control } = witnessed(b);
    expect(isNow(controlValue(control, SOL_SOCKET, type), start)).toBe(true);
    expect(control).toHaveLength(1);
  });
});

const { SOF_TIMESTAMPING_SOFTWARE: SOFTWARE, SOF_TIMESTAMPING_OPT_ID: ID } = tstamp;
const { SOF_TIMESTAMPING_TX_SOFTWARE: TX, SOF_TIMESTAMPING_TX_SCHED: SCHED } = tstamp;
const { SOF_TIMESTAMPING_OPT_CMSG: CMSG, SOF_TIMESTAMPING_OPT_TSONLY: TSONLY } = tstamp;

describe('SO_TIMESTAMPING, receiving', () => {
  it.each([
    ['SO_TIMESTAMPING', SO_TIMESTAMPING, SCM_TIMESTAMPING],
    ['SO_TIMESTAMPING_NEW', SO_TIMESTAMPING_NEW, SO_TIMESTAMPING_NEW],
  ] as const)('tells the time of software, and none of hardware: %s', (_, optname, type) => {
    takesTimes();
    const [a, b] = udpPair();
    setsockopt(b, SOL_SOCKET, optname, tstamp.SOF_TIMESTAMPING_RX_SOFTWARE | SOFTWARE);
    const start = Date.now();
    send(a, 'x');
    const { control } = witnessed(b);
    const value = controlValue(control, SOL_SOCKET, type);
    expect(isNow(value?.software, start)).toBe(true);
    expect(value).toEqual({ software: expect.anything(), hardware: undefined });
    expect(control).toHaveLength(1);
  });
});

/** What the error queue tells of a timestamp. */
function transmitted(fd: number): {
  control: ControlMessage[];
  text: string;
  time: Timespec | undefined;
  tstype: number | undefined;
  id: number | undefined;
} {
  const { control, text } = receive(fd, MSG_ERRQUEUE);
  const error = controlValue(control, IPPROTO_IP, IP_RECVERR);
  // 42 is ENOMSG: no error.
  expect(error).toMatchObject({ errno: 42, origin: SO_EE_ORIGIN_TIMESTAMPING, type: 0, code: 0 });
  const time = controlValue(control, SOL_SOCKET, SCM_TIMESTAMPING)?.software;
  return { control, text, time, ...{ tstype: undefined, id: undefined }, ...error?.timestamping };
}

describe('SO_TIMESTAMPING, sending', () => {
  it('tells when a datagram was queued and when it was handed to the device, in this order', () => {
    const [a, b] = udpPair();
    setsockopt(a, SOL_SOCKET, SO_TIMESTAMPING, TX | SCHED | SOFTWARE | ID);
    setsockopt(b, SOL_SOCKET, SO_TIMESTAMPNS, true);
    const start = Date.now();
    for (const text of ['first', 'second']) send(a, text);
    const told = [1, 2, 3, 4].map(() => transmitted(a));
    const { SCM_TSTAMP_SCHED, SCM_TSTAMP_SND } = tstamp;
    expect(told.map(({ tstype, id }) => [tstype, id])).toEqual([
      [SCM_TSTAMP_SCHED, 0],
      [SCM_TSTAMP_SND, 0],
      [SCM_TSTAMP_SCHED, 1],
      [SCM_TSTAMP_SND, 1],
    ]);
    // The packet comes back with its headers: Ethernet 14 bytes, IP 20, UDP 8.
    expect(told.map(({ text }) => text.slice(42))).toEqual(['first', 'first', 'second', 'second']);
    // The receiver took the time later than the sender did.
    const arrived = controlValue(receive(b).control, SOL_SOCKET, SCM_TIMESTAMPNS);
    const times = [told[0]?.time, told[1]?.time, arrived];
    expect(times.every((time) => isNow(time, start))).toBe(true);
    const [queued = 0, sent = 0, came = 0] = times.map((time) => time && ms(time));
    expect(queued <= sent && sent <= came).toBe(true);
    expectError(() => recvmsg(a, { iov: [] }, MSG_ERRQUEUE), 'recvmsg', 'EAGAIN');
  });

  it('tells nothing but the time with OPT_TSONLY, and the interface with OPT_CMSG', () => {
    const [a] = udpPair();
    setsockopt(a, SOL_SOCKET, SO_TIMESTAMPING, TX | SOFTWARE | TSONLY);
    send(a, 'x');
    const alone = transmitted(a);
    expect([alone.text, alone.control.map(({ type }) => type)]).toEqual([
      '',
      [SCM_TIMESTAMPING, IP_RECVERR],
    ]);
    setsockopt(a, SOL_SOCKET, SO_TIMESTAMPING, TX | SOFTWARE | CMSG);
    setsockopt(a, IPPROTO_IP, IP_PKTINFO, true);
    send(a, 'x');
    const { control } = transmitted(a);
    expect(controlValue(control, IPPROTO_IP, IP_PKTINFO)).toMatchObject({
      ifindex: if_nametoindex('lo'),
      addr: '127.0.0.1',
    });
    // The packet is this machine's own, and so is its source.
    expect(controlValue(control, IPPROTO_IP, IP_RECVERR)?.offender).toEqual({
      family: AF_INET,
      addr: '127.0.0.1',
      port: 0,
    });
  });

  it('tells when TCP data was acknowledged, by the number of its last byte', () => {
    const { client, server } = tcpPair();
    const { SOF_TIMESTAMPING_TX_ACK: ACK } = tstamp;
    setsockopt(client, SOL_SOCKET, SO_TIMESTAMPING, TX | ACK | SOFTWARE | ID | TSONLY);
    const start = Date.now();
    send(client, '0123456789');
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    const told = [transmitted(client), transmitted(client)];
    expect(told.map(({ tstype, id }) => [tstype, id])).toEqual([
      [tstamp.SCM_TSTAMP_SND, 9],
      [tstamp.SCM_TSTAMP_ACK, 9],
    ]);
    expect(told.every(({ time }) => isNow(time, start))).toBe(true);
  });

  it('is asked for a single message by a control message', () => {
    const [a, b] = udpPair();
    setsockopt(a, SOL_SOCKET, SO_TIMESTAMPING, SOFTWARE | TSONLY);
    const iov = [Buffer.from('x')];
    send(a, 'not this');
    sendmsg(a, { iov, control: [{ level: SOL_SOCKET, type: SCM_TIMESTAMPING, value: TX }] });
    sendmsg(a, { iov, control: [{ level: SOL_SOCKET, type: SO_TIMESTAMPING_NEW, value: TX }] });
    expect([transmitted(a).tstype, transmitted(a).tstype]).toEqual([0, 0]);
    expectError(() => recvmsg(a, { iov: [] }, MSG_ERRQUEUE), 'recvmsg', 'EAGAIN');
    const buf = Buffer.alloc(8);
    expect([1, 2, 3].map(() => recv(b, buf, MSG_DONTWAIT))).toEqual([8, 1, 1]);
    const wrong = [{ level: SOL_SOCKET, type: SCM_TIMESTAMPING, value: SOFTWARE }] as const;
    expectError(() => sendmsg(a, { iov, control: wrong }), 'sendmsg', 'EINVAL');
  });

  it('has the number that a control message gave', (context) => {
    skipUnless(context, '6.13', 'SCM_TS_OPT_ID');
    const [a] = udpPair();
    const control = [{ level: SOL_SOCKET, type: SCM_TS_OPT_ID, value: 0xfedcba98 }] as const;
    const iov = [Buffer.from('x')];
    expectError(() => sendmsg(a, { iov, control }), 'sendmsg', 'EINVAL');
    setsockopt(a, SOL_SOCKET, SO_TIMESTAMPING, TX | SOFTWARE | ID | TSONLY);
    sendmsg(a, { iov, control });
    expect(transmitted(a).id).toBe(0xfedcba98);
  });
});

describe('struct scm_timestamping', () => {
  const decoded = (type: number, words: bigint[]): unknown => {
    const data = new Uint8Array(BigInt64Array.from(words).buffer);
    return decodeControl(encodeControl([{ level: SOL_SOCKET, type, data }]))[0]?.value;
  };

  it.each([SCM_TIMESTAMPING, SO_TIMESTAMPING_NEW])('has no time that was not taken: %i', (type) => {
    const hardware = { sec: 5, nsec: 6 };
    expect(decoded(type, [0n, 0n, 3n, 4n, 5n, 6n])).toEqual({ software: undefined, hardware });
    const software = { sec: 0, nsec: 1 };
    expect(decoded(type, [0n, 1n, 0n, 0n, 0n, 0n])).toEqual({ software, hardware: undefined });
    expect(decoded(type, [0n, 1n, 0n, 0n, 0n])).toBeUndefined();
  });

  // A device that takes the time itself is needed to provoke it.
  it('has device and length beside it, of a time of hardware', () => {
    const value = decoded(SCM_TIMESTAMPING_PKTINFO, [0x0000_05ea_0000_0002n, 0n]);
    expect(value).toEqual({ if_index: 2, pkt_length: 1514 });
  });
});

describe('struct timespec', () => {
  it('is read from a timespec, from milliseconds, or taken as it is', () => {
    const words = (value: Parameters<typeof timespecBytes>[0]): bigint[] => {
      return [...new BigInt64Array((timespecBytes(value, 'timeout') as Uint8Array).slice().buffer)];
    };
    expect(words({ sec: 2 ** 40, nsec: 999_999_999 })).toEqual([1n << 40n, 999_999_999n]);
    expect(words({ sec: -1, nsec: 0 })).toEqual([-1n, 0n]);
    expect([0, 1, 1999].map(words)).toEqual([
      [0n, 0n],
      [0n, 1_000_000n],
      [1n, 999_000_000n],
    ]);
    const bytes = new Uint8Array(16);
    expect(timespecBytes(bytes, 'timeout')).toBe(bytes);
    expect(timespecBytes(null, 'timeout')).toBe(null);
  });

  it('names what is no time', () => {
    const wrong = (value: unknown): unknown => timespecBytes(value as number, 'timeout');
    expectRefused(() => wrong(-1), RangeError, 'timeout');
    expectRefused(() => wrong(1.5), RangeError, 'timeout');
    expectRefused(() => wrong('1'), TypeError, 'timeout');
    expectRefused(() => wrong({ nsec: 0 }), TypeError, 'timeout.sec');
    expectRefused(() => wrong({ sec: 0, nsec: 0.5 }), RangeError, 'timeout.nsec');
    expectRefused(() => encodeTimespec({ sec: 2 ** 53, nsec: 0 }), RangeError, 'value.sec');
  });
});
