/** Being called whenever a descriptor is ready: what the promises are made of, without them. */
import { SystemError } from '../kernel/error.js';
import { afterThis } from '../kernel/timers.js';
import { int32, integer, rangeError, typeError } from '../kernel/validate.js';
import { EPOLLERR, EPOLLET, EPOLLHUP } from '../syscalls/epoll.js';
import type { Waiter } from './entry.js';
import { enter, hold, leave } from './loop.js';

/** What `watch` calls: with the events that came, and the descriptor. */
type Callback = (events: number, fd: number) => void;

/** What `watch` returns. */
export interface Watch {
  /** The descriptor that is watched. */
  readonly fd: number;
  /** Whether it still is. Whoever closes the descriptor ends the watch as well. */
  readonly active: boolean;
  /** Ends the watch. The descriptor stays open. */
  stop(): void;
  /** The process stays while the watch is active, as it does from the beginning. */
  ref(): this;
  /** The process may end. */
  unref(): this;
}

class Watching implements Watch, Waiter {
  readonly fd: number;
  readonly events: number;
  sure = false;
  idle = false;
  next: Waiter | undefined;
  private readonly callback: Callback;

  constructor(fd: number, events: number, callback: Callback) {
    this.fd = fd;
    this.events = events | EPOLLERR | EPOLLHUP;
    this.callback = callback;
  }

  // These three are not among what each of thousands holds.
  get active(): boolean {
    return this.next !== undefined;
  }

  get level(): boolean {
    return true;
  }

  get apart(): boolean {
    return true;
  }

  attempt(came: number): boolean {
    const { fd, callback } = this;
    const told = came & this.events;
    if (told !== 0) {
      try {
        callback(told, fd);
      } catch (error) {
        // Uncaught, as of any callback of the event loop; but others of this turn come first.
        afterThis(() => {
          throw error;
        });
      }
    }
    return !this.active;
  }

  gone(): void {
    // Who waits no longer is active no longer.
  }

  stop(): void {
    if (this.active) leave(this);
  }

  ref(): this {
    if (this.active) hold(this, true);
    return this;
  }

  unref(): this {
    if (this.active) hold(this, false);
    return this;
  }
}

/**
 * Calls `callback` from the event loop whenever `fd` becomes ready, not before this has
 * returned. It is edge-triggered: what is there already is told, and then what comes, so that
 * the callback goes on until its call says EAGAIN. It may be called when there is nothing new.
 *
 * Closing `fd` by a call of sockfd ends the watch, and is not told: as in C, who closes knows.
 * What the callback throws is an uncaught exception.
 *
 * @param events    EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP; EPOLLERR and EPOLLHUP are told always
 * @param callback  is called with those that came, and `fd`
 * @throws          SystemError of epoll_ctl: EPERM a file that is always ready · EBADF ·
 *                  ENOSPC, EMFILE the limits of epoll(7)
 */
export function watch(fd: number, events: number, callback: Callback): Watch {
  int32(fd, 'fd');
  if (typeof events === 'number' && (events & EPOLLET) !== 0) {
    throw rangeError('events', 'must be without EPOLLET: every watch is edge-triggered', events);
  }
  integer(events, 'events', 0, 0xffff);
  if (typeof callback !== 'function') throw typeError('callback', 'must be a function', callback);
  const watching = new Watching(fd, events, callback);
  const result = enter(watching);
  if (result < 0) throw new SystemError(result, 'epoll_ctl');
  return watching;
}
