/** Real packets, caught while they pass, against python3, tcpdump and the kernel. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  checksum,
  decodeIphdr,
  decodeTcphdr,
  ETH_HLEN,
  encodeTcphdr,
  type Icmp6hdr,
  type Icmphdr,
  IP_DF,
  IP_MF,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Iphdr,
  type Ipv6hdr,
  pseudoHeader,
  TCPOPT_EXP,
  TCPOPT_MD5SIG,
  TCPOPT_SACK,
  type Tcphdr,
  type TcpOption,
  transportChecksum,
  type Udphdr,
} from '../../lib/index.js';
import { packets as recorded } from '../support/packets.js';
import {
  cannotCatch,
  catchPackets,
  type Layer,
  layersOf,
  noTcpdump,
  pythonReads,
  tcpdumpSays,
  type Wire,
} from '../support/wire.js';

const why = cannotCatch();
let caught: Wire | undefined;

beforeAll(() => {
  if (why === undefined) caught = catchPackets();
}, 30_000);

function wire(context: TestContext): Wire {
  if (caught === undefined) context.skip(why);
  return caught as Wire;
}

/** The texts of tcpdump, each with the headers that we read. */
function told(context: TestContext): { text: string; layers: Layer[] }[] {
  const { packets } = wire(context);
  const missing = noTcpdump();
  if (missing !== undefined) context.skip(missing);
  const texts = tcpdumpSays(packets);
  expect(texts).toHaveLength(packets.length);
  return texts.map((text, i) => ({ text, layers: layersOf(packets[i] as Uint8Array) }));
}

const find = <Header>(layers: readonly Layer[], name: string): Header | undefined =>
  layers.find((layer) => layer.name === name)?.header as Header | undefined;

/** A number in a text, in whichever base it is written. */
const number = (text: string, pattern: RegExp): number | undefined => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('headers of packets on a wire', () => {
  it('are of each kind', (context) => {
    const { named, packets } = wire(context);
    // Those that not every kernel sends are not waited for where it does not.
    const always = Object.keys(recorded).filter((name) => !/MP_CAPABLE|signed/.test(name));
    expect([...named.keys()]).toEqual(expect.arrayContaining(always));
    const kinds = new Set(packets.flatMap((packet) => layersOf(packet).map(({ name }) => name)));
    expect([...kinds].sort()).toEqual([
      'arp',
      'eth',
      'ext',
      'icmp',
      'icmp6',
      'ip',
      'ip6',
      'tcp',
      'udp',
    ]);
  });

  it('are what python3 reads', (context) => {
    const { packets } = wire(context);
    const ours = packets.map((packet) =>
      layersOf(packet).map(({ name, header }) => [name, header]),
    );
    const theirs = pythonReads(packets);
    for (const [i, layers] of theirs.entries()) {
      expect(ours[i]?.map(([name]) => name)).toEqual(layers.map(([name]) => name));
      for (const [n, [name, header]] of layers.entries()) {
        expect(ours[i]?.[n]?.[1], `${name} of packet ${i}`).toMatchObject(header);
      }
    }
  });

  it('are written as they were read', (context) => {
    for (const packet of wire(context).packets) {
      for (const { name, at, written } of layersOf(packet)) {
        expect(hex(written), name).toBe(hex(packet.subarray(at, at + written.byteLength)));
      }
    }
  });

  it('have the checksums that we compute', (context) => {
    const checks = {
      tcp: IPPROTO_TCP,
      udp: IPPROTO_UDP,
      icmp: IPPROTO_ICMP,
      icmp6: IPPROTO_ICMPV6,
    };
    const seen = new Set<string>();
    for (const packet of wire(context).packets) {
      const layers = layersOf(packet);
      const ip = find<Iphdr>(layers, 'ip');
      if (ip !== undefined) expect(checksum(packet.slice(ETH_HLEN, ETH_HLEN + ip.length))).toBe(0);
      const { saddr, daddr } = ip ?? find<Ipv6hdr>(layers, 'ip6') ?? {};
      const fragment = (ip?.flags ?? 0) & IP_MF || layers.some(({ header }) => header.more === 1);
      for (const [name, protocol] of Object.entries(checks)) {
        const layer = layers.find((each) => each.name === name);
        if (layer === undefined || fragment || layer.header.check === 0) continue;
        const segment = packet.subarray(layer.at);
        // 0, or what UDP has in its place.
        expect(transportChecksum(saddr ?? '', daddr ?? '', protocol, segment) % 0xffff, name).toBe(
          0,
        );
        seen.add(`${name} ${ip?.version ?? 6}`);
      }
    }
    expect([...seen].sort()).toEqual(['icmp 4', 'icmp6 6', 'tcp 4', 'tcp 6', 'udp 4', 'udp 6']);
  });
});

/** Flags as tcpdump writes them. */
function flagsOf(tcp: Tcphdr): string {
  const letters = {
    fin: 'F',
    syn: 'S',
    rst: 'R',
    psh: 'P',
    ack: '.',
    urg: 'U',
    ece: 'E',
    cwr: 'W',
  };
  return Object.entries(letters)
    .map(([name, letter]) => (tcp[name as keyof typeof letters] === 1 ? letter : ''))
    .join('');
}

/** An option as tcpdump writes it; of MPTCP, its length and subtype. */
function optionOf(option: TcpOption): string {
  const { mss, shift, blocks, tsval, tsecr, digest, subtype, cookie, magic, data } = option;
  if (mss !== undefined) return `mss ${mss}`;
  if (shift !== undefined) return `wscale ${shift}`;
  if (tsval !== undefined) return `TS val ${tsval} ecr ${tsecr}`;
  if (digest !== undefined) return `md5 ${hex(digest)}`;
  if (subtype !== undefined) {
    return `mptcp ${3 + (data?.byteLength ?? 0)} ${['capable', 'join', 'dss'][subtype]}`;
  }
  if (blocks !== undefined) {
    const ends = blocks.map(({ start_seq, end_seq }) => `{${start_seq}:${end_seq}}`);
    return `sack ${blocks.length} ${ends.join('')}`;
  }
  if (cookie !== undefined) {
    const what = cookie.byteLength === 0 ? 'cookiereq' : `cookie ${hex(cookie)}`;
    return `${magic === undefined ? 'tfo' : 'exp-tfo'} ${what}`;
  }
  return ['eol', 'nop', '', '', 'sackOK'][option.kind] ?? `unknown-${option.kind}`;
}

/** The options in a text of tcpdump, of MPTCP their lengths and subtypes. */
function optionsIn(text: string): string[] {
  const list = /options \[(.*?)\], length/.exec(text)?.[1];
  if (list === undefined) return [];
  return list
    .replaceAll(/mptcp (\d+) (\w+)[^,{]*(\{[^}]*\})?/g, 'mptcp $1 $2')
    .replaceAll(/md5 [^,]*, can't check - (\w+)/g, 'md5 $1')
    .split(',')
    .map((option) => option.replaceAll(/\s+/g, ' ').trim());
}

describe('tcpdump', () => {
  it('says of TCP what we read', (context) => {
    let count = 0;
    for (const { text, layers } of told(context)) {
      const tcp = find<Tcphdr>(layers, 'tcp');
      if (tcp === undefined) continue;
      count++;
      const ports = / \S+\.(\d+) > \S+\.(\d+): Flags/.exec(text)?.slice(1).map(Number);
      expect(ports, text).toEqual([tcp.source, tcp.dest]);
      expect(/Flags \[([^\]]*)\]/.exec(text)?.[1], text).toBe(flagsOf(tcp));
      expect(number(text, /cksum (0x\w+) \(correct\)/), text).toBe(tcp.check);
      expect(number(text, /\bseq (\d+)/), text).toBe(tcp.seq);
      expect(number(text, /, ack (\d+), win/) ?? 0, text).toBe(tcp.ack === 1 ? tcp.ack_seq : 0);
      expect(number(text, /\bwin (\d+)/), text).toBe(tcp.window);
      expect(number(text, /\burg (\d+)/) ?? 0, text).toBe(tcp.urg_ptr);
      expect(optionsIn(text), text).toEqual(tcp.options.map(optionOf));
    }
    expect(count).toBeGreaterThan(20);
  });

  it('says of IPv4 what we read', (context) => {
    let count = 0;
    for (const { text, layers } of told(context)) {
      const ip = find<Iphdr>(layers, 'ip');
      if (ip === undefined) continue;
      count++;
      const flags = ip.flags === 0 ? 'none' : ip.flags === IP_MF ? '+' : 'DF';
      expect([0, IP_DF, IP_MF]).toContain(ip.flags);
      const fixed = `(tos 0x${ip.tos.toString(16)}, ttl ${ip.ttl}, id ${ip.id}, offset ${ip.offset}`;
      expect(text).toContain(`${fixed}, flags [${flags}], proto `);
      expect(text).toMatch(new RegExp(`\\(${ip.protocol}\\), length ${ip.tot_len}[,)]`));
      expect(text).toMatch(new RegExp(`\\n\\s+${ip.saddr}[.\\d]* > ${ip.daddr}[.\\d]*: `));
      const [first = ''] = text.split('\n');
      expect(first.includes(', options ('), text).toBe(ip.options.byteLength > 0);
    }
    expect(count).toBeGreaterThan(40);
  });

  it('says of IPv6 what we read', (context) => {
    let count = 0;
    for (const { text, layers } of told(context)) {
      const ip = find<Ipv6hdr>(layers, 'ip6');
      if (ip === undefined) continue;
      count++;
      expect(number(text, /flowlabel (0x\w+)/) ?? 0, text).toBe(ip.flow_lbl);
      expect(number(text, /class (0x\w+)/) ?? 0, text).toBe(ip.priority);
      expect(number(text, /hlim (\d+)/), text).toBe(ip.hop_limit);
      expect(number(text, /next-header \S+ \((\d+)\)/), text).toBe(ip.nexthdr);
      expect(number(text, /payload length: (\d+)/), text).toBe(ip.payload_len);
      expect(text).toMatch(new RegExp(`\\) ${ip.saddr}[.\\d]* > ${ip.daddr}[.\\d]*: `));
      const names: Record<number, string> = { 0: 'HBH', 44: 'frag', 60: 'DSTOPT' };
      const kinds = layers.filter(({ name }) => name === 'ext').map(({ header }) => header.kind);
      const written = text.match(/\b(HBH|DSTOPT|frag) \(/g)?.map((word) => word.slice(0, -2)) ?? [];
      expect(written, text).toEqual(kinds.map((kind) => names[kind as number]));
    }
    expect(count).toBeGreaterThan(20);
  });

  it('says of UDP, ARP and ICMP what we read', (context) => {
    const counts = { udp: 0, arp: 0, icmp: 0, icmp6: 0 };
    for (const { text, layers } of told(context)) {
      const udp = find<Udphdr>(layers, 'udp');
      if (udp !== undefined) {
        counts.udp++;
        expect(text).toMatch(new RegExp(`[ .]${udp.source} > \\S*\\b${udp.dest}: `));
        expect(text).toContain(`UDP, length ${udp.len - 8}`);
        expect(text).toContain(udp.check === 0 ? '[no cksum]' : '[udp sum ok]');
      }
      const arp = find<Record<string, unknown>>(layers, 'arp');
      if (arp !== undefined) {
        counts.arp++;
        expect(text).toContain(
          arp.op === 1
            ? `Request who-has ${arp.tpa} tell ${arp.spa}, length 28`
            : `Reply ${arp.spa} is-at ${arp.sha}, length 28`,
        );
      }
      const icmp = find<Icmphdr>(layers, 'icmp');
      if (icmp !== undefined) {
        counts.icmp++;
        expect(text).toContain(icmpText(icmp));
      }
      const icmp6 = find<Icmp6hdr>(layers, 'icmp6');
      if (icmp6 !== undefined) {
        counts.icmp6++;
        expect(text.replaceAll(/\s+/g, ' ')).toContain(icmp6Text(icmp6));
      }
    }
    expect(
      Object.values(counts).every((count) => count >= 4),
      JSON.stringify(counts),
    ).toBe(true);
  });
});

function icmpText(icmp: Icmphdr): string {
  switch (icmp.type) {
    case 0:
    case 8:
      return `ICMP echo re${icmp.type === 8 ? 'quest' : 'ply'}, id ${icmp.id}, seq ${icmp.sequence},`;
    case 3:
      if (icmp.code === 4) return `unreachable - need to frag (mtu ${icmp.mtu})`;
      return icmp.code === 3 ? ' udp port ' : 'ICMP net ';
    case 5:
      return ` to host ${icmp.gateway},`;
    case 11:
      return 'ICMP time exceeded in-transit';
    case 12:
      return `ICMP parameter problem - octet ${icmp.pointer},`;
    case 13:
      return `ICMP time stamp query id ${icmp.id} seq ${icmp.sequence},`;
    case 14: {
      const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
      const times = `org ${clock(icmp.otime)}, recv ${clock(icmp.rtime)}, xmit ${clock(icmp.ttime)}`;
      return `ICMP time stamp reply id ${icmp.id} seq ${icmp.sequence}: ${times}`;
    }
    default:
      return `no text for ICMP type ${icmp.type}`;
  }
}

function icmp6Text(icmp6: Icmp6hdr): string {
  switch (icmp6.type) {
    case 1:
      return 'unreachable port';
    case 2:
      return `packet too big, mtu ${icmp6.mtu}`;
    case 3:
      return 'time exceeded in-transit';
    case 4:
      return `parameter problem, next header - octet ${icmp6.pointer}`;
    case 128:
    case 129: {
      const what = icmp6.type === 128 ? 'request' : 'reply';
      return `echo ${what}, id ${icmp6.identifier}, seq ${icmp6.sequence}`;
    }
    case 133:
      return 'router solicitation';
    case 134: {
      const times = `reachable time ${icmp6.reachable}ms, retrans timer ${icmp6.retransmit}ms`;
      const flags = 'Flags [managed, other stateful], pref high';
      return `hop limit ${icmp6.hop_limit}, ${flags}, router lifetime ${icmp6.rt_lifetime}s, ${times}`;
    }
    case 135:
      return `who has ${icmp6.target}`;
    case 136: {
      const names = ['router', 'solicited', 'override'] as const;
      const flags = names.filter((name) => icmp6[name] === 1);
      return `tgt is ${icmp6.target}, Flags [${flags.join(', ')}]`;
    }
    case 143:
      return 'multicast listener report v2';
    default:
      return `no text for ICMPv6 type ${icmp6.type}`;
  }
}

describe('the kernel at the other end', () => {
  it('takes our segment that is out of order, and says so', (context) => {
    const { named, seen } = wire(context);
    const options = decodeTcphdr(named.get('SACK') ?? new Uint8Array(0), 34)?.options;
    expect(options).toContainEqual({ kind: TCPOPT_SACK, blocks: [seen.sack] });
  });

  it('takes our experimental option for Fast Open', (context) => {
    const reply = decodeTcphdr(
      wire(context).named.get('experimental cookie') ?? new Uint8Array(0),
      34,
    );
    expect(reply).toMatchObject({ dest: 40_000, syn: 1, ack: 1, ack_seq: 0x1000_0001 });
    const option = reply?.options.find(({ kind }) => kind === TCPOPT_EXP);
    expect(option?.cookie?.byteLength).toBeGreaterThanOrEqual(4);
  });

  it('takes our question for the time', (context) => {
    const reply = find<Icmphdr>(
      layersOf(wire(context).named.get('timestamp reply') as Uint8Array),
      'icmp',
    );
    expect(reply).toMatchObject({ id: 0x1234, sequence: 7, otime: 41_100_000 });
    expect(reply?.ttime).toBeGreaterThanOrEqual(reply?.rtime ?? Number.NaN);
    expect(reply?.ttime).toBeLessThan(86_400_000);
  });

  it('takes us for the router that we advertise', (context) => {
    const { route, reachable, retransmit } = wire(context).seen;
    expect(route).toMatch(/^default via fe80::ff:fe00:1 .*\bproto ra\b/);
    expect(route).toMatch(/expires 179\dsec hoplimit 17 pref high/);
    expect([Number(reachable), Number(retransmit)]).toEqual([12_000, 2000]);
  });

  it('takes our extension headers, and quotes them with its refusal', (context) => {
    const { named } = wire(context);
    const sent = named.get('extension headers') as Uint8Array;
    const answer = named.get('port unreachable 6') as Uint8Array;
    // An ICMPv6 error quotes the packet from its fixed header on.
    expect(hex(answer.subarray(ETH_HLEN + 40 + 8))).toBe(hex(sent.subarray(ETH_HLEN)));
  });

  it('finds the wrong byte of our options', (context) => {
    const answer = wire(context).named.get('parameter problem') as Uint8Array;
    expect(find<Icmphdr>(layersOf(answer), 'icmp')).toMatchObject({ pointer: 22 });
    expect(decodeIphdr(answer, ETH_HLEN + 28)).toMatchObject({ ihl: 7, options: { 2: 1 } });
  });

  it('signs what RFC 2385 says', (context) => {
    const { named, seen } = wire(context);
    if (seen.key === undefined) context.skip('this kernel has no TCP_MD5SIG');
    const tcp = decodeTcphdr(named.get('signed SYN') as Uint8Array, 34) as Tcphdr;
    const { options, rest, ...fixed } = tcp;
    const digest = createHash('md5')
      .update(pseudoHeader('192.0.2.1', '192.0.2.2', IPPROTO_TCP, tcp.length))
      .update(encodeTcphdr({ ...fixed, check: 0 }))
      .update(seen.key ?? '')
      .digest();
    expect(options.find(({ kind }) => kind === TCPOPT_MD5SIG)?.digest).toEqual(
      new Uint8Array(digest),
    );
    expect(rest).toHaveLength(0);
  });
});
