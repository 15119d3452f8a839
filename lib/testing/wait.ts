/** Waiting of our own, which a signal cuts short and does not end: a child's end is one. */
import { now } from '../kernel/timers.js';
import { POLLIN } from '../syscalls/poll.js';
import * as raw from '../syscalls/raw.js';

/** Sleeps for a millisecond, or until a signal comes. */
function pause(): void {
  raw.poll([], 1);
}

/**
 * Calls `look`, a millisecond apart, until it finds something; undefined when the time is over. The
 * last look is a later one than that: who was not run meanwhile still sees what has come.
 */
export function until<T>(timeout_ms: number, look: () => T | undefined): T | undefined {
  const deadline = now() + timeout_ms;
  for (;;) {
    const isLast = now() > deadline;
    const found = look();
    if (found !== undefined || isLast) return found;
    pause();
  }
}

/** Waits until there is something to read or accept; false when `timeout_ms` is over. */
export function waitReadable(fd: number, timeout_ms: number): boolean {
  const deadline = now() + timeout_ms;
  for (let left = timeout_ms; ; left = Math.max(0, Math.ceil(deadline - now()))) {
    if (raw.poll([{ fd, events: POLLIN }], left) > 0) return true;
    if (left === 0) return false;
  }
}
