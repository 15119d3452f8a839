/** Servers under load: each in a process and a network namespace of its own, and their clients. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, type TestContext, vi } from 'vitest';
import { compile, target } from './cc.js';
import { run } from './child.js';
import { mayMakeNetns } from './netns.js';
import { epollTargets } from './proc.js';

const dir = join(import.meta.dirname, '../soak');

/** How many times as much as in the suite: `npm run soak`, or `SOCKFD_SOAK=100 npm run soak`. */
export const longer = Number(process.env.SOCKFD_SOAK ?? 1);

/** Both servers, for `describe.each`. */
export const servers = ['echo-promises.js', 'echo-raw.js'];

/** The kernel keeps no more bytes than this in each direction of a socket. */
export const BUFFER = 262_144;

/** What a server says of itself. */
export interface Report {
  full: number;
  accepted: number;
  open: number;
  sending: number;
  errors: Record<string, number>;
  outOfBand: string[];
  /** Bytes of memory in use: of objects, and of buffers. */
  heap: number;
  external: number;
}

let program = '';
let programs = '';
const running = new Set<Talk>();

/** Called once in a file: builds the client, and ends what a test that failed has left running. */
export function soaking(): void {
  vi.setConfig({ testTimeout: 120_000 * longer });
  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'sockfd-soak-'));
    program = join(programs, 'load');
    if (target !== undefined) await compile(join(dir, 'load.c'), program, ['-O2']);
  });
  afterEach(() => {
    for (const each of running) each.kill();
    running.clear();
  });
  afterAll(() => rmSync(programs, { recursive: true }));
}

/** A process that answers a line with a line. */
class Talk {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly closed: Promise<unknown[]>;
  private complaints = '';

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: 'pipe' });
    running.add(this);
    this.closed = once(this.child, 'close');
    const { stdout, stderr, stdin } = this.child;
    if (stdout === null || stderr === null || stdin === null) throw new Error('no pipes');
    this.lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    // Who has ended does not read: what it said before is told by `line`.
    stdin.on('error', () => undefined);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (!done) return value;
    const [status, signal] = await this.closed;
    throw new Error(`ended with ${status ?? signal}: ${this.complaints}`);
  }

  ask(line: string): Promise<string> {
    this.child.stdin?.write(`${line}\n`);
    return this.line();
  }

  /** Is asked no more. @returns the exit status, or the signal */
  async end(): Promise<unknown> {
    this.child.stdin?.end();
    const [status, signal] = await this.closed;
    running.delete(this);
    expect(this.complaints).toBe('');
    return status ?? signal;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** A server, and what the kernel says of it. */
export class Server extends Talk {
  port = 0;
  listener = -1;

  async report(): Promise<Report> {
    return JSON.parse(await this.ask('')) as Report;
  }

  /** The report once it is so, with `act` before each look; an error when 30 seconds are over. */
  async until(
    condition: (report: Report, server: this) => boolean,
    act: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Report> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      await act();
      const report = await this.report();
      if (condition(report, this)) return report;
      if (performance.now() > deadline) {
        throw new Error(`after 30 seconds still not ${condition}: ${JSON.stringify(report)}`);
      }
    }
  }

  /** How many descriptors are open. */
  get fds(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** The numbers below `limit` that are free. */
  free(limit: number): number[] {
    const used = new Set(readdirSync(`/proc/${this.pid}/fd`).map(Number));
    return Array.from({ length: limit }, (_, fd) => fd).filter((fd) => !used.has(fd));
  }

  /** How many descriptors are watched with the listener: libuv's own are elsewhere. */
  get watched(): number {
    const epolls = readdirSync(`/proc/${this.pid}/fd`).filter((fd) => {
      return readlinkSync(`/proc/${this.pid}/fd/${fd}`) === 'anon_inode:[eventpoll]';
    });
    const watched = epolls.map((fd) => epollTargets(Number(fd), this.pid).map((each) => each.fd));
    return watched.find((fds) => fds.includes(this.listener))?.length ?? 0;
  }

  /** TCP sockets in its namespace: those in use, orphans among them, and those in TIME-WAIT. */
  get tcp(): { inuse: number; tw: number } {
    const text = readFileSync(`/proc/${this.pid}/net/sockstat`, 'utf8');
    const [, inuse, tw] = /^TCP: inuse (\d+) orphan \d+ tw (\d+)/m.exec(text) ?? [];
    return { inuse: Number(inuse), tw: Number(tw) };
  }

  /** A client of it. Each with another pattern. */
  client(seed: number): Talk {
    const into = ['-t', String(this.pid), '-U', '-n', '--preserve-credentials'];
    return new Talk('nsenter', [...into, program, String(this.port), String(seed)]);
  }

  /** Sets its RLIMIT_NOFILE. */
  limit(nofile: number): void {
    run('prlimit', ['--pid', String(this.pid), `--nofile=${nofile}:`]);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.pid, name);
  }
}

/** The limit of RLIMIT_NOFILE that this process may give its children. */
function hardLimit(): number {
  const text = readFileSync('/proc/self/limits', 'utf8');
  const [, hard = ''] = /^Max open files +\d+ +(\w+)/m.exec(text) ?? [];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/**
 * Starts a server in a network namespace of its own, where it and its clients may have `nofile`
 * descriptors each. Skips where that cannot be.
 */
export async function serverOf(context: TestContext, name: string, nofile = 1024): Promise<Server> {
  if (target === undefined) context.skip('there is no C compiler for the client');
  if (!mayMakeNetns) context.skip('no network namespaces for this user (unshare -rn)');
  if (hardLimit() < nofile) {
    context.skip(`RLIMIT_NOFILE can be ${hardLimit()} at most, and ${nofile} are needed`);
  }
  // Node makes the soft limit as high as the hard one. No buffer is larger than this: what is not read takes no more memory than is known.
  const sizes = ['rmem', 'wmem'].map((name) => {
    return `echo 4096 65536 ${BUFFER} > /proc/sys/net/ipv4/tcp_${name}`;
  });
  const setup = `ip link set lo up; ${sizes.join('; ')}; ulimit -n ${nofile}; exec "$@"`;
  const node = [process.execPath, '--expose-gc', join(dir, name)];
  const server = new Server('unshare', ['-rn', 'sh', '-ec', setup, 'sh', ...node]);
  const { port, fd } = JSON.parse(await server.line()) as { port: number; fd: number };
  server.port = port;
  server.listener = fd;
  return server;
}
