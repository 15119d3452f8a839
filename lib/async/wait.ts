/**
 * A call that does not block the event loop: it is tried at once, and again when the descriptor is
 * ready. How long it waits is the caller's to bound.
 */
import { EAGAIN, EPERM } from '../kernel/errno.js';
import { SystemError } from '../kernel/error.js';
import { clearTimeout, setTimeout } from '../kernel/timers.js';
import { integer, object, typeError, valueError } from '../kernel/validate.js';
import { done, failed } from './done.js';
import type { Waiter } from './entry.js';
import { enter, isAwaited, leave } from './loop.js';
import { isSignal, reasonOf, signalOf, throwIfAborted } from './signal.js';

/** How long to wait. A call that can be completed at once is, whatever the limit. */
export interface WaitOptions {
  /** Ends waiting: the promise is rejected with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds to wait at most: then a `TimeoutError`, as of AbortSignal.timeout. */
  timeout?: number | undefined;
}

/** What a call returns that would block. */
export const LATER: unique symbol = Symbol('later');

/** `result`, the error that it stands for, or `LATER`. */
export function unlessAgain(result: number, syscall: string): number | typeof LATER {
  if (result >= 0) return result;
  if (result === -EAGAIN) return LATER;
  throw new SystemError(result, syscall);
}

/**
 * `value`, which must be an object of options. A signal that stands in their place is a mistake
 * that nobody would see: it has no `signal`, and so would never end anything.
 */
export function optionsOf(value: unknown): Record<string, unknown> {
  const isMistaken = Array.isArray(value) || isSignal(value);
  if (isMistaken) throw typeError('options', 'must be an object, as { signal }', value);
  return object(value, 'options');
}

/** The options as they are when the call is made. An aborted signal throws its reason. */
export function limitOf(options: WaitOptions): WaitOptions {
  const { signal, timeout } = optionsOf(options) as WaitOptions;
  if (timeout !== undefined) integer(timeout, 'options.timeout', 0, 0x7fff_ffff);
  throwIfAborted(signalOf(signal));
  return { signal, timeout };
}

/** Refuses a timeout where the options have none: passed over in silence, it would never come. */
export function refuseTimeout(options: unknown, instead: string): void {
  const { timeout } = optionsOf(options);
  if (timeout === undefined) return;
  throw valueError('options.timeout', `must be absent: ${instead}`, timeout);
}

/** The waits that a signal ends. One listener for all: Node warns of more than ten. */
class Bound {
  private readonly signal: AbortSignal;
  private readonly limits = new Set<Limit>();

  private constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  private static readonly all = new WeakMap<AbortSignal, Bound>();

  static to(signal: AbortSignal): Bound {
    const known = Bound.all.get(signal) ?? new Bound(signal);
    Bound.all.set(signal, known);
    return known;
  }

  add(limit: Limit): void {
    if (this.limits.size === 0) this.signal.addEventListener('abort', this);
    this.limits.add(limit);
  }

  delete(limit: Limit): void {
    this.limits.delete(limit);
    if (this.limits.size === 0) this.signal.removeEventListener('abort', this);
  }

  handleEvent(): void {
    for (const limit of [...this.limits]) limit.aborted(reasonOf(this.signal));
  }
}

/** Ends a wait when a signal or a timer says so. */
export class Limit {
  private readonly bound: Bound | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  readonly aborted: (reason: unknown) => void;

  constructor(
    { signal, timeout }: WaitOptions,
    aborted: (reason: unknown) => void,
    elapsed: () => void,
  ) {
    this.aborted = aborted;
    this.bound = signal && Bound.to(signal);
    this.bound?.add(this);
    if (timeout !== undefined) this.timer = setTimeout(elapsed, timeout);
  }

  lift(): void {
    this.bound?.delete(this);
    clearTimeout(this.timer);
  }
}

/** A call on a descriptor, as it is made and made again. */
export interface Attempt<T> {
  fd: number;
  /** What it waits for: EPOLLIN, EPOLLOUT, or others. */
  events: number;
  syscall: string;
  /** Makes the system call. `came` is 0 at first, and later the events that woke it. */
  call: (came: number) => T | typeof LATER;
  /** Throws for what `call` would refuse: it is not called at once behind others that wait. */
  check?: () => void;
  /** Whether what is there already is to be told, too. */
  level?: boolean;
  /** What it is resolved with when the time is over, where that is no error. */
  elapsed?: () => T;
}

/** An attempt that waits for its descriptor. */
class Wait<T> implements Waiter {
  readonly fd: number;
  readonly events: number;
  readonly level: boolean;
  sure = false;
  next: Waiter | undefined;
  private readonly made: Attempt<T>;
  private readonly resolve: (value: T) => void;
  private readonly reject: (reason: unknown) => void;
  private limit: Limit | undefined;

  constructor(attempt: Attempt<T>, resolve: (value: T) => void, reject: (reason: unknown) => void) {
    this.fd = attempt.fd;
    this.events = attempt.events;
    this.level = attempt.level === true;
    this.made = attempt;
    this.resolve = resolve;
    this.reject = reject;
  }

  within(options: WaitOptions): void {
    const { syscall, elapsed } = this.made;
    const aborted = (reason: unknown): void => {
      leave(this);
      this.fail(reason);
    };
    this.limit = new Limit(options, aborted, () => {
      if (elapsed === undefined) {
        const text = `${syscall} has waited for ${options.timeout} ms`;
        aborted(new DOMException(text, 'TimeoutError'));
      } else {
        leave(this);
        this.settle(elapsed());
      }
    });
  }

  attempt(came: number): boolean {
    let value: T | typeof LATER;
    try {
      value = this.made.call(came);
    } catch (error) {
      this.fail(error);
      return true;
    }
    if (value === LATER) return false;
    this.settle(value);
    return true;
  }

  gone(why: number): void {
    this.fail(new SystemError(why, this.made.syscall));
  }

  private settle(value: T): void {
    this.limit?.lift();
    this.resolve(value);
  }

  private fail(reason: unknown): void {
    this.limit?.lift();
    this.reject(reason);
  }
}

/**
 * Makes a call now, or when its descriptor is ready; behind those that wait for the same, if any.
 * Whatever it throws, rejects: nothing is thrown from here.
 */
export function begin<T>(attempt: Attempt<T>, options?: WaitOptions): Promise<T> {
  try {
    const limit = options === undefined ? undefined : limitOf(options);
    if (attempt.check !== undefined && isAwaited(attempt.fd, attempt.events)) {
      attempt.check();
    } else {
      const value = attempt.call(0);
      if (value !== LATER) return done(value);
    }
    // To read the arguments may run code of the caller's, which aborts.
    throwIfAborted(limit?.signal);
    return wait(attempt, limit);
  } catch (error) {
    return failed(error);
  }
}

function limitTo<T>(waiter: Wait<T>, limit: WaitOptions): void {
  try {
    waiter.within(limit);
  } catch (error) {
    // A signal that is not Node's may refuse a listener.
    leave(waiter);
    throw error;
  }
}

function wait<T>(attempt: Attempt<T>, limit: WaitOptions | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const waiter = new Wait(attempt, resolve, reject);
    const result = enter(waiter);
    if (result === 0) {
      if (limit !== undefined) limitTo(waiter, limit);
      return;
    }
    // A file that is always ready, says epoll: that the call would block is its last word.
    if (result === -EPERM) throw new SystemError(-EAGAIN, attempt.syscall);
    throw new SystemError(result, 'epoll_ctl');
  });
}
