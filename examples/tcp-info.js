// TCP_INFO is the kernel's own view of a connection. Units differ from field to field, and a field
// that this kernel does not have is undefined, not 0.
//
//   node examples/tcp-info.js [address port]      sends for a second, to an echo of its own unless
//                                                 told where; the address is a number, not a name
import { log } from 'node:console';
import { isIPv6 } from 'node:net';
import * as s from 'sockfd';

/** A connection to this very process: what it receives comes back to it. */
function loopback() {
  const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
  s.listen(listener, 1);
  const client = connect(s.getsockname(listener));
  const echo = s.accept(listener).fd;
  s.close(listener);
  return { client, echo };
}

function connect(addr) {
  const fd = s.socket(addr.family, s.SOCK_STREAM);
  // Neither connect nor send waits longer than this.
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_SNDTIMEO, { sec: 5, usec: 0 });
  s.connect(fd, addr);
  return fd;
}

const [addr, port] = process.argv.slice(2);
const family = isIPv6(addr ?? '') ? s.AF_INET6 : s.AF_INET;
const { client, echo } =
  addr === undefined ? loopback() : { client: connect({ family, addr, port: Number(port) }) };

const ms = (us) => (us === undefined ? 'unknown' : `${(us / 1000).toFixed(3)} ms`);
const rate = (bytes) => (bytes === undefined ? 'unknown' : `${(bytes / 1e6).toFixed(1)} MB/s`);

function show(label) {
  const info = s.getsockopt(client, s.IPPROTO_TCP, s.TCP_INFO);
  log(
    `${label}: ${s.tcpStateName(info.state)}, ${s.tcpCaStateName(info.ca_state)}\n` +
      `  rtt ${ms(info.rtt)} ± ${ms(info.rttvar)}, least ${ms(info.min_rtt)}, rto ${ms(info.rto)}\n` +
      `  cwnd ${info.snd_cwnd} segments of ${info.snd_mss} bytes, peer's window ${info.snd_wnd} bytes\n` +
      `  sent ${info.bytes_sent} bytes, acked ${info.bytes_acked}, in flight ${info.unacked} segments\n` +
      `  retransmitted ${info.bytes_retrans} bytes, delivery ${rate(info.delivery_rate)}, ` +
      `busy ${ms(info.busy_time)}`,
  );
}

const chunk = Buffer.alloc(16384, 'x');
const buf = Buffer.alloc(65536);
show('connected');
for (let round = 1; round <= 4; round++) {
  const until = performance.now() + 250;
  // poll tells when each end is ready, so that nothing here blocks.
  while (performance.now() < until) {
    const fds = [client, ...(echo === undefined ? [] : [echo])].map((fd) => ({
      fd,
      events: s.POLLIN,
    }));
    fds[0].events |= s.POLLOUT;
    s.poll(fds, 100);
    if (fds[0].revents & s.POLLIN && s.recv(client, buf) === 0) break;
    if (fds[0].revents & s.POLLOUT) s.send(client, chunk, s.MSG_DONTWAIT);
    if (fds[1]?.revents) s.send(echo, buf, s.MSG_DONTWAIT, 0, s.recv(echo, buf, 0, 0, 16384));
  }
  show(`after ${round * 250} ms`);
}
for (const fd of [client, echo]) if (fd !== undefined) s.close(fd);
