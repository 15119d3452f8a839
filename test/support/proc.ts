/** What /proc says of descriptors and threads: a second witness. proc_pid_fdinfo(5) */
import { readFileSync } from 'node:fs';
import { run } from './child.js';

/** The text of /proc/pid/fdinfo/fd. */
export const fdinfoText = (fd: number, pid: number | 'self' = 'self'): string =>
  readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');

/** A line of it, such as `eventfd-count`. */
export function fdinfoField(fd: number, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(fdinfoText(fd))?.[1];
}

/** What an epoll descriptor watches, by the kernel: bits of its own among the events. */
export function epollTargets(
  epfd: number,
  pid: number | 'self' = 'self',
): { fd: number; events: number; data: bigint }[] {
  const lines = fdinfoText(epfd, pid).matchAll(/^tfd:\s*(\d+) events:\s*(\w+) data:\s*(\w+)/gm);
  return Array.from(lines, ([, fd, events = '', data = '']) => ({
    fd: Number(fd),
    events: Number.parseInt(events, 16),
    data: BigInt(`0x${data}`),
  }));
}

/** A line of the status of a thread. proc_pid_status(5) */
export function threadStatus(pid: number, thread: number, name: string): string {
  const text = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
}

/** The signals in SigBlk, SigPnd, ShdPnd … of a thread. */
export function signalsIn(pid: number, thread: number, name: string): number[] {
  const bits = BigInt(`0x${threadStatus(pid, thread, name)}`);
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n);
}

/** Sends a signal to one thread, by tgkill(2). */
export function tgkill(pid: number, thread: number, signal: number): void {
  const script = `import ctypes, os, sys
number = 131 if os.uname().machine == 'aarch64' else 234
pid, thread, signal = map(int, sys.argv[1:])
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(number, pid, thread, signal) != 0:
    raise OSError(ctypes.get_errno(), 'tgkill')`;
  run('python3', ['-c', script, ...[pid, thread, signal].map(String)]);
}
