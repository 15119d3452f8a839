/** The control messages of UDP and TCP. udp(7), tcp(7) */
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  type ControlInit,
  connect,
  controlValue,
  FIONREAD,
  getsockopt,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ioctl,
  POLLIN,
  poll,
  recvmsg,
  SOCK_DGRAM,
  send,
  sendmsg,
  setsockopt,
  TCP_CM_INQ,
  TCP_INQ,
  UDP_GRO,
  UDP_SEGMENT,
} from '../../../lib/index.js';
import { python } from '../../support/child.js';
import { receive, skipUnless, witnessed } from '../../support/control.js';
import { bound, expectError, guardFds, open, tcpPair } from '../../support/sockets.js';

guardFds();

const level = IPPROTO_UDP;
const segment = (value: number): ControlInit[] => [{ level, type: UDP_SEGMENT, value }];

describe('UDP_SEGMENT', () => {
  it('cuts what is sent into datagrams', (context) => {
    skipUnless(context, '4.18', 'UDP_SEGMENT');
    const to = bound(SOCK_DGRAM);
    const from = open(AF_INET, SOCK_DGRAM);
    const iov = [Buffer.from('aaaaaa'), Buffer.from('bbb'), Buffer.from('c')];
    expect(sendmsg(from, { name: to.addr, iov, control: segment(4) })).toBe(10);
    const texts = [1, 2, 3].map(() => receive(to.fd).text);
    expect(texts).toEqual(['aaaa', 'aabb', 'bc']);
    // Of the one message only.
    expect(getsockopt(from, level, UDP_SEGMENT)).toBe(0);
    expect(poll([{ fd: to.fd, events: POLLIN }], 0)).toBe(0);
  });

  it('is refused by the kernel when there would be too many', (context) => {
    skipUnless(context, '4.18', 'UDP_SEGMENT');
    const name = bound(SOCK_DGRAM).addr;
    const from = open(AF_INET, SOCK_DGRAM);
    const iov = [new Uint8Array(60_000)];
    const call = () => sendmsg(from, { name, iov, control: segment(1) });
    expectError(call, 'sendmsg', 'EINVAL');
  });
});

describe('UDP_GRO', () => {
  it('tells the size of the datagrams that came as one', (context) => {
    skipUnless(context, '5.0', 'UDP_GRO');
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, level, UDP_GRO, true);
    const from = open(AF_INET, SOCK_DGRAM);
    sendmsg(from, { name: to.addr, iov: [Buffer.alloc(1000, 'x')], control: segment(300) });
    const { control, bytes } = witnessed(to.fd);
    expect([bytes, controlValue(control, level, UDP_GRO), control.length]).toEqual([1000, 300, 1]);
    sendmsg(from, { name: to.addr, iov: [Buffer.alloc(1000, 'x')] });
    expect(witnessed(to.fd).control).toEqual([]);
  });

  it('tells the same of what python3 sends', (context) => {
    skipUnless(context, '5.0', 'UDP_GRO');
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, level, UDP_GRO, true);
    const from = open(AF_INET, SOCK_DGRAM);
    connect(from, to.addr);
    const script = `
socket.socket(fileno=3).sendmsg([b'x' * 900], [(17, 103, struct.pack('=H', 400))])
print(0)`;
    python(script, null, [from]);
    const { control, bytes } = receive(to.fd);
    expect([bytes, controlValue(control, level, UDP_GRO)]).toEqual([900, 400]);
  });
});

describe('TCP_CM_INQ', () => {
  it('says how much is left in the stream', (context) => {
    skipUnless(context, '4.18', 'TCP_INQ');
    const { client, server } = tcpPair();
    setsockopt(server, IPPROTO_TCP, TCP_INQ, true);
    send(client, 'abcdefgh');
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    for (const left of [5, 2, 0]) {
      const { control } = recvmsg(server, { iov: [Buffer.alloc(3)], controlLength: 64 });
      expect(controlValue(control, IPPROTO_TCP, TCP_CM_INQ)).toBe(left);
      expect(control).toHaveLength(1);
      expect(ioctl(server, FIONREAD)).toBe(left);
    }
  });
});
