// Multicast: one datagram to an address that many share. A group has no list of members that anybody
// could read: a socket joins on an interface, and the kernel hears there. ip(7)
//
//   node examples/multicast.js [address of an interface [group]]
//
// Two receivers and a sender in one process; on loopback, unless told where.
import { log } from 'node:console';
import * as s from 'sockfd';

const [address = '127.0.0.1', group = '239.1.2.3'] = process.argv.slice(2);

/** A socket that hears what comes to `port` of the group. 0: the kernel chooses one. */
function receiver(port) {
  const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
  // Several sockets have the same address, as many programs of one machine may want to hear.
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  // Bound to the group, it hears nothing but the group; to 0.0.0.0, everything to the port.
  s.bind(fd, { family: s.AF_INET, addr: group, port });
  return fd;
}
const first = receiver(0);
const to = s.getsockname(first);
const second = receiver(to.port);

// The routes would choose the interface. So the sender says by which of its addresses, and how many
// routers may pass it on: 1 byte in the header, which the default of 1 keeps on the network.
const sender = s.socket(s.AF_INET, s.SOCK_DGRAM);
s.setsockopt(sender, s.IPPROTO_IP, s.IP_MULTICAST_IF, address);
log('the sender has the TTL', s.getsockopt(sender, s.IPPROTO_IP, s.IP_MULTICAST_TTL));

const buf = Buffer.alloc(64);
/** Sends a text, and tells who hears it: at once, or not at all. */
function send(text) {
  s.sendto(sender, text, 0, to);
  const heard = [first, second].map((fd) => {
    if (s.poll([{ fd, events: s.POLLIN }], 200) === 0) return 'nothing';
    const { bytes, addr } = s.recvfrom(fd, buf);
    return `'${buf.toString('utf8', 0, bytes)}' from ${addr.addr}`;
  });
  log(`the first hears ${heard[0]}, the second ${heard[1]}`);
}

send('nobody has joined');
const membership = { multiaddr: group, interface: address }; // struct ip_mreq
s.setsockopt(first, s.IPPROTO_IP, s.IP_ADD_MEMBERSHIP, membership);

// The second has not joined, but its machine has. Linux gives what comes to all who are bound to
// the address, unless they say that they want their own groups only.
send('one has joined');
s.setsockopt(second, s.IPPROTO_IP, s.IP_MULTICAST_ALL, false);
send('IP_MULTICAST_ALL is off');

s.setsockopt(second, s.IPPROTO_IP, s.IP_ADD_MEMBERSHIP, membership);
send('both have joined');
s.setsockopt(second, s.IPPROTO_IP, s.IP_DROP_MEMBERSHIP, membership);
send('the second has left');
for (const fd of [first, second, sender]) s.close(fd); // which leaves what was joined
