/** TCP MD5 signatures between real sockets: who has no key is not heard. RFC 2385 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  accept,
  connect,
  encodeSockaddr,
  getsockopt,
  IPPROTO_TCP,
  POLLOUT,
  poll,
  recv,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SystemError,
  send,
  setsockopt,
  TCP_INFO,
  TCP_MD5SIG,
  TCP_MD5SIG_EXT,
  TCP_MD5SIG_FLAG_PREFIX,
  type TcpMd5sig,
  tcpStateName,
} from '../../lib/index.js';
import { python, waitUntil } from '../support/child.js';
import {
  expectError,
  expectRefused,
  guardFds,
  type InetAddr,
  LOOPBACK,
  listener,
  open,
  own,
} from '../support/sockets.js';

guardFds();

/** A counter of /proc/net/netstat. */
function counter(name: string): number {
  const lines = readFileSync('/proc/net/netstat', 'utf8').split('\n');
  const head = lines.findIndex((line) => line.split(' ').includes(name));
  const at = lines[head]?.split(' ').indexOf(name) ?? -1;
  return Number(lines[head + 1]?.split(' ')[at]);
}

const key = 'of two friends';
const state = (fd: number): string => tcpStateName(getsockopt(fd, IPPROTO_TCP, TCP_INFO).state);

/** Begins to connect, with the keys that `setup` sets. */
function connecting(addr: InetAddr, setup: (fd: number) => void = () => {}): number {
  const fd = open(addr.family, SOCK_STREAM | SOCK_NONBLOCK);
  setup(fd);
  expectError(() => connect(fd, addr), 'connect', 'EINPROGRESS');
  return fd;
}

/** Whether the kernel has MD5 signatures, which CONFIG_TCP_MD5SIG adds. */
function hasMd5(): boolean {
  try {
    setsockopt(open(AF_INET, SOCK_STREAM), IPPROTO_TCP, TCP_MD5SIG, { addr: LOOPBACK, key: 'x' });
    return true;
  } catch (error) {
    if (error instanceof SystemError && error.code === 'ENOPROTOOPT') return false;
    throw error;
  }
}

const v6 = { family: AF_INET6, addr: '::1', port: 0 } as const;

describe('TCP_MD5SIG', () => {
  it.for([
    ['IPv4', LOOPBACK],
    ['IPv6', v6],
  ] as const)('connects over %s who has the key', ([, addr], context) => {
    if (!hasMd5()) context.skip('the kernel was built without TCP MD5 signatures');
    const listening = listener(8, addr);
    setsockopt(listening.fd, IPPROTO_TCP, TCP_MD5SIG, { addr, key });
    const bytes = Buffer.from(key);
    const client = connecting(listening.addr, (fd) => {
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { addr: encodeSockaddr(addr), key: bytes });
    });
    expect(poll([{ fd: client, events: POLLOUT }], 5000)).toBe(1);
    const server = own(accept(listening.fd).fd);
    expect([state(client), state(server)]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    send(client, 'signed');
    expect(recv(server, new Uint8Array(8))).toBe(6);
  });

  it('does not hear a SYN without a signature, nor one by another key', (context) => {
    if (!hasMd5()) context.skip('the kernel was built without TCP MD5 signatures');
    const listening = listener();
    setsockopt(listening.fd, IPPROTO_TCP, TCP_MD5SIG, { addr: LOOPBACK, key });
    const missing = counter('TCPMD5NotFound');
    const silent = connecting(listening.addr);
    waitUntil(() => counter('TCPMD5NotFound') > missing, 'a SYN without a signature');
    expect(state(silent)).toBe('SYN_SENT');
    const wrong = counter('TCPMD5Failure');
    const stranger = connecting(listening.addr, (fd) => {
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { addr: LOOPBACK, key: 'of somebody' });
    });
    waitUntil(() => counter('TCPMD5Failure') > wrong, 'a SYN with a wrong signature');
    expect(state(stranger)).toBe('SYN_SENT');
  });

  it('signs as the key that python3 has set', (context) => {
    if (!hasMd5()) context.skip('the kernel was built without TCP MD5 signatures');
    const listening = listener();
    const script = `
s = socket.socket(fileno=3)
addr = struct.pack('=HH4s120x', 2, 0, socket.inet_aton('127.0.0.1'))
key = b'${key}'
s.setsockopt(6, 14, addr + struct.pack('=BBHi80s', 0, 0, len(key), 0, key))
print(0)`;
    python(script, null, [listening.fd]);
    const client = connecting(listening.addr, (fd) => {
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { addr: LOOPBACK, key });
    });
    expect(poll([{ fd: client, events: POLLOUT }], 5000)).toBe(1);
    expect(state(client)).toBe('ESTABLISHED');
    own(accept(listening.fd).fd);
  });

  it('has no key to remove, and none for another family', (context) => {
    if (!hasMd5()) context.skip('the kernel was built without TCP MD5 signatures');
    const fd = open(AF_INET, SOCK_STREAM);
    const set = (value: TcpMd5sig) => () => setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, value);
    expectError(set({ addr: LOOPBACK, key: '' }), 'setsockopt', 'ENOENT');
    expectError(set({ addr: v6, key: 'x' }), 'setsockopt', 'EINVAL');
    set({ addr: LOOPBACK, key: 'x' })();
    set({ addr: LOOPBACK, key: '' })();
    expectError(set({ addr: LOOPBACK, key: '' }), 'setsockopt', 'ENOENT');
  });
});

describe('TCP_MD5SIG_EXT', () => {
  it('has one key for all of a prefix', (context) => {
    if (!hasMd5()) context.skip('the kernel was built without TCP MD5 signatures');
    const listening = listener();
    setsockopt(listening.fd, IPPROTO_TCP, TCP_MD5SIG_EXT, {
      addr: { family: AF_INET, addr: '127.0.0.0', port: 0 },
      key,
      flags: TCP_MD5SIG_FLAG_PREFIX,
      prefixlen: 8,
    });
    const client = connecting(listening.addr, (fd) => {
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { addr: LOOPBACK, key });
    });
    expect(poll([{ fd: client, events: POLLOUT }], 5000)).toBe(1);
    own(accept(listening.fd).fd);
    const missing = counter('TCPMD5NotFound');
    connecting(listening.addr);
    waitUntil(() => counter('TCPMD5NotFound') > missing, 'a SYN without a signature');
  });
});

describe('a key', () => {
  it('names the field that is wrong', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const set = (value: unknown) => () =>
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, value as TcpMd5sig);
    const right = { addr: LOOPBACK, key };
    expectRefused(set('key'), TypeError, 'value');
    expectRefused(set({ key }), TypeError, 'value.addr');
    expectRefused(
      set({ ...right, addr: { ...LOOPBACK, port: -1 } }),
      RangeError,
      'value.addr.port',
    );
    expectRefused(set({ ...right, addr: new Uint8Array(129) }), RangeError, 'value.addr');
    expectRefused(set({ addr: LOOPBACK }), TypeError, 'value.key');
    expectRefused(set({ ...right, key: 'x'.repeat(81) }), RangeError, 'value.key');
    // Empty, it would remove the key.
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    expectRefused(set({ ...right, key: gone }), TypeError, 'value.key');
    expectRefused(set({ ...right, flags: 256 }), RangeError, 'value.flags');
    expectRefused(set({ ...right, prefixlen: -1 }), RangeError, 'value.prefixlen');
    expectRefused(set({ ...right, ifindex: 2 ** 31 }), RangeError, 'value.ifindex');
  });
});
