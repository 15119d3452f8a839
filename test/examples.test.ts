/** Every file of examples/ is run, as its first lines say, and says what it is there to show. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  bind,
  close,
  getsockname,
  POLLIN,
  poll,
  recvfrom,
  SOCK_DGRAM,
  type SockAddrIn,
  sendto,
  socket,
} from '../lib/index.js';
import { heldStates } from '../lib/testing.js';
import { examples, portOf, run, serve, talk } from './support/examples.js';

const rows: Record<string, () => void | Promise<void>> = {
  'echo-server.js': async () => {
    const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(200_000));
    const lines = await serve('echo-server.js', [], async (place) => {
      const port = portOf(place);
      // One that says nothing keeps nobody waiting.
      const silent = createConnection({ host: '127.0.0.1', port });
      await once(silent, 'connect');
      const answers = await Promise.all(texts.map((text) => talk(port, text)));
      expect(answers.map((answer, i) => answer === texts[i])).toEqual(texts.map(() => true));
      silent.resetAndDestroy();
      await once(silent, 'close');
      expect(await talk(port, 'still there')).toBe('still there');
    });
    expect(lines.filter((line) => /^fd \d+: from port \d+, \d+ now$/.test(line))).toHaveLength(10);
    expect(lines.filter((line) => /^fd \d+: end, \d+ left$/.test(line))).toHaveLength(9);
    expect(lines.filter((line) => /^fd \d+: ECONNRESET, \d left$/.test(line))).toHaveLength(1);
  },

  'http-server.js': async () => {
    await serve('http-server.js', [], async (place) => {
      const url = `http://127.0.0.1:${portOf(place)}`;
      const hello = await fetch(`${url}/`);
      expect([hello.status, await hello.text()]).toEqual([200, 'hello, client\n']);
      expect((await (await fetch(`${url}/bytes/100000`)).arrayBuffer()).byteLength).toBe(100_000);
      expect((await fetch(`${url}/nothing`)).status).toBe(404);
      expect((await fetch(`${url}/`, { method: 'DELETE' })).status).toBe(501);
      // Two requests in one segment, and one that comes in pieces: a stream has no messages.
      const port = portOf(place);
      const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
      expect((await talk(port, request + request)).match(/hello, client/g)).toHaveLength(2);
    });
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-examples-'));
    try {
      const path = join(dir, 'http');
      const lines = await serve('http-server.js', [path], async (place) => {
        expect(place).toBe(path);
        const connection = createConnection(path);
        connection.setEncoding('utf8').end('HEAD /bytes/77 HTTP/1.1\r\n\r\n');
        const [answer] = (await once(connection, 'data')) as [string];
        expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Content-Length: 77\r\n\r\n$/s);
        await once(connection, 'close');
      });
      expect(lines).toEqual([`listening on ${path}`]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  },

  'udp-echo.js': async () => {
    const fd = socket(AF_INET, SOCK_DGRAM);
    try {
      bind(fd, { family: AF_INET, addr: '127.0.0.1', port: 0 });
      const buf = Buffer.alloc(100);
      const { port } = getsockname(fd) as SockAddrIn;
      const lines = await serve('udp-echo.js', [], async (place, server) => {
        const addr: SockAddrIn = { family: AF_INET, addr: '127.0.0.1', port: portOf(place) };
        for (const text of ['one', '', 'three']) {
          const heard = once(server.stdout, 'data');
          sendto(fd, text, 0, addr);
          expect(poll([{ fd, events: POLLIN }], 5000)).toBe(1);
          const { bytes, addr: from } = recvfrom(fd, buf);
          expect([buf.toString('utf8', 0, bytes), from]).toEqual([text, addr]);
          await heard;
        }
      });
      expect(lines.slice(1)).toEqual(
        [3, 0, 5].map((bytes) => `${bytes} bytes from 127.0.0.1 port ${port}`),
      );
    } finally {
      close(fd);
    }
  },

  'unix-datagram.js': () => {
    const lines = run('unix-datagram.js');
    expect(lines).toHaveLength(8);
    const path = /^(.*) is a socket: true$/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(path).not.toBe('');
    expect(() => readdirSync(join(path, '..'))).toThrow('ENOENT');
    const name = /^the sender got the abstract name ([0-9a-f]{5})$/.exec(lines[1] ?? '')?.[1];
    expect(lines.slice(2, 6)).toEqual([
      `3 bytes from @${name}: 'one'`,
      `0 bytes from @${name}: ''`,
      `5 bytes from @${name}: 'three'`,
      'length of the next one: 16',
    ]);
    expect(lines[6]).toMatch(/^[1-9]\d* messages wait in the queue, then EAGAIN$/);
    expect(lines[7]).toBe('after close of the receiver: ECONNREFUSED');
  },

  'half-close.js': () => {
    expect(run('half-close.js')).toEqual([
      'connected: client ESTABLISHED, server ESTABLISHED',
      'client said it all: client FIN_WAIT2, server CLOSE_WAIT',
      "server read to the end: 'what is six times seven?'",
      'client sends again: EPIPE',
      "client received: 'forty-two'",
      'client reads the end: 0',
      'over: client CLOSE, server CLOSE (the kernel keeps TIME_WAIT without a descriptor)',
    ]);
  },

  'urgent.js': () => {
    expect(run('urgent.js')).toEqual([
      'POLLPRI: true',
      'before the mark: 10 bytes',
      "recv with MSG_OOB: '!'",
      'recv with MSG_OOB again: EINVAL',
      "recv: 'begin stop'",
      'at the mark: true',
      "recv: ' end'",
      'inline, recv with MSG_OOB: EINVAL',
      "inline, recv: 'begin '",
      'inline, at the mark: true',
      "inline, recv: '!'",
    ]);
  },

  'multicast.js': () => {
    const heard = (text: string) => `'${text}' from 127.0.0.1`;
    const hear = (first: string, second: string) =>
      `the first hears ${first}, the second ${second}`;
    // A group of our own: on one that another process has joined, the first would hear at once.
    const { pid } = process;
    const group = `239.${(pid >> 16) & 255}.${(pid >> 8) & 255}.${pid & 255}`;
    expect(run('multicast.js', '127.0.0.1', group)).toEqual([
      'the sender has the TTL 1',
      hear('nothing', 'nothing'),
      hear(heard('one has joined'), heard('one has joined')),
      hear(heard('IP_MULTICAST_ALL is off'), 'nothing'),
      hear(heard('both have joined'), heard('both have joined')),
      hear(heard('the second has left'), 'nothing'),
    ]);
  },

  'events.js': () => {
    const lines = run('events.js');
    // What is ready first is told first; a pipe ends behind what was written to it.
    expect([...lines].sort()).toEqual([
      'child: has ended',
      'pipe: hello',
      'pipe: the end',
      'thread: 3',
      'timer: 8 bytes, 1',
    ]);
    expect(lines.indexOf('pipe: hello')).toBeLessThan(lines.indexOf('pipe: the end'));
  },

  'accept-queue.js': () => {
    const lines = run('accept-queue.js', '2');
    // Once, or more often where this process was not run for a second.
    const again = lines.map((line) => line.replace(/(?<=ESTABLISHED, )[1-9]\d* (?=re)/, 'N '));
    expect(again).toEqual([
      'backlog 2: 0 of 2 wait',
      'client 1: ESTABLISHED, 1 of 2 wait',
      'client 2: ESTABLISHED, 2 of 2 wait',
      'client 3: ESTABLISHED, 3 of 2 wait',
      'client 4: SYN_SENT, 3 of 2 wait',
      'client 4 was not answered: the queue is full',
      'after one accept: 2 of 2 wait',
      'its SYN was sent again: ESTABLISHED, N retransmitted',
      'after 3 more: 0 of 2 wait',
    ]);
  },

  'reset.js': () => {
    expect(run('reset.js').map((line) => line.replace(/^(\d\.) .*/, '$1'))).toEqual([
      '1.',
      '   first recv: ECONNRESET',
      '   second recv: 0',
      '   send: EPIPE',
      '2.',
      '   SO_ERROR: ECONNRESET',
      '   SO_ERROR again, which reading has cleared: 0',
      '3.',
      '   recv: 0',
      '   first send: 1',
      '   second send: EPIPE',
    ]);
  },

  'nonblocking-connect.js': () => {
    expect(run('nonblocking-connect.js')).toEqual([
      'to a listener',
      '  connect: EINPROGRESS',
      '  poll: POLLOUT',
      '  connected',
      'to a port that is taken, but where nobody listens',
      '  connect: EINPROGRESS',
      '  poll: POLLOUT|POLLERR|POLLHUP',
      '  ECONNREFUSED',
      'to a listener whose queue is full',
      '  connect: EINPROGRESS',
      '  nothing within 200 ms',
    ]);
  },

  'states.js': () => {
    const lines = run('states.js');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(heldStates);
    for (const line of lines) {
      expect(line).toMatch(/^\w+ +(listener|client|server) +unread \d+, unacked \d+ \(\w+\)$/);
    }
    const others = lines.filter((line) => line.endsWith('(NETLINK_SOCK_DIAG)'));
    expect(others.map((line) => line.split(' ')[0])).toEqual(['SYN_RECV', 'TIME_WAIT']);
  },

  'tcp-info.js': async () => {
    const show = (lines: string[]): void => {
      expect(lines).toHaveLength(25);
      const times = ['connected', ...[250, 500, 750, 1000].map((ms) => `after ${ms} ms`)];
      expect(lines.filter((_, i) => i % 5 === 0)).toEqual(
        times.map((time) => expect.stringMatching(new RegExp(`^${time}: ESTABLISHED, `))),
      );
      const rtts = lines.filter((line) => /^ {2}rtt \d+\.\d{3} ms ± \d+\.\d{3} ms/.test(line));
      expect(rtts).toHaveLength(5);
      const sent = lines.flatMap((line) => /^ {2}sent (\d+) bytes/.exec(line)?.[1] ?? []);
      expect(sent.map(Number)).toEqual(sent.map(Number).sort((a, b) => a - b));
      expect(sent[0]).toBe('0');
      // How much goes in a second is the machine's affair: these are ten chunks.
      expect(Number(sent[4])).toBeGreaterThan(10 * 16_384);
    };
    show(run('tcp-info.js'));
    await serve('echo-server.js', [], async (place) => {
      show(run('tcp-info.js', '127.0.0.1', String(portOf(place))));
    });
  },

  'interfaces.js': () => {
    const lines = run('interfaces.js');
    const names = readdirSync('/sys/class/net').filter((name) => name !== 'bonding_masters');
    expect(lines).toHaveLength(names.length);
    for (const name of names) {
      const read = (file: string): string =>
        readFileSync(`/sys/class/net/${name}/${file}`, 'utf8').trim();
      const line = lines.find((text) => text.startsWith(`${read('ifindex')}: ${name} `)) ?? '';
      expect(line).toContain(` mtu ${read('mtu')} <`);
      // linux/if.h
      const bits = { UP: 1, BROADCAST: 2, LOOPBACK: 8, POINTOPOINT: 16, MULTICAST: 0x1000 };
      for (const [word, bit] of Object.entries(bits)) {
        const isSet = (Number(read('flags')) & bit) !== 0;
        expect([word, new RegExp(`[<,]${word}[,>]`).test(line)]).toEqual([word, isSet]);
      }
    }
    expect(lines.find((line) => line.includes(': lo '))).toMatch(
      / lo 127\.0\.0\.1 mtu \d+ <UP,LOOPBACK,RUNNING>$/,
    );
  },
};

describe('examples/', () => {
  const files = readdirSync(examples).filter((name) => name.endsWith('.js'));
  /** The programs, which are longer, have a test file of their own. */
  const isProgram = (name: string): boolean =>
    existsSync(join(import.meta.dirname, `examples-${name.replace(/js$/, 'test.ts')}`));
  const lessons = files.filter((name) => !isProgram(name));

  it.each(lessons)('%s shows what it says', async (name) => {
    const row = rows[name];
    if (row === undefined) throw new Error(`${name} has no row in this file`);
    await row();
  });

  it('has a row for no file that is gone', () => {
    expect(Object.keys(rows).filter((name) => !lessons.includes(name))).toEqual([]);
  });

  it.each(files)('%s has a line in the README, and does not have too many', (name) => {
    expect(readFileSync(join(examples, 'README.md'), 'utf8')).toContain(`\n| [${name}](${name}) `);
    const text = readFileSync(join(examples, name), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(isProgram(name) ? 300 : 70);
    expect(text).toContain(`//   node examples/${name}`);
  });
});
