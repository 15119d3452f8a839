/** examples/ping.js beside ping(8): the same lines, but for the times. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inNetns } from './support/control.js';
import { examples } from './support/examples.js';
import { mayMakeNetns } from './support/netns.js';
import { router } from './support/router.js';
import { isInstalled } from './support/strace.js';

beforeEach((context) => {
  if (!isInstalled('ping')) context.skip('ping is not installed');
  if (!isInstalled('setpriv')) context.skip('setpriv is not installed');
  if (!mayMakeNetns) context.skip('no network namespaces for this user (unshare -rn)');
});

const program = join(examples, 'ping.js');

/**
 * The router is known from the start; neighbours that do not answer are given up soon. The group 0
 * may ping.
 */
const setup = `${router}
ping -q -c 1 -w 10 192.0.2.254 >/dev/null
ping -q -c 1 -w 10 2001:db8::fe >/dev/null
for v in 4 6; do echo 50 > /proc/sys/net/ipv$v/neigh/up0/retrans_time_ms; done
echo 0 0 > /proc/sys/net/ipv4/ping_group_range
# A copy has no capabilities of its own, with which it could not be executed here.
cp "$(command -v ping)" /run/ping`;

/** Runs a command without any capability. */
const powerless = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--'];

type Socket = 'datagram' | 'raw';
const command = (socket: Socket, first: string, ...args: string[]): string[] => {
  return [...(socket === 'raw' ? [] : powerless), first, ...args];
};
const ours = (socket: Socket, args: string): string[] => {
  const words = [...(socket === 'raw' ? ['--raw'] : []), ...args.split(' ')];
  return command(socket, process.execPath, program, ...words);
};

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs commands, one after the other, where each knows nothing of what the others learnt. */
function runAll(commands: readonly (readonly string[])[], before: string): Ended[] {
  const body = `
for (const [i, [command, ...args]] of ${JSON.stringify(commands)}.entries()) {
  // The router counts what it tells of errors, for each address.
  const from = '192.0.2.' + (1 + (i % 9));
  spawnSync('ip', ['route', 'replace', 'default', 'via', '192.0.2.254', 'src', from]);
  for (const v of ['-4', '-6']) spawnSync('ip', [v, 'route', 'flush', 'cache']);
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  tell({ status, stdout, stderr });
}`;
  return inNetns(body, before) as Ended[];
}

/** Runs a command in a namespace until `line` is printed, and then SIGINT ends it. */
async function interruptedAfter(args: readonly string[], line: string): Promise<Ended> {
  const before = `mount -t tmpfs none /run; cp "$(command -v ping)" /run/ping; ip link set lo up
echo 0 0 > /proc/sys/net/ipv4/ping_group_range; exec "$@"`;
  const child = spawn('unshare', ['-rnm', 'sh', '-ec', before, 'sh', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 45_000,
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      const was = text.stdout.includes(line);
      text[name] += chunk;
      if (!was && text.stdout.includes(line)) child.kill('SIGINT');
    });
  }
  const [status] = (await once(child, 'close')) as [number];
  return { status, ...text };
}

/** Without the times. */
const timeless = ({ status, stdout, stderr }: Ended) => ({
  status,
  stderr,
  lines: stdout
    .replace(/ time=\d+(\.\d+)? ms$/gm, ' time=T ms')
    .replace(/, time \d+ms$/m, ', time Tms')
    .replace(/^(rtt min\/avg\/max\/mdev) = (\d+\.\d{3}\/){3}\d+\.\d{3} ms$/m, '$1 = T ms')
    .split('\n'),
});

/** What is pinged, and what the first line says of it. */
const cases: Record<string, [args: string, says: string][]> = {
  'what answers': [
    ['-c 3 -i 0.2 127.0.0.1', '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time='],
    ['-c 1 ::1', '64 bytes from ::1: icmp_seq=1 ttl=64 time='],
    ['-c 2 -i 0.2 -s 1200 -t 9 192.0.2.254', '1208 bytes from 192.0.2.254: icmp_seq=1 ttl=64 '],
    ['-c 1 -s 3000 2001:db8::fe', '3008 bytes from 2001:db8::fe: icmp_seq=1 ttl=64 '],
  ],
  'what is not there': [
    ['-c 1 192.0.2.77', 'From 192.0.2.1 icmp_seq=1 Destination Host Unreachable'],
    ['-c 1 2001:db8::77', ' icmp_seq=1 Destination unreachable: Address unreachable'],
    ['-c 1 -W 0.3 203.0.113.9', ''],
  ],
  'what a router of IPv4 refuses': [
    ['-c 1 198.51.100.1', 'From 192.0.2.254 icmp_seq=1 Destination Host Unreachable'],
    ['-c 1 198.51.100.200', 'From 192.0.2.254 icmp_seq=1 Packet filtered'],
    ['-c 2 -i 0.2 -t 1 203.0.113.9', 'From 192.0.2.254 icmp_seq=1 Time to live exceeded'],
    ['-c 1 -s 1300 203.0.113.9', 'From 192.0.2.254 icmp_seq=1 Frag needed and DF set (mtu = 1280)'],
  ],
  'what a router of IPv6 refuses': [
    ['-c 1 2001:db8:1::1', 'From 2001:db8::fe icmp_seq=1 Destination unreachable: No route'],
    ['-c 1 2001:db8:2::1', ' icmp_seq=1 Destination unreachable: Administratively prohibited'],
    ['-c 1 -t 1 2001:db8:3::9', 'From 2001:db8::fe icmp_seq=1 Time exceeded: Hop limit'],
    ['-c 1 -s 1300 2001:db8:3::9', 'From 2001:db8::fe icmp_seq=1 Packet too big: mtu=1280'],
  ],
};

describe.each(['datagram', 'raw'] as const)('with a %s socket', (socket) => {
  it.each(Object.entries(cases))('it says what ping says of %s', (_, rows) => {
    const commands = rows.flatMap(([args]) => [
      command(socket, '/run/ping', ...args.split(' ')),
      ours(socket, args),
    ]);
    const ended = runAll(commands, setup).map(timeless);
    const [theirs, own] = [0, 1].map((rest) => ended.filter((_, i) => i % 2 === rest));
    expect(own).toEqual(theirs);
    expect(theirs?.map(({ lines }) => lines[1])).toEqual(
      rows.map(([, says]) => (says === '' ? '' : expect.stringContaining(says))),
    );
  });

  it('ends on SIGINT with what it has, as ping does', async () => {
    // The next request comes long after the signal.
    const words = ['-i', '60', '127.0.0.1'];
    const args = [command(socket, '/run/ping', ...words), ours(socket, words.join(' '))];
    const ended = await Promise.all(args.map((each) => interruptedAfter(each, 'icmp_seq=1 ')));
    const [theirs, own] = ended.map(timeless);
    expect(own).toEqual(theirs);
    expect(own?.lines[4]).toBe('1 packets transmitted, 1 received, 0% packet loss, time Tms');
  });
});

describe('a raw socket', () => {
  it('hears the answers to others, and does not count them', () => {
    const flood = 'ping -q -c 200 -i 0.002 127.0.0.1 >/dev/null & exec "$@"';
    const [ended] = runAll(
      [['sh', '-c', flood, 'sh', ...ours('raw', '-c 3 -i 0.05 127.0.0.1')]],
      setup,
    );
    const seqs = [...(ended?.stdout.matchAll(/ icmp_seq=(\d+) ttl=64 /g) ?? [])];
    expect(seqs.map(([, seq]) => seq)).toEqual(['1', '2', '3']);
    expect(ended?.stdout).toContain('\n3 packets transmitted, 3 received, 0% packet loss');
  });

  it('is refused to who has no CAP_NET_RAW', () => {
    const args = [...powerless, process.execPath, program, '--raw', '127.0.0.1'];
    const stderr = 'ping: socket EPERM: a raw socket needs CAP_NET_RAW\n';
    expect(runAll([args], setup)).toEqual([{ status: 2, stdout: '', stderr }]);
  });
});

describe('a ping socket', () => {
  it('is refused to all groups in a new namespace, that of root as well', () => {
    const args = [process.execPath, program, '127.0.0.1'];
    const stderr =
      'ping: socket EACCES: group 0 is not within net.ipv4.ping_group_range; try --raw\n';
    expect(runAll([args], ':')).toEqual([{ status: 2, stdout: '', stderr }]);
  });
});

describe('the command line', () => {
  it.each([
    [[], 'one host is needed'],
    [['-c', 'many', '127.0.0.1'], "--count is a number from 1 to Infinity, not 'many'"],
    [['-c', '0', '127.0.0.1'], "--count is a number from 1 to Infinity, not '0'"],
    [['-i', '', '127.0.0.1'], "--interval is a number from 0 to Infinity, not ''"],
    [['-s', '1.5', '127.0.0.1'], "--size is a number from 0 to 65527, not '1.5'"],
    [['-s', '1e11', '127.0.0.1'], "--size is a number from 0 to 65527, not '1e11'"],
    [['-t', '256', '127.0.0.1'], "--ttl is a number from 1 to 255, not '256'"],
    [['fe80::1%nowhere'], 'nowhere: if_nametoindex ENODEV'],
    [['-q', '127.0.0.1'], "Unknown option '-q'"],
    [['nobody.invalid'], 'nobody.invalid: E'],
  ])('%j is refused', (args, why) => {
    // Where nobody is asked for a name: a server of names may take its time.
    const command = ['-rn', process.execPath, program, ...args];
    const { status, stdout, stderr } = spawnSync('unshare', command, {
      encoding: 'utf8',
      timeout: 45_000,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.startsWith(`ping: ${why}`), stderr).toBe(true);
  });
});
