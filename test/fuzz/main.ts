/**
 * npm run fuzz -- [--target control,sockaddr] [--seconds 60 | --rounds 2000] [--seed 1] [--save]
 *
 * Fuzzes the targets named, or all, for so long in all, or with so many inputs each. The seed is
 * printed, and says all there is to say: with it, the same inputs come again. Of an input that shows
 * a fault it prints the bytes, and with --save adds them to the corpus; then it ends with 1.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusOf, crashName, save } from './corpus.js';
import { Fuzzer } from './fuzz.js';
import { hexOf, type Target } from './oracle.js';
import { targets } from './targets.js';

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    seed: { type: 'string' },
    corpus: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});

/** Inputs between two looks at the clock. */
const SLICE = 1000;

function chosen(): readonly Target[] {
  const names = values.target?.split(',');
  if (names === undefined) return targets;
  return names.map((name) => {
    const found = targets.find((each) => each.name === name);
    const all = targets.map((each) => each.name).join(', ');
    if (found === undefined) throw new Error(`no target ${name}; there are ${all}`);
    return found;
  });
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

const root = values.corpus ?? join(process.cwd(), 'test/fuzz/corpus');
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
say(`seed ${seed}`);

const running = chosen().map((target) => {
  return { target, fuzzer: new Fuzzer(target, corpusOf(root, target.name), seed) };
});

for (const { fuzzer } of running) fuzzer.tryCorpus();
if (values.rounds !== undefined) {
  for (const { target, fuzzer } of running) {
    fuzzer.tryMore(Number(values.rounds) * (target.weight ?? 1));
  }
} else {
  const end = performance.now() + 1000 * Number(values.seconds ?? 60);
  while (performance.now() < end && running.some(({ fuzzer }) => !fuzzer.outcome.failure)) {
    for (const { target, fuzzer } of running) {
      if (performance.now() < end) fuzzer.tryMore(SLICE * (target.weight ?? 1));
    }
  }
}

for (const { target, fuzzer } of running) {
  const { rounds, read, kept, failure } = fuzzer.outcome;
  say(`${target.name}: ${rounds} inputs, ${read} read, ${kept} kept`);
  if (failure === undefined) continue;
  process.exitCode = 1;
  say(`  ${failure.fault}`);
  say(`  input ${hexOf(failure.input)}`);
  if (values.save) {
    say(`  saved as ${save(root, target.name, crashName(failure.input), failure.input)}`);
  }
}
