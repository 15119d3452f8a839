// ioctl(2) with a structure: bytes that both sides read and write. struct ifreq of netdevice(7) is
// 40 bytes: a name of 16, then a union, here a sockaddr, a short or an int.
//
//   node examples/interfaces.js
import { log } from 'node:console';
import { readdirSync } from 'node:fs';
import * as s from 'sockfd';

const fd = s.socket(s.AF_INET, s.SOCK_DGRAM); // any socket: the request is about the machine
const ifreq = new Uint8Array(40);
const view = new DataView(ifreq.buffer);

/** Asks about an interface; the answer is in the union. Returns the error's name, if there is one. */
function ask(name, request) {
  ifreq.fill(0);
  ifreq.set(Buffer.from(name).subarray(0, s.IF_NAMESIZE - 1));
  try {
    s.ioctl(fd, request, ifreq);
    return undefined;
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error;
    return error.code;
  }
}

// Of the bits that SIOCGIFFLAGS reads, those that are worth a word here.
const { IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_POINTOPOINT, IFF_RUNNING, IFF_MULTICAST } = s;
const flags = { IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_POINTOPOINT, IFF_RUNNING, IFF_MULTICAST };

for (const name of readdirSync('/sys/class/net')) {
  if (name === 'bonding_masters') continue; // a file, not an interface
  const index = s.if_nametoindex(name);

  // EADDRNOTAVAIL: an interface without an IPv4 address.
  const failed = ask(name, s.SIOCGIFADDR);
  const addr = failed ?? s.decodeSockaddr(ifreq.subarray(16, 32)).addr;

  const mtu = ask(name, s.SIOCGIFMTU) ?? view.getInt32(16, true);
  const bits = ask(name, s.SIOCGIFFLAGS) === undefined ? view.getUint16(16, true) : 0;
  const set = Object.keys(flags).filter((name) => bits & flags[name]);
  log(
    `${index}: ${s.if_indextoname(index)} ${addr} mtu ${mtu} <${set.join(',').replaceAll('IFF_', '')}>`,
  );
}
s.close(fd);
