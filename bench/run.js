// @ts-check
/**
 * node bench/run.js [calls|decode|udp …] [--rounds=9] [--batch=100] [--save]
 *
 * Runs the benchmarks named, or all; a batch lasts so many milliseconds; --save writes
 * bench/results/<name>.json too.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { calls } from './calls.js';
import { decode } from './decode.js';
import { run } from './support/rounds.js';
import { table } from './support/table.js';
import { udp } from './udp.js';

/** @type {Record<string, import('./support/rounds.js').Benchmark>} */
const benchmarks = { calls, decode, udp };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    batch: { type: 'string', default: '100' },
    save: { type: 'boolean', default: false },
  },
});

for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) {
    throw new Error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(' and ')}`);
  }
  const lengths = { rounds: Number(values.rounds), batch: Number(values.batch) };
  const result = await run(benchmark, lengths);
  process.stdout.write(`\n${name}: ${result.conditions}\n`);
  for (const operation of result.operations) process.stdout.write(`\n${table(operation)}`);
  process.stdout.write(`\n${benchmark.verdicts(result).join('\n')}\n`);
  if (values.save) {
    const folder = new URL('results/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    const about = { date: new Date().toISOString(), linux: release(), node: process.version };
    const text = JSON.stringify({ name, ...about, ...result }, null, 2);
    writeFileSync(new URL(`${name}.json`, folder), `${text}\n`);
  }
}
