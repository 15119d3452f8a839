/**
 * npm run fuzz capture
 *
 * Makes the corpus again from what this kernel writes, as root: messages, addresses, options and
 * replies of real calls, and the packets of test/support/packets.ts. Of what gives the same fields
 * one is kept. What crashes found stays.
 */
import { openSync, readdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import * as s from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { controlTypes } from '../../lib/structs/cmsg_types.js';
import { beginFullInfo, fullInfoMemory } from '../../lib/structs/mptcp_full_info.js';
import { encodeNlmsg, NLM_F_REQUEST } from '../../lib/structs/netlink.js';
import { encodeInetDiagReq, SOCK_DIAG_BY_FAMILY } from '../../lib/structs/sock_diag.js';
import { packets } from '../support/packets.js';
import { layersOf } from '../support/wire.js';
import { save } from './corpus.js';
import { outline } from './fuzz.js';
import { exthdrKinds } from './headers.js';
import { join as concat } from './mutate.js';
import { roomOf, tables } from './options.js';
import { targets } from './targets.js';

const root = join(process.cwd(), 'test/fuzz/corpus');
const seen = new Map<string, Set<string>>();
/** Files of a target. */
const MOST = 40;

const words = (...values: number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

/** Adds an input, unless there is one that is read alike. */
function keep(name: string, what: string, bytes: Uint8Array): void {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`no target ${name}`);
  const outlines = seen.get(name) ?? new Set();
  seen.set(name, outlines);
  const shape = outline(target.decode(target.shape?.(bytes) ?? bytes));
  if (outlines.has(shape) || outlines.size >= MOST) return;
  outlines.add(shape);
  save(root, name, what.replace(/[^a-zA-Z0-9_]+/g, '-'), bytes);
}

const loopback = (family: number): s.SockAddr =>
  (family === s.AF_INET
    ? { family, addr: '127.0.0.1', port: 0 }
    : { family, addr: '::1', port: 0 }) as s.SockAddr;

function bound(family: number, type: number, protocol = 0): { fd: number; addr: s.SockAddr } {
  const fd = s.socket(family, type, protocol);
  s.bind(fd, loopback(family));
  return { fd, addr: s.getsockname(fd) };
}

function connection(family: number = s.AF_INET, protocol = 0): { client: number; server: number } {
  const { fd, addr } = bound(family, s.SOCK_STREAM, protocol);
  s.listen(fd, 1);
  const client = s.socket(family, s.SOCK_STREAM, protocol);
  s.connect(client, addr);
  return { client, server: s.accept(fd).fd };
}

/** Control messages as they came, and the data of those that are targets of their own. */
function caught(what: string, fd: number, flags = 0, size = 512): void {
  s.poll([{ fd, events: flags === 0 ? s.POLLIN : s.POLLERR }], 2000);
  const control = new Uint8Array(size);
  const msg: s.MsgHdr = { iov: [new Uint8Array(2048)], control };
  const result = raw.recvmsg(fd, msg, flags);
  if (result < 0) throw new Error(`${what}: ${s.errnoName(-result)}`);
  const { controllen = 0, flags: told = 0 } = msg;
  keep('control', what, control.subarray(0, controllen));
  keep('received', what, concat(words(controllen, told), control));
  const stats = controlTypes[s.SOL_SOCKET][s.SCM_TIMESTAMPING_OPT_STATS];
  for (const { level, type, data } of s.decodeControl(control.subarray(0, controllen))) {
    const kinds = controlTypes[level as s.ControlLevel] as Record<number, unknown> | undefined;
    if (kinds?.[type] === stats) keep('opt_stats', what, data);
    if (kinds?.[type] === controlTypes[s.IPPROTO_IP][s.IP_RECVERR]) {
      keep('sock_extended_err', what, data);
    }
    if (level === s.SOL_PACKET && type === s.PACKET_AUXDATA) keep('tpacket_auxdata', what, data);
    if (level === s.SOL_NETLINK) keep('nl_pktinfo', what, data);
  }
}

function on(fd: number, level: number, ...optnames: number[]): void {
  for (const optname of optnames) raw.setsockopt(fd, level, optname, 1);
}

function datagrams(): void {
  const v4 = bound(s.AF_INET, s.SOCK_DGRAM);
  on(v4.fd, s.IPPROTO_IP, s.IP_PKTINFO, s.IP_RECVTTL, s.IP_RECVTOS, s.IP_RECVORIGDSTADDR);
  on(v4.fd, s.SOL_SOCKET, s.SO_TIMESTAMPNS, s.SO_RXQ_OVFL, s.SO_RCVMARK);
  const sender = s.socket(s.AF_INET, s.SOCK_DGRAM, 0);
  for (let n = 0; n < 2; n++) s.sendto(sender, 'x', 0, v4.addr);
  caught('udp', v4.fd);
  caught('udp cut', v4.fd, 0, 60);
  const v6 = bound(s.AF_INET6, s.SOCK_DGRAM);
  on(v6.fd, s.IPPROTO_IPV6, s.IPV6_RECVPKTINFO, s.IPV6_RECVHOPLIMIT, s.IPV6_RECVTCLASS);
  on(v6.fd, s.IPPROTO_IPV6, s.IPV6_RECVORIGDSTADDR);
  on(v6.fd, s.SOL_SOCKET, s.SO_TIMESTAMP);
  s.sendto(s.socket(s.AF_INET6, s.SOCK_DGRAM, 0), 'x', 0, v6.addr);
  caught('udp6', v6.fd);
}

function refused(): void {
  for (const [family, level, optname] of [
    [s.AF_INET, s.IPPROTO_IP, s.IP_RECVERR],
    [s.AF_INET6, s.IPPROTO_IPV6, s.IPV6_RECVERR],
  ] as const) {
    const gone = bound(family, s.SOCK_DGRAM);
    s.close(gone.fd);
    const fd = s.socket(family, s.SOCK_DGRAM, 0);
    on(fd, level, optname);
    s.sendto(fd, 'x', 0, gone.addr);
    caught(`refused ${family}`, fd, s.MSG_ERRQUEUE);
  }
}

function unix(): void {
  const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
  on(b, s.SOL_SOCKET, s.SO_PASSCRED, s.SO_PASSPIDFD, s.SO_TIMESTAMP);
  const value = [0, 1, 2];
  const control = [{ level: s.SOL_SOCKET, type: s.SCM_RIGHTS, value }] as const;
  for (let n = 0; n < 2; n++) s.sendmsg(a, { iov: [Buffer.from('x')], control });
  caught('rights', b);
  caught('rights cut', b, 0, 64);
}

function streams(): void {
  const { client, server } = connection();
  const flags =
    s.SOF_TIMESTAMPING_TX_ACK |
    s.SOF_TIMESTAMPING_TX_SCHED |
    s.SOF_TIMESTAMPING_SOFTWARE |
    s.SOF_TIMESTAMPING_OPT_TSONLY |
    s.SOF_TIMESTAMPING_OPT_STATS |
    s.SOF_TIMESTAMPING_OPT_ID;
  s.setsockopt(client, s.SOL_SOCKET, s.SO_TIMESTAMPING, flags);
  s.send(client, 'stats');
  caught('sched', client, s.MSG_ERRQUEUE);
  caught('acked', client, s.MSG_ERRQUEUE);
  on(server, s.IPPROTO_TCP, s.TCP_INQ);
  caught('inq', server);
  const zero = connection();
  on(zero.client, s.SOL_SOCKET, s.SO_ZEROCOPY);
  s.send(zero.client, new Uint8Array(512), s.MSG_ZEROCOPY);
  s.recv(zero.server, new Uint8Array(512));
  caught('zerocopy', zero.client, s.MSG_ERRQUEUE);
}

function links(): void {
  const fd = s.socket(s.AF_PACKET, s.SOCK_DGRAM, s.htons(s.ETH_P_IP));
  on(fd, s.SOL_PACKET, s.PACKET_AUXDATA);
  const { addr } = bound(s.AF_INET, s.SOCK_DGRAM);
  s.sendto(s.socket(s.AF_INET, s.SOCK_DGRAM, 0), 'x', 0, addr);
  caught('packet', fd);
  const netlink = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
  on(netlink, s.SOL_NETLINK, s.NETLINK_PKTINFO);
  // RTM_GETLINK of the first interface: struct nlmsghdr, struct ifinfomsg.
  const ask = encodeNlmsg(18, NLM_F_REQUEST, 1, words(0, 1, 0, 0));
  const kernel = { family: s.AF_NETLINK, pid: 0, groups: 0 } as const;
  s.sendto(netlink, ask, 0, kernel);
  const reply = new Uint8Array(8192);
  const length = s.recv(netlink, reply, s.MSG_PEEK);
  keep('nlattrs', 'link', reply.slice(32, Math.min(length, 800)));
  caught('netlink', netlink);
  const diag = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_SOCK_DIAG);
  const { client } = connection();
  const [local, remote] = [s.getsockname(client), s.getpeername(client)] as s.SockAddrIn[];
  if (local === undefined || remote === undefined) throw new Error('no addresses');
  for (const port of [remote.port, 1]) {
    const tuple = { local, remote: { ...remote, port } };
    const request = encodeInetDiagReq(s.IPPROTO_TCP, tuple, 0x7f);
    s.sendto(diag, encodeNlmsg(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, request), 0, kernel);
    const said = reply.slice(0, s.recv(diag, reply));
    keep('sock_diag', `port ${port === 1 ? 'of none' : 'of a peer'}`, said);
    if (port !== 1) keep('nlattrs', 'inet_diag', said.subarray(88));
  }
}

function addresses(): void {
  const sockets: [string, number][] = [
    ['inet', bound(s.AF_INET, s.SOCK_DGRAM).fd],
    ['inet6', bound(s.AF_INET6, s.SOCK_DGRAM).fd],
    ['unnamed', s.socket(s.AF_UNIX, s.SOCK_DGRAM, 0)],
    ['netlink', s.socket(s.AF_NETLINK, s.SOCK_RAW, 0)],
    ['packet', s.socket(s.AF_PACKET, s.SOCK_RAW, 0)],
    ['vsock', raw.socket(s.AF_VSOCK, s.SOCK_STREAM, 0)],
  ];
  // Relative: no path of a machine gets into the corpus.
  const path = `out/fuzz/capture-${process.pid}`;
  for (const [what, addr] of [
    ['path', { family: s.AF_UNIX, path }],
    ['abstract', { family: s.AF_UNIX, abstract: 'sockfd fuzz' }],
    ['bytes', { family: s.AF_UNIX, abstract: Uint8Array.of(0xff, 0xfe) }],
  ] as const) {
    const fd = s.socket(s.AF_UNIX, s.SOCK_DGRAM, 0);
    s.bind(fd, addr);
    sockets.push([what, fd]);
  }
  rmSync(path, { force: true });
  const [, packet = -1] = sockets.find(([what]) => what === 'packet') ?? [];
  s.bind(packet, { family: s.AF_PACKET, ifindex: s.if_nametoindex('lo'), protocol: 3 });
  for (const [what, fd] of sockets) {
    const [name, length] = [new Uint8Array(128), new Uint32Array([128])];
    if (fd < 0 || raw.getsockname(fd, name, length) < 0) continue;
    keep('sockaddr', what, name.slice(0, length[0]));
    if (what === 'inet6') keep('inet', what, name.slice(8, 24));
  }
}

function options(): void {
  const tcp = connection();
  const tcp6 = connection(s.AF_INET6);
  const [a] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
  const program = [s.BPF_STMT(s.BPF_RET | s.BPF_K, 0xffff), s.BPF_STMT(s.BPF_RET | s.BPF_K, 0)];
  const udp = s.socket(s.AF_INET, s.SOCK_DGRAM, 0);
  s.setsockopt(udp, s.SOL_SOCKET, s.SO_ATTACH_FILTER, program);
  const sockets = [udp, tcp.client, tcp6.client, a];
  sockets.push(s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP));
  sockets.push(s.socket(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6));
  sockets.push(s.socket(s.AF_PACKET, s.SOCK_RAW, 0), s.socket(s.AF_NETLINK, s.SOCK_RAW, 0));
  const mptcp = raw.socket(s.AF_INET, s.SOCK_STREAM, s.IPPROTO_MPTCP);
  const subflows = mptcp < 0 ? undefined : connection(s.AF_INET, s.IPPROTO_MPTCP);
  if (subflows !== undefined) sockets.push(subflows.client);
  for (const row of tables.options) {
    // A C int says no more than the name of its option, and those with `ask` may refuse nothing.
    if (row.size === 4 || (row.ask !== undefined && row.level !== s.SOL_MPTCP)) continue;
    for (const fd of sockets) {
      const memory = new Uint8Array(roomOf(row));
      const asking = row.ask?.(undefined as never);
      if (asking !== undefined) memory.set(asking);
      const length = raw.getsockopt(fd, row.level, row.optname, memory);
      if (length <= 0) continue;
      const used = memory.slice(0, Math.min(length, 800));
      keep('options', row.name, concat(words(row.level, row.optname, length, 0), used));
      if (row.optname === s.TCP_INFO && row.level === s.IPPROTO_TCP) keep('tcp_info', 'tcp', used);
      if (row.name === 'MPTCP_INFO') keep('mptcp_info', 'mptcp', used);
      break;
    }
  }
  if (subflows !== undefined) fullInfo(subflows.client);
  zerocopy();
}

function fullInfo(fd: number): void {
  const memory = fullInfoMemory();
  beginFullInfo(memory);
  const { info, subflow_info, tcp_info } = memory;
  const length = raw.mptcp_full_info(fd, info, subflow_info, tcp_info);
  if (length < 0) return;
  // Addresses of this process say nothing.
  info.fill(0, 24, 40);
  const head = words(length - 40, 264);
  const arrays = concat(subflow_info.subarray(0, 264), tcp_info.subarray(0, 320));
  keep('mptcp_full_info', 'one subflow', concat(head, info, arrays));
}

function zerocopy(): void {
  const { client, server } = connection();
  s.send(client, 'zerocopy');
  s.poll([{ fd: server, events: s.POLLIN }], 2000);
  const zc = new Uint8Array(64);
  const length = raw.tcp_zerocopy_receive(server, zc, null, new Uint8Array(64));
  if (length < 16) return;
  zc.fill(0, 0, 8).fill(0, 24, 32);
  keep('tcp_zerocopy_receive', 'copied', concat(Uint8Array.of(length - 16), zc));
}

function vectors(): void {
  const { fd, addr } = bound(s.AF_INET, s.SOCK_DGRAM);
  on(fd, s.IPPROTO_IP, s.IP_RECVTTL, s.IP_PKTINFO);
  const sender = s.socket(s.AF_INET, s.SOCK_DGRAM, 0);
  for (let n = 0; n < 3; n++) s.sendto(sender, 'x'.repeat(n), 0, addr);
  const vec = new s.MsgVec(3, 8, 28, 64);
  s.recvmmsg(fd, vec);
  const columns = new Uint8Array(vec.lengths.buffer);
  keep('msgvec', 'udp', concat(columns, vec.names, vec.control));
  const fds = new Uint8Array(8);
  new DataView(fds.buffer).setInt32(0, sender, true);
  fds[4] = s.POLLOUT;
  raw.poll(fds, 0);
  keep('revents', 'writable', fds);
}

/** What is told of three descriptors, with data of which two are no safe integer. */
function readiness(): void {
  const counter = s.eventfd(1);
  const epfd = s.epoll_create1();
  for (const data of [7n, 2n ** 63n, -1n]) {
    raw.epoll_ctl(epfd, s.EPOLL_CTL_ADD, s.dup(counter), { events: s.EPOLLIN, data });
  }
  const events = new Uint8Array(36);
  raw.epoll_wait(epfd, events, 3, 0);
  keep('epoll_event', 'readable', events);
  const params = new Uint8Array(8);
  if (raw.ioctl(epfd, s.EPIOCGPARAMS, params) === 0) keep('epoll_params', 'of none', params);
  const set = new s.FdSet([counter, counter + 1]);
  raw.select(counter + 1, set, null, null, 0);
  keep('fdset', 'readable', set.bytes);
  const timer = s.timerfd_create(s.CLOCK_MONOTONIC);
  s.timerfd_settime(timer, 0, { interval: { sec: 1, nsec: 5 }, value: { sec: 1000, nsec: 0 } });
  const left = new Uint8Array(32);
  raw.timerfd_gettime(timer, left);
  keep('itimerspec', 'armed', left);
}

function locks(): void {
  const memory = s.memfd_create('locked');
  const other = openSync(`/proc/self/fd/${memory}`, 'r+');
  const lock = s.encodeFlock({ type: s.F_WRLCK, start: 3, len: 5 });
  s.fcntl(memory, s.F_OFD_SETLK, lock);
  const found = s.encodeFlock({ type: s.F_RDLCK });
  s.fcntl(other, s.F_OFD_GETLK, found);
  keep('flock', 'of an open file', found);
  const [socket] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
  s.fcntl(socket, s.F_SETOWN, process.pid);
  const owner = new Uint8Array(8);
  s.fcntl(socket, s.F_GETOWN_EX, owner);
  keep('f_owner_ex', 'a process', owner);
}

/** A signal that this thread sends to itself: another would take what is sent to the process. */
function signals(): void {
  const { SIGUSR2 } = constants.signals;
  const mask = new Uint8Array(8);
  s.sigprocmask(s.SIG_BLOCK, [SIGUSR2, 64]);
  raw.sigprocmask(s.SIG_BLOCK, null, mask);
  keep('sigset', 'blocked', mask);
  const fd = s.signalfd(-1, [SIGUSR2], s.SFD_NONBLOCK);
  s.pidfd_send_signal(s.pidfd_open(process.pid, s.PIDFD_THREAD), SIGUSR2);
  const info = new Uint8Array(128);
  s.read(fd, info);
  keep('signalfd_siginfo', 'of itself', info);
}

const layers: Record<string, string> = {
  ...{ eth: 'ethhdr', arp: 'arphdr', ip: 'iphdr', ip6: 'ipv6hdr', tcp: 'tcphdr', udp: 'udphdr' },
  ...{ icmp: 'icmphdr', icmp6: 'icmp6hdr' },
};

function headers(): void {
  for (const [what, packet] of Object.entries(packets)) {
    for (const { name, at, header } of layersOf(packet)) {
      const bytes = packet.slice(at, at + 120);
      const target = layers[name];
      if (target !== undefined) keep(target, what, bytes);
      const kind = exthdrKinds.indexOf(header.kind as never);
      if (name === 'ext') keep('ipv6exthdrs', what, concat(Uint8Array.of(kind), bytes));
    }
  }
}

for (const { name } of targets) {
  // Of these capture-addresses.ts has what few kernels write.
  if (name.startsWith('sockaddr-')) continue;
  const dir = join(root, name);
  try {
    for (const file of readdirSync(dir)) {
      if (!file.startsWith('crash-')) rmSync(join(dir, file));
    }
  } catch {
    // There is none yet.
  }
}
for (const part of [
  datagrams,
  refused,
  unix,
  streams,
  links,
  addresses,
  options,
  vectors,
  readiness,
  locks,
  signals,
  headers,
]) {
  part();
}
process.stdout.write(`${[...seen].map(([name, { size }]) => `${name} ${size}`).join(', ')}\n`);
