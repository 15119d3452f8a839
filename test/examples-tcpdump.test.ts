/** examples/tcpdump.js beside tcpdump(8), on one interface at the same time: the same lines. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  between,
  type Captured,
  crafted,
  cropped,
  inNetns,
  lines,
  ours,
  pings,
  program,
  programOf,
  tcp,
  theirs,
  udp,
  whenMarked,
} from './support/capture.js';
import { mayMakeNetns } from './support/netns.js';
import { isInstalled } from './support/strace.js';

beforeEach((context) => {
  if (!isInstalled('tcpdump')) context.skip('tcpdump is not installed');
  if (!isInstalled('ping')) context.skip('ping is not installed');
  if (!mayMakeNetns) context.skip('no network namespaces for this user (unshare -rn)');
});

const dir = mkdtempSync(join(tmpdir(), 'sockfd-tcpdump-'));
afterAll(() => rmSync(dir, { recursive: true }));

/**
 * What both captured: one way, for both are told the same. The order is not compared: of two packets
 * that come at once, on two CPUs, the kernel may give one socket the first, and another the second.
 */
function both(options: string, traffic: string, where: readonly string[] = []): string[] {
  const words = options.split(' ');
  const commands = [theirs(words), ours(words)].map((command) => [...where, ...command]);
  const told = inNetns(programOf(commands, traffic, whenMarked));
  const [expected, actual] = told as Captured[];
  if (expected === undefined || actual === undefined) throw new Error('nothing captured');
  expect(between(actual).sort()).toEqual(between(expected).sort());
  const count = lines(actual).length;
  expect(actual.status).toBe(0);
  const [, captured, received, ...rest] = actual.stderr.split('\n');
  expect([captured, ...rest]).toEqual([
    `${count} packets captured`,
    '0 packets dropped by kernel',
    '',
  ]);
  // Of loopback the kernel counts what was sent as well, and there may be some that came last.
  const [number] = /^\d+(?= packets received by filter$)/.exec(received ?? '') ?? [];
  expect(Number(number)).toBeGreaterThanOrEqual(count);
  return between(actual);
}

describe('a line is that of tcpdump', () => {
  it('of echoes, whole and in fragments', () => {
    const hosts = ['192.0.2.254', '2001:db8::fe', '-s 3000 192.0.2.254', '-s 3000 2001:db8::fe'];
    const said = both('-i up0', pings(...hosts));
    expect(said.filter((line) => line.includes('echo reply'))).toHaveLength(4);
    expect(said.filter((line) => /: ip-proto-1$|: frag \([1-9]/.test(line))).toHaveLength(8);
  });

  it('of TCP, its options and its relative sequence numbers', () => {
    const said = both('-i up0', tcp);
    expect(said.filter((line) => line.includes(' Flags [S.], seq '))).toHaveLength(2);
    expect(said.filter((line) => / seq 6:\d+, ack 6, win /.test(line))).toHaveLength(2);
    expect(said.filter((line) => line.includes(' Flags [R.], seq 0, ack '))).toHaveLength(1);
  });

  it('of errors of routers and of ports', () => {
    // The router counts what it tells of errors, for each address.
    const four = [
      '-I 192.0.2.2 198.51.100.1',
      '-I 192.0.2.3 198.51.100.200',
      '-t 1 203.0.113.9',
      '-s 1300 203.0.113.9',
    ];
    const six = ['2001:db8:1::1', '2001:db8:2::1', '-t 1 2001:db8:3::9', '-s 1300 2001:db8:3::9'];
    const said = both('-i up0', pings(...four) + pings(...six) + udp);
    // The first mark has one, too.
    const errors = (of: RegExp) => said.filter((line) => of.test(line));
    expect(errors(/ICMP (?!echo)/)).toHaveLength(5);
    expect(errors(/ICMP6, (dest|time|packet)/)).toHaveLength(5);
  });

  it('of neighbours that are there or are not', () => {
    const flush = `run('ip neigh flush dev up0');`;
    const said = both('-i up0', flush + pings('192.0.2.254', '2001:db8::fe', '192.0.2.77'));
    for (const word of ['ARP, Request ', 'ARP, Reply ', 'solicitation, ', 'advertisement, ']) {
      expect(
        said.some((line) => line.includes(word)),
        word,
      ).toBe(true);
    }
  });

  it('of what is rare, with link-level headers and bytes', () => {
    const said = both('-i up0 -e -x', crafted);
    const ours = (each: string[]) => each.filter((line) => line.includes('192.0.2.66'));
    expect(ours(said)).toHaveLength(15);
    expect(said.join('\n')).toContain('ethertype 802.1Q (0x8100), length 46: vlan 5, p 5, ');
    expect(ours(both('-i up0', crafted))).toHaveLength(15);
  });

  it('of errors whose quotes are cut off', () => {
    const said = both('-i up0', crafted + cropped);
    expect(said.filter((line) => line.endsWith(' [|icmp]'))).toHaveLength(5);
    expect(said.filter((line) => line.endsWith(' [|icmp6]'))).toHaveLength(4);
  });

  it('of a frame whose VLAN tag the kernel took off', () => {
    const said = both('-i down0 -e', crafted, ['nsenter', '--net=/run/netns/r']);
    const tagged = said.filter((line) =>
      line.includes('802.1Q (0x8100), length 46: vlan 5, p 5, '),
    );
    expect(tagged).toHaveLength(1);
  });

  it('of all interfaces, with their names and directions', () => {
    const here = `s.sendto(here, 'hello', 0, { family: s.AF_INET, addr: '127.0.0.1', port: 9100 });`;
    const said = both('-i any', here + pings('2001:db8::fe'));
    expect(said.some((line) => /^lo {4}In {2}IP 127\.0\.0\.1\.\d+ > /.test(line))).toBe(true);
    expect(said.some((line) => /^up0 {3}Out IP6 /.test(line))).toBe(true);
  });
});

const everything = `${tcp}${udp}${pings('192.0.2.254', '2001:db8::fe', '-s 3000 192.0.2.254')}
run('ip neigh flush dev up0');${pings('192.0.2.254')}`;

describe('a filter', () => {
  const filters = [
    ...['tcp', 'udp', 'icmp', 'icmp6', 'arp', 'port 7000', 'tcp port 9200', 'host 2001:db8::fe'],
    ...['host 192.0.2.254', 'tcp port 7000 and host 192.0.2.1', 'udp and host 2001:db8::fe'],
  ];

  it('lets pass what that of tcpdump does', () => {
    const file = join(dir, 'all.pcap');
    const all = theirs(['-i', 'up0', '-U', '-w', file, '--print']);
    const captures = filters.map((filter) => ours(['-i', 'up0', ...filter.split(' ')]));
    // When tcpdump has written everything, it is asked what each filter should have let pass.
    const end = `
  await captures[0].until(isMarked);
  // They did not begin at the same time, and there are always reports of groups.
  const since = /^([^ ]+) .* > 192.0.2.254.9001: /m.exec(captures[0].text.stdout)[1];
  const after = (stdout) => stdout.split('\\n').filter((line) => line.slice(0, 15) >= since);
  for (const [i, filter] of ${JSON.stringify(filters)}.entries()) {
    const args = ['-n', '-r', ${JSON.stringify(file)}, ...filter.split(' ')];
    const expected = after(spawnSync('tcpdump', args, { encoding: 'utf8' }).stdout);
    const capture = captures[i + 1];
    await capture.until(({ stdout }) => after(stdout).length >= expected.length);
    tell([expected, after(capture.text.stdout)].map((each) => ({ stdout: each.join('\\n') })));
  }`;
    const told = inNetns(programOf([all, ...captures], everything, end)) as Captured[][];
    const [expected, actual] = [0, 1].map((n) =>
      told.map((pair) => (pair[n] ? lines(pair[n]).sort() : [])),
    );
    expect(actual).toEqual(expected);
    expect(expected?.filter((each) => each.length === 0)).toEqual([]);
    expect(new Set(expected?.map((each) => each.join('\n'))).size).toBe(filters.length);
  });

  it.each([
    ['tpc', 'a filter has no such word: tpc'],
    ['port', 'a filter has no such word: port'],
    ['port http', 'port: a number'],
    ['port 65536', 'port: a number'],
    ['host localhost', 'host: an address'],
    ['tcp porto 7', 'a filter has no such word: porto 7'],
  ])('is refused: %s', (filter, why) => {
    expect(alone(filter.split(' '))).toEqual({
      status: 1,
      stdout: '',
      stderr: `tcpdump: ${why}\n`,
    });
  });
});

/** What the program says when it is not in a namespace of its own. */
function alone(args: readonly string[], wrapper: readonly string[] = []) {
  const [command = '', ...rest] = [...wrapper, process.execPath, program, ...args];
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    timeout: 45_000,
  });
  return { status, stdout, stderr };
}

describe('a file of -w', () => {
  it('is one that tcpdump reads', () => {
    const file = join(dir, 'ours.pcap');
    const live = theirs(['-i', 'up0', '-e']);
    const end = `
  await captures[0].until(isMarked);
  await stop(captures[0]);
  const read = () => spawnSync('tcpdump', ['-n', '-e', '-r', '${file}'], { encoding: 'utf8' });
  let { status, stdout, stderr } = read();
  while (!isMarked({ stdout })) {
    s.poll([], 20);
    ({ status, stdout, stderr } = read());
  }
  tell({ status, stdout, stderr });
  await stop(captures[1]);`;
    const captures = [live, ours(['-i', 'up0', '-w', file])];
    const program = programOf(captures, everything + crafted, end);
    const [expected, actual, own] = inNetns(program) as Captured[];
    if (expected === undefined || actual === undefined) throw new Error('nothing captured');
    expect(between(actual).sort()).toEqual(between(expected).sort());
    expect(between(actual).length).toBeGreaterThan(60);
    expect(own).toMatchObject({ status: 0, stdout: '' });
    const [, count] = /\n(\d+) packets captured\n/.exec(own?.stderr ?? '') ?? [];
    expect(Number(count)).toBeGreaterThanOrEqual(lines(actual).length);
  });

  it('has time stamps of the kernel', () => {
    const file = join(dir, 'times.pcap');
    const begin = Math.floor(Date.now() / 1000);
    const captures = [theirs(['-i', 'up0']), ours(['-i', 'up0', '-c', '1', '-w', file])];
    const end = `
  await captures[0].until(isMarked);
  await captures[1].closed;`;
    inNetns(programOf(captures, '', end));
    const { stdout } = spawnSync('tcpdump', ['-tt', '-n', '-r', file], { encoding: 'utf8' });
    const seconds = /^(\d+)\.\d{6} .*\n$/.exec(stdout)?.[1];
    expect(Number(seconds)).toBeGreaterThanOrEqual(begin);
    expect(Number(seconds)).toBeLessThanOrEqual(Date.now() / 1000);
  });
});

describe('it ends', () => {
  it('when the interface goes down', () => {
    const end = `
  run('ip link set up0 down');
  const [status] = await captures[0].closed;
  tell({ status, ...captures[0].text });`;
    const [ended] = inNetns(programOf([ours(['-i', 'up0'])], '', end)) as Captured[];
    expect(ended?.status).toBe(1);
    expect(ended?.stderr).toMatch(/\ntcpdump: the interface went down\n$/);
  });
});

describe('it is refused', () => {
  it('to who has no CAP_NET_RAW', (context) => {
    if (!isInstalled('setpriv')) context.skip('setpriv is not installed');
    const drop = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--'];
    const stderr = 'tcpdump: socket EPERM: packet sockets need CAP_NET_RAW\n';
    expect(alone(['-i', 'lo'], ['unshare', '-rn', ...drop])).toEqual({
      ...{ status: 1, stdout: '', stderr },
    });
  });

  it('an interface that is not there, and a file of all interfaces', () => {
    const wrapper = ['unshare', '-rn'];
    expect(alone(['-i', 'none0'], wrapper)).toEqual({
      ...{ status: 1, stdout: '', stderr: 'tcpdump: if_nametoindex ENODEV\n' },
    });
    expect(alone(['-w', join(dir, 'any.pcap')], wrapper)).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: 'tcpdump: -w needs -i and an interface with Ethernet headers\n',
    });
  });
});
