/**
 * npm run fuzz native -- [--rounds 2000] [--seconds 60] [--seed 1]
 *
 * What reaches C++, and through it the kernel, from structures that lie: messages, vectors, control
 * data, programs, addresses, options, in memory that is watched. A call returns a number or throws
 * TypeError or RangeError, and writes nothing but the memory that it was given. It runs in a process
 * and a network namespace of its own; of a crash it tells the round.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as s from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { begin, cases, checkGuards, GUARD, open, some } from './calls.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    flaw: { type: 'string' },
    inside: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const random = begin(seed);
const seconds = Number(values.seconds ?? (values.rounds === undefined ? 60 : 3600));

/** What is to be found: --flaw adds one of them to the calls, for the test of this program. */
const flaws: typeof cases = {
  aborts: () => process.abort(),
  overruns: () => void new Uint8Array(some().buffer).fill(0, 0, GUARD),
  leaks: () => void s.socket(s.AF_UNIX, s.SOCK_DGRAM),
  throws: () => {
    throw new TypeError('not by a check of arguments');
  },
};

const count = (): number => readdirSync('/proc/self/fd').length;

function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ERR_INVALID_ARG_TYPE' || code === 'ERR_OUT_OF_RANGE';
}

/** How often sockets are new. */
const FRESH = 50;

function inside(status: string): void {
  const told = openSync(status, 'w');
  const before = count();
  const most = Number(values.rounds ?? Number.POSITIVE_INFINITY);
  const end = performance.now() + 1000 * seconds;
  const calls = { made: 0, refused: 0 };
  const flaw = values.flaw === undefined ? {} : { [values.flaw]: flaws[values.flaw] };
  const tried = { ...cases, ...flaw };
  let fds: number[] = [];
  let round = 0;
  for (; round < most && performance.now() < end; round++) {
    if (round % FRESH === 0) {
      for (const fd of fds) raw.close(fd);
      if (count() > before) throw new Error(`round ${round} left ${count() - before} descriptors`);
      fds = open();
    }
    const name = random.pick(Object.keys(tried)) as keyof typeof tried;
    writeSync(told, `round ${round}: ${name}`.padEnd(64), 0);
    try {
      tried[name]?.(random.pick(fds));
      calls.made++;
    } catch (error) {
      if (!isRefusal(error)) throw new Error(`round ${round}: ${name}`, { cause: error });
      calls.refused++;
    }
    checkGuards();
  }
  for (const fd of fds) raw.close(fd);
  closeSync(told);
  process.stdout.write(`native: ${round} rounds, ${calls.made} calls, ${calls.refused} refused\n`);
}

/** Runs this program again, where nobody else's sockets and interfaces are. */
function outside(): void {
  process.stdout.write(`seed ${seed}\n`);
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-fuzz-'));
  const status = join(dir, 'status');
  const self = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const args = [...self, `--seed=${seed}`, `--inside=${status}`];
  const shell = 'ip link set lo up; exec "$@"';
  const command = ['-rn', 'sh', '-ec', shell, 'sh', process.execPath, ...args];
  // AddressSanitizer reads control data before the kernel does, and believes what the lengths say.
  const ASAN_OPTIONS = `${process.env.ASAN_OPTIONS ?? ''}:intercept_send=0`;
  const { status: code, signal } = spawnSync('unshare', command, {
    stdio: 'inherit',
    env: { ...process.env, ASAN_OPTIONS },
    // What does not end then hangs.
    timeout: 1000 * (seconds + 10),
    killSignal: 'SIGKILL',
  });
  if (code !== 0) {
    process.stdout.write(
      `ended with ${signal ?? code} in ${readFileSync(status, 'utf8').trim()}\n`,
    );
    process.exitCode = 1;
  }
  rmSync(dir, { recursive: true, force: true });
}

if (values.inside === undefined) outside();
else inside(values.inside);
