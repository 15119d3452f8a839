// Channels on which several calls wait at a time, some of them for a moment only, while descriptors
// are closed in every way and their numbers given out again. What each channel carries is a pattern of
// its own: whatever is received must be the next bytes of it, and every promise is settled.
//
//   churn SEED OPERATIONS
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import * as s from 'sockfd';
import * as promises from 'sockfd/promises';
import * as raw from 'sockfd/raw';

const [seed = 1, operations = 2000] = process.argv.slice(2).map(Number);

let state = (seed * 2654435761) >>> 0 || 1;
/** A number below `n`. xorshift32 */
function draw(n) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

const PERIOD = 65_536;
const pattern = Buffer.alloc(2 * PERIOD);
for (let i = 0; i < PERIOD; i++) pattern[i] = pattern[i + PERIOD] = draw(256);

const counts = { received: 0, bytes: 0, ended: 0, outcomes: {}, wrong: [], outOfBand: [] };
for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
  process.on(event, (what) => counts.outOfBand.push(`${event}: ${what?.stack ?? what}`));
}

/** Promises that are not settled yet, each with what it waits for. */
const open = new Map();
let issued = 0;

/** What limits a call: nothing, a signal, a timeout. */
function limit() {
  const kind = draw(10);
  if (kind < 3) return { timeout: draw(4) };
  if (kind > 4) return {};
  const controller = new AbortController();
  if (kind === 3) setImmediate(() => controller.abort());
  else setTimeout(() => controller.abort(), draw(4));
  return { signal: controller.signal };
}

function outcome(how) {
  counts.outcomes[how] = (counts.outcomes[how] ?? 0) + 1;
}

let channels = 0;

class Channel {
  constructor() {
    this.number = channels++;
    this.phase = (this.number * 40_503) % PERIOD;
    [this.a, this.b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
    this.sent = this.pending = this.got = this.waiting = 0;
    this.asked = this.answered = this.reading = 0;
    this.isShut = this.isWriting = false;
  }

  /** Follows a call to its end. @returns what it was completed with, or undefined */
  async wait(promise, syscall) {
    const id = issued++;
    open.set(id, `${syscall} of ${this.number}`);
    this.waiting++;
    try {
      return await promise;
    } catch (error) {
      outcome(error instanceof s.SystemError ? `${error.syscall} ${error.code}` : error.name);
      return undefined;
    } finally {
      this.waiting--;
      open.delete(id);
    }
  }

  wrong(what) {
    counts.wrong.push(`channel ${this.number}: ${what}`);
  }

  bytes(from, length) {
    const at = (this.phase + from) % PERIOD;
    return pattern.subarray(at, at + length);
  }

  async read() {
    const buf = new Uint8Array(1 + draw(8000));
    const asked = ++this.asked;
    this.reading++;
    const n = await this.wait(promises.recv(this.a, buf, limit()), 'recv');
    this.reading--;
    if (n === undefined) return;
    if (asked < this.answered) this.wrong(`${asked} after ${this.answered}`);
    this.answered = asked;
    if (n === 0) {
      if (!this.isShut) this.wrong('ended');
      else if (this.got !== this.sent) this.wrong(`${this.got} of ${this.sent} bytes`);
      return;
    }
    if (this.got + n > this.sent + this.pending) this.wrong('more than was sent');
    if (this.bytes(this.got, n).compare(buf.subarray(0, n)) !== 0) this.wrong(`at ${this.got}`);
    this.got += n;
    counts.received++;
    counts.bytes += n;
  }

  async write() {
    if (this.isWriting || this.isShut) return;
    this.isWriting = true;
    this.pending = 1 + draw(20_000);
    const buf = this.bytes(this.sent, this.pending);
    const n = await this.wait(promises.send(this.b, buf, limit()), 'send');
    this.sent += n ?? 0;
    this.pending = 0;
    this.isWriting = false;
  }

  poll() {
    return this.wait(promises.poll([{ fd: this.a, events: s.POLLIN }], draw(5)), 'poll');
  }

  /** Whether somebody waits although there is something for him. */
  get isStalled() {
    return this.reading > 0 && (this.isShut || this.got < this.sent);
  }

  /** Readers get the rest, and then 0. */
  end() {
    if (this.isWriting || this.isShut) return;
    s.shutdown(this.b, s.SHUT_WR);
    this.isShut = true;
    counts.ended++;
  }

  /** Closed in a way that we are told of. */
  close() {
    const way = draw(3);
    if (way === 0) {
      s.close_range(this.a, this.a);
      raw.close(this.b);
    } else if (way === 1) {
      const other = s.eventfd(0);
      s.dup2(other, this.a);
      for (const fd of [other, this.a, this.b]) s.close(fd);
    } else {
      s.close(this.b);
      s.close(this.a);
    }
  }

  /**
   * Closed in a way that nobody is told of. Who waits has been waiting for some milliseconds, so that
   * it is known for which file.
   */
  async closeBehind() {
    // In each of these pauses some of the calls that wait are looked after.
    for (let i = 0; i < 8 && this.waiting > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    outcome(this.waiting > 0 ? 'closed behind who waits' : 'closed behind nobody');
    closeSync(this.a);
    closeSync(this.b);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const countFds = () => readdirSync('/proc/self/fd').length;

/** Registrations that are ours, and of files that are open. */
function watched() {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
      return text.match(/^tfd:.* data: *[1-9a-f][0-9a-f]{8,}/gm) ?? [];
    } catch {
      return [];
    }
  }).length;
}

// The descriptors that stay are opened by the first wait.
const first = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
await promises.recv(first[0], new Uint8Array(1), { timeout: 0 }).catch(() => undefined);
for (const fd of first) s.close(fd);
const before = countFds();

const all = Array.from({ length: 16 }, () => new Channel());
for (let i = 0; i < operations; i++) {
  const at = draw(all.length);
  const channel = all[at];
  const what = draw(40);
  if (what < 20) channel.read();
  else if (what < 32) channel.write();
  else if (what < 36) {
    channel.poll();
  } else if (what === 36) channel.end();
  else if (what === 37) {
    // Behind us only where the next channel has the same numbers for the same ends: who waited for a
    // file that is gone is found out by who waits for the next.
    if (draw(2) === 0 && channel.a < channel.b) await channel.closeBehind();
    else channel.close();
    all[at] = new Channel();
    all[at].read();
    all[at].write();
  }
  if (draw(3) === 0) await turn();
}
const until = async (condition) => {
  const deadline = performance.now() + 10_000;
  while (!condition() && performance.now() < deadline) await turn();
};
await until(() => all.every((channel) => !channel.isStalled));
for (const channel of all) if (channel.isStalled) channel.wrong('stalled');
for (const channel of all) {
  s.close(channel.a);
  s.close(channel.b);
}
await until(() => open.size === 0);
const left = { open: [...open.values()], fds: countFds() - before, watched: watched() };
process.stdout.write(JSON.stringify({ ...counts, issued, left }));
process.exit(0);
