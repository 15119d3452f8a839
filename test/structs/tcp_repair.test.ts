/** A connection that is taken from one socket and rebuilt in another, by TCP_REPAIR. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  IPPROTO_TCP,
  SOCK_STREAM,
  setsockopt,
  TCP_REPAIR_OPTIONS,
  TCP_REPAIR_WINDOW,
} from '../../lib/index.js';
import { netns } from '../support/child.js';
import { expectError, expectRefused, guardFds, open } from '../support/sockets.js';

guardFds();

/**
 * The client's end is taken apart with "unread" in its receive queue, closed without a word to the
 * peer, and made anew.
 */
const body = `
const T = s.IPPROTO_TCP;
const get = (fd, optname) => s.getsockopt(fd, T, optname);
const set = (fd, optname, value) => s.setsockopt(fd, T, optname, value);
const text = (buf, n) => buf.toString('latin1', 0, n);
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, lo);
s.listen(listener, 1);
const old = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(old, s.getsockname(listener));
const server = s.accept(listener).fd;
const [here, there] = [s.getsockname(old), s.getpeername(old)];
s.send(server, 'read');
s.recv(old, Buffer.alloc(4));
s.send(server, 'unread');
s.poll([{ fd: old, events: s.POLLIN }], 5000);

set(old, s.TCP_REPAIR, s.TCP_REPAIR_ON);
const info = get(old, s.TCP_INFO);
const window = get(old, s.TCP_REPAIR_WINDOW);
// Under repair it reads as what was agreed on.
const maxseg = get(old, s.TCP_MAXSEG);
const timestamp = get(old, s.TCP_TIMESTAMP);
const seq = {};
for (const queue of [s.TCP_SEND_QUEUE, s.TCP_RECV_QUEUE]) {
  set(old, s.TCP_REPAIR_QUEUE, queue);
  seq[queue] = get(old, s.TCP_QUEUE_SEQ);
}
const buf = Buffer.alloc(64);
const unread = text(buf, s.recv(old, buf, s.MSG_PEEK | s.MSG_DONTWAIT));
s.close(old);
const quiet = s.tcpStateName(get(server, s.TCP_INFO).state);

const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
set(fd, s.TCP_REPAIR, s.TCP_REPAIR_ON);
set(fd, s.TCP_REPAIR_QUEUE, s.TCP_SEND_QUEUE);
set(fd, s.TCP_QUEUE_SEQ, seq[s.TCP_SEND_QUEUE]);
set(fd, s.TCP_REPAIR_QUEUE, s.TCP_RECV_QUEUE);
set(fd, s.TCP_QUEUE_SEQ, (seq[s.TCP_RECV_QUEUE] - unread.length) >>> 0);
s.bind(fd, here);
s.connect(fd, there);
const { options } = info;
set(fd, s.TCP_REPAIR_OPTIONS, [
  { code: s.TCPOPT_MAXSEG, val: maxseg },
  { code: s.TCPOPT_WINDOW, val: info.snd_wscale | (info.rcv_wscale << 16) },
  ...(options & s.TCPI_OPT_SACK ? [{ code: s.TCPOPT_SACK_PERMITTED, val: 0 }] : []),
  ...(options & s.TCPI_OPT_TIMESTAMPS ? [{ code: s.TCPOPT_TIMESTAMP, val: 0 }] : []),
]);
set(fd, s.TCP_TIMESTAMP, timestamp);
// With the receive queue chosen, what is sent goes there.
s.send(fd, unread);
set(fd, s.TCP_REPAIR_WINDOW, window);
const again = get(fd, s.TCP_REPAIR_WINDOW);
const maxsegAgain = get(fd, s.TCP_MAXSEG);
set(fd, s.TCP_REPAIR, s.TCP_REPAIR_OFF);

const rebuilt = get(fd, s.TCP_INFO);
const first = text(buf, s.recv(fd, buf));
s.send(server, 'to the client');
const down = text(buf, s.recv(fd, buf));
s.send(fd, 'to the server');
const up = text(buf, s.recv(server, buf));
s.close(fd);
const end = s.recv(server, buf);
const shape = (i) => [i.state, i.options, i.snd_wscale, i.rcv_wscale];
const shapes = [[...shape(info), maxseg], [...shape(rebuilt), maxsegAgain]];
tell({ unread, quiet, window, again, first, down, up, end, shapes });
`;

describe('TCP_REPAIR', () => {
  let told: Record<string, unknown>;

  beforeAll(() => {
    [told] = netns(body) as [Record<string, unknown>];
  }, 30_000);

  it('shows the queue that is not read yet', () => {
    expect(told.unread).toBe('unread');
  });

  it('closes without a word to the peer', () => {
    expect(told.quiet).toBe('ESTABLISHED');
  });

  it('sets the windows as they were read', () => {
    const { window, again } = told;
    expect(again).toEqual(window);
    expect((window as { rcv_wnd: number }).rcv_wnd).toBeGreaterThan(0);
  });

  it('sets the options as they were agreed on', () => {
    const [before, after] = told.shapes as [unknown, unknown];
    expect(after).toEqual(before);
  });

  it('gives the queue to the new socket, which talks on with the peer until the end', () => {
    const { first, down, up, end } = told;
    expect({ first, down, up, end }).toEqual({
      first: 'unread',
      down: 'to the client',
      up: 'to the server',
      end: 0,
    });
  });
});

describe('what is set under TCP_REPAIR', () => {
  const set = (optname: number, value: unknown) => () =>
    (setsockopt as (fd: number, level: number, optname: number, value: unknown) => void)(
      open(AF_INET, SOCK_STREAM),
      IPPROTO_TCP,
      optname,
      value,
    );
  const window = { snd_wl1: 0, snd_wnd: 0, max_window: 0, rcv_wnd: 0, rcv_wup: 0 };

  it('is refused by the kernel without it', () => {
    expectError(set(TCP_REPAIR_WINDOW, window), 'setsockopt', 'EPERM');
    expectError(set(TCP_REPAIR_OPTIONS, [{ code: 2, val: 1000 }]), 'setsockopt', 'EINVAL');
  });

  it('names the field that is wrong', () => {
    expectRefused(set(TCP_REPAIR_WINDOW, 5), TypeError, 'value');
    expectRefused(set(TCP_REPAIR_WINDOW, { ...window, snd_wl1: -1 }), RangeError, 'value.snd_wl1');
    expectRefused(set(TCP_REPAIR_WINDOW, { ...window, rcv_wup: '' }), TypeError, 'value.rcv_wup');
    expectRefused(set(TCP_REPAIR_OPTIONS, { code: 2, val: 0 }), TypeError, 'value');
    expectRefused(set(TCP_REPAIR_OPTIONS, [{ code: 2 }]), TypeError, 'value[0].val');
    expectRefused(set(TCP_REPAIR_OPTIONS, [{ code: 1.5, val: 0 }]), RangeError, 'value[0].code');
  });
});
