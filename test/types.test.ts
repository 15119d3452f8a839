/**
 * What TypeScript allows and refuses. The compiler is what checks this file (`npm run types`); when it
 * runs, it only shows that the values at run time are of the types that were promised.
 */
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as sockfd from '../lib/index.js';
import {
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
  accept,
  connect,
  encodeSockaddr,
  getsockname,
  getsockopt,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_TCP,
  poll,
  recvfrom,
  SO_ATTACH_FILTER,
  SO_COOKIE,
  SO_LINGER,
  SO_MAX_PACING_RATE,
  SO_PEERCRED,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
  type SockAddr,
  type SockAddrLike,
  setsockopt,
  socketpair,
  TCP_CONGESTION,
  TCP_INFO,
  TCP_IS_MPTCP,
  TCP_NODELAY,
  type TcpInfo,
} from '../lib/index.js';
import * as raw from '../lib/raw.js';
import { guardFds, LOOPBACK, open } from './support/sockets.js';

guardFds();

/** Never called: what is inside must compile, or must not. */
const compiles = (_: (fd: number, addr: SockAddr) => void): void => {};

describe('SockAddr', () => {
  it('is narrowed by its family', () => {
    compiles((_, addr) => {
      if (addr.family === AF_INET) expectTypeOf(addr.port).toEqualTypeOf<number>();
      if (addr.family === AF_INET6) {
        expectTypeOf(addr.addr).toEqualTypeOf<string>();
        expectTypeOf(addr.scope_id).toEqualTypeOf<number | undefined>();
      }
      if (addr.family === AF_UNIX) {
        expectTypeOf(addr.path).toEqualTypeOf<string | Uint8Array | undefined>();
        expectTypeOf(addr.abstract).toEqualTypeOf<string | Uint8Array | undefined>();
        if (addr.path !== undefined) expectTypeOf(addr.abstract).toEqualTypeOf<undefined>();
      }
      if (addr.family === AF_NETLINK) expectTypeOf(addr.groups).toEqualTypeOf<number>();
      if (addr.family === AF_PACKET) {
        expectTypeOf(addr.addr).toEqualTypeOf<Uint8Array | undefined>();
      }
      if (addr.family === AF_VSOCK) expectTypeOf(addr.cid).toEqualTypeOf<number>();
      if (addr.family === AF_UNSPEC) {
        // @ts-expect-error there is no address in it
        addr.port;
      }
      if (addr.family === AF_CAN) expectTypeOf(addr.data).toEqualTypeOf<Uint8Array>();
      // @ts-expect-error not every family has a port
      addr.port;
    });
    const addr = getsockname(open(AF_INET, SOCK_STREAM));
    if (addr.family !== AF_INET) throw new Error('another family');
    expect(addr.port).toBe(0);
  });

  it('has no address with a part missing, or of two families', () => {
    // @ts-expect-error no port
    const short: SockAddr = { family: AF_INET, addr: '127.0.0.1' };
    // @ts-expect-error a scope belongs to IPv6
    const mixed: SockAddr = { family: AF_INET, addr: '127.0.0.1', port: 1, scope_id: 1 };
    // @ts-expect-error either a file name or an abstract one
    const both: SockAddr = { family: AF_UNIX, path: 'a', abstract: 'b' };
    const unnamed: SockAddr = { family: AF_UNIX };
    expect(() => encodeSockaddr(short)).toThrow(TypeError);
    expect(encodeSockaddr(mixed)).toHaveLength(16);
    expect(both.family).toBe(encodeSockaddr(unnamed)[0]);
  });

  it('may be its bytes wherever it is taken', () => {
    expectTypeOf<Uint8Array>().toExtend<SockAddrLike>();
    expectTypeOf<ArrayBuffer>().toExtend<SockAddrLike>();
    expectTypeOf<{ family: number; data: Uint8Array }>().toExtend<SockAddrLike>();
    expectTypeOf<string>().not.toExtend<SockAddrLike>();
    compiles((fd) => {
      connect(fd, new Uint8Array(16));
      connect(fd, { family: 99, data: new Uint8Array(14) });
      // @ts-expect-error text is no address
      connect(fd, '127.0.0.1:80');
    });
    expect(encodeSockaddr({ family: 99, data: new Uint8Array(1) })).toHaveLength(3);
  });
});

describe('getsockopt', () => {
  it('gives the type of the option', () => {
    compiles((fd) => {
      const linger = getsockopt(fd, SOL_SOCKET, SO_LINGER);
      expectTypeOf(linger.onoff).toEqualTypeOf<number>();
      expectTypeOf(linger.linger).toEqualTypeOf<number>();
      expectTypeOf(linger).toExtend<{ onoff: number; linger: number }>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_INFO)).toEqualTypeOf<TcpInfo>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_COOKIE)).toEqualTypeOf<bigint>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR)).toEqualTypeOf<boolean>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY)).toEqualTypeOf<boolean>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION)).toEqualTypeOf<string>();
      expectTypeOf(getsockopt(fd, IPPROTO_IP, IP_TTL)).toEqualTypeOf<number>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE)).toEqualTypeOf<number>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_PEERCRED).pid).toEqualTypeOf<number>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO).usec).toEqualTypeOf<number>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_TYPE, new Uint8Array(4))).toEqualTypeOf<number>();
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(typeof getsockopt(fd, SOL_SOCKET, SO_COOKIE)).toBe('bigint');
    expect(typeof getsockopt(fd, SOL_SOCKET, SO_REUSEADDR)).toBe('boolean');
    expect(typeof getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION)).toBe('string');
  });

  it('does not read what is set only, nor without a type', () => {
    compiles((fd) => {
      // @ts-expect-error set only
      getsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE);
      // @ts-expect-error it has no type
      getsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER);
      // @ts-expect-error no option of this level
      getsockopt(fd, IPPROTO_TCP, 999);
      getsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, new Uint8Array(4));
      getsockopt(fd, 999, 999, new ArrayBuffer(4));
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, new ArrayBuffer(4))).toBe(4);
  });
});

describe('setsockopt', () => {
  it('takes the type of the option, or bytes', () => {
    compiles((fd) => {
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, true);
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
      setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
      setsockopt(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(8));
      setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, 'reno');
      setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, 4096);
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Uint8Array(4));
      setsockopt(fd, 999, 999, 1);
      setsockopt(fd, 999, 999, new Uint8Array(4));
      // @ts-expect-error a linger is no boolean
      setsockopt(fd, SOL_SOCKET, SO_LINGER, true);
      // @ts-expect-error half of it is missing
      setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: true });
      // @ts-expect-error a name is no number
      setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, 1);
      // @ts-expect-error a flag is no text
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 'yes');
    });
    const fd = open(AF_INET, SOCK_STREAM);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, Int32Array.of(1, 2));
    expect(getsockopt(fd, SOL_SOCKET, SO_LINGER)).toEqual({ onoff: 1, linger: 2 });
  });

  it('does not set what is read only', () => {
    compiles((fd) => {
      // @ts-expect-error read only
      setsockopt(fd, SOL_SOCKET, SO_TYPE, 1);
      // @ts-expect-error read only
      setsockopt(fd, SOL_SOCKET, SO_COOKIE, 1n);
      // @ts-expect-error read only
      setsockopt(fd, SOL_SOCKET, SO_PEERCRED, { pid: 1, uid: 1, gid: 1 });
      // @ts-expect-error read only
      setsockopt(fd, IPPROTO_TCP, TCP_IS_MPTCP, true);
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM);
  });
});

describe('the options of IPv4 and IPv6', () => {
  const { IPPROTO_IPV6, IPPROTO_RAW, IPPROTO_ICMPV6, IPPROTO_UDPLITE } = sockfd;

  it('are read as what the structure holds, once the reader has said which', () => {
    compiles((fd) => {
      const of = { multiaddr: '239.1.2.3' };
      const filter = getsockopt(fd, IPPROTO_IP, sockfd.IP_MSFILTER, of);
      expectTypeOf(filter).toEqualTypeOf<sockfd.IpMsfilter>();
      const group = { group: 'ff05::1', interface: 1 };
      const sources = getsockopt(fd, IPPROTO_IPV6, sockfd.MCAST_MSFILTER, group).slist;
      expectTypeOf(sources).toEqualTypeOf<string[]>();
      const label = getsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_FLOWLABEL_MGR, {}).label;
      expectTypeOf(label).toEqualTypeOf<number>();
      const { mtu } = getsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_PATHMTU);
      expectTypeOf(mtu).toEqualTypeOf<number>();
      const range = getsockopt(fd, IPPROTO_IP, sockfd.IP_LOCAL_PORT_RANGE);
      expectTypeOf(range).toEqualTypeOf<sockfd.PortRange>();
      const address = getsockopt(fd, IPPROTO_IP, sockfd.IP_MULTICAST_IF);
      expectTypeOf(address).toEqualTypeOf<string>();
      const options = getsockopt(fd, IPPROTO_IP, sockfd.IP_OPTIONS);
      expectTypeOf(options).toEqualTypeOf<Uint8Array>();
      const blocked = getsockopt(fd, IPPROTO_RAW, sockfd.ICMP_FILTER);
      expectTypeOf(blocked).toEqualTypeOf<number>();
      const words = getsockopt(fd, IPPROTO_ICMPV6, sockfd.ICMP6_FILTER);
      expectTypeOf(words).toEqualTypeOf<sockfd.Icmp6Filter>();
      const cork = getsockopt(fd, IPPROTO_UDPLITE, sockfd.UDP_CORK);
      expectTypeOf(cork).toEqualTypeOf<boolean>();
      const original = getsockopt(fd, IPPROTO_IP, sockfd.SO_ORIGINAL_DST);
      expectTypeOf(original).toEqualTypeOf<SockAddr>();
      // @ts-expect-error of which group?
      getsockopt(fd, IPPROTO_IP, sockfd.IP_MSFILTER);
      // @ts-expect-error on which interface?
      getsockopt(fd, IPPROTO_IPV6, sockfd.MCAST_MSFILTER, { group: 'ff05::1' });
      // @ts-expect-error set only
      getsockopt(fd, IPPROTO_IP, sockfd.IP_ADD_MEMBERSHIP);
      // @ts-expect-error set only
      getsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_PKTINFO);
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, IPPROTO_IP, sockfd.IP_OPTIONS)).toEqual(new Uint8Array(0));
  });

  it('are set from it', () => {
    compiles((fd) => {
      const multiaddr = '239.1.2.3';
      setsockopt(fd, IPPROTO_IP, sockfd.IP_ADD_MEMBERSHIP, { multiaddr });
      setsockopt(fd, IPPROTO_IP, sockfd.IP_ADD_MEMBERSHIP, { multiaddr, ifindex: 1 });
      setsockopt(fd, IPPROTO_IP, sockfd.IP_MULTICAST_IF, '10.0.0.1');
      setsockopt(fd, IPPROTO_IP, sockfd.IP_MULTICAST_IF, { ifindex: 1 });
      setsockopt(fd, IPPROTO_IP, sockfd.IP_LOCAL_PORT_RANGE, { low: 1, high: 2 });
      setsockopt(fd, IPPROTO_IP, sockfd.IP_LOCAL_PORT_RANGE, 0);
      setsockopt(fd, IPPROTO_IP, sockfd.IP_OPTIONS, new Uint8Array(0));
      setsockopt(fd, IPPROTO_RAW, sockfd.ICMP_FILTER, ~1);
      setsockopt(fd, IPPROTO_ICMPV6, sockfd.ICMPV6_FILTER, new Uint32Array(8));
      // @ts-expect-error of which group?
      setsockopt(fd, IPPROTO_IP, sockfd.IP_ADD_MEMBERSHIP, { ifindex: 1 });
      // @ts-expect-error a group is no structure
      setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_ADD_MEMBERSHIP, 'ff05::1');
      // @ts-expect-error a source is missing
      setsockopt(fd, IPPROTO_IPV6, sockfd.MCAST_BLOCK_SOURCE, { group: 'ff05::1' });
      // @ts-expect-error what to do is missing
      setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_FLOWLABEL_MGR, { label: 1 });
      // @ts-expect-error bytes only
      setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_HOPOPTS, 'x');
      // @ts-expect-error read only
      setsockopt(fd, IPPROTO_IPV6, sockfd.IPV6_PATHMTU, { mtu: 1280 });
      // @ts-expect-error read only
      setsockopt(fd, IPPROTO_IP, sockfd.SO_ORIGINAL_DST, LOOPBACK);
    });
    const fd = open(AF_INET, SOCK_STREAM);
    setsockopt(fd, IPPROTO_IP, sockfd.IP_OPTIONS, Uint8Array.of(1, 1, 1, 0));
    expect(getsockopt(fd, IPPROTO_IP, sockfd.IP_OPTIONS)).toEqual(Uint8Array.of(1, 1, 1, 0));
  });
});

describe('the calls', () => {
  it('give what the contract says', () => {
    expectTypeOf(socketpair).returns.toEqualTypeOf<[number, number]>();
    expectTypeOf(accept).returns.toEqualTypeOf<{ fd: number; addr: SockAddr }>();
    expectTypeOf(recvfrom).returns.toEqualTypeOf<{ bytes: number; addr: SockAddr }>();
    expectTypeOf(connect).returns.toEqualTypeOf<void>();
    expectTypeOf(raw.connect).returns.toEqualTypeOf<number>();
    expectTypeOf(raw.accept).returns.toEqualTypeOf<number>();
    compiles((fd) => {
      poll([{ fd, events: 1 }]);
      poll(new Uint8Array(8), 0);
      // @ts-expect-error events must be said
      poll([{ fd }]);
      // @ts-expect-error the raw form needs memory for the option
      raw.getsockopt(fd, SOL_SOCKET, SO_TYPE);
    });
    expect(raw.connect(-1, LOOPBACK)).toBeLessThan(0);
  });
});
