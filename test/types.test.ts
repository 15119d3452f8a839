/**
 * What TypeScript allows and refuses. The compiler is what checks this file (`npm run types`); when it
 * runs, it only shows that the values at run time are of the types that were promised.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
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
  BPF_STMT,
  connect,
  encodeSockaddr,
  getsockname,
  getsockopt,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_TCP,
  MPTCP_FULL_INFO,
  MPTCP_INFO,
  MPTCP_SUBFLOW_ADDRS,
  MPTCP_TCPINFO,
  type MptcpFullInfo,
  type MptcpInfo,
  mptcp_full_info,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_LIST_MEMBERSHIPS,
  PACKET_ADD_MEMBERSHIP,
  PACKET_FANOUT,
  PACKET_FANOUT_DATA,
  PACKET_HDRLEN,
  PACKET_RX_RING,
  PACKET_STATISTICS,
  poll,
  recvfrom,
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_COOKIE,
  SO_LINGER,
  SO_MAX_PACING_RATE,
  SO_ORIGINAL_DST,
  SO_PEERCRED,
  SO_PEERGROUPS,
  SO_PEERNAME,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_TIMESTAMPING,
  SO_TXTIME,
  SO_TYPE,
  SO_VM_SOCKETS_BUFFER_SIZE,
  SO_VM_SOCKETS_CONNECT_TIMEOUT,
  SOCK_STREAM,
  SOL_MPTCP,
  SOL_NETLINK,
  SOL_PACKET,
  SOL_SOCKET,
  SOL_TLS,
  type SockAddr,
  type SockAddrLike,
  type SockFilter,
  type SockTxtime,
  setsockopt,
  socketpair,
  TCP_AO_GET_KEYS,
  TCP_AO_INFO,
  TCP_CC_INFO,
  TCP_CONGESTION,
  TCP_FASTOPEN_KEY,
  TCP_INFO,
  TCP_IS_MPTCP,
  TCP_MD5SIG,
  TCP_NODELAY,
  TCP_REPAIR_WINDOW,
  TCP_SAVED_SYN,
  TCP_ZEROCOPY_RECEIVE,
  type TcpAoKeys,
  type TcpCcInfo,
  type TcpInfo,
  TLS_CIPHER_AES_GCM_128,
  TLS_TX,
  TPACKET_V2,
  type TpacketStats,
  tcp_zerocopy_receive,
} from '../lib/index.js';
import * as promises from '../lib/promises.js';
import * as raw from '../lib/raw.js';
import { guardFds, LOOPBACK, open, own } from './support/sockets.js';

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
      // @ts-expect-error set only
      getsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF);
      // @ts-expect-error set only
      getsockopt(fd, IPPROTO_TCP, TCP_MD5SIG);
      // @ts-expect-error it has no type
      getsockopt(fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE);
      // @ts-expect-error no option of this level
      getsockopt(fd, IPPROTO_TCP, 999);
      getsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, new Uint8Array(4));
      getsockopt(fd, 999, 999, new ArrayBuffer(4));
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, new ArrayBuffer(4))).toBe(4);
  });
});

describe('getsockopt of structures', () => {
  it('gives the type of the option, and takes what is asked', () => {
    compiles((fd) => {
      const filter = getsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER);
      expectTypeOf(filter).toEqualTypeOf<SockFilter[]>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS)).toEqualTypeOf<number[]>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_PEERNAME, 16)).toEqualTypeOf<SockAddr>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_TXTIME)).toEqualTypeOf<SockTxtime>();
      expectTypeOf(getsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING)).toEqualTypeOf<number>();
      expectTypeOf(getsockopt(fd, IPPROTO_IP, SO_ORIGINAL_DST)).toEqualTypeOf<SockAddr>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_CC_INFO)).toEqualTypeOf<TcpCcInfo>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN)).toEqualTypeOf<Uint8Array>();
      expectTypeOf(getsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW).rcv_wup).toEqualTypeOf<number>();
      const keys = getsockopt(fd, IPPROTO_TCP, TCP_AO_GET_KEYS, { nkeys: 1, get_all: true });
      expectTypeOf(keys).toEqualTypeOf<TcpAoKeys>();
      // @ts-expect-error it must be said how many there is to be room for
      getsockopt(fd, IPPROTO_TCP, TCP_AO_GET_KEYS, { get_all: true });
      // @ts-expect-error it must be said how long the address is
      getsockopt(fd, SOL_SOCKET, SO_PEERNAME);
      expectTypeOf(tcp_zerocopy_receive(fd, null).length).toEqualTypeOf<number>();
      expectTypeOf(tcp_zerocopy_receive(fd, null).inq).toEqualTypeOf<number | undefined>();
    });
    const fd = open(AF_INET, SOCK_STREAM);
    expect(getsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER)).toEqual([]);
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

  it('takes structures and lists by their fields', () => {
    compiles((fd, addr) => {
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, [{ code: 6, jt: 0, jf: 0, k: 0 }] as const);
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, new Uint8Array(8));
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, [BPF_STMT(6, 0)]);
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, 16);
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, { flags: 32768, bind_phc: 0 });
      setsockopt(fd, SOL_SOCKET, SO_TXTIME, { clockid: 1, flags: 0 });
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { addr, key: 'secret' });
      setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY, new Uint8Array(16));
      setsockopt(fd, IPPROTO_TCP, TCP_AO_INFO, { set_current: true, current_key: 1 });
      // @ts-expect-error an instruction has four fields
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, [{ code: 6, k: 0 }]);
      // @ts-expect-error the peer is missing
      setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, { key: 'secret' });
      // @ts-expect-error a key is bytes
      setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY, 'sixteen letters.');
      // @ts-expect-error a clock is missing
      setsockopt(fd, SOL_SOCKET, SO_TXTIME, { flags: 0 });
    });
    const fd = open(AF_INET, SOCK_STREAM);
    setsockopt(fd, SOL_SOCKET, SO_TXTIME, { clockid: 1, flags: 0 });
    expect(getsockopt(fd, SOL_SOCKET, SO_TXTIME)).toEqual({ clockid: 1, flags: 0 });
  });

  it('does not set what is read only', () => {
    compiles((fd) => {
      // @ts-expect-error read only
      setsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, [1]);
      // @ts-expect-error read only
      setsockopt(fd, IPPROTO_TCP, TCP_CC_INFO, {});
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

describe('the options of links', () => {
  it('have structures for values', () => {
    compiles((fd) => {
      expectTypeOf(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS)).toEqualTypeOf<TpacketStats>();
      expectTypeOf(getsockopt(fd, SOL_PACKET, PACKET_FANOUT).id).toEqualTypeOf<number>();
      setsockopt(fd, SOL_PACKET, PACKET_FANOUT, { id: 1, type_flags: 0 });
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, { ifindex: 1, type: 1 });
      setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, new Uint8Array(8));
      const ring = { block_size: 4096, block_nr: 1, frame_size: 2048, frame_nr: 2 };
      setsockopt(fd, SOL_PACKET, PACKET_RX_RING, ring);
      setsockopt(fd, SOL_PACKET, PACKET_RX_RING, { ...ring, retire_blk_tov: 60 });
      // @ts-expect-error no interface
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, { type: 1 });
      // @ts-expect-error set only
      getsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP);
      // @ts-expect-error read only
      setsockopt(fd, SOL_PACKET, PACKET_STATISTICS, { packets: 0, drops: 0 });
      setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 1);
      expectTypeOf(getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS)).toEqualTypeOf<number[]>();
      // @ts-expect-error read only
      setsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, [1]);
      setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, 4096);
      setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, { sec: 1, usec: 0 });
      // @ts-expect-error a quantity is no bigint
      setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, 4096n);
    });
    expect(() => getsockopt(-1, SOL_PACKET, PACKET_HDRLEN, TPACKET_V2)).toThrow('EBADF');
  });

  it('are asked where the kernel wants something said, and not where it does not', () => {
    compiles((fd) => {
      expectTypeOf(getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, TPACKET_V2)).toEqualTypeOf<number>();
      // @ts-expect-error which layout?
      getsockopt(fd, SOL_PACKET, PACKET_HDRLEN);
      const { key } = getsockopt(fd, SOL_TLS, TLS_TX, TLS_CIPHER_AES_GCM_128);
      expectTypeOf(key).toEqualTypeOf<Uint8Array>();
      // @ts-expect-error which cipher?
      getsockopt(fd, SOL_TLS, TLS_TX);
      expectTypeOf(getsockopt(fd, SOL_MPTCP, MPTCP_INFO)).toEqualTypeOf<MptcpInfo>();
      expectTypeOf(getsockopt(fd, SOL_MPTCP, MPTCP_TCPINFO)).toEqualTypeOf<TcpInfo[]>();
      const [ends] = getsockopt(fd, SOL_MPTCP, MPTCP_SUBFLOW_ADDRS);
      expectTypeOf(ends?.local).toEqualTypeOf<SockAddr | undefined>();
      // @ts-expect-error there is nothing to say
      getsockopt(fd, SOL_MPTCP, MPTCP_TCPINFO, 8);
      // @ts-expect-error it is a call of its own
      getsockopt(fd, SOL_MPTCP, MPTCP_FULL_INFO);
      expectTypeOf(mptcp_full_info).returns.toEqualTypeOf<MptcpFullInfo>();
      expectTypeOf(raw.mptcp_full_info).returns.toEqualTypeOf<number>();
    });
    expect(() => getsockopt(-1, SOL_MPTCP, MPTCP_TCPINFO)).toThrow('EBADF');
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

  it('of epoll give the number that they were given, and a bigint only to who expects one', () => {
    expectTypeOf(sockfd.epoll_ctl).returns.toEqualTypeOf<void>();
    expectTypeOf(raw.epoll_wait).returns.toEqualTypeOf<number>();
    compiles((fd) => {
      const [event] = sockfd.epoll_wait(fd, 1, 0);
      expectTypeOf(event).toEqualTypeOf<{ events: number; data: number } | undefined>();
      const [wide] = sockfd.epoll_wait<number | bigint>(fd, 1, 0);
      expectTypeOf(wide?.data).toEqualTypeOf<number | bigint | undefined>();
      sockfd.epoll_ctl(fd, 1, fd, { events: 1, data: 7 });
      // @ts-expect-error a bigint is for the raw form
      sockfd.epoll_ctl(fd, 1, fd, { events: 1, data: 7n });
      raw.epoll_ctl(fd, 1, fd, { events: 1, data: 7n });
      // @ts-expect-error events must be said
      sockfd.epoll_ctl(fd, 1, fd, { data: 7 });
      // @ts-expect-error the raw form needs memory
      raw.epoll_wait(fd);
      // @ts-expect-error null waits without limit; absent is not said
      sockfd.select(1, null, null, null);
      sockfd.ppoll([], { sec: 0, nsec: 1 });
      // @ts-expect-error select has a struct timeval
      sockfd.select(1, null, null, null, { sec: 0, nsec: 1 });
    });
    const fd = own(sockfd.eventfd(1));
    expect(sockfd.eventfd_read(fd)).toBe(1n);
  });
});

describe('the calls of sockfd/promises', () => {
  it('promise what those of sockfd return', () => {
    type Result<F extends (...args: never[]) => unknown> = Promise<ReturnType<F>>;
    expectTypeOf(promises.accept).returns.toEqualTypeOf<Result<typeof sockfd.accept>>();
    expectTypeOf(promises.accept4).returns.toEqualTypeOf<Result<typeof sockfd.accept4>>();
    expectTypeOf(promises.connect).returns.toEqualTypeOf<Result<typeof sockfd.connect>>();
    expectTypeOf(promises.poll).returns.toEqualTypeOf<Result<typeof sockfd.poll>>();
    expectTypeOf(promises.read).returns.toEqualTypeOf<Result<typeof sockfd.read>>();
    expectTypeOf(promises.recv).returns.toEqualTypeOf<Result<typeof sockfd.recv>>();
    expectTypeOf(promises.recvfrom).returns.toEqualTypeOf<Result<typeof sockfd.recvfrom>>();
    expectTypeOf(promises.recvmsg).returns.toEqualTypeOf<Result<typeof sockfd.recvmsg>>();
    expectTypeOf(promises.send).returns.toEqualTypeOf<Result<typeof sockfd.send>>();
    expectTypeOf(promises.sendmsg).returns.toEqualTypeOf<Result<typeof sockfd.sendmsg>>();
    expectTypeOf(promises.sendto).returns.toEqualTypeOf<Result<typeof sockfd.sendto>>();
    expectTypeOf(promises.write).returns.toEqualTypeOf<Result<typeof sockfd.write>>();
    expect(Object.keys(promises)).toContain('recv');
  });

  it('take what may be absent as undefined too', () => {
    const take = (fd: number, n?: number, name?: string, signal?: AbortSignal): void => {
      promises.connections(fd, { flags: n, signal });
      promises.datagrams(fd, { size: n, controlLength: n, flags: n, signal });
      promises.epollEvents(fd, { maxevents: n, signal });
      void promises.recv(fd, new Uint8Array(1), n, n, n, { timeout: n, signal });
      void promises.recvmsg(fd, { iov: [], controlLength: n }, n, { signal });
      void promises.sendmsg(fd, { name: undefined, iov: [], control: undefined }, n);
      sockfd.withListenFds('node', [], [{ fd, name }], { env: undefined, stdio: undefined });
      sockfd.pidfd_send_signal(fd, 0, undefined, n);
    };
    expect(take).toBeInstanceOf(Function);
  });

  it('take the options last, or early', () => {
    const { signal } = new AbortController();
    const buf = new Uint8Array(1);
    compiles(async (fd, addr) => {
      await promises.recv(fd, buf, { signal });
      await promises.recv(fd, buf, 0, { timeout: 1 });
      await promises.recv(fd, buf, 0, 0, 1, { signal, timeout: 1 });
      await promises.connect(fd, addr, { signal });
      await promises.poll([], 5, { signal });
      for await (const { fd: accepted } of promises.connections(fd)) sockfd.close(accepted);
      for await (const { data } of promises.datagrams(fd, { signal })) data.fill(0);
      // @ts-expect-error nothing comes after the options
      await promises.recv(fd, buf, { signal }, 0);
      // @ts-expect-error a signal is an AbortSignal
      await promises.recv(fd, buf, { signal: true });
      // @ts-expect-error poll has a timeout of its own
      await promises.poll([], { timeout: 5 });
    });
    expect(signal.aborted).toBe(false);
  });

  it('have a callback beside them, that is told events', () => {
    expectTypeOf(promises.watch).parameter(2).toEqualTypeOf<(events: number, fd: number) => void>();
    expectTypeOf(promises.watch).returns.toEqualTypeOf<promises.Watch>();
    compiles((fd) => {
      promises
        .watch(fd, sockfd.EPOLLIN, () => undefined)
        .unref()
        .stop();
      // @ts-expect-error a watch is told what to do
      promises.watch(fd, sockfd.EPOLLIN);
      // @ts-expect-error only the kernel and `stop` end it
      promises.watch(fd, sockfd.EPOLLIN, () => undefined).active = false;
    });
  });
});

describe('what goes between processes', () => {
  it('is what spawn takes, and what listenFds returns', () => {
    expectTypeOf(sockfd.listenFds).returns.toEqualTypeOf<{ fd: number; name: string }[]>();
    expectTypeOf(promises.detach).returns.toEqualTypeOf<number>();
    compiles((fd) => {
      const args = ['server.js'] as const;
      const made = sockfd.withListenFds('node', args, [{ fd, name: 'web' }, { fd }]);
      expectTypeOf(spawn(...made)).toEqualTypeOf<ChildProcess>();
      spawnSync(...made);
      sockfd.withListenFds('node', [], sockfd.listenFds({ unset: true }), { stdio: 'inherit' });
      sockfd.withListenFds('node', [], [{ fd }], { stdio: ['ignore', fd, 'pipe', 'ipc'] });
      // @ts-expect-error a descriptor has a number
      sockfd.withListenFds('node', [], [{ name: 'web' }]);
      // @ts-expect-error further options are for spawn
      sockfd.withListenFds('node', [], [{ fd }], { shell: true });
    });
    expect(sockfd.listenFds()).toEqual([]);
  });
});

describe('a further address', () => {
  it('has the part of its union that the protocol uses', () => {
    const bytes = sockfd.encodeSockaddrCan({ ifindex: 1, tp: { rx_id: 2, tx_id: 3 } });
    const channel = sockfd.decodeSockaddrCan(bytes, sockfd.CAN_ISOTP);
    expectTypeOf(channel?.tp.rx_id).toEqualTypeOf<number | undefined>();
    expect(channel?.tp.rx_id).toBe(2);
    const plain = sockfd.decodeSockaddrCan(bytes);
    expectTypeOf(plain?.tp).toEqualTypeOf<undefined>();
    expect(plain?.ifindex).toBe(1);
    const parts = { tp: { rx_id: 2, tx_id: 3 }, j1939: {} };
    // @ts-expect-error It has one or the other.
    const both = () => sockfd.encodeSockaddrCan({ ifindex: 1, ...parts });
    expect(both).toThrow(TypeError);
  });

  it('is narrowed by its kind', () => {
    const { TIPC_SOCKET_ADDR, TIPC_SERVICE_ADDR } = sockfd;
    const bytes = sockfd.encodeSockaddrTipc({ addrtype: TIPC_SOCKET_ADDR, ref: 1, node: 2 });
    const addr = sockfd.decodeSockaddrTipc(bytes);
    if (addr?.addrtype === TIPC_SOCKET_ADDR) expectTypeOf(addr.ref).toEqualTypeOf<number>();
    if (addr?.addrtype === TIPC_SERVICE_ADDR) expectTypeOf(addr.instance).toEqualTypeOf<number>();
    // @ts-expect-error It is of another kind.
    expect(() => sockfd.encodeSockaddrTipc({ addrtype: TIPC_SERVICE_ADDR, ref: 1 })).toThrow();
  });

  it('is no address of a SockAddr where that loses a part', () => {
    const addr = { family: AF_INET, addr: '127.0.0.1', port: 0 } as const;
    // @ts-expect-error Bytes alone have the connection.
    expect(() => sockfd.decodeSockaddrL2tpip(addr)).toThrow(TypeError);
  });

  it('of options has the values of their sockets', () => {
    // @ts-expect-error The key is set only.
    expect(() => getsockopt(-1, sockfd.SOL_ALG, sockfd.ALG_SET_KEY)).toThrow();
    const filters = () => getsockopt(-1, sockfd.SOL_CAN_RAW, sockfd.CAN_RAW_FILTER);
    expectTypeOf(filters).returns.toEqualTypeOf<sockfd.CanFilter[]>();
    expect(filters).toThrow();
  });
});
