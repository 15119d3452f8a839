import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  bind,
  CMSG_SPACE,
  connect,
  controlValue,
  EACCES,
  EAFNOSUPPORT,
  ECONNREFUSED,
  EDESTADDRREQ,
  EMSGSIZE,
  ENOTCONN,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_IP,
  type Message,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MsgVec,
  poll,
  recv,
  recvmsg,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type SockAddr,
  send,
  sendmmsg,
  setsockopt,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { arrived } from '../support/addresses.js';
import { interrupted, python } from '../support/child.js';
import { detach } from '../support/misuse.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const text = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(value));

function next(fd: number): string {
  const buf = Buffer.alloc(1 << 16);
  return buf.toString('latin1', 0, recv(arrived(fd), buf, MSG_DONTWAIT));
}

/** All that is queued, once there are so many. */
function all(fd: number, count = 0): string[] {
  const found: string[] = [];
  const buf = Buffer.alloc(1 << 16);
  for (let n = 0; n < 2000; n++) {
    if (n < count) arrived(fd);
    const bytes = raw.recv(fd, buf, MSG_DONTWAIT);
    if (bytes < 0) return found;
    found.push(buf.toString('latin1', 0, bytes));
  }
  return found;
}

describe('sendmmsg(2) of a list', () => {
  it('sends messages of different numbers of parts, as another process receives them', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const iovs = [[], [text('one')], [text('t'), new SharedArrayBuffer(0), text('wo')]];
    expect(
      sendmmsg(
        a,
        iovs.map((iov) => ({ iov })),
      ),
    ).toBe(3);
    const script = `s = socket.socket(fileno=3)
json.dump([s.recv(99).decode() for _ in range(3)], sys.stdout)`;
    expect(python(script, null, [b])).toEqual(['', 'one', 'two']);
  });

  it('sends each to its name, with its control messages', () => {
    const receivers = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const fd = open(AF_INET, SOCK_DGRAM);
    const msgs = receivers.flatMap(({ fd, addr }, i): Message[] => {
      setsockopt(fd, IPPROTO_IP, IP_RECVTTL, true);
      const control = [{ level: IPPROTO_IP, type: IP_TTL, value: 10 + i } as const];
      return [
        { name: addr, iov: [text(`plain ${i}`)] },
        { name: addr, iov: [text(`ttl ${i}`)], control },
      ];
    });
    expect(sendmmsg(fd, msgs)).toBe(4);
    for (const [i, { fd }] of receivers.entries()) {
      const told = [1, 2].map(() => {
        const buf = Buffer.alloc(16);
        const room = { iov: [buf], controlLength: CMSG_SPACE(4) };
        const message = recvmsg(arrived(fd), room, MSG_DONTWAIT);
        const ttl = controlValue(message.control, IPPROTO_IP, IP_TTL);
        return [buf.toString('utf8', 0, message.bytes), ttl];
      });
      expect(told).toEqual([
        [`plain ${i}`, 64],
        [`ttl ${i}`, 10 + i],
      ]);
    }
  });

  it('sends to the peer what has no name, beside others', () => {
    const [peer, other] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    const fd = open(AF_INET, SOCK_DGRAM);
    connect(fd, peer.addr);
    const msgs: Message[] = [
      { iov: [text('peer')] },
      { name: other.addr, iov: [text('other')] },
      { name: null, iov: [text('peer')], control: null },
    ];
    expect(sendmmsg(fd, msgs)).toBe(3);
    expect([all(peer.fd, 2), all(other.fd, 1)]).toEqual([['peer', 'peer'], ['other']]);
  });

  it('sends a part of the list', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const msgs = ['0', '1', '2', '3'].map((value) => ({ iov: [text(value)] }));
    expect([
      sendmmsg(a, msgs, 0, 2),
      sendmmsg(a, msgs, 0, 1, 1),
      sendmmsg(a, msgs, 0, 4),
      sendmmsg(a, msgs, 0, 0, 0),
      sendmmsg(a, []),
    ]).toEqual([2, 1, 0, 0, 0]);
    expect(all(b)).toEqual(['2', '3', '1']);
    expectRefused(() => sendmmsg(a, msgs, 0, 5), RangeError, 'offset');
    expectRefused(() => sendmmsg(a, msgs, 0, 3, 2), RangeError, 'length');
  });

  it('stops at 1024: sendmmsg(2) caps vlen to UIO_MAXIOV', () => {
    const { client, server } = tcpPair();
    const bytes = randomBytes(1500);
    const msgs = Array.from(bytes, (byte) => ({ iov: [Uint8Array.of(byte)] }));
    expect(sendmmsg(client, msgs)).toBe(1024);
    expect(sendmmsg(client, msgs, 0, 1024)).toBe(476);
    const buf = Buffer.alloc(1500);
    for (let at = 0, n = 1; at < 1500 && n > 0; at += n) n = recv(server, buf, 0, at);
    expect(buf).toEqual(bytes);
  });

  it('names a wrong message by its place in the list', () => {
    const msgs: unknown[] = [{ iov: [] }, { iov: [] }, { iov: [text('x'), 5] }, { iov: 5 }, 5];
    const from = (offset: number) => () => sendmmsg(0, msgs as Message[], 0, offset);
    expectRefused(from(2), TypeError, 'msgs[3].iov');
    expectRefused(from(4), TypeError, 'msgs[4]');
    msgs.splice(3);
    expectRefused(from(1), TypeError, 'msgs[2].iov[1]');
    const many = [{ iov: new Array(1025).fill(text('x')) }];
    expectRefused(() => sendmmsg(0, many), RangeError, 'msgs[0].iov');
  });

  it('refuses what a later getter takes away', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const fields = (memory: Uint8Array<ArrayBuffer>): Message => ({
      iov: [],
      get control() {
        detach(memory.buffer);
        return null;
      },
    });
    const name = text('..name');
    const control = text('0123456789abcdef');
    const iov = text('iov');
    expectRefused(() => sendmmsg(a, [{ iov: [iov] }, fields(iov)]), TypeError, 'msgs[0].iov[0]');
    expectRefused(() => sendmmsg(a, [{ iov: [], name }, fields(name)]), TypeError, 'msgs[0].name');
    const wrong = [{ iov: [], control }, fields(control)];
    expectRefused(() => sendmmsg(a, wrong), TypeError, 'msgs[0].control');
    expect(all(b)).toEqual([]);
  });
});

describe('sendmmsg(2): an error', () => {
  it('after the first message leaves how many went before it; the next call has the error', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    const sizes = [1, 2, 65508, 4, 5];
    const msgs = sizes.map((size) => ({ name: to.addr, iov: [new Uint8Array(size)] }));
    expect(sendmmsg(fd, msgs)).toBe(2);
    const error = expectError(() => sendmmsg(fd, msgs, 0, 2), 'sendmmsg', 'EMSGSIZE');
    expect(error).toMatchObject({ addr: to.addr });
    expect(sendmmsg(fd, msgs, 0, 3)).toBe(2);
    expect(all(to.fd, 4).map(({ length }) => length)).toEqual([1, 2, 4, 5]);
  });

  describe('in the middle', () => {
    const sink = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const nobody = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const broadcast = { family: AF_INET, addr: '127.255.255.255', port: 9 } as const;

    /** Where to a datagram goes, what its number is, and how long the one is that fails. */
    interface Row {
      readonly family: typeof AF_INET | typeof AF_UNIX;
      readonly errno: number;
      readonly name?: SockAddr;
      readonly size?: number;
    }
    const rows: [string, Row][] = [
      ['EMSGSIZE', { family: AF_INET, errno: EMSGSIZE, size: 65508 }],
      ['EDESTADDRREQ', { family: AF_INET, errno: EDESTADDRREQ }],
      ['EACCES', { family: AF_INET, errno: EACCES, name: broadcast }],
      ['EAFNOSUPPORT', { family: AF_INET, errno: EAFNOSUPPORT, name: sink }],
      ['ENOTCONN', { family: AF_UNIX, errno: ENOTCONN }],
      ['ECONNREFUSED', { family: AF_UNIX, errno: ECONNREFUSED, name: nobody }],
    ];

    /** The list 'a', 'b', what fails, 'd', and where they arrive. */
    function messages({ family, size, name }: Row): { msgs: Message[]; from: number; to: number } {
      const to =
        family === AF_INET ? bound(SOCK_DGRAM) : { fd: open(AF_UNIX, SOCK_DGRAM), addr: sink };
      if (family === AF_UNIX) bind(to.fd, sink);
      const good = (value: string): Message => ({ name: to.addr, iov: [text(value)] });
      const failing = { name: size ? to.addr : (name ?? null), iov: [new Uint8Array(size ?? 1)] };
      const msgs = [good('a'), good('b'), failing, good('d')];
      return { msgs, from: open(family, SOCK_DGRAM), to: to.fd };
    }

    function vector(msgs: readonly Message[]): MsgVec {
      const vec = new MsgVec(msgs.length, 65508, 110);
      for (const [i, { name = null, iov }] of msgs.entries()) {
        const data = iov[0] as Uint8Array;
        vec.iov[i]?.set(data);
        vec.len[i] = data.byteLength;
        vec.setName(i, name);
      }
      return vec;
    }

    it.each(rows)('is %s of the call that begins with it: a list', (code, row) => {
      const { msgs, from, to } = messages(row);
      expect(sendmmsg(from, msgs)).toBe(2);
      expectError(() => sendmmsg(from, msgs, 0, 2), 'sendmmsg', code);
      expect(raw.sendmmsg(from, msgs, 0, 1)).toBe(1);
      expect(raw.sendmmsg(from, msgs, 0, 2)).toBe(-row.errno);
      expect([sendmmsg(from, msgs, 0, 3), all(to, 4)]).toEqual([1, ['a', 'b', 'b', 'd']]);
    });

    it.each(rows)('is %s of the call that begins with it: a MsgVec', (code, row) => {
      const { msgs, from, to } = messages(row);
      const vec = vector(msgs);
      const lengths = [...vec.lengths];
      expect(sendmmsg(from, vec)).toBe(2);
      expectError(() => sendmmsg(from, vec, 0, 2), 'sendmmsg', code);
      expect(raw.sendmmsg(from, vec, 0, 1)).toBe(1);
      expect(raw.sendmmsg(from, vec, 0, 2)).toBe(-row.errno);
      expect([sendmmsg(from, vec, 0, 3), all(to, 4)]).toEqual([1, ['a', 'b', 'b', 'd']]);
      expect([...vec.lengths]).toEqual(lengths);
    });
  });

  it('names the address of the message that failed, in a MsgVec too', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const name = { family: AF_INET, addr: '127.255.255.255', port: 9 } as const;
    const message = 'sendmmsg EACCES 127.255.255.255:9';
    const list = [{ iov: [] }, { name, iov: [] }];
    expect(expectError(() => sendmmsg(fd, list, 0, 1), 'sendmmsg', 'EACCES').message).toBe(message);
    expect(expectError(() => sendmmsg(fd, list), 'sendmmsg', 'EDESTADDRREQ').addr).toBeUndefined();
    const vec = new MsgVec(2, 0, 16);
    vec.setName(1, name);
    expect(expectError(() => sendmmsg(fd, vec, 0, 1), 'sendmmsg', 'EACCES').message).toBe(message);
    expect(expectError(() => sendmmsg(fd, vec), 'sendmmsg', 'EDESTADDRREQ').addr).toBeUndefined();
  });

  it('that the socket tells once is spent: the next call may have another, or none', () => {
    const to = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const named = open(AF_UNIX, SOCK_DGRAM);
    bind(named, to);
    const [a, b] = unixPair(SOCK_DGRAM);
    shut(b);
    const msgs = [{ name: to, iov: [text('x')] }, { iov: [text('to nobody')] }];
    // ECONNREFUSED dissolves the association: sent again, the message has no peer at all.
    expect(sendmmsg(a, msgs)).toBe(1);
    expect(raw.sendmmsg(a, msgs, 0, 1)).toBe(-ENOTCONN);
    expect(all(named)).toEqual(['x']);
  });

  it('of an earlier datagram is kept in the error queue by IP_RECVERR', () => {
    const addr = refusingAddr(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, true);
    connect(fd, addr);
    send(fd, 'first');
    expect(poll([{ fd, events: 0 }], 10_000)).toBe(1);
    const msgs = [{ iov: [text('second')] }];
    expectError(() => sendmmsg(fd, msgs), 'sendmmsg', 'ECONNREFUSED');
    const buf = Buffer.alloc(16);
    const { bytes, control } = recvmsg(fd, { iov: [buf], controlLength: 512 }, MSG_ERRQUEUE);
    expect(buf.toString('utf8', 0, bytes)).toBe('first');
    expect(controlValue(control, IPPROTO_IP, IP_RECVERR)).toMatchObject({ errno: 111 });
  });

  it('is EAGAIN when nothing more fits, after as many as did', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const msgs = new Array(1000).fill({ iov: [new Uint8Array(4096)] });
    const sent = sendmmsg(a, msgs, MSG_DONTWAIT);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1000);
    expectError(() => sendmmsg(a, msgs, MSG_DONTWAIT, sent), 'sendmmsg', 'EAGAIN');
    expect(all(b)).toHaveLength(sent);
  });

  it('is EBADF or ENOTCONN, even of no message', () => {
    expectError(() => sendmmsg(closedFd(), []), 'sendmmsg', 'EBADF');
    const fd = open(AF_UNIX, SOCK_STREAM);
    expectError(() => sendmmsg(fd, [{ iov: [text('x')] }]), 'sendmmsg', 'ENOTCONN');
  });

  it('is EINTR when a signal comes before anything was sent', async () => {
    // signal(7): with SO_SNDTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 30, usec: 0 });
const msgs = [{ iov: [new Uint8Array(1 << 20)] }];
s.sendmmsg(a, msgs, s.MSG_DONTWAIT);
tell('ready');
tell(code(() => s.sendmmsg(a, msgs)));`;
    expect(await interrupted(body, 'sendmmsg')).toEqual(['ready', ['EINTR', 'sendmmsg']]);
  });
});

describe('sendmmsg(2) of a MsgVec', () => {
  const filled = (): MsgVec => {
    const vec = new MsgVec(4, 8);
    for (const [i, slot] of vec.iov.entries()) slot.set(text(`slot-${i}!!`).subarray(0, 8));
    return vec;
  };

  it('sends so much of each slot as len says, and says there how much was sent', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const vec = filled();
    vec.len.set([8, 0, 6, 3]);
    expect(sendmmsg(a, vec)).toBe(4);
    expect(all(b)).toEqual(['slot-0!!', '', 'slot-2', 'slo']);
    expect([...vec.len]).toEqual([8, 0, 6, 3]);
  });

  it('sends a part of the vector', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const vec = filled();
    expect([sendmmsg(a, vec, 0, 2), sendmmsg(a, vec, 0, 1, 1), sendmmsg(a, vec, 0, 4)]).toEqual([
      2, 1, 0,
    ]);
    expect(all(b)).toEqual(['slot-2!!', 'slot-3!!', 'slot-1!!']);
    for (const offset of [5, -1]) {
      expectRefused(() => sendmmsg(a, vec, 0, offset), RangeError, 'offset');
    }
    for (const length of [4, -1]) {
      expectRefused(() => sendmmsg(a, vec, 0, 1, length), RangeError, 'length');
    }
    expect(sendmmsg(a, vec, 0, 1, undefined)).toBe(3);
  });

  it('tells on a stream how much of a message went', () => {
    const [a, b] = unixPair(SOCK_STREAM);
    const vec = new MsgVec(3, 1 << 20);
    vec.len[0] = 1;
    expect(sendmmsg(a, vec, MSG_DONTWAIT)).toBe(2);
    const [, part = 0, untouched] = vec.len;
    expect(part).toBeLessThan(1 << 20);
    expect(untouched).toBe(1 << 20);
    const queued = all(b).reduce((sum, { length }) => sum + length, 0);
    expect(queued).toBe(1 + part);
  });

  it('sends each to its name, with its control messages', () => {
    const [one, two] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    setsockopt(two.fd, IPPROTO_IP, IP_RECVTTL, true);
    const vec = new MsgVec(2, 1, 16, CMSG_SPACE(4));
    vec.setName(0, one.addr);
    vec.setName(1, two.addr);
    vec.setMessages(1, [{ level: IPPROTO_IP, type: IP_TTL, value: 3 }]);
    expect(sendmmsg(open(AF_INET, SOCK_DGRAM), vec)).toBe(2);
    expect(next(one.fd)).toHaveLength(1);
    const { control } = recvmsg(two.fd, { iov: [new Uint8Array(1)], controlLength: 64 });
    expect(controlValue(control, IPPROTO_IP, IP_TTL)).toBe(3);
  });

  it('refuses lengths beyond the slot, and names their place', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const vec = new MsgVec(3, 8, 16, 24);
    const wrong = [
      ['len', 9],
      ['namelen', 17],
      ['controllen', 25],
      ['len', 2 ** 32 - 1],
    ] as const;
    for (const [column, length] of wrong) {
      const right = vec[column][2] ?? 0;
      vec[column][2] = length;
      expectRefused(() => sendmmsg(a, vec), RangeError, `msgs.${column}[2]`);
      expect(() => sendmmsg(a, vec)).toThrow(`Received ${length}`);
      expect(sendmmsg(a, vec, 0, 0, 2)).toBe(2);
      vec[column][2] = right;
    }
    expect(all(b)).toHaveLength(8);
  });

  it('refuses a vector whose memory was taken away', () => {
    const [a] = unixPair(SOCK_DGRAM);
    for (const field of ['data', 'names', 'control', 'lengths'] as const) {
      const vec = new MsgVec(2, 8, 16, 24);
      detach(vec[field].buffer as ArrayBuffer);
      expectRefused(() => sendmmsg(a, vec), TypeError, `msgs.${field}`);
    }
  });

  it('passes descriptors', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const vec = new MsgVec(1, 1, 0, CMSG_SPACE(4));
    vec.setMessages(0, [{ level: SOL_SOCKET, type: SCM_RIGHTS, value: [a] }]);
    expect(sendmmsg(a, vec)).toBe(1);
    const { control } = recvmsg(b, { iov: [new Uint8Array(1)], controlLength: CMSG_SPACE(4) });
    const [copy = -1] = controlValue(control, SOL_SOCKET, SCM_RIGHTS) ?? [];
    expect(raw.close(copy)).toBe(0);
  });
});
