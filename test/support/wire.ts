/** Packets that are caught now, by lab.js, and what python3 and tcpdump read in them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeArphdr,
  decodeEthhdr,
  decodeIcmp6hdr,
  decodeIcmphdr,
  decodeIphdr,
  decodeIpv6exthdrs,
  decodeIpv6hdr,
  decodeTcphdr,
  decodeUdphdr,
  ETH_HLEN,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  encodeArphdr,
  encodeEthhdr,
  encodeIcmp6hdr,
  encodeIcmphdr,
  encodeIphdr,
  encodeIpv6exthdr,
  encodeIpv6hdr,
  encodeTcphdr,
  encodeUdphdr,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type TcpSackBlock,
} from '../../lib/index.js';
import { python, run } from './child.js';

/** What lab.js prints. */
interface Printed {
  readonly packets: readonly string[];
  readonly names: Readonly<Record<string, number>>;
  readonly seen: Seen;
}

/** What the other end was seen to make of packets of ours. */
export interface Seen {
  readonly route: string;
  readonly reachable: string;
  readonly retransmit: string;
  readonly sack: TcpSackBlock;
  readonly refused: string;
  /** The key of the signed SYN, where this kernel signs. */
  readonly key?: string;
}

export interface Wire {
  readonly packets: readonly Uint8Array[];
  /** The packets that were waited for. */
  readonly named: ReadonlyMap<string, Uint8Array>;
  readonly seen: Seen;
}

/** Why no packets can be caught on this machine; undefined when they can. */
export function cannotCatch(): string | undefined {
  const needs = 'command -v ping && command -v nsenter && ip link add one type veth peer name two';
  const { error, status, stderr } = spawnSync('unshare', ['-rn', 'sh', '-ec', needs], {
    encoding: 'utf8',
  });
  if (error === undefined && status === 0) return undefined;
  return `needs ping, and a network namespace with a veth pair: ${error?.message ?? stderr}`;
}

export function catchPackets(): Wire {
  const program = join(import.meta.dirname, 'lab.js');
  const printed = run('unshare', ['-rn', process.execPath, program]);
  const { packets: hex, names, seen } = JSON.parse(printed) as Printed;
  const packets = hex.map((text) => new Uint8Array(Buffer.from(text, 'hex')));
  const named = Object.entries(names).map(([name, i]) => [name, packets[i] as Uint8Array] as const);
  return { packets, named: new Map(named), seen };
}

/** A header of a frame: what it is, where it is, and its bytes written anew. */
export interface Layer {
  readonly name: string;
  readonly at: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly written: Uint8Array;
}

function layer<Header extends object>(
  name: string,
  at: number,
  header: Header | undefined,
  encode: (header: Header) => Uint8Array,
): Layer[] {
  if (header === undefined) return [];
  return [
    { name, at, header: Object.fromEntries(Object.entries(header)), written: encode(header) },
  ];
}

function upperLayer(frame: Uint8Array, protocol: number | undefined, at: number): Layer[] {
  switch (protocol) {
    case IPPROTO_TCP:
      return layer('tcp', at, decodeTcphdr(frame, at), encodeTcphdr);
    case IPPROTO_UDP:
      return layer('udp', at, decodeUdphdr(frame, at), encodeUdphdr);
    case IPPROTO_ICMP:
      return layer('icmp', at, decodeIcmphdr(frame, at), encodeIcmphdr);
    case IPPROTO_ICMPV6:
      return layer('icmp6', at, decodeIcmp6hdr(frame, at), encodeIcmp6hdr);
    default:
      return [];
  }
}

function ipv6Layers(frame: Uint8Array, at: number): Layer[] {
  const ip = decodeIpv6hdr(frame, at);
  if (ip === undefined) return [];
  const { headers, protocol, offset } = decodeIpv6exthdrs(frame, ip.nexthdr, at + 40);
  return [
    ...layer('ip6', at, ip, encodeIpv6hdr),
    ...headers.flatMap((header) => layer('ext', header.at, header, encodeIpv6exthdr)),
    ...upperLayer(frame, protocol, offset),
  ];
}

/** The headers of a frame, as our codecs read and write them. */
export function layersOf(frame: Uint8Array): Layer[] {
  const eth = decodeEthhdr(frame);
  const at = ETH_HLEN;
  const link = layer('eth', 0, eth, encodeEthhdr);
  if (eth?.proto === ETH_P_ARP)
    return [...link, ...layer('arp', at, decodeArphdr(frame, at), encodeArphdr)];
  if (eth?.proto === ETH_P_IPV6) return [...link, ...ipv6Layers(frame, at)];
  const ip = eth?.proto === ETH_P_IP ? decodeIphdr(frame, at) : undefined;
  if (ip === undefined) return link;
  // What follows a later fragment's header is no header.
  const upper = ip.offset === 0 ? upperLayer(frame, ip.protocol, at + ip.length) : [];
  return [...link, ...layer('ip', at, ip, encodeIphdr), ...upper];
}

// Written from the RFCs, with nothing of ours.
const readers = `
import socket
def mac(b): return ':'.join('%02x' % n for n in b)
def ip4(b): return socket.inet_ntop(socket.AF_INET, b)
def ip6(b): return socket.inet_ntop(socket.AF_INET6, b)
def named(names, values): return dict(zip(names.split(), values))

def tcp(b):
    s, d, seq, ack, off, window, check, urg_ptr = struct.unpack('!HHIIHHHH', b[:20])
    bit = lambda n: off >> n & 1
    told = named('source dest seq ack_seq window check urg_ptr', (s, d, seq, ack, window, check, urg_ptr))
    flags = named('fin syn rst psh ack urg ece cwr ae', map(bit, range(9)))
    return ['tcp', {**told, **flags, 'res1': off >> 9 & 7, 'doff': off >> 12, 'length': off >> 12 << 2}]

def udp(b):
    return ['udp', named('source dest len check', struct.unpack('!4H', b[:8]))]

def icmp(b):
    kind, code, check = struct.unpack('!BBH', b[:4])
    told = named('type code checksum', (kind, code, check))
    if kind in (0, 8, 13, 14): told |= named('id sequence', struct.unpack('!HH', b[4:8]))
    if kind in (13, 14): told |= named('otime rtime ttime', struct.unpack('!3I', b[8:20]))
    if kind in (3, 11, 12): told['quoted_words'] = b[5]
    if kind == 3: told['mtu'] = struct.unpack('!H', b[6:8])[0]
    if kind == 5: told['gateway'] = ip4(b[4:8])
    if kind == 12: told['pointer'] = b[4]
    return ['icmp', told]

def icmp6(b):
    kind, code, check = struct.unpack('!BBH', b[:4])
    told = named('type code cksum', (kind, code, check))
    if kind in (128, 129): told |= named('identifier sequence', struct.unpack('!HH', b[4:8]))
    if kind == 2: told['mtu'] = struct.unpack('!I', b[4:8])[0]
    if kind == 4: told['pointer'] = struct.unpack('!I', b[4:8])[0]
    if kind in (135, 136): told['target'] = ip6(b[8:24])
    if kind == 136: told |= named('router solicited override', (b[4] >> 7, b[4] >> 6 & 1, b[4] >> 5 & 1))
    if kind == 134:
        told |= named('hop_limit rt_lifetime reachable retransmit', struct.unpack('!BxHII', b[4:16]))
        told |= named('managed other home_agent', (b[5] >> 7, b[5] >> 6 & 1, b[5] >> 5 & 1))
        told['router_pref'] = b[5] >> 3 & 3
    return ['icmp6', told]

upper = {1: icmp, 6: tcp, 17: udp, 58: icmp6}

def ipv4(b):
    first, tos, length, ident, off, ttl, protocol, check, s, d = struct.unpack('!BBHHHBBH4s4s', b[:20])
    size = (first & 15) * 4
    told = named('version ihl tos tot_len id ttl protocol check', (first >> 4, first & 15, tos, length, ident, ttl, protocol, check))
    told |= {'flags': off & 0xe000, 'offset': (off & 0x1fff) * 8, 'saddr': ip4(s), 'daddr': ip4(d), 'length': size}
    return [['ip', told]] + ([upper[protocol](b[size:])] if off & 0x1fff == 0 and protocol in upper else [])

def ipv6(b):
    flow, length, next, hops, s, d = struct.unpack('!IHBB16s16s', b[:40])
    told = {'version': flow >> 28, 'priority': flow >> 20 & 255, 'flow_lbl': flow & 0xfffff, 'payload_len': length,
        'nexthdr': next, 'hop_limit': hops, 'saddr': ip6(s), 'daddr': ip6(d)}
    layers, at = [['ip6', told]], 40
    while next in (0, 43, 44, 60):
        size = 8 if next == 44 else b[at + 1] * 8 + 8
        ext = {'kind': next, 'nexthdr': b[at], 'length': size}
        if next == 44:
            word, ident = struct.unpack('!HI', b[at + 2:at + 8])
            ext |= {'offset': word & 0xfff8, 'more': word & 1, 'ident': ident}
        layers.append(['ext', ext])
        if ext.get('offset'): return layers
        next, at = b[at], at + size
    return layers + ([upper[next](b[at:])] if next in upper else [])

def arp(b):
    told = named('hrd pro hln pln op', struct.unpack('!HHBBH', b[:8]))
    return [['arp', told | {'sha': mac(b[8:14]), 'spa': ip4(b[14:18]), 'tha': mac(b[18:24]), 'tpa': ip4(b[24:28])}]]

def frame(b):
    proto = struct.unpack('!H', b[12:14])[0]
    eth = ['eth', {'dest': mac(b[:6]), 'source': mac(b[6:12]), 'proto': proto}]
    return [eth] + {0x800: ipv4, 0x86dd: ipv6, 0x806: arp}[proto](b[14:])

json.dump([frame(bytes.fromhex(each)) for each in input], sys.stdout)
`;

/** The headers of frames, as python3 reads them. */
export function pythonReads(frames: readonly Uint8Array[]): [string, object][][] {
  const hex = frames.map((frame) => Buffer.from(frame).toString('hex'));
  return python(readers, hex) as [string, object][][];
}

/** Why tcpdump cannot be asked; undefined when it can. */
export function noTcpdump(): string | undefined {
  return spawnSync('tcpdump', ['--version']).error && 'needs tcpdump';
}

/** What tcpdump says of frames, a text each. */
export function tcpdumpSays(frames: readonly Uint8Array[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-pcap-'));
  try {
    // pcap-savefile(5): its header, then each packet behind a header of its own.
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(65535, 16);
    head.writeUInt32LE(1, 20);
    const records = frames.map((frame) => {
      const record = Buffer.alloc(16);
      record.writeUInt32LE(frame.byteLength, 8);
      record.writeUInt32LE(frame.byteLength, 12);
      return Buffer.concat([record, frame]);
    });
    const file = join(dir, 'frames.pcap');
    writeFileSync(file, Buffer.concat([head, ...records]));
    const printed = run('tcpdump', ['-r', file, '-tenvvvS']);
    return printed.split(/\n(?!\s)/).filter((text) => text !== '');
  } finally {
    rmSync(dir, { recursive: true });
  }
}
