// A few words of pcap-filter(7) as a program of classic BPF, which the kernel runs on each packet.
import { isIPv4, isIPv6 } from 'node:net';
import * as s from 'sockfd';

const { BPF_LD, BPF_LDX, BPF_JMP, BPF_RET, BPF_B, BPF_H, BPF_W, BPF_K } = s;

// Offsets from SKF_NET_OFF on count from the network header, whatever stands before it.
const load = (size, at) => s.BPF_STMT(BPF_LD | size | s.BPF_ABS, s.SKF_NET_OFF + at);
const equal = (k, jt, jf) => s.BPF_JUMP(BPF_JMP | s.BPF_JEQ | BPF_K, k, jt, jf);

/** Marks a jump to where a packet is dropped; how far that is, nobody knows yet. */
const DROP = 255;
const must = (k) => equal(k, 0, DROP);

/** What differs between the kinds of packets; a kind without a part has no such packets. */
const kinds = [
  {
    ...{ proto: s.ETH_P_IP, icmp: s.IPPROTO_ICMP, protocolAt: 9, isAddress: isIPv4 },
    ...{ saddrAt: 12, daddrAt: 16 },
    // Ports are in the first fragment; X becomes the length of the header.
    beforePorts: [
      load(BPF_H, 6),
      s.BPF_JUMP(BPF_JMP | s.BPF_JSET | BPF_K, s.IP_OFFMASK, DROP, 0),
      s.BPF_STMT(BPF_LDX | BPF_B | s.BPF_MSH, s.SKF_NET_OFF),
    ],
  },
  {
    ...{ proto: s.ETH_P_IPV6, icmp: s.IPPROTO_ICMPV6, protocolAt: 6, isAddress: isIPv6 },
    ...{ saddrAt: 8, daddrAt: 24 },
    beforePorts: [s.BPF_STMT(BPF_LDX | BPF_W | s.BPF_IMM, 40)],
  },
  { proto: s.ETH_P_ARP, isAddress: isIPv4, saddrAt: 14, daddrAt: 24 },
];

const protocols = { tcp: s.IPPROTO_TCP, udp: s.IPPROTO_UDP };

/** Lets pass what has `port` at either end. */
function portIs({ protocolAt, beforePorts }, port) {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) throw new Error('port: a number');
  if (protocolAt === undefined) return undefined;
  const loadPort = (at) => s.BPF_STMT(BPF_LD | BPF_H | s.BPF_IND, s.SKF_NET_OFF + at);
  return [
    load(BPF_B, protocolAt),
    equal(s.IPPROTO_TCP, 1, 0),
    must(s.IPPROTO_UDP),
    ...beforePorts,
    loadPort(0),
    equal(port, 2, 0),
    loadPort(2),
    must(port),
  ];
}

/** Lets pass what is from or to an address. */
function hostIs({ isAddress, saddrAt, daddrAt }, host) {
  if (!isIPv4(host) && !isIPv6(host)) throw new Error('host: an address');
  if (!isAddress(host)) return undefined;
  const bytes = s.inet_pton(isIPv4(host) ? s.AF_INET : s.AF_INET6, host);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(4 * i));
  const compare = (at, last) =>
    words.flatMap((word, i) => [load(BPF_W, at + 4 * i), equal(word, 0, last(i))]);
  // A word that differs: on to the destination, over the rest, and over the jump that ends it.
  const source = compare(saddrAt, (i) => 2 * (words.length - 1 - i) + 1);
  const destination = compare(daddrAt, () => DROP);
  return [...source, s.BPF_STMT(BPF_JMP | s.BPF_JA, destination.length), ...destination];
}

/** The instructions of one condition, for one kind of packets; undefined: it never holds. */
function condition(kind, [word, value]) {
  if (word === 'port') return portIs(kind, Number(value));
  if (word === 'host') return hostIs(kind, value);
  if (word === 'arp') return kind.proto === s.ETH_P_ARP ? [] : undefined;
  if (word === 'icmp' && kind.proto !== s.ETH_P_IP) return undefined;
  if (word === 'icmp6' && kind.proto !== s.ETH_P_IPV6) return undefined;
  const protocol = protocols[word] ?? kind.icmp;
  if (kind.protocolAt === undefined) return undefined;
  return [load(BPF_B, kind.protocolAt), must(protocol)];
}

const grammar = /^(?:(tcp|udp|icmp6?|arp)|(port|host) +(\S+))(?: +(?:and +)?|$)/;

/** The conditions of an expression: `tcp port 80 and host 192.0.2.1`. */
function parse(expression) {
  const conditions = [];
  for (let rest = expression; rest !== ''; ) {
    const found = grammar.exec(rest);
    if (found === null) throw new Error(`a filter has no such word: ${rest}`);
    conditions.push([found[1] ?? found[2], found[3]]);
    rest = rest.slice(found[0].length);
  }
  return conditions;
}

/** The program of an expression. It returns how many bytes of a packet pass: `snaplen`, or none. */
export function compile(expression, snaplen) {
  const conditions = parse(expression);
  const pass = s.BPF_STMT(BPF_RET | BPF_K, snaplen);
  const drop = s.BPF_STMT(BPF_RET | BPF_K, 0);
  if (conditions.length === 0) return [pass];
  const blocks = kinds.flatMap((kind) => {
    const parts = conditions.map((each) => condition(kind, each));
    if (parts.includes(undefined)) return [];
    const body = [...parts.flat(), pass, drop];
    const end = body.length - 1;
    // Now it is known how far it is to the end. Jumps count from the next instruction.
    const aim = (to, i) => (to === DROP ? end - i - 1 : to);
    const aimed = body.map((each, i) => ({ ...each, jt: aim(each.jt, i), jf: aim(each.jf, i) }));
    return [[equal(kind.proto, 0, aimed.length), ...aimed]];
  });
  const loadType = s.BPF_STMT(BPF_LD | BPF_H | s.BPF_ABS, s.SKF_AD_OFF + s.SKF_AD_PROTOCOL);
  return [loadType, ...blocks.flat(), drop];
}
