/** Who is at the other end: seen by /proc, by getpeername(2), by a connection that was redirected. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  getpeername,
  getsockopt,
  IP6T_SO_ORIGINAL_DST,
  IPPROTO_IP,
  IPPROTO_IPV6,
  SO_ORIGINAL_DST,
  SO_PEERGROUPS,
  SO_PEERNAME,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../lib/index.js';
import { isRoot, netns, node } from '../support/child.js';
import {
  expectError,
  expectRefused,
  guardFds,
  open,
  tcpPair,
  unixPair,
} from '../support/sockets.js';

guardFds();

describe('SO_PEERGROUPS', () => {
  it('tells the supplementary groups that /proc tells of this process', () => {
    const status = readFileSync('/proc/self/status', 'utf8');
    const groups = /^Groups:(.*)$/m.exec(status)?.[1]?.trim() ?? '';
    const [a] = unixPair();
    const expected = groups === '' ? [] : groups.split(/\s+/).map(Number);
    expect(getsockopt(a, SOL_SOCKET, SO_PEERGROUPS)).toEqual(expected);
  });

  it('tells the groups of a peer that has others, at the time when it connected', (context) => {
    if (!isRoot) context.skip('other groups need CAP_SETGID');
    const told = node(`
const listener = s.socket(s.AF_UNIX, s.SOCK_STREAM);
s.bind(listener, { family: s.AF_UNIX });
s.listen(listener, 1);
process.setgroups([7, 4242, 2 ** 31 + 5]);
const client = s.socket(s.AF_UNIX, s.SOCK_STREAM);
s.connect(client, s.getsockname(listener));
process.setgroups([]);
tell(s.getsockopt(s.accept(listener).fd, s.SOL_SOCKET, s.SO_PEERGROUPS));`);
    expect(told).toEqual([[7, 4242, 2 ** 31 + 5]]);
  });

  it('fails with ENODATA where there is no peer', () => {
    const fd = open(AF_UNIX, SOCK_STREAM);
    expectError(() => getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS), 'getsockopt', 'ENODATA');
  });
});

describe('SO_PEERNAME', () => {
  it.each([
    ['IPv4', { family: AF_INET, addr: '127.0.0.1', port: 0 }, 16],
    ['IPv6', { family: AF_INET6, addr: '::1', port: 0 }, 28],
  ] as const)('tells over %s what getpeername(2) tells', (_, addr, length) => {
    const { client } = tcpPair(addr);
    expect(getsockopt(client, SOL_SOCKET, SO_PEERNAME, length)).toEqual(getpeername(client));
    // The kernel has no more than that, and less where less is asked for.
    const tooLong = () => getsockopt(client, SOL_SOCKET, SO_PEERNAME, length + 1);
    expectError(tooLong, 'getsockopt', 'EINVAL');
    const { data } = getsockopt(client, SOL_SOCKET, SO_PEERNAME, 8) as { data?: Uint8Array };
    expect(data).toHaveLength(6);
    expect(getsockopt(client, SOL_SOCKET, SO_PEERNAME, 0)).toEqual({ family: 0 });
  });

  it('names a length that is none', () => {
    const fd = open(AF_INET, SOCK_STREAM);
    const read = (length: unknown) => () =>
      getsockopt(fd, SOL_SOCKET, SO_PEERNAME, length as number);
    expectRefused(read('16'), TypeError, 'ask');
    expectRefused(read(undefined), TypeError, 'ask');
    expectRefused(read(129), RangeError, 'ask');
    expectRefused(read(-1), RangeError, 'ask');
    expectError(read(16), 'getsockopt', 'ENOTCONN');
  });
});

/** Whether a command to redirect connections works in a network namespace. */
function redirects(command: string): boolean {
  const { status } = spawnSync('unshare', ['-rn', 'sh', '-c', command]);
  return status === 0;
}

describe.each([
  ['SO_ORIGINAL_DST', 'iptables', 'AF_INET', '127.0.0.1', IPPROTO_IP, SO_ORIGINAL_DST],
  ['IP6T_SO_ORIGINAL_DST', 'ip6tables', 'AF_INET6', '::1', IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST],
] as const)('%s', (_, tool, family, addr, level, optname) => {
  // For the lock of all namespaces it waits: -w.
  const rule = `${tool} -w 20 -t nat -A OUTPUT -p tcp --dport 7 -j REDIRECT --to-ports 4007`;

  it('tells where a redirected connection was to go', (context) => {
    if (!redirects(rule)) context.skip(`${tool} cannot redirect in a network namespace here`);
    const body = `
const listener = s.socket(s.${family}, s.SOCK_STREAM);
s.bind(listener, { family: s.${family}, addr: '${addr}', port: 4007 });
s.listen(listener, 2);
const accepted = (port) => {
  const fd = s.socket(s.${family}, s.SOCK_STREAM);
  s.connect(fd, { family: s.${family}, addr: '${addr}', port });
  return s.accept(listener).fd;
};
const original = (fd) => code(() => s.getsockopt(fd, ${level}, ${optname}));
const [redirected, straight] = [accepted(7), accepted(4007)];
tell([original(redirected), s.getsockname(redirected).port, original(straight)]);`;
    const [told] = netns(body, rule) as [[[string, { port: number }], number, unknown]];
    const [[, was], now, straight] = told;
    expect(was).toMatchObject({ addr, port: 7 });
    expect(now).toBe(4007);
    expect(straight).toMatchObject(['ok', { addr, port: 4007 }]);
  });

  it('fails where there is no such connection', () => {
    const fd = open(family === 'AF_INET' ? AF_INET : AF_INET6, SOCK_STREAM);
    const read = (): unknown =>
      (getsockopt as (fd: number, level: number, optname: number) => unknown)(fd, level, optname);
    expect(read).toThrow(/^getsockopt (ENOENT|ENOPROTOOPT|ENOTCONN)/);
  });
});
