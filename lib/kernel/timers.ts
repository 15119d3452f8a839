/**
 * Node's clock and timers as they were when this was loaded. A test may put others in their place
 * (fake timers), and so may an environment (jsdom); but what the kernel tells comes in real time.
 */
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

export const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;

/**
 * process.nextTick. Not imported from node:process: that makes streams of the descriptors 0 to 2,
 * and sockets among them non-blocking.
 */
export const afterThis = process.nextTick;

/** Milliseconds of a clock that only goes forward. */
export const now = performance.now.bind(performance);
