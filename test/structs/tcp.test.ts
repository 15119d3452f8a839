import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  accept,
  connect,
  decodeTcpInfo,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  listen,
  recv,
  SHUT_WR,
  SOCK_STREAM,
  send,
  setsockopt,
  shutdown,
  TCP_CA_Open,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_FASTOPEN_KEY,
  TCP_INFO,
  TCP_LISTEN,
  TCP_NODELAY,
  TCP_SAVE_SYN,
  TCP_SAVED_SYN,
  TCPI_OPT_SACK,
  TCPI_OPT_TIMESTAMPS,
  TCPI_OPT_WSCALE,
  type TcpInfo,
  tcpCaStateName,
  tcpStateName,
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import { waitForState } from '../../lib/testing.js';
import { python, run, waitUntil } from '../support/child.js';
import { inodeOf, procNetRow } from '../support/procnet.js';
import {
  bound,
  expectError,
  expectRefused,
  guardFds,
  type InetAddr,
  listener,
  open,
  own,
  tcpPair,
} from '../support/sockets.js';

guardFds();

/** The names of the constants with a prefix, by number. */
function named(prefix: string, last: number): [number, string][] {
  return Object.entries(sockfd)
    .filter(([name, value]) => name.startsWith(prefix) && typeof value === 'number')
    .map(([name, value]): [number, string] => [value as number, name.slice(prefix.length)])
    .filter(([value]) => value <= last);
}

const info = (fd: number): TcpInfo => getsockopt(fd, IPPROTO_TCP, TCP_INFO);

function rawInfo(fd: number): Buffer {
  const bytes = Buffer.alloc(512);
  return bytes.subarray(0, getsockopt(fd, IPPROTO_TCP, TCP_INFO, bytes));
}

describe('tcpStateName', () => {
  it('names each state as the constant is called', () => {
    const names = 'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT';
    const all = `${names} LAST_ACK LISTEN CLOSING NEW_SYN_RECV BOUND_INACTIVE`.split(' ');
    expect(all.map((_, i) => tcpStateName(i + 1))).toEqual(all);
    const constants = new Map(Object.entries(sockfd));
    for (const [i, name] of all.entries()) expect(constants.get(`TCP_${name}`)).toBe(i + 1);
  });

  it('gives a number that is no state as text', () => {
    expect([0, 14, -1, 255].map(tcpStateName)).toEqual(['0', '14', '-1', '255']);
  });
});

describe('tcpCaStateName', () => {
  it('names each state as the constant is called', () => {
    const names = named('TCP_CA_', 4);
    expect(names).toHaveLength(5);
    for (const [value, name] of names) expect(tcpCaStateName(value)).toBe(name);
  });

  it('gives a number that is no state as text', () => {
    expect([5, -1].map(tcpCaStateName)).toEqual(['5', '-1']);
  });
});

describe('TCP_INFO', () => {
  it('of a new socket is CLOSE', () => {
    for (const family of [AF_INET, AF_INET6]) {
      expect(info(open(family, SOCK_STREAM)).state).toBe(TCP_CLOSE);
    }
  });

  it('of a listener is its queue: listen(5) with three waiting is 3 of 5, after accept 2', () => {
    const { fd, addr } = listener(5);
    for (let n = 0; n < 3; n++) connect(open(AF_INET, SOCK_STREAM), addr);
    waitUntil(() => info(fd).unacked === 3, 'three wait');
    expect(info(fd)).toMatchObject({ state: TCP_LISTEN, unacked: 3, sacked: 5 });
    const queue = procNetRow('tcp', ({ inode }) => inode === inodeOf(fd));
    expect(queue).toMatchObject({ state: TCP_LISTEN, rxQueue: 3 });
    own(accept(fd).fd);
    expect(info(fd)).toMatchObject({ state: TCP_LISTEN, unacked: 2, sacked: 5 });
    const [, recvq, sendq] = run('ss', ['-tlnH', `src 127.0.0.1:${addr.port}`]).split(/\s+/);
    expect([recvq, sendq]).toEqual(['2', '5']);
  });

  it('shows the limit of listen(2): not more than net.core.somaxconn, and it can change', () => {
    const { fd } = bound(SOCK_STREAM);
    listen(fd, 7);
    expect(info(fd).sacked).toBe(7);
    listen(fd, 0x7fffffff);
    expect(info(fd).sacked).toBe(Number(run('cat', ['/proc/sys/net/core/somaxconn'])));
  });

  it('of a connection agrees with ss -tin', () => {
    const { client, server, addr } = tcpPair();
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, true);
    for (let n = 0; n < 20; n++) {
      send(client, Buffer.alloc(100));
      recv(server, Buffer.alloc(100), sockfd.MSG_WAITALL);
    }
    waitUntil(() => info(client).unacked === 0, 'all is acknowledged');
    // To another listener somebody else may connect from the same port.
    const port = (sockfd.getsockname(client) as { port: number }).port;
    const text = run('ss', ['-tinH', `sport = :${port} and dport = :${addr.port}`]);
    const seen = info(client);
    const field = (name: string): number => Number(new RegExp(` ${name}:(\\d+)`).exec(text)?.[1]);
    expect(seen).toMatchObject({
      snd_cwnd: field('cwnd'),
      snd_mss: field('mss'),
      advmss: field('advmss'),
      pmtu: field('pmtu'),
      bytes_sent: field('bytes_sent'),
      bytes_acked: field('bytes_acked'),
      segs_out: field('segs_out'),
      segs_in: field('segs_in'),
      data_segs_out: field('data_segs_out'),
    });
    const [, snd, rcv] = / wscale:(\d+),(\d+)/.exec(text) ?? [];
    expect([seen.snd_wscale, seen.rcv_wscale]).toEqual([Number(snd), Number(rcv)]);
    const [, rtt, rttvar] = / rtt:([\d.]+)\/([\d.]+)/.exec(text) ?? [];
    expect(seen.rtt / 1000).toBeCloseTo(Number(rtt), 2);
    expect(seen.rttvar / 1000).toBeCloseTo(Number(rttvar), 2);
  });

  it('counts what was sent here and received there', () => {
    const { client, server } = tcpPair();
    for (let n = 0; n < 3; n++) {
      send(client, Buffer.alloc(1000));
      recv(server, Buffer.alloc(1000), sockfd.MSG_WAITALL);
    }
    expect(info(client)).toMatchObject({ state: TCP_ESTABLISHED, ca_state: TCP_CA_Open });
    expect(info(client)).toMatchObject({ bytes_sent: 3000, data_segs_out: 3, bytes_retrans: 0 });
    expect(info(server)).toMatchObject({ bytes_received: 3000, data_segs_in: 3, bytes_sent: 0 });
    const options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
    expect(info(client).options & options).toBe(options);
  });

  it('has the window scales in the order that C has: the low nibble is of the peer', () => {
    const { client, server } = tcpPair();
    const [bytes, seen, there] = [rawInfo(client), info(client), info(server)];
    const byte = bytes.readUInt8(6);
    expect([seen.snd_wscale, seen.rcv_wscale]).toEqual([byte & 15, byte >> 4]);
    expect([seen.snd_wscale, seen.rcv_wscale]).toEqual([there.rcv_wscale, there.snd_wscale]);
  });

  it('follows a half-close', () => {
    const { client, server } = tcpPair();
    shutdown(client, SHUT_WR);
    expect(waitForState(client, 'FIN_WAIT2')).toMatchObject({ state: sockfd.TCP_FIN_WAIT2 });
    expect(waitForState(server, 'CLOSE_WAIT')).toMatchObject({ state: TCP_CLOSE_WAIT });
  });

  it('gives Infinity for a rate without a limit', () => {
    const { client } = tcpPair();
    expect(rawInfo(client).readBigUInt64LE(112)).toBe(0xffff_ffff_ffff_ffffn);
    expect(info(client).max_pacing_rate).toBe(Number.POSITIVE_INFINITY);
    setsockopt(client, sockfd.SOL_SOCKET, sockfd.SO_MAX_PACING_RATE, 1_000_000);
    expect(info(client).max_pacing_rate).toBe(1_000_000);
  });
});

describe('decodeTcpInfo', () => {
  it('reads what getsockopt reads', () => {
    const { client } = tcpPair();
    const still = ({ last_data_sent, last_data_recv, last_ack_recv, ...rest }: TcpInfo) => {
      for (const age of [last_data_sent, last_data_recv, last_ack_recv]) {
        expect(age).toBeGreaterThanOrEqual(0);
      }
      return rest;
    };
    expect(still(decodeTcpInfo(rawInfo(client)))).toEqual(still(info(client)));
  });

  // The lengths that kernels have returned, with a field that was new then and one that was not.
  it.each([
    [104, 'total_retrans', 'pacing_rate'],
    [120, 'max_pacing_rate', 'bytes_acked'],
    [136, 'bytes_received', 'segs_out'],
    [144, 'segs_in', 'notsent_bytes'],
    [160, 'data_segs_out', 'delivery_rate'],
    [168, 'delivery_rate', 'busy_time'],
    [192, 'sndbuf_limited', 'delivered'],
    [200, 'delivered_ce', 'bytes_sent'],
    [224, 'reord_seen', 'rcv_ooopack'],
    [232, 'snd_wnd', 'rcv_wnd'],
    [240, 'rehash', 'total_rto'],
    [248, 'total_rto_time', 'received_ce'],
    [280, 'received_ce_bytes', undefined],
  ] as const)('has %i bytes up to %s, and no more', (length, last, next) => {
    const bytes = new Uint8Array(length).fill(1);
    const decoded = decodeTcpInfo(bytes, '6.18.0');
    expect(decoded[last]).toEqual(expect.any(Number));
    if (next !== undefined) expect(decoded[next]).toBeUndefined();
    expect(Object.keys(decoded)).toEqual(Object.keys(decodeTcpInfo(new Uint8Array(512))));
  });

  it('has no half of a field', () => {
    const decoded = decodeTcpInfo(new Uint8Array(119).fill(1), '6.18.0');
    expect(decoded.pacing_rate).toBe(Number(0x0101_0101_0101_0101n));
    expect(decoded.max_pacing_rate).toBeUndefined();
  });

  it('decodes the last four bytes by the version of the kernel', () => {
    const bytes = Buffer.alloc(280);
    bytes.writeUInt32LE(0x00abcd00 | (2 << 2) | (5 << 4) | 1, 276);
    expect(decodeTcpInfo(bytes, '7.0.1')).toMatchObject({
      ...{ ecn_mode: 1, accecn_opt_seen: 2, accecn_fail_mode: 5, options2: 0xabcd },
    });
    bytes.writeUInt16LE(3, 276);
    bytes.writeUInt16LE(4, 278);
    expect(decodeTcpInfo(bytes, '6.18.44')).toMatchObject({
      ...{ ecn_mode: undefined, accecn_fail_mode: 3, accecn_opt_seen: 4, options2: undefined },
    });
  });

  it('refuses fewer bytes than any kernel gave, and what is no memory', () => {
    expectRefused(() => decodeTcpInfo(new Uint8Array(103)), RangeError, 'bytes');
    expectRefused(() => decodeTcpInfo(null as never), TypeError, 'bytes');
    expectRefused(() => decodeTcpInfo(new Uint8Array(280), 'seven'), RangeError, 'release');
    expectRefused(() => decodeTcpInfo(new Uint8Array(280), 7 as never), TypeError, 'release');
  });
});

describe('TCP_SAVED_SYN', () => {
  /** The headers that a listener kept of a connection, and the address of its client. */
  function saved(mode: number, addr?: InetAddr): { syn: Buffer; port: number; to: number } {
    const listening = listener(8, addr);
    setsockopt(listening.fd, IPPROTO_TCP, TCP_SAVE_SYN, mode);
    const client = open(listening.addr.family, SOCK_STREAM);
    connect(client, listening.addr);
    const server = own(accept(listening.fd).fd);
    const syn = Buffer.from(getsockopt(server, IPPROTO_TCP, TCP_SAVED_SYN));
    // What was read is gone.
    expect(getsockopt(server, IPPROTO_TCP, TCP_SAVED_SYN)).toHaveLength(0);
    const { port } = getsockname(client) as InetAddr;
    return { syn, port, to: listening.addr.port };
  }

  it('has the headers of the SYN: of IPv4 and TCP', () => {
    const { syn, port, to } = saved(1);
    // RFC 791: version 4, 5 words; the whole length; protocol 6; the addresses.
    expect(syn[0]).toBe(0x45);
    expect(syn.readUInt16BE(2)).toBe(syn.length);
    expect(syn[9]).toBe(6);
    expect(syn.subarray(12, 20)).toEqual(Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]));
    // RFC 9293: the ports; the length in words; SYN alone, or with ECN.
    expect([syn.readUInt16BE(20), syn.readUInt16BE(22)]).toEqual([port, to]);
    expect(4 * ((syn[32] ?? 0) >> 4)).toBe(syn.length - 20);
    expect((syn[33] ?? 0) & 0x3f).toBe(0x02);
  });

  it('has those of IPv6, and of the link layer where they are asked for', (context) => {
    const { syn, port } = saved(1, { family: AF_INET6, addr: '::1', port: 0 });
    // RFC 8200: version 6; the next header; 40 bytes.
    expect([(syn[0] ?? 0) >> 4, syn[6], syn.readUInt16BE(40)]).toEqual([6, 6, port]);
    if (kernelVersion() < 5010) context.skip('TCP_SAVE_SYN of 2 needs Linux 5.10');
    const whole = saved(2);
    // Behind 14 bytes of Ethernet: ETH_P_IP.
    expect([whole.syn.readUInt16BE(12), whole.syn[14]]).toEqual([0x0800, 0x45]);
    expect(whole.syn.readUInt16BE(34)).toBe(whole.port);
  });

  it('is empty where nothing was kept', () => {
    expect(getsockopt(tcpPair().server, IPPROTO_TCP, TCP_SAVED_SYN)).toEqual(new Uint8Array(0));
  });
});

describe('TCP_FASTOPEN_KEY', () => {
  const key = Uint8Array.from({ length: 16 }, (_, i) => 16 * i + i);

  it('is read by python3 as it was set here; of another length the kernel takes none', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    // Without one of its own it goes by net.ipv4.tcp_fastopen_key.
    expect(getsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY)).toHaveLength(0);
    setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY, key);
    const script = 'print(json.dumps(socket.socket(fileno=3).getsockopt(6, 33, 64).hex()))';
    expect(python(script, null, [fd])).toBe(Buffer.from(key).toString('hex'));
    const set = (value: unknown) => () =>
      setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY, value as Uint8Array);
    expectError(set(new Uint8Array(15)), 'setsockopt', 'EINVAL');
    expectRefused(set('x'.repeat(16)), TypeError, 'value');
  });
});
