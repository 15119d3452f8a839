import { describe, expect, it } from 'vitest';
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC } from '../../lib/structs/family.js';
import { IP_TTL, IPPROTO_IP } from '../../lib/structs/ip.js';
import { MsgVec } from '../../lib/structs/msgvec.js';
import { encodeSockaddr, type SockAddr } from '../../lib/structs/sockaddr.js';
import { detach } from '../support/misuse.js';
import { expectRefused } from '../support/sockets.js';

describe('a MsgVec', () => {
  it('has slots of equal size, and the columns of struct mmsghdr one after the other', () => {
    const vec = new MsgVec(3, 100, 28, 24);
    expect([vec.vlen, vec.size, vec.namesize, vec.controlsize]).toEqual([3, 100, 28, 24]);
    expect([vec.data.length, vec.names.length, vec.control.length]).toEqual([300, 84, 72]);
    vec.len.set([1, 2, 3]);
    vec.namelen.set([4, 5, 6]);
    vec.controllen.set([7, 8, 9]);
    vec.flags.set([10, 11, 12]);
    expect([...vec.lengths]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    vec.iov[1]?.fill(0xee);
    expect(vec.iov.map(({ length }) => length)).toEqual([100, 100, 100]);
    expect([vec.data.indexOf(0xee), vec.data.lastIndexOf(0xee)]).toEqual([100, 199]);
  });

  it('begins with all of each slot to be sent, without names and control messages', () => {
    const vec = new MsgVec(2, 8, 16, 16);
    expect([...vec.lengths]).toEqual([8, 8, 0, 0, 0, 0, 0, 0]);
    expect([vec.name(0), vec.messages(1)]).toEqual([{ family: AF_UNSPEC }, []]);
    const bare = new MsgVec(1, 0);
    expect([bare.data.length, bare.names.length, bare.control.length]).toEqual([0, 0, 0]);
  });

  it('takes memory of any kind, in as many parts as it has messages', () => {
    const memory = new ArrayBuffer(64);
    const vec = new MsgVec(4, new Uint8Array(memory, 8, 48));
    expect(vec.size).toBe(12);
    vec.iov[3]?.fill(1);
    expect(new Uint8Array(memory).indexOf(1)).toBe(44);
    expect(new MsgVec(2, new Uint16Array(8)).size).toBe(8);
    expect(new MsgVec(2, new SharedArrayBuffer(8)).size).toBe(4);
    expectRefused(() => new MsgVec(3, new Uint8Array(64)), RangeError, 'data');
    const gone = new Uint8Array(64);
    detach(gone.buffer);
    expectRefused(() => new MsgVec(4, gone), TypeError, 'data');
  });

  it('aligns the control data as the kernel aligns struct cmsghdr', () => {
    expect(new MsgVec(1, 0, 0, 17).controlsize).toBe(24);
    expect(new MsgVec(1, 0, 0, 24).controlsize).toBe(24);
    expect(new MsgVec(1, 0, 0, 0).controlsize).toBe(0);
  });

  it('has 1 to 1024 messages', () => {
    expect(new MsgVec(1024, 1).iov).toHaveLength(1024);
    for (const vlen of [0, 1025, -1, 1.5]) {
      expectRefused(() => new MsgVec(vlen, 1), RangeError, 'vlen');
    }
    expectRefused(() => new MsgVec(1024, 2 ** 21), RangeError, 'data');
    expectRefused(() => new MsgVec(1, 1, 129), RangeError, 'namesize');
    expectRefused(() => new MsgVec(1024, 1, 0, 2 ** 21), RangeError, 'controlsize');
  });
});

describe('the names of a MsgVec', () => {
  const names: SockAddr[] = [
    { family: AF_INET, addr: '192.0.2.1', port: 7 },
    { family: AF_INET6, addr: '::1', port: 9, flowinfo: 0, scope_id: 0 },
    { family: AF_UNIX, abstract: 'x' },
    { family: AF_UNIX },
  ];

  it('are addresses, their bytes, or none', () => {
    const vec = new MsgVec(4, 0, 28);
    for (const [i, name] of names.entries()) vec.setName(i, name);
    expect([0, 1, 2, 3].map((i) => vec.name(i))).toEqual(names);
    expect([...vec.namelen]).toEqual([16, 28, 4, 2]);
    for (const [i, name] of names.entries()) vec.setName(3 - i, encodeSockaddr(name));
    expect([3, 2, 1, 0].map((i) => vec.name(i))).toEqual(names);
    vec.setName(0, null);
    expect([vec.name(0), vec.namelen[0]]).toEqual([{ family: AF_UNSPEC }, 0]);
  });

  it('lie in their own slots', () => {
    const vec = new MsgVec(3, 0, 16);
    vec.setName(1, encodeSockaddr({ family: AF_INET, addr: '255.255.255.255', port: 65535 }));
    expect(vec.names.findIndex((byte) => byte !== 0)).toBe(16);
    expect(vec.names.findLastIndex((byte) => byte !== 0)).toBe(23);
  });

  it('must fit', () => {
    const vec = new MsgVec(2, 0, 16);
    expectRefused(() => vec.setName(0, names[1] as SockAddr), RangeError, 'addr');
    expectRefused(() => vec.setName(0, new Uint8Array(17)), RangeError, 'addr');
    expectRefused(() => vec.setName(2, names[0] as SockAddr), RangeError, 'i');
    expectRefused(() => vec.name(-1), RangeError, 'i');
    expect([...vec.names, ...vec.namelen].every((each) => each === 0)).toBe(true);
  });

  it('that the kernel cut are what is there', () => {
    const vec = new MsgVec(2, 0, 8);
    vec.names.set(encodeSockaddr({ family: AF_INET, addr: '192.0.2.1', port: 7 }).subarray(0, 8));
    vec.namelen[0] = 16;
    expect(vec.name(0)).toEqual({ family: AF_INET, data: Uint8Array.of(0, 7, 192, 0, 2, 1) });
  });
});

describe('the control messages of a MsgVec', () => {
  const ttl = { level: IPPROTO_IP, type: IP_TTL, value: 3 } as const;
  const data = Uint8Array.of(3, 0, 0, 0);

  it('are messages or bytes, each in its own slot', () => {
    const vec = new MsgVec(3, 0, 0, 24);
    vec.setMessages(1, [ttl]);
    expect(vec.messages(1)).toEqual([{ ...ttl, data }]);
    expect([...vec.controllen]).toEqual([0, 24, 0]);
    expect(vec.control.findIndex((byte) => byte !== 0)).toBe(24);
    vec.setMessages(2, vec.control.subarray(24, 48));
    expect(vec.messages(2)).toEqual([{ ...ttl, data }]);
    vec.setMessages(2, []);
    expect([vec.messages(2), vec.controllen[2]]).toEqual([[], 0]);
  });

  it('must fit', () => {
    const vec = new MsgVec(2, 0, 0, 24);
    expectRefused(() => vec.setMessages(0, [ttl, ttl]), RangeError, 'control');
    expectRefused(() => vec.setMessages(2, [ttl]), RangeError, 'i');
    expectRefused(() => vec.messages(2), RangeError, 'i');
    expectRefused(() => vec.setMessages(0, 5 as never), TypeError, 'control');
    expect(vec.control.every((byte) => byte === 0)).toBe(true);
  });
});
