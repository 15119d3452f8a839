// All of a chat server but the waiting: who is in the room, what they say, and what has still to be
// sent to them. No call here blocks. The four programs that use it differ in how they learn which
// descriptors are ready, and in nothing else.
import { log } from 'node:console';
import { openSync } from 'node:fs';
import * as s from 'sockfd';

const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;

/** A line, or the first part of one that is too long. */
const LINE = /[^\n]{0,1023}\n|[^\n]{1024}/g;

/** Bytes that may wait for a client that does not read. When there would be more, it has to go. */
const OUTBOX = 256 * 1024;

/** A listener that does not block. Says its port. */
export function listenOn(port) {
  const listener = s.socket(s.AF_INET, s.SOCK_STREAM | flags);
  s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: Number(port) });
  s.listen(listener, 511);
  log(`listening on port ${s.getsockname(listener).port}`);
  return listener;
}

export class Room {
  /** By descriptor: port, name, the beginning of a line, what is to go, whether that waits. */
  #members = new Map();
  #onWait;
  #buf = Buffer.alloc(16 * 1024);
  #spare = openSync('/dev/null');

  /** `onWait(fd, waits)` is told when what is to go begins to wait for room in the socket's send
   *  buffer, and when it ceases to. */
  constructor(onWait = () => {}) {
    this.#onWait = onWait;
  }

  /** The descriptors of those in the room. */
  get fds() {
    return [...this.#members.keys()];
  }

  /** Whether something for `fd` waits for room in the socket's send buffer. */
  waits(fd) {
    return this.#members.get(fd).waits;
  }

  /** Lets in who is first in the listener's queue. A descriptor; undefined when nobody is there. */
  accept(listener) {
    for (;;) {
      try {
        const { fd, addr } = s.accept4(listener, flags);
        const { port } = addr;
        // A line is to go at once, not when the one before is acknowledged.
        s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY, true);
        this.#members.set(fd, {
          port,
          name: port,
          line: '',
          outbox: Buffer.alloc(0),
          waits: false,
        });
        return fd;
      } catch (error) {
        if (error.code === 'EAGAIN') return undefined;
        if (error.code !== 'EMFILE') throw error;
        if (!this.#turnAway(listener)) return undefined;
      }
    }
  }

  /** No descriptor is left for who waits in the queue, and makes the listener ready again and again
   *  until it is taken out. There is one in hand for that. Whether somebody was there. */
  #turnAway(listener) {
    s.close(this.#spare);
    try {
      s.close(s.accept(listener).fd);
      return true;
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      return false;
    } finally {
      this.#spare = openSync('/dev/null');
    }
  }

  /** Makes one recv. Whether something came: there may be more then, and nothing more otherwise. */
  receive(fd) {
    const member = this.#members.get(fd);
    if (member === undefined) return false; // has left in this turn
    const n = this.#attempt(fd, () => s.recv(fd, this.#buf));
    if (n === 0) this.leave(fd, 'end');
    if (!n) return false;
    // In latin1 each byte is a character: it does not matter where a recv cuts the text.
    member.line += this.#buf.latin1Slice(0, n);
    const lines = member.line.match(LINE) ?? [];
    member.line = member.line.slice(lines.join('').length);
    for (const line of lines) this.#hear(fd, member, line.replace(/\r?\n$/, ''));
    return true;
  }

  #hear(fd, member, line) {
    if (line.startsWith('/name ')) member.name = line.slice(6);
    else {
      const bytes = Buffer.from(`${member.name}: ${line}\n`, 'latin1');
      for (const other of this.#members.keys()) if (other !== fd) this.#tell(other, bytes);
    }
  }

  #tell(fd, bytes) {
    const member = this.#members.get(fd);
    // Nobody waits for the slowest: it has its own box, which does not grow for ever.
    if (member.outbox.length + bytes.length > OUTBOX) return this.leave(fd, 'does not read');
    member.outbox = Buffer.concat([member.outbox, bytes]);
    if (!member.waits) this.flush(fd);
  }

  /** Sends what is to go, as much as the socket takes. The rest waits. */
  flush(fd) {
    const member = this.#members.get(fd);
    if (member === undefined) return;
    while (member.outbox.length > 0) {
      const n = this.#attempt(fd, () => s.send(fd, member.outbox));
      if (n === undefined) break;
      member.outbox = member.outbox.subarray(n);
    }
    const waits = member.outbox.length > 0;
    if (waits === member.waits || !this.#members.has(fd)) return;
    member.waits = waits;
    this.#onWait(fd, waits);
  }

  leave(fd, why) {
    const { port } = this.#members.get(fd);
    this.#members.delete(fd);
    s.close(fd); // select and poll are not asked about it again; epoll forgets it by itself
    log(`port ${port}: ${why}, ${this.#members.size} left`);
  }

  /** What the call returns. undefined when it would block, or has failed: the client is gone. */
  #attempt(fd, call) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof s.SystemError)) throw error;
      // Ready a moment ago and not any more, or the number of somebody who has left.
      if (error.code !== 'EAGAIN') this.leave(fd, error.code); // ECONNRESET, EPIPE
      return undefined;
    }
  }
}
