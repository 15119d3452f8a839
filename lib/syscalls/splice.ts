/** sendfile(2), splice(2) and tee(2): bytes from one descriptor to another, past JavaScript. */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';
import { integer } from '../kernel/validate.js';

/** Move pages rather than copy them: no more than a hint. Linux 2.6.17. splice(2) */
export const SPLICE_F_MOVE = 1;
/** Do not block on a pipe. What else blocks goes by its own O_NONBLOCK. Linux 2.6.17. splice(2) */
export const SPLICE_F_NONBLOCK = 2;
/** More is to come, as MSG_MORE says to send: for an `fd_out` that is a socket. splice(2) */
export const SPLICE_F_MORE = 4;
/** For vmsplice(2) alone, which sockfd does not have. vmsplice(2) */
export const SPLICE_F_GIFT = 8;

const from = new BigInt64Array(1);
const to = new BigInt64Array(1);

/** `offset` in memory that the kernel reads it from, and may change. */
function placed(memory: BigInt64Array, offset: number | null, name: string): BigInt64Array | null {
  if (offset === null) return null;
  memory[0] = BigInt(integer(offset, name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  return memory;
}

/**
 * sendfile(2) — send from a file, without its bytes passing through the process.
 *
 *     ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count)
 *
 * @param out_fd  a socket, a pipe or a file without O_APPEND
 * @param in_fd   a file that could be mapped, not a socket; since Linux 5.12 also what `splice`
 *                takes, where `out_fd` is a pipe
 * @param offset  the first byte to send, and the position of `in_fd` stays; null begins at the
 *                position, and moves it
 * @param count   bytes to send; the kernel sends at most 2147479552 in a call
 * @returns       bytes sent, which may be fewer; 0 at the end of the file
 * @throws        EAGAIN `out_fd` has no room and is non-blocking · EBADF not open, or not for this
 *                · EINVAL no such descriptors, a negative offset, or O_APPEND · ESPIPE an offset,
 *                and `in_fd` has no position · EOVERFLOW · EPIPE not connected, closed there, or
 *                nobody reads · ECONNRESET · EINTR · EIO · ENOMEM
 *
 * Blocks the thread while `out_fd` has no room, unless it has O_NONBLOCK; and while the file is
 * read from its device, whatever it has.
 * https://man7.org/linux/man-pages/man2/sendfile.2.html
 */
export function sendfile(
  out_fd: number,
  in_fd: number,
  offset: number | null,
  count: number,
): number {
  return check(native.sendfile(out_fd, in_fd, placed(from, offset, 'offset'), count), 'sendfile');
}

/**
 * splice(2) — move bytes to or from a pipe, without copying them to the process.
 *
 *     ssize_t splice(int fd_in, off_t *off_in, int fd_out, off_t *off_out,
 *                    size_t len, unsigned int flags)
 *
 * At least one of the two is a pipe. From one socket to another it takes two calls, with a pipe
 * between them.
 *
 * @param off_in   the first byte to take, and the position of `fd_in` stays; null for what has no
 *                 position, such as a pipe or a socket, and to begin at the position, and move it
 * @param off_out  the same, of `fd_out`
 * @param len      bytes to move at most
 * @param flags    SPLICE_F_NONBLOCK, SPLICE_F_MORE, SPLICE_F_MOVE
 * @returns        bytes moved, which may be fewer; 0 at the end
 * @throws         EAGAIN it would block, and may not · EBADF not open, or not for this · EINVAL no
 *                 pipe among them, the same pipe twice, O_APPEND, a file that cannot be spliced, an
 *                 offset for a socket, or a negative one · ESPIPE an offset for a pipe · EPIPE not
 *                 connected, closed there, or nobody reads · ECONNRESET · EINTR · ENOMEM
 *
 * Blocks the thread while there is nothing to take or no room, unless SPLICE_F_NONBLOCK for a pipe
 * and O_NONBLOCK for a socket. https://man7.org/linux/man-pages/man2/splice.2.html
 */
export function splice(
  fd_in: number,
  off_in: number | null,
  fd_out: number,
  off_out: number | null,
  len: number,
  flags = 0,
): number {
  const [first, second] = [placed(from, off_in, 'off_in'), placed(to, off_out, 'off_out')];
  return check(native.splice(fd_in, first, fd_out, second, len, flags), 'splice');
}

/**
 * tee(2) — put into one pipe what is in another, which keeps it.
 *
 *     ssize_t tee(int fd_in, int fd_out, size_t len, unsigned int flags)
 *
 * @param len    bytes at most
 * @param flags  SPLICE_F_NONBLOCK
 * @returns      bytes that both pipes have now; 0 when `fd_in` is empty and nobody can write to it
 * @throws       EAGAIN it would block, and may not · EBADF not open, or not for this · EINVAL no
 *               pipes, or the same one · EPIPE nobody reads from `fd_out` · EINTR · ENOMEM
 *
 * Blocks the thread while `fd_in` is empty or `fd_out` full, unless SPLICE_F_NONBLOCK or
 * O_NONBLOCK. https://man7.org/linux/man-pages/man2/tee.2.html
 */
export function tee(fd_in: number, fd_out: number, len: number, flags = 0): number {
  return check(native.tee(fd_in, fd_out, len, flags), 'tee');
}
