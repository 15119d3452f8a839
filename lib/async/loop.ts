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
 * one gets EBADF, and the new one is registered. Who was served by an event in this very turn waits
 * most likely for the file that was registered: of thousands that do, a few are asked at a time.
 * With each event the kernel gives back which registration it is of: that of a file which lives on
 * in a duplicate is known, and passed over.
 */
import { native, type Watcher, watch } from '../kernel/addon.js';
import { closing } from '../kernel/closing.js';
import { EBADF, ECANCELED, EEXIST, ENOENT } from '../kernel/errno.js';
import { check, SystemError } from '../kernel/error.js';
import { setImmediate, setTimeout } from '../kernel/timers.js';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
} from '../syscalls/epoll.js';
import { settleDelayed } from './done.js';
import { Entry, isInLine, type Waiter } from './entry.js';

/** Told whether asked for or not. */
const FAILED = EPOLLERR | EPOLLHUP;

/** By their descriptors, which are small numbers. */
const entries: (Entry | undefined)[] = [];

/** What a caller gave as a descriptor may be anything, and then is none. */
function entryOf(fd: number): Entry | undefined {
  return typeof fd === 'number' ? entries[fd] : undefined;
}

let generations = 0;
/** How often there were events, and how often the rest of the event loop has had its turn since. */
let turns = 0;
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
function count(change: 1 | -1): void {
  if (waiting === 0) watcher?.ref();
  waiting += change;
  if (waiting === 0) watcher?.unref();
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
    // It is closed, or another file.
    if (result < 0) {
      entry.generation = 0;
      gone = take(entry, (waiter) => waiter.sure);
    }
  }
  if (result === -ENOENT && !entry.isEmpty) {
    result = add(epfd, fd, entry.wanted | EPOLLET);
    if (result === 0) entry.generation = generations;
  }
  entry.armed = events;
  entry.checked = turns;
  for (const waiter of entry.waiters) waiter.sure = true;
  for (const waiter of gone) waiter.gone(-EBADF);
  return result;
}

function add(epfd: number, fd: number, events: number): number {
  generations = generations < 0x7fff_ffff ? generations + 1 : 1;
  // A negative number is the kernel's to refuse; it goes into the data as C would put it there.
  const result = native.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, events, fd >>> 0, generations);
  // A duplicate has kept a registration of this number alive, and now it is that file again.
  if (result !== -EEXIST) return result;
  return native.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, events, fd, generations);
}

/** The same. Whom the kernel will not wake gets EBADF. */
function rearm(entry: Entry, events: number): void {
  if (arm(entry, events) < 0) strand(entry);
}

function strand(entry: Entry): void {
  for (const waiter of take(entry)) waiter.gone(-EBADF);
}

/** Takes out of an entry whom `which` says. */
function take(entry: Entry, which: (waiter: Waiter) => boolean = () => true): Waiter[] {
  const taken = entry.waiters.filter(which);
  for (const waiter of taken) remove(entry, waiter);
  return taken;
}

/** How often waits are looked after, in milliseconds; and how many of those that last each time. */
const PERIOD = 5;
const AT_A_TIME = 16;

let doubted: Entry[] = [];
const lasting: Entry[] = [];
let ticks = false;

function tick(): void {
  if (!ticks) setTimeout(lookAfter, PERIOD).unref();
  ticks = true;
}

function doubt(entry: Entry): void {
  if (entry.heard === turns) {
    if (!entry.lasts) lasting.push(entry);
    entry.lasts = true;
  } else {
    if (!entry.doubted) doubted.push(entry);
    entry.doubted = true;
  }
  tick();
}

/** Whether somebody waits for it still: if not, there is nothing to look after. */
const isAlive = (entry: Entry): boolean => !entry.isEmpty && entries[entry.fd] === entry;

/** Asks the kernel whether the descriptors still are what was registered. */
function lookAfter(): void {
  const list = doubted.filter(isAlive);
  for (const entry of doubted) entry.doubted = false;
  doubted = [];
  let [asked, passed] = [0, 0];
  for (const entry of lasting) {
    if (asked === AT_A_TIME) break;
    passed++;
    entry.lasts = false;
    if (!isAlive(entry)) continue;
    list.push(entry);
    asked++;
  }
  lasting.splice(0, passed);
  ticks = false;
  if (lasting.length > 0) tick();
  for (const entry of list) if (isAlive(entry)) rearm(entry, entry.wanted);
}

function remove(entry: Entry, waiter: Waiter): void {
  if (entry.delete(waiter) && !waiter.idle) count(-1);
}

/** Whether the process stays while `waiter` waits. */
export function hold(waiter: Waiter, stays: boolean): void {
  if (stays !== waiter.idle) return;
  waiter.idle = !stays;
  count(stays ? 1 : -1);
}

/** Takes a descriptor out of the kernel's list. */
function forget(entry: Entry): void {
  if (entry.generation === 0) return;
  native.epoll_ctl(started().epfd, EPOLL_CTL_DEL, entry.fd);
  entry.generation = 0;
}

/** Whether somebody waits for `events` of `fd` already, and has to be served first. */
export function isAwaited(fd: number, events: number): boolean {
  const entry = entryOf(fd);
  return entry !== undefined && !entry.isEmpty && entry.isAwaited(events);
}

/** Begins to wait. @returns 0, or `-errno` when there is no waiting for this descriptor */
export function enter(waiter: Waiter): number {
  started();
  const { fd, events } = waiter;
  waiter.sure = false;
  const entry = entryOf(fd) ?? new Entry(fd);
  const isArmed = entry.generation !== 0 && (entry.armed & events) === events;
  const isFree = isArmed && !waiter.level && (entry.isEmpty || entry.checked === turns);
  // Who waits already began when the number was the registered file, or not long after.
  if (!isFree) for (const before of entry.waiters) before.sure = true;
  entry.add(waiter);
  count(1);
  if (isFree) {
    doubt(entry);
    return 0;
  }
  const result = arm(entry, entry.wanted);
  if (result === 0) {
    entries[fd] = entry;
  } else {
    retire(entry, waiter);
    strand(entry);
  }
  return result;
}

/** Ends waiting before its time. Who has been served or dismissed may leave again. */
export function leave(waiter: Waiter): void {
  const entry = entries[waiter.fd];
  if (entry !== undefined) retire(entry, waiter);
}

function retire(entry: Entry, waiter: Waiter): void {
  remove(entry, waiter);
  if (entry.isEmpty) forget(entry);
}

/**
 * Lets one after the other try. Where one that is in line has to wait on, those behind it for the
 * same direction do as well; but in case of an error everyone tries. What one does may end waiting
 * of others.
 */
function serve(entry: Entry, came: number): void {
  const { only } = entry;
  let open = (came & FAILED) === 0 ? came : -1;
  for (const waiter of only === undefined ? entry.takersFirst : [only]) {
    if (waiter.next === undefined || (isInLine(waiter) && (open & waiter.events) === 0)) continue;
    if (waiter.attempt(came)) remove(entry, waiter);
    else if (open !== -1) open &= ~waiter.events;
  }
}

function dispatch(entry: Entry, came: number): void {
  const unwanted = came & entry.armed & ~entry.wanted;
  entry.heard = turns;
  serve(entry, came);
  if (unwanted !== 0) leaveUnclaimed(entry, unwanted);
}

let unclaimed: Entry[] = [];

/**
 * Who is about to ask next is often one that has just been served, and is to find the registration
 * as it was: so that it is disarmed later, if nobody waits by then.
 */
function leaveUnclaimed(entry: Entry, events: number): void {
  if (entry.unclaimed === 0 && unclaimed.push(entry) === 1) setImmediate(disarm);
  entry.unclaimed |= events;
}

function disarm(): void {
  turns++;
  const list = unclaimed;
  unclaimed = [];
  for (const entry of list) {
    const unwanted = entry.unclaimed & entry.armed & ~entry.wanted;
    entry.unclaimed = 0;
    if (unwanted !== 0 && entries[entry.fd] === entry) rearm(entry, entry.armed & ~unwanted);
  }
}

/** Room for the events of a turn. What is more comes in the next: timers have theirs between. */
const told = new Uint32Array(3 * 256);

/** Called by the event loop when there are events. */
function turn(): void {
  settleDelayed();
  turns++;
  const n = check(native.epoll_wait(started().epfd, told, 256, 0), 'epoll_wait');
  for (let i = 0; i < 3 * n; i += 3) {
    const entry = entries[told[i + 1] as number];
    if (entry !== undefined && entry.generation === told[i + 2]) dispatch(entry, told[i] as number);
  }
}

/** Once the number is closed, the kernel could not be told to stop where a duplicate is open. */
function beforeClose(fd: number): void {
  const entry = entryOf(fd);
  if (entry !== undefined) forget(entry);
}

/** The kernel gave out a number: what was waited for under it is closed. */
export function opened(fd: number): void {
  afterClose(fd, fd);
}

function afterClose(first: number, last: number): void {
  for (let fd = first; fd <= last && fd < entries.length; fd++) {
    const entry = entryOf(fd);
    if (entry === undefined) continue;
    dismiss(entry, -EBADF);
  }
}

function dismiss(entry: Entry, why: number): void {
  entries[entry.fd] = undefined;
  for (const waiter of take(entry)) waiter.gone(why);
}

/** Somebody else is to wait for a descriptor from now on: whoever does here is told so. */
export function abandon(fd: number): void {
  const entry = entryOf(fd);
  if (entry === undefined) return;
  forget(entry);
  dismiss(entry, -ECANCELED);
}
