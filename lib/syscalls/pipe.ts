/** pipe(2). */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';

const pair = new Int32Array(2);

const ends = (): [number, number] => [pair[0] as number, pair[1] as number];

/**
 * pipe(2) — open a pipe.
 *
 *     int pipe(int pipefd[2])
 *
 * Children inherit both ends, and who reads from a pipe finds no end while anybody has the other
 * one: `pipe2(O_CLOEXEC)` keeps a child from waiting for itself.
 *
 * @returns  the end to read from, and the end to write to
 * @throws   EMFILE · ENFILE
 *
 * https://man7.org/linux/man-pages/man2/pipe.2.html
 */
export function pipe(): [number, number] {
  check(native.pipe(pair), 'pipe');
  return ends();
}

/**
 * pipe2(2) — open a pipe, with flags.
 *
 *     int pipe2(int pipefd[2], int flags)
 *
 * @param flags  O_CLOEXEC, O_NONBLOCK, O_DIRECT (each write is a packet), O_NOTIFICATION_PIPE
 * @returns      the end to read from, and the end to write to
 * @throws       EINVAL · EMFILE · ENFILE · ENOPKG no notifications in this kernel
 *
 * Since Linux 2.6.27. https://man7.org/linux/man-pages/man2/pipe2.2.html
 */
export function pipe2(flags = 0): [number, number] {
  check(native.pipe2(pair, flags), 'pipe2');
  return ends();
}
