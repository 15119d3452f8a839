/** fd_set, and its four macros. select(2) */
import type { Buf } from '../kernel/bytes.js';
import { integer, isBuf, typeError } from '../kernel/validate.js';

/** An fd_set has room for the descriptors below this. select(2) */
export const FD_SETSIZE = 1024;

const descriptor = (fd: number): number => integer(fd, 'fd', 0, FD_SETSIZE - 1);

/**
 * A set of descriptors, as select(2) takes and leaves it: an `fd_set`. Iterating it gives the
 * descriptors in it, the lowest first.
 *
 *     const readfds = new FdSet([a, b]);
 *     select(Math.max(a, b) + 1, readfds, null, null, 1000);
 *     for (const fd of readfds) …            // those that are ready
 *
 * A descriptor from 1024 (FD_SETSIZE) on has no place in it, and is a RangeError, where C writes
 * past the end: poll(2) and epoll(7) have no such limit.
 */
export class FdSet implements Iterable<number> {
  /** The fd_set itself: 128 bytes, in which descriptor n is bit n. */
  readonly bytes: Uint8Array = new Uint8Array(FD_SETSIZE / 8);

  /** @param fds  descriptors to begin with */
  constructor(fds: Iterable<number> = []) {
    for (const fd of iterable(fds)) this.FD_SET(fd);
  }

  /** Adds a descriptor. */
  FD_SET(fd: number): void {
    const at = descriptor(fd) >> 3;
    this.bytes[at] = (this.bytes[at] as number) | (1 << (fd & 7));
  }

  /** Takes a descriptor out. */
  FD_CLR(fd: number): void {
    const at = descriptor(fd) >> 3;
    this.bytes[at] = (this.bytes[at] as number) & ~(1 << (fd & 7));
  }

  /** Whether a descriptor is in the set. */
  FD_ISSET(fd: number): boolean {
    const at = descriptor(fd) >> 3;
    return (((this.bytes[at] as number) >> (fd & 7)) & 1) === 1;
  }

  /** Takes all descriptors out. */
  FD_ZERO(): void {
    this.bytes.fill(0);
  }

  /** The descriptors in the set, the lowest first. */
  *[Symbol.iterator](): Generator<number, void> {
    for (const [at, byte] of this.bytes.entries()) {
      for (let bit = 0; byte >> bit !== 0; bit++) {
        if (((byte >> bit) & 1) === 1) yield 8 * at + bit;
      }
    }
  }
}

function iterable(fds: Iterable<number>): Iterable<number> {
  if (typeof (fds as Partial<Iterable<number>> | null)?.[Symbol.iterator] === 'function') {
    return fds;
  }
  throw typeError('fds', 'must be an iterable of descriptors', fds);
}

function fdset(set: FdSet): FdSet {
  if (set instanceof FdSet) return set;
  throw typeError('set', 'must be an FdSet', set);
}

/** FD_SET(3): adds `fd` to `set`. */
export function FD_SET(fd: number, set: FdSet): void {
  fdset(set).FD_SET(fd);
}

/** FD_CLR(3): takes `fd` out of `set`. */
export function FD_CLR(fd: number, set: FdSet): void {
  fdset(set).FD_CLR(fd);
}

/** FD_ISSET(3): whether `fd` is in `set`. */
export function FD_ISSET(fd: number, set: FdSet): boolean {
  return fdset(set).FD_ISSET(fd);
}

/** FD_ZERO(3): takes all descriptors out of `set`. */
export function FD_ZERO(set: FdSet): void {
  fdset(set).FD_ZERO();
}

/** The bytes of a set, which the call writes: of an FdSet, or memory of an fd_set; null is NULL. */
export function fdsetBytes(set: FdSet | Buf | null, name: string): Buf | null {
  if (set === null || isBuf(set)) return set;
  if (set instanceof FdSet) return set.bytes;
  throw typeError(name, 'must be an FdSet or null', set);
}
