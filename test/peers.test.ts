/** Real peers: curl, nc, Python's socket module, and ss as a look from outside. */
import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  execFile,
  spawn,
  spawnSync,
} from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as sockfd from '../lib/index.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  bind,
  close,
  connect,
  getsockname,
  getsockopt,
  IPPROTO_TCP,
  listen,
  POLLIN,
  poll,
  SHUT_WR,
  SO_LINGER,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  type SockAddr,
  type SockAddrIn,
  SystemError,
  setsockopt,
  shutdown,
  socket,
  TCP_INFO,
} from '../lib/index.js';
import { waitForState } from '../lib/testing.js';
import { isInstalled } from './support/strace.js';

const missing = (command: string): string | undefined =>
  isInstalled(command) ? undefined : `${command} is not installed`;

const LIMIT_MS = 45_000;
const TIMEOUT = { sec: 30, usec: 0 };
const SIZE = 4 << 20;

const dir = mkdtempSync(join(tmpdir(), 'sockfd-peers-'));
afterAll(() => rmSync(dir, { recursive: true }));

/**
 * The same call, made again when a signal interrupts it: the SIGCHLD of a peer that has ended. The
 * kernel does not begin a call anew that has a time-out.
 */
function again<Args extends unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    for (;;) {
      try {
        return call(...args);
      } catch (error) {
        if (!(error instanceof SystemError) || error.code !== 'EINTR') throw error;
      }
    }
  };
}

const accept = again(sockfd.accept);
const recv = again(sockfd.recv);
const recvfrom = again(sockfd.recvfrom);
const send = again(sockfd.send);
const sendto = again(sockfd.sendto);

let names = 0;
/** A name that nobody has yet. */
const fresh = (): string => `n${names++}`;

const opened = new Set<number>();
const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const fd of opened) close(fd);
  opened.clear();
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  children.clear();
});

/** A descriptor of this test, which waits for thirty seconds at most. */
function own(fd: number): number {
  opened.add(fd);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, TIMEOUT);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, TIMEOUT);
  return fd;
}

function shut(fd: number): void {
  opened.delete(fd);
  close(fd);
}

function open(family: number, type: number, addr?: SockAddr): number {
  const fd = own(socket(family, type));
  if (addr !== undefined) bind(fd, addr);
  return fd;
}

function listener(addr: SockAddr, type = SOCK_STREAM): number {
  const fd = open(addr.family, type, addr);
  listen(fd, 4);
  return fd;
}

const hash = (...chunks: Uint8Array[]): string => {
  const sha256 = createHash('sha256');
  for (const chunk of chunks) sha256.update(chunk);
  return sha256.digest('hex');
};

function sendAll(fd: number, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.byteLength; ) sent += send(fd, bytes, 0, sent);
}

function receiveAll(fd: number): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1 << 18);
    const n = recv(fd, chunk);
    if (n === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, n));
  }
}

/** What a child prints, line by line, and how it ended. */
class Output {
  private text = '';
  private over = false;
  readonly closed: Promise<unknown>;
  private readonly stream: Readable;

  constructor(stream: Readable, child: { once(event: 'close', listener: () => void): unknown }) {
    this.stream = stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
    this.closed = new Promise<void>((resolve) => {
      child.once('close', () => {
        this.over = true;
        resolve();
      });
    });
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.text.indexOf('\n');
      if (end >= 0) {
        const line = this.text.slice(0, end);
        this.text = this.text.slice(end + 1);
        return line;
      }
      if (this.over) throw new Error(`the child has ended: ${this.text}`);
      await Promise.race([once(this.stream, 'data'), this.closed]);
    }
  }

  /** All that is printed from here on. */
  async rest(): Promise<string> {
    await this.closed;
    return this.text;
  }
}

const inet: SockAddr = { family: AF_INET, addr: '127.0.0.1', port: 0 };
const inet6: SockAddr = { family: AF_INET6, addr: '::1', port: 0 };

describe.skipIf(missing('curl'))(`curl (${missing('curl') ?? 'at hand'})`, () => {
  const path = join(dir, 'http');
  const servers: ChildProcessByStdio<null, Readable, null>[] = [];
  let url = '';

  async function serve(where: string): Promise<string> {
    const example = join(import.meta.dirname, '..', 'examples', 'http-server.js');
    const server = spawn(process.execPath, [example, where], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers.push(server);
    return new Output(server.stdout, server).line();
  }

  beforeAll(async () => {
    const port = /^listening on port (\d+)$/.exec(await serve('0'))?.[1];
    url = `http://127.0.0.1:${port}`;
    expect(await serve(path)).toBe(`listening on ${path}`);
  });

  afterAll(async () => {
    for (const server of servers) {
      const closed = once(server, 'close');
      server.kill('SIGINT');
      await closed;
    }
  });

  /** Runs curl; an exit status but 0 throws. */
  function curl(...args: string[]): Promise<string> {
    const all = ['--silent', '--show-error', '--noproxy', '*', '--max-time', '30', ...args];
    return new Promise((resolve, reject) => {
      const options = { maxBuffer: 1 << 26, timeout: LIMIT_MS };
      execFile('curl', all, options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
  }

  const hello = 'hello, client\n';

  it('fetches over TCP, fifty times', { timeout: 120_000 }, async () => {
    for (let i = 0; i < 50; i++) expect(await curl(`${url}/`)).toBe(hello);
  });

  it('fetches over a unix socket', async () => {
    const args = ['--unix-socket', path, 'http://localhost/', 'http://localhost/bytes/5'];
    expect(await curl(...args)).toBe(`${hello}hello`);
  });

  it('keeps its connection for several requests', async () => {
    const write = ['--write-out', '%{num_connects} %{http_code};'];
    const urls = ['/', '/bytes/3', '/none', '/'].map((target) => `${url}${target}`);
    const discard = urls.flatMap(() => ['--output', '/dev/null']);
    expect(await curl(...write, ...discard, ...urls)).toBe('1 200;0 200;0 404;0 200;');
  });

  it('gets the head alone when it asks for that', async () => {
    const head = await curl('--head', `${url}/bytes/1000000`);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Content-Length: 1000000\r\n\r\n$/);
  });

  it('gets 5 MiB whole, over TCP and over a unix socket', async () => {
    const size = 5 << 20;
    const expected = hash(Buffer.alloc(size, hello));
    for (const [name, args] of [
      ['tcp', [`${url}/bytes/${size}`]],
      ['unix', ['--unix-socket', path, `http://localhost/bytes/${size}`]],
    ] as const) {
      const file = join(dir, name);
      await curl('--output', file, ...args);
      expect([name, hash(readFileSync(file))]).toEqual([name, expected]);
    }
  });

  it('may come eight at a time', async () => {
    const size = 1 << 20;
    const fetches = Array.from({ length: 8 }, () => curl(`${url}/bytes/${size}`));
    const bodies = await Promise.all(fetches);
    const expected = hash(Buffer.alloc(size, hello));
    expect(bodies.map((body) => hash(Buffer.from(body)))).toEqual(Array(8).fill(expected));
  });

  it('may leave in the middle', async () => {
    await expect(curl('--max-filesize', '10', `${url}/bytes/5000000`)).rejects.toThrow();
    expect(await curl(`${url}/`)).toBe(hello);
  });
});

describe.skipIf(missing('nc'))(`nc (${missing('nc') ?? 'at hand'})`, () => {
  function nc(...args: string[]): {
    child: ChildProcessWithoutNullStreams;
    said: Output;
    out: Output;
  } {
    // With -v it tells on stderr where it listens and who came; a client of UDP sends probes then.
    const verbose = args.includes('-l') ? ['-v'] : [];
    const child = spawn('nc', ['-n', ...verbose, ...args], { timeout: LIMIT_MS });
    children.add(child);
    return { child, said: new Output(child.stderr, child), out: new Output(child.stdout, child) };
  }

  /** Hands over what nc sends, and the end of it, before a blocking call stops the event loop. */
  async function feed({ stdin }: ChildProcessWithoutNullStreams, text: string): Promise<void> {
    const finished = once(stdin, 'finish');
    stdin.end(text);
    await finished;
  }

  describe.each([
    ['IPv4', inet, '-4'],
    ['IPv6', inet6, '-6'],
  ] as const)('over %s', (_, any, version) => {
    const host = any.family === AF_INET ? '127.0.0.1' : '::1';

    it('is a TCP server to us', async () => {
      const { child, said, out } = nc(version, '-N', '-l', host, '0');
      const port = Number(/^Listening on \S+ (\d+)$/.exec(await said.line())?.[1]);
      const fd = open(any.family, SOCK_STREAM);
      connect(fd, { ...any, port } as SockAddr);
      await feed(child, 'from nc');
      sendAll(fd, Buffer.from('to nc'));
      expect(receiveAll(fd).toString()).toBe('from nc');
      shutdown(fd, SHUT_WR);
      expect(await out.rest()).toBe('to nc');
    });

    it('is a TCP client to us', async () => {
      const server = listener(any);
      const { port } = getsockname(server) as SockAddrIn;
      const { child, out } = nc(version, '-N', host, String(port));
      await feed(child, 'from nc');
      const fd = own(accept(server).fd);
      expect(receiveAll(fd).toString()).toBe('from nc');
      sendAll(fd, Buffer.from('to nc'));
      shutdown(fd, SHUT_WR);
      expect(await out.rest()).toBe('to nc');
    });

    it('exchanges datagrams with us', async () => {
      const { child, said, out } = nc(version, '-u', '-l', host, '0');
      const port = Number(/^Bound on \S+ (\d+)$/.exec(await said.line())?.[1]);
      const fd = open(any.family, SOCK_DGRAM, any);
      const to = { ...any, port } as SockAddr;
      sendto(fd, 'to nc\n', 0, to);
      // It connects to whom the first datagram comes from.
      expect(await out.line()).toBe('to nc');
      child.stdin.write('from nc\n');
      const buf = Buffer.alloc(100);
      await said.line();
      const { bytes, addr } = recvfrom(fd, buf);
      expect(buf.toString('utf8', 0, bytes)).toBe('from nc\n');
      expect(addr).toMatchObject({ addr: host, port });
    });

    it('sends datagrams to us', async () => {
      const fd = open(any.family, SOCK_DGRAM, any);
      const { port } = getsockname(fd) as SockAddrIn;
      const { child, out } = nc(version, '-u', host, String(port));
      child.stdin.write('from nc\n');
      const buf = Buffer.alloc(100);
      const got = recvfrom(fd, buf);
      expect(buf.toString('utf8', 0, got.bytes)).toBe('from nc\n');
      sendto(fd, 'to nc\n', 0, got.addr);
      expect(await out.line()).toBe('to nc');
    });
  });

  it('is a server of a unix stream to us', async () => {
    const path = join(dir, fresh());
    const { child, said, out } = nc('-N', '-l', '-U', path);
    while (!(await said.line()).startsWith('Listening'));
    const fd = open(AF_UNIX, SOCK_STREAM);
    connect(fd, { family: AF_UNIX, path });
    await feed(child, 'from nc');
    sendAll(fd, Buffer.from('to nc'));
    expect(receiveAll(fd).toString()).toBe('from nc');
    shutdown(fd, SHUT_WR);
    expect(await out.rest()).toBe('to nc');
  });

  it('is a client of a unix stream to us', async () => {
    const path = join(dir, fresh());
    const server = listener({ family: AF_UNIX, path });
    const { child, out } = nc('-N', '-U', path);
    await feed(child, 'from nc');
    const { fd, addr } = accept(server);
    own(fd);
    expect(addr).toEqual({ family: AF_UNIX });
    expect(receiveAll(fd).toString()).toBe('from nc');
    sendAll(fd, Buffer.from('to nc'));
    shutdown(fd, SHUT_WR);
    expect(await out.rest()).toBe('to nc');
  });

  it('exchanges unix datagrams with us', async () => {
    const [theirs, ours] = [join(dir, fresh()), join(dir, fresh())];
    const fd = open(AF_UNIX, SOCK_DGRAM, { family: AF_UNIX, path: ours });
    const { child, out } = nc('-u', '-U', '-s', theirs, ours);
    child.stdin.write('from nc\n');
    const buf = Buffer.alloc(100);
    const { bytes, addr } = recvfrom(fd, buf);
    expect(buf.toString('utf8', 0, bytes)).toBe('from nc\n');
    expect(addr).toEqual({ family: AF_UNIX, path: theirs });
    sendto(fd, 'to nc\n', 0, addr);
    expect(await out.line()).toBe('to nc');
  });

  it('receives unix datagrams from us', async () => {
    const path = join(dir, fresh());
    const { said, out } = nc('-u', '-l', '-U', path);
    expect(await said.line()).toBe(`Bound on ${path}`);
    const fd = open(AF_UNIX, SOCK_DGRAM, { family: AF_UNIX, path: join(dir, fresh()) });
    sendto(fd, 'to nc\n', 0, { family: AF_UNIX, path });
    expect(await out.line()).toBe('to nc');
  });
});

const PYTHON = `
import hashlib, json, os, socket, struct, sys
family, kind, where, role, *rest = json.loads(sys.argv[1])
where = tuple(where) if isinstance(where, list) else where
def tell(value): print(json.dumps(value), flush=True)
def receive(s):
    whole = b''.join(iter(lambda: s.recv(1 << 18), b''))
    return hashlib.sha256(whole).hexdigest()
def deliver(s):
    whole = os.urandom(${SIZE})
    s.sendall(whole)
    s.shutdown(socket.SHUT_WR)
    return hashlib.sha256(whole).hexdigest()
def linger(s): s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
s = socket.socket(family, kind)
s.settimeout(30)
if role == 'server':
    s.bind(where)
    if kind != socket.SOCK_DGRAM: s.listen(4)
    name = s.getsockname()
    tell(name[1] if isinstance(name, tuple) else None)
    peer = s if kind == socket.SOCK_DGRAM else s.accept()[0]
else:
    s.connect(where)
    peer = s
`;

describe.skipIf(missing('python3'))(`python3 (${missing('python3') ?? 'at hand'})`, () => {
  /** Starts Python with a socket of its own: `peer` is what `body` talks through. */
  function python(type: number, addr: SockAddr, role: 'server' | 'client', body: string): Output {
    let where: unknown;
    if (addr.family === AF_UNIX) {
      where = addr.path ?? `\0${addr.abstract}`;
    } else {
      const { addr: host, port } = addr as SockAddrIn;
      where = [host, port];
    }
    const argument = JSON.stringify([addr.family, type, where, role]);
    const child = spawn('python3', ['-c', PYTHON + body, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: LIMIT_MS,
    });
    children.add(child);
    return new Output(child.stdout, child);
  }

  const told = async (output: Output): Promise<unknown> => JSON.parse(await output.line());

  /** The address of a Python server: a port is its own choice. */
  async function serverAddr(output: Output, addr: SockAddr): Promise<SockAddr> {
    const port = await told(output);
    return port === null ? addr : ({ ...addr, port } as SockAddr);
  }

  /** Both ends of a connection to a Python process, which makes one of them. */
  async function connected(
    role: 'server' | 'client',
    any: SockAddr,
    body: string,
    type = SOCK_STREAM,
  ): Promise<{ fd: number; output: Output }> {
    if (role === 'server') {
      const output = python(type, any, role, body);
      const fd = open(any.family, type);
      connect(fd, await serverAddr(output, any));
      return { fd, output };
    }
    const server = listener(any, type);
    const to = any.family === AF_UNIX ? any : getsockname(server);
    const output = python(type, to, role, body);
    return { fd: own(accept(server).fd), output };
  }

  const places: [string, () => SockAddr][] = [
    ['TCP over IPv4', () => inet],
    ['TCP over IPv6', () => inet6],
    ['a unix file name', () => ({ family: AF_UNIX, path: join(dir, fresh()) })],
    ['an abstract name', () => ({ family: AF_UNIX, abstract: `${dir}/${fresh()}` })],
  ];
  const roles = ['server', 'client'] as const;
  const combinations = places.flatMap(([name, addr]) =>
    roles.map((role) => ({ name, role, addr })),
  );

  it.each(combinations)('is a $role over $name, 4 MiB each way', async ({ role, addr }) => {
    // We send and half-close; Python reads to the end, and only then sends.
    const body = 'got = receive(peer)\ntell([got, deliver(peer)])';
    const { fd, output } = await connected(role, addr(), body);
    const mine = randomBytes(SIZE);
    sendAll(fd, mine);
    shutdown(fd, SHUT_WR);
    const theirs = receiveAll(fd);
    expect(theirs.byteLength).toBe(SIZE);
    expect(await told(output)).toEqual([hash(mine), hash(theirs)]);
  });

  it.each(combinations)('is a $role over $name that speaks first', async ({ role, addr }) => {
    const body = 'sent = deliver(peer)\ntell([receive(peer), sent])';
    const { fd, output } = await connected(role, addr(), body);
    const theirs = receiveAll(fd);
    const mine = randomBytes(SIZE);
    sendAll(fd, mine);
    shutdown(fd, SHUT_WR);
    expect(await told(output)).toEqual([hash(mine), hash(theirs)]);
  });

  const inets = roles.flatMap((role) =>
    [inet, inet6].map((addr) => ({ role, addr: addr.addr, any: addr })),
  );

  it.each(inets)('as a $role at $addr resets what we read', async ({ role, any }) => {
    // Not before we are connected: our connect would meet the reset otherwise.
    const body = 'peer.recv(1)\nlinger(peer)\npeer.close()\ntell("done")';
    const { fd, output } = await connected(role, any, body);
    expect(send(fd, 'x')).toBe(1);
    expect(() => recv(fd, Buffer.alloc(1))).toThrow(/^recv ECONNRESET$/);
    expect(recv(fd, Buffer.alloc(1))).toBe(0);
    expect(() => send(fd, 'x')).toThrow(/^send EPIPE$/);
    expect(await told(output)).toBe('done');
  });

  it.each(inets)('as a $role at $addr sees our reset', async ({ role, any }) => {
    // Connected, as Python sees it, before the reset: it would meet its connect otherwise.
    const body = `
tell('ready')
try: tell(len(peer.recv(1)))
except OSError as error: tell([type(error).__name__, error.errno])
tell(len(peer.recv(1)))
try: peer.send(b'x')
except OSError as error: tell(type(error).__name__)
`;
    const { fd, output } = await connected(role, any, body);
    expect(await told(output)).toBe('ready');
    setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
    shut(fd);
    expect(await told(output)).toEqual(['ConnectionResetError', 104]);
    expect(await told(output)).toBe(0);
    expect(await told(output)).toBe('BrokenPipeError');
  });

  it.each(roles)('as a %s exchanges records over SOCK_SEQPACKET', async (role) => {
    const sizes = [1, 1000, 60_000, 3];
    const body = `
records = [peer.recv(1 << 17) for _ in range(${sizes.length})]
tell([hashlib.sha256(record).hexdigest() for record in records])
for record in reversed(records): peer.send(record)
`;
    const addr = { family: AF_UNIX, abstract: `${dir}/${fresh()}` } as const;
    const { fd, output } = await connected(role, addr, body, SOCK_SEQPACKET);
    const records = sizes.map((size) => randomBytes(size));
    for (const record of records) expect(send(fd, record)).toBe(record.byteLength);
    expect(await told(output)).toEqual(records.map((record) => hash(record)));
    const buf = Buffer.alloc(1 << 17);
    for (const record of records.reverse()) {
      const n = recv(fd, buf);
      expect(buf.subarray(0, n).equals(record)).toBe(true);
    }
    expect(recv(fd, buf)).toBe(0);
  });

  const echo = `
for _ in range(5):
    data, name = peer.recvfrom(1 << 17)
    peer.sendto(data[::-1], name)
`;

  it.each([
    ['UDP over IPv4', () => inet, () => inet, [0, 1, 1472, 9000, 65_507]],
    ['UDP over IPv6', () => inet6, () => inet6, [0, 1, 1452, 9000, 65_507]],
    ['unix file names', () => file(), () => file(), [0, 1, 1472, 9000, 100_000]],
    ['abstract names', () => abstract(), () => abstract(), [0, 1, 1472, 9000, 100_000]],
  ] as const)('returns datagrams over %s', async (_, theirs, ours, sizes) => {
    const any: SockAddr = theirs();
    const output = python(SOCK_DGRAM, any, 'server', echo);
    const to = await serverAddr(output, any);
    const fd = open(any.family, SOCK_DGRAM, ours());
    const buf = Buffer.alloc(1 << 17);
    for (const size of sizes) {
      const datagram = randomBytes(size);
      expect(sendto(fd, datagram, 0, to)).toBe(size);
      const { bytes, addr } = recvfrom(fd, buf);
      expect(buf.subarray(0, bytes).equals(datagram.reverse())).toBe(true);
      expect(addr).toMatchObject(to);
    }
    expect(await output.rest()).toBe('');
  });

  it('sends datagrams to us, and gets an answer at its own address', async () => {
    const fd = open(AF_INET, SOCK_DGRAM, inet);
    const body = 'peer.send(b"question")\ntell([peer.recv(64).decode(), peer.getsockname()[1]])';
    const output = python(SOCK_DGRAM, getsockname(fd), 'client', body);
    const buf = Buffer.alloc(64);
    const { bytes, addr } = recvfrom(fd, buf);
    expect(buf.toString('utf8', 0, bytes)).toBe('question');
    sendto(fd, 'answer', 0, addr);
    expect(await told(output)).toEqual(['answer', (addr as SockAddrIn).port]);
  });
});

function file(): SockAddr {
  return { family: AF_UNIX, path: join(dir, fresh()) };
}

function abstract(): SockAddr {
  return { family: AF_UNIX, abstract: `${dir}/${fresh()}` };
}

describe.skipIf(missing('ss'))(`ss (${missing('ss') ?? 'at hand'})`, () => {
  /** The lines of ss, in columns. */
  function ss(...args: string[]): string[][] {
    const { stdout, stderr, status } = spawnSync('ss', ['-H', '-n', ...args], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.trim().split(/\s+/));
  }

  const port = (fd: number): number => (getsockname(fd) as SockAddrIn).port;
  // The port alone may be that of another socket too: to another address, or of another family.
  const bound = (fd: number): string[] => ['src', `127.0.0.1:${port(fd)}`];

  it('shows a listener with its queue, as TCP_INFO does', () => {
    const server = listener(inet);
    const clients = [1, 2, 3].map(() => open(AF_INET, SOCK_STREAM));
    for (const fd of clients) connect(fd, getsockname(server));
    const [line] = ss('-lt', ...bound(server));
    expect(line?.slice(0, 4)).toEqual(['LISTEN', '3', '4', `127.0.0.1:${port(server)}`]);
    const { unacked, sacked } = getsockopt(server, IPPROTO_TCP, TCP_INFO);
    expect([String(unacked), String(sacked)]).toEqual(line?.slice(1, 3));
  });

  it('shows states, queues and buffers of a connection', () => {
    const server = listener(inet);
    const client = open(AF_INET, SOCK_STREAM);
    connect(client, getsockname(server));
    const accepted = own(accept(server).fd);
    sendAll(client, Buffer.alloc(1000));
    expect(poll([{ fd: accepted, events: POLLIN }], 5000)).toBe(1);
    const from = [...bound(client), 'and', 'dport', '=', `:${port(server)}`];
    const to = [...bound(server), 'and', 'dport', '=', `:${port(client)}`];
    expect(ss('-t', ...from)[0]?.slice(0, 2)).toEqual(['ESTAB', '0']);
    expect(ss('-t', ...to)[0]?.slice(0, 3)).toEqual(['ESTAB', '1000', '0']);
    expect(
      ss('-tm', ...to)
        .flat()
        .join(' '),
    ).toMatch(/ skmem:\(r[1-9]\d*,rb\d+,t0,tb\d+,/);
    const info = ss('-ti', ...from)
      .flat()
      .join(' ');
    expect(info).toContain(` bytes_sent:1000 `);
    const { snd_mss, bytes_sent } = getsockopt(client, IPPROTO_TCP, TCP_INFO);
    expect(info).toContain(` mss:${snd_mss} `);
    expect(bytes_sent).toBe(1000);

    shutdown(client, SHUT_WR);
    waitForState(client, 'FIN_WAIT2');
    expect(ss('-t', ...from)[0]?.[0]).toBe('FIN-WAIT-2');
    // Unread are the bytes, and the FIN as one more.
    expect(ss('-t', ...to)[0]?.slice(0, 2)).toEqual(['CLOSE-WAIT', '1001']);
    shutdown(accepted, SHUT_WR);
    waitForState(accepted, 'CLOSE');
    expect(ss('-ta', ...from)[0]?.[0]).toBe('TIME-WAIT');
  });

  it('shows bound datagram and unix sockets, and whose they are', () => {
    const udp = open(AF_INET, SOCK_DGRAM, inet);
    expect(ss('-au', ...bound(udp))[0]?.slice(0, 4)).toEqual([
      'UNCONN',
      '0',
      '0',
      `127.0.0.1:${port(udp)}`,
    ]);
    const path = join(dir, fresh());
    listener({ family: AF_UNIX, path }, SOCK_SEQPACKET);
    const line = ss('-lxp', 'src', path).flat();
    expect(line.slice(0, 5)).toEqual(['u_seq', 'LISTEN', '0', '4', path]);
    expect(line.join(' ')).toContain(`pid=${process.pid},`);
  });
});
