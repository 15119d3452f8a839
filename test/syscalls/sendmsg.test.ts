import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Buf,
  bind,
  CMSG_SPACE,
  connect,
  controlValue,
  EAGAIN,
  EBADF,
  encodeControl,
  encodeSockaddr,
  IP_TTL,
  IPPROTO_IP,
  MSG_DONTWAIT,
  MsgVec,
  recv,
  recvfrom,
  recvmsg,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_RDS,
  SOL_SOCKET,
  SOL_TIPC,
  type SockAddr,
  type SockAddrLike,
  sendmmsg,
  sendmsg,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { arrived } from '../support/addresses.js';
import { interrupted, python } from '../support/child.js';
import { detach, resizable } from '../support/misuse.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

/** The next message, as text. */
function next(fd: number): string {
  const buf = Buffer.alloc(1 << 17);
  return buf.toString('latin1', 0, recv(fd, buf, MSG_DONTWAIT));
}

const abstract = () => ({ family: AF_UNIX, abstract: randomBytes(8).toString('hex') }) as const;

describe('sendmsg(2): iov', () => {
  it('is one message of all its parts, as another process receives it', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const parts = [randomBytes(10), randomBytes(1), randomBytes(1000)];
    expect(sendmsg(a, { iov: parts })).toBe(1011);
    const script = `s = socket.socket(fileno=3)
json.dump(s.recv(2000).hex(), sys.stdout)`;
    expect(python(script, null, [b])).toBe(Buffer.concat(parts).toString('hex'));
  });

  it('has any memory, also none of it', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set(text('cd'));
    const growing = resizable(1, 8);
    const tracking = new Uint8Array(growing);
    growing.resize(2);
    tracking.set(text('ij'));
    const iov: Buf[] = [
      text('a').buffer,
      Buffer.from('b'),
      shared,
      new Uint16Array(text('ef').buffer),
      new Uint8Array(0),
      new ArrayBuffer(0),
      new DataView(text('.gh.').buffer, 1, 2),
      tracking,
    ];
    expect(sendmsg(a, { iov })).toBe(10);
    expect(next(b)).toBe('abcdefghij');
  });

  it('without a part is an empty datagram, and nothing on a stream', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    expect(sendmsg(a, { iov: [] })).toBe(0);
    expect(sendmsg(a, { iov: [new Uint8Array(0)] })).toBe(0);
    expect([next(b), next(b)]).toEqual(['', '']);
    const [c, d] = unixPair();
    expect(sendmsg(c, { iov: [] })).toBe(0);
    expectError(() => next(d), 'recv', 'EAGAIN');
  });

  it('has at most 1024 parts: the kernel answers EMSGSIZE to more, so they are refused', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const part = text('x');
    expect(sendmsg(a, { iov: new Array(1024).fill(part) })).toBe(1024);
    expect(next(b)).toBe('x'.repeat(1024));
    const many = { iov: new Array(1025).fill(part) };
    expectRefused(() => sendmsg(a, many), RangeError, 'msg.iov');
    expectRefused(() => raw.sendmsg(a, many), RangeError, 'msg.iov');
    const must = 'must have at most 1024 (IOV_MAX) buffers. Received 1025';
    expect(() => sendmsg(a, many)).toThrow(must);
    expect(() => sendmmsg(a, [many])).toThrow(must);
    const script = `import errno
s = socket.socket(fileno=3)
try:
  s.sendmsg([b'x'] * 1025)
except OSError as error:
  json.dump(errno.errorcode[error.errno], sys.stdout)`;
    expect(python(script, null, [a])).toBe('EMSGSIZE');
    expectError(() => next(b), 'recv', 'EAGAIN');
  });

  it('sends what there is room for on a stream, with all control messages at its head', () => {
    const [a, b] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const file = own(openSync('/dev/null', 'r'));
    const control = [{ level: SOL_SOCKET, type: SCM_RIGHTS, value: [file] } as const];
    const buf = new Uint8Array(1 << 20);
    const sent = sendmsg(a, { iov: [buf.subarray(0, 1 << 19), buf.subarray(1 << 19)], control });
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1 << 20);
    const room = { iov: [buf], controlLength: CMSG_SPACE(4) };
    let got = 0;
    const types: number[] = [];
    for (let round = 0; got < sent && round < 1000; round++) {
      const message = recvmsg(b, room);
      got += message.bytes;
      for (const { type } of message.control) types.push(type);
      for (const fd of controlValue(message.control, SOL_SOCKET, SCM_RIGHTS) ?? []) own(fd);
    }
    expect([got, types]).toEqual([sent, [SCM_RIGHTS]]);
  });
});

describe('sendmsg(2): name', () => {
  it.each([
    ['AF_INET', { family: AF_INET, addr: '127.0.0.1', port: 0 } as const],
    ['AF_INET6', { family: AF_INET6, addr: '::1', port: 0 } as const],
  ])('is where it goes, an address or its bytes: %s', (_, addr) => {
    const [from, to] = [bound(SOCK_DGRAM, addr), bound(SOCK_DGRAM, addr)];
    const bytes = encodeSockaddr(to.addr);
    const names: SockAddrLike[] = [
      to.addr,
      bytes,
      bytes.slice().buffer,
      new DataView(bytes.buffer),
    ];
    for (const name of names) {
      expect(sendmsg(from.fd, { name, iov: [text('x')] })).toBe(1);
      expect(recvfrom(to.fd, new Uint8Array(4)).addr).toEqual(from.addr);
    }
  });

  it('is an AF_UNIX name as well', () => {
    const [fd, to] = [open(AF_UNIX, SOCK_DGRAM), abstract()];
    bind(fd, to);
    expect(sendmsg(open(AF_UNIX, SOCK_DGRAM), { name: to, iov: [text('hello')] })).toBe(5);
    expect(next(fd)).toBe('hello');
  });

  it('is the peer when there is none, or null', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    expectError(() => sendmsg(fd, { iov: [text('x')] }), 'sendmsg', 'EDESTADDRREQ');
    connect(fd, to.addr);
    expect(sendmsg(fd, { name: null, iov: [text('1')] })).toBe(1);
    expect(raw.sendmsg(fd, { iov: [text('2')] })).toBe(1);
    expect([next(arrived(to.fd)), next(arrived(to.fd))]).toEqual(['1', '2']);
  });

  it('is in the error, and read once when there is none', () => {
    const name = { family: AF_INET, addr: '127.255.255.255', port: 9 } as const;
    const fd = open(AF_INET, SOCK_DGRAM);
    const error = expectError(() => sendmsg(fd, { name, iov: [] }), 'sendmsg', 'EACCES');
    expect(error).toMatchObject({ addr: name, message: 'sendmsg EACCES 127.255.255.255:9' });
    const to = bound(SOCK_DGRAM);
    let reads = 0;
    const msg = {
      iov: [text('x')],
      get name(): SockAddr {
        reads++;
        return to.addr;
      },
    };
    expect([sendmsg(fd, msg), reads]).toEqual([1, 1]);
  });
});

describe('sendmsg(2): control', () => {
  it('is none, an empty list, or encoded bytes', () => {
    const to = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    const ttl = [{ level: IPPROTO_IP, type: IP_TTL, value: 7 } as const];
    for (const control of [null, [], new Uint8Array(0), ttl, encodeControl(ttl)]) {
      expect(sendmsg(fd, { name: to.addr, iov: [text('x')], control })).toBe(1);
    }
  });

  it('fails with EINVAL where the socket knows no such message, and where the bytes lie', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const name = bound(SOCK_DGRAM).addr;
    const ask = (control: Uint8Array) => () => sendmsg(fd, { name, iov: [], control });
    const unknown = encodeControl([{ level: IPPROTO_IP, type: 9999, data: new Uint8Array(4) }]);
    expectError(ask(unknown), 'sendmsg', 'EINVAL');
    const short = encodeControl([{ level: IPPROTO_IP, type: IP_TTL, value: 1 }]);
    new DataView(short.buffer).setBigUint64(0, 15n, true);
    expectError(ask(short), 'sendmsg', 'EINVAL');
    new DataView(short.buffer).setBigUint64(0, 2n ** 63n, true);
    expectError(ask(short), 'sendmsg', 'EINVAL');
  });

  it('fails with ENOBUFS beyond net.core.optmem_max', () => {
    const [a] = unixPair(SOCK_DGRAM);
    const limit = Number(
      python("json.dump(open('/proc/sys/net/core/optmem_max').read(), sys.stdout)"),
    );
    const control = new Uint8Array(limit + 1);
    // send(2): the maximum control buffer length the kernel can process is limited per socket.
    expectError(() => sendmsg(a, { iov: [], control }), 'sendmsg', 'ENOBUFS');
  });
});

describe('sendmsg(2): memory that a getter takes away', () => {
  const iov = (): Uint8Array<ArrayBuffer>[] => [new Uint8Array(64), new Uint8Array(64)];

  it('is refused, whatever had it before: name, control, an element of iov', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const parts = iov();
    const detaching = {
      iov: parts,
      get control(): null {
        detach((parts[0] as Uint8Array<ArrayBuffer>).buffer);
        return null;
      },
    };
    expectRefused(() => sendmsg(a, detaching), TypeError, 'msg.iov[0]');
    const control = new Uint8Array(64);
    const elements = iov();
    Object.defineProperty(elements, 1, {
      get() {
        detach(control.buffer);
        return new Uint8Array(8);
      },
    });
    expectRefused(() => sendmsg(a, { iov: elements, control }), TypeError, 'msg.control');
    const name = encodeSockaddr(abstract()) as Uint8Array<ArrayBuffer>;
    Object.defineProperty(elements, 1, {
      get() {
        detach(name.buffer);
        return new Uint8Array(8);
      },
    });
    expectRefused(() => sendmsg(a, { iov: elements, name }), TypeError, 'msg.name');
    expectError(() => next(b), 'recv', 'EAGAIN');
  });

  it('is as long as it is after the last getter', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const memory = resizable(64, 64);
    const elements = [new Uint8Array(memory), text('end')];
    Object.defineProperty(elements, 1, {
      get() {
        memory.resize(3);
        return text('end');
      },
    });
    expect(sendmsg(a, { iov: elements })).toBe(6);
    expect(next(b)).toBe('\0\0\0end');
  });

  it('may be sent by the getter itself', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const elements = [text('outer '), text('')];
    Object.defineProperty(elements, 1, {
      get() {
        sendmsg(a, { iov: [text('inner')] });
        return text('message');
      },
    });
    expect(sendmsg(a, { iov: elements })).toBe(13);
    expect([next(b), next(b)]).toEqual(['inner', 'outer message']);
  });

  it('is told by what the getter throws', () => {
    const broken = {
      get iov(): never {
        throw new Error('mine');
      },
    };
    expect(() => sendmsg(0, broken)).toThrow('mine');
    expect(() => raw.sendmsg(0, broken)).toThrow('mine');
  });
});

describe('sendmsg(2)', () => {
  const one = { iov: [text('x')] };

  it('fails with EBADF and ENOTSOCK', () => {
    expectError(() => sendmsg(closedFd(), one), 'sendmsg', 'EBADF');
    expectError(() => sendmsg(own(openSync('/dev/null', 'r')), one), 'sendmsg', 'ENOTSOCK');
  });

  it('fails with ENOTCONN, EISCONN, EPIPE, EAGAIN and EMSGSIZE', () => {
    expectError(() => sendmsg(open(AF_UNIX, SOCK_SEQPACKET), one), 'sendmsg', 'ENOTCONN');
    const [a, b] = unixPair();
    expectError(() => sendmsg(a, { ...one, name: abstract() }), 'sendmsg', 'EISCONN');
    shut(b);
    expectError(() => sendmsg(a, one), 'sendmsg', 'EPIPE');
    const [c] = unixPair(SOCK_STREAM | SOCK_NONBLOCK);
    const large = { iov: [new Uint8Array(1 << 20)] };
    sendmsg(c, large);
    expectError(() => sendmsg(c, large), 'sendmsg', 'EAGAIN');
    const { addr } = bound(SOCK_DGRAM);
    const fd = open(AF_INET, SOCK_DGRAM);
    const parts = [new Uint8Array(65507), new Uint8Array(1)];
    // An IPv4 packet has 65535 bytes at most, of which 28 are headers of IP and UDP. udp(7)
    expect(sendmsg(fd, { name: addr, iov: parts.slice(0, 1) })).toBe(65507);
    expectError(() => sendmsg(fd, { name: addr, iov: parts }), 'sendmsg', 'EMSGSIZE');
  });

  it('ignores the name on TCP', () => {
    const { client, server } = tcpPair();
    const name = { family: AF_INET, addr: '127.0.0.1', port: 9 } as const;
    expect(sendmsg(client, { ...one, name })).toBe(1);
    expect(recv(server, new Uint8Array(4))).toBe(1);
  });

  it('fails with EINTR when a signal comes before anything was sent', async () => {
    // signal(7): with SO_SNDTIMEO set it is not restarted, whatever SA_RESTART says.
    const body = `const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
s.setsockopt(a, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 30, usec: 0 });
const msg = { iov: [new Uint8Array(1 << 20)] };
s.sendmsg(a, msg, s.MSG_DONTWAIT);
tell('ready');
tell(code(() => s.sendmsg(a, msg)));`;
    expect(await interrupted(body, 'sendmsg')).toEqual(['ready', ['EINTR', 'sendmsg']]);
  });
});

describe('a field of a message that is wrong', () => {
  const inet = { family: AF_INET, addr: '127.0.0.1', port: 70_000 } as const;
  const ttl = { level: IPPROTO_IP, type: IP_TTL, value: 1.5 } as const;
  const iov = [text('x')];

  it('is named as the field, and of many with its number', () => {
    for (const [fields, name] of [
      [{ name: inet }, 'name.port'],
      [{ name: 5 as never }, 'name'],
      [{ control: [ttl] }, 'control[0].value'],
      [{ control: 'x' as never }, 'control'],
    ] as const) {
      const wrong = { iov, ...fields };
      const [one, many] = [`msg.${name}`, `msgs[1].${name}`];
      const kind = name.includes('.') ? RangeError : TypeError;
      expectRefused(() => sendmsg(0, wrong), kind, one);
      expectRefused(() => raw.sendmsg(0, wrong), kind, one);
      expectRefused(() => sendmmsg(0, [{ iov }, wrong]), kind, many);
    }
  });
});

describe('a control message that holds an address', () => {
  // linux/rds.h: RDS_CMSG_RDMA_ARGS, RDS_CMSG_RDMA_MAP, RDS_CMSG_ATOMIC_FADD and what follows it.
  const holding = [1, 3, 6, 7, 8, 9];
  const message = (type: number) => ({ level: SOL_RDS, type, data: new Uint8Array(48) });
  const harmless = { level: SOL_SOCKET, type: SCM_RIGHTS, data: new Uint8Array(0) };

  it('is refused, wherever it is', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const iov = [text('x')];
    for (const type of holding) {
      for (const control of [
        [message(type)],
        [harmless, { ...harmless, type: 99 }, message(type)],
      ]) {
        expectRefused(() => sendmsg(a, { iov, control }), TypeError, 'msg.control');
        const bytes = encodeControl(control);
        expectRefused(() => raw.sendmsg(a, { iov, control: bytes }), TypeError, 'msg.control');
        const list = [{ iov }, { iov, control }];
        expectRefused(() => sendmmsg(a, list), TypeError, 'msgs.control[1]');
        const vec = new MsgVec(2, 1, 0, 128);
        vec.setMessages(1, control);
        expectRefused(() => raw.sendmmsg(a, vec), TypeError, 'msgs.control[1]');
      }
    }
    expect(raw.recv(b, new Uint8Array(1), MSG_DONTWAIT)).toBe(-EAGAIN);
  });

  it('is one of these types of this level, and whole', () => {
    const [a, b] = unixPair(SOCK_DGRAM);
    const iov = [text('x')];
    const [others, whole] = [[0, 2, 4, 5, 10, 11], encodeControl([message(1)])];
    const allowed = [
      ...others.map((type) => encodeControl([message(type)])),
      encodeControl([{ ...message(1), level: SOL_TIPC }]),
      whole.subarray(0, 15),
      // The first says that there is nothing behind it.
      encodeControl([{ ...harmless, data: whole }]),
    ];
    for (const control of allowed.slice(0, -1)) {
      expect(raw.sendmsg(a, { iov, control })).toBe(1);
      expect(next(b)).toBe('x');
    }
    // As descriptors, these bytes are none.
    expect(raw.sendmsg(a, { iov, control: allowed.at(-1) ?? null })).toBe(-EBADF);
  });
});
