// @ts-check
/**
 * node bench/run.js [calls|decode|echo|udp …] [--rounds=9] [--batch=100] [--quick] [--save]
 *
 * Runs the benchmarks named, or all; a batch lasts so many milliseconds; --quick leaves out what
 * takes long; --save writes bench/results/<name>.json too, and a picture where there is one.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calls } from './calls.js';
import { decode } from './decode.js';
import { echo } from './echo.js';
import { run } from './support/rounds.js';
import { table } from './support/table.js';
import { udp } from './udp.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    batch: { type: 'string', default: '100' },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

/** @type {Record<string, import('./support/rounds.js').Benchmark>} */
const benchmarks = { calls, decode, echo: echo(values.quick), udp };

/**
 * @param {string} name
 * @param {string} program
 * @param {URL} folder
 */
function draw(name, program, folder) {
  const [from, to] = [`${name}.json`, `${name}.svg`].map((file) => new URL(file, folder));
  const script = new URL(`support/${program}`, import.meta.url);
  const args = [script, from, to].map((file) => fileURLToPath(/** @type {URL} */ (file)));
  try {
    // Debian's own, which has Debian's python3-matplotlib.
    execFileSync('/usr/bin/python3', ['-B', ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
  } catch (error) {
    const reason = /** @type {Error} */ (error).message.trim().split('\n').at(-1);
    process.stdout.write(`no picture: ${reason}\n`);
  }
}

for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) {
    throw new Error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(' and ')}`);
  }
  const lengths = { rounds: Number(values.rounds), batch: Number(values.batch) };
  const result = await run(benchmark, lengths);
  process.stdout.write(`\n${name}: ${result.conditions}\n`);
  for (const operation of result.operations) {
    process.stdout.write(`\n${(benchmark.table ?? table)(operation)}`);
  }
  process.stdout.write(`\n${benchmark.verdicts(result).join('\n')}\n`);
  if (values.save) {
    const folder = new URL('results/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    const about = { date: new Date().toISOString(), linux: release(), node: process.version };
    const text = JSON.stringify({ name, ...about, ...result }, null, 2);
    writeFileSync(new URL(`${name}.json`, folder), `${text}\n`);
    if (benchmark.plot !== undefined) draw(name, benchmark.plot, folder);
  }
}
