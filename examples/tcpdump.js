// A small tcpdump(8): packet sockets, a filter in the kernel, and the headers of each packet.
//
//   node examples/tcpdump.js [-i interface] [-c count] [-n] [-e] [-x] [-w file] [filter]
//
// Without -i it hears all interfaces. A filter: tcp, udp, icmp, icmp6, arp, port N, host A, several
// of which must all hold. Names are never asked for, with -n or without. Needs CAP_NET_RAW. Ends on
// Ctrl-C, with what was counted.
import { error as complain, log } from 'node:console';
import { closeSync, openSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as s from 'sockfd';
import { compile } from './tcpdump/filter.js';
import { describe, ethertype, hex } from './tcpdump/print.js';

const SNAPLEN = 262144;

function fail(why) {
  complain(`tcpdump: ${why}`);
  process.exit(1);
}

function commandLine() {
  const text = (short) => ({ type: 'string', short });
  const flag = (short) => ({ type: 'boolean', short, default: false });
  const options = {
    ...{ interface: { ...text('i'), default: 'any' }, count: text('c'), write: text('w') },
    ...{ numeric: flag('n'), link: flag('e'), hex: flag('x') },
  };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const { count = 'Infinity', ...rest } = values;
    if (!(Number(count) > 0)) throw new Error(`--count is a number, not '${count}'`);
    const filter = compile(positionals.join(' ').trim(), SNAPLEN);
    return { ...rest, count: Number(count), filter };
  } catch (error) {
    return fail(error.message);
  }
}

/** A socket that hears an interface, and whether it has whole Ethernet frames. */
function listenTo(name, filter) {
  const ifindex = name === 'any' ? 0 : s.if_nametoindex(name);
  const open = (type) => {
    // Protocol 0 hears nothing yet: else there were packets before the filter, of any interface.
    const fd = s.socket(s.AF_PACKET, type | s.SOCK_CLOEXEC, 0);
    s.setsockopt(fd, s.SOL_SOCKET, s.SO_ATTACH_FILTER, filter);
    s.setsockopt(fd, s.SOL_SOCKET, s.SO_TIMESTAMPNS, true);
    s.setsockopt(fd, s.SOL_PACKET, s.PACKET_AUXDATA, true);
    s.bind(fd, { family: s.AF_PACKET, ifindex, protocol: s.ETH_P_ALL });
    return fd;
  };
  const fd = open(s.SOCK_RAW);
  const { hatype } = s.getsockname(fd);
  const ethernet = [s.ARPHRD_ETHER, s.ARPHRD_LOOPBACK].includes(hatype);
  if (ifindex !== 0 && ethernet) return { fd, cooked: false };
  // Headers of several kinds: SOCK_DGRAM takes them off, and tells with the address what they said.
  s.close(fd);
  return { fd: open(s.SOCK_DGRAM), cooked: true };
}

function start(name, filter) {
  try {
    return listenTo(name, filter);
  } catch (error) {
    return fail(
      error.message + (error.code === 'EPERM' ? ': packet sockets need CAP_NET_RAW' : ''),
    );
  }
}

const args = commandLine();
const { fd, cooked } = start(args.interface, args.filter);
if (cooked && args.write) fail('-w needs -i and an interface with Ethernet headers');
const file = args.write === undefined ? undefined : openSync(args.write, 'w');

/** The 32-bit words of a file that libpcap reads, in the byte order of this machine. */
const words = (...numbers) => new Uint8Array(Uint32Array.from(numbers).buffer);
// Times in nanoseconds; version 2.4, as two halves; Greenwich; Ethernet.
if (file !== undefined) writeSync(file, words(0xa1b23c4d, 2 | (4 << 16), 0, 0, SNAPLEN, 1));

const directions = {
  ...{ [s.PACKET_HOST]: 'In', [s.PACKET_BROADCAST]: 'B', [s.PACKET_MULTICAST]: 'M' },
  ...{ [s.PACKET_OTHERHOST]: 'P', [s.PACKET_OUTGOING]: 'Out' },
};

/** The frame as it was on the wire: the kernel took its VLAN tag off. */
function withTag(frame, { status, vlan_tci, vlan_tpid }) {
  if ((status & s.TP_STATUS_VLAN_VALID) === 0 || cooked) return frame;
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(status & s.TP_STATUS_VLAN_TPID_VALID ? vlan_tpid : s.ETH_P_8021Q);
  tag.writeUInt16BE(vlan_tci, 2);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}

/** The line of an Ethernet frame. */
function describeFrame(frame, length) {
  let { dest, source, proto } = s.decodeEthhdr(frame);
  let packet = frame.subarray(s.ETH_HLEN);
  let header = `${source} > ${dest}, ethertype ${ethertype(proto)}, length ${length}: `;
  if (proto === s.ETH_P_8021Q && packet.byteLength >= 4) {
    const tci = packet.readUInt16BE();
    proto = packet.readUInt16BE(2);
    packet = packet.subarray(4);
    header = header.replace(/\w+ \(0x8100\)/, '802.1Q (0x8100)');
    header += `vlan ${tci & 0xfff}, p ${tci >> 13}, ethertype ${ethertype(proto)}, `;
  }
  const text = args.link ? header + describe(proto, packet, false) : describe(proto, packet);
  return { text, packet };
}

const clock = ({ sec, nsec }) =>
  `${new Date(sec * 1e3).toTimeString().slice(0, 8)}.${String(nsec).padStart(9, '0').slice(0, 6)}`;

let captured = 0;
const buf = Buffer.alloc(SNAPLEN);

/** Takes a packet, if there is one. */
function take() {
  const room = { iov: [buf], controlLength: s.CMSG_SPACE(16) + s.CMSG_SPACE(20) };
  const { bytes, name, control } = s.recvmsg(fd, room, s.MSG_DONTWAIT);
  // What loopback sends it also receives.
  if (name.hatype === s.ARPHRD_LOOPBACK && name.pkttype === s.PACKET_OUTGOING) return;
  captured++;
  const time = s.controlValue(control, s.SOL_SOCKET, s.SCM_TIMESTAMPNS);
  const aux = s.controlValue(control, s.SOL_PACKET, s.PACKET_AUXDATA);
  const frame = withTag(buf.subarray(0, bytes), aux);
  const length = aux.len + frame.byteLength - bytes;
  if (file !== undefined) {
    writeSync(file, words(time.sec, time.nsec, frame.byteLength, length));
    writeSync(file, frame);
    return;
  }
  if (cooked) {
    const from = `${s.if_indextoname(name.ifindex).padEnd(5)} ${directions[name.pkttype].padEnd(3)}`;
    log(`${clock(time)} ${from} ${describe(name.protocol, frame)}${args.hex ? hex(frame) : ''}`);
    return;
  }
  const { text, packet } = describeFrame(frame, length);
  log(`${clock(time)} ${text}${args.hex ? hex(packet) : ''}`);
}

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});

const link = cooked ? 'cooked, without headers' : 'EN10MB (Ethernet)';
complain(`listening on ${args.interface}, link-type ${link}, snapshot length ${SNAPLEN} bytes`);
while (captured < args.count && !stopped) {
  try {
    // Only some before SIGINT has its turn, however many there are.
    if (s.poll([{ fd, events: s.POLLIN }], 100) === 1) {
      for (let n = 0; n < 100 && captured < args.count; n++) take();
    }
  } catch (error) {
    if (error.code === 'ENETDOWN') fail('the interface went down');
    if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
  }
  await turn();
}

const { packets, drops } = s.getsockopt(fd, s.SOL_PACKET, s.PACKET_STATISTICS);
complain(`${captured} packets captured
${packets} packets received by filter
${drops} packets dropped by kernel`);
s.close(fd);
if (file !== undefined) closeSync(file);
