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
  /** Whether the number was the registered file when waiting began: this file's to say. */
  sure: boolean;
  /** Does not keep the process: `hold` says so. */
  idle?: boolean;
  /** Who waits next; undefined when it does not wait. The entry's to say. */
  next: Waiter | undefined;
  /** Tries again, `came` being the events. @returns whether that was the end of waiting */
  attempt(came: number): boolean;
  /** The descriptor was closed. */
  gone(): void;
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
  /** Whether it is among those that are looked after. */
  doubted = false;
  /** How often that was done when its first waiter came. */
  since = 0;
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

  /** All that somebody waits for. */
  get wanted(): number {
    const { last } = this;
    let events = last?.events ?? 0;
    for (let waiter = last?.next; waiter !== last; waiter = waiter?.next) {
      events |= waiter?.events ?? 0;
    }
    return events;
  }

  /** Whether somebody waits in line for a direction. */
  isAwaited(events: number): boolean {
    return this.waiters.some((waiter) => waiter.events === events && isInLine(waiter));
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
    let before = waiter;
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
