// A packet as one line, in the words of tcpdump -n.
import * as s from 'sockfd';

const { ICMP_DEST_UNREACH, ICMP_TIME_EXCEEDED, ICMP_REDIRECT } = s;
const pair = (from, to) => `${from} > ${to}`;

/** What stands before a line of each kind, where no link-level header does. */
const names = { [s.ETH_P_IP]: 'IP ', [s.ETH_P_IPV6]: 'IP6 ', [s.ETH_P_ARP]: 'ARP, ' };
const ethertypes = { [s.ETH_P_IP]: 'IPv4', [s.ETH_P_IPV6]: 'IPv6', [s.ETH_P_ARP]: 'ARP' };

/** The name of an ETH_P_*, and its number. */
export function ethertype(proto) {
  return `${ethertypes[proto] ?? 'Unknown'} (0x${proto.toString(16).padStart(4, '0')})`;
}

/** The line of a packet of type `proto`, ETH_P_*; `named` puts what it is in front. */
export function describe(proto, packet, named = true) {
  const name = named ? names[proto] : '';
  if (proto === s.ETH_P_IP) return name + ipv4(packet);
  if (proto === s.ETH_P_IPV6) return name + ipv6(packet);
  if (proto === s.ETH_P_ARP) return name + arp(packet);
  return named ? `ethertype ${ethertype(proto)}, length ${packet.byteLength}` : '';
}

function arp(packet) {
  const header = s.decodeArphdr(packet);
  if (header?.spa === undefined) return '[|arp]';
  const { op, sha, spa, tpa, tha } = header;
  const asked = tha === '00:00:00:00:00:00' ? '' : ` (${tha})`;
  const said =
    op === s.ARPOP_REQUEST
      ? `Request who-has ${tpa}${asked} tell ${spa}`
      : `Reply ${spa} is-at ${sha}`;
  return `${said}, length ${packet.byteLength}`;
}

function ipv4(packet) {
  const ip = s.decodeIphdr(packet);
  if (ip === undefined) return '[|ip]';
  // Only the first fragment has the header of the upper layer.
  if (ip.offset > 0) return `${pair(ip.saddr, ip.daddr)}: ip-proto-${ip.protocol}`;
  // An Ethernet frame is 60 bytes long at least: what is behind the packet is not of it.
  return upper(ip, ip.protocol, packet.subarray(ip.length, ip.tot_len), ip.tot_len - ip.length);
}

function ipv6(packet) {
  const ip = s.decodeIpv6hdr(packet);
  if (ip === undefined) return '[|ip6]';
  const whole = packet.subarray(0, 40 + ip.payload_len);
  const { headers, protocol, offset } = s.decodeIpv6exthdrs(whole, ip.nexthdr, 40);
  const length = 40 + ip.payload_len - offset;
  const words = headers.map((each) => {
    if (each.kind === s.IPPROTO_HOPOPTS) return 'HBH ';
    return each.kind === s.IPPROTO_FRAGMENT ? `frag (${each.offset}|${length}) ` : '';
  });
  if (protocol === undefined) return `${pair(ip.saddr, ip.daddr)}: ${words.join('')}`.trimEnd();
  return upper(ip, protocol, whole.subarray(offset), length, words.join(''));
}

/** What is in an IP packet: `length` bytes, of which `bytes` were captured. */
function upper({ saddr, daddr }, protocol, bytes, length, before = '') {
  const hosts = `${pair(saddr, daddr)}: ${before}`;
  switch (protocol) {
    case s.IPPROTO_TCP:
      return tcp(saddr, daddr, bytes, length, before);
    case s.IPPROTO_UDP: {
      const header = s.decodeUdphdr(bytes);
      if (header === undefined) return `${hosts}[|udp]`;
      const ends = pair(`${saddr}.${header.source}`, `${daddr}.${header.dest}`);
      return `${ends}: ${before}UDP, length ${header.len - 8}`;
    }
    case s.IPPROTO_ICMP: {
      const text = icmp(bytes);
      return text === undefined ? `${hosts} [|icmp]` : `${hosts}ICMP ${text}, length ${length}`;
    }
    case s.IPPROTO_ICMPV6: {
      const text = icmp6(bytes);
      return `${hosts}ICMP6, ${text}${text.endsWith('[|icmp6]') ? '' : `, length ${length}`}`;
    }
    default:
      return `${hosts}ip-proto-${protocol} ${length}`;
  }
}

/** The sequence number that a connection began with, by its ends and in this direction. */
const began = new Map();

function tcp(saddr, daddr, bytes, length, before) {
  const header = s.decodeTcphdr(bytes);
  if (header === undefined) return `${pair(saddr, daddr)}: ${before}[|tcp]`;
  const [from, to] = [`${saddr}.${header.source}`, `${daddr}.${header.dest}`];
  const [there, back] = [pair(from, to), pair(to, from)];
  // Numbers are counted from the beginning, once that is known: the first are printed whole.
  let [seqBase, ackBase] = [0, 0];
  if (header.ack === 1 && header.syn === 0 && began.has(there)) {
    [seqBase, ackBase] = [began.get(there), began.get(back)];
  } else if (header.ack === 1) {
    began.set(there, header.seq).set(back, header.ack_seq - 1);
  }
  const size = length - header.length;
  const seq = (header.seq - seqBase) >>> 0;
  const ack = (number) => (number - ackBase) >>> 0;
  const parts = [`${there}: ${before}Flags [${tcpFlags(header)}]`];
  if (size > 0) parts.push(`seq ${seq}:${(seq + size) >>> 0}`);
  else if (header.syn || header.fin || header.rst) parts.push(`seq ${seq}`);
  if (header.ack) parts.push(`ack ${ack(header.ack_seq)}`);
  parts.push(`win ${header.window}`);
  if (header.urg) parts.push(`urg ${header.urg_ptr}`);
  const options = header.options.map((option) => tcpOption(option, ack));
  if (options.length > 0) parts.push(`options [${options.join(',')}]`);
  return `${parts.join(', ')}, length ${size}`;
}

function tcpFlags({ fin, syn, rst, psh, ack, urg, ece, cwr }) {
  const bits = Object.entries({ F: fin, S: syn, R: rst, P: psh, '.': ack, U: urg, E: ece, W: cwr });
  return bits.flatMap(([letter, bit]) => (bit ? [letter] : [])).join('') || 'none';
}

function tcpOption({ kind, mss, shift, blocks, tsval, tsecr, data }, ack) {
  if (kind === s.TCPOPT_EOL) return 'eol';
  if (kind === s.TCPOPT_NOP) return 'nop';
  if (mss !== undefined) return `mss ${mss}`;
  if (shift !== undefined) return `wscale ${shift}`;
  if (tsval !== undefined) return `TS val ${tsval} ecr ${tsecr}`;
  if (kind === s.TCPOPT_SACK_PERMITTED) return 'sackOK';
  if (blocks !== undefined) {
    const all = blocks.map(({ start_seq, end_seq }) => `{${ack(start_seq)}:${ack(end_seq)}}`);
    return `sack ${blocks.length} ${all.join('')}`;
  }
  const rest = Buffer.from(data ?? []).toString('hex');
  return `unknown-${kind}${rest && ` 0x${rest}`}`;
}

/** To which port the packet was that an error quotes: `udp port 9`; undefined if it is cut off. */
function quotedPort(protocol, bytes, offset) {
  if (bytes.byteLength < offset + 4) return undefined;
  const port = bytes.readUInt16BE(offset + 2); // TCP and UDP have it at the same place
  return `${protocol === s.IPPROTO_TCP ? 'tcp' : 'udp'} port ${port}`;
}

/** What stands behind `ICMP`; undefined for what is cut off. */
function icmp(bytes) {
  const header = s.decodeIcmphdr(bytes);
  if (header === undefined) return undefined;
  const { type, code, id, sequence } = header;
  if (type === s.ICMP_ECHO) return `echo request, id ${id}, seq ${sequence}`;
  if (type === s.ICMP_ECHOREPLY) return `echo reply, id ${id}, seq ${sequence}`;
  const quotes = [ICMP_TIME_EXCEEDED, ICMP_REDIRECT, ICMP_DEST_UNREACH].includes(type);
  if (!quotes) return `type-#${type}`;
  const quoted = s.decodeIphdr(bytes, header.length);
  if (quoted === undefined) return undefined;
  if (type === ICMP_TIME_EXCEEDED && code === s.ICMP_EXC_TTL) return 'time exceeded in-transit';
  if (type === ICMP_TIME_EXCEEDED) return 'ip reassembly time exceeded';
  if (type === ICMP_REDIRECT) return `redirect ${quoted.daddr} to host ${header.gateway}`;
  const { daddr, protocol } = quoted;
  switch (code) {
    case s.ICMP_NET_UNREACH:
      return `net ${daddr} unreachable`;
    case s.ICMP_HOST_UNREACH:
      return `host ${daddr} unreachable`;
    case s.ICMP_PROT_UNREACH:
      return `${daddr} protocol ${protocol} unreachable`;
    case s.ICMP_PORT_UNREACH: {
      const port = quotedPort(protocol, bytes, header.length + quoted.length);
      return port && `${daddr} ${port} unreachable`;
    }
    case s.ICMP_FRAG_NEEDED:
      return `${daddr} unreachable - need to frag (mtu ${header.mtu})`;
    case s.ICMP_PKT_FILTERED:
      return `host ${daddr} unreachable - admin prohibited filter`;
    default:
      return `${daddr} unreachable - #${code}`;
  }
}

const unreachable6 = {
  [s.ICMPV6_NOROUTE]: 'unreachable route',
  [s.ICMPV6_ADM_PROHIBITED]: 'unreachable prohibited',
  [s.ICMPV6_ADDR_UNREACH]: 'unreachable address',
};

function icmp6(bytes) {
  const header = s.decodeIcmp6hdr(bytes);
  if (header === undefined) return '[|icmp6]';
  const { type, code, identifier, sequence, target } = header;
  switch (type) {
    case s.ICMPV6_ECHO_REQUEST:
      return `echo request, id ${identifier}, seq ${sequence}`;
    case s.ICMPV6_ECHO_REPLY:
      return `echo reply, id ${identifier}, seq ${sequence}`;
    case s.ND_ROUTER_SOLICIT:
      return 'router solicitation';
    case s.ND_NEIGHBOR_SOLICIT:
      return `neighbor solicitation, who has ${target}`;
    case s.ND_NEIGHBOR_ADVERT:
      return `neighbor advertisement, tgt is ${target}`;
    case s.ICMPV6_PKT_TOOBIG:
      return `packet too big, mtu ${header.mtu}`;
    case s.ICMPV6_MLD2_REPORT: {
      const [, , high, low] = header.data;
      return `multicast listener report v2, ${(high << 8) | low} group record(s)`;
    }
  }
  const { daddr, nexthdr } = s.decodeIpv6hdr(bytes, header.length) ?? {};
  const cut = ' [|icmp6]';
  if (type === s.ICMPV6_TIME_EXCEED)
    return `time exceeded in-transit${daddr ? ` for ${daddr}` : cut}`;
  if (type !== s.ICMPV6_DEST_UNREACH) return `type-#${type}`;
  if (code !== s.ICMPV6_PORT_UNREACH) {
    const why = unreachable6[code] ?? `code-#${code}`;
    return `destination unreachable, ${why}${daddr ? ` ${daddr}` : cut}`;
  }
  const port = quotedPort(nexthdr, bytes, header.length + 40);
  return `destination unreachable, unreachable port${port ? `, ${daddr} ${port}` : cut}`;
}

/** The bytes of a packet as -x has them. */
export function hex(packet) {
  const words =
    Buffer.from(packet)
      .toString('hex')
      .match(/.{1,4}/g) ?? [];
  let text = '';
  for (let i = 0; i < words.length; i += 8) {
    const at = (2 * i).toString(16).padStart(4, '0');
    text += `\n\t0x${at}:  ${words.slice(i, i + 8).join(' ')}`;
  }
  return text;
}
