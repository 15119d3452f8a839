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

/**
 * `struct pollfd[]`, 8 bytes each. Each `revents` is written here already, as 0: an entry that does
 * not let it be written is refused before the call.
 */
export function encodePollfds(fds: readonly PollFd[]): Uint8Array {
  const w = new Writer(8 * fds.length);
  fds.forEach((entry, i) => {
    const { fd, events } = object(entry, `fds[${i}]`);
    w.u32(int32(fd, `fds[${i}].fd`))
      .u16(integer(events, `fds[${i}].events`, -0x8000, 0xffff))
      .u16(0);
    if (!Reflect.set(entry, 'revents', 0)) {
      throw typeError(`fds[${i}]`, 'must let its revents be written', entry);
    }
  });
  return w.bytes;
}

/** Writes each `revents` to its object. */
export function decodeRevents(bytes: Uint8Array, fds: readonly PollFd[]): void {
  const r = new Reader(bytes);
  for (const entry of fds) entry.revents = r.skip(6).u16();
}
