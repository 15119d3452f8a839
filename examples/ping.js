// ping(8): echo requests, their answers, and what routers say in place of an answer.
//
//   node examples/ping.js [-c count] [-i interval] [-W timeout] [-s size] [-t ttl] [-6] [--raw] host
//
// A ping socket, SOCK_DGRAM with IPPROTO_ICMP, needs no privilege, but a group that is within
// net.ipv4.ping_group_range. A raw socket (--raw) needs CAP_NET_RAW. The exit status is that of
// ping: 0 there were answers, 1 there were none, 2 something else went wrong. Ends on Ctrl-C.
import { error as complain, log } from 'node:console';
import { lookup } from 'node:dns/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as s from 'sockfd';

function fail(why) {
  complain(`ping: ${why}`);
  process.exit(2);
}

const options = {
  count: { type: 'string', short: 'c', default: 'Infinity' },
  interval: { type: 'string', short: 'i', default: '1' },
  timeout: { type: 'string', short: 'W', default: '10' },
  size: { type: 'string', short: 's', default: '56' },
  ttl: { type: 'string', short: 't' },
  ipv6: { type: 'boolean', short: '6' },
  raw: { type: 'boolean' },
};

/** The whole numbers that an option may be; of the others, any that is not negative. */
const whole = { count: [1, Infinity], size: [0, 65527], ttl: [1, 255] };

function commandLine() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const { ipv6, raw, ...numbers } = values;
    for (const [name, text] of Object.entries(numbers)) {
      const [min, max] = whole[name] ?? [0, Infinity];
      const number = text.trim() === '' ? Number.NaN : Number(text);
      if (!(number >= min && number <= max && (!whole[name] || !(number % 1)))) {
        throw new Error(`--${name} is a number from ${min} to ${max}, not '${text}'`);
      }
    }
    if (positionals.length !== 1) throw new Error('one host is needed');
    const family = ipv6 ? 6 : 0;
    return { ...numbers, family, raw: raw === true, host: positionals[0] };
  } catch (error) {
    return fail(error.message);
  }
}

const unreachable4 = {
  [s.ICMP_NET_UNREACH]: 'Destination Net Unreachable',
  [s.ICMP_HOST_UNREACH]: 'Destination Host Unreachable',
  [s.ICMP_PROT_UNREACH]: 'Destination Protocol Unreachable',
  [s.ICMP_PORT_UNREACH]: 'Destination Port Unreachable',
  [s.ICMP_NET_ANO]: 'Destination Net Prohibited',
  [s.ICMP_HOST_ANO]: 'Destination Host Prohibited',
  [s.ICMP_PKT_FILTERED]: 'Packet filtered',
};

function why4({ type, code, info }) {
  if (type === s.ICMP_TIME_EXCEEDED) {
    return code === s.ICMP_EXC_TTL ? 'Time to live exceeded' : 'Frag reassembly time exceeded';
  }
  if (type !== s.ICMP_DEST_UNREACH) return `ICMP type ${type}, code ${code}`;
  if (code === s.ICMP_FRAG_NEEDED) return `Frag needed and DF set (mtu = ${info})`;
  return unreachable4[code] ?? `Destination Unreachable, code ${code}`;
}

const unreachable6 = {
  [s.ICMPV6_NOROUTE]: 'No route',
  [s.ICMPV6_ADM_PROHIBITED]: 'Administratively prohibited',
  [s.ICMPV6_NOT_NEIGHBOUR]: 'Beyond scope of source address',
  [s.ICMPV6_ADDR_UNREACH]: 'Address unreachable',
  [s.ICMPV6_PORT_UNREACH]: 'Port unreachable',
};

function why6({ type, code, info }) {
  if (type === s.ICMPV6_TIME_EXCEED) {
    const what = code === s.ICMPV6_EXC_HOPLIMIT ? 'Hop limit' : 'Defragmentation failure';
    return `Time exceeded: ${what}`;
  }
  if (type === s.ICMPV6_PKT_TOOBIG) return `Packet too big: mtu=${info}`;
  if (type !== s.ICMPV6_DEST_UNREACH) return `ICMPv6 type ${type}, code ${code}`;
  return `Destination unreachable: ${unreachable6[code] ?? `code ${code}`}`;
}

/** What differs between IPv4 and IPv6, by the family that `lookup` tells. */
const families = {
  4: {
    any: { family: s.AF_INET, addr: '0.0.0.0', port: 0 },
    ...{ protocol: s.IPPROTO_ICMP, level: s.IPPROTO_IP, reply: s.ICMP_ECHOREPLY },
    ...{ recverr: s.IP_RECVERR, recvttl: s.IP_RECVTTL, ttl: s.IP_TTL, setTtl: s.IP_TTL },
    why: why4,
    decode: s.decodeIcmphdr,
    encode(id, sequence, data) {
      const header = { type: s.ICMP_ECHO, id, sequence };
      // A ping socket writes this and the id itself. A raw socket sends what it is given.
      const checksum = s.checksum([s.encodeIcmphdr(header), data]);
      return s.encodeIcmphdr({ ...header, checksum });
    },
    filter(fd) {
      s.setsockopt(fd, s.SOL_RAW, s.ICMP_FILTER, ~(1 << s.ICMP_ECHOREPLY));
    },
    title: (host, addr, size) => `${host} (${addr}) ${size}(${size + 28}) bytes of data.`,
  },
  6: {
    any: { family: s.AF_INET6, addr: '::', port: 0 },
    ...{ protocol: s.IPPROTO_ICMPV6, level: s.IPPROTO_IPV6, reply: s.ICMPV6_ECHO_REPLY },
    ...{ recverr: s.IPV6_RECVERR, recvttl: s.IPV6_RECVHOPLIMIT, ttl: s.IPV6_HOPLIMIT },
    setTtl: s.IPV6_UNICAST_HOPS,
    why: why6,
    decode(bytes) {
      const header = s.decodeIcmp6hdr(bytes);
      return header && { ...header, id: header.identifier };
    },
    // Of ICMPv6 the kernel makes the checksum, on a raw socket as well.
    encode: (identifier, sequence) =>
      s.encodeIcmp6hdr({ type: s.ICMPV6_ECHO_REQUEST, identifier, sequence }),
    filter(fd) {
      const filter = new Uint32Array(8);
      s.ICMP6_FILTER_SETBLOCKALL(filter);
      s.ICMP6_FILTER_SETPASS(s.ICMPV6_ECHO_REPLY, filter);
      s.setsockopt(fd, s.IPPROTO_ICMPV6, s.ICMP6_FILTER, filter);
    },
    title: (host, addr, size) => `${host}(${addr}) ${size} data bytes`,
  },
};

const { host, family, raw, ttl, ...given } = commandLine();
const [count, interval, timeout] = [Number(given.count), given.interval * 1e3, given.timeout * 1e3];
const data = Buffer.alloc(Number(given.size), 'sockfd');
const found = await lookup(host, { family }).catch((error) => fail(`${host}: ${error.code}`));
const net = families[found.family];
const [addr, zone] = found.address.split('%');
const to = { ...net.any, addr };
if (zone) {
  try {
    to.scope_id = s.if_nametoindex(zone);
  } catch (error) {
    fail(`${zone}: ${error.message}`);
  }
}

function open() {
  try {
    return s.socket(to.family, raw ? s.SOCK_RAW : s.SOCK_DGRAM, net.protocol);
  } catch (error) {
    if (error.code === 'EPERM') fail(`${error.message}: a raw socket needs CAP_NET_RAW`);
    if (error.code !== 'EACCES') throw error;
    const outside = `group ${process.getgid()} is not within net.ipv4.ping_group_range`;
    return fail(`${error.message}: ${outside}; try --raw`);
  }
}

const fd = open();
s.setsockopt(fd, net.level, net.recverr, true);
s.setsockopt(fd, net.level, net.recvttl, true);
s.setsockopt(fd, s.SOL_SOCKET, s.SO_TIMESTAMPNS, true);
if (ttl !== undefined) s.setsockopt(fd, net.level, net.setTtl, Number(ttl));
if (raw) net.filter(fd);
else s.bind(fd, net.any);
// What a ping socket is bound to is no port, but the id of its messages, and it receives no others.
const id = raw ? process.pid & 0xffff : s.getsockname(fd).port;

/** When each request left, of those without an answer. Milliseconds. */
const sent = new Map();
const rtts = [];
let errors = 0;
const now = () => performance.timeOrigin + performance.now();
const buf = Buffer.alloc(data.byteLength + 128);
const shown = ({ addr, scope_id }) => (scope_id ? `${addr}%${s.if_indextoname(scope_id)}` : addr);

function receiveAnswer() {
  const controlLength = s.CMSG_SPACE(4) + s.CMSG_SPACE(16);
  const { bytes, name, control } = s.recvmsg(fd, { iov: [buf], controlLength }, s.MSG_DONTWAIT);
  let packet = buf.subarray(0, bytes);
  let hops = s.controlValue(control, net.level, net.ttl);
  // A raw socket of IPv4, and no other, receives the IP header as well.
  if (raw && found.family === 4) {
    const ip = s.decodeIphdr(packet);
    packet = packet.subarray(ip?.length);
    hops = ip?.ttl;
  }
  const header = net.decode(packet);
  // A raw socket hears the answers to everybody.
  if (header?.type !== net.reply || header.id !== id || !sent.has(header.sequence)) return;
  // When the kernel received it, not when this process was at last told.
  const { sec, nsec } = s.controlValue(control, s.SOL_SOCKET, s.SCM_TIMESTAMPNS);
  const rtt = Math.max(0, sec * 1e3 + nsec / 1e6 - sent.get(header.sequence));
  sent.delete(header.sequence);
  rtts.push(rtt);
  const digits = [1, 10, 100].filter((limit) => rtt < limit).length;
  log(
    `${packet.byteLength} bytes from ${shown(name)}: icmp_seq=${header.sequence} ttl=${hops} ` +
      `time=${rtt.toFixed(digits)} ms`,
  );
}

/** Reads all of the error queue: what routers, or this machine, said of our requests. */
function receiveErrors() {
  const controlLength = s.CMSG_SPACE(4) + s.CMSG_SPACE(16) + s.CMSG_SPACE(44);
  try {
    for (;;) {
      const flags = s.MSG_ERRQUEUE | s.MSG_DONTWAIT;
      const { bytes, control } = s.recvmsg(fd, { iov: [buf], controlLength }, flags);
      const err = s.controlValue(control, net.level, net.recverr);
      // The data are those of the request that was quoted.
      const request = net.decode(buf.subarray(0, bytes));
      if (err === undefined || (raw && request?.id !== id)) continue;
      if (request !== undefined) sent.delete(request.sequence);
      errors++;
      if (err.offender === undefined) complain(`ping: local error: ${s.errnoName(err.errno)}`);
      else log(`From ${shown(err.offender)} icmp_seq=${request?.sequence} ${net.why(err)}`);
    }
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
  }
}

/** Makes a call that may fail with the error of an earlier request, which the queue has as well. */
function unlessTold(call) {
  const before = errors;
  try {
    return call();
  } catch (error) {
    receiveErrors();
    if (errors === before && error.code !== 'EAGAIN') fail(error.message);
    return undefined;
  }
}

function request(sequence) {
  const iov = [net.encode(id, sequence, data), data];
  sent.set(sequence, now());
  const send = () => s.sendmsg(fd, { name: to, iov });
  if (unlessTold(send) === undefined) send();
}

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});

/** Takes what comes, for so many milliseconds, or until `done`. */
async function listen(ms, done) {
  const until = performance.now() + ms;
  for (let left = ms; left > 0 && !stopped && !done(); left = until - performance.now()) {
    const entry = { fd, events: s.POLLIN };
    try {
      s.poll([entry], Math.ceil(Math.min(left, 100)));
    } catch (error) {
      if (error.code !== 'EINTR') throw error;
    }
    if (entry.revents & s.POLLERR) receiveErrors();
    if (entry.revents & s.POLLIN) unlessTold(receiveAnswer);
    await turn(); // while poll blocks, no handler of SIGINT runs: now it may
  }
}

log(`PING ${net.title(host, found.address, data.byteLength)}`);
const begin = performance.now();
let [requests, last] = [0, begin];
while (requests < count && !stopped) {
  last = performance.now();
  request(++requests & 0xffff);
  const isLast = requests === count;
  await listen(isLast ? timeout : interval, () => isLast && sent.size === 0);
}
s.close(fd);

const lost = Number(((100 * (requests - rtts.length)) / requests).toPrecision(6));
log(`
--- ${host} ping statistics ---
${requests} packets transmitted, ${rtts.length} received, ${errors ? `+${errors} errors, ` : ''}\
${lost}% packet loss, time ${Math.trunc(last - begin)}ms`);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const avg = mean(rtts);
const mdev = Math.sqrt(Math.max(0, mean(rtts.map((rtt) => rtt * rtt)) - avg * avg));
const summary = [Math.min(...rtts), avg, Math.max(...rtts), mdev].map((ms) => ms.toFixed(3));
log(rtts.length > 0 ? `rtt min/avg/max/mdev = ${summary.join('/')} ms` : '');
process.exitCode = rtts.length > 0 ? 0 : 1;
