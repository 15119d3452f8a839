// @ts-check
/**
 * Runs the peers of a benchmark side by side. A peer is a process that lives as long as the
 * benchmark and is told over a pipe which operation to run; it answers how long one batch took.
 * While one works the others sleep in read(2), and they take turns (A B C A B C …), so that what
 * disturbs the machine disturbs them alike.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ label: string, peer: string, operation: string }} Row
 *   The first row of an operation is what the others are compared with.
 * @typedef {{ operations: { name: string, rows: Row[] }[], verdicts: (result: Result) => string[] }} Benchmark
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ label: string, wall?: Spread, cpu?: Spread, ratio?: Spread, why?: string, rounds: Batch[] }} Measured
 *   `wall` and `cpu` are nanoseconds of one operation; `ratio` is that of the CPU times to the first
 *   row's of the same round; `why` tells why a row has no figures.
 * @typedef {{ name: string, rows: Measured[] }} Operation
 * @typedef {{ conditions: string, operations: Operation[] }} Result
 * @typedef {{ wall: number, cpu: number }} Batch
 * @typedef {{ measure: (operation: string) => Promise<Batch>, end: () => void }} Peer
 */

const peers = fileURLToPath(new URL('../peers/', import.meta.url));

/** How each peer is started. @type {(folder: string) => Record<string, string[]>} */
const commands = (folder) => ({
  c: [join(folder, 'peer'), 'threads'],
  'c-single': [join(folder, 'peer'), 'single'],
  raw: [process.execPath, join(peers, 'raw.js')],
  checked: [process.execPath, join(peers, 'checked.js')],
  koffi: [process.execPath, join(peers, 'koffi.js')],
  python: ['python3', join(peers, 'peer.py')],
});

/** `taskset -c 1`, where there is a CPU 1 and we may choose it. */
function pinning() {
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return ['taskset', '-c', '1'];
  } catch {
    return [];
  }
}

/**
 * @param {string[]} command
 * @returns {Peer}
 */
function start(command) {
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1));
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.on('error', (error) => {
    errors = error.message;
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure(operation) {
      child.stdin.write(`${operation}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(/^.*(?:Error|ENOENT).*$/m.exec(errors)?.[0] ?? `ended ${errors}`);
      const [count = 0, wall = 0, cpu = 0] = value.split(' ').map(Number);
      return { wall: wall / count, cpu: cpu / count };
    },
    end() {
      child.stdin.end();
    },
  };
}

/**
 * @param {number[]} values
 * @returns {Spread}
 */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    /** @type {number} */ (sorted[Math.round(share * (sorted.length - 1))]);
  return { median: at(0.5), min: at(0), max: at(1) };
}

/**
 * @param {{ name: string, rows: Row[] }} operation
 * @param {(name: string) => Peer} peer
 * @param {number} rounds
 * @returns {Promise<Operation>}
 */
async function compare({ name, rows }, peer, rounds) {
  /** @type {Measured[]} */
  const measured = rows.map(({ label }) => ({ label, rounds: [] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [i, row] of measured.entries()) {
      const { peer: process, operation } = /** @type {Row} */ (rows[i]);
      if (row.why !== undefined) continue;
      try {
        const batch = await peer(process).measure(operation);
        // The first round warms up, and lets the peer choose how large its batches are.
        if (round > 0) row.rounds.push(batch);
      } catch (error) {
        row.why = /** @type {Error} */ (error).message;
      }
    }
  }
  const reference = measured[0]?.rounds;
  for (const row of measured) {
    if (row.why !== undefined) continue;
    row.wall = spread(row.rounds.map(({ wall }) => wall));
    row.cpu = spread(row.rounds.map(({ cpu }) => cpu));
    row.ratio = spread(row.rounds.map(({ cpu }, i) => cpu / (reference?.[i]?.cpu ?? Number.NaN)));
  }
  return { name, rows: measured };
}

/**
 * @param {Benchmark} benchmark
 * @param {number} rounds
 * @returns {Promise<Result>}
 */
export async function run(benchmark, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'sockfd-bench-'));
  const source = join(peers, 'peer.c');
  execFileSync('cc', ['-O2', '-pthread', '-Wall', '-Wextra', '-o', join(folder, 'peer'), source]);
  const pinned = pinning();
  /** @type {Map<string, Peer>} */
  const started = new Map();
  const peer = (/** @type {string} */ name) => {
    const command = /** @type {string[]} */ (commands(folder)[name]);
    const process = started.get(name) ?? start([...pinned, ...command]);
    started.set(name, process);
    return process;
  };
  try {
    const operations = [];
    for (const operation of benchmark.operations) {
      operations.push(await compare(operation, peer, rounds));
    }
    const where = pinned.length > 0 ? 'all pinned to CPU 1' : 'not pinned';
    return { conditions: `${rounds} rounds of about 100 ms, ${where}`, operations };
  } finally {
    for (const process of started.values()) process.end();
    rmSync(folder, { recursive: true });
  }
}

/**
 * The ratio of two rows, as a sentence: the median of the rounds' ratios, and their range.
 *
 * @param {Operation | undefined} operation
 * @param {string} label
 * @param {string} reference
 * @param {number} target
 */
export function ratioVerdict(operation, label, reference, target) {
  const rows = operation?.rows ?? [];
  const row = rows.find((candidate) => candidate.label === label);
  const other = rows.find((candidate) => candidate.label === reference);
  const title = `${operation?.name}: ${label} / ${reference}`;
  if (row?.cpu === undefined || other?.cpu === undefined) return `${title}: not measured`;
  const others = other.rounds;
  const of = (/** @type {'cpu' | 'wall'} */ key) =>
    spread(row.rounds.map((batch, i) => batch[key] / (others[i]?.[key] ?? Number.NaN)));
  const { median, min, max } = of('cpu');
  const figures = `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)}; wall clock ${of('wall').median.toFixed(2)})`;
  return `${title}: ${figures}, target ≤ ${target.toFixed(2)}: ${median <= target ? 'met' : 'MISSED'}`;
}
