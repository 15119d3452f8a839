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
 * @typedef {'wall' | 'cpu' | 'p50' | 'p99' | 'rss' | 'pss'} Quantity
 *   `wall` and `cpu` are nanoseconds of one operation, `p50` and `p99` of how long it took who asked
 *   for it; `rss` and `pss` are bytes of memory.
 * @typedef {Partial<Record<Quantity, number>>} Batch
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ label: string, ratio?: Spread, why?: string, rounds: Batch[] } & Partial<Record<Quantity, Spread>>} Measured
 *   `ratio` is that to the first row's quantity of the same round; `why` tells why a row has no
 *   figures.
 * @typedef {{ name: string, rows: Measured[] }} Operation
 * @typedef {{ conditions: string, operations: Operation[] }} Result
 * @typedef {{ measure: (operation: string) => Promise<Batch>, end: () => void }} Peer
 * @typedef {{ ask: (line: string) => Promise<string>, end: () => void, pid: number }} Program
 *   A program that answers lines.
 * @typedef {{ folder: string, batch: number, run: (command: string[], cpu?: number) => Program }} Tools
 *   What peers are made with: where the C programs are, and a program pinned to a CPU.
 * @typedef {{ name: string, rows: Row[], compares?: Quantity }} Comparison
 *   What is compared is the CPU time, unless it says otherwise.
 * @typedef {object} Benchmark
 * @property {Comparison[]} operations
 * @property {(result: Result) => string[]} verdicts
 * @property {(name: string, tools: Tools) => Peer} [open]  where a peer is more than one program
 * @property {(operation: Operation) => string} [table]
 * @property {string} [pinned]  who is pinned to which CPU, where that can be done
 * @property {string} [plot]  the program in bench/support/ that makes a picture of the result
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

/** Whether there is a CPU 1, and we may choose it. */
function canPin() {
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string[]} command
 * @param {number} batch  how long one lasts, in milliseconds
 * @returns {Program}
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
    pid: child.pid ?? 0,
    async ask(line) {
      if (line !== '') child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(/^.*(?:Error|ENOENT).*$/m.exec(errors)?.[0] ?? `ended ${errors}`);
      return value;
    },
    end() {
      child.stdin.end();
    },
  };
}

/** A peer that is one program. @type {(name: string, tools: Tools) => Peer} */
function openPeer(name, { folder, run }) {
  const [kind = '', ...rest] = name.split(' ');
  const program = run([.../** @type {string[]} */ (commands(folder)[kind]), ...rest]);
  return {
    async measure(operation) {
      const answer = await program.ask(operation);
      const [count = 0, wall = 0, cpu = 0] = answer.split(' ').map(Number);
      return { wall: wall / count, cpu: cpu / count };
    },
    end: program.end,
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
  return operations.map(({ name, rows: own, compares = 'cpu' }) => {
    const measured = own.flatMap((row) => results.get(row) ?? []);
    return { name, rows: measured.map((row) => summary(row, measured[0], compares)) };
  });
}

/**
 * What a quantity of one row is of another's in the same round.
 *
 * @param {Measured} row
 * @param {Measured | undefined} other
 * @param {Quantity} quantity
 */
function ratioOf(row, other, quantity) {
  const nothing = Number.NaN;
  return spread(
    row.rounds.map((batch, i) => {
      return (batch[quantity] ?? nothing) / (other?.rounds[i]?.[quantity] ?? nothing);
    }),
  );
}

/**
 * @param {Measured} row
 * @param {Measured | undefined} reference
 * @param {Quantity} compares
 * @returns {Measured}
 */
function summary(row, reference, compares) {
  if (row.why !== undefined) return row;
  const quantities = /** @type {Quantity[]} */ (Object.keys(row.rounds[0] ?? {}));
  const spreads = quantities.map((quantity) => {
    return [quantity, spread(row.rounds.map((batch) => batch[quantity] ?? Number.NaN))];
  });
  const figures = Object.fromEntries(spreads);
  return { ...row, ...figures, ratio: ratioOf(row, reference, compares) };
}

/**
 * @param {Benchmark} benchmark
 * @param {{ rounds: number, batch: number }} lengths  `batch` in milliseconds
 * @returns {Promise<Result>}
 */
export async function run(benchmark, { rounds, batch }) {
  const { operations, open = openPeer, pinned = 'all pinned to CPU 1' } = benchmark;
  const folder = mkdtempSync(join(tmpdir(), 'sockfd-bench-'));
  for (const name of ['peer', 'udp', 'echo-epoll', 'echo-load']) {
    const flags = ['-O2', '-pthread', '-Wall', '-Wextra', '-Werror'];
    execFileSync('cc', [...flags, '-o', join(folder, name), join(peers, `${name}.c`)]);
  }
  const isPinned = canPin();
  const tools = {
    folder,
    batch,
    run(/** @type {string[]} */ command, cpu = 1) {
      return start(isPinned ? ['taskset', '-c', String(cpu), ...command] : command, batch);
    },
  };
  /** @type {Map<string, Peer>} */
  const started = new Map();
  const peer = (/** @type {string} */ name) => {
    const process = started.get(name) ?? open(name, tools);
    started.set(name, process);
    return process;
  };
  try {
    const measured = await compare(operations, peer, rounds);
    const where = isPinned ? pinned : 'not pinned';
    return { conditions: `${rounds} rounds of about ${batch} ms, ${where}`, operations: measured };
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
 * @param {Quantity} [quantity]
 */
export function verdict(title, row, other, target, quantity = 'cpu') {
  if (row?.[quantity] === undefined || other?.[quantity] === undefined) {
    return `${title}: not measured`;
  }
  const { median, min, max } = ratioOf(row, other, quantity);
  const wall =
    quantity === 'cpu' ? `; wall clock ${ratioOf(row, other, 'wall').median.toFixed(2)}` : '';
  const figures = `${title}: ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)}${wall})`;
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
