/** struct pollfd. poll(2) */
import { Reader, Writer } from '../kernel/bytes.js';
import { int32, integer, object, typeError } from '../kernel/validate.js';

/** struct pollfd. poll(2) */
export interface PollFd {
  /** fd: a negative one is passed over. */
  fd: number;
  /** events: what to wait for, POLLIN | POLLOUT | … */
  events: number;
  /** revents: what came. Written by the call. */
  revents?: number;
}

/** `struct pollfd[]`, 8 bytes each. */
export function encodePollfds(fds: readonly PollFd[]): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(fds)) throw typeError('fds', 'must be an array of { fd, events }', fds);
  const w = new Writer(8 * fds.length);
  for (const [i, entry] of fds.entries()) {
    const { fd, events } = object(entry, `fds[${i}]`);
    w.u32(int32(fd, `fds[${i}].fd`))
      .u16(integer(events, `fds[${i}].events`, -0x8000, 0xffff))
      .u16(0);
  }
  return w.bytes;
}

/** Writes each `revents` to its object. */
export function decodeRevents(bytes: Uint8Array, fds: readonly PollFd[]): void {
  const r = new Reader(bytes);
  for (const entry of fds) entry.revents = r.skip(6).u16();
}
