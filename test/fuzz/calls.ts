/** Calls whose structures lie, in memory that is watched. */
import * as s from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { eachDescriptor } from '../../lib/structs/cmsg.js';
import { options } from '../../lib/structs/options.js';
import { messageTargets } from './messages.js';
import { mutate } from './mutate.js';
import type { Target } from './oracle.js';
import { Random } from './random.js';

let random = new Random(0);

/** Makes all that follows the same as with this seed before. */
export function begin(seed: number): Random {
  random = new Random(seed);
  return random;
}

/** How much surrounds the memory of a call. Bytes. */
export const GUARD = 64;
const MARK = 0x5a;

/** Memory that is handed out in a round, and what surrounds it. */
const handed: Uint8Array[] = [];

/** Memory of so many bytes in the midst of others, which nobody may write to. */
function room(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(GUARD + bytes.byteLength + GUARD).fill(MARK);
  memory.set(bytes, GUARD);
  handed.push(memory);
  return memory.subarray(GUARD, GUARD + bytes.byteLength);
}

const isMark = (byte: number): boolean => byte === MARK;

/** Throws when a call has written beside the memory that it was given. */
export function checkGuards(): void {
  for (const memory of handed) {
    const whole = memory.subarray(0, GUARD).every(isMark) && memory.subarray(-GUARD).every(isMark);
    if (!whole) throw new Error(`bytes beside ${memory.byteLength - 2 * GUARD} were written`);
  }
  handed.length = 0;
}

const sizes = [0, 1, 3, 4, 7, 8, 12, 15, 16, 17, 28, 31, 32, 64, 110, 128, 129, 255, 1024];
const lies = [0, 1, 2, 7, 8, 15, 16, 17, 63, 64, 65, 128, 255, 1024, 0x7fff_ffff, 0x8000_0000];
const odd = [-1, 0.5, Number.NaN, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY];

/** Memory of some size. */
export const some = (): Uint8Array => room(random.bytes(random.pick(sizes)));
const word = (): number => random.pick([...lies, 0xffff_ffff, random.below(2 ** 32)]);
const maybe = <T>(make: () => T): T | undefined => (random.below(3) === 0 ? undefined : make());
const list = <T>(most: number, make: () => T): T[] =>
  Array.from({ length: random.below(most + 1) }, make);

const named = (name: string): Target => {
  const found = messageTargets.find((each) => each.name === name);
  if (found?.make === undefined) throw new Error(`no target ${name}`);
  return found;
};
const [controlTarget, addressTarget] = [named('control'), named('sockaddr')];

/** Control data, mostly of types that are known, with lengths that lie. */
function control(): Uint8Array {
  const bytes = controlTarget.make?.(random) ?? new Uint8Array();
  return room(random.below(2) === 0 ? bytes : mutate([bytes], random));
}

/** An address; a file name would be a file. */
function address(): Uint8Array {
  const bytes = mutate([addressTarget.make?.(random) ?? new Uint8Array()], random);
  if (bytes[0] === s.AF_UNIX && bytes.byteLength > 2) bytes[2] = 0;
  return room(bytes.slice(0, random.pick([bytes.byteLength, 16, 28, 110, 128, 200])));
}

const flags = (): number =>
  s.MSG_DONTWAIT |
  s.MSG_NOSIGNAL |
  random.pick([0, 0, s.MSG_PEEK, s.MSG_TRUNC, s.MSG_ERRQUEUE, s.MSG_OOB, s.MSG_ZEROCOPY]) |
  random.pick([0, 0, 0, s.MSG_CMSG_CLOEXEC, s.MSG_MORE, s.MSG_WAITFORONE]);

/** Closes the descriptors that came with control data. */
function closeReceived(bytes: Uint8Array, length: number): void {
  eachDescriptor(bytes, 0, Math.min(length, bytes.byteLength), (fd) => raw.close(fd));
}

function send(fd: number): void {
  const msg: Record<string, unknown> = { iov: list(5, some) };
  msg.name = maybe(address);
  msg.control = maybe(control);
  raw.sendmsg(fd, msg as unknown as s.Message, flags());
}

function receive(fd: number): void {
  const memory = some();
  const msg = {
    iov: list(5, some),
    name: random.pick([undefined, null, some()]),
    control: random.pick([undefined, null, memory]),
    // Received, they are written only.
    ...{ namelen: random.pick([...lies, ...odd]), controllen: random.pick([...lies, ...odd]) },
  };
  const result = raw.recvmsg(fd, msg as s.MsgHdr, flags());
  if (result < 0 || msg.control !== memory) return;
  if (msg.controllen > memory.byteLength) throw new Error(`controllen is ${msg.controllen}`);
  closeReceived(memory, msg.controllen);
}

/** A vector whose columns, sizes and memory need not fit each other. */
function vector(): s.MsgVec {
  const vlen = 1 + random.below(6);
  const vec = new s.MsgVec(vlen, random.pick([0, 8, 64]), random.pick([0, 16, 28]), 64);
  for (const column of [vec.len, vec.namelen, vec.controllen, vec.flags]) {
    if (random.below(2) === 0) for (let i = 0; i < vlen; i++) column[i] = word();
  }
  for (let i = 0; i < vlen; i++) {
    if (random.below(3) === 0) vec.control.set(control().subarray(0, 64), 64 * i);
  }
  vec.names.set(address().subarray(0, vec.names.byteLength));
  const changes: Record<string, unknown> = {};
  const change = (name: string, make: () => unknown): void => {
    if (random.below(8) === 0) changes[name] = make();
  };
  for (const name of ['vlen', 'size', 'namesize', 'controlsize']) {
    change(name, () => random.pick([...lies, ...odd]));
  }
  for (const name of ['names', 'control', 'data']) change(name, some);
  change('lengths', () => new Uint32Array(random.below(40)));
  change('iov', () => list(8, some));
  return Object.assign(vec, changes);
}

function many(fd: number): void {
  const vec = random.below(4) === 0 ? list(6, () => ({ iov: list(3, some) })) : vector();
  const [offset, length] = [maybe(() => random.below(8)), maybe(() => random.below(8))];
  if (random.below(2) === 0) {
    raw.sendmmsg(fd, vec as s.MsgVec, flags(), offset, length);
    return;
  }
  const result = raw.recvmmsg(fd, vec as s.MsgVec, flags(), 0, offset, length);
  if (!(vec instanceof s.MsgVec)) return;
  for (let i = 0; i < result; i++) {
    const at = (i + (offset ?? 0)) * vec.controlsize;
    closeReceived(vec.control.subarray(at), vec.controllen[i + (offset ?? 0)] ?? 0);
  }
}

/** Options whose structures say how long they are, or hold a program. */
const structured: readonly (readonly [level: number, optname: number])[] = [
  [s.SOL_SOCKET, s.SO_ATTACH_FILTER],
  [s.SOL_SOCKET, s.SO_ATTACH_REUSEPORT_CBPF],
  [s.SOL_PACKET, s.PACKET_FANOUT_DATA],
  [s.SOL_PACKET, s.PACKET_ADD_MEMBERSHIP],
  [s.IPPROTO_IP, s.IP_MSFILTER],
  [s.IPPROTO_IP, s.MCAST_MSFILTER],
  [s.IPPROTO_IP, s.IP_OPTIONS],
  [s.IPPROTO_IPV6, s.MCAST_MSFILTER],
  [s.IPPROTO_IPV6, s.IPV6_HOPOPTS],
  [s.IPPROTO_IPV6, s.IPV6_DSTOPTS],
  [s.IPPROTO_IPV6, s.IPV6_RTHDR],
  [s.IPPROTO_IPV6, s.IPV6_FLOWLABEL_MGR],
  [s.IPPROTO_TCP, s.TCP_MD5SIG],
  [s.IPPROTO_TCP, s.TCP_MD5SIG_EXT],
  [s.IPPROTO_TCP, s.TCP_AO_ADD_KEY],
  [s.IPPROTO_TCP, s.TCP_CONGESTION],
  [s.IPPROTO_TCP, s.TCP_ULP],
];

/** Instructions that are almost a program. */
function program(): Uint8Array {
  const codes = [0x06, 0x15, 0x20, 0x28, 0x30, 0x05, 0x07, 0x54, 0x16, random.below(65536)];
  const count = random.pick([0, 1, 2, 8, 64, 4096, 4097]);
  const bytes = new Uint8Array(8 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint16(8 * i, i === count - 1 ? 0x06 : random.pick(codes), true);
    view.setUint16(8 * i + 2, random.below(4) === 0 ? random.below(65536) : 0, true);
    view.setUint32(8 * i + 4, word(), true);
  }
  return random.below(4) === 0 ? mutate([bytes.slice(0, 512)], random) : bytes;
}

function set(fd: number): void {
  const [level, optname] = random.pick(structured);
  const value = optname === s.SO_ATTACH_FILTER || random.below(2) === 0 ? program() : some();
  raw.setsockopt(fd, level, optname, room(value));
}

const levels = [...Object.keys(options).map(Number), s.SOL_ALG, 132, 276, 283, -1, 99];

/** It would give a descriptor, of which nobody knows. */
const givesFd = (level: number, optname: number): boolean =>
  level === s.SOL_SOCKET && optname === s.SO_PEERPIDFD;

function get(fd: number): void {
  const level = random.pick(levels);
  const optname = random.below(140);
  if (givesFd(level, optname)) return;
  const memory = random.below(3) === 0 ? room(new Uint8Array(random.pick(sizes))) : some();
  const length = maybe(() => new Uint32Array([word()]));
  const result = raw.getsockopt(fd, level, optname, memory, length);
  if (result > memory.byteLength) throw new Error(`option ${optname} of ${level} wrote ${result}`);
}

function names(fd: number): void {
  const length = new Uint32Array([word()]);
  const call = random.pick([raw.getsockname, raw.getpeername]);
  call(fd, some(), length);
  raw.recvfrom(fd, some(), flags(), some(), length);
  raw.sendto(fd, some(), flags(), address());
}

function attach(fd: number): void {
  const call = random.pick([raw.bind, raw.connect]);
  call(fd, address());
}

function zerocopy(fd: number): void {
  const mapped = maybe(() => new Uint8Array(random.pick([4096, 8192, 65_536])));
  raw.tcp_zerocopy_receive(fd, some(), mapped ?? null, maybe(some) ?? null);
}

function fullInfo(fd: number): void {
  const info = room(random.bytes(random.pick([40, 40, 136, 296, 41])));
  const view = new DataView(info.buffer, info.byteOffset);
  for (let at = 0; at < 24; at += 4) if (random.below(2) === 0) view.setUint32(at, word(), true);
  raw.mptcp_full_info(fd, info, maybe(some) ?? null, maybe(some) ?? null);
}

function poll(): void {
  const bytes = room(mutate([new Uint8Array(16).fill(0xff)], random));
  raw.poll(bytes, 0);
}

/** What is done with a socket. */
export const cases: Readonly<Record<string, (fd: number) => void>> = {
  ...{ send, receive, many, set, get, names, attach, zerocopy, fullInfo, poll },
};

/** Opens sockets of many kinds: what this kernel has of them. */
export function open(): number[] {
  const kinds: [number, number, number][] = [
    [s.AF_INET, s.SOCK_DGRAM, 0],
    [s.AF_INET6, s.SOCK_DGRAM, 0],
    [s.AF_INET, s.SOCK_STREAM, 0],
    [s.AF_INET6, s.SOCK_STREAM, 0],
    [s.AF_INET, s.SOCK_STREAM, s.IPPROTO_MPTCP],
    [s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP],
    [s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6],
    [s.AF_PACKET, s.SOCK_RAW, s.htons(3)],
    [s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_SOCK_DIAG],
    [s.AF_UNIX, s.SOCK_DGRAM, 0],
    [s.AF_VSOCK, s.SOCK_STREAM, 0],
  ];
  const fds = kinds.map(([domain, type, protocol]) =>
    raw.socket(domain, type | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC, protocol),
  );
  for (const type of [s.SOCK_STREAM, s.SOCK_DGRAM, s.SOCK_SEQPACKET]) {
    const pair = s.socketpair(s.AF_UNIX, type | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
    for (const fd of pair) raw.setsockopt(fd, s.SOL_SOCKET, s.SO_PASSCRED, 1);
    fds.push(...pair);
  }
  fds.push(...connected(s.AF_INET, 0), ...connected(s.AF_INET, s.IPPROTO_MPTCP));
  return fds.filter((fd) => fd >= 0);
}

/** Both ends of a connection; none where the kernel has no such protocol. */
function connected(family: typeof s.AF_INET, protocol: number): number[] {
  const listener = raw.socket(family, s.SOCK_STREAM | s.SOCK_CLOEXEC, protocol);
  if (listener < 0) return [];
  s.bind(listener, { family, addr: '127.0.0.1', port: 0 });
  s.listen(listener, 1);
  const client = s.socket(family, s.SOCK_STREAM | s.SOCK_CLOEXEC, protocol);
  s.connect(client, s.getsockname(listener));
  const server = s.accept4(listener, s.SOCK_CLOEXEC).fd;
  s.close(listener);
  for (const fd of [client, server]) {
    s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
    raw.setsockopt(fd, s.SOL_SOCKET, s.SO_ZEROCOPY, 1);
    s.send(fd, 'x'.repeat(100));
  }
  return [client, server];
}
