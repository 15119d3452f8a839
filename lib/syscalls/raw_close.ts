/**
 * The raw form of the calls that close descriptors: part of ./raw.ts. They give word to who waits
 * for what they close.
 */
import { native } from '../kernel/addon.js';
import { closing } from '../kernel/closing.js';

/** close(2). Blocks as `close` of `sockfd` does. @returns 0 or `-errno` */
export function close(fd: number): number {
  closing.before?.(fd);
  const result = native.close(fd);
  closing.after?.(fd, fd);
  return result;
}

/** In the flags of close_range: nothing is closed. */
const CLOSE_RANGE_CLOEXEC = 4;

/** close_range(2). @returns 0 or `-errno` */
export function close_range(first: number, last: number, flags = 0): number {
  const result = native.close_range(first, last, flags);
  if (result === 0 && (flags & CLOSE_RANGE_CLOEXEC) === 0) closing.after?.(first, last);
  return result;
}

/** dup2(2). @returns `newfd` or `-errno` */
export function dup2(oldfd: number, newfd: number): number {
  const result = native.dup2(oldfd, newfd);
  if (result >= 0 && oldfd !== newfd) closing.after?.(newfd, newfd);
  return result;
}

/** dup3(2). @returns `newfd` or `-errno` */
export function dup3(oldfd: number, newfd: number, flags: number): number {
  const result = native.dup3(oldfd, newfd, flags);
  if (result >= 0) closing.after?.(newfd, newfd);
  return result;
}
