import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  accept,
  bind,
  connect,
  getpeername,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  listen,
  POLLIN,
  poll,
  recv,
  SHUT_WR,
  SO_COOKIE,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  shutdown,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT2,
  TCP_INFO,
  TCP_TIME_WAIT,
  type TcpInfo,
} from '../../lib/index.js';
import { findTcpSocket } from '../../lib/inspect/sock_diag.js';
import { waitForState } from '../../lib/testing.js';
import { node, run, waitUntil } from '../support/child.js';
import { inodeOf, procNetRow } from '../support/procnet.js';
import {
  guardFds,
  type InetAddr,
  LOOPBACK,
  listener,
  open,
  own,
  shut,
  tcpPair,
} from '../support/sockets.js';

guardFds();

const tupleOf = (fd: number): { local: InetAddr; remote: InetAddr } => ({
  local: getsockname(fd) as InetAddr,
  remote: getpeername(fd) as InetAddr,
});

const info = (fd: number): TcpInfo => getsockopt(fd, IPPROTO_TCP, TCP_INFO);

/** What counts on by itself is left out. */
function still({ last_data_sent, last_data_recv, last_ack_recv, ...rest }: TcpInfo) {
  for (const age of [last_data_sent, last_data_recv, last_ack_recv]) {
    expect(age).toBeGreaterThanOrEqual(0);
  }
  return rest;
}

const families: [string, InetAddr][] = [
  ['AF_INET', LOOPBACK],
  ['AF_INET6', { family: AF_INET6, addr: '::1', port: 0 }],
];

describe.each(families)('findTcpSocket, %s', (_, addr) => {
  it('agrees with the descriptors of a connection: TCP_INFO, SO_COOKIE and fstat', () => {
    const { client, server } = tcpPair(addr);
    send(client, 'some data');
    recv(server, new Uint8Array(16));
    for (const fd of [client, server]) {
      const tuple = tupleOf(fd);
      const found = findTcpSocket(tuple);
      expect(found).toMatchObject({
        family: addr.family,
        state: TCP_ESTABLISHED,
        src: tuple.local.addr,
        sport: tuple.local.port,
        dst: tuple.remote.addr,
        dport: tuple.remote.port,
        cookie: getsockopt(fd, SOL_SOCKET, SO_COOKIE),
        inode: inodeOf(fd),
        uid: process.getuid?.(),
      });
      const [there, here] = [found?.tcp_info, info(fd)];
      expect(there && still(there)).toEqual(still(here));
    }
  });

  it('agrees with ss -tineH', () => {
    const { client } = tcpPair(addr);
    const { local, remote } = tupleOf(client);
    const filter = ['sport', '=', `:${local.port}`, 'and', 'dport', '=', `:${remote.port}`];
    const text = run('ss', ['-tineH', ...filter]);
    const found = findTcpSocket({ local, remote });
    const cookie = BigInt(`0x${/ sk:([0-9a-f]+)/.exec(text)?.[1]}`);
    expect(found?.cookie).toBe(cookie);
    expect(found?.inode).toBe(Number(/ ino:(\d+)/.exec(text)?.[1]));
    expect(found?.tcp_info?.snd_cwnd).toBe(Number(/ cwnd:(\d+)/.exec(text)?.[1]));
    expect(found?.tcp_info?.snd_mss).toBe(Number(/ mss:(\d+)/.exec(text)?.[1]));
    const [state, rqueue, wqueue] = text.split(/\s+/);
    expect([state, rqueue, wqueue]).toEqual(['ESTAB', `${found?.rqueue}`, `${found?.wqueue}`]);
  });

  it('tells the queues as /proc/net does', () => {
    const { client, server } = tcpPair(addr);
    send(client, 'unread');
    expect(poll([{ fd: server, events: POLLIN }], 5000)).toBe(1);
    const table = addr.family === AF_INET ? 'tcp' : 'tcp6';
    const row = procNetRow(table, ({ inode }) => inode === inodeOf(server));
    expect(row?.rxQueue).toBe(6);
    expect(findTcpSocket(tupleOf(server))).toMatchObject({ rqueue: 6, wqueue: row?.txQueue });
  });

  it('finds nothing where there is no connection, even when a listener exists', () => {
    const { addr: listening } = listener(1, addr);
    // Port 1 of the same host: nobody connects from there.
    const remote = { ...listening, port: 1 };
    expect(findTcpSocket({ local: listening, remote })).toBeUndefined();
    expect(findTcpSocket({ local: remote, remote: listening })).toBeUndefined();
  });

  it('finds nothing where another port of the same pair of hosts is connected', () => {
    const { client } = tcpPair(addr);
    const { local, remote } = tupleOf(client);
    const other = { ...remote, port: remote.port === 1 ? 2 : 1 };
    expect(findTcpSocket({ local, remote: other })).toBeUndefined();
  });

  it('sees what no descriptor shows: an orphan in FIN_WAIT2, then TIME_WAIT', () => {
    const { client, server } = tcpPair(addr);
    const tuple = tupleOf(client);
    shutdown(client, SHUT_WR);
    waitForState(client, 'FIN_WAIT2');
    expect(findTcpSocket(tuple)).toMatchObject({ state: TCP_FIN_WAIT2, inode: inodeOf(client) });
    shut(client);
    expect(findTcpSocket(tuple)).toMatchObject({ state: TCP_FIN_WAIT2, inode: 0 });
    shut(server);
    waitUntil(() => findTcpSocket(tuple)?.state === TCP_TIME_WAIT, 'TIME_WAIT');
    const found = findTcpSocket(tuple);
    expect(found).toMatchObject({ state: TCP_TIME_WAIT, inode: 0, timer: 3 });
    expect(found?.tcp_info).toBeUndefined();
    // tcp(7) does not say it, but the kernel does: TIME_WAIT lasts 60 seconds.
    expect(found?.expires).toBeGreaterThan(50_000);
    expect(found?.expires).toBeLessThanOrEqual(60_100);
  });
});

describe('findTcpSocket', () => {
  it('finds a connection over mapped addresses by either of its two names', () => {
    const server = open(AF_INET6, SOCK_STREAM);
    bind(server, { family: AF_INET6, addr: '::', port: 0 });
    listen(server, 1);
    const { port } = getsockname(server) as InetAddr;
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, { ...LOOPBACK, port });
    const accepted = own(accept(server).fd);
    const cookie = getsockopt(accepted, SOL_SOCKET, SO_COOKIE);
    expect(findTcpSocket(tupleOf(accepted))?.cookie).toBe(cookie);
    const { local, remote } = tupleOf(client);
    expect(findTcpSocket({ local: remote, remote: local })?.cookie).toBe(cookie);
  });

  it('needs no privilege', () => {
    const body = `nobody();
const held = testing.holdState('TIME_WAIT');
tell(held.observe().via);
held.dispose();`;
    expect(node(body)).toEqual(['NETLINK_SOCK_DIAG']);
  });
});
