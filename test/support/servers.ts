/** The programs of examples/servers/, and clients of theirs in python3. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect, vi } from 'vitest';
import { examples } from './examples.js';

const LIMIT_MS = 30_000;

/** A test waits for many things one after the other, each of which may take a good part of that. */
const ALL_MS = 4 * LIMIT_MS;
vi.setConfig({ testTimeout: ALL_MS });

/** Looks again and again until `condition` holds; an error when it does not in good time. */
export async function until(
  condition: () => boolean,
  what: string | (() => string),
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`still not: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Some program, and the lines that it has printed. */
export class Program {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly pid: number;
  readonly closed: Promise<unknown[]>;
  /** What it has written to its standard error. */
  complaints = '';
  private text = '';
  private isOver = false;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: 'pipe', timeout: ALL_MS });
    this.pid = this.child.pid ?? 0;
    // Not before all have ended to whom it has left its output.
    this.closed = once(this.child, 'close');
    this.child.once('close', () => {
      this.isOver = true;
    });
    this.child.stdin.on('error', () => undefined); // EPIPE: it has ended, and says why itself
    this.child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.complaints += chunk;
    });
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
  }

  /** The whole lines so far. */
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** What the groups of `pattern` are, of all lines that match. */
  said(pattern: RegExp): string[][] {
    return this.lines.flatMap((line) => {
      const match = pattern.exec(line);
      return match === null ? [] : [match.slice(1)];
    });
  }

  /** Waits for the line number `count` that matches, and returns its groups. */
  async line(pattern: RegExp, count = 1): Promise<string[]> {
    await until(
      () => this.said(pattern).length >= count || this.isOver,
      () => `${pattern} in\n${this.text}${this.complaints}`,
    );
    const groups = this.said(pattern)[count - 1];
    if (groups === undefined)
      throw new Error(`it has ended, without ${pattern}:\n${this.text}${this.complaints}`);
    return groups;
  }
}

/** A server that runs, and where. */
export class Server extends Program {
  place = '';

  /** Runs the file `name`, and waits until it listens. */
  static async start(name: string, ...args: string[]): Promise<Server> {
    const file = isAbsolute(name) ? name : join(examples, 'servers', name);
    const server = new Server(process.execPath, [file, ...args]);
    [server.place = ''] = await server.line(/^listening on (?:port )?(.*)$/);
    return server;
  }

  get port(): number {
    return Number(this.place);
  }

  /** Ends it with a signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown[]> {
    this.child.kill(signal);
    return this.closed;
  }
}

/** Runs a server, and ends it whatever happens. `use` may have ended it before. What it complains
 *  of is `expected`. */
export async function serving(
  name: string,
  args: readonly string[],
  use: (server: Server) => Promise<void>,
  expected = /^$/,
): Promise<void> {
  const server = await Server.start(name, ...args);
  try {
    await use(server);
    expect(server.complaints).toMatch(expected);
  } finally {
    if (server.child.exitCode === null && server.child.signalCode === null) {
      await server.stop('SIGKILL');
    }
  }
}

/** A python3 program of test/servers/. */
export function python(name: string, ...args: string[]): Program {
  return new Program('python3', [join(import.meta.dirname, '..', 'servers', name), ...args]);
}

/** What a python3 program of test/servers/ prints, as JSON. */
export async function client(name: string, options: object): Promise<unknown> {
  const program = python(name, JSON.stringify(options));
  expect([...(await program.closed), program.complaints]).toEqual([0, null, '']);
  return JSON.parse(program.lines.at(-1) ?? '');
}

/** What a process has open, as /proc shows it: `socket:[1234]`, `pipe:[5]`, file names. */
export function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** How many descriptors below `limit` a process has open. */
export function fdsBelow(pid: number, limit: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) < limit).length;
}

/** Whether a process is there, and more than a zombie. */
export const isAlive = (pid: number): boolean => stateOf(pid) !== 'Z' && stateOf(pid) !== undefined;

/** The state of a process in proc_pid_stat(5); undefined when there is none. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** The processes whose parent is `pid`, zombies among them. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
        return Number(/\) \w (\d+) /.exec(stat)?.[1]) === pid;
      } catch {
        return false; // ended meanwhile
      }
    });
}
