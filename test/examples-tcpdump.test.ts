/** examples/tcpdump.js beside tcpdump(8), on the same interface at the same time: the same lines. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { inNetns } from './support/control.js';
import { examples } from './support/examples.js';
import { mayMakeNetns } from './support/netns.js';
import { router } from './support/router.js';
import { isInstalled } from './support/strace.js';

beforeEach((context) => {
  if (!isInstalled('tcpdump')) context.skip('tcpdump is not installed');
  if (!isInstalled('ping')) context.skip('ping is not installed');
  if (!mayMakeNetns) context.skip('no network namespaces for this user (unshare -rn)');
});

const program = join(examples, 'tcpdump.js');
const dir = mkdtempSync(join(tmpdir(), 'sockfd-tcpdump-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** As loopback has no checksums and a cable no long packets, so is the cable to the router here. */
const setup = `${router}
ping -q -c 1 -w 10 192.0.2.254 >/dev/null
ping -q -c 1 -w 10 2001:db8::fe >/dev/null
for v in 4 6; do echo 50 > /proc/sys/net/ipv$v/neigh/up0/retrans_time_ms; done`;

/** An echo of TCP behind the router's port 7000. */
const server = `import socket
listener = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    client, _ = listener.accept()
    while (data := client.recv(65536)): client.sendall(data)
    client.close()`;

/** Runs captures, and traffic meanwhile, between two datagrams that mark its begin and its end. */
const body = (captures: readonly (readonly string[])[], traffic: string): string => `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
const children = [];
const start = async ([command, ...args], ready) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
      child.emit('text');
    });
  }
  const closed = once(child, 'close');
  const until = async (holds) => {
    while (!holds(text)) {
      await Promise.race([once(child, 'text'), closed]);
      if (child.exitCode !== null) throw new Error(command + ' has ended: ' + text.stderr);
    }
  };
  await until(ready);
  return { child, text, closed, until };
};
const echo = ['nsenter', '--net=/run/netns/r', 'python3', '-c', ${JSON.stringify(server)}];
await start(echo, ({ stdout }) => stdout === 'ready\\n');
const run = (command) => spawnSync('sh', ['-c', command]);
const here = s.socket(s.AF_INET, s.SOCK_DGRAM);
const mark = (port) => s.sendto(here, 'mark', 0, { family: s.AF_INET, addr: '192.0.2.254', port });
const talk = (family, addr) => {
  const fd = s.socket(family, s.SOCK_STREAM);
  s.connect(fd, { family, addr, port: 7000 });
  const buf = Buffer.alloc(4096);
  for (const text of ['hello', 'x'.repeat(3000)]) {
    s.send(fd, text);
    s.recv(fd, buf, s.MSG_WAITALL, 0, text.length);
  }
  s.send(fd, '!', s.MSG_OOB);
  s.shutdown(fd, s.SHUT_WR);
  s.recv(fd, buf);
  s.close(fd);
};
try {
  const listening = ({ stderr }) => stderr.includes('listening on ');
  const captures = [];
  for (const args of ${JSON.stringify(captures)}) captures.push(await start(args, listening));
  mark(9001);
  ${traffic}
  mark(9002);
  for (const { child, until, text, closed } of captures) {
    if (!child.spawnargs.includes('-w')) await until(({ stdout }) => / > 192.0.2.254.9002: /.test(stdout));
    child.kill('SIGINT');
    const [status] = await closed;
    tell({ status, ...text });
  }
} finally {
  for (const child of children) child.kill();
}`;

interface Captured {
  status: number;
  stdout: string;
  stderr: string;
}

/** The lines between the marks, without their times. A line of -x belongs to the one before. */
function lines({ stdout }: Captured): string[] {
  const all = stdout.trimEnd().split(/\n(?!\t)/);
  const at = (port: number) => all.findIndex((line) => line.includes(` > 192.0.2.254.${port}: `));
  return all.slice(at(9001), at(9002) + 1).map((line) => line.replace(/^[\d:]{8}\.\d{6} /, ''));
}

/** What both captured: one way, for both are told the same. */
function both(options: string, traffic: string): string[] {
  const words = options.split(' ').filter((word) => word !== '');
  const theirs = ['tcpdump', '-l', '--immediate-mode', '-n', ...words];
  const ours = [process.execPath, program, '-n', ...words];
  const [expected, actual] = inNetns(body([theirs, ours], traffic), setup) as Captured[];
  if (expected === undefined || actual === undefined) throw new Error('no capture');
  expect(lines(actual)).toEqual(lines(expected));
  expect([actual.status, expected.status]).toEqual([0, 0]);
  return lines(actual);
}

const traffic = {
  ping: `for (const to of ['192.0.2.254', '2001:db8::fe']) {
  run('ping -c 1 ' + to);
  run('ping -c 1 -s 3000 ' + to);
}`,
  errors: `for (const to of ['198.51.100.1', '198.51.100.200', '-t 1 203.0.113.9', '-s 1300 203.0.113.9',
  '192.0.2.77', '2001:db8:1::1', '2001:db8:2::1', '-t 1 2001:db8:3::9', '-s 1300 2001:db8:3::9',
  '2001:db8::77']) run('ping -c 1 ' + to);
s.sendto(here, 'hello', 0, { family: s.AF_INET, addr: '192.0.2.254', port: 9100 });
const six = s.socket(s.AF_INET6, s.SOCK_DGRAM);
s.sendto(six, 'hello', 0, { family: s.AF_INET6, addr: '2001:db8::fe', port: 9100 });`,
  tcp: `talk(s.AF_INET, '192.0.2.254');
talk(s.AF_INET6, '2001:db8::fe');
code(() => s.connect(s.socket(s.AF_INET, s.SOCK_STREAM),
  { family: s.AF_INET, addr: '192.0.2.254', port: 9200 }));`,
  neighbours: `run('ip neigh flush dev up0'); run('ping -c 1 192.0.2.254; ping -c 1 2001:db8::fe');`,
};

describe('a line of the capture', () => {
  it.each(Object.entries(traffic))('is that of tcpdump: %s', (_, each) => {
    const said = both('-i up0', each);
    console.log(said.join('\n'));
  });
});
