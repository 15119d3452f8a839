// @ts-check
/**
 * Runs the peers of a benchmark side by side. A peer is a process that lives as long as the
 * benchmark and is told over a pipe which operation to run; it answers how long one batch took.
 * While one works the others sleep in read(2), and they take turns (A B C A B C …) through all
 * operations, so that what disturbs the machine disturbs them alike.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ label: string, peer: string, operation: string }} Row
 *   The first row of an operation is what the others are compared with. After its name, `peer` may
 *   have an argument.
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
const support = fileURLToPath(new URL('./', import.meta.url));

/** How each peer is started. @type {(folder: string) => Record<string, string[]>} */
const commands = (folder) => ({
  c: [join(folder, 'peer'), 'threads'],
  'c-single': [join(folder, 'peer'), 'single'],
  raw: [process.execPath, join(peers, 'raw.js')],
  checked: [process.execPath, join(peers, 'checked.js')],
  koffi: [process.execPath, join(peers, 'koffi.js')],
  // -B: no __pycache__ beside the sources.
  python: ['python3', '-B', join(peers, 'peer.py')],
  'udp-c': [join(folder, 'udp'), 'threads'],
  'udp-c-single': [join(folder, 'udp'), 'single'],
  'udp-raw': [process.execPath, join(peers, 'udp-raw.js')],
  'udp-checked': [process.execPath, join(peers, 'udp-checked.js')],
  'udp-dgram': [process.execPath, join(peers, 'udp-dgram.js')],
  'udp-python': ['python3', '-B', join(peers, 'udp.py')],
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
 * @param {number} batch  how long one lasts, in milliseconds
 * @returns {Peer}
 */
function start(command, batch) {
  // serve.py is there.
  const env = { ...process.env, BATCH_MS: String(batch), PYTHONPATH: support };
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1), { env });
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
 * Every round has all rows, so that any two can be compared.
 *
 * @param {Benchmark['operations']} operations
 * @param {(name: string) => Peer} peer
 * @param {number} rounds
 * @returns {Promise<Operation[]>}
 */
async function compare(operations, peer, rounds) {
  const rows = operations.flatMap((operation) => operation.rows);
  /** @type {Map<Row, Measured>} */
  const results = new Map(rows.map((row) => [row, { label: row.label, rounds: [] }]));
  for (let round = 0; round <= rounds; round++) {
    for (const [row, result] of results) {
      if (result.why !== undefined) continue;
      try {
        const batch = await peer(row.peer).measure(row.operation);
        // The first round warms up, and lets the peer choose how large its batches are.
        if (round > 0) result.rounds.push(batch);
      } catch (error) {
        result.why = /** @type {Error} */ (error).message;
      }
    }
  }
  return operations.map((operation) => {
    const measured = operation.rows.flatMap((row) => results.get(row) ?? []);
    const reference = measured[0]?.rounds ?? [];
    return { name: operation.name, rows: measured.map((row) => summary(row, reference)) };
  });
}

/**
 * @param {Measured} row
 * @param {Batch[]} reference
 * @returns {Measured}
 */
function summary(row, reference) {
  if (row.why !== undefined) return row;
  return {
    ...row,
    wall: spread(row.rounds.map(({ wall }) => wall)),
    cpu: spread(row.rounds.map(({ cpu }) => cpu)),
    ratio: spread(row.rounds.map(({ cpu }, i) => cpu / (reference[i]?.cpu ?? Number.NaN))),
  };
}

/**
 * @param {Benchmark} benchmark
 * @param {{ rounds: number, batch: number }} lengths  `batch` in milliseconds
 * @returns {Promise<Result>}
 */
export async function run(benchmark, { rounds, batch }) {
  const folder = mkdtempSync(join(tmpdir(), 'sockfd-bench-'));
  for (const name of ['peer', 'udp']) {
    const flags = ['-O2', '-pthread', '-Wall', '-Wextra', '-Werror'];
    execFileSync('cc', [...flags, '-o', join(folder, name), join(peers, `${name}.c`)]);
  }
  const pinned = pinning();
  /** @type {Map<string, Peer>} */
  const started = new Map();
  const peer = (/** @type {string} */ name) => {
    const [program = '', ...rest] = name.split(' ');
    const command = /** @type {string[]} */ (commands(folder)[program]);
    const process = started.get(name) ?? start([...pinned, ...command, ...rest], batch);
    started.set(name, process);
    return process;
  };
  try {
    const operations = await compare(benchmark.operations, peer, rounds);
    const where = pinned.length > 0 ? 'all pinned to CPU 1' : 'not pinned';
    return { conditions: `${rounds} rounds of about ${batch} ms, ${where}`, operations };
  } finally {
    for (const process of started.values()) process.end();
    rmSync(folder, { recursive: true });
  }
}

/**
 * The ratio of two rows, as a sentence: the median of the rounds' ratios, and their range.
 *
 * @param {string} title
 * @param {Measured | undefined} row
 * @param {Measured | undefined} other
 * @param {number} [target]  the most it may be
 */
export function verdict(title, row, other, target) {
  if (row?.cpu === undefined || other?.cpu === undefined) return `${title}: not measured`;
  const of = (/** @type {'cpu' | 'wall'} */ key) =>
    spread(row.rounds.map((batch, i) => batch[key] / (other.rounds[i]?.[key] ?? Number.NaN)));
  const { median, min, max } = of('cpu');
  const range = `${min.toFixed(2)}–${max.toFixed(2)}; wall clock ${of('wall').median.toFixed(2)}`;
  const figures = `${title}: ${median.toFixed(2)} (${range})`;
  if (target === undefined) return figures;
  return `${figures}, target ≤ ${target.toFixed(2)}: ${median <= target ? 'met' : 'MISSED'}`;
}

/**
 * The same of two rows of an operation.
 *
 * @param {Operation | undefined} operation
 * @param {string} label
 * @param {string} reference
 * @param {number} target
 */
export function ratioVerdict(operation, label, reference, target) {
  const row = (/** @type {string} */ name) => operation?.rows.find((each) => each.label === name);
  const title = `${operation?.name}: ${label} / ${reference}`;
  return verdict(title, row(label), row(reference), target);
}
