/** Other processes: python3 as a second opinion, and node for what a test process must not be. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { poll } from '../../lib/index.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dist = join(root, 'dist');

/** Who has nothing: the user and group `nobody`. */
export const NOBODY = 65534;

export const isRoot = process.getuid?.() === 0;

/** Runs a command to its end; its descriptors from 3 on are `fds`. An exit status but 0 throws. */
export function run(
  command: string,
  args: readonly string[],
  { input = '', fds = [] }: { input?: string; fds?: readonly number[] } = {},
): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    input,
    stdio: ['pipe', 'pipe', 'pipe', ...fds],
    encoding: 'utf8',
    timeout: 100_000,
    maxBuffer: 1 << 26,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status ?? signal}: ${stderr}`);
  return stdout;
}

/** What a python3 script prints, as JSON. `input` is its standard input, as JSON. */
export function python(
  script: string,
  input: unknown = null,
  fds: readonly number[] = [],
): unknown {
  const whole = `import json, socket, struct, sys\ninput = json.load(sys.stdin)\n${script}`;
  return JSON.parse(run('python3', ['-c', whole], { input: JSON.stringify(input), fds }));
}

/** The arguments of node that make it run an ES module as `node` does. */
export function program(body: string): string[] {
  if (!existsSync(join(dist, 'index.js'))) {
    throw new Error('dist/ is missing: npm run compile:lib');
  }
  const url = (file: string): string => JSON.stringify(pathToFileURL(join(dist, file)).href);
  const head = `import { execFileSync as runFile } from 'node:child_process';
import { writeSync } from 'node:fs';
import * as s from ${url('index.js')};
import * as raw from ${url('raw.js')};
import * as promises from ${url('promises.js')};
import * as testing from ${url('testing.js')};
const tell = (value) => writeSync(1, JSON.stringify(value) + '\\n');
const nofile = (limit) => {
  runFile('prlimit', ['--pid', process.pid, '--nofile=' + limit]);
};
const become = (id) => {
  if (process.getuid() !== 0) return;
  process.setgroups([]);
  process.setgid(id);
  process.setuid(id);
};
const nobody = () => become(${NOBODY});
// Who no other process is: what the kernel counts of a user is of this process alone.
const somebody = () => become(0x10000 + process.pid);
const code = (call) => {
  try {
    return ['ok', call()];
  } catch (error) {
    return [error.code, error.syscall];
  }
};
const lo = { family: s.AF_INET, addr: '127.0.0.1', port: 0 };
`;
  return ['--input-type=module', '-e', `${head}${body}`];
}

/**
 * Runs an ES module in a node of its own, with the compiled package as `s`, `raw`, `promises` and
 * `testing`, and returns what it told: `tell(value)`. `nofile(limit)` sets RLIMIT_NOFILE: node
 * itself needs more to start. `wrapper` is a command that runs it, such as `unshare`. Its descriptors
 * from 3 on are `fds`.
 */
export function node(
  body: string,
  wrapper: readonly string[] = [],
  fds: readonly number[] = [],
): unknown[] {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, ...program(body)];
  const lines = run(command, args, { fds }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

/**
 * The error of `call`, and how many milliseconds it took, after `setup`. In a process of its own:
 * what `spawnSync` of newer Node leaves behind interrupts a call that SO_RCVTIMEO limits.
 */
export function timed(setup: string, call: string): [error: unknown, ms: number] {
  const said = node(`${setup}
const start = performance.now();
const said = code(() => ${call});
tell([said, performance.now() - start]);`);
  return said[0] as [unknown, number];
}

/**
 * Runs an ES module as `node` does, as root of a network namespace of its own, in which loopback is
 * up and `setup`, shell commands, has been run.
 */
export function netns(body: string, setup = ':'): unknown[] {
  return node(body, [
    'unshare',
    '-rn',
    'sh',
    '-ec',
    `ip link set lo up; ${setup}; exec "$@"`,
    'sh',
  ]);
}

/** The numbers of the system calls that a child is seen to wait in; of select(2), of pselect6. */
const waiting: Record<string, Record<string, number[]>> = {
  x64: {
    ...{ poll: [7], recvfrom: [45], accept: [43], read: [0], write: [1], connect: [42] },
    ...{ sendto: [44], select: [23, 270], pselect: [270], ppoll: [271], epoll_wait: [232] },
    ...{ epoll_pwait: [281], epoll_pwait2: [441], sendmsg: [46], recvmsg: [47] },
    ...{ sendmmsg: [307], recvmmsg: [299], fcntl: [72], sendfile: [40], splice: [275], tee: [276] },
  },
  arm64: {
    ...{ poll: [73], recvfrom: [207], accept: [202], read: [63], write: [64], connect: [203] },
    ...{ sendto: [206], select: [72], pselect: [72], ppoll: [73], epoll_wait: [22] },
    ...{ epoll_pwait: [22], epoll_pwait2: [441], sendmsg: [211], recvmsg: [212] },
    ...{ sendmmsg: [269], recvmmsg: [243], fcntl: [25], sendfile: [71], splice: [76], tee: [77] },
  },
};

/** Whether the main thread of a process waits in a system call. */
export function isBlockedIn(pid: number, syscall: string): boolean {
  const numbers = waiting[process.arch]?.[syscall] ?? [];
  const text = readFileSync(`/proc/${pid}/syscall`, 'utf8');
  return numbers.some((number) => text.startsWith(`${number} `));
}

/** Looks again and again until `condition` holds; an error when it does not within ten seconds. */
export function waitUntil(condition: () => boolean, what: string): void {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`after ten seconds still not: ${what}`);
    poll([], 1);
  }
}

/**
 * Runs an ES module as `node` does, and `act` once it has told something and blocks in the system
 * call `syscall`; returns what it told. It has a handler for SIGUSR2. Its descriptors from 3 on are
 * `fds`.
 */
export async function blocked(
  body: string,
  syscall: string,
  act: (pid: number) => void,
  fds: readonly number[] = [],
): Promise<unknown[]> {
  const handler = `process.on('SIGUSR2', () => {});\n`;
  const child: ChildProcess = spawn(process.execPath, program(handler + body), {
    stdio: ['ignore', 'pipe', 'inherit', ...fds],
  });
  const { stdout, pid } = child;
  if (stdout === null || pid === undefined) throw new Error('the child did not start');
  const closed = once(child, 'close');
  let text = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  try {
    await once(stdout, 'data');
    waitUntil(() => isBlockedIn(pid, syscall), `the child blocks in ${syscall}`);
    act(pid);
    await closed;
  } finally {
    child.kill('SIGKILL');
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** The same, with SIGUSR2 for what is done to it. */
export function interrupted(body: string, syscall: string): Promise<unknown[]> {
  return blocked(body, syscall, (pid) => process.kill(pid, 'SIGUSR2'));
}
