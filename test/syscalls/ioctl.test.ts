import { accessSync, constants, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  bind,
  F_GETFD,
  F_GETFL,
  F_GETOWN,
  FIOASYNC,
  FIOCLEX,
  FIOGETOWN,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  FIOSETOWN,
  fcntl,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  ioctl,
  listen,
  MSG_DONTWAIT,
  MSG_OOB,
  O_ASYNC,
  O_NONBLOCK,
  POLLIN,
  POLLPRI,
  poll,
  recv,
  SIOCADDRT,
  SIOCATMARK,
  SIOCGIFADDR,
  SIOCGIFCONF,
  SIOCGIFFLAGS,
  SIOCGIFHWADDR,
  SIOCGIFINDEX,
  SIOCGIFMTU,
  SIOCGIFNAME,
  SIOCGPGRP,
  SIOCGSTAMP,
  SIOCGSTAMPNS,
  SIOCINQ,
  SIOCOUTQ,
  SIOCOUTQNSD,
  SIOCSIFMTU,
  SIOCSPGRP,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  sendto,
  setsockopt,
  TCP_INFO,
} from '../../lib/index.js';
import { node, run } from '../support/child.js';
import { inNetns } from '../support/netns.js';
import { fdinfo, inodeOf, procNetRow } from '../support/procnet.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  LOOPBACK,
  open,
  own,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

/** struct ifreq, 40 bytes, with the name of an interface. netdevice(7) */
function ifreq(name: string): Buffer {
  const request = Buffer.alloc(40);
  request.write(name, 'latin1');
  return request;
}

const sysfs = (file: string): string => run('cat', [`/sys/class/net/lo/${file}`]).trim();

describe('ioctl(2)', () => {
  it('FIONREAD tells what can be read, as the queue in /proc/net/tcp', () => {
    const { client, server } = tcpPair();
    expect(ioctl(server, FIONREAD)).toBe(0);
    send(client, 'twelve bytes');
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    expect(ioctl(server, FIONREAD)).toBe(12);
    expect(ioctl(server, SIOCINQ)).toBe(12);
    const row = procNetRow('tcp', ({ inode }) => inode === inodeOf(server));
    expect(row?.rxQueue).toBe(12);
  });

  it('FIONREAD of UDP is the size of the next datagram', () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const from = open(AF_INET, SOCK_DGRAM);
    sendto(from, 'first', 0, addr);
    sendto(from, 'second one', 0, addr);
    expect(ioctl(fd, FIONREAD)).toBe(5);
  });

  it('SIOCOUTQ tells what is not acknowledged, SIOCOUTQNSD what is not sent', () => {
    const { client, server } = tcpPair();
    setsockopt(server, SOL_SOCKET, SO_RCVBUF, 4096);
    const buf = new Uint8Array(1 << 16);
    for (let n = 0; n < 1000; n++) {
      try {
        send(client, buf, MSG_DONTWAIT);
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' });
        break;
      }
    }
    const row = procNetRow('tcp', ({ inode }) => inode === inodeOf(client));
    const [queued, unsent] = [ioctl(client, SIOCOUTQ), ioctl(client, SIOCOUTQNSD)];
    expect(queued).toBe(row?.txQueue);
    expect(unsent).toBe(getsockopt(client, IPPROTO_TCP, TCP_INFO).notsent_bytes);
    expect(queued).toBeGreaterThanOrEqual(unsent);
    expect(unsent).toBeGreaterThan(0);
  });

  it('SIOCATMARK tells when the urgent byte is next', () => {
    const { client, server } = tcpPair();
    send(client, 'ab');
    send(client, '!', MSG_OOB);
    expect(poll([{ fd: server, events: POLLPRI }], 5000)).toBe(1);
    expect(ioctl(server, SIOCATMARK)).toBe(0);
    // recv(2): a read stops at the mark.
    expect(recv(server, new Uint8Array(8))).toBe(2);
    expect(ioctl(server, SIOCATMARK)).toBe(1);
  });

  it('FIONBIO sets O_NONBLOCK, as F_GETFL and fdinfo show', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expect(ioctl(fd, FIONBIO, 1)).toBe(0);
    expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK);
    expect(fdinfo(fd).flags & O_NONBLOCK).toBe(O_NONBLOCK);
    expect(ioctl(fd, FIONBIO, Int32Array.of(0))).toBe(0);
    expect(fdinfo(fd).flags & O_NONBLOCK).toBe(0);
  });

  it('FIOASYNC sets O_ASYNC', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    ioctl(fd, FIOASYNC, 1);
    expect(fdinfo(fd).flags & O_ASYNC).toBe(O_ASYNC);
    ioctl(fd, FIOASYNC, 0);
    expect(fdinfo(fd).flags & O_ASYNC).toBe(0);
  });

  it('FIOCLEX and FIONCLEX take no argument', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    expect(ioctl(fd, FIOCLEX)).toBe(0);
    expect(fcntl(fd, F_GETFD)).toBe(1);
    expect(ioctl(fd, FIONCLEX)).toBe(0);
    expect(fcntl(fd, F_GETFD)).toBe(0);
  });

  it.each([
    ['FIOSETOWN', FIOSETOWN, FIOGETOWN],
    ['SIOCSPGRP', SIOCSPGRP, SIOCGPGRP],
  ])('%s sets the owner, which F_GETOWN reads', (_, set, get) => {
    const fd = open(AF_INET, SOCK_STREAM);
    expect(ioctl(fd, get)).toBe(0);
    ioctl(fd, set, process.pid);
    expect([ioctl(fd, get), fcntl(fd, F_GETOWN)]).toEqual([process.pid, process.pid]);
    // socket(7): a negative number is a process group.
    const group = Number(run('ps', ['-o', 'pgid=', '-p', String(process.pid)]));
    ioctl(fd, set, -group);
    expect([ioctl(fd, get), fcntl(fd, F_GETOWN)]).toEqual([-group, -group]);
  });

  it('SIOCGSTAMP and SIOCGSTAMPNS tell when the last datagram came', () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const stamp = Buffer.alloc(16);
    expectError(() => ioctl(fd, SIOCGSTAMP, stamp), 'ioctl', 'ENOENT');
    const before = Date.now();
    sendto(open(AF_INET, SOCK_DGRAM), 'x', 0, addr);
    recv(fd, new Uint8Array(1));
    for (const [request, unit] of [
      [SIOCGSTAMP, 1e3],
      [SIOCGSTAMPNS, 1e6],
    ] as const) {
      expect(ioctl(fd, request, stamp)).toBe(0);
      const [sec, fraction] = [stamp.readBigInt64LE(0), stamp.readBigInt64LE(8)];
      const ms = Number(sec) * 1000 + Number(fraction) / unit;
      expect(ms).toBeGreaterThan(before - 1000);
      expect(ms).toBeLessThan(Date.now() + 1000);
    }
  });

  it('SIOCGIF… tell of an interface what sysfs tells', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    const ask = (request: number): Buffer => {
      const answer = ifreq('lo');
      expect(ioctl(fd, request, answer)).toBe(0);
      return answer.subarray(16);
    };
    expect(ask(SIOCGIFINDEX).readInt32LE()).toBe(Number(sysfs('ifindex')));
    expect(ask(SIOCGIFMTU).readInt32LE()).toBe(Number(sysfs('mtu')));
    expect(ask(SIOCGIFHWADDR).readUInt16LE()).toBe(Number(sysfs('type')));
    const flags = ask(SIOCGIFFLAGS).readUInt16LE();
    expect(flags & 9).toBe(Number(sysfs('flags')) & 9);
    expect([...ask(SIOCGIFADDR).subarray(4, 8)]).toEqual([127, 0, 0, 1]);
    const named = Buffer.alloc(40);
    named.writeInt32LE(Number(sysfs('ifindex')), 16);
    ioctl(fd, SIOCGIFNAME, named);
    expect(named.toString('latin1', 0, 3)).toBe('lo\0');
  });

  it('writes only as much as there is memory for', () => {
    const { client, server } = tcpPair();
    send(client, 'x'.repeat(300));
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    const memory = Buffer.alloc(8, 0xee);
    ioctl(server, FIONREAD, memory.subarray(0, 2));
    expect([...memory]).toEqual([44, 1, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee]);
  });

  it('gives what the call returned when memory is given', () => {
    const [a, b] = unixPair();
    send(b, 'abc');
    const word = new Int32Array(1);
    expect(ioctl(a, FIONREAD, word)).toBe(0);
    expect(word[0]).toBe(3);
  });

  it('fails with EBADF on a descriptor that is not open', () => {
    expectError(() => ioctl(closedFd(), FIONREAD), 'ioctl', 'EBADF');
    expectError(() => ioctl(-1, FIONBIO, 1), 'ioctl', 'EBADF');
  });

  it('fails with ENOTTY for what is no request of this descriptor', () => {
    const file = own(openSync('/dev/null', 'r'));
    expectError(() => ioctl(file, SIOCATMARK), 'ioctl', 'ENOTTY');
    // A request of terminals.
    const TIOCGWINSZ = 0x5413;
    expectError(
      () => ioctl(open(AF_UNIX, SOCK_DGRAM), TIOCGWINSZ, Buffer.alloc(64)),
      'ioctl',
      'ENOTTY',
    );
  });

  it('fails with EINVAL for the queue of a listener', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    bind(fd, LOOPBACK);
    listen(fd, 1);
    expect(getsockname(fd)).toMatchObject({ family: AF_INET });
    expectError(() => ioctl(fd, SIOCINQ), 'ioctl', 'EINVAL');
    expectError(() => ioctl(fd, SIOCOUTQ), 'ioctl', 'EINVAL');
  });

  it('fails with EFAULT for a request that needs memory, without any', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    expectError(() => ioctl(fd, SIOCGIFINDEX), 'ioctl', 'EFAULT');
    expectError(() => ioctl(fd, FIONBIO), 'ioctl', 'EFAULT');
  });

  it('fails with ENODEV for an interface that is not there', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    expectError(() => ioctl(fd, SIOCGIFINDEX, ifreq('no-such-one')), 'ioctl', 'ENODEV');
  });

  it('fails with EPERM without CAP_NET_ADMIN', () => {
    const body = `nobody();
const request = Buffer.alloc(40);
request.write('lo');
request.writeInt32LE(1400, 16);
tell(code(() => s.ioctl(s.socket(s.AF_INET, s.SOCK_DGRAM), ${SIOCSIFMTU}, request)));`;
    expect(node(body)).toEqual([['EPERM', 'ioctl']]);
  });

  it('refuses requests whose structures hold addresses, and those it does not know', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    for (const request of [SIOCGIFCONF, SIOCADDRT, 0x8946, 0x89f0, 0x8b01]) {
      expectRefused(() => ioctl(fd, request, Buffer.alloc(256)), TypeError, 'request');
    }
    // TUNSETTXFILTER counts for itself; IOCTL_VMCI_DATAGRAM_SEND holds an address; 0x1234 is none.
    for (const request of [0x4004_54d1, 0x07ab, 0x1234]) {
      expectRefused(() => ioctl(fd, request, Buffer.alloc(256)), TypeError, 'request');
    }
  });

  it('takes a number only where the kernel takes an int', () => {
    const fd = open(AF_INET, SOCK_DGRAM);
    for (const request of [SIOCGIFINDEX, FIONREAD, SIOCGIFCONF, 0x1234]) {
      expectRefused(() => ioctl(fd, request, 1), TypeError, 'arg');
    }
  });

  it('names fd, request and arg', () => {
    expectRefused(() => ioctl(1.5, FIONREAD), RangeError, 'fd');
    expectRefused(() => ioctl(0, 2 ** 32), RangeError, 'request');
    expectRefused(() => ioctl(0, 'FIONREAD' as never), TypeError, 'request');
    expectRefused(() => ioctl(0, FIONBIO, 'x' as never), TypeError, 'arg');
    expectRefused(() => ioctl(0, FIONBIO, 2 ** 32), RangeError, 'arg');
    // SIOCGSTAMP_NEW: the request tells that it writes 16 bytes.
    expectRefused(() => ioctl(0, 0x8010_8906, new Uint8Array(15)), RangeError, 'arg');
  });
});

describe('TUNSETIFF', () => {
  it('makes an interface, which SIOCSIFFLAGS brings up, and whose packets are read', (context) => {
    try {
      accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    } catch (error) {
      context.skip((error as Error).message);
    }
    const body = `const { openSync } = await import('node:fs');
const ifreq = Buffer.alloc(40);
ifreq.write('tun%d');
ifreq.writeInt16LE(s.IFF_TUN | s.IFF_NO_PI, 16);
const tun = openSync('/dev/net/tun', 'r+');
s.ioctl(tun, s.TUNSETIFF, ifreq);
const name = ifreq.toString('latin1', 0, ifreq.indexOf(0));
const fd = s.socket(s.AF_INET, s.SOCK_DGRAM);
const flags = () => { s.ioctl(fd, s.SIOCGIFFLAGS, ifreq); return ifreq.readInt16LE(16); };
const isUp = () => link(name).flags.includes('UP');
const told = [name, (flags() & s.IFF_UP) !== 0, isUp()];
sh('echo 1 > /proc/sys/net/ipv6/conf/' + name + '/disable_ipv6');
ifreq.writeInt16LE(flags() | s.IFF_UP, 16);
s.ioctl(fd, s.SIOCSIFFLAGS, ifreq);
told.push((flags() & s.IFF_UP) !== 0, isUp());
sh('ip addr add 10.9.0.1/24 dev ' + name);
s.sendto(fd, 'hello', 0, { family: s.AF_INET, addr: '10.9.0.2', port: 7 });
const packet = Buffer.alloc(100);
const n = s.read(tun, packet);
tell([...told, n, s.decodeIphdr(packet).daddr, packet.toString('latin1', 28, n)]);`;
    expect(inNetns(context, body)).toEqual([
      ['tun0', false, false, true, true, 33, '10.9.0.2', 'hello'],
    ]);
  });
});
