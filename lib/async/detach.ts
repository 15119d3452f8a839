/** A descriptor goes to somebody else: to an object of Node's, to another thread. */
import { int32 } from '../kernel/validate.js';
import { abandon } from './loop.js';

/**
 * Forgets a descriptor that goes to somebody else, and returns it:
 * `new net.Socket({ fd: detach(fd) })`. It is taken out of the epoll descriptor of
 * `sockfd/promises`, and stays open. Who waits for it is rejected with ECANCELED, and has taken
 * nothing from it.
 *
 * What was never waited for needs no `detach`, and loses nothing by it. A call made later waits as
 * any other does.
 *
 * @param fd  any descriptor
 * @returns   `fd`
 */
export function detach(fd: number): number {
  abandon(int32(fd, 'fd'));
  return fd;
}
