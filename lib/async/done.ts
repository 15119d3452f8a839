/**
 * Promises of calls that were over at once. They need no waiting; but a loop whose calls are all
 * over at once would never leave the queue of promises, and nothing else in the process would have
 * its turn. So now and then they are settled after a turn of the event loop.
 */
import { clearImmediate, setImmediate } from '../kernel/timers.js';

/** So many calls are over at once before the event loop has a turn. */
const AT_ONCE = 512;

let over = 0;
let delayed: (() => void)[] = [];
let immediate: NodeJS.Immediate | undefined;

/** Settles what the turn was for, in the order of the calls; before anybody who is served later. */
export function settleDelayed(): void {
  if (immediate === undefined) return;
  // The next turn is another's: two of these in one would be no turn between.
  clearImmediate(immediate);
  immediate = undefined;
  over = 0;
  const list = delayed;
  delayed = [];
  for (const settle of list) settle();
}

function afterTurn(settle: () => void): void {
  delayed.push(settle);
  immediate ??= setImmediate(settleDelayed);
}

/** A promise of `value`. */
export function done<T>(value: T): Promise<T> {
  if (++over < AT_ONCE) return Promise.resolve(value);
  return new Promise((resolve) => afterTurn(() => resolve(value)));
}

/**
 * A promise that is rejected: a loop may call again, and fail again. What is wrong in the program
 * itself it is told without a turn, as no system call is made for it.
 */
export function failed(reason: unknown): Promise<never> {
  const isMistake = reason instanceof TypeError || reason instanceof RangeError;
  if (isMistake || ++over < AT_ONCE) return Promise.reject(reason);
  return new Promise((_resolve, reject) => afterTurn(() => reject(reason)));
}
