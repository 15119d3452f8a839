// Real packets: two network namespaces, a veth pair between them, traffic, and a packet socket at one
// end. Run in a namespace of its own (unshare -rn), it prints JSON: every packet that went by, the
// names of those that were waited for, and what the other end was seen to make of ours.
//
// The veth pair has no checksum offload: what is caught has the checksums that the kernel made.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import * as s from 'sockfd';

// What follows sets up interfaces, addresses and routes, which must never be those of the machine. In
// a new namespace no interface is up, not even loopback.
if (Object.keys(networkInterfaces()).length > 0) {
  throw new Error('runs in a network namespace of its own only: unshare -rn');
}

const MAC = { near: '02:00:00:00:00:01', far: '02:00:00:00:00:02' };
const [NEAR, FAR] = ['192.0.2.1', '192.0.2.2'];
const [NEAR6, FAR6] = ['2001:db8::1', '2001:db8::2'];
// Behind the far end, and back through the same interface to a router that is not there.
const [BEYOND, BEYOND6] = ['198.51.100.9', '2001:db8:1::9'];
// Numbers of which tcpdump makes no protocol.
const [PORT, CLOSED, MPTCP_PORT] = [8500, 8509, 8501];

const noOffload = `
import array, fcntl, socket, struct, sys
fd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
# ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO by SIOCETHTOOL
for command in (0x17, 0x1f, 0x24):
    value = array.array('I', [command, 0])
    fcntl.ioctl(fd, 0x8946, struct.pack('16sP', sys.argv[1].encode(), value.buffer_info()[0]))
`;

// Answers at three ports once it is told that it has addresses; ends when its input does.
const server = `
import socket, sys, threading
print('ready', flush=True)
sys.stdin.readline()
def serve(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=drain, args=(connection,), daemon=True).start()
def drain(connection):
    while connection.recv(4096): pass
    connection.close()
def listen(family, protocol, port):
    listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    if protocol == 0: listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
    if family == socket.AF_INET6: listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind(('', port))
    listener.listen(8)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
listen(socket.AF_INET, 0, ${PORT})
listen(socket.AF_INET6, 0, ${PORT})
try: listen(socket.AF_INET, 262, ${MPTCP_PORT})
except OSError: print('no MPTCP', flush=True)
print('listening', flush=True)
sys.stdin.read()
`;

function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', timeout: 45_000, stdio: 'pipe' });
}

const peer = spawn('unshare', ['-n', 'python3', '-c', server], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
let said = '';
peer.stdout.setEncoding('utf8').on('data', (text) => {
  said += text;
});
async function heard(word) {
  while (!said.includes(word)) await once(peer.stdout, 'data');
}

const far = (script) => run('nsenter', '-t', `${peer.pid}`, '-n', 'sh', '-ec', script);

/** Addresses at once, without a trial of them, and routers asked for without a delay. */
const prompt = `
  for what in default all; do
    echo 0 > /proc/sys/net/ipv6/conf/$what/accept_dad
    echo 0 > /proc/sys/net/ipv6/conf/$what/router_solicitation_delay
  done
  echo 3 > /proc/sys/net/ipv4/tcp_fastopen`;
const up = (name, addr, addr6) => `
  ip link set ${name} up
  ip addr add ${addr}/24 dev ${name}
  ip addr add ${addr6}/64 dev ${name} nodad`;

const here = (script) => run('sh', '-ec', script);
await heard('ready');
here(prompt);
far(prompt);
const pair = `near address ${MAC.near} type veth peer name far address ${MAC.far}`;
here(`ip link add ${pair} netns ${peer.pid}`);
run('python3', '-c', noOffload, 'near');
run('nsenter', '-t', `${peer.pid}`, '-n', 'python3', '-c', noOffload, 'far');

const tap = s.socket(s.AF_PACKET, s.SOCK_RAW | s.SOCK_NONBLOCK, s.htons(s.ETH_P_ALL));
const ifindex = s.if_nametoindex('near');
s.bind(tap, { family: s.AF_PACKET, ifindex, protocol: s.ETH_P_ALL });
// ENETDOWN, which the interface is until both ends are up.
s.getsockopt(tap, s.SOL_SOCKET, s.SO_ERROR);

// A packet socket does not hear itself: another one sends.
const injector = s.socket(s.AF_PACKET, s.SOCK_RAW);
s.bind(injector, { family: s.AF_PACKET, ifindex, protocol: 0 });

const packets = [];
const names = {};
const buf = new Uint8Array(65536);

/** Takes what is there, or waits for one packet. */
function take(timeout) {
  const polled = [{ fd: tap, events: s.POLLIN, revents: 0 }];
  if (s.poll(polled, timeout) === 0) return false;
  const length = s.recv(tap, buf);
  packets.push(buf.slice(0, length));
  return true;
}

/** What of a packet the conditions below ask for. */
function layers(packet) {
  const eth = s.decodeEthhdr(packet);
  const at = s.ETH_HLEN;
  if (eth?.proto === s.ETH_P_ARP) return { arp: s.decodeArphdr(packet, at) };
  const ip = s.decodeIphdr(packet, at);
  const ip6 = s.decodeIpv6hdr(packet, at);
  if (ip === undefined && ip6 === undefined) return {};
  const ext = ip6 && s.decodeIpv6exthdrs(packet, ip6.nexthdr, at + 40);
  const protocol = ip ? ip.protocol : ext.protocol;
  const begin = ip ? at + ip.length : ext.offset;
  const upper = { ip, ip6, ext, protocol, begin };
  if (protocol === s.IPPROTO_TCP) return { ...upper, tcp: s.decodeTcphdr(packet, begin) };
  if (protocol === s.IPPROTO_UDP) return { ...upper, udp: s.decodeUdphdr(packet, begin) };
  if (protocol === s.IPPROTO_ICMP) return { ...upper, icmp: s.decodeIcmphdr(packet, begin) };
  if (protocol === s.IPPROTO_ICMPV6) return { ...upper, icmp6: s.decodeIcmp6hdr(packet, begin) };
  return upper;
}

let looked = 0;
/** Waits for the next packet that `is` so, and names it. */
function want(name, is) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    for (; looked < packets.length; looked++) {
      if (!is(layers(packets[looked]))) continue;
      names[name] = looked;
      return packets[looked++];
    }
    if (take(1000) || performance.now() < deadline) continue;
    const hex = packets.map((packet) => Buffer.from(packet).toString('hex'));
    throw new Error(`no ${name} within 10 s, but\n${hex.join('\n')}\n${here('ip neigh')}`);
  }
}

/** Looks from the first packet again: this one may have come before the last. */
function wantAnywhere(name, is) {
  looked = 0;
  return want(name, is);
}

const icmpType = (type, code) => (p) =>
  p.icmp?.type === type && (code === undefined || p.icmp.code === code);
const icmp6Type = (type, code) => (p) =>
  p.icmp6?.type === type && (code === undefined || p.icmp6.code === code);

const frame = (proto, ...parts) =>
  Buffer.concat([s.encodeEthhdr({ dest: MAC.far, source: MAC.near, proto }), ...parts]);

/** An IPv4 frame to the far end: header, and what follows with its checksum. */
function frame4(ip, payload) {
  const header = { saddr: NEAR, daddr: FAR, ...ip };
  const options = ((header.options?.byteLength ?? 0) + 3) & ~3;
  const tot_len = 20 + options + payload.byteLength;
  const check = s.checksum(s.encodeIphdr({ ...header, tot_len }));
  return frame(s.ETH_P_IP, s.encodeIphdr({ ...header, tot_len, check }), payload);
}

const to = (port, addr = FAR) => ({ family: s.AF_INET, addr, port });
const to6 = (port, addr = FAR6) => ({ family: s.AF_INET6, addr, port });

function udp(addr, size, ...options) {
  const fd = s.socket(addr.family, s.SOCK_DGRAM);
  for (const [level, name, value] of options) s.setsockopt(fd, level, name, value);
  s.sendto(fd, new Uint8Array(size).fill(0x75), 0, addr);
  s.close(fd);
}

function connected(addr, protocol = 0) {
  const fd = s.socket(addr.family, s.SOCK_STREAM, protocol);
  s.connect(fd, addr);
  return fd;
}

const is = (seen, ...flags) => flags.every((name) => seen.tcp?.[name] === 1);
const sent = (port) => (p) => p.tcp?.dest === port;
const seen = {};

// What neighbours say as they come up.
far(up('far', FAR, FAR6));
here(up('near', NEAR, NEAR6));
peer.stdin.write('go\n');
await heard('listening');
wantAnywhere('MLD report', icmp6Type(s.ICMPV6_MLD2_REPORT));
wantAnywhere('router solicitation', icmp6Type(s.ND_ROUTER_SOLICIT));

// A router's advertisement of ours, which the far end takes to heart.
const linkLocal = 'fe80::ff:fe00:1';
const advert = {
  type: s.ND_ROUTER_ADVERT,
  ...{ hop_limit: 17, managed: true, other: true, router_pref: s.ICMPV6_ROUTER_PREF_HIGH },
  ...{ rt_lifetime: 1799, reachable: 12_000, retransmit: 2000 },
};
const cksum = s.transportChecksum(linkLocal, 'ff02::1', s.IPPROTO_ICMPV6, s.encodeIcmp6hdr(advert));
s.send(
  injector,
  Buffer.concat([
    s.encodeEthhdr({ dest: '33:33:00:00:00:01', source: MAC.near, proto: s.ETH_P_IPV6 }),
    s.encodeIpv6hdr({
      ...{ nexthdr: s.IPPROTO_ICMPV6, payload_len: 16, hop_limit: 255 },
      ...{ saddr: linkLocal, daddr: 'ff02::1' },
    }),
    s.encodeIcmp6hdr({ ...advert, cksum }),
  ]),
);
want('router advertisement', icmp6Type(s.ND_ROUTER_ADVERT));
const deadline = performance.now() + 10_000;
do {
  seen.route = far('ip -6 route show default');
} while (!seen.route.includes('default') && performance.now() < deadline);
seen.reachable = far('cat /proc/sys/net/ipv6/neigh/far/base_reachable_time_ms');
seen.retransmit = far('cat /proc/sys/net/ipv6/neigh/far/retrans_time_ms');

// The far end becomes a router, whose next hop is behind the interface that it is asked at.
far(`
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
  ip route add 198.51.100.0/25 via 192.0.2.3 dev far mtu lock 100
  ip -6 route add 2001:db8:1::/64 via fe80::3 dev far mtu lock 1300`);
here(`
  ip route add 198.51.100.0/24 via ${FAR}
  ip -6 route add 2001:db8:1::/64 via ${FAR6}`);

// IPv4: ARP, ICMP and its errors.
run('ping', '-c', '1', '-p', 'a55a', FAR);
wantAnywhere('ARP request', (p) => p.arp?.op === s.ARPOP_REQUEST && p.arp.tpa === FAR);
want('ARP reply', (p) => p.arp?.op === s.ARPOP_REPLY);
want('echo', icmpType(s.ICMP_ECHO));
want('echo reply', icmpType(s.ICMP_ECHOREPLY));
run('ping', '-c', '1', '-R', FAR);
want('record route', (p) => p.ip?.ihl === 15);
want('record route reply', (p) => p.ip?.ihl === 15);
run('ping', '-c', '1', '-s', '1480', FAR);
want('first fragment', (p) => p.ip && p.ip.flags & s.IP_MF);
want('last fragment', (p) => p.ip?.offset > 0);

const stamp = { type: s.ICMP_TIMESTAMP, id: 0x1234, sequence: 7, otime: 41_100_000 };
const stamped = s.encodeIcmphdr({ ...stamp, checksum: s.checksum(s.encodeIcmphdr(stamp)) });
s.send(injector, frame4({ protocol: s.IPPROTO_ICMP, id: 1 }, stamped));
want('timestamp', icmpType(s.ICMP_TIMESTAMP));
want('timestamp reply', icmpType(s.ICMP_TIMESTAMPREPLY));

udp(to(CLOSED), 11, [s.IPPROTO_IP, s.IP_TOS, s.IPTOS_DSCP_EF]);
want('UDP', (p) => p.udp?.dest === CLOSED);
want('port unreachable', icmpType(s.ICMP_DEST_UNREACH, s.ICMP_PORT_UNREACH));
udp(to(9, BEYOND), 120, [s.IPPROTO_IP, s.IP_MTU_DISCOVER, s.IP_PMTUDISC_DO]);
want('fragmentation needed', icmpType(s.ICMP_DEST_UNREACH, s.ICMP_FRAG_NEEDED));
udp(to(9, '198.51.100.8'), 10, [s.IPPROTO_IP, s.IP_TTL, 1]);
want('time exceeded', icmpType(s.ICMP_TIME_EXCEEDED));
udp(to(9, '198.51.100.7'), 10);
want('redirect', icmpType(s.ICMP_REDIRECT));
udp(to(9, '198.51.100.200'), 10);
want('network unreachable', icmpType(s.ICMP_DEST_UNREACH, s.ICMP_NET_UNREACH));
// A record of routes whose pointer points into its own header: byte 22 of the packet.
const badOptions = Uint8Array.of(s.IPOPT_RR, 7, 1, 0, 0, 0, 0, s.IPOPT_END);
const datagram = s.encodeUdphdr({ source: 9, dest: 9 });
s.send(injector, frame4({ protocol: s.IPPROTO_UDP, options: badOptions }, datagram));
want('parameter problem', icmpType(s.ICMP_PARAMETERPROB));

// IPv6: neighbours, echoes, fragments, extension headers, errors.
run('ping', '-6', '-c', '1', FAR6);
wantAnywhere('neighbour solicitation', icmp6Type(s.ND_NEIGHBOR_SOLICIT));
want('neighbour advertisement', icmp6Type(s.ND_NEIGHBOR_ADVERT));
want('echo 6', icmp6Type(s.ICMPV6_ECHO_REQUEST));
want('echo reply 6', icmp6Type(s.ICMPV6_ECHO_REPLY));
run('ping', '-6', '-c', '1', '-s', '1480', FAR6);
const fragment = (p) => p.ext?.headers.find(({ kind }) => kind === s.IPPROTO_FRAGMENT);
want('first fragment 6', (p) => fragment(p)?.more === 1);
want('last fragment 6', (p) => fragment(p)?.offset > 0);

const experiment = [{ type: 0x1e, data: Uint8Array.of(1, 2, 3) }];
const extension = (kind, options) => s.encodeIpv6exthdr({ kind, nexthdr: 0, options });
udp(
  to6(CLOSED),
  5,
  [s.IPPROTO_IPV6, s.IPV6_HOPOPTS, extension(s.IPPROTO_HOPOPTS, experiment)],
  [s.IPPROTO_IPV6, s.IPV6_DSTOPTS, extension(s.IPPROTO_DSTOPTS, experiment)],
);
want('extension headers', (p) => p.ext?.headers.length === 2);
want('port unreachable 6', icmp6Type(s.ICMPV6_DEST_UNREACH, s.ICMPV6_PORT_UNREACH));
udp(to6(9, BEYOND6), 1400);
want('packet too big', icmp6Type(s.ICMPV6_PKT_TOOBIG));
udp(to6(9, '2001:db8:1::8'), 10, [s.IPPROTO_IPV6, s.IPV6_UNICAST_HOPS, 1]);
want('time exceeded 6', icmp6Type(s.ICMPV6_TIME_EXCEED));
const unknown = { nexthdr: 253, saddr: NEAR6, daddr: FAR6, payload_len: 8, flow_lbl: 0xabcde };
s.send(injector, frame(s.ETH_P_IPV6, s.encodeIpv6hdr(unknown), new Uint8Array(8)));
want('parameter problem 6', icmp6Type(s.ICMPV6_PARAMPROB));

// TCP: a connection, and what a segment of ours that is out of order is answered with.
const fd = connected(to(PORT));
const { port } = s.getsockname(fd);
want('SYN', (p) => sent(PORT)(p) && is(p, 'syn'));
want('SYN ACK', (p) => is(p, 'syn', 'ack'));
want('ACK', (p) => sent(PORT)(p) && is(p, 'ack'));
s.send(fd, 'hello');
const data = want('data', (p) => sent(PORT)(p) && is(p, 'psh'));
const { tcp: last, ip: lastIp } = layers(data);
const later = new TextEncoder().encode('later');
const segment = { ...last, seq: (last.seq + 105) >>> 0, check: 0 };
const check = s.transportChecksum(NEAR, FAR, s.IPPROTO_TCP, [s.encodeTcphdr(segment), later]);
const outOfOrder = Buffer.concat([s.encodeTcphdr({ ...segment, check }), later]);
s.send(
  injector,
  frame4({ protocol: s.IPPROTO_TCP, id: lastIp.id + 1, flags: s.IP_DF }, outOfOrder),
);
want('SACK', (p) => p.tcp?.options.some(({ kind }) => kind === s.TCPOPT_SACK));
seen.sack = { start_seq: segment.seq, end_seq: (segment.seq + later.byteLength) >>> 0 };
s.send(fd, '!', s.MSG_OOB);
want('urgent', (p) => is(p, 'urg'));
s.shutdown(fd, s.SHUT_WR);
want('FIN', (p) => p.tcp?.source === port && is(p, 'fin'));
s.close(fd);

try {
  s.close(connected(to(CLOSED)));
} catch (error) {
  seen.refused = error.code;
}
want('RST', (p) => p.tcp?.source === CLOSED && is(p, 'rst'));
s.close(connected(to6(PORT)));
want('SYN 6', (p) => p.ip6 && is(p, 'syn'));

here('echo 1 > /proc/sys/net/ipv4/tcp_ecn');
s.close(connected(to(PORT)));
want('SYN with ECN', (p) => sent(PORT)(p) && is(p, 'syn', 'ece', 'cwr'));
here('echo 2 > /proc/sys/net/ipv4/tcp_ecn');

// Fast Open: a request for a cookie as the kernel makes it, and one of ours as an experiment.
const fast = s.socket(s.AF_INET, s.SOCK_STREAM);
s.sendto(fast, 'fast', s.MSG_FASTOPEN, to(PORT));
want('cookie request', (p) => p.tcp?.options.some(({ kind }) => kind === s.TCPOPT_FASTOPEN));
want('cookie', (p) => p.tcp?.options.some(({ cookie }) => cookie?.byteLength > 0));
s.close(fast);
const syn = {
  ...{ source: 40_000, dest: PORT, seq: 0x1000_0000, syn: true },
  options: [
    { kind: s.TCPOPT_MAXSEG, mss: 1460 },
    { kind: s.TCPOPT_EXP, magic: s.TCPOPT_FASTOPEN_MAGIC, cookie: new Uint8Array(0) },
  ],
};
const synCheck = s.transportChecksum(NEAR, FAR, s.IPPROTO_TCP, s.encodeTcphdr(syn));
s.send(injector, frame4({ protocol: s.IPPROTO_TCP }, s.encodeTcphdr({ ...syn, check: synCheck })));
want('experimental cookie', (p) => {
  return p.tcp?.dest === syn.source && p.tcp.options.some(({ kind }) => kind === s.TCPOPT_EXP);
});

// MPTCP and signatures, where this kernel has them.
if (!said.includes('no MPTCP')) {
  const multi = connected(to(MPTCP_PORT), s.IPPROTO_MPTCP);
  s.send(multi, 'both');
  const mptcp = (p) => p.tcp?.options.some(({ kind }) => kind === s.TCPOPT_MPTCP);
  want('MP_CAPABLE', (p) => mptcp(p) && is(p, 'syn'));
  want('MP_CAPABLE answered', (p) => mptcp(p) && is(p, 'syn', 'ack'));
  want('MP_CAPABLE with keys', (p) => mptcp(p) && p.tcp.syn === 0);
  s.close(multi);
}

const key = 'sesame';
const md5 = Buffer.alloc(216);
md5.set(s.encodeSockaddr(to(PORT)));
md5.writeUInt16LE(key.length, 130);
md5.write(key, 136);
const signing = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
try {
  s.setsockopt(signing, s.IPPROTO_TCP, s.TCP_MD5SIG, md5);
  seen.key = key;
} catch (error) {
  seen.md5 = error.code;
}
if (seen.key !== undefined) {
  try {
    s.connect(signing, to(PORT));
  } catch (error) {
    seen.connecting = error.code;
  }
  want('signed SYN', (p) => p.tcp?.options.some(({ kind }) => kind === s.TCPOPT_MD5SIG));
}
s.close(signing);

while (take(0));
s.close(tap);
s.close(injector);
peer.stdin.end();
await once(peer, 'close');
const hex = packets.map((packet) => Buffer.from(packet).toString('hex'));
process.stdout.write(JSON.stringify({ packets: hex, names, seen }));
