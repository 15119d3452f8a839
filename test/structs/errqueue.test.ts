/** Errors with their causes, from the error queue. ip(7), ipv6(7), RFC 792, RFC 4443, RFC 4884 */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  type ControlMessage,
  connect,
  controlValue,
  decodeControl,
  ECONNREFUSED,
  EMSGSIZE,
  ENOMSG,
  encodeControl,
  getsockopt,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  MSG_ERRQUEUE,
  MSG_ZEROCOPY,
  recv,
  SO_EE_CODE_TXTIME_MISSED,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_LOCAL,
  SO_EE_ORIGIN_TIMESTAMPING,
  SO_EE_ORIGIN_TXTIME,
  SO_EE_ORIGIN_ZEROCOPY,
  SO_ERROR,
  SO_ZEROCOPY,
  SOCK_DGRAM,
  SOL_SOCKET,
  type SockExtendedErr,
  send,
  sendto,
  setsockopt,
} from '../../lib/index.js';
import { pythonTakes, rawOf, receive, skipUnless } from '../support/control.js';
import { guardFds, open, refusingAddr, tcpPair } from '../support/sockets.js';

guardFds();

const ipErr = (control: readonly ControlMessage[]) => controlValue(control, IPPROTO_IP, IP_RECVERR);
const ipv6Err = (control: readonly ControlMessage[]) =>
  controlValue(control, IPPROTO_IPV6, IPV6_RECVERR);

describe('an ICMP error', () => {
  const none = { info: 0, data: 0 };

  it('has type and code of RFC 792, and who sent it', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, true);
    const to = refusingAddr(SOCK_DGRAM);
    sendto(fd, 'lost', 0, to);
    const taken = pythonTakes(fd);
    sendto(fd, 'lost', 0, to);
    const { control, name, text } = receive(fd, MSG_ERRQUEUE);
    // Destination unreachable: port unreachable.
    const error = { errno: ECONNREFUSED, origin: SO_EE_ORIGIN_ICMP, type: 3, code: 3, ...none };
    const offender = { family: AF_INET, addr: '127.0.0.1', port: 0 };
    expect(ipErr(control)).toEqual({ ...error, offender });
    expect(rawOf(control)).toEqual(taken);
    // It tells where the datagram went, and gives it back.
    expect([name, text]).toEqual([to, 'lost']);
    expect(getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
  });

  it('has type and code of RFC 4443 with IPv6', () => {
    const fd = open(AF_INET6, SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, true);
    const to = refusingAddr(SOCK_DGRAM, { family: AF_INET6, addr: '::1', port: 0 });
    connect(fd, to);
    send(fd, 'lost');
    const taken = pythonTakes(fd);
    send(fd, 'lost');
    const { control, name, text } = receive(fd, MSG_ERRQUEUE);
    const error = { errno: ECONNREFUSED, origin: SO_EE_ORIGIN_ICMP6, type: 1, code: 4, ...none };
    const offender = { family: AF_INET6, addr: '::1', port: 0, flowinfo: 0, scope_id: 0 };
    expect(ipv6Err(control)).toEqual({ ...error, offender });
    expect(rawOf(control)).toEqual(taken);
    expect([name, text]).toEqual([to, 'lost']);
  });
});

describe('MSG_ZEROCOPY', () => {
  it('is done with a range of sends, which loopback copied', (context) => {
    skipUnless(context, '4.14', 'SO_ZEROCOPY');
    const { client, server } = tcpPair();
    setsockopt(client, SOL_SOCKET, SO_ZEROCOPY, true);
    const data = Buffer.alloc(10_000);
    const done: SockExtendedErr['zerocopy'][] = [];
    for (let n = 0; n < 3; n++) {
      send(client, data, MSG_ZEROCOPY);
      for (let left = data.length; left > 0; ) left -= recv(server, data, 0, 0, left);
      const error = ipErr(receive(client, MSG_ERRQUEUE).control);
      const { zerocopy, ...rest } = error ?? {};
      done.push(zerocopy);
      const origin = SO_EE_ORIGIN_ZEROCOPY;
      const raw = { errno: 0, origin, type: 0, code: 1, info: n, data: n };
      expect(rest).toEqual({ ...raw, offender: undefined });
    }
    expect(done).toEqual([0, 1, 2].map((n) => ({ lo: n, hi: n, copied: true })));
    for (let n = 0; n < 3; n++) send(client, data, MSG_ZEROCOPY);
    for (let left = 3 * data.length; left > 0; left -= recv(server, data)) {}
    const ranges = new Set<number>();
    while (ranges.size < 3) {
      const range = ipErr(receive(client, MSG_ERRQUEUE).control)?.zerocopy;
      for (let n = range?.lo ?? 0; n <= (range?.hi ?? 0); n++) ranges.add(n);
    }
    expect([...ranges]).toEqual([3, 4, 5]);
  });
});

describe('struct sock_extended_err', () => {
  /** Of struct sock_extended_err and what follows it. */
  function errorIn(words: number[], rest: Uint8Array = new Uint8Array()): unknown {
    const data = Buffer.concat([Buffer.from(Uint32Array.from(words).buffer), rest]);
    const control = decodeControl(encodeControl([{ level: 0, type: IP_RECVERR, data }]));
    return ipErr(control);
  }
  const head = (origin: number, type = 0, code = 0): number => origin | (type << 8) | (code << 16);
  const nobody = { offender: undefined };

  // What drops packets by their time is a queueing discipline that few machines have.
  it('has the time of a packet that was not sent in time', () => {
    const [origin, code] = [SO_EE_ORIGIN_TXTIME, SO_EE_CODE_TXTIME_MISSED];
    const raw = { errno: 125, origin, type: 0, code, info: 0x89abcdef, data: 0xfedcba98 };
    expect(errorIn([125, head(origin, 0, code), 0x89abcdef, 0xfedcba98])).toEqual({
      ...{ ...raw, ...nobody },
      txtime: 0xfedcba9889abcdefn,
    });
  });

  it('has kind and number of a timestamp', () => {
    const raw = { errno: ENOMSG, origin: SO_EE_ORIGIN_TIMESTAMPING, type: 0, code: 0 };
    expect(errorIn([ENOMSG, head(SO_EE_ORIGIN_TIMESTAMPING), 2, 9])).toEqual({
      ...{ ...raw, info: 2, data: 9, ...nobody },
      timestamping: { tstype: 2, id: 9 },
    });
  });

  it('says when zero-copy was one: nothing was copied', () => {
    expect(errorIn([0, head(SO_EE_ORIGIN_ZEROCOPY), 4, 0xffff_ffff])).toMatchObject({
      zerocopy: { lo: 4, hi: 0xffff_ffff, copied: false },
    });
  });

  it('makes nothing of what other origins tell', () => {
    const raw = { errno: EMSGSIZE, type: 7, code: 8, info: 1500, data: 0x0002_0064 };
    for (const origin of [0, SO_EE_ORIGIN_LOCAL, 7, 255]) {
      const error = errorIn([EMSGSIZE, head(origin, 7, 8), 1500, 0x0002_0064]);
      expect(error).toEqual({ ...raw, origin, ...nobody });
    }
    const error = { ...raw, origin: SO_EE_ORIGIN_ICMP, ...nobody };
    expect(errorIn([EMSGSIZE, head(SO_EE_ORIGIN_ICMP, 7, 8), 1500, 0x0002_0064])).toEqual({
      ...error,
      rfc4884: { len: 100, flags: 2 },
    });
  });

  it('is whole with 16 bytes, and has an offender as far as there is one', () => {
    const words = [1, head(SO_EE_ORIGIN_ICMP), 3, 0];
    const address = Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(8));
    const offenders = Array.from({ length: 17 }, (_, length) => {
      return (errorIn(words, address.subarray(0, length)) as SockExtendedErr).offender;
    });
    expect(offenders.slice(0, 2)).toEqual([undefined, undefined]);
    expect(offenders[2]).toEqual({ family: AF_INET, data: new Uint8Array() });
    expect(offenders[15]).toEqual({ family: AF_INET, data: address.slice(2, 15) });
    expect(offenders[16]).toEqual({ family: AF_INET, addr: '127.0.0.1', port: 0 });
    for (let length = 0; length < 16; length++) {
      const data = new Uint8Array(length);
      const control = decodeControl(encodeControl([{ level: 0, type: IP_RECVERR, data }]));
      expect(control).toEqual([{ level: 0, type: IP_RECVERR, data, value: undefined }]);
    }
  });
});
