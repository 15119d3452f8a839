/** signalfd(2), and sigprocmask(2), without which it hears nothing. */
import { check } from '../kernel/error.js';
import { decodeSigset, type SignalSet } from '../structs/sigset.js';
import * as raw from './raw.js';

/** The descriptor closes on execve. signalfd(2) */
export const SFD_CLOEXEC = 0o2000000;
/** The descriptor is non-blocking. signalfd(2) */
export const SFD_NONBLOCK = 0o4000;

/** Add the set to the mask. sigprocmask(2) */
export const SIG_BLOCK = 0;
/** Take the set out of the mask. sigprocmask(2) */
export const SIG_UNBLOCK = 1;
/** Make the set the mask. sigprocmask(2) */
export const SIG_SETMASK = 2;

/**
 * signalfd(2) — open a descriptor from which signals are read, or give one another mask.
 *
 *     int signalfd(int fd, const sigset_t *mask, int flags)
 *
 * It tells what is pending for the thread that reads or waits, so the signals must be blocked
 * there: see `sigprocmask`, which also says which signals a thread of Node can keep for itself.
 * A read(2) takes a `struct signalfd_siginfo` of 128 bytes for each: `decodeSignalfdSiginfo`. An
 * epoll descriptor looks at the thread that added the signalfd to it. It blocks until a signal is
 * pending, unless SFD_NONBLOCK.
 *
 * @param fd     -1 for a new one, or a signalfd whose mask is replaced
 * @param mask   the signals to be told
 * @param flags  SFD_CLOEXEC, SFD_NONBLOCK
 * @returns      the descriptor
 * @throws       EBADF · EINVAL also an `fd` that is no signalfd · EMFILE · ENFILE · ENODEV · ENOMEM
 *
 * Since Linux 2.6.22. https://man7.org/linux/man-pages/man2/signalfd.2.html
 */
export function signalfd(fd: number, mask: SignalSet, flags = 0): number {
  return check(raw.signalfd(fd, mask, flags), 'signalfd');
}

const old = new Uint8Array(8);

/**
 * sigprocmask(2) — change which signals this thread blocks.
 *
 *     int sigprocmask(int how, const sigset_t *set, sigset_t *oldset)
 *
 * The mask is of the calling thread only. Node has other threads, started before any program runs,
 * that block no signal (SIGUSR1 apart), and a signal to the process (`kill`) that this thread
 * blocks is taken by one of them: its handler or default action runs there and then, as if nothing
 * were blocked. What this thread can hold back, and read from a signalfd, is a signal that is sent
 * to itself: by tgkill(2); by `pidfd_send_signal` to a descriptor with PIDFD_THREAD; by F_SETSIG
 * with the owner F_OWNER_TID. The id of the main thread is `process.pid`; of any, what
 * /proc/thread-self points to ends in it. Threads that this thread starts begin with its mask.
 *
 * SIGKILL and SIGSTOP are never blocked, nor are 32 and 33, which the C library needs.
 *
 * @param how  SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK
 * @param set  signals; null changes nothing
 * @returns    what was blocked before
 * @throws     EINVAL
 *
 * https://man7.org/linux/man-pages/man2/sigprocmask.2.html
 */
export function sigprocmask(how: number, set: SignalSet | null): number[] {
  check(raw.sigprocmask(how, set, old), 'sigprocmask');
  return decodeSigset(old);
}
