/** Captures by tcpdump(8) and by examples/tcpdump.js, of the same traffic beside a router. */
import { join } from 'node:path';
import { node } from './child.js';
import { examples } from './examples.js';
import { router } from './router.js';

export const program = join(examples, 'tcpdump.js');

/** The router is known from the start; neighbours that do not answer are given up soon. */
const setup = `${router}
ping -q -c 1 -w 10 192.0.2.254 >/dev/null
ping -q -c 1 -w 10 2001:db8::fe >/dev/null
for v in 4 6; do echo 50 > /proc/sys/net/ipv$v/neigh/up0/retrans_time_ms; done`;

/** An echo of TCP behind the router's port 7000. */
const server = `import socket
listener = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    client, _ = listener.accept()
    while (data := client.recv(65536)): client.sendall(data)
    client.close()`;

/** Runs captures, and traffic meanwhile, between two datagrams that mark its begin and its end. */
export const programOf = (
  captures: readonly (readonly string[])[],
  traffic: string,
  end: string,
): string => `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
const children = [];
const start = async ([command, ...args], ready) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
      child.emit('text');
    });
  }
  const closed = once(child, 'close');
  const until = async (holds) => {
    while (!holds(text)) {
      await Promise.race([once(child, 'text'), closed]);
      if (child.exitCode !== null) throw new Error(command + ' has ended: ' + text.stderr);
    }
  };
  await until(ready);
  return { child, text, closed, until };
};
const echo = ['nsenter', '--net=/run/netns/r', 'python3', '-c', ${JSON.stringify(server)}];
await start(echo, ({ stdout }) => stdout === 'ready\\n');
const run = (command) => spawnSync('sh', ['-c', command]);
const here = s.socket(s.AF_INET, s.SOCK_DGRAM);
const mark = (port) => s.sendto(here, 'mark', 0, { family: s.AF_INET, addr: '192.0.2.254', port });
const talk = (family, addr) => {
  const fd = s.socket(family, s.SOCK_STREAM);
  s.connect(fd, { family, addr, port: 7000 });
  const buf = Buffer.alloc(4096);
  for (const text of ['hello', 'x'.repeat(3000)]) {
    s.send(fd, text);
    s.recv(fd, buf, s.MSG_WAITALL, 0, text.length);
  }
  s.send(fd, '!', s.MSG_OOB);
  s.shutdown(fd, s.SHUT_WR);
  s.recv(fd, buf);
  s.close(fd);
};
try {
  const listening = ({ stderr }) => stderr.includes('listening on ');
  const captures = await Promise.all(
    ${JSON.stringify(captures)}.map((args) => start(args, listening)),
  );
  mark(9001);
  ${traffic}
  mark(9002);
  const stop = async ({ child, text, closed }) => {
    child.kill('SIGINT');
    const [status] = await closed;
    tell({ status, ...text });
  };
  const isMarked = ({ stdout }) => stdout.includes(' > 192.0.2.254.9002: ');
  ${end}
} finally {
  for (const child of children) child.kill();
}`;

/** Each capture is ended when it has the second mark. */
export const whenMarked = `for (const each of captures) {
    await each.until(isMarked);
    await stop(each);
  }`;

/** With all capabilities, but not as root: who is root drops that, which nobody can do here. */
export function inNetns(program: string): unknown[] {
  const options = ['--map-user=1', '--map-group=1', '--keep-caps', '-nm'];
  const whole = `ip link set lo up; ${setup}; exec "$@"`;
  return node(program, ['unshare', ...options, 'sh', '-ec', whole, 'sh']);
}

/** A capture that has ended. */
export interface Captured {
  status: number;
  stdout: string;
  stderr: string;
}

/** All lines, without their times. A line of -x belongs to the one before. */
export function lines({ stdout }: Captured): string[] {
  const all = stdout === '' ? [] : stdout.trimEnd().split(/\n(?!\t)/);
  // tcpdump writes two blanks in some places.
  return all.map((line) =>
    line.replace(/^[\d:]{8}\.\d{6} /, '').replace(/([:,]) {2}(?=un|ip-)/, '$1 '),
  );
}

/**
 * The lines between the marks. Without the kernel's reports of groups, which come when they like: one
 * that comes with a mark may be told to one capture before it, and to the other after it.
 */
export function between(captured: Captured): string[] {
  const all = lines(captured).filter((line) => !line.includes(' > ff02::16: '));
  const at = (port: number) => all.findIndex((line) => line.includes(` > 192.0.2.254.${port}: `));
  return all.slice(at(9001), at(9002) + 1);
}

/**
 * tcpdump, as it prints each packet at once. A packet takes 64 KiB of its buffer, which is 2 MiB
 * unless told: on a busy machine more of them come than it has room for, before it is run.
 */
export const theirs = (words: readonly string[]) => [
  'tcpdump',
  '-l',
  '--immediate-mode',
  ...['-B', '16384'],
  '-n',
  ...words,
];
/** The example, as it is told the same. */
export const ours = (words: readonly string[]) => [process.execPath, program, '-n', ...words];

/** Traffic: an echo of each. */
export const pings = (...targets: readonly string[]): string =>
  `for (const to of ${JSON.stringify(targets)}) run('ping -W 1 -c 1 ' + to);`;

/** Traffic: a datagram to a port where nobody is. */
export const udp = `
const six = s.socket(s.AF_INET6, s.SOCK_DGRAM);
s.sendto(six, 'hello', 0, { family: s.AF_INET6, addr: '2001:db8::fe', port: 9100 });`;

/** Traffic: connections, and one that is refused. */
export const tcp = `
talk(s.AF_INET, '192.0.2.254');
talk(s.AF_INET6, '2001:db8::fe');
const closed = { family: s.AF_INET, addr: '192.0.2.254', port: 9200 };
code(() => s.connect(s.socket(s.AF_INET, s.SOCK_STREAM), closed));`;

/** Traffic: frames of our own making, for what no program says here by itself. */
export const crafted = `
const injector = s.socket(s.AF_PACKET, s.SOCK_RAW, 0);
const up0 = { family: s.AF_PACKET, ifindex: s.if_nametoindex('up0'), protocol: 0 };
const inject = (proto, ...parts) => {
  const header = s.encodeEthhdr({ dest: '02:00:00:00:00:77', source: '02:00:00:00:00:66', proto });
  s.sendto(injector, Buffer.concat([header, ...parts]), 0, up0);
};
const [saddr, daddr] = ['192.0.2.66', '192.0.2.77'];
const ip = (protocol, ...parts) => {
  const payload = Buffer.concat(parts);
  const tot_len = 20 + payload.byteLength;
  inject(s.ETH_P_IP, s.encodeIphdr({ protocol, saddr, daddr, tot_len }), payload);
};
const segment = { source: 40001, dest: 40002, seq: 1000, window: 512 };
const blocks = [[300, 400], [500, 600]].map(([start_seq, end_seq]) => ({ start_seq, end_seq }));
for (const header of [
  {},
  { urg: true, urg_ptr: 7, psh: true },
  { ack: true, ack_seq: 100, ece: true, cwr: true },
  { ack: true, ack_seq: 200, options: [{ kind: s.TCPOPT_SACK, blocks }] },
  { syn: true, options: [{ kind: 99, data: Uint8Array.of(1, 2, 3) }, { kind: 98, data: new Uint8Array(0) }] },
  { rst: true, seq: 0xffff_ffff },
]) ip(s.IPPROTO_TCP, s.encodeTcphdr({ ...segment, ...header }));
const quoted = s.encodeIphdr({ protocol: s.IPPROTO_TCP, saddr: daddr, daddr: '203.0.113.1' });
const ports = s.encodeUdphdr({ source: 40001, dest: 40002 });
for (const icmp of [
  { type: s.ICMP_DEST_UNREACH, code: s.ICMP_NET_UNREACH },
  { type: s.ICMP_DEST_UNREACH, code: s.ICMP_PROT_UNREACH },
  { type: s.ICMP_DEST_UNREACH, code: s.ICMP_PORT_UNREACH },
  { type: s.ICMP_TIME_EXCEEDED, code: s.ICMP_EXC_FRAGTIME },
  { type: s.ICMP_REDIRECT, code: s.ICMP_REDIR_HOST, gateway: '192.0.2.1' },
]) ip(s.IPPROTO_ICMP, s.encodeIcmphdr(icmp), quoted, ports);
ip(253, Buffer.from('experiment'));
const arp = { sha: '02:00:00:00:00:66', spa: saddr, tpa: daddr };
inject(s.ETH_P_ARP, s.encodeArphdr({ ...arp, tha: '02:00:00:00:00:77' }));
// A frame of Ethernet is 60 bytes long, or more: these are not of the packet.
inject(s.ETH_P_IP, s.encodeIphdr({ protocol: s.IPPROTO_UDP, saddr, daddr, tot_len: 30 }),
  s.encodeUdphdr({ source: 40001, dest: 40002, len: 10 }), Buffer.alloc(20));
inject(s.ETH_P_8021Q, Buffer.from('a0050806', 'hex'), s.encodeArphdr(arp));`;

/** What follows it: errors that quote less than they ought to. */
export const cropped = `
for (const [type, code] of [[3, 1], [3, 3], [5, 1], [11, 0]]) {
  for (const part of [quoted.subarray(8), quoted, Buffer.concat([quoted, ports.subarray(4)])]) {
    ip(s.IPPROTO_ICMP, s.encodeIcmphdr({ type, code }), part);
  }
}
const from6 = { saddr: '2001:db8::66', daddr: '2001:db8::77' };
const quoted6 = s.encodeIpv6hdr({ nexthdr: s.IPPROTO_UDP, ...from6 });
for (const [type, code] of [[1, 0], [1, 4], [3, 0]]) {
  for (const part of [quoted6.subarray(8), quoted6, Buffer.concat([quoted6, ports.subarray(4)])]) {
    const icmp6 = Buffer.concat([s.encodeIcmp6hdr({ type, code }), part]);
    const header = { nexthdr: s.IPPROTO_ICMPV6, payload_len: icmp6.byteLength, ...from6 };
    inject(s.ETH_P_IPV6, s.encodeIpv6hdr(header), icmp6);
  }
}`;
