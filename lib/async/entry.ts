/** A descriptor that is waited for: what the kernel knows of it, and who waits. */
import { EPOLLIN, EPOLLOUT } from '../syscalls/epoll.js';

/** Somebody who waits for a descriptor to become ready. */
export interface Waiter {
  readonly fd: number;
  /** What to wait for: EPOLLIN, EPOLLOUT, or others. Errors wake everyone. */
  readonly events: number;
  /** Has not found everything taken: what is there already is to be told as well. */
  readonly level?: boolean;
  /** Waits beside the others, not in line with them: it takes nothing from them. */
  readonly apart?: boolean;
  /** Whether the number was the registered file when waiting began: the loop's to say. */
  sure: boolean;
  /** Does not keep the process: `hold` says so. */
  idle?: boolean;
  /** Who waits next; undefined when it does not wait. The entry's to say. */
  next: Waiter | undefined;
  /** Tries again, `came` being the events. @returns whether that was the end of waiting */
  attempt(came: number): boolean;
  /** The descriptor was closed, `why` being -EBADF, or is no longer waited for: -ECANCELED. */
  gone(why: number): void;
}

/** Whether it waits for one direction, in line with others that do. */
export function isInLine({ events, apart }: Waiter): boolean {
  return apart !== true && (events === EPOLLIN || events === EPOLLOUT);
}

/** Who waits is in a ring, so that waiting takes no memory but the waiter's own. */
export class Entry {
  readonly fd: number;
  /** Which registration this is; 0 for none. */
  generation = 0;
  /** The events that it is registered for. */
  armed = 0;
  /** Whether it is to be looked after, or is one of those of which a few at a time are. */
  doubted = false;
  lasts = false;
  /** The turn of its last event, and that of the last answer of epoll_ctl. */
  heard = -1;
  checked = -1;
  /** Events that came while nobody waited for them; not 0: it is in the list of the unclaimed. */
  unclaimed = 0;
  /** Who came last; next to whom is the first. */
  private last: Waiter | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  get isEmpty(): boolean {
    return this.last === undefined;
  }

  /** Who waits, when it is one alone. */
  get only(): Waiter | undefined {
    return this.last?.next === this.last ? this.last : undefined;
  }

  /** All that wait, first come first. */
  get waiters(): Waiter[] {
    const list: Waiter[] = [];
    for (let waiter = this.last?.next; waiter !== undefined; waiter = waiter.next) {
      list.push(waiter);
      if (waiter === this.last) break;
    }
    return list;
  }

  /** The same, those before the others who take something when they are served. */
  get takersFirst(): Waiter[] {
    const list = this.waiters;
    return [...list.filter(isInLine), ...list.filter((waiter) => !isInLine(waiter))];
  }

  /** All that somebody waits for. */
  get wanted(): number {
    const { last } = this;
    let events = last?.events ?? 0;
    for (let waiter = last?.next; waiter !== last; waiter = waiter?.next) {
      events |= waiter?.events ?? 0;
    }
    return events;
  }

  /** Whether somebody waits for the same, and has to be served first. */
  isAwaited(events: number): boolean {
    const { last } = this;
    let waiter = last;
    do {
      waiter = waiter?.next;
      if (waiter?.events === events && waiter.apart !== true) return true;
    } while (waiter !== last);
    return false;
  }

  add(waiter: Waiter): void {
    const { last } = this;
    waiter.next = last?.next ?? waiter;
    if (last !== undefined) last.next = waiter;
    this.last = waiter;
  }

  /** @returns whether it has waited */
  delete(waiter: Waiter): boolean {
    if (waiter.next === undefined) return false;
    let before = this.last as Waiter;
    while (before.next !== waiter) before = before.next as Waiter;
    if (before === waiter) {
      this.last = undefined;
    } else {
      before.next = waiter.next;
      if (this.last === waiter) this.last = before;
    }
    waiter.next = undefined;
    return true;
  }
}
