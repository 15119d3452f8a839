/** read(2) and write(2), as promises. */
import type { Buf } from '../kernel/bytes.js';
import { EPOLLIN, EPOLLOUT } from '../syscalls/epoll.js';
import * as raw from '../syscalls/raw.js';
import { checkPart, isOptions, type OrOptions, type Part } from './arguments.js';
import { mustNotBlockUnlessFile } from './nonblock.js';
import { begin, type LATER, unlessAgain, type WaitOptions } from './wait.js';

/**
 * read(2), as a promise.
 *
 * @param fd       any descriptor with O_NONBLOCK; a regular file needs none
 * @param buf      receives the bytes, when the promise is resolved and not before
 * @param options  { signal, timeout }; in the place of any argument from `offset` on
 * @returns        bytes read; 0 at the end
 * @throws         as `read` of `sockfd`; EAGAIN only of a file that cannot be waited for · EBADF
 *                 also when `fd` is closed meanwhile · the signal's reason · TimeoutError ·
 *                 TypeError no O_NONBLOCK
 */
export function read(fd: number, buf: Buf, ...rest: Part): Promise<number>;
export function read(
  fd: number,
  buf: Buf,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(offset)) return read(fd, buf, undefined, undefined, offset);
  if (isOptions(length)) return read(fd, buf, offset, undefined, length);
  const check = (): void => {
    checkPart(buf, offset, length);
    mustNotBlockUnlessFile(fd, 'read');
  };
  const call = (): number | typeof LATER => {
    check();
    return unlessAgain(raw.read(fd, buf, offset, length), 'read');
  };
  return begin({ fd, events: EPOLLIN, syscall: 'read', call, check }, options);
}

/**
 * write(2), as a promise.
 *
 * @param fd       any descriptor with O_NONBLOCK; a regular file needs none
 * @param buf      memory, which stays as it is until the promise is settled; or text
 * @param options  { signal, timeout }; in the place of any argument from `offset` on
 * @returns        bytes written; that may be fewer than `length`
 * @throws         as `write` of `sockfd`, and as `read`
 */
export function write(fd: number, buf: Buf | string, ...rest: Part): Promise<number>;
export function write(
  fd: number,
  buf: Buf | string,
  offset?: OrOptions,
  length?: OrOptions,
  options?: WaitOptions,
): Promise<number> {
  if (isOptions(offset)) return write(fd, buf, undefined, undefined, offset);
  if (isOptions(length)) return write(fd, buf, offset, undefined, length);
  const check = (): void => {
    checkPart(buf, offset, length, true);
    mustNotBlockUnlessFile(fd, 'write');
  };
  const call = (): number | typeof LATER => {
    check();
    return unlessAgain(raw.write(fd, buf, offset, length), 'write');
  };
  return begin({ fd, events: EPOLLOUT, syscall: 'write', call, check }, options);
}
