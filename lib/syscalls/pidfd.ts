/** Descriptors of processes: pidfd_open(2), pidfd_getfd(2), pidfd_send_signal(2). */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';

/** The descriptor is non-blocking, for waitid(2). Linux 5.10. pidfd_open(2) */
export const PIDFD_NONBLOCK = 0o4000;
/** Of a thread, not of a process: `pid` is a thread id. Linux 6.9. pidfd_open(2) */
export const PIDFD_THREAD = 0o200;

/** To the thread, whatever the descriptor is of. Linux 6.9. pidfd_send_signal(2) */
export const PIDFD_SIGNAL_THREAD = 1;
/** To the process, whatever the descriptor is of. Linux 6.9. pidfd_send_signal(2) */
export const PIDFD_SIGNAL_THREAD_GROUP = 2;
/** To the process group. Linux 6.9. pidfd_send_signal(2) */
export const PIDFD_SIGNAL_PROCESS_GROUP = 4;

/** In place of a descriptor: the calling thread. Linux 6.15. */
export const PIDFD_SELF_THREAD = -10000;
/** In place of a descriptor: the process. Linux 6.17; 6.15 had another number for it. */
export const PIDFD_SELF_THREAD_GROUP = -10001;
/** Another name of PIDFD_SELF_THREAD. Linux 6.15. */
export const PIDFD_SELF = -10000;
/** Another name of PIDFD_SELF_THREAD_GROUP. Linux 6.17. */
export const PIDFD_SELF_PROCESS = -10001;

/** ioctl(2) of a pidfd: open its cgroup namespace. The descriptor is the result. Linux 6.11. */
export const PIDFD_GET_CGROUP_NAMESPACE = 0xff01;
/** The same of the IPC namespace. Linux 6.11. */
export const PIDFD_GET_IPC_NAMESPACE = 0xff02;
/** The same of the mount namespace. Linux 6.11. */
export const PIDFD_GET_MNT_NAMESPACE = 0xff03;
/** The same of the network namespace. Linux 6.11. */
export const PIDFD_GET_NET_NAMESPACE = 0xff04;
/** The same of the pid namespace. Linux 6.11. */
export const PIDFD_GET_PID_NAMESPACE = 0xff05;
/** The same of the pid namespace of its children. Linux 6.11. */
export const PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE = 0xff06;
/** The same of the time namespace. Linux 6.11. */
export const PIDFD_GET_TIME_NAMESPACE = 0xff07;
/** The same of the time namespace of its children. Linux 6.11. */
export const PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE = 0xff08;
/** The same of the user namespace. Linux 6.11. */
export const PIDFD_GET_USER_NAMESPACE = 0xff09;
/** The same of the UTS namespace. Linux 6.11. */
export const PIDFD_GET_UTS_NAMESPACE = 0xff0a;

/**
 * pidfd_open(2) — open a descriptor of a process.
 *
 *     int pidfd_open(pid_t pid, unsigned int flags)
 *
 * It is ready to read (POLLIN) once the process has ended, and never stands for another process
 * that got the same number. It closes on execve.
 *
 * @param flags  PIDFD_NONBLOCK, PIDFD_THREAD
 * @throws       ESRCH no such process · EINVAL · EMFILE · ENFILE · ENODEV · ENOMEM · ENOSYS
 *
 * Since Linux 5.3. https://man7.org/linux/man-pages/man2/pidfd_open.2.html
 */
export function pidfd_open(pid: number, flags = 0): number {
  return check(native.pidfd_open(pid, flags), 'pidfd_open');
}

/**
 * pidfd_getfd(2) — a duplicate of another process's descriptor.
 *
 *     int pidfd_getfd(int pidfd, int targetfd, unsigned int flags)
 *
 * It closes on execve. One may do this to whom one may trace: children of the same user, or with
 * CAP_SYS_PTRACE anybody. ptrace(2)
 *
 * @param targetfd  the number that it has there
 * @param flags     none yet: 0
 * @throws          EBADF also when `targetfd` is not open there · EPERM may not be traced · ESRCH
 *                  the process has ended · EINVAL · EMFILE · ENFILE · ENOSYS
 *
 * Since Linux 5.6. https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html
 */
export function pidfd_getfd(pidfd: number, targetfd: number, flags = 0): number {
  return check(native.pidfd_getfd(pidfd, targetfd, flags), 'pidfd_getfd');
}

/**
 * pidfd_send_signal(2) — send a signal to a process, and to no other that got its number.
 *
 *     int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned int flags)
 *
 * @param sig    number of a signal (`os.constants.signals`); 0 sends none, and tells whether one
 *               could be sent
 * @param info   null, and nothing else yet: the signal says what kill(2) says
 * @param flags  none, or one of PIDFD_SIGNAL_THREAD, PIDFD_SIGNAL_THREAD_GROUP,
 *               PIDFD_SIGNAL_PROCESS_GROUP; with none, to what the descriptor is of
 * @throws       ESRCH the process has ended · EPERM · EINVAL · EBADF · ENOSYS
 *
 * Since Linux 5.1. https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html
 */
export function pidfd_send_signal(pidfd: number, sig: number, info: null = null, flags = 0): void {
  check(native.pidfd_send_signal(pidfd, sig, info, flags), 'pidfd_send_signal');
}
