import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  type Buf,
  bind,
  CMSG_LEN,
  CMSG_SPACE,
  controlValue,
  decodeControl,
  decodeSockaddr,
  getsockname,
  IP_RECVTOS,
  IP_RECVTTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_TRUNC,
  recv,
  recvmsg,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  send,
  sendto,
  setsockopt,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { skipCutNames } from '../support/asan.js';
import { interrupted, python } from '../support/child.js';
import { detach, resizable } from '../support/misuse.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  open,
  own,
  refusingAddr,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const show = (buf: Buf): string => {
  const bytes = ArrayBuffer.isView(buf)
    ? Buffer.from(buf.buffer as ArrayBuffer, buf.byteOffset, buf.byteLength)
    : Buffer.from(new Uint8Array(buf));
  return bytes.toString('latin1').replaceAll('\0', '.');
};

const blank = () => new Uint8Array(16);

/** A UDP socket that is told the TTL and the TOS of what it receives, and one that sends to it. */
function told(): { fd: number; send: (text: string) => void } {
  const { fd, addr } = bound(SOCK_DGRAM);
  setsockopt(fd, IPPROTO_IP, IP_RECVTTL, true);
  setsockopt(fd, IPPROTO_IP, IP_RECVTOS, true);
  const from = open(AF_INET, SOCK_DGRAM);
  setsockopt(from, IPPROTO_IP, IP_TTL, 33);
  setsockopt(from, IPPROTO_IP, IP_TOS, 0x10);
  return { fd, send: (text) => sendto(from, text, 0, addr) };
}

describe('recvmsg(2): iov', () => {
  it('is filled one part after the other, whatever memory it is, and nothing beside it', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    python("socket.socket(fileno=3).send(b'abcdefghijk'); print(0)", null, [a]);
    const around = Buffer.alloc(6, '_');
    const growing = resizable(1, 8);
    const tracking = new Uint8Array(growing);
    growing.resize(2);
    const iov: Buf[] = [
      new Uint8Array(1),
      new Uint8Array(0),
      new SharedArrayBuffer(2),
      new DataView(around.buffer, around.byteOffset + 2, 2),
      new ArrayBuffer(0),
      new ArrayBuffer(3),
      tracking,
      new Uint16Array(3),
    ];
    expect(recvmsg(b, { iov }).bytes).toBe(11);
    expect(iov.map(show)).toEqual(['a', '', 'bc', 'de', '', 'fgh', 'ij', 'k.....']);
    expect(String(around)).toBe('__de__');
  });

  it('without a part takes an empty datagram, or loses one', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    send(a, '');
    send(a, 'lost');
    expect(recvmsg(b, { iov: [] })).toMatchObject({ bytes: 0, flags: 0 });
    expect(recvmsg(b, { iov: [] })).toMatchObject({ bytes: 0, flags: MSG_TRUNC });
    expectError(() => recvmsg(b, { iov: [] }, MSG_DONTWAIT), 'recvmsg', 'EAGAIN');
  });

  it('has at most 1024 parts', () => {
    const [a, b] = unixPair();
    const parts = Array.from({ length: 1024 }, () => new Uint8Array(2));
    send(a, 'xy'.repeat(1024));
    expect(recvmsg(b, { iov: parts }).bytes).toBe(2048);
    expect(parts.every(([x, y]) => x === 0x78 && y === 0x79)).toBe(true);
    const many = { iov: [...parts, new Uint8Array(1)] };
    expectRefused(() => recvmsg(b, many), RangeError, 'msg.iov');
    expectRefused(() => raw.recvmsg(b, many), RangeError, 'msg.iov');
    const script = `import errno
try:
  socket.socket(fileno=3).recvmsg_into([bytearray(1)] * 1025)
except OSError as error:
  json.dump(errno.errorcode[error.errno], sys.stdout)`;
    expect(python(script, null, [b])).toBe('EMSGSIZE');
  });

  it('that is too small for a datagram is told by MSG_TRUNC, its length when it is asked for', () => {
    const { addr, fd } = bound(SOCK_DGRAM);
    const from = open(AF_INET, SOCK_DGRAM);
    for (let n = 0; n < 2; n++) sendto(from, '0123456789', 0, addr);
    const iov = [new Uint8Array(2), new Uint8Array(2)];
    expect(recvmsg(fd, { iov })).toMatchObject({ bytes: 4, flags: MSG_TRUNC });
    expect(iov.map(show)).toEqual(['01', '23']);
    expect(recvmsg(fd, { iov }, MSG_TRUNC)).toMatchObject({ bytes: 10, flags: MSG_TRUNC });
    expectError(() => recvmsg(fd, { iov }, MSG_DONTWAIT), 'recvmsg', 'EAGAIN');
  });
});

describe('recvmsg(2): name', () => {
  it.each([
    ['AF_INET', { family: AF_INET, addr: '127.0.0.1', port: 0 } as const],
    ['AF_INET6', { family: AF_INET6, addr: '::1', port: 0 } as const],
  ])('is who sent a datagram: %s', (_, addr) => {
    const [from, to] = [bound(SOCK_DGRAM, addr), bound(SOCK_DGRAM, addr)];
    sendto(from.fd, 'x', 0, to.addr);
    expect(recvmsg(to.fd, { iov: [blank()] }).name).toEqual(from.addr);
  });

  it('is who sent a message of AF_UNIX, also after one without a name', () => {
    const to = { family: AF_UNIX, abstract: randomBytes(8).toString('hex') } as const;
    const [fd, named] = [open(AF_UNIX, SOCK_DGRAM), open(AF_UNIX, SOCK_DGRAM)];
    bind(fd, to);
    bind(named, { family: AF_UNIX });
    for (const from of [named, open(AF_UNIX, SOCK_DGRAM), named]) sendto(from, 'x', 0, to);
    const names = [1, 2, 3].map(() => recvmsg(fd, { iov: [blank()] }).name);
    expect(names).toEqual([getsockname(named), { family: AF_UNSPEC }, getsockname(named)]);
  });

  it('is none on a stream', () => {
    const { client, server } = tcpPair();
    const [a, b] = unixPair();
    for (const [from, to] of [
      [client, server],
      [a, b],
    ] as const) {
      send(from, 'x');
      expect(recvmsg(to, { iov: [blank()] })).toEqual({
        bytes: 1,
        name: { family: AF_UNSPEC },
        control: [],
        flags: 0,
      });
    }
  });
});

describe('recvmsg(2): controlLength', () => {
  const types = (fd: number, controlLength?: number): [types: number[], flags: number] => {
    const room = { iov: [blank()], ...(controlLength === undefined ? {} : { controlLength }) };
    const { control, flags } = recvmsg(fd, room);
    return [control.map(({ level, type }) => (level === IPPROTO_IP ? type : -1)), flags];
  };

  it('is how many bytes of control messages there is room for, and MSG_CTRUNC tells of more', () => {
    const { fd, send } = told();
    const all = CMSG_SPACE(4) + CMSG_SPACE(1);
    for (let n = 0; n < 6; n++) send('x');
    expect(types(fd, all)).toEqual([[IP_TTL, IP_TOS], 0]);
    expect(types(fd, CMSG_SPACE(4) + CMSG_LEN(1))).toEqual([[IP_TTL, IP_TOS], 0]);
    expect(types(fd, CMSG_SPACE(4))).toEqual([[IP_TTL], MSG_CTRUNC]);
    expect(types(fd, 15)).toEqual([[], MSG_CTRUNC]);
    expect(types(fd, 0)).toEqual([[], MSG_CTRUNC]);
    expect(types(fd)).toEqual([[], MSG_CTRUNC]);
  });

  it('that cuts a message off leaves it without a value, and with the bytes there are', () => {
    const { fd, send } = told();
    send('x');
    const { control, flags } = recvmsg(fd, { iov: [blank()], controlLength: CMSG_LEN(2) });
    expect(flags).toBe(MSG_CTRUNC);
    const cut = { level: IPPROTO_IP, type: IP_TTL, data: Uint8Array.of(33, 0), value: undefined };
    expect(control).toEqual([cut]);
  });

  it('may be more than there is, and then the rest is not looked at', () => {
    const { fd, send } = told();
    send('x');
    const { control } = recvmsg(fd, { iov: [blank()], controlLength: 1 << 20 });
    expect(controlValue(control, IPPROTO_IP, IP_TTL)).toBe(33);
    expect(controlValue(control, IPPROTO_IP, IP_TOS)).toBe(0x10);
    expect(control).toHaveLength(2);
  });
});

describe('recvmsg(2): memory that a getter takes away', () => {
  it('is refused, and the message stays', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    send(a, 'still here');
    const first = new Uint8Array(64);
    const iov = [first, blank()];
    Object.defineProperty(iov, 1, {
      get() {
        detach(first.buffer);
        return blank();
      },
    });
    expectRefused(() => recvmsg(b, { iov }), TypeError, 'msg.iov[0]');
    const [name, control] = [blank(), blank()];
    const taking = (memory: Uint8Array<ArrayBuffer>): Uint8Array[] => {
      const list = [blank()];
      Object.defineProperty(list, 0, {
        get() {
          detach(memory.buffer);
          return blank();
        },
      });
      return list;
    };
    expectRefused(() => raw.recvmsg(b, { iov: taking(name), name }), TypeError, 'msg.name');
    const msg = { iov: taking(control), control };
    expectRefused(() => raw.recvmsg(b, msg), TypeError, 'msg.control');
    const buf = blank();
    expect(show(buf.subarray(0, recv(b, buf, MSG_DONTWAIT)))).toBe('still here');
  });

  it('is not needed when the getter receives a message itself', () => {
    const to = bound(SOCK_DGRAM);
    setsockopt(to.fd, IPPROTO_IP, IP_RECVTTL, true);
    const [one, two] = [bound(SOCK_DGRAM), bound(SOCK_DGRAM)];
    sendto(one.fd, 'one', 0, to.addr);
    sendto(two.fd, 'second', 0, to.addr);
    const inner: unknown[] = [];
    const iov = [blank()];
    const buf = blank();
    Object.defineProperty(iov, 0, {
      get() {
        const { bytes, name, control } = recvmsg(to.fd, { iov: [blank()], controlLength: 64 });
        inner.push([bytes, name, control.length]);
        return buf;
      },
    });
    const outer = recvmsg(to.fd, { iov });
    expect(inner).toEqual([[3, one.addr, 1]]);
    expect(outer).toEqual({ bytes: 6, name: two.addr, control: [], flags: MSG_CTRUNC });
    expect(show(buf)).toBe('second..........');
  });
});

describe('raw recvmsg', () => {
  it('writes to memory, and tells how much of it was used', () => {
    const { fd, send } = told();
    send('hello');
    const [name, control] = [new Uint8Array(128).fill(0xee), new Uint8Array(128).fill(0xee)];
    const msg: raw.MsgHdr = { name, iov: [blank()], control };
    expect(raw.recvmsg(fd, msg)).toBe(5);
    expect(msg).toMatchObject({ namelen: 16, controllen: 48, flags: 0 });
    expect(decodeSockaddr(name.subarray(0, 16))).toMatchObject({ addr: '127.0.0.1' });
    expect(name[16]).toBe(0xee);
    expect(decodeControl(control.subarray(0, 48)).map(({ type }) => type)).toEqual([
      IP_TTL,
      IP_TOS,
    ]);
    expect(control[48]).toBe(0xee);
  });

  it('does without name and control, and cuts to the memory, as recvmsg(2) says', (context) => {
    skipCutNames(context);
    const { fd, send } = told();
    for (const text of ['a', 'b', 'c']) send(text);
    const msg: raw.MsgHdr = { iov: [blank()] };
    expect(raw.recvmsg(fd, msg)).toBe(1);
    expect(msg).toMatchObject({ namelen: 0, controllen: 0, flags: MSG_CTRUNC });
    const name = new Uint8Array(8).fill(0xee);
    const short: raw.MsgHdr = { iov: [blank()], name: name.subarray(0, 4), control: null };
    expect(raw.recvmsg(fd, short)).toBe(1);
    // The kernel tells the length that the name would have.
    expect(short.namelen).toBe(16);
    expect([...name.subarray(4)]).toEqual([0xee, 0xee, 0xee, 0xee]);
    const view: raw.MsgHdr = { iov: [], name: new ArrayBuffer(16), control: new Uint32Array(6) };
    expect(raw.recvmsg(fd, view)).toBe(0);
    expect(view).toMatchObject({ namelen: 16, controllen: 24, flags: MSG_TRUNC | MSG_CTRUNC });
  });

  it('leaves the message alone when it fails', () => {
    const { fd } = bound(SOCK_DGRAM | SOCK_NONBLOCK);
    const msg = { iov: [blank()], namelen: 77, controllen: 78, flags: 79 };
    expect(raw.recvmsg(fd, msg)).toBeLessThan(0);
    expect(msg).toMatchObject({ namelen: 77, controllen: 78, flags: 79 });
  });
});

describe('recvmsg(2)', () => {
  const room = { iov: [blank()] };

  it('fails with EBADF, ENOTSOCK, ENOTCONN and EAGAIN', () => {
    expectError(() => recvmsg(closedFd(), room), 'recvmsg', 'EBADF');
    expectError(() => recvmsg(own(openSync('/dev/null', 'r')), room), 'recvmsg', 'ENOTSOCK');
    expectError(() => recvmsg(open(AF_INET, SOCK_STREAM), room), 'recvmsg', 'ENOTCONN');
    expectError(() => recvmsg(open(AF_UNIX, SOCK_SEQPACKET), room), 'recvmsg', 'ENOTCONN');
    expectError(() => recvmsg(bound(SOCK_DGRAM).fd, room, MSG_DONTWAIT), 'recvmsg', 'EAGAIN');
  });

  it('fails with ECONNREFUSED when an earlier datagram was refused', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    bind(fd, LOOPBACK);
    raw.connect(fd, refusingAddr(SOCK_DGRAM));
    send(fd, 'x');
    expectError(() => recvmsg(fd, room), 'recvmsg', 'ECONNREFUSED');
  });

  it('returns 0 at the end of a stream', () => {
    const [a, b] = unixPair();
    shut(a);
    expect(recvmsg(b, room)).toMatchObject({ bytes: 0, flags: 0 });
  });

  it('fails with EINTR when a signal comes, and is not called again', async () => {
    // signal(7): with SO_RCVTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 30, usec: 0 });
const room = { iov: [new Uint8Array(4)] };
tell('ready');
tell(code(() => s.recvmsg(a, room)));
s.send(b, 'next');
tell(s.recvmsg(a, room).bytes);`;
    expect(await interrupted(body, 'recvmsg')).toEqual(['ready', ['EINTR', 'recvmsg'], 4]);
  });
});
