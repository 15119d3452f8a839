/**
 * The options of the TCP Authentication Option. Where the kernel has it, a connection is made with
 * it; where it has not, the bytes are seen to be right by the ABI test and here.
 */
import { describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  accept,
  connect,
  getsockopt,
  IPPROTO_TCP,
  recv,
  SOCK_STREAM,
  SystemError,
  send,
  setsockopt,
  TCP_AO_ADD_KEY,
  TCP_AO_DEL_KEY,
  TCP_AO_GET_KEYS,
  TCP_AO_INFO,
  TCP_AO_REPAIR,
  type TcpAoAdd,
} from '../../lib/index.js';
import { Reader } from '../../lib/kernel/bytes.js';
import * as raw from '../../lib/raw.js';
import { tcp_ao_keys } from '../../lib/structs/tcp_ao_keys.js';
import {
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  listener,
  open,
  own,
} from '../support/sockets.js';

guardFds();

const added: TcpAoAdd = {
  addr: LOOPBACK,
  alg_name: 'hmac(sha1)',
  prefix: 32,
  sndid: 100,
  rcvid: 100,
  key: 'secret',
};

/** A socket with the key; skips where the kernel has no such option. */
function withKey(context: TestContext, fd: number): number {
  try {
    setsockopt(fd, IPPROTO_TCP, TCP_AO_ADD_KEY, added);
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'ENOPROTOOPT') throw error;
    context.skip('the kernel has no TCP Authentication Option');
  }
  return fd;
}

describe('a connection with TCP-AO', () => {
  it('signs, counts, and tells its keys', (context) => {
    const listening = listener();
    withKey(context, listening.fd);
    const client = withKey(context, open(AF_INET, SOCK_STREAM));
    connect(client, listening.addr);
    const server = own(accept(listening.fd).fd);
    send(client, 'signed');
    expect(recv(server, new Uint8Array(8))).toBe(6);
    const { pkt_good, pkt_bad, current_key } = getsockopt(server, IPPROTO_TCP, TCP_AO_INFO);
    expect(pkt_good).toBeGreaterThan(0);
    expect([pkt_bad, current_key]).toEqual([0, added.sndid]);
    const ask = { nkeys: 4, get_all: true };
    const { nkeys, keys } = getsockopt(client, IPPROTO_TCP, TCP_AO_GET_KEYS, ask);
    expect([nkeys, keys.length]).toEqual([1, 1]);
    expect(keys[0]).toMatchObject({
      addr: LOOPBACK,
      alg_name: 'hmac(sha1)',
      key: Uint8Array.from(Buffer.from('secret')),
      sndid: 100,
    });
  });

  it('removes a key', (context) => {
    const fd = withKey(context, open(AF_INET, SOCK_STREAM));
    const { addr, prefix, sndid, rcvid } = added;
    setsockopt(fd, IPPROTO_TCP, TCP_AO_DEL_KEY, { addr, prefix, sndid, rcvid });
    const again = () => setsockopt(fd, IPPROTO_TCP, TCP_AO_DEL_KEY, { addr, prefix, sndid, rcvid });
    expectError(again, 'setsockopt', 'ENOENT');
  });
});

describe('TCP_AO_GET_KEYS', () => {
  /** What the kernel would leave: two keys of three, in memory for two. */
  const bytes = Buffer.alloc(2 * 304);
  [0, 304].forEach((at, i) => {
    bytes.writeUInt16LE(AF_INET, at);
    bytes.set([127, 0, 0, 1 + i], at + 4);
    bytes.write('cmac(aes128)', at + 128);
    bytes.write('key of many bytes', at + 192);
    bytes.writeUInt16LE(1 << i, at + 276);
    bytes[at + 278] = 7 + i;
    bytes[at + 283] = 3;
    bytes.writeBigUInt64LE(BigInt(2 ** 40), at + 288);
  });
  bytes.writeUInt32LE(3, 272);

  it('tells the keys for which there was room, and how many there are', () => {
    const { nkeys, keys } = tcp_ao_keys.decode(new Reader(new Uint8Array(bytes)), 304);
    const common = {
      alg_name: 'cmac(aes128)',
      key: Uint8Array.from(Buffer.from('key')),
      ...{ rcvid: 0, prefix: 0, maclen: 0, keyflags: 0, ifindex: 0 },
      ...{ pkt_good: 2 ** 40, pkt_bad: 0 },
    };
    expect(nkeys).toBe(3);
    expect(keys).toEqual([
      { ...common, addr: LOOPBACK, is_current: 1, is_rnext: 0, sndid: 7 },
      { ...common, addr: { ...LOOPBACK, addr: '127.0.0.2' }, is_current: 0, is_rnext: 1, sndid: 8 },
    ]);
  });

  it('asks in memory for as many keys as there is to be room for', () => {
    const asked = Buffer.from(tcp_ao_keys.ask({ nkeys: 3, get_all: true, addr: LOOPBACK }));
    expect(asked).toHaveLength(3 * 304);
    expect([asked.readUInt32LE(272), asked.readUInt16LE(276)]).toEqual([3, 4]);
    expect(asked.subarray(304)).toEqual(Buffer.alloc(2 * 304));
  });

  it('refuses memory for less than it says, whatever the kernel', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const optval = Buffer.alloc(2 * 304);
    const read = (memory: Buffer) => () =>
      getsockopt(fd, IPPROTO_TCP, TCP_AO_GET_KEYS, memory) as unknown;
    expectRefused(read(Buffer.alloc(303)), RangeError, 'optval');
    optval.writeUInt32LE(3, 272);
    expectRefused(read(optval), RangeError, 'optval');
    optval.writeUInt32LE(0xffffffff, 272);
    expectRefused(read(optval), RangeError, 'optval');
    // With room for all of them it is the kernel's.
    optval.writeUInt32LE(2, 272);
    const result = raw.getsockopt(fd, IPPROTO_TCP, TCP_AO_GET_KEYS, optval);
    expect([-sockfd.ENOPROTOOPT, -sockfd.ENOENT, -sockfd.EINVAL]).toContain(result);
  });
});

describe('the structures of TCP-AO', () => {
  const set = (optname: number, value: unknown) => () =>
    (setsockopt as (fd: number, level: number, optname: number, value: unknown) => void)(
      open(AF_INET, SOCK_STREAM),
      IPPROTO_TCP,
      optname,
      value,
    );

  it.each([
    [TCP_AO_ADD_KEY, TypeError, 'value', 5],
    [TCP_AO_ADD_KEY, TypeError, 'value.addr', { ...added, addr: 'localhost' }],
    [TCP_AO_ADD_KEY, RangeError, 'value.alg_name', { ...added, alg_name: 'x'.repeat(64) }],
    [TCP_AO_ADD_KEY, RangeError, 'value.alg_name', { ...added, alg_name: 'a\0b' }],
    [TCP_AO_ADD_KEY, RangeError, 'value.key', { ...added, key: new Uint8Array(81) }],
    [TCP_AO_ADD_KEY, TypeError, 'value.prefix', { ...added, prefix: undefined }],
    [TCP_AO_ADD_KEY, RangeError, 'value.sndid', { ...added, sndid: 256 }],
    [TCP_AO_ADD_KEY, RangeError, 'value.set_current', { ...added, set_current: 2 }],
    [TCP_AO_DEL_KEY, TypeError, 'value.rcvid', { ...added, rcvid: undefined }],
    [TCP_AO_DEL_KEY, TypeError, 'value.del_async', { ...added, del_async: 'yes' }],
    [TCP_AO_INFO, RangeError, 'value.current_key', { current_key: -1 }],
    [TCP_AO_INFO, RangeError, 'value.pkt_bad', { pkt_bad: 0.5 }],
    [TCP_AO_INFO, TypeError, 'value.accept_icmps', { accept_icmps: '1' }],
    [TCP_AO_REPAIR, TypeError, 'value.rcv_isn', { snt_isn: 1, snd_sne: 0, rcv_sne: 0 }],
  ])('name the field that is wrong: %i', (optname, kind, argument, value) => {
    expectRefused(set(optname, value), kind, argument);
  });

  it('name what is wrong in what is asked', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const ask = (value: unknown) => () =>
      getsockopt(fd, IPPROTO_TCP, TCP_AO_GET_KEYS, value as { nkeys: number });
    expectRefused(ask(undefined), TypeError, 'ask');
    expectRefused(ask({}), TypeError, 'ask.nkeys');
    expectRefused(ask({ nkeys: 0 }), RangeError, 'ask.nkeys');
    expectRefused(ask({ nkeys: 65_536 }), RangeError, 'ask.nkeys');
    expectRefused(ask({ nkeys: 1, get_all: 2 }), RangeError, 'ask.get_all');
    expectRefused(ask({ nkeys: 1, addr: {} }), TypeError, 'ask.addr.family');
  });
});
