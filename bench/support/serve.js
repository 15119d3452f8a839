// @ts-check
/** The Node end of the pipe: reads names of operations, runs a batch, answers what it took. */
import { readSync, writeSync } from 'node:fs';

/** How long a batch lasts, in nanoseconds. */
const batch = 1e6 * Number(process.env.BATCH_MS);

/** A batch does a multiple of this many: some operations are many calls in one. */
const whole = 256;

/** @typedef {(count: number) => void | Promise<void>} Work */

/**
 * @param {Work} operation
 * @param {number} count
 */
async function time(operation, count) {
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  await operation(count);
  const wall = Number(process.hrtime.bigint() - begin);
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) * 1000 };
}

/**
 * @param {Record<string, Work>} operations
 *   each does its work `count` times, in a loop of its own
 */
export async function serve(operations) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const line = Buffer.alloc(256);
  for (;;) {
    const length = readSync(0, line);
    if (length === 0) return;
    const name = line.toString('utf8', 0, length).trim();
    const operation = operations[name];
    if (operation === undefined) throw new Error(`no operation ${name}`);
    let count = counts.get(name);
    if (count === undefined) {
      count = whole;
      let wall = 0;
      // Twice the whole batch, so that what V8 compiles is compiled.
      while (wall < 2 * batch) {
        count *= 2;
        wall = (await time(operation, count)).wall;
      }
      count = Math.ceil((count * batch) / wall / whole) * whole;
      counts.set(name, count);
    }
    const { wall, cpu } = await time(operation, count);
    writeSync(1, `${count} ${wall} ${cpu}\n`);
  }
}

/**
 * Throws unless an operation did what it should have; a benchmark of failing calls is fast.
 *
 * @param {number} sum
 * @param {number} expected
 */
export function expect(sum, expected) {
  if (sum !== expected) throw new Error(`the batch gave ${sum} instead of ${expected}`);
}
