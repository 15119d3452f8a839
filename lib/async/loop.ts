/**
 * The one epoll descriptor of an environment, and who waits for what on it.
 *
 * A descriptor is registered when it is first waited for, edge-triggered: who waits has found
 * nothing before, so that whatever comes is an edge. It stays registered for the next time. What
 * comes while nobody waits disarms it; until then, waiting again costs no system call.
 *
 * The number of a descriptor may become that of another file without a word to us (closed by
 * somebody else, and opened anew). So a wait without a system call is looked after when it lasts:
 * epoll_ctl tells then when the number is not the file that was registered. Who waited for that
 * one gets EBADF, and the new one is registered. With each event the kernel gives back which
 * registration it is of: that of a file which lives on in a duplicate is known, and passed over.
 */
import { native, type Watcher, watch } from '../kernel/addon.js';
import { closing } from '../kernel/closing.js';
import { EBADF, ECANCELED, EEXIST, ENOENT } from '../kernel/errno.js';
import { check, SystemError } from '../kernel/error.js';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
} from '../syscalls/epoll.js';
import { settleDelayed } from './done.js';

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
  /** Tries again, `came` being the events. @returns whether that was the end of waiting */
  attempt(came: number): boolean;
  /** The descriptor was closed, `why` being -EBADF, or is no longer waited for: -ECANCELED. */
  gone(why: number): void;
}

/** Told whether asked for or not. */
const FAILED = EPOLLERR | EPOLLHUP;

/** What the kernel knows of a descriptor, and who waits for it, first come first served. */
class Entry {
  readonly fd: number;
  /** Which registration this is; 0 for none. */
  generation = 0;
  /** The events that it is registered for. */
  armed = 0;
  /** Whether it is among those that are looked after. */
  doubted = false;
  readonly readers: Waiter[] = [];
  readonly writers: Waiter[] = [];
  /** Who waits for something else, or for more than one thing. */
  readonly others: Waiter[] = [];

  constructor(fd: number) {
    this.fd = fd;
  }

  queueOf({ events, apart }: Waiter): Waiter[] {
    if (apart) return this.others;
    if (events === EPOLLIN) return this.readers;
    return events === EPOLLOUT ? this.writers : this.others;
  }

  get waiters(): Waiter[] {
    return [...this.readers, ...this.writers, ...this.others];
  }

  get isEmpty(): boolean {
    return this.readers.length + this.writers.length + this.others.length === 0;
  }

  /** All that somebody waits for. */
  get wanted(): number {
    let events = 0;
    if (this.readers.length > 0) events |= EPOLLIN;
    if (this.writers.length > 0) events |= EPOLLOUT;
    for (const waiter of this.others) events |= waiter.events;
    return events;
  }
}

const entries = new Map<number, Entry>();
let generations = 0;
let waiting = 0;
let watcher: Watcher | undefined;

function started(): Watcher {
  if (watcher !== undefined) return watcher;
  const made = watch(turn);
  if (typeof made === 'number') throw new SystemError(made, 'epoll_create1');
  closing.before = beforeClose;
  closing.after = afterClose;
  watcher = made;
  return made;
}

/** Counts who waits. The process stays as long as somebody does. */
function count(change: number): void {
  const before = waiting;
  waiting += change;
  if (before === 0 && waiting > 0) watcher?.ref();
  else if (before > 0 && waiting === 0) watcher?.unref();
}

/**
 * Arms `entry` for some events, of which those that are there already are told as well. Where the
 * number is another file by now, who was sure of the old one is told that it is gone.
 * @returns 0 or `-errno`
 */
function arm(entry: Entry, events: number): number {
  const { epfd } = started();
  const { fd } = entry;
  let gone: Waiter[] = [];
  let result = -ENOENT;
  if (entry.generation !== 0) {
    result = native.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, events | EPOLLET, fd, entry.generation);
    if (result === -ENOENT) {
      entry.generation = 0;
      gone = take(entry, (waiter) => waiter.sure);
    }
  }
  if (result === -ENOENT && !entry.isEmpty) {
    result = add(epfd, fd, entry.wanted | EPOLLET);
    if (result === 0) entry.generation = generations;
  }
  entry.armed = events;
  for (const waiter of entry.waiters) waiter.sure = true;
  for (const waiter of gone) waiter.gone(-EBADF);
  return result;
}

function add(epfd: number, fd: number, events: number): number {
  generations = (generations % 0xffff_ffff) + 1;
  const result = native.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, events, fd, generations);
  // A duplicate has kept a registration of this number alive, and now it is that file again.
  if (result !== -EEXIST) return result;
  return native.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, events, fd, generations);
}

/** The same. Whom the kernel will not wake gets EBADF. */
function rearm(entry: Entry, events: number): void {
  if (arm(entry, events) < 0) for (const waiter of take(entry)) waiter.gone(-EBADF);
}

/** Takes out of an entry whom `which` says. */
function take(entry: Entry, which: (waiter: Waiter) => boolean = () => true): Waiter[] {
  const taken = entry.waiters.filter(which);
  for (const waiter of taken) remove(entry.queueOf(waiter), waiter);
  return taken;
}

/** Waits that last so long, in milliseconds, are looked after. */
const PATIENCE = 5;

let doubted: Entry[] = [];

function doubt(entry: Entry): void {
  if (entry.doubted) return;
  entry.doubted = true;
  if (doubted.push(entry) === 1) setTimeout(lookAfter, PATIENCE).unref();
}

/** Asks the kernel whether the descriptors still are what was registered. */
function lookAfter(): void {
  const list = doubted;
  doubted = [];
  for (const entry of list) {
    entry.doubted = false;
    if (!entry.isEmpty && entries.get(entry.fd) === entry) rearm(entry, entry.wanted);
  }
}

function remove(queue: Waiter[], waiter: Waiter): void {
  const at = queue.indexOf(waiter);
  if (at < 0) return;
  if (at === 0) queue.shift();
  else queue.splice(at, 1);
  count(-1);
}

/** Takes an entry that nobody waits for out of the kernel's list. */
function forget(entry: Entry): void {
  const { fd, generation } = entry;
  if (generation !== 0) native.epoll_ctl(started().epfd, EPOLL_CTL_DEL, fd);
  entry.generation = 0;
  if (entries.get(fd) === entry) entries.delete(fd);
}

/** Whether somebody waits for `events` of `fd` already, and has to be served first. */
export function isAwaited(fd: number, events: number): boolean {
  const entry = entries.get(fd);
  if (entry === undefined) return false;
  if (events === EPOLLIN) return entry.readers.length > 0;
  if (events === EPOLLOUT) return entry.writers.length > 0;
  return entry.others.some((waiter) => waiter.events === events && waiter.apart !== true);
}

/** Begins to wait. @returns 0, or `-errno` when there is no waiting for this descriptor */
export function enter(waiter: Waiter): number {
  started();
  const { fd, events } = waiter;
  waiter.sure = false;
  let entry = entries.get(fd);
  if (entry === undefined) {
    entry = new Entry(fd);
    entries.set(fd, entry);
  }
  entry.queueOf(waiter).push(waiter);
  count(1);
  const isArmed = entry.generation !== 0 && (entry.armed & events) === events;
  if (isArmed && !waiter.level) {
    doubt(entry);
    return 0;
  }
  const result = arm(entry, entry.wanted);
  if (result < 0) leave(waiter);
  return result;
}

/** Ends waiting before its time. Who has been served or dismissed may leave again. */
export function leave(waiter: Waiter): void {
  const entry = entries.get(waiter.fd);
  if (entry === undefined) return;
  remove(entry.queueOf(waiter), waiter);
  if (entry.isEmpty) forget(entry);
}

/** Lets one after the other try, until one has to wait on; or `everyone`, in case of an error. */
function serve(queue: Waiter[], came: number, everyone: boolean): void {
  for (let i = 0; i < queue.length; ) {
    const waiter = queue[i] as Waiter;
    if (waiter.attempt(came)) remove(queue, waiter);
    else if (everyone) i++;
    else return;
  }
}

function dispatch(entry: Entry, came: number): void {
  const failed = (came & FAILED) !== 0;
  const unwanted = came & entry.armed & ~entry.wanted;
  if (failed || (came & EPOLLIN) !== 0) serve(entry.readers, came, failed);
  if (failed || (came & EPOLLOUT) !== 0) serve(entry.writers, came, failed);
  if (entry.others.length > 0) serve(entry.others, came, true);
  if (unwanted !== 0) rearm(entry, entry.armed & ~unwanted);
}

/** Room for the events of a turn. What is more comes in the next: timers have theirs between. */
const told = new Uint32Array(3 * 256);

/** Called by the event loop when there are events. */
function turn(): void {
  settleDelayed();
  const n = check(native.epoll_wait(started().epfd, told, 256, 0), 'epoll_wait');
  for (let i = 0; i < 3 * n; i += 3) {
    const entry = entries.get(told[i + 1] as number);
    if (entry !== undefined && entry.generation === told[i + 2]) dispatch(entry, told[i] as number);
  }
}

/** Once the number is closed, the kernel could not be told to stop where a duplicate is open. */
function beforeClose(fd: number): void {
  const entry = entries.get(fd);
  if (entry === undefined || entry.generation === 0) return;
  native.epoll_ctl(started().epfd, EPOLL_CTL_DEL, fd);
  entry.generation = 0;
}

/** The kernel gave out a number: what was waited for under it is closed. */
export function opened(fd: number): void {
  if (entries.has(fd)) afterClose(fd, fd);
}

function afterClose(first: number, last: number): void {
  const closed = first === last ? [first] : [...entries.keys()];
  for (const fd of closed) {
    const entry = entries.get(fd);
    if (entry === undefined || fd < first || fd > last) continue;
    dismiss(entry, -EBADF);
  }
}

function dismiss(entry: Entry, why: number): void {
  entries.delete(entry.fd);
  for (const waiter of take(entry)) waiter.gone(why);
}

/** Somebody else is to wait for a descriptor from now on: whoever does here is told so. */
export function abandon(fd: number): void {
  const entry = entries.get(fd);
  if (entry === undefined) return;
  beforeClose(fd);
  dismiss(entry, -ECANCELED);
}
